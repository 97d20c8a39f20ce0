"""Contributions and positions, each bound to the wording it was made on."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Optional

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, joinedload, mapped_column, relationship

from deliberation.clock import now
from deliberation.columns import ALWAYS, named_values
from deliberation.database import ID_MAX, Model, UtcDateTime, db
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import (
    Declaration,
    Edition,
    Membership,
    Paragraph,
    ParagraphState,
    Thesis,
    Wording,
)

BODY_MAX = 3000
REASON_MAX = 600
RESPONSE_MAX = 600
QUOTE_MAX = 1000
OUTCOME_REASON_MIN = 10
OUTCOME_REASON_MAX = 600
CONTEXT = 32
"""Characters kept before and after a quote, as in the W3C TextQuoteSelector."""


class Kind(Enum):
    """What sort of contribution it is; chosen by its author."""

    PRACTICE = "practice"
    PROPOSAL = "proposal"
    QUESTION = "question"
    OBJECTION = "objection"
    AGREEMENT = "agreement"
    REFERENCE = "reference"


class Status(Enum):
    """One status, never several booleans."""

    VISIBLE = "visible"
    PENDING = "pending"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


class OutcomeValue(Enum):
    """What became of an annotation. Everything that asks for an answer begins as RECEIVED."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    ADOPTED = "adopted"
    PARTLY = "partly"
    DECLINED = "declined"


EXPECTS_OUTCOME = (Kind.PROPOSAL, Kind.OBJECTION, Kind.QUESTION)
"""Kinds of which everybody learns what became of them; others can have an outcome."""


class AnchorVerdict(Enum):
    """What a person said about an anchor that nobody else could be sure of."""

    ACCEPTED = "accepted"
    PLACED = "placed"
    LEFT = "left"


class StanceValue(Enum):
    CARRY = "carry"
    CHANGE = "change"
    UNCLEAR = "unclear"
    AGAINST = "against"


class VoteValue(Enum):
    AGREE = "agree"
    DISAGREE = "disagree"
    PASS = "pass"


class ResponseKind(Enum):
    INQUIRY = "inquiry"
    INFORMATION = "information"
    SUMMARY = "summary"
    BRIDGE = "bridge"
    RULES = "rules"


def public_outcome(kind: Kind | None, outcome: OutcomeValue | None) -> OutcomeValue | None:
    """What everybody is told became of it; None for kinds that nobody has to answer and nobody did."""
    return outcome or (OutcomeValue.RECEIVED if kind in EXPECTS_OUTCOME else None)


class Threaded:
    """What everything that has a number, a state and a place in a conversation says of itself."""

    number: Any
    status: Any
    parent_id: Any
    root_id: Any

    @property
    def label(self) -> str:
        """A-204: how people name it in speech and on paper."""
        return f"A-{self.number}"

    @property
    def is_visible(self) -> bool:
        return self.status is Status.VISIBLE

    @property
    def is_pending(self) -> bool:
        return self.status is Status.PENDING

    @property
    def is_hidden(self) -> bool:
        return self.status is Status.HIDDEN

    @property
    def is_withdrawn(self) -> bool:
        return self.status is Status.WITHDRAWN

    @property
    def is_reply(self) -> bool:
        return self.parent_id is not None

    @property
    def thread_number(self) -> int:
        return self.root_id or self.number


