"""Writing the next edition: in place, act by act, or by laying a whole revised file beside the text in force."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select

from deliberation.accounts.models import random_key
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations import preview
from deliberation.declarations.aligning import align
from deliberation.declarations.editions import load_text, to_parts, to_units
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, from_json, to_json
from deliberation.declarations.lines import from_source
from deliberation.declarations.models import HEADING_MAX, Declaration, EditionDraft, current_edition
from deliberation.declarations.preview import ActRefused, Edit, Place
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.text import normalised

STEPS_MAX = 50
REASON_MAX = 600
SOURCE_MAX = 20_000
"""Characters of one paragraph in its edit field."""
ACTS = (
    "paragraph-up", "paragraph-down", "paragraph-merge", "paragraph-split", "paragraph-thesis", "paragraph-omit",
    "thesis-up", "thesis-down",
)  # fmt: skip
"""Acts of the import preview that make sense on a text that is out already."""


class NothingToUndo(Exception):
    """Nothing was changed yet, or the oldest step that is remembered has been taken back."""


class SourceInvalid(Exception):
    """A paragraph needs words, and at most SOURCE_MAX characters of them."""


def find_draft(declaration: Declaration) -> EditionDraft | None:
    query = select(EditionDraft).where(EditionDraft.declaration_id == declaration.id)
    return db.session.scalars(query).one_or_none()


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
    edition = current_edition(declaration)
    draft = EditionDraft(
        declaration=declaration,
        edition=edition,
        key=random_key(),
        text=to_json(without_reasons(load_text(edition))),
        steps=[],
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def without_reasons(text: DraftDeclaration) -> DraftDeclaration:
    """The reasons of one edition are not those of the next."""
    return _map_paragraphs(text, lambda one: replace(one, reason="", adopted=()))


def _map_paragraphs(text: DraftDeclaration, change: Callable[[DraftParagraph], DraftParagraph]) -> DraftDeclaration:
    theses = tuple(replace(thesis, paragraphs=tuple(map(change, thesis.paragraphs))) for thesis in text.theses)
    return replace(text, theses=theses)


def text_of(draft: EditionDraft) -> DraftDeclaration:
    return from_json(draft.text)


def change_text(organiser: Person, draft: EditionDraft, text: DraftDeclaration, version: int) -> None:
    """Take over a changed text; the way back is remembered. `version` is the state that the organiser saw; raises
    Outdated if somebody changed it meanwhile."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    db.session.refresh(draft, ["version"], with_for_update=True)
    if draft.version != version:
        raise Outdated(draft)
    before = text_of(draft)
    if text == before:
        return
    draft.steps = [*draft.steps, preview.to_step(before, text)][-STEPS_MAX:]
    draft.text = to_json(text)
    draft.version += 1
    draft.changed_at = now()
    db.session.flush()


def perform(organiser: Person, draft: EditionDraft, act: str, place: Place, version: int) -> Place:
    """Do one of ACTS; where the thing acted on is now. Raises ActRefused, Outdated."""
    if act not in ACTS:
        raise ActRefused
    text = text_of(draft)
    if act == "paragraph-thesis" and preview.is_edge(text.theses[place.thesis]):
        raise ActRefused
    done: Edit = preview.perform(text, act, place)
    change_text(organiser, draft, done.draft, version)
    return done.place


def reword(organiser: Person, draft: EditionDraft, place: Place, source: str, reason: str, version: int) -> None:
    """Give a paragraph other words, and say why. Lines that were not touched stay exactly what they were.

    Raises SourceInvalid, ActRefused without such a paragraph, Outdated.
    """
    text = text_of(draft)
    old = paragraph_at(text, place)
    units = to_units(_parts(source, to_parts(old.units)))
    new = replace(old, units=units, reason=_one_line(reason)[:REASON_MAX])
    change_text(organiser, draft, _put(text, place, new), version)


