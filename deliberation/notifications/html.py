"""The HTML part of a mail, made from its plain text, so that the two never disagree. No picture, nothing remote, no script.

What stands for what: a line of `=` or `-` below another makes it a heading; `> ` begins a quotation, `- ` an entry of a list, an
address of a page on a line of its own is a link; what follows `-- ` is the signature. Everything else is a paragraph."""

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

_RULE = re.compile(r"(=+|-+)")
_PAGE = re.compile(r"https?://\S+")
SIGNATURE = "-- "
STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; background: #F4F6F2; color: #17211D; font: 1rem/1.55 "Atkinson Hyperlegible Next", system-ui, sans-serif; }
main { max-width: 36rem; margin: 0 auto; padding: 1.5rem 1rem; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2rem 0 .75rem; border-bottom: 2px solid #17211D; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p, ul { margin: 0 0 .75rem; }
blockquote { margin: 0 0 .75rem; padding: .25rem 0 .25rem .9rem; border-left: 3px solid #5F6D66; }
blockquote p:last-child { margin: 0; }
a { color: #1A468D; overflow-wrap: anywhere; }
footer { margin-top: 2rem; padding-top: .75rem; border-top: 1px solid #5F6D66; font-size: .875rem; color: #404D47; }
@media (prefers-color-scheme: dark) {
  body { background: #121815; color: #ECF2ED; }
  h2 { border-color: #ECF2ED; } blockquote, footer { border-color: #84938B; }
  a { color: #9DC2FF; } footer { color: #B3C0B9; }
}
"""
"""The colours of the site (`static/css/tokens.css`); a mail cannot fetch them from there."""


def to_html(text: str, subject: str, locale: str) -> str:
    """A whole page. `text` is what the plain part says."""
    body, _mark, signature = text.partition(f"\n{SIGNATURE}\n")
    footer = Markup("<footer>{}</footer>").format(Markup("").join(_blocks(signature))) if signature else ""
    return Markup(
        '<!doctype html>\n<html lang="{}">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><title>{}</title><style>{}</style></head>\n'
        "<body><main>\n{}\n{}</main></body>\n</html>\n"
    ).format(locale, subject, Markup(STYLE), Markup("\n").join(_blocks(body)), footer)  # fmt: skip


def _blocks(text: str) -> Iterator[Markup]:
    """Lines that belong together: those of one kind between two empty ones."""
    lines = text.split("\n")
    for is_empty, group in groupby(_headed(lines), key=lambda line: line[1].strip() == "" and not line[0]):
        if not is_empty:
            for kind, some in groupby(group, key=lambda line: line[0] or _kind(line[1])):
                yield _block(kind, [line for _level, line in some])


def _headed(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each line with the heading it is, and without the lines that say so."""
    place = 0
    while place < len(lines):
        below = lines[place + 1].strip() if place + 1 < len(lines) else ""
        line = lines[place].strip()
        if line and below and _RULE.fullmatch(below) and len(below) >= 2 and not _RULE.fullmatch(line):
            yield "h2" if below[0] == "=" else "h3", line
            place += 2
        else:
            yield "", lines[place]
            place += 1


def _kind(line: str) -> str:
    if line.startswith(">"):
        return "quote"
    if line.startswith("- "):
        return "list"
    return "link" if _PAGE.fullmatch(line.strip()) else "words"


def _block(kind: str, lines: list[str]) -> Markup:
    if kind in ("h2", "h3"):
        return Markup("").join(Markup(f"<{kind}>{{}}</{kind}>").format(line) for line in lines)
    if kind == "quote":
        paragraphs = "\n".join(line[1:].strip() for line in lines).split("\n\n")
        said = Markup("").join(Markup("<p>{}</p>").format(one.replace("\n", " ")) for one in paragraphs if one)
        return Markup("<blockquote>{}</blockquote>").format(said)
    if kind == "list":
        return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(line[2:]) for line in lines))
    if kind == "link":
        return Markup("").join(Markup('<p><a href="{0}">{0}</a></p>').format(line.strip()) for line in lines)
    return Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in lines))
