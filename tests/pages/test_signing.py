"""Videos in sign language with captions: watched beside the text, kept by organisers, shown to those who read the rest."""

import io
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from deliberation.database import db
from deliberation.declarations.importing import cage
from deliberation.pages import actions, files, signing
from deliberation.pages.actions import PageWords
from deliberation.pages.files import FileRefused
from deliberation.pages.models import FilePart, PageFile, SignVideo
from deliberation.pages.signing import SignPlace, SignsRefused, find_place, find_signed, load_former, load_signs
from deliberation.permissions import Access, Guest, NotAllowed, Phase
from deliberation.privacy import deletion
from tests.editions import scene
from tests.pages import films

OFFICE = "/d/erklaerung/office/signs"
WATCH = "/d/erklaerung/signs"


def put(cast, key="thesis-3", video=None, captions=None):
    """A video at a place; captions in words."""
    looked = signing.look_at("video", video or films.mp4())
    subtitles = signing.look_at("captions", films.vtt(captions)) if captions else None
    made = signing.put(cast.otto, find_place(cast.declaration, key), looked, subtitles)
    db.session.commit()
    return made


def page_of(cast, shown=True):
    page = actions.create_page(cast.otto, cast.declaration, PageWords("Programm", "Begrüßung.", shown))
    db.session.commit()
    return page


def upload(client, key="thesis-3", video=None, captions=None):
    data = {}
    if video is not None:
        data["video"] = io.BytesIO(video), "IMG 0815.mp4"
    if captions is not None:
        data["captions"] = io.BytesIO(captions), "x.vtt"
    return client.post(f"{OFFICE}/{key}", data=data, content_type="multipart/form-data")


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


class TestWatching:
    def test_thesis_leads_to_its_video_and_back_with_the_text_below(self, cast, client):
        assert "In Gebärdensprache" not in client.get("/d/erklaerung/3").text
        put(cast, captions="Guten Tag.")
        assert f'href="{WATCH}/3"' in client.get("/d/erklaerung/3").text
        assert "In Gebärdensprache" not in client.get("/d/erklaerung/2").text
        answer = client.get(f"{WATCH}/3")
        assert '<video class="signs__video" controls preload="metadata" playsinline' in answer.text
        assert '<source src="/d/erklaerung/file/dgs-thesis-3.mp4" type="video/mp4">' in answer.text
        assert 'src="/d/erklaerung/file/dgs-thesis-3.vtt" srclang="de" label="Untertitel" default></video>' in answer.text
        assert "Eine Inobhutnahme ist keine Dienstleistung." in answer.text
        assert 'href="/d/erklaerung/3"' in answer.text
        assert 'href="/d/erklaerung/file/dgs-thesis-3.mp4" download' in answer.text
        assert "autoplay" not in answer.text
        assert "Set-Cookie" not in answer.headers
        assert "media-src 'self'" in answer.headers["Content-Security-Policy"]

    def test_overview_shows_what_it_is_about_and_lists_the_rest(self, cast, client):
        assert client.get(WATCH).status_code == 404
        put(cast, "about")
        put(cast, "thesis-3")
        page_of(cast)
        put(cast, "page-programm")
        page = client.get(WATCH).text
        assert "/d/erklaerung/file/dgs-about.mp4" in page
        assert f'href="{WATCH}/3"' in page
        assert 'href="/d/erklaerung/page/programm"' in page
        assert f'href="{WATCH}"' in client.get("/d/erklaerung").text
        for t in ("2", "99", "x" * 500):
            assert client.get(f"{WATCH}/{t}").status_code == 404

    def test_video_of_a_page_stands_above_its_text(self, cast, client):
        page_of(cast)
        assert "<video" not in client.get("/d/erklaerung/page/programm").text
        put(cast, "page-programm", captions="Guten Tag.")
        page = client.get("/d/erklaerung/page/programm").text
        assert page.index("<video") < page.index("Begrüßung.")

    def test_video_older_than_the_text_says_so(self, cast, client):
        put(cast, captions="Guten Tag.")
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Ganz andere Worte stehen hier."))
        assert "Der Text ist inzwischen anders." in client.get(f"{WATCH}/3").text
        client.sign_in(cast.otto)
        assert "älter als der Text" in client.get(OFFICE).text
        assert client.post(f"{OFFICE}/thesis-3", data={"act": "fits"}).status_code == 303
        assert "Der Text ist inzwischen anders." not in client.get(f"{WATCH}/3").text
        assert "älter als der Text" not in client.get(OFFICE).text

    def test_page_that_was_rewritten_says_so_too(self, cast, client):
        page = page_of(cast)
        put(cast, "page-programm")
        actions.change_page(cast.otto, page, PageWords("Programm", "Begrüßung.", True, True), 1)
        assert not find_signed(SignPlace(cast.declaration, page=page)).is_older
        actions.change_page(cast.otto, page, PageWords("Programm", "Abschied.", True, True), 2)
        db.session.commit()
        assert "Der Text ist inzwischen anders." in client.get("/d/erklaerung/page/programm").text

    def test_thesis_that_was_taken_out_is_not_shown_and_can_be_put_in_order(self, cast, client):
        put(cast)
        text = scene.text(cast.declaration)
        scene.publish(cast.declaration, replace(text, theses=tuple(one for one in text.theses if one.number != "3")))
        assert client.get(f"{WATCH}/3").status_code == 404
        assert "Zurzeit gibt es keine Videos." in client.get(WATCH).text
        client.sign_in(cast.otto)
        assert "nicht mehr in der Fassung" in client.get(OFFICE).text
        assert client.post(f"{OFFICE}/thesis-3", data={"act": "away"}).status_code == 303
        assert client.get(WATCH).status_code == 404


