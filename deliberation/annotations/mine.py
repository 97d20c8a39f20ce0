"""Pages about contributions beyond one thesis: a thread, its earlier versions, what is new, one's own area."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.annotations import bundles, drafts, paging, threads
from deliberation.annotations.actions import Contribution
from deliberation.annotations.models import (
    Anchor,
    Annotation,
    Draft,
    EarlierVersion,
    Kind,
    Outcome,
    Stance,
    Status,
    public_outcome,
)
from deliberation.annotations.outcomes import latest_outcome
from deliberation.annotations.threads import Entry
from deliberation.annotations.wordings import source_of
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition, Membership, Paragraph, Thesis, Wording
from deliberation.text import DiffPart, normalised, to_safe_html, word_diff

OWN_SHOWN = 50
"""Of either list in one's own area; everything stands in the own statement."""


@dataclass(frozen=True)
class Preview:
    """How a contribution would look."""

    body_html: str
    diff: Sequence[DiffPart]
    sentences: str
    words: Contribution


@dataclass(frozen=True)
class Own:
    """One declaration in somebody's own area. `outcomes` are contributions in public of which everybody learns what
    became of them, the latest news first; `annotations` all others; of both the first OWN_SHOWN, and how many there are.
    `has_editions`: its text was changed once or more."""

    declaration: Declaration
    membership: Membership
    outcomes: Sequence[Entry]
    outcome_count: int
    annotations: Sequence[Annotation]
    annotation_count: int
    stances: Sequence[Stance]
    has_editions: bool = False


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
    draft_count: int

    @property
    def has_outcomes(self) -> bool:
        return any(own.outcomes for own in self.declarations)


def to_preview(paragraph: Paragraph | None, words: Contribution) -> Preview:
    """Render words that are not stored yet, by the same rules."""
    wording = paragraph.wording if paragraph else None
    return Preview(
        body_html=to_safe_html(normalised(words.body)),
        diff=proposal_diff(wording, words.sentences, words.wording) if words.kind is Kind.PROPOSAL else (),
        sentences=wording.sentence_text(words.sentences) if wording else "",
        words=words,
    )


def proposal_diff(wording: Wording | None, sentences: Sequence[int], proposed: str) -> tuple[DiffPart, ...]:
    """The proposed wording against the sentences it is meant for, or the whole paragraph."""
    if wording is None:
        return (DiffPart("inserted", proposed),)
    return word_diff(source_of(wording, sentences), proposed)


def load_thread(person: Any, annotation: Annotation, page: int | None = None) -> Entry | None:
    """One conversation with its replies, oldest first, and what is bundled with it; of a long one the page with the
    annotation, or the one that is named."""
    number = annotation.thread_number
    wanted, pages = (1, 1) if annotation.root_id is None and not page else paging.find_page(annotation)
    wanted = min(max(page, 1), pages) if page else wanted
    entries = threads.load_entries(person, annotation.declaration_id, paging.one_page(number, wanted), None)
    if len(entries) > paging.ON_A_PAGE + 1:
        # One more than a page holds, to know that there is another without having asked.
        entries, pages = entries[:-1], paging.find_page(annotation)[1]
    found = threads.to_threads(entries)
    bundles.load_bundles(person, annotation.declaration_id, found)
    if not found:
        return None
    found[0].page, found[0].pages = wanted, pages
    return found[0]


def load_versions(annotation: Annotation) -> list[EarlierVersion]:
    """What the annotation said before, newest first."""
    query = select(EarlierVersion).where(EarlierVersion.annotation_id == annotation.number)
    return list(db.session.scalars(query.order_by(EarlierVersion.id.desc())))


