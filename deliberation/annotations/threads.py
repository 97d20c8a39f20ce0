"""Conversations: one flat list from the database, made into threads and filtered."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, null, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from deliberation.annotations.models import Anchor, Annotation, Kind, Outcome, ResponseKind, Status, Vote, VoteValue
from deliberation.annotations.outcomes import latest_outcome
from deliberation.annotations.quotes import sentences_meant
from deliberation.annotations.tallies import VoteCounts, vote_counts
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition, Paragraph, Thesis, Wording
from deliberation.permissions import Permission, Role, may

WHERE: tuple[tuple[str, Any, str], ...] = (
    ("declaration", Declaration, "declaration_id"), ("thesis", Thesis, "thesis_id"), ("paragraph", Paragraph, "paragraph_id"),
)  # fmt: skip
"""In the order in which one knows the other."""
PLACES = (*WHERE, ("wording", Wording, "wording_id"), ("edition", Edition, "edition_id"))
KNOWN_BY: dict[Any, Any] = {Edition: Edition.declaration, Paragraph: Paragraph.thesis}
"""What would be read along, and is known before."""


@dataclass
class Entry:
    """An annotation as one reader sees it: her own vote, what is new to her, whether she may read the words."""

    annotation: Annotation
    own_vote: VoteValue | None
    is_new: bool
    is_own: bool
    is_readable: bool
    # What the edition in force did to the words it was written on; None if it was written on that edition, or replies.
    anchor: Anchor | None = None
    outcome: Outcome | None = None
    # The annotation it is bundled with and how many are bundled with it, of those that are shown.
    lead: int | None = None
    bundle_size: int = 0
    answers: "Entry | None" = None
    replies: list["Entry"] = field(default_factory=list)
    # Of a long conversation: how many more readable replies there are, and when the last of all was written.
    more_replies: int = 0
    latest_reply: datetime | None = None
    page: int = 1
    pages: int = 1
    # Those that are bundled with it, as far as they were loaded (`bundles.load_bundles`).
    bundled: list["Entry"] = field(default_factory=list)

    @property
    def votes(self) -> VoteCounts | None:
        """Published counts, only after one's own vote."""
        return vote_counts(self.annotation) if self.own_vote else None

    @property
    def has_summary(self) -> bool:
        return any(response.kind is ResponseKind.SUMMARY for response in self.annotation.responses)

    @property
    def is_answered(self) -> bool:
        return bool(self.annotation.responses) or any(reply.annotation.is_visible for reply in self.replies)

    @property
    def sentences(self) -> Sequence[int]:
        """The sentences of the wording in force that it is surely about; none for the whole place or in doubt."""
        return sentences_read(self.annotation.sentences, self.anchor)

    @property
    def words_then(self) -> str:
        """What it was written on, as it stood."""
        wording = self.annotation.wording
        return (wording.sentence_text(sentences_meant(self.annotation)) or wording.text) if wording else ""

    @property
    def words_now(self) -> str:
        """What stands there in the edition in force, or is likely to; empty if the words are gone."""
        if self.anchor is None:
            return self.words_then
        wording = self.anchor.wording
        return (wording.sentence_text(self.anchor.sentences) or wording.text) if wording else ""

    @property
    def is_outdated(self) -> bool:
        """Whether the words it was written on read differently now."""
        return self.anchor is not None and self.words_then.split() != self.words_now.split()

    @property
    def last_activity(self) -> datetime:
        moments = [reply.annotation.created_at for reply in self.replies if reply.annotation.is_visible]
        latest = [self.latest_reply] if self.latest_reply else []
        return max([self.annotation.created_at, *moments, *latest])


def sentences_read(written: Sequence[int], anchor: Anchor | None) -> Sequence[int]:
    """Of the wording in force: what was said about these sentences, after what an edition did to the words."""
    if anchor is None:
        return written
    return anchor.sentences if anchor.is_sure else ()


