"""Pages that organisers write around a declaration: programme and papers of a conference, questions and answers, news."""

from datetime import date

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deliberation.clock import today
from deliberation.database import Model, db
from deliberation.declarations.models import SLUG_MAX, TITLE_MAX, Declaration

PAGES_MAX = 60


class Page(Model):
    """One page. Shown or not; its address stays, whatever it is called. What stood there before is kept (`PageEdition`)."""

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("declaration_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"))
    address: Mapped[str] = mapped_column(String(SLUG_MAX))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    body: Mapped[str] = mapped_column(Text, default="")
    body_html: Mapped[str] = mapped_column(Text, default="")
    is_shown: Mapped[bool] = mapped_column(default=False)
    in_menu: Mapped[bool] = mapped_column(default=False)
    # Counts up with every change: what an editor saw must still be what she changes.
    edition: Mapped[int] = mapped_column(default=1)
    changed_on: Mapped[date] = mapped_column(default=today)

    declaration: Mapped[Declaration] = relationship(lazy="joined", innerjoin=True)


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


def find_page(declaration: Declaration, address: str) -> Page | None:
    return db.session.scalars(select(Page).where(Page.declaration_id == declaration.id, Page.address == address)).one_or_none()


def load_pages(declaration: Declaration) -> list[Page]:
    """All of a declaration by title."""
    return list(db.session.scalars(select(Page).where(Page.declaration_id == declaration.id).order_by(Page.title, Page.id)))


def load_editions_of(page: Page, with_drafts: bool) -> list[PageEdition]:
    """What stood there before, the newest first."""
    query = select(PageEdition).where(PageEdition.page_id == page.id).order_by(PageEdition.number.desc())
    return list(db.session.scalars(query if with_drafts else query.where(PageEdition.was_shown)))
