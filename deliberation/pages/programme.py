"""An event as it is read: day by day, with documents, pictures, and what was spoken about; and how it stood before."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations.models import Declaration, Paragraph, Thesis
from deliberation.meetings.protocols import Hands, load_hands
from deliberation.pages.attaching import to_file_ids, to_state
from deliberation.pages.models import Event, EventEdition, PageFile
from deliberation.permissions import Person

PLACES_MAX = 60


class PlaceUnknown(Exception):
    """`words` are what names no paragraph in force; `many`: there are too many of them to be looked up."""

    def __init__(self, words: str, many: bool = False) -> None:
        super().__init__(words)
        self.words, self.many = words, many


@dataclass(frozen=True)
class Slot:
    """One item of the programme, now or once."""

    day: date
    starts_at: str
    ends_at: str
    title: str
    # Name and function of each.
    speakers: Sequence[tuple[str, str]]
    abstract: str
    summary: str
    documents: Sequence[PageFile]
    places: Sequence[Paragraph]

    @property
    def hours(self) -> str:
        return f"{self.starts_at}–{self.ends_at}" if self.ends_at else self.starts_at


@dataclass(frozen=True)
class Spoken:
    """A paragraph that was spoken about, with the hands of the tables on these days."""

    paragraph: Paragraph
    hands: Hands | None


@dataclass(frozen=True)
class Told:
    """All that can be read of an event, now or once. `intro`, abstracts and summaries are Markdown of before; HTML now."""

    title: str
    first_on: date
    last_on: date
    place: str
    intro: str
    days: Sequence[tuple[date, Sequence[Slot]]]
    photos: Sequence[PageFile]
    documents: Sequence[PageFile]


@dataclass(frozen=True)
class EventPage:
    event: Event
    told: Told
    spoken: Sequence[Spoken]

    @property
    def has_hands(self) -> bool:
        return any(one.hands for one in self.spoken)


def load_event_page(reader: Person, event: Event) -> EventPage:
    """Raises NotAllowed where the declaration may not be read."""
    hands = {one.paragraph.id: one for one in load_hands(reader, event.declaration, days=(event.first_on, event.last_on))}
    state = to_state(event)
    files, paragraphs = _load_named([state])
    state["intro"] = event.intro_html
    for told, item in zip(state["items"], event.items, strict=True):
        told["abstract"], told["summary"] = item.abstract_html, item.summary_html
    places = {number: paragraphs[number] for item in event.items for number in item.paragraphs if number in paragraphs}
    places |= {number: one.paragraph for number, one in hands.items()}
    ordered = sorted(places.values(), key=lambda one: (one.thesis.position, one.position))
    spoken = [Spoken(one, hands.get(one.id)) for one in ordered]
    return EventPage(event, _to_told(state, files, paragraphs), spoken)


def to_former(kept: Sequence[EventEdition]) -> list[tuple[EventEdition, Told]]:
    """Former states with the files and paragraphs they name. Two queries."""
    files, paragraphs = _load_named([one.state for one in kept])
    return [(one, _to_told(one.state, files, paragraphs)) for one in kept]


def _load_named(states: Sequence[Mapping[str, Any]]) -> tuple[dict[int, PageFile], dict[int, Paragraph]]:
    files = {number for state in states for number in to_file_ids(state)}
    places = {number for state in states for item in state["items"] for number in item["paragraphs"]}
    return (
        {one.id: one for one in db.session.scalars(select(PageFile).where(PageFile.id.in_(files)))} if files else {},
        {one.id: one for one in db.session.scalars(select(Paragraph).where(Paragraph.id.in_(places)))} if places else {},
    )


def _to_told(state: Mapping[str, Any], files: Mapping[int, PageFile], places: Mapping[int, Paragraph]) -> Told:
    first, last = date.fromisoformat(state["first_on"]), date.fromisoformat(state["last_on"])
    slots = [_to_slot(item, first, files, places) for item in state["items"]]
    days: dict[date, list[Slot]] = {}
    for slot in slots:
        days.setdefault(slot.day, []).append(slot)
    documents = {one.id: one for slot in slots for one in slot.documents}
    photos = [files[number] for number in state["photos"] if number in files]
    return Told(
        state["title"], first, last, state["place"], state["intro"], list(days.items()), photos, list(documents.values())
    )


def _to_slot(
    item: Mapping[str, Any], first: date, files: Mapping[int, PageFile], places: Mapping[int, Paragraph]
) -> Slot:
    return Slot(
        first + timedelta(days=item["day"]), item["starts_at"], item["ends_at"], item["title"],
        [to_speaker(line) for line in item["speakers"].splitlines() if line.strip()], item["abstract"], item["summary"],
        [files[number] for number in item["files"] if number in files],
        [places[number] for number in item["paragraphs"] if number in places],
    )  # fmt: skip


def to_speaker(line: str) -> tuple[str, str]:
    name, _comma, function = line.partition(",")
    return name.strip(), function.strip()


def to_places(declaration: Declaration, typed: str) -> list[Paragraph]:
    """Paragraphs by their numbers, in the order of the text: "1.2, 3.4", and 0.1 or end.1 outside the theses. What an edition
    took out counts, too: it was spoken about as it stood then. Raises PlaceUnknown."""
    wanted = list(dict.fromkeys(part.lower() for part in re.split(r"[\s,;]+", typed) if part))
    if len(wanted) > PLACES_MAX:
        raise PlaceUnknown(wanted[PLACES_MAX], many=True)
    if not wanted:
        return []
    query = select(Paragraph).join(Thesis, Thesis.id == Paragraph.thesis_id).where(Thesis.declaration_id == declaration.id)
    known = {spelled(one).lower(): one for one in db.session.scalars(query)}
    for words in wanted:
        if words not in known:
            raise PlaceUnknown(words)
    return sorted((known[words] for words in wanted), key=lambda one: (one.thesis.position, one.position))


def spelled(paragraph: Paragraph) -> str:
    """3.2, and 0.1 or end.1 outside the theses, as addresses have it."""
    return f"{paragraph.thesis.number}.{paragraph.number}"


def load_places(numbers: Iterable[int]) -> str:
    """What to type for these paragraphs."""
    wanted = set(numbers)
    found = db.session.scalars(select(Paragraph).where(Paragraph.id.in_(wanted))) if wanted else ()
    return ", ".join(spelled(one) for one in sorted(found, key=lambda one: (one.thesis.position, one.position)))
