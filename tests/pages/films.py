"""Videos and captions made of the bytes a test names: as small as they can be, and whole."""

import struct

PLACE, DEVICE, WRITER = b"\xa9xyz+51.5136+007.4653/", b"Canaryphone 12 Pro", b"Studio Kanarie"
"""What a phone writes into a film."""


def box(name: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return struct.pack(">I", 8 + len(inside)) + name + inside


def full(name: bytes, *content: bytes, version: int = 0) -> bytes:
    return box(name, bytes([version, 0, 0, 0]), *content)


def track(handler: bytes = b"vide", codec: bytes = b"avc1", *more: bytes) -> bytes:
    """One track: when it was made, what kind it is, how it is written."""
    described = full(b"stsd", struct.pack(">I", 1), box(codec, bytes(70)))
    tables = box(b"stbl", described, full(b"stts", bytes(4)), full(b"stsz", bytes(8)), full(b"stco", bytes(4)))
    media = box(
        b"mdia",
        full(b"mdhd", struct.pack(">IIII", 3_800_000_000, 3_800_000_001, 1000, 5000), bytes(4)),
        full(b"hdlr", bytes(4), handler, bytes(12), DEVICE + b"\0"),
        box(b"minf", full(b"vmhd", bytes(8)), tables),
    )
    return box(b"trak", full(b"tkhd", struct.pack(">II", 3_800_000_000, 3_800_000_001), bytes(72)), media, *more)


def mp4(*tracks: bytes, brand: bytes = b"isom", more: bytes = b"", head: bytes = b"") -> bytes:
    """With place and device at every spot where phones leave them."""
    told = box(b"udta", box(b"\xa9xyz", PLACE), full(b"meta", DEVICE))
    moov = box(
        b"moov",
        full(b"mvhd", struct.pack(">QQ", 3_800_000_000, 3_800_000_001), bytes(80), version=1),
        *(tracks or (track(b"vide", b"avc1", told),)),
        told,
        full(b"meta", DEVICE),
    )
    hidden = box(b"uuid", DEVICE) + box(b"free", PLACE)
    return box(b"ftyp", brand, bytes(4), brand) + head + moov + hidden + more + box(b"mdat", b"Bilder")


def element(name: str, content: bytes = b"", size: bytes | None = None) -> bytes:
    """`size`: other than the length of what stands in it."""
    return bytes.fromhex(name) + (size if size is not None else b"\x08" + len(content).to_bytes(4, "big")) + content


LIVE = b"\x01" + b"\xff" * 7
"""Of a length that is not known yet."""


def webm(codec: bytes = b"V_VP8", kind: int = 1, doctype: bytes = b"webm", live: bool = False, more: bytes = b"") -> bytes:
    size = LIVE if live else None
    entry = element("ae", element("d7", b"\1") + element("83", bytes([kind])) + element("86", codec))
    info = element("1549a966", element("2ad7b1", b"\x0f\x42\x40") + element("4461", bytes(8)) + element("7ba9", WRITER))
    tags = element("1254c367", element("7373", PLACE + DEVICE))
    clusters = element("1f43b675", element("e7", b"\0") + element("a3", b"\x81\0\0\x80Bilder"), size)
    inside = info + element("1654ae6b", entry) + tags + more + clusters + clusters
    return element("1a45dfa3", element("4282", doctype)) + element("18538067", inside, size)


def vtt(words: str = "Guten Tag.") -> bytes:
    return f"WEBVTT\n\nNOTE von Hand\n\n1\n00:01.000 --> 00:04.000 line:90%\n{words}\n".encode()
