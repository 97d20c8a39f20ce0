"""Web Annotations at the door for programs, both ways. How one is written says `results.web_annotation`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deliberation.annotations.models import QUOTE_MAX, Annotation, Kind
from deliberation.annotations.quotes import sentences_of_quote
from deliberation.annotations.threads import Entry
from deliberation.api.checking import unfit
from deliberation.api.reading import PlaceThen
from deliberation.clock import to_day
from deliberation.declarations.models import Wording
from deliberation.results.addresses import Addresses
from deliberation.results.web_annotation import CONTEXT_IRI, REPLYING, Said, Target, to_annotation, to_target

_KIND_OF = {
    "questioning": Kind.QUESTION,
    "editing": Kind.PROPOSAL,
    "commenting": Kind.PRACTICE,
    "linking": Kind.REFERENCE,
}
"""What a motivation says without a tag; assessing could be for or against."""


def to_web_annotation(entry: Entry, places: PlaceThen, at: Addresses, with_context: bool = True) -> dict[str, Any]:
    one = entry.annotation
    said = Said(
        number=one.number,
        kind=one.kind,
        parent=one.parent_id,
        thesis=one.thesis.number,
        target=_target(one, places),
        body=one.body,
        wording=one.proposed_wording or "",
        nickname=one.author.pseudonym if one.author else "",
        created=to_day(one.created_at),
        edited=to_day(one.edited_at) if one.edited_at else None,
    )
    found = to_annotation(said, one.declaration.slug, one.declaration.language, at)
    return {"@context": CONTEXT_IRI, **found} if with_context else found


def _target(one: Annotation, places: PlaceThen) -> Target | None:
    wording = one.wording if one.parent_id is None else None
    place = places.get((one.edition_id, wording.paragraph_id)) if wording else None
    if wording is None or place is None:
        return None
    return to_target(wording, one.quote, one.quote_start, one.sentences or (), (one.edition.number, *place))


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
