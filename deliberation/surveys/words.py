"""What the results of a survey are called, on pages and in files."""

from collections.abc import Sequence

from deliberation.results import words
from deliberation.results.words import decimal, number
from deliberation.surveys.counting import LEAST, Figures, shares_of
from deliberation.surveys.models import UNABLE, Item, ItemKind, Survey

_ = words.gettext
PERCENT_FROM = 10
"""So many answers are behind a sentence that names a percentage."""


def scale_words() -> dict[str, str]:
    """The four steps, and the way past them."""
    return {
        "1": _("Stimme voll zu"),
        "2": _("Stimme eher zu"),
        "3": _("Stimme eher nicht zu"),
        "4": _("Stimme gar nicht zu"),
        str(UNABLE): _("Kann ich nicht beurteilen"),
    }


def answer_words(item: Item) -> dict[str, str]:
    """What each answer of a question is called, by its key."""
    if item.kind is ItemKind.SCALE:
        return scale_words()
    return {str(key): text for key, text in item.options}


def key_words(item: Item, key: str) -> str:
    """What is counted under a key."""
    if item.kind is not ItemKind.NUMBER:
        return answer_words(item).get(key, key)
    low, _dash, high = key.partition("-")
    span = number(int(low)) if low == high else f"{number(int(low))}–{number(int(high))}"
    return f"{span} {item.unit}".strip()


def headline(item: Item, figures: Figures) -> str:
    """What came of a question in one sentence; the organiser's own if there is one."""
    if item.headline:
        return item.headline
    n = number(figures.n)
    if item.kind is ItemKind.TEXT:
        return words.ngettext("%(num)s Antwort in eigenen Worten.", "%(num)s Antworten in eigenen Worten.", figures.answered)
    if figures.n < LEAST and not figures.percents:
        return _("Zu wenige Antworten für ein Bild.")
    if item.kind is ItemKind.NUMBER and figures.quartiles:
        value = f"{decimal(figures.quartiles[1])} {item.unit}".strip()
        return _("Die Hälfte nennt höchstens %(value)s (Median, n = %(n)s).", value=value, n=n)
    if item.kind is ItemKind.SCALE and (figures.n >= PERCENT_FROM or figures.percents):
        percent = sum(share for _key, _count, share in shares_of(item, figures)[:2])
        return _("%(percent)s %% stimmen voll oder eher zu (n = %(n)s).", percent=decimal(percent), n=n)
    return _most(item, figures, n)


def _most(item: Item, figures: Figures, n: str) -> str:
    shares = shares_of(item, figures)
    highest = max((percent if count is None else count for _key, count, percent in shares), default=0)
    first = [one for one in shares if (one[2] if one[1] is None else one[1]) == highest]
    if len(first) > 2 or not highest:
        return _("Die Antworten liegen nah beieinander (n = %(n)s).", n=n)
    named = _(" und ").join(f"„{key_words(item, key)}“" for key, _count, _percent in first)
    if figures.n < PERCENT_FROM and not figures.percents:
        return _("Am häufigsten: %(answers)s (n = %(n)s).", answers=named, n=n)
    percent = decimal(first[0][2])
    return _("Am häufigsten: %(answers)s, %(percent)s %% (n = %(n)s).", answers=named, percent=percent, n=n)


def kind_words() -> dict[ItemKind, str]:
    return {
        ItemKind.SECTION: _("Zwischenüberschrift"),
        ItemKind.SINGLE: _("Eine Antwort"),
        ItemKind.MULTIPLE: _("Mehrere Antworten"),
        ItemKind.SCALE: _("Vier Stufen"),
        ItemKind.NUMBER: _("Zahl"),
        ItemKind.TEXT: _("Kurzer Text"),
    }


def method(survey: Survey) -> Sequence[tuple[str, str]]:
    """How the figures came about: (what, in words)."""
    if survey.is_brought_in:
        rows = [(_("Zeitraum"), survey.period), (_("Quelle"), survey.source)]
    else:
        codes = _("nur mit Code, jeder Code einmal") if survey.needs_code else _("offen für alle, die die Adresse hatten")
        rows = [(_("Zeitraum"), _period(survey)), (_("Zugang"), codes)]
    people = [(_("Wer gefragt wurde"), survey.invited)]
    if survey.invited_count:
        people.append((_("Gefragt wurden"), number(survey.invited_count)))
    people.append((_("Mitgemacht haben"), number(survey.people)))
    if survey.invited_count and survey.people <= survey.invited_count:
        share = 100 * survey.people / survey.invited_count
        people.append((_("Rücklauf"), _("%(percent)s %%", percent=decimal(round(share, 1)))))
    return [(name, told) for name, told in [*people, *rows] if told]


def _period(survey: Survey) -> str:
    if survey.opened_on is None or survey.closed_on is None:
        return ""
    return _("%(first)s bis %(last)s", first=words.day(survey.opened_on), last=words.day(survey.closed_on))
