"""One's own data, complete and nobody else's: every row that leads to the person, in words that can be read elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, Select, Table, or_, select

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition, Membership, Paragraph, Thesis
from deliberation.permissions import Permission, require
from deliberation.privacy.own_columns import LEFT_OUT, OWN, PLACES, SEALED, Section
from deliberation.proposals.models import BallotOption
from deliberation.sealing import unseal

INTERNAL_FACTS = ("decision", "objection", "measure")
"""What a letter knows by numbers of ours."""


@dataclass(frozen=True)
class OwnTable:
    """`rows` name their columns as the program does, without `_id` and `_sealed`."""

    name: str
    title: str
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class OwnData:
    """`left_out` says of each table and column that is not here why."""

    at: datetime
    account: str
    tables: Sequence[OwnTable]
    left_out: Mapping[str, str]

    @property
    def filled(self) -> Sequence[OwnTable]:
        return [table for table in self.tables if table.rows]


def load_own_data(user: User) -> OwnData:
    """Everything; one query for each table, however much there is."""
    require(user, Permission.LEAVE)
    words = Names()
    tables = [_load(db.metadata.tables[name], section, user, words) for name, section in OWN.items()]
    return OwnData(now(), user.key, tables, LEFT_OUT)


def _load(table: Table, section: Section, user: User, words: "Names") -> OwnTable:
    rows = db.session.execute(_own_rows(table, section, user)).mappings()
    told = [
        {_told(column.name): words.tell(column, row[column.name]) for column in map(table.columns.__getitem__, section.columns)}
        for row in rows
    ]
    return OwnTable(table.name, section.title, told)


def _own_rows(table: Table, section: Section, user: User) -> Select[Any]:
    mine = [_leads_to(table.c[name], user) for name in section.by]
    if section.found_by:
        mine.append(table.c[section.found_by] == user.address_hash)
    return select(table).where(or_(*mine)).order_by(*table.primary_key.columns)


def _leads_to(column: Column[Any], user: User) -> Any:
    """Whether a column leads to this account, to one of its memberships or to something she wrote."""
    if column.table.name == "user":
        return column == user.id
    [target] = column.foreign_keys
    if target.column.table.name == "user":
        return column == user.id
    members = [membership.id for membership in user.memberships]
    if target.column.table.name == "membership":
        return column.in_(members)
    return column.in_(select(Annotation.number).where(Annotation.author_id.in_(members)))


def _told(name: str) -> str:
    return name.removesuffix("_id").removesuffix("_sealed")


class Names:
    """Says numbers of ours in words: A-204, thesis 3, paragraph 3.2, edition 2. Reads each table once."""

    def __init__(self) -> None:
        self._known: dict[str, dict[int, str]] = {}

    def tell(self, column: Column[Any], value: Any) -> Any:
        full = f"{column.table.name}.{column.name}"
        if value is None or value == "":
            return value
        if full in SEALED:
            return unseal(value)
        if full == "annotation.id":
            return f"A-{value}"
        if full == "flag.id":
            return f"M-{value}"
        if full in PLACES:
            kind, _colon, number = str(value).partition(":")
            return self._place(kind, int(number))
        if full == "opening.paragraph_key":
            return self._name("paragraph", value) if value else None
        if full == "letter.facts":
            return {name: fact for name, fact in value.items() if name not in INTERNAL_FACTS}
        for target in column.foreign_keys:
            return self._name(target.column.table.name, value)
        return value

    def _place(self, kind: str, number: int) -> str:
        table = {"p": "paragraph", "t": "thesis", "a": "annotation"}.get(kind, "")
        return self._name(table, number) if table else kind

    def _name(self, table: str, number: int) -> str:
        if table == "annotation":
            return f"A-{number}"
        if table not in self._known:
            self._known[table] = dict(_names_of(table))
        return self._known[table].get(number, "")


def _names_of(table: str) -> Iterable[tuple[int, str]]:
    if table == "declaration":
        return ((number, slug) for number, slug in db.session.execute(select(Declaration.id, Declaration.slug)))
    if table == "membership":
        members = select(Membership.id, Declaration.slug).join(Declaration, Declaration.id == Membership.declaration_id)
        return ((number, slug) for number, slug in db.session.execute(members))
    if table == "edition":
        return ((number, str(name)) for number, name in db.session.execute(select(Edition.id, Edition.number)))
    if table == "thesis":
        return ((number, name) for number, name in db.session.execute(select(Thesis.id, Thesis.number)))
    if table == "paragraph":
        query = select(Paragraph.id, Thesis.number, Paragraph.number).join(Thesis, Thesis.id == Paragraph.thesis_id)
        return ((number, f"{thesis}.{own}") for number, thesis, own in db.session.execute(query))
    if table == "ballot_option":
        options = db.session.execute(select(BallotOption.id, BallotOption.annotation_id, BallotOption.position))
        return ((number, f"A-{annotation}" if annotation else "0") for number, annotation, _position in options)
    return ()


def to_json(value: Any) -> Any:
    """For what JSON has no word for."""
    return value.value if isinstance(value, Enum) else value.isoformat()
