"""Surveys for tests, made through the verbs, and people who answer them."""

import random
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from deliberation.database import db
from deliberation.permissions import Guest
from deliberation.surveys import actions, answering, opening
from deliberation.surveys.actions import Question
from deliberation.surveys.models import Item, ItemKind, Sheet, Survey

_keys = count(1)

SINGLE, MULTIPLE, SCALE = ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.SCALE
NUMBER, TEXT, SECTION = ItemKind.NUMBER, ItemKind.TEXT, ItemKind.SECTION
YES_NO = ("Ja", "Nein")


def key() -> str:
    return f"form-{next(_keys)}"


def make_survey(cast: Any, title: str = "Digitalisierung im Arbeitsalltag") -> Survey:
    survey = actions.create_survey(cast.otto, cast.declaration, title, key())
    db.session.commit()
    return survey


def add(
    cast: Any,
    survey: Survey,
    words: str = "Arbeiten Sie mit Fachsoftware?",
    kind: ItemKind = SINGLE,
    options: Sequence[str] = (),
    **more: Any,
) -> Item:
    if kind in (SINGLE, MULTIPLE):
        options = options or YES_NO
    if kind is NUMBER:
        more = {"low": 0, "high": 60, "unit": "Stunden", **more}
    item = actions.add_item(cast.otto, survey, Question(kind, words, options=options, **more), key())
    db.session.commit()
    return item


def open_(cast: Any, survey: Survey) -> Survey:
    assert opening.open_survey(cast.otto, survey)
    db.session.commit()
    return survey


def answer(survey: Survey, answers: Mapping[Item, Any], is_sent: bool = True, code: str = "") -> Sheet:
    """Somebody answers; None is “Keine Angabe”."""
    secret = answering.begin(Guest(), survey, code, key())
    sheet = answering.find_sheet(survey, secret)
    assert sheet is not None
    for item, given in answers.items():
        answering.keep(Guest(), survey, sheet, item, given)
    if is_sent:
        assert answering.hand_in(Guest(), survey, sheet)
    db.session.commit()
    return sheet


def close(cast: Any, survey: Survey) -> Survey:
    assert opening.close_survey(cast.otto, survey)
    db.session.commit()
    return survey


def publish(cast: Any, survey: Survey) -> Survey:
    assert opening.publish(cast.otto, survey)
    db.session.commit()
    return survey


def thirty_questions(cast: Any) -> Survey:
    """Of every kind, in three sections, two of them behind a branch."""
    survey = make_survey(cast)
    add(cast, survey, "Zur Arbeit", SECTION)
    first = add(cast, survey, "Frage 1: Arbeiten Sie mit Fachsoftware?")
    for number in range(2, 9):
        add(cast, survey, f"Frage {number}: Wie sehen Sie das?", SCALE)
    add(cast, survey, "Frage 9: Womit?", MULTIPLE, ("Akte", "Kalender", "Statistik", "Messenger"))
    yes = first.options[0][0]
    add(cast, survey, "Nur wer mit Software arbeitet", SECTION, condition=(first.id, [yes]))
    for number in range(10, 16):
        add(cast, survey, f"Frage {number}: Im Alltag?", SCALE)
    for number in range(16, 19):
        add(cast, survey, f"Frage {number}: Wie viele Stunden?", NUMBER)
    add(cast, survey, "Zum Schluss", SECTION)
    for number in range(19, 27):
        add(cast, survey, f"Frage {number}: Welche davon?", SINGLE, ("A", "B", "C", "D", "E"))
    for number in range(27, 30):
        add(cast, survey, f"Frage {number}: Was trifft zu?", MULTIPLE, tuple("UVWXYZ"))
    add(cast, survey, "Frage 30: Was fehlt?", TEXT)
    assert len(survey.questions) == 30
    return survey


def made_up(survey: Survey, chance: random.Random) -> dict[int, Any]:
    """What one person says, by the number of the question: gaps, “Keine Angabe” and everything between."""
    said: dict[int, Any] = {}
    for number, item in enumerate(survey.questions, start=1):
        dice = chance.random()
        if dice < 0.08:
            continue
        said[number] = None if dice < 0.13 else _answer(item, chance)
    return said


def _answer(item: Item, chance: random.Random) -> Any:
    if item.kind is SCALE:
        return chance.choices((1, 2, 3, 4, 0), (30, 30, 20, 10, 10))[0]
    if item.kind is NUMBER:
        return chance.choice([0, 5, 19.5, 20, 38.5, 39, 40, 60])
    if item.kind is TEXT:
        return f"Mehr Zeit, {chance.randrange(10**6)}"
    keys = [one for one, _words in item.options]
    return sorted(chance.sample(keys, chance.randint(1, 3))) if item.kind is MULTIPLE else chance.choice(keys)
