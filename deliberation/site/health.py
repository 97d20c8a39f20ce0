"""The self-check of an installation: what could go wrong without anybody noticing. For `deliberation check` and for the
operator's page; whoever shows it translates `about`, `kind` and `advice`, which are message ids."""

import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from deliberation import schema
from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Stance, StanceTally, Vote
from deliberation.annotations.places import count_miscounted
from deliberation.annotations.tallies import STEP
from deliberation.clock import today
from deliberation.database import db, reading_only
from deliberation.declarations.importing.refusals import N_
from deliberation.declarations.models import Membership, Paragraph
from deliberation.notifications.mailer import is_given_up
from deliberation.notifications.models import Mail
from deliberation.pages.shipped import load_gaps
from deliberation.sealing import Unreadable
from deliberation.site.barriers import is_overdue
from deliberation.site.models import Barrier
from deliberation.sqlite import driver as sqlite3
from deliberation.sqlite import journal_mode


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what was found: `words`, and behind them `kind` where that is a word to translate."""

    about: str
    words: str
    is_fine: bool = True
    kind: str = ""
    advice: str = ""
    # Nothing is broken, and something is still to be done.
    is_hint: bool = False


RESTORE = N_("Halten Sie die Seite an und spielen Sie die letzte Sicherung ein: deliberation restore DATEI.")
REPORT = N_("Das darf nicht vorkommen. Legen Sie eine Sicherung beiseite und melden Sie den Fehler.")
MIGRATE = N_("Starten Sie die Seite neu oder rufen Sie „deliberation db upgrade“ auf.")
MAILS = N_("Sehen Sie unter „Hintergrund und Mails“ nach, was schiefging, und versuchen Sie es dort noch einmal.")
FILL = N_("Füllen Sie die Lücken unter „Betrieb“, „Seiten der Website“. Bis dahin sehen nur Sie die Seite.")
ANSWER = N_("Antworten Sie unter „Betrieb“, „Gemeldete Barrieren“. Ziel ist eine Antwort innerhalb von zwei Wochen.")
KEY = N_("Mit diesem Schlüssel lässt sich keine Adresse öffnen. Setzen Sie ADDRESS_KEY auf den, mit dem die Seite begann.")
FOLDER = N_("Das Programm darf in diesen Ordner nicht schreiben. Ändern Sie den Besitzer des Ordners oder MAIL_URL.")
BROKEN = (RESTORE, REPORT, MIGRATE, KEY)
"""What nobody should rely on; everything else is still to be done."""

STATES = {
    schema.SchemaState.EMPTY: N_("es gibt noch keine"),
    schema.SchemaState.OLD: N_("von einer älteren Fassung des Programms"),
    schema.SchemaState.CURRENT: N_("auf dem neuesten Stand"),
    schema.SchemaState.NEWER: N_("von einer neueren Fassung des Programms"),
    schema.SchemaState.COPYING: N_("eine Kopie ist begonnen und nicht fertig"),
}


def examine(config: Mapping[str, Any]) -> list[Finding]:
    """Look at everything; changes nothing. What depends on the tables is left out when they are not as they should."""
    with reading_only():
        findings = [_versions(), _place(config), *_database(), _mail(config)]
        state = schema.state()
        is_current = state is schema.SchemaState.CURRENT
        findings.append(Finding(N_("Tabellen"), state.value, is_current, STATES[state], MIGRATE))
        if is_current:
            findings += [_counted(about, query, advice) for about, query, advice in _anomalies()]
            findings += [_miscounted(), *_keys(), *_gaps()]
        db.session.rollback()
    return findings


def _versions() -> Finding:
    words = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} ({journal_mode()})"
    return Finding(N_("Programme"), words)


def _place(config: Mapping[str, Any]) -> Finding:
    kind = N_("öffentlich") if config["IS_PRODUCTION"] else N_("nur zum Ausprobieren, ohne https")
    return Finding(N_("Adresse"), str(config["BASE_URL"]), kind=kind)


def _database() -> Iterator[Finding]:
    """Whether the file is sound. A server looks after itself."""
    if db.engine.dialect.name != "sqlite":
        yield Finding(N_("Datenbank"), str(db.session.scalar(sa.text("SHOW server_version"))))
        return
    faults = db.session.scalars(sa.text("PRAGMA integrity_check")).all()
    yield Finding(N_("Datenbank"), str(faults[0]), faults == ["ok"], advice=RESTORE)
    orphans = len(db.session.execute(sa.text("PRAGMA foreign_key_check")).all())
    yield Finding(N_("Verweise ins Leere"), str(orphans), orphans == 0, advice=RESTORE)


def _mail(config: Mapping[str, Any]) -> Finding:
    parts = urlsplit(config["MAIL_URL"])
    if parts.scheme != "file":
        return Finding(N_("Mail"), f"{parts.scheme}://{parts.hostname}")
    folder = Path(parts.path)
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return Finding(N_("Mail"), parts.path, os.access(existing, os.W_OK), advice=FOLDER)


def _keys() -> Iterator[Finding]:
    """Whether the key is the one that addresses were sealed with: else nobody gets mail, or signs in by mail."""
    user = db.session.scalars(sa.select(User).order_by(User.id).limit(1)).first()
    if user is None:
        return
    try:
        is_fine = bool(user.email)
    except Unreadable:
        is_fine = False
    yield Finding(N_("Schlüssel der Adressen"), "ADDRESS_KEY", is_fine, N_("passt") if is_fine else N_("passt nicht"), KEY)


def _gaps() -> Iterator[Finding]:
    """What only whoever runs the site can say. Nobody else sees a page with gaps, so nothing is broken by it."""
    for page in load_gaps():
        words = f"/page/{page.address} ({page.language}): {' · '.join(page.gaps)}"
        yield Finding(N_("Seite mit Lücken"), words, advice=FILL, is_hint=True)


def _counted(about: str, query: sa.Select[Any], advice: str) -> Finding:
    found = db.session.scalar(query) or 0
    return Finding(about, str(found), found == 0, advice=advice)


def _miscounted() -> Finding:
    """Kept by triggers (`annotations.places`), so that something else than a statement must have gone wrong."""
    found = count_miscounted()
    return Finding(N_("Stellen, deren Beiträge falsch gezählt sind"), str(found), found == 0, advice=REPORT)


def _anomalies() -> Iterator[tuple[str, sa.Select[Any], str]]:
    """What no constraint can say, and what must never be: a name for it and how to count it."""
    count = sa.func.count()
    yield (
        N_("Absätze ohne Wortlaut"),
        sa.select(count).select_from(Paragraph).where(Paragraph.wording_id.is_(None)),
        REPORT,
    )
    yield (
        N_("Stimmen aus einer anderen Erklärung"),
        sa.select(count)
        .select_from(Vote)
        .join(Annotation, Annotation.number == Vote.annotation_id)
        .join(Membership, Membership.id == Vote.voter_id)
        .where(Membership.declaration_id != Annotation.declaration_id),
        REPORT,
    )
    yield (
        N_("Haltungen aus einer anderen Erklärung"),
        sa.select(count)
        .select_from(Stance)
        .join(Membership, Membership.id == Stance.holder_id)
        .where(Membership.declaration_id != Stance.declaration_id),
        REPORT,
    )
    shown = Annotation.shown_agree + Annotation.shown_disagree + Annotation.shown_pass
    yield (
        N_("Veröffentlichte Stimmen unter fünf"),
        sa.select(count).select_from(Annotation).where(shown.between(1, STEP - 1)),
        REPORT,
    )
    carried = StanceTally.carry + StanceTally.change + StanceTally.unclear + StanceTally.against
    yield (
        N_("Veröffentlichte Haltungen unter fünf"),
        sa.select(count).select_from(StanceTally).where(carried.between(1, STEP - 1)),
        REPORT,
    )
    yield (
        N_("Mails, die nicht hinausgingen"),
        sa.select(count).select_from(Mail).where(*is_given_up()),
        MAILS,
    )
    yield (
        N_("Gemeldete Barrieren, die länger als zwei Wochen warten"),
        sa.select(count).select_from(Barrier).where(is_overdue(today())),
        ANSWER,
    )
