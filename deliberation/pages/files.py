"""Pictures and documents for pages: taken in only as what they are, shown only where a page that is shown leads to them."""

import base64
import hashlib
from collections.abc import Iterator

from sqlalchemy import delete, select

from deliberation.database import count_rows, db, once
from deliberation.declarations.importing import ImportRefused, look_in_cage
from deliberation.declarations.models import Act, Declaration, hold_text
from deliberation.declarations.record import record
from deliberation.pages.attaching import load_events_with, was_attached
from deliberation.pages.linking import to_html
from deliberation.pages.models import (
    FilePart,
    Page,
    PageEdition,
    PageFile,
    load_editions_of,
    load_pages,
    load_signs_with,
    select_files,
    select_pages,
)
from deliberation.pages.naming import to_name
from deliberation.permissions import Permission, Person, may, require
from deliberation.text import to_names

FILES_MAX = 300
PART = 256 * 1024
ENDINGS = {
    "image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf",
    "video/mp4": "mp4", "video/webm": "webm", "text/vtt": "vtt",
}  # fmt: skip
ON_PAGES = ("image/jpeg", "image/png", "application/pdf")
REASONS = {
    "empty": "empty", "too_big": "big", "wrong_type": "kind", "encrypted": "encrypted", "macros": "script", "bomb": "pixels",
    "codec": "kind", "tracks": "kind",
}  # fmt: skip
"""Why `look_in_cage` does not take a file, in our words; whatever else it says is `damaged`."""


