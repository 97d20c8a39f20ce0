"""What an archive calls phases, rules and paragraphs, in the language that is being spoken."""

import flask_babel
from babel.numbers import format_decimal

from deliberation import labels
from deliberation.declarations.models import CLOSING, PREAMBLE
from deliberation.moderation.models import Rule
from deliberation.permissions import Phase
from deliberation.results.summary import Summary


def phase(which: Phase) -> str:
    """`Beratung beendet`"""
    return labels.phase_sentence(which)


def rule(summary: Summary, which: Rule) -> str:
    """A house rule, or the law, as the declaration calls it."""
    return labels.rule_in(summary.about.rules, which)


def rules_in_words(summary: Summary) -> list[tuple[int, str, str]]:
    """Number, heading and explanation of each house rule."""
    rules = summary.about.rules.rules
    return [(one.number, labels.house_words(one.heading), labels.house_words(one.explanation)) for one in rules]


def paragraph_number(thesis: str, paragraph: str) -> str:
    """3.2; in preamble and closing part only the number of the paragraph."""
    return paragraph if thesis in (PREAMBLE, CLOSING) else f"{thesis}.{paragraph}"


def decimal(value: float) -> str:
    """1,5 in German, 1.5 in English."""
    return format_decimal(value, format="0.0", locale=str(flask_babel.get_locale() or "de"))
