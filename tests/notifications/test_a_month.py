"""A month of two hundred people and a mail server that fails: who was promised what got it once, and nobody anything else.

What people were promised is worked out here from what happened, without the tables that the program tells from.
"""

import email
import email.policy
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from deliberation import jobs
from deliberation.accounts.addresses import address_hash
from deliberation.accounts.models import User, random_key
from deliberation.annotations.actions import Contribution, post_annotation, post_reply, withdraw
from deliberation.annotations.models import Annotation, Kind, ResponseKind
from deliberation.annotations.positions import change_phase
from deliberation.annotations.responses import respond
from deliberation.clock import frozen_at
from deliberation.database import db
from deliberation.moderation import flagging
from deliberation.moderation.actions import hide, publish
from deliberation.moderation.models import FlagReason, Rule
from deliberation.notifications import following
from deliberation.notifications.following import PACE
from deliberation.notifications.interests import MORNING, choose, latest_place, next_slot
from deliberation.notifications.mailer import send_due_mail
from deliberation.notifications.models import Mail, Pace, Rhythm, Subscription, Topic
from deliberation.permissions import Guest, Phase
from deliberation.privacy.leaving import leave
from deliberation.privacy.models import Parting
from deliberation.sealing import seal
from tests import builders
from tests.notifications.test_smtp import Server

PEOPLE, FOLLOWERS, DAYS = 120, 80, 30
START = datetime(2027, 3, 1, 5, 0, tzinfo=UTC)
"""A Monday; in the month the clocks go forward."""
STEP = timedelta(hours=3)
RHYTHMS = (Rhythm.WEEKLY,) * 14 + (Rhythm.DAILY, Rhythm.MILESTONES)
CHOSEN = (Topic.REPLIES, Topic.ANNOTATIONS, Topic.RESPONSES)
REASON = "Hier ist jemand zu erkennen."
BEGIN, END = "ANFANG", "SCHLUSS"


