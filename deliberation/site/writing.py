"""Writing the pages of the site: what a site must say and may say, in both languages, each change in the site's log."""

from deliberation.config import LOCALES
from deliberation.pages import actions, files
from deliberation.pages.actions import PageRefused, PageWords
from deliberation.pages.models import Page, PageFile, find_page, load_pages
from deliberation.pages.shipped import note_pages
from deliberation.permissions import Permission, Person, require
from deliberation.site.changing import note_change


def write_page(operator: Person, address: str, language: str, words: PageWords, edition: int) -> Page:
    """Put other words in the place of those there; the first ones of a page that was delivered, too. `edition` is what was seen,
    0 if it was never written. Raises PageRefused, and Outdated if somebody else changed it meanwhile."""
    require(operator, Permission.RUN_SITE)
    if language not in LOCALES:
        raise PageRefused("address")
    page = find_page(None, address, language)
    if page is None:
        page = actions.create_page(operator, None, words, address, language)
    elif not actions.change_page(operator, page, words, edition):
        return page
    note_change(operator, f"page:{page.address[:30]}:{language}", after=str(page.edition))
    note_pages(load_pages(None))
    return page


def add_file(operator: Person, content: bytes, fresh: PageFile) -> PageFile:
    """See `files.add_looked`."""
    known = {one.id for one in files.load_files(None)}
    kept = files.add_looked(operator, None, content, fresh)
    if kept.id not in known:
        note_change(operator, f"file:{kept.name[:34]}", after="added")
    return kept


def remove_file(operator: Person, file: PageFile) -> None:
    """See `files.remove_file`."""
    name = file.name
    files.remove_file(operator, file)
    note_change(operator, f"file:{name[:34]}", after="removed")
