"""Writing pages around a declaration. Nothing that stood there is lost."""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select

from deliberation.clock import today
from deliberation.database import count_rows, db, once
from deliberation.declarations.models import SLUG_MAX, SLUG_PATTERN, Act, Declaration, hold_text
from deliberation.declarations.record import record
from deliberation.pages.models import PAGES_MAX, Page, PageEdition, load_pages
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.text import PAGE_MAX, normalised, to_page_html

RESERVED = ("new",)
"""Addresses that the office has for something else."""


class PageRefused(Exception):
    """`reason` is address (not one, or taken), long or number."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class PageWords:
    title: str
    body: str
    is_shown: bool = False
    in_menu: bool = False


def to_address(title: str) -> str:
    """What an address is made of when nobody names one: Häufige Fragen is haeufige-fragen."""
    spelled = title.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_MAX].strip("-")


def create_page(organiser: Person, declaration: Declaration, words: PageWords, address: str = "") -> Page:
    """A new page; the same one sent again is the same page. Raises PageRefused."""
    hold_text(declaration)
    require(organiser, Permission.EDIT_PAGES, declaration)
    name = address or to_address(words.title)
    _check(words)
    if not SLUG_PATTERN.fullmatch(name) or len(name) > SLUG_MAX or name in RESERVED:
        raise PageRefused("address")
    same = select(Page).where(Page.declaration_id == declaration.id, Page.address == name)
    found = db.session.scalars(same).one_or_none()
    if found is not None and (found.title, found.body) != (words.title, normalised(words.body)):
        raise PageRefused("address")
    if found is None and count_rows(Page.id, Page.declaration_id == declaration.id) >= PAGES_MAX:
        raise PageRefused("number")
    made = once(
        same,
        lambda: _take_over(Page(declaration=declaration, address=name, edition=1), words),
        lambda page: _note(organiser, page, "made"),
    )
    _refresh_menu(declaration)
    return made


def change_page(organiser: Person, page: Page, words: PageWords, edition: int) -> bool:
    """Other words, or shown or not; whether anything is another now. Raises PageRefused, and Outdated if somebody else changed it
    meanwhile."""
    hold_text(page.declaration)
    require(organiser, Permission.EDIT_PAGES, page.declaration)
    _check(words)
    db.session.refresh(page)
    before = PageWords(page.title, page.body, page.is_shown, page.in_menu)
    after = PageWords(words.title, normalised(words.body), words.is_shown, words.in_menu)
    if after == before:
        return False
    if page.edition != edition:
        raise Outdated(page)
    if (after.title, after.body) != (before.title, before.body):
        kept = PageEdition(
            page_id=page.id, number=page.edition, title=page.title, body=page.body, written_on=page.changed_on,
            was_shown=page.is_shown,
        )  # fmt: skip
        db.session.add(kept)
    page.edition += 1
    _take_over(page, words)
    _note(organiser, page, "changed")
    _refresh_menu(page.declaration)
    return True


def _check(words: PageWords) -> None:
    if len(normalised(words.body)) > PAGE_MAX:
        raise PageRefused("long")


def _take_over(page: Page, words: PageWords) -> Page:
    page.title, page.body = words.title, normalised(words.body)
    page.body_html = to_page_html(page.body)
    page.is_shown, page.in_menu, page.changed_on = words.is_shown, words.in_menu, today()
    return page


def _note(organiser: Person, page: Page, after: str) -> None:
    record(organiser.membership_in(page.declaration_id), page.declaration, Act.TEXTS, after=f"page:{page.address[:40]},{after}")


def _refresh_menu(declaration: Declaration) -> None:
    db.session.flush()
    declaration.menu = [[one.address, one.title] for one in load_pages(declaration) if one.is_shown and one.in_menu]
    db.session.flush()
