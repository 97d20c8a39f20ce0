"""Order in the draft of the next edition: moving, joining, dividing, taking out, and putting back what was taken out."""

from dataclasses import replace

from deliberation.declarations import preview
from deliberation.declarations.editions import load_text
from deliberation.declarations.importing import DraftDeclaration, DraftThesis
from deliberation.declarations.models import CLOSING, PREAMBLE, EditionDraft
from deliberation.declarations.preview import ActRefused, Place
from deliberation.editions.drafting import change_text, hold, insert, need_gap, paragraph_at, put, put_paragraphs
from deliberation.permissions import Permission, Person, require

ACTS = (
    "paragraph-up", "paragraph-down", "paragraph-merge", "paragraph-split", "paragraph-thesis", "paragraph-omit",
    "thesis-up", "thesis-down", "thesis-omit",
)  # fmt: skip
"""Acts of the import preview that make sense on a text that is out already."""


def perform(organiser: Person, draft: EditionDraft, act: str, place: Place, version: int) -> Place:
    """Do one of ACTS; where the thing acted on is now. Raises ActRefused, Outdated."""
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    text = hold(draft, version)
    if not is_sensible(text, act, place):
        raise ActRefused
    done = preview.perform(text, act, place)
    changed = _recognised(draft, done.draft, done.place) if act == "paragraph-split" else done.draft
    change_text(organiser, draft, changed, version)
    return done.place


def is_sensible(text: DraftDeclaration, act: str, place: Place) -> bool:
    """Whether an act of the import preview may be done to the draft of an edition at all."""
    if act == "paragraph-thesis" and 0 <= place.thesis < len(text.theses):
        return not preview.is_edge(text.theses[place.thesis])
    if act == "paragraph-omit":
        return sum(len(thesis.paragraphs) for thesis in text.theses) > 1
    return act in ACTS


def _recognised(draft: EditionDraft, text: DraftDeclaration, place: Place) -> DraftDeclaration:
    """What was joined and is divided again is the paragraph that it was."""
    part = paragraph_at(text, place)
    present = {one.origin for thesis in text.theses for one in thesis.paragraphs}
    lost = (one for thesis in load_text(draft.edition).theses for one in thesis.paragraphs if one.origin not in present)
    same = next((one for one in lost if one.sentences == part.sentences), None)
    return put(text, place, replace(part, units=same.units, origin=same.origin)) if same else text


def move_to(organiser: Person, draft: EditionDraft, place: Place, target: Place, version: int) -> Place:
    """Move a paragraph behind another one, anywhere in the text (paragraph -1: to the top of a thesis).

    A thesis that had nothing else, not even a heading, goes. Raises ActRefused, Outdated.
    """
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    text = hold(draft, version)
    moved = paragraph_at(text, place)
    need_gap(text, target)
    if (target.thesis, target.paragraph) == (place.thesis, place.paragraph):
        return place
    own = text.theses[place.thesis].paragraphs
    shorter = put_paragraphs(text, place.thesis, own[: place.paragraph] + own[place.paragraph + 1 :])
    is_behind = target.thesis == place.thesis and place.paragraph < target.paragraph
    at = target.paragraph + (0 if is_behind else 1)
    whole = insert(shorter, Place(target.thesis, at), moved)
    change_text(organiser, draft, _without_empty(whole), version)
    is_gone = _is_empty(whole.theses[place.thesis]) and place.thesis < target.thesis
    return Place(target.thesis - is_gone, at)


def _is_empty(thesis: DraftThesis) -> bool:
    return not thesis.heading and not thesis.paragraphs


def _without_empty(text: DraftDeclaration) -> DraftDeclaration:
    return replace(text, theses=tuple(thesis for thesis in text.theses if not _is_empty(thesis)))


def restore(organiser: Person, draft: EditionDraft, paragraph: int, version: int) -> Place:
    """Put a paragraph of the edition in force, given by its id, back where it stood, in its present wording.

    Its thesis comes back with it. Raises ActRefused if it is not missing, Outdated.
    """
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    text, old = hold(draft, version), load_text(draft.edition)
    if any(one.origin == paragraph for thesis in text.theses for one in thesis.paragraphs):
        raise ActRefused
    found = ((t, i) for t in old.theses for i, one in enumerate(t.paragraphs) if paragraph and one.origin == paragraph)
    thesis, at = next(found, (None, 0))
    if thesis is None:
        raise ActRefused
    text, home = _with_thesis(text, old, thesis)
    above = {one.origin for one in thesis.paragraphs[:at]}
    present = text.theses[home].paragraphs
    where = 1 + max((i for i, one in enumerate(present) if one.origin in above), default=-1)
    back = replace(thesis.paragraphs[at], reason="", adopted=())
    change_text(organiser, draft, insert(text, Place(home, where), back), version)
    return Place(home, where)


def _with_thesis(text: DraftDeclaration, old: DraftDeclaration, thesis: DraftThesis) -> tuple[DraftDeclaration, int]:
    """The text with a thesis of the edition in force, and where that stands: behind all that stood before it."""
    home = next((i for i, each in enumerate(text.theses) if each.origin == thesis.origin), None)
    if home is not None:
        return text, home
    before = {each.origin for each in old.theses[: old.theses.index(thesis)]}
    home = 1 + max((i for i, each in enumerate(text.theses) if each.origin in before), default=-1)
    numbers = [each.number for each in text.theses]
    if thesis.number == CLOSING:
        home = len(numbers)
    elif thesis.number != PREAMBLE and home == 0 and numbers[:1] == [PREAMBLE]:
        home = 1
    theses = (*text.theses[:home], replace(thesis, paragraphs=()), *text.theses[home:])
    return replace(text, theses=theses), home
