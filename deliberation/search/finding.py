"""What is found: only what everybody can read now, in the words it has now. How many hits there are is never said: the index
may still hold words that are not shown any more.

Texts are looked at from the newest on, in windows of their numbers, so that how many there are does not matter: mostly two
queries for each word, and a few for the hits."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from deliberation.annotations.models import Annotation, Kind, Response, Status
from deliberation.annotations.threads import WHERE, give_places
from deliberation.clock import BERLIN
from deliberation.database import ID_MAX, db
from deliberation.declarations.models import Declaration, Paragraph, Thesis
from deliberation.permissions import Permission, Person, require
from deliberation.search.models import DocKind, SearchDoc, SearchPosting, SearchTerm
from deliberation.search.words import QUERY_MAX, Sought, find_in, snippet, to_sought

PAGE = 20
TEXT_MAX = 20
TERMS_MAX = 300
"""Longer words that a part is looked for in, the most frequent first."""
FIRST_LOOK, GROWTH = 36, 4
"""Texts that the first window is to have, some of which may not be shown, and how much wider each following one is."""
AT_ONCE = 800
Meant = dict[int, int]
"""Ids of the words that one word of a query means, and in how many texts each of them stands."""
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
    meant = [_find_terms(declaration, one) for one in sought]
    text = _load_text(declaration, wanted, sought, meant) if not wanted.before else []
    hits = _load_hits(declaration, wanted, sought, meant)
    following = hits[PAGE - 1].doc if len(hits) > PAGE else None
    return SearchPage(wanted, "", direct, text, hits[:PAGE], following)


def _direct(declaration: Declaration, query: str) -> Annotation | None:
    found = _NUMBER.fullmatch(query)
    if found is None or not 0 < int(found[1]) <= ID_MAX:
        return None
    own = Annotation.number == int(found[1]), Annotation.declaration_id == declaration.id
    one = db.session.scalars(select(Annotation).where(*own, Annotation.status == Status.VISIBLE)).one_or_none()
    give_places([one] if one else [], WHERE)
    return one


def _find_terms(declaration: Declaration, sought: Sought) -> Meant:
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


def _load_text(declaration: Declaration, wanted: Wanted, sought: tuple[Sought, ...], meant: Sequence[Meant]) -> list[Hit]:
    """What the declaration itself says; not where a kind or a day is asked for, which it has not."""
    if wanted.kind or wanted.since or not all(meant):
        return []
    here = SearchDoc.declaration_id == declaration.id, SearchDoc.kind.in_((DocKind.THESIS, DocKind.PARAGRAPH))
    stand = [exists().where(SearchPosting.term_id.in_(list(terms)), SearchPosting.doc_id == SearchDoc.id) for terms in meant]
    query = select(SearchDoc.kind, SearchDoc.ref, SearchDoc.version).where(*here, *stand)
    versions = {(kind, ref): version for kind, ref, version in db.session.execute(query)}
    theses = {thesis.id: thesis for thesis in declaration.theses if not wanted.thesis or thesis.number == wanted.thesis}
    hits = [
        Hit(thesis, None, None, False, snippet(thesis.heading, sought))
        for thesis in theses.values()
        if versions.get((DocKind.THESIS, thesis.id)) == thesis.since_id
    ]
    refs = [ref for kind, ref in versions if kind is DocKind.PARAGRAPH]
    paragraphs = select(Paragraph).where(Paragraph.id.in_(refs), Paragraph.removed_in_id.is_(None))
    for one in db.session.scalars(paragraphs.options(joinedload(Paragraph.wording))):
        if one.thesis_id in theses and versions[DocKind.PARAGRAPH, one.id] == one.wording_id:
            hits.append(Hit(one.thesis, one, None, False, snippet(one.wording.text, sought)))
    hits.sort(key=lambda hit: (hit.thesis.position, hit.paragraph.position if hit.paragraph else -1))
    return hits[:TEXT_MAX]


def _load_hits(declaration: Declaration, wanted: Wanted, sought: tuple[Sought, ...], meant: Sequence[Meant]) -> list[Hit]:
    """One more than a page holds, to know whether there is another."""
    hits: list[Hit] = []
    for some in _looks(meant, wanted.before):
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
    pieces = find_in(words, sought)
    return (Hit(annotation.thesis, annotation.paragraph, annotation, is_response, pieces, doc),) if pieces else ()


def _looks(meant: Sequence[Meant], before: int) -> Iterator[Sequence[int]]:
    """Texts in which all of these words stand, the newest first, a few at a time."""
    if not all(meant):
        return
    words = sorted(meant, key=lambda terms: sum(terms.values()))
    lowest, highest = _find_ends(words[0])
    top = min(highest, before - 1) if before else highest
    # As if the rarest word stood about evenly among all texts from its first one on.
    width = max(1, FIRST_LOOK * (highest - lowest + 1) // max(1, sum(words[0].values())))
    while top >= lowest:
        bottom = max(lowest, top - width + 1)
        docs = sorted(_find_docs(words, bottom, top), reverse=True)
        for start in range(0, len(docs), AT_ONCE):
            yield docs[start : start + AT_ONCE]
        top, width = bottom - 1, width * GROWTH


def _find_ends(terms: Meant) -> tuple[int, int]:
    """The first and the last text in which one of these words stands; (1, 0) if there is none."""
    here = select(SearchPosting.doc_id).where(SearchPosting.term_id == SearchTerm.id)
    first = here.order_by(SearchPosting.doc_id).limit(1).scalar_subquery()
    last = here.order_by(SearchPosting.doc_id.desc()).limit(1).scalar_subquery()
    row = db.session.execute(select(func.min(first), func.max(last)).where(SearchTerm.id.in_(list(terms)))).one()
    return (row[0], row[1]) if row[0] is not None else (1, 0)


def _find_docs(words: Sequence[Meant], bottom: int, top: int) -> set[int]:
    """Of the texts with such numbers those in which all of these words stand, the rarest looked for first."""
    docs: set[int] | None = None
    for terms in words:
        here = SearchPosting.term_id.in_(list(terms)), SearchPosting.doc_id.between(bottom, top)
        found = set(db.session.scalars(select(SearchPosting.doc_id).where(*here)))
        docs = found if docs is None else docs & found
        if not docs:
            break
    return docs or set()


def _load_annotations(declaration: Declaration, wanted: Wanted, numbers: Sequence[int]) -> dict[int, Annotation]:
    found: dict[int, Annotation] = {}
    for start in range(0, len(numbers), AT_ONCE):
        some = Annotation.number.in_(numbers[start : start + AT_ONCE])
        query = select(Annotation).where(some, *_conditions(declaration, wanted))
        found |= {one.number: one for one in db.session.scalars(query)}
    give_places(found.values(), WHERE)
    return found


def _load_responses(declaration: Declaration, wanted: Wanted, ids: Sequence[int]) -> dict[int, Response]:
    found: dict[int, Response] = {}
    for start in range(0, len(ids), AT_ONCE):
        query = (
            select(Response)
            .join(Annotation, Annotation.number == Response.annotation_id)
            .options(contains_eager(Response.annotation))
            .where(Response.id.in_(ids[start : start + AT_ONCE]), *_conditions(declaration, wanted))
        )
        found |= {one.id: one for one in db.session.scalars(query)}
    give_places([one.annotation for one in found.values()], WHERE)
    return found


def _conditions(declaration: Declaration, wanted: Wanted) -> list[Any]:
    # By a sum, or SQLite would look through the index that has all of a declaration, and not for the few numbers.
    conditions: list[Any] = [Annotation.declaration_id + 0 == declaration.id, Annotation.status == Status.VISIBLE]
    if wanted.thesis:
        here = Thesis.declaration_id == declaration.id, Thesis.number == wanted.thesis
        conditions.append(Annotation.thesis_id.in_(select(Thesis.id).where(*here)))
    if wanted.kind:
        conditions.append(Annotation.kind == wanted.kind)
    if wanted.since:
        conditions.append(Annotation.created_at >= datetime.combine(wanted.since, time(), BERLIN))
    return conditions
