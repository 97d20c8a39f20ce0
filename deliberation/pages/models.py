"""Pages around a declaration, written by its organisers, and around the site, written by whoever runs it: questions and answers,
news, what a site must say. With the pictures and documents they show, and videos in sign language."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    Text,
    UniqueConstraint,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from deliberation.clock import today
from deliberation.columns import ALWAYS
from deliberation.database import Model, UtcDateTime, db
from deliberation.declarations.models import SLUG_MAX, TITLE_MAX, Declaration

PAGES_MAX = 60
EVENTS_MAX, ITEMS_MAX, DAYS_MAX = 30, 100, 14
NAME_MAX, DESCRIPTION_MAX = 80, 500
POSITION_MAX = 999
OF_THE_SITE = text("declaration_id IS NULL")
IN_FORCE = text("replaced_on IS NULL")
IN_FORCE_OF_THE_WHOLE = text("replaced_on IS NULL AND thesis_id IS NULL AND page_id IS NULL")


class Page(Model):
    """One page of a declaration, or without one of the site, once in each `language`. Shown or not; its address stays, whatever
    it is called. What stood there before is kept (`PageEdition`)."""

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("declaration_id", "address"),
        Index("uq_page_site", "address", "language", unique=True, sqlite_where=OF_THE_SITE, postgresql_where=OF_THE_SITE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int | None] = mapped_column(ForeignKey("declaration.id"))
    address: Mapped[str] = mapped_column(String(SLUG_MAX))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    body: Mapped[str] = mapped_column(Text, default="")
    body_html: Mapped[str] = mapped_column(Text, default="")
    is_shown: Mapped[bool] = mapped_column(default=False)
    in_menu: Mapped[bool] = mapped_column(default=False)
    # Counts up with every change: what an editor saw must still be what she changes.
    edition: Mapped[int] = mapped_column(default=1)
    changed_on: Mapped[date] = mapped_column(default=today)
    # Of a page of the site; those of a declaration are in its language.
    language: Mapped[str] = mapped_column(String(2), default="")
    in_footer: Mapped[bool] = mapped_column(default=False)
    # Where it stands among others, before the title counts.
    position: Mapped[int] = mapped_column(default=0)
    # The day of a piece of news; other pages have none.
    news_on: Mapped[date | None]
    # Its twin in Leichte Sprache, one sentence on each line.
    easy: Mapped[str] = mapped_column(Text, default="")
    # When it first stood there as news for everybody, and when those who want to know were told (`telling`).
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    declaration: Mapped[Declaration | None] = relationship(lazy="joined")


class PageEdition(Model):
    """How a page read once. Drafts that everybody never saw stay with the organisers."""

    __tablename__ = "page_edition"
    __table_args__ = (UniqueConstraint("page_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    body: Mapped[str] = mapped_column(Text)
    written_on: Mapped[date] = mapped_column(default=today)
    was_shown: Mapped[bool] = mapped_column(default=False)
    easy: Mapped[str] = mapped_column(Text, default="")


class PageFile(Model):
    """A picture or a document for pages, under a name of its own. Its bytes stand in the database, in parts: they are in every
    copy of it, on every machine that serves the site, and they go with the declaration."""

    __tablename__ = "page_file"
    __table_args__ = (
        UniqueConstraint("declaration_id", "name"),
        Index("uq_page_file_site", "name", unique=True, sqlite_where=OF_THE_SITE, postgresql_where=OF_THE_SITE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # None: of the site.
    declaration_id: Mapped[int | None] = mapped_column(ForeignKey("declaration.id"))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    # A media type, found by looking into the file.
    kind: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    # What can be seen on a picture, or what a document is called.
    description: Mapped[str] = mapped_column(String(DESCRIPTION_MAX), default="")
    # Pixels; documents have none.
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    added_on: Mapped[date] = mapped_column(default=today)

    declaration: Mapped[Declaration | None] = relationship(lazy="joined")

    @property
    def is_picture(self) -> bool:
        return self.kind.startswith("image/")

    @property
    def address(self) -> str:
        return f"/d/{self.declaration.slug}/file/{self.name}" if self.declaration else f"/file/{self.name}"


class FilePart(Model):
    """Some of the bytes of a file, in their order."""

    __tablename__ = "page_file_part"

    file_id: Mapped[int] = mapped_column(ForeignKey("page_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


def select_files(declaration: Declaration | None) -> Select[PageFile]:
    return select(PageFile).where(PageFile.declaration_id == (declaration.id if declaration else None))


class Event(Model):
    """A meeting around a declaration (Fachtagung), with programme, documents and pictures. Shown or not; its address stays. How
    it stood before is kept (`EventEdition`)."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("declaration_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    address: Mapped[str] = mapped_column(String(SLUG_MAX))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    first_on: Mapped[date]
    last_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(TITLE_MAX), default="")
    intro: Mapped[str] = mapped_column(Text, default="")
    intro_html: Mapped[str] = mapped_column(Text, default="")
    is_shown: Mapped[bool] = mapped_column(default=False)
    # Counts up with every change, also of its programme: numbers what is kept.
    edition: Mapped[int] = mapped_column(default=1)
    changed_on: Mapped[date] = mapped_column(default=today)
    # Pictures (`PageFile`), by id.
    photos: Mapped[list[int]] = mapped_column(JSON, default=list)

    declaration: Mapped[Declaration] = relationship(lazy="joined", innerjoin=ALWAYS)
    items: Mapped[list["ProgrammeItem"]] = relationship(
        back_populates="event", lazy="raise_on_sql", cascade="all, delete-orphan",
        order_by="(ProgrammeItem.day, ProgrammeItem.starts_at, ProgrammeItem.position, ProgrammeItem.id)",
    )  # fmt: skip

    @property
    def days(self) -> list[date]:
        return [self.first_on + timedelta(days=number) for number in range((self.last_on - self.first_on).days + 1)]


