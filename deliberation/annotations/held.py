"""Where one stands: all one's own stances, for the page that nobody else sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import joinedload, lazyload

from deliberation.accounts.models import User
from deliberation.annotations.models import Stance
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition, Membership, Paragraph, Thesis


@dataclass(frozen=True)
class Held:
    """A stance and what it is about. `edition_number`: since which edition the words stand that it was taken on."""

    stance: Stance
    thesis: Thesis
    paragraph: Paragraph | None
    edition_number: int

    @property
    def is_former(self) -> bool:
        """Whether the words read differently now, or are gone."""
        place = self.paragraph or self.thesis
        return place.is_removed or self.stance.edition_id != place.since_id


@dataclass(frozen=True)
class Standpoint:
    """One's stances in one declaration, in the order of the text."""

    declaration: Declaration
    stances: Sequence[Held]


def load_standpoints(user: User) -> list[Standpoint]:
    """By declaration; of several on one place the latest. One query."""
    query = (
        select(Stance, Thesis, Paragraph, Edition.number)
        .join(Membership, Membership.id == Stance.holder_id)
        .join(Thesis, Thesis.id == Stance.thesis_id)
        .outerjoin(Paragraph, Paragraph.id == Stance.paragraph_id)
        .join(Edition, Edition.id == Stance.edition_id)
        .options(joinedload(Thesis.declaration), joinedload(Paragraph.wording), lazyload(Paragraph.thesis))
        .where(Membership.user_id == user.id, Stance.let_go_at.is_(None))
        .order_by(Stance.declaration_id.desc(), Thesis.position, Stance.paragraph_id.is_not(None), Paragraph.position)
        .order_by(Edition.number)
    )
    latest = {(thesis.id, stance.paragraph_id): Held(stance, thesis, paragraph, number)
              for stance, thesis, paragraph, number in db.session.execute(query).unique()}  # fmt: skip
    return [
        Standpoint(declaration, list(some))
        for declaration, some in groupby(latest.values(), key=lambda held: held.thesis.declaration)
    ]
