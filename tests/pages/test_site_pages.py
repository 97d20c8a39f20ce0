"""Whoever runs the site writes its pages in both languages; some are there from the start, and gaps are seen by nobody else."""

import re
from datetime import date

import pytest

from deliberation.database import db
from deliberation.pages.actions import PageRefused, PageWords
from deliberation.pages.models import find_page
from deliberation.pages.shipped import SHIPPED, delivered, load_gaps
from deliberation.permissions import NotAllowed, Outdated
from deliberation.site.writing import write_page
from tests import builders

FILLED = PageWords("Kontakt", "Rufen Sie an: 030 1234.", True, in_footer=True)


@pytest.fixture
def opa(cast):
    person = builders.make_user("opa", is_operator=True)
    db.session.commit()
    return person


def write(opa, address="kontakt", language="de", words=FILLED, edition=0):
    page = write_page(opa, address, language, words, edition)
    db.session.commit()
    return page


class TestDelivered:
    @pytest.mark.parametrize("address", SHIPPED)
    def test_is_there_in_both_languages_with_the_same_gaps(self, app, address):
        both = [delivered(address, language) for language in ("de", "en")]
        assert len(both[0].gaps) == len(both[1].gaps)
        headings = [len(re.findall(r"^## ", one.source, re.MULTILINE)) for one in both]
        assert headings[0] == headings[1]
        assert all(one.title and one.html for one in both)

    def test_complete_ones_are_shown_at_once(self, cast, client):
        page = client.get("/page/sicher-mitmachen").text
        assert "Sicher mitmachen" in page
        assert 'href="/datenschutz"' in page
        assert "Taking part safely" in client.get("/page/sicher-mitmachen", headers={"Accept-Language": "en"}).text
        assert "/page/sicher-mitmachen" in client.get("/page").text

    def test_one_with_gaps_is_there_for_the_operator_alone(self, cast, client, opa):
        assert client.get("/page/kontakt").status_code == 404
        assert "/page/kontakt" not in client.get("/page").text
        client.sign_in(opa)
        page = client.get("/page/kontakt").text
        assert "Diese Seite sehen nur Sie." in page

    def test_check_lists_gaps_until_they_are_filled(self, cast, opa):
        before = {(one.address, one.language) for one in load_gaps()}
        assert {("kontakt", "de"), ("kontakt", "en"), ("worum-es-geht", "de")} <= before
        assert ("sicher-mitmachen", "de") not in before
        write(opa)
        assert ("kontakt", "de") not in {(one.address, one.language) for one in load_gaps()}

    def test_settings_fill_what_they_know(self, app, cast, client, monkeypatch):
        monkeypatch.setitem(app.config, "CONTACT_EMAIL", "hilfe@example.org")
        assert "hilfe@example.org" in client.get("/page/fragen-und-antworten").text

    def test_first_words_stand_above_the_list(self, cast, client):
        builders.make_declaration("zweite", title="Zweite")
        db.session.commit()
        assert "Hier lesen und beraten Menschen gemeinsam Texte" in client.get("/").text


class TestWriting:
    def test_written_page_takes_the_place_of_the_delivered_one(self, cast, client, opa):
        write(opa)
        assert "030 1234" in client.get("/page/kontakt").text
        assert '/page/kontakt"' in client.get("/impressum").text
        # Who reads English gets the German one rather than none: the English one has gaps.
        assert "030 1234" in client.get("/page/kontakt", headers={"Accept-Language": "en"}).text

    def test_page_of_one_language_is_shown_in_the_other(self, cast, client, opa):
        write(opa, "beirat", words=PageWords("Beirat", "Fünf Menschen.", True, in_footer=True))
        page = client.get("/page/beirat", headers={"Accept-Language": "en"}).text
        assert 'lang="de">Beirat</h1>' in page

    def test_what_stood_there_stays_readable(self, cast, client, opa):
        write(opa)
        write(opa, words=PageWords("Kontakt", "Schreiben Sie.", True), edition=1)
        assert "030 1234" in client.get("/page/kontakt/editions").text

    def test_somebody_faster_is_told(self, cast, opa):
        write(opa)
        write(opa, words=PageWords("Kontakt", "Schneller.", True), edition=1)
        with pytest.raises(Outdated):
            write(opa, words=PageWords("Kontakt", "Später.", True), edition=1)

    def test_addition_stands_below_the_page_that_is_made(self, cast, client, opa):
        write(opa, "impressum", words=PageWords("Ergänzung", "## Bildnachweis\n\nAlle Fotos: wir.", True))
        page = client.get("/impressum").text
        assert page.index("Wer diese Seite betreibt") < page.index("Bildnachweis")
        assert client.get("/page/impressum").status_code == 303

    def test_news_stand_on_the_first_page(self, cast, client, opa):
        builders.make_declaration("zweite", title="Zweite")
        write(opa, "wartung", words=PageWords("Wartung am Sonntag", "Eine Stunde.", True, news_on=date(2026, 11, 20)))
        assert "Wartung am Sonntag" in client.get("/").text

    def test_twin_in_leichte_sprache(self, cast, client, opa):
        assert client.get("/page/kontakt/easy").status_code == 404
        write(opa, words=PageWords("Kontakt", "Rufen Sie an.", True, easy="Sie haben eine Frage?\nRufen Sie an."))
        assert "<p>Rufen Sie an.</p>" in client.get("/page/kontakt/easy").text

    def test_nobody_else_writes(self, cast, client):
        with pytest.raises(NotAllowed):
            write_page(cast.otto, "kontakt", "de", FILLED, 0)
        client.sign_in(cast.otto)
        assert client.get("/operator/pages").status_code in (403, 404)

    def test_language_that_there_is_not(self, opa):
        with pytest.raises(PageRefused):
            write_page(opa, "kontakt", "fr", FILLED, 0)

    def test_form_with_preview_and_gaps(self, cast, client, opa):
        client.sign_in(opa)
        form = client.get("/operator/pages/de/kontakt").text
        assert "Diese Lücken sind noch zu füllen:" in form
        sent = {"title": "Kontakt", "body": "So.", "shown": "y", "footed": "y", "position": "9" * 4000, "seen": "0"}
        assert client.post("/operator/pages/de/kontakt", data=sent).status_code == 422
        preview = client.post("/operator/pages/de/kontakt", data=sent | {"position": "1", "preview": "1"}).text
        assert "So wird es aussehen" in preview
        assert find_page(None, "kontakt", "de") is None
        assert client.post("/operator/pages/de/kontakt", data=sent | {"position": "1"}).status_code == 303
        assert find_page(None, "kontakt", "de").body == "So."
