"""What pages may show and lead to by name: files of the same declaration or site, pages beside them, and the fixed pages."""

from collections.abc import Mapping

from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.pages.models import Page, select_files
from deliberation.text import Attached, to_names, to_page_html

FIXED = ("impressum", "datenschutz", "barrierefreiheit", "regeln", "so-wird-gezaehlt")
"""Pages that every site has; by the same names they are led to."""


def to_html(declaration: Declaration | None, body: str) -> str:
    """A page as it is shown."""
    return to_page_html(body, _attached(declaration, to_names(body)))


def find_missing(declaration: Declaration | None, body: str) -> str:
    """The first name that stands for nothing here, or nothing."""
    names = to_names(body)
    return min(names - _attached(declaration, names).keys(), default="")


def _attached(declaration: Declaration | None, names: set[str]) -> Mapping[str, Attached]:
    if not names:
        return {}
    found = {name: Attached(f"/{name}") for name in FIXED}
    beside = select(Page.address).where(Page.declaration_id == (declaration.id if declaration else None))
    before = f"/d/{declaration.slug}" if declaration else ""
    found |= {address: Attached(f"{before}/page/{address}") for address in db.session.scalars(beside)}
    for file in db.session.scalars(select_files(declaration)):
        found[file.name] = Attached(file.address, file.description, file.width, file.height)
    return found
