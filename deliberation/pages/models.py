"""Pages around a declaration, written by its organisers, and around the site, written by whoever runs it: questions and answers,
news, what a site must say. With the pictures and documents they show."""

from datetime import date

from sqlalchemy import ForeignKey, Index, LargeBinary, Select, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberation.clock import today
from deliberation.database import Model, db
from deliberation.declarations.models import SLUG_MAX, TITLE_MAX, Declaration

PAGES_MAX = 60
NAME_MAX, DESCRIPTION_MAX = 80, 500
POSITION_MAX = 999
OF_THE_SITE = text("declaration_id IS NULL")


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
