"""Bad and hostile files: one clear reason each, nothing left behind, and a cage that holds."""

import io
import socket
import tempfile
import zipfile
from pathlib import Path

import pytest

from deliberation.declarations.importing import REFUSALS, ImportRefused, cage, child, read_in_cage
from tests.declarations.importing_files import docx, lines, odt, p, pdf, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
LAUGHS = (
    '<!DOCTYPE d [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)
OUTSIDE = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
OPEN = "application/vnd.oasis.opendocument.text"
MANIFEST = "<manifest><encryption-data/></manifest>"

HOSTILE: dict[str, tuple[bytes, str]] = {
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "wrong_type"),
    "photo": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)), "wrong_type"),
    "program": (b"MZ\x90\x00" + bytes(300), "wrong_type"),
    "zip of something": (zipped({"brief.txt": "Hallo"}), "wrong_type"),
    "spreadsheet": (zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<x/>"}), "wrong_type"),
    "OpenDocument spreadsheet": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}),
        "wrong_type",
    ),
    "rich text": (rb"{\rtf1 Hallo Welt}", "wrong_type"),
    "XML": (b"<?xml version='1.0'?><brief>Hallo</brief>", "wrong_type"),
    "zeros": (bytes(10_000), "wrong_type"),
    "old Word": (OLE, "old_word"),
    "nothing": (b"", "empty"),
    "blanks": (b" \n\t \r\n", "empty"),
    "byte order mark alone": (b"\xef\xbb\xbf\n", "empty"),
    "dots": (b"... --- ...\n", "empty"),
    "Word without text": (docx(p("")), "empty"),
    "encrypted Word": (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "encrypted OpenDocument": (
        zipped({"mimetype": OPEN, "META-INF/manifest.xml": MANIFEST, "content.xml": "x"}),
        "encrypted",
    ),
    "encrypted PDF": (
        pdf(lines((72, 700, 12, False, "Geheimer Text steht hier drin.")), encrypt=True),
        "encrypted",
    ),
    "scanned PDF": (pdf("q 500 0 0 700 0 0 cm /I Do Q"), "scanned"),
    "damaged Word": (docx(p("Hallo Welt"))[:300], "damaged"),
    "Word with other parts": (docx(p("Hallo Welt")).replace(b"word/", b"wurd/"), "damaged"),
    "Word with broken XML": (docx("<w:p><w:r>"), "damaged"),
    "Word nested deeply": (
        docx("<w:sdt><w:sdtContent>" * 5000 + p("x") + "</w:sdtContent></w:sdt>" * 5000),
        "damaged",
    ),
    "OpenDocument without content": (zipped({"mimetype": OPEN}), "damaged"),
    "damaged PDF": (b"%PDF-1.7\nbla bla", "damaged"),
    "PDF cut short": (pdf(lines((72, 700, 12, False, "Ein Text, der hier steht."))[:40])[:400], "damaged"),
    "50 MB": (b"a" * (50 << 20), "too_big"),
    "9 MB of text": (b"Das ist ein Satz. " * 500_000, "too_long"),
    "zip bomb": (docx(p("x"), word__media_dot_xml=bytes(60 << 20)), "bomb"),
    "zip bomb in the text": (docx(" " * (40 << 20)), "bomb"),
    "2500 entries": (zipped({f"{n}.xml": "" for n in range(2500)}), "bomb"),
    "entity bomb in Word": (docx(p("Hallo"), dtd=LAUGHS), "entities"),
    "outside entity in Word": (docx(p("Hallo"), dtd=OUTSIDE), "entities"),
    "outside entity in OpenDocument": (
        zipped({"mimetype": OPEN, "content.xml": OUTSIDE + "<x>&x;</x>"}),
        "entities",
    ),
    "entity bomb as XML": ((LAUGHS + "<d>&a9;</d>").encode(), "entities"),
    "outside entity in HTML": (
        OUTSIDE.replace("d [", "html [").encode() + b"<html><p>&x; Hallo</p></html>",
        "entities",
    ),
    "Word with macros": (docx(p("Hallo"), word__vbaProject_dot_bin=b"x"), "macros"),
    "OpenDocument with macros": (odt("<text:p>Hallo</text:p>", Basic__Standard__a_dot_xml="<x/>"), "macros"),
    "OpenDocument with scripts": (odt("<text:p>Hallo</text:p>", Scripts__python__a_dot_py="x"), "macros"),
    "100 000 headings in Markdown": (b"# H\n\nText\n\n" * 100_000, "too_many_headings"),
    "100 000 headings in HTML": (b"<html>" + b"<h1>x</h1><p>y</p>" * 100_000, "too_many_headings"),
    "100 000 headings in plain text": (
        "\n\n".join(f"§ {n} H\n\nText." for n in range(100_000)).encode(),
        "too_long",
    ),
    "3000 headings": (b"# H\n\nText\n\n" * 3000, "too_many_headings"),
    "3000 points": (b"* Punkt\n" * 3000, "too_long"),
}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the import uses for what it needs on the way."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("data", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_bad_file_gets_one_clear_reason_and_leaves_nothing(data: bytes, reason: str, temporary: Path) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_in_cage(data, "datei", "auto")

    assert refused.value.reason == reason
    assert refused.value.message == REFUSALS[reason]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("sentence", REFUSALS.values())
