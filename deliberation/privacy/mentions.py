"""A pseudonym that is given up goes from what others wrote, too: else it would stand there for ever.

A name of two words or with a digit ("Weide 27") is replaced everywhere in its declaration. A single plain word could be an
ordinary one: it is replaced after an @ and in conversations in which the person wrote.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import JSON, Column, Select, String, Table, Text, cast, inspect, or_, select, update

from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations import actions as declarations
from deliberation.declarations.models import Membership
from deliberation.moderation.models import REASON_MIN
from deliberation.search.index import forget_name
from deliberation.text import SOURCE_MAX, to_safe_html

UNTOUCHED = {
    "thesis": "the text under deliberation",
    "thesis_state": "the text under deliberation",
    "paragraph": "the text under deliberation",
    "wording": "the text under deliberation",
    "ballot": "places and keys",
    "harvest": "numbers",
    "survey_item": "the organiser's questions",
    "survey_sheet": "numbers and keys",
    "survey_code": "hashes",
    "survey_citation": "numbers",
    "table_protocol": "numbers and names of tables",
    "page": "the organisers' own words",
    "page_edition": "the organisers' own words",
    "event": "the organisers' own words",
    "programme_item": "the organisers' own words",
    "event_edition": "the organisers' own words",
    "page_file": "the organisers' own words",
    "page_file_part": "bytes of pictures and documents",
    "term": "the organisers' own words",
    "term_edition": "the organisers' own words",
    "easy_edition": "the text under deliberation",
    "sign_video": "numbers",
    "search_doc": "numbers",
    "search_term": "words of texts, taken in anew from them",
    "search_posting": "numbers",
    "bounce": "hashes and days",
    "interest": "how often and when",
    "mail": "sealed, and deleted with the account",
    "user": "names wait here until they are used",
    "login_code": "hashes and what is sealed",
    "api_token": "hashes and the owner's own words for a program",
    "webhook": "addresses and kinds",
    "delivery": "kinds and numbers",
    "passkey": "keys and the owner's own words for a device",
    "import_preview": "a text that is no declaration yet",
    "membership": "where the name itself is changed",
    "attempt": "hashes",
    "session": "hashes and kinds of devices",
    "recovery_code": "hashes",
    "invitation": "hashes",
    "erasure": "random keys",
    "forgotten": "numbers",
    "period_setting": "names of periods",
    "site_setting": "the operator's own words about the site",
    "site_change": "the operator's own words about the site",
    "barrier": "about the site and no declaration; goes after a year",
    "job_run": "names of jobs and kinds of faults",
    "first_link": "hashes",
    "opinion_groups": "numbers",
    "export_job": "keys and names of files",
    "work_field": "kinds",
    "field_figures": "kinds and numbers",
    "snapshot": "days and checksums; a file with the old name goes",
    "revision": "numbers",
    "kept_part": "bytes of files; one with the old name goes",
    "gone_declaration": "an address and a day",
    "table_link": "hashes and names of tables",
    "staff_access": "told the person in the words it was written in",
}
SHORT = {"log_entry.before", "log_entry.after", "text_block.title"}
"""Columns of limited length in which people's words can stand; all others of that kind hold keys and kinds."""

_BETWEEN = r"[\s*_`~\\-]{0,6}"


def replace_name(membership: Membership, old: str, new: str) -> int:
    """Put `new` in place of `old` in all texts of people in this declaration; how many rows changed."""
    words = old.split()
    if not words or old == new:
        return 0
    name = Name(words, new, _own_threads(membership) if old.isalpha() else None)
    db.session.flush()
    tables = [table for table in db.metadata.sorted_tables if table.name not in UNTOUCHED]
    forget_name(membership.declaration_id, old)
    return sum(_in_table(table, membership.declaration_id, name) for table in tables)


class Name:
    """What is looked for, and what stands there afterwards. `threads`: those in which a plain word is this name."""

    def __init__(self, words: Sequence[str], new: str, threads: set[int] | None) -> None:
        self.new, self.threads = new, threads
        # Long names match even where they are written together, parted otherwise or in the genitive.
        found = _BETWEEN.join(re.escape(word) for word in words) + r"(?:['’]?s)?(?![^\W_])"
        self.anywhere = re.compile(r"(?<![^\W_])" + found, re.IGNORECASE)
        self.addressed = re.compile(r"(?<=@)\s?" + found, re.IGNORECASE)
        # What the database can look for, whatever it thinks of capital letters outside ASCII.
        self.sign = max((run for word in words for run in re.findall(r"[A-Za-z0-9]+", word)), key=len, default="")

    def replaced(self, value: Any, is_own_thread: bool) -> Any:
        if isinstance(value, str):
            return (self.anywhere if is_own_thread else self.addressed).sub(self.new, value)
        if isinstance(value, list):
            return [self.replaced(each, is_own_thread) for each in value]
        if isinstance(value, dict):
            return {name: self.replaced(each, is_own_thread) for name, each in value.items()}
        return value


