"""Annotations in the W3C Web Annotation Data Model (https://www.w3.org/TR/annotation-model/), both ways; the one home of it.

The target is the paragraph in the edition that was written to, with the words (TextQuoteSelector) and their place in its text
(TextPositionSelector). A body says what was written, a tag which kind it is. The author is a nickname and no address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deliberation.annotations.models import CONTEXT, QUOTE_MAX, Annotation, Kind
from deliberation.annotations.quotes import sentences_of_quote
from deliberation.annotations.threads import Entry
from deliberation.api.addresses import Addresses
from deliberation.api.checking import unfit
from deliberation.api.reading import PlaceThen
from deliberation.api.rendering import to_day
from deliberation.declarations.models import Wording

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
_KIND_OF = {
    "questioning": Kind.QUESTION,
    "editing": Kind.PROPOSAL,
    "commenting": Kind.PRACTICE,
    "linking": Kind.REFERENCE,
}
"""What a motivation says without a tag; assessing could be for or against."""


def to_web_annotation(entry: Entry, places: PlaceThen, at: Addresses, with_context: bool = True) -> dict[str, Any]:
    one, slug = entry.annotation, entry.annotation.declaration.slug
    motivation = MOTIVATIONS[one.kind] if one.kind else REPLYING
    found: dict[str, Any] = {
        "id": at.annotation(slug, one.number),
        "type": "Annotation",
        "motivation": motivation,
        "created": f"{to_day(one.created_at)}T00:00:00Z",
        "body": _bodies(one, motivation),
        "target": _target(one, places, at),
    }
    if one.author:
        found["creator"] = {"type": "Person", "nickname": one.author.pseudonym}
    if one.edited_at:
        found["modified"] = f"{to_day(one.edited_at)}T00:00:00Z"
    return {"@context": CONTEXT_IRI, **found} if with_context else found


def _bodies(one: Annotation, motivation: str) -> list[dict[str, Any]]:
    said = "commenting" if motivation == "editing" else motivation
    words = {"format": "text/markdown", "language": one.declaration.language}
    bodies: list[dict[str, Any]] = [{"type": "TextualBody", "value": one.body, "purpose": said, **words}]
    if one.proposed_wording:
        bodies.append({"type": "TextualBody", "value": one.proposed_wording, "purpose": "editing", **words})
    if one.kind:
        bodies.append({"type": "TextualBody", "value": one.kind.value, "purpose": "tagging"})
    return bodies


def _target(one: Annotation, places: PlaceThen, at: Addresses) -> Any:
    slug = one.declaration.slug
    if one.parent_id is not None:
        return at.annotation(slug, one.parent_id)
    wording = one.wording
    place = places.get((one.edition_id, wording.paragraph_id)) if wording else None
    if wording is None or place is None:
        return at.place(slug, one.thesis.number)
    return {
        "type": "SpecificResource",
        "source": at.paragraph_of(slug, one.edition.number, *place),
        "selector": to_selectors(wording, one),
    }


def to_selectors(wording: Wording, one: Annotation) -> list[dict[str, Any]]:
    """The words it is about and where they begin and end in the text of the paragraph."""
    text = wording.text
    start, end = _span(wording, one)
    return [
        {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": text[max(0, start - CONTEXT) : start],
            "suffix": text[end : end + CONTEXT],
        },
        {"type": "TextPositionSelector", "start": start, "end": end},
    ]


def _span(wording: Wording, one: Annotation) -> tuple[int, int]:
    """From the first of the words to the last; the whole paragraph if it is about none in particular."""
    if one.quote and one.quote_start is not None and wording.text.startswith(one.quote, one.quote_start):
        return one.quote_start, one.quote_start + len(one.quote)
    spans = list(_sentence_spans(wording))
    chosen = [spans[number - 1] for number in one.sentences or () if 0 < number <= len(spans)]
    return (chosen[0][0], chosen[-1][1]) if chosen else (0, len(wording.text))


def _sentence_spans(wording: Wording) -> Sequence[tuple[int, int]]:
    spans, position = [], 0
    for sentence in wording.sentences:
        start = wording.text.find(sentence, position)
        position = start + len(sentence)
        spans.append((start, position))
    return spans


@dataclass(frozen=True)
class Sent:
    """What somebody sends as a Web Annotation. `kind` None: nothing says which."""

    target: str
    body: str
    wording: str
    kind: Kind | None
    is_reply: bool
    selectors: Sequence[Mapping[str, Any]]


def read_web_annotation(content: Mapping[str, Any]) -> Sent:
    """The parts of it that we know. Raises Refusal (422)."""
    target, selectors = _read_target(content.get("target"))
    bodies = _read_bodies(content)
    motivations = _as_list(content.get("motivation"))
    tags = [value for value, purposes in bodies if "tagging" in purposes]
    said = [value for value, purposes in bodies if not purposes & {"tagging", "editing"}]
    wordings = [value for value, purposes in bodies if "editing" in purposes]
    known = [Kind(tag) for tag in tags if tag in {kind.value for kind in Kind}]
    meant = [_KIND_OF[one] for one in motivations if isinstance(one, str) and one in _KIND_OF]
    return Sent(
        target=target,
        body="\n\n".join(said),
        wording="\n".join(wordings),
        kind=next(iter([*known, *meant]), None),
        is_reply=REPLYING in motivations,
        selectors=selectors,
    )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _read_target(target: Any) -> tuple[str, list[Mapping[str, Any]]]:
    found = _as_list(target)
    if len(found) != 1:
        raise unfit([("/target", "must be one")])
    [one] = found
    if isinstance(one, str):
        return one, []
    source = one.get("source") or one.get("id") if isinstance(one, dict) else None
    if isinstance(source, dict):
        source = source.get("id")
    if not isinstance(source, str):
        raise unfit([("/target", "must have an address")])
    return source, [selector for selector in _as_list(one.get("selector")) if isinstance(selector, dict)]


def _read_bodies(content: Mapping[str, Any]) -> list[tuple[str, set[str]]]:
    found: list[tuple[str, set[str]]] = []
    if isinstance(content.get("bodyValue"), str):
        found.append((content["bodyValue"], set()))
    for one in _as_list(content.get("body")):
        value = one.get("value") if isinstance(one, dict) else None
        if not isinstance(value, str):
            raise unfit([("/body", "must be TextualBody, with its words")])
        found.append((value, {name for name in _as_list(one.get("purpose")) if isinstance(name, str)}))
    return found


def words_meant(wording: Wording, selectors: Sequence[Mapping[str, Any]]) -> tuple[str, tuple[int, ...]]:
    """Quote and sentences that selectors mean; nothing for the whole paragraph. Raises Refusal (422) for words that do not
    stand there."""
    text = wording.text
    start = _start(text, selectors)
    if start is None:
        return "", ()
    begin, exact = start
    if exact == text:
        return "", ()
    sentences = sentences_of_quote(wording, exact, begin)
    return (exact if len(exact) <= QUOTE_MAX else ""), sentences


def _start(text: str, selectors: Sequence[Mapping[str, Any]]) -> tuple[int, str] | None:
    for selector in selectors:
        begin, end = selector.get("start"), selector.get("end")
        if selector.get("type") == "TextPositionSelector" and isinstance(begin, int) and isinstance(end, int):
            if not 0 <= begin < end <= len(text):
                raise unfit([("/target/selector", "is outside the paragraph")])
            if _agree(text[begin:end], selectors):
                return begin, text[begin:end]
    for selector in selectors:
        exact = selector.get("exact")
        if selector.get("type") == "TextQuoteSelector" and isinstance(exact, str) and exact:
            return _find(text, exact, selector), exact
    return None


def _agree(words: str, selectors: Sequence[Mapping[str, Any]]) -> bool:
    quoted = [one.get("exact") for one in selectors if one.get("type") == "TextQuoteSelector"]
    return all(one == words for one in quoted)


def _find(text: str, exact: str, selector: Mapping[str, Any]) -> int:
    """Where the words stand, by what stands before and after them if they stand there more than once."""
    prefix, suffix = (
        selector.get(name) if isinstance(selector.get(name), str) else "" for name in ("prefix", "suffix")
    )
    around = text.find(f"{prefix}{exact}{suffix}")
    found = around + len(prefix or "") if around >= 0 else text.find(exact)
    if found < 0:
        raise unfit([("/target/selector", "quotes words that do not stand there")])
    return found
