"""The self-check in the language of the command line (`site.health` looks)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deliberation.cli.terminal import _

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what was found, in words."""

    about: str
    words: str
    is_fine: bool
    is_hint: bool = False


def examine(app: "Flask") -> list[Finding]:
    """Look at everything; changes nothing."""
    from deliberation.site import health

    return [
        Finding(_(one.about), f"{one.words} ({_(one.kind)})" if one.kind else one.words, one.is_fine, one.is_hint)
        for one in health.examine(app.config)
    ]
