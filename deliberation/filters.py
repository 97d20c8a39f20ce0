"""How dates, times and numbers look to people. Times are UTC inside and Europe/Berlin on the page."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flask import Flask
from flask_babel import format_date, format_decimal, get_locale, gettext, ngettext
from jinja2 import Template, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from markupsafe import Markup, escape

from deliberation.clock import BERLIN, now, to_day, today
from deliberation.text import REDACTED, DiffPart, word_diff
from deliberation.text import excerpt as cut

THIN_SPACE = "\u202f"


def day(moment: datetime | date) -> str:
    """`14. Mai`, with the year only if it is another one."""
    when = to_day(moment) if isinstance(moment, datetime) else moment
    return _day(when, when.year == today().year, str(get_locale()))


@lru_cache(4096)
def _day(when: date, is_this_year: bool, _language: str) -> str:
    return str(format_date(when, gettext("d. MMMM") if is_this_year else gettext("d. MMMM y")))


def full_day(when: date) -> str:
    """`Freitag, 14. Mai 2027`."""
    return str(format_date(when, gettext("EEEE, d. MMMM y")))


def time_of_day(moment: datetime) -> str:
    return gettext("%(time)s Uhr", time=moment.astimezone(BERLIN).strftime("%H:%M"))


def waiting(moment: datetime) -> str:
    """How long something has been waiting, in the largest fitting unit."""
    minutes = int((now() - moment).total_seconds() // 60)
    if minutes < 60:
        return ngettext("seit %(num)s Minute", "seit %(num)s Minuten", max(minutes, 1))
    if minutes < 48 * 60:
        return ngettext("seit %(num)s Stunde", "seit %(num)s Stunden", minutes // 60)
    return gettext("seit %(n)s Tagen", n=minutes // (24 * 60))


def number(value: int) -> str:
    """2 931 with a thin space: no confusion between German and English separators."""
    return str(format_decimal(value, format="#,##0")).replace(".", THIN_SPACE).replace(",", THIN_SPACE)


def file_size(count: int | None) -> str:
    """Bytes in words."""
    if count is None:
        return gettext("unbekannt")
    if count >= 1_000_000_000:
        return f"{format_decimal(count / 1_000_000_000, '#,##0.0')} GB"
    if count >= 1_000_000:
        return f"{format_decimal(count / 1_000_000, '#,##0.0')} MB"
    return f"{format_decimal(-(-count // 1000), '#,##0')} KB"


def day_element(moment: datetime | date | str) -> Markup:
    """A `<time>` that is exact to the day: public times must not tell who wrote at which minute. Days may come as 2026-11-28."""
    if isinstance(moment, str):
        moment = date.fromisoformat(moment)
    when = to_day(moment) if isinstance(moment, datetime) else moment
    return Markup('<time datetime="{}">{}</time>').format(when.isoformat(), day(moment))


def trusted_html(rendered: str) -> Markup:
    """Mark what `text.to_safe_html` made, read from its own column, as ready to show."""
    if REDACTED not in rendered:
        return Markup(rendered)  # nosec B704
    bar = _bar()
    return Markup(_in_words(rendered, lambda words: words.replace(REDACTED, bar)))  # nosec B704


def with_numbers(rendered: str) -> Markup:
    """As `trusted_html`, with a link from each number of an annotation (A-12) that is in no link yet."""
    shown = str(trusted_html(rendered))
    return Markup(_in_words(shown, lambda words: _NUMBER.sub(r'<a class="ref" href="/a/\1">A-\1</a>', words), "a"))  # nosec B704


_TAG = re.compile(r'(<[^>"]*(?:"[^"]*"[^>"]*)*>)')
"""A tag of the serialiser, which puts every value in double quotes; a sign > may stand in a value."""
_NUMBER = re.compile(r"(?<![\w-])A-([1-9]\d{0,8})(?![\w-])")


def _in_words(rendered: str, change: Callable[[str], str], outside: str = "") -> str:
    """Change what stands between the tags of safe HTML, never a tag or its values; nor what is inside `outside`."""
    parts, depth = _TAG.split(rendered), 0
    for place, part in enumerate(parts):
        if place % 2 and outside:
            depth += part.startswith((f"<{outside} ", f"<{outside}>"))
            depth -= part == f"</{outside}>"
        elif not place % 2 and not depth:
            parts[place] = change(part)
    return "".join(parts)


def _bar() -> str:
    """What is shown in place of a redacted passage: words, also for those who hear the page."""
    return f'<span class="redacted">{escape(gettext("[von der Moderation geschwärzt]"))}</span>'


def marked(plain: str) -> Markup:
    """Plain words in which redacted passages look like those of a rendered text."""
    shown = escape(plain)
    return Markup(str(shown).replace(REDACTED, _bar())) if REDACTED in shown else shown  # nosec B704


def lines(plain: str) -> Markup:
    return Markup("<br>").join(marked(line) for line in plain.splitlines())


def excerpt(source: str, limit: int = 80) -> str:
    """`text.excerpt` in the reader's language; plain, so that it can stand in a title as well."""
    if REDACTED in source:
        source = source.replace(REDACTED, gettext("[von der Moderation geschwärzt]"))
    return cut(source, limit)


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


@pass_eval_context
def said(where: EvalContext, message: str, **variables: Any) -> str:
    """`_()` of the templates, as Jinja has it. A page says some five hundred things, most of them without anything to put in:
    those are looked up once for each language."""
    locale = get_locale()
    kept = _SAID.setdefault((locale.language if locale else "", where.autoescape), {})
    words = kept.get(message)
    if words is None:
        found = gettext(message)
        words = kept[message] = Markup(found) if where.autoescape else found  # nosec B704
    return words % variables if variables or "%" in words else words


_SAID: dict[tuple[str, bool], dict[str, str]] = {}


def words_changed(old: str, new: str) -> tuple[DiffPart, ...]:
    return word_diff(old, new)


class Component(Template):
    """A template whose macros are the same for whoever imports them without context: all of ours share their globals. Jinja
    compares these with each import, which took an eighth of the time of a page."""

    def _get_default_module(self, _ctx: Context | None = None) -> Any:
        return super()._get_default_module()


def init_app(app: Flask) -> None:
    """Hand all filters to the templates."""
    app.jinja_env.template_class = Component
    app.jinja_env.globals["_"] = said
    for function in (
        day, full_day, file_size,
        time_of_day, waiting, number, day_element, trusted_html, with_numbers, marked, lines, excerpt, pieces,
        words_changed,
    ):  # fmt: skip
        app.jinja_env.filters[function.__name__] = function
