"""The self-check of an installation: what could go wrong without anybody noticing."""

import os
import platform
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask

from deliberation import schema
from deliberation.annotations.models import Annotation, Stance, StanceTally, Vote
from deliberation.annotations.tallies import STEP
from deliberation.cli.terminal import _
from deliberation.database import db, journal_mode, reading_only
from deliberation.declarations.models import Membership, Paragraph
from deliberation.notifications.mailer import BACK_OFF
from deliberation.notifications.models import Mail


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what was found."""

    about: str
    words: str
    is_fine: bool = True


def examine(app: Flask) -> list[Finding]:
    """Look at everything; changes nothing. What depends on the tables is left out when they are not as they should."""
    with reading_only():
        findings = [_versions(), _place(app), *_database(), _mail(app)]
        state = schema.state()
        findings.append(Finding(_("Tabellen"), state.value, state is schema.SchemaState.CURRENT))
        if state is schema.SchemaState.CURRENT:
            findings += [_counted(about, query) for about, query in _anomalies()]
        db.session.rollback()
    return findings


def _versions() -> Finding:
    words = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} ({journal_mode()})"
    return Finding(_("Programme"), words)


def _place(app: Flask) -> Finding:
    kind = _("öffentlich") if app.config["IS_PRODUCTION"] else _("nur zum Ausprobieren, ohne https")
    return Finding(_("Adresse"), f"{app.config['BASE_URL']} ({kind})")


def _database() -> Iterator[Finding]:
    """Whether the file is sound. A server looks after itself."""
    if db.engine.dialect.name != "sqlite":
        yield Finding(_("Datenbank"), str(db.session.scalar(sa.text("SHOW server_version"))))
        return
    faults = db.session.scalars(sa.text("PRAGMA integrity_check")).all()
    yield Finding(_("Datenbank"), str(faults[0]), faults == ["ok"])
    orphans = len(db.session.execute(sa.text("PRAGMA foreign_key_check")).all())
    yield Finding(_("Verweise ins Leere"), str(orphans), orphans == 0)


def _mail(app: Flask) -> Finding:
    parts = urlsplit(app.config["MAIL_URL"])
    if parts.scheme != "file":
        return Finding(_("Mail"), f"{parts.scheme}://{parts.hostname}")
    folder = Path(parts.path)
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return Finding(_("Mail"), parts.path, os.access(existing, os.W_OK))


def _counted(about: str, query: sa.Select[Any]) -> Finding:
    found = db.session.scalar(query) or 0
    return Finding(about, str(found), found == 0)


def _anomalies() -> Iterator[tuple[str, sa.Select[Any]]]:
    """What no constraint can say, and what must never be: a name for it and how to count it."""
    count = sa.func.count()
    yield (
        _("Absätze ohne Wortlaut"),
        sa.select(count).select_from(Paragraph).where(Paragraph.wording_id.is_(None)),
    )
    yield (
        _("Stimmen aus einer anderen Erklärung"),
        sa.select(count)
        .select_from(Vote)
        .join(Annotation, Annotation.number == Vote.annotation_id)
        .join(Membership, Membership.id == Vote.voter_id)
        .where(Membership.declaration_id != Annotation.declaration_id),
    )
    yield (
        _("Haltungen aus einer anderen Erklärung"),
        sa.select(count)
        .select_from(Stance)
        .join(Membership, Membership.id == Stance.holder_id)
        .where(Membership.declaration_id != Stance.declaration_id),
    )
    shown = Annotation.shown_agree + Annotation.shown_disagree + Annotation.shown_pass
    yield (
        _("Veröffentlichte Stimmen unter fünf"),
        sa.select(count).select_from(Annotation).where(shown.between(1, STEP - 1)),
    )
    carried = StanceTally.carry + StanceTally.change + StanceTally.unclear + StanceTally.against
    yield (
        _("Veröffentlichte Haltungen unter fünf"),
        sa.select(count).select_from(StanceTally).where(carried.between(1, STEP - 1)),
    )
    yield (
        _("Mails, die nicht hinausgingen"),
        sa.select(count).select_from(Mail).where(Mail.sent_at.is_(None), Mail.tries > len(BACK_OFF)),
    )
