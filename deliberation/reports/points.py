"""“Mein Punkt fehlt hier”: what people miss in the draft, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Status, find_annotation
from deliberation.clock import now
from deliberation.database import count_rows, db, once
from deliberation.declarations.models import Act, Declaration, Membership
from deliberation.declarations.record import record
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.reports.actions import report_of
from deliberation.reports.models import ANSWER_MAX, ANSWER_MIN, POINT_MAX, PointState, Report, ReportPoint
from deliberation.text import has_words, normalised

POINTS_MAX = 20
"""Of one person in one report."""


class PointInvalid(Exception):
    """`field` is annotation (not one of her own that is shown), body, answer, state or number (there are too many)."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class OwnPoint:
    """A point as its author reads it in her own area. `is_published`: the report has appeared since."""

    point: ReportPoint
    declaration: Declaration

    @property
    def is_published(self) -> bool:
        return self.declaration.reported_on is not None


def load_own_annotations(person: Person, declaration: Declaration) -> Sequence[Annotation]:
    """Her contributions that everybody can read: on these she can point out that one is missing."""
    own = person.membership_in(declaration.id)
    if own is None:
        return ()
    query = (
        select(Annotation)
        .where(Annotation.author_id == own.id, Annotation.status == Status.VISIBLE)
        .order_by(Annotation.number)
    )
    return db.session.scalars(query).all()


def say_missing(reader: Person, declaration: Declaration, number: int, body: str, form_key: str) -> ReportPoint:
    """Say in a sentence what is missing, with the own annotation that says it. Raises PointInvalid."""
    require(reader, Permission.SAY_MISSING, declaration)
    own = reader.membership_in(declaration.id)
    annotation = find_annotation(number)
    if annotation is None or annotation.author_id != own.id or not annotation.is_visible:
        raise PointInvalid("annotation")
    words = normalised(body)
    if not has_words(words) or len(words) > POINT_MAX:
        raise PointInvalid("body")
    report = report_of(declaration)
    same = select(ReportPoint).where(ReportPoint.author_id == own.id, ReportPoint.form_key == form_key)
    is_new = db.session.scalars(same).one_or_none() is None
    if is_new and count_rows(ReportPoint.id, ReportPoint.author_id == own.id) >= POINTS_MAX:
        raise PointInvalid("number")
    return once(
        same,
        lambda: ReportPoint(
            report=report, author_id=own.id, annotation_id=number, body=words, form_key=form_key, state=PointState.OPEN
        ),
        # Who said it stands nowhere in the log: the annotation has an author already.
        lambda made: record(None, declaration, Act.REPORT, after=f"point:{made.id},open"),
    )


def answer_point(editor: Person, point: ReportPoint, state: PointState, answer: str, seen: PointState) -> bool:
    """Say what became of it; whether anything is another now. What is not taken up needs a reason. `seen`: the state that
    the editor saw. Raises PointInvalid, and Outdated if a colleague answered meanwhile."""
    require(editor, Permission.EDIT_REPORT, point.declaration)
    db.session.refresh(point, ["state", "answer"])
    words = normalised(answer)
    if state is PointState.OPEN:
        raise PointInvalid("state")
    if len(words) > ANSWER_MAX or (state is PointState.DECLINED and len(words) < ANSWER_MIN):
        raise PointInvalid("answer")
    if (point.state, point.answer) == (state, words):
        return False
    if point.state is not seen:
        raise Outdated(point)
    own = editor.membership_in(point.declaration.id)
    before, point.state, point.answer = point.state, state, words
    point.answerer_id, point.answered_at = own.id if own else None, now()
    name = f"point:{point.id}"
    record(own, point.declaration, Act.REPORT, before=f"{name},{before.value}", after=f"{name},{state.value}")
    db.session.flush()
    return True


def find_point(declaration: Declaration, number: int) -> ReportPoint | None:
    query = select(ReportPoint).join(Report).where(ReportPoint.id == number, Report.declaration_id == declaration.id)
    return db.session.scalars(query).one_or_none()


def load_points(report: Report) -> Sequence[ReportPoint]:
    """Of everybody, for the team: what is open first, the oldest first. One query."""
    query = (
        select(ReportPoint)
        .options(joinedload(ReportPoint.annotation).joinedload(Annotation.thesis))
        .where(ReportPoint.report_id == report.id)
        .order_by(ReportPoint.state != PointState.OPEN, ReportPoint.id)
    )
    return db.session.scalars(query).all()


def load_own_points(user: User) -> list[OwnPoint]:
    """What she missed, in all declarations, the latest first. One query."""
    query = (
        select(ReportPoint)
        .join(Membership, Membership.id == ReportPoint.author_id)
        .where(Membership.user_id == user.id)
        .order_by(ReportPoint.id.desc())
    )
    return [OwnPoint(point, point.declaration) for point in db.session.scalars(query)]
