"""The full log, for the team: who did what, when, and the state before and after; never a text.

Who wrote a contribution is named in it by nobody's signing name: a moderator may write under a pseudonym herself.
Whoever reported or objected is not named at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from deliberation.annotations.models import Annotation
from deliberation.clock import BERLIN
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, LogEntry, Membership
from deliberation.permissions import Permission, Person, require

LIST_MAX = 100
BY_AUTHORS = (Act.HELD, Act.REVISED, Act.WITHDRAWN)
UNNAMED = (Act.FLAG, Act.OBJECT)
"""Reporters and those who object stay unknown, also to the team."""
ABOUT_COLLEAGUES = (Act.CLAIM, Act.RELEASE, Act.HAND_OVER, Act.ASK, Act.ASSIGN, Act.POLICY)


@dataclass(frozen=True)
class Wanted:
    """Conditions that every line meets. `actor` is the id of a membership; days are those of Berlin, both included."""

    act: Act | None = None
    actor: int | None = None
    thesis: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class TeamLine:
    """One line. `actor` is None where nobody is named; `by_author` tells why."""

    entry: LogEntry
    actor: str | None
    by_author: bool
    subject: str | None


@dataclass(frozen=True)
class TeamLog:
    """Lines, newest first; `before` continues the list, None at its end."""

    lines: Sequence[TeamLine]
    before: int | None


def load_team_log(person: Person, declaration: Declaration, wanted: Wanted, before: int | None = None) -> TeamLog:
    """One page of the full log; one query."""
    require(person, Permission.SEE_TEAM_LOG, declaration)
    query = _select(declaration, wanted).limit(LIST_MAX + 1)
    found = db.session.execute(query.where(LogEntry.id < before) if before else query).all()
    return TeamLog(
        lines=[_to_line(row) for row in found[:LIST_MAX]],
        before=found[LIST_MAX - 1][0].id if len(found) > LIST_MAX else None,
    )


def iterate_team_log(person: Person, declaration: Declaration, wanted: Wanted) -> Iterator[TeamLine]:
    """All lines, newest first, for a file; one query."""
    require(person, Permission.SEE_TEAM_LOG, declaration)
    return (_to_line(row) for row in db.session.execute(_select(declaration, wanted)))


def _select(declaration: Declaration, wanted: Wanted) -> Any:
    actor, subject = aliased(Membership), aliased(Membership)
    query = (
        select(LogEntry, Annotation.author_id, actor, subject)
        .outerjoin(Annotation, Annotation.number == LogEntry.annotation_id)
        .outerjoin(actor, actor.id == LogEntry.actor_id)
        .outerjoin(subject, subject.id == LogEntry.subject_id)
        .where(LogEntry.declaration_id == declaration.id)
        .order_by(LogEntry.id.desc())
    )
    if wanted.act is not None:
        query = query.where(LogEntry.act == wanted.act)
    if wanted.actor is not None:
        # Only what stands under the name: else the filter would tell who writes under which pseudonym.
        is_another = or_(Annotation.author_id.is_(None), Annotation.author_id != LogEntry.actor_id)
        query = query.where(LogEntry.actor_id == wanted.actor, LogEntry.act.not_in((*BY_AUTHORS, *UNNAMED)), is_another)
    if wanted.thesis:
        query = query.where(Annotation.thesis_id.in_(_theses(declaration, wanted.thesis)))
    if wanted.first is not None:
        query = query.where(LogEntry.at >= _start_of(wanted.first))
    if wanted.last is not None:
        query = query.where(LogEntry.at < _start_of(wanted.last + timedelta(days=1)))
    return query


def _theses(declaration: Declaration, number: str) -> list[int]:
    return [thesis.id for thesis in declaration.theses if thesis.number == number]


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), BERLIN)


def _to_line(row: Any) -> TeamLine:
    entry, author_id, actor, subject = row
    is_author = entry.act in BY_AUTHORS or (entry.actor_id is not None and entry.actor_id == author_id)
    is_named = actor is not None and not is_author and entry.act not in UNNAMED
    return TeamLine(
        entry=entry,
        actor=actor.team_name if is_named else None,
        by_author=is_author,
        subject=_name_of(entry.act, subject) if subject is not None else None,
    )


def _name_of(act: Act, subject: Membership) -> str:
    return subject.team_name if act in ABOUT_COLLEAGUES else subject.pseudonym
