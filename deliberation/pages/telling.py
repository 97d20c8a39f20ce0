"""That an organiser announced something is news for everybody who takes part or follows: once, with nothing of it in the subject.

Nothing is sent by the verb; whoever pulls commits. A second run finds nothing left to do.
"""

from sqlalchemy import ColumnElement, and_, select

from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.moderation.models import LETTERS_WAIT
from deliberation.notifications.harvest import tell
from deliberation.notifications.models import Matter
from deliberation.pages.models import Page
from deliberation.permissions import Phase


def has_due_announcements() -> bool:
    """Whether anybody has to be told; reads only. Half an hour later: who sees a slip at once, puts it right first."""
    return db.session.scalar(select(Page.id).where(_is_due()).limit(1)) is not None


def _is_due() -> ColumnElement[bool]:
    """What was hidden again or is no news any more waits. Nobody reads a draft; once it is public its news may be old."""
    is_public = select(Declaration.id).where(Declaration.id == Page.declaration_id, Declaration.phase != Phase.DRAFT).exists()
    is_news = and_(Page.is_shown, Page.news_on.is_not(None), is_public)
    return and_(Page.told_at.is_(None), Page.announced_at <= now() - LETTERS_WAIT, is_news)


def pull_announcements() -> int:
    """Make news of what was announced; of how much. Of several that wait in one declaration the latest alone is told: the mail
    leads to all of them."""
    query = select(Page).where(_is_due()).order_by(Page.announced_at.desc(), Page.id.desc()).with_for_update(of=Page)
    told: set[int] = set()
    for page in db.session.scalars(query).all():
        page.told_at = now()
        if page.declaration_id is not None and page.declaration_id not in told:
            told.add(page.declaration_id)
            tell(Matter.ANNOUNCEMENT, page.id, page.declaration_id, now())
    return len(told)
