"""What readers are told about what the moderation did to the contributions of a page: what is not shown and by which
rule, what was moved from where, what was redacted. Never a reason, a person or a word of the text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from deliberation.annotations.models import AnchorVerdict, Annotation
from deliberation.annotations.threads import Entry
from deliberation.database import db
from deliberation.declarations.models import CLOSING, PREAMBLE, Declaration
from deliberation.moderation.models import Decision, DecisionKind, Occasion
from deliberation.moderation.redacting import MARK

ABOUT_STATE = frozenset(
    {DecisionKind.PUBLISH, DecisionKind.HIDE, DecisionKind.RESTORE, DecisionKind.RETURN, DecisionKind.REDACT}
)


@dataclass(frozen=True)
class Printed:
    """A thesis or paragraph by the number it had; its page leads on from there if it has another one now."""

    number: str
    declaration: Declaration | None = None

    @property
    def is_numbered(self) -> bool:
        return self.number not in (PREAMBLE, CLOSING)


@dataclass(frozen=True)
class Moved:
    """Where an annotation was read before it was moved last; no paragraph: the thesis as a whole."""

    thesis: Printed
    paragraph: Printed | None
    at: datetime


@dataclass(frozen=True)
class Redacted:
    """How many passages are blackened, and the last decision about it."""

    passages: int
    decision: Decision


@dataclass(frozen=True)
class Traces:
    """By annotation number."""

    decisions: Mapping[int, Decision] = field(default_factory=dict)
    moves: Mapping[int, Moved] = field(default_factory=dict)
    redactions: Mapping[int, Redacted] = field(default_factory=dict)

    @property
    def told(self) -> list[Decision]:
        """The decisions of which readers are told the rule."""
        return [*self.decisions.values(), *(one.decision for one in self.redactions.values())]


def load_traces(entries: Iterable[Entry]) -> Traces:
    """No query if nothing tells that there is something to tell, else one."""
    wanted = {entry.annotation.number: entry.annotation for entry in entries if _may_have_traces(entry)}
    if not wanted:
        return Traces()
    standing: dict[int, list[Decision]] = {}
    for decision in _load_standing(list(wanted)):
        standing.setdefault(decision.annotation_id, []).append(decision)
    states = {number: [one for one in found if one.kind in ABOUT_STATE] for number, found in standing.items()}
    moves = {number: _last_move(wanted[number], found) for number, found in standing.items()}
    redactions = {number: _redacted(found) for number, found in standing.items() if _is_redacted(wanted[number])}
    return Traces(
        decisions={number: found[-1] for number, found in states.items() if found},
        moves={number: moved for number, moved in moves.items() if moved},
        redactions={number: found for number, found in redactions.items() if found},
    )


def _may_have_traces(entry: Entry) -> bool:
    """Whether it is not shown, is read at another place than a program put it, or shows a redacted passage."""
    annotation, anchor = entry.annotation, entry.anchor
    if not annotation.is_visible or _is_redacted(annotation):
        return True
    if anchor is None:
        return False
    home = annotation.wording.paragraph_id if annotation.wording else None
    return home is None or anchor.verdict is AnchorVerdict.PLACED or annotation.paragraph_id != home


def _is_redacted(annotation: Annotation) -> bool:
    return MARK in annotation.body or MARK in annotation.proposed_wording


def _load_standing(numbers: Sequence[int]) -> list[Decision]:
    """The decisions on these annotations that were not taken back, in their order."""
    query = select(Decision).where(Decision.annotation_id.in_(numbers)).order_by(Decision.id)
    found = db.session.scalars(query).all()
    undone = {decision.undoes_id for decision in found}
    standing: list[Decision] = []
    for one in found:
        if one.id in undone or one.kind is DecisionKind.UNDO:
            continue
        # After an objection, what was decided before does not hold any more, or no longer as it was.
        replaced = DecisionKind.REDACT.value if one.kind is DecisionKind.REDACT else one.facts.get("undone")
        if one.occasion is Occasion.OBJECTION and replaced:
            standing = [other for other in standing if _is_other(other, one, replaced)]
        standing.append(one)
    return standing


def _is_other(old: Decision, new: Decision, replaced: str) -> bool:
    return old.annotation_id != new.annotation_id or old.kind.value != replaced


def _last_move(annotation: Annotation, decisions: Sequence[Decision]) -> Moved | None:
    moves = [one for one in decisions if one.kind is DecisionKind.MOVE and "from_place" in one.facts]
    home = annotation.wording.paragraph_id if annotation.wording else None
    if not moves or home == annotation.paragraph_id is not None:
        return None
    thesis, paragraph = moves[-1].facts["from_place"]
    return Moved(
        Printed(thesis, annotation.declaration), Printed(paragraph) if paragraph else None, moves[-1].decided_at
    )


def _redacted(decisions: Sequence[Decision]) -> Redacted | None:
    found = [one for one in decisions if one.kind is DecisionKind.REDACT]
    if not found:
        return None
    passages = sum(int(one.facts.get("passages", 0)) for one in found)
    return Redacted(passages, found[-1])
