"""The command line: thin commands over the verbs. Whoever can run it owns the machine and acts as operator.

What a command needs is imported when it runs, so that help comes at once.
"""

from typing import TYPE_CHECKING

import click

from deliberation.cli.arrivals import import_contributions, import_polis
from deliberation.cli.people import access, user_group
from deliberation.cli.routes import routes
from deliberation.cli.running import check, db_group, demo, digest, jobs_group, mail_group, serve, worker
from deliberation.cli.safety import backup, restore
from deliberation.cli.taking import export
from deliberation.cli.terminal import N_, Group, _, run, say
from deliberation.cli.texts import edition, import_file, moderation, phase

if TYPE_CHECKING:
    from flask import Flask

COMMANDS = (
    serve, demo, check, db_group, user_group, import_file, edition, phase, access, moderation, export, import_polis,
    import_contributions, mail_group,
    digest, worker, jobs_group,
    routes, backup, restore,
)  # fmt: skip

cli = Group("deliberation", help=N_("Texte gemeinsam beraten: lesen, anmerken, abstimmen, auswerten."))
for _command in COMMANDS:
    cli.add_command(_command)


def _say_version(context: click.Context, _option: click.Parameter, is_wanted: bool) -> None:
    if is_wanted:
        from deliberation import __version__, schema

        revision = schema.known_revisions()[-1]
        say(_("deliberation %(version)s (Tabellen: Stand %(revision)s)", version=__version__, revision=revision))
        context.exit()


_version = click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_say_version)
_version.help = N_("Die Fassung des Programms zeigen.")
cli.params.append(_version)


def main() -> None:
    """Entry point of the `deliberation` script."""
    run(cli)


def init_app(app: "Flask") -> None:
    """Offer the same commands as `flask --app wsgi …`."""
    for command in COMMANDS:
        app.cli.add_command(command)
