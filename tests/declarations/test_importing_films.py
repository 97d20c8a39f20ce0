"""A video is taken as what it is, whole and without what a phone wrote into it; captions are captions and nothing else."""

import base64
import time
from contextlib import suppress

import pytest

from deliberation.declarations.importing import ImportRefused, look_in_cage
from deliberation.declarations.importing.captions import CAPTIONS_MAX
from deliberation.declarations.importing.looking import look
from tests.pages import films

pytestmark = pytest.mark.any_engine


def refusal(data: bytes) -> str:
    """Why it is refused; what is no refusal stays an error, which the cage would call damaged."""
    with pytest.raises(ImportRefused) as refused:
        look(data)
    return refused.value.reason


def content(data: bytes) -> bytes:
    return base64.b64decode(look(data)["content"])


class TestWhatIsTaken:
    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (films.mp4(), "video/mp4"),
            (films.mp4(films.track(), films.track(b"soun", b"mp4a")), "video/mp4"),
            (films.webm(), "video/webm"),
            (films.webm(b"V_VP9", live=True), "video/webm"),
            (films.vtt(), "text/vtt"),
            (b"\xef\xbb\xbf" + films.vtt("<v Anna>Ja.</v> <i.laut>So</i> &amp; <00:02.000>").replace(b"\n", b"\r\n"), "text/vtt"),
        ],
    )
    def test_is_called_what_it_is(self, data, kind):
        assert look_in_cage(data)["kind"] == kind

    @pytest.mark.parametrize("data", [films.mp4(), films.webm(), films.webm(live=True)])
    def test_loses_place_device_and_time_and_nothing_else(self, data):
        kept = content(data)
        assert len(kept) == len(data)
        for secret in (films.PLACE, films.DEVICE, films.WRITER, (3_800_000_000).to_bytes(4, "big")):
            assert secret not in kept
        assert kept.index(b"Bilder") == data.index(b"Bilder")
        assert content(kept) == kept

    def test_box_of_64_bits_and_one_to_the_end_are_read(self):
        long = b"\0\0\0\1mdat" + (24).to_bytes(8, "big") + bytes(8)
        assert len(content(films.mp4(more=long))) == len(films.mp4(more=long))
        assert look(films.mp4() + b"\0\0\0\0free" + films.DEVICE)["kind"] == "video/mp4"
        assert films.DEVICE not in content(films.mp4() + b"\0\0\0\0free" + films.DEVICE)


class TestWhatIsRefused:
    @pytest.mark.parametrize("whole", [films.mp4(), films.webm()])
    def test_video_that_breaks_off_anywhere(self, whole):
        for length in range(12, len(whole)):
            assert refusal(whole[:length]) in ("damaged", "wrong_type", "codec", "tracks"), length

    @pytest.mark.parametrize("whole", [films.mp4(), films.webm(), films.webm(live=True), films.vtt()])
    def test_no_changed_byte_makes_it_break_down(self, whole):
        for place in range(len(whole)):
            for byte in (0, 1, 0x7F, 0xFF):
                with suppress(ImportRefused):
                    look(whole[:place] + bytes([byte]) + whole[place + 1 :])

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"<!doctype html><script>alert(1)</script>", "wrong_type"),
            (films.box(b"ftyp", b"isom", bytes(4)), "damaged"),
            (films.box(b"ftyp", b"heic", bytes(4)) + films.mp4(), "wrong_type"),
            (films.mp4(brand=b"qt  "), "wrong_type"),
            (films.mp4(films.track(b"vide", b"hvc1")), "codec"),
            (films.mp4(films.track(), films.track(b"meta", b"mebx")), "tracks"),
            (films.mp4(films.track(b"soun", b"mp4a")), "damaged"),
            (films.mp4(more=b"\xff\xff\xff\xffmdat"), "damaged"),
            (films.mp4(more=b"\0\0\0\1mdat" + b"\xff" * 8), "damaged"),
            (films.mp4(more=b"\0\0\0\7mdat"), "damaged"),
            (films.mp4(more=b"\0\0\0\1mdat" + bytes(8)), "damaged"),
            (films.mp4(head=films.mp4()[20:]), "damaged"),
            (films.webm(doctype=b"matroska"), "wrong_type"),
            (films.webm(b"V_MPEGH/ISO/HEVC"), "codec"),
            (films.webm(kind=33), "tracks"),
            (films.webm(kind=2), "damaged"),
            (films.webm(more=films.element("4d80", b"x")), "damaged"),
            (films.webm() + b"<script>", "damaged"),
            (films.webm(more=films.element("1c53bb6b", b"", films.LIVE)), "damaged"),
            (films.webm(more=films.element("ec", b"", b"\x01" + b"\x7f" * 7)), "damaged"),
        ],
    )
    def test_what_is_no_whole_video(self, data, reason):
        assert refusal(data) == reason

    def test_very_many_boxes_take_no_time(self):
        begun = time.process_time()
        assert refusal(films.mp4(more=b"\0\0\0\x08free" * 1_200_000)) == "damaged"
        assert refusal(films.webm(more=b"\xec\x80" * 4_000_000)) == "damaged"
        assert time.process_time() - begun < 5

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (films.vtt("<script>alert(1)</script>"), "macros"),
            (films.vtt("<img src=x onerror=alert(1)>"), "macros"),
            (films.vtt("<b <script>"), "macros"),
            (films.vtt("a < b"), "macros"),
            (films.vtt() + b"\nSTYLE\n::cue { background: url(https://example.org) }\n", "macros"),
            (b"WEBVTT\n\n00:04.000 --> 00:01.000\nRueckwaerts.\n", "timing"),
            (b"WEBVTT\n\n00:01,000 --> 00:04,000\nKomma.\n", "timing"),
            (b"WEBVTT\n00:01.000 --> 00:04.000\nKein Abstand.\n", "timing"),
            (b"WEBVTT\n\nNur Worte.\n", "timing"),
            (b"WEBVTTX\n\n00:01.000 --> 00:04.000\nJa.\n", "timing"),
            (b"WEBVTT\n\nNOTE nichts\n", "empty"),
            (b"WEBVTT", "empty"),
            ("WEBVTT\n\n00:01.000 --> 00:04.000\nGrüße.\n".encode("latin-1"), "damaged"),
            (films.vtt("\0"), "damaged"),
            (films.vtt("x" * CAPTIONS_MAX), "too_big"),
        ],
    )
    def test_what_are_no_captions(self, data, reason):
        assert refusal(data) == reason

    @pytest.mark.parametrize("words", ["<c" * 200_000, "<c " * 150_000, "<c.a" * 120_000, "--" * 200_000, "<v " + "a." * 200_000])
    def test_odd_captions_take_no_time(self, words):
        begun = time.process_time()
        with pytest.raises(ImportRefused):
            look(films.vtt(words + "<"))
        assert time.process_time() - begun < 2
