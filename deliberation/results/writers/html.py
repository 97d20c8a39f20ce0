"""The readable summary as one self-contained page: own styles, charts as SVG, no script, nothing loaded."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deliberation.annotations.tallies import STEP
from deliberation.config import package_root
from deliberation.results import field_words, group_words, words
from deliberation.results.annex import grouped, plain_paragraphs
from deliberation.results.documents.fitting import to_document
from deliberation.results.headline import headline_sentence
from deliberation.results.summary import Summary
from deliberation.results.writers.markdown import LIST_MAX, QUOTE_WORDS
from deliberation.text import excerpt, to_plain_text


def write(summary: Summary) -> bytes:
    """UTF-8. As in Markdown, words of people are quoted only with their consent and without pseudonym."""
    if summary.filters.purpose is not None:
        document = to_document(summary)
        blocks = [(type(block).__name__.lower(), block) for block in document.blocks]
        return _environment().get_template("results/document.html").render(document=document, blocks=blocks).encode()
    return _environment().get_template("results/file.html").render(summary=summary).encode()


def file_environment(*styles: str) -> Environment:
    """For pages that stand alone: templates as on the site, which put the named files of `templates/results` into
    themselves (`styles`)."""
    folder = package_root() / "templates"
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.do"],
    )
    made.globals["styles"] = styles
    made.filters["stance_word"] = words.stance
    return made


@cache
def _environment() -> Environment:
    made = file_environment("file.css")
    made.globals.update(
        _=words.gettext,
        ngettext=words.ngettext,
        words=words,
        field_words=field_words,
        group_words=group_words,
        headline_sentence=headline_sentence,
        grouped=grouped,
        plain=to_plain_text,
        paragraphs_of=plain_paragraphs,
        shorten=lambda body: excerpt(body, QUOTE_WORDS),
        STEP=STEP,
        LIST_MAX=LIST_MAX,
    )
    return made
