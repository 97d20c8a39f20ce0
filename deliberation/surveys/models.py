"""A survey, its questions, and what people answered. Nothing here says who somebody is."""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from deliberation.columns import ALWAYS, named_values
from deliberation.database import ID_MAX, Model, db
from deliberation.declarations.models import TITLE_MAX, Declaration, Thesis

WORDS_MAX = 500
HINT_MAX = 1000
INTRO_MAX = 4000
TEXT_MAX = 1000
OPTIONS_MAX = 30
ITEMS_MAX = 120
"""Questions and headings of one survey."""
STEPS = (1, 2, 3, 4)
UNABLE = 0
"""The answer “Kann ich nicht beurteilen” on the scale of four steps."""


class SurveyState(Enum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Entry(Enum):
    """Who may answer: everybody who has the address, or each code once."""

    EVERYBODY = "everybody"
    CODES = "codes"


class ItemKind(Enum):
    SECTION = "section"
    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    NUMBER = "number"
    TEXT = "text"


class TextState(Enum):
    """Whether a moderator or organiser has looked at what somebody wrote. Only what is shown leaves the team."""

    WAITING = "waiting"
    SHOWN = "shown"
    KEPT_BACK = "kept_back"


class Survey(Model):
    """Questions put to people beside a declaration. From its opening on the questions stay as they are; nobody sees an answer
    before it is closed, and the public sees the results once an organiser publishes them.

    With a `source` it was made elsewhere: its questions carry the figures that were brought in, and nobody answers it here."""

    __tablename__ = "survey"
    __table_args__ = (UniqueConstraint("declaration_id", "number"), UniqueConstraint("declaration_id", "form_key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    number: Mapped[int]
    form_key: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    intro: Mapped[str] = mapped_column(Text, default="")
    intro_html: Mapped[str] = mapped_column(Text, default="")
    thanks: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[SurveyState] = mapped_column(named_values(SurveyState), default=SurveyState.DRAFT)
    entry: Mapped[Entry] = mapped_column(named_values(Entry, "entry"), default=Entry.EVERYBODY)
    opened_on: Mapped[date | None]
    # The last day on which it can be answered; None: until somebody closes it.
    last_day: Mapped[date | None]
    closed_on: Mapped[date | None]
    published_on: Mapped[date | None]
    # When the single answers were deleted; the figures of each question stay.
    emptied_on: Mapped[date | None]
    # Who was asked to take part, in words, and how many people that were.
    invited: Mapped[str] = mapped_column(Text, default="")
    invited_count: Mapped[int | None]
    # How many handed in; counted when it is closed, or brought in.
    people: Mapped[int] = mapped_column(default=0)
    # Of one that was made elsewhere: where its figures are published, and when people were asked, in words.
    source: Mapped[str] = mapped_column(Text, default="")
    period: Mapped[str] = mapped_column(String(TITLE_MAX), default="")

    declaration: Mapped[Declaration] = relationship(lazy="joined", innerjoin=ALWAYS)
    items: Mapped[list["Item"]] = relationship(
        back_populates="survey", order_by="Item.position", lazy="raise_on_sql", cascade="all, delete-orphan"
    )

    @property
    def is_draft(self) -> bool:
        return self.state is SurveyState.DRAFT

    @property
    def is_open(self) -> bool:
        return self.state is SurveyState.OPEN

    @property
    def is_closed(self) -> bool:
        return self.state is SurveyState.CLOSED

    @property
    def is_published(self) -> bool:
        return self.published_on is not None

    @property
    def is_brought_in(self) -> bool:
        return bool(self.source)

    @property
    def needs_code(self) -> bool:
        return self.entry is Entry.CODES

    @property
    def has_answers(self) -> bool:
        """Whether the single answers are still there: for cross tables and the file of data."""
        return self.is_closed and not self.is_brought_in and self.emptied_on is None

    @property
    def questions(self) -> list["Item"]:
        """In their order, without headings."""
        return [item for item in self.items if not item.is_section]


class Item(Model):
    """A question, or the heading of a section. `options` are [key, words] each; a key is never given to other words.

    Asked only if the earlier question `asks_id` was answered with one of `asks_keys`: so people branch forward and never
    back. A condition of a heading holds for everything up to the next heading."""

    __tablename__ = "survey_item"
    __table_args__ = (
        Index("ix_survey_item_survey", "survey_id", "position"),
        UniqueConstraint("survey_id", "form_key"),
        CheckConstraint("low IS NULL OR high IS NULL OR low < high", name="bounds"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    form_key: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(named_values(ItemKind))
    words: Mapped[str] = mapped_column(String(WORDS_MAX))
    hint: Mapped[str] = mapped_column(Text, default="")
    is_required: Mapped[bool] = mapped_column(default=False)
    options: Mapped[list[Any]] = mapped_column(JSON, default=list)
    low: Mapped[int | None]
    high: Mapped[int | None]
    unit: Mapped[str] = mapped_column(String(40), default="")
    asks_id: Mapped[int | None] = mapped_column(ForeignKey("survey_item.id"))
    asks_keys: Mapped[list[Any]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=1)
    # What came of it in one sentence, in the organiser's words; empty: the one that is made from the figures.
    headline: Mapped[str] = mapped_column(String(WORDS_MAX), default="")
    # What was counted when the survey was closed, or brought in (`counting.Figures`).
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    survey: Mapped[Survey] = relationship(back_populates="items", lazy="raise_on_sql")

    @property
    def is_section(self) -> bool:
        return self.kind is ItemKind.SECTION

    @property
    def is_closed(self) -> bool:
        """Whether everybody chooses among the same answers: others can depend on it, and it can be crossed."""
        return self.kind in (ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.SCALE)


class Sheet(Model):
    """One person's answers: {"question": answer}. No account, no address, no time.

    An answer is the key of an option or step, a list of keys, a number, true where words were written (`FreeText`), or null
    for “Keine Angabe”. Counted once it is handed in; then nothing leads back to it any more, not even a code."""

    __tablename__ = "survey_sheet"
    __table_args__ = (Index("ix_survey_sheet_survey", "survey_id", "is_sent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    # Of the code to go on with; nothing once it is handed in.
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    is_sent: Mapped[bool] = mapped_column(default=False)
    # The last day something was answered, until it is handed in: what is left lying is forgotten.
    touched_on: Mapped[date | None]

    survey: Mapped[Survey] = relationship(lazy="raise_on_sql")


class FreeText(Model):
    """What somebody wrote. `sheet_id` until it is handed in; afterwards nothing says with which other answers it came."""

    __tablename__ = "survey_text"
    __table_args__ = (Index("ix_survey_text_item", "item_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("survey_item.id"))
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("survey_sheet.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[TextState] = mapped_column(named_values(TextState), default=TextState.WAITING)

    item: Mapped[Item] = relationship(lazy="raise_on_sql")


class EntryCode(Model):
    """A code that lets somebody begin once. Nothing says which answers were begun with it."""

    __tablename__ = "survey_code"
    __table_args__ = (UniqueConstraint("survey_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    is_used: Mapped[bool] = mapped_column(default=False)


class Citation(Model):
    """A thesis and the result of a question belong together: each leads to the other."""

    __tablename__ = "survey_citation"
    __table_args__ = (UniqueConstraint("item_id", "thesis_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("survey_item.id"))
    thesis_id: Mapped[int] = mapped_column(ForeignKey("thesis.id"), index=True)

    item: Mapped[Item] = relationship(lazy="raise_on_sql")
    thesis: Mapped[Thesis] = relationship(lazy="joined", innerjoin=ALWAYS)


def find_survey(declaration: Declaration, number: int) -> Survey | None:
    if not 0 < number <= ID_MAX:
        return None
    query = select(Survey).where(Survey.declaration_id == declaration.id, Survey.number == number)
    found = db.session.scalars(query).one_or_none()
    if found is not None:
        load_items(found)
    return found


def load_items(survey: Survey) -> Sequence[Item]:
    """The items of a survey in their order, as they stand in the database now."""
    query = select(Item).where(Item.survey_id == survey.id).order_by(Item.position)
    found = db.session.scalars(query.execution_options(populate_existing=True)).all()
    set_committed_value(survey, "items", list(found))
    return survey.items


def load_surveys(declaration: Declaration) -> Sequence[Survey]:
    """All of a declaration, the newest first, without their questions."""
    query = select(Survey).where(Survey.declaration_id == declaration.id).order_by(Survey.number.desc())
    return db.session.scalars(query).all()


def next_number(declaration: Declaration) -> int:
    query = select(func.max(Survey.number)).where(Survey.declaration_id == declaration.id)
    return (db.session.scalar(query) or 0) + 1


def load_citations(survey: Survey) -> dict[int, list[Thesis]]:
    """The theses that belong to each question, in the order of the text."""
    query = (
        select(Citation)
        .join(Thesis, Thesis.id == Citation.thesis_id)
        .where(Citation.item_id.in_([item.id for item in survey.items]))
        .order_by(Thesis.position)
    )
    found: dict[int, list[Thesis]] = {}
    for citation in db.session.scalars(query):
        found.setdefault(citation.item_id, []).append(citation.thesis)
    return found
