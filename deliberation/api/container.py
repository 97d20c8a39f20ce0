"""The annotations of a declaration as a Web Annotation container (https://www.w3.org/TR/annotation-protocol/): collection,
pages, and what a client prefers to get of it."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from deliberation.api.paging import Window, to_cursor
from deliberation.api.reading import AnnotationPage
from deliberation.api.web_annotation import to_web_annotation
from deliberation.declarations.models import Declaration
from deliberation.results.addresses import Addresses
from deliberation.results.web_annotation import CONTEXT_IRI

LDP = "http://www.w3.org/ns/ldp#"
LDP_CONTEXT = "http://www.w3.org/ns/ldp.jsonld"
MEDIA_TYPE = f'application/ld+json; profile="{CONTEXT_IRI}"'
CONTAINER_LINKS = (
    f'<{LDP}BasicContainer>; rel="type"',
    f'<http://www.w3.org/TR/annotation-protocol/>; rel="{LDP}constrainedBy"',
)
ANNOTATION_LINKS = (f'<{LDP}Resource>; rel="type"',)
_MINIMAL = f"{LDP}PreferMinimalContainer"
_IRIS = "http://www.w3.org/ns/oa#PreferContainedIRIs"
_DESCRIPTIONS = "http://www.w3.org/ns/oa#PreferContainedDescriptions"
_INCLUDE = re.compile(
    r'return\s*=\s*"?representation"?\s*;\s*include\s*=\s*(?:"(?P<many>[^"]*)"|(?P<one>[^\s;,]+))', re.IGNORECASE
)


@dataclass(frozen=True)
class Preference:
    """How much of a container to show. `applied`: what the header says that was heard; empty if none was."""

    has_page: bool = True
    by_iri: bool = False
    applied: str = ""


def read_preference(header: str, iris: str | None) -> Preference:
    """Of `Prefer`, or of the address (`iris`). Addresses and descriptions at once contradict each other: neither is heard."""
    if iris is not None:
        return Preference(by_iri=iris == "1")
    found = _INCLUDE.search(header)
    wanted = set((found["many"] or found["one"] or "").split()) if found else set()
    if {_IRIS, _DESCRIPTIONS} <= wanted or not wanted & {_IRIS, _DESCRIPTIONS, _MINIMAL}:
        return Preference()
    known = " ".join(one for one in (_MINIMAL, _IRIS, _DESCRIPTIONS) if one in wanted)
    applied = f'return=representation; include="{known}"'
    has_page = _MINIMAL not in wanted
    return Preference(has_page, _IRIS in wanted, applied)


@dataclass(frozen=True)
class Shelf:
    """A container while it is written: whose annotations, which of them (`query`), how many a page."""

    declaration: Declaration
    at: Addresses
    query: dict[str, str]
    window: Window

    def address(self, **more: str) -> str:
        query = {**self.query, **more}
        return self.at.container(self.declaration.slug) + (f"?{urlencode(query)}" if query else "")

    def page_address(self, after: int, by_iri: bool) -> str:
        return self.address(iris=str(int(by_iri)), cursor=to_cursor(after), limit=str(self.window.limit))


def to_collection(shelf: Shelf, page: AnnotationPage, preference: Preference) -> dict[str, Any]:
    """The container itself, with its first page in it unless the client wants as little as there is."""
    by_iri = preference.by_iri
    found: dict[str, Any] = {
        "@context": [CONTEXT_IRI, LDP_CONTEXT],
        "id": shelf.address(**({"iris": str(int(by_iri))} if preference.applied else {})),
        "type": ["BasicContainer", "AnnotationCollection"],
        "label": shelf.declaration.title,
        "total": page.total,
    }
    if not page.total:
        return found
    first = _to_page(shelf, page, by_iri) if preference.has_page else shelf.page_address(0, by_iri)
    return {**found, "first": first, "last": shelf.page_address(page.last, by_iri)}


def to_page(shelf: Shelf, page: AnnotationPage, by_iri: bool) -> dict[str, Any]:
    """A page at its own address."""
    part_of = {
        "id": shelf.address(),
        "type": "AnnotationCollection",
        "total": page.total,
        "label": shelf.declaration.title,
    }
    return {"@context": CONTEXT_IRI, **_to_page(shelf, page, by_iri), "partOf": part_of}


def _to_page(shelf: Shelf, page: AnnotationPage, by_iri: bool) -> dict[str, Any]:
    slug = shelf.declaration.slug
    found: dict[str, Any] = {
        "id": shelf.page_address(shelf.window.after, by_iri),
        "type": "AnnotationPage",
        "startIndex": page.before,
        "items": [
            shelf.at.annotation(slug, entry.annotation.number)
            if by_iri
            else to_web_annotation(entry, page.places, shelf.at, with_context=False)
            for entry in page.entries
        ],
    }
    if page.has_more:
        found["next"] = shelf.page_address(page.until, by_iri)
    if page.previous is not None:
        found["prev"] = shelf.page_address(page.previous, by_iri)
    return found
