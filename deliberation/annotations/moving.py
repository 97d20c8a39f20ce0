"""Where annotations are read; what they were written on never changes."""

from collections.abc import Sequence

from sqlalchemy import or_, select, update

from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations.models import Paragraph


def move_annotations(numbers: Sequence[int], paragraph_id: int) -> None:
    """Let annotations be read beside another paragraph, with their replies. Whoever calls this asked who may."""
    thesis_id = db.session.scalar(select(Paragraph.thesis_id).where(Paragraph.id == paragraph_id))
    if thesis_id is not None:
        read_at(numbers, thesis_id, paragraph_id)


def read_at(numbers: Sequence[int], thesis_id: int, paragraph_id: int | None) -> None:
    """As `move_annotations`; without a paragraph they are read at the thesis as a whole."""
    for start in range(0, len(numbers), 500):
        some = numbers[start : start + 500]
        change = (
            update(Annotation)
            .where(or_(Annotation.number.in_(some), Annotation.root_id.in_(some)))
            .values(paragraph_id=paragraph_id, thesis_id=thesis_id)
        )
        db.session.execute(change.execution_options(synchronize_session=False))
