"""Whose votes may stand in a file, and in which opinion group that puts them.

Single votes are secret (`annotations.tallies`): they are told once nobody votes any more, of people who voted enough, if there
are so many of them that there could be groups at all, and on contributions whose numbers are published. A conversation that
came from Polis (`polis`) was published with everything: of its participants everything comes back, with their numbers.

Participants are numbered by what they voted, anew in every file: no number leads to an account, and none says who came first.
A group says no more about a row than its votes do: whoever computes the groups from the file gets the same.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership
from deliberation.permissions import Activity
from deliberation.results import groups
from deliberation.results.grouping import load_votes
from deliberation.results.groups import Votes
from deliberation.results.opinions import LEAST_PEOPLE
from deliberation.results.polis import KEY, PARTICIPANT
from deliberation.results.summary import Summary

_STATEMENT = re.compile(re.escape(KEY.format(number="@")).replace("@", r"(\d{1,9})"))
_PERSON = re.compile(re.escape(PARTICIPANT.format(number="@")).replace("@", r"(\d{1,9})") + r"( \(Polis\))?")


@dataclass(frozen=True)
class Row:
    """A participant: number, group (None: in none), and votes by contribution."""

    number: int
    group: int | None
    votes: Mapping[int, int]


@dataclass(frozen=True)
class Told:
    """The rows, and why there are no others. `statement_of` and `author_of` are the numbers that Polis gave, by annotation."""

    rows: Sequence[Row]
    groups: int
    is_voting: bool
    are_few: bool
    statement_of: Mapping[int, int]
    author_of: Mapping[int, int]


def tell_votes(declaration: Declaration, summary: Summary) -> Told:
    """The votes on what the summary shows, and the groups that they make."""
    shown = {item.number for item in summary.items if item.is_visible}
    imported = _load_imported(declaration)
    people = _load_people(declaration)
    votes = _only(load_votes(declaration.id), shown)
    is_voting = declaration.allows(Activity.VOTE)
    told, are_few = _may_be_told(votes, people, is_voting)
    found = groups.core(told)
    grouping = groups.group(found)
    group_of = dict(zip(found.people, grouping.labels.tolist(), strict=True)) if grouping else {}
    rows = list(_rows(told, group_of, people))
    all_imported = shown <= set(imported)
    return Told(
        rows=rows,
        groups=len(grouping.sizes) if grouping else 0,
        is_voting=is_voting,
        are_few=are_few,
        statement_of={number: statement for number, (statement, _author) in imported.items()} if all_imported else {},
        author_of={number: author for number, (_statement, author) in imported.items()},
    )


def _load_imported(declaration: Declaration) -> dict[int, tuple[int, int]]:
    """Numbers of statement and author in Polis, by annotation."""
    query = (
        select(Annotation.number, Annotation.form_key, Membership.pseudonym)
        .join(Membership, Membership.id == Annotation.author_id)
        .where(
            Annotation.declaration_id == declaration.id,
            Annotation.form_key.startswith(KEY.format(number="")),
            Membership.user_id.is_(None),
        )
    )
    found = {}
    for number, key, name in db.session.execute(query):
        statement, author = _STATEMENT.fullmatch(key), _PERSON.fullmatch(name)
        if statement and author:
            found[number] = int(statement[1]), int(author[1])
    is_clear = len({statement for statement, _author in found.values()}) == len(found)
    return found if is_clear else {}


def _load_people(declaration: Declaration) -> dict[int, int]:
    """Numbers in Polis of those who came from there, by membership."""
    query = select(Membership.id, Membership.pseudonym).where(
        Membership.declaration_id == declaration.id,
        Membership.user_id.is_(None),
        Membership.pseudonym.startswith(PARTICIPANT.format(number="")),
    )
    found = {key: match for key, name in db.session.execute(query) if (match := _PERSON.fullmatch(name))}
    return {key: int(match[1]) for key, match in found.items()}


def _only(votes: Votes, shown: set[int]) -> Votes:
    columns = [place for place, number in enumerate(votes.items) if number in shown]
    return Votes(votes.people, [votes.items[place] for place in columns], votes.table[:, columns])


def _may_be_told(votes: Votes, imported: Mapping[int, int], is_voting: bool) -> tuple[Votes, bool]:
    """Whose votes on what may stand in the file; whether votes are left out because there are too few people."""
    core = groups.core(votes)
    are_enough = len(core.people) >= LEAST_PEOPLE
    own = set(core.people) if are_enough and not is_voting else set()
    table = votes.table.copy()
    kept = set(core.items)
    unpublished = [place for place, number in enumerate(votes.items) if number not in kept]
    for row, person in enumerate(votes.people):
        if person not in imported:
            table[row, unpublished] = np.nan
    rows = [row for row, person in enumerate(votes.people) if person in imported or person in own]
    is_any_own = any(person not in imported for person in votes.people)
    return Votes([votes.people[row] for row in rows], votes.items, table[rows]), is_any_own and not are_enough


def _rows(votes: Votes, group_of: Mapping[int, int], imported: Mapping[int, int]) -> Iterator[Row]:
    """First those who have a number, then everybody else in the order of what they voted."""
    first = [row for row, person in enumerate(votes.people) if person in imported]
    own = [row for row, person in enumerate(votes.people) if person not in imported]
    first.sort(key=lambda row: imported[votes.people[row]])
    own = [own[place] for place in groups.in_order(votes.table[own]).tolist()]
    next_number = max(imported.values(), default=-1) + 1
    for row in first + own:
        person = votes.people[row]
        number = imported.get(person)
        if number is None:
            number, next_number = next_number, next_number + 1
        group = group_of.get(person, -1)
        cells = votes.table[row]
        cast = {votes.items[place]: int(cells[place]) for place in np.flatnonzero(~np.isnan(cells)).tolist()}
        yield Row(number, group if group >= 0 else None, cast)
