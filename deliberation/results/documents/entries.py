"""Annotations in a document: quoted with consent and without pseudonym, else named by number, kind and place."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from deliberation.annotations.models import Kind
from deliberation.annotations.ordering import wilson
from deliberation.annotations.tallies import STEP
from deliberation.results import words
from deliberation.results.annex import grouped, plain_paragraphs
from deliberation.results.documents import phrases
from deliberation.results.documents.model import Block, Entry, Heading, Line, Paragraph, Run
from deliberation.results.items import Item
from deliberation.results.summary import Summary
from deliberation.text import excerpt, to_plain_text

_ = words.gettext
REPLIES_MAX = 3
"""Links to replies that may not be quoted."""


def entry(summary: Summary, item: Item, most: int, note: str = "") -> Entry:
    """One annotation of a list, with at most so many characters of its words. `note` says why it stands there."""
    quote = (excerpt(item.body, most),) if item.is_quotable else ()
    return Entry(quote, (*named(summary, item), *_after(note)))


def named(summary: Summary, item: Item) -> Line:
    """`A-204, Einwand zu Absatz 3.2`, and what stands there where its own words must not."""
    about = "" if item.is_quotable or item.is_reply else _opening(summary, item)
    return (_number(summary, item), Run(f", {words.mention(item)}{about}"))


def answering(summary: Summary, item: Item, most: int) -> Iterator[Block]:
    """What others say to a disputed annotation: the best supported reply that may be quoted, else such an objection to
    the same place, else where the replies are. Whoever reads only one side cannot judge."""
    shown = [one for one in summary.visible if one.is_quotable and one.number != item.number]
    replies = [one for one in shown if one.root == item.root and one.is_reply]
    objections = [
        one
        for one in shown
        if one.kind is Kind.OBJECTION and one.paragraph and (one.thesis, one.paragraph) == (item.thesis, item.paragraph)
    ]
    found = replies or ([] if item.kind is Kind.OBJECTION else objections)
    if found:
        best = max(found, key=lambda one: (wilson(one.votes) if one.votes.n >= STEP else 0.0, -one.number))
        yield Entry((excerpt(best.body, most),), named(summary, best), depth=1)
        return
    links = [_number(summary, one) for one in summary.visible if one.root == item.root and one.is_reply]
    if links:
        between = [Run(", ") if place else Run(_("Antworten darauf: ")) for place in range(len(links))]
        named_replies = [run for pair in zip(between, links, strict=True) for run in pair][: 2 * REPLIES_MAX]
        more = (Run(" " + _("und weitere")),) if len(links) > REPLIES_MAX else ()
        yield Paragraph((*named_replies, *more), "small")


def listed(summary: Summary, items: Sequence[Item], most: int, words_most: int, votes: bool = True) -> Iterator[Block]:
    """The first of a list, and how many there are."""
    left = phrases.shown_of(min(most, len(items)), len(items))
    for item in items[:most]:
        note = words.votes_sentence(item.votes) if votes else ""
        yield entry(summary, item, words_most, alone(note, left, most))
    if left and most > 1:
        yield Paragraph((Run(left),), "small")


def alone(note: str, left: str, most: int) -> str:
    """Where only one is shown, its own line says of how many: a line more would be a line too much."""
    return " · ".join(filter(None, (note, left))) if most == 1 else note


def decided(summary: Summary, item: Item) -> Line:
    """What became of an annotation, and why."""
    said = f", {words.mention(item)}: "
    return (
        _number(summary, item),
        Run(said),
        Run(f"{words.outcome(item)}.", strong=True),
        Run(f" {to_plain_text(item.outcome_reason)}"),
    )


def varied(items: Sequence[Item]) -> list[Item]:
    """One of each outcome in turn: the first of a list that is cut should not all say the same."""
    by_outcome: dict[object, list[Item]] = {}
    for item in items:
        by_outcome.setdefault(item.outcome, []).append(item)
    return [item for turn in zip_longest(*by_outcome.values()) for item in turn if item]


def all_entries(summary: Summary) -> Iterator[Block]:
    """The annex: every annotation below the place it is about, replies below what they answer."""
    groups = grouped(summary)
    if not groups:
        yield Paragraph((Run(_("Noch keine.")),))
    for place, items in groups:
        yield Heading(2, place)
        for item in items:
            yield _full(summary, item)


def _full(summary: Summary, item: Item) -> Entry:
    depth = 1 if item.is_reply else 0
    if not item.is_visible:
        return Entry((), (Run(f"{item.label}: {words.placeholder(item)}"),), depth)
    what = words.mention(item) if item.is_reply else words.item_kind(item)
    votes = words.votes_sentence(item.votes) if item.votes.n >= STEP else ""
    quote = plain_paragraphs(item.body) if item.is_quotable else []
    if item.is_quotable and item.wording:
        quote.append(_("Vorschlag: %(wording)s", wording=to_plain_text(item.wording)))
    return Entry(tuple(quote), (_number(summary, item), Run(f", {what}"), *_after(votes)), depth)


def _number(summary: Summary, item: Item) -> Run:
    return Run(item.label, address=summary.annotation_address(item.number))


def _after(note: str) -> Line:
    return (Run(f" · {note}"),) if note else ()


def _opening(summary: Summary, item: Item) -> str:
    """How the words begin that it is about: a number alone tells a stranger nothing."""
    thesis = next((one for one in summary.theses if one.number == item.thesis), None)
    if thesis is None:
        return ""
    found = next((one.opening for one in thesis.paragraphs if one.number == item.paragraph), "")
    opening = found or (thesis.heading or thesis.opening if item.paragraph is None else "")
    return _(", wo es heißt: „%(opening)s“", opening=opening) if opening else ""
