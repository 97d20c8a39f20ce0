"""Addresses that mail does not reach: who is doubted, when, by whom; and a server that is away for a day."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from deliberation.accounts.addresses import address_hash
from deliberation.clock import frozen_at, now
from deliberation.config import SettingsError
from deliberation.database import db
from deliberation.notifications.actions import forget_recipient, queue_mail
from deliberation.notifications.bounces import (
    NoReport,
    forget_old_bounces,
    is_unreachable,
    note_bounce,
    sender_of,
    take_report,
)
from deliberation.notifications.mailer import is_given_up, send_due_mail
from deliberation.notifications.models import Bounce, Mail
from tests.notifications.test_smtp import ADA, mailbox, queue, serve, stored  # noqa: F401 (fixtures)

REPORT = """From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not arrive.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: {status}

--b--
"""


@pytest.fixture
def sent(app, database, monkeypatch):
    """A mail that left, and where a report about it comes back to."""
    monkeypatch.setitem(app.config, "BOUNCE_ADDRESS", "zurueck@beratung.example")
    mail = Mail(ADA, {}, cause="c", template="sign_in", sent_at=now())
    db.session.add(mail)
    db.session.commit()
    return mail


def report(to, action="failed", status="5.1.1"):
    return REPORT.format(to=to, action=action, status=status).encode()


class TestReports:
    def test_a_failure_for_good_is_noted_once_a_day(self, sent):
        for _again in range(3):
            assert take_report(report(sender_of(sent.id))) == "5.1.1"
        bounce = db.session.scalars(select(Bounce)).one()
        assert (bounce.address_hash, bounce.failed_days, bounce.fault) == (address_hash(ADA), 1, "5.1.1")

    def test_on_three_days_it_counts(self, sent):
        for day in range(3):
            assert not is_unreachable(address_hash(ADA))
            with frozen_at(now() + timedelta(days=day)):
                take_report(report(sender_of(sent.id)))
        assert is_unreachable(address_hash(ADA))

    @pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("failed", "4.2.2"), ("delivered", "2.0.0"), ("", "")])
    def test_what_is_not_for_good_does_not_count(self, sent, action, status):
        with pytest.raises(NoReport):
            take_report(report(sender_of(sent.id), action, status))

    @pytest.mark.parametrize(
        "to",
        ["zurueck+1-0000000000000000@beratung.example", "zurueck@beratung.example", "ada@example.org", "", "+-@", "x" * 5000],
    )
    def test_nobody_makes_one_up(self, sent, to):
        with pytest.raises(NoReport):
            take_report(report(to))

    def test_one_of_another_mail_does_not_fit(self, sent):
        number = sender_of(sent.id).replace(f"+{sent.id}-", f"+{sent.id + 1}-")
        with pytest.raises(NoReport):
            take_report(report(number))

    @pytest.mark.any_engine
    @pytest.mark.parametrize(
        "content", [b"", b"\x00" * 2000, b"From: x\r\n" * 5000, b"\xff\xfe\xfd", b"Content-Type: multipart/report"]
    )
    def test_whatever_comes_is_no_fault(self, sent, content):
        with pytest.raises(NoReport):
            take_report(content)

    @pytest.mark.any_engine
    @pytest.mark.parametrize("address", ["no address", "a@b@c", "x@y\nBcc: z@z", "ü@example.org"])
    def test_a_setting_that_is_no_address_stops_the_start(self, tmp_path, address):
        from deliberation.config import load_settings

        with pytest.raises(SettingsError, match="BOUNCE_ADDRESS"):
            load_settings(tmp_path, {"BOUNCE_ADDRESS": address})


class TestRefusals:
    def test_whoever_is_refused_for_good_is_not_tried_again(self, serve, mailbox, app, database):  # noqa: F811
        serve()
        queue("full@example.org")
        assert send_due_mail() == (0, 1)
        assert db.session.scalar(select(Mail.id).where(*is_given_up()))
        assert db.session.scalars(select(Bounce.fault)).one() == "552"
        assert send_due_mail() == (0, 0)

    def test_each_mail_has_a_way_back_of_its_own(self, serve, mailbox, app, database, monkeypatch):  # noqa: F811
        monkeypatch.setitem(app.config, "BOUNCE_ADDRESS", "zurueck@beratung.example")
        serve()
        queue()
        send_due_mail()
        [envelope] = mailbox.envelopes
        assert envelope.mail_from == sender_of(stored()["code-1"].id)
        assert mailbox.messages[0]["From"] != envelope.mail_from

    def test_optional_mails_stop_and_codes_go_on(self, cast):
        from deliberation.notifications.members import queue_for_members

        cast.ada.confirmed_at = cast.ben.confirmed_at = now()
        for day in range(3):
            note_bounce(cast.ada.address_hash, "5.1.1", now() + timedelta(days=day))
        wants = type(cast.ada).wants_dates.is_(True)
        assert queue_for_members(cast.declaration, wants, "c", "reminder", {}, "de", 50) == 1
        queue_mail(cast.ada.email, "code", "sign_in", {}, "de")
        assert {mail.recipient for mail in db.session.scalars(select(Mail))} == {"ben@example.org", "ada@example.org"}


class TestAServerThatIsAway:
    def test_a_day_without_it_is_no_try_and_everything_leaves_once(self, app, serve, mailbox, monkeypatch):  # noqa: F811
        monkeypatch.setitem(app.config, "MAIL_URL", "smtp://localhost:9")
        for number in range(30):
            queue(f"person{number}@example.org", cause=f"c{number}")
        start = now()
        for minutes in range(0, 24 * 60, 3):
            with frozen_at(start + timedelta(minutes=minutes)):
                assert send_due_mail()[0] == 0
        assert {mail.tries for mail in stored().values()} == {0}
        serve()
        with frozen_at(start + timedelta(days=1, minutes=11)):
            assert send_due_mail() == (30, 0)
            assert send_due_mail() == (0, 0)
        recipients = sorted(envelope.rcpt_tos[0] for envelope in mailbox.envelopes)
        assert recipients == sorted(f"person{number}@example.org" for number in range(30))

    def test_it_is_left_in_peace_for_a_while(self, app, database, monkeypatch):
        monkeypatch.setitem(app.config, "MAIL_URL", "smtp://localhost:9")
        queue()
        start = now()
        tried = []
        for minutes in range(60):
            with frozen_at(start + timedelta(minutes=minutes)):
                tried += [minutes] if send_due_mail() == (0, 1) else []
        assert tried[:4] == [0, 1, 3, 8]
        assert tried[4] == 18


@pytest.mark.parametrize("hour", [12, 23])
def test_nothing_of_it_stays(cast, hour):
    """At 23:30 UTC it is the next day already for those who are meant."""
    with frozen_at(datetime(2026, 11, 20, hour, 30, tzinfo=UTC)):
        leave_nothing()


def leave_nothing():
    note_bounce(address_hash(ADA), "5.1.1", now())
    forget_recipient(ADA)
    assert db.session.scalars(select(Bounce)).all() == []
    note_bounce(address_hash(ADA), "5.1.1", now())
    assert forget_old_bounces(now() + timedelta(days=181)) == 1
