"""Keeping the index like the texts: rows that changed are taken in anew, and of what is not shown nothing stays.

Texts do not know of it: what they say now is compared with what was taken in. Whoever calls this commits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, delete, insert, literal, or_, select, update

from deliberation.annotations.models import Annotation, Response, Status
from deliberation.database import db
from deliberation.declarations.models import Paragraph, Thesis, Wording
from deliberation.moderation import redacting
from deliberation.search.models import DocKind, SearchDoc, SearchPosting, SearchTerm
from deliberation.search.words import index_terms

AT_ONCE = 400
Rows = Any
"""A `Select` with the columns that its function names."""


def current(kind: DocKind) -> Rows:
    """What can be found now: `ref`, `declaration_id`, `version`."""
    if kind is DocKind.THESIS:
        here = Thesis.removed_in_id.is_(None), Thesis.heading != ""
        return _columns(Thesis.id, Thesis.declaration_id, Thesis.since_id).where(*here)
    if kind is DocKind.PARAGRAPH:
        return (
            _columns(Paragraph.id, Thesis.declaration_id, Paragraph.wording_id)
            .join(Thesis, Thesis.id == Paragraph.thesis_id)
            .where(Paragraph.removed_in_id.is_(None), Paragraph.wording_id.is_not(None))
        )
    if kind is DocKind.ANNOTATION:
        return _columns(Annotation.number, Annotation.declaration_id, Annotation.version).where(
            Annotation.status == Status.VISIBLE
        )
    return (
        _columns(Response.id, Annotation.declaration_id, Annotation.version)
        .join(Annotation, Annotation.number == Response.annotation_id)
        .where(Annotation.status == Status.VISIBLE)
    )


def _columns(ref: Any, declaration: Any, version: Any) -> Rows:
    return select(ref.label("ref"), declaration.label("declaration_id"), version.label("version"))


def find_new(limit: int = AT_ONCE) -> list[tuple[DocKind, int]]:
    """What was written since the index was last brought up to date: rows beyond the last ones in it. Cheap."""
    found: list[tuple[DocKind, int]] = []
    for kind in (DocKind.ANNOTATION, DocKind.RESPONSE):
        now = current(kind).subquery()
        last = db.session.scalar(select(SearchDoc.ref).where(SearchDoc.kind == kind).order_by(SearchDoc.ref.desc()).limit(1)) or 0
        query = select(now.c.ref).where(now.c.ref > last).order_by(now.c.ref).limit(limit)
        found += [(kind, ref) for ref in db.session.scalars(query)]
    return found


def find_changed(limit: int = AT_ONCE) -> list[tuple[DocKind, int]]:
    """Texts that read otherwise than they were taken in, are missing, or are not shown any more. Looks at every row."""
    found: list[tuple[DocKind, int]] = []
    for kind in DocKind:
        now = current(kind).subquery()
        same = and_(SearchDoc.kind == kind, SearchDoc.ref == now.c.ref)
        fresh = select(now.c.ref).outerjoin(SearchDoc, same).where(
            or_(SearchDoc.id.is_(None), SearchDoc.version != now.c.version)
        )  # fmt: skip
        gone = select(SearchDoc.ref).where(
            SearchDoc.kind == kind, ~select(literal(1)).where(now.c.ref == SearchDoc.ref).exists()
        )
        for query in (fresh, gone):
            found += [(kind, ref) for ref in db.session.scalars(query.limit(limit))]
    return found[:limit]


def take_in(changed: Iterable[tuple[DocKind, int]]) -> int:
    """Bring these up to date; how many."""
    refs: dict[DocKind, list[int]] = {}
    for kind, ref in changed:
        refs.setdefault(kind, []).append(ref)
    for kind, some in refs.items():
        for start in range(0, len(some), AT_ONCE):
            _take_in(kind, some[start : start + AT_ONCE])
    return sum(map(len, refs.values()))


def _take_in(kind: DocKind, refs: Sequence[int]) -> None:
    _throw_out(select(SearchDoc.id).where(SearchDoc.kind == kind, SearchDoc.ref.in_(refs)))
    now = current(kind).subquery()
    rows = db.session.execute(select(now).where(now.c.ref.in_(refs)).order_by(now.c.ref)).all()
    texts = load_texts(kind, [row.ref for row in rows])
    words = {row.ref: index_terms(texts.get(row.ref, "")) for row in rows}
    docs = [SearchDoc(kind=kind, ref=row.ref, declaration_id=row.declaration_id, version=row.version) for row in rows]
    db.session.add_all(docs)
    db.session.flush()
    by_declaration: dict[int, Counter[str]] = {}
    for doc in docs:
        by_declaration.setdefault(doc.declaration_id, Counter()).update(words[doc.ref])
    ids = {number: _term_ids(number, counts) for number, counts in by_declaration.items()}
    postings = [
        {"term_id": ids[doc.declaration_id][word], "doc_id": doc.id} for doc in docs for word in sorted(words[doc.ref])
    ]
    if postings:
        db.session.execute(insert(SearchPosting), postings)


def _term_ids(declaration_id: int, counts: Mapping[str, int]) -> dict[str, int]:
    """The rows of these words, made where they are missing, and counted."""
    wanted, found = sorted(counts), dict[str, int]()
    here = SearchTerm.declaration_id == declaration_id
    for start in range(0, len(wanted), AT_ONCE):
        some = SearchTerm.word.in_(wanted[start : start + AT_ONCE])
        found |= dict(_pairs(select(SearchTerm.word, SearchTerm.id).where(here, some)))
    _count([{"id": number, "more": counts[word]} for word, number in found.items()])
    missing = [word for word in wanted if word not in found]
    if missing:
        rows = [{"declaration_id": declaration_id, "word": word, "docs": counts[word]} for word in missing]
        made = db.session.execute(insert(SearchTerm).returning(SearchTerm.word, SearchTerm.id), rows)
        found |= dict(made.all())
    return found


def _count(known: Sequence[Mapping[str, int]]) -> None:
    """Many words have the same number of texts more: one statement for each number."""
    by_number: dict[int, list[int]] = {}
    for one in known:
        by_number.setdefault(one["more"], []).append(one["id"])
    for more, ids in by_number.items():
        for start in range(0, len(ids), AT_ONCE):
            some = SearchTerm.id.in_(ids[start : start + AT_ONCE])
            db.session.execute(
                update(SearchTerm).where(some).values(docs=SearchTerm.docs + more),
                execution_options={"synchronize_session": False},
            )


def _throw_out(docs: Rows) -> None:
    """These texts and their words; words that stand nowhere any more are gone."""
    ids = db.session.scalars(docs).all()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        here = SearchPosting.doc_id.in_(some)
        counts = Counter(db.session.scalars(select(SearchPosting.term_id).where(here)))
        quiet = {"synchronize_session": False}
        db.session.execute(delete(SearchPosting).where(here), execution_options=quiet)
        db.session.execute(delete(SearchDoc).where(SearchDoc.id.in_(some)), execution_options=quiet)
        _count([{"id": term, "more": -count} for term, count in counts.items()])
        terms = list(counts)
        for begin in range(0, len(terms), AT_ONCE):
            empty = SearchTerm.id.in_(terms[begin : begin + AT_ONCE]), SearchTerm.docs <= 0
            db.session.execute(delete(SearchTerm).where(*empty), execution_options=quiet)


def forget_name(declaration_id: int, name: str) -> None:
    """A name was taken out of texts: those that were found by it are taken in anew, and until then are not found."""
    words = index_terms(name)
    if not words:
        return
    docs = select(SearchDoc.id).where(SearchDoc.declaration_id == declaration_id)
    for word in sorted(words):
        has_it = (
            select(SearchPosting.doc_id)
            .join(SearchTerm, SearchTerm.id == SearchPosting.term_id)
            .where(SearchTerm.declaration_id == declaration_id, SearchTerm.word == word)
        )
        docs = docs.where(SearchDoc.id.in_(has_it))
    _throw_out(docs)


def forget_answers(annotation: Annotation) -> Iterator[tuple[Any, str]]:
    """For `moderation.redacting`: passages are taken out of the answers in the same conversation too. They are taken in anew."""
    thread = annotation.thread_number
    in_thread = select(Annotation.number).where(or_(Annotation.number == thread, Annotation.root_id == thread))
    answers = select(Response.id).where(Response.annotation_id.in_(in_thread))
    _throw_out(select(SearchDoc.id).where(SearchDoc.kind == DocKind.RESPONSE, SearchDoc.ref.in_(answers)))
    yield from ()


def load_texts(kind: DocKind, refs: Sequence[int]) -> dict[int, str]:
    """What these texts say now."""
    if kind is DocKind.THESIS:
        return dict(_pairs(select(Thesis.id, Thesis.heading).where(Thesis.id.in_(refs))))
    if kind is DocKind.PARAGRAPH:
        query = select(Paragraph.id, Wording).join(Wording, Wording.id == Paragraph.wording_id).where(Paragraph.id.in_(refs))
        return {number: wording.text for number, wording in db.session.execute(query)}
    if kind is DocKind.RESPONSE:
        return dict(_pairs(select(Response.id, Response.body).where(Response.id.in_(refs))))
    columns = select(Annotation.number, Annotation.body, Annotation.proposed_wording)
    rows = db.session.execute(columns.where(Annotation.number.in_(refs)))
    return {number: f"{body}\n\n{wording}".strip() for number, body, wording in rows}


def _pairs(query: Rows) -> Iterable[tuple[Any, Any]]:
    return [(row[0], row[1]) for row in db.session.execute(query)]


redacting.elsewhere.append(forget_answers)
