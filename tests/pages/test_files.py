"""Organisers put pictures and documents on pages: only what they are, seen by others only where a page shows them, never lost."""

import io

import pikepdf
import pytest
from PIL import Image

from deliberation.database import db
from deliberation.pages import actions, files
from deliberation.pages.actions import PageRefused, PageWords
from deliberation.pages.files import FileRefused
from deliberation.pages.models import FilePart, PageFile
from deliberation.permissions import Access, NotAllowed, Phase
from deliberation.privacy.deletion import remove

FILE = "/d/erklaerung/file"
DESK = "/d/erklaerung/office/pages/files"


def photo(size=(64, 48), kind="JPEG", **ways):
    taken = Image.Exif()
    taken[0x010F] = "Kamerafirma"
    taken[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", size, (120, 60, 30)).save(out, kind, exif=taken, **ways)
    return out.getvalue()


def paper(**root):
    document = pikepdf.new()
    document.add_blank_page()
    for name, value in root.items():
        document.Root[f"/{name}"] = value
    out = io.BytesIO()
    document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


SCRIPT = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def add(cast, data=None, name="Gruppen Foto (1).JPEG", words="Der Saal von hinten"):
    kept = files.add_file(cast.otto, cast.declaration, data or photo(), name, words)
    db.session.commit()
    return kept


def show(cast, body, shown=True, title="Fachtagung"):
    page = actions.create_page(cast.otto, cast.declaration, PageWords(title, body, shown))
    db.session.commit()
    return page


class TestTakingIn:
    def test_picture_is_turned_upright_and_forgets_its_camera(self, cast):
        kept = add(cast)
        assert (kept.name, kept.kind, kept.width, kept.height) == ("gruppen-foto-1.jpg", "image/jpeg", 48, 64)
        data = b"".join(files.read_file(kept))
        assert len(data) == kept.size
        assert b"Kamerafirma" not in data
        assert not Image.open(io.BytesIO(data)).getexif()

    def test_large_picture_becomes_as_large_as_a_screen(self, cast):
        kept = add(cast, photo((3000, 4000)))
        assert max(kept.width, kept.height) == 1600

    def test_same_file_again_is_the_same(self, cast):
        assert add(cast).id == add(cast).id
        assert len(files.load_files(cast.declaration)) == 1

    @pytest.mark.parametrize(
        ("data", "name", "reason"),
        [
            (b"<script>alert(1)</script>", "foto.jpg", "kind"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "bild.svg", "kind"),
            (b"GIF89a", "foto.gif", "kind"),
            (photo()[:200], "foto.jpg", "damaged"),
            (b"%PDF-1.7 nichts", "plan.pdf", "damaged"),
            (b"", "plan.pdf", "empty"),
            (b"x" * (10 * 1024 * 1024 + 1), "plan.pdf", "big"),
            (paper(OpenAction=SCRIPT), "a.pdf", "script"),
            (paper(AcroForm=pikepdf.Dictionary(XFA=pikepdf.String("<xdp/>"), Fields=pikepdf.Array())), "a.pdf", "script"),
            (paper(Names=pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary())), "a.pdf", "script"),
        ],
    )
    def test_what_it_is_not_or_what_it_could_do_is_refused(self, cast, data, name, reason):
        with pytest.raises(FileRefused) as refused:
            files.add_file(cast.otto, cast.declaration, data, name, "x")
        assert refused.value.reason == reason
        assert files.load_files(cast.declaration) == []

    def test_picture_of_too_many_points_is_refused(self, cast):
        out = io.BytesIO()
        Image.new("1", (9000, 9000)).save(out, "PNG")
        with pytest.raises(FileRefused, match="pixels"):
            add(cast, out.getvalue())

    def test_document_is_kept_as_it_is(self, cast):
        data = paper()
        kept = add(cast, data, "Programm der Fachtagung.pdf", "")
        assert (kept.name, kept.kind) == ("programm-der-fachtagung.pdf", "application/pdf")
        assert b"".join(files.read_file(kept)) == data

    def test_picture_without_words_is_refused(self, cast):
        with pytest.raises(FileRefused, match="description"):
            add(cast, words="")

    def test_another_file_of_the_same_name_is_refused(self, cast):
        add(cast)
        with pytest.raises(FileRefused, match="name"):
            add(cast, photo((30, 30)))

    def test_file_longer_than_a_part_comes_back_whole(self, cast):
        noise = Image.effect_noise((1200, 900), 90).convert("RGB")
        out = io.BytesIO()
        noise.save(out, "JPEG", quality=95)
        kept = add(cast, out.getvalue())
        assert kept.size > files.PART
        assert Image.open(io.BytesIO(b"".join(files.read_file(kept)))).size == (1200, 900)

    def test_only_those_who_write_pages_may(self, cast):
        for person in (cast.ada, cast.mira):
            with pytest.raises(NotAllowed):
                files.add_file(person, cast.declaration, photo(), "foto.jpg", "Foto")
            with pytest.raises(NotAllowed):
                files.add_file(person, None, photo(), "foto.jpg", "Foto")
        with pytest.raises(NotAllowed):
            files.add_file(cast.otto, None, photo(), "foto.jpg", "Foto")


