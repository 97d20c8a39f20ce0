"""Both editions as one self-contained page: own styles, no script, nothing loaded, readable on paper and by ear."""

from collections.abc import Iterator, Sequence
from functools import cache

from jinja2 import Environment

from deliberation.declarations.changes import Changes
from deliberation.declarations.line_changes import exact_diff, paragraph_lines
from deliberation.results.redline import words
from deliberation.results.words import gettext, ngettext, speaking
from deliberation.results.writers.html import file_environment
from deliberation.text import DiffPart

FOLDER = "results"


def write(changes: Changes, site: str = "") -> bytes:
    """UTF-8. With `site`, annotations are linked to their pages there; without, they are only named."""
    template = _environment().get_template(f"{FOLDER}/redline.html")
    with speaking(words.page_language(changes)):
        return words.fit(template.render(changes=changes, site=site.rstrip("/"))).encode()


def _bare(parts: Sequence[DiffPart]) -> Iterator[tuple[str, str, str, str]]:
    """Kind, blanks in front, words, blanks behind: a line under or through a blank looks like a word that is missing.

    Whether a blank changed is not told; browsers show one or several alike."""
    for part in parts:
        text = part.text.strip()
        before, _text, after = part.text.partition(text) if text else (part.text, "", "")
        yield (part.kind if text else "kept", before, text, after)


@cache
def _environment() -> Environment:
    made = file_environment("file.css", "redline.css")
    made.globals.update(
        _=gettext,
        ngettext=ngettext,
        words=words,
        lines_of=paragraph_lines,
        difference=exact_diff,
        bare=_bare,
    )
    return made
