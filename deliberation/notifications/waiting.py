"""What waits for whoever moderates, in numbers: the piles of the desk, and objections. Nobody's words."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.moderation.desk.piles import NOT_URGENT, Tab
from deliberation.moderation.desk.queue import load_queue
from deliberation.permissions import Access, Permission, Role, may


@dataclass(frozen=True)
class WaitingIn:
    """One declaration: how many cases lie in each pile that is not empty, and for how many days the first one does."""

    declaration: Declaration
    piles: Mapping[Tab, int]
    objections: int
    days: int

    @property
    def title(self) -> str:
        """Mailboxes have other readers."""
        return "" if self.declaration.access is Access.PRIVATE else self.declaration.title


def load_waiting(user: User) -> tuple[WaitingIn, ...]:
    """Where somebody moderates now and something waits that she may decide on. Eight queries for each declaration."""
    numbers = [one.declaration_id for one in user.memberships if Role.MODERATOR in one.roles]
    declarations = db.session.scalars(select(Declaration).where(Declaration.id.in_(numbers)).order_by(Declaration.id))
    found = (_waiting_in(user, one) for one in declarations.all() if may(user, Permission.SEE_QUEUE, one))
    return tuple(one for one in found if one.piles or one.objections)


def _waiting_in(user: User, declaration: Declaration) -> WaitingIn:
    page = load_queue(user, declaration)
    piles = {tab: count for tab, count in page.counts.items() if count and tab not in NOT_URGENT}
    oldest = min((item.since for item in page.items), default=now()) if piles else now()
    return WaitingIn(declaration, piles, page.objections, (now() - oldest).days)
