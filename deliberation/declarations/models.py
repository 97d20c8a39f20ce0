"""The text and its parts. Nothing here is ever deleted because the text changed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Optional

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped, contains_eager, joinedload, lazyload, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from deliberation.accounts.models import random_key
from deliberation.clock import now, today
from deliberation.columns import ALWAYS, named_values
from deliberation.database import Model, UtcDateTime, db
from deliberation.permissions import PHASE_ALLOWS, Access, Activity, Phase, Role, Voters

if TYPE_CHECKING:
    from deliberation.accounts.models import User

SLUG_MAX = 60
TITLE_MAX = 300
HEADING_MAX = 500
TABLE_MAX = 60
TERM_MAX = 80
FORMS_MAX = 300
SLUG_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
PREAMBLE = "0"
CLOSING = "end"
TEXT_LOCK = 7204
"""Any number will do for `hold_text`, as long as nobody else asks PostgreSQL for the same one."""


class Policy(Enum):
    """Which contributions a person looks at before they appear."""

    NONE = "none"
    PATTERN = "pattern"
    FIRST = "first"
    ALL = "all"


@dataclass(frozen=True)
class PlannedPhase:
    """From which day on a phase shall hold, and whether that day was acted upon."""

    phase: Phase
    begins_on: date
    is_opened: bool = False


def place_of(phase: Phase) -> int:
    """Phases follow each other in the order in which they are written down."""
    return list(Phase).index(phase)


class Declaration(Model):
    """A text put up for deliberation, with its phase and rules. Its slug is its address for ever."""

    __tablename__ = "declaration"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_MAX), unique=True)
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    summary: Mapped[str] = mapped_column(Text, default="")
    publisher: Mapped[str] = mapped_column(String(TITLE_MAX), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    about_html: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(5), default="de")
    is_sample: Mapped[bool] = mapped_column(default=False)
    phase: Mapped[Phase] = mapped_column(named_values(Phase), default=Phase.DRAFT)
    phase_ends_on: Mapped[date | None]
    policy: Mapped[Policy] = mapped_column(named_values(Policy), default=Policy.FIRST)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # What appears at once goes into mail, feeds, digests and reports only after a moderator has looked at it.
    sends_after_look: Mapped[bool] = mapped_column(default=False)
    # Institutions of the region, for the pattern check beside those it knows.
    employers: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # The house rules in force: [heading, explanation] each; none: the standard ones (moderation/words/house_rules).
    rules: Mapped[list[Any]] = mapped_column(JSON, default=list)
    rules_line: Mapped[str] = mapped_column(Text, default="")
    rules_version: Mapped[int] = mapped_column(default=1)
    access: Mapped[Access] = mapped_column(named_values(Access), default=Access.PUBLIC)
    contact: Mapped[str] = mapped_column(String(TITLE_MAX), default="")
    # What others may do with the text, in words.
    licence: Mapped[str] = mapped_column(String(TITLE_MAX), default="")
    # When which phase begins: [phase, day in Berlin, whether it was opened] each, in their order (`calendar`).
    plan: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # The day on which dates that people had been told became others.
    plan_changed_on: Mapped[date | None]
    voters: Mapped[Voters] = mapped_column(named_values(Voters), default=Voters.ALL)
    # Since when it stands in the archive. None: among what is deliberated.
    archived_on: Mapped[date | None]
    # The day on which it will be deleted: asked for and confirmed (`privacy/deletion`).
    delete_on: Mapped[date | None]
    # When a file of the results was last taken away.
    exported_on: Mapped[date | None]
    # Of the secret in the link to a draft, and until when it is good (`showing`).
    preview_hash: Mapped[str | None] = mapped_column(String(64))
    preview_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What is called otherwise here than usual, by key (`annotations/calling`).
    labels: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    # How the dates stood that people had been told (`Dates`), while mails about new ones wait; None: nothing waits.
    told_dates: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    dates_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The last day that people were reminded of.
    reminded_of: Mapped[date | None]
    # The thesis of each week: [thesis, its Monday] (`focus`).
    focus: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # The day on which the report was last published, and whether its draft is open to those who take part (`reports`).
    reported_on: Mapped[date | None]
    shows_report_draft: Mapped[bool] = mapped_column(default=False)
    # Made from an archive: its figures (`results/archive/importing`), which cannot be counted from what came along.
    imported: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # Since when there is a survey or results of one to be seen (`surveys`).
    surveyed_on: Mapped[date | None]
    # Since when tables in a room have said something (`meetings`).
    met_on: Mapped[date | None]
    # What it is about in Leichte Sprache, one sentence on each line.
    easy: Mapped[str | None] = mapped_column(Text, deferred=True)
    has_easy: Mapped[bool] = mapped_column(default=False)
    # Pages of its own that stand in the menu: [address, title] each (`pages/models`).
    menu: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # Words that are explained: [id, word, other form, …] each, in alphabetical order (`glossary`).
    terms: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # And those at the foot of its pages; and the latest news, each with its day as well.
    footer: Mapped[list[Any]] = mapped_column(JSON, default=list)
    latest: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # Whether an event is shown (`pages/events`).
    has_events: Mapped[bool] = mapped_column(default=False)
    # Whether there are videos in sign language (`pages/signing`).
    has_signs: Mapped[bool] = mapped_column(default=False)

    # Those of the edition in force; what a later edition took out keeps its row, see `find_thesis`.
    theses: Mapped[list["Thesis"]] = relationship(
        back_populates="declaration",
        order_by="Thesis.position",
        primaryjoin="and_(Declaration.id == Thesis.declaration_id, Thesis.removed_in_id.is_(None))",
        lazy="raise_on_sql",
    )
    editions: Mapped[list["Edition"]] = relationship(
        back_populates="declaration", order_by="Edition.number", lazy="raise_on_sql"
    )

    @property
    def declaration(self) -> "Declaration":
        return self

    @property
    def is_draft(self) -> bool:
        return self.phase is Phase.DRAFT

    @property
    def is_closed(self) -> bool:
        return self.phase is Phase.CLOSED

    @property
    def is_for_invited(self) -> bool:
        """Whether everybody reads it and only the invited have a say."""
        return self.access is Access.INVITED

    @property
    def is_open_to_all(self) -> bool:
        """Whether everybody, search engines among them, may read it."""
        return not self.is_draft and self.access is not Access.PRIVATE

    def allows(self, activity: Activity) -> bool:
        return activity in PHASE_ALLOWS[self.phase]

    @property
    def calendar(self) -> list[PlannedPhase]:
        """The planned phases in their order."""
        return [PlannedPhase(Phase(phase), date.fromisoformat(day), opened) for phase, day, opened in self.plan]

    @property
    def ahead(self) -> list[PlannedPhase]:
        """Those of the plan that have not been opened."""
        return [one for one in self.calendar if not one.is_opened]

    def planned_end(self, phase: Phase) -> date | None:
        """The last day of this phase: the one before the next of the plan begins. None: nothing is planned behind it."""
        later = [one for one in self.ahead if place_of(one.phase) > place_of(phase)]
        return later[0].begins_on - timedelta(days=1) if later else None

    @property
    def numbered_theses(self) -> list["Thesis"]:
        return [thesis for thesis in self.theses if thesis.is_numbered]


class Edition(Model):
    """One state of the whole text (Fassung), numbered and dated, with a note on what changed."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("declaration_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    number: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    declaration: Mapped[Declaration] = relationship(back_populates="editions")