def variant(entry: Entry) -> tuple[Any, ...] | None:
    """In what a conversation differs between readers with the same rights, and after a reply or a vote; None for whoever wrote in
    it: she can do more there than others."""
    everything = (entry, *entry.replies, *entry.bundled)
    if any(one.is_own for one in everything):
        return None
    looks = (
        (one.annotation.number, one.own_vote, one.is_new, one.is_readable, len(one.replies), vote_counts(one.annotation))
        for one in everything
    )
    return (entry.more_replies, *looks)


def visible_to(person: Any, declaration_id: int) -> ColumnElement[bool]:
    """Whose words a person gets to read in any list: page, export and feed ask the same question.

    Published ones; one's own, whatever their state; all for moderators, except what authors took back.
    """
    conditions: list[ColumnElement[bool]] = [Annotation.status == Status.VISIBLE]
    membership = person.membership_in(declaration_id)
    if membership is not None:
        conditions.append(Annotation.author_id == membership.id)
    if Role.MODERATOR in person.roles_in(declaration_id):
        conditions.append(Annotation.status.in_((Status.PENDING, Status.HIDDEN)))
    return or_(*conditions)


def may_be_passed_on(declaration: Declaration) -> ColumnElement[bool]:
    """Whose words leave the site: in files, mails, feeds, digests and reports. Every such channel asks this question.

    What everybody can read; where the declaration says so, only once a moderator has looked at these words.
    """
    shown = Annotation.status == Status.VISIBLE
    return and_(shown, Annotation.reviewed_at.is_not(None)) if declaration.sends_after_look else shown


def is_passed_on() -> ColumnElement[bool]:
    """The same for queries over many declarations, which have to join them."""
    looked_at = or_(Declaration.sends_after_look.is_(False), Annotation.reviewed_at.is_not(None))
    return and_(Annotation.status == Status.VISIBLE, looked_at)


def load_entries(
    person: Any, declaration_id: int, where: ColumnElement[bool], new_since: datetime | None, are_known: bool = False
) -> list[Entry]:
    """The annotations that match, in order of writing, as this person sees them; one query. `are_known`: what they are about
    has been loaded, or nearly all of it.

    Those that are out of sight are included, without permission to read the words: they can leave a placeholder.
    """
    membership = person.membership_in(declaration_id)
    query = _as_read(membership is not None, are_known).where(where)
    asked = {"declaration": declaration_id, "voter": membership.id if membership else 0}
    rows = db.session.execute(query, asked).unique().all()
    if are_known:
        give_places([row[0] for row in rows])
    return [_entry(person, new_since, *row) for row in rows]


@lru_cache
def _as_read(is_member: bool, are_known: bool) -> Select[Any]:
    """The question but for what is asked about: putting it together takes as long as the database takes to answer it."""
    places = () if are_known else (
        joinedload(Annotation.declaration),
        joinedload(Annotation.thesis),
        joinedload(Annotation.paragraph),
        joinedload(Annotation.wording),
        joinedload(Annotation.edition).lazyload(Edition.declaration),
    )
    return (
        select(Annotation, own_vote() if is_member else null(), Anchor, Outcome, *to_bundle())
        .outerjoin(Annotation.author)
        .outerjoin(Anchor, and_(Anchor.annotation_id == Annotation.number, Anchor.edition_id == in_force()))
        .outerjoin(Outcome, Outcome.id == latest_outcome())
        .options(contains_eager(Annotation.author), joinedload(Annotation.responses), joinedload(Anchor.wording), *places)
        .order_by(Annotation.number)
    )


