"""The command line: thin commands over the verbs. Whoever can run it owns the machine and acts as operator.

What a command needs is imported when it runs, so that help comes at once.
"""

from typing import TYPE_CHECKING

from deliberation.cli.arrivals import import_contributions, import_polis
from deliberation.cli.people import access, user_group
from deliberation.cli.routes import routes
from deliberation.cli.running import check, db_group, demo, digest, jobs_group, mail_group, serve, worker
from deliberation.cli.safety import backup, restore
from deliberation.cli.taking import export
from deliberation.cli.terminal import N_, Group, run
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


def main() -> None:
    """Entry point of the `deliberation` script."""
    run(cli)


def init_app(app: "Flask") -> None:
    """Offer the same commands as `flask --app wsgi …`."""
    for command in COMMANDS:
        app.cli.add_command(command)