class TestShowing:
    def test_page_shows_it_with_words_and_size(self, cast, client):
        add(cast)
        add(cast, paper(), "Programm.pdf", "Das Programm")
        show(cast, "![](gruppen-foto-1.jpg)\n\n[Zum Programm](programm.pdf)")
        page = client.get("/d/erklaerung/page/fachtagung").text
        assert f'<img src="{FILE}/gruppen-foto-1.jpg" alt="Der Saal von hinten" width="48" height="64" loading="lazy">' in page
        assert f'href="{FILE}/programm.pdf"' in page

    def test_other_words_are_on_the_page_at_once(self, cast, client):
        kept = add(cast)
        show(cast, "![](gruppen-foto-1.jpg)")
        files.describe(cast.otto, kept, "Blick zum Podium")
        db.session.commit()
        assert 'alt="Blick zum Podium"' in client.get("/d/erklaerung/page/fachtagung").text

    @pytest.mark.parametrize(
        "body", ["![](fehlt.jpg)", "[Plan](plan.pdf)", "![](//boese.example/x.png)", "[weg](../../operator)"]
    )
    def test_name_that_stands_for_nothing_is_refused(self, cast, body):
        with pytest.raises(PageRefused, match="name"):
            show(cast, body)

    def test_pages_lead_to_each_other_and_to_the_fixed_ones_by_name(self, cast, client):
        show(cast, "Erste.", title="Programm")
        show(cast, "[Zum Programm](programm), [Regeln](regeln)", title="Anfahrt")
        page = client.get("/d/erklaerung/page/anfahrt").text
        assert 'href="/d/erklaerung/page/programm"' in page
        assert 'href="/regeln"' in page

    def test_nobody_else_opens_it_before_a_page_shows_it(self, cast, client):
        add(cast)
        path = f"{FILE}/gruppen-foto-1.jpg"
        assert client.get(path).status_code == 404
        page = show(cast, "![](gruppen-foto-1.jpg)", shown=False)
        assert client.get(path).status_code == 404
        actions.change_page(cast.otto, page, PageWords(page.title, page.body, True), 1)
        db.session.commit()
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        actions.change_page(cast.otto, page, PageWords(page.title, page.body, False), 2)
        db.session.commit()
        assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 404
        client.sign_in(cast.otto)
        assert client.get(path).status_code == 200

    def test_what_a_page_showed_once_stays_to_be_seen_there(self, cast, client):
        kept = add(cast)
        page = show(cast, "![](gruppen-foto-1.jpg)")
        actions.change_page(cast.otto, page, PageWords(page.title, "Ohne Bild.", True), 1)
        db.session.commit()
        assert "gruppen-foto-1.jpg" in client.get("/d/erklaerung/page/fachtagung/editions").text
        assert client.get(f"{FILE}/gruppen-foto-1.jpg").status_code == 200
        with pytest.raises(FileRefused, match="used"):
            files.remove_file(cast.otto, kept)

    def test_private_declaration_keeps_its_files(self, cast, client):
        add(cast)
        show(cast, "![](gruppen-foto-1.jpg)")
        cast.declaration.access = Access.PRIVATE
        db.session.commit()
        assert client.get(f"{FILE}/gruppen-foto-1.jpg").status_code in (303, 404)

    def test_unchanged_file_is_not_sent_again_and_parts_are(self, cast, client):
        add(cast)
        show(cast, "![](gruppen-foto-1.jpg)")
        path = f"{FILE}/gruppen-foto-1.jpg"
        whole = client.get(path)
        assert client.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
        part = client.get(path, headers={"Range": "bytes=0-9"})
        assert (part.status_code, part.data) == (206, whole.data[:10])
        assert client.get(path, headers={"Range": "bytes=999999999-"}).status_code == 416

    def test_document_is_saved_and_not_shown_by_the_site(self, cast, client):
        add(cast, paper(), "Plan.pdf", "")
        show(cast, "[Plan](plan.pdf)")
        assert client.get(f"{FILE}/plan.pdf").headers["Content-Disposition"] == "attachment; filename=plan.pdf"


class TestDesk:
    def test_organiser_uploads_describes_and_removes(self, cast, client):
        client.sign_in(cast.otto)
        sent = {"file": (io.BytesIO(photo()), "Saal.jpg"), "description": "Der Saal"}
        answer = client.post(DESK, data=sent)
        assert answer.status_code == 303
        assert "![](saal.jpg)" in client.get(DESK).text
        assert client.post(f"{DESK}/saal.jpg", data={"description": "Der große Saal"}).status_code == 303
        assert files.find_file(cast.declaration, "saal.jpg").description == "Der große Saal"
        assert client.post(f"{DESK}/saal.jpg", data={"remove": "1"}).status_code == 303
        assert files.find_file(cast.declaration, "saal.jpg") is None

    def test_wrong_file_gets_a_sentence(self, cast, client):
        client.sign_in(cast.otto)
        for data, words in ((b"MZ\x90", "kein Bild und kein PDF"), (b"", "steht nichts")):
            answer = client.post(DESK, data={"file": (io.BytesIO(data), "x\x00.exe"), "description": "x"})
            assert answer.status_code == 422
            assert words in answer.text
        assert client.post(DESK, data={"description": "x"}).status_code == 422

    def test_after_the_end_pages_can_still_be_written(self, cast):
        cast.declaration.phase = Phase.CLOSED
        add(cast)

    def test_deleting_the_declaration_takes_its_files(self, cast):
        add(cast)
        show(cast, "![](gruppen-foto-1.jpg)")
        remove(cast.declaration)
        db.session.commit()
        assert db.session.query(PageFile).count() == db.session.query(FilePart).count() == 0
