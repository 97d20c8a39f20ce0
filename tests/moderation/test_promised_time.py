"""Within how many hours people are promised an answer: 24 on weekdays, 48 at weekends, whatever day it is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.annotations.models import Status
from deliberation.clock import BERLIN, frozen_at
from deliberation.database import db
from deliberation.moderation.desk.queue import promised_until
from tests import builders

MONDAY = datetime(2026, 11, 23, 12, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("days", "hours", "lasts"),
    [
        (0, 24, 24),
        (0, 72, 72),
        # Friday noon: twelve hours of the day, twelve more that count half.
        (4, 24, 36),
        (5, 24, 42),
        (6, 24, 30),
        # Thursday noon: 36 hours until Saturday, then two days that count one, then twelve hours.
        (3, 72, 36 + 48 + 12),
    ],
)
def test_hours_at_weekends_count_half(days, hours, lasts):
    since = MONDAY + timedelta(days=days)
    assert promised_until(since.astimezone(UTC), hours) == since + timedelta(hours=lasts)


@given(
    since=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    hours=st.integers(0, 500),
)
def test_promise_ends_whenever_it_begins(since, hours):
    until = promised_until(since, hours)
    assert timedelta(hours=hours) <= until - since <= timedelta(hours=2 * hours)


def test_weekend_begins_at_midnight_in_berlin():
    friday = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)
    assert promised_until(friday, 2) == friday + timedelta(minutes=30) + timedelta(hours=3)


@pytest.mark.parametrize("day", range(7))
def test_desk_opens_on_every_day_of_the_week(cast, client, day):
    moment = datetime.now(UTC).replace(hour=0, minute=30) + timedelta(days=day)
    with frozen_at(moment):
        annotation = builders.annotate(cast.ada, cast.declaration)
        annotation.status = Status.PENDING
        db.session.commit()
        client.sign_in(cast.mira)
        assert client.get("/d/erklaerung/moderation").status_code == 200
