"""Words that were written and not yet sent: kept for the account, or for the browser until somebody signs in."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from deliberation.accounts.models import User, random_key
from deliberation.annotations.models import BODY_MAX, Annotation, Draft
from deliberation.clock import now
from deliberation.database import db, once, rows_changed
from deliberation.declarations.models import Declaration, Paragraph, Thesis

KEEP_DAYS = 90
KEEP_FOREIGN_DAYS = 7
"""Days a draft of somebody who never signed in is kept."""
FIELD_MAX = 2 * BODY_MAX

Owner = User | str
"""An account, or the key of a browser."""


def thesis_place(thesis: Thesis, paragraph: Paragraph | None) -> str:
    return place_of(thesis.id, paragraph.id if paragraph else None)


def place_of(thesis_id: int, paragraph_id: int | None) -> str:
    return f"p:{paragraph_id}" if paragraph_id else f"t:{thesis_id}"


def reply_place(parent: Annotation) -> str:
    return f"a:{parent.number}"


def find_draft(owner: Owner | None, place: str) -> Draft | None:
    """The draft of this person for this place."""
    return db.session.scalars(_where(owner, place)).first() if owner is not None else None


def _where(owner: Owner, place: str) -> Any:
    """The newest, should one browser have saved two at the same moment."""
    mine = select(Draft).where(_owned_by(owner), Draft.place == place)
    return mine.order_by(Draft.saved_at.desc(), Draft.id.desc()).limit(1)


def save_draft(owner: Owner, declaration: Declaration, place: str, fields: dict[str, Any], form_key: str) -> Draft:
    """Keep what is in the form; a later saving replaces it. Text far over the limit is cut, not refused."""
    kept = {name: value[:FIELD_MAX] if isinstance(value, str) else value for name, value in fields.items()}
    key = form_key or random_key()

    def make() -> Draft:
        user_id, browser = (owner.id, None) if isinstance(owner, User) else (None, owner)
        return Draft(
            declaration_id=declaration.id, place=place, user_id=user_id, browser=browser, fields=kept, form_key=key,
            saved_at=now(),
        )  # fmt: skip

    draft = once(_where(owner, place), make)
    draft.fields, draft.form_key, draft.saved_at = kept, key, now()
    db.session.flush()
    return draft


def discard_draft(owner: Owner | None, place: str) -> None:
    if owner is not None:
        db.session.execute(delete(Draft).where(_owned_by(owner), Draft.place == place))


def adopt_drafts(user: User, browser: str | None) -> None:
    """After sign-in: what was written in this browser before belongs to the account; the newer text wins."""
    if not browser:
        return
    for draft in db.session.scalars(select(Draft).where(Draft.browser == browser)).all():
        older = find_draft(user, draft.place)
        if older is not None:
            db.session.delete(older)
            db.session.flush()
        db.session.execute(update(Draft).where(Draft.id == draft.id).values(user_id=user.id, browser=None))


def load_drafts(user: User) -> list[Draft]:
    """All drafts of an account, newest first."""
    return list(db.session.scalars(select(Draft).where(Draft.user_id == user.id).order_by(Draft.saved_at.desc())))


def count_drafts(user: User, declaration: Declaration | None = None) -> int:
    """Everywhere, or in one declaration."""
    query = select(func.count(Draft.id)).where(Draft.user_id == user.id)
    if declaration is not None:
        query = query.where(Draft.declaration_id == declaration.id)
    return db.session.scalar(query) or 0


def delete_old_drafts(moment: datetime, days: int = KEEP_DAYS, guest_days: int = KEEP_FOREIGN_DAYS) -> int:
    """Retention: nobody comes back for these; how many."""
    old = Draft.saved_at <= moment - timedelta(days=days)
    foreign = Draft.browser.is_not(None) & (Draft.saved_at <= moment - timedelta(days=guest_days))
    return rows_changed(delete(Draft).where(old | foreign))


def _owned_by(owner: Owner) -> Any:
    return Draft.user_id == owner.id if isinstance(owner, User) else Draft.browser == owner