class TestLeaking:
    def test_files_open_for_readers_while_they_are_shown(self, cast):
        made = put(cast, captions="Guten Tag.")
        for person in (Guest(), cast.ada, cast.otto):
            assert files.may_open(person, made.video)
            assert files.may_open(person, made.captions)
        signing.take_away(cast.otto, find_place(cast.declaration, "thesis-3"))
        assert not files.may_open(Guest(), made.video)
        assert not files.may_open(cast.ada, made.captions)
        assert files.may_open(cast.otto, made.video)

    def test_video_of_a_hidden_page_stays_with_the_organisers(self, cast, client):
        page = page_of(cast, shown=False)
        made = put(cast, "page-programm")
        put(cast, "about")
        assert not files.may_open(Guest(), made.video)
        assert files.may_open(cast.otto, made.video)
        assert "programm" not in client.get(WATCH).text.lower()
        page.is_shown = True
        assert files.may_open(Guest(), made.video)

    def test_draft_and_private_declaration_keep_theirs(self, cast, client):
        made = put(cast)
        cast.declaration.access = Access.PRIVATE
        assert not files.may_open(Guest(), made.video)
        for path in (WATCH, f"{WATCH}/3"):
            assert client.get(path).status_code in (303, 403, 404)
        cast.declaration.access, cast.declaration.phase = Access.PUBLIC, Phase.DRAFT
        assert not files.may_open(Guest(), made.video)
        assert not files.may_open(cast.ada, made.video)
        for path in (WATCH, f"{WATCH}/3"):
            assert client.get(path).status_code in (303, 403, 404)

    def test_nobody_else_sees_or_changes_the_list(self, cast, client):
        put(cast)
        place = find_place(cast.declaration, "thesis-3")
        for person in (cast.ada, cast.mira):
            for act in (signing.take_away, signing.confirm):
                with pytest.raises(NotAllowed):
                    act(person, place)
            with pytest.raises(NotAllowed):
                signing.put(person, place, signing.look_at("video", films.webm()), None)
            with pytest.raises(NotAllowed):
                signing.forget(person, place, 1)
        client.sign_in(cast.mira)
        assert client.get(OFFICE).status_code == 403
        assert client.post(f"{OFFICE}/thesis-3", data={"act": "away"}).status_code == 403


