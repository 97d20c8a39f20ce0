"""The text with its annotations to print: a column of text, and beside it in the margin what was said about it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from deliberation.results import words
from deliberation.results.annotated import said
from deliberation.results.annotated.model import Annotated, AnnotatedParagraph, Note
from deliberation.results.documents.glyphs import typeset
from deliberation.results.redline.package import LANGUAGES
from deliberation.results.redline.words import fit

PAGE = 5500
"""Characters of annotations on a page with two columns of them."""
SHORT = 1100
"""Up to so many characters an annotation is not divided between two pages."""

_ = words.gettext


def write(annotated: Annotated) -> bytes:
    """PDF/UA-1."""
    return typeset("annotated.typ", to_data(annotated), annotated.summary.day)


def to_data(annotated: Annotated) -> dict[str, Any]:
    """What the template shows: plain words alone."""
    summary = annotated.summary
    theses: list[dict[str, Any]] = [
        {
            "group": fit(thesis.group),
            "title": said.thesis_title(thesis),
            "batches": _batches(thesis.notes, annotated),
            "is_crowded": thesis.is_crowded,
            "on_the_whole": said.on_the_whole(thesis),
            "paragraphs": [_paragraph(paragraph, annotated) for paragraph in thesis.paragraphs],
        }
        for thesis in annotated.theses
    ]
    return {
        "title": fit(summary.about.title),
        "language": LANGUAGES.get(summary.about.language, summary.about.language).partition("-")[0],
        "day": summary.day.isoformat(),
        "state": fit(words.state_of(summary)),
        "introduction": said.introduction(annotated),
        "address": fit(summary.results_address.removesuffix("/results")) if summary.site else "",
        "theses": theses,
        "elsewhere_title": said.elsewhere_title(),
        "elsewhere": [
            {"where": words.place(note.lead.thesis, note.lead.paragraph), "notes": _notes([note], annotated)}
            for note in annotated.elsewhere
        ],
        "page_of": _("Seite"),
        "proposal": _("Vorschlag:"),
    }


def _paragraph(paragraph: AnnotatedParagraph, annotated: Annotated) -> dict[str, Any]:
    return {
        "number": paragraph.full_number,
        "is_crowded": paragraph.is_crowded,
        "lines": [
            {
                "label": fit(line.label),
                "level": line.level,
                "pieces": [
                    {"text": fit(piece.text), "is_marked": bool(piece.notes), "ends": [f"A-{n}" for n in piece.ends]}
                    for piece in line.pieces
                ],
            }
            for line in paragraph.lines
        ],
        "notes": [] if paragraph.is_crowded else _notes(paragraph.notes, annotated),
        "batches": _batches(paragraph.notes, annotated) if paragraph.is_crowded else [],
    }


def _batches(notes: Sequence[Note], annotated: Annotated) -> list[list[list[dict[str, Any]]]]:
    """What goes on about one page, as a left and a right column of about the same length."""
    made: list[list[list[dict[str, Any]]]] = []
    for batch in _shares(notes, PAGE):
        half = sum(note.size for note in batch) / 2
        left = next(_shares(batch, half))
        made.append([_notes(left, annotated), _notes(batch[len(left) :], annotated)])
    return made


def _shares(notes: Sequence[Note], most: float) -> Iterator[Sequence[Note]]:
    """In their order, so many at a time that they come near to `most` characters; one at least."""
    share: list[Note] = []
    size = 0
    for note in notes:
        if share and size + note.size / 2 > most:
            yield share
            share, size = [], 0
        share.append(note)
        size += note.size
    if share:
        yield share


def _notes(notes: Iterable[Note], annotated: Annotated) -> list[dict[str, Any]]:
    return [{"is_short": note.size <= SHORT, "voices": _voices(note, annotated)} for note in notes]


def _voices(note: Note, annotated: Annotated) -> list[dict[str, Any]]:
    return [
        {
            "label": one.label,
            "head": one.head,
            "by": " · ".join(filter(None, (one.by, one.when))),
            "paragraphs": list(one.paragraphs),
            "wording": one.wording,
            "facts": list(one.facts),
            "is_reply": one.is_reply,
            "is_visible": one.is_visible,
        }
        for one in said.sayings(note, annotated)
    ]
