"""Putting one's pseudonym under another person's proposal."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import contains_eager

from deliberation.accounts.models import User
from deliberation.annotations import glance
from deliberation.annotations.models import Annotation
from deliberation.clock import now
from deliberation.database import db, once
from deliberation.declarations.actions import join
from deliberation.declarations.models import Declaration, hold_rules
from deliberation.permissions import Outdated, Permission, require
from deliberation.proposals.models import Cosignature


def _has_signed(seen: ColumnElement[bool], member: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(Cosignature.signer_id == member, Cosignature.annotation_id == Annotation.number, seen)


glance.traces.append(_has_signed)


def cosign(signer: User, proposal: Annotation, version: int | None = None) -> Cosignature:
    """Sign a proposal as it stands now; a second time changes nothing, unless its author changed it meanwhile.

    `version` is the state that the signer read; raises Outdated if other words stand there now.
    """
    hold_rules(signer, proposal.declaration)
    db.session.refresh(proposal, ["status", "version", "edited_at", "outcome"], with_for_update=True)
    require(signer, Permission.COSIGN, proposal)
    if version is not None and version != proposal.version:
        raise Outdated(proposal)
    membership = join(signer, proposal.declaration)
    same = select(Cosignature).where(
        Cosignature.annotation_id == proposal.number, Cosignature.signer_id == membership.id
    )
    signature = once(same, lambda: Cosignature(annotation=proposal, signer_id=membership.id, signed_at=now()))
    signature.annotation = proposal
    if not signature.counts:
        signature.signed_at = now()
    return signature


def take_back(signer: User, proposal: Annotation) -> None:
    """Take one's name away from a proposal, also after writing has closed."""
    membership = signer.membership_in(proposal.declaration_id)
    if membership is None:
        return
    same = select(Cosignature).where(
        Cosignature.annotation_id == proposal.number, Cosignature.signer_id == membership.id
    )
    signature = db.session.scalars(same).one_or_none()
    if signature is not None:
        db.session.delete(signature)


def find_signed(person: Any, declaration: Declaration, numbers: Sequence[int]) -> set[int]:
    """Which of these proposals a person has signed; no query for whoever cannot have signed any."""
    membership = person.membership_in(declaration.id)
    if membership is None or not numbers:
        return set()
    query = select(Cosignature.annotation_id).where(Cosignature.signer_id == membership.id)
    return set(db.session.scalars(query.where(Cosignature.annotation_id.in_(numbers))))


def load_cosignatures(numbers: Sequence[int]) -> dict[int, list[Cosignature]]:
    """All signatures under these proposals, oldest first, those included that do not count any more because the
    author has changed the words since (`Cosignature.counts`); one query."""
    query = (
        select(Cosignature)
        .join(Cosignature.annotation)
        .options(contains_eager(Cosignature.annotation))
        .where(Cosignature.annotation_id.in_(numbers))
        .order_by(Cosignature.id)
    )
    found: dict[int, list[Cosignature]] = {}
    for signature in db.session.scalars(query):
        found.setdefault(signature.annotation_id, []).append(signature)
    return found
