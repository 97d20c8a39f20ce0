"""Videos in sign language (Deutsche Gebärdensprache, DGS): what the whole is about, each thesis, and pages, with captions.

Signed by people who are deaf or have learned it; nothing here is made by a program. A new video leaves the former one with the
organisers, and only a deed of its own deletes that for good: whoever can be seen may want to be seen no more."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from sqlalchemy import Select, select

from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.importing import ImportRefused, look_in_cage
from deliberation.declarations.models import Act, Declaration, Thesis, find_thesis, load_paragraphs
from deliberation.declarations.record import record
from deliberation.pages.files import ENDINGS, FileRefused, find_file, keep, remove_file, require_pages
from deliberation.pages.models import Page, PageFile, SignVideo, find_page, load_pages
from deliberation.pages.naming import to_address
from deliberation.permissions import Person

VIDEOS = ("video/mp4", "video/webm")
CAPTIONS = ("text/vtt",)


class SignsRefused(Exception):
    """Of one field, `name`: video or captions. `reason` is a key of the import's REFUSALS, or number: there are too many files,
    or needed: captions alone say nothing."""

    def __init__(self, name: str, reason: str, **details: str | int) -> None:
        super().__init__(name, reason)
        self.name, self.reason, self.details = name, reason, details


@dataclass(frozen=True)
class SignPlace:
    """Where a video belongs: a thesis, a page, or the whole."""

    declaration: Declaration
    thesis: Thesis | None = None
    page: Page | None = None

    @property
    def is_for_all(self) -> bool:
        """Whether everybody finds it who reads the declaration."""
        if self.thesis is not None:
            return not self.thesis.is_removed
        return self.page is None or self.page.is_shown

    @property
    def key(self) -> str:
        """What addresses and names of files call it."""
        if self.thesis is not None:
            return f"thesis-{self.thesis.number}"
        return f"page-{self.page.address}" if self.page is not None else "about"


@dataclass(frozen=True)
class Signed:
    """A place, and its video if it has one; `is_older`: the text became another one since."""

    place: SignPlace
    video: SignVideo | None
    is_older: bool = False

    @property
    def lacks_captions(self) -> bool:
        return self.video is not None and self.video.captions_id is None

    @property
    def is_complete(self) -> bool:
        return self.video is not None and not self.lacks_captions and not self.is_older


@dataclass(frozen=True)
class Looked:
    """A file that was looked into: what it is, and its bytes without what a phone wrote into them."""

    kind: str
    content: bytes


def look_at(name: str, data: bytes) -> Looked:
    """In the cage, which takes a while: before anything is held. Raises SignsRefused."""
    try:
        seen = look_in_cage(data)
    except ImportRefused as refused:
        raise SignsRefused(name, refused.reason, **refused.details) from refused
    if seen["kind"] not in (VIDEOS if name == "video" else CAPTIONS):
        raise SignsRefused(name, "wrong_type")
    return Looked(str(seen["kind"]), base64.b64decode(seen["content"]) if "content" in seen else data)


def put(organiser: Person, place: SignPlace, video: Looked | None, captions: Looked | None) -> SignVideo:
    """Show this video here from now on, or the one that is here with these captions. A new one needs captions of its own: those
    of the former one would come at the wrong time. The same again changes nothing. Raises SignsRefused."""
    require_pages(organiser, place.declaration)
    present = find_video(place)
    if video is None and present is None:
        raise SignsRefused("video", "needed")
    shown = _keep(organiser, place, "video", video) if video else present.video  # type: ignore[union-attr]
    subtitles = _keep(organiser, place, "captions", captions) if captions else None
    if present is not None and present.video_id == shown.id:
        subtitles = subtitles or present.captions
        if subtitles is present.captions:
            return present
    fresh = SignVideo(
        declaration_id=place.declaration.id, thesis_id=place.thesis.id if place.thesis else None,
        page_id=place.page.id if place.page else None, video=shown, captions=subtitles,
        # Captions that come later were made for the same film.
        wording=present.wording if present is not None and video is None else to_wording(place),
    )  # fmt: skip
    _end(present)
    db.session.add(fresh)
    _refresh(organiser, place, "put")
    return fresh


def confirm(organiser: Person, place: SignPlace) -> None:
    """Somebody has looked: the video fits the text as it reads now."""
    require_pages(organiser, place.declaration)
    present, wording = find_video(place), to_wording(place)
    if present is not None and present.wording != wording:
        present.wording = wording
        _refresh(organiser, place, "fits")


def take_away(organiser: Person, place: SignPlace) -> None:
    """Show none here any more; it is kept for the organisers."""
    require_pages(organiser, place.declaration)
    present = find_video(place)
    if present is not None:
        _end(present)
        _refresh(organiser, place, "away")


def forget(organiser: Person, place: SignPlace, number: int) -> None:
    """Delete a former video for good, with its files where nothing else is made of them. Once it is gone, nothing happens."""
    require_pages(organiser, place.declaration)
    former = next((one for one in load_former(place) if one.id == number), None)
    if former is None:
        return
    files = [former.video, *([former.captions] if former.captions else [])]
    db.session.delete(former)
    db.session.flush()
    for file in files:
        with suppress(FileRefused):
            remove_file(organiser, file)
    _refresh(organiser, place, "forgotten")


def find_place(declaration: Declaration, key: str) -> SignPlace | None:
    """By the name it has in addresses. A thesis that an edition took out is there as long as it has a video."""
    what, _dash, name = key.partition("-")
    if key == "about":
        return SignPlace(declaration)
    if what == "thesis":
        thesis = find_thesis(declaration, name)
        return SignPlace(declaration, thesis) if thesis and (thesis.has_signs or not thesis.is_removed) else None
    page = find_page(declaration, name) if what == "page" else None
    return SignPlace(declaration, page=page) if page else None


def find_signed(place: SignPlace) -> Signed:
    video = find_video(place)
    return Signed(place, video, video is not None and video.wording != to_wording(place))


def find_video(place: SignPlace) -> SignVideo | None:
    """The one in force."""
    return db.session.scalars(_select_of(place).where(SignVideo.replaced_on.is_(None))).one_or_none()


def load_former(place: SignPlace) -> list[SignVideo]:
    """What was shown here before, the newest first."""
    query = _select_of(place).where(SignVideo.replaced_on.is_not(None)).order_by(SignVideo.id.desc())
    return list(db.session.scalars(query))


def load_signs(declaration: Declaration) -> list[Signed]:
    """Every place with its video or without, in the order of the text; those of theses that were taken out, while they have
    one, and pages stand behind."""
    query = select(SignVideo).where(SignVideo.declaration_id == declaration.id, SignVideo.replaced_on.is_(None))
    found = {(one.thesis_id, one.page_id): one for one in db.session.scalars(query)}
    theses = list(declaration.theses)
    others = {thesis_id for thesis_id, _page in found if thesis_id} - {thesis.id for thesis in theses}
    if others:
        theses += db.session.scalars(select(Thesis).where(Thesis.id.in_(others)).order_by(Thesis.position, Thesis.id))
    wordings = to_wordings([thesis.id for thesis in theses if (thesis.id, None) in found])
    places = [
        SignPlace(declaration),
        *(SignPlace(declaration, thesis) for thesis in theses),
        *(SignPlace(declaration, page=page) for page in load_pages(declaration)),
    ]
    return [_signed(place, found, wordings) for place in places]


def _signed(
    place: SignPlace, found: Mapping[tuple[int | None, int | None], SignVideo], wordings: Mapping[int, dict[str, str]]
) -> Signed:
    video = found.get((place.thesis.id if place.thesis else None, place.page.id if place.page else None))
    if video is None:
        return Signed(place, None)
    wording = wordings.get(place.thesis.id, {}) if place.thesis else to_wording(place)
    return Signed(place, video, video.wording != wording)


def to_shown(found: Sequence[Signed]) -> list[Signed]:
    """Those with a video that everybody finds who reads the declaration."""
    return [one for one in found if one.video and one.place.is_for_all]


def to_wording(place: SignPlace) -> dict[str, str]:
    """What stands here now, to be compared later. Of the whole nothing: what it is about stays."""
    if place.thesis is not None:
        return to_wordings([place.thesis.id]).get(place.thesis.id, {})
    if place.page is not None:
        return {"page": hashlib.sha256(f"{place.page.title}\n{place.page.body}".encode()).hexdigest()}
    return {}


def to_wordings(theses: Sequence[int]) -> dict[int, dict[str, str]]:
    """The wording of each paragraph, by thesis."""
    found: dict[int, dict[str, str]] = {}
    for one in load_paragraphs(theses) if theses else ():
        found.setdefault(one.thesis_id, {})[str(one.id)] = str(one.wording_id)
    return found


def _select_of(place: SignPlace) -> Select[SignVideo]:
    return select(SignVideo).where(
        SignVideo.declaration_id == place.declaration.id,
        SignVideo.thesis_id == (place.thesis.id if place.thesis else None),
        SignVideo.page_id == (place.page.id if place.page else None),
    )


def _keep(organiser: Person, place: SignPlace, name: str, looked: Looked) -> PageFile:
    """Under a name that says what it is, and that no other file has."""
    digest, stem, ending = hashlib.sha256(looked.content).hexdigest(), to_address(f"dgs-{place.key}"), ENDINGS[looked.kind]
    names = (f"{stem}-{number}.{ending}" if number > 1 else f"{stem}.{ending}" for number in count(1))
    called = next(name for name in names if (found := find_file(place.declaration, name)) is None or found.digest == digest)
    try:
        return keep(organiser, place.declaration, looked.content, PageFile(name=called, kind=looked.kind, description=""))
    except FileRefused as refused:
        raise SignsRefused(name, refused.reason) from refused


def _end(present: SignVideo | None) -> None:
    if present is not None:
        present.replaced_on = today()
        # There is room for one in force: the former one makes it first.
        db.session.flush()


def _refresh(organiser: Person, place: SignPlace, after: str) -> None:
    db.session.flush()
    declaration = place.declaration
    in_force = select(SignVideo.thesis_id).where(SignVideo.declaration_id == declaration.id, SignVideo.replaced_on.is_(None))
    signed = set(db.session.scalars(in_force.where(SignVideo.page_id.is_(None))))
    if place.thesis is not None:
        place.thesis.has_signs = place.thesis.id in signed
    declaration.has_signs = bool(signed)
    record(organiser.membership_in(declaration.id), declaration, Act.TEXTS, after=f"signs:{place.key[:40]},{after}")
    db.session.flush()
