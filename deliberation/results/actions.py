"""What looking at results leaves behind."""

from collections.abc import Callable

from sqlalchemy import or_, update

from deliberation.accounts.models import Look, User
from deliberation.accounts.staff_access import note_look
from deliberation.clock import now, today
from deliberation.database import db
from deliberation.declarations.models import Declaration, Membership
from deliberation.permissions import Permission, Person, require
from deliberation.results.filters import Filters
from deliberation.results.writers import names_people


def note_first_look(person: Person, declaration: Declaration, later: Callable[[Callable[[], None]], None]) -> None:
    """Who sees numbers votes with that knowledge afterwards: of a member who sees them for the first time, `later` is given
    what marks it, so that a page can be shown before anything is written."""
    membership = person.membership_in(declaration.id) if person.is_signed_in else None
    if membership is not None and membership.results_seen_at is None:
        later(lambda: mark_results_seen(person, declaration))  # type: ignore[arg-type]


def mark_results_seen(viewer: User, declaration: Declaration) -> None:
    """Remember the first time that a member saw numbers: votes and stances from then on say so.

    Somebody who does not belong to the declaration leaves no mark.
    """
    require(viewer, Permission.READ, declaration)
    db.session.execute(
        update(Membership)
        .where(
            Membership.user_id == viewer.id,
            Membership.declaration_id == declaration.id,
            Membership.results_seen_at.is_(None),
        )
        .values(results_seen_at=now())
    )


def note_names(person: Person, declaration: Declaration, file_format: str, filters: Filters) -> None:
    """Write down that somebody took a file away in which contributions stand under pseudonyms."""
    require(person, Permission.EXPORT, declaration)
    if names_people(file_format, filters):
        note_look(person, Look.NAMES, declaration.slug)


def note_export(person: Person, declaration: Declaration) -> None:
    """Remember the day: whoever wants to delete a declaration sees whether anything of it was kept."""
    require(person, Permission.EXPORT, declaration)
    earlier = or_(Declaration.exported_on.is_(None), Declaration.exported_on < today())
    db.session.execute(
        update(Declaration).where(Declaration.id == declaration.id, earlier).values(exported_on=today()),
        execution_options={"synchronize_session": False},
    )
