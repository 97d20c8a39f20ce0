"""Commands for the worst day: a copy of everything, and the way back from it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from deliberation.cli.terminal import N_, Command, Mistake, _, application, plural, say

if TYPE_CHECKING:
    from deliberation.backups import BackupRefused

REASONS = {
    "nothing": N_("Es gibt noch keine Datenbank."),
    "damaged": N_("Die Datei ist beschädigt oder keine Sicherung dieses Programms."),
    "missing": N_("Diese Datei gibt es nicht."),
    "newer": N_("Die Sicherung stammt von einer neueren Fassung des Programms."),
    "not_empty": N_("Die Datenbank ist nicht leer. Legen Sie eine neue an und geben Sie sie mit DATABASE_URL an."),
}


@click.command(cls=Command, help=N_("Die Datenbank sichern, auch während die Seite läuft. Ein Ordner geht auch."))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1), help=N_("In einem Ordner nur so viele Sicherungen behalten"))
def backup(file: Path, keep: int | None) -> None:
    from deliberation import backups
    from deliberation.site.runs import BACKUP

    with application():
        try:
            written = backups.back_up(file, keep)
        except backups.BackupRefused as refusal:
            raise _mistake(refusal) from None
        except OSError as error:
            raise Mistake(_("Die Sicherung ließ sich nicht schreiben: %(cause)s", cause=error.strerror)) from None
        _note(BACKUP, written)
        say(_("Gesichert: %(file)s (%(size)s KB)", file=written, size=max(1, written.stat().st_size // 1024)))


def _note(name: str, written: Path) -> None:
    """For the operator's page; a backup that nobody could note down is a backup all the same."""
    from contextlib import suppress

    from sqlalchemy.exc import SQLAlchemyError

    from deliberation.database import db, set_reading
    from deliberation.site.runs import note_run

    set_reading(False)
    with suppress(SQLAlchemyError):
        note_run(name, rows=max(1, written.stat().st_size // 1024))
        db.session.commit()


@click.command(cls=Command, help=N_("Eine Sicherung einspielen. Die jetzige Datenbank wird daneben aufgehoben."))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rehearse", is_flag=True, help=N_("Nur proben, in einer Datenbank, die danach verschwindet. Auch mit Ordner."))
def restore(file: Path, rehearse: bool) -> None:
    if rehearse:
        _rehearse(file)
        return
    _restore(file)


def _rehearse(place: Path) -> None:
    from sqlalchemy.exc import DBAPIError

    from deliberation.backups import BackupRefused
    from deliberation.cli import rehearsing
    from deliberation.cli.checking import say_findings
    from deliberation.site.runs import REHEARSAL

    with application() as app:
        try:
            done = rehearsing.rehearse(app, rehearsing.newest(place))
        except BackupRefused as refusal:
            raise _mistake(refusal) from None
        except DBAPIError as error:
            # Making a database is a right of its own (42501: insufficient privilege).
            if getattr(error.orig, "sqlstate", "") != "42501":
                raise
            words = _("Das Konto der Datenbank darf keine zum Proben anlegen. Ihm fehlt das Recht CREATEDB oder SUPERUSER.")
            raise Mistake(words) from None
        say(_("Zur Probe zurückgespielt: %(file)s", file=done.file))
        for about, count in done.counts.items():
            say(f"    {_(about)}: {count}")
        if done.again:
            say(
                plural(
                    "%(n)s gelöschtes Konto würde wieder gelöscht.",
                    "%(n)s gelöschte Konten würden wieder gelöscht.",
                    done.again,
                )
            )
        say_findings(done.findings)
        _note(REHEARSAL, done.file)
        say(_("Diese Sicherung lässt sich zurückspielen. Die Seite blieb, wie sie ist."))


def _restore(file: Path) -> None:
    from deliberation import backups, schema
    from deliberation.database import db, set_reading
    from deliberation.jobs import lock_for
    from deliberation.privacy.erasures import replay, sweep, write_list

    with application() as app:
        lock = lock_for(app)
        if not lock.take():
            raise Mistake(_("Die Seite läuft noch. Beenden Sie sie zuerst, dann versuchen Sie es noch einmal."))
        try:
            aside = backups.restore(file)
            schema.bring_up_to_date()
        except backups.BackupRefused as refusal:
            raise _mistake(refusal) from None
        finally:
            lock.release()
        set_reading(False)
        again = replay()
        db.session.commit()
        write_list()
        sweep()
        say(_("Eingespielt: %(file)s", file=file))
        if aside:
            say(_("Die bisherige Datenbank liegt jetzt hier: %(file)s", file=aside))
        if again:
            say(plural("%(n)s gelöschtes Konto wurde wieder gelöscht.", "%(n)s gelöschte Konten wurden wieder gelöscht.", again))


def _mistake(refusal: "BackupRefused") -> Mistake:
    return Mistake(_(REASONS[refusal.code]))
