"""Reports by readers, acts of moderation, and how a team shares the work."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberation.annotations.models import Annotation, Status
from deliberation.clock import now
from deliberation.columns import named_values
from deliberation.database import Model, UtcDateTime
from deliberation.declarations.models import Declaration, Membership, Thesis
from deliberation.sealing import seal, unseal

EXPLANATION_MAX = 1000
REASON_MIN = 10
REASON_MAX = 600
NOTE_MAX = 2000
LETTER_MAX = 3000
BLOCK_MAX = 600
BLOCK_TITLE_MAX = 80
NAME_MAX = 120
UNDO_FOR = timedelta(hours=24)
LETTERS_WAIT = timedelta(minutes=30)
"""Nothing is mailed earlier than this after a decision: long enough to take a slip back."""
OBJECTION_MONTHS = 6


class FlagReason(Enum):
    RECOGNISABLE = "recognisable"
    ATTACK = "attack"
    ILLEGAL = "illegal"
    OTHER = "other"


class DecisionKind(Enum):
    """What a moderator can decide. Returning keeps the text from view until its author has revised it."""

    PUBLISH = "publish"
    HIDE = "hide"
    RESTORE = "restore"
    RETURN = "return"
    REDACT = "redact"
    MOVE = "move"
    BUNDLE = "bundle"
    UNBUNDLE = "unbundle"
    CLOSE = "close"
    REOPEN = "reopen"
    UNDO = "undo"


ABOUT_WORDS = (
    DecisionKind.PUBLISH,
    DecisionKind.HIDE,
    DecisionKind.RESTORE,
    DecisionKind.RETURN,
    DecisionKind.REDACT,
)
"""Decisions that say whether and how the words are shown."""


class Rule(Enum):
    """The house rules, and the law above them."""

    STAY = "1"
    PROTECT = "2"
    RESPECT = "3"
    EVIDENCE = "4"
    NO_ADVERTISING = "5"
    LAW = "law"


class Occasion(Enum):
    """What made somebody look: the letter to the author has to say it."""

    NOTICE = "notice"
    PATTERN = "pattern"
    POLICY = "policy"
    OWN = "own"
    OBJECTION = "objection"


class Verdict(Enum):
    """What became of an objection."""

    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"


class MeasureKind(Enum):
    """What can be done about a person. REVIEW: new contributions are read before they appear."""

    WARN = "warn"
    REVIEW = "review"
    PAUSE = "pause"
    BLOCK = "block"


class NoteKind(Enum):
    NOTE = "note"
    OPINION = "opinion"
    HANDOVER = "handover"
    DANGER = "danger"


class BlockPurpose(Enum):
    """Where a text block is offered."""

    REASON = "reason"
    RESPONSE = "response"
    PROMPT = "prompt"


class Flag(Model):
    """One reader's report of one annotation: "please look at this". Not a vote and not a verdict: it changes
    nothing by itself. Open until a decision closes it. Guests can report; about them is kept only what they give to
    get an answer, and until they have it."""

    __tablename__ = "flag"
    __table_args__ = (
        Index("ix_flag_open", "annotation_id", "closed_at"),
        Index("uq_flag_form", "form_key", unique=True),
        Index("uq_flag_key", "key", unique=True),
        Index("ix_flag_answer", "answered_at", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"))
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    reason: Mapped[FlagReason] = mapped_column(named_values(FlagReason))
    explanation: Mapped[str] = mapped_column(Text, default="")
    form_key: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    # Opens the page on which whoever reported it finds what became of it, and can object. None: reported before.
    key: Mapped[str | None] = mapped_column(String(40))
    locale: Mapped[str] = mapped_column(String(5), default="de")
    in_good_faith: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of guests, emptied once the outcome is mailed. Members get theirs by their account.
    name_sealed: Mapped[str] = mapped_column(Text, default="")
    email_sealed: Mapped[str] = mapped_column(Text, default="")

    annotation: Mapped[Annotation] = relationship(lazy="raise_on_sql")
    decision: Mapped["Decision | None"] = relationship(lazy="raise_on_sql")

    @property
    def name(self) -> str:
        return unseal(self.name_sealed)

    @name.setter
    def name(self, name: str) -> None:
        self.name_sealed = seal(name)

    @property
    def email(self) -> str:
        return unseal(self.email_sealed)

    @email.setter
    def email(self, email: str) -> None:
        self.email_sealed = seal(email)

    @property
    def label(self) -> str:
        """M-17: the number that the receipt names."""
        return f"M-{self.id}"

    @property
    def is_full_notice(self) -> bool:
        """Whether it has everything that makes a notice of illegal content binding (Art. 16 (2) DSA)."""
        is_known = bool((self.name and self.email) or self.reporter_id)
        return self.reason is FlagReason.ILLEGAL and self.in_good_faith and is_known and bool(self.explanation)


class Decision(Model):
    """One act of moderation, never changed afterwards: states, rule, reason, person, time; never the text.
    `annotation.status` is its cache, written by the same function. Taking it back is another decision, UNDO."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(
            f"kind NOT IN ('hide', 'return', 'redact') OR length(reason) >= {REASON_MIN}", name="has_reason"
        ),
        CheckConstraint("kind NOT IN ('hide', 'return', 'redact') OR rule IS NOT NULL", name="has_rule"),
        CheckConstraint("(kind = 'undo') = (undoes_id IS NOT NULL)", name="undoes_something"),
        Index("ix_decision_annotation", "annotation_id", "id"),
        Index("ix_decision_moderator", "moderator_id", "id"),
        Index("uq_decision_undoes", "undoes_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"))
    moderator_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    kind: Mapped[DecisionKind] = mapped_column(named_values(DecisionKind))
    old_status: Mapped[Status] = mapped_column(named_values(Status, "old_status"))
    new_status: Mapped[Status] = mapped_column(named_values(Status, "new_status"))
    rule: Mapped[Rule | None] = mapped_column(named_values(Rule))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    occasion: Mapped[Occasion] = mapped_column(named_values(Occasion), default=Occasion.OWN)
    # Of the house rules, so that a letter still says what held then.
    rules_version: Mapped[int] = mapped_column(default=1)
    # The state of the annotation after it: what may be taken back is only what nobody changed since.
    version: Mapped[int] = mapped_column(default=0)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    # What taking back needs to know, never words of the text: places, numbers, kinds of passages.
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    annotation: Mapped[Annotation] = relationship(lazy="raise_on_sql")
    moderator: Mapped[Membership] = relationship(lazy="raise_on_sql")

    @property
    def declaration(self) -> Declaration:
        return self.annotation.declaration

    @property
    def is_recent(self) -> bool:
        """Whether it can still be taken back by who took it."""
        return now() - self.decided_at < UNDO_FOR

    @property
    def is_against_author(self) -> bool:
        """Whether its author can object."""
        return self.kind in (DecisionKind.HIDE, DecisionKind.RETURN, DecisionKind.REDACT, DecisionKind.MOVE)


