"""Bundling annotations that say the same: one leads, the others are folded under it and stay readable, each with its
own votes and replies. Their authors are told and may leave."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from deliberation.accounts.models import User
from deliberation.annotations import models
from deliberation.annotations.models import Annotation
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.declarations.models import Act, Membership
from deliberation.declarations.record import record
from deliberation.moderation import letters
from deliberation.moderation.actions import find_occasion, require_free_hands, write_decision
from deliberation.moderation.models import Decision, DecisionKind, Letter
from deliberation.moderation.ordering.touching import find_sent, known_facts, touch
from deliberation.permissions import Permission, require

BUNDLE_MAX = 50
"""Annotations that are bundled in one go."""


class CannotBundle(Exception):
    """`reason` is nobody (there is no other), many, reply, thesis, proposal, left (its author took it out before), or
    alone (it is in no bundle); `label` names the annotation it is about."""

    def __init__(self, reason: str, label: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.label = label


def bundle(moderator: User, lead: Annotation, others: Sequence[tuple[Annotation, int]]) -> list[Decision]:
    """Fold alike annotations of one thesis under one of them; a bundle that is there already grows.

    `others` come with the versions that the moderator saw. What leads a bundle of its own brings it along. The same
    deed sent twice answers like the first. Raises NotAllowed, CannotBundle, and Outdated if somebody was faster.
    """
    require(moderator, Permission.TIDY, lead)
    membership = join(moderator, lead.declaration)
    lead = find_lead(lead)
    require(moderator, Permission.TIDY, lead)
    known = [(one, version) for one, version in others if one.bundled_with != lead.number or one.version != version]
    wanted = _with_followers(lead, known)
    _refuse(lead, [annotation for annotation, _version in wanted])
    for annotation, _version in wanted:
        require(moderator, Permission.TIDY, annotation)
    was_alone = not load_followers(lead)
    decisions = [_join_in(membership, lead, annotation, version) for annotation, version in wanted]
    if was_alone and lead.author_id is not None:
        facts = {"kind": DecisionKind.BUNDLE.value, "occasion": decisions[0].occasion.value, "is_lead": True}
        letters.write_letter(f"bundle:{decisions[0].id}", lead.author_id, "bundle", facts, lead.number)
    return decisions


def find_lead(annotation: Annotation) -> Annotation:
    """The one that an annotation is bundled with; itself if it leads, or is in no bundle."""
    if annotation.bundled_with is None:
        return annotation
    return models.load_annotations([annotation.bundled_with])[0]


def _with_followers(lead: Annotation, others: Sequence[tuple[Annotation, int]]) -> list[tuple[Annotation, int]]:
    wanted = {one.number: (one, version) for one, version in others if one.number != lead.number}
    for one in load_followers(*(one for one, _version in wanted.values())):
        if one.number != lead.number:
            wanted.setdefault(one.number, (one, one.version))
    return [wanted[number] for number in sorted(wanted)]


def load_followers(*leads: Annotation) -> list[Annotation]:
    """What is bundled with these, in order of writing."""
    query = select(Annotation.number).where(Annotation.bundled_with.in_([lead.number for lead in leads]))
    return models.load_annotations(list(db.session.scalars(query))) if leads else []


def load_annotations(declaration_id: int, numbers: Sequence[int]) -> list[Annotation]:
    """Those of these annotations that belong to the declaration, with what a page about them shows."""
    return [one for one in models.load_annotations(numbers) if one.declaration_id == declaration_id]


def _refuse(lead: Annotation, others: Sequence[Annotation]) -> None:
    if not others:
        raise CannotBundle("nobody")
    if len(others) > BUNDLE_MAX:
        raise CannotBundle("many")
    for one in (lead, *others):
        if one.is_reply:
            raise CannotBundle("reply", one.label)
        if one.declaration_id != lead.declaration_id or one.thesis_id != lead.thesis_id:
            raise CannotBundle("thesis", one.label)
        if one.is_proposal:
            raise CannotBundle("proposal", one.label)
        if one.left_bundle_at is not None:
            raise CannotBundle("left", one.label)


def _join_in(membership: Membership, lead: Annotation, annotation: Annotation, version: int) -> Decision:
    sent = find_sent(membership, annotation, DecisionKind.BUNDLE, version, lead=lead.number)
    if sent is not None:
        return sent
    require_free_hands(membership, annotation)
    was = annotation.bundled_with
    brought = [one.number for one in load_followers(annotation)]
    facts = {**known_facts(annotation), "lead": lead.number, "was": was, "with": lead.number, "brought": brought}
    occasion = find_occasion(annotation)
    touch(annotation, version, bundled_with=lead.number)
    decision = _write(membership, annotation, DecisionKind.BUNDLE, facts, was, lead.number, occasion=occasion)
    letters.write_about(decision, annotation.author_id)
    return decision


def _write(
    membership: Membership,
    annotation: Annotation,
    kind: DecisionKind,
    facts: dict[str, Any],
    before: int | None,
    after: int | None,
    **fields: Any,
) -> Decision:
    states = {"from": f"A-{before}" if before else "", "to": f"A-{after}" if after else ""}
    return write_decision(membership, annotation, kind, annotation.status, facts={**facts, **states}, **fields)


def unbundle(moderator: User, annotation: Annotation) -> Decision:
    """Let an annotation stand by itself again. Raises NotAllowed, and CannotBundle if it is in no bundle."""
    require(moderator, Permission.TIDY, annotation)
    membership = join(moderator, annotation.declaration)
    was = annotation.bundled_with
    if was is None:
        raise CannotBundle("alone", annotation.label)
    require_free_hands(membership, annotation)
    facts = {**known_facts(annotation), "was": was}
    touch(annotation, annotation.version, bundled_with=None)
    return _write(membership, annotation, DecisionKind.UNBUNDLE, facts, was, None)


def leave_bundle(author: User, annotation: Annotation) -> None:
    """Take one's own annotation out of its bundle, for good: it is not bundled again. If it led, the next one leads."""
    require(author, Permission.LEAVE_BUNDLE, annotation)
    db.session.flush()
    db.session.refresh(annotation, ["version", "bundled_with", "left_bundle_at"], with_for_update=True)
    followers = load_followers(annotation)
    was = annotation.bundled_with or (annotation.number if followers else None)
    if was is None:
        return
    annotation.bundled_with, annotation.left_bundle_at = None, now()
    annotation.version += 1
    db.session.flush()
    lead = _choose_lead(followers)
    own = author.membership_in(annotation.declaration_id)
    record(own, annotation.declaration, Act.UNBUNDLE, annotation, before=f"A-{was}")
    for one in followers:
        # Nobody's deed, but their state changed.
        after = lead.label if lead is not None and one is not lead else ""
        record(None, annotation.declaration, Act.UNBUNDLE if not after else Act.BUNDLE, one, before=f"A-{was}", after=after)


