"""Warning, reading first, pausing, blocking: with reason and end, known to the person, and over by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation import clock
from deliberation.annotations.actions import Contribution, edit_annotation, post_reply, withdraw
from deliberation.annotations.models import StanceValue, Status, VoteValue
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.moderation.actions import ReasonMissing
from deliberation.moderation.models import Letter, Measure, MeasureKind, Rule
from deliberation.moderation.restraining import DAYS_MAX, EndInvalid, lift, lift_measure, restrain
from deliberation.permissions import Guest, NotAllowed, Permission, Role, may
from tests import builders
from tests.counting import count_queries

REASON = "Bitte greifen Sie niemanden an."
PEOPLE = "/d/erklaerung/moderation/people"
COLUMN = {MeasureKind.REVIEW: "reviewed_until", MeasureKind.PAUSE: "paused_until", MeasureKind.BLOCK: "blocked_until"}


@pytest.fixture
def ada(cast):
    return builders.membership(cast.ada, cast.declaration)


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body="Das sehe ich jeden Tag.")


def take(cast, kind, days=7, **fields):
    member = builders.membership(cast.ada, cast.declaration)
    measure = restrain(cast.mira, member, kind, Rule.RESPECT, REASON, days if kind in COLUMN else None, **fields)
    db.session.commit()
    return measure


def lines(*acts):
    return db.session.scalars(select(LogEntry).where(LogEntry.act.in_(acts)).order_by(LogEntry.id)).all()


class TestTaking:
    @pytest.mark.parametrize("kind", list(MeasureKind))
    def test_measure_has_reason_end_letter_and_line(self, cast, ada, annotation, kind):
        measure = take(cast, kind, annotation=annotation)
        assert (measure.rule, measure.reason, measure.annotation_id) == (Rule.RESPECT, REASON, annotation.number)
        assert (measure.until is None) == (kind is MeasureKind.WARN)
        if kind in COLUMN:
            assert getattr(ada, COLUMN[kind]) == measure.until
        [letter] = db.session.scalars(select(Letter)).all()
        assert (letter.cause, letter.template, letter.member_id) == (f"measure:{measure.id}", "measure", ada.id)
        assert letter.facts["kind"] == kind.value
        assert letter.facts["reason"] == REASON
        [line] = lines(Act(kind.value))
        assert (line.subject_id, line.annotation_id, line.rule) == (ada.id, annotation.number, "3")
        assert line.actor_id == builders.membership(cast.mira, cast.declaration).id
        assert REASON not in line.before + line.after

    def test_letter_can_be_read_in_ones_own_area(self, cast, client):
        take(cast, MeasureKind.PAUSE)
        page = client.sign_in(cast.ada).get("/me").text
        assert "Schreibpause" in page
        assert REASON in page

    def test_shorter_measure_does_not_shorten_the_longer_one(self, cast, ada):
        long = take(cast, MeasureKind.PAUSE, 30)
        take(cast, MeasureKind.PAUSE, 3)
        assert ada.paused_until == long.until

    def test_sent_twice_it_is_taken_once(self, cast, ada):
        first = take(cast, MeasureKind.WARN, form_key="once")
        assert take(cast, MeasureKind.WARN, form_key="once").id == first.id
        assert len(lines(Act.WARN)) == len(db.session.scalars(select(Letter)).all()) == 1

    @pytest.mark.parametrize("reason", ["", "   ", "zu kurz"])
    def test_without_a_reason_there_is_no_measure(self, cast, ada, reason):
        with pytest.raises(ReasonMissing):
            restrain(cast.mira, ada, MeasureKind.WARN, Rule.RESPECT, reason)

    @pytest.mark.parametrize(
        ("kind", "days"),
        [(kind, days) for kind, most in DAYS_MAX.items() for days in (None, 0, -1, most + 1)],
    )
    def test_everything_but_a_warning_has_an_end(self, cast, ada, kind, days):
        with pytest.raises(EndInvalid):
            restrain(cast.mira, ada, kind, Rule.RESPECT, REASON, days)
        assert db.session.scalars(select(Measure)).all() == []

    def test_a_pause_lasts_ninety_days_at_most_the_others_a_year(self):
        assert DAYS_MAX == {MeasureKind.REVIEW: 365, MeasureKind.PAUSE: 90, MeasureKind.BLOCK: 365}

    @pytest.mark.parametrize("role", [Role.MODERATOR, Role.ORGANISER])
    def test_nobody_restrains_oneself_or_the_team(self, cast, role):
        other = builders.make_member(cast.declaration, "vera", role)
        for person in (other, cast.mira):
            with pytest.raises(NotAllowed, match="not_team_member"):
                restrain(
                    cast.mira, builders.membership(person, cast.declaration), MeasureKind.WARN, Rule.RESPECT, REASON
                )

    def test_only_moderators_and_organisers_take_measures(self, cast, ada):
        for person in (cast.ben, cast.ada):
            with pytest.raises(NotAllowed, match="is_moderator"):
                restrain(person, ada, MeasureKind.WARN, Rule.RESPECT, REASON)


class TestWhatStillWorks:
    """Reading, taking back one's own and answering privately always do."""

    def check(self, cast, annotation, **expected):
        other = builders.annotate(cast.ben, cast.declaration)
        allowed = {
            "annotate": may(cast.ada, Permission.ANNOTATE, cast.declaration),
            "reply": may(cast.ada, Permission.REPLY, other),
            "edit": may(cast.ada, Permission.EDIT, annotation),
            "vote": may(cast.ada, Permission.VOTE, other),
            "stance": may(cast.ada, Permission.TAKE_STANCE, cast.declaration),
        }
        assert allowed == expected
        for permission, thing in (
            (Permission.READ, cast.declaration),
            (Permission.READ_ANNOTATION, other),
            (Permission.WITHDRAW, annotation),
            (Permission.WRITE_PRIVATELY, annotation),
            (Permission.FLAG, other),
        ):
            assert may(cast.ada, permission, thing), permission

    def test_somebody_paused_votes_and_revises_but_writes_nothing_new(self, cast, annotation):
        take(cast, MeasureKind.PAUSE)
        self.check(cast, annotation, annotate=False, reply=False, edit=True, vote=True, stance=True)

    def test_somebody_blocked_only_reads_and_takes_back(self, cast, annotation):
        take(cast, MeasureKind.BLOCK)
        self.check(cast, annotation, annotate=False, reply=False, edit=False, vote=False, stance=False)
        withdraw(cast.ada, annotation)
        assert annotation.is_withdrawn

    def test_verbs_refuse_what_the_table_refuses(self, cast, annotation):
        other = builders.annotate(cast.ben, cast.declaration)
        take(cast, MeasureKind.BLOCK)
        thesis = other.thesis
        for deed in (
            lambda: builders.annotate(cast.ada, cast.declaration),
            lambda: post_reply(cast.ada, other, Contribution("Doch.")),
            lambda: edit_annotation(cast.ada, annotation, "Anders gesagt."),
            lambda: cast_vote(cast.ada, other, VoteValue.AGREE),
            lambda: take_stance(cast.ada, thesis, None, StanceValue.CARRY),
        ):
            with pytest.raises(NotAllowed, match=r"not_(paused|blocked)"):
                deed()

    @pytest.mark.parametrize("kind", [MeasureKind.PAUSE, MeasureKind.BLOCK])
    def test_it_is_over_by_itself(self, cast, annotation, kind):
        take(cast, kind, 7)
        with clock.frozen_at(clock.now() + timedelta(days=7, minutes=1)):
            self.check(cast, annotation, annotate=True, reply=True, edit=True, vote=True, stance=True)

    def test_new_texts_of_somebody_reviewed_are_read_first(self, cast, annotation):
        take(cast, MeasureKind.REVIEW)
        assert builders.annotate(cast.ada, cast.declaration).status is Status.PENDING
        with clock.frozen_at(clock.now() + timedelta(days=8)):
            assert builders.annotate(cast.ada, cast.declaration).status is Status.VISIBLE

    def test_a_warning_changes_nothing(self, cast, annotation):
        take(cast, MeasureKind.WARN)
        self.check(cast, annotation, annotate=True, reply=True, edit=True, vote=True, stance=True)

    def test_elsewhere_nothing_changes(self, cast, annotation):
        take(cast, MeasureKind.BLOCK)
        assert may(cast.ada, Permission.ANNOTATE, builders.make_declaration("zweite"))


