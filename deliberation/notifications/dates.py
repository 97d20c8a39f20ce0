"""Mails about dates: before a phase ends, and when a date that had been told becomes another.

Nothing of it is written into the outbox by the verbs; whoever pulls commits. A second run finds nothing left to do.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.annotations.drafts import count_drafts
from deliberation.clock import BERLIN, now, today
from deliberation.database import db
from deliberation.declarations.dates import Told, compare_dates, dates_of
from deliberation.declarations.models import Declaration, Membership
from deliberation.notifications.members import queue_for_members
from deliberation.notifications.models import Mail, NotNeeded
from deliberation.permissions import PHASE_ALLOWS, Activity, Phase

REMINDER = "reminder"
NEW_DATES = "new_dates"
REMIND_BEFORE = timedelta(days=3)
REMIND_FROM = timedelta(hours=9)
"""Nobody is woken: reminders leave from nine o'clock in Berlin on."""
WANTED = User.wants_dates.is_(True)


def has_due_dates() -> bool:
    """Whether there is anything to do; reads only."""
    return db.session.scalar(select(Declaration.id).where(_is_due(now())).limit(1)) is not None


def pull_dates(default_locale: str, limit: int) -> int:
    """Put what is due into the outbox, at most for so many people at once; how many."""
    moment, pulled = now(), 0
    for one in db.session.scalars(select(Declaration).where(_is_due(moment)).with_for_update()).all():
        if one.dates_due_at is not None and one.dates_due_at <= moment:
            pulled += _pull_new_dates(one, default_locale, limit)
        elif one.phase_ends_on is not None and one.reminded_of != one.phase_ends_on:
            pulled += _pull_reminders(one, one.phase_ends_on, default_locale, limit)
    return pulled


def _is_due(moment: datetime) -> ColumnElement[bool]:
    morning = (moment.astimezone(BERLIN) - REMIND_FROM).date()
    ends_soon = Declaration.phase_ends_on.between(today(), morning + REMIND_BEFORE)
    return or_(
        Declaration.dates_due_at <= moment,
        and_(ends_soon, Declaration.reminded_of.is_distinct_from(Declaration.phase_ends_on)),
    )


def _pull_new_dates(declaration: Declaration, default_locale: str, limit: int) -> int:
    cause = f"dates:{declaration.id}:{declaration.dates_due_at:%Y%m%dT%H%M%S}"
    told = {"declaration": declaration.id, "told": declaration.told_dates or []}
    pulled = queue_for_members(declaration, WANTED, cause, NEW_DATES, told, default_locale, limit)
    if pulled < limit:
        declaration.told_dates = declaration.dates_due_at = None
    return pulled


def _pull_reminders(declaration: Declaration, ends_on: date, default_locale: str, limit: int) -> int:
    pulled = 0
    if what_ends(declaration):
        cause = f"reminder:{declaration.id}:{declaration.phase.value}:{ends_on.isoformat()}"
        about = {"declaration": declaration.id, "phase": declaration.phase.value, "day": ends_on.isoformat()}
        pulled = queue_for_members(declaration, WANTED, cause, REMINDER, about, default_locale, limit)
    if pulled < limit:
        declaration.reminded_of = ends_on
    return pulled


def what_ends(declaration: Declaration) -> Sequence[Activity]:
    """What people can do in this phase and in the next one no more; with no next one planned, everything."""
    later = declaration.ahead[0].phase if declaration.ahead else Phase.CLOSED
    ended = PHASE_ALLOWS[declaration.phase] - PHASE_ALLOWS[later]
    return [activity for activity in Activity if activity in ended]


def words_about_dates(mail: Mail) -> dict[str, Any]:
    """What a mail about dates is made of at the moment it is sent. Raises NotNeeded if it holds no more."""
    about = mail.parameters
    declaration = db.session.get(Declaration, about["declaration"])
    member = db.session.get(Membership, about["member"], options=[joinedload(Membership.user)])
    if declaration is None or member is None or member.user is None or not member.user.wants_dates:
        raise NotNeeded
    if mail.template == NEW_DATES:
        lines = compare_dates([Told.of_row(row) for row in about["told"]], dates_of(declaration))
        return {"declaration": declaration, "lines": lines, "reader": member.user}
    is_so = (declaration.phase.value, str(declaration.phase_ends_on)) == (about["phase"], about["day"])
    if not is_so or date.fromisoformat(about["day"]) < today():
        raise NotNeeded
    return {
        "declaration": declaration, "ended": what_ends(declaration), "later": next(iter(declaration.ahead), None),
        "drafts": count_drafts(member.user, declaration), "reader": member.user,
    }  # fmt: skip