def _choose_lead(followers: Sequence[Annotation]) -> Annotation | None:
    """Of those that lost theirs, the oldest one that is shown leads; None if there are none."""
    if not followers:
        return None
    new = next((one for one in followers if one.is_visible), followers[0])
    others = [one.number for one in followers if one is not new]
    new.bundled_with = None
    change = update(Annotation).where(Annotation.number.in_(others)).values(bundled_with=new.number)
    db.session.execute(change.execution_options(synchronize_session="fetch"))
    db.session.flush()
    return new


def put_back(annotation: Annotation, decision: Decision) -> None:
    """As before it was bundled, with those that it brought along, or taken out; into what its former lead is part of
    now."""
    lead = annotation.bundled_with
    was = decision.facts["was"]
    former = db.session.get(Annotation, was) if was else None
    annotation.bundled_with = (former.bundled_with or former.number) if former else None
    if annotation.bundled_with == annotation.number:
        annotation.bundled_with = None
    db.session.flush()
    brought = update(Annotation).where(
        Annotation.number.in_(decision.facts.get("brought", ())), Annotation.bundled_with == lead
    )
    db.session.execute(brought.values(bundled_with=annotation.number).execution_options(synchronize_session="fetch"))
    if lead and not db.session.scalar(select(Annotation.number).where(Annotation.bundled_with == lead).limit(1)):
        unsent = update(Letter).where(
            Letter.annotation_id == lead, Letter.template == "bundle", Letter.settled_at.is_(None)
        )
        db.session.execute(unsent.values(settled_at=now(), is_withdrawn=True))
