"""What a video is, box by box: whole, of a kind that every browser plays, and without what a phone wrote into it about place,
time and itself. Runs in the cage.

MP4 is ISO/IEC 14496-12, WebM a subset of Matroska (RFC 9559). What is not needed to play is overwritten where it stands, so that
every offset holds; pictures and sound stay as they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from deliberation.declarations.importing.refusals import ImportRefused

PARTS_MAX = 100_000
"""Boxes or elements of one level. A film of 10 MB has some thousands."""

MP4_BRANDS = frozenset({
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash",
    b"mmp4", b"MSNV", b"f4v ",
})  # fmt: skip
KEPT: dict[bytes, frozenset[bytes]] = {
    b"": frozenset({b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"sidx", b"mfra"}),
    b"moov": frozenset({b"mvhd", b"trak", b"mvex", b"iods"}),
    b"trak": frozenset({b"tkhd", b"tref", b"edts", b"mdia", b"trgr"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"elng", b"minf"}),
    b"minf": frozenset({b"vmhd", b"smhd", b"nmhd", b"gmhd", b"hdlr", b"dinf", b"stbl"}),
    b"stbl": frozenset({
        b"stsd", b"stts", b"ctts", b"cslg", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"stsh", b"padb", b"sdtp",
        b"sbgp", b"sgpd", b"subs", b"saiz", b"saio",
    }),
    b"moof": frozenset({b"mfhd", b"traf"}),
    b"traf": frozenset({b"tfhd", b"tfdt", b"trun", b"saiz", b"saio", b"sbgp", b"sgpd", b"subs"}),
}  # fmt: skip
"""What is needed to play; all else, `udta` and `meta` first of all, becomes `free`. No box stands in one of its own kind, so
going down ends."""
DATED = (b"mvhd", b"tkhd", b"mdhd")
"""Boxes that begin with the second in which it was taken."""
MP4_TRACKS = (b"vide", b"soun", b"tmcd")
"""Pictures, sound and the number of each picture. Other tracks carry what a device measured, often where it was."""
MP4_CODECS = (b"avc1", b"avc3", b"av01", b"vp08", b"vp09")

EBML, SEGMENT, INFO, TRACKS, CLUSTER, CUES, VOID = 0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675, 0x1C53BB6B, 0xEC
SEEK_HEAD, DOCTYPE, TRACK_ENTRY, TRACK_TYPE, CODEC = 0x114D9B74, 0x4282, 0xAE, 0x83, 0x86
IN_SEGMENT = frozenset({SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES, VOID})
NOT_NEEDED = frozenset({0x1254C367, 0x1941A469, 0x1043A770, 0xBF})
"""Tags, attached files, chapters, and sums that would not fit any more."""
IN_CLUSTER = frozenset({0xE7, 0xA3, 0xA0, 0xA7, 0xAB, 0x5854, 0xAF})
"""Of a cluster that does not say how long it is: recorded live."""
IN_INFO = frozenset({0x2AD7B1, 0x4489, 0x4D80, 0x5741})
"""How time is counted, how long it is, and by which program; not when, where and what it is called."""
WEBM_CODECS = (b"V_VP8", b"V_VP9", b"V_AV1")
PICTURES, SOUND = 1, 2


@dataclass(frozen=True)
class Part:
    """A box or an element: `start` to `end`, its content from `inside` on."""

    name: bytes | int
    start: int
    inside: int
    end: int


def is_mp4(data: bytes) -> bool:
    return data[4:8] == b"ftyp"


def is_webm(data: bytes) -> bool:
    return data[:4] == EBML.to_bytes(4, "big")


def look_into_mp4(data: bytes) -> bytes:
    """The film without what is not needed to play it. Raises ImportRefused."""
    film = bytearray(data)
    parts = list(_boxes(film, 0, len(film)))
    first = parts[0]
    brands = {bytes(film[at : at + 4]) for at in range(first.inside, first.end, 4)}
    if not brands & MP4_BRANDS:
        raise ImportRefused("wrong_type")
    names = [part.name for part in parts]
    if names.count(b"moov") != 1 or b"mdat" not in names:
        raise ImportRefused("damaged")
    tracks = [_track(film, box) for box in _inside(film, parts, b"moov", b"trak")]
    if b"vide" not in tracks:
        raise ImportRefused("damaged")
    _clean(film, b"", parts)
    return bytes(film)


def _boxes(film: bytearray, start: int, end: int) -> Iterator[Part]:
    """Side by side until the very end. A size of 0 means to the end, 1 that eight bytes behind the name say it."""
    for _number in range(PARTS_MAX):
        if start == end:
            return
        size, name, inside = int.from_bytes(film[start : start + 4], "big"), bytes(film[start + 4 : start + 8]), start + 8
        if size == 1:
            size, inside = int.from_bytes(film[start + 8 : start + 16], "big"), start + 16
        elif size == 0:
            size = end - start
        if inside > end or start + size > end or inside > start + size:
            raise ImportRefused("damaged")
        yield Part(name, start, inside, start + size)
        start += size
    raise ImportRefused("damaged")


def _inside(film: bytearray, parts: list[Part], *way: bytes) -> list[Part]:
    """The boxes that are found by going down this way."""
    for place, name in enumerate(way):
        parts = [part for part in parts if part.name == name]
        if place + 1 < len(way):
            parts = [below for part in parts for below in _boxes(film, part.inside, part.end)]
    return parts


def _track(film: bytearray, box: Part) -> bytes:
    """Whether it shows, sounds or counts."""
    parts = list(_boxes(film, box.inside, box.end))
    handlers = _inside(film, parts, b"mdia", b"hdlr")
    kind = bytes(film[handlers[0].inside + 8 : handlers[0].inside + 12]) if handlers else b""
    if kind not in MP4_TRACKS:
        raise ImportRefused("tracks")
    described = _inside(film, parts, b"mdia", b"minf", b"stbl", b"stsd")
    if kind == b"vide" and [bytes(film[one.inside + 12 : one.inside + 16]) in MP4_CODECS for one in described] != [True]:
        raise ImportRefused("codec")
    return kind


def _clean(film: bytearray, place: bytes, parts: list[Part]) -> None:
    for part in parts:
        if part.name not in KEPT[place]:
            film[part.start + 4 : part.start + 8] = b"free"
            film[part.inside : part.end] = bytes(part.end - part.inside)
        elif part.name in DATED:
            # Version 1 counts seconds in eight bytes.
            _empty(film, part.inside + 4, 16 if film[part.inside : part.inside + 1] == b"\1" else 8, part.end)
        elif part.name == b"hdlr":
            # What the program or the device calls the track.
            _empty(film, part.inside + 24, part.end, part.end)
        elif part.name in KEPT:
            _clean(film, bytes(part.name), list(_boxes(film, part.inside, part.end)))


def _empty(film: bytearray, start: int, length: int, end: int) -> None:
    until = min(start + length, end)
    if start < until:
        film[start:until] = bytes(until - start)


def look_into_webm(data: bytes) -> bytes:
    """The same for WebM. Raises ImportRefused."""
    film = bytearray(data)
    parts = list(_elements(film, 0, len(film)))
    if [part.name for part in parts] != [EBML, SEGMENT]:
        raise ImportRefused("damaged")
    kinds = [bytes(film[one.inside : one.end]) for one in _elements(film, parts[0].inside, parts[0].end) if one.name == DOCTYPE]
    if kinds != [b"webm"]:
        raise ImportRefused("wrong_type")
    inside = list(_elements(film, parts[1].inside, parts[1].end))
    names = {part.name for part in inside}
    if not {TRACKS, CLUSTER} <= names or not names <= IN_SEGMENT | NOT_NEEDED | IN_CLUSTER:
        raise ImportRefused("damaged")
    for part in inside:
        if part.name == TRACKS:
            _check_tracks(film, part)
        elif part.name == INFO:
            _void(film, [one for one in _elements(film, part.inside, part.end) if one.name not in IN_INFO])
    _void(film, [part for part in inside if part.name in NOT_NEEDED or part.name == VOID])
    return bytes(film)


def _elements(film: bytearray, start: int, end: int) -> Iterator[Part]:
    """Side by side until the very end. What does not say how long it is lasts until the end, but for a cluster: what stands in
    it follows as if beside it."""
    for _number in range(PARTS_MAX):
        if start == end:
            return
        name, at = _count(film, start, end, 4, is_name=True)
        size, inside = _count(film, at, end, 8)
        is_open = size == (1 << 7 * (inside - at)) - 1
        if is_open and name not in (SEGMENT, CLUSTER):
            raise ImportRefused("damaged")
        until = (inside if name == CLUSTER else end) if is_open else inside + size
        if until > end:
            raise ImportRefused("damaged")
        yield Part(name, start, inside, until)
        start = until
    raise ImportRefused("damaged")


def _count(film: bytearray, start: int, end: int, most: int, is_name: bool = False) -> tuple[int, int]:
    """A number that says in its first bits how many bytes it has, and where it ends."""
    length = 9 - film[start].bit_length() if start < end else most + 1
    if length > most or start + length > end:
        raise ImportRefused("damaged")
    value = int.from_bytes(film[start : start + length], "big")
    return (value if is_name else value & ((1 << 7 * length) - 1)), start + length


def _check_tracks(film: bytearray, tracks: Part) -> None:
    shows = False
    for entry in _elements(film, tracks.inside, tracks.end):
        if entry.name == TRACK_ENTRY:
            told = {one.name: bytes(film[one.inside : one.end]) for one in _elements(film, entry.inside, entry.end)}
            kind = int.from_bytes(told.get(TRACK_TYPE, b""), "big")
            if kind not in (PICTURES, SOUND):
                raise ImportRefused("tracks")
            if kind == PICTURES and told.get(CODEC, b"").rstrip(b"\0") not in WEBM_CODECS:
                raise ImportRefused("codec")
            shows |= kind == PICTURES
    if not shows:
        raise ImportRefused("damaged")


def _void(film: bytearray, parts: list[Part]) -> None:
    """Make room of the same length of it: name, a length of one or of eight bytes, zeros."""
    for part in parts:
        total = part.end - part.start
        head = bytes([VOID, 0x80 | total - 2]) if total < 0x80 else bytes([VOID, 1]) + (total - 9).to_bytes(7, "big")
        film[part.start : part.end] = head + bytes(total - len(head))
