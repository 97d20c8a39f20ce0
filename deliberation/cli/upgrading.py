"""From one release to the next: a copy first, then one migration after the other, and a note of who did it."""

from pathlib import Path
from typing import TYPE_CHECKING

from deliberation.cli.states import to_mistake
from deliberation.cli.terminal import Mistake, _, say

if TYPE_CHECKING:
    from flask import Flask

FOLDER = "backups"
"""In the instance folder: what was copied before an upgrade. The jobs take it away after 30 days."""
KEEP = 3


def upgrade_on_start(app: "Flask") -> None:
    """What every process does that stays: tables as this release needs them, and nobody back who was erased."""
    from deliberation import schema

    if schema.state() is not schema.SchemaState.CURRENT:
        migrate(app, schema.HEAD)
    _forget_again()
    note_release()


def migrate(app: "Flask", revision: str, with_backup: bool = True) -> None:
    """Up or down to a revision, and say so. A database that holds anything is copied first."""
    from deliberation import schema

    state = schema.state()
    if state in schema.UNTOUCHABLE:
        raise to_mistake(state)
    if revision not in (schema.HEAD, schema.NOTHING, *schema.known_revisions()):
        raise Mistake(_("Einen Stand „%(revision)s“ gibt es nicht.", revision=revision))
    is_changed = schema.revision() != (schema.known_revisions()[-1] if revision == schema.HEAD else revision)
    if with_backup and is_changed and state is not schema.SchemaState.EMPTY and _holds_anything():
        _back_up(app)
    try:
        schema.migrate_to(revision, _say_step if state is not schema.SchemaState.EMPTY else None)
    except schema.SchemaRefused as refusal:
        raise to_mistake(refusal.state) from None
    if is_changed and state is not schema.SchemaState.EMPTY:
        say(_("Die Datenbank ist auf dem Stand %(revision)s.", revision=schema.revision() or "-"))


def note_release() -> None:
    """Write down which release this database was last used by, if it is another one than before."""
    from deliberation import __version__, schema
    from deliberation.database import db, reading_only, set_reading
    from deliberation.site import runs

    if schema.state() is not schema.SchemaState.CURRENT:
        return
    with reading_only():
        known = runs.find_release()
        db.session.rollback()
    if known != __version__:
        set_reading(False)
        runs.note_run(runs.RELEASE, detail=__version__)
        db.session.commit()


def _back_up(app: "Flask") -> None:
    from deliberation import backups

    folder = Path(app.instance_path) / FOLDER
    say(_("Vor dem Aktualisieren wird gesichert …"))
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        file = backups.back_up(folder, KEEP)
    except backups.BackupRefused:
        raise Mistake(_("Die Datenbank ist beschädigt. Es wurde nichts geändert. Mehr sagt: deliberation check")) from None
    except OSError as error:
        words = _(
            "Vor dem Aktualisieren ließ sich keine Sicherung schreiben (%(cause)s). Es wurde nichts geändert. "
            "Ohne Sicherung geht es mit: deliberation db upgrade --no-backup",
            cause=error.strerror,
        )
        raise Mistake(words) from None
    say(_("Gesichert: %(file)s (%(size)s KB)", file=file, size=max(1, file.stat().st_size // 1024)))


def _holds_anything() -> bool:
    """Whatever the tables look like: accounts and texts there have been from the start."""
    from sqlalchemy import inspect, text

    from deliberation.database import db, reading_only

    with reading_only(), db.engine.connect() as connection:
        tables = [name for name in ("user", "declaration") if inspect(connection).has_table(name)]
        return any(connection.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first() for name in tables)  # nosec B608


def _say_step(revision: str) -> None:
    say(_("  Stand %(revision)s", revision=revision))


def _forget_again() -> None:
    """Whoever was erased stays erased, also where somebody has put an older file in place by hand."""
    from deliberation.database import db, set_reading
    from deliberation.privacy.erasures import replay, sweep

    set_reading(False)
    again = replay()
    db.session.commit()
    if again:
        sweep()
