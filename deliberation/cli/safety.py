"""Commands for the worst day and for growing: a copy of everything, the way back from it, and the move to another database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deliberation.cli.running import db_group
from deliberation.cli.states import to_mistake
from deliberation.cli.terminal import N_, Command, Mistake, _, application, plural, say, show_progress

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

    from deliberation.backups import BackupRefused
    from deliberation.copying import Copied
    from deliberation.jobs.locks import Lock

STILL_RUNNING = N_("Die Seite läuft noch. Beenden Sie sie zuerst, dann versuchen Sie es noch einmal.")

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
            raise Mistake(_(STILL_RUNNING))
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


NO_ADDRESS = N_("Das ist keine Adresse einer Datenbank. Bitte so: postgresql://name@rechner/datenbank oder sqlite:////ordner/datei")
OBSTACLES = {
    "address": NO_ADDRESS,
    "driver": N_("Für PostgreSQL fehlt ein Paket. So kommt es dazu: pip install 'deliberation[postgres]'"),
    "target": N_("Die Ziel-Datenbank antwortet nicht, wie sie soll: %(cause)s"),
    "not_empty": N_("In der Ziel-Datenbank steht schon etwas. Es wurde nichts geändert. Legen Sie eine neue, leere an."),
    "encoding": N_("Die Ziel-Datenbank ist nicht für UTF-8 angelegt. Legen Sie eine mit ENCODING 'UTF8' an."),
    "rights": N_("In der Ziel-Datenbank dürfen wir keine Tabellen anlegen. Am einfachsten gehört sie dem Namen in der Adresse."),
    "busy": N_("Dorthin wird gerade schon kopiert."),
    "running": STILL_RUNNING,
    "interrupted": N_("Die Kopie wurde unterbrochen: %(cause)s. Derselbe Befehl setzt sie fort."),
    "row": N_("Eine Zeile nimmt die Ziel-Datenbank nicht an, in %(place)s: %(cause)s"),
    "orphans": N_("Nicht übernommen: In diesen Tabellen verweisen Zeilen ins Leere: %(tables)s. Siehe: deliberation check"),
    "differs": N_("Nicht übernommen: Diese Tabelle kommt nicht gleich an: %(table)s. Bitte melden Sie diesen Fehler."),
    "damaged": N_("Nicht übernommen: Die neue Datei ist beschädigt. Prüfen Sie den Datenträger. Derselbe Befehl fängt neu an."),
}


@db_group.command("copy", help=N_("Alles in eine leere Datenbank kopieren, etwa zu PostgreSQL. Die Seite muss dabei ruhen."))
@click.option("--to", required=True, metavar="URL", help=N_("Wohin: postgresql://name@rechner/datenbank oder sqlite:////ordner/datei"))
@click.option("--from", "origin", metavar="URL", help=N_("Woher, wenn nicht aus der Datenbank der Seite"))
def db_copy(to: str, origin: str | None) -> None:
    from deliberation import copying, schema

    with application() as app:
        try:
            staging = copying.staging_at(_address(to))
            with _source(app, origin) as (source, lock):
                if (state := schema.state(source)) is not schema.SchemaState.CURRENT:
                    raise to_mistake(state)
                if not lock.take():
                    raise Mistake(_(STILL_RUNNING))
                try:
                    copied = copying.copy(source, staging, show_progress)
                finally:
                    lock.release()
        except copying.CopyRefused as refusal:
            raise Mistake(_(OBSTACLES[refusal.code], **refusal.facts)) from None
        except KeyboardInterrupt:
            click.echo("\n" + _("Unterbrochen. Derselbe Befehl setzt die Kopie fort."), err=True)
            raise
        _say_copied(copied, staging.address, app.instance_path)


def _address(url: str) -> str:
    from deliberation.config import SettingsError, database_url

    try:
        return database_url(url or "-", Path())
    except SettingsError:
        raise Mistake(_(NO_ADDRESS)) from None


@contextmanager
def _source(app: "Flask", origin: str | None) -> Iterator[tuple["Engine", "Lock"]]:
    """Where it comes from, and what says whether somebody works there."""
    from deliberation.copying import source_at
    from deliberation.database import db
    from deliberation.jobs import FileLock, ServerLock, lock_for

    url = _address(origin) if origin else str(app.config["DATABASE_URL"])
    file = Path(url.removeprefix("sqlite:///")).absolute() if url.startswith("sqlite:///") else None
    if file and not file.exists():
        # Opening it would make one.
        raise Mistake(_("Es gibt noch keine Datenbank."))
    if not origin:
        yield db.engine, lock_for(app)
        return
    engine = source_at(url)
    try:
        # Who shares a database file shares its folder.
        yield engine, FileLock(file.parent) if file else ServerLock(engine)
    finally:
        engine.dispose()


def _say_copied(copied: "Copied", address: str, folder: str) -> None:
    if copied.was_begun:
        say(_("Eine unterbrochene Kopie wurde fortgesetzt."))
    if copied.again:
        say(_("Seitdem geändert und neu kopiert: %(tables)s", tables=", ".join(copied.again)))
    words = _("Kopiert und verglichen: %(rows)s Zeilen in %(tables)s Tabellen, mit denselben Nummern.", **vars(copied))
    say(words)
    say(_("Damit die Seite die neue Datenbank benutzt: DELIBERATION_DATABASE_URL=%(address)s", address=address))
    say(_("SECRET_KEY, ADDRESS_KEY und der Ordner %(folder)s bleiben, wie sie sind.", folder=folder))
    say(_("Die bisherige Datenbank ist unverändert. Was dort noch geschrieben wird, fehlt in der neuen."))
    say(_("Löschen Sie sie, sobald sich die neue bewährt hat. Was Menschen von nun an löschen, stünde dort weiter."))
