"""Organisers write pages around the declaration: shown when they say so, with what stood there before, and nothing dangerous."""

import pytest

from deliberation.database import db
from deliberation.pages import actions
from deliberation.pages.actions import PageRefused, PageWords
from deliberation.pages.models import find_page
from deliberation.pages.naming import to_address
from deliberation.permissions import Access, NotAllowed, Outdated
from deliberation.text import PAGE_MAX, to_page_html

BASE = "/d/erklaerung/page"


def make(cast, title="Programm der Fachtagung", body="# Vormittag\n\nBegrüßung.", shown=True, menu=True):
    page = actions.create_page(cast.otto, cast.declaration, PageWords(title, body, shown, menu))
    db.session.commit()
    return page


class TestReading:
    def test_page_stands_in_the_menu_with_headings_below_its_title(self, cast, client):
        make(cast)
        page = client.get(f"{BASE}/programm-der-fachtagung").text
        assert "<h2>Vormittag</h2>" in page
        assert f"{BASE}/programm-der-fachtagung" in client.get("/d/erklaerung").text
        assert "Set-Cookie" not in client.get(f"{BASE}/programm-der-fachtagung").headers

    def test_what_is_not_shown_is_there_for_organisers_alone(self, cast, client):
        make(cast, shown=False)
        assert client.get(f"{BASE}/programm-der-fachtagung").status_code == 404
        assert "programm-der-fachtagung" not in client.get("/d/erklaerung").text
        client.sign_in(cast.otto)
        assert "Diese Seite sieht nur die Organisation." in client.get(f"{BASE}/programm-der-fachtagung").text

    def test_private_declaration_keeps_its_pages(self, cast, client):
        make(cast)
        cast.declaration.access = Access.PRIVATE
        assert client.get(f"{BASE}/programm-der-fachtagung").status_code in (303, 403, 404)

    def test_what_stood_there_before_stays_readable(self, cast, client):
        page = make(cast)
        assert actions.change_page(cast.otto, page, PageWords("Programm", "Anders.", True, True), 1)
        assert not actions.change_page(cast.otto, page, PageWords("Programm", "Anders.", True, True), 1)
        db.session.commit()
        before = client.get(f"{BASE}/programm-der-fachtagung/editions").text
        assert "Begrüßung." in before
        assert "Programm der Fachtagung" in before

    def test_drafts_of_before_it_was_shown_stay_with_the_organisers(self, cast, client):
        page = make(cast, body="ENTWURF", shown=False)
        actions.change_page(cast.otto, page, PageWords(page.title, "Reif.", True, True), 1)
        actions.change_page(cast.otto, page, PageWords(page.title, "Reifer.", True, True), 2)
        db.session.commit()
        before = client.get(f"{BASE}/programm-der-fachtagung/editions").text
        assert "Reif." in before
        assert "ENTWURF" not in before
        client.sign_in(cast.otto)
        assert "ENTWURF" in client.get(f"{BASE}/programm-der-fachtagung/editions").text


class TestWriting:
    def test_preview_stores_nothing(self, cast, client):
        client.sign_in(cast.otto)
        data = {"title": "Fragen", "body": "# Wer?\n\nAlle.", "preview": "1"}
        page = client.post("/d/erklaerung/office/pages/new", data=data)
        assert "<h2>Wer?</h2>" in page.text
        assert find_page(cast.declaration, "fragen") is None
        del data["preview"]
        assert client.post("/d/erklaerung/office/pages/new", data={**data, "shown": "y"}).status_code == 303
        assert "Alle." in client.get(f"{BASE}/fragen").text

    def test_two_people_do_not_overwrite_each_other(self, cast, client):
        page = make(cast)
        actions.change_page(cast.otto, page, PageWords("Programm", "Eins.", True), 1)
        with pytest.raises(Outdated):
            actions.change_page(cast.otto, page, PageWords("Programm", "Zwei.", True), 1)
        db.session.commit()
        client.sign_in(cast.otto)
        data = {"title": "Programm", "body": "MEIN TEXT", "seen": "1"}
        answer = client.post("/d/erklaerung/office/pages/programm-der-fachtagung", data=data)
        assert answer.status_code == 422
        assert "MEIN TEXT" in answer.text
        assert "Jemand hat diese Seite inzwischen geändert." in answer.text

    @pytest.mark.parametrize("seen", ["", "x", "²", "9" * 5000])
    def test_state_that_is_none_is_no_breakdown(self, cast, client, seen):
        make(cast)
        client.sign_in(cast.otto)
        data = {"title": "Programm", "body": "MEIN TEXT", "seen": seen}
        answer = client.post("/d/erklaerung/office/pages/programm-der-fachtagung", data=data)
        assert answer.status_code == 422
        assert "MEIN TEXT" in answer.text

    @pytest.mark.parametrize(("title", "place"), [("!!!", ""), ("Gut", "Nicht Gut!"), ("Gut", "a" * 61), ("New", "")])
    def test_address_that_is_none_is_explained(self, cast, client, title, place):
        client.sign_in(cast.otto)
        answer = client.post("/d/erklaerung/office/pages/new", data={"title": title, "place": place, "body": "Bleibt."})
        assert answer.status_code == 422
        assert "Bleibt." in answer.text

    def test_address_is_given_once(self, cast):
        make(cast)
        with pytest.raises(PageRefused, match="address"):
            actions.create_page(cast.otto, cast.declaration, PageWords("Programm der Fachtagung", "Andere."))
        with pytest.raises(PageRefused, match="long"):
            actions.create_page(cast.otto, cast.declaration, PageWords("Lang", "x" * (PAGE_MAX + 1)))

    def test_others_write_none(self, cast):
        for person in (cast.ada, cast.mira):
            with pytest.raises(NotAllowed):
                actions.create_page(person, cast.declaration, PageWords("Titel", "Text"))


def test_nothing_dangerous_survives():
    html = to_page_html("# Titel\n\n<script>x</script> <img src=x> [a](javascript:x) [b](https://example.org)\n\n|a|b|\n|:-|-|\n|1|2|\n")
    assert "<h2>Titel</h2>" in html
    assert "<table>" in html
    for part in ("<script", "<img", "href=\"javascript", "style="):
        assert part not in html


def test_address_is_made_of_the_title():
    assert to_address("Häufige Fragen & Antworten") == "haeufige-fragen-antworten"
    assert to_address("!!!") == ""
