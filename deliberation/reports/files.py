"""The report as a file to hand over: what people wrote with the numbers that carry it, and beside each thesis its figures."""

from collections.abc import Iterator

from deliberation.declarations.models import Declaration
from deliberation.permissions import Person
from deliberation.reports.showing import Line, ReportView, Section
from deliberation.results import words
from deliberation.results.documents import phrases, sections
from deliberation.results.documents.files import FORMATS
from deliberation.results.documents.model import Block, Callout, Contents, Document, Heading, Paragraph, Run
from deliberation.results.exports import ExportFile, file_name
from deliberation.results.summary import Summary, summarise
from deliberation.results.writers import WRITERS

CONTENTS_FROM = 4
"""Sections from which a table of contents helps."""
NAME = "bericht"

_ = words.gettext


def write_report(person: Person, declaration: Declaration, report: ReportView, file_format: str, site: str) -> ExportFile:
    """An issue as everybody may read it now, in the language of the declaration. Raises NotAllowed for whoever may not read
    the declaration, KeyError for a format that does not exist."""
    write = FORMATS[file_format]
    summary = summarise(person, declaration, site=site)
    with words.speaking(declaration.language), words.calling(declaration):
        content = write(compose(report, summary))
    return ExportFile(file_name(summary, f"{NAME}.{file_format}"), WRITERS[file_format].content_type, content)


def compose(report: ReportView, summary: Summary) -> Document:
    """The document, in the language that is being spoken. Pure."""
    return Document(
        title=report.title,
        kicker=_("Bericht mit Belegen"),
        state=_state(report),
        description=f"{_state(report)}. {words.not_representative()}",
        page=_("Seite"),
        language=report.language,
        day=summary.day,
        blocks=tuple(_blocks(report, summary)),
    )


def _state(report: ReportView) -> str:
    issue = _("Ausgabe %(number)s vom %(day)s", number=report.number, day=words.day(report.day))
    return " · ".join((issue, _("zum Text der Fassung %(number)s", number=report.edition)))


def _blocks(report: ReportView, summary: Summary) -> Iterator[Block]:
    sample = (Run(f"{phrases.sample()} ", strong=True),) if summary.about.is_sample else ()
    yield Callout((*sample, Run(words.not_representative())))
    yield sections.said(
        phrases.published_by(summary),
        _(
            "Menschen haben diesen Bericht geschrieben. Die Nummern hinter den Sätzen führen zu den Anmerkungen, auf denen sie "
            "beruhen. Wörtlich steht hier nur, was dafür freigegeben ist."
        ),
    )
    shown = [section for section in report.sections if section.lines]
    if len(shown) >= CONTENTS_FROM:
        yield Contents(_("Inhalt"))
    yield from sections.who_took_part(summary)
    for section in shown:
        yield Heading(1, _title(section))
        yield from _figures(section, summary)
        for line in section.lines:
            yield Paragraph(_line(line, summary))
    yield from sections.read_on(summary)


def _title(section: Section) -> str:
    if not section.number:
        return _("Überblick")
    label = words.thesis_label(section.number)
    return f"{label}: {section.heading}" if section.heading else label


def _figures(section: Section, summary: Summary) -> Iterator[Block]:
    """Who carries the thesis, as it reads now."""
    thesis = next((one for one in summary.theses if one.number == section.number), None)
    if thesis is not None and thesis.has_stances:
        yield sections.thesis_bars(summary, [thesis])


def _line(line: Line, summary: Summary) -> tuple[Run, ...]:
    text = line.text if line.text and not line.is_withheld else _("[Hier stand ein Zitat, das nicht mehr gezeigt wird.]")
    runs = [Run(text)]
    for one in line.references:
        gone = "" if one.is_shown else f" {_('(nicht mehr gezeigt)')}"
        runs += [Run(" "), Run(f"{one.label}{gone}", address=summary.annotation_address(one.number) if one.is_shown else "")]
    return tuple(runs)