def load_area(user: User) -> Area:
    """What one wrote, by declaration, and how much is not sent yet. At most eight queries, however much that is."""
    ids = [membership.id for membership in user.memberships]
    chosen = _choose_own(ids)
    shown = {number for lists in chosen.values() for numbers in lists for number in numbers[:OWN_SHOWN]}
    entries = {entry.annotation.number: entry for entry in _load_own_entries(shown)}
    stances = db.session.scalars(select(Stance).where(Stance.holder_id.in_(ids))).all()
    declarations = _load_declarations(user)
    own = []
    for membership in sorted(user.memberships, key=lambda m: m.joined_at, reverse=True):
        declaration, newest = declarations[membership.declaration_id]
        with_outcome, others = chosen.get(membership.id, ([], []))
        own.append(
            Own(
                declaration=declaration,
                membership=membership,
                has_editions=newest > 1,
                outcomes=[entries[number] for number in with_outcome[:OWN_SHOWN]],
                outcome_count=len(with_outcome),
                annotations=[entries[number].annotation for number in others[:OWN_SHOWN]],
                annotation_count=len(others),
                stances=[s for s in stances if s.holder_id == membership.id],
            )
        )
    return Area(declarations=own, draft_count=drafts.count_drafts(user))


def _choose_own(membership_ids: Sequence[int]) -> dict[int, tuple[list[int], list[int]]]:
    """Numbers by membership: those of which one learns what became of them, the latest outcome first, then what waits
    longest; and all others in document order. Without a word of them: there may be thousands."""
    query = (
        select(
            Annotation.number, Annotation.author_id, Annotation.kind, Annotation.status, Annotation.outcome,
            latest_outcome().label("latest"),
        )
        .join(Annotation.thesis)
        .where(Annotation.author_id.in_(membership_ids))
        .order_by(Thesis.position, Annotation.number)
    )  # fmt: skip
    found: dict[int, tuple[list[tuple[int, int]], list[int]]] = {}
    for row in db.session.execute(query):
        with_outcome, others = found.setdefault(row.author_id, ([], []))
        if row.status is Status.VISIBLE and public_outcome(row.kind, row.outcome):
            with_outcome.append((-(row.latest or 0), row.number))
        else:
            others.append(row.number)
    return {who: ([number for _latest, number in sorted(first)], rest) for who, (first, rest) in found.items()}


def _load_own_entries(numbers: Collection[int]) -> list[Entry]:
    """Each with what the edition in force did to its words, and with its outcome."""
    newest = select(Edition.id).where(Edition.declaration_id == Annotation.declaration_id)
    in_force = newest.order_by(Edition.number.desc()).limit(1).correlate(Annotation).scalar_subquery()
    query = (
        select(Annotation, Anchor, Outcome)
        .select_from(Annotation)
        .outerjoin(Anchor, and_(Anchor.annotation_id == Annotation.number, Anchor.edition_id == in_force))
        .outerjoin(Outcome, Outcome.id == latest_outcome())
        .options(
            joinedload(Annotation.thesis),
            joinedload(Annotation.paragraph),
            joinedload(Annotation.declaration),
            joinedload(Annotation.wording),
            joinedload(Annotation.edition).lazyload(Edition.declaration),
            joinedload(Annotation.responses),
            joinedload(Anchor.wording),
        )
        .where(Annotation.number.in_(numbers))
    )
    return [
        Entry(annotation, own_vote=None, is_new=False, is_own=True, is_readable=True, anchor=anchor, outcome=outcome)
        for annotation, anchor, outcome in db.session.execute(query).unique()
    ]


def _load_declarations(user: User) -> dict[int, tuple[Declaration, int]]:
    """Each with the number of its edition in force."""
    wanted = [membership.declaration_id for membership in user.memberships]
    newest = select(func.max(Edition.number)).where(Edition.declaration_id == Declaration.id).scalar_subquery()
    found = db.session.execute(select(Declaration, newest).where(Declaration.id.in_(wanted)))
    return {declaration.id: (declaration, number) for declaration, number in found}


def load_draft_links(user: User) -> list[DraftLink]:
    """What is not sent yet, the latest first, each with where it goes on."""
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
