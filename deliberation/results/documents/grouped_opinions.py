"""What the opinion groups agree on and what divides them, in readable documents; always with the shares of all groups."""

from collections.abc import Iterator

from deliberation.results import group_words, words
from deliberation.results.documents.model import Block, Heading, Table
from deliberation.results.documents.sections import said
from deliberation.results.summary import Summary

_ = words.gettext


def opinion_groups(summary: Summary) -> Iterator[Block]:
    """Nothing where there are no groups."""
    groups = summary.groups
    if not groups.sizes:
        return
    yield Heading(1, _("Was verbindet und was trennt"))
    yield said(
        _("Ein Programm hat gerechnet, wer ähnlich abstimmt. Wer in welcher Gruppe ist, sieht niemand."),
        f"{', '.join(group_words.sizes(groups))}.",
    )
    for title, items in ((_("Verbindet"), groups.connects), (_("Trennt"), groups.divides)):
        if items:
            rows = tuple(tuple(row) for row in group_words.shared_rows(items))
            yield Table(title, tuple(group_words.shared_head(groups)), rows)
        else:
            yield said(f"{title}: {_('Bisher nichts.')}")