class TestKeeping:
    def test_organiser_sends_video_and_captions_in_the_browser(self, cast, client):
        client.sign_in(cast.otto)
        assert client.get(OFFICE).text.count("fehlt noch") == 6
        assert upload(client, video=films.mp4(), captions=films.vtt()).status_code == 303
        listed = client.get(OFFICE).text
        assert listed.count("fehlt noch") == 5
        assert "vollständig" in listed
        content = b"".join(files.read_file(files.find_file(cast.declaration, "dgs-thesis-3.mp4")))
        assert films.DEVICE not in content
        assert len(content) == len(films.mp4())

    def test_captions_may_come_later_and_are_missed_until_then(self, cast, client):
        client.sign_in(cast.otto)
        upload(client, video=films.webm())
        assert "Untertitel fehlen" in client.get(OFFICE).text
        assert "<track" not in client.get(f"{WATCH}/3").text
        assert upload(client, captions=films.vtt()).status_code == 303
        assert "Untertitel fehlen" not in client.get(OFFICE).text
        assert "<track" in client.get(f"{WATCH}/3").text

    def test_new_video_leaves_the_former_one_with_the_organisers(self, cast, client):
        first = put(cast, captions="Guten Tag.")
        second = put(cast, video=films.webm())
        assert second.captions is None
        assert second.video.name == "dgs-thesis-3.webm"
        assert [one.id for one in load_former(find_place(cast.declaration, "thesis-3"))] == [first.id]
        assert "dgs-thesis-3.mp4" not in client.get(f"{WATCH}/3").text
        client.sign_in(cast.otto)
        assert "dgs-thesis-3.mp4" in client.get(f"{OFFICE}/thesis-3").text
        with pytest.raises(FileRefused, match="used"):
            files.remove_file(cast.otto, first.video)
        third = put(cast, video=films.mp4(films.track(), films.track(b"soun", b"mp4a")))
        assert third.video.name == "dgs-thesis-3-2.mp4"
        assert put(cast).video.id == first.video_id

    def test_same_again_changes_nothing(self, cast):
        first = put(cast, captions="Guten Tag.")
        assert put(cast, captions="Guten Tag.").id == first.id
        assert put(cast).id == first.id
        assert (count(SignVideo), count(PageFile)) == (1, 2)

    def test_taken_away_it_is_kept_and_can_be_deleted_for_good(self, cast, client):
        made = put(cast, captions="Guten Tag.")
        client.sign_in(cast.otto)
        assert client.post(f"{OFFICE}/thesis-3", data={"act": "forget", "number": made.id}).status_code == 303
        assert count(SignVideo) == 1, "only what is not shown any more"
        assert client.post(f"{OFFICE}/thesis-3", data={"act": "away"}).status_code == 303
        assert client.get(f"{WATCH}/3").status_code == 404
        assert "In Gebärdensprache" not in client.get("/d/erklaerung/3").text
        assert count(FilePart) == 2
        for number in ("", "x", "9" * 5000, "-1"):
            assert client.post(f"{OFFICE}/thesis-3", data={"act": "forget", "number": number}).status_code == 303
        assert client.post(f"{OFFICE}/thesis-3", data={"act": "forget", "number": made.id}).status_code == 303
        assert (count(SignVideo), count(PageFile), count(FilePart)) == (0, 0, 0)

    def test_film_that_is_still_shown_elsewhere_is_not_deleted(self, cast):
        made = put(cast, captions="Guten Tag.")
        again = put(cast, captions="Anders.")
        signing.forget(cast.otto, find_place(cast.declaration, "thesis-3"), made.id)
        assert (count(SignVideo), count(PageFile)) == (1, 2)
        assert files.may_open(Guest(), again.video)

    @pytest.mark.parametrize(
        ("video", "captions", "words"),
        [
            (None, None, "Wählen Sie bitte ein Video aus."),
            (None, films.vtt(), "Wählen Sie bitte ein Video aus."),
            (b"", None, "Diese Datei ist leer."),
            (b"<!doctype html><script>x</script>", None, "Das ist kein Video, das wir zeigen können."),
            (films.vtt(), None, "Das ist kein Video, das wir zeigen können."),
            (films.mp4()[:-3], None, "Die Datei ist beschädigt"),
            (films.mp4(films.track(b"vide", b"hvc1")), None, "Dieses Video läuft nicht in jedem Browser."),
            (films.mp4(films.track(), films.track(b"meta", b"mebx")), None, "In diesem Video steht mehr als Bild und Ton"),
            (films.mp4(more=films.box(b"free", bytes(20_000))), None, "Das Video ist zu groß."),
            (films.mp4(), films.mp4(), "Das sind keine Untertitel im Format WebVTT"),
            (films.mp4(), films.vtt("<script>x</script>"), "In den Untertiteln steht HTML"),
            (films.mp4(), b"WEBVTT\n\n00:02.000 --> 00:01.000\nx\n", "In Zeile 3 stimmen die Zeiten nicht."),
            (films.mp4(), "WEBVTT\n\nä".encode("latin-1"), "Speichern Sie sie bitte als Text in UTF-8."),
        ],
    )
    def test_what_cannot_be_taken_is_said_at_its_field(self, cast, client, monkeypatch, video, captions, words):
        monkeypatch.setattr(cage, "MAX_FILE", 20_000)
        client.sign_in(cast.otto)
        answer = upload(client, video=video, captions=captions)
        assert answer.status_code == 422
        assert answer.text.count(words) == 2
        assert (count(SignVideo), count(PageFile), count(FilePart)) == (0, 0, 0)

    @pytest.mark.parametrize("key", ["thesis-99", "page-nein", "thesis-", "about-x", "x", "thesis-" + "9" * 5000])
    def test_place_that_is_none_is_not_there(self, cast, client, key):
        client.sign_in(cast.otto)
        assert client.get(f"{OFFICE}/{key}").status_code == 404

    def test_ten_megabytes_are_taken_and_no_byte_more(self):
        most = 10 * 1024 * 1024
        room = most - len(films.mp4()) - 8
        assert len(signing.look_at("video", films.mp4(more=films.box(b"mdat", bytes(room)))).content) == most
        with pytest.raises(SignsRefused, match="too_big"):
            signing.look_at("video", films.mp4(more=films.box(b"mdat", bytes(room + 1))))

    def test_captions_alone_say_nothing(self, cast):
        with pytest.raises(SignsRefused, match="needed"):
            signing.put(cast.otto, find_place(cast.declaration, "about"), None, signing.look_at("captions", films.vtt()))

    def test_files_have_an_end(self, cast, monkeypatch):
        monkeypatch.setattr(files, "FILES_MAX", 1)
        put(cast)
        with pytest.raises(SignsRefused, match="number"):
            put(cast, "about")

    def test_two_places_share_nothing(self, cast):
        put(cast, "thesis-3")
        put(cast, "about")
        assert count(PageFile) == 2
        assert [one.place.key for one in load_signs(cast.declaration) if one.video] == ["about", "thesis-3"]

    def test_everything_goes_with_the_declaration(self, cast):
        page_of(cast)
        for key in ("about", "thesis-3", "page-programm"):
            put(cast, key, captions="Guten Tag.")
        put(cast, video=films.webm())
        deletion.remove(cast.declaration)
        assert (count(SignVideo), count(PageFile), count(FilePart)) == (0, 0, 0)
