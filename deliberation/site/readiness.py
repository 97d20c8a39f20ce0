"""What is missing for running the site for years: what the machine has, what is done regularly, who can be reached. Part of the
self-check (`site.health` looks at the data); words are message ids, as there."""

import os
import resource
import stat
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from deliberation.backups import database_file, is_sqlite
from deliberation.clock import BERLIN, now
from deliberation.config import PREFIX, SECRETS
from deliberation.counters import FILE as COUNTERS
from deliberation.database import db
from deliberation.declarations.importing.refusals import N_
from deliberation.notifications.transports import reach
from deliberation.site.health import Finding
from deliberation.site.machine import LOW_BYTES, free_bytes
from deliberation.site.models import JobRun
from deliberation.site.runs import BACKUP, BACKUP_AFTER, REHEARSAL, REHEARSE_AFTER, ROUND, is_silent, load_runs

DESCRIPTORS = 4096
"""Fewer, and a crowd with slow lines is turned away too early (`serving.worker.connection_limit`)."""
DRIFT = timedelta(seconds=30)
OLDEST_SERVER = 14
PATIENCE = 4.0
"""Seconds for each of the machines that are asked whether they are there."""
FAR_AWAY = ("nfs", "cifs", "smb", "fuse.sshfs", "fuse.rclone", "9p", "afs", "ceph", "fuse.glusterfs", "lustre", "davfs")
"""How kinds of drives begin whose locks SQLite cannot rely on."""

PROXIES = N_("Vor einer https-Adresse steht ein Webserver: Setzen Sie TRUSTED_PROXIES=1, sonst gelten alle als eine Person.")
MAIL_FILES = N_("Mails werden nur in Dateien geschrieben. Setzen Sie MAIL_URL auf einen Mailserver.")
MAIL_AWAY = N_("Der Mailserver ist von hier nicht zu erreichen. Prüfen Sie MAIL_URL und die Firewall.")
BACK_UP = N_("Richten Sie eine nächtliche Sicherung ein: deliberation backup ORDNER --keep 14.")
REHEARSE = N_("Probieren Sie das Zurückspielen einmal im Monat: deliberation restore --rehearse ORDNER.")
JOBS = N_("Starten Sie „deliberation serve“ ohne --no-jobs, „deliberation worker“ oder einen Zeitplan mit „jobs run-once“.")
ROOM = N_("Schaffen Sie Platz: Unter 500 MB wird es eng, bei 1 MB nimmt die Seite nichts mehr an.")
MODES = N_("Andere Benutzer dieses Rechners können das lesen. Nehmen Sie ihnen die Rechte: chmod go-rwx.")
DRIVE = N_("Legen Sie die Datenbank auf eine Festplatte dieses Rechners, oder nehmen Sie PostgreSQL.")
REDIS = N_("Redis antwortet nicht: Jeder Prozess zählt für sich. Prüfen Sie REDIS_URL.")
CLOCK = N_("Stellen Sie die Uhr, am besten mit einem Zeitdienst (timedatectl set-ntp true).")
FILES = N_("Erlauben Sie dem Dienst mehr offene Dateien (systemd: LimitNOFILE=16384).")
SERVER = N_("Diese Fassung von PostgreSQL wird nicht mehr gepflegt. Nehmen Sie eine neuere.")
SECRET = N_("In einer Datei ist er sicherer als in der Umgebung: DELIBERATION_SECRET_KEY_FILE.")
SECOND = N_("Wer moderiert oder organisiert, sollte einen zweiten Faktor brauchen: SECOND_FACTOR=required.")


def examine(config: Mapping[str, Any], instance: Path, ask_others: bool = True) -> list[Finding]:
    """Look at everything; changes nothing. A site without https is only tried out: of that the machine alone is looked at.
    `ask_others`: whether mail server and Redis are asked, which can take some seconds. Each look is one line here."""
    looks: list[Callable[[], Iterator[Finding]]] = [
        lambda: _room(instance), lambda: _modes(instance), _drive, _clock, _descriptors,
    ]  # fmt: skip
    if config["IS_PRODUCTION"]:
        looks += [lambda: _proxies(config), lambda: _secrets(config), _jobs, _backups, _server]
        if ask_others:
            looks += [lambda: _mail(str(config["MAIL_URL"])), lambda: _redis(str(config["REDIS_URL"]))]
    return [finding for look in looks for finding in look()]


def _room(instance: Path) -> Iterator[Finding]:
    free = free_bytes(instance)
    if free is not None:
        yield Finding(N_("Freier Platz"), f"{free / 1e9:.1f} GB", free >= LOW_BYTES, advice=ROOM)


def _modes(instance: Path) -> Iterator[Finding]:
    """Whatever holds people's words or a key, and stands open to other accounts of the machine."""
    places = [instance / name for name in ("secret_key", "config.py", COUNTERS, "erasures.jsonl", "mail", "exports", "archives")]
    places += [Path(os.environ[key]) for name in SECRETS if (key := f"{PREFIX}{name}_FILE") in os.environ]
    if is_sqlite():
        places.append(database_file())
    open_ones = [str(place) for place in places if _is_open(place, instance)]
    yield Finding(N_("Dateien, die andere lesen können"), " ".join(open_ones) or "0", not open_ones, advice=MODES)


