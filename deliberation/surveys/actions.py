"""Building a survey: what stands around it, its questions, and their order. Once it is open the questions stay as they are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from deliberation.clock import today
from deliberation.database import db, once
from deliberation.declarations.models import Act, Declaration, Thesis, hold_text
from deliberation.declarations.record import record
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.surveys.branching import is_backward
from deliberation.surveys.models import (
    ITEMS_MAX,
    OPTIONS_MAX,
    STEPS,
    UNABLE,
    Citation,
    Entry,
    Item,
    ItemKind,
    Survey,
    load_items,
    next_number,
)
from deliberation.text import to_safe_html


class SurveyRefused(Exception):
    """It cannot be done. `reason` is frozen, number, day, day_past, empty, depends, backward or code; `item` is the question
    that stands in the way."""

    def __init__(self, reason: str, item: Item | None = None) -> None:
        super().__init__(reason)
        self.reason, self.item = reason, item


@dataclass(frozen=True)
class Frame:
    """What stands around the questions."""

    title: str
    intro: str = ""
    thanks: str = ""
    entry: Entry = Entry.EVERYBODY
    last_day: date | None = None
    invited: str = ""
    invited_count: int | None = None


@dataclass(frozen=True)
class Question:
    """A question or heading as it is typed. `options` are the words of the answers in their order; `condition` is the id of an
    earlier question and the keys of its answers, or nothing."""

    kind: ItemKind
    words: str
    hint: str = ""
    is_required: bool = False
    options: Sequence[str] = ()
    low: int | None = None
    high: int | None = None
    unit: str = ""
    condition: tuple[int, list[int]] | None = field(default=None)


def create_survey(organiser: Person, declaration: Declaration, title: str, form_key: str) -> Survey:
    """A survey without questions. The same form key sent again returns what the first sending made."""
    hold_text(declaration)
    require(organiser, Permission.EDIT_SURVEY, declaration)
    made = once(
        select(Survey).where(Survey.declaration_id == declaration.id, Survey.form_key == form_key),
        lambda: Survey(declaration=declaration, number=next_number(declaration), title=title, form_key=form_key),
        lambda survey: note(organiser, survey, after="draft"),
    )
    load_items(made)
    return made


def change_frame(organiser: Person, survey: Survey, frame: Frame) -> None:
    """Other words around the questions. Once it is open, who may answer stays; until it is closed, the last day may move.

    Raises SurveyRefused day_past."""
    hold_survey(organiser, survey)
    if survey.is_open and frame.last_day is not None and frame.last_day < today():
        raise SurveyRefused("day_past")
    before = survey.title, survey.intro, survey.invited
    survey.title, survey.intro, survey.intro_html = frame.title, frame.intro, to_safe_html(frame.intro)
    survey.thanks, survey.invited, survey.invited_count = frame.thanks, frame.invited, frame.invited_count
    if not survey.is_closed:
        survey.last_day = frame.last_day
    if survey.is_draft:
        survey.entry = frame.entry
    if survey.is_published and before != (survey.title, survey.intro, survey.invited):
        note(organiser, survey, after="changed")


def add_item(organiser: Person, survey: Survey, question: Question, form_key: str) -> Item:
    """Put a question or heading behind the others. Raises SurveyRefused frozen, number."""
    hold_survey(organiser, survey)
    _require_draft(survey)
    same = select(Item).where(Item.survey_id == survey.id, Item.form_key == form_key)
    found = db.session.scalars(same).one_or_none()
    if found is not None:
        return found
    if len(survey.items) >= ITEMS_MAX:
        raise SurveyRefused("number")
    last = max((item.position for item in survey.items), default=0)
    item = once(same, lambda: _take_over(Item(survey_id=survey.id, position=last + 1, form_key=form_key), question))
    load_items(survey)
    return item


def _take_over(item: Item, question: Question) -> Item:
    item.kind, item.words, item.hint = question.kind, question.words, question.hint
    item.is_required = question.is_required and question.kind is not ItemKind.SECTION
    item.options = _keyed(item.options or [], question.options)
    item.low, item.high, item.unit = question.low, question.high, question.unit
    item.asks_id, item.asks_keys = question.condition or (None, [])
    return item


def _keyed(before: Sequence[list[object]], words: Sequence[str]) -> list[list[object]]:
    """Answers with the keys they had; new words get a new key, so that nothing that depends on a key changes its meaning."""
    keys = {text: key for key, text in before}
    highest = max((int(str(key)) for key, _text in before), default=0)
    found = list[list[object]]()
    for text in words[:OPTIONS_MAX]:
        if text not in keys:
            highest += 1
            keys[text] = highest
        found.append([keys[text], text])
    return found


def change_item(organiser: Person, survey: Survey, item: Item, question: Question, version: int) -> None:
    """Other words or answers. Raises SurveyRefused frozen, backward, and depends where a later question depends on an answer
    that is gone; Outdated if somebody else changed it meanwhile."""
    hold_survey(organiser, survey)
    _require_draft(survey)
    if item.version != version:
        raise Outdated(item)
    before = _state(item)
    _take_over(item, question)
    problem = _problem(survey)
    if problem is not None:
        _restore(item, before)
        raise problem
    item.version += 1


_COLUMNS = ("kind", "words", "hint", "is_required", "options", "low", "high", "unit", "asks_id", "asks_keys")


def _state(item: Item) -> dict[str, object]:
    return {name: getattr(item, name) for name in _COLUMNS}


def _restore(item: Item, state: dict[str, object]) -> None:
    for name, value in state.items():
        setattr(item, name, value)


def answer_keys(item: Item) -> list[int]:
    """The answers that others can depend on."""
    if item.kind is ItemKind.SCALE:
        return [*STEPS, UNABLE]
    return [key for key, _words in item.options] if item.is_closed else []


def _problem(survey: Survey) -> SurveyRefused | None:
    backward = is_backward(survey.items)
    if backward is not None:
        return SurveyRefused("backward", backward)
    by_id = {item.id: item for item in survey.items}
    for item in survey.items:
        if item.asks_id is not None and not set(item.asks_keys) <= set(answer_keys(by_id[item.asks_id])):
            return SurveyRefused("depends", item)
    return None


def remove_item(organiser: Person, survey: Survey, item: Item) -> None:
    """Take a question out of a draft. Raises SurveyRefused frozen, and depends where a later one asks for it."""
    hold_survey(organiser, survey)
    _require_draft(survey)
    needs = next((one for one in survey.items if one.asks_id == item.id), None)
    if needs is not None:
        raise SurveyRefused("depends", needs)
    survey.items.remove(item)
    db.session.flush()


def move_item(organiser: Person, survey: Survey, item: Item, up: bool) -> bool:
    """Put it before or behind its neighbour; whether there was one. Raises SurveyRefused frozen, backward."""
    hold_survey(organiser, survey)
    _require_draft(survey)
    items = list(survey.items)
    place = items.index(item)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(items):
        return False
    items[place], items[other] = items[other], items[place]
    backward = is_backward(items)
    if backward is not None:
        raise SurveyRefused("backward", backward)
    item.position, items[place].position = items[place].position, item.position
    db.session.flush()
    load_items(survey)
    return True


def remove_survey(organiser: Person, survey: Survey) -> None:
    """Take back a draft, or figures that were brought in and are not public. Raises SurveyRefused frozen."""
    hold_survey(organiser, survey)
    if not (survey.is_draft or (survey.is_brought_in and not survey.is_published)):
        raise SurveyRefused("frozen")
    for item in survey.items:
        item.asks_id = None
    for citation in db.session.scalars(select(Citation).where(Citation.item_id.in_([item.id for item in survey.items]))):
        db.session.delete(citation)
    db.session.flush()
    note(organiser, survey, before=survey.state.value, after="removed")
    db.session.delete(survey)
    db.session.flush()


def change_headline(organiser: Person, survey: Survey, item: Item, words: str) -> None:
    """Say in one sentence what came of a question; empty: the one that is made from the figures. Where other words were
    published, kept archives are looked at again."""
    hold_survey(organiser, survey)
    if item.headline != words:
        item.headline = words
        note(organiser, survey, after="changed")


def cite(organiser: Person, survey: Survey, item: Item, numbers: Collection[str]) -> None:
    """Let the theses with these numbers and the result of a question lead to each other, and no others."""
    hold_survey(organiser, survey)
    wanted = set(
        db.session.scalars(
            select(Thesis.id).where(Thesis.declaration_id == survey.declaration_id, Thesis.number.in_(numbers))
        )
    )
    present = {one.thesis_id: one for one in db.session.scalars(select(Citation).where(Citation.item_id == item.id))}
    for thesis_id in present.keys() - wanted:
        db.session.delete(present[thesis_id])
    db.session.add_all(Citation(item_id=item.id, thesis_id=one) for one in sorted(wanted - present.keys()))
    db.session.flush()


def hold_survey(organiser: Person, survey: Survey) -> None:
    """Let nobody else change it until the end of the transaction, and read anew how it stands."""
    hold_text(survey.declaration)
    require(organiser, Permission.EDIT_SURVEY, survey.declaration)
    db.session.flush()
    db.session.refresh(survey)
    load_items(survey)


def _require_draft(survey: Survey) -> None:
    if not survey.is_draft:
        raise SurveyRefused("frozen")


def note(organiser: Person | None, survey: Survey, before: str = "", after: str = "") -> None:
    """One line of the log."""
    own = organiser.membership_in(survey.declaration_id) if organiser else None
    name = f"survey:{survey.number}"
    record(own, survey.declaration, Act.SURVEY, before=f"{name},{before}" if before else "", after=f"{name},{after}")


def find_item(survey: Survey, number: int) -> Item | None:
    """A question or heading by its id."""
    return next((item for item in survey.items if item.id == number), None)


