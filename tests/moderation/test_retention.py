"""What moderation forgets, and when: sealed originals, who reported something, persons in the log."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from deliberation import jobs
from deliberation.annotations.actions import withdraw
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.declarations.record import record
from deliberation.moderation import actions, flagging
from deliberation.moderation.flagging import Reporter
from deliberation.moderation.models import Flag, FlagReason, Handling, Objection, Presence, Rule, Seal, Verdict
from deliberation.moderation.objections import appeals, objecting
from deliberation.moderation.objections.reviews import find_decision
from deliberation.moderation.records.retention import final_at, forget_moderation
from deliberation.permissions import Guest, Role
from tests import builders

START = datetime(2026, 1, 10, 12, tzinfo=UTC)
# The end of the last day in Berlin.
END = datetime(2026, 7, 10, 21, 59, 59, 999_999, tzinfo=UTC)
DAY = timedelta(days=1)
REASON = "Hier ist eine Klientin zu erkennen."


@pytest.fixture
def annotation(cast):
    with frozen_at(START - DAY):
        return builders.annotate(cast.ada, cast.declaration, body="Frau M. wartet seit März.")


def forget(moment):
    db.session.commit()
    forget_moderation(moment)
    db.session.commit()
    db.session.expire_all()


def redacted(cast, annotation):
    with frozen_at(START):
        decision = actions.redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Frau M."], 1)
        db.session.commit()
    return find_decision(decision.id)


def seals():
    return len(db.session.scalars(select(Seal.id)).all())


class TestFinal:
    def test_after_six_months_without_an_objection(self):
        assert final_at(START, None, []) == END

    def test_when_the_objection_is_decided(self):
        assert final_at(START, None, [(START + 20 * DAY, True)]) == START + 20 * DAY

    def test_not_while_one_is_open_however_long(self):
        assert final_at(START, None, [(None, True)]) is None
        assert final_at(START, None, [(START + DAY, True), (None, False)]) is None

    def test_reporters_objection_does_not_shorten_the_authors_time(self):
        assert final_at(START, None, [(START + 5 * DAY, False)]) == END

    def test_one_decided_after_the_six_months_had_kept_it_open(self):
        assert final_at(START, None, [(START + 300 * DAY, False)]) == START + 300 * DAY

    def test_when_the_text_is_withdrawn(self):
        assert final_at(START, START + 3 * DAY, [(None, True)]) == START + 3 * DAY


class TestSeals:
    def test_thirty_days_after_six_months(self, cast, annotation):
        redacted(cast, annotation)
        forget(END + 29 * DAY)
        assert seals() == 1
        forget(END + 30 * DAY)
        assert seals() == 0
        [line] = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.DESTROY)).all()
        assert (line.annotation_id, line.actor_id) == (annotation.number, None)

    def test_what_stands_there_stays_redacted(self, cast, annotation, client):
        redacted(cast, annotation)
        forget(START + 400 * DAY)
        page = client.sign_in(cast.ada).get(f"/a/{annotation.number}/decision").text
        assert "Frau M." not in page
        assert "geschwärzt" in page

    def test_thirty_days_after_the_objection_was_decided(self, cast, annotation):
        decision = redacted(cast, annotation)
        with frozen_at(START + 10 * DAY):
            objecting.object_to(cast.ada, decision, "Das war erfunden.")
            db.session.commit()
        forget(START + 300 * DAY)
        assert seals() == 1
        tomasz = builders.make_member(cast.declaration, "tomasz", Role.MODERATOR)
        objection = appeals.find_objection(db.session.scalars(select(Objection.id)).one())
        with frozen_at(START + 20 * DAY):
            objecting.decide_objection(tomasz, objection, Verdict.REJECTED, REASON)
        forget(START + 49 * DAY)
        assert seals() == 1
        forget(START + 50 * DAY)
        assert seals() == 0

    def test_thirty_days_after_it_was_withdrawn(self, cast, annotation):
        redacted(cast, annotation)
        with frozen_at(START + 5 * DAY):
            withdraw(cast.ada, annotation)
            db.session.commit()
        forget(START + 34 * DAY)
        assert seals() == 1
        forget(START + 35 * DAY)
        assert seals() == 0


class TestReporters:
    def reported(self, annotation):
        reporter = Reporter("Gerda Beispiel", "gerda@example.org", "de", True)
        with frozen_at(START):
            flag = flagging.flag(Guest(), annotation, FlagReason.ILLEGAL, "Ein Aufruf.", "f", reporter)
            db.session.commit()
        return flag

    def known(self, flag):
        return db.session.get(Flag, flag.id, populate_existing=True).email != ""

    def test_name_and_address_go_seven_days_after_the_answer(self, cast, annotation):
        flag = self.reported(annotation)
        forget(START + 300 * DAY)
        assert self.known(flag)
        actions.publish(cast.mira, annotation, 1)
        flag.answered_at = START + 300 * DAY
        forget(START + 306 * DAY)
        assert self.known(flag)
        forget(START + 307 * DAY)
        assert not self.known(flag)
        assert flag.explanation == "Ein Aufruf."

    def test_not_while_their_objection_is_open(self, cast, annotation):
        flag = self.reported(annotation)
        with frozen_at(START + DAY):
            actions.publish(cast.mira, annotation, 1)
            flag.answered_at = now()
            db.session.commit()
            objecting.object_as_reporter(db.session.get(Flag, flag.id), "Doch.")
        forget(START + 60 * DAY)
        assert self.known(flag)


class TestLog:
    def lines(self):
        found = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.NOTE)).all()
        return [(line.actor_id is not None, line.subject_id is not None) for line in found]

    def test_persons_after_six_months_and_lines_after_two_years(self, cast):
        mira, ada = (builders.membership(one, cast.declaration) for one in (cast.mira, cast.ada))
        entry = record(mira, cast.declaration, Act.NOTE, subject=ada)
        entry.at = START
        forget(datetime(2026, 7, 10, 11, tzinfo=UTC))
        assert self.lines() == [(True, True)]
        forget(END)
        assert self.lines() == [(False, False)]
        forget(datetime(2028, 1, 10, 11, tzinfo=UTC))
        assert self.lines() == [(False, False)]
        forget(datetime(2028, 1, 10, 12, tzinfo=UTC))
        assert self.lines() == []


class TestWork:
    def test_who_had_what_open_is_forgotten_the_next_day(self, cast):
        mira = builders.membership(cast.mira, cast.declaration)
        db.session.add(Presence(membership_id=mira.id, seen_at=START))
        forget(START + timedelta(hours=23))
        assert db.session.scalars(select(Presence)).one()
        forget(START + timedelta(hours=24))
        assert db.session.scalars(select(Presence)).all() == []

    def test_case_that_was_let_lie_is_free_again(self, cast, annotation):
        mira = builders.membership(cast.mira, cast.declaration)
        db.session.add(Handling(annotation_id=annotation.number, holder_id=mira.id, held_until=START))
        forget(START - DAY)
        assert db.session.scalars(select(Handling)).one().holder_id == mira.id
        forget(START)
        assert db.session.scalars(select(Handling)).all() == []

    def test_second_opinion_stays_asked_for(self, cast, annotation):
        mira = builders.membership(cast.mira, cast.declaration)
        row = Handling(
            annotation_id=annotation.number, holder_id=mira.id, held_until=START, asked_by_id=mira.id, asked_at=START
        )
        db.session.add(row)
        forget(START + DAY)
        [kept] = db.session.scalars(select(Handling)).all()
        assert (kept.holder_id, kept.asked_by_id) == (None, mira.id)


def test_jobs_forget_by_themselves(app, cast, annotation):
    redacted(cast, annotation)
    worker = jobs.Jobs(app)
    with frozen_at(START + 400 * DAY):
        worker._forget()
    db.session.expire_all()
    assert seals() == 0
