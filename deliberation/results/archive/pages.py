"""The pages of an archive: no script, every link relative, one style beside them."""

from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment

from deliberation.annotations.tallies import STEP
from deliberation.config import package_root
from deliberation.declarations.models import Act
from deliberation.filters import lines, trusted_html
from deliberation.moderation.models import Rule
from deliberation.permissions import Phase
from deliberation.results import words
from deliberation.results.annex import plain_paragraphs
from deliberation.results.annotated import said
from deliberation.results.annotated.html import environment
from deliberation.results.archive import naming
from deliberation.results.archive.around import own_page
from deliberation.results.archive.linking import TABLES, at_home
from deliberation.results.archive.model import ELSEWHERE, Archive, LogLine, thesis_page
from deliberation.results.archive.twins import EASY, twins_in
from deliberation.results.headline import headline_sentence
from deliberation.results.redline.words import fit
from deliberation.results.writers.markdown import QUOTE_WORDS
from deliberation.text import excerpt, to_plain_text

_ = words.gettext
STYLES = ("file.css", "annotated.css", "archive.css")
LIST_MAX = 25
"""Annotations in each list of the results; their pages have all."""
TEXTS_MAX = 200
"""Words of people in a survey on its page, as on that of the site; the table has all."""


def write(archive: Archive) -> dict[str, bytes]:
    """Every page by its name, and the style."""
    made = {"style.css": b"\n".join((_folder() / name).read_bytes() for name in STYLES)}

    def page(name: str, template: str, **values: Any) -> None:
        text = (
            _environment().get_template(f"results/archive/{template}.html").render(archive=archive, own=name, **values)
        )
        made[name] = fit(text).encode()

    page("index.html", "start")
    for place, thesis in enumerate(archive.annotated.theses):
        page(thesis_page(thesis.number), "thesis", thesis=thesis, place=place)
    if archive.annotated.elsewhere:
        page(ELSEWHERE, "elsewhere")
    if archive.data["terms"]:
        page("glossary.html", "glossary")
    if archive.data["easy"]:
        page(EASY, "easy", twins=twins_in(archive.data))
    page("annotations.html", "annotations")
    for edition in archive.editions:
        page(edition.page, "edition", edition=edition)
    page("results.html", "results")
    if archive.report:
        page("report.html", "report")
    for own in archive.around.pages:
        page(own_page(own["address"]), "own", page=own)
    if archive.around.hands:
        page(TABLES, "tables")
    for survey in archive.around.surveys:
        page(survey.page, "survey", survey=survey.data, files=survey.files)
    page("log.html", "log")
    page("rules.html", "rules")
    for name, content in archive.changes.items():
        made[name] = content
    return made


def _folder() -> Any:
    return package_root() / "templates" / "results"


def keeping(archive: Archive) -> str:
    """What whoever copies an archive owes those who wrote in it."""
    return _(
        "Wer hier geschrieben hat, kann den eigenen Beitrag zurückziehen. Auf %(address)s steht deshalb immer ein Stand, in "
        "dem er nicht mehr ist. Bitte prüfen Sie, bevor Sie diese Dateien weitergeben oder veröffentlichen, ob es dort einen "
        "neueren gibt, und verwenden Sie dann den.",
        address=f"{archive.address}/archive",
    )


def citation(archive: Archive) -> str:
    """How to name this state in a paper."""
    about = archive.summary.about
    head = f"{archive.annotated.publisher}: {about.title}" if archive.annotated.publisher else about.title
    return _(
        "%(title)s. Fassung %(edition)s mit Anmerkungen, Stand %(day)s. %(address)s",
        title=head.rstrip("."),
        edition=archive.summary.edition,
        day=words.day(archive.summary.day),
        address=archive.own_address,
    )


def log_state(line: LogLine) -> str:
    """The phase that began, in words; other acts say enough by themselves."""
    phase = line.after.partition(" ")[0]
    if line.act is Act.PHASE and phase in {one.value for one in Phase}:
        return words.label(Phase(phase))
    return ""


def log_rule(line: LogLine, archive: Archive) -> str:
    found = {rule.value: rule for rule in Rule}.get(line.rule)
    return naming.rule(archive.summary, found) if found else ""


@cache
def _environment() -> Environment:
    made = environment()
    made.filters.update(trusted_html=trusted_html, lines=lines, iso_day=lambda written: words.day(date.fromisoformat(written)))
    made.globals.update(
        own_page=own_page,
        tables_page=TABLES,
        easy_page=EASY,
        has_twin=lambda archive, thesis: thesis.number in {one["thesis"] for one in archive.data["easy"].get("theses", ())},
        at_home=at_home,
        thesis_pages=lambda archive: {one.number for one in archive.annotated.theses},
        TEXTS_MAX=TEXTS_MAX,
        headline_sentence=headline_sentence,
        citation=citation,
        keeping=keeping,
        log_state=log_state,
        log_rule=log_rule,
        thesis_page=thesis_page,
        elsewhere_page=ELSEWHERE,
        paragraphs_of=plain_paragraphs,
        plain=to_plain_text,
        shorten=lambda body: excerpt(body, QUOTE_WORDS),
        plain_rules=naming.rules_in_words,
        naming=naming,
        quoting=said.quoting,
        STEP=STEP,
        LIST_MAX=LIST_MAX,
    )
    return made
