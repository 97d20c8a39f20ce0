"""The archive: what is over leaves the list of what is deliberated, and stays readable under its address."""

from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, hold_text
from deliberation.declarations.record import record
from deliberation.permissions import Permission, Person, require


def archive(organiser: Person, declaration: Declaration) -> bool:
    """Put what is over into the archive; whether it was not there yet."""
    return _move(organiser, declaration, True)


def take_out(organiser: Person, declaration: Declaration) -> bool:
    """Show it among the others again; whether it was in the archive."""
    return _move(organiser, declaration, False)


def _move(organiser: Person, declaration: Declaration, is_wanted: bool) -> bool:
    # Whoever opens it again at this moment is waited for.
    hold_text(declaration)
    db.session.flush()
    db.session.refresh(declaration, ["phase", "archived_on"])
    require(organiser, Permission.ARCHIVE, declaration)
    if (declaration.archived_on is not None) is is_wanted:
        return False
    declaration.archived_on = today() if is_wanted else None
    own = organiser.membership_in(declaration.id)
    record(own, declaration, Act.ARCHIVE, after="archived" if is_wanted else "taken out")
    return True
