"""What is told by mail about decisions: not before half an hour has passed, once, and never a word of the text."""

import email
import email.policy
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from deliberation import jobs
from deliberation.annotations.actions import edit_annotation, withdraw
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.moderation import actions, flagging, privately, undoing
from deliberation.moderation.flagging import Reporter
from deliberation.moderation.models import Flag, FlagReason, Letter, MeasureKind, Rule
from deliberation.moderation.objections import objecting
from deliberation.moderation.restraining import lift, restrain
from deliberation.notifications.mailer import send_due_mail
from deliberation.notifications.models import Mail
from deliberation.notifications.pulling import has_due_letters, pull_letters
from deliberation.permissions import Guest
from tests import builders
from tests.cli.conftest import run  # noqa: F401 (a fixture)

REASON = "Hier ist eine Klientin zu erkennen."
TEXT = "Bei Frau M. aus der Uhlandstraße sprang die Ampel auf Rot."
WORDS = ("Uhland", "Ampel", "Frau M")


@pytest.fixture
def folder(app):
    path = Path(app.config["MAIL_URL"].removeprefix("file://"))
    shutil.rmtree(path, ignore_errors=True)
    return path


@pytest.fixture
def annotation(cast):
    for person in (cast.ada, cast.ben):
        person.confirmed_at = now()
    return builders.annotate(cast.ada, cast.declaration, body=TEXT)


def run_jobs(minutes=31):
    """What leaves when so many minutes have passed."""
    db.session.commit()
    with frozen_at(now() + timedelta(minutes=minutes)):
        jobs.pull_due_letters("de")
        send_due_mail()


def read(folder):
    found = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(folder.glob("*.eml"))
    ]
    return [(mail["To"], mail["Subject"], mail.get_body(("plain",)).get_content()) for mail in found]


def letters():
    db.session.expire_all()
    return db.session.scalars(select(Letter).order_by(Letter.id)).all()


class TestHalfAnHour:
    def test_letter_leaves_after_half_an_hour_and_not_before(self, cast, annotation, folder):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        for minutes in (0, 15, 29):
            run_jobs(minutes)
        assert read(folder) == []
        run_jobs()
        [(to, subject, words)] = read(folder)
        assert to == "ada@example.org"
        assert subject == "Neues zu Ihrem Beitrag"
        assert REASON in words
        assert "Regel 2" in words

    def test_it_leaves_once_however_often_somebody_looks(self, cast, annotation, folder):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        for minutes in (31, 32, 600):
            run_jobs(minutes)
        assert len(read(folder)) == 1
        assert [letter.was_mailed for letter in letters()] == [True]

    def test_two_processes_that_found_the_same_letter_queue_one_mail(self, cast, annotation, folder):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        with frozen_at(now() + timedelta(minutes=31)):
            pull_letters()
            db.session.execute(select(Letter).execution_options(populate_existing=True))
            assert pull_letters() == 0
            letters()[0].settled_at = None
            db.session.flush()
            pull_letters()
        assert len(db.session.scalars(select(Mail)).all()) == 1

    def test_what_was_taken_back_in_time_never_leaves(self, cast, annotation, folder):
        decision = actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        undoing.undo(cast.mira, decision)
        run_jobs(600)
        assert read(folder) == []

    def test_what_was_taken_back_later_is_corrected(self, cast, annotation, folder):
        decision = actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        run_jobs()
        undoing.undo(cast.mira, decision)
        run_jobs(70)
        [_first, (_to, subject, words)] = read(folder)
        assert "zurückgenommen" in words
        assert REASON not in words
        assert subject == "Neues zu Ihrem Beitrag"

    def test_mail_still_in_the_outbox_is_called_back(self, cast, annotation, folder):
        """The server was away, and meanwhile the decision was taken back."""
        decision = actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        db.session.commit()
        with frozen_at(now() + timedelta(minutes=31)):
            jobs.pull_due_letters("de")
        undoing.undo(cast.mira, decision)
        db.session.commit()
        with frozen_at(now() + timedelta(minutes=32)):
            send_due_mail()
        assert read(folder) == []
        assert db.session.scalars(select(Mail)).all() == []

    def test_only_the_latest_of_several_decisions_is_told(self, cast, annotation, folder):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        actions.restore(cast.mira, annotation, 2)
        run_jobs()
        [(_to, _subject, words)] = read(folder)
        assert "ist wieder zu sehen" in words

    def test_nothing_due_is_seen_without_writing(self, cast, annotation):
        assert not has_due_letters()
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        db.session.commit()
        assert not has_due_letters()
        with frozen_at(now() + timedelta(minutes=31)):
            assert has_due_letters()


