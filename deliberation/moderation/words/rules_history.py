"""What changed from one version of the house rules to the next, word by word."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliberation.moderation.words.house_rules import RULES_MAX, HouseRule, HouseRules
from deliberation.text import DiffPart, word_diff

Parts = tuple[DiffPart, ...]


@dataclass(frozen=True)
class RuleChange:
    """A rule that reads differently: number, heading and explanation against those before."""

    number: int
    heading: Parts
    explanation: Parts


@dataclass(frozen=True)
class VersionView:
    """One version and what it changed in the one before; `line` is empty if the sentence stayed, both if it is the
    first."""

    rules: HouseRules
    is_first: bool
    line: Parts
    changes: Sequence[RuleChange]


def to_history(versions: Sequence[HouseRules]) -> list[VersionView]:
    """Versions, the newest first, each compared with the next older one."""
    pairs = zip(versions, [*versions[1:], None], strict=True)
    return [_view(version, before) for version, before in pairs]


def _view(version: HouseRules, before: HouseRules | None) -> VersionView:
    if before is None:
        return VersionView(version, is_first=True, line=(), changes=())
    line = word_diff(before.line, version.line) if before.line != version.line else ()
    return VersionView(version, is_first=False, line=line, changes=_changes(before, version))


def _changes(old: HouseRules, new: HouseRules) -> list[RuleChange]:
    found = []
    for number in range(1, RULES_MAX + 1):
        before, after = _rule(old, number), _rule(new, number)
        if before != after:
            heading = word_diff(before.heading, after.heading)
            found.append(RuleChange(number, heading, word_diff(before.explanation, after.explanation)))
    return found


def _rule(rules: HouseRules, number: int) -> HouseRule:
    return next((one for one in rules.rules if one.number == number), HouseRule(number, "", ""))
