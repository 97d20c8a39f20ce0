"""Writing the next edition in place: its draft, the way back, and other words for its paragraphs.

Every act names the version of the draft that its page showed, so that two organisers never overwrite each other.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError

from deliberation.accounts.models import random_key
from deliberation.clock import now
from deliberation.database import db, once
from deliberation.declarations import preview
from deliberation.declarations.editions import load_text, to_parts, to_units
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, from_json, to_json
from deliberation.declarations.lines import from_source
from deliberation.declarations.models import (
    CLOSING,
    HEADING_MAX,
    PREAMBLE,
    Declaration,
    EditionDraft,
    current_edition,
    hold_text,
)
from deliberation.declarations.preview import ActRefused, Place
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.text import has_words, normalised

STEPS_MAX = 50
NOTE_MAX = 3000
REASON_MAX = 600
SOURCE_MAX = 20_000
"""Characters of one paragraph in its edit field."""


class NothingToUndo(Exception):
    """Nothing was changed yet, or the oldest step that is remembered has been taken back."""


class SourceInvalid(Exception):
    """A paragraph needs words, and at most SOURCE_MAX characters of them."""


def find_draft(declaration: Declaration, for_update: bool = False) -> EditionDraft | None:
    """The draft of the next edition; with `for_update` nobody else changes it until the end of the transaction."""
    query = select(EditionDraft).where(EditionDraft.declaration_id == declaration.id)
    return db.session.scalars(query.with_for_update(of=EditionDraft) if for_update else query).one_or_none()


def find_draft_by_key(declaration: Declaration, key: str) -> EditionDraft | None:
    """The draft for whoever has its link."""
    query = select(EditionDraft).where(EditionDraft.declaration_id == declaration.id, EditionDraft.key == key)
    return db.session.scalars(query).one_or_none()


def begin_draft(organiser: Person, declaration: Declaration) -> EditionDraft:
    """Begin the next edition with the text in force; if somebody has begun it already, that draft goes on."""
    require(organiser, Permission.EDIT_TEXT, declaration)
    found = find_draft(declaration)
    if found is not None:
        return found
    hold_text(declaration, shared=True)
    edition = current_edition(declaration)
    text = to_json(without_reasons(load_text(edition)))
    return once(
        select(EditionDraft).where(EditionDraft.declaration_id == declaration.id),
        lambda: EditionDraft(declaration=declaration, edition=edition, key=random_key(), text=text, steps=[]),
    )


def begin_anew(organiser: Person, draft: EditionDraft) -> None:
    """Put a draft whose edition is not in force any more on the one that is: its text begins with that one.

    Note and link stay. A draft that is up to date is left alone.
    """
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    edition = current_edition(draft.declaration)
    _lock(draft)
    if draft.edition_id == edition.id:
        return
    draft.edition, draft.steps = edition, []
    _write(draft, without_reasons(load_text(edition)))


def without_reasons(text: DraftDeclaration) -> DraftDeclaration:
    """The reasons of one edition are not those of the next."""
    return map_paragraphs(text, lambda one: replace(one, reason="", adopted=()))


def map_paragraphs(text: DraftDeclaration, change: Callable[[DraftParagraph], DraftParagraph]) -> DraftDeclaration:
    theses = tuple(replace(thesis, paragraphs=tuple(map(change, thesis.paragraphs))) for thesis in text.theses)
    return replace(text, theses=theses)


def text_of(draft: EditionDraft) -> DraftDeclaration:
    return from_json(draft.text)


def is_stale(draft: EditionDraft) -> bool:
    """Whether another edition was published since the draft was begun. One query."""
    return draft.edition_id != current_edition(draft.declaration).id


def hold(draft: EditionDraft, version: int) -> DraftDeclaration:
    """The text as it is now, which nobody else changes until the end of the transaction.

    `version` is the state that the organiser saw. Raises Outdated if it is another one by now, if the draft is gone,
    and if the edition that it was begun on is not in force any more.
    """
    _lock(draft)
    if draft.version != version or is_stale(draft):
        raise Outdated(draft)
    return text_of(draft)


def _lock(draft: EditionDraft) -> None:
    try:
        db.session.refresh(draft, ["version", "text", "steps", "note", "edition_id"], with_for_update=True)
    except InvalidRequestError:
        # Published or discarded meanwhile.
        raise Outdated(draft) from None


def change_text(organiser: Person, draft: EditionDraft, text: DraftDeclaration, version: int) -> None:
    """Take over a changed text; the way back is remembered. `version` is the state that the organiser saw; raises
    Outdated if somebody changed it meanwhile."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    before = hold(draft, version)
    if text == before:
        return
    draft.steps = [*draft.steps, preview.to_step(before, text)][-STEPS_MAX:]
    _write(draft, text)


def _write(draft: EditionDraft, text: DraftDeclaration) -> None:
    draft.text = to_json(text)
    draft.version += 1
    draft.changed_at = now()
    db.session.flush()


def undo(organiser: Person, draft: EditionDraft, version: int) -> None:
    """Take the last change back. Raises NothingToUndo, Outdated."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    text = hold(draft, version)
    if not draft.steps:
        raise NothingToUndo
    *earlier, step = draft.steps
    draft.steps = earlier
    _write(draft, preview.undo(text, step))


def keep_note(organiser: Person, draft: EditionDraft, note: str, seen: str | None = None) -> None:
    """Keep what the organiser wrote about the edition so far.

    `seen` is the note that stood there when she began to write; raises Outdated if it is another one by now.
    """
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    words = normalised(note)[:NOTE_MAX]
    _lock(draft)
    if seen is not None and draft.note not in (normalised(seen), words):
        raise Outdated(draft)
    draft.note = words
    db.session.flush()


def discard_draft(organiser: Person, draft: EditionDraft, version: int | None = None) -> None:
    """Throw the draft away; the edition in force stays what it is. Raises Outdated if it was changed since `version`."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    _lock(draft)
    if version is not None and draft.version != version:
        raise Outdated(draft)
    db.session.delete(draft)
    db.session.flush()