def test_every_reason_says_what_to_do(sentence: str) -> None:
    assert sentence.endswith(".")
    assert "Bitte" in sentence or "bitte" in sentence or "lassen Sie" in sentence


def test_claimed_size_of_a_zip_is_not_believed() -> None:
    honest = docx(" " * (20 << 20))
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        claimed = archive.getinfo("word/document.xml").file_size.to_bytes(4, "little")
    lying = honest.replace(claimed, (1000).to_bytes(4, "little"))
    assert lying != honest

    with pytest.raises(ImportRefused) as refused:
        read_in_cage(lying, "a.docx", "auto")

    assert refused.value.reason in ("bomb", "damaged")


def _plant(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Put another reader into the child process."""
    boot = cage._BOOT.replace(
        "child.main()",
        f"from deliberation.declarations.importing import reading\ndef planted(data, name):\n    {body}\n"
        "reading.read = planted\nchild.main()",
    )
    monkeypatch.setattr(cage, "_BOOT", boot)


def _reason() -> str:
    with pytest.raises(ImportRefused) as refused:
        read_in_cage(b"Hallo", "a.txt", "auto")
    return refused.value.reason


def test_endless_reader_is_stopped(monkeypatch: pytest.MonkeyPatch, temporary: Path) -> None:
    _plant(monkeypatch, "while True: pass")
    monkeypatch.setattr(cage, "WALL_SECONDS", 1.5)

    assert _reason() == "too_slow"
    assert list(temporary.iterdir()) == []


def test_sleeping_reader_is_stopped(monkeypatch: pytest.MonkeyPatch, temporary: Path) -> None:
    _plant(monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr(cage, "WALL_SECONDS", 1.5)

    assert _reason() == "too_slow"


def test_reader_out_of_processor_time_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    _plant(monkeypatch, "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\n    while True: pass")

    assert _reason() == "too_slow"


def test_hungry_reader_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    _plant(monkeypatch, "return bytearray(600 << 20)")

    assert _reason() == "too_hungry"


def test_reader_cannot_write_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    target = tmp_path / "spur"
    _plant(monkeypatch, f"open({str(target)!r}, 'w').write('x')")

    assert _reason() == "damaged"
    assert not target.exists()


def test_reader_cannot_call_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = server.getsockname()
        _plant(monkeypatch, f"import socket; socket.create_connection({address!r}, timeout=1)")

        assert _reason() == "damaged"
        with pytest.raises(TimeoutError):
            server.accept()


def test_reader_sees_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELIBERATION_SECRET_KEY", "streng geheim")
    _plant(
        monkeypatch,
        "import os; from deliberation.declarations.importing.refusals import ImportRefused\n"
        "    raise ImportRefused('macros' if 'DELIBERATION_SECRET_KEY' in os.environ else 'scanned')",
    )

    assert _reason() == "scanned"


def test_child_never_imports_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    _plant(
        monkeypatch,
        "import sys; from deliberation.declarations.importing.refusals import ImportRefused\n"
        "    raise ImportRefused('macros' if {'flask', 'sqlalchemy'} & set(sys.modules) else 'scanned')",
    )

    assert _reason() == "scanned"


def test_limits_are_those_of_the_design() -> None:
    assert child.MEMORY == 512 << 20
    assert child.CPU_SECONDS == 10
    assert cage.WALL_SECONDS < 10
    assert cage.MAX_FILE == 10 << 20


def test_unknown_shape_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="unknown shape"):
        read_in_cage(b"Hallo", "a.txt", "kreis")
