"""What a letter says, put together from what was decided: for the preview at the desk, the member's page and the mail.

The words stand in `templates/moderation/letters/`, one file for each template of a `Letter`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberation.annotations.models import Annotation
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership
from deliberation.moderation import redacting
from deliberation.moderation.actions import Deed, find_occasion
from deliberation.moderation.letters import TELLS, is_told
from deliberation.moderation.models import (
    Decision,
    Letter,
    MeasureKind,
    Objection,
    Occasion,
    Rule,
    Verdict,
)
from deliberation.moderation.objections.reviews import end_of_objections
from deliberation.moderation.words.house_rules import HouseRules, load_rules_then, rules_of
from deliberation.permissions import Activity, Permission, Person, require
from deliberation.text import normalised


@dataclass(frozen=True)
class Post:
    """One letter and all that its words are made of; never words of the text it is about. `moment` is when it was
    decided, `member` who reads it."""

    template: str
    declaration: Declaration
    member: Membership | None
    annotation: Annotation | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    body: str = ""
    moment: datetime = field(default_factory=now)
    rules: Mapping[int, HouseRules] = field(default_factory=dict)

    @property
    def rules_version(self) -> int:
        """Of the house rules that held then."""
        return int(self.facts.get("rules", self.declaration.rules_version))

    @property
    def kind(self) -> str:
        """What was decided: a kind of decision or of measure."""
        return str(self.facts.get("kind", ""))

    @property
    def measure(self) -> MeasureKind | None:
        return _member_of(MeasureKind, self.kind)

    @property
    def rule(self) -> Rule | None:
        return _member_of(Rule, self.facts.get("rule"))

    @property
    def occasion(self) -> Occasion | None:
        return _member_of(Occasion, self.facts.get("occasion"))

    @property
    def verdict(self) -> Verdict | None:
        return _member_of(Verdict, self.facts.get("verdict"))

    @property
    def reason(self) -> str:
        return str(self.facts.get("reason", ""))

    @property
    def until(self) -> datetime | None:
        """The end of a measure."""
        return datetime.fromisoformat(self.facts["until"]) if self.facts.get("until") else None

    @property
    def objections_until(self) -> datetime:
        return end_of_objections(self.moment)

    @property
    def can_revise(self) -> bool:
        """Whether its author may change the text now."""
        if self.annotation is None or self.annotation.is_withdrawn:
            return False
        is_blocked = self.member is not None and self.member.is_blocked
        return self.declaration.allows(Activity.ANNOTATE) and not is_blocked


def _member_of(kind: Any, value: Any) -> Any:
    return kind(value) if value in {member.value for member in kind} else None


def preview(moderator: Person, annotation: Annotation, deed: Deed) -> Post | None:
    """The letter that a decision would cause, as it would be now; None if its author is told nothing."""
    require(moderator, Permission.MODERATE, annotation)
    if annotation.author_id is None or not is_told(deed.kind, annotation.status):
        return None
    passages = [words for words in (normalised(one) for one in deed.passages) if words]
    facts = {
        "kind": deed.kind.value,
        "rule": deed.rule.value if deed.rule else "",
        "reason": redacting.blacken(normalised(deed.reason), passages),
        "occasion": (deed.occasion or find_occasion(annotation)).value,
        "passages": len(passages),
        "codes": codes_of(annotation, passages),
        **deed.facts,
    }
    body = redacting.blacken(normalised(deed.letter), passages)
    declaration = annotation.declaration
    rules = {declaration.rules_version: rules_of(declaration)}
    return Post(TELLS[deed.kind], declaration, annotation.author, annotation, facts, body, rules=rules)


def codes_of(annotation: Annotation, passages: Sequence[str]) -> list[str]:
    """Of which kinds the passages are, as far as the pattern check found them."""
    codes = {text: code for code, text in annotation.held_because or []}
    return sorted({codes[one] for one in passages if one in codes})


def load_posts(letters: Iterable[Letter]) -> list[Post]:
    """Letters with what they say today: reasons are those of the decision as it stands, in which later redactions
    have been blackened too. Few queries, however many letters; these have annotation, member and declaration loaded."""
    found = list(letters)
    decisions = _load(Decision, [letter.facts.get("decision") for letter in found])
    objections = _load(Objection, [letter.facts.get("objection") for letter in found])
    declarations = {letter.member.declaration for letter in found}
    rules = {one.id: load_rules_then(one, decisions.values()) for one in declarations}
    return [_to_post(letter, decisions, objections, rules[letter.member.declaration_id]) for letter in found]


def _to_post(
    letter: Letter, decisions: dict[int, Any], objections: dict[int, Any], rules: Mapping[int, HouseRules]
) -> Post:
    facts = dict(letter.facts)
    decision, objection = decisions.get(facts.get("decision", 0)), objections.get(facts.get("objection", 0))
    if decision is not None:
        facts |= {"reason": decision.reason, "rules": decision.rules_version}
    if objection is not None:
        facts["reason"] = objection.reason
    return Post(
        template=letter.template,
        declaration=letter.member.declaration,
        member=letter.member,
        annotation=letter.annotation,
        facts=facts,
        body=letter.body,
        moment=letter.written_at,
        rules=rules,
    )


def _load(model: Any, ids: Iterable[Any]) -> dict[int, Any]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(wanted)))}


def whole(query: Any) -> Any:
    """A query of letters, with everything that `load_posts` and the words need."""
    return query.options(
        joinedload(Letter.annotation),
        joinedload(Letter.member).joinedload(Membership.declaration),
        joinedload(Letter.member).joinedload(Membership.user),
    )


def load_posts_to(members: Iterable[Membership]) -> list[Post]:
    """What members were told that is not about one contribution, newest first."""
    ids = [member.id for member in members]
    query = (
        select(Letter)
        .where(Letter.member_id.in_(ids), Letter.annotation_id.is_(None), Letter.is_withdrawn.is_(False))
        .order_by(Letter.id.desc())
    )
    return load_posts(db.session.scalars(whole(query)).unique())


def load_posts_about(member_id: int, annotation_id: int) -> list[Post]:
    """What a member was told about one contribution, newest first."""
    query = (
        select(Letter)
        .where(Letter.member_id == member_id, Letter.annotation_id == annotation_id, Letter.is_withdrawn.is_(False))
        .order_by(Letter.id.desc())
    )
    return load_posts(db.session.scalars(whole(query)).unique())


def find_post(letter_id: int) -> Post | None:
    letter = db.session.scalars(whole(select(Letter).where(Letter.id == letter_id))).unique().one_or_none()
    return load_posts([letter])[0] if letter else None
