"""What is found: only what everybody can read now, in the words it has now. How many hits there are is never said: the index
may still hold words that are not shown any more.

At most two queries for each word, and a few for the hits."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from deliberation.annotations.models import Annotation, Kind, Response, Status
from deliberation.clock import BERLIN
from deliberation.database import ID_MAX, db
from deliberation.declarations.models import Declaration, Paragraph, Thesis
from deliberation.permissions import Permission, Person, require
from deliberation.search.models import DocKind, SearchDoc, SearchPosting, SearchTerm
from deliberation.search.words import QUERY_MAX, Sought, holds, snippet, to_sought

PAGE = 20
TEXT_MAX = 20
TERMS_MAX = 300
"""Longer words that a part is looked for in, the most frequent first."""
FEW = 1000
FIRST_LOOK, GROWTH = 100, 4
_NUMBER = re.compile(r"\s*(?:[aA]\s*[-–‐‑]\s*)?([0-9]{1,10})\s*")


@dataclass(frozen=True)
class Wanted:
    """What is searched for. `before`: where the next page begins, 0 for the first."""

    words: str = ""
    thesis: str = ""
    kind: Kind | None = None
    since: date | None = None
    before: int = 0

    @property
    def is_narrow(self) -> bool:
        return bool(self.thesis or self.kind or self.since)


@dataclass(frozen=True)
class Hit:
    """One place with the words around what was found. Without annotation it is in the text itself."""

    thesis: Thesis
    paragraph: Paragraph | None
    annotation: Annotation | None
    is_response: bool
    pieces: Sequence[tuple[bool, str]]
    doc: int = 0


@dataclass(frozen=True)
class SearchPage:
    """`problem` is "" or says why there was nothing to search for: empty, long, common. `direct` is the annotation whose number
    was typed. `next_before` is where the next page begins."""

    wanted: Wanted
    problem: str = ""
    direct: Annotation | None = None
    text: Sequence[Hit] = ()
    hits: Sequence[Hit] = ()
    next_before: int | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.hits or self.direct)


def load_search(person: Person, declaration: Declaration, wanted: Wanted) -> SearchPage:
    """The text first, in its order; then what people said, the newest first."""
    require(person, Permission.READ, declaration)
    if not wanted.words.strip():
        return SearchPage(wanted, "empty")
    if len(wanted.words) > QUERY_MAX:
        return SearchPage(wanted, "long")
    direct = _direct(declaration, wanted.words) if not wanted.before else None
    sought = to_sought(wanted.words)
    if not sought:
        return SearchPage(wanted, "" if direct else "common", direct)
    docs = _find_docs(declaration, sought)
    text = _load_text(declaration, wanted, sought, docs) if not wanted.before else []
    hits = _load_hits(declaration, wanted, sought, docs)
    following = hits[PAGE - 1].doc if len(hits) > PAGE else None
    return SearchPage(wanted, "", direct, text, hits[:PAGE], following)


def _direct(declaration: Declaration, query: str) -> Annotation | None:
    found = _NUMBER.fullmatch(query)
    if found is None or not 0 < int(found[1]) <= ID_MAX:
        return None
    own = Annotation.number == int(found[1]), Annotation.declaration_id == declaration.id
    return db.session.scalars(_with_place().where(*own, Annotation.status == Status.VISIBLE)).one_or_none()


def _find_docs(declaration: Declaration, sought: Sequence[Sought]) -> set[int]:
    """The texts in which all of these words stand, the rarest looked for first."""
    known = sorted((_find_terms(declaration, one) for one in sought), key=lambda terms: sum(terms.values()))
    docs: set[int] | None = None
    for terms in known:
        if not terms:
            return set()
        query = select(SearchPosting.doc_id).where(SearchPosting.term_id.in_(list(terms)))
        if docs is not None and len(docs) <= FEW:
            query = query.where(SearchPosting.doc_id.in_(sorted(docs)))
        found = set(db.session.scalars(query))
        docs = found if docs is None else docs & found
        if not docs:
            return set()
    return docs or set()


def _find_terms(declaration: Declaration, sought: Sought) -> dict[int, int]:
    """The words of the declaration that are meant, with the number of texts each stands in."""
    parts = [SearchTerm.word.contains(part, autoescape=True) for part in sorted(sought.parts)]
    is_meant = or_(SearchTerm.word.in_(sorted(sought.terms)), *parts)
    query = (
        select(SearchTerm.id, SearchTerm.docs)
        .where(SearchTerm.declaration_id == declaration.id, is_meant)
        .order_by(SearchTerm.word.in_(sorted(sought.terms)).desc(), SearchTerm.docs.desc(), SearchTerm.id)
        .limit(TERMS_MAX)
    )
    return {row.id: row.docs for row in db.session.execute(query)}


def _load_text(declaration: Declaration, wanted: Wanted, sought: tuple[Sought, ...], docs: set[int]) -> list[Hit]:
    """What the declaration itself says; not where a kind or a day is asked for, which it has not."""
    if wanted.kind or wanted.since:
        return []
    here = SearchDoc.declaration_id == declaration.id, SearchDoc.kind.in_((DocKind.THESIS, DocKind.PARAGRAPH))
    found = [doc for doc in db.session.scalars(select(SearchDoc).where(*here)) if doc.id in docs]
    versions = {(doc.kind, doc.ref): doc.version for doc in found}
    theses = {thesis.id: thesis for thesis in declaration.theses if not wanted.thesis or thesis.number == wanted.thesis}
    hits = [
        Hit(thesis, None, None, False, snippet(thesis.heading, sought))
        for thesis in theses.values()
        if versions.get((DocKind.THESIS, thesis.id)) == thesis.since_id
    ]
    refs = [ref for kind, ref in versions if kind is DocKind.PARAGRAPH]
    query = select(Paragraph).where(Paragraph.id.in_(refs), Paragraph.removed_in_id.is_(None))
    for one in db.session.scalars(query.options(joinedload(Paragraph.wording))):
        if one.thesis_id in theses and versions[DocKind.PARAGRAPH, one.id] == one.wording_id:
            hits.append(Hit(one.thesis, one, None, False, snippet(one.wording.text, sought)))
    hits.sort(key=lambda hit: (hit.thesis.position, hit.paragraph.position if hit.paragraph else -1))
    return hits[:TEXT_MAX]


def _load_hits(declaration: Declaration, wanted: Wanted, sought: tuple[Sought, ...], docs: set[int]) -> list[Hit]:
    """One more than a page holds, to know whether there is another."""
    hits: list[Hit] = []
    for some in _looks(sorted((doc for doc in docs if not wanted.before or doc < wanted.before), reverse=True)):
        found = {doc.id: doc for doc in db.session.scalars(select(SearchDoc).where(SearchDoc.id.in_(some)))}
        annotations = _load_annotations(declaration, wanted, [d.ref for d in found.values() if d.kind is DocKind.ANNOTATION])
        responses = _load_responses(declaration, wanted, [d.ref for d in found.values() if d.kind is DocKind.RESPONSE])
        for number in some:
            doc = found.get(number)
            if doc is None:
                continue
            if doc.kind is DocKind.ANNOTATION and (one := annotations.get(doc.ref)) and one.version == doc.version:
                hits += _hit(one, f"{one.body}\n\n{one.proposed_wording}", sought, number)
            elif doc.kind is DocKind.RESPONSE and (answer := responses.get(doc.ref)) and answer.annotation.version == doc.version:
                hits += _hit(answer.annotation, answer.body, sought, number, is_response=True)
            if len(hits) > PAGE:
                return hits
    return hits


def _hit(
    annotation: Annotation, words: str, sought: tuple[Sought, ...], doc: int, is_response: bool = False
) -> tuple[Hit, ...]:
    """None if the words do not stand there any more: an answer can change with a redaction elsewhere in its conversation."""
    if not holds(words, sought):
        return ()
    return (Hit(annotation.thesis, annotation.paragraph, annotation, is_response, snippet(words, sought), doc),)


def _looks(docs: Sequence[int]) -> Iterator[Sequence[int]]:
    """A few first, then more and more: mostly the first hundred fill a page."""
    start, size = 0, FIRST_LOOK
    while start < len(docs):
        yield docs[start : start + size]
        start, size = start + size, size * GROWTH


def _with_place() -> Any:
    return select(Annotation).options(
        joinedload(Annotation.thesis).joinedload(Thesis.declaration), joinedload(Annotation.paragraph)
    )


def _load_annotations(declaration: Declaration, wanted: Wanted, numbers: Sequence[int]) -> dict[int, Annotation]:
    found: dict[int, Annotation] = {}
    for start in range(0, len(numbers), 800):
        some = Annotation.number.in_(numbers[start : start + 800])
        query = _with_place().where(some, *_conditions(declaration, wanted))
        found |= {one.number: one for one in db.session.scalars(query)}
    return found


def _load_responses(declaration: Declaration, wanted: Wanted, ids: Sequence[int]) -> dict[int, Response]:
    found: dict[int, Response] = {}
    way = joinedload(Response.annotation)
    for start in range(0, len(ids), 800):
        query = (
            select(Response)
            .join(Annotation, Annotation.number == Response.annotation_id)
            .options(
                way.joinedload(Annotation.thesis).joinedload(Thesis.declaration), way.joinedload(Annotation.paragraph)
            )
            .where(Response.id.in_(ids[start : start + 800]), *_conditions(declaration, wanted))
        )
        found |= {one.id: one for one in db.session.scalars(query)}
    return found


def _conditions(declaration: Declaration, wanted: Wanted) -> list[Any]:
    conditions: list[Any] = [Annotation.declaration_id == declaration.id, Annotation.status == Status.VISIBLE]
    if wanted.thesis:
        here = Thesis.declaration_id == declaration.id, Thesis.number == wanted.thesis
        conditions.append(Annotation.thesis_id.in_(select(Thesis.id).where(*here)))
    if wanted.kind:
        conditions.append(Annotation.kind == wanted.kind)
    if wanted.since:
        conditions.append(Annotation.created_at >= datetime.combine(wanted.since, time(), BERLIN))
    return conditions
