"""Sums of news: what, when, how often, whole or how it begins; never twice, never empty, never what is not shown."""

import email
import email.policy
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from deliberation import jobs
from deliberation.annotations import outcomes, responses
from deliberation.annotations.actions import Contribution, post_reply, withdraw
from deliberation.annotations.models import OutcomeValue, ResponseKind
from deliberation.annotations.positions import change_phase
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Policy
from deliberation.moderation.actions import hide, publish, redact
from deliberation.moderation.models import Rule
from deliberation.notifications.harvest import tell
from deliberation.notifications.interests import choose, next_slot
from deliberation.notifications.mailer import send_due_mail
from deliberation.notifications.models import Interest, Mail, Matter, News, Pace, Topic
from deliberation.permissions import Access, Phase
from tests import builders

TUESDAY = datetime(2027, 3, 2, 10, 0, tzinfo=UTC)
MONDAY = datetime(2027, 3, 8, 7, 0, tzinfo=UTC)
REASON = "Hier ist jemand zu erkennen."
LONG = "Das Programm ordnet Familien eine Farbe zu, und im Team entscheidet am Ende doch der Mensch, der sie kennt. SCHLUSS."


@pytest.fixture
def folder(app):
    path = Path(app.config["MAIL_URL"].removeprefix("file://"))
    shutil.rmtree(path, ignore_errors=True)
    return path


@pytest.fixture
def cast(app, database):
    """Everybody has confirmed the address, and nothing has been told so far."""
    with frozen_at(TUESDAY - timedelta(days=1)):
        cast = builders.cast()
        for person in (cast.ada, cast.ben, cast.mira, cast.otto):
            person.confirmed_at = now()
        db.session.commit()
        jobs.pull_due_digests("de")
    return cast


@pytest.fixture
def clock():
    with frozen_at(TUESDAY):
        yield


def run(folder, moment):
    """What leaves at this moment, by recipient."""
    db.session.commit()
    before = set(folder.glob("*.eml"))
    with frozen_at(moment):
        jobs.pull_due_letters("de")
        jobs.pull_due_digests("de")
        jobs.pull_due_digests("de")
        send_due_mail()
    found = {}
    for path in sorted(set(folder.glob("*.eml")) - before):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found.setdefault(str(message["To"]), []).append(message)
    return found


def words(message):
    return message.get_body(("plain",)).get_content()


def reply(author, annotation, body="Bei uns ist das anders."):
    made = post_reply(author, annotation, Contribution(body=body, form_key=f"reply-{author.id}-{body[:20]}"))
    db.session.commit()
    return made


def look_at(cast, annotation):
    """A moderator has seen it."""
    annotation.reviewed_at = now()
    db.session.commit()