class Seal(Model):
    """What stood there before passages were redacted: for those who decide on it and on an objection, nobody else.
    Deleted thirty days after the decision is final (`moderation/records/retention`)."""

    __tablename__ = "seal"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), unique=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), index=True)
    passages: Mapped[list[Any]] = mapped_column(JSON)
    # [table, id, column, the text before, the text after] for everything in which a passage stood.
    texts: Mapped[list[Any]] = mapped_column(JSON)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    decision: Mapped[Decision] = relationship(lazy="raise_on_sql")


class Measure(Model):
    """What the moderation did about a person: always with a reason, and with an end unless it is a warning."""

    __tablename__ = "measure"
    __table_args__ = (
        CheckConstraint(f"length(reason) >= {REASON_MIN}", name="has_reason"),
        CheckConstraint("(kind = 'warn') = (until IS NULL)", name="has_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    # What gave rise to it.
    annotation_id: Mapped[int | None] = mapped_column(ForeignKey("annotation.id"))
    kind: Mapped[MeasureKind] = mapped_column(named_values(MeasureKind))
    rule: Mapped[Rule] = mapped_column(named_values(Rule))
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))

    member: Mapped[Membership] = relationship(foreign_keys=[member_id], lazy="raise_on_sql")
    moderator: Mapped[Membership] = relationship(foreign_keys=[moderator_id], lazy="raise_on_sql")

    @property
    def declaration(self) -> Declaration:
        return self.member.declaration

    @property
    def is_in_force(self) -> bool:
        return self.lifted_at is None and self.until is not None and self.until > now()


