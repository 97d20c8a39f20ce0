"""Laying a whole revised text beside the one in force: what continues what, and saying so by hand."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations import preview
from deliberation.declarations.aligning import align
from deliberation.declarations.editions import load_text
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
from deliberation.declarations.models import Edition, EditionDraft, Thesis
from deliberation.declarations.preview import ActRefused, Place
from deliberation.editions.drafting import change_text, hold, map_paragraphs, paragraph_at, put
from deliberation.permissions import Permission, Person, require


def lay_beside(organiser: Person, draft: EditionDraft, laid: DraftDeclaration, version: int) -> None:
    """Make a whole revised text, which `to_continuation` compared with the edition in force, the draft.

    Reasons that were given for the very same words are kept. Undoing brings back what the draft was before. Raises
    Outdated.
    """
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    before = {one.origin: one for each in hold(draft, version).theses for one in each.paragraphs if one.origin}

    def with_reason(one: DraftParagraph) -> DraftParagraph:
        known = before.get(one.origin)
        same = known is not None and known.sentences == one.sentences
        return replace(one, reason=known.reason, adopted=known.adopted) if known and same else one

    change_text(organiser, draft, map_paragraphs(laid, with_reason), version)


def to_continuation(edition: Edition, revised: DraftDeclaration) -> DraftDeclaration:
    """A revised text, compared with an edition. Reads only, and may take seconds: hold no lock meanwhile."""
    query = select(Thesis.number, Thesis.id).where(Thesis.declaration_id == edition.declaration_id)
    rows = {number: key for number, key in db.session.execute(query)}  # noqa: C416
    return _with_known_edges(continued(load_text(edition), revised), rows)


def _with_known_edges(text: DraftDeclaration, rows: Mapping[str, int]) -> DraftDeclaration:
    """A preamble or closing part that an earlier edition took out is the one that comes back: there is one address."""
    theses = tuple(
        replace(one, origin=rows.get(one.number, 0)) if preview.is_edge(one) and not one.origin else one
        for one in text.theses
    )
    return replace(text, theses=theses)


def continued(old: DraftDeclaration, revised: DraftDeclaration) -> DraftDeclaration:
    """A revised text in which every thesis and paragraph names what it continues in the old one."""
    found = align(old, revised)
    theses = []
    for index, thesis in enumerate(revised.theses):
        before = old.theses[found.theses[index]] if index in found.theses else None
        paragraphs = []
        for at, one in enumerate(thesis.paragraphs):
            place = found.paragraphs.get((index, at))
            paragraphs.append(_continuing(one, old.theses[place[0]].paragraphs[place[1]] if place else None))
        theses.append(_continuing_thesis(thesis, before, tuple(paragraphs)))
    return DraftDeclaration(old.title, tuple(theses), revised.shape)


def _continuing_thesis(
    thesis: DraftThesis, before: DraftThesis | None, paragraphs: tuple[DraftParagraph, ...]
) -> DraftThesis:
    number = thesis.number if preview.is_edge(thesis) else ""
    return replace(thesis, number=number, paragraphs=paragraphs, origin=before.origin if before else 0)


def _continuing(new: DraftParagraph, old: DraftParagraph | None) -> DraftParagraph:
    """A paragraph with what it continues; lines that read the same keep their split into sentences."""
    kept = {_words(unit): unit for unit in old.units} if old else {}
    units = tuple(kept.get(_words(unit), unit) for unit in new.units)
    return replace(new, number="", units=units, origin=old.origin if old else 0)


def _words(unit: Unit) -> tuple[str, int, str]:
    return unit.label, unit.level, " ".join(" ".join(unit.sentences).split())


def pair(organiser: Person, draft: EditionDraft, place: Place, paragraph: int, version: int) -> None:
    """Say by hand which paragraph of the edition in force, by its id, one of the draft continues (0: none, it is new).

    Whatever continued it before is new then: a paragraph goes on once. Raises ActRefused, Outdated.
    """
    require(organiser, Permission.EDIT_TEXT, draft.declaration)
    text = hold(draft, version)
    known = {one.origin: one for each in load_text(draft.edition).theses for one in each.paragraphs}
    if paragraph and paragraph not in known:
        raise ActRefused
    chosen = paragraph_at(text, place)
    if paragraph:
        text = map_paragraphs(text, lambda one: replace(one, origin=0) if one.origin == paragraph else one)
    change_text(organiser, draft, put(text, place, replace(chosen, origin=paragraph)), version)
