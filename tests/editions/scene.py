"""A next edition in a few words: how tests change a text and publish it."""

from collections.abc import Callable
from dataclasses import replace

from deliberation.database import db
from deliberation.declarations.editions import load_text
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
from deliberation.declarations.models import Declaration, current_edition
from deliberation.editions.publishing import Published, publish_edition
from deliberation.editions.reanchoring import plan_edition
from deliberation.permissions import Operator, Person


def units(*sentences: str) -> tuple[Unit, ...]:
    return (Unit("", 0, sentences),)


def new_paragraph(*sentences: str) -> DraftParagraph:
    return DraftParagraph("", units(*sentences))


def new_thesis(heading: str, *paragraphs: DraftParagraph) -> DraftThesis:
    return DraftThesis("", heading, "", "", paragraphs)


def text(declaration: Declaration) -> DraftDeclaration:
    """The text in force."""
    return load_text(current_edition(declaration))


def reworded(source: DraftDeclaration, at: str, *sentences: str) -> DraftDeclaration:
    """Other words for a paragraph given by its number ("3.1")."""
    return with_thesis(source, at, lambda ps, i: (*ps[:i], replace(ps[i], units=units(*sentences)), *ps[i + 1 :]))


def removed(source: DraftDeclaration, at: str) -> DraftDeclaration:
    return with_thesis(source, at, lambda ps, i: (*ps[:i], *ps[i + 1 :]))


def inserted(source: DraftDeclaration, after: str, *sentences: str) -> DraftDeclaration:
    return with_thesis(source, after, lambda ps, i: (*ps[: i + 1], new_paragraph(*sentences), *ps[i + 1 :]))


def moved(source: DraftDeclaration, at: str, behind: str) -> DraftDeclaration:
    one = paragraph(source, at)
    without = removed(source, at)
    return with_thesis(without, behind, lambda ps, i: (*ps[: i + 1], one, *ps[i + 1 :]))


def paragraph(source: DraftDeclaration, at: str) -> DraftParagraph:
    number, _, own = at.partition(".")
    thesis = next(t for t in source.theses if t.number == number)
    return next(p for p in thesis.paragraphs if p.number == own)


def with_thesis(
    source: DraftDeclaration,
    at: str,
    change: Callable[[tuple[DraftParagraph, ...], int], tuple[DraftParagraph, ...]],
) -> DraftDeclaration:
    number, _, own = at.partition(".")
    theses = list(source.theses)
    index = next(i for i, t in enumerate(theses) if t.number == number)
    place = next(i for i, p in enumerate(theses[index].paragraphs) if p.number == own)
    theses[index] = replace(theses[index], paragraphs=change(theses[index].paragraphs, place))
    return replace(source, theses=tuple(theses))


def publish(
    declaration: Declaration, new: DraftDeclaration, note: str = "Aus der Beratung.", by: Person | None = None
) -> Published:
    """Plan and publish through the verbs, committed."""
    organiser = by or Operator()
    plan = plan_edition(declaration, new)
    published = publish_edition(organiser, declaration, plan, note)
    db.session.commit()
    return published
