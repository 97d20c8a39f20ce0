"""Before a phase ends those who take part are reminded, and they hear of it when a date becomes another."""

import email
import email.policy
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deliberation import jobs
from deliberation.accounts.actions import choose_dates
from deliberation.annotations.calendar import plan_phases
from deliberation.annotations.drafts import save_draft
from deliberation.annotations.positions import change_phase
from deliberation.clock import BERLIN, frozen_at
from deliberation.database import db
from deliberation.declarations.dates import WAIT
from deliberation.notifications.dates import has_due_dates
from deliberation.notifications.interests import pace_of
from deliberation.notifications.mailer import send_due_mail
from deliberation.notifications.models import Pace, Topic
from deliberation.permissions import Phase

# A Thursday, noon in Berlin.
NOON = datetime(2026, 12, 3, 11, tzinfo=UTC)


@pytest.fixture
def folder(app):
    path = Path(app.config["MAIL_URL"].removeprefix("file://"))
    shutil.rmtree(path, ignore_errors=True)
    return path


@pytest.fixture
def cast(cast):
    """At noon everybody has a confirmed address; the voting begins in ten days."""
    for person in (cast.ada, cast.ben):
        person.confirmed_at = NOON
    with frozen_at(NOON):
        plan_phases(cast.otto, cast.declaration, {Phase.VOTING: NOON.date() + timedelta(days=10)})
    return cast


def run_jobs(folder, moment):
    """The mails that leave at this moment."""
    db.session.commit()
    shutil.rmtree(folder, ignore_errors=True)
    with frozen_at(moment):
        jobs.pull_due_letters("de")
        send_due_mail()
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in folder.glob("*.eml")]
    return sorted((mail["To"], mail["Subject"], mail.get_body(("plain",)).get_content()) for mail in found)


def berlin(day, hour):
    return datetime(2026, 12, day, hour, tzinfo=BERLIN).astimezone(UTC)


class TestReminder:
    def test_leaves_three_days_before_at_nine_and_once(self, cast, folder):
        assert run_jobs(folder, berlin(9, 8)) == []
        mails = run_jobs(folder, berlin(9, 9))
        assert [(to, subject) for to, subject, _words in mails] == [
            ("ada@example.org", "Noch bis 12. Dezember"), ("ben@example.org", "Noch bis 12. Dezember"),
        ]  # fmt: skip
        for later in (berlin(9, 10), berlin(12, 9), berlin(13, 9)):
            assert run_jobs(folder, later) == []

    def test_says_what_ends_and_what_follows(self, cast, folder):
        [(_to, _subject, words), _ben] = run_jobs(folder, berlin(10, 9))
        assert "- Anmerkungen schreiben und beantworten" in words
        assert "abstimmen\n" not in words.split("Ab 13. Dezember")[0]
        assert "Ab 13. Dezember heißt es dann: Schlussrunde: nur noch abstimmen" in words
        assert "http://localhost/d/erklaerung" in words
        assert cast.declaration.title not in words

    def test_counts_the_drafts_that_would_be_left(self, cast, folder):
        save_draft(cast.ada, cast.declaration, "annotation:1:1", {"body": "Halb"}, "key")
        [(_to, _subject, ada), (_to2, _subject2, ben)] = run_jobs(folder, berlin(10, 9))
        assert "1 Entwurf, der noch nicht abgesendet ist" in ada
        assert "Entwurf" not in ben

    def test_nobody_gets_one_who_does_not_want_it_or_may_not_write(self, cast, folder):
        choose_dates(cast.ada, False)
        cast.ben.membership_in(cast.declaration.id).blocked_until = NOON + timedelta(days=90)
        assert run_jobs(folder, berlin(10, 9)) == []

    def test_none_leaves_when_nothing_ends(self, cast, folder):
        with frozen_at(NOON):
            change_phase(cast.otto, cast.declaration, Phase.EVALUATING, NOON.date() + timedelta(days=2))
        run_jobs(folder, NOON + WAIT)
        assert run_jobs(folder, berlin(4, 12)) == []

    def test_more_people_than_fit_into_one_round_all_get_theirs(self, cast, folder, monkeypatch):
        monkeypatch.setattr("deliberation.notifications.pulling.pull_letters.__defaults__", ("de", 1))
        first, second = run_jobs(folder, berlin(10, 9)), run_jobs(folder, berlin(10, 10))
        assert {first[0][0], second[0][0]} == {"ada@example.org", "ben@example.org"}
        run_jobs(folder, berlin(10, 11))
        with frozen_at(berlin(10, 12)):
            assert not has_due_dates()