class TestWhatThePersonReads:
    @pytest.mark.parametrize("kind", [MeasureKind.PAUSE, MeasureKind.BLOCK])
    def test_refusal_says_why_and_until_when(self, cast, client, kind):
        measure = take(cast, kind)
        answer = client.sign_in(cast.ada).post(
            "/d/erklaerung/3/1/annotations", data={"kind": "practice", "body": "Mein langer Text", "action": "send"}
        )
        assert answer.status_code == 403
        assert "Regel 3" in answer.text
        assert REASON in answer.text
        assert f"/measures/{measure.id}/objections" in answer.text
        assert "Mein langer Text" in answer.text
        until = measure.until.astimezone(clock.BERLIN)
        assert f"{until:%H:%M} Uhr" in answer.text

    @pytest.mark.parametrize("path", ["/d/erklaerung/3/1", "/d/erklaerung/3/1/annotations", "/me"])
    def test_it_is_said_before_one_writes(self, cast, client, path):
        take(cast, MeasureKind.PAUSE)
        page = client.sign_in(cast.ada).get(path).text
        assert "Sie haben eine Schreibpause bis" in page
        assert REASON in page

    def test_reply_form_says_it_too(self, cast, client):
        other = builders.annotate(cast.ben, cast.declaration)
        take(cast, MeasureKind.REVIEW)
        assert "bevor es erscheint" in client.sign_in(cast.ada).get(f"/a/{other.number}/replies").text

    def test_others_read_nothing_of_it(self, cast, client):
        builders.annotate(cast.ada, cast.declaration)
        take(cast, MeasureKind.PAUSE)
        for visitor in (client, cast.declaration and client.application.test_client().sign_in(cast.ben)):
            for path in ("/d/erklaerung/3/1", "/d/erklaerung/moderation/log"):
                assert "Schreibpause bis" not in visitor.get(path).text
                assert REASON not in visitor.get(path).text

    def test_pages_of_everybody_else_cost_no_query_more(self, cast, client):
        ben = client.sign_in(cast.ben)
        ben.get("/d/erklaerung/3/1")
        with count_queries() as before:
            ben.get("/d/erklaerung/3/1")
        take(cast, MeasureKind.PAUSE)
        with count_queries() as after:
            ben.get("/d/erklaerung/3/1")
        assert after.count == before.count