class TestNoWordLeaves:
    """A test per state."""

    def check(self, folder, count=1):
        run_jobs()
        mails = read(folder)
        assert len(mails) == count
        for _to, subject, words in mails:
            for word in WORDS:
                assert word not in words
            assert re.fullmatch(r"(Neues zu Ihrem Beitrag|Ihre Nachricht an uns|Eine Nachricht für Sie)", subject)

    def test_of_a_hidden_text(self, cast, annotation, folder):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        self.check(folder)

    def test_of_a_returned_one(self, cast, annotation, folder):
        actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        self.check(folder)

    def test_of_a_redacted_one_nor_what_was_written_about_it(self, cast, annotation, folder):
        letter = "Es geht um Frau M. und die Uhlandstraße."
        passages = ["Frau M.", "Uhlandstraße", "Ampel"]
        actions.redact(cast.mira, annotation, Rule.PROTECT, "Frau M. ist erkennbar.", passages, 1, letter)
        self.check(folder)

    def test_of_one_that_was_redacted_after_a_first_decision(self, cast, annotation, folder):
        actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, "Frau M. ist zu erkennen.", 1)
        db.session.commit()
        with frozen_at(now() + timedelta(minutes=31)):
            jobs.pull_due_letters("de")
            actions.redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Frau M."], 2)
            db.session.commit()
            send_due_mail()
        for _to, _subject, words in read(folder):
            assert "Frau M" not in words

    def test_of_a_withdrawn_one_is_told_nothing_at_all(self, cast, annotation, folder):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        withdraw(cast.ada, annotation)
        self.check(folder, 0)
        assert [(bool(one.settled_at), one.was_mailed) for one in letters()] == [(True, False)]

    def test_of_one_that_was_shown_again(self, cast, annotation, folder):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        actions.restore(cast.mira, annotation, 2)
        self.check(folder)

    def test_of_one_that_waits_again(self, cast, annotation, folder):
        actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        edit_annotation(cast.ada, annotation, "Immer noch Frau M. aus der Uhlandstraße an der Ampel.")
        self.check(folder)

    def test_of_a_reported_one(self, cast, annotation, folder):
        reporter = Reporter(email="guest@example.org")
        flagging.flag(Guest(), annotation, FlagReason.OTHER, "Frau M. von der Ampel", reporter=reporter)
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        self.check(folder, 2)

    def test_of_a_private_message(self, cast, annotation, folder):
        privately.write_privately(cast.mira, annotation, "Meinen Sie Frau M. an der Ampel?", "k")
        self.check(folder)

    def test_of_an_objection(self, cast, annotation, folder):
        decision = actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        objecting.object_to(cast.ada, actions.find_last_decision(annotation), "Frau M. gibt es nicht.")
        assert decision.id
        self.check(folder)


class TestWhoGetsNone:
    def test_address_that_nobody_confirmed(self, cast, annotation, folder):
        cast.ada.confirmed_at = None
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        run_jobs()
        assert read(folder) == []
        assert letters()[0].settled_at is not None

    def test_account_that_has_ended(self, cast, annotation, folder):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        annotation.author.user = None
        run_jobs()
        assert read(folder) == []

    def test_letter_that_is_gone_holds_nobody_up(self, cast, annotation, folder):
        other = builders.annotate(cast.ada, cast.declaration)
        for one in (annotation, other):
            actions.hide(cast.mira, one, Rule.PROTECT, REASON, 1)
        db.session.commit()
        with frozen_at(now() + timedelta(minutes=31)):
            jobs.pull_due_letters("de")
            db.session.execute(delete(Letter).where(Letter.annotation_id == annotation.number))
            db.session.commit()
            send_due_mail()
        assert len(read(folder)) == 1