class TestPaces:
    def test_weekly_is_the_usual_and_comes_on_monday_morning(self, cast, folder, clock):
        builders.annotate(cast.ada, cast.declaration)
        assert run(folder, TUESDAY + timedelta(minutes=10)) == {}
        assert run(folder, MONDAY - timedelta(hours=1, minutes=1)) == {}
        found = run(folder, MONDAY)
        assert set(found) == {"ben@example.org", "mira@example.org", "otto@example.org"}, "not for whoever wrote it"
        assert found["ben@example.org"][0]["Subject"] == "Neues zu These 3"
        assert run(folder, MONDAY + timedelta(days=7)) == {}, "nothing new: no mail"

    def test_replies_come_at_once_to_whoever_wants_that_and_not_again_on_monday(self, cast, folder, clock):
        choose(cast.ada, Topic.REPLIES, Pace.AT_ONCE)
        first = builders.annotate(cast.ada, cast.declaration)
        answer = reply(cast.ben, first)
        assert run(folder, TUESDAY + timedelta(minutes=1)) == {}, "five minutes to put a slip right"
        found = run(folder, TUESDAY + timedelta(minutes=6))
        assert set(found) == {"ada@example.org"}
        assert f"A-{answer.number}, Antwort auf A-{first.number}" in words(found["ada@example.org"][0])
        assert "ada@example.org" not in run(folder, MONDAY)

    def test_daily_comes_every_morning_on_which_there_is_something(self, cast, folder, clock):
        choose(cast.ben, Topic.ANNOTATIONS, Pace.DAILY)
        builders.annotate(cast.ada, cast.declaration)
        assert set(run(folder, TUESDAY + timedelta(hours=21))) == {"ben@example.org"}
        assert run(folder, TUESDAY + timedelta(hours=45)) == {}

    def test_never_is_never_and_later_wishes_begin_then(self, cast, folder, clock):
        choose(cast.ben, Topic.ANNOTATIONS, Pace.NEVER)
        builders.annotate(cast.ada, cast.declaration)
        assert "ben@example.org" not in run(folder, MONDAY)
        with frozen_at(MONDAY + timedelta(hours=1)):
            choose(cast.ben, Topic.ANNOTATIONS, Pace.DAILY)
        assert run(folder, MONDAY + timedelta(days=1)) == {}

    def test_a_backlog_comes_with_the_new_pace(self, cast, folder, clock):
        builders.annotate(cast.ada, cast.declaration)
        assert run(folder, TUESDAY + timedelta(minutes=6)) == {}
        with frozen_at(TUESDAY + timedelta(minutes=7)):
            choose(cast.ben, Topic.ANNOTATIONS, Pace.AT_ONCE)
        assert set(run(folder, TUESDAY + timedelta(minutes=8))) == {"ben@example.org"}
        assert "ben@example.org" not in run(folder, MONDAY)

    def test_whoever_changes_the_mind_before_it_leaves_gets_nothing(self, cast, folder, clock):
        builders.annotate(cast.ada, cast.declaration)
        db.session.commit()
        with frozen_at(MONDAY):
            jobs.pull_due_digests("de")
            choose(cast.ben, Topic.ANNOTATIONS, Pace.NEVER)
        assert set(run(folder, MONDAY)) == {"mira@example.org", "otto@example.org"}

    @pytest.mark.parametrize(
        ("day", "slot"),
        [
            # The clocks go forward on 28 March 2027, and back on 31 October.
            (datetime(2027, 3, 27, 6, 0, tzinfo=UTC), datetime(2027, 3, 28, 5, 0, tzinfo=UTC)),
            (datetime(2027, 3, 28, 5, 0, tzinfo=UTC), datetime(2027, 3, 29, 5, 0, tzinfo=UTC)),
            (datetime(2027, 10, 30, 5, 0, tzinfo=UTC), datetime(2027, 10, 31, 6, 0, tzinfo=UTC)),
        ],
    )
    def test_seven_in_the_morning_is_seven_in_berlin(self, day, slot):
        assert next_slot(Pace.DAILY, 7, day) == slot

    def test_a_missed_week_comes_late_and_once(self, cast, folder, clock):
        builders.annotate(cast.ada, cast.declaration)
        late = MONDAY + timedelta(days=10, hours=5)
        assert len(run(folder, late)["ben@example.org"]) == 1
        assert run(folder, late + timedelta(hours=1)) == {}


