"""Moderators are told what waits for them, at the hour they choose; nobody else is, and never without anything."""

from datetime import UTC, datetime, timedelta

import pytest

from deliberation import jobs
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Policy
from deliberation.moderation.actions import publish
from deliberation.notifications.interests import choose
from deliberation.notifications.models import Pace, Topic
from deliberation.notifications.waiting import load_waiting
from tests import builders
from tests.notifications.test_digests import cast, folder, run, words  # noqa: F401 (fixtures)

TUESDAY = datetime(2027, 3, 2, 10, 0, tzinfo=UTC)
FIVE = datetime(2027, 3, 2, 16, 0, tzinfo=UTC)
"""Five in the afternoon in Berlin."""


@pytest.fixture
def held(cast, folder):  # noqa: F811
    with frozen_at(TUESDAY):
        jobs.pull_due_digests("de")
        cast.declaration.policy = Policy.ALL
        return builders.annotate(cast.ada, cast.declaration, body="Bei Frau M. sprang die Ampel auf Rot.")


class TestMail:
    def test_comes_at_five_to_moderators_alone(self, cast, folder, held):  # noqa: F811
        assert run(folder, FIVE - timedelta(minutes=1)) == {}
        found = run(folder, FIVE)
        assert set(found) == {"mira@example.org"}
        message = found["mira@example.org"][0]
        assert message["Subject"] == "Was auf Sie wartet"
        text = words(message)
        assert "/d/erklaerung/moderation" in text
        assert "Ampel" not in text
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    def test_does_not_come_when_nothing_waits(self, cast, folder, held):  # noqa: F811
        with frozen_at(TUESDAY + timedelta(hours=1)):
            publish(cast.mira, held, held.version)
        assert "mira@example.org" not in run(folder, FIVE)

    def test_comes_again_the_next_day_while_it_waits(self, cast, folder, held):  # noqa: F811
        assert len(run(folder, FIVE)) == 1
        assert run(folder, FIVE + timedelta(hours=1)) == {}
        text = words(run(folder, FIVE + timedelta(days=1))["mira@example.org"][0])
        assert "Am längsten wartet etwas seit 1 Tag." in text

    def test_comes_at_the_hour_that_was_chosen_or_never(self, cast, folder, held):  # noqa: F811
        with frozen_at(TUESDAY):
            choose(cast.mira, Topic.WAITING, Pace.DAILY, 20)
        assert run(folder, FIVE) == {}
        assert set(run(folder, FIVE + timedelta(hours=3))) == {"mira@example.org"}
        choose(cast.mira, Topic.WAITING, Pace.NEVER)
        assert run(folder, FIVE + timedelta(days=1, hours=4)) == {}

    def test_is_not_sent_when_somebody_was_faster(self, cast, folder, held):  # noqa: F811
        db.session.commit()
        with frozen_at(FIVE):
            jobs.pull_due_digests("de")
            publish(cast.mira, held, held.version)
        assert "mira@example.org" not in run(folder, FIVE)


def test_own_words_and_former_roles_do_not_count(cast, held):  # noqa: F811
    with frozen_at(TUESDAY):
        assert [one.declaration.slug for one in load_waiting(cast.mira)] == ["erklaerung"]
        assert load_waiting(cast.otto) == load_waiting(cast.ada) == ()
        for grant in builders.membership(cast.mira, cast.declaration).grants:
            grant.ends_on = now().date() - timedelta(days=1)
        assert load_waiting(cast.mira) == ()
