"""Commands that keep the site running: schema, server, self-check, mail."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from deliberation.cli.terminal import N_, Command, Group, Mistake, _, application, plural, say, site
from deliberation.cli.upgrading import upgrade_on_start

if TYPE_CHECKING:
    from flask import Flask

    from deliberation.serving import Server


LONGEST_EXPORT = 900.0
"""Seconds that a single run waits for a file that it began."""


@click.group("db", cls=Group, help=N_("Tabellen der Datenbank anlegen und auf den neuesten Stand bringen."))
def db_group() -> None:
    pass


@db_group.command("upgrade", help=N_("Auf den neuesten Stand bringen; die Daten bleiben. Vorher wird gesichert."))
@click.argument("revision", default="head")
@click.option("--no-backup", is_flag=True, help=N_("Vorher nicht sichern"))
def db_upgrade(revision: str, no_backup: bool) -> None:
    _migrate(revision, not no_backup)


@db_group.command("downgrade", help=N_("Zu einem früheren Stand zurückgehen; base entfernt alle Tabellen und Daten."))
@click.argument("revision")
@click.option("--no-backup", is_flag=True, help=N_("Vorher nicht sichern"))
def db_downgrade(revision: str, no_backup: bool) -> None:
    _migrate(revision, not no_backup)


@db_group.command("current", help=N_("Zeigen, auf welchem Stand die Datenbank ist."))
def db_current() -> None:
    from deliberation import schema

    with application():
        say(f"{schema.revision() or '-'} ({schema.state().value})")


@db_group.command("new", help=N_("Für die Entwicklung: eine Migration aus den Tabellen des Programms schreiben."))
@click.argument("message")
def db_new(message: str) -> None:
    from deliberation import schema

    with application():
        schema.write_next(message)


def _migrate(revision: str, with_backup: bool) -> None:
    from deliberation import schema
    from deliberation.cli.upgrading import migrate, note_release

    with application() as app:
        before = schema.revision()
        migrate(app, revision, with_backup)
        note_release()
        if before is None or before == schema.revision():
            say(_("Die Datenbank ist auf dem Stand %(revision)s.", revision=schema.revision() or "-"))


def _server_options(command: Any) -> Any:
    for option in (
        click.option("--no-jobs", is_flag=True, help=N_("Keine Mails versenden; das macht ein anderer Prozess.")),
        click.option("--port", default=8000, type=click.IntRange(0, 65535), show_default=True, help=N_("Port")),
        click.option("--host", default="127.0.0.1", show_default=True, help=N_("Adresse, auf der gehorcht wird")),
    ):
        command = option(command)
    return command


@click.command(cls=Command, help=N_("Den Server starten. Bringt zuerst die Datenbank auf den neuesten Stand."))
@_server_options
def serve(host: str, port: int, no_jobs: bool) -> None:
    with application() as app:
        upgrade_on_start(app)
        token = _first_link()
    server = _claimed_server(app, host, port, no_jobs)
    server.run(lambda: _greet(app, server.address, more=_first_lines(app, token)))


def _first_link() -> str:
    """The secret of the way in to a site that nobody runs yet; nothing where somebody does."""
    from deliberation.database import db, set_reading
    from deliberation.site import first

    set_reading(False)
    token = "" if first.has_operator() else first.make_link()
    db.session.commit()
    return token


def _first_lines(app: "Flask", token: str) -> list[str]:
    if not token:
        return []
    address = f"{app.config['BASE_URL']}/operator/first/{token}"
    words = _("Noch betreibt niemand diese Seite. Richten Sie sie im Browser ein; der Link gilt einen Tag und einmal:")
    return ["", words, address, ""]


@click.command(cls=Command, help=N_("Die Musterberatung zum Ausprobieren anlegen und den Server starten."))
@_server_options
def demo(host: str, port: int, no_jobs: bool) -> None:
    from deliberation.database import db
    from deliberation.sample.load import PASSWORD, SLUG, is_private, load_sample, sign_ins
    from deliberation.sample.report import write_report
    from deliberation.sample.second_edition import publish_second_edition

    with application() as app:
        if not is_private(app.config["BASE_URL"], host):
            raise Mistake(_("Die Musterberatung hat bekannte Passwörter und läuft nur auf dem eigenen Rechner."))
        upgrade_on_start(app)
        if load_sample():
            publish_second_edition()
            write_report()
            db.session.commit()
            say(_("Die Musterberatung ist angelegt."))
        people = sign_ins()
    server = _claimed_server(app, host, port, no_jobs)
    lines = [f"{_(role) + ':':<17}{email}" for role, email in people]
    if people:
        lines = ["", _("Zum Anmelden (Passwort für alle: %(password)s):", password=PASSWORD), *lines, ""]
    server.run(lambda: _greet(app, server.address, f"/d/{SLUG}", lines))


def _claimed_server(app: "Flask", host: str, port: int, no_jobs: bool) -> "Server":
    from deliberation.config import DEFAULTS
    from deliberation.serving import AddressTaken, AddressUnusable, Server

    place = f"{host}:{port}"
    try:
        server = Server(app, host, port, has_jobs=not no_jobs)
    except AddressTaken:
        raise Mistake(_("Auf %(place)s läuft schon etwas. Vielleicht mit --port 8001?", place=place)) from None
    except AddressUnusable as error:
        raise Mistake(_("Auf %(place)s geht es nicht: %(cause)s", place=place, cause=error)) from None
    if app.config["BASE_URL"] == DEFAULTS["BASE_URL"] and server.is_private:
        # Nobody chose an address: links in mails lead to where the site is.
        app.config["BASE_URL"] = server.address
    return server


def _greet(app: "Flask", address: str, path: str = "/", more: Sequence[str] = ()) -> None:
    """Say where to go, once the server listens there."""
    with app.app_context():
        say(_("Läuft auf:       %(address)s", address=address + path))
        say(_("Mails landen in: %(place)s", place=_mail_place(app)))
        for line in more:
            say(line)
        say(_("Beenden mit Strg+C"))


def _mail_place(app: "Flask") -> str:
    """Where mails go, without the password of the mail server."""
    from urllib.parse import urlsplit

    parts = urlsplit(app.config["MAIL_URL"])
    return parts.path if parts.scheme == "file" else f"{parts.scheme}://{parts.hostname}"


@click.command(cls=Command, help=N_("Die Installation prüfen: Einstellungen, Datenbank, Zählungen, was dem Betrieb fehlt."))
def check() -> None:
    from deliberation.cli.checking import examine, say_findings

    with application() as app:
        findings = examine(app)
    say_findings(findings)


@click.group("mail", cls=Group, help=N_("Ausgehende Mails."))
def mail_group() -> None:
    pass


@mail_group.command("send", help=N_("Fällige Mails jetzt versenden."))
def mail_send() -> None:
    _send_mail(with_digests=False)


@click.command(cls=Command, help=N_("Sammelmails, die fällig sind, jetzt zusammenstellen und alles Fällige versenden."))
def digest() -> None:
    _send_mail(with_digests=True)


def _send_mail(with_digests: bool) -> None:
    from deliberation.jobs import pull_due_digests, pull_due_letters
    from deliberation.notifications.mailer import send_due_mail

    sent = failed = 0
    with site():
        pull_due_letters()
        while with_digests and pull_due_digests():
            pass
        while sum(found := send_due_mail()):
            sent, failed = sent + found[0], failed + found[1]
            if not found[0]:
                break
    say(plural("%(n)s Mail versendet.", "%(n)s Mails versendet.", sent))
    if failed:
        message = plural("%(n)s Mail ging nicht hinaus.", "%(n)s Mails gingen nicht hinaus.", failed)
        raise Mistake(message + " " + _("Der nächste Versuch folgt von selbst."))


@mail_group.command("bounce", help=N_("Lesen, was ein Mailserver zurückschickt, aus einer Datei oder von der Standardeingabe."))
@click.argument("file", type=click.File("rb"), default="-")
def mail_bounce(file: Any) -> None:
    from deliberation.notifications.bounces import REPORT_MAX, NoReport, take_report

    with site():
        try:
            status = take_report(file.read(REPORT_MAX))
        except NoReport:
            raise Mistake(_("Das ist kein Bericht über eine unserer Mails, die endgültig nicht ankam.")) from None
    say(_("Vermerkt: %(status)s.", status=status))


@click.command(cls=Command, help=N_("Nur die Arbeit im Hintergrund, ohne Webserver, bis zum Ende mit Strg+C oder SIGTERM."))
def worker() -> None:
    import signal
    import threading

    from deliberation.jobs import Jobs

    with application() as app:
        upgrade_on_start(app)
    jobs, ended = Jobs(app), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_what: ended.set())
    jobs.start()
    say(_("Die Arbeit im Hintergrund läuft. Beenden mit Strg+C"))
    # Python looks for signals between waits.
    while not ended.wait(0.5):
        pass
    jobs.stop()


@click.group("jobs", cls=Group, help=N_("Die Arbeit im Hintergrund."))
def jobs_group() -> None:
    pass


@jobs_group.command("run-once", help=N_("Alles Fällige einmal tun, für einen Zeitplan des Betriebssystems."))
def jobs_run_once() -> None:
    from deliberation.jobs import Jobs
    from deliberation.notifications.mailer import send_due_mail

    with application() as app:
        upgrade_on_start(app)
    jobs = Jobs(app)
    with app.app_context():
        is_ours = jobs.run_once()
        jobs.exporting.join(LONGEST_EXPORT)
        while is_ours and send_due_mail()[0]:
            pass
        jobs.lock.release()
    if not is_ours:
        raise Mistake(_("Ein anderer Prozess tut diese Arbeit gerade, oder sie ist misslungen. Näheres steht im Protokoll."))
    say(_("Erledigt."))
