"""The way back of what came around the declaration: own pages with what stood there before, and sums of hands."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import SLUG_MAX, SLUG_PATTERN, TITLE_MAX, Declaration
from deliberation.meetings.models import HANDS, PRESENT_MAX
from deliberation.meetings.protocols import COUNTED
from deliberation.pages.actions import RESERVED, refresh_menu
from deliberation.pages.linking import to_html
from deliberation.pages.models import PAGES_MAX, POSITION_MAX, Page, PageEdition
from deliberation.results.archive.texts import Text
from deliberation.text import PAGE_MAX, normalised

EDITIONS_MAX = 1000
TABLES_MAX = 100_000


def bring_pages(declaration: Declaration, given: Any, text: Text) -> None:
    """Write them as everybody read them, with their places in menu, footer and news. Raises ValueError, TypeError, KeyError."""
    pages = [_page(declaration, one) for one in given]
    if len(pages) > PAGES_MAX or len({one.address for one in pages}) < len(pages):
        raise ValueError("pages")
    db.session.add_all(pages)
    db.session.flush()
    for page, one in zip(pages, given, strict=True):
        # Now that all are there to which it may lead.
        page.body_html = to_html(declaration, page.body)
        for number, before in enumerate(one["editions"], start=1):
            db.session.add(
                PageEdition(
                    page_id=page.id, number=number, title=_title(before), body=_text(before["body"]),
                    easy=_text(before.get("easy", "")), written_on=date.fromisoformat(before["day"]), was_shown=True,
                )
            )  # fmt: skip
    refresh_menu(declaration)


def _page(declaration: Declaration, one: Mapping[str, Any]) -> Page:
    """Archives from before there were twins, news and footers hold none of them."""
    address, news, position = one["address"], one.get("news_on"), one.get("position", 0)
    if not SLUG_PATTERN.fullmatch(address) or len(address) > SLUG_MAX or address in RESERVED:
        raise ValueError("page address")
    if len(one["editions"]) > EDITIONS_MAX:
        raise ValueError("page editions")
    if type(position) is not int or not 0 <= position <= POSITION_MAX:
        raise ValueError("page position")
    return Page(
        declaration_id=declaration.id, address=address, title=_title(one), body=_text(one["body"]),
        easy=_text(one.get("easy", "")), is_shown=True, in_menu=bool(one["in_menu"]), in_footer=bool(one.get("in_footer")),
        position=position, news_on=date.fromisoformat(news) if news else None, edition=len(one["editions"]) + 1,
        changed_on=date.fromisoformat(one["day"]),
    )  # fmt: skip


def _title(one: Mapping[str, Any]) -> str:
    return normalised(str(one["title"]))[:TITLE_MAX]


def _text(given: Any) -> str:
    text = normalised(str(given))
    if len(text) > PAGE_MAX:
        raise ValueError("page body")
    return text


def bring_hands(declaration: Declaration, given: Any, text: Text) -> None:
    """Keep the sums as a part of what was imported: which table said what did not come along. Raises ValueError, TypeError,
    KeyError."""
    sums = [{"paragraph": text.paragraphs[one["paragraph"]], **{name: _count(one[name]) for name in COUNTED}} for one in given]
    if len({one["paragraph"] for one in sums}) < len(sums):
        raise ValueError("hands")
    for one in sums:
        raised = sum(one[name] for name in HANDS)
        if not (0 < one["tables"] <= one["present"] <= one["tables"] * PRESENT_MAX and raised <= one["present"]):
            raise ValueError("hands")
    if sums:
        declaration.imported = {**(declaration.imported or {}), "hands": sums}
        declaration.met_on = declaration.met_on or today()
    db.session.flush()


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= TABLES_MAX * PRESENT_MAX:
        raise ValueError("hands")
    return value
