"""Everything one person says and stands for in one declaration, in the order of the text, as a page to print.

The receipt number is made of the content alone: the same content gives the same number, another content another one. So
whoever has the paper and the person can find out whether it still says what the site has.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Stance, Status, Vote, VoteValue
from deliberation.database import db
from deliberation.declarations.models import (
    Declaration,
    Membership,
    Paragraph,
    Thesis,
    current_edition,
    load_all_paragraphs,
)
from deliberation.proposals.models import Cosignature

# Crockford's base 32: without letters that are mistaken for digits.
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12


@dataclass(frozen=True)
class Place:
    """What the person says about one paragraph, or about a thesis as a whole."""

    thesis: Thesis
    paragraph: Paragraph | None
    stance: Stance | None = None
    said: list[Annotation] = field(default_factory=list)
    signed: list[Annotation] = field(default_factory=list)
    voted: list[tuple[Annotation, VoteValue]] = field(default_factory=list)


@dataclass(frozen=True)
class Statement:
    declaration: Declaration
    membership: Membership
    edition_number: int
    places: Sequence[Place]
    receipt: str


def load_statement(user: User, declaration: Declaration, with_votes: bool = False) -> Statement | None:
    """None for somebody who takes no part there. Votes are in it on request, and then the receipt knows them."""
    membership = user.membership_in(declaration.id)
    if membership is None:
        return None
    edition = current_edition(declaration)
    places = _places(declaration, membership, with_votes)
    receipt = _receipt(declaration, edition.number, places)
    return Statement(declaration, membership, edition.number, places, receipt)


def is_same(receipt: str, typed: str) -> bool:
    """Whether somebody typed this number, however it was grouped."""
    return _plain(receipt) == _plain(typed)


def _places(declaration: Declaration, membership: Membership, with_votes: bool) -> list[Place]:
    said = _load(select(Annotation).where(Annotation.author_id == membership.id, Annotation.status != Status.WITHDRAWN))
    shown = Annotation.status == Status.VISIBLE
    signed = _load(
        select(Annotation)
        .join(Cosignature, Cosignature.annotation_id == Annotation.number)
        .where(Cosignature.signer_id == membership.id, shown)
    )
    voted = _load_votes(membership) if with_votes else []
    stances = {(s.thesis_id, s.paragraph_id): s for s in _load_stances(membership)}
    places: list[Place] = []
    # Those that an edition took out stay, where they stood.
    theses = db.session.scalars(select(Thesis).where(Thesis.declaration_id == declaration.id).order_by(Thesis.position))
    known = list(theses)
    paragraphs = load_all_paragraphs([thesis.id for thesis in known])
    for thesis in known:
        for paragraph in (None, *(p for p in paragraphs if p.thesis_id == thesis.id)):
            where = (thesis.id, paragraph.id if paragraph else None)
            place = Place(
                thesis,
                paragraph,
                stances.get(where),
                [a for a in said if (a.thesis_id, a.paragraph_id) == where],
                [a for a in signed if (a.thesis_id, a.paragraph_id) == where],
                [(a, value) for a, value in voted if (a.thesis_id, a.paragraph_id) == where],
            )
            if place.stance or place.said or place.signed or place.voted:
                places.append(place)
    return places


def _load(query: Any) -> list[Annotation]:
    wanted = query.options(
        joinedload(Annotation.wording), joinedload(Annotation.thesis), joinedload(Annotation.paragraph),
        joinedload(Annotation.declaration),
    ).order_by(Annotation.number)  # fmt: skip
    return list(db.session.scalars(wanted).unique())


def _load_votes(membership: Membership) -> list[tuple[Annotation, VoteValue]]:
    """On what is shown."""
    cast = {
        vote.annotation_id: vote.value
        for vote in db.session.scalars(select(Vote).where(Vote.voter_id == membership.id))
    }
    wanted = select(Annotation).where(Annotation.number.in_(cast), Annotation.status == Status.VISIBLE)
    return [(annotation, cast[annotation.number]) for annotation in _load(wanted)]


def _load_stances(membership: Membership) -> list[Stance]:
    """Those on the words as they stand now: of several on one place the latest."""
    query = select(Stance).where(Stance.holder_id == membership.id, Stance.let_go_at.is_(None))
    return list(db.session.scalars(query.order_by(Stance.edition_id)))


def _receipt(declaration: Declaration, edition: int, places: Sequence[Place]) -> str:
    content = [
        [
            place.thesis.number,
            place.paragraph.number if place.paragraph else "0",
            [place.stance.value.value, place.stance.reason] if place.stance else [],
            [[a.number, a.body, a.proposed_wording, a.status.value] for a in place.said],
            [[a.number, a.proposed_wording] for a in place.signed],
            *([[[a.number, value.value] for a, value in place.voted]] if place.voted else []),
        ]
        for place in places
    ]
    words = json.dumps([declaration.slug, edition, content], ensure_ascii=False, separators=(",", ":"))
    number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big")
    digits = "".join(DIGITS[number >> (5 * place) & 31] for place in range(LENGTH))
    return "-".join(digits[place : place + 4] for place in range(0, LENGTH, 4))


def _plain(receipt: str) -> str:
    return "".join(c for c in receipt.upper() if c.isalnum()).translate(str.maketrans("OIL", "011"))
