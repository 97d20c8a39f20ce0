"""A summary as a file, for the web and the command line alike."""

from dataclasses import dataclass

from deliberation.declarations.models import Declaration
from deliberation.permissions import Permission, Person, require
from deliberation.results import words
from deliberation.results.annotated import ANNOTATED
from deliberation.results.annotated.model import annotate
from deliberation.results.archive import packing
from deliberation.results.archive.model import load_archive
from deliberation.results.filters import Filters
from deliberation.results.summary import Summary, summarise
from deliberation.results.writers import WRITERS
from deliberation.results.writers.columns import readme


@dataclass(frozen=True)
class ExportFile:
    """`readme` stands beside the file under `<name>.README.txt`; empty where the file explains itself."""

    name: str
    mimetype: str
    content: bytes
    readme: str = ""


def export(
    person: Person, declaration: Declaration, file_format: str, filters: Filters | None = None, site: str = ""
) -> ExportFile:
    """The file in the language of the declaration. Raises KeyError for a format that does not exist."""
    require(person, Permission.EXPORT, declaration)
    writer = WRITERS[file_format]
    summary = summarise(person, declaration, filters, site)
    name = file_name(summary, writer.ending)
    with words.speaking(declaration.language), words.calling(declaration):
        return ExportFile(
            name=name,
            mimetype=writer.mimetype,
            content=writer.write(summary),
            readme=readme(summary, name) if writer.has_readme else "",
        )


def export_annotated(
    person: Person, declaration: Declaration, file_format: str, filters: Filters | None = None, site: str = ""
) -> ExportFile:
    """The text with its annotations in place, as a file in the language of the declaration. Raises KeyError for a format
    that does not exist."""
    require(person, Permission.EXPORT, declaration)
    made = ANNOTATED[file_format]
    summary = summarise(person, declaration, filters, site)
    with words.speaking(declaration.language), words.calling(declaration):
        content = made.write(annotate(declaration, summary))
    return ExportFile(file_name(summary, f"annotated.{made.ending}"), made.mimetype, content)


def export_archive(person: Person, declaration: Declaration, site: str = "", number: int = 0) -> ExportFile:
    """Everything public in one zip of pages, print and data, in the language of the declaration. `number` is that of the
    snapshot, if it is one."""
    require(person, Permission.EXPORT, declaration)
    with words.speaking(declaration.language), words.calling(declaration):
        found = load_archive(person, declaration, site, number)
        return ExportFile(f"{packing.folder(found)}.zip", "application/zip", packing.packed(found))


def file_name(summary: Summary, ending: str) -> str:
    """`erklaerung-2026-11-23.csv`: what and when, nothing about who."""
    return f"{summary.about.slug}-{summary.day.isoformat()}.{ending}"
