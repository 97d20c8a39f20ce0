"""P18: with the clock going forward everything goes when its time is up, and not a day earlier."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import joinedload

from deliberation.accounts import limits, sessions
from deliberation.accounts.actions import request_code
from deliberation.accounts.models import Attempt, LoginCode, Look, Session, StaffAccess, User
from deliberation.accounts.staff_access import note_look
from deliberation.annotations.drafts import save_draft
from deliberation.annotations.models import Draft
from deliberation.clock import frozen_at
from deliberation.database import db, set_reading
from deliberation.declarations.models import Act, ImportPreview, LogEntry, Membership
from deliberation.declarations.record import record
from deliberation.jobs import FORGET_EVERY, Jobs
from deliberation.moderation import privately
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Decision, Message, Rule
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.models import Mail
from deliberation.permissions import NotAllowed
from deliberation.privacy.models import Erasure, Forgotten, PeriodSetting
from deliberation.privacy.periods import BOUNDS, OutOfBounds, Periods, change_period, load_periods
from deliberation.privacy.retention import forget
from tests import builders

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def later(after: timedelta) -> dict[str, int]:
    """Let the clock go on, and the job have its round."""
    db.session.commit()
    with frozen_at(START + after):
        done = dict(forget(START + after, "de", "secret"))
        db.session.commit()
    db.session.expire_all()
    return done


@pytest.fixture
def old(cast):
    """Everything that is only kept for a while, all of it begun at START."""
    with frozen_at(START):
        confirmed = builders.make_user("confirmed", confirmed_at=START, seen_at=START)
        builders.make_user("never", seen_at=START)
        for person in (cast.ada, cast.ben, cast.mira, cast.otto):
            person.confirmed_at = person.seen_at = START
        request_code(confirmed.email, "browser")
        sessions.begin(confirmed)
        sessions.begin(cast.mira)
        limits.note([limits.gate("secret", "password", confirmed.email, ())])
        save_draft(cast.ada, cast.declaration, "t:1", {"body": "Entwurf"}, "k")
        save_draft("browser", cast.declaration, "t:1", {"body": "Entwurf"}, "k")
        queue_mail("a@example.org", "sent", "sign_in", {}, "de")
        queue_mail("a@example.org", "unsent", "sign_in", {}, "de")
        db.session.scalars(select(Mail).where(Mail.cause == "sent")).one().sent_at = START
        annotation = builders.annotate(cast.ada, cast.declaration)
        privately.write_privately(cast.mira, annotation, "Bitte melden Sie sich.", "m")
        record(cast.mira.membership_in(cast.declaration.id), cast.declaration, Act.LOOKED, annotation)
        note_look(cast.otto, Look.NAMES, cast.declaration.slug)
        db.session.add(ImportPreview(
            key="k" * 32, user_id=cast.otto.id, fields={}, draft={}, steps=[], source={}, created_at=START,
        ))  # fmt: skip
        db.session.commit()
    return cast


# What, how long, the kind of row, and how many there are before and after.
TIMES = [
    ("codes and links", timedelta(minutes=10), LoginCode, 1, 0),
    ("sessions of staff", 2 * HOUR, Session, 2, 1),
    ("sessions", 14 * DAY, Session, 1, 0),
    ("limiter keys", 24 * HOUR, Attempt, 1, 0),
    ("mail that could not be sent", 7 * DAY, Mail, 2, 1),
    ("mail log", 30 * DAY, Mail, 1, 0),
    ("drafts without account", 7 * DAY, Draft, 2, 1),
    ("drafts", 90 * DAY, Draft, 1, 0),
    ("imports", 7 * DAY, ImportPreview, 1, 0),
]


@pytest.mark.parametrize(("what", "period", "model", "before", "after"), TIMES, ids=[row[0] for row in TIMES])
def test_goes_when_its_time_is_up_and_not_earlier(old, what, period, model, before, after):
    later(period - timedelta(minutes=1))
    assert count(model) == before
    later(period)
    assert count(model) == after


def test_unconfirmed_accounts_go_after_a_week(old):
    later(7 * DAY - HOUR)
    assert count(User) == 6
    later(7 * DAY)
    assert {user.email.partition("@")[0] for user in db.session.scalars(select(User))} == {
        "confirmed", "ada", "ben", "mira", "otto",
    }  # fmt: skip


def test_log_loses_its_persons_after_six_months_and_its_lines_after_two_years(old):
    def known():
        return db.session.scalar(select(func.count()).where(LogEntry.actor_id.is_not(None)))

    with_persons = known()
    assert with_persons
    later(datetime(2026, 9, 1, 9, tzinfo=UTC) - START)
    assert known() == with_persons
    later(datetime(2026, 9, 2, 9, tzinfo=UTC) - START)
    assert known() == 0
    lines = count(LogEntry)
    later(datetime(2028, 3, 1, 9, tzinfo=UTC) - START)
    assert count(LogEntry) >= lines
    assert count(Message) == 1
    later(datetime(2028, 3, 2, 9, tzinfo=UTC) - START)
    assert db.session.scalar(select(func.count()).where(LogEntry.at <= START)) == 0
    assert count(Message) == 0


def test_who_decided_is_forgotten_after_six_months_and_what_was_decided_is_not(old):
    with frozen_at(START):
        annotation = builders.annotate(old.ada, old.declaration, "1.1", "Anderswo.")
        hide(old.mira, annotation, Rule.STAY, "Gehört nicht zu dieser Stelle.", annotation.version)
        db.session.commit()
    mira = old.mira.membership_in(old.declaration.id).id
    later(datetime(2026, 9, 1, 9, tzinfo=UTC) - START)
    assert db.session.scalars(select(Decision.moderator_id)).all() == [mira]
    for _round in range(2):
        later(datetime(2026, 9, 2, 9, tzinfo=UTC) - START)
    decision = db.session.scalars(select(Decision).options(joinedload(Decision.moderator))).one()
    assert (decision.moderator.team_name, decision.moderator.user_id) == ("Moderation", None)
    assert decision.reason == "Gehört nicht zu dieser Stelle."
    assert db.session.scalar(select(func.count(Membership.id))) == 5


def test_looks_of_staff_are_kept_for_six_months(old):
    later(datetime(2026, 9, 1, 9, tzinfo=UTC) - START)
    assert count(StaffAccess) == 1
    later(datetime(2026, 9, 2, 9, tzinfo=UTC) - START)
    assert count(StaffAccess) == 0


class TestAccounts:
    """24 months after the last visit, told a month before."""

    END = datetime(2028, 3, 2, 9, tzinfo=UTC) - START

    def warned(self):
        return {mail.recipient for mail in db.session.scalars(select(Mail).where(Mail.template == "account_ending"))}

    def test_people_are_told_a_month_before_and_gone_a_month_later(self, old):
        later(self.END - 31 * DAY)
        assert self.warned() == set()
        later(self.END - 30 * DAY)
        assert self.warned() == {f"{name}@example.org" for name in ("ada", "ben", "confirmed")}
        later(self.END - DAY)
        assert count(User) == 5
        assert count(Erasure) == 0
        assert later(self.END)["accounts"] == 3
        # Roles are ended by people.
        assert {user.email for user in db.session.scalars(select(User))} == {"mira@example.org", "otto@example.org"}
        assert count(Erasure) == 3

    def test_who_comes_back_stays(self, old):
        later(self.END - 30 * DAY)
        with frozen_at(START + self.END - 20 * DAY):
            sessions.begin(old.ada)
            db.session.commit()
        later(self.END)
        assert "ada@example.org" in {user.email for user in db.session.scalars(select(User))}

    def test_nobody_is_erased_without_having_been_told(self, old):
        assert "accounts" not in later(self.END + 400 * DAY)
        assert count(User) == 5

    def test_mail_says_the_day(self, old, app):
        from deliberation.notifications.mailer import to_message

        later(self.END - 30 * DAY)
        mail = db.session.scalars(select(Mail).where(Mail.template == "account_ending")).first()
        assert "am 02.03.2028" in to_message(mail).get_body(("plain",)).get_content()


class TestPeriods:
    def test_operator_changes_one_and_the_job_keeps_to_it(self, old):
        opa = builders.make_user("opa", is_operator=True)
        change_period(opa, "drafts_days", 14)
        db.session.commit()
        later(13 * DAY)
        assert count(Draft) == 1
        later(14 * DAY)
        assert count(Draft) == 0

    def test_each_has_bounds_and_its_default_lies_within(self):
        assert BOUNDS.keys() == vars(Periods()).keys()
        assert all(least <= getattr(Periods(), name) <= most for name, (least, most) in BOUNDS.items())

    def test_nobody_goes_beyond_the_bounds(self, cast):
        opa = builders.make_user("opa", is_operator=True)
        for name, (least, most) in BOUNDS.items():
            for length in (least - 1, most + 1):
                with pytest.raises(OutOfBounds):
                    change_period(opa, name, length)

    def test_only_the_operator_does(self, cast):
        with pytest.raises(NotAllowed):
            change_period(cast.otto, "drafts_days", 30)

    def test_default_again_leaves_no_row(self, cast):
        opa = builders.make_user("opa", is_operator=True)
        change_period(opa, "drafts_days", 30)
        assert load_periods().drafts_days == 30
        change_period(opa, "drafts_days", 90)
        assert count(PeriodSetting) == 0

    def test_privacy_page_says_what_holds(self, client, cast):
        assert "Entwürfe: 90 Tage" in client.get("/datenschutz").text
        change_period(builders.make_user("opa", is_operator=True), "drafts_days", 31)
        db.session.commit()
        page = client.get("/datenschutz").text
        assert "Entwürfe: 31 Tage" in page
        assert "24 Monate nach Ihrem letzten Besuch" in page


def test_what_was_forgotten_is_counted_by_day(old):
    later(7 * DAY)
    found = {(line.on_day.isoformat(), line.what, line.rows) for line in db.session.scalars(select(Forgotten))}
    assert {("2026-03-09", "unconfirmed", 1), ("2026-03-09", "drafts", 1), ("2026-03-09", "imports", 1)} <= found


def test_job_forgets_on_time(app, old):
    """The round of the job itself, with the clock going forward."""
    jobs = Jobs(app)
    set_reading(False)
    with frozen_at(START + 24 * HOUR):
        jobs._forget_from = START + 24 * HOUR
        jobs.run_once()
    jobs.lock.release()
    assert count(Attempt) == 0
    assert count(LoginCode) == 0
    # Nothing outlives its time by more than a few minutes.
    assert timedelta(minutes=10) >= FORGET_EVERY
    assert db.session.scalar(text("SELECT count(*) FROM draft")) == 2
