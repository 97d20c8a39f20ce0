"""Taking results away as a file."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deliberation.cli.terminal import N_, Command, Mistake, OneOf, _, show_progress, site
from deliberation.cli.texts import declaration_called
from deliberation.database import reading_only
from deliberation.permissions import Operator

if TYPE_CHECKING:
    from deliberation.declarations.models import Declaration
    from deliberation.results.exports import Prepared
    from deliberation.results.filters import Filters

PART = 1 << 16


@click.command(cls=Command, help=N_("Die Auswertung als Datei schreiben."))
@click.argument("slug")
@click.option(
    "--format", "file_format", required=True,
    help=N_("docx, odt, pdf, md, html, annotated.docx (auch pdf, html), csv, xlsx, json, jsonl, jsonld, polis oder archive"),
)  # fmt: skip
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help=N_("Datei, - für die Ausgabe"))
@click.option("--thesis", help=N_("Nur diese These"))
@click.option("--edition", help=N_("Nur diese Fassung"))
@click.option("--since", help=N_("Nur ab diesem Tag, etwa 2026-11-30"))
@click.option("--kind", help=N_("Nur Anmerkungen dieser Art"))
@click.option("--names", help=N_("pseudonyms, numbers oder none: wie Autorinnen und Autoren erscheinen"))
@click.option("--purpose", help=N_("conference, council, committee, press oder data: wofür ein lesbares Dokument ist"))
@click.option("--annex", help=N_("with oder without: ob am Ende alle Anmerkungen stehen"))
def export(slug: str, file_format: str, output: Path, **wanted: str | None) -> None:
    from deliberation.database import db
    from deliberation.results import actions, exports
    from deliberation.results.writers import ARCHIVE, WRITERS

    OneOf(tuple(WRITERS)).convert(file_format, None, None)
    if file_format == ARCHIVE and any(wanted.values()):
        raise Mistake(_("Ein Archiv enthält alles Öffentliche: Filter gelten dafür nicht."))
    is_printed = str(output) == "-"
    with site() as app, reading_only():
        declaration = declaration_called(slug)
        filters = _filters(declaration, wanted)
        # What is laid aside on the way to a file has room where the file has.
        folder = None if is_printed else str(output.resolve().parent)
        site_url, pause = app.config["BASE_URL"], db.session.commit
        made = exports.prepare(Operator(), declaration, file_format, filters, site_url, folder, pause)
    with site():
        if is_printed:
            _print(made)
        else:
            _write(output, made)
        actions.note_names(Operator(), declaration, file_format, filters)
        actions.note_export(Operator(), declaration)
    if not is_printed:
        click.echo(_("Geschrieben: %(file)s", file=output), err=True)


def _print(made: "Prepared") -> None:
    """By way of a file: some formats go back in what they wrote."""
    with tempfile.TemporaryFile() as file:
        made.write(file, show_progress)
        file.seek(0)
        while part := file.read(PART):
            click.echo(part, nl=False)


def _write(output: Path, made: "Prepared") -> None:
    """Beside it first, so that what stood there stays whole if the disk is full or somebody interrupts."""
    part = output.with_name(f".{output.name}.part")
    try:
        with part.open("wb") as out:
            made.write(out, show_progress)
        part.replace(output)
        if made.readme:
            output.with_name(output.name + ".README.txt").write_text(made.readme, "utf-8")
    finally:
        part.unlink(missing_ok=True)


def _filters(declaration: "Declaration", wanted: dict[str, str | None]) -> "Filters":
    from deliberation.results.filters import CHOICES, FiltersInvalid, read_filters

    try:
        return read_filters(declaration, wanted)
    except FiltersInvalid as error:
        name = error.fields[0]
        value = wanted[name] or ""
        if name in CHOICES:
            OneOf(CHOICES[name]).convert(value, None, None)
        raise Mistake(_("--%(name)s %(value)s: Das gibt es hier nicht.", name=name, value=value)) from None
