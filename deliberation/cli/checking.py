"""The self-check in the language of the command line (`site.health` looks)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deliberation.cli.terminal import Mistake, _, plural, say

if TYPE_CHECKING:
    from flask import Flask

    from deliberation.site import health


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what was found, in words."""

    about: str
    words: str
    is_fine: bool
    is_hint: bool = False
    advice: str = ""


def examine(app: "Flask") -> list[Finding]:
    """Look at everything, the machine and what it needs included; changes nothing."""
    from pathlib import Path

    from deliberation import schema
    from deliberation.database import db, reading_only
    from deliberation.site import readiness

    found = look_at_data(app)
    with reading_only():
        if schema.state() is schema.SchemaState.CURRENT:
            found += [_worded(one) for one in readiness.examine(app.config, Path(app.instance_path))]
        db.session.rollback()
    return found


def look_at_data(app: "Flask", of_copy: bool = False) -> list[Finding]:
    """What is in the database. `of_copy`: only what says whether it is whole; what waits to be done there waits on the site."""
    from deliberation.site import health

    return [_worded(one) for one in health.examine(app.config) if not of_copy or one.advice in health.BROKEN]


def _worded(one: "health.Finding") -> Finding:
    words = f"{one.words} ({_(one.kind)})" if one.kind else one.words
    needs_advice = one.advice and (one.is_hint or not one.is_fine)
    return Finding(_(one.about), words, one.is_fine, one.is_hint, _(one.advice) if needs_advice else "")


def say_findings(findings: list[Finding]) -> None:
    """One line each, and below what is not as it should be what helps. Raises Mistake if something is wrong."""
    for finding, following in zip(findings, [*findings[1:], None], strict=True):
        say(f"{'.. ' if finding.is_hint else 'ok ' if finding.is_fine else '!! '} {finding.about}: {finding.words}")
        if finding.advice and (following is None or following.advice != finding.advice):
            say(f"      {finding.advice}")
    bad = [finding for finding in findings if not finding.is_fine]
    if bad:
        raise Mistake(plural("%(n)s Prüfung ist fehlgeschlagen.", "%(n)s Prüfungen sind fehlgeschlagen.", len(bad)))
