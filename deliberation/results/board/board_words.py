"""What lists and figures of the board are called."""

from datetime import date

from deliberation.moderation.models import Verdict
from deliberation.moderation.records.by_kind import OfKinds
from deliberation.moderation.records.counts import Column
from deliberation.moderation.records.merging import total_of
from deliberation.results import words
from deliberation.results.board.listing import Listed, Of
from deliberation.results.board.measures import Board, Part
from deliberation.results.summary import Summary

_ = words.gettext


def list_title(summary: Summary, listed: Listed) -> str:
    if listed.outcome is not None:
        return words.label(listed.outcome)
    if listed.column is not None and summary.timeline is not None:
        return words.column_name(summary.timeline, listed.column)
    kind = summary.filters.kind
    if listed.of is Of.ANNOTATIONS and kind is not None:
        return words.label(kind)
    return {
        Of.CONTRIBUTIONS: _("Anmerkungen und Antworten"),
        Of.ANNOTATIONS: _("Anmerkungen"),
        Of.REPLIES: _("Antworten"),
        Of.VOTES: _("Anmerkungen mit Stimmen"),
        Of.STANCES: _("Stellen mit Haltungen"),
        Of.AGREED: _("Was die meisten auch so sehen"),
        Of.DISPUTED: _("Was umstritten ist"),
        Of.UNANSWERED: _("Fragen ohne Antwort"),
        Of.DECIDED: _("Worüber entschieden wurde"),
        Of.QUOTING: _("Was sich auf Worte anderer bezieht"),
        Of.SHORT: _("Einwände und Textvorschläge mit höchstens einem Satz"),
        Of.LATE: _("Erste Beiträge ohne Antwort in 72 Stunden"),
    }[listed.of]


def list_sentence(summary: Summary, listed: Listed) -> str:
    """How many there are, and what the figure counts where that is something else."""
    if listed.of is Of.STANCES:
        return _(
            "%(stances)s Haltungen an %(places)s Stellen. Unter fünf Haltungen nennen wir keine Zahl.",
            stances=words.number(summary.figures.stances), places=words.number(listed.count),
        )  # fmt: skip
    if listed.of is Of.VOTES:
        return _(
            "%(votes)s Stimmen zu %(count)s Anmerkungen. Unter fünf Stimmen nennen wir keine Zahl.",
            votes=words.number(summary.figures.votes), count=words.number(listed.count),
        )  # fmt: skip
    return words.ngettext("%(num)s Eintrag", "%(num)s Einträge", listed.count)


def share(part: Part) -> str:
    """`34 % (17 von 50)`."""
    if part.percent is None:
        return _("noch zu wenige für einen Anteil")
    return _(
        "%(percent)s %% (%(part)s von %(all)s)",
        percent=part.percent,
        part=words.number(part.part),
        all=words.number(part.of),
    )


def weeks(found: tuple[date, ...]) -> str:
    """`Woche ab 2. November 2026`, or the first and the last of several."""
    if len(found) == 1:
        return _("Woche ab %(day)s", day=words.day(found[0]))
    return _("Wochen ab %(first)s bis ab %(last)s", first=words.short_day(found[0]), last=words.day(found[-1]))


def column(one: Column) -> str:
    return {
        Column.HELD: _("Zurückgehalten"),
        Column.RETURNED: _("Mit Nachfrage zurückgegeben"),
        Column.REDACTED: _("Geschwärzt"),
        Column.HIDDEN: _("Nicht gezeigt"),
    }[one]


def kinds(row: OfKinds) -> str:
    if len(row.kinds) > 6:
        return _("alle Arten zusammen")
    return ", ".join(words.label(kind) if kind else _("Antwort") for kind in row.kinds)


def acts(row: OfKinds) -> str:
    """`7, etwa 10 %`."""
    if row.count is None:
        return _("unter 5")
    if row.percent is None:
        return words.number(row.count)
    if row.percent == 0:
        return _("%(n)s, unter 5 %%", n=words.number(row.count))
    return _("%(n)s, etwa %(percent)s %%", n=words.number(row.count), percent=row.percent)


def upheld(board: Board) -> str:
    """`7 von 12`, as far as the log prints these numbers."""
    rows = board.moderation.objections
    total = total_of(rows)
    if total == 0:
        return _("keine Beschwerden")
    for row in rows:
        if row.keys == (Verdict.UPHELD,) and row.count is not None and total is not None:
            return _("%(part)s von %(all)s", part=words.number(row.count), all=words.number(total))
    return _("noch zu wenige")