def test_language_is_that_of_the_recipient(cast, annotation, folder):
    cast.ada.locale = "en"
    actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
    run_jobs()
    [(_to, subject, words)] = read(folder)
    assert subject == "News about your contribution"
    assert words.startswith("There is a message for you.")


def test_measure_and_its_early_end_are_told(cast, annotation, folder):
    measure = restrain(cast.mira, annotation.author, MeasureKind.PAUSE, Rule.RESPECT, "Dreimal beleidigt.", 7)
    run_jobs()
    lift(cast.mira, measure, "Wir haben uns geirrt.")
    run_jobs(70)
    mails = read(folder)
    assert [subject for _to, subject, _words in mails] == ["Eine Nachricht für Sie"] * 2
    assert "Schreibpause" in mails[0][2]
    assert "vorzeitig aufgehoben" in mails[1][2]


class TestReports:
    def report(self, annotation, person=None, address="guest@example.org"):
        reporter = Reporter(email=address)
        return flagging.flag(person or Guest(), annotation, FlagReason.ATTACK, "Zu hart.", reporter=reporter)

    def test_outcome_comes_after_half_an_hour_in_general_words(self, cast, annotation, folder):
        flag = self.report(annotation)
        actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
        run_jobs(20)
        assert read(folder) == []
        run_jobs()
        mail = next(one for one in read(folder) if one[0] == "guest@example.org")
        assert mail[1] == "Ihre Nachricht an uns"
        assert f"Ihre Meldung {flag.label}" in mail[2]
        assert "ist nicht mehr zu sehen" in mail[2]
        assert "Regel 3: Menschen achten" in mail[2]
        assert f"http://localhost/m/{flag.key}" in mail[2]
        assert REASON not in mail[2]
        assert "Weide 27" not in mail[2]

    def test_members_are_answered_at_their_account(self, cast, annotation, folder):
        self.report(annotation, cast.ben, "elsewhere@example.org")
        actions.publish(cast.mira, annotation, 1)
        run_jobs()
        [(to, _subject, words)] = read(folder)
        assert to == "ben@example.org"
        assert "bleibt zu sehen" in words
        assert "Beschwerde einlegen" in words

    def test_who_gave_no_address_gets_none_and_is_settled(self, cast, annotation, folder):
        flag = self.report(annotation, address="")
        actions.publish(cast.mira, annotation, 1)
        run_jobs()
        assert read(folder) == []
        assert db.session.get(Flag, flag.id, populate_existing=True).answered_at is not None

    def test_decision_taken_back_in_time_answers_nobody(self, cast, annotation, folder):
        self.report(annotation)
        undoing.undo(cast.mira, actions.publish(cast.mira, annotation, 1))
        run_jobs(600)
        assert read(folder) == []

    def test_decision_taken_back_later_is_answered_anew(self, cast, annotation, folder):
        self.report(annotation)
        decision = actions.publish(cast.mira, annotation, 1)
        run_jobs()
        undoing.undo(cast.mira, decision)
        actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, annotation.version)
        run_jobs(70)
        answers = [words for to, _subject, words in read(folder) if to == "guest@example.org"]
        assert len(answers) == 2
        assert "bleibt zu sehen" in answers[0]
        assert "ist nicht mehr zu sehen" in answers[1]

    def test_report_of_a_text_that_its_author_took_back_is_answered_too(self, cast, annotation, folder):
        self.report(annotation)
        withdraw(cast.ada, annotation)
        for minutes in (1, 40):
            run_jobs(minutes)
        [(_to, _subject, words)] = read(folder)
        assert "selbst zurückgezogen" in words

    def test_twice_is_once(self, cast, annotation, folder):
        self.report(annotation)
        actions.publish(cast.mira, annotation, 1)
        for minutes in (31, 40, 500):
            run_jobs(minutes)
        assert len(read(folder)) == 1


def test_operator_sends_letters_by_hand_too(run, cast, annotation, folder):  # noqa: F811
    actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
    db.session.commit()
    with frozen_at(now() + timedelta(minutes=31)):
        assert "1 Mail versendet." in run("mail", "send").stdout
    assert len(read(folder)) == 1
