"""From a draft to published results: opening, codes, closing, publishing, and letting go of the single answers."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from secrets import SystemRandom
from typing import Any

from sqlalchemy import delete, insert, select, update

from deliberation.clock import today
from deliberation.database import count_rows, db, rows_changed
from deliberation.declarations.models import hold_text
from deliberation.permissions import Permission, Person, require
from deliberation.sealing import keyed_hash, seed, to_code
from deliberation.surveys.actions import SurveyRefused, hold_survey, note
from deliberation.surveys.counting import count
from deliberation.surveys.models import (
    EntryCode,
    FreeText,
    Item,
    Sheet,
    Survey,
    SurveyState,
    TextState,
    load_items,
)

CODES_AT_ONCE = 2000
CODES_MAX = 20_000
CODE_LENGTH = 10
KEEP_DAYS = 365
"""Single answers after a survey has been closed; then the figures of each question alone."""
LEFT_DAYS = 30
"""Answers that nobody hands in."""
AT_ONCE = 500


def open_survey(organiser: Person, survey: Survey) -> bool:
    """Let people answer; from now on the questions stay as they are. Whether it was a draft. Raises SurveyRefused empty,
    day_past."""
    hold_survey(organiser, survey)
    if not survey.is_draft:
        return False
    if not survey.questions:
        raise SurveyRefused("empty")
    if survey.last_day is not None and survey.last_day < today():
        raise SurveyRefused("day_past")
    survey.state, survey.opened_on = SurveyState.OPEN, today()
    survey.declaration.surveyed_on = survey.declaration.surveyed_on or today()
    note(organiser, survey, "draft", "open")
    return True


def make_codes(organiser: Person, survey: Survey, number: int, form_key: str) -> list[str]:
    """So many codes, shown this once; the same form sent again gets the same ones. Raises SurveyRefused code for a survey that
    everybody may answer or that is over, number."""
    hold_survey(organiser, survey)
    if not survey.needs_code or survey.is_closed:
        raise SurveyRefused("code")
    codes = [to_code(seed("survey code", f"{form_key}:{place}", survey.id), CODE_LENGTH) for place in range(number)]
    hashes = [_hash(code) for code in codes]
    here = EntryCode.survey_id == survey.id
    known = set(db.session.scalars(select(EntryCode.code_hash).where(here)))
    fresh = [one for one in hashes if one not in known]
    if not 0 < number <= CODES_AT_ONCE or len(known) + len(fresh) > CODES_MAX:
        raise SurveyRefused("number")
    if fresh:
        db.session.execute(insert(EntryCode), [{"survey_id": survey.id, "code_hash": one, "is_used": False} for one in fresh])
        note(organiser, survey, after=f"codes:{len(fresh)}")
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def count_codes(survey: Survey) -> tuple[int, int]:
    """How many codes there are, and how many were used."""
    here = EntryCode.survey_id == survey.id
    return count_rows(EntryCode.id, here), count_rows(EntryCode.id, here, EntryCode.is_used.is_(True))


def use_code(survey: Survey, code: str) -> bool:
    """Use a code up; whether it was good. Two at the same moment: one gets in."""
    same = EntryCode.survey_id == survey.id, EntryCode.code_hash == _hash(code), EntryCode.is_used.is_(False)
    return rows_changed(update(EntryCode).where(*same).values(is_used=True)) == 1


def _hash(code: str) -> str:
    return keyed_hash("survey code", code)


def count_sheets(survey: Survey) -> tuple[int, int]:
    """How many people have handed in, and how many have begun and not."""
    sent = count_rows(Sheet.id, Sheet.survey_id == survey.id, Sheet.is_sent.is_(True))
    return sent, count_rows(Sheet.id, Sheet.survey_id == survey.id, Sheet.is_sent.is_(False))


def close_survey(organiser: Person, survey: Survey) -> bool:
    """Let nobody answer any more, and count. Whether it was open."""
    hold_survey(organiser, survey)
    if not survey.is_open:
        return False
    _close(survey)
    note(organiser, survey, "open", "closed")
    return True


def find_due(day: date) -> Sequence[Survey]:
    """Open ones whose last day is over."""
    return db.session.scalars(select(Survey).where(Survey.state == SurveyState.OPEN, Survey.last_day < day)).all()


def close_due(day: date) -> int:
    """For the job of the day: close what is over; how many. The caller commits."""
    due = find_due(day)
    for survey in due:
        hold_text(survey.declaration)
        db.session.refresh(survey)
        if survey.is_open:
            load_items(survey)
            _close(survey)
            note(None, survey, "open", "closed")
    return len(due)


def _close(survey: Survey) -> None:
    """What nobody handed in goes, the figures are counted once, and words lie in an order that says nothing."""
    survey.state, survey.closed_on = SurveyState.CLOSED, today()
    db.session.flush()
    unsent = select(Sheet.id).where(Sheet.survey_id == survey.id, Sheet.is_sent.is_(False))
    db.session.execute(delete(FreeText).where(FreeText.sheet_id.in_(unsent)))
    db.session.execute(delete(Sheet).where(Sheet.survey_id == survey.id, Sheet.is_sent.is_(False)))
    figures = count(survey.items, load_answers(survey))
    for item in survey.questions:
        item.figures = figures[item.id].to_json()
    survey.people = count_sheets(survey)[0]
    items = select(Item.id).where(Item.survey_id == survey.id)
    _shuffle(FreeText, FreeText.item_id.in_(items), FreeText.item_id, FreeText.body, FreeText.state)
    _shuffle(Sheet, Sheet.survey_id == survey.id, Sheet.survey_id, Sheet.answers, Sheet.is_sent)
    db.session.flush()


def _shuffle(model: Any, of_it: Any, *columns: Any) -> None:
    """Rows in the order of writing would tell which words came from the same person, and who began when."""
    rows: list[Any] = [dict(row) for row in db.session.execute(select(*columns).where(of_it)).mappings()]
    SystemRandom().shuffle(rows)
    db.session.execute(delete(model).where(of_it).execution_options(synchronize_session="fetch"))
    for start in range(0, len(rows), AT_ONCE):
        db.session.execute(insert(model), rows[start : start + AT_ONCE])


def load_answers(survey: Survey) -> Iterator[dict[str, Any]]:
    """The answers of everybody who handed in, in an order that says nothing about when."""
    query = select(Sheet.answers).where(Sheet.survey_id == survey.id, Sheet.is_sent.is_(True))
    yield from db.session.scalars(query.execution_options(yield_per=AT_ONCE))


def publish(organiser: Person, survey: Survey) -> bool:
    """Show the results to everybody who may read the declaration; whether they were not. Raises SurveyRefused frozen before it
    is closed."""
    hold_survey(organiser, survey)
    if not survey.is_closed:
        raise SurveyRefused("frozen")
    if survey.is_published:
        return False
    survey.published_on = today()
    survey.declaration.surveyed_on = survey.declaration.surveyed_on or today()
    note(organiser, survey, "closed", "published")
    return True


def unpublish(organiser: Person, survey: Survey) -> bool:
    """Take the results back to the team; whether they were public."""
    hold_survey(organiser, survey)
    if not survey.is_published:
        return False
    survey.published_on = None
    note(organiser, survey, "published", "closed")
    return True


def load_texts(reviewer: Person, survey: Survey) -> Sequence[FreeText]:
    """What people wrote in a survey that is closed: first what nobody has looked at."""
    require(reviewer, Permission.REVIEW_SURVEY_TEXTS, survey)
    query = select(FreeText).join(Item, Item.id == FreeText.item_id).where(Item.survey_id == survey.id)
    rows = db.session.scalars(query.order_by(Item.position, FreeText.id)).all()
    return sorted(rows, key=lambda text: text.state is not TextState.WAITING)


def review_text(reviewer: Person, survey: Survey, text: FreeText, state: TextState) -> None:
    """Show it with the results, or keep it back; a later look counts."""
    require(reviewer, Permission.REVIEW_SURVEY_TEXTS, survey)
    if text.state is not state:
        own = reviewer.membership_in(survey.declaration_id)
        text.state = state
        note(reviewer if own else None, survey, after=f"text,{state.value}")


def find_text(survey: Survey, number: int) -> FreeText | None:
    query = select(FreeText).join(Item, Item.id == FreeText.item_id)
    return db.session.scalars(query.where(Item.survey_id == survey.id, FreeText.id == number)).one_or_none()


def forget_answers(moment_day: date) -> int:
    """Retention: single answers a year after closing, and what was begun and left for a month. How many sheets."""
    late = select(Survey.id).where(
        Survey.closed_on < moment_day - timedelta(days=KEEP_DAYS), Survey.emptied_on.is_(None), Survey.source == ""
    )
    old = set(db.session.scalars(late))
    gone = rows_changed(delete(Sheet).where(Sheet.survey_id.in_(old), Sheet.is_sent.is_(True))) if old else 0
    if old:
        rows_changed(update(Survey).where(Survey.id.in_(old)).values(emptied_on=moment_day))
    left = select(Sheet.id).where(Sheet.is_sent.is_(False), Sheet.touched_on < moment_day - timedelta(days=LEFT_DAYS))
    rows_changed(delete(FreeText).where(FreeText.sheet_id.in_(left)))
    return gone + rows_changed(delete(Sheet).where(Sheet.id.in_(left)))
