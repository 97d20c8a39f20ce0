"""Leichte Sprache: a twin of the text with the same places, written by people, with a list of what is missing."""

from dataclasses import replace

import pytest

from deliberation.database import db
from deliberation.declarations import easy
from deliberation.declarations.easy import EASY_MAX, EasyTooLong, load_easy
from deliberation.declarations.models import find_declaration
from deliberation.permissions import NotAllowed, Phase
from tests import builders
from tests.editions import scene

LINES = "Ein Kind ist in Gefahr.\nDann hilft das Jugend-Amt.\n\nDas ist eine wichtige Arbeit."


def thesis(declaration, number="3"):
    return next(one for one in declaration.theses if one.number == number)


def write(cast, texts=(LINES,), heading="Schutz für Kinder"):
    about = thesis(cast.declaration)
    paragraphs = [builders.paragraph(cast.declaration, f"3.{place}") for place in range(1, len(texts) + 1)]
    easy.change_thesis(cast.otto, about, heading, {one.id: text for one, text in zip(paragraphs, texts, strict=True)})
    db.session.commit()


class TestReading:
    def test_each_sentence_stands_on_its_own_line_at_the_place_of_its_paragraph(self, cast, client):
        write(cast)
        page = client.get("/d/erklaerung/3/easy").text
        assert "<p>Ein Kind ist in Gefahr.</p><p>Dann hilft das Jugend-Amt.</p>" in page
        assert 'id="absatz-3-1"' in page
        assert "Schutz für Kinder" in page
        assert "Set-Cookie" not in client.get("/d/erklaerung/3/easy").headers

    def test_thesis_and_twin_lead_to_each_other(self, cast, client):
        assert "In Leichter Sprache lesen" not in client.get("/d/erklaerung/3").text
        write(cast)
        assert "/d/erklaerung/3/easy" in client.get("/d/erklaerung/3").text
        twin = client.get("/d/erklaerung/3/easy").text
        assert 'href="/d/erklaerung/3" data-keep-place' in twin
        assert "/d/erklaerung/3/1" in twin
        assert "In Leichter Sprache lesen" not in client.get("/d/erklaerung/2").text

    def test_start_says_what_it_is_about_and_what_can_be_read(self, cast, client):
        assert client.get("/d/erklaerung/easy").status_code == 404
        easy.change_about(cast.otto, cast.declaration, "Hier geht es um Sozial-Arbeit.")
        write(cast)
        page = client.get("/d/erklaerung/easy").text
        assert "Hier geht es um Sozial-Arbeit." in page
        assert "Schutz für Kinder" in page
        assert "/d/erklaerung/easy" in client.get("/d/erklaerung").text
        assert client.get("/d/erklaerung/2/easy").status_code == 404

    def test_twin_older_than_the_text_says_so(self, cast, client):
        write(cast)
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Ganz andere Worte stehen hier."))
        assert "Der Text ist inzwischen anders." in client.get("/d/erklaerung/3/easy").text
        found = find_declaration("erklaerung")
        assert [one.missing for one in load_easy(found, [thesis(found)])] == [2]
        easy.confirm(cast.otto, thesis(found))
        db.session.commit()
        assert "Der Text ist inzwischen anders." not in client.get("/d/erklaerung/3/easy").text

    def test_draft_is_not_there(self, cast, client):
        write(cast)
        cast.declaration.phase = Phase.DRAFT
        assert client.get("/d/erklaerung/3/easy").status_code in (403, 404)


class TestWriting:
    def test_what_is_missing_is_listed(self, cast, client):
        write(cast)
        client.sign_in(cast.otto)
        page = client.get("/d/erklaerung/office/easy").text
        assert page.count("fehlt noch") == 4
        assert "1 Absatz fehlt oder ist älter als der Text" in page
        write(cast, (LINES, "Ein Satz."))
        assert "vollständig" in client.get("/d/erklaerung/office/easy").text

    def test_organiser_writes_it_in_the_browser(self, cast, client):
        client.sign_in(cast.otto)
        one = builders.paragraph(cast.declaration, "3.1")
        sent = client.post("/d/erklaerung/office/easy/3", data={"heading": "Schutz", f"p{one.id}": LINES})
        assert sent.status_code == 303
        assert "Dann hilft das Jugend-Amt." in client.get("/d/erklaerung/3/easy").text
        assert client.post("/d/erklaerung/office/easy", data={"about": "Kurz gesagt."}).status_code == 303
        assert "Kurz gesagt." in client.get("/d/erklaerung/easy").text

    def test_too_long_a_text_stays_in_the_field(self, cast, client):
        client.sign_in(cast.otto)
        one = builders.paragraph(cast.declaration, "3.1")
        page = client.post("/d/erklaerung/office/easy/3", data={f"p{one.id}": "x" * (EASY_MAX + 1), "heading": "Bleibt"})
        assert page.status_code == 422
        assert "Bitte höchstens 6000 Zeichen." in page.text
        assert 'value="Bleibt"' in page.text
        assert client.post("/d/erklaerung/office/easy", data={"about": "x" * (EASY_MAX + 1)}).status_code == 422

    def test_emptied_it_is_gone(self, cast, client):
        write(cast)
        write(cast, ("",))
        assert client.get("/d/erklaerung/3/easy").status_code == 404
        assert not find_declaration("erklaerung").has_easy

    def test_others_do_not_write(self, cast):
        for person in (cast.ada, cast.mira):
            with pytest.raises(NotAllowed):
                easy.change_about(person, cast.declaration, "Nein.")
        with pytest.raises(EasyTooLong):
            easy.change_thesis(cast.otto, thesis(cast.declaration), "x" * 201, {})


