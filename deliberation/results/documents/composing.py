"""From a summary to a document, once for each purpose. Pure: the same summary gives the same document."""

from collections.abc import Iterator
from dataclasses import replace

from deliberation.results import words
from deliberation.results.documents import phrases, sections
from deliberation.results.documents.entries import all_entries, decided
from deliberation.results.documents.grouped_opinions import opinion_groups
from deliberation.results.documents.model import (
    Block,
    Bullets,
    Callout,
    Contents,
    Document,
    Heading,
    PageBreak,
    Run,
)
from deliberation.results.documents.purposes import Limits, purpose_of
from deliberation.results.filters import Purpose
from deliberation.results.summary import Summary

_ = words.gettext


def compose(summary: Summary, limits: Limits, with_annex: bool) -> Document:
    """The document for the purpose that the summary was asked for, in the language that is being spoken."""
    purpose = purpose_of(summary)
    blocks = [*_opening(summary), *_MAIN[purpose](summary, limits)]
    if with_annex:
        # The annex has a heading for every place of the text, which would fill pages of contents.
        blocks = [replace(block, depth=1) if isinstance(block, Contents) else block for block in blocks]
        blocks += _annex(summary)
    return Document(
        title=summary.about.title,
        kicker=phrases.kicker(purpose, summary.is_open),
        state=words.state_of(summary),
        description=f"{words.state_of(summary)}. {words.not_representative()}",
        page=_("Seite"),
        language=summary.about.language,
        day=summary.day,
        blocks=tuple(blocks),
        is_dense=purpose is Purpose.PRESS,
    )


def _opening(summary: Summary) -> Iterator[Block]:
    """What every document says before anything else."""
    sample = (Run(f"{phrases.sample()} ", strong=True),) if summary.about.is_sample else ()
    yield Callout((*sample, Run(words.not_representative())))


def _substance(summary: Summary, limits: Limits, with_groups: bool) -> Iterator[Block]:
    """What it is about, who took part, and what they said."""
    yield from sections.what_it_is(summary, limits)
    yield from sections.who_took_part(summary)
    yield from sections.stances(summary, limits)
    yield from sections.agreed(summary, limits)
    yield from sections.disputed(summary, limits)
    if with_groups:
        yield from opinion_groups(summary)
    yield from sections.unanswered(summary, limits)


def _council(summary: Summary, limits: Limits) -> Iterator[Block]:
    yield from _substance(summary, limits, with_groups=False)
    yield from sections.outcomes(summary, limits, as_table=False)
    yield from sections.read_on(summary)


def _conference(summary: Summary, limits: Limits) -> Iterator[Block]:
    yield Contents(_("Inhalt"))
    yield from _substance(summary, limits, with_groups=True)
    yield from sections.theses_one_by_one(summary, limits)
    yield from sections.outcomes(summary, limits, as_table=True)
    yield from sections.course(summary)
    yield from sections.read_on(summary)


def _committee(summary: Summary, limits: Limits) -> Iterator[Block]:
    """The paper itself says the decisions that were made last; the annexes have all of them, and all numbers."""
    yield Contents(_("Inhalt"))
    yield from _substance(summary, limits, with_groups=True)
    yield from sections.outcomes(summary, limits.without_decisions(), as_table=True)
    yield from sections.read_on(summary)
    if numbers := list(sections.numbers(summary)):
        yield Heading(1, _("Anlage: Haltungen in Zahlen"))
        yield from numbers
    if summary.decided:
        yield Heading(1, _("Anlage: alle Entscheidungen mit Begründung"))
        yield Bullets(tuple(decided(summary, item) for item in summary.decided))
    yield from sections.course(summary)


def _press(summary: Summary, limits: Limits) -> Iterator[Block]:
    """News first: what people say, then who they are."""
    yield from sections.what_it_is(summary, limits, is_short=True)
    yield from sections.stances(summary, limits)
    yield from sections.agreed(summary, limits)
    yield from sections.disputed(summary, limits, is_short=True)
    yield from sections.outcomes_in_short(summary)
    yield from sections.who_took_part(summary, is_short=True)
    yield from sections.read_on(summary, is_short=True)


def _data(summary: Summary, limits: Limits) -> Iterator[Block]:
    yield Contents(_("Inhalt"))
    yield from sections.who_took_part(summary)
    yield Heading(1, _("Haltungen"))
    yield from sections.numbers(summary)
    yield from opinion_groups(summary)
    yield from sections.outcomes(summary, limits, as_table=True)
    yield from sections.course(summary)
    yield from sections.read_on(summary)


_MAIN = {
    Purpose.CONFERENCE: _conference,
    Purpose.COUNCIL: _council,
    Purpose.COMMITTEE: _committee,
    Purpose.PRESS: _press,
    Purpose.DATA: _data,
}


def _annex(summary: Summary) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(1, _("Anhang: alle Anmerkungen"))
    yield from all_entries(summary)
