"""The words of results and files in the language that is being spoken. Works without a request, then in German."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from enum import Enum

import flask_babel
from babel.dates import format_date
from babel.numbers import format_decimal

from deliberation import labels
from deliberation.annotations.models import Status
from deliberation.annotations.tallies import PERCENT_FROM, STEP, StanceCounts, VoteCounts
from deliberation.declarations.models import CLOSING, PREAMBLE, Declaration
from deliberation.filters import THIN_SPACE
from deliberation.results.filters import Names
from deliberation.results.items import Item
from deliberation.results.summary import Summary, ThesisResult
from deliberation.results.timeline import Span, Timeline

STANCES = ("carry", "change", "unclear", "against")


def gettext(message: str, **values: object) -> str:
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    return str(flask_babel.ngettext(one, many, num, **values))


_ = gettext


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within it everything is said in `language`, whoever asks: a file follows the declaration, not the reader."""
    with flask_babel.force_locale(language):
        yield


def calling(declaration: Declaration) -> AbstractContextManager[None]:
    """Within it kinds, stances and theses are called as the declaration calls them."""
    return labels.calling(declaration)


def _locale() -> str:
    return str(flask_babel.get_locale() or "de")


def not_representative() -> str:
    """The fixed sentence of every page and file with numbers."""
    return _(
        "Mitgemacht hat, wer wollte. Die Zahlen zeigen, was die Beteiligten sagen, "
        "und nicht, was alle Fachkräfte denken."
    )


def quoting() -> str:
    """What a report says about whose words it carries."""
    return _(
        "Wörtlich steht hier nur, was die Verfasserinnen und Verfasser dafür freigegeben haben; genannt werden sie nicht. "
        "Alle anderen Anmerkungen stehen mit Nummer und Art da; ihren Wortlaut zeigt die Seite der Beratung."
    )


def steps(summary: Summary) -> str:
    """How exact the numbers are."""
    if summary.is_open:
        return _(
            "Solange die Beratung läuft, zählen wir Beteiligte, Stimmen und Haltungen in Schritten von fünf; Summen unter fünf "
            "nennen wir nicht."
        )
    return _("Summen von Beteiligten, Stimmen und Haltungen unter fünf nennen wir nicht.")


def nothing_expected(summary: Summary) -> str:
    """Where there is nothing that somebody would have to decide on."""
    return _("Noch wartet niemand auf eine Antwort.") if summary.is_open else _("Es kam nichts, worüber zu entscheiden wäre.")


def day(when: date) -> str:
    """`23. November 2026`; a file is read in other years too."""
    return format_date(when, "d. MMMM y" if _locale().startswith("de") else "d MMMM y", locale=_locale())


def month(when: date, with_year: bool = False) -> str:
    return format_date(when, "LLLL y" if with_year else "LLLL", locale=_locale())


def short_day(when: date) -> str:
    return format_date(when, "d. MMM" if _locale().startswith("de") else "d MMM", locale=_locale())


def number(value: int) -> str:
    return f"{value:,}".replace(",", THIN_SPACE)


def decimal(value: float) -> str:
    """At most two places behind the comma."""
    return str(format_decimal(value, format="#,##0.##", locale=_locale()))


def few(value: int | None) -> str:
    """A number that is None where it is too small to be named."""
    return _("unter 5") if value is None else number(value)


def label(member: Enum) -> str:
    return labels.label(member)


def thesis_label(number: str) -> str:
    """`These 3`, `Vorbemerkung`, `Schlussteil`."""
    if number == PREAMBLE:
        return _("Vorbemerkung")
    return _("Schlussteil") if number == CLOSING else labels.numbered_thesis(number)


def thesis_title(thesis: ThesisResult) -> str:
    """`3. Lernen ist Arbeitszeit`; without a heading how it begins."""
    words = thesis.heading or thesis.opening
    if not thesis.is_numbered:
        return f"{thesis_label(thesis.number)}: {thesis.heading}" if thesis.heading else thesis_label(thesis.number)
    return f"{thesis.number}. {words}" if words else thesis_label(thesis.number)


def place(thesis: str, paragraph: str | None) -> str:
    """`Absatz 3.2`, `These 3`, `Vorbemerkung, Absatz 1`."""
    if paragraph is None:
        return thesis_label(thesis)
    if thesis in (PREAMBLE, CLOSING):
        return _("%(part)s, Absatz %(number)s", part=thesis_label(thesis), number=paragraph)
    return _("Absatz %(number)s", number=f"{thesis}.{paragraph}")


def item_kind(item: Item) -> str:
    return label(item.kind) if item.kind else _("Antwort")


def mention(item: Item) -> str:
    """`Einwand zu Absatz 3.2`: how an annotation is named whose words must not be quoted."""
    if item.parent is not None:
        return _("Antwort auf %(label)s", label=f"A-{item.parent}")
    return _("%(kind)s zu %(place)s", kind=item_kind(item), place=place(item.thesis, item.paragraph))


def placeholder(item: Item) -> str:
    if item.status is Status.WITHDRAWN:
        return _("Diese Anmerkung wurde von der Person selbst gelöscht.")
    return _("Hier stand eine Anmerkung. Die Moderation zeigt sie nicht.")


def stance(key: str) -> str:
    return labels.stance_word(key)


def stance_sentence(counts: StanceCounts) -> str:
    """Stances where percentages would say too much, or nothing may be said."""
    if counts.n < STEP:
        return _("Noch zu wenige Stimmen")
    return ", ".join(
        (
            ngettext("%(num)s trägt mit", "%(num)s tragen mit", counts.carry),
            _("%(count)s nur mit Änderung", count=counts.change),
            _("%(count)s noch unklar", count=counts.unclear),
            ngettext("%(num)s trägt nicht mit", "%(num)s tragen nicht mit", counts.against),
        )
    )