class ProgrammeItem(Model):
    """What happens from one hour on, and what came of it. It moves with the days of its event; what begins at the same hour
    stands side by side, in the order of `position`."""

    __tablename__ = "programme_item"
    __table_args__ = (UniqueConstraint("event_id", "form_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    # Made by the page: a form sent twice is one item.
    form_key: Mapped[str] = mapped_column(String(64))
    # 0 is the first day of the event.
    day: Mapped[int] = mapped_column(default=0)
    # 10:30, as clocks show it there.
    starts_at: Mapped[str] = mapped_column(String(5))
    ends_at: Mapped[str] = mapped_column(String(5), default="")
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    # One on each line: name, function.
    speakers: Mapped[str] = mapped_column(Text, default="")
    abstract: Mapped[str] = mapped_column(Text, default="")
    abstract_html: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    summary_html: Mapped[str] = mapped_column(Text, default="")
    # Paragraphs it was about and documents (`PageFile`), by id.
    paragraphs: Mapped[list[int]] = mapped_column(JSON, default=list)
    files: Mapped[list[int]] = mapped_column(JSON, default=list)
    position: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(back_populates="items", lazy="raise_on_sql")


class EventEdition(Model):
    """How an event stood once, with its whole programme (`events.to_state`). Drafts that everybody never saw stay with the
    organisers."""

    __tablename__ = "event_edition"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    number: Mapped[int]
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    written_on: Mapped[date] = mapped_column(default=today)
    was_shown: Mapped[bool] = mapped_column(default=False)


def find_event(declaration: Declaration, address: str) -> Event | None:
    """With its programme."""
    return db.session.scalars(select_events(declaration).where(Event.address == address)).one_or_none()


def load_events(declaration: Declaration, with_drafts: bool) -> list[Event]:
    """Those that are shown, or all; the latest first."""
    query = select_events(declaration).order_by(Event.first_on.desc(), Event.id.desc())
    return list(db.session.scalars(query if with_drafts else query.where(Event.is_shown)))


def select_events(declaration: Declaration) -> Select[Event]:
    return select(Event).where(Event.declaration_id == declaration.id).options(selectinload(Event.items))


def load_items(event: Event) -> list[ProgrammeItem]:
    """The programme in its order, as it stands in the database now."""
    query = select(ProgrammeItem).where(ProgrammeItem.event_id == event.id)
    query = query.order_by(ProgrammeItem.day, ProgrammeItem.starts_at, ProgrammeItem.position, ProgrammeItem.id)
    found = db.session.scalars(query.execution_options(populate_existing=True)).all()
    set_committed_value(event, "items", list(found))
    return event.items


def load_states(event: Event, with_drafts: bool) -> list[EventEdition]:
    """How it stood before, the newest first."""
    query = select(EventEdition).where(EventEdition.event_id == event.id).order_by(EventEdition.number.desc())
    return list(db.session.scalars(query if with_drafts else query.where(EventEdition.was_shown)))
class SignVideo(Model):
    """A thesis, a page or what the whole is about in sign language (Deutsche Gebärdensprache, DGS), with captions. One in force
    for each place; what it took the place of is kept for the organisers."""

    __tablename__ = "sign_video"
    __table_args__ = (
        CheckConstraint("thesis_id IS NULL OR page_id IS NULL", name="one_place"),
        Index("uq_sign_video_thesis", "thesis_id", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE),
        Index("uq_sign_video_page", "page_id", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE),
        Index(
            "uq_sign_video_whole", "declaration_id", unique=True,
            sqlite_where=IN_FORCE_OF_THE_WHOLE, postgresql_where=IN_FORCE_OF_THE_WHOLE,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    # Neither: what the whole declaration is about.
    thesis_id: Mapped[int | None] = mapped_column(ForeignKey("thesis.id"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"))
    video_id: Mapped[int] = mapped_column(ForeignKey("page_file.id"))
    captions_id: Mapped[int | None] = mapped_column(ForeignKey("page_file.id"))
    # What it was made for: the wording of each paragraph by its id, or a sum of the words of a page (`signing`).
    wording: Mapped[dict[str, str]] = mapped_column(JSON)
    added_on: Mapped[date] = mapped_column(default=today)
    # None: in force.
    replaced_on: Mapped[date | None]

    page: Mapped[Page | None] = relationship(lazy="joined")
    video: Mapped[PageFile] = relationship(foreign_keys=[video_id], lazy="joined", innerjoin=ALWAYS)
    captions: Mapped[PageFile | None] = relationship(foreign_keys=[captions_id], lazy="joined")


def load_signs_with(file: PageFile) -> list[SignVideo]:
    """Where this file is the video or its captions, or was."""
    query = select(SignVideo).where(or_(SignVideo.video_id == file.id, SignVideo.captions_id == file.id))
    return list(db.session.scalars(query))


def find_page(declaration: Declaration | None, address: str, language: str = "") -> Page | None:
    """Of the site without a declaration, then in this language."""
    return db.session.scalars(select_pages(declaration).where(Page.address == address, Page.language == language)).one_or_none()


def load_pages(declaration: Declaration | None) -> list[Page]:
    """All of a declaration, or of the site, in their order."""
    return list(db.session.scalars(select_pages(declaration).order_by(Page.position, Page.title, Page.id)))


def select_pages(declaration: Declaration | None) -> Select[Page]:
    return select(Page).where(Page.declaration_id == (declaration.id if declaration else None))


def load_editions_of(page: Page, with_drafts: bool) -> list[PageEdition]:
    """What stood there before, the newest first."""
    query = select(PageEdition).where(PageEdition.page_id == page.id).order_by(PageEdition.number.desc())
    return list(db.session.scalars(query if with_drafts else query.where(PageEdition.was_shown)))
