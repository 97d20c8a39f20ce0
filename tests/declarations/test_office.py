"""The office shows organisers what needs doing, and lets them change the words around a text."""

import pytest
from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations.actions import Surroundings, change_texts
from deliberation.declarations.models import Act, LogEntry
from deliberation.declarations.office import load_office
from deliberation.permissions import NotAllowed, Phase, Role
from tests import builders

WORDS = Surroundings("Bündnis", "Darum geht es.", "Ein **Absatz**.\n\n<script>alert(1)</script>", "post@example.org", "CC BY 4.0")


def test_office_names_what_is_missing_and_falls_silent(cast):
    office = load_office(cast.otto, cast.declaration)
    assert office.todos == ["moderators", "texts", "plan", "organisers"]
    assert (office.moderators, office.organisers) == (1, 1)
    builders.make_member(cast.declaration, "zweite", Role.MODERATOR)
    builders.make_member(cast.declaration, "dritte", Role.ORGANISER)
    change_texts(cast.otto, cast.declaration, WORDS)
    assert load_office(cast.otto, cast.declaration).todos == ["plan"]


def test_office_is_for_organisers(cast, client):
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            load_office(person, cast.declaration)
        with pytest.raises(NotAllowed):
            change_texts(person, cast.declaration, WORDS)
    assert client.sign_in(cast.ada).get("/d/erklaerung/office").status_code == 403
    assert "Verwaltung" not in client.get("/d/erklaerung").text
    assert client.sign_in(cast.otto).get("/d/erklaerung/office").status_code == 200
    assert "Verwaltung" in client.get("/d/erklaerung").text


def test_words_stand_on_the_way_in_and_hold_no_script(cast, client):
    client.sign_in(cast.otto)
    assert client.post("/d/erklaerung/office/texts", data=vars(WORDS)).status_code == 303
    page = client.application.test_client().get("/d/erklaerung").text
    for words in ("Bündnis", "Darum geht es.", "<strong>Absatz</strong>", "post@example.org", "CC BY 4.0"):
        assert words in page
    assert "alert(1)</script>" not in page


def test_preview_stores_nothing(cast, client):
    client.sign_in(cast.otto)
    answer = client.post("/d/erklaerung/office/texts", data={**vars(WORDS), "preview": "1"})
    assert answer.status_code == 200
    assert "So wird es aussehen" in answer.text
    assert "<strong>Absatz</strong>" in answer.text
    db.session.refresh(cast.declaration)
    assert cast.declaration.about == ""


def test_preview_shows_all_of_it_also_without_the_long_text(cast, client):
    client.sign_in(cast.otto)
    answer = client.post("/d/erklaerung/office/texts", data={"licence": "CC BY 4.0", "summary": "Kurz.", "preview": "1"})
    assert "So wird es aussehen" in answer.text
    assert answer.text.count("CC BY 4.0") == 3


def test_office_of_what_is_over_asks_for_nothing(cast):
    cast.declaration.phase = Phase.CLOSED
    assert load_office(cast.otto, cast.declaration).todos == []


def test_too_long_is_said_and_kept(cast, client):
    client.sign_in(cast.otto)
    answer = client.post("/d/erklaerung/office/texts", data={**vars(WORDS), "summary": "x" * 601})
    assert answer.status_code == 422
    assert "Bitte höchstens 600 Zeichen." in answer.text
    assert "x" * 601 in answer.text


def test_change_is_logged_once_and_without_words(cast):
    assert change_texts(cast.otto, cast.declaration, WORDS)
    assert not change_texts(cast.otto, cast.declaration, WORDS)
    [entry] = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.TEXTS))
    assert (entry.before, entry.after) == ("", "")