def _is_open(place: Path, instance: Path) -> bool:
    """A file below a folder that nobody else can enter is closed, whatever its own mode says."""
    try:
        folder = instance if place.is_relative_to(instance) else place.parent
        # Secrets of a service belong to root and are read by its group.
        readers = stat.S_IRWXO if place.stat().st_uid != os.geteuid() else stat.S_IRWXG | stat.S_IRWXO
        return bool(place.stat().st_mode & readers) and bool(folder.stat().st_mode & readers)
    except OSError:
        return False


def _drive() -> Iterator[Finding]:
    if is_sqlite() and (kind := _kind_of_drive(database_file())):
        yield Finding(N_("Laufwerk der Datenbank"), kind, not kind.startswith(FAR_AWAY), advice=DRIVE)


def _kind_of_drive(file: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """As Linux calls it; nothing where that cannot be known."""
    try:
        lines = [line.split() for line in mounts.read_text("utf-8", "replace").splitlines()]
    except OSError:
        return ""
    found = [(line[1], line[2]) for line in lines if file.resolve().is_relative_to(line[1].replace("\\040", " "))]
    return max(found, key=lambda pair: len(pair[0]), default=("", ""))[1]


def _clock() -> Iterator[Finding]:
    """Against the database server, and against what this site itself has written down."""
    there: datetime | None = None
    if not is_sqlite():
        there = db.session.scalar(sa.text("SELECT clock_timestamp()"))
    ahead = db.session.scalar(sa.select(sa.func.max(JobRun.at))) if there is None else None
    off = abs(now() - there) if there else max(ahead - now(), timedelta()) if ahead else timedelta()
    words = f"{now().astimezone(BERLIN):%d.%m.%Y %H:%M:%S}"
    yield Finding(N_("Uhr"), words if off < DRIFT else f"{words}, ± {off.total_seconds():.0f} s", off < DRIFT, advice=CLOCK)


def _descriptors() -> Iterator[Finding]:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < DESCRIPTORS:
        yield Finding(N_("Offene Dateien"), str(hard), advice=FILES, is_hint=True)


def _proxies(config: Mapping[str, Any]) -> Iterator[Finding]:
    count = config["TRUSTED_PROXIES"]
    yield Finding(N_("Webserver davor"), str(count), count > 0, advice=PROXIES)


def _secrets(config: Mapping[str, Any]) -> Iterator[Finding]:
    if f"{PREFIX}SECRET_KEY" in os.environ:
        yield Finding(N_("Schlüssel"), "SECRET_KEY", advice=SECRET, is_hint=True)
    if config["SECOND_FACTOR"] != "required":
        yield Finding(N_("Zweiter Faktor"), str(config["SECOND_FACTOR"]), advice=SECOND, is_hint=True)


def _jobs() -> Iterator[Finding]:
    runs = load_runs()
    last = runs.get(ROUND)
    words = f"{_told(last)} {last.error}".strip() if last else "–"
    yield Finding(N_("Arbeit im Hintergrund"), words, not is_silent(runs, now()) and not (last and last.error), advice=JOBS)


def _backups() -> Iterator[Finding]:
    runs = load_runs()
    last, tried = runs.get(BACKUP), runs.get(REHEARSAL)
    yield Finding(N_("Letzte Sicherung"), _told(last), last is not None and last.at > now() - BACKUP_AFTER, advice=BACK_UP)
    if tried is None or tried.at < now() - REHEARSE_AFTER:
        yield Finding(N_("Zurückspielen geprobt"), _told(tried), advice=REHEARSE, is_hint=True)


def _told(run: JobRun | None) -> str:
    return f"{run.at.astimezone(BERLIN):%d.%m.%Y %H:%M}" if run else "–"


def _server() -> Iterator[Finding]:
    if not is_sqlite():
        version = str(db.session.scalar(sa.text("SHOW server_version")))
        if int(version.partition(".")[0]) < OLDEST_SERVER:
            yield Finding("PostgreSQL", version, advice=SERVER, is_hint=True)


def _mail(url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    if parts.scheme == "file":
        yield Finding(N_("Mailversand"), parts.path, False, advice=MAIL_FILES)
        return
    fault = reach(url, PATIENCE)
    yield Finding(N_("Mailserver"), f"{parts.hostname} {fault}".strip(), not fault, advice=MAIL_AWAY)


def _redis(url: str) -> Iterator[Finding]:
    """Without one the counts stand in the database or beside it, and nobody need be asked."""
    if not url:
        return
    try:
        import redis

        with redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE) as asked:
            asked.ping()
        fault = ""
    except Exception as error:
        # The kind alone: its words can repeat the password.
        fault = type(error).__name__
    parts = urlsplit(url)
    yield Finding("Redis", f"{parts.hostname or parts.path} {fault}".strip(), not fault, advice=REDIS)