class TestLifting:
    def test_it_ends_at_once_and_is_logged(self, cast, ada):
        measure = take(cast, MeasureKind.PAUSE)
        lift(cast.mira, measure, "Wir haben gesprochen.")
        assert ada.paused_until is None
        assert not measure.is_in_force
        [line] = lines(Act.LIFT)
        assert (line.subject_id, bool(line.before), line.after) == (ada.id, True, "")

    def test_another_one_in_force_stays(self, cast, ada):
        long, short = take(cast, MeasureKind.BLOCK, 30), take(cast, MeasureKind.BLOCK, 3)
        lift(cast.mira, long)
        assert ada.blocked_until == short.until

    def test_letter_that_has_not_gone_does_not_go(self, cast):
        lift(cast.mira, take(cast, MeasureKind.WARN))
        [letter] = db.session.scalars(select(Letter)).all()
        assert (letter.is_withdrawn, letter.settled_at is not None) == (True, True)

    def test_who_was_told_is_told_again(self, cast):
        measure = take(cast, MeasureKind.PAUSE)
        db.session.scalars(select(Letter)).one().was_mailed = True
        lift(cast.mira, measure, "Wir haben gesprochen.")
        written = db.session.scalars(select(Letter).where(Letter.template == "lift")).one()
        assert (written.cause, written.facts["reason"]) == (f"lift:{measure.id}", "Wir haben gesprochen.")

    def test_twice_is_once_and_over_is_over(self, cast):
        measure = take(cast, MeasureKind.PAUSE)
        lift(cast.mira, measure)
        lift(cast.mira, measure)
        old = take(cast, MeasureKind.REVIEW, 1)
        with clock.frozen_at(clock.now() + timedelta(days=2)):
            lift(cast.mira, old)
        assert len(lines(Act.LIFT)) == 1
        assert old.lifted_at is None

    def test_participants_do_not_lift_but_an_objection_may(self, cast, ada):
        measure = take(cast, MeasureKind.PAUSE)
        for person in (cast.ada, cast.ben):
            with pytest.raises(NotAllowed):
                lift(person, measure)
        assert lift_measure(builders.membership(cast.otto, cast.declaration), measure)
        assert ada.paused_until is None