class FileRefused(Exception):
    """`reason` is one of REASONS, or damaged, name (taken), number, description (of a picture, missing), or used."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def require_pages(organiser: Person, declaration: Declaration | None) -> None:
    """That this person writes the pages of a declaration, or of the site. Nobody else does meanwhile."""
    if declaration is None:
        require(organiser, Permission.RUN_SITE)
    else:
        hold_text(declaration)
        require(organiser, Permission.EDIT_PAGES, declaration)


def add_file(organiser: Person, declaration: Declaration | None, data: bytes, filename: str, description: str) -> PageFile:
    """Keep a picture or a PDF; the same one sent again is the same. Pictures lose what the camera wrote into them. Raises
    FileRefused."""
    require_pages(organiser, declaration)
    return keep(organiser, declaration, *look_at(data, filename, description))


def add_looked(organiser: Person, declaration: Declaration | None, content: bytes, fresh: PageFile) -> PageFile:
    """As `add_file`, with what `look_at` found. Raises FileRefused."""
    require_pages(organiser, declaration)
    return keep(organiser, declaration, content, fresh)


def take_in(declaration: Declaration, data: bytes, filename: str, description: str) -> PageFile:
    """As `add_file`, out of an archive: nobody adds it now, and its log says what happened then. Raises FileRefused."""
    return keep(None, declaration, *look_at(data, filename, description))


def look_at(data: bytes, filename: str, description: str) -> tuple[bytes, PageFile]:
    """In the cage, which takes a while: before anything is held. What is to be kept, and of what. Raises FileRefused."""
    try:
        seen = look_in_cage(data)
    except ImportRefused as refused:
        raise FileRefused(REASONS.get(refused.reason, "damaged")) from refused
    kind = str(seen["kind"])
    if kind not in ON_PAGES:
        raise FileRefused("kind")
    if kind.startswith("image/") and not description:
        # Whoever cannot see it would be told nothing.
        raise FileRefused("description")
    return base64.b64decode(seen["content"]) if "content" in seen else data, PageFile(
        name=to_name(filename, ENDINGS[kind]), kind=kind, description=description,
        width=int(seen.get("width", 0)), height=int(seen.get("height", 0)),
    )  # fmt: skip


def keep(organiser: Person | None, declaration: Declaration | None, content: bytes, fresh: PageFile) -> PageFile:
    """Store what was looked at; without an organiser nothing is recorded. Raises FileRefused."""
    digest = hashlib.sha256(content).hexdigest()
    same = select_files(declaration).where(PageFile.name == fresh.name)
    found = db.session.scalars(same).one_or_none()
    if found is not None and found.digest != digest:
        raise FileRefused("name")
    owner = declaration.id if declaration else None
    if found is None and count_rows(PageFile.id, PageFile.declaration_id == owner) >= FILES_MAX:
        raise FileRefused("number")
    fresh.declaration, fresh.size, fresh.digest = declaration, len(content), digest

    def store(kept: PageFile) -> None:
        for number, start in enumerate(range(0, len(content), PART)):
            db.session.add(FilePart(file_id=kept.id, number=number, content=content[start : start + PART]))
        if organiser is not None:
            _note(organiser, kept, "added")

    kept = once(same, lambda: fresh, store)
    db.session.flush()
    return kept


def describe(organiser: Person, file: PageFile, description: str) -> None:
    """Other words for what can be seen; pages that show it without words of their own say them. Raises FileRefused."""
    require_pages(organiser, file.declaration)
    if file.is_picture and not description:
        raise FileRefused("description")
    if file.description != description:
        file.description = description
        _note(organiser, file, "described")
        for page in load_users(file):
            page.body_html = to_html(file.declaration, page.body)
        for event in load_events_with(file):
            event.intro_html = to_html(event.declaration, event.intro)
        db.session.flush()


def remove_file(organiser: Person, file: PageFile) -> None:
    """For good. Raises FileRefused as long as a page, an event or a video in sign language shows it or showed it once: nothing
    that stood there is lost."""
    require_pages(organiser, file.declaration)
    if load_users(file) or _showed_once(file) or load_events_with(file) or was_attached(file) or load_signs_with(file):
        raise FileRefused("used")
    _note(organiser, file, "removed")
    db.session.execute(delete(FilePart).where(FilePart.file_id == file.id))
    db.session.delete(file)
    db.session.flush()


def find_file(declaration: Declaration | None, name: str) -> PageFile | None:
    return db.session.scalars(select_files(declaration).where(PageFile.name == name)).one_or_none()


def load_files(declaration: Declaration | None) -> list[PageFile]:
    """The newest first."""
    return list(db.session.scalars(select_files(declaration).order_by(PageFile.id.desc())))


def load_shown(declaration: Declaration) -> list[PageFile]:
    """Those that everybody can open, by name: a page that is shown leads to them, or did when everybody saw it."""
    names = set[str]()
    for page in load_pages(declaration):
        if page.is_shown:
            bodies = (page.body, *(one.body for one in load_editions_of(page, with_drafts=False)))
            names.update(*(to_names(body) for body in bodies))
    return sorted((one for one in load_files(declaration) if one.name in names), key=lambda one: one.name)


def load_users(file: PageFile) -> list[Page]:
    """The pages that show it or lead to it."""
    pages = db.session.scalars(select_pages(file.declaration).where(Page.body.contains(file.name, autoescape=True)))
    return [page for page in pages if file.name in to_names(page.body)]


def _showed_once(file: PageFile, seen_by_all: bool = False) -> bool:
    query = (
        select(PageEdition.body)
        .join(Page, Page.id == PageEdition.page_id)
        .where(Page.declaration_id == file.declaration_id, PageEdition.body.contains(file.name, autoescape=True))
    )
    if seen_by_all:
        query = query.where(PageEdition.was_shown, Page.is_shown)
    return any(file.name in to_names(body) for body in db.session.scalars(query))


def may_open(person: Person, file: PageFile) -> bool:
    """Whoever writes pages always, everybody else where a page or an event that they read leads to it."""
    if file.declaration is None:
        allowed, writes = True, may(person, Permission.RUN_SITE)
    else:
        allowed = may(person, Permission.READ, file.declaration)
        writes = may(person, Permission.EDIT_PAGES, file.declaration)
    return allowed and (writes or _is_led_to(file))


def _is_led_to(file: PageFile) -> bool:
    return (
        any(page.is_shown for page in load_users(file))
        or any(event.is_shown for event in load_events_with(file))
        or _showed_once(file, seen_by_all=True)
        or was_attached(file, seen_by_all=True)
        or _is_signed_for_all(file)
    )


def _is_signed_for_all(file: PageFile) -> bool:
    """Whether a video in sign language is made of it that whoever reads the declaration can see."""
    in_force = (one for one in load_signs_with(file) if one.replaced_on is None)
    return any(one.page is None or one.page.is_shown for one in in_force)


def read_file(file: PageFile) -> Iterator[bytes]:
    """Its bytes, part by part."""
    for number in range(-(-file.size // PART)):
        yield db.session.scalars(select(FilePart.content).where(FilePart.file_id == file.id, FilePart.number == number)).one()


def _note(organiser: Person, file: PageFile, after: str) -> None:
    if file.declaration is not None:
        own = organiser.membership_in(file.declaration.id)
        record(own, file.declaration, Act.TEXTS, after=f"file:{file.name[:40]},{after}")
