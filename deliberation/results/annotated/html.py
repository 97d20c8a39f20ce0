"""The text with its annotations as one page that stands alone: beside the text where there is room, below it where not."""

from functools import cache

from jinja2 import Environment

from deliberation.results import words
from deliberation.results.annotated import said
from deliberation.results.annotated.model import Annotated
from deliberation.results.redline.words import fit
from deliberation.results.writers.html import file_environment


def write(annotated: Annotated) -> bytes:
    """UTF-8; no script, nothing loaded. Numbers lead to the page of the annotation if the site is known."""
    template = environment("file.css", "annotated.css").get_template("results/annotated.html")
    return fit(template.render(annotated=annotated)).encode()


@cache
def environment(*styles: str) -> Environment:
    """For pages made of `results/annotated_parts.html`, with the named files as their style."""
    made = file_environment(*styles)
    made.globals.update(
        _=words.gettext,
        ngettext=words.ngettext,
        words=words,
        said=said,
        sayings=said.sayings,
        thesis_title=said.thesis_title,
    )
    return made