class TestWords:
    def test_what_was_looked_at_stands_there_whole(self, cast, folder, clock):
        look_at(cast, builders.annotate(cast.ada, cast.declaration, body=LONG))
        assert "SCHLUSS." in words(run(folder, MONDAY)["ben@example.org"][0])

    def test_of_what_nobody_looked_at_how_it_begins_and_the_way_to_it(self, cast, folder, clock):
        annotation = builders.annotate(cast.ada, cast.declaration, body=LONG)
        text = words(run(folder, MONDAY)["ben@example.org"][0])
        assert "Das Programm ordnet Familien eine Farbe zu" in text
        assert "SCHLUSS" not in text
        assert f"/a/{annotation.number}" in text

    def test_own_matters_come_first(self, cast, folder, clock):
        mine = builders.annotate(cast.ben, cast.declaration, "1.1")
        builders.annotate(cast.ada, cast.declaration, "2.1", body="Von anderen.")
        reply(cast.ada, mine, "Für Ben.")
        text = words(run(folder, MONDAY)["ben@example.org"][0])
        assert text.index("Zu Ihren Beiträgen") < text.index("Für Ben.") < text.index("Absatz 2.1") < text.index("Von anderen.")
        assert text.count("Für Ben.") == 1

    def test_response_and_outcome_stand_there_with_their_reason(self, cast, folder, clock):
        proposal = builders.annotate(cast.ada, cast.declaration, body="Besser so.")
        responses.respond(cast.mira, proposal, ResponseKind.INQUIRY, "Was heißt das nachts?", "r1")
        outcomes.set_outcome(cast.otto, proposal, OutcomeValue.DECLINED, "Das steht schon in These 2.")
        db.session.commit()
        text = words(run(folder, MONDAY)["ada@example.org"][0])
        assert "Was heißt das nachts?" in text
        assert "Das steht schon in These 2." in text

    def test_a_new_phase_is_told_to_everybody(self, cast, folder, clock):
        change_phase(cast.otto, cast.declaration, Phase.VOTING)
        found = run(folder, MONDAY)
        assert set(found) == {f"{name}@example.org" for name in ("ada", "ben", "mira", "otto")}
        assert "Eine neue Phase hat begonnen" in words(found["ada@example.org"][0])

    def test_no_pseudonym_is_in_any_mail(self, cast, folder, clock):
        builders.annotate(cast.ada, cast.declaration)
        membership = builders.membership(cast.ada, cast.declaration)
        assert membership.pseudonym not in words(run(folder, MONDAY)["ben@example.org"][0])

    def test_private_declarations_are_told_in_numbers(self, cast, folder, clock):
        cast.declaration.access = Access.PRIVATE
        cast.declaration.title = "GEHEIM"
        for user in (cast.ada, cast.ben):
            builders.membership(user, cast.declaration).is_invited = True
        annotation = builders.annotate(cast.ada, cast.declaration, body="VERTRAULICH")
        look_at(cast, annotation)
        message = run(folder, MONDAY)["ben@example.org"][0]
        assert "VERTRAULICH" not in words(message)
        assert "GEHEIM" not in message.as_string()
        assert f"A-{annotation.number}" in words(message)

    def test_many_are_told_as_a_number(self, cast, folder, clock):
        for number in range(63):
            builders.annotate(cast.ada, cast.declaration, body=f"Beitrag {number}.")
        assert "Dazu kommen 3 weitere Beiträge" in words(run(folder, MONDAY)["ben@example.org"][0])


class TestWhatIsNotShown:
    def test_held_is_told_when_it_is_published_however_late(self, cast, folder, clock):
        cast.declaration.policy = Policy.ALL
        held = builders.annotate(cast.ada, cast.declaration, body="Noch nicht gelesen.")
        assert "ben@example.org" not in run(folder, MONDAY)
        with frozen_at(MONDAY + timedelta(hours=2)):
            publish(cast.mira, held, held.version)
        found = run(folder, MONDAY + timedelta(days=7))
        assert "Noch nicht gelesen." in words(found["ben@example.org"][0])

    def test_hidden_between_queueing_and_sending_is_not_sent(self, cast, folder, clock):
        annotation = builders.annotate(cast.ada, cast.declaration, body="Verborgen.")
        db.session.commit()
        with frozen_at(MONDAY):
            jobs.pull_due_digests("de")
            assert db.session.scalars(select(Mail).where(Mail.template == "digest")).all()
            hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
        assert "ben@example.org" not in run(folder, MONDAY)
        assert not db.session.scalars(select(Mail).where(Mail.sent_at.is_(None), Mail.template == "digest")).all()

    def test_withdrawn_is_not_told(self, cast, folder, clock):
        annotation = builders.annotate(cast.ada, cast.declaration)
        withdraw(cast.ada, annotation)
        assert run(folder, MONDAY) == {}

    def test_of_what_was_redacted_no_word(self, cast, folder, clock):
        annotation = builders.annotate(cast.ada, cast.declaration, body="Frau M. wohnt dort. Sonst nichts.")
        redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Frau M."], annotation.version)
        text = words(run(folder, MONDAY)["ben@example.org"][0])
        assert f"A-{annotation.number}" in text
        assert "wohnt" not in text

    def test_quiet_publication_waits_for_a_look(self, cast, folder, clock):
        cast.declaration.sends_after_look = True
        annotation = builders.annotate(cast.ada, cast.declaration)
        assert "ben@example.org" not in run(folder, MONDAY)
        look_at(cast, annotation)
        assert "ben@example.org" in run(folder, MONDAY + timedelta(days=7))

    def test_whoever_is_blocked_or_gone_is_told_nothing(self, cast, folder, clock):
        builders.annotate(cast.ada, cast.declaration)
        builders.membership(cast.ben, cast.declaration).blocked_until = MONDAY + timedelta(days=30)
        db.session.delete(db.session.get(type(cast.otto), cast.otto.id))
        assert set(run(folder, MONDAY)) == {"mira@example.org"}

    def test_nothing_from_before_somebody_came(self, cast, folder, clock):
        builders.annotate(cast.ada, cast.declaration)
        assert run(folder, TUESDAY + timedelta(hours=1)) == {}
        with frozen_at(TUESDAY + timedelta(hours=2)):
            late = builders.make_member(cast.declaration, "spät")
            late.confirmed_at = now()
        assert "spät@example.org" not in run(folder, MONDAY)


