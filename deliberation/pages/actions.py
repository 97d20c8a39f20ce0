"""Writing pages around a declaration, or around the site. Nothing that stood there is lost."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from deliberation.clock import now, today
from deliberation.database import count_rows, db, once
from deliberation.declarations.models import SLUG_MAX, SLUG_PATTERN, Act, Declaration
from deliberation.declarations.record import record
from deliberation.pages.files import require_pages
from deliberation.pages.linking import find_missing, to_html
from deliberation.pages.models import PAGES_MAX, Page, PageEdition, load_pages, select_pages
from deliberation.pages.naming import to_address
from deliberation.permissions import Outdated, Person
from deliberation.text import PAGE_MAX, normalised

RESERVED = ("new", "files")
"""Addresses that the office has for something else."""


class PageRefused(Exception):
    """`reason` is address (not one, or taken), long, number, or name: the page shows or leads to `name`, which is not there."""

    def __init__(self, reason: str, name: str = "") -> None:
        super().__init__(reason)
        self.reason, self.name = reason, name


@dataclass(frozen=True)
class PageWords:
    title: str
    body: str
    is_shown: bool = False
    in_menu: bool = False
    in_footer: bool = False
    position: int = 0
    news_on: date | None = None
    easy: str = ""


STALE = timedelta(days=14)
"""News of an earlier day are written down for completeness: nobody gets a mail about them."""
LATEST = 3
"""Pieces of news on the first page of a declaration."""
OF_WORDS = ("title", "body", "easy")
"""What is kept when it becomes something else."""


def create_page(
    organiser: Person, declaration: Declaration | None, words: PageWords, address: str = "", language: str = ""
) -> Page:
    """A new page; the same one sent again is the same page. Raises PageRefused."""
    require_pages(organiser, declaration)
    words, name = _fit(declaration, words), address or to_address(words.title)
    if not SLUG_PATTERN.fullmatch(name) or len(name) > SLUG_MAX or name in RESERVED:
        raise PageRefused("address")
    same = select_pages(declaration).where(Page.address == name, Page.language == language)
    found = db.session.scalars(same).one_or_none()
    if found is not None and (found.title, found.body) != (words.title, words.body):
        raise PageRefused("address")
    owner = declaration.id if declaration else None
    if found is None and count_rows(Page.id, Page.declaration_id == owner) >= PAGES_MAX:
        raise PageRefused("number")
    made = once(
        same,
        lambda: _take_over(Page(declaration=declaration, address=name, language=language, edition=1), words),
        lambda page: _note(organiser, page, "made"),
    )
    refresh_menu(declaration)
    return made


def change_page(organiser: Person, page: Page, words: PageWords, edition: int) -> bool:
    """Other words, or shown or not; whether anything is another now. Raises PageRefused, and Outdated if somebody else changed it
    meanwhile."""
    require_pages(organiser, page.declaration)
    after = _fit(page.declaration, words)
    db.session.refresh(page)
    before = to_words(page)
    if after == before:
        return False
    if page.edition != edition:
        raise Outdated(page)
    if any(getattr(after, name) != getattr(before, name) for name in OF_WORDS):
        kept = PageEdition(
            page_id=page.id, number=page.edition, title=page.title, body=page.body, written_on=page.changed_on,
            was_shown=page.is_shown, easy=page.easy,
        )  # fmt: skip
        db.session.add(kept)
    page.edition += 1
    _take_over(page, after)
    _note(organiser, page, "changed")
    refresh_menu(page.declaration)
    return True


def to_words(page: Page) -> PageWords:
    return PageWords(
        page.title, page.body, page.is_shown, page.in_menu, page.in_footer, page.position, page.news_on, page.easy
    )  # fmt: skip


def load_latest(declaration: Declaration, most: int | None = None) -> list[Page]:
    """News that are shown, the latest first."""
    query = select_pages(declaration).where(Page.is_shown, Page.news_on.is_not(None))
    return list(db.session.scalars(query.order_by(Page.news_on.desc(), Page.id.desc()).limit(most)))


def _fit(declaration: Declaration | None, words: PageWords) -> PageWords:
    fit = replace(words, body=normalised(words.body), easy=normalised(words.easy))
    if max(len(fit.body), len(fit.easy)) > PAGE_MAX:
        raise PageRefused("long")
    if missing := find_missing(declaration, fit.body):
        raise PageRefused("name", missing)
    return fit


def _take_over(page: Page, words: PageWords) -> Page:
    for name, value in vars(words).items():
        setattr(page, name, value)
    page.body_html, page.changed_on = to_html(page.declaration, page.body), today()
    if page.is_shown and page.news_on and page.news_on > today() - STALE and page.announced_at is None:
        page.announced_at = now()
    return page


def _note(organiser: Person, page: Page, after: str) -> None:
    if page.declaration is not None:
        own = organiser.membership_in(page.declaration.id)
        record(own, page.declaration, Act.TEXTS, after=f"page:{page.address[:40]},{after}")


def refresh_menu(declaration: Declaration | None) -> None:
    """Note down what every page of a declaration leads to: menu, footer and the latest news."""
    db.session.flush()
    if declaration is not None:
        shown = [one for one in load_pages(declaration) if one.is_shown]
        declaration.menu = [[one.address, one.title] for one in shown if one.in_menu]
        declaration.footer = [[one.address, one.title] for one in shown if one.in_footer]
        declaration.latest = [[one.address, one.title, str(one.news_on)] for one in load_latest(declaration, LATEST)]
        db.session.flush()
