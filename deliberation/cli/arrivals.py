"""Commands that bring in whole deliberations from elsewhere."""

import json
from pathlib import Path

import click

from deliberation.cli.terminal import N_, Command, Mistake, _, say, show_progress, site
from deliberation.cli.texts import plain_slug
from deliberation.permissions import Operator


def import_archive(file: Path, slug: str, dry_run: bool) -> None:
    """A whole deliberation from its archive, under an address of its own."""
    from deliberation.declarations.actions import SlugInvalid, SlugTaken
    from deliberation.results.archive import importing

    try:
        data, files = importing.read_archive(file.read_bytes())
        if dry_run:
            shown = sum("body" in one for one in data["annotations"])
            say(json.dumps({"title": data["declaration"]["title"], "annotations": shown}, ensure_ascii=False))
            return
        if not slug:
            raise click.UsageError(_("Es fehlt: %(name)s.", name="--slug"))
        with site():
            importing.import_archive(Operator(), data, slug, files)
            say(_("Aus dem Archiv ist eine Beratung geworden: /d/%(slug)s", slug=slug))
            say(
                _(
                    "Lesen können sie alle, weiterschreiben nur, wen Sie einladen: Konten und einzelne Stimmen kamen nicht mit."
                )
            )
            for what, details in importing.left_out(data, files):
                say(_(importing.LEFT_OUT[what], **details))
    except importing.ArchiveRefused as refused:
        raise Mistake(_(importing.REFUSALS[refused.reason], what=refused.what)) from None
    except SlugTaken:
        raise Mistake(_("Eine Erklärung „%(slug)s“ gibt es schon.", slug=slug)) from None
    except SlugInvalid:
        raise plain_slug() from None


@click.command("import-contributions", cls=Command, help=N_("Beiträge vom Papier oder aus einer Versammlung einlesen."))
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
def import_contributions(slug: str, file: Path) -> None:
    from deliberation.cli.texts import declaration_called
    from deliberation.declarations.importing import ImportRefused
    from deliberation.meetings import paper

    with site():
        declaration = declaration_called(slug)
        try:
            found = paper.read_paper(declaration, file.read_bytes(), file.name)
        except ImportRefused:
            raise Mistake(_("Das lässt sich nicht als Tabelle lesen. Wir lesen CSV und Excel (xlsx).")) from None
        for fault in found.faults:
            say(_("Zeile %(line)s: %(words)s", line=fault.line, words=_(paper.WRONG[fault.what], words=fault.words)))
        if found.faults:
            raise Mistake(_("In der Tabelle stimmt etwas nicht. Es wurde nichts übernommen."))
        taken = paper.take_in(Operator(), declaration, found.entries)
        say(_("Übernommen: %(new)s. Schon da: %(known)s. Warten auf die Moderation: %(held)s.", **vars(taken)))


@click.command("import-polis", cls=Command, help=N_("Aussagen und Stimmen aus den Dateien von Polis einlesen."))
@click.argument("slug")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def import_polis(slug: str, folder: Path) -> None:
    from deliberation.declarations.actions import SlugInvalid
    from deliberation.declarations.models import find_declaration
    from deliberation.results import polis

    with site():
        try:
            declaration = find_declaration(slug) or polis.create_for_polis(Operator(), slug, folder)
            counts = polis.import_polis(Operator(), declaration, folder, show_progress)
        except SlugInvalid:
            raise plain_slug() from None
        except polis.PolisRefused as refused:
            raise Mistake(_(polis.REFUSALS[refused.reason], **refused.details)) from None
        say(_(polis.DONE, **vars(counts)))
