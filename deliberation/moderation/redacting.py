"""Blackening passages: what they are replaced with, where they stand, and the sealed original.

A passage goes from everything that is shown, searched, exported or mailed: the text itself, its earlier versions, what
the moderation answered in the same conversation, and what moderators wrote about it. What other people wrote is theirs:
`find_echoes` names it, and it is decided on by itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import or_, select

from deliberation.annotations import patterns
from deliberation.annotations.models import Annotation, EarlierVersion, Outcome, Response, Status
from deliberation.database import db
from deliberation.moderation.models import Decision, Flag, Letter, Measure, Message, Note, Objection, Seal
from deliberation.text import REDACTED, SOURCE_MAX, normalised, to_plain_text, to_safe_html

MARK = REDACTED
PASSAGES_MAX = 30
PASSAGE_MIN = 2
PASSAGE_MAX = 500

elsewhere: list[Callable[[Annotation], Iterable[tuple[Any, str]]]] = []
"""What features further down keep that could repeat a passage: rows, and the column of each that holds words."""

REASON_TOLD = "facts.reason"
"""Where a letter keeps the reason it tells, if it keeps one."""

_BETWEEN_WORDS = r"[\s*_`~\\>#+-]{1,12}"
_WITHIN_WORDS = r"[*_`~\\]{0,4}"


class PassageMissing(Exception):
    """A passage does not stand in the text, or could not be taken out of it."""

    def __init__(self, passage: str) -> None:
        super().__init__("passage not found")
        self.passage = passage


def blacken(text: str, passages: Iterable[str]) -> str:
    """The text with every occurrence of the passages replaced. Marks of emphasis, line ends and the size of letters
    make no difference: what reads like the passage goes. Part of a word goes only where it never stands alone."""
    wanted = sorted({" ".join(passage.split()) for passage in passages} - {""}, key=len, reverse=True)
    for passage in wanted:
        text = _pattern(passage, text).sub(MARK, text)
    return text


def contains(text: str, passage: str) -> bool:
    """Whether a passage stands in a text."""
    return bool(_pattern(passage, text).search(text))


def _pattern(passage: str, text: str) -> re.Pattern[str]:
    """Finds the passage as whole words, or if the text has none such, anywhere."""
    words = [_WITHIN_WORDS.join(re.escape(character) for character in word) for word in passage.split()]
    source = _BETWEEN_WORDS.join(words)
    before, after = (r"(?<!\w)" if passage[0].isalnum() else ""), (r"(?!\w)" if passage[-1].isalnum() else "")
    # A name in the genitive is the name.
    ending = "(?:['’]?s)?" if passage[-1].isalpha() else ""
    whole = re.compile(f"{before}{source}{ending}{after}", re.IGNORECASE)
    return whole if whole.search(text) else re.compile(source, re.IGNORECASE)


def cleaned(annotation: Annotation, passages: Sequence[str], earlier: Sequence[str] = ()) -> list[str]:
    """The passages as they are looked for. Raises PassageMissing for one that is neither in the text nor in what it
    said `earlier`, for one that cannot be taken out, or for none."""
    wanted = [" ".join(normalised(passage).split())[:PASSAGE_MAX] for passage in passages][:PASSAGES_MAX]
    wanted = [passage for passage in wanted if len(passage) >= PASSAGE_MIN]
    if not wanted:
        raise PassageMissing("")
    for passage in wanted:
        found = [t for t in (annotation.body, annotation.proposed_wording, *earlier) if contains(t, passage)]
        if not found or any(_is_left(text, passage, wanted) for text in found):
            raise PassageMissing(passage)
    return wanted


def _is_left(text: str, passage: str, wanted: Sequence[str]) -> bool:
    """Whether it can still be read when everything has been taken out, as it would be shown."""
    before, after = to_plain_text(text), to_plain_text(blacken(text, wanted))
    return bool(_pattern(passage, before).search(after)) or len(after) > SOURCE_MAX


def seal(annotation: Annotation, decision: Decision, passages: Sequence[str]) -> Seal:
    """Take the passages out of everything and keep what stood there, out of reach."""
    texts = _take_out(annotation, passages)
    kept = Seal(decision_id=decision.id, annotation_id=annotation.number, passages=list(passages), texts=texts)
    db.session.add(kept)
    _look_for_hits(annotation)
    return kept


def _take_out(annotation: Annotation, passages: Sequence[str]) -> list[list[Any]]:
    """[table, id, column, before, after] for everything in which a passage stood."""
    texts = []
    for row, column in _texts_about(annotation):
        before = _read(row, column)
        after = blacken(before, passages)
        if after != before:
            _write(row, column, after)
            texts.append([row.__tablename__, _id_of(row), column, before, after])
    return texts


def unseal(annotation: Annotation, kept: Seal) -> None:
    """Put back what stood there, wherever nobody has written anything else since. What was redacted later stays so."""
    query = select(Seal).where(Seal.annotation_id == annotation.number, Seal.id > kept.id).order_by(Seal.id)
    later = list(db.session.scalars(query))
    for one in reversed(later):
        _put_back(annotation, one)
    _put_back(annotation, kept)
    db.session.delete(kept)
    for one in later:
        one.texts = _take_out(annotation, one.passages)
    _look_for_hits(annotation)


def _put_back(annotation: Annotation, kept: Seal) -> None:
    wanted = {(table, number, column): (before, after) for table, number, column, before, after in kept.texts}
    for row, column in _texts_about(annotation):
        before, after = wanted.get((row.__tablename__, _id_of(row), column), ("", ""))
        if before and _read(row, column) == after:
            _write(row, column, before)


def _texts_about(annotation: Annotation) -> Iterator[tuple[Any, str]]:
    """Everything that could repeat a passage and is not another person's contribution."""
    number, thread = annotation.number, annotation.thread_number
    in_thread = select(Annotation.number).where(or_(Annotation.number == thread, Annotation.root_id == thread))
    deeds = [f"decision:{one}" for one in db.session.scalars(_ids_of(Decision, number))]
    deeds += [f"measure:{one}" for one in db.session.scalars(_ids_of(Measure, number))]
    yield annotation, "body"
    yield annotation, "proposed_wording"
    sources: tuple[tuple[Any, Any, tuple[str, ...]], ...] = (
        (EarlierVersion, EarlierVersion.annotation_id == number, ("body", "proposed_wording")),
        (Response, Response.annotation_id.in_(in_thread), ("body",)),
        (Outcome, Outcome.annotation_id == number, ("reason",)),
        (Decision, Decision.annotation_id == number, ("reason",)),
        (Flag, Flag.annotation_id == number, ("explanation",)),
        (Note, Note.annotation_id == number, ("body",)),
        (Message, Message.annotation_id == number, ("body",)),
        (Measure, Measure.annotation_id == number, ("reason",)),
        (Letter, or_(Letter.annotation_id == number, Letter.cause.in_(deeds)), ("body", REASON_TOLD)),
        (
            Objection,
            Objection.decision_id.in_(select(Decision.id).where(Decision.annotation_id == number)),
            ("explanation", "reason"),
        ),
    )
    for model, where, columns in sources:
        for row in db.session.scalars(select(model).where(where)).unique():
            yield from ((row, column) for column in columns)
    for look in elsewhere:
        yield from look(annotation)


