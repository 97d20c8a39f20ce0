"""Every address with who is let in, for reviewers and scripts."""

import click

from deliberation.cli.terminal import N_, Command, application


@click.command(cls=Command, help=N_("Alle Adressen als JSON ausgeben: Methoden und wer hineindarf."))
def routes() -> None:
    import json

    from deliberation.policies import describe

    with application() as app:
        click.echo(json.dumps(describe(app), ensure_ascii=False, indent=2))
