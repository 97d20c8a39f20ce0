"""Answering a survey without an account: beginning, going on later, and handing in.

Whoever answers is known by a secret alone, which her browser keeps and which she may write down. When she hands in, it is
forgotten, and nothing leads from the answers to a person, a code or a time.
"""

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update

from deliberation.clock import today
from deliberation.database import db, once
from deliberation.declarations.models import hold_text
from deliberation.permissions import Permission, Person, require
from deliberation.sealing import LETTERS, keyed_hash, seed, to_code
from deliberation.surveys.actions import SurveyRefused, answer_keys
from deliberation.surveys.branching import asked
from deliberation.surveys.models import TEXT_MAX, FreeText, Item, ItemKind, Sheet, Survey
from deliberation.surveys.opening import use_code

CODE_LENGTH = 12
"""Letters of the code to go on with: 59 bits."""
DECIMALS = 2


class AnswerInvalid(Exception):
    """`reason` is choose, number, range or long."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def begin(person: Person, survey: Survey, entry_code: str, form_key: str) -> str:
    """Start a sheet; returns the code to go on with. The same form sent again goes on with the same sheet.

    Raises SurveyRefused code where one is asked for and this one is unknown or used."""
    _hold(person, survey)
    code = to_code(seed("survey sheet", form_key, survey.id, plain_code(entry_code)), CODE_LENGTH)
    same = select(Sheet).where(Sheet.secret_hash == _hash(code))
    if db.session.scalars(same).one_or_none() is not None:
        return code
    if survey.needs_code and not use_code(survey, plain_code(entry_code)):
        raise SurveyRefused("code")
    once(same, lambda: Sheet(survey_id=survey.id, secret_hash=_hash(code), answers={}, touched_on=today()))
    return code


def _hold(person: Person, survey: Survey) -> None:
    """Whoever answers while it is being closed is either before or too late, and is told so."""
    hold_text(survey.declaration, shared=True)
    db.session.flush()
    db.session.refresh(survey, ["state"])
    require(person, Permission.ANSWER_SURVEY, survey)


def plain_code(typed: str) -> str:
    """As it was given out, however it was typed."""
    return "".join(letter for letter in typed.lower() if letter in LETTERS)


def spelled(code: str) -> str:
    """For reading and typing: in fours."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def find_sheet(survey: Survey, code: str) -> Sheet | None:
    """What was begun with this code and is not handed in."""
    same = Sheet.survey_id == survey.id, Sheet.secret_hash == _hash(code), Sheet.is_sent.is_(False)
    return db.session.scalars(select(Sheet).where(*same)).one_or_none() if code else None


def _hash(code: str) -> str:
    return keyed_hash("survey sheet", code)


def keep(person: Person, survey: Survey, sheet: Sheet, item: Item, answer: Any) -> None:
    """Store one answer, or `None` for “Keine Angabe”; what was said before is replaced."""
    _hold(person, survey)
    is_changed = _change(sheet, item, {str(item.id): answer if item.kind is not ItemKind.TEXT or answer is None else True})
    if is_changed and item.kind is ItemKind.TEXT and answer is not None:
        db.session.add(FreeText(item_id=item.id, sheet_id=sheet.id, body=answer))
    db.session.flush()


def leave_out(person: Person, survey: Survey, sheet: Sheet, item: Item) -> None:
    """Say nothing to a question, also if something was said before."""
    _hold(person, survey)
    _change(sheet, item, {})
    db.session.flush()


def _change(sheet: Sheet, item: Item, new: dict[str, Any]) -> bool:
    """Whether it could be changed still. Two tabs of the same person write one after the other; what the other one has handed in
    meanwhile stays as it is."""
    db.session.refresh(sheet, with_for_update={"of": Sheet})
    if sheet.is_sent:
        return False
    kept = {key: value for key, value in sheet.answers.items() if key != str(item.id)}
    sheet.answers, sheet.touched_on = {**kept, **new}, today()
    if item.kind is ItemKind.TEXT:
        db.session.execute(delete(FreeText).where(FreeText.sheet_id == sheet.id, FreeText.item_id == item.id))
    return True


def words_of(sheet: Sheet, item: Item) -> str:
    """What somebody wrote so far."""
    query = select(FreeText.body).where(FreeText.sheet_id == sheet.id, FreeText.item_id == item.id)
    return db.session.scalar(query) or ""


def open_questions(survey: Survey, sheet: Sheet) -> list[Item]:
    """Those that come to this person and to which she has said nothing yet."""
    return [item for item in asked(survey.items, sheet.answers) if str(item.id) not in sheet.answers]


def hand_in(person: Person, survey: Survey, sheet: Sheet) -> bool:
    """Count from now on, and forget the way back. Answers to questions that do not come to her any more are dropped.

    Whether it was done now. Raises SurveyRefused empty for a sheet without any answer, and depends with the first question that
    has to be answered, if only by “Keine Angabe”."""
    _hold(person, survey)
    db.session.refresh(sheet, with_for_update={"of": Sheet})
    if sheet.is_sent:
        return False
    reached = asked(survey.items, sheet.answers)
    missing = next((item for item in reached if item.is_required and str(item.id) not in sheet.answers), None)
    if missing is not None:
        raise SurveyRefused("depends", missing)
    if not sheet.answers:
        raise SurveyRefused("empty")
    kept = {str(item.id) for item in reached}
    dropped = [int(key) for key in sheet.answers if key not in kept]
    of_it = FreeText.sheet_id == sheet.id
    db.session.execute(delete(FreeText).where(of_it, FreeText.item_id.in_(dropped)))
    db.session.execute(update(FreeText).where(of_it).values(sheet_id=None))
    sheet.answers = {key: value for key, value in sheet.answers.items() if key in kept}
    sheet.is_sent, sheet.secret_hash, sheet.touched_on = True, None, None
    db.session.flush()
    return True


def read_answer(item: Item, given: Sequence[str]) -> Any:
    """What a form says about a question. Raises AnswerInvalid."""
    words = [one.strip() for one in given if one.strip()]
    if not words:
        raise AnswerInvalid("choose")
    if item.kind is ItemKind.TEXT:
        if len(words[0]) > TEXT_MAX:
            raise AnswerInvalid("long")
        return words[0]
    if item.kind is ItemKind.NUMBER:
        return _number(item, words[0])
    keys = {str(key) for key in answer_keys(item)}
    if not set(words) <= keys or (item.kind is not ItemKind.MULTIPLE and len(words) > 1):
        raise AnswerInvalid("choose")
    return sorted({int(one) for one in words}) if item.kind is ItemKind.MULTIPLE else int(words[0])


def _number(item: Item, typed: str) -> float | int:
    """With a comma or a point; thousands are not parted."""
    try:
        value = float(typed.replace(" ", "").replace(",", "."))
    except ValueError:
        raise AnswerInvalid("number") from None
    if not math.isfinite(value):
        raise AnswerInvalid("number")
    value = round(value, DECIMALS)
    if not (item.low or 0) <= value <= (item.high or 0):
        raise AnswerInvalid("range")
    return int(value) if value == int(value) else value
