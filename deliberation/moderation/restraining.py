"""What moderators decide about a person: warn, read first, pause, block, and ending that early.

The membership carries the latest end of each, which is what the permission table asks; nothing has to run when it is
over. The reasons stand in `Measure`.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.annotations.actions import key_about
from deliberation.annotations.models import Annotation
from deliberation.clock import BERLIN, now
from deliberation.database import db, once
from deliberation.declarations.actions import join
from deliberation.declarations.models import Act, Membership
from deliberation.declarations.record import record
from deliberation.moderation import letters
from deliberation.moderation.actions import ReasonMissing
from deliberation.moderation.models import REASON_MAX, REASON_MIN, Letter, Measure, MeasureKind, Rule
from deliberation.permissions import Permission, require
from deliberation.text import normalised

DAYS_MAX = {MeasureKind.REVIEW: 365, MeasureKind.PAUSE: 90, MeasureKind.BLOCK: 365}
"""How long each may last. A warning has no end."""
COLUMNS = {
    MeasureKind.REVIEW: "reviewed_until",
    MeasureKind.PAUSE: "paused_until",
    MeasureKind.BLOCK: "blocked_until",
}


class EndInvalid(Exception):
    """Everything but a warning ends, within the days that are allowed."""


def restrain(
    moderator: User,
    member: Membership,
    kind: MeasureKind,
    rule: Rule,
    reason: str,
    days: int | None = None,
    annotation: Annotation | None = None,
    form_key: str = "",
) -> Measure:
    """Take a measure about a person, who reads rule, reason and end, and can object.

    It never shortens one that is in force already. The same form key sent again returns the first measure. Raises
    ReasonMissing, EndInvalid.
    """
    require(moderator, Permission.RESTRAIN, member)
    words = normalised(reason)[:REASON_MAX]
    if len(words) < REASON_MIN:
        raise ReasonMissing(kind.value)
    until = _end_of(kind, days)
    own = join(moderator, member.declaration)
    key = key_about(form_key, "measure", own.id, member.id)
    made: list[Measure] = []

    def make() -> Measure:
        made.append(
            Measure(
                member_id=member.id,
                member=member,
                moderator_id=own.id,
                annotation_id=annotation.number if annotation else None,
                kind=kind,
                rule=rule,
                reason=words,
                until=until,
                form_key=key,
            )
        )
        return made[0]

    measure = once(select(Measure).where(Measure.form_key == key).options(joinedload(Measure.member)), make)
    if measure not in made:
        return measure
    before = _refresh(member, kind)
    record(
        own,
        member.declaration,
        Act(kind.value),
        annotation,
        before=before,
        after=_written(getattr(member, COLUMNS[kind])) if kind in COLUMNS else "",
        rule=rule.value,
        subject=member,
    )
    letters.write_letter(_cause(measure), member.id, "measure", _facts(measure))
    return measure


def _end_of(kind: MeasureKind, days: int | None) -> datetime | None:
    if kind is MeasureKind.WARN:
        return None
    if days is None or not 1 <= days <= DAYS_MAX[kind]:
        raise EndInvalid(kind.value)
    return now() + timedelta(days=days)


def _refresh(member: Membership, kind: MeasureKind) -> str:
    """Write the latest end of what is in force on the membership; two moderators at the same moment wait for each
    other. Returns the end that stood there before."""
    if kind not in COLUMNS:
        return ""
    db.session.flush()
    db.session.refresh(member, [COLUMNS[kind]], with_for_update=True)
    before = _written(getattr(member, COLUMNS[kind]))
    in_force = select(func.max(Measure.until)).where(
        Measure.member_id == member.id, Measure.kind == kind, Measure.lifted_at.is_(None), Measure.until > now()
    )
    setattr(member, COLUMNS[kind], db.session.scalar(in_force))
    db.session.flush()
    return before


def _written(moment: datetime | None) -> str:
    """For the log: the minute in Berlin; nothing for what is over."""
    if moment is None or moment <= now():
        return ""
    return moment.astimezone(BERLIN).isoformat(timespec="minutes")


def _cause(measure: Measure) -> str:
    return f"measure:{measure.id}"


def _facts(measure: Measure) -> dict[str, object]:
    return {
        "kind": measure.kind.value,
        "rule": measure.rule.value,
        "reason": measure.reason,
        "until": measure.until.isoformat() if measure.until else "",
        "measure": measure.id,
    }


def lift(moderator: User, measure: Measure, reason: str = "") -> Measure:
    """End a measure before its time, or take a warning back. The person is told, unless the letter about the measure
    has not gone yet: then neither goes. A second time changes nothing."""
    require(moderator, Permission.RESTRAIN, measure.member)
    if not lift_measure(join(moderator, measure.declaration), measure):
        return measure
    told = db.session.scalars(select(Letter).where(Letter.cause == _cause(measure))).one_or_none()
    if told is not None and not told.was_mailed:
        told.is_withdrawn = True
        told.settled_at = told.settled_at or now()
    else:
        facts = {**_facts(measure), "reason": normalised(reason)[:REASON_MAX], "until": ""}
        letters.write_letter(f"lift:{measure.id}", measure.member_id, "lift", facts)
    return measure


def lift_measure(own: Membership, measure: Measure) -> bool:
    """End a measure on behalf of `own` and write it down; False for one that is over or was ended already. Whoever
    calls this asked who may, and tells the person."""
    db.session.refresh(measure, ["lifted_at"], with_for_update=True)
    if measure.lifted_at is not None or (measure.until is not None and measure.until <= now()):
        return False
    member = measure.member
    measure.lifted_at, measure.lifted_by_id = now(), own.id
    before = _refresh(member, measure.kind)
    after = _written(getattr(member, COLUMNS[measure.kind])) if measure.kind in COLUMNS else "lifted"
    record(
        own,
        measure.declaration,
        Act.LIFT,
        before=before or measure.kind.value,
        after=after,
        rule=measure.rule.value,
        subject=member,
    )
    return True


def find_measure(measure_id: int) -> Measure | None:
    """With its person, who took it, and the declaration."""
    query = (
        select(Measure)
        .options(joinedload(Measure.member).joinedload(Membership.declaration), joinedload(Measure.moderator))
        .where(Measure.id == measure_id)
    )
    return db.session.scalars(query).unique().one_or_none()
