"""What programs get to read of annotations: what may leave the site, in order of the numbers, a page at a time.

Of a list nobody gets more than everybody; by its number an author finds her own that waits, and moderators what they decide on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_

from deliberation.annotations.models import Annotation, Kind, find_annotation
from deliberation.annotations.threads import Entry, load_entries, may_be_passed_on
from deliberation.api.paging import Window
from deliberation.clock import BERLIN
from deliberation.database import db
from deliberation.declarations.models import Declaration, ParagraphState, Thesis
from deliberation.permissions import Permission, Person, may, require

PlaceThen = dict[tuple[int, int], tuple[str, str]]
"""Printed numbers of thesis and paragraph, by edition and paragraph."""


@dataclass(frozen=True)
class Wish:
    """Which annotations of a declaration; None leaves a condition out."""

    thesis: Thesis | None = None
    kind: Kind | None = None
    since: date | None = None

    @property
    def is_narrow(self) -> bool:
        return (self.thesis, self.kind, self.since) != (None, None, None)


@dataclass(frozen=True)
class AnnotationPage:
    """Some annotations in order of their numbers. `total` and `before` count what matches, all of it and in front of these;
    `last` is the number behind which the last page begins, `previous` the one before."""

    entries: Sequence[Entry]
    places: PlaceThen
    has_more: bool
    total: int
    before: int
    last: int
    previous: int | None

    @property
    def until(self) -> int:
        return self.entries[-1].annotation.number if self.entries else 0


def load_page(person: Person, declaration: Declaration, wish: Wish, window: Window) -> AnnotationPage:
    """At most eight queries, whatever the size."""
    require(person, Permission.READ, declaration)
    matching = _matching(declaration, wish)
    numbers = select(Annotation.number).where(*matching)
    found = list(
        db.session.scalars(
            numbers.where(Annotation.number > window.after).order_by(Annotation.number).limit(window.limit + 1)
        )
    )
    shown = found[: window.limit]
    before = _count(matching, Annotation.number <= window.after) if window.after else 0
    total = _count(matching)
    entries = load_entries(person, declaration.id, Annotation.number.in_(shown), None) if shown else []
    return AnnotationPage(
        entries=entries,
        places=load_places_then(entries),
        has_more=len(found) > window.limit,
        total=total,
        before=before,
        last=_number_at(numbers, (total - 1) // window.limit * window.limit if total else 0),
        previous=_number_at(numbers, max(before - window.limit, 0)) if before else None,
    )


def _matching(declaration: Declaration, wish: Wish) -> list[ColumnElement[bool]]:
    conditions = [Annotation.declaration_id == declaration.id, may_be_passed_on(declaration)]
    if wish.thesis is not None:
        conditions.append(Annotation.thesis_id == wish.thesis.id)
    if wish.kind is not None:
        conditions.append(Annotation.kind == wish.kind)
    if wish.since is not None:
        conditions.append(Annotation.created_at >= datetime.combine(wish.since, time(), BERLIN))
    return conditions


def _count(matching: Sequence[ColumnElement[bool]], *more: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(Annotation.number)).where(*matching, *more)) or 0


def _number_at(numbers: Any, place: int) -> int:
    """The number in front of the one at this place, counted from 0; 0 in front of the first."""
    if place <= 0:
        return 0
    return db.session.scalar(numbers.order_by(Annotation.number).offset(place - 1).limit(1)) or 0


def find_readable(person: Person, declaration: Declaration, number: int) -> Annotation | None:
    """One of this declaration, if this person may have it. What its author took back is nobody's."""
    require(person, Permission.READ, declaration)
    annotation = find_annotation(number)
    if annotation is None or annotation.declaration_id != declaration.id or annotation.is_withdrawn:
        return None
    if not may(person, Permission.READ_ANNOTATION, annotation):
        return None
    waits = declaration.sends_after_look and annotation.reviewed_at is None
    return None if waits and not may_see_state(person, annotation) else annotation


def may_see_state(person: Person, annotation: Annotation) -> bool:
    """Whether somebody works on it or with it: its author, and who decides about it."""
    return person.wrote(annotation) or may(person, Permission.MODERATE, annotation)


def load_entry(person: Person, annotation: Annotation) -> tuple[Entry, PlaceThen]:
    """As the person sees it who was let through by `find_readable`."""
    require(person, Permission.READ_ANNOTATION, annotation)
    [entry] = load_entries(person, annotation.declaration_id, Annotation.number == annotation.number, None)
    return entry, load_places_then([entry])


def load_places_then(entries: Sequence[Entry]) -> PlaceThen:
    """Where the paragraphs stood in the editions that the annotations were written to. One query."""
    wanted = {
        (entry.annotation.edition_id, entry.annotation.wording.paragraph_id)
        for entry in entries
        if entry.annotation.wording
    }
    if not wanted:
        return {}
    query = (
        select(ParagraphState.edition_id, ParagraphState.paragraph_id, Thesis.number, ParagraphState.number)
        .join(Thesis, Thesis.id == ParagraphState.thesis_id)
        .where(tuple_(ParagraphState.edition_id, ParagraphState.paragraph_id).in_(sorted(wanted)))
    )
    return {(edition, paragraph): (t, p) for edition, paragraph, t, p in db.session.execute(query)}


def load_readable(person: Person, after: int, limit: int, declarations: Sequence[Declaration]) -> list[Declaration]:
    """Of these, those that the person may read with a number below `after`, the newest first; one more than `limit`."""
    found = [one for one in declarations if (not after or one.id < after) and may(person, Permission.READ, one)]
    return sorted(found, key=lambda one: -one.id)[: limit + 1]