class Thesis(Model):
    """A numbered part of the text. Its number stays true in print and is never given again; preamble and closing
    part are theses with the addresses `0` and `end`. Columns say what holds in the edition in force; how it stood
    in an earlier one says `ThesisState`."""

    __tablename__ = "thesis"
    __table_args__ = (UniqueConstraint("declaration_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    position: Mapped[int]
    number: Mapped[str] = mapped_column(String(20))
    heading: Mapped[str] = mapped_column(String(HEADING_MAX), default="")
    group: Mapped[str] = mapped_column(String(HEADING_MAX), default="")
    # The edition since which heading and paragraphs stand as they are: stances on the thesis belong to it.
    since_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    removed_in_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    # Its twin in Leichte Sprache (`easy`): heading, and the text of each paragraph with the wording it was written for.
    easy: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    has_easy: Mapped[bool] = mapped_column(default=False)
    has_signs: Mapped[bool] = mapped_column(default=False)

    declaration: Mapped[Declaration] = relationship(back_populates="theses")
    paragraphs: Mapped[list["Paragraph"]] = relationship(
        back_populates="thesis", order_by="Paragraph.position", lazy="raise_on_sql"
    )

    @property
    def is_numbered(self) -> bool:
        return self.number not in (PREAMBLE, CLOSING)

    @property
    def thesis(self) -> "Thesis":
        return self

    @property
    def is_removed(self) -> bool:
        return self.removed_in_id is not None


class Paragraph(Model):
    """A numbered unit inside a thesis (3.2). Keeps its identity when it is reworded or moved, and its row when it is
    taken out. `ParagraphState` says where it stood in an earlier edition."""

    __tablename__ = "paragraph"
    __table_args__ = (UniqueConstraint("thesis_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    thesis_id: Mapped[int] = mapped_column(ForeignKey("thesis.id"), index=True)
    position: Mapped[int]
    number: Mapped[str] = mapped_column(String(20))
    # The wording in force; every earlier one is kept in `wordings`.
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wording.id", use_alter=True))
    removed_in_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    # Where most of its words stand now, if it was merged into another one.
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("paragraph.id"))

    thesis: Mapped[Thesis] = relationship(back_populates="paragraphs", lazy="joined", innerjoin=ALWAYS)
    wording: Mapped["Wording"] = relationship(foreign_keys=[wording_id], lazy="raise_on_sql", post_update=True)
    wordings: Mapped[list["Wording"]] = relationship(
        back_populates="paragraph", foreign_keys="Wording.paragraph_id", lazy="raise_on_sql"
    )

    @property
    def declaration(self) -> Declaration:
        return self.thesis.declaration

    @property
    def full_number(self) -> str:
        """3.2; paragraphs of preamble and closing part have no thesis number to show."""
        return f"{self.thesis.number}.{self.number}" if self.thesis.is_numbered else self.number

    @property
    def since_id(self) -> int:
        """The edition since which its words stand as they do: stances on it belong to these words."""
        return self.wording.edition_id

    @property
    def is_removed(self) -> bool:
        return self.removed_in_id is not None


@dataclass(frozen=True)
class Unit:
    """The paragraph's own text (level 0) or a list item in it, with its printed label and its sentences.

    `first` is the number of the first sentence, counted from 1 through the whole paragraph."""

    label: str
    level: int
    sentences: tuple[str, ...]
    first: int

    @property
    def numbered_sentences(self) -> list[tuple[int, str]]:
        return list(enumerate(self.sentences, start=self.first))


class Wording(Model):
    """The text of one paragraph from an edition on. Never updated, never deleted.

    `parts` is a list of [label, level, [sentence, …]]: the split is stored, so a sentence keeps its number
    even if the splitting rules improve. A corrected misprint is a second wording of the same edition (`Correction`):
    what was said about the first holds for it too."""

    __tablename__ = "wording"

    id: Mapped[int] = mapped_column(primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    parts: Mapped[list[Any]] = mapped_column(JSON)

    paragraph: Mapped[Paragraph] = relationship(
        back_populates="wordings", foreign_keys=[paragraph_id], lazy="raise_on_sql"
    )
    edition: Mapped[Edition] = relationship(lazy="raise_on_sql")

    @property
    def units(self) -> list[Unit]:
        units, first = [], 1
        for label, level, sentences in self.parts:
            units.append(Unit(label, level, tuple(sentences), first))
            first += len(sentences)
        return units

    @property
    def sentences(self) -> list[str]:
        return [sentence for _label, _level, sentences in self.parts for sentence in sentences]

    @property
    def text(self) -> str:
        """The whole paragraph as running text, labels included."""
        return " ".join(f"{label} {' '.join(sentences)}".strip() for label, _level, sentences in self.parts)

    def sentence_text(self, numbers: Sequence[int]) -> str:
        """The named sentences as one text; numbers outside the wording are ignored."""
        sentences = self.sentences
        return " ".join(sentences[n - 1] for n in sorted(numbers) if 0 < n <= len(sentences))


class ThesisState(Model):
    """How a thesis stood in one edition: its place, its heading, and since when its text had been like that."""

    __tablename__ = "thesis_state"
    __table_args__ = (UniqueConstraint("edition_id", "thesis_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    thesis_id: Mapped[int] = mapped_column(ForeignKey("thesis.id"), index=True)
    position: Mapped[int]
    heading: Mapped[str] = mapped_column(String(HEADING_MAX), default="")
    group: Mapped[str] = mapped_column(String(HEADING_MAX), default="")
    since_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))


class ParagraphState(Model):
    """Where a paragraph stood in one edition, with which number and wording, and why it was changed."""

    __tablename__ = "paragraph_state"
    __table_args__ = (UniqueConstraint("edition_id", "paragraph_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"), index=True)
    thesis_id: Mapped[int] = mapped_column(ForeignKey("thesis.id"), index=True)
    position: Mapped[int]
    number: Mapped[str] = mapped_column(String(20))
    wording_id: Mapped[int] = mapped_column(ForeignKey("wording.id"))
    reason: Mapped[str] = mapped_column(Text, default="")


class Correction(Model):
    """A misprint put right within an edition: public, with reason and day. Sentences keep their numbers."""

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    old_wording_id: Mapped[int] = mapped_column(ForeignKey("wording.id"))
    new_wording_id: Mapped[int] = mapped_column(ForeignKey("wording.id"))
    # None: the operator, on the command line.
    corrector_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(Text)
    corrected_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    paragraph: Mapped[Paragraph] = relationship(lazy="joined", innerjoin=ALWAYS)
    old_wording: Mapped[Wording] = relationship(foreign_keys=[old_wording_id], lazy="joined", innerjoin=ALWAYS)
    new_wording: Mapped[Wording] = relationship(foreign_keys=[new_wording_id], lazy="joined", innerjoin=ALWAYS)


class EasyEdition(Model):
    """What stood in Leichte Sprache until a day: of a thesis the whole twin, else (`about`) what the declaration is about."""

    __tablename__ = "easy_edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    thesis_id: Mapped[int | None] = mapped_column(ForeignKey("thesis.id"), index=True)
    words: Mapped[dict[str, Any]] = mapped_column(JSON)
    until: Mapped[date] = mapped_column(default=today)


class Term(Model):
    """A word that organisers explain, in plain words and, if they like, in Leichte Sprache. One that was taken out keeps its
    row; what stood there before is kept (`TermEdition`)."""

    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("declaration_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    name: Mapped[str] = mapped_column(String(TERM_MAX))
    # Other forms of the word, with commas between them.
    forms: Mapped[str] = mapped_column(String(FORMS_MAX), default="")
    explanation: Mapped[str] = mapped_column(Text)
    # In Leichte Sprache, one sentence on each line; may be empty.
    easy: Mapped[str] = mapped_column(Text, default="")
    # Counts up with every change: what an editor saw must still be what she changes.
    edition: Mapped[int] = mapped_column(default=1)
    changed_on: Mapped[date] = mapped_column(default=today)
    removed_on: Mapped[date | None]

    declaration: Mapped[Declaration] = relationship(lazy="raise_on_sql")

    @property
    def spellings(self) -> list[str]:
        """The word and its other forms, each once."""
        return list(dict.fromkeys([self.name, *filter(None, (one.strip() for one in self.forms.split(",")))]))

    @property
    def easy_lines(self) -> list[str]:
        """In Leichte Sprache, or where nobody has written that, in plain words."""
        return (self.easy or self.explanation).split("\n")


class TermEdition(Model):
    """How the explanation of a word read once."""

    __tablename__ = "term_edition"
    __table_args__ = (UniqueConstraint("term_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(TERM_MAX))
    forms: Mapped[str] = mapped_column(String(FORMS_MAX))
    explanation: Mapped[str] = mapped_column(Text)
    easy: Mapped[str] = mapped_column(Text)
    written_on: Mapped[date] = mapped_column(default=today)


class EditionDraft(Model):
    """The next edition while it is being written; one per declaration, seen by the team and by whoever has its link.

    `text` is the whole text with the identity of what it continues, `steps` the way back to earlier states."""

    __tablename__ = "edition_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), unique=True)
    # The edition it was begun on.
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    key: Mapped[str] = mapped_column(String(40), unique=True)
    # Counts the changes, so that a page which is out of date cannot overwrite anything.
    version: Mapped[int] = mapped_column(default=0)
    text: Mapped[dict[str, Any]] = mapped_column(JSON)
    steps: Mapped[list[Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    declaration: Mapped[Declaration] = relationship(lazy="joined", innerjoin=ALWAYS)
    edition: Mapped[Edition] = relationship(lazy="joined", innerjoin=ALWAYS)


class Origin(Enum):
    """Where contributions come from that nobody wrote here under a pseudonym."""

    TABLE = "table"
    PAPER = "paper"


class Membership(Model):
    """One person in one declaration: the pseudonym, the roles, and what was seen.

    Contributions belong to memberships, not to accounts, so no page can link a person across
    declarations. Imported voters are memberships without an account."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("user_id", "declaration_id"),
        UniqueConstraint("declaration_id", "pseudonym_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    pseudonym: Mapped[str] = mapped_column(String(60))
    # Casefolded, accents and look-alikes removed: what must be unique.
    pseudonym_key: Mapped[str] = mapped_column(String(80))
    # The name under which moderators answer.
    signing_name: Mapped[str] = mapped_column(String(60), default="")
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # From then on votes count as cast after seeing results.
    results_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the moderation decided about the person, until when; the reasons stand in `Measure`.
    reviewed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Whether the desk listens to single keys; off until switched on.
    uses_keys: Mapped[bool] = mapped_column(default=False)
    # What stands for the person in addresses of pages: says nothing about when she came.
    key: Mapped[str] = mapped_column(String(32), unique=True, default=random_key)
    # Whether the person accepted an invitation, or is one of whom that is sure; never which, and never when.
    is_invited: Mapped[bool] = mapped_column(default=False)
    # No person: a group at a table, or paper; the pseudonym says which.
    origin: Mapped[Origin | None] = mapped_column(named_values(Origin))

    user: Mapped[Optional["User"]] = relationship(back_populates="memberships", lazy="raise_on_sql")
    declaration: Mapped[Declaration] = relationship(lazy="raise_on_sql")
    grants: Mapped[list["RoleGrant"]] = relationship(lazy="select")

    @classmethod
    def holds(cls, *roles: Role) -> ColumnElement[bool]:
        """For queries: what holds of whoever has one of these roles now, or any if none is named."""
        grants = select(RoleGrant.id).where(RoleGrant.membership_id == cls.id, RoleGrant.is_current())
        return (grants.where(RoleGrant.role.in_(roles)) if roles else grants).exists()

    @property
    def held(self) -> list["RoleGrant"]:
        """The roles beyond participant that have not ended."""
        return [grant for grant in self.grants if grant.ends_on is None or grant.ends_on >= today()]

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset({Role.PARTICIPANT} | {grant.role for grant in self.held})

    @property
    def is_elector(self) -> bool:
        """Whether the person may vote where only the invited do. The team was chosen, too."""
        return self.is_invited or bool(self.held)

    @property
    def shown_name(self) -> str:
        return self.signing_name or self.pseudonym

    @property
    def team_name(self) -> str:
        """What colleagues call a moderator or organiser: never the pseudonym, under which she may write herself."""
        return self.signing_name or f"Moderation {self.id}"

    @property
    def is_reviewed(self) -> bool:
        return _lasts(self.reviewed_until)

    @property
    def is_paused(self) -> bool:
        """Cannot write, but read, vote and take stances."""
        return _lasts(self.paused_until)

    @property
    def is_blocked(self) -> bool:
        """Can only read."""
        return _lasts(self.blocked_until)


def _lasts(until: datetime | None) -> bool:
    return until is not None and until > now()


class RoleGrant(Model):
    """A role beyond participant that somebody holds in one declaration."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("membership_id", "role"),
        CheckConstraint("role <> 'participant'", name="not_participant"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(named_values(Role))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # The last day on which it holds, by the day in Berlin; None: until somebody ends it.
    ends_on: Mapped[date | None]

    @classmethod
    def is_current(cls) -> ColumnElement[bool]:
        """What holds of a role that has not ended."""
        return func.coalesce(cls.ends_on, today()) >= today()


class Act(Enum):
    """What the log of a declaration can say that somebody did."""

    HELD = "held"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"
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
    LOOKED = "looked"
    RESPOND = "respond"
    FLAG = "flag"
    OBJECT = "object"
    OBJECTION = "objection"
    WARN = "warn"
    REVIEW = "review"
    PAUSE = "pause"
    BLOCK = "block"
    LIFT = "lift"
    CLAIM = "claim"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    ASK = "ask"
    NOTE = "note"
    ASSIGN = "assign"
    DANGER = "danger"
    MESSAGE = "message"
    UNSEAL = "unseal"
    DESTROY = "destroy"
    RULES = "rules"
    BLOCKS = "blocks"
    POLICY = "policy"
    PHASE = "phase"
    PLAN = "plan"
    TEXTS = "texts"
    ACCESS = "access"
    INVITE = "invite"
    ADMIT = "admit"
    WEBHOOK = "webhook"
    ROLE = "role"
    VOTERS = "voters"
    TABLE = "table"
    PREVIEW = "preview"
    LABELS = "labels"
    ARCHIVE = "archive"
    DELETE = "delete"
    FOCUS = "focus"
    REPORT = "report"
    SURVEY = "survey"


class LogEntry(Model):
    """One line of a declaration's log: who did what to what, when, and the state before and after; never a text.
    Written by the verb that changes the state, in the same transaction. Append-only; persons are forgotten after
    six months, lines after two years (`moderation/records/retention`)."""

    __tablename__ = "log_entry"
    __table_args__ = (Index("ix_log_entry_declaration", "declaration_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    # None: the command line, a job, or somebody who has been forgotten.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    act: Mapped[Act] = mapped_column(named_values(Act))
    annotation_id: Mapped[int | None] = mapped_column(ForeignKey("annotation.id"), index=True)
    # The person it was about, if it was about one.
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))
    before: Mapped[str] = mapped_column(String(60), default="")
    after: Mapped[str] = mapped_column(String(60), default="")
    # Of the house rules, or "law".
    rule: Mapped[str] = mapped_column(String(4), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    actor: Mapped[Membership | None] = relationship(foreign_keys=[actor_id], lazy="raise_on_sql")


class InvitationKind(Enum):
    """How an invitation reaches people."""

    MAIL = "mail"
    CODE = "code"
    LINK = "link"


class InvitationState(Enum):
    """What has become of an invitation."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


class TableLink(Model):
    """A link for whoever leads a table in a room, good on one day in Berlin. Only its hash is here."""

    __tablename__ = "table_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=random_key)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    name: Mapped[str] = mapped_column(String(TABLE_MAX))
    day: Mapped[date]
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    declaration: Mapped[Declaration] = relationship(lazy="joined", innerjoin=ALWAYS)


class Invitation(Model):
    """A way into a declaration, with a role, so many times and until a day. Of its secret and of the address it was mailed
    to only hashes are kept; the address itself stands in the outbox alone, until the mail is sent."""

    __tablename__ = "invitation"
    __table_args__ = (CheckConstraint("uses <= max_uses", name="uses"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True, default=random_key)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    kind: Mapped[InvitationKind] = mapped_column(named_values(InvitationKind))
    role: Mapped[Role] = mapped_column(named_values(Role))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    # Empty for codes and links.
    address_hash: Mapped[str] = mapped_column(String(64), default="", index=True)
    uses: Mapped[int] = mapped_column(default=0)
    max_uses: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # None: the operator, or somebody who has left.
    inviter_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id", ondelete="SET NULL"))

    declaration: Mapped[Declaration] = relationship(lazy="joined", innerjoin=ALWAYS)

    @property
    def state(self) -> InvitationState:
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        if self.uses >= self.max_uses:
            return InvitationState.USED
        return InvitationState.OPEN if self.expires_at > now() else InvitationState.EXPIRED


class ImportPreview(Model):
    """A text that somebody brings in and that is not a declaration yet; nobody else sees it.

    `draft` is the present split, `steps` the way back to earlier ones, `source` what was read, for splitting it
    anew. Once it has become a declaration, it only says which."""

    __tablename__ = "import_preview"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # Counts the changes, so that a page which is out of date cannot act on the wrong thesis.
    version: Mapped[int] = mapped_column(default=0)
    # What the form around the text said last, right or wrong: title, slug, summary, publisher.
    fields: Mapped[dict[str, str]] = mapped_column(JSON)
    draft: Mapped[dict[str, Any]] = mapped_column(JSON)
    steps: Mapped[list[Any]] = mapped_column(JSON)
    source: Mapped[dict[str, Any]] = mapped_column(JSON)
    declaration_id: Mapped[int | None] = mapped_column(ForeignKey("declaration.id", ondelete="CASCADE"))

    declaration: Mapped[Declaration | None] = relationship(lazy="joined")


class GoneDeclaration(Model):
    """The address of a deleted declaration and the day: all that is left of it. It is not given away again."""

    __tablename__ = "gone_declaration"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_MAX), unique=True)
    gone_on: Mapped[date]


def find_declaration(slug: str) -> Declaration | None:
    """The declaration with all its theses, in one query."""
    return db.session.scalars(_with_theses(), {"slug": slug}).unique().one_or_none()  # type: ignore[no-any-return]


# Questions but for what is asked about, as below: they come with nearly every page, and putting one together takes as long as
# answering it.
@lru_cache
def _with_theses() -> Any:
    query = select(Declaration).outerjoin(Declaration.theses).options(contains_eager(Declaration.theses))
    return query.where(Declaration.slug == bindparam("slug")).order_by(Thesis.position)


def is_gone(slug: str) -> bool:
    """Whether there was a declaration at this address that was deleted."""
    return db.session.scalar(select(GoneDeclaration.id).where(GoneDeclaration.slug == slug)) is not None


def load_declarations() -> list[Declaration]:
    """All declarations, newest first."""
    return list(db.session.scalars(select(Declaration).order_by(Declaration.created_at.desc(), Declaration.id.desc())))


def load_paragraphs(thesis_ids: Sequence[int]) -> list[Paragraph]:
    """The paragraphs in force of some theses in the order of the text, each with its wording."""
    return [paragraph for paragraph in load_all_paragraphs(thesis_ids) if not paragraph.is_removed]


def load_all_paragraphs(thesis_ids: Sequence[int]) -> list[Paragraph]:
    """As `load_paragraphs`, with those that an edition took out, where they stood, in their last wording."""
    asked = {"theses": list(thesis_ids)}
    known = {number: db.session.identity_map.get(identity_key(Thesis, number)) for number in thesis_ids}
    if not all(known.values()):
        return list(db.session.scalars(_paragraphs(False), asked))
    # Thesis and declaration have sixty columns: most pages have them already, and need not read them with each paragraph.
    found = list(db.session.scalars(_paragraphs(True), asked))
    for paragraph in found:
        set_committed_value(paragraph, "thesis", known[paragraph.thesis_id])
    return found


@lru_cache
def _paragraphs(is_thesis_known: bool) -> Any:
    thesis = lazyload(Paragraph.thesis) if is_thesis_known else contains_eager(Paragraph.thesis)
    query = select(Paragraph).join(Paragraph.thesis).options(joinedload(Paragraph.wording), thesis)
    chosen = Paragraph.thesis_id.in_(bindparam("theses", expanding=True))
    return query.where(chosen).order_by(Thesis.position, Paragraph.position, Paragraph.id)


def find_thesis(declaration: Declaration, number: str) -> Thesis | None:
    """A thesis by its printed number; one that was taken out still has its address."""
    found = next((thesis for thesis in declaration.theses if thesis.number == number), None)
    if found is not None:
        return found
    query = select(Thesis).where(Thesis.declaration_id == declaration.id, Thesis.number == number)
    return db.session.scalars(query).one_or_none()


def find_paragraph(thesis: Thesis, number: str) -> Paragraph | None:
    """A paragraph with its wording, by its printed number; one that was taken out still has its address."""
    asked = {"thesis": thesis.id, "number": number}
    return db.session.scalars(_paragraph(), asked).one_or_none()  # type: ignore[no-any-return]


@lru_cache
def _paragraph() -> Any:
    asked = Paragraph.thesis_id == bindparam("thesis"), Paragraph.number == bindparam("number")
    return select(Paragraph).options(joinedload(Paragraph.wording)).where(*asked)


def find_wording(wording_id: int) -> Wording | None:
    """Any wording that ever was in force."""
    return db.session.get(Wording, wording_id)


def hold_text(declaration: Declaration, shared: bool = False) -> None:
    """Until the end of the transaction, let nobody else publish an edition or change the phase; `shared` holders do not
    wait for each other. Whoever wants it alone is served in turn, however many share it: rows held by several at once
    would let her wait for ever.

    PostgreSQL only: on SQLite writes queue up anyway."""
    if db.engine.dialect.name == "sqlite":
        return
    lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    db.session.execute(select(lock(TEXT_LOCK, declaration.id))).all()


def hold_rules(person: Any, declaration: Declaration) -> None:
    """Read anew what phase and team allow this person, and let nobody change it until the end of the transaction: what
    is checked then still holds when it is stored. To be called before anything else is held.

    PostgreSQL only: on SQLite writes queue up anyway."""
    if db.engine.dialect.name == "sqlite":
        return
    hold_text(declaration, shared=True)
    db.session.flush()
    db.session.refresh(declaration, ["phase", "access", "voters"])
    own = person.membership_in(declaration.id)
    if own is not None:
        # Rows that name the membership may go on being written.
        restraints = ["reviewed_until", "paused_until", "blocked_until"]
        db.session.refresh(own, restraints, with_for_update={"key_share": True})


def current_edition(declaration: Declaration) -> Edition:
    """The edition in force: the highest number."""
    return db.session.scalars(_newest_edition(), {"declaration": declaration.id}).one()  # type: ignore[no-any-return]


@lru_cache
def _newest_edition() -> Any:
    query = select(Edition).options(lazyload(Edition.declaration)).where(Edition.declaration_id == bindparam("declaration"))
    return query.order_by(Edition.number.desc()).limit(1)
