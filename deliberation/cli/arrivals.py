"""Commands that bring in whole deliberations from elsewhere."""

from pathlib import Path

import click

from deliberation.cli.terminal import N_, Command, Mistake, _, say, show_progress, site
from deliberation.cli.texts import plain_slug
from deliberation.permissions import Operator


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