class Annotation(Threaded, Model):
    """What one person says about a thesis, a paragraph or some of its sentences, or in reply.

    Its number (A-204) is public and never used twice. Never deleted: withdrawing and hiding leave it in
    place without its words, so that replies keep their ground. `wording_id`, `sentences`, quote and `edition_id` say
    what it was written on and never change; thesis and paragraph say where it is read now (`Anchor`)."""

    __tablename__ = "annotation"
    __table_args__ = (
        UniqueConstraint("author_id", "form_key"),
        CheckConstraint("(parent_id IS NULL) = (kind IS NOT NULL)", name="kind_of_thread"),
        CheckConstraint("kind <> 'proposal' OR proposed_wording <> ''", name="proposal_has_wording"),
        # Covers the counts beside all paragraphs (reading.load_counts), which every page of a declaration shows.
        Index(
            "ix_annotation_place", "declaration_id", "thesis_id", "paragraph_id", "status", "created_at", "author_id"
        ),
        Index("ix_annotation_state", "declaration_id", "status", "created_at"),
        # Covers what the results page counts of all annotations (results.overview), without a look at their words.
        Index(
            "ix_annotation_figures", "declaration_id", "status", "thesis_id", "paragraph_id", "kind", "outcome", "created_at",
            "reviewed_at", "shown_agree", "shown_disagree", "shown_pass",
        ),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column("id", primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    thesis_id: Mapped[int] = mapped_column(ForeignKey("thesis.id"))
    paragraph_id: Mapped[int | None] = mapped_column(ForeignKey("paragraph.id"), index=True)
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wording.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("annotation.id"), index=True)
    # The annotation that opened the thread; None for that annotation itself.
    root_id: Mapped[int | None] = mapped_column(ForeignKey("annotation.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"), index=True)

    kind: Mapped[Kind | None] = mapped_column(named_values(Kind))
    sentences: Mapped[list[Any]] = mapped_column(JSON, default=list)
    quote: Mapped[str] = mapped_column(Text, default="")
    quote_prefix: Mapped[str] = mapped_column(String(CONTEXT), default="")
    quote_suffix: Mapped[str] = mapped_column(String(CONTEXT), default="")
    quote_start: Mapped[int | None]
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    render_version: Mapped[int]
    proposed_wording: Mapped[str] = mapped_column(Text, default="")
    is_quotable: Mapped[bool] = mapped_column(default=False)
    status: Mapped[Status] = mapped_column(named_values(Status), default=Status.VISIBLE)
    # Raised by every change of words or state: what a moderator saw must still be what she decides on.
    version: Mapped[int] = mapped_column(default=1)
    held_because: Mapped[list[Any]] = mapped_column(JSON, default=list)
    form_key: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Published vote counts: the state at the last multiple of five (see tallies.py).
    shown_agree: Mapped[int] = mapped_column(default=0)
    shown_disagree: Mapped[int] = mapped_column(default=0)
    shown_pass: Mapped[int] = mapped_column(default=0)
    # The latest outcome, written by the verb that records it; None until somebody says more than "received".
    outcome: Mapped[OutcomeValue | None] = mapped_column(named_values(OutcomeValue))
    # When a moderator first looked at these words; editing them makes it empty again.
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The whole thread is closed: nobody replies any more. Stands on every annotation of it.
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The annotation it is bundled with, because both say the same; and when its author took it out of a bundle.
    bundled_with: Mapped[int | None] = mapped_column(ForeignKey("annotation.id"), index=True)
    left_bundle_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    declaration: Mapped[Declaration] = relationship(lazy="raise_on_sql")
    thesis: Mapped[Thesis] = relationship(lazy="raise_on_sql")
    paragraph: Mapped[Paragraph | None] = relationship(lazy="raise_on_sql")
    wording: Mapped[Wording | None] = relationship(lazy="raise_on_sql")
    author: Mapped[Membership | None] = relationship(lazy="raise_on_sql")
    parent: Mapped[Optional["Annotation"]] = relationship(
        remote_side="Annotation.number", foreign_keys=[parent_id], lazy="raise_on_sql"
    )
    responses: Mapped[list["Response"]] = relationship(
        back_populates="annotation", order_by="Response.id", lazy="raise_on_sql"
    )
    versions: Mapped[list["EarlierVersion"]] = relationship(order_by="EarlierVersion.id", lazy="raise_on_sql")
    edition: Mapped[Edition] = relationship(lazy="raise_on_sql")

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_proposal(self) -> bool:
        return self.kind is Kind.PROPOSAL

    @property
    def is_undecided(self) -> bool:
        return self.outcome in (None, OutcomeValue.RECEIVED, OutcomeValue.IN_REVIEW)

    @property
    def public_outcome(self) -> OutcomeValue | None:
        """What everybody is told; None for kinds that nobody has to answer and nobody did."""
        return public_outcome(self.kind, self.outcome)


class Anchor(Model):
    """What an edition did to the words that an annotation was written on; one row per annotation and edition after.

    SAME and MOVED stand at identical words: `paragraph_id`, `wording_id` and `sentences` (empty: the whole paragraph)
    say where. REWORDED names the likeliest place and GONE none; both wait for a person, and until then the annotation
    stays where it was. An annotation on a thesis as a whole has no paragraph."""

    __tablename__ = "anchor"
    __table_args__ = (
        UniqueConstraint("annotation_id", "edition_id"),
        Index("ix_anchor_check", "edition_id", "state", "verdict"),
        CheckConstraint("similarity BETWEEN 0 AND 1", name="share"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    state: Mapped[AnchorState] = mapped_column(named_values(AnchorState))
    # Of the words, 0 to 1.
    similarity: Mapped[float]
    paragraph_id: Mapped[int | None] = mapped_column(ForeignKey("paragraph.id"))
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wording.id"))
    sentences: Mapped[list[Any]] = mapped_column(JSON, default=list)
    verdict: Mapped[AnchorVerdict | None] = mapped_column(named_values(AnchorVerdict))
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    annotation: Mapped[Annotation] = relationship(lazy="raise_on_sql")
    edition: Mapped[Edition] = relationship(lazy="raise_on_sql")
    paragraph: Mapped[Paragraph | None] = relationship(lazy="raise_on_sql")
    wording: Mapped[Wording | None] = relationship(lazy="raise_on_sql")

    @property
    def is_sure(self) -> bool:
        """Whether its place is that of identical words, or a person said so."""
        if self.verdict is not None:
            return self.verdict is not AnchorVerdict.LEFT
        return self.state in (AnchorState.SAME, AnchorState.MOVED)

    @property
    def waits(self) -> bool:
        """Whether a person has to look."""
        return self.verdict is None and not self.is_sure


class Outcome(Model):
    """What became of an annotation, said in public with a reason. Append-only; the latest one holds.

    With an edition it names the place where words were changed because of it, `sentences` of that edition's wording."""

    __tablename__ = "outcome"
    __table_args__ = (
        UniqueConstraint("decider_id", "form_key"),
        CheckConstraint(
            f"value IN ('received', 'in_review') OR length(reason) >= {OUTCOME_REASON_MIN}", name="has_reason"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), index=True)
    value: Mapped[OutcomeValue] = mapped_column(named_values(OutcomeValue))
    reason: Mapped[str] = mapped_column(Text, default="")
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"), index=True)
    paragraph_id: Mapped[int | None] = mapped_column(ForeignKey("paragraph.id"), index=True)
    sentences: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # None: the operator, on the command line.
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    form_key: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    annotation: Mapped[Annotation] = relationship(lazy="raise_on_sql")
    edition: Mapped[Edition | None] = relationship(lazy="joined")
    paragraph: Mapped[Paragraph | None] = relationship(lazy="joined")
    # "3-2": thesis and paragraph as they were numbered in that edition; None if it took the paragraph out.
    place_then: Mapped[str | None] = column_property(
        select(Thesis.number + "-" + ParagraphState.number)
        .join(ParagraphState, ParagraphState.thesis_id == Thesis.id)
        .where(ParagraphState.edition_id == edition_id, ParagraphState.paragraph_id == paragraph_id)
        .correlate_except(Thesis, ParagraphState)
        .scalar_subquery()
    )


class EarlierVersion(Model):
    """What an annotation said before its author changed it. Shown wherever the annotation itself is shown."""

    __tablename__ = "earlier_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    proposed_wording: Mapped[str] = mapped_column(Text, default="")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Vote(Model):
    """One person's vote on one annotation. Nobody but the voter ever sees it."""

    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("annotation_id", "voter_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"))
    voter_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    value: Mapped[VoteValue] = mapped_column(named_values(VoteValue))
    # Cast after the person had opened the results.
    seen_before: Mapped[bool] = mapped_column(default=False)
    cast_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # The edition in force when it was cast or last changed.
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))


