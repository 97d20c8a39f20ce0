"""What a sum of news says, made when it is sent: of everything in its range what may still be told, the reader's own matters
first, the rest by place in the text. Whole texts stand in it only where a moderator has looked at them: mail cannot be
called back.

No pseudonym is in it: mailboxes have other readers, and what is private is told in numbers alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from textwrap import wrap
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Outcome, Response
from deliberation.clock import to_day, today
from deliberation.database import db
from deliberation.declarations.dates import Told as Day
from deliberation.declarations.dates import dates_of
from deliberation.declarations.focus import focus_now
from deliberation.declarations.models import Declaration, Edition, LogEntry, Membership, Paragraph, Thesis
from deliberation.moderation.models import Letter
from deliberation.notifications.audience import TOPIC_OF, followed, told
from deliberation.notifications.interests import load_interests
from deliberation.notifications.models import Matter, News, NotNeeded, Pace, Subscription, Topic
from deliberation.permissions import Access, Phase
from deliberation.text import REDACTED, excerpt, to_plain_text

WORDS, LINE = 80, 74
"""Characters of what nobody of the team has looked at, and of a line."""
ENTRIES_MAX = 60
"""Contributions of others in one mail; of the rest it says how many they are."""
OWN = (Topic.DECISIONS, Topic.REPLIES, Topic.RESPONSES, Topic.OUTCOMES)


@dataclass(frozen=True)
class Entry:
    """One piece of news. `paragraphs`: its words, empty where they may not stand in a mail; `is_whole`: all of them."""

    topic: Topic
    news: News
    annotation: Annotation | None = None
    thing: Any = None
    paragraphs: tuple[str, ...] = ()
    is_whole: bool = False

    @property
    def is_own(self) -> bool:
        return self.topic in OWN

    @property
    def quoted(self) -> list[str]:
        """The words as lines of a mail, each marked as quoted; between paragraphs an empty one."""
        lines: list[str] = []
        for paragraph in self.paragraphs:
            lines += [">"] if lines else []
            lines += [f"> {line}" for line in wrap(paragraph, LINE, break_on_hyphens=False)]
        return lines

    @property
    def phase(self) -> Phase | None:
        """The one that began."""
        words = self.thing.after.partition(" ")[0] if isinstance(self.thing, LogEntry) else ""
        return next((one for one in Phase if one.value == words), None)


@dataclass(frozen=True)
class Place:
    """What is new at one place of the text."""

    thesis: Thesis
    paragraph: Paragraph | None
    entries: tuple[Entry, ...]


@dataclass
class Section:
    """One declaration. `is_private`: its title and its words are in no mail."""

    declaration: Declaration
    own: list[Entry] = field(default_factory=list)
    milestones: list[Entry] = field(default_factory=list)
    others: list[Entry] = field(default_factory=list)

    @property
    def is_private(self) -> bool:
        return self.declaration.access is Access.PRIVATE

    @property
    def shown(self) -> list[Entry]:
        return self.others[:ENTRIES_MAX]

    @property
    def more(self) -> int:
        """Contributions beyond those that are listed."""
        return max(0, len(self.others) - ENTRIES_MAX)

    @property
    def places(self) -> tuple[Place, ...]:
        """In the order of the text."""
        found: dict[tuple[int, int], list[Entry]] = {}
        for entry in self.shown:
            annotation = entry.annotation
            assert annotation is not None
            found.setdefault((annotation.thesis_id, annotation.paragraph_id or 0), []).append(entry)
        places = [Place(group[0].annotation.thesis, group[0].annotation.paragraph, tuple(group)) for group in found.values()]  # type: ignore[union-attr]
        return tuple(
            sorted(places, key=lambda one: (one.thesis.position, one.paragraph.position if one.paragraph else -1))
        )

    @property
    def since(self) -> date | None:
        """The day of the oldest news in it."""
        days = [to_day(one.news.told_at) for one in (*self.own, *self.milestones, *self.others) if one.news.told_at]
        return min(days, default=None)

    @property
    def next_date(self) -> Day | None:
        return next((one for one in dates_of(self.declaration) if one.day and one.day >= today()), None)

    @property
    def focus(self) -> Thesis | None:
        """What everybody looks at this week."""
        week = focus_now(self.declaration)
        return week.thesis if week else None


@dataclass(frozen=True)
class Digest:
    sections: tuple[Section, ...]
    pace: Pace
    reader: User | Subscription

    @property
    def entries(self) -> list[Entry]:
        return [one for section in self.sections for one in (*section.own, *section.milestones, *section.others)]

    @property
    def only_thesis(self) -> Thesis | None:
        """The one thesis it is all about, if it is about one."""
        found = {one.annotation.thesis_id: one.annotation.thesis for one in self.entries if one.annotation}
        is_all = all(one.annotation for one in self.entries)
        return next(iter(found.values())) if is_all and len(found) == 1 else None


def digest_words(parameters: Mapping[str, Any]) -> Digest:
    """Raises NotNeeded if the reader left, wants it no more, or nothing of it may be told any more."""
    reader = _find_reader(parameters)
    if reader is None:
        raise NotNeeded
    if isinstance(reader, Subscription):
        pairs = _for_follower(reader, *parameters["told"])
        pace = Pace(reader.rhythm.value) if reader.rhythm.value in {one.value for one in Pace} else Pace.AT_ONCE
    else:
        pairs, pace = _for_member(reader, parameters["told"])
    sections = _to_sections(_load_entries(pairs))
    if not sections:
        raise NotNeeded
    return Digest(sections, pace, reader)


def _find_reader(parameters: Mapping[str, Any]) -> User | Subscription | None:
    """Whom the mail is for, if she is still there and the address is still confirmed."""
    if "account" in parameters:
        return db.session.scalars(
            select(User).where(User.id == parameters["account"], User.confirmed_at.is_not(None))
        ).one_or_none()
    return db.session.scalars(
        select(Subscription).where(
            Subscription.id == parameters["subscription"], Subscription.confirmed_at.is_not(None)
        )
    ).one_or_none()


def _for_member(user: User, ranges: Mapping[str, Sequence[int]]) -> tuple[list[tuple[Topic, int]], Pace]:
    chosen = load_interests(user)
    pairs: list[tuple[Topic, int]] = []
    paces: set[Pace] = set()
    for topic in Topic:
        if topic.value not in ranges or chosen[topic][0] is Pace.NEVER:
            continue
        after, up_to = ranges[topic.value]
        query = told(topic)
        news = query.where(Membership.user_id == user.id, News.place > after, News.place <= up_to)
        found = {row.news_id for row in db.session.execute(news)}
        pairs += [(topic, number) for number in sorted(found)]
        paces |= {chosen[topic][0]} if found else set()
    slowest = [pace for pace in (Pace.WEEKLY, Pace.DAILY, Pace.AT_ONCE) if pace in paces]
    return pairs, slowest[0] if slowest else Pace.WEEKLY


def _for_follower(subscription: Subscription, after: int, up_to: int) -> list[tuple[Topic, int]]:
    """Without what the same address is told as a member."""
    rows = db.session.execute(followed(subscription).where(News.place > after, News.place <= up_to)).all()
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            User.address_hash == subscription.address_hash, Membership.declaration_id == subscription.declaration_id,
            User.confirmed_at.is_not(None),
        )
    )  # fmt: skip
    member = db.session.scalars(query).one_or_none()
    chosen = load_interests(member) if member else {}
    told_already = {topic for topic, (pace, _hour) in chosen.items() if pace is not Pace.NEVER}
    pairs = [(TOPIC_OF[row.matter], row.news_id) for row in rows]
    return [pair for pair in pairs if pair[0] not in told_already]


def _load_entries(pairs: Iterable[tuple[Topic, int]]) -> list[Entry]:
    topics = {number: topic for topic, number in pairs}
    news: list[News] = []
    numbers = list(topics)
    for start in range(0, len(numbers), 400):
        query = select(News).where(News.id.in_(numbers[start : start + 400])).order_by(News.place)
        news += db.session.scalars(query).all()
    things = {matter: _load_things(matter, [one.ref for one in news if one.matter is matter]) for matter in Matter}
    return [
        _to_entry(topics[one.id], one, things[one.matter].get(one.ref))
        for one in news
        if one.matter in FURTHER_DOWN or one.ref in things[one.matter]
    ]


FURTHER_DOWN = (Matter.REPORT, Matter.ANNOUNCEMENT)  # in features below: the mail says that there is something, and where
_TABLES: Mapping[Matter, tuple[Any, Any]] = {
    Matter.ANNOTATION: (Annotation, Annotation.number),
    Matter.RESPONSE: (Response, Response.id),
    Matter.OUTCOME: (Outcome, Outcome.id),
    Matter.LETTER: (Letter, Letter.id),
    Matter.EDITION: (Edition, Edition.id),
    Matter.PHASE: (LogEntry, LogEntry.id),
}


def _load_things(matter: Matter, refs: Sequence[int]) -> dict[int, Any]:
    """The rows behind the news, with the annotation they belong to and its place."""
    if matter not in _TABLES or not refs:
        return {}
    table, number = _TABLES[matter]
    found: dict[int, Any] = {}
    for start in range(0, len(refs), 400):
        query = select(table).where(number.in_(refs[start : start + 400]))
        if matter is Matter.ANNOTATION:
            query = query.options(*_with_place(None))
        elif matter in (Matter.RESPONSE, Matter.OUTCOME, Matter.LETTER):
            query = query.options(*_with_place(table.annotation))
        found |= {getattr(one, number.key): one for one in db.session.scalars(query).unique()}
    return found


def _with_place(way: Any) -> tuple[Any, ...]:
    if way is None:
        return joinedload(Annotation.thesis).joinedload(Thesis.declaration), joinedload(Annotation.paragraph)
    return (
        joinedload(way).joinedload(Annotation.thesis).joinedload(Thesis.declaration),
        joinedload(way).joinedload(Annotation.paragraph),
    )


def _to_entry(topic: Topic, news: News, thing: Any) -> Entry:
    if isinstance(thing, Annotation):
        return Entry(topic, news, thing, thing, *_words_of(thing))
    if isinstance(thing, Response):
        return Entry(topic, news, thing.annotation, thing, to_paragraphs(thing.body), True)
    if isinstance(thing, Outcome):
        return Entry(topic, news, thing.annotation, thing, to_paragraphs(thing.reason), True)
    if isinstance(thing, Letter):
        return Entry(topic, news, thing.annotation, thing)
    return Entry(topic, news, None, thing, to_paragraphs(thing.note) if isinstance(thing, Edition) else ())


def _words_of(annotation: Annotation) -> tuple[tuple[str, ...], bool]:
    """Whole where a moderator has looked at them, else how they begin; of what was redacted nothing."""
    source = "\n\n".join(part for part in (annotation.proposed_wording, annotation.body) if part)
    if REDACTED in source or REDACTED in annotation.quote:
        return (), False
    if annotation.reviewed_at is None:
        return (excerpt(annotation.body or annotation.proposed_wording, WORDS),), False
    return to_paragraphs(source), True


def to_paragraphs(source: str) -> tuple[str, ...]:
    """Plain words, paragraph by paragraph."""
    parts = (to_plain_text(part) for part in source.replace("\r\n", "\n").split("\n\n"))
    return tuple(part for part in parts if part)


def _to_sections(entries: Sequence[Entry]) -> tuple[Section, ...]:
    numbers = {one.news.declaration_id for one in entries}
    query = select(Declaration).where(Declaration.id.in_(numbers)).order_by(Declaration.id)
    query = query.options(selectinload(Declaration.theses))
    sections = {one.id: Section(one) for one in db.session.scalars(query)}
    for entry in entries:
        section = sections[entry.news.declaration_id]
        kind = section.own if entry.is_own else section.others if entry.annotation else section.milestones
        kind.append(entry)
    return tuple(one for one in sections.values() if one.own or one.milestones or one.others)
