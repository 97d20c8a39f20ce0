"""A declaration as the pattern of a new one: its text and how it is set up, nothing of what people did there."""

from copy import deepcopy
from dataclasses import replace

from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations.actions import Particulars, create_declaration
from deliberation.declarations.editions import load_text
from deliberation.declarations.glossary import TermWords, load_terms, write_terms
from deliberation.declarations.models import Declaration, current_edition
from deliberation.moderation.models import TextBlock
from deliberation.permissions import Permission, Person, require

TAKEN = (
    "contact", "licence", "language", "policy", "sends_after_look", "employers", "rules", "rules_line", "access", "labels",
)  # fmt: skip
"""What of a declaration goes along beside the text and what `create_declaration` takes."""
OF_A_BLOCK = ("purpose", "rule", "title", "body", "position")


def clone(organiser: Person, pattern: Declaration, slug: str, title: str) -> Declaration:
    """A new draft with the text in force in its first edition, set up like the pattern, and with the organiser alone.

    Who does not want a rule or a block there any more changes it there. Raises SlugTaken, SlugInvalid."""
    require(organiser, Permission.CHANGE_SETTINGS, pattern)
    text = load_text(current_edition(pattern))
    about = Particulars(slug, title, pattern.summary, pattern.publisher, pattern.about)
    # Why a paragraph was changed says nothing to people who never saw it otherwise.
    fresh = tuple(
        replace(one, paragraphs=tuple(replace(part, reason="") for part in one.paragraphs)) for one in text.theses
    )
    made = create_declaration(organiser, replace(text, title=title, theses=fresh), about)
    for name in TAKEN:
        value = getattr(pattern, name)
        setattr(made, name, deepcopy(value))
    for block in db.session.scalars(
        select(TextBlock).where(TextBlock.declaration_id == pattern.id).order_by(TextBlock.id)
    ):
        db.session.add(TextBlock(declaration_id=made.id, **{name: getattr(block, name) for name in OF_A_BLOCK}))
    write_terms(made, map(TermWords.of, load_terms(pattern)))
    db.session.flush()
    return made
