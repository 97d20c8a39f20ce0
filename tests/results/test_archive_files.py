"""Pictures and documents of pages go into the archive, are seen from a stick, and come back only as what they are."""

import hashlib
import io
import json
import shutil
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import pytest
from lxml import html

from deliberation.database import count_rows, db
from deliberation.declarations.models import find_declaration
from deliberation.jobs.archiving import keep_snapshots
from deliberation.pages import actions as pages
from deliberation.pages import files as shelf
from deliberation.pages.actions import PageWords
from deliberation.pages.models import PageFile
from deliberation.permissions import Operator
from deliberation.privacy.deletion import remove
from deliberation.results.archive import carrying
from deliberation.results.archive.importing import ArchiveRefused, import_archive, left_out, read_archive
from tests.pages.test_files import SCRIPT, paper, photo
from tests.results.test_archive import archived, end_phase, files_of, folder, kept
from tests.results.test_archive import test_every_link_leads_somewhere_and_none_leads_out as follow_every_link

BODY = """![](saal.jpg)

![Bühne & "Saal"](saal.jpg) Das [Programm](ablauf.pdf), [Fragen](fragen), [Kontakt](impressum)."""


def keep(cast, name, data, words):
    return shelf.add_file(cast.otto, cast.declaration, data, name, words)


@pytest.fixture
def made(cast, app):
    shutil.rmtree(folder(app), ignore_errors=True)
    for name, data, words in (
        ("saal.jpg", photo(), "Der Saal von hinten"), ("ablauf.pdf", paper(), "Ablauf"), ("frueher.pdf", paper(A=1), "Alt"),
        ("entwurf.pdf", paper(A=2), "GEHEIM"), ("verdeckt.png", photo(kind="PNG"), "GEHEIM"),
    ):  # fmt: skip
        keep(cast, name, data, words)
    pages.create_page(cast.otto, cast.declaration, PageWords("Fragen", "Wer fragt?", True))
    shown = pages.create_page(cast.otto, cast.declaration, PageWords("Tagung", "[Nie gezeigt](entwurf.pdf)"))
    pages.change_page(cast.otto, shown, PageWords("Tagung", "[So war es](frueher.pdf)", True), 1)
    pages.change_page(cast.otto, shown, PageWords("Tagung", BODY, True), 2)
    pages.create_page(cast.otto, cast.declaration, PageWords("Noch nicht", "![](verdeckt.png)"))
    db.session.commit()
    return SimpleNamespace(page=shown)


class TestInTheArchive:
    def test_those_that_everybody_can_open_lie_in_it_with_checksums(self, made):
        files = files_of(archived())
        assert {name for name in files if name.startswith("files/")} == {
            "files/ablauf.pdf", "files/frueher.pdf", "files/saal.jpg",
        }  # fmt: skip
        told = json.loads(files["data.json"])["files"]
        assert [one["name"] for one in told] == ["ablauf.pdf", "frueher.pdf", "saal.jpg"]
        for one in told:
            content = files[f"files/{one['name']}"]
            digest = hashlib.sha256(content).hexdigest()
            assert (one["sha256"], one["size"]) == (digest, len(content))
            assert f"{digest}  files/{one['name']}\n" in files["SHA256SUMS"].decode()
        assert "GEHEIM" not in files["data.json"].decode()
        assert "files/: " in files["README.txt"].decode()

    def test_pages_show_pictures_and_lead_to_documents_beside_them(self, made):
        page = html.fromstring(files_of(archived())["page-tagung.html"].decode())
        shown = [{**one.attrib} for one in page.xpath("//img")]
        assert shown == [
            {"src": "files/saal.jpg", "alt": words, "width": "48", "height": "64"}
            for words in ("Der Saal von hinten", 'Bühne & "Saal"')
        ]
        assert page.xpath("(//div[@class='prose'])[1]//a/@href") == ["files/ablauf.pdf", "page-fragen.html"]
        assert page.xpath("//details//a/@href") == ["files/frueher.pdf"]
        # What every site has stays there.
        assert "Kontakt (https://beratung.example/impressum)" in " ".join(page.text_content().split())

    def test_every_link_leads_somewhere(self, cast, made):
        follow_every_link(cast)

    def test_beyond_what_fits_pages_say_where_the_others_are(self, made, monkeypatch):
        sizes = sorted(one.size for one in db.session.scalars(db.select(PageFile)) if one.name in ("ablauf.pdf", "frueher.pdf"))
        monkeypatch.setattr(carrying, "ALL_MAX", sum(sizes))
        files = files_of(archived())
        told = [one["name"] for one in json.loads(files["data.json"])["files"]]
        missing = {"ablauf.pdf", "frueher.pdf", "saal.jpg"} - set(told)
        assert {f"files/{name}" for name in told} == {name for name in files if name.startswith("files/")}
        assert missing == {"saal.jpg"} or "saal.jpg" in told
        page = " ".join(html.fromstring(files["page-tagung.html"].decode()).text_content().split())
        for name in missing - {"saal.jpg"}:
            assert f"https://beratung.example/d/erklaerung/file/{name}" in page
        if "saal.jpg" in missing:
            assert "[Bild: Der Saal von hinten]" in page


def hidden(cast, made):
    pages.change_page(cast.otto, made.page, replace(pages.to_words(made.page), is_shown=False), made.page.edition)


def described_otherwise(cast, made):
    shelf.describe(cast.otto, shelf.find_file(cast.declaration, "saal.jpg"), "Nur der Saal")


@pytest.mark.parametrize("deed", [hidden, described_otherwise])
def test_what_nobody_is_shown_any_more_is_in_no_kept_archive(cast, app, client, made, deed):
    end_phase(app, cast)
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 200
    deed(cast, made)
    db.session.commit()
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 404
    keep_snapshots(app)
    keep_snapshots(app)
    assert kept() == [2]