def _own_threads(membership: Membership) -> set[int]:
    query = select(Annotation.root_id, Annotation.number).where(Annotation.author_id == membership.id)
    return {root or number for root, number in db.session.execute(query)}


@cache
def _texts(table: Table) -> tuple[Column[Any], ...]:
    """Where words of people stand; HTML is made anew from them."""
    return tuple(column for column in table.columns if _is_text(column) and not column.name.endswith("_html"))


def _is_text(column: Column[Any]) -> bool:
    full = f"{column.table.name}.{column.name}"
    return (isinstance(column.type, Text | JSON) and not column.name.endswith("_sealed")) or full in SHORT


def _in_table(table: Table, declaration_id: int, name: Name) -> int:
    columns, place = _texts(table), _rows_of(table, declaration_id)
    if not columns or place is None:
        return 0
    has_sign = or_(*(cast(column, String).icontains(name.sign, autoescape=True) for column in columns))
    [key] = table.primary_key.columns
    changed = set()
    for row in db.session.execute(select(table).where(place, has_sign)).mappings().all():
        is_own = name.threads is None or _thread_of(table, row) in name.threads
        fresh = dict(_fresh(table, columns, row, name, is_own))
        if fresh:
            db.session.execute(update(table).where(key == row[key.name]).values(**fresh))
            changed.add(row[key.name])
    _read_anew(table, changed)
    return len(changed)


def _fresh(
    table: Table, columns: Sequence[Column[Any]], row: Mapping[Any, Any], name: Name, is_own: bool
) -> Iterator[tuple[str, Any]]:
    for column in columns:
        before = row[column.name]
        after = name.replaced(before, is_own)
        if after != before:
            after = _fitting(column, before, after)
            yield column.name, after
            if f"{column.name}_html" in table.columns:
                yield f"{column.name}_html", to_safe_html(after[:SOURCE_MAX])


def _fitting(column: Column[Any], before: Any, after: Any) -> Any:
    """Neither longer than the column nor, for a reason, shorter than the schema asks."""
    longest = getattr(column.type, "length", None)
    if longest and isinstance(after, str):
        after = after[:longest]
    if column.name == "reason" and len(after) < REASON_MIN <= len(before):
        after = after.ljust(REASON_MIN, "…")
    return after


def _read_anew(table: Table, keys: set[Any]) -> None:
    """What is in memory of these rows is older than the database now."""
    for thing in list(db.session.identity_map.values()):
        mapper = inspect(thing).mapper
        if mapper.local_table is table and mapper.primary_key_from_instance(thing)[0] in keys:
            db.session.expire(thing, [attribute.key for attribute in mapper.column_attrs])


def _rows_of(table: Table, declaration_id: int) -> Any:
    """Which rows belong to the declaration, by the shortest way there; None if none leads there."""
    if table.name == "declaration":
        return table.c.id == declaration_id
    way = _way(table)
    if way is None:
        return None
    query: Any = declaration_id
    for step in reversed(way):
        here = step == query if not isinstance(query, Select) else step.in_(query)
        if step.table is table:
            return here
        query = select(step.table.c[_target_name(way, step)]).where(here)
    return None


def _target_name(way: Sequence[Column[Any]], step: Column[Any]) -> str:
    """Which column of this table the step before points to."""
    [target] = way[way.index(step) - 1].foreign_keys
    return str(target.column.name)


@cache
def _way(table: Table) -> tuple[Column[Any], ...] | None:
    """Foreign keys from here to the declaration."""
    ways: list[tuple[Column[Any], ...]] = [()]
    seen = {table.name}
    while ways:
        way = ways.pop(0)
        here = table if not way else next(iter(way[-1].foreign_keys)).column.table
        if here.name == "declaration":
            return way
        for column in here.columns:
            for target in column.foreign_keys:
                name = target.column.table.name
                # People have many declarations: no way leads over an account.
                if name not in seen and name != "user":
                    seen.add(name)
                    ways.append((*way, column))
    return None


def _thread_of(table: Table, row: Mapping[Any, Any]) -> int | None:
    if table.name == "annotation":
        return row["root_id"] or row["id"]
    number = row.get("annotation_id")
    if number is None:
        return None
    return db.session.scalar(select(Annotation.root_id).where(Annotation.number == number)) or number


def _follow(membership: Membership, old: str, new: str) -> None:
    replace_name(membership, old, new)


declarations.after_rename.append(_follow)