def insert_after(organiser: Person, draft: EditionDraft, place: Place, source: str, reason: str, version: int) -> Place:
    """Put a new paragraph behind another one, or with paragraph -1 before the first of a thesis. Raises as `reword`."""
    text = text_of(draft)
    if not 0 <= place.thesis < len(text.theses) or place.paragraph >= len(text.theses[place.thesis].paragraphs):
        raise ActRefused
    new = DraftParagraph("", to_units(_parts(source, ())), reason=_one_line(reason)[:REASON_MAX])
    thesis = text.theses[place.thesis]
    at = max(place.paragraph, -1) + 1
    paragraphs = (*thesis.paragraphs[:at], new, *thesis.paragraphs[at:])
    change_text(organiser, draft, _put_thesis(text, place.thesis, replace(thesis, paragraphs=paragraphs)), version)
    return Place(place.thesis, at)


def insert_thesis(organiser: Person, draft: EditionDraft, after: int, heading: str, source: str, version: int) -> Place:
    """Put a new thesis with its first paragraph behind another one; never before the preamble or behind the end."""
    text = text_of(draft)
    at = after + 1
    if not 0 <= at <= len(text.theses) or (at and text.theses[at - 1].number == "end"):
        raise ActRefused
    if at == 0 and text.theses and text.theses[0].number == "0":
        raise ActRefused
    words = _one_line(heading)[:HEADING_MAX]
    group = text.theses[at - 1].group if at else ""
    new = DraftThesis("", words, group, "", (DraftParagraph("", to_units(_parts(source, ()))),))
    change_text(organiser, draft, replace(text, theses=(*text.theses[:at], new, *text.theses[at:])), version)
    return Place(at, 0)


def rename(organiser: Person, draft: EditionDraft, thesis: int, heading: str, version: int) -> None:
    """Give a thesis another heading. Raises ActRefused, Outdated."""
    text = text_of(draft)
    if not 0 <= thesis < len(text.theses):
        raise ActRefused
    changed = preview.rename_theses(text, {thesis: _one_line(heading)})
    change_text(organiser, draft, changed, version)


def move_to(organiser: Person, draft: EditionDraft, place: Place, target: Place, version: int) -> Place:
    """Move a paragraph behind another one, anywhere in the text (paragraph -1: to the top of a thesis)."""
    text = text_of(draft)
    moved = paragraph_at(text, place)
    if not 0 <= target.thesis < len(text.theses) or target.paragraph >= len(text.theses[target.thesis].paragraphs):
        raise ActRefused
    if (target.thesis, target.paragraph) == (place.thesis, place.paragraph):
        return place
    at = target.paragraph + 1
    if target.thesis == place.thesis and place.paragraph < at:
        at -= 1
    source = text.theses[place.thesis]
    rest = source.paragraphs[: place.paragraph] + source.paragraphs[place.paragraph + 1 :]
    text = _put_thesis(text, place.thesis, replace(source, paragraphs=rest))
    goal = text.theses[target.thesis]
    text = _put_thesis(
        text, target.thesis, replace(goal, paragraphs=(*goal.paragraphs[:at], moved, *goal.paragraphs[at:]))
    )
    change_text(organiser, draft, text, version)
    return Place(target.thesis, at)


def restore(organiser: Person, draft: EditionDraft, paragraph: int, version: int) -> Place:
    """Put a paragraph of the edition in force, given by its id, back where it stood, in its present wording."""
    old, text = load_text(draft.edition), text_of(draft)
    for thesis in old.theses:
        at = next((i for i, one in enumerate(thesis.paragraphs) if one.origin == paragraph), None)
        if at is not None:
            break
    else:
        raise ActRefused
    if any(one.origin == paragraph for each in text.theses for one in each.paragraphs):
        raise ActRefused
    home = next((i for i, each in enumerate(text.theses) if each.origin == thesis.origin), None)
    back = replace(thesis.paragraphs[at], reason="")
    if home is None:
        theses, before = list(text.theses), {each.origin for each in old.theses[: old.theses.index(thesis)]}
        home = 1 + max((i for i, each in enumerate(theses) if each.origin in before), default=-1)
        theses.insert(home, replace(thesis, paragraphs=()))
        text = replace(text, theses=tuple(theses))
    above = {one.origin for one in thesis.paragraphs[:at]}
    present = text.theses[home].paragraphs
    where = 1 + max((i for i, one in enumerate(present) if one.origin in above), default=-1)
    paragraphs = (*present[:where], back, *present[where:])
    change_text(organiser, draft, _put_thesis(text, home, replace(text.theses[home], paragraphs=paragraphs)), version)
    return Place(home, where)


