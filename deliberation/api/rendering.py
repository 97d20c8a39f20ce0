"""Declarations, text, annotations and results as plain JSON. Days, never times; no number of a person."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from deliberation import clock
from deliberation.annotations.models import Annotation, Response
from deliberation.annotations.tallies import STEP
from deliberation.annotations.threads import Entry
from deliberation.api.reading import may_see_state
from deliberation.declarations.models import Declaration, Paragraph, Thesis
from deliberation.permissions import Person
from deliberation.results.addresses import Addresses
from deliberation.results.summary import Summary
from deliberation.results.writers.json import to_data

LEFT_OUT = ("annotations", "columns", "filters", "exported_on")
"""Of a file with results: annotations have an address of their own."""


def to_day(moment: datetime | None) -> str | None:
    return clock.to_day(moment).isoformat() if moment else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def declaration(one: Declaration, edition: int, at: Addresses) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "title": one.title,
        "summary": one.summary,
        "publisher": one.publisher,
        "language": one.language,
        "phase": one.phase.value,
        "phase_ends_on": _iso(one.phase_ends_on),
        "edition": edition,
        "url": at.declaration(one.slug),
        "is_sample": one.is_sample,
    }


def thesis(one: Thesis, paragraphs: Sequence[Paragraph], at: Addresses) -> dict[str, Any]:
    slug = one.declaration.slug
    return {
        "number": one.number,
        "heading": one.heading,
        "group": one.group,
        "url": at.place(slug, one.number),
        "paragraphs": [_paragraph(slug, one, paragraph, at) for paragraph in paragraphs],
    }


def _paragraph(slug: str, thesis: Thesis, one: Paragraph, at: Addresses) -> dict[str, Any]:
    return {
        "number": one.number,
        "full_number": one.full_number,
        "url": at.place(slug, thesis.number, one.number),
        "text": one.wording.text,
        "sentences": [{"number": number, "text": words} for number, words in enumerate(one.wording.sentences, start=1)],
    }


def annotation(entry: Entry, person: Person, at: Addresses) -> dict[str, Any]:
    """As this person gets it: counts after her own vote alone, the version if she works with it."""
    one, slug = entry.annotation, entry.annotation.declaration.slug
    return {
        "id": at.annotation(slug, one.number),
        "number": one.number,
        "url": at.page_of(one.number),
        "thesis": one.thesis.number,
        "paragraph": one.paragraph.number if one.paragraph else None,
        "sentences": list(entry.sentences or ()),
        "edition": one.edition.number,
        "kind": one.kind.value if one.kind else None,
        "parent": one.parent_id,
        "thread": one.thread_number,
        "author": one.author.pseudonym if one.author else None,
        "created": to_day(one.created_at),
        "edited": to_day(one.edited_at),
        "body": one.body,
        "wording": one.proposed_wording,
        "quote": _quote(one),
        "is_quotable": one.is_quotable,
        "is_closed": one.is_closed,
        "status": one.status.value,
        "version": one.version if may_see_state(person, one) else None,
        "outcome": _outcome(entry),
        "responses": [_response(response) for response in one.responses],
        "own_vote": entry.own_vote.value if entry.own_vote else None,
        "votes": _votes(entry),
    }


def _quote(one: Annotation) -> dict[str, Any] | None:
    if not one.quote:
        return None
    return {"exact": one.quote, "prefix": one.quote_prefix, "suffix": one.quote_suffix, "start": one.quote_start}


def _votes(entry: Entry) -> dict[str, int] | None:
    votes = entry.votes
    if votes is None or votes.n < STEP:
        return None
    return {"agree": votes.agree, "disagree": votes.disagree, "pass": votes.passes}


def _outcome(entry: Entry) -> dict[str, Any] | None:
    value, said = entry.annotation.public_outcome, entry.outcome
    if value is None:
        return None
    return {
        "value": value.value,
        "reason": said.reason if said else "",
        "edition": said.edition.number if said and said.edition else None,
        "day": to_day(said.decided_at) if said else None,
    }


def _response(one: Response) -> dict[str, Any]:
    return {"kind": one.kind.value, "body": one.body, "by": one.author.shown_name, "day": to_day(one.created_at)}


def results(summary: Summary) -> dict[str, Any]:
    """The figures of the page."""
    data = to_data(summary)
    return {"day": data["exported_on"], **{name: value for name, value in data.items() if name not in LEFT_OUT}}
