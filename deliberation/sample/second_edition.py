"""The second edition of the sample text: what came of the discussion, played through the verbs like the rest.

A visitor sees what editions do to annotations, and a moderator finds a few to look at.
"""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberation import clock
from deliberation.accounts.models import User, find_user_by_email
from deliberation.annotations.models import Annotation, Kind, OutcomeValue, Status, find_annotation
from deliberation.annotations.outcomes import set_outcome
from deliberation.database import db
from deliberation.declarations.editions import to_parts
from deliberation.declarations.importing import DraftDeclaration
from deliberation.declarations.lines import to_source
from deliberation.declarations.models import Declaration, find_declaration
from deliberation.declarations.preview import Place
from deliberation.editions.adopting import adopt
from deliberation.editions.drafting import begin_draft, insert_after, paragraph_at, reword, text_of
from deliberation.editions.publishing import publish_draft
from deliberation.editions.reanchoring import plan_edition
from deliberation.sample.load import SLUG
from deliberation.sample.stage import moment

DAYS_AGO = 9
NOTE = (
    "Fünf Textvorschläge sind übernommen. Die Ampel-These ist schärfer gefasst, und ein Absatz über Menschen, die mit den "
    "Händen sprechen oder nicht sehen, ist neu. Was wir nicht übernommen haben, ist bei jedem Beitrag begründet."
)
ADOPTED = (("1.2", (2,)), ("1.4", (2,)), ("2.3", (1,)), ("7.2", (2,)), ("7.3", (2,)))
REWORDED = (
    (
        "5.1",
        "Rot lässt sich vor Gericht und vor der Presse kaum noch übergehen.",
        "Rot lässt sich vor Gericht und vor der Presse kaum noch begründet übergehen, auch wenn alle es besser wissen.",
        "Der Einwand mit den vierhundert Meldungen hat recht: Es geht um Begründung, nicht um Blindheit.",
    ),
)
NEW = (
    "3.1",
    "Zu den Wegen ohne Gerät gehören Gebärdensprache und Leichte Sprache. Wer sie braucht, meldet sich nicht an, "
    "sondern kommt.",
    "Die Aufzählung in 3.1 hat Menschen vergessen, die nicht hören oder nicht sehen.",
)
OUTCOMES = (
    ("1.1", Kind.OBJECTION, (2,), OutcomeValue.DECLINED, "",
     "Den Stand zu sehen hilft auch dann, wenn er sich nicht bewegt: Dann weiß man, wen man anruft."),
    ("1.2", Kind.OBJECTION, (1,), OutcomeValue.IN_REVIEW, "", ""),
    ("3.1", Kind.QUESTION, (1,), OutcomeValue.PARTLY, "3.1a",
     "Gebärdensprache und Leichte Sprache stehen jetzt in einem eigenen Absatz dahinter."),
    ("5.1", Kind.OBJECTION, (2,), OutcomeValue.PARTLY, "",
     "Der Satz über das Gericht sagt jetzt, dass es um die Begründung geht."),
    ("7.2", Kind.OBJECTION, (2,), OutcomeValue.DECLINED, "",
     "Drei Tage sind das Mindeste für ein Fachverfahren; für eine Terminbuchung gilt der Absatz nicht."),
)  # fmt: skip


def publish_second_edition() -> None:
    """Write, publish and explain the second edition; the caller commits."""
    declaration = find_declaration(SLUG)
    organiser = find_user_by_email("organisation@example.org")
    assert declaration is not None
    assert organiser is not None
    with clock.frozen_at(moment(DAYS_AGO, 11)):
        _publish(organiser, declaration)
    with clock.frozen_at(moment(DAYS_AGO - 1, 16)):
        for at, kind, sentences, value, place, reason in OUTCOMES:
            annotation = find_annotation(_find(declaration, at, kind, sentences))
            if annotation is not None:
                edition = 2 if value is OutcomeValue.PARTLY else None
                set_outcome(organiser, annotation, value, reason, edition, f"sample-{annotation.number}", place)
    db.session.flush()


def _publish(organiser: User, declaration: Declaration) -> None:
    draft = begin_draft(organiser, declaration)
    numbers = [number for at, sentences in ADOPTED if (number := _find(declaration, at, Kind.PROPOSAL, sentences))]
    adopt(organiser, draft, numbers, {}, draft.version)
    for at, old, new, reason in REWORDED:
        place = _place(text_of(draft), at)
        source = to_source(to_parts(paragraph_at(text_of(draft), place).units))
        assert old in source
        reword(organiser, draft, place, source.replace(old, new), reason, draft.version)
    at, source, reason = NEW
    insert_after(organiser, draft, _place(text_of(draft), at), source, reason, draft.version)
    publish_draft(organiser, draft, plan_edition(declaration, text_of(draft)), NOTE, draft.version)


def _find(declaration: Declaration, at: str, kind: Kind, sentences: tuple[int, ...]) -> int:
    """Number of the first visible annotation of a kind on these sentences; 0 if there is none."""
    query = (
        select(Annotation)
        .options(joinedload(Annotation.paragraph))
        .where(
            Annotation.declaration_id == declaration.id, Annotation.kind == kind, Annotation.status == Status.VISIBLE
        )
        .order_by(Annotation.number)
    )
    for annotation in db.session.scalars(query):
        place = annotation.paragraph.full_number if annotation.paragraph else ""
        if (place, tuple(annotation.sentences)) == (at, sentences):
            return annotation.number
    return 0


def _place(text: DraftDeclaration, at: str) -> Place:
    """Where a paragraph stands in the text, by its printed number."""
    number, _, own = at.partition(".")
    thesis = next(index for index, one in enumerate(text.theses) if one.number == number)
    return Place(thesis, next(index for index, one in enumerate(text.theses[thesis].paragraphs) if one.number == own))
