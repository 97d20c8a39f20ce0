"""The house rules of a declaration: the standard ones until its organiser writes others. Every version is kept, so
that a decision still says what held when it was taken.

A rule is known by its place, 1 to 5. Who drops rule 2 leaves a gap: rule 3 stays rule 3, also in the figures.
The standard rules are gettext message ids, marked with `N_`; whoever shows them translates them (`labels`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from deliberation.database import db
from deliberation.declarations.importing.refusals import N_
from deliberation.declarations.models import Act, Declaration
from deliberation.declarations.record import record
from deliberation.moderation.models import Decision, Rule, RulesVersion
from deliberation.permissions import Outdated, Permission, Person, require
from deliberation.text import has_words, normalised

RULES_MAX = 5
HEADING_MAX = 120
EXPLANATION_MAX = 1000
LINE_MAX = 200
NOTE_MAX = 600

STANDARD_LINE = N_("Drei Regeln: beim Absatz bleiben, niemanden erkennbar machen, Menschen achten.")
STANDARD_RULES = (
    (
        N_("Beim Absatz bleiben"),
        N_(
            "Schreiben Sie zu dem Absatz oder Satz, an dem Sie anmerken. Was woandershin gehört, ist dort besser "
            "aufgehoben, wo andere danach suchen."
        ),
    ),
    (
        N_("Niemanden erkennbar machen"),
        N_(
            "Keine Klientinnen und Klienten, keine Kolleginnen und Kollegen, keine Vorgesetzten. Auch ohne Namen kann "
            "man Menschen erkennen: am Ort, am Datum, an einer ungewöhnlichen Geschichte. Schildern Sie, was typisch "
            "ist, nicht den einzelnen Fall. Wer in der Sozialen Arbeit arbeitet, ist dazu oft gesetzlich verpflichtet "
            "(§ 203 StGB, § 35 SGB I)."
        ),
    ),
    (
        N_("Menschen achten"),
        N_(
            "Hart zur Sache, fair zur Person. Widersprechen Sie dem, was jemand schreibt, und nicht dem Menschen. "
            "Beleidigungen, Drohungen und Herabsetzung haben hier keinen Platz."
        ),
    ),
    (
        N_("Belege nennen"),
        N_(
            "Wenn Sie Tatsachen behaupten, sagen Sie, woher Sie das wissen: aus einer Quelle, aus einer Vorschrift "
            "oder aus eigener Erfahrung."
        ),
    ),
    (
        N_("Keine Werbung"),
        N_("Nicht für Produkte, nicht für Veranstaltungen, nicht für Parteien. Auf eine Quelle dürfen Sie verlinken."),
    ),
)
STANDARD_WORDS = frozenset({STANDARD_LINE, *(words for rule in STANDARD_RULES for words in rule)})


@dataclass(frozen=True)
class HouseRule:
    number: int
    heading: str
    explanation: str


@dataclass(frozen=True)
class HouseRules:
    """One version of the rules. `written_at` is None for the standard ones before anybody changed them."""

    version: int
    line: str
    rules: tuple[HouseRule, ...]
    note: str = ""
    written_at: datetime | None = None

    def find(self, rule: Rule) -> HouseRule | None:
        """The rule behind a decision; none for the law, and for a rule that this version does not have."""
        return next((one for one in self.rules if str(one.number) == rule.value), None)


class RulesInvalid(Exception):
    """Something is missing or too long. `fields` names what: line, note, rules, heading_1, explanation_1 …"""

    def __init__(self, fields: Iterable[str]) -> None:
        self.fields = tuple(fields)
        super().__init__(", ".join(self.fields))


def rules_of(declaration: Declaration) -> HouseRules:
    """The rules in force; no query."""
    rules = declaration.rules or STANDARD_RULES
    return HouseRules(declaration.rules_version, declaration.rules_line or STANDARD_LINE, _numbered(rules))


def _numbered(rules: Sequence[Sequence[str]]) -> tuple[HouseRule, ...]:
    return tuple(HouseRule(place, *rule) for place, rule in enumerate(rules, start=1) if rule[0])


def choosable(declaration: Declaration) -> list[Rule]:
    """By which rules a moderator can decide now, the law last."""
    return [*(Rule(str(one.number)) for one in rules_of(declaration).rules), Rule.LAW]


def change_rules(
    organiser: Person,
    declaration: Declaration,
    line: str,
    rules: Sequence[tuple[str, str]],
    note: str,
    version: int,
) -> HouseRules:
    """Put other rules in force. Decisions keep the words of the rules by which they were taken.

    `rules` are heading and explanation of rule 1, 2 …, empty for one that is dropped; `version` is the one that the
    organiser saw. Rules that say the same change nothing. Raises RulesInvalid, and Outdated if somebody was faster.
    """
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    new_line, new_rules, new_note = _checked(line, rules, note)
    present = rules_of(declaration)
    if (present.line, present.rules) == (new_line, _numbered(new_rules)):
        return present
    _raise_version(declaration, version)
    _keep_standard(declaration, version)
    writer = organiser.membership_in(declaration.id)
    number = version + 1
    db.session.add(
        RulesVersion(
            declaration_id=declaration.id,
            number=number,
            line=new_line,
            rules=new_rules,
            note=new_note,
            writer_id=writer.id if writer else None,
        )
    )
    declaration.rules, declaration.rules_line = new_rules, new_line
    record(writer, declaration, Act.RULES, before=str(version), after=str(number))
    db.session.flush()
    return rules_of(declaration)


def _raise_version(declaration: Declaration, version: int) -> None:
    """Of two organisers at the same moment, one is told that she saw an older version."""
    seen = update(Declaration).where(Declaration.id == declaration.id, Declaration.rules_version == version)
    changed = db.session.execute(
        seen.values(rules_version=version + 1), execution_options={"synchronize_session": False}
    )
    db.session.refresh(declaration, ["rules_version", "rules", "rules_line"])
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Outdated(declaration)


def _keep_standard(declaration: Declaration, version: int) -> None:
    """What held before the first change becomes a version too."""
    found = select(RulesVersion.id).where(RulesVersion.declaration_id == declaration.id).limit(1)
    if db.session.scalar(found) is not None:
        return
    first = RulesVersion(
        declaration_id=declaration.id,
        number=version,
        line=declaration.rules_line or STANDARD_LINE,
        rules=[list(rule) for rule in declaration.rules or STANDARD_RULES],
        written_at=declaration.created_at,
    )
    db.session.add(first)


def _checked(line: str, rules: Sequence[tuple[str, str]], note: str) -> tuple[str, list[list[str]], str]:
    kept = [[_one_line(heading), normalised(explanation)] for heading, explanation in rules]
    while kept and not any(kept[-1]):
        kept.pop()
    words, remark = _one_line(line), normalised(note)
    wrong = [f"heading_{n}" for n, (heading, text) in enumerate(kept, start=1) if not _is_heading(heading, text)]
    wrong += [f"explanation_{n}" for n, (_heading, text) in enumerate(kept, start=1) if len(text) > EXPLANATION_MAX]
    if not 0 < len([rule for rule in kept if any(rule)]) <= RULES_MAX or len(kept) > RULES_MAX:
        wrong.append("rules")
    if not has_words(words) or len(words) > LINE_MAX:
        wrong.append("line")
    if len(remark) > NOTE_MAX:
        wrong.append("note")
    if wrong:
        raise RulesInvalid(wrong)
    return words, kept, remark


def _is_heading(heading: str, explanation: str) -> bool:
    """A rule has a heading; one that is dropped has neither heading nor explanation."""
    return len(heading) <= HEADING_MAX and (has_words(heading) if heading or explanation else True)


def _one_line(words: str) -> str:
    return " ".join(normalised(words).split())


def load_versions(declaration: Declaration) -> list[HouseRules]:
    """All versions of the rules, the newest first; at least the one in force. One query."""
    query = (
        select(RulesVersion).where(RulesVersion.declaration_id == declaration.id).order_by(RulesVersion.number.desc())
    )
    return [_to_rules(row) for row in db.session.scalars(query)] or [rules_of(declaration)]


def load_rules_then(declaration: Declaration, decisions: Iterable[Decision | None]) -> Mapping[int, HouseRules]:
    """The rules by which these decisions were taken, by version. A query only if some are not in force any more."""
    wanted = {one.rules_version for one in decisions if one is not None} - {declaration.rules_version}
    found = {declaration.rules_version: rules_of(declaration)}
    if wanted:
        query = select(RulesVersion).where(
            RulesVersion.declaration_id == declaration.id, RulesVersion.number.in_(wanted)
        )
        found |= {row.number: _to_rules(row) for row in db.session.scalars(query)}
    return found


def _to_rules(row: Any) -> HouseRules:
    return HouseRules(row.number, row.line, _numbered(row.rules), row.note, row.written_at)
