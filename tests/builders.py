"""Plain functions that make what a test needs, with defaults that read well."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Kind
from deliberation.database import db
from deliberation.declarations.actions import Particulars, create_declaration, grant_role, join
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
from deliberation.declarations.models import Declaration, Membership, Paragraph, Policy, load_paragraphs
from deliberation.permissions import Operator, Phase, Role

_numbers = count(1)

TEXT = (
    ("0", "", ("Wir legen diese Erklärung vor. Sie steht zur Diskussion.",)),
    ("1", "Fachlichkeit zuerst", ("Technik folgt der Fachlichkeit. Nicht umgekehrt.", "Wer plant, fragt die Fachkräfte.")),
    ("2", "Beziehung braucht Zeit", ("Ein Gespräch lässt sich nicht beschleunigen.",)),
    (
        "3",
        "Schutz ist kein Service",
        ("Eine Inobhutnahme ist keine Dienstleistung. Sie braucht Menschen.", "Öffnungszeiten dürfen digital sein."),
    ),
    ("end", "", ("Wir laden alle ein, mitzureden.",)),
)  # fmt: skip


def make_draft(text: Sequence[tuple[str, str, Sequence[str]]] = TEXT, title: str = "Erklärung") -> DraftDeclaration:
    """A text as the importer would hand it over; sentences are split at a full stop."""
    theses = []
    for number, heading, paragraphs in text:
        parts = []
        for place, words in enumerate(paragraphs, start=1):
            sentences = tuple(f"{part.strip('. ')}." for part in words.split(". ") if part)
            parts.append(DraftParagraph(str(place), (Unit("", 0, sentences),)))
        theses.append(DraftThesis(number=number, heading=heading, group="", label="", paragraphs=tuple(parts)))
    return DraftDeclaration(title=title, theses=tuple(theses), shape="headings", notes=())


def make_declaration(
    slug: str = "erklaerung",
    phase: Phase = Phase.ANNOTATING,
    policy: Policy = Policy.NONE,
    title: str = "Erklärung",
) -> Declaration:
    """A declaration of five theses in the phase and with the policy wanted."""
    declaration = create_declaration(Operator(), make_draft(title=title), Particulars(slug=slug, title=title))
    declaration.phase = phase
    declaration.policy = policy
    db.session.commit()
    return declaration


def make_user(name: str = "", **fields: object) -> User:
    """An account with a confirmed address."""
    name = name or f"person{next(_numbers)}"
    user = User(email=f"{name}@example.org", memberships=[], **fields)
    db.session.add(user)
    db.session.commit()
    return user


def make_member(declaration: Declaration, name: str = "", role: Role = Role.PARTICIPANT, pseudonym: str = "") -> User:
    """An account that belongs to the declaration."""
    user = make_user(name)
    user.first_pseudonym = pseudonym
    grant_role(user, role, declaration)
    db.session.commit()
    return user


def membership(user: User, declaration: Declaration) -> Membership:
    return join(user, declaration)


def paragraph(declaration: Declaration, number: str = "3.1") -> Paragraph:
    """By its printed number, thesis first."""
    thesis_number, _, own = number.partition(".")
    thesis = next(t for t in declaration.theses if t.number == thesis_number)
    return next(p for p in load_paragraphs([thesis.id]) if p.number == own)


def annotate(
    author: User,
    declaration: Declaration,
    at: str = "3.1",
    body: str = "Das sehe ich jeden Tag.",
    kind: Kind = Kind.PRACTICE,
    sentences: Sequence[int] = (),
    wording: str = "",
    quote: str = "",
) -> Annotation:
    """An annotation through the verb, committed."""
    from deliberation.annotations.actions import Contribution, post_annotation

    place = paragraph(declaration, at) if not at.endswith(".0") else None
    thesis = place.thesis if place else next(t for t in declaration.theses if t.number == at[:-2])
    words = Contribution(
        body=body, kind=kind, sentences=sentences, wording=wording, quote=quote, form_key=f"key-{next(_numbers)}"
    )
    annotation = post_annotation(author, thesis, place, words)
    db.session.commit()
    return annotation


@dataclass
class Cast:
    """Who plays in most tests."""

    declaration: Declaration
    ada: User
    ben: User
    mira: User
    otto: User


def cast(phase: Phase = Phase.ANNOTATING, policy: Policy = Policy.NONE) -> Cast:
    declaration = make_declaration(phase=phase, policy=policy)
    return Cast(
        declaration=declaration,
        ada=make_member(declaration, "ada", pseudonym="Weide 27"),
        ben=make_member(declaration, "ben", pseudonym="Linde 88"),
        mira=make_member(declaration, "mira", Role.MODERATOR),
        otto=make_member(declaration, "otto", Role.ORGANISER),
    )
