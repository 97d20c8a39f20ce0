"""Numbers about a deliberation as a whole, each in the coarseness in which it may be known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from deliberation.annotations.models import Annotation, Stance, Status, Vote
from deliberation.annotations.tallies import STEP, StanceCounts
from deliberation.database import count_rows, db
from deliberation.declarations.models import Declaration, Membership
from deliberation.moderation.models import Decision, DecisionKind, Rule
from deliberation.permissions import Activity


@dataclass(frozen=True)
class Figures:
    """`people` is None for one to four. Votes and stances are sums of what is published."""

    people: int | None
    annotations: int
    replies: int
    votes: int
    stances: int

    @property
    def contributions(self) -> int:
        return self.annotations + self.replies


@dataclass(frozen=True)
class ModerationFigures:
    """Acts of moderation in the whole deliberation; None stands for one to four.

    `hidden` has one entry for each rule with at least five; rarer rules are counted together.
    """

    waiting: int | None
    hidden: tuple[tuple[tuple[Rule, ...], int | None], ...]
    returned: int | None
    restored: int | None


@dataclass(frozen=True)
class Headline:
    """How many theses most people carry without changes, of how many with enough stances, of how many there are."""

    carried: int
    measured: int
    theses: int


def is_open(declaration: Declaration) -> bool:
    """Whether numbers still move: then they are shown in steps."""
    return any(declaration.allows(act) for act in (Activity.ANNOTATE, Activity.STANCE, Activity.VOTE))


def count_people(declaration: Declaration) -> int | None:
    """Everybody who wrote something that is shown, voted or took a stance; while open a multiple of five. Groups at tables and
    what came on paper are nobody's pseudonym, and not counted here."""
    if declaration.imported is not None:
        # Of most of them nothing came along but that they were there.
        known: int | None = declaration.imported["people"]
        return known
    # From the people to what they did, of which one look is enough: there are a hundred times as many votes as people.
    wrote = exists().where(Annotation.author_id == Membership.id, Annotation.status == Status.VISIBLE)
    did = or_(
        and_(Membership.origin.is_(None), wrote),
        exists().where(Vote.voter_id == Membership.id),
        exists().where(Stance.holder_id == Membership.id),
    )
    people = count_rows(Membership.id, Membership.declaration_id == declaration.id, did)
    if people < STEP:
        return coarse(people)
    return people - people % STEP if is_open(declaration) else people


def load_moderation(declaration: Declaration) -> ModerationFigures:
    """Two queries. Of a deliberation that came from an archive, what the archive says."""
    if declaration.imported is not None:
        return _imported(declaration.imported)
    acts = (
        select(Decision.kind, Decision.rule, func.count())
        .join(Annotation, Annotation.number == Decision.annotation_id)
        .where(Annotation.declaration_id == declaration.id)
        .group_by(Decision.kind, Decision.rule)
    )
    waiting = select(func.count()).where(
        Annotation.declaration_id == declaration.id, Annotation.status == Status.PENDING
    )
    counted = [(kind, rule, count) for kind, rule, count in db.session.execute(acts)]

    def total(wanted: DecisionKind) -> int:
        return sum(count for kind, _rule, count in counted if kind is wanted)

    hidden = {rule: count for kind, rule, count in counted if kind is DecisionKind.HIDE and rule}
    return ModerationFigures(
        waiting=coarse(db.session.scalar(waiting) or 0),
        hidden=merged(hidden),
        returned=coarse(total(DecisionKind.RETURN)),
        restored=coarse(total(DecisionKind.RESTORE)),
    )


def _imported(figures: Mapping[str, Any]) -> ModerationFigures:
    return ModerationFigures(
        waiting=figures["waiting"],
        hidden=tuple((tuple(Rule(rule) for rule in rules), count) for rules, count in figures["hidden"]),
        returned=figures["returned"],
        restored=figures["restored"],
    )


def coarse(count: int) -> int | None:
    """None for one to four."""
    return None if 0 < count < STEP else count


def merged(counts: dict[Rule, int]) -> tuple[tuple[tuple[Rule, ...], int | None], ...]:
    """Each rule with at least five, then the others together. If these are still fewer, the rarest of
    the named ones joins them, so that no sum gives them away."""
    named = sorted(counts.items(), key=lambda item: (-item[1], item[0].value))
    rare = [item for item in named if item[1] < STEP]
    named = [item for item in named if item[1] >= STEP]
    while rare and named and sum(count for _rule, count in rare) < STEP:
        rare.append(named.pop())
    rows: list[tuple[tuple[Rule, ...], int | None]] = [((rule,), count) for rule, count in named]
    if rare:
        rules = tuple(sorted((rule for rule, _count in rare), key=lambda rule: rule.value))
        rows.append((rules, coarse(sum(count for _rule, count in rare))))
    return tuple(rows)


def to_headline(theses: Iterable[StanceCounts], enough: int) -> Headline:
    """`enough` is the number of stances from which a share is a share."""
    counts = list(theses)
    measured = [one for one in counts if one.n >= enough]
    return Headline(carried=sum(2 * one.carry > one.n for one in measured), measured=len(measured), theses=len(counts))
