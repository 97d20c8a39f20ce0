"""What is new to a reader: since the last visit, until the paragraph was opened."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.annotations.models import Opening, Visit
from deliberation.clock import now
from deliberation.database import db, once, put
from deliberation.declarations.models import Declaration

PAUSE = timedelta(minutes=30)
"""Who comes back after that begins a new visit."""
MARK_EVERY = timedelta(minutes=5)


def new_since(visit: Visit | None) -> datetime | None:
    """From when on things are new; None for somebody who was never here."""
    if visit is None:
        return None
    return visit.last_at if now() - visit.last_at > PAUSE else visit.since


def is_due(visit: Visit | None) -> bool:
    """Whether a page view has something to write down; most have not."""
    return visit is None or now() - visit.last_at > MARK_EVERY


def mark_visit(user: User, declaration: Any) -> None:
    """Remember that the person is here now: in a declaration, or in what is known of one."""
    query = select(Visit).where(Visit.user_id == user.id, Visit.declaration_id == declaration.id)
    visit = once(query, lambda: Visit(user_id=user.id, declaration_id=declaration.id, since=now(), last_at=now()))
    if is_due(visit):
        visit.since = new_since(visit) or visit.since
        visit.last_at = now()


def mark_all_read(user: User, declaration: Declaration) -> None:
    """Nothing that is there now is new any more."""
    mark_visit(user, declaration)
    query = select(Visit).where(Visit.user_id == user.id, Visit.declaration_id == declaration.id)
    visit = db.session.scalars(query).one()
    visit.since = visit.last_at = now()


def mark_opening(user: User, thesis_id: int, paragraph_key: int) -> None:
    """Remember that the annotations of this place were read; the key is 0 for the thesis as a whole."""
    place = {"user_id": user.id, "thesis_id": thesis_id, "paragraph_key": paragraph_key}
    put(Opening, place, {"opened_at": now()})