class TestWhatStoodThere:
    def about(self, cast):
        return thesis(find_declaration("erklaerung"))

    def test_before_a_change_stays_readable_for_organisers(self, cast, client):
        write(cast, ("Zuerst so.",), "Alt")
        write(cast, ("Dann so.",), "Neu")
        write(cast, ("Dann so.",), "Neu")
        easy.change_about(cast.otto, cast.declaration, "Erst kurz.")
        easy.change_about(cast.otto, cast.declaration, "Dann lang.")
        db.session.commit()
        paths = ("/d/erklaerung/office/easy/3/editions", "/d/erklaerung/office/easy/editions")
        for path in paths:
            assert client.get(path).status_code in (302, 303, 403)
        client.sign_in(cast.otto)
        twin, start = (client.get(path).text for path in paths)
        assert "Zuerst so." in twin
        assert twin.count("Stand bis") == 1
        assert "Dann so." not in twin
        assert "Erst kurz." in start
        assert "Dann lang." not in start
        assert paths[0] in client.get("/d/erklaerung/office/easy/3").text
        assert paths[1] in client.get("/d/erklaerung/office/easy").text

    def test_emptied_twin_is_not_lost(self, cast, client):
        write(cast, ("Zuerst so.",))
        write(cast, ("",))
        easy.change_about(cast.otto, cast.declaration, "Erst kurz.")
        easy.change_about(cast.otto, cast.declaration, "")
        db.session.commit()
        client.sign_in(cast.otto)
        assert "Zuerst so." in client.get("/d/erklaerung/office/easy/3/editions").text
        assert "Erst kurz." in client.get("/d/erklaerung/office/easy/editions").text
        assert client.get("/d/erklaerung/easy").status_code == 404

    def test_words_for_a_paragraph_that_is_gone_stay_with_the_organisers(self, cast, client):
        write(cast, (LINES, "Worte für den zweiten."))
        scene.publish(cast.declaration, scene.removed(scene.text(cast.declaration), "3.2"))
        one = builders.paragraph(find_declaration("erklaerung"), "3.1")
        easy.change_thesis(cast.otto, self.about(cast), "Anders", {one.id: "Ganz neu."})
        easy.confirm(cast.otto, self.about(cast))
        db.session.commit()
        assert "Worte für den zweiten." not in client.get("/d/erklaerung/3/easy").text
        client.sign_in(cast.otto)
        page = client.get("/d/erklaerung/office/easy/3").text
        assert "Gehört zu einem Absatz, den es nicht mehr gibt" in page
        assert "Worte für den zweiten." in page.split("Gehört zu einem Absatz")[1]
        assert load_easy(self.about(cast).declaration, [self.about(cast)])[0].missing == 0

    def test_twin_of_which_only_words_for_gone_paragraphs_are_left_is_not_shown(self, cast, client):
        write(cast, (LINES, "Worte für den zweiten."))
        scene.publish(cast.declaration, scene.removed(scene.text(cast.declaration), "3.2"))
        easy.change_thesis(cast.otto, self.about(cast), "", {})
        db.session.commit()
        assert client.get("/d/erklaerung/3/easy").status_code == 404
        assert "Worte für den zweiten." in client.sign_in(cast.otto).get("/d/erklaerung/office/easy/3").text

    def test_twin_of_a_thesis_that_is_gone_is_found_in_the_office(self, cast, client):
        write(cast, (LINES,))
        text = scene.text(cast.declaration)
        scene.publish(cast.declaration, replace(text, theses=tuple(one for one in text.theses if one.number != "3")))
        client.sign_in(cast.otto)
        assert "/d/erklaerung/office/easy/3/editions" in client.get("/d/erklaerung/office/easy").text
        assert "Dann hilft das Jugend-Amt." in client.get("/d/erklaerung/office/easy/3/editions").text
