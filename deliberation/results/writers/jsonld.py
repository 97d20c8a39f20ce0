"""Annotations as a W3C Web Annotation collection with one page, for tools that show annotations on a text.

What is not shown has no words to annotate with, so placeholders are left out; a reply to one still names it as its target.
Day, filters, edition and the sentence that it is not representative are comments of the collection.
"""

import json
from collections.abc import Iterator
from typing import IO, Any

from deliberation.results import words
from deliberation.results.addresses import Addresses
from deliberation.results.items import Item
from deliberation.results.summary import Summary
from deliberation.results.web_annotation import CONTEXT_IRI, Said, to_annotation
from deliberation.results.writers.json import HERE, write_around

COMMENT = {"comment": "http://www.w3.org/2000/01/rdf-schema#comment"}
"""The one word that the context of annotations lacks."""


def stream(summary: Summary, out: IO[bytes]) -> None:
    """The collection, with its page in `first`."""
    about, at = summary.about, Addresses(summary.site)
    collection: dict[str, Any] = {
        "@context": [CONTEXT_IRI, COMMENT],
        "id": f"{at.declaration(about.slug)}/export.jsonld",
        "type": "AnnotationCollection",
        "label": about.title,
        "comment": list(filter(None, _comments(summary))),
        "generated": f"{summary.day.isoformat()}T00:00:00Z",
        "total": summary.figures.contributions,
        "first": {
            "id": f"{at.declaration(about.slug)}/export.jsonld#1",
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": HERE,
        },
    }
    write_around(collection, _rows(summary, at), out)


def _comments(summary: Summary) -> list[str]:
    return [
        words.state_of(summary),
        words.names(summary.filters.names),
        words.not_representative(),
        words.selection_note(summary),
    ]


def _rows(summary: Summary, at: Addresses) -> Iterator[str]:
    about = summary.about
    for item in summary.items:
        if item.is_visible:
            annotation = to_annotation(_said(item), about.slug, about.language, at)
            yield json.dumps(annotation, ensure_ascii=False)


def _said(item: Item) -> Said:
    return Said(
        number=item.number,
        kind=item.kind,
        parent=item.parent,
        thesis=item.thesis,
        target=item.target,
        body=item.body,
        wording=item.wording,
        nickname=item.author or "",
        created=item.created,
        edited=item.edited,
    )
