"""Words that were written and not yet sent: kept for the account, or for the browser until somebody signs in."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from deliberation.accounts.models import User, random_key
from deliberation.annotations.models import BODY_MAX, Annotation, Draft
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Declaration, Paragraph, Thesis

KEEP_DAYS = 90
KEEP_FOREIGN_DAYS = 7
"""Days a draft of somebody who never signed in is kept."""
FIELD_MAX = 2 * BODY_MAX

Owner = User | str
"""An account, or the key of a browser."""


def thesis_place(thesis: Thesis, paragraph: Paragraph | None) -> str:
    return f"p:{paragraph.id}" if paragraph else f"t:{thesis.id}"


def reply_place(parent: Annotation) -> str:
    return f"a:{parent.number}"


def find_draft(owner: Owner | None, place: str) -> Draft | None:
    """The draft of this person for this place."""
    if owner is None:
        return None
    return db.session.scalars(select(Draft).where(_owned_by(owner), Draft.place == place)).one_or_none()


def save_draft(owner: Owner, declaration: Declaration, place: str, fields: dict[str, Any], form_key: str) -> Draft:
    """Keep what is in the form; a later saving replaces it. Text far over the limit is cut, not refused."""
    kept = {name: value[:FIELD_MAX] if isinstance(value, str) else value for name, value in fields.items()}
    draft = find_draft(owner, place)
    if draft is None:
        draft = Draft(declaration_id=declaration.id, place=place)
        draft.user_id, draft.browser = (owner.id, None) if isinstance(owner, User) else (None, owner)
        db.session.add(draft)
    draft.fields, draft.form_key, draft.saved_at = kept, form_key or random_key(), now()
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


def delete_old_drafts(moment: datetime) -> None:
    """Retention: nobody comes back for these."""
    old = Draft.saved_at < moment - timedelta(days=KEEP_DAYS)
    foreign = Draft.browser.is_not(None) & (Draft.saved_at < moment - timedelta(days=KEEP_FOREIGN_DAYS))
    db.session.execute(delete(Draft).where(old | foreign))


def _owned_by(owner: Owner) -> Any:
    return Draft.user_id == owner.id if isinstance(owner, User) else Draft.browser == owner
