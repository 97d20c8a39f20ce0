"""Annotations in the W3C Web Annotation Data Model (https://www.w3.org/TR/annotation-model/); the one home of how they are
written, for the files and for the door of programs (`api.web_annotation`, which also reads them).

The target is the paragraph in the edition that was written to, with the words (TextQuoteSelector) and their place in its text
(TextPositionSelector). A body says what was written, a tag which kind it is. The author is a nickname and no address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from deliberation.annotations.models import CONTEXT, Kind
from deliberation.database import db
from deliberation.declarations.models import Declaration, Paragraph, ParagraphState, Thesis, Wording
from deliberation.results.addresses import Addresses

CONTEXT_IRI = "http://www.w3.org/ns/anno.jsonld"
MOTIVATIONS = {
    Kind.PRACTICE: "commenting",
    Kind.PROPOSAL: "editing",
    Kind.QUESTION: "questioning",
    Kind.OBJECTION: "assessing",
    Kind.AGREEMENT: "assessing",
    Kind.REFERENCE: "linking",
}
REPLYING = "replying"


@dataclass(frozen=True, slots=True)
class Target:
    """Words of a paragraph: where it stood in the edition that was written to, and which words of its text."""

    edition: int
    thesis: str
    paragraph: str
    exact: str
    prefix: str
    suffix: str
    start: int

    @property
    def selectors(self) -> list[dict[str, Any]]:
        """The words, and where they begin and end in the text of the paragraph."""
        end = self.start + len(self.exact)
        quote = {"type": "TextQuoteSelector", "exact": self.exact, "prefix": self.prefix, "suffix": self.suffix}
        return [quote, {"type": "TextPositionSelector", "start": self.start, "end": end}]


@dataclass(frozen=True)
class Said:
    """What an annotation is made of. `target` is None for what is about a thesis as a whole; a reply has a `parent`."""

    number: int
    kind: Kind | None
    parent: int | None
    thesis: str
    target: Target | None
    body: str
    wording: str
    nickname: str
    created: date | None
    edited: date | None


def to_annotation(said: Said, slug: str, language: str, at: Addresses) -> dict[str, Any]:
    """Without its context, as in a list."""
    motivation = MOTIVATIONS[said.kind] if said.kind else REPLYING
    found: dict[str, Any] = {
        "id": at.annotation(slug, said.number),
        "type": "Annotation",
        "motivation": motivation,
        "created": f"{said.created}T00:00:00Z",
        "body": _bodies(said, motivation, language),
        "target": _target(said, slug, at),
    }
    if said.nickname:
        found["creator"] = {"type": "Person", "nickname": said.nickname}
    if said.edited:
        found["modified"] = f"{said.edited}T00:00:00Z"
    return found


def _bodies(said: Said, motivation: str, language: str) -> list[dict[str, Any]]:
    purpose = "commenting" if motivation == "editing" else motivation
    words = {"format": "text/markdown", "language": language}
    bodies: list[dict[str, Any]] = [{"type": "TextualBody", "value": said.body, "purpose": purpose, **words}]
    if said.wording:
        bodies.append({"type": "TextualBody", "value": said.wording, "purpose": "editing", **words})
    if said.kind:
        bodies.append({"type": "TextualBody", "value": said.kind.value, "purpose": "tagging"})
    return bodies


def _target(said: Said, slug: str, at: Addresses) -> Any:
    if said.parent is not None:
        return at.annotation(slug, said.parent)
    found = said.target
    if found is None:
        return at.place(slug, said.thesis)
    return {
        "type": "SpecificResource",
        "source": at.paragraph_of(slug, found.edition, found.thesis, found.paragraph),
        "selector": found.selectors,
    }


def to_target(
    wording: Wording, quote: str | None, quote_start: int | None, sentences: Sequence[int], place: tuple[int, str, str]
) -> Target:
    """The words it is about, from the first to the last; the whole paragraph if it is about none in particular. `place`:
    edition, thesis, paragraph."""
    text = wording.text
    start, end = _span(wording, quote, quote_start, sentences)
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return Target(*place, text[start:end], before, after, start)


def _span(wording: Wording, quote: str | None, quote_start: int | None, sentences: Sequence[int]) -> tuple[int, int]:
    if quote and quote_start is not None and wording.text.startswith(quote, quote_start):
        return quote_start, quote_start + len(quote)
    spans = list(_sentence_spans(wording))
    chosen = [spans[number - 1] for number in sentences if 0 < number <= len(spans)]
    return (chosen[0][0], chosen[-1][1]) if chosen else (0, len(wording.text))


def _sentence_spans(wording: Wording) -> Sequence[tuple[int, int]]:
    spans, position = [], 0
    for sentence in wording.sentences:
        start = wording.text.find(sentence, position)
        position = start + len(sentence)
        spans.append((start, position))
    return spans


class Targets:
    """Finds the targets of many annotations of one declaration. Two queries."""

    def __init__(self, declaration: Declaration, editions: Mapping[int, int]) -> None:
        """`editions`: their numbers by id."""
        self._editions = editions
        wordings = (
            select(Wording)
            .join(Paragraph, Paragraph.id == Wording.paragraph_id)
            .join(Thesis, Thesis.id == Paragraph.thesis_id)
            .where(Thesis.declaration_id == declaration.id)
        )
        self._wordings = {one.id: one for one in db.session.scalars(wordings)}
        places = (
            select(ParagraphState.edition_id, ParagraphState.paragraph_id, Thesis.number, ParagraphState.number)
            .join(Thesis, Thesis.id == ParagraphState.thesis_id)
            .where(ParagraphState.edition_id.in_(list(editions)))
        )
        self._places = {(edition, paragraph): (t, p) for edition, paragraph, t, p in db.session.execute(places)}

    def of(
        self, edition_id: int, wording_id: int | None, quote: str, quote_start: int | None, sentences: Sequence[int]
    ) -> Target | None:
        """Of what was written on a wording in an edition; None for what is about no paragraph."""
        wording = self._wordings.get(wording_id) if wording_id else None
        place = self._places.get((edition_id, wording.paragraph_id)) if wording else None
        if wording is None or place is None:
            return None
        return to_target(wording, quote, quote_start, sentences, (self._editions[edition_id], *place))
