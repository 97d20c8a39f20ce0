"""Rival wordings, quickly made."""

from itertools import count

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Kind
from deliberation.annotations.threads import load_entries
from deliberation.database import db
from deliberation.declarations.actions import Particulars, create_declaration
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
from deliberation.declarations.models import Declaration, Policy, find_declaration
from deliberation.permissions import Operator, Phase
from deliberation.proposals import ballots
from deliberation.proposals.models import Ballot
from deliberation.proposals.places import Place, to_place
from tests import builders
from tests.builders import Cast

_slugs = count(1)
SERVICE = "Eine Inobhutnahme ist keine Dienstleistung."
"""Sentence 1 of paragraph 3.1 of every test."""
PEOPLE = "Sie braucht Menschen."
"""Sentence 2."""
LIST = DraftParagraph(
    "1",
    (
        Unit("(1)", 0, ("Vor jedem Verfahren stehen Fragen.",)),
        Unit("a)", 1, ("Wem nützt es?", "Wem schadet es?")),
        Unit("b)", 1, ("Wer zahlt es?",)),
    ),
)
"""Three units, four sentences."""


def propose(
    author: User,
    declaration: Declaration,
    wording: str,
    *sentences: int,
    at: str = "3.1",
    body: str = "Das ist genauer.",
) -> Annotation:
    """A Textvorschlag for some sentences, or for the whole paragraph."""
    return builders.annotate(author, declaration, at, body, Kind.PROPOSAL, sentences, wording)


def found(*paragraphs: DraftParagraph) -> Declaration:
    """A declaration of one thesis with these paragraphs, open for annotations."""
    counted = tuple(
        DraftParagraph(str(number), paragraph.units) for number, paragraph in enumerate(paragraphs, start=1)
    )
    text = DraftDeclaration("T", (DraftThesis("1", "Fragen", "", "", counted),), "headings")
    slug = f"text-{next(_slugs)}"
    declaration = create_declaration(Operator(), text, Particulars(slug=slug, title="T"))
    declaration.phase, declaration.policy = Phase.ANNOTATING, Policy.NONE
    db.session.commit()
    return find_declaration(slug) or declaration


def place_of(annotation: Annotation) -> Place | None:
    """Where it belongs in the text in force."""
    [entry] = load_entries(Operator(), annotation.declaration_id, Annotation.number == annotation.number, None)
    return to_place(entry.annotation, entry.anchor)


def put_up(cast: Cast, *proposals: Annotation, at: str = "3.1", phase: Phase | None = Phase.VOTING) -> Ballot:
    """A ballot, and the phase in which it can be rated."""
    ballot = ballots.put_up(cast.otto, builders.paragraph(cast.declaration, at), proposals)
    if phase:
        cast.declaration.phase = phase
    db.session.commit()
    return ballot


def rate(rater: User, ballot: Ballot, *marks: int | None) -> None:
    """Marks in the order of the wordings, the present one first."""
    ballots.rate(rater, ballot, {option.id: mark for option, mark in zip(ballot.options, marks, strict=False)})
    db.session.commit()


def raters(declaration: Declaration, number: int) -> list[User]:
    return [builders.make_member(declaration) for _ in range(number)]