class Moody:
    """A mail server that refuses for a while, hangs up, and is away for a day; what it accepts it keeps."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.kept: list[bytes] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.random.random() < 0.1:
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.random.random() < 0.05:
            return "452 no room just now"
        self.kept.append(envelope.content)
        return "250 OK"


@dataclass
class Written:
    """One contribution of the month. `shown` is from when to when everybody could read it."""

    number: int
    author: int
    told: frozenset[int]
    thesis: int
    shown_from: datetime | None
    shown_until: datetime | None = None
    looked_at: datetime | None = None


@dataclass
class Month:
    """What happened, and what arrived."""

    wanted: dict[int, dict[Topic, Pace]] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)
    left: dict[str, datetime] = field(default_factory=dict)
    arrived: list[tuple[datetime, str, str]] = field(default_factory=list)


@pytest.fixture
def post(app, monkeypatch) -> Iterator[Moody]:
    handler = Moody(7)
    server = Server(handler)
    server.start()
    monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://localhost:{server.port}")
    yield handler
    server.stop(no_assert=True)


def _people(cast, chance: random.Random, month: Month) -> list[User]:
    people = []
    for number in range(PEOPLE):
        user = builders.make_member(cast.declaration, f"person{number}x")
        user.confirmed_at = START - timedelta(days=2)
        builders.membership(user, cast.declaration).joined_at = START - timedelta(days=2)
        people.append(user)
    db.session.commit()
    jobs.pull_due_digests("de")
    for user in people:
        chosen = {topic: chance.choices(list(Pace), (1, 2, 22, 3))[0] for topic in CHOSEN}
        for topic, pace in chosen.items():
            choose(user, topic, pace)
        month.wanted[user.id] = chosen
    for number in range(FOLLOWERS):
        address = f"follower{number}@example.org"
        follower = Subscription(
            declaration_id=cast.declaration.id, rhythm=RHYTHMS[number % len(RHYTHMS)], locale="de",
            key=random_key(), address_hash=address_hash(address), address_sealed=seal(address), text_version="1",
            requested_at=START, confirmed_at=START, mark=latest_place(),
        )  # fmt: skip
        follower.due_at = next_slot(PACE[follower.rhythm], MORNING, START)
        db.session.add(follower)
    db.session.commit()
    return people


class Story:
    """Deeds by chance, each written down as people see it."""

    def __init__(self, cast, people: list[User], chance: random.Random, month: Month) -> None:
        self.cast, self.people, self.chance, self.month = cast, people, chance, month

    def some_hours(self, moment: datetime) -> None:
        for deed, often in ((self.write, 0.3), (self.reply, 0.2), (self.answer, 0.1), (self.look, 0.2), (self.take_away, 0.04)):
            if self.chance.random() < often:
                deed(moment)
        if self.chance.random() < 0.04:
            self.leave(moment)
        if self.chance.random() < 0.02:
            self.stop_following(moment)
        db.session.commit()

    def _words(self, number: int) -> str:
        return f"{BEGIN}{number}. " + "Im Alltag sieht das anders aus, als es hier geschrieben steht. " * 2 + f"{END}{number}."

    def _note(self, made: Annotation, told: set[int], moment: datetime) -> None:
        made.body = self._words(made.number)
        author = next(p.id for p in self.people if p.wrote(made))
        self.month.written.append(Written(made.number, author, frozenset(told), made.thesis_id, moment))

    def write(self, moment: datetime) -> None:
        author = self.chance.choice(self.people)
        place = builders.paragraph(self.cast.declaration, self.chance.choice(("1.1", "1.2", "2.1", "3.1", "3.2")))
        made = post_annotation(author, place.thesis, place, Contribution("Wort", Kind.PRACTICE, form_key=random_key()))
        self._note(made, set(), moment)

    def reply(self, moment: datetime) -> None:
        shown = [one for one in self.month.written if one.shown_until is None]
        if not shown:
            return
        about = self.chance.choice(shown)
        parent = db.session.get_one(Annotation, about.number)
        root = next(one for one in self.month.written if one.number == parent.thread_number)
        author = self.chance.choice(self.people)
        made = post_reply(author, parent, Contribution("Wort", form_key=random_key()))
        self._note(made, {about.author, root.author} - {author.id}, moment)

    def answer(self, moment: datetime) -> None:
        shown = [one for one in self.month.written if one.shown_until is None]
        if shown:
            one = self.chance.choice(shown)
            about = db.session.get_one(Annotation, one.number)
            respond(self.cast.mira, about, ResponseKind.INFORMATION, "Dazu gibt es eine Zahl.", random_key())

    def look(self, moment: datetime) -> None:
        unseen = [one for one in self.month.written if one.looked_at is None and one.shown_until is None]
        if unseen:
            one = self.chance.choice(unseen)
            about = db.session.get_one(Annotation, one.number)
            flagging.flag(Guest(), about, FlagReason.OTHER, "Bitte ansehen.", random_key())
            publish(self.cast.mira, about, about.version)
            one.looked_at = moment

    def take_away(self, moment: datetime) -> None:
        shown = [one for one in self.month.written if one.shown_until is None]
        if shown:
            one = self.chance.choice(shown)
            about = db.session.get_one(Annotation, one.number)
            author = next((p for p in self.people if p.wrote(about)), None)
            if author is not None and self.chance.random() < 0.5:
                withdraw(author, about)
            else:
                hide(self.cast.mira, about, Rule.PROTECT, REASON, about.version)
            one.shown_until = moment

    def stop_following(self, moment: datetime) -> None:
        """With one click in the mail program."""
        subscriptions = db.session.scalars(select(Subscription)).all()
        one = self.chance.choice(subscriptions)
        self.month.left[one.email] = moment
        following.leave(one)

    def leave(self, moment: datetime) -> None:
        user = self.chance.choice(self.people)
        self.people.remove(user)
        self.month.left[user.email] = moment
        leave(user, Parting.KEPT, "")


def _run(post: Moody, month: Month, moment: datetime, is_away: bool, monkeypatch, app) -> None:
    """One round of the jobs, as they do it, and what arrived in it."""
    before = len(post.kept)
    jobs.pull_due_letters("de")
    while jobs.pull_due_digests("de"):
        pass
    with monkeypatch.context() as patch:
        if is_away:
            patch.setitem(app.config, "MAIL_URL", "smtp://localhost:9")
        while send_due_mail()[0] and not is_away:
            pass
    for content in post.kept[before:]:
        message = email.message_from_bytes(content, policy=email.policy.default)
        text = message.get_body(("plain",)).get_content()
        month.arrived.append((moment, str(message["To"]), text))


def _numbers(text: str) -> list[int]:
    """Contributions that a mail tells of: each has its own line with its way to it."""
    return [int(number) for number in re.findall(r"^A-(\d+), ", text, re.MULTILINE)]


@pytest.mark.any_engine
def test_everybody_gets_what_was_promised_once_and_nobody_anything_else(cast, app, post, monkeypatch):
    chance, month = random.Random(42), Month()
    with frozen_at(START - timedelta(days=1)):
        people = _people(cast, chance, month)
    addresses = {user.id: user.email for user in people}
    story = Story(cast, people, chance, month)
    moment = START
    while moment < START + timedelta(days=DAYS + 10):
        with frozen_at(moment):
            if moment - START == timedelta(days=20):
                change_phase(cast.otto, cast.declaration, Phase.READING)
            if moment - START == timedelta(days=21):
                change_phase(cast.otto, cast.declaration, Phase.ANNOTATING)
            if moment - START < timedelta(days=DAYS) and cast.declaration.phase is Phase.ANNOTATING:
                story.some_hours(moment)
            is_away = timedelta(days=10) <= moment - START < timedelta(days=11, hours=2)
            _run(post, month, moment, is_away, monkeypatch, app)
        moment += STEP
    _check(month, addresses)
    waiting = db.session.scalars(select(Mail).where(Mail.sent_at.is_(None))).all()
    assert [mail.template for mail in waiting] == []


def _check(month: Month, addresses: dict[int, str]) -> None:
    got: Counter[tuple[str, int]] = Counter()
    got_phases: Counter[str] = Counter()
    for moment, address, text in month.arrived:
        numbers = _numbers(text)
        got.update((address, number) for number in numbers)
        assert address not in month.left or moment <= month.left[address], "nothing after leaving"
        phases = text.count("Eine neue Phase hat begonnen.")
        got_phases[address] += phases
        assert numbers or phases or "/a/" in text, "never empty"
        _check_words(month, moment, text)
    assert max(got.values()) == 1, "nothing twice"
    everybody = [*addresses.values(), *(f"follower{number}@example.org" for number in range(FOLLOWERS))]
    staying = [address for address in everybody if address not in month.left]
    assert len(staying) < len(everybody)
    assert {got_phases[address] for address in staying} == {2}, "both phases, to everybody, once"
    promised = missing = 0
    for one in month.written:
        for user, address in addresses.items():
            topic = Topic.REPLIES if user in one.told else Topic.ANNOTATIONS
            is_wanted = user != one.author and month.wanted[user][topic] is not Pace.NEVER
            if not is_wanted:
                assert got[address, one.number] == 0
            elif one.shown_until is None and address not in month.left:
                promised += 1
                missing += got[address, one.number] == 0
        for number in range(FOLLOWERS):
            if RHYTHMS[number % len(RHYTHMS)] is Rhythm.MILESTONES:
                assert got[f"follower{number}@example.org", one.number] == 0
            elif one.shown_until is None and f"follower{number}@example.org" not in month.left:
                promised += 1
                missing += got[f"follower{number}@example.org", one.number] == 0
    assert promised > 10_000
    assert missing == 0


def _check_words(month: Month, moment: datetime, text: str) -> None:
    """No word of what was not shown when the mail left, and of what nobody had looked at not its end."""
    for one in month.written:
        if f"{BEGIN}{one.number}." in text:
            assert one.shown_until is None or moment <= one.shown_until
        if f"{END}{one.number}." in text:
            assert one.looked_at is not None
            assert one.looked_at <= moment
