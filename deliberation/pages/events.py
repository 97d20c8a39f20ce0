"""Writing events around a declaration: what they are, their programme, and what came of it. Nothing that stood there is lost."""

import re
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from deliberation.clock import today
from deliberation.database import count_rows, db, once
from deliberation.declarations.models import SLUG_MAX, SLUG_PATTERN, Act, Declaration, Paragraph, Thesis
from deliberation.declarations.record import record
from deliberation.pages.attaching import to_state
from deliberation.pages.files import load_files, require_pages
from deliberation.pages.linking import find_missing, to_html
from deliberation.pages.models import (
    DAYS_MAX,
    EVENTS_MAX,
    ITEMS_MAX,
    Event,
    EventEdition,
    ProgrammeItem,
    load_events,
    load_items,
    select_events,
)
from deliberation.pages.naming import to_address
from deliberation.permissions import Outdated, Person
from deliberation.text import SOURCE_MAX, normalised, to_safe_html

RESERVED = ("new",)
"""Addresses that the office has for something else."""
HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
SPEAKERS_MAX = 2000
ATTACHED_MAX = 100


class EventRefused(Exception):
    """`reason` is address (not one, or taken), long, number, days (not in their order, too many, or one that went still has
    something in the programme), hour, end (not after the beginning), file (not there), picture (is none), or place (not of
    this text)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class EventWords:
    title: str
    first_on: date
    last_on: date
    place: str = ""
    intro: str = ""
    is_shown: bool = False
    photos: tuple[int, ...] = ()


@dataclass(frozen=True)
class ItemWords:
    """`day` counts from 0; hours read 10:30."""

    title: str
    starts_at: str
    ends_at: str = ""
    day: int = 0
    speakers: str = ""
    abstract: str = ""
    summary: str = ""
    paragraphs: tuple[int, ...] = ()
    files: tuple[int, ...] = ()


def create_event(organiser: Person, declaration: Declaration, words: EventWords, address: str = "") -> Event:
    """A new event; the same one sent again is the same. Raises EventRefused."""
    require_pages(organiser, declaration)
    words, name = _fit_event(declaration, words), address or to_address(words.title)
    if not SLUG_PATTERN.fullmatch(name) or len(name) > SLUG_MAX or name in RESERVED:
        raise EventRefused("address")
    same = select_events(declaration).where(Event.address == name)
    found = db.session.scalars(same).one_or_none()
    if found is not None and (found.title, found.first_on) != (words.title, words.first_on):
        raise EventRefused("address")
    if found is None and count_rows(Event.id, Event.declaration_id == declaration.id) >= EVENTS_MAX:
        raise EventRefused("number")
    made = once(
        same,
        lambda: _take_over_event(Event(declaration=declaration, address=name, edition=1, items=[]), words),
        lambda event: _note(organiser, event, "made"),
    )
    _refresh_menu(declaration)
    return made


def change_event(organiser: Person, event: Event, words: EventWords, seen: str) -> bool:
    """Other words, or shown or not; whether anything is another now. Raises EventRefused, and Outdated if it does not stand as it
    was seen (`mark`): somebody else changed it meanwhile."""
    require_pages(organiser, event.declaration)
    after = _fit_event(event.declaration, words)
    _read_anew(event)
    before = to_event_words(event)
    if after == before:
        return False
    if mark(before) != seen:
        raise Outdated(event)
    if any(item.day > (after.last_on - after.first_on).days for item in event.items):
        raise EventRefused("days")
    if replace(after, is_shown=before.is_shown) != before:
        _keep(event)
    _take_over_event(event, after)
    _changed(organiser, event, "changed")
    return True


def add_item(organiser: Person, event: Event, words: ItemWords, form_key: str) -> ProgrammeItem:
    """One more thing in the programme; the same key sent again is the same. Raises EventRefused."""
    require_pages(organiser, event.declaration)
    _read_anew(event)
    sent = select(ProgrammeItem).where(ProgrammeItem.event_id == event.id, ProgrammeItem.form_key == form_key)
    found = db.session.scalars(sent).one_or_none()
    if found is not None:
        return found
    after = _fit_item(event, words)
    if len(event.items) >= ITEMS_MAX:
        raise EventRefused("number")
    _keep(event)
    made = _take_over_item(ProgrammeItem(event_id=event.id, form_key=form_key), after)
    made.position = max((item.position for item in event.items), default=0) + 1
    db.session.add(made)
    db.session.flush()
    _changed(organiser, event, "item added")
    return made


def change_item(organiser: Person, item: ProgrammeItem, words: ItemWords, seen: str) -> bool:
    """Other words; whether anything is another now. What others did meanwhile elsewhere in the programme does not matter. Raises
    EventRefused, and Outdated if it does not stand as it was seen (`mark`)."""
    event = item.event
    require_pages(organiser, event.declaration)
    _read_anew(event)
    if item not in event.items:
        raise Outdated(event)
    after, before = _fit_item(event, words), to_item_words(item)
    if after == before:
        return False
    if mark(before) != seen:
        raise Outdated(event)
    _keep(event)
    _take_over_item(item, after)
    _changed(organiser, event, "item changed")
    return True


def move_item(organiser: Person, item: ProgrammeItem, up: bool) -> bool:
    """Put it before or behind what begins at the same hour; whether there was anything. The rest stands in the order of hours."""
    event = item.event
    require_pages(organiser, event.declaration)
    _read_anew(event)
    beside = load_beside(event, item)
    place = beside.index(item) if item in beside else -1
    other = place - 1 if up else place + 1
    if place < 0 or not 0 <= other < len(beside):
        return False
    _keep(event)
    beside[place], beside[other] = beside[other], beside[place]
    for one, position in zip(beside, sorted(each.position for each in beside), strict=True):
        one.position = position
    _changed(organiser, event, "item moved")
    return True


def remove_item(organiser: Person, item: ProgrammeItem) -> bool:
    """Take it out of the programme; it stays in what is kept of before. Whether it was there."""
    event = item.event
    require_pages(organiser, event.declaration)
    _read_anew(event)
    if item not in event.items:
        return False
    _keep(event)
    event.items.remove(item)
    _changed(organiser, event, "item removed")
    return True


def load_beside(event: Event, item: ProgrammeItem) -> list[ProgrammeItem]:
    """What begins at the same hour, itself among it."""
    return [one for one in event.items if (one.day, one.starts_at) == (item.day, item.starts_at)]


def mark(words: EventWords | ItemWords) -> str:
    """What a form carries to say which state it was made for."""
    return sha256(repr(words).encode()).hexdigest()[:16]


def to_event_words(event: Event) -> EventWords:
    return EventWords(
        event.title, event.first_on, event.last_on, event.place, event.intro, event.is_shown, tuple(event.photos)
    )  # fmt: skip


def to_item_words(item: ProgrammeItem) -> ItemWords:
    return ItemWords(
        item.title, item.starts_at, item.ends_at, item.day, item.speakers, item.abstract, item.summary,
        tuple(item.paragraphs), tuple(item.files),
    )  # fmt: skip


def _fit_event(declaration: Declaration, words: EventWords) -> EventWords:
    fit = replace(words, intro=normalised(words.intro))
    if len(fit.intro) > SOURCE_MAX or len(fit.photos) > ATTACHED_MAX:
        raise EventRefused("long")
    if not 0 <= (fit.last_on - fit.first_on).days < DAYS_MAX:
        raise EventRefused("days")
    files = load_files(declaration) if fit.photos else []
    if find_missing(declaration, fit.intro) or set(fit.photos) - {one.id for one in files}:
        raise EventRefused("file")
    if set(fit.photos) - {one.id for one in files if one.is_picture}:
        raise EventRefused("picture")
    return fit


def _fit_item(event: Event, words: ItemWords) -> ItemWords:
    fit = replace(
        words, speakers=normalised(words.speakers), abstract=normalised(words.abstract), summary=normalised(words.summary)
    )
    if max(len(fit.abstract), len(fit.summary)) > SOURCE_MAX or len(fit.speakers) > SPEAKERS_MAX:
        raise EventRefused("long")
    if len(fit.files) > ATTACHED_MAX:
        raise EventRefused("long")
    if not 0 <= fit.day < len(event.days):
        raise EventRefused("days")
    if not HOUR.fullmatch(fit.starts_at) or (fit.ends_at and not HOUR.fullmatch(fit.ends_at)):
        raise EventRefused("hour")
    if fit.ends_at and fit.ends_at <= fit.starts_at:
        raise EventRefused("end")
    if fit.files and set(fit.files) - {one.id for one in load_files(event.declaration)}:
        raise EventRefused("file")
    if set(fit.paragraphs) - _own(event.declaration, fit.paragraphs):
        raise EventRefused("place")
    return fit


def _own(declaration: Declaration, paragraphs: tuple[int, ...]) -> set[int]:
    if not paragraphs:
        return set()
    query = select(Paragraph.id).join(Thesis, Thesis.id == Paragraph.thesis_id)
    return set(db.session.scalars(query.where(Thesis.declaration_id == declaration.id, Paragraph.id.in_(paragraphs))))


def _read_anew(event: Event) -> None:
    """With what others did while this one waited for her turn."""
    db.session.flush()
    db.session.refresh(event, [column.name for column in Event.__table__.columns])
    load_items(event)


def _keep(event: Event) -> None:
    kept: dict[str, Any] = {"number": event.edition, "written_on": event.changed_on, "was_shown": event.is_shown}
    db.session.add(EventEdition(event_id=event.id, state=to_state(event), **kept))


def _take_over_event(event: Event, words: EventWords) -> Event:
    for name, value in vars(words).items():
        setattr(event, name, list(value) if isinstance(value, tuple) else value)
    event.intro_html, event.changed_on = to_html(event.declaration, words.intro), today()
    return event


def _take_over_item(item: ProgrammeItem, words: ItemWords) -> ProgrammeItem:
    for name, value in vars(words).items():
        setattr(item, name, list(value) if isinstance(value, tuple) else value)
    item.abstract_html, item.summary_html = to_safe_html(words.abstract), to_safe_html(words.summary)
    return item


def _changed(organiser: Person, event: Event, what: str) -> None:
    event.edition += 1
    event.changed_on = today()
    db.session.flush()
    _read_anew(event)
    _note(organiser, event, what)
    _refresh_menu(event.declaration)


def _note(organiser: Person, event: Event, after: str) -> None:
    own = organiser.membership_in(event.declaration_id)
    record(own, event.declaration, Act.TEXTS, after=f"event:{event.address[:40]},{after}")


def _refresh_menu(declaration: Declaration) -> None:
    db.session.flush()
    declaration.has_events = bool(load_events(declaration, with_drafts=False))
    db.session.flush()
