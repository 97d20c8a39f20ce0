"""How often each account wants to be told about what. Rows are made by the run that needs them; without one the usual holds."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select

from deliberation.accounts.models import User
from deliberation.clock import BERLIN, now
from deliberation.database import db
from deliberation.declarations.models import Membership
from deliberation.notifications.models import Interest, News, Pace, Topic
from deliberation.permissions import Permission, Role, require

MORNING, EVENING = 7, 17
"""Hours in Berlin: when sums of news leave, and what waits for moderators, unless they choose another."""
MONDAY = 0
SOMETIME = (Pace.AT_ONCE, Pace.DAILY, Pace.WEEKLY)
USUAL: Mapping[Topic, Pace] = {
    **dict.fromkeys(Topic, Pace.WEEKLY),
    # A period for objecting runs from then on.
    Topic.DECISIONS: Pace.AT_ONCE,
    Topic.WAITING: Pace.DAILY,
}
PACES: Mapping[Topic, tuple[Pace, ...]] = {
    **dict.fromkeys(Topic, tuple(Pace)),
    Topic.WAITING: (Pace.DAILY, Pace.WEEKLY, Pace.NEVER),
}
"""What can be chosen."""


def usual_hour(topic: Topic) -> int:
    return EVENING if topic is Topic.WAITING else MORNING


def next_slot(pace: Pace, hour: int, moment: datetime) -> datetime | None:
    """When what comes at this pace leaves next, strictly after `moment`; None for what has no time of day."""
    if pace not in (Pace.DAILY, Pace.WEEKLY):
        return None
    here = moment.astimezone(BERLIN)
    day = here.date()
    while True:
        # Made anew for each day: on the nights when clocks change, days are not 24 hours long.
        slot = datetime.combine(day, time(hour), BERLIN)
        if slot > here and (pace is Pace.DAILY or day.weekday() == MONDAY):
            return slot.astimezone(moment.tzinfo)
        day += timedelta(days=1)


def wants(topic: Topic, *paces: Pace) -> ColumnElement[bool]:
    """For queries on accounts: whether one of these is how often somebody wants it."""
    own = and_(Interest.user_id == User.id, Interest.topic == topic)
    chosen = select(Interest.id).where(own, Interest.pace.in_(paces)).exists()
    if USUAL[topic] not in paces:
        return chosen
    return or_(chosen, ~select(Interest.id).where(own).exists())


def pace_of(user: User, topic: Topic) -> Pace:
    query = select(Interest.pace).where(Interest.user_id == user.id, Interest.topic == topic)
    return db.session.scalar(query) or USUAL[topic]


def load_interests(user: User) -> Mapping[Topic, tuple[Pace, int]]:
    """Pace and hour for every topic. One query."""
    found = {one.topic: one for one in db.session.scalars(select(Interest).where(Interest.user_id == user.id))}
    return {
        topic: (found[topic].pace, found[topic].hour) if topic in found else (USUAL[topic], usual_hour(topic))
        for topic in Topic
    }


def choose(user: User, topic: Topic, pace: Pace, hour: int | None = None) -> None:
    """From now on this often. What was not told so far comes with the next mail of the new pace; who had wanted nothing is told
    what is new from now on. Raises ValueError for a pace or an hour that cannot be chosen."""
    require(user, Permission.CHOOSE_MAILS)
    hour = usual_hour(topic) if hour is None else hour
    if pace not in PACES[topic] or not 0 <= hour <= 23:
        raise ValueError
    row = db.session.scalars(select(Interest).where(Interest.user_id == user.id, Interest.topic == topic)).one_or_none()
    if row is None:
        row = Interest(user_id=user.id, topic=topic, pace=USUAL[topic], hour=hour, mark=latest_place())
        db.session.add(row)
    elif (row.pace, row.hour) == (pace, hour):
        return
    if row.pace is Pace.NEVER:
        row.mark = latest_place()
    is_backlog = pace is Pace.AT_ONCE and row.pace in (Pace.DAILY, Pace.WEEKLY)
    row.pace, row.hour = pace, hour
    row.due_at = now() if is_backlog else next_slot(pace, hour, now())
    db.session.flush()


def latest_place() -> int:
    """Up to where news have a place."""
    return db.session.scalar(select(func.max(News.place))) or 0


def make_missing(moment: datetime) -> None:
    """Give every confirmed account the usual for what it never chose, told from now on."""
    mark = latest_place()
    for topic in Topic:
        missing = db.session.scalars(_without(topic)).all()
        pace, hour = USUAL[topic], usual_hour(topic)
        rows = [
            {
                "user_id": one,
                "topic": topic,
                "pace": pace,
                "hour": hour,
                "mark": mark,
                "due_at": next_slot(pace, hour, moment),
            }
            for one in missing
        ]
        if rows:
            db.session.execute(insert(Interest), rows)


def has_missing() -> bool:
    """Whether there is an account without rows. One topic stands for those that everybody has."""
    return any(db.session.scalar(_without(topic).limit(1)) is not None for topic in (Topic.ANNOTATIONS, Topic.WAITING))


def _without(topic: Topic) -> Any:
    """Accounts that have no row for it; what waits is for the team alone."""
    has_row = select(Interest.id).where(Interest.user_id == User.id, Interest.topic == topic).exists()
    query = select(User.id).where(User.confirmed_at.is_not(None), ~has_row)
    if topic is not Topic.WAITING:
        return query
    moderates: Any = select(Membership.id).where(Membership.user_id == User.id, Membership.holds(Role.MODERATOR)).exists()
    return query.where(moderates)