def has_shares(counts: StanceCounts) -> bool:
    return counts.n >= PERCENT_FROM


def stance_cells(counts: StanceCounts) -> list[str]:
    """Four cells and the number of voices for a table: percentages, below ten plain counts, below five nothing."""
    if counts.n < STEP:
        return ["–"] * len(STANCES) + [_("unter 5")]
    if not has_shares(counts):
        return [str(count) for _key, count, _percent in counts.shares] + [number(counts.n)]
    return [_("%(percent)s %%", percent=share[2]) for share in counts.shares] + [number(counts.n)]


def stance_head(first: str) -> list[str]:
    return [first, *(stance(key) for key in STANCES), _("Stimmen")]


def votes_sentence(votes: VoteCounts) -> str:
    """`31 sehen das auch so, 5 anders, 6 unentschieden`."""
    if votes.n < STEP:
        return _("Noch zu wenige Stimmen")
    agree = ngettext("%(num)s sieht das auch so", "%(num)s sehen das auch so", votes.agree)
    rest = _("%(n)s anders, %(m)s unentschieden", n=votes.disagree, m=votes.passes)
    return f"{agree}, {rest}"


def outcome(item: Item) -> str:
    """`Übernommen in Fassung 2`."""
    return labels.outcome_label(item.outcome, item.outcome_edition) if item.outcome else ""


def outcome_rows(summary: Summary) -> list[tuple[str, str]]:
    """How many annotations have which outcome."""
    return [(label(value), number(count)) for value, count in summary.outcomes]


def moderation_rows(summary: Summary) -> list[tuple[str, str]]:
    """What moderation did, in words and numbers; what never happened is left out."""
    rows: list[tuple[str, int | None]] = []
    hidden = summary.moderation.hidden
    for rules, count in hidden:
        others = _("andere Regeln, zusammengefasst") if len(hidden) > 1 else _("mehrere Regeln, zusammengefasst")
        names = labels.rule_in(summary.about.rules, rules[0]) if len(rules) == 1 else others
        rows.append((_("Nicht gezeigt, %(rule)s", rule=names), count))
    rows.append((_("Zurückgegeben mit einer Nachfrage"), summary.moderation.returned))
    rows.append((_("Wieder gezeigt"), summary.moderation.restored))
    rows.append((_("Wird gerade geprüft"), summary.moderation.waiting))
    return [(name, few(count)) for name, count in rows if count != 0]


def timeline_title(timeline: Timeline) -> str:
    return {
        Span.DAY: _("Anmerkungen und Antworten je Tag"),
        Span.WEEK: _("Anmerkungen und Antworten je Woche"),
        Span.MONTH: _("Anmerkungen und Antworten je Monat"),
    }[timeline.span]


def column_name(timeline: Timeline, when: date) -> str:
    match timeline.span:
        case Span.DAY:
            return day(when)
        case Span.WEEK:
            return _("Woche ab %(day)s", day=day(when))
        case Span.MONTH:
            return month(when, with_year=True)


def timeline_sentence(timeline: Timeline) -> str:
    when, count = timeline.most
    return _("Am meisten: %(count)s, %(when)s", count=number(count), when=column_name(timeline, when))


def selection(summary: Summary) -> list[str]:
    """Which filters a file was made with, in words; nothing chosen is said too."""
    filters = summary.filters
    found = []
    if filters.thesis is not None:
        found.append(thesis_label(filters.thesis))
    if filters.edition is not None:
        found.append(_("Anmerkungen und Haltungen zu Fassung %(number)s", number=filters.edition))
    if filters.since is not None:
        found.append(_("geschrieben ab %(day)s", day=day(filters.since)))
    if filters.kind is not None:
        found.append(_("nur %(kind)s", kind=label(filters.kind)))
    return found or [_("alles Öffentliche")]


def selection_note(summary: Summary) -> str:
    """What the filters do not reach; empty when there are none."""
    if not summary.filters.is_narrow:
        return ""
    return _(
        "Die Auswahl gilt für die Anmerkungen und die Stimmen zu ihnen. Beteiligte und Moderation zählen für die "
        "ganze Beratung, Haltungen für jede gezeigte These."
    )


def names(chosen: Names | str) -> str:
    return {
        Names.PSEUDONYMS: _("mit Pseudonymen"),
        Names.NUMBERS: _("Pseudonyme durch Nummern ersetzt"),
        Names.NONE: _("ohne Pseudonyme"),
    }[Names(chosen)]


def state_of(summary: Summary) -> str:
    """`Stand: 23. November 2026 · Fassung 1 · Auswahl: alles Öffentliche`."""
    return " · ".join(
        (
            _("Stand: %(day)s", day=day(summary.day)),
            edition(summary),
            _("Auswahl: %(selection)s", selection=", ".join(selection(summary))),
        )
    )


def edition(summary: Summary) -> str:
    """`Fassung 1`; that it is not the one in force is said."""
    if summary.edition == summary.about.edition:
        return _("Fassung %(number)s", number=summary.edition)
    return _("Text von Fassung %(number)s, in Kraft ist %(now)s", number=summary.edition, now=summary.about.edition)


def figure_rows(summary: Summary) -> list[tuple[str, str]]:
    figures, stances = summary.figures, _("Haltungen zu Thesen und Absätzen")
    if len(summary.about.editions) > 1:
        stances = _("Haltungen zum Text von Fassung %(number)s", number=summary.edition)
    return [
        (_("Personen haben mitgemacht"), few(figures.people)),
        (_("Anmerkungen und Antworten"), number(figures.contributions)),
        (_("Stimmen zu Anmerkungen"), number(figures.votes)),
        (stances, number(figures.stances)),
    ]
