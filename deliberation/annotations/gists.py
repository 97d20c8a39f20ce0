"""Conversations without their words: enough to count them, to put them in order and to tell whether somebody has been shown the
same. Of hundreds at a place a page shows ten, and most of those as others have seen them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, null, select

from deliberation.annotations import paging
from deliberation.annotations.models import (
    Anchor,
    AnchorVerdict,
    Annotation,
    Kind,
    Response,
    ResponseKind,
    Status,
    Threaded,
)
from deliberation.annotations.threads import (
    Entry,
    in_force,
    is_new,
    is_readable,
    load_entries,
    own_vote,
    sentences_read,
    to_bundle,
    to_threads,
)
from deliberation.database import db
from deliberation.declarations.models import Declaration, Wording


class Said(NamedTuple):
    kind: ResponseKind


@dataclass(slots=True)
class Gist(Threaded):
    """An annotation without its words, as `threads.Entry` holds one."""

    number: int
    parent_id: int | None
    root_id: int | None
    author_id: int | None
    kind: Kind | None
    status: Status
    created_at: datetime
    shown_agree: int
    shown_disagree: int
    shown_pass: int
    declaration: Declaration
    responses: Sequence[Said]


def load_gists(
    person: Any, declaration: Declaration, thesis_id: int, paragraph_id: int | None, new_since: datetime | None
) -> list[Entry]:
    """All that stands at a place, of long conversations the first replies, in order of writing; one query."""
    membership = person.membership_in(declaration.id)
    voter = membership.id if membership else 0
    asked = {"declaration": declaration.id, "thesis": thesis_id, "paragraph": paragraph_id, "voter": voter}
    rows = db.session.execute(_gists(paragraph_id is not None, membership is not None), asked)
    readable: dict[tuple[Status, bool], bool] = {}
    make: Callable[..., Gist] = Gist
    found = []
    for *words, has_summary, is_answered, vote, lead, size in rows:
        said = (Said(ResponseKind.SUMMARY),) if has_summary else (Said(ResponseKind.INFORMATION),) if is_answered else ()
        gist: Any = make(*words, declaration, said)
        is_own = person.wrote(gist)
        # Whether words may be read depends on their state and on who wrote them, and on nothing else of them.
        look = gist.status, is_own
        if look not in readable:
            readable[look] = is_readable(person, gist)
        found.append(Entry(gist, vote, is_new(gist, new_since, is_own), is_own, readable[look], lead=lead, bundle_size=size))
    return found


@lru_cache
def _gists(is_paragraph: bool, is_member: bool) -> Any:
    """The question but for what is asked about: putting it together takes longer than answering it."""
    place = Annotation.paragraph_id == bindparam("paragraph") if is_paragraph else Annotation.paragraph_id.is_(None)
    here = and_(Annotation.declaration_id == bindparam("declaration"), Annotation.thesis_id == bindparam("thesis"), place)
    response = Response.annotation_id == Annotation.number
    return (
        select(
            Annotation.number, Annotation.parent_id, Annotation.root_id, Annotation.author_id, Annotation.kind, Annotation.status,
            Annotation.created_at, Annotation.shown_agree, Annotation.shown_disagree, Annotation.shown_pass,
            exists().where(response, Response.kind == ResponseKind.SUMMARY), exists().where(response),
            own_vote() if is_member else null(), *to_bundle(),
        )
        .where(paging.first_replies(here))
        .order_by(Annotation.number)
    )  # fmt: skip


def load_words(
    person: Any, declaration_id: int, gists: Sequence[Entry], new_since: datetime | None, are_known: bool
) -> list[Entry]:
    """The same conversations with their words; one query. `are_known` as in `load_entries`."""
    everything = [one for gist in gists for lead in (gist, *gist.bundled) for one in (lead, *lead.replies)]
    wanted = {one.annotation.number for one in everything if isinstance(one.annotation, Gist)}
    if not wanted:
        return []
    entries = load_entries(person, declaration_id, Annotation.number.in_(wanted), new_since, are_known)
    by_number = {entry.annotation.number: entry for entry in entries}
    to_threads(entries)
    found = []
    for gist in gists:
        entry = by_number[gist.annotation.number]
        entry.more_replies, entry.latest_reply = gist.more_replies, gist.latest_reply
        entry.bundled = [by_number.get(one.annotation.number, one) for one in gist.bundled]
        found.append(entry)
    return found


class Marked(NamedTuple):
    """What is marked in a text: sentences that something is said about, and quoted words."""

    sentences: frozenset[int] = frozenset()
    quotes: frozenset[str] = frozenset()


def load_marked(entries: Iterable[Entry], declaration_id: int, paragraph_id: int | None) -> Marked:
    """What these, as far as they are readable and read at this place, say it is about; what is bundled may belong to another one.
    One query."""
    wanted = [one.annotation.number for entry in entries for one in (entry, *entry.bundled) if one.is_readable]
    sentences: set[int] = set()
    quotes: set[str] = set()
    for quote, numbers, place, home, anchor in db.session.execute(_marked(), {"numbers": wanted, "declaration": declaration_id}):
        if place != paragraph_id:
            continue
        if not quote:
            sentences.update(sentences_read(numbers, anchor))
        # A quote is marked where its words still stand; elsewhere it only shows beside its annotation. Nor is it looked for where
        # a person put it, among words it is not about.
        elif anchor is None or anchor.verdict is not AnchorVerdict.PLACED or anchor.sentences or home == place:
            quotes.add(quote)
    return Marked(frozenset(sentences), frozenset(quotes))


@lru_cache
def _marked() -> Any:
    return (
        select(Annotation.quote, Annotation.sentences, Annotation.paragraph_id, Wording.paragraph_id, Anchor)
        .outerjoin(Wording, Wording.id == Annotation.wording_id)
        .outerjoin(Anchor, and_(Anchor.annotation_id == Annotation.number, Anchor.edition_id == in_force()))
        .where(Annotation.number.in_(bindparam("numbers", expanding=True)))
    )
