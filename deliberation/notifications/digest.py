"""Sums of news by mail: what is due for whom goes into the outbox as two numbers for each topic, from which place to which.

Words are made when the mail is sent (`digest_words`), of what may still be told then. The mark is moved in the same
transaction, so a second run, and a second process, find nothing left to do. Whoever calls this commits.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import joinedload

from deliberation.clock import now
from deliberation.database import db
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.audience import MILESTONES, followed, told
from deliberation.notifications.bounces import find_unreachable, is_unreachable
from deliberation.notifications.following import CAUSE, PACE
from deliberation.notifications.harvest import harvest, has_news
from deliberation.notifications.interests import MORNING, has_missing, latest_place, make_missing, next_slot
from deliberation.notifications.models import Interest, News, Pace, Rhythm, Subscription, Topic
from deliberation.notifications.waiting import load_waiting

DIGEST, FOLLOWED, WAITING = "digest", "followed", "waiting"
"""The templates."""
NEWS_TOPICS = tuple(topic for topic in Topic if topic is not Topic.WAITING)
PEOPLE_AT_ONCE = 200

Told = dict[str, tuple[int, int]]
"""For each topic after which place and up to which."""


def has_due_digests() -> bool:
    """Whether there is anything to find, to flag or to queue; reads only."""
    moment = now()
    due = select(Interest.id).where(_is_due(moment)).limit(1)
    followers = select(Subscription.id).where(_is_followed_due(moment)).limit(1)
    return (
        db.session.scalar(due) is not None
        or db.session.scalar(followers) is not None
        or has_missing()
        or has_news(moment)
        or db.session.scalar(select(Interest.id).where(*_unflagged(latest_place())).limit(1)) is not None
    )


def pull_digests(default_locale: str, limit: int = PEOPLE_AT_ONCE) -> int:
    """Find news, and queue what is due, for at most so many people at once; how many mails."""
    moment = now()
    make_missing(moment)
    harvest(moment)
    _flag_members()
    _flag_followers()
    db.session.flush()
    return _pull_members(moment, default_locale, limit) + _pull_followers(moment, limit)


def _is_due(moment: datetime) -> ColumnElement[bool]:
    return and_(Interest.due_at <= moment, Interest.pace != Pace.NEVER)


def _is_followed_due(moment: datetime) -> ColumnElement[bool]:
    return and_(Subscription.due_at <= moment, Subscription.confirmed_at.is_not(None))


def _unflagged(latest: int) -> tuple[ColumnElement[bool], ...]:
    """What comes at once, and was not compared with the latest news."""
    return Interest.pace == Pace.AT_ONCE, Interest.due_at.is_(None), Interest.mark < latest


def _flag_members() -> None:
    """Whoever wants something at once is due now if there is something; of the others the mark moves on."""
    latest = latest_place()
    for topic in NEWS_TOPICS:
        here = (Interest.topic == topic, *_unflagged(latest))
        if db.session.scalar(select(Interest.id).where(*here).limit(1)) is None:
            continue
        news = told(topic).subquery()
        is_told = select(news.c.news_id).where(news.c.user_id == Interest.user_id, news.c.place > Interest.mark).exists()
        quiet = {"synchronize_session": False}
        db.session.execute(update(Interest).where(*here, is_told).values(due_at=now()), execution_options=quiet)
        db.session.execute(update(Interest).where(*here).values(mark=latest), execution_options=quiet)


def _flag_followers() -> None:
    news = (
        select(News.id)
        .where(
            News.declaration_id == Subscription.declaration_id, News.matter.in_(MILESTONES), News.place > Subscription.mark
        )
        .exists()
    )
    db.session.execute(
        update(Subscription)
        .where(
            Subscription.rhythm == Rhythm.MILESTONES, Subscription.confirmed_at.is_not(None), Subscription.due_at.is_(None), news
        )
        .values(due_at=now()),
        execution_options={"synchronize_session": False},
    )


def _pull_members(moment: datetime, default_locale: str, limit: int) -> int:
    people = db.session.scalars(select(Interest.user_id).where(_is_due(moment)).distinct().limit(limit)).all()
    query = select(Interest).where(Interest.user_id.in_(people), _is_due(moment)).options(joinedload(Interest.user))
    due = db.session.scalars(query.order_by(Interest.user_id, Interest.id).with_for_update(of=Interest)).all()
    latest = latest_place()
    has_some = _with_news(due, latest)
    unreachable = find_unreachable({one.user.address_hash for one in due})
    by_user: dict[int, list[Interest]] = {}
    for one in due:
        by_user.setdefault(one.user_id, []).append(one)
    queued = 0
    for interests in by_user.values():
        if interests[0].user.address_hash not in unreachable:
            queued += _queue_for(interests, has_some, latest, default_locale)
        for one in interests:
            one.mark, one.due_at = latest, next_slot(one.pace, one.hour, moment)
    return queued


def _with_news(due: Sequence[Interest], latest: int) -> set[int]:
    """The interests about which there is something. One query for each topic."""
    found: set[int] = set()
    for topic in NEWS_TOPICS:
        rows = [one.id for one in due if one.topic is topic and one.mark < latest]
        if rows:
            news = told(topic).subquery()
            is_new = and_(news.c.user_id == Interest.user_id, news.c.place > Interest.mark, news.c.place <= latest)
            query = select(Interest.id).where(Interest.id.in_(rows), select(news.c.news_id).where(is_new).exists())
            found.update(db.session.scalars(query))
    return found


def _queue_for(interests: Sequence[Interest], has_some: set[int], latest: int, default_locale: str) -> int:
    """One mail for everything that is due for one person, and one about what waits."""
    user = interests[0].user
    if user.confirmed_at is None:
        return 0
    locale, queued = user.locale or default_locale, 0
    news: Told = {one.topic.value: (one.mark, latest) for one in interests if one.id in has_some}
    if news:
        # Whole names: two topics at the same place are two causes.
        cause = f"{DIGEST}:{latest}:{'-'.join(news)}"
        queue_mail(user.email, cause, DIGEST, {"account": user.id, "told": news}, locale)
        queued += 1
    desk = next((one for one in interests if one.topic is Topic.WAITING and one.due_at is not None), None)
    if desk is not None and desk.due_at is not None and load_waiting(user):
        queue_mail(user.email, f"{WAITING}:{desk.due_at:%Y%m%dT%H%M}", WAITING, {"account": user.id}, locale)
        queued += 1
    return queued


def _pull_followers(moment: datetime, limit: int) -> int:
    query = select(Subscription).where(_is_followed_due(moment)).order_by(Subscription.due_at).limit(limit)
    latest, queued = latest_place(), 0
    for one in db.session.scalars(query.with_for_update(of=Subscription)).all():
        news = followed(one).where(News.place > one.mark, News.place <= latest).limit(1)
        if not is_unreachable(one.address_hash) and db.session.execute(news).first() is not None:
            cause = f"{CAUSE}:{one.id}:news:{latest}"
            queue_mail(one.email, cause, FOLLOWED, {"subscription": one.id, "told": (one.mark, latest)}, one.locale)
            queued += 1
        one.mark, one.due_at = latest, next_slot(PACE[one.rhythm], MORNING, moment)
    return queued