class Objection(Model):
    """An author's appeal against a decision or a measure, or a reporter's against what became of the report.
    Decided once, by somebody who did not take the decision."""

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint("(decision_id IS NULL) <> (measure_id IS NULL)", name="about_one_thing"),
        CheckConstraint("(verdict IS NULL) = (decided_at IS NULL)", name="verdict_has_day"),
        CheckConstraint(f"verdict IS NULL OR length(reason) >= {REASON_MIN}", name="has_reason"),
        Index(
            "uq_objection_author",
            "decision_id",
            unique=True,
            sqlite_where=text("flag_id IS NULL"),
            postgresql_where=text("flag_id IS NULL"),
        ),
        Index(
            "uq_objection_reporter",
            "decision_id",
            "flag_id",
            unique=True,
            sqlite_where=text("flag_id IS NOT NULL"),
            postgresql_where=text("flag_id IS NOT NULL"),
        ),
        Index("ix_objection_open", "declaration_id", "decided_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    measure_id: Mapped[int | None] = mapped_column(ForeignKey("measure.id"), unique=True)
    # Whose report it is about; None: the author objects.
    flag_id: Mapped[int | None] = mapped_column(ForeignKey("flag.id"))
    objector_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    explanation: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    verdict: Mapped[Verdict | None] = mapped_column(named_values(Verdict))
    reason: Mapped[str] = mapped_column(Text, default="")
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    declaration: Mapped[Declaration] = relationship(lazy="raise_on_sql")
    decision: Mapped[Decision | None] = relationship(lazy="raise_on_sql")
    measure: Mapped[Measure | None] = relationship(lazy="raise_on_sql")
    flag: Mapped[Flag | None] = relationship(lazy="raise_on_sql")
    decider: Mapped[Membership | None] = relationship(foreign_keys=[decider_id], lazy="raise_on_sql")

    @property
    def is_open(self) -> bool:
        return self.verdict is None


class Letter(Model):
    """What a member is told about a decision: stands on the member's own pages at once, is mailed after
    `LETTERS_WAIT`, and not at all if the decision was taken back before. The words are the standard ones for
    `template` and `facts` unless a moderator wrote others (`body`)."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_due", "settled_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Names the deed: decision:12, measure:3, objection:4, message:5. One letter for each.
    cause: Mapped[str] = mapped_column(String(40), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"), index=True)
    annotation_id: Mapped[int | None] = mapped_column(ForeignKey("annotation.id"), index=True)
    template: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    body: Mapped[str] = mapped_column(Text, default="")
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When it went into the outbox, or turned out not to be needed.
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    was_mailed: Mapped[bool] = mapped_column(default=False)
    is_withdrawn: Mapped[bool] = mapped_column(default=False)

    member: Mapped[Membership] = relationship(lazy="raise_on_sql")
    annotation: Mapped[Annotation | None] = relationship(lazy="raise_on_sql")


class Message(Model):
    """What moderation and an author write each other about an annotation, unseen by others: a question that needs no
    public answer."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), index=True)
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    from_team: Mapped[bool]
    body: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    sender: Mapped[Membership | None] = relationship(lazy="raise_on_sql")


class Handling(Model):
    """Who of the team has a case in hand, and whether somebody wants a second opinion on it."""

    __tablename__ = "handling"

    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), primary_key=True)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"), index=True)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Who gave it away: to the holder, or to whoever comes next.
    handed_by_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    holder: Mapped[Membership | None] = relationship(foreign_keys=[holder_id], lazy="raise_on_sql")
    handed_by: Mapped[Membership | None] = relationship(foreign_keys=[handed_by_id], lazy="raise_on_sql")
    asked_by: Mapped[Membership | None] = relationship(foreign_keys=[asked_by_id], lazy="raise_on_sql")

    def is_held(self, moment: datetime) -> bool:
        return self.holder_id is not None and self.held_until is not None and self.held_until > moment


class Presence(Model):
    """What a moderator has open at the desk, and since when; nobody but the team sees it."""

    __tablename__ = "presence"

    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"), primary_key=True)
    annotation_id: Mapped[int | None] = mapped_column(ForeignKey("annotation.id"))
    thesis_id: Mapped[int | None] = mapped_column(ForeignKey("thesis.id"))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    member: Mapped[Membership] = relationship(lazy="raise_on_sql")
    thesis: Mapped[Thesis | None] = relationship(lazy="raise_on_sql")


class Assignment(Model):
    """Which moderator looks after a thesis; others may all the same."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("thesis_id", "membership_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    thesis_id: Mapped[int] = mapped_column(ForeignKey("thesis.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"), index=True)


class Note(Model):
    """What moderators write each other about a case. Never shown outside the team."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(ForeignKey("annotation.id"), index=True)
    writer_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    kind: Mapped[NoteKind] = mapped_column(named_values(NoteKind), default=NoteKind.NOTE)
    body: Mapped[str] = mapped_column(Text)
    # What a second opinion recommends.
    advice: Mapped[DecisionKind | None] = mapped_column(named_values(DecisionKind, "advice"))
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    writer: Mapped[Membership | None] = relationship(lazy="raise_on_sql")


class TextBlock(Model):
    """Words that moderators use again: for a reason, for a public answer, or a good question to ask."""

    __tablename__ = "text_block"

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    purpose: Mapped[BlockPurpose] = mapped_column(named_values(BlockPurpose))
    # A reason can belong to a rule.
    rule: Mapped[Rule | None] = mapped_column(named_values(Rule))
    title: Mapped[str] = mapped_column(String(BLOCK_TITLE_MAX))
    body: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RulesVersion(Model):
    """The house rules of a declaration as they stood from one moment on. Never changed; the newest one holds and is
    kept on the declaration as well, where every page finds it."""

    __tablename__ = "rules_version"
    __table_args__ = (UniqueConstraint("declaration_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    number: Mapped[int]
    line: Mapped[str] = mapped_column(Text)
    # [heading, explanation] of each rule.
    rules: Mapped[list[Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    writer_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
