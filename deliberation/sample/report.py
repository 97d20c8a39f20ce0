"""The sample report: begun, as an organiser finds it in the middle of the work, and played through the verbs like the rest.

One sentence has no evidence yet, so that a visitor sees what stops it.
"""

from sqlalchemy import select

from deliberation import clock
from deliberation.accounts.models import find_user_by_email
from deliberation.annotations.models import Annotation, Status
from deliberation.database import db
from deliberation.declarations.models import Declaration, find_declaration, find_thesis
from deliberation.reports.actions import Words, add_sentence
from deliberation.sample.load import SLUG
from deliberation.sample.stage import moment

DAYS_AGO = 2
# Thesis (empty: the overview), the sentence, and words by which the annotations are found that carry it.
SENTENCES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "Diese Erklärung haben Fachkräfte mehrere Wochen lang Absatz für Absatz beraten.", ()),
    ("1", "Wer online sieht, wie weit ein Antrag ist, ruft seltener an und verpasst weniger Termine.",
     ("ruft ungefähr die Hälfte weniger an", "Wir vergeben Beratungstermine seit zwei Jahren online")),
    ("1", "Für kleine Träger entscheidet nicht das Formular, sondern wie bald danach das Geld kommt.",
     ("Als kleiner Träger haben wir zweimal einen Kredit gebraucht", "Nur kommt das Geld nach zwölf Wochen")),
    ("1", "Dem steht ein Einwand entgegen: Auch innerhalb eines Hauses darf nicht jede Stelle alles wissen.",
     ("das Sozialgeheimnis auch innerhalb des eigenen Hauses",)),
    ("1", "Viele wünschen sich Bescheide, die man ohne Hilfe versteht.", ()),
)  # fmt: skip


def write_report() -> None:
    """Write the first sentences; the caller commits."""
    declaration = find_declaration(SLUG)
    organiser = find_user_by_email("organisation@example.org")
    assert declaration is not None
    assert organiser is not None
    with clock.frozen_at(moment(DAYS_AGO, 17)):
        for number, (at, text, signs) in enumerate(SENTENCES):
            thesis = find_thesis(declaration, at) if at else None
            evidence = ", ".join(f"A-{_find(declaration, sign)}" for sign in signs)
            words = Words(text, evidence, is_framing=thesis is None)
            add_sentence(organiser, declaration, thesis, words, f"sample-{number}")
    db.session.flush()


def _find(declaration: Declaration, sign: str) -> int:
    """Number of the one contribution that holds these words."""
    query = select(Annotation.number).where(
        Annotation.declaration_id == declaration.id, Annotation.status == Status.VISIBLE, Annotation.body.contains(sign)
    )
    return db.session.scalars(query).one()
