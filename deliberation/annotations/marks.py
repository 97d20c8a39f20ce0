"""What a reader left behind when she was here before, and what a page has to know of the text as it is now."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from deliberation.accounts.models import User
from deliberation.annotations import drafts, visits
from deliberation.annotations.counts import Counts
from deliberation.annotations.history import has_history
from deliberation.annotations.models import Draft, Visit
from deliberation.database import db
from deliberation.declarations.models import Declaration, Edition


@dataclass(frozen=True)
class Marks:
    """What the reader left behind: the visit before, an unsent text; beside it the edition in force."""

    edition: Edition
    # Whether words ever changed: in a later edition, or because of a misprint.
    has_history: bool
    since: datetime | None
    visit_due: bool = False
    draft: Draft | None = None

    @property
    def edition_number(self) -> int:
        return self.edition.number

    def known(self, counts: Counts | None) -> "Known":
        return Known(self.edition.number, self.has_history, self.since, counts=counts)


@dataclass(frozen=True)
class Known:
    """What a page has to know beside the text: from `Marks`, or from a glance (`glance.py`)."""

    edition_number: int
    has_history: bool
    since: datetime | None
    # Where somebody is sure to have taken none there is nothing to look for.
    has_stance: bool = True
    counts: Counts | None = None


def load_marks(person: Any, declaration: Declaration, owner: drafts.Owner | None = None, place: str = "") -> Marks:
    """The edition in force, last visit and draft in one query."""
    who = owner.id if isinstance(owner, User) else owner or ""
    asked = {"declaration": declaration.id, "user": person.id or 0, "place": place, "owner": who}
    edition, changed, found, draft = db.session.execute(_marks(isinstance(owner, User)), asked).one()
    due = person.is_signed_in and visits.is_due(found)
    return Marks(edition, changed, visits.new_since(found), due, draft)


@lru_cache
def _marks(is_account: bool) -> Any:
    """The question but for what is asked about: putting it together takes longer than answering it."""
    one = aliased(Edition)
    newest = select(func.max(one.number)).where(one.declaration_id == Declaration.id).scalar_subquery()
    mine = (Draft.user_id if is_account else Draft.browser) == bindparam("owner")
    return (
        select(Edition, has_history(Declaration), Visit, Draft)
        .join(Declaration, Declaration.id == Edition.declaration_id)
        .outerjoin(Visit, and_(Visit.declaration_id == Declaration.id, Visit.user_id == bindparam("user")))
        .outerjoin(Draft, and_(mine, Draft.place == bindparam("place")))
        .where(Declaration.id == bindparam("declaration"), Edition.number == newest)
    )