def lay_beside(organiser: Person, draft: EditionDraft, revised: DraftDeclaration, version: int) -> None:
    """Make a whole revised file the draft; what continues what is found by comparing it with the edition in force.

    Undoing brings back what the draft was before. Raises Outdated.
    """
    change_text(organiser, draft, continued(load_text(draft.edition), revised), version)


def continued(old: DraftDeclaration, revised: DraftDeclaration) -> DraftDeclaration:
    """A revised text in which every thesis and paragraph names what it continues in the old one."""
    found = align(old, revised)
    theses = []
    for index, thesis in enumerate(revised.theses):
        before = old.theses[found.theses[index]] if index in found.theses else None
        paragraphs = []
        for at, one in enumerate(thesis.paragraphs):
            place = found.paragraphs.get((index, at))
            origin = old.theses[place[0]].paragraphs[place[1]].origin if place else 0
            paragraphs.append(replace(one, number="", origin=origin))
        theses.append(
            replace(
                thesis,
                number=thesis.number if preview.is_edge(thesis) else "",
                paragraphs=tuple(paragraphs),
                origin=before.origin if before else 0,
            )
        )
    return DraftDeclaration(old.title, tuple(theses), revised.shape)


def pair(organiser: Person, draft: EditionDraft, place: Place, paragraph: int, version: int) -> None:
    """Say by hand which paragraph of the edition in force, by its id, one of the draft continues (0: none, it is new).

    Whatever continued it before is new then: a paragraph goes on once. Raises ActRefused, Outdated.
    """
    text, known = text_of(draft), {one.origin for t in load_text(draft.edition).theses for one in t.paragraphs}
    if paragraph and paragraph not in known:
        raise ActRefused
    chosen = paragraph_at(text, place)
    if paragraph:
        text = _map_paragraphs(text, lambda one: replace(one, origin=0) if one.origin == paragraph else one)
    change_text(organiser, draft, _put(text, place, replace(chosen, origin=paragraph)), version)


def undo(organiser: Person, draft: EditionDraft, version: int) -> None:
    """Take the last change back. Raises NothingToUndo, Outdated."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    if draft.version != version:
        raise Outdated(draft)
    if not draft.steps:
        raise NothingToUndo
    *earlier, step = draft.steps
    draft.text = to_json(preview.undo(text_of(draft), step))
    draft.steps = earlier
    draft.version += 1
    draft.changed_at = now()


def keep_note(organiser: Person, draft: EditionDraft, note: str) -> None:
    """Keep what the organiser wrote about the edition so far."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    draft.note = normalised(note)[:3000]


def discard_draft(organiser: Person, draft: EditionDraft) -> None:
    """Throw the draft away; the edition in force stays what it is."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    db.session.delete(draft)


def paragraph_at(text: DraftDeclaration, place: Place) -> DraftParagraph:
    """Raises ActRefused where there is none."""
    if not (0 <= place.thesis < len(text.theses) and 0 <= place.paragraph < len(text.theses[place.thesis].paragraphs)):
        raise ActRefused
    return text.theses[place.thesis].paragraphs[place.paragraph]


def _put(text: DraftDeclaration, place: Place, paragraph: DraftParagraph) -> DraftDeclaration:
    thesis = text.theses[place.thesis]
    paragraphs = (*thesis.paragraphs[: place.paragraph], paragraph, *thesis.paragraphs[place.paragraph + 1 :])
    return _put_thesis(text, place.thesis, replace(thesis, paragraphs=paragraphs))


def _put_thesis(text: DraftDeclaration, index: int, thesis: DraftThesis) -> DraftDeclaration:
    return replace(text, theses=(*text.theses[:index], thesis, *text.theses[index + 1 :]))


def _parts(source: str, before: list[list[object]] | tuple[()]) -> list[list[object]]:
    if len(source) > SOURCE_MAX:
        raise SourceInvalid(f"{len(source)} characters")
    parts = from_source(source, before)
    if not any(sentences for _label, _level, sentences in parts):
        raise SourceInvalid("no words")
    return parts


def _one_line(words: str) -> str:
    return " ".join(normalised(words).split())