class TestPages:
    def test_list_shows_pseudonyms_and_never_addresses(self, cast, client, annotation):
        take(cast, MeasureKind.PAUSE)
        take(cast, MeasureKind.WARN)
        page = client.sign_in(cast.mira).get(PEOPLE).text
        assert page.count(">Weide 27</a>") == 2
        assert f"/a/{annotation.number}/author" in page
        assert "example.org" not in page

    def test_somebody_is_found_by_a_part_of_the_pseudonym(self, cast, client, annotation):
        mira = client.sign_in(cast.mira)
        assert f"/a/{annotation.number}/author" in mira.get(f"{PEOPLE}?q=weíde").text
        assert "Nichts gefunden zu „Linde“" in mira.get(f"{PEOPLE}?q=Linde").text
        assert "Nichts gefunden" in mira.get(f"{PEOPLE}?q=%25").text

    def test_the_page_about_an_author_says_what_is_known(self, cast, client, annotation):
        builders.annotate(cast.ada, cast.declaration).status = Status.HIDDEN
        take(cast, MeasureKind.WARN)
        page = client.sign_in(cast.mira).get(f"/a/{annotation.number}/author").text
        for words in ("Weide 27", "1 sichtbar", "1 nicht gezeigt", "Ermahnung", REASON):
            assert words in page
        assert "example.org" not in page

    def test_a_moderator_takes_a_measure_there(self, cast, client, ada, annotation):
        form = {"kind": "pause", "days": "7", "rule": "3", "reason": REASON, "form_key": "k"}
        mira = client.sign_in(cast.mira)
        for _again in range(2):
            assert mira.post(f"/a/{annotation.number}/author", data=form).status_code == 303
        [measure] = db.session.scalars(select(Measure)).all()
        assert (measure.kind, measure.annotation_id) == (MeasureKind.PAUSE, annotation.number)

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("kind", "", "Bitte wählen Sie, was geschehen soll."),
            ("kind", "exile", "Not a valid choice"),
            ("days", "", "Bitte geben Sie eine Zahl von 1 bis 90 an."),
            ("days", "91", "Bitte geben Sie eine Zahl von 1 bis 90 an."),
            ("days", "²", "Bitte geben Sie eine Zahl von 1 bis 90 an."),
            ("rule", "", "Bitte nennen Sie die Regel."),
            ("reason", "kurz", "Bitte begründen Sie das in einem Satz. Die Person liest ihn."),
        ],
    )
    def test_what_is_missing_is_said_in_one_sentence(self, cast, client, annotation, field, value, words):
        form = {"kind": "pause", "days": "7", "rule": "3", "reason": REASON, field: value}
        answer = client.sign_in(cast.mira).post(f"/a/{annotation.number}/author", data=form)
        assert answer.status_code == 422
        if words != "Not a valid choice":
            assert words in answer.text
        assert form["reason"] in answer.text
        assert db.session.scalars(select(Measure)).all() == []

    def test_who_may_open_them(self, cast, client, annotation):
        address = f"/a/{annotation.number}/author"
        measure = take(cast, MeasureKind.WARN)
        # That there is a measure is nobody else's business.
        for path, for_guests, for_others in (
            (PEOPLE, 303, 403),
            (address, 303, 403),
            (f"/measures/{measure.id}/lift", 303, 404),
            (f"/measures/{measure.id + 1}/lift", 303, 404),
        ):
            assert client.get(path).status_code == for_guests, path
            for person in (cast.ada, cast.ben):
                assert client.application.test_client().sign_in(person).get(path).status_code == for_others, path
        for path, for_organisers in ((PEOPLE, 403), (address, 403), (f"/measures/{measure.id}/lift", 200)):
            assert client.application.test_client().sign_in(cast.otto).get(path).status_code == for_organisers, path

    def test_nobody_opens_the_page_about_oneself(self, cast, client):
        own = builders.annotate(cast.mira, cast.declaration)
        assert client.sign_in(cast.mira).get(f"/a/{own.number}/author").status_code == 403

    def test_team_members_are_refused_and_look_like_everybody_else_before(self, cast, client):
        own = builders.annotate(cast.otto, cast.declaration)
        mira = client.sign_in(cast.mira)
        assert "Eine Maßnahme ergreifen" in mira.get(f"/a/{own.number}/author").text
        form = {"kind": "warn", "rule": "3", "reason": REASON}
        assert mira.post(f"/a/{own.number}/author", data=form).status_code == 403

    def test_gone_author_has_a_page_that_says_so(self, cast, client, annotation):
        annotation.author_id = None
        mira = client.sign_in(cast.mira)
        assert "nicht mehr dabei" in mira.get(f"/a/{annotation.number}/author").text
        assert mira.post(f"/a/{annotation.number}/author", data={}).status_code == 404

    def test_lifting_by_the_page(self, cast, client, ada):
        measure = take(cast, MeasureKind.PAUSE)
        mira = client.sign_in(cast.mira)
        assert "Jetzt aufheben" in mira.get(f"/measures/{measure.id}/lift").text
        assert mira.post(f"/measures/{measure.id}/lift", data={"reason": ""}).status_code == 303
        assert ada.paused_until is None
        assert "schon vorbei" in mira.get(f"/measures/{measure.id}/lift").text
        assert mira.get("/measures/999/lift").status_code == 404

    def test_pages_ask_few_questions(self, cast, client, annotation):
        for number in range(8):
            take(cast, MeasureKind.WARN)
            builders.annotate(cast.ada, cast.declaration, body=f"Beitrag {number}")
        mira = client.sign_in(cast.mira)
        for path, most in ((PEOPLE + "?q=weide", 7), (f"/a/{annotation.number}/author", 9)):
            with count_queries() as queries:
                mira.get(path)
            assert queries.count <= most, path


def test_guests_have_no_restraints(cast, app):
    from deliberation.moderation.people import load_restraints

    assert load_restraints(Guest(), cast.declaration) == []