def test_what_comes_on_top_or_stood_there_once_withdraws_nothing(cast, app, client, made):
    end_phase(app, cast)
    keep(cast, "neu.pdf", paper(A=3), "")
    pages.change_page(cast.otto, made.page, replace(pages.to_words(made.page), body="[Neu](neu.pdf)"), made.page.edition)
    db.session.commit()
    keep_snapshots(app)
    assert kept() == [1]
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 200


# --- the way back -------------------------------------------------------------------------------------------------


def gone():
    content = archived()
    remove(find_declaration("erklaerung"))
    db.session.commit()
    return content


def repacked(content, change):
    """Somebody else's zip: `change` gets the data and the files by their names."""
    files = files_of(content)
    data = json.loads(files["data.json"])
    change(data, files)
    files["data.json"] = json.dumps(data).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, one in files.items():
            target.writestr(f"archiv/{name}", one)
    return out.getvalue()


def bring(content):
    data, files = read_archive(content)
    import_archive(Operator(), data, "zweite", files)
    db.session.commit()
    return data, files


def test_they_come_back_and_pages_show_them_again(made, client):
    data, files = bring(gone())
    assert left_out(data, files) == []
    page = html.fromstring(client.get("/d/zweite/page/tagung").text)
    assert page.xpath("//main//img/@src") == ["/d/zweite/file/saal.jpg"] * 2
    assert page.xpath("//main//img/@alt")[0] == "Der Saal von hinten"
    for name, kind in (("saal.jpg", "image/jpeg"), ("ablauf.pdf", "application/pdf"), ("frueher.pdf", "application/pdf")):
        answer = client.get(f"/d/zweite/file/{name}")
        assert (answer.status_code, answer.mimetype) == (200, kind)
    assert "/d/zweite/page/fragen" in page.xpath("//main//a/@href")
    # And once more: nothing but pictures has become other bytes, and the log says what happened then.
    again = files_of(archived("zweite"))
    assert [(one["name"], one["description"]) for one in json.loads(again["data.json"])["files"]] == [
        (one["name"], one["description"]) for one in data["files"]
    ]
    assert json.loads(again["data.json"])["log"] == data["log"]


def test_data_alone_have_no_files_and_say_so(made, client):
    content = gone()
    data, files = read_archive(files_of(content)["data.json"])
    import_archive(Operator(), data, "zweite", files)
    db.session.commit()
    assert left_out(data, files) == [("files", {})]
    assert count_rows(PageFile.id) == 0
    page = client.get("/d/zweite/page/tagung")
    assert page.status_code == 200
    assert "<img" not in html.tostring(html.fromstring(page.text).xpath("//div[contains(@class,'prose')]")[0]).decode()


def other_content(name, content, in_data=True):
    def change(data, files):
        files[f"files/{name}"] = content
        if in_data:
            [told] = [one for one in data["files"] if one["name"] == name]
            told.update(sha256=hashlib.sha256(content).hexdigest(), size=len(content))

    return change


def told(place, **more):
    return lambda data, files: data["files"][place].update(more)


def renamed(name, content=None):
    """A file under a name of its own choice."""

    def change(data, files):
        files[f"files/{name}"] = content or files["files/ablauf.pdf"]
        data["files"][0].update(name=name, sha256=hashlib.sha256(files[f"files/{name}"]).hexdigest())

    return change


STRANGE = {
    "a page": other_content("ablauf.pdf", b"<html><script>alert(1)</script></html>"),
    "a script in a document": other_content("ablauf.pdf", paper(OpenAction=SCRIPT)),
    "a document called a picture": other_content("saal.jpg", paper()),
    "nothing": other_content("ablauf.pdf", b""),
    "too big": other_content("ablauf.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024)),
    "other bytes than told": other_content("ablauf.pdf", paper(B=1), in_data=False),
    "a picture without words": told(2, description=""),
    "a path": renamed("../../etc/x.pdf"),
    "another ending": renamed("x.html", b"<html>"),
    "a NUL": renamed("x\x00.pdf"),
    "a name twice": lambda data, files: data["files"].append(data["files"][0]),
    "no name": lambda data, files: data["files"][0].pop("name"),
    "a number for a name": told(0, name=5),
    "more than a shelf holds": lambda data, files: data.update(
        files=[{**data["files"][0], "name": f"n{one}.pdf"} for one in range(301)]
    ),
    "no list": lambda data, files: data.update(files={"a": 1}),
}


@pytest.mark.parametrize("what", STRANGE)
def test_what_is_not_what_it_says_is_refused(made, what):
    content = repacked(gone(), STRANGE[what])
    data, files = read_archive(content)
    with pytest.raises(ArchiveRefused):
        import_archive(Operator(), data, "zweite", files)
    db.session.rollback()


def test_more_than_fits_is_refused(made, monkeypatch):
    data, files = read_archive(gone())
    monkeypatch.setattr(carrying, "ALL_MAX", 100)
    with pytest.raises(ArchiveRefused):
        import_archive(Operator(), data, "zweite", files)
    db.session.rollback()


def test_a_zip_that_cannot_be_unpacked_is_refused(made):
    content = bytearray(gone())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as parts:
        [entry] = [one for one in parts.infolist() if one.filename.endswith("files/ablauf.pdf")]
    start = entry.header_offset + 30 + len(entry.filename.encode())
    content[start + 20] ^= 0xFF
    data, files = read_archive(bytes(content))
    with pytest.raises(ArchiveRefused):
        import_archive(Operator(), data, "zweite", files)
    db.session.rollback()
