"""Putting one's pseudonym under another person's proposal."""

from collections.abc import Sequence

from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.annotations.actions import once
from deliberation.annotations.models import Annotation
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.permissions import Permission, require
from deliberation.proposals.models import Cosignature


def cosign(signer: User, proposal: Annotation) -> Cosignature:
    """Sign a proposal as it stands now; a second time changes nothing, unless its author changed it meanwhile."""
    require(signer, Permission.COSIGN, proposal)
    membership = join(signer, proposal.declaration)
    same = select(Cosignature).where(
        Cosignature.annotation_id == proposal.number, Cosignature.signer_id == membership.id
    )
    signature = once(same, lambda: Cosignature(annotation_id=proposal.number, signer_id=membership.id, signed_at=now()))
    if not counts(signature, proposal):
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


def counts(signature: Cosignature, proposal: Annotation) -> bool:
    """Whether it was given for the words that stand there now."""
    return proposal.edited_at is None or signature.signed_at >= proposal.edited_at


def load_cosignatures(numbers: Sequence[int]) -> dict[int, list[Cosignature]]:
    """The signatures under these proposals that count for their present words, oldest first; one query."""
    query = (
        select(Cosignature)
        .join(Annotation, Annotation.number == Cosignature.annotation_id)
        .where(
            Cosignature.annotation_id.in_(numbers),
            (Annotation.edited_at.is_(None)) | (Cosignature.signed_at >= Annotation.edited_at),
        )
        .order_by(Cosignature.id)
    )
    found: dict[int, list[Cosignature]] = {}
    for signature in db.session.scalars(query):
        found.setdefault(signature.annotation_id, []).append(signature)
    return found