class Stance(Model):
    """One person's position on a paragraph, or on a thesis as a whole, as its text stands since an edition.

    `edition_id` is the edition since which those words stand, not the one in force when the stance was taken: it goes
    on holding while the words do. One per person, place and text by constraint; reworded words ask anew."""

    __tablename__ = "stance"
    __table_args__ = (
        Index(
            "uq_stance_paragraph",
            "paragraph_id",
            "holder_id",
            "edition_id",
            unique=True,
            sqlite_where=text("paragraph_id IS NOT NULL"),
            postgresql_where=text("paragraph_id IS NOT NULL"),
        ),
        Index(
            "uq_stance_thesis",
            "thesis_id",
            "holder_id",
            "edition_id",
            unique=True,
            sqlite_where=text("paragraph_id IS NULL"),
            postgresql_where=text("paragraph_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    thesis_id: Mapped[int] = mapped_column(ForeignKey("thesis.id"))
    paragraph_id: Mapped[int | None] = mapped_column(ForeignKey("paragraph.id"))
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wording.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    value: Mapped[StanceValue] = mapped_column(named_values(StanceValue))
    reason: Mapped[str] = mapped_column(Text, default="")
    seen_before: Mapped[bool] = mapped_column(default=False)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # When the person said that it does not hold for the new words and took no other: not asked again.
    let_go_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StanceTally(Model):
    """Published stance counts of a paragraph or thesis, for the text as it stands since an edition: the state at the
    last multiple of five."""

    __tablename__ = "stance_tally"
    __table_args__ = (
        UniqueConstraint("paragraph_id", "edition_id"),
        Index(
            "uq_stance_tally_thesis",
            "thesis_id",
            "edition_id",
            unique=True,
            sqlite_where=text("paragraph_id IS NULL"),
            postgresql_where=text("paragraph_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    thesis_id: Mapped[int] = mapped_column(ForeignKey("thesis.id"), index=True)
    paragraph_id: Mapped[int | None] = mapped_column(ForeignKey("paragraph.id"))
    carry: Mapped[int] = mapped_column(default=0)
    change: Mapped[int] = mapped_column(default=0)
    unclear: Mapped[int] = mapped_column(default=0)
    against: Mapped[int] = mapped_column(default=0)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))


class Response(Model):
    """A moderator's public answer. Stands under the annotation it answers, never above."""

    __tablename__ = "response"
    __table_args__ = (UniqueConstraint("author_id", "form_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    kind: Mapped[ResponseKind] = mapped_column(named_values(ResponseKind))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    annotation: Mapped[Annotation] = relationship(back_populates="responses", lazy="raise_on_sql")
    author: Mapped[Membership] = relationship(lazy="joined", innerjoin=ALWAYS)


class Draft(Model):
    """Words that were written and not yet sent. Belongs to an account, or, before sign-in, to a browser.

    `place` names what it is about (see drafts.py); a person has one draft for each place."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("user_id", "place"),
        CheckConstraint("(user_id IS NULL) <> (browser IS NULL)", name="one_owner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    browser: Mapped[str | None] = mapped_column(String(64), index=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    place: Mapped[str] = mapped_column(String(80))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    form_key: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Visit(Model):
    """When an account was last in a declaration, and when the visit before that ended ("neu seit")."""

    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("user_id", "declaration_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Opening(Model):
    """When an account last opened the annotations of a paragraph. `paragraph_key` is the paragraph's id, 0 for
    the thesis as a whole."""

    __tablename__ = "opening"
    __table_args__ = (UniqueConstraint("user_id", "thesis_id", "paragraph_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    thesis_id: Mapped[int] = mapped_column(ForeignKey("thesis.id"))
    paragraph_key: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


NUMBER_MAX = ID_MAX
"""Of an annotation: its number is that of its row."""




def find_annotation(number: int) -> Annotation | None:
    """One annotation with everything a permission or a page about it asks for."""
    if number > NUMBER_MAX:
        return None
    return db.session.scalars(_one(), {"number": number}).unique().one_or_none()  # type: ignore[no-any-return]


def find_brief(number: int) -> Annotation | None:
    """One annotation with its declaration alone: all that a vote needs."""
    return db.session.scalars(_brief(), {"number": number}).one_or_none() if number <= NUMBER_MAX else None


@lru_cache
def _one() -> Any:
    """The questions but for the number: putting one together takes longer than answering it."""
    return _brief().options(
        joinedload(Annotation.thesis),
        joinedload(Annotation.paragraph).joinedload(Paragraph.wording),
        joinedload(Annotation.wording),
        joinedload(Annotation.edition).lazyload(Edition.declaration),
        joinedload(Annotation.author),
    )


@lru_cache
def _brief() -> Any:
    return select(Annotation).options(joinedload(Annotation.declaration)).where(Annotation.number == bindparam("number"))


def load_annotations(numbers: Sequence[int]) -> list[Annotation]:
    """Several in order of number, each with place, declaration and author; none that does not exist."""
    if not numbers:
        return []
    places = (Annotation.declaration, Annotation.thesis, Annotation.paragraph, Annotation.author)
    query = select(Annotation).options(*(joinedload(one) for one in places)).where(Annotation.number.in_(numbers))
    return list(db.session.scalars(query.order_by(Annotation.number)).unique())


def has_contributed(membership: Membership) -> bool:
    """Whether a person has ever sent an annotation or a reply."""
    return db.session.scalar(_sent(), {"member": membership.id}) is not None


@lru_cache
def _sent() -> Any:
    return select(Annotation.number).where(Annotation.author_id == bindparam("member")).limit(1)