class TestNewDates:
    def plan(self, cast, days, moment=NOON):
        with frozen_at(moment):
            plan_phases(cast.otto, cast.declaration, {Phase.VOTING: NOON.date() + timedelta(days=days)})

    def test_are_told_half_an_hour_after_the_last_change(self, cast, folder):
        self.plan(cast, 20)
        self.plan(cast, 17, NOON + timedelta(minutes=20))
        assert run_jobs(folder, NOON + timedelta(minutes=40)) == []
        [(to, subject, words), (other, *_rest)] = run_jobs(folder, NOON + timedelta(minutes=50))
        assert (to, other, subject) == ("ada@example.org", "ben@example.org", "Termine haben sich geändert")
        assert "- Beratung bis 19. Dezember (bisher bis 12. Dezember)" in words
        assert "- Schlussrunde ab 20. Dezember (bisher ab 13. Dezember)" in words
        assert run_jobs(folder, NOON + timedelta(minutes=60)) == []

    def test_taken_back_in_time_are_never_told(self, cast, folder):
        self.plan(cast, 20)
        self.plan(cast, 10, NOON + timedelta(minutes=20))
        assert run_jobs(folder, NOON + timedelta(hours=2)) == []
        assert cast.declaration.told_dates is None

    def test_first_dates_and_dates_of_a_draft_change_nothing_that_was_told(self, cast, folder):
        with frozen_at(NOON):
            day = NOON.date() + timedelta(days=10)
            plan_phases(cast.otto, cast.declaration, {Phase.VOTING: day, Phase.CLOSED: day + timedelta(days=9)})
        assert run_jobs(folder, NOON + timedelta(hours=2)) == []
        assert cast.declaration.plan_changed_on is None

    def test_phase_that_ends_early_by_hand_is_told(self, cast, folder):
        with frozen_at(NOON):
            change_phase(cast.otto, cast.declaration, Phase.EVALUATING)
        [(_to, _subject, words), _ben] = run_jobs(folder, NOON + WAIT)
        assert "- Jetzt: Auswertung" in words
        assert "- Beratung: schon beendet (bisher bis 12. Dezember)" in words

    def test_what_comes_as_planned_is_no_news(self, cast, folder):
        with frozen_at(berlin(13, 1)):
            assert jobs.open_due_phases() == 1
        assert run_jobs(folder, berlin(13, 12)) == []
        assert cast.declaration.phase is Phase.VOTING

    def test_wait_outlives_the_account(self, cast, folder):
        self.plan(cast, 20)
        db.session.commit()
        with frozen_at(NOON + WAIT):
            jobs.pull_due_letters("de")
            choose_dates(cast.ben, False)
        assert [to for to, *_rest in run_jobs(folder, NOON + WAIT + timedelta(minutes=1))] == ["ada@example.org"]


def test_people_choose_in_their_own_area(cast, client):
    client.sign_in(cast.ada)
    refused = client.post("/me/mail", data={"replies": "daily", "decisions": "now and then"})
    assert refused.status_code == 422
    assert "Gespeichert ist noch nichts" in refused.text
    assert pace_of(cast.ada, Topic.REPLIES) is Pace.WEEKLY
    assert client.post("/me/mail", data={"replies": "daily"}).status_code == 303
    db.session.refresh(cast.ada)
    assert not cast.ada.wants_dates
    assert pace_of(cast.ada, Topic.REPLIES) is Pace.DAILY
    assert pace_of(cast.ada, Topic.DECISIONS) is Pace.AT_ONCE
