"""Where something that a program sends belongs: a place in the text, or the annotation that it answers."""

from typing import Any, NamedTuple

from deliberation.annotations import reading as places
from deliberation.annotations.actions import Contribution
from deliberation.annotations.models import Annotation
from deliberation.api import reading
from deliberation.api.checking import unfit
from deliberation.api.web_annotation import Sent, read_web_annotation, words_meant
from deliberation.declarations.models import Declaration, Paragraph, Thesis, current_edition
from deliberation.problems import Refusal
from deliberation.results.addresses import Addresses
from deliberation.web import viewer

Place = tuple[Thesis, Paragraph | None]


class Linked(NamedTuple):
    """What a Web Annotation says; `parent` for a reply, else `place`."""

    words: Contribution
    place: Any
    parent: Annotation | None = None


def find_target(declaration: Declaration, t: str, p: str | None, edition: int | None) -> Place:
    """The place of these numbers. Raises Refusal: 422 for none, 409 for an edition that is past."""
    if edition is not None and edition != current_edition(declaration).number:
        raise Refusal(409, "There is a newer edition. Read it before you write about it.")
    found = places.find_place(declaration, t, p or "0")
    if found is None:
        raise unfit([("/paragraph" if p else "/thesis", "is no place in this text")])
    return found


def read_linked(declaration: Declaration, content: Any, at: Addresses, is_new: bool = True) -> Linked:
    """Raises Refusal (409, 422)."""
    sent = read_web_annotation(content)
    if not is_new:
        return Linked(Contribution(sent.body, sent.kind, wording=sent.wording), None)
    target = at.read(sent.target)
    if target is None or (target.number is None and target.slug != declaration.slug):
        raise unfit([("/target", "is no place in this text")])
    if target.number is not None:
        parent = reading.find_readable(viewer(), declaration, target.number)
        if parent is None:
            raise unfit([("/target", "is no annotation of this declaration")])
        return Linked(Contribution(sent.body), None, parent)
    if sent.kind is None:
        raise unfit([("/motivation", "does not say which kind it is; a body with the purpose tagging does")])
    return _about_the_text(declaration, sent, find_target(declaration, target.t, target.p, target.edition))


def _about_the_text(declaration: Declaration, sent: Sent, place: Place) -> Linked:
    paragraph = place[1]
    quote, sentences = words_meant(paragraph.wording, sent.selectors) if paragraph else ("", ())
    return Linked(Contribution(sent.body, sent.kind, sentences, quote, sent.wording), place)