class TestDecisions:
    def test_come_at_once_as_a_letter_or_later_as_a_line(self, cast, folder, clock):
        choose(cast.ben, Topic.DECISIONS, Pace.WEEKLY)
        texts = [builders.annotate(person, cast.declaration, body="Von Frau M.") for person in (cast.ada, cast.ben)]
        for annotation in texts:
            hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
        found = run(folder, TUESDAY + timedelta(minutes=31))
        assert set(found) == {"ada@example.org"}
        found = run(folder, MONDAY)
        assert set(found) == {"ben@example.org"}
        assert f"Zu A-{texts[1].number} hat die Moderation entschieden." in words(found["ben@example.org"][0])


class TestRuns:
    def test_topics_that_begin_alike_are_told_apart(self, cast, folder, clock):
        """Nothing new in between: what was told at once and what is due on Monday end at the same place."""
        choose(cast.ada, Topic.REPLIES, Pace.AT_ONCE)
        first = builders.annotate(cast.ada, cast.declaration)
        tell(Matter.REPORT, 1, cast.declaration.id, now())
        reply(cast.ben, first)
        assert "ada@example.org" in run(folder, TUESDAY + timedelta(hours=1))
        text = words(run(folder, MONDAY)["ada@example.org"][0])
        assert "Der Bericht ist erschienen." in text

    def test_rows_are_made_once_for_everybody(self, cast, folder, clock):
        run(folder, TUESDAY)
        rows = db.session.scalars(select(Interest).where(Interest.user_id == cast.ada.id)).all()
        assert {one.topic for one in rows} == set(Topic) - {Topic.WAITING}
        assert all(one.due_at or one.pace is Pace.AT_ONCE for one in rows)

    def test_places_are_given_in_order_and_once(self, cast, folder, clock):
        for number in range(5):
            builders.annotate(cast.ada, cast.declaration, body=f"Beitrag {number}.")
        run(folder, TUESDAY + timedelta(hours=1))
        run(folder, TUESDAY + timedelta(hours=2))
        places = db.session.scalars(select(News.place).order_by(News.place)).all()
        assert places == list(range(1, len(places) + 1))

    def test_a_clock_that_goes_back_tells_nothing_twice(self, cast, folder, clock):
        builders.annotate(cast.ada, cast.declaration)
        assert "ben@example.org" in run(folder, MONDAY)
        assert run(folder, MONDAY - timedelta(days=3)) == {}
        assert run(folder, MONDAY) == {}
        assert "ben@example.org" not in run(folder, MONDAY + timedelta(days=7))

    def test_several_declarations_come_in_one_mail(self, cast, folder, clock):
        other = builders.make_declaration("zweite", title="Zweite Erklärung")
        for user in (cast.ada, cast.ben):
            builders.membership(user, other)
            builders.membership(user, other).joined_at = TUESDAY - timedelta(hours=1)
        builders.annotate(cast.ada, cast.declaration)
        builders.annotate(cast.ada, other, "1.1")
        found = run(folder, MONDAY)["ben@example.org"]
        assert len(found) == 1
        assert found[0]["Subject"] == "Neues für Sie"
        assert "Zweite Erklärung" in words(found[0])



TELLING = ("ver.di", "gewerkschaft", "erklärung", "sozial", "pseudonym", "moderation", "meldung", "weide 27", "linde 88")
PREVIEW = 90
"""So many characters of a mail stand beside its subject in a list."""


def test_whoever_looks_over_a_shoulder_learns_nothing(cast, folder, clock):
    choose(cast.ada, Topic.REPLIES, Pace.AT_ONCE)
    first = builders.annotate(cast.ada, cast.declaration)
    reply(cast.ben, first)
    builders.annotate(cast.ben, cast.declaration, "1.1")
    found = [run(folder, TUESDAY + timedelta(minutes=6)), run(folder, MONDAY)]
    messages = [one for mails in found for some in mails.values() for one in some]
    assert len(messages) >= 4
    for message in messages:
        seen = f"{message['Subject']} {message['From']} {' '.join(words(message).split())[:PREVIEW]}".casefold()
        assert not [word for word in TELLING if word in seen], seen