def reword(
    organiser: Person,
    draft: EditionDraft,
    place: Place,
    source: str,
    reason: str,
    version: int,
    adopted: Iterable[int] | None = None,
) -> None:
    """Give a paragraph other words, and say why. Lines that were not touched stay exactly what they were.

    `adopted` are the proposals that still hold as adopted, of those that did; without it all of them do, unless the
    words are those of the edition in force again. Raises SourceInvalid, ActRefused without such a paragraph, Outdated.
    """
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    text = hold(draft, version)
    old = paragraph_at(text, place)
    in_force = load_origin(draft, old.origin)
    # A line that reads as it does in force is that line again, down to its split into sentences.
    before = to_parts(old.units) + (to_parts(in_force.units) if in_force else [])
    units = to_units(_parts(source, before))
    kept = old.adopted if adopted is None else tuple(one for one in old.adopted if one in set(adopted))
    is_back = in_force is not None and units == in_force.units
    new = replace(old, units=units, reason=one_line(reason)[:REASON_MAX], adopted=() if is_back else kept)
    change_text(organiser, draft, put(text, place, new), version)


def load_origin(draft: EditionDraft, origin: int) -> DraftParagraph | None:
    """A paragraph of the edition the draft was begun on, by its id."""
    found = (one for thesis in load_text(draft.edition).theses for one in thesis.paragraphs if one.origin == origin)
    return next(found, None) if origin else None


def insert_after(organiser: Person, draft: EditionDraft, place: Place, source: str, reason: str, version: int) -> Place:
    """Put a new paragraph behind another one, or with paragraph -1 before the first of a thesis. Raises as `reword`."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    text = hold(draft, version)
    need_gap(text, place)
    new = DraftParagraph("", to_units(_parts(source, [])), reason=one_line(reason)[:REASON_MAX])
    at = place.paragraph + 1
    change_text(organiser, draft, insert(text, Place(place.thesis, at), new), version)
    return Place(place.thesis, at)


def insert_thesis(
    organiser: Person, draft: EditionDraft, after: int, heading: str, source: str, version: int, reason: str = ""
) -> Place:
    """Put a new thesis with its first paragraph behind another one (-1: before all); never before the preamble or
    behind the closing part. Raises as `reword`."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    text = hold(draft, version)
    at = after + 1
    if not 0 <= at <= len(text.theses) or (at and text.theses[at - 1].number == CLOSING):
        raise ActRefused
    if at == 0 and text.theses and text.theses[0].number == PREAMBLE:
        raise ActRefused
    words = one_line(heading)[:HEADING_MAX]
    group = text.theses[at - 1].group if at else ""
    first = DraftParagraph("", to_units(_parts(source, [])), reason=one_line(reason)[:REASON_MAX])
    new = DraftThesis("", words, group, "", (first,))
    change_text(organiser, draft, replace(text, theses=(*text.theses[:at], new, *text.theses[at:])), version)
    return Place(at, 0)


def rename(organiser: Person, draft: EditionDraft, thesis: int, heading: str, version: int) -> None:
    """Give a thesis another heading. Raises ActRefused, Outdated."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    text = hold(draft, version)
    if not 0 <= thesis < len(text.theses):
        raise ActRefused
    change_text(organiser, draft, preview.rename_theses(text, {thesis: one_line(heading)}), version)


def paragraph_at(text: DraftDeclaration, place: Place) -> DraftParagraph:
    """Raises ActRefused where there is none."""
    if not (0 <= place.thesis < len(text.theses) and 0 <= place.paragraph < len(text.theses[place.thesis].paragraphs)):
        raise ActRefused
    return text.theses[place.thesis].paragraphs[place.paragraph]


def need_gap(text: DraftDeclaration, place: Place) -> None:
    """Raises ActRefused unless something can stand behind this paragraph, or (-1) at the top of this thesis."""
    if not 0 <= place.thesis < len(text.theses) or place.paragraph < -1:
        raise ActRefused
    if place.paragraph >= len(text.theses[place.thesis].paragraphs):
        raise ActRefused


def put(text: DraftDeclaration, place: Place, paragraph: DraftParagraph) -> DraftDeclaration:
    """The text with another paragraph in this place."""
    own = text.theses[place.thesis].paragraphs
    return put_paragraphs(text, place.thesis, (*own[: place.paragraph], paragraph, *own[place.paragraph + 1 :]))


def insert(text: DraftDeclaration, place: Place, paragraph: DraftParagraph) -> DraftDeclaration:
    """The text with one paragraph more, which stands in this place."""
    own = text.theses[place.thesis].paragraphs
    return put_paragraphs(text, place.thesis, (*own[: place.paragraph], paragraph, *own[place.paragraph :]))


def put_paragraphs(text: DraftDeclaration, index: int, paragraphs: tuple[DraftParagraph, ...]) -> DraftDeclaration:
    thesis = replace(text.theses[index], paragraphs=paragraphs)
    return replace(text, theses=(*text.theses[:index], thesis, *text.theses[index + 1 :]))


def _parts(source: str, before: list[list[object]]) -> list[list[object]]:
    check_source(source)
    return from_source(source, before)


def check_source(source: str) -> None:
    """Raises SourceInvalid; what is counted is what will be kept."""
    words = normalised(source)
    if len(words) > SOURCE_MAX or not has_words(words):
        raise SourceInvalid(f"{len(words)} characters")


def one_line(words: str) -> str:
    return " ".join(normalised(words).split())
