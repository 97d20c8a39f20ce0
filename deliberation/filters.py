"""How dates, times and numbers look to people. Times are UTC inside and Europe/Berlin on the page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask
from flask_babel import format_date, format_decimal, gettext
from markupsafe import Markup, escape

from deliberation.clock import BERLIN, now, today
from deliberation.text import DiffPart, excerpt, word_diff

THIN_SPACE = "\u202f"


def day(moment: datetime | date) -> str:
    """`14. Mai`, with the year only if it is another one."""
    when = moment.astimezone(BERLIN).date() if isinstance(moment, datetime) else moment
    pattern = gettext("d. MMMM") if when.year == today().year else gettext("d. MMMM y")
    return str(format_date(when, pattern))


def time_of_day(moment: datetime) -> str:
    return gettext("%(time)s Uhr", time=moment.astimezone(BERLIN).strftime("%H:%M"))


def waiting(moment: datetime) -> str:
    """How long something has been waiting, in the largest fitting unit."""
    minutes = int((now() - moment).total_seconds() // 60)
    if minutes < 60:
        return gettext("seit %(n)s Min.", n=max(minutes, 1))
    if minutes < 48 * 60:
        return gettext("seit %(n)s Std.", n=minutes // 60)
    return gettext("seit %(n)s Tagen", n=minutes // (24 * 60))


def number(value: int) -> str:
    """2 931 with a thin space: no confusion between German and English separators."""
    return str(format_decimal(value, format="#,##0")).replace(".", THIN_SPACE).replace(",", THIN_SPACE)


def day_element(moment: datetime) -> Markup:
    """A `<time>` that is exact to the day: public times must not tell who wrote at which minute."""
    when = moment.astimezone(BERLIN).date()
    return Markup('<time datetime="{}">{}</time>').format(when.isoformat(), day(moment))


def trusted_html(rendered: str) -> Markup:
    """Mark what `text.to_safe_html` made, read from its own column, as ready to show."""
    return Markup(rendered)


def lines(plain: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in plain.splitlines())


@dataclass(frozen=True)
class Piece:
    """A stretch of text, marked or not."""

    text: str
    is_marked: bool


def pieces(source: str, wanted: Iterable[str]) -> list[Piece]:
    """Cut a text at the given words, wherever they occur; longer ones win."""
    found = sorted({words for words in wanted if words}, key=len, reverse=True)
    if not found:
        return [Piece(source, False)]
    parts = re.split("(" + "|".join(map(re.escape, found)) + ")", source)
    return [Piece(part, part in found) for part in parts if part]


def words_changed(old: str, new: str) -> tuple[DiffPart, ...]:
    return word_diff(old, new)


def init_app(app: Flask) -> None:
    """Hand all filters to the templates."""
    for function in (
        day, time_of_day, waiting, number, day_element, trusted_html, lines, excerpt, pieces, words_changed,
    ):  # fmt: skip
        app.jinja_env.filters[function.__name__] = function