def _ids_of(model: Any, number: int) -> Any:
    return select(model.id).where(model.annotation_id == number)


def _id_of(row: Any) -> int:
    return int(row.number if isinstance(row, Annotation) else row.id)


def _read(row: Any, column: str) -> str:
    return str(row.facts.get("reason", "") if column == REASON_TOLD else getattr(row, column))


def _write(row: Any, column: str, text: str) -> None:
    if column == REASON_TOLD:
        row.facts = {**row.facts, "reason": text}
        return
    values = {column: text}
    if column == "body" and hasattr(row, "body_html"):
        values["body_html"] = to_safe_html(text)
    for name, value in values.items():
        setattr(row, name, value)


def _look_for_hits(annotation: Annotation) -> None:
    """What was found by the pattern check names passages too."""
    texts = (annotation.body, annotation.proposed_wording)
    hits = [hit for text in texts for hit in patterns.find_hits(text, annotation.declaration.employers)]
    annotation.held_because = [[hit.code, hit.text] for hit in hits] if annotation.is_pending else []


def find_echoes(annotation: Annotation, passages: Sequence[str]) -> list[int]:
    """Numbers of other contributions in the declaration in which a passage can be read too, now or in their history."""
    elsewhere = (
        Annotation.declaration_id == annotation.declaration_id,
        Annotation.number != annotation.number,
        Annotation.status != Status.WITHDRAWN,
    )
    texts = (Annotation.body, Annotation.proposed_wording, EarlierVersion.body, EarlierVersion.proposed_wording)
    query = (
        select(Annotation.number, *texts)
        .outerjoin(EarlierVersion, EarlierVersion.annotation_id == Annotation.number)
        .where(*elsewhere)
        .where(or_(*(text.icontains(passage, autoescape=True) for text in texts for passage in passages)))
    )
    found = db.session.execute(query)
    return sorted({row[0] for row in found if any(contains(w or "", p) for w in row[1:] for p in passages)})
