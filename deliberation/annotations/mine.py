"""Pages about contributions beyond one thesis: a thread, its earlier versions, what is new, one's own area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.annotations import drafts, reading, threads
from deliberation.annotations.actions import Contribution
from deliberation.annotations.models import Annotation, Draft, EarlierVersion, Stance, Status
from deliberation.annotations.threads import Entry, visible_to
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership, Paragraph, Thesis, Wording
from deliberation.text import DiffPart, normalised, to_safe_html, word_diff

NEWS_MAX = 100
SINCE_FORMAT = "%Y-%m-%d"


@dataclass(frozen=True)
class Preview:
    """How a contribution would look."""

    body_html: str
    diff: Sequence[DiffPart]
    sentences: str
    words: Contribution


@dataclass(frozen=True)
class Own:
    """One declaration in somebody's own area."""

    declaration: Declaration
    membership: Membership
    annotations: Sequence[Annotation]
    stances: Sequence[Stance]


@dataclass(frozen=True)
class DraftLink:
    """An unsent text and the page where it goes on."""

    draft: Draft
    declaration: Declaration
    thesis: Thesis | None
    paragraph: Paragraph | None
    parent: Annotation | None


@dataclass(frozen=True)
class Area:
    declarations: Sequence[Own]
    drafts: Sequence[DraftLink]


@dataclass(frozen=True)
class NewsGroup:
    """What is new about one place."""

    thesis: Thesis
    paragraph: Paragraph | None
    annotations: Sequence[Annotation]


@dataclass(frozen=True)
class NewsPage:
    since: datetime | None
    groups: Sequence[NewsGroup]
    edition_number: int
    is_cut: bool


def to_preview(paragraph: Paragraph | None, words: Contribution) -> Preview:
    """Render words that are not stored yet, by the same rules."""
    wording = paragraph.wording if paragraph else None
    return Preview(
        body_html=to_safe_html(normalised(words.body)),
        diff=proposal_diff(wording, words.sentences, words.wording) if words.wording else (),
        sentences=wording.sentence_text(words.sentences) if wording else "",
        words=words,
    )


def proposal_diff(wording: Wording | None, sentences: Sequence[int], proposed: str) -> tuple[DiffPart, ...]:
    """The proposed wording against the sentences it is meant for, or the whole paragraph."""
    if wording is None:
        return (DiffPart("inserted", proposed),)
    return word_diff(wording.sentence_text(sentences) or wording.text, proposed)


def load_thread(person: Any, annotation: Annotation) -> Entry | None:
    """One annotation with all its replies, oldest first; one query."""
    number = annotation.thread_number
    where = or_(Annotation.number == number, Annotation.root_id == number)
    found = threads.to_threads(threads.load_entries(person, annotation.declaration_id, where, None))
    return found[0] if found else None


def load_versions(annotation: Annotation) -> list[EarlierVersion]:
    """What the annotation said before, newest first."""
    query = select(EarlierVersion).where(EarlierVersion.annotation_id == annotation.number)
    return list(db.session.scalars(query.order_by(EarlierVersion.id.desc())))


def load_area(user: User) -> Area:
    """Everything one wrote, by declaration in document order, and what is not sent yet."""
    ids = [membership.id for membership in user.memberships]
    annotations = (
        db.session.scalars(
            select(Annotation)
            .join(Annotation.thesis)
            .options(
                joinedload(Annotation.thesis),
                joinedload(Annotation.paragraph),
                joinedload(Annotation.declaration),
            )
            .options(joinedload(Annotation.responses))
            .where(Annotation.author_id.in_(ids))
            .order_by(Thesis.position, Annotation.number)
        )
        .unique()
        .all()
    )
    stances = db.session.scalars(select(Stance).where(Stance.holder_id.in_(ids))).all()
    declarations = _load_declarations(user)
    own = [
        Own(
            declaration=declarations[membership.declaration_id],
            membership=membership,
            annotations=[a for a in annotations if a.author_id == membership.id],
            stances=[s for s in stances if s.holder_id == membership.id],
        )
        for membership in sorted(user.memberships, key=lambda m: m.joined_at, reverse=True)
    ]
    return Area(declarations=own, drafts=_load_draft_links(user))


def _load_declarations(user: User) -> dict[int, Declaration]:
    wanted = [membership.declaration_id for membership in user.memberships]
    found = db.session.scalars(select(Declaration).where(Declaration.id.in_(wanted)))
    return {declaration.id: declaration for declaration in found}


def _load_draft_links(user: User) -> list[DraftLink]:
    found = drafts.load_drafts(user)
    by_kind: dict[str, set[int]] = {"t": set(), "p": set(), "a": set()}
    for draft in found:
        kind, _, number = draft.place.partition(":")
        by_kind[kind].add(int(number))
    theses = {t.id: t for t in db.session.scalars(select(Thesis).where(Thesis.id.in_(by_kind["t"])))}
    paragraphs = {p.id: p for p in db.session.scalars(select(Paragraph).where(Paragraph.id.in_(by_kind["p"])))}
    parents = {
        a.number: a
        for a in db.session.scalars(
            select(Annotation).options(joinedload(Annotation.declaration)).where(Annotation.number.in_(by_kind["a"]))
        )
    }
    links = []
    for draft in found:
        kind, _, number = draft.place.partition(":")
        paragraph = paragraphs.get(int(number)) if kind == "p" else None
        thesis = paragraph.thesis if paragraph else theses.get(int(number)) if kind == "t" else None
        parent = parents.get(int(number)) if kind == "a" else None
        about = thesis or parent
        if about is not None:
            links.append(DraftLink(draft, about.declaration, thesis, paragraph, parent))
    return links


def load_news(person: Any, declaration: Declaration, since: str | None) -> NewsPage:
    """What appeared since the last visit, or since a day in the address; grouped by place, in document order."""
    marks = reading.load_marks(person, declaration)
    moment = _parsed(since) or marks.since
    if moment is None:
        return NewsPage(None, [], marks.edition_number, False)
    membership = person.membership_in(declaration.id)
    not_mine = Annotation.author_id.is_distinct_from(membership.id) if membership else Annotation.number > 0
    query = (
        select(Annotation)
        .join(Annotation.thesis)
        .outerjoin(Annotation.paragraph)
        .options(joinedload(Annotation.thesis), joinedload(Annotation.paragraph), joinedload(Annotation.author))
        .options(joinedload(Annotation.declaration))
        .where(Annotation.declaration_id == declaration.id, Annotation.status == Status.VISIBLE)
        .where(and_(visible_to(person, declaration.id), Annotation.created_at > moment, not_mine))
        .order_by(Thesis.position, Paragraph.position, Annotation.number)
        .limit(NEWS_MAX + 1)
    )
    found = db.session.scalars(query).unique().all()
    groups = [
        NewsGroup(thesis, paragraph, list(group))
        for (thesis, paragraph), group in groupby(found[:NEWS_MAX], key=lambda a: (a.thesis, a.paragraph))
    ]
    return NewsPage(moment, groups, marks.edition_number, len(found) > NEWS_MAX)


def _parsed(since: str | None) -> datetime | None:
    try:
        return datetime.strptime(since or "", SINCE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