def give_places(annotations: Collection[Annotation], places: Sequence[tuple[str, Any, str]] = PLACES) -> None:
    """Hand each what it is about. Hundreds share a handful of these, most of which the page has loaded already: reading them
    again with every row took longer than all the rest."""
    for name, kind, key in places:
        wanted = {getattr(annotation, key) for annotation in annotations} - {None}
        found = {number: db.session.identity_map.get(identity_key(kind, number)) for number in wanted}
        if missing := [number for number, thing in found.items() if thing is None]:
            query = select(kind).where(kind.id.in_(missing))
            if kind in KNOWN_BY:
                query = query.options(lazyload(KNOWN_BY[kind]))
            found |= {thing.id: thing for thing in db.session.scalars(query).unique()}
        for annotation in annotations:
            set_committed_value(annotation, name, found.get(getattr(annotation, key)))


def in_force() -> Any:
    newest = select(Edition.id).where(Edition.declaration_id == bindparam("declaration")).order_by(Edition.number.desc()).limit(1)
    return newest.scalar_subquery()


def own_vote() -> Any:
    """One look into the unique index for each annotation; a join made SQLite read the votes of everybody."""
    query = select(Vote.value).where(Vote.annotation_id == Annotation.number, Vote.voter_id == bindparam("voter"))
    return query.correlate(Annotation).scalar_subquery()


def to_bundle() -> tuple[Any, Any]:
    """What an annotation is bundled with, and how many are bundled with it; of both only what everybody may read."""
    lead, other = aliased(Annotation), aliased(Annotation)
    is_shown = and_(lead.number == Annotation.bundled_with, lead.status == Status.VISIBLE)
    others = select(func.count(other.number)).where(
        other.bundled_with == Annotation.number, other.status == Status.VISIBLE
    )
    return (
        select(lead.number).where(is_shown).correlate(Annotation).scalar_subquery(),
        others.correlate(Annotation).scalar_subquery(),
    )


def _entry(
    person: Any,
    new_since: datetime | None,
    annotation: Annotation,
    vote: VoteValue | None,
    anchor: Anchor | None,
    outcome: Outcome | None,
    lead: int | None,
    bundle_size: int,
) -> Entry:
    is_own = person.wrote(annotation)
    return Entry(
        annotation=annotation,
        own_vote=vote,
        is_new=is_new(annotation, new_since, is_own),
        is_own=is_own,
        is_readable=is_readable(person, annotation),
        anchor=anchor,
        outcome=outcome,
        lead=lead,
        bundle_size=bundle_size,
    )


def is_new(annotation: Any, since: datetime | None, is_own: bool) -> bool:
    return bool(since and annotation.created_at > since and annotation.is_visible and not is_own)


def is_readable(person: Any, annotation: Any) -> bool:
    """What its author took back is nobody's to read in a conversation, not even hers."""
    return may(person, Permission.READ_ANNOTATION, annotation) and not annotation.is_withdrawn


def to_threads(entries: Sequence[Entry]) -> list[Entry]:
    """The top-level annotations with all their replies, oldest first, in one flat list per thread.

    An entry that cannot be read is dropped unless it has visible replies: there is nothing to keep in place.
    So a text that waits to be read for the first time leaves no trace, and one taken back for revision does.
    """
    by_number = {entry.annotation.number: entry for entry in entries}
    threads = [entry for entry in entries if not entry.annotation.is_reply]
    for entry in entries:
        if not entry.annotation.is_reply:
            continue
        entry.answers = by_number.get(entry.annotation.parent_id or 0)
        root = by_number.get(entry.annotation.thread_number)
        if root is not None:
            root.replies.append(entry)
    for thread in threads:
        thread.replies = _worth_showing(thread.replies)
    return [thread for thread in threads if thread.is_readable or thread.replies]


def _worth_showing(replies: list[Entry]) -> list[Entry]:
    answered = {reply.annotation.parent_id for reply in replies if reply.is_readable}
    return [reply for reply in replies if reply.is_readable or reply.annotation.number in answered]


def of_kind(threads: Iterable[Entry], kind: Kind | None) -> list[Entry]:
    return [thread for thread in threads if kind is None or thread.annotation.kind is kind]
