"""How many stances and votes an edition touches, by what happens to the words they are about."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from deliberation.annotations.models import Annotation, Stance, Vote
from deliberation.database import db
from deliberation.declarations.anchors import Reanchoring
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import Declaration, Paragraph, Thesis, Wording


def count_stances(declaration: Declaration, reanchoring: Reanchoring) -> Counter[AnchorState]:
    """Stances that hold in the edition in force, by what happens to the words they are about."""
    counts: Counter[AnchorState] = Counter()
    for thesis_id, paragraph_id, count in db.session.execute(_stances_in_force(declaration)):
        fate = reanchoring.of_thesis(thesis_id) if paragraph_id is None else reanchoring.of_paragraph(paragraph_id)
        counts[fate.state] += count
    return counts


def _stances_in_force(declaration: Declaration) -> Any:
    on_theses = and_(
        Stance.paragraph_id.is_(None), Stance.edition_id == Thesis.since_id, Thesis.removed_in_id.is_(None)
    )
    on_paragraphs = and_(Stance.edition_id == Wording.edition_id, Paragraph.removed_in_id.is_(None))
    return (
        select(Stance.thesis_id, Stance.paragraph_id, func.count())
        .join(Thesis, Thesis.id == Stance.thesis_id)
        .outerjoin(Paragraph, Paragraph.id == Stance.paragraph_id)
        .outerjoin(Wording, Wording.id == Paragraph.wording_id)
        .where(Stance.declaration_id == declaration.id, or_(on_theses, on_paragraphs))
        .group_by(Stance.thesis_id, Stance.paragraph_id)
    )


def count_votes(declaration: Declaration, states: Mapping[int, AnchorState]) -> Counter[AnchorState]:
    """Votes by what happens to the annotation they were cast on, replies with what they answer. `states` by the number of what
    opened the thread."""
    root: ColumnElement[int] = func.coalesce(Annotation.root_id, Annotation.number)
    query = (
        select(root, func.count())
        .select_from(Vote)
        .join(Annotation, Annotation.number == Vote.annotation_id)
        .where(Annotation.declaration_id == declaration.id)
        .group_by(root)
    )
    counts: Counter[AnchorState] = Counter()
    for number, count in db.session.execute(query):
        counts[states[number]] += count
    return counts
