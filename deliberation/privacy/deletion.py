"""Deleting a whole declaration: asked for by one person, confirmed by another, done seven days later.

Accounts stay, and so does the address with the day, so that it is not given away again. Everything else that belongs to
it goes: which tables that are says the schema.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Table, delete, or_, select, update

from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation, Status
from deliberation.clock import now, today
from deliberation.database import count_rows, db, once
from deliberation.declarations.models import (
    Act,
    Declaration,
    GoneDeclaration,
    Invitation,
    Membership,
    hold_text,
)
from deliberation.declarations.record import record
from deliberation.moderation.models import LETTERS_WAIT, Flag, Letter
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.following import CAUSE as FOLLOWING
from deliberation.notifications.interests import SOMETIME, wants
from deliberation.notifications.models import Mail, Subscription, Topic
from deliberation.notifications.pulling import ENDING
from deliberation.permissions import Access, Permission, Person, Role, require
from deliberation.privacy.models import Deletion

DAYS = 7
"""Between the confirmation and the deed: time to object, and to take a file along."""
AT_ONCE = 500


def find_deletion(declaration: Declaration) -> Deletion | None:
    """What was asked for, confirmed or not."""
    return db.session.scalars(select(Deletion).where(Deletion.declaration_id == declaration.id)).one_or_none()


def other_organisers(organiser: Person, declaration: Declaration) -> int:
    """How many others could confirm, the operator aside."""
    own = organiser.membership_in(declaration.id)
    others = [Membership.id != own.id] if own else []
    here = Membership.declaration_id == declaration.id, Membership.user_id.is_not(None), Membership.holds(Role.ORGANISER)
    return count_rows(Membership.id, *here, *others)


def ask(organiser: Person, declaration: Declaration) -> Deletion:
    """Ask for the deletion; a second time changes nothing."""
    hold_text(declaration)
    require(organiser, Permission.ASK_DELETION, declaration)
    own = organiser.membership_in(declaration.id)
    return once(
        select(Deletion).where(Deletion.declaration_id == declaration.id),
        lambda: Deletion(declaration=declaration, asker_id=own.id, asked_at=now()),
        lambda _made: record(own, declaration, Act.DELETE, after="asked"),
    )


def confirm(person: Person, declaration: Declaration, site_locale: str = "de") -> Deletion | None:
    """Confirm what somebody else asked for, and tell everybody who wrote. From then on it is a matter of days.

    None: it was taken back meanwhile. A second time changes nothing."""
    hold_text(declaration)
    found = _find_now(declaration)
    if found is None:
        return None
    require(person, Permission.CONFIRM_DELETION, found)
    if found.confirmed_at is not None:
        return found
    own = person.membership_in(declaration.id)
    found.confirmed_at, found.confirmer_id = now(), own.id if own else None
    declaration.delete_on = today() + timedelta(days=DAYS)
    record(own, declaration, Act.DELETE, before="asked", after="confirmed")
    db.session.flush()
    _tell(found, declaration, site_locale)
    return found


def take_back(organiser: Person, declaration: Declaration) -> bool:
    """Let it be; whether there was anything to take back."""
    hold_text(declaration)
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    found = _find_now(declaration)
    if found is None:
        return False
    before = "confirmed" if found.confirmed_at else "asked"
    db.session.delete(found)
    declaration.delete_on = None
    record(organiser.membership_in(declaration.id), declaration, Act.DELETE, before=before, after="taken back")
    db.session.flush()
    return True


def _find_now(declaration: Declaration) -> Deletion | None:
    """As it is now that nobody else can change it."""
    same = select(Deletion).where(Deletion.declaration_id == declaration.id)
    return db.session.scalars(same.execution_options(populate_existing=True)).one_or_none()


def _tell(deletion: Deletion, declaration: Declaration, site_locale: str) -> None:
    """A mail to everybody who wrote here and wants letters, half an hour later: what was taken back by then is not sent
    (`notifications.pulling`)."""
    wrote = select(Annotation.author_id).where(
        Annotation.declaration_id == declaration.id, Annotation.status != Status.WITHDRAWN
    )
    people = select(User).join(Membership, Membership.user_id == User.id).where(
        Membership.id.in_(wrote), wants(Topic.DECISIONS, *SOMETIME), User.confirmed_at.is_not(None)
    )  # fmt: skip
    words = {
        "declaration": declaration.id,
        "slug": declaration.slug,
        # Mailboxes have other readers.
        "title": "" if declaration.access is Access.PRIVATE else declaration.title,
    }
    for user in db.session.scalars(people).unique().all():
        queue_mail(
            user.email, f"{ENDING}:{deletion.id}", ENDING, words, user.locale or site_locale, now() + LETTERS_WAIT
        )


def find_due(day: date) -> Sequence[Declaration]:
    """What was confirmed and whose day has come."""
    confirmed = select(Deletion.declaration_id).where(Deletion.confirmed_at.is_not(None))
    return db.session.scalars(
        select(Declaration).where(Declaration.delete_on <= day, Declaration.id.in_(confirmed))
    ).all()


def remove_due(day: date) -> int:
    """Carry out what is due; how many declarations went. The caller commits."""
    removed = 0
    for declaration in find_due(day):
        hold_text(declaration)
        found = _find_now(declaration)
        # An organiser took it back at the last moment.
        if found is not None and found.confirmed_at is not None:
            remove(declaration)
            removed += 1
    return removed


def remove(declaration: Declaration) -> None:
    """Delete every row that belongs to the declaration, and the mails about it that wait. For the job, and for a restored
    backup (`erasures.replay`)."""
    number, slug = declaration.id, declaration.slug
    db.session.flush()
    _call_back_mails(number)
    tables = _belonging()
    for table in tables:
        # Keys that point in a circle.
        for key in table.foreign_keys:
            if key.use_alter:
                db.session.execute(update(table).where(_is_of(table, number)).values({key.parent.name: None}))
    for table in reversed(tables):
        db.session.execute(delete(table).where(_is_of(table, number)))
    db.session.expunge_all()
    once(
        select(GoneDeclaration).where(GoneDeclaration.slug == slug), lambda: GoneDeclaration(slug=slug, gone_on=today())
    )


def _belonging() -> list[Table]:
    """The tables whose rows belong to a declaration, those that are pointed at first."""
    return [table for table in db.metadata.sorted_tables if table.name == "declaration" or _way(table) is not None]


def _way(table: Table) -> tuple[str, Table] | None:
    """The column that leads to the declaration, by the shortest way: its own, or that of what the row is a part of. A row
    has one owner; what a column may leave empty leads nowhere for sure, except to the declaration itself."""
    best: tuple[int, str, Table] | None = None
    for key in table.foreign_keys:
        target = key.column.table
        if target is table or (key.parent.nullable and target.name != "declaration"):
            continue
        steps = 0 if target.name == "declaration" else _length(target)
        if steps is not None and (best is None or (steps, key.parent.name) < best[:2]):
            best = steps, key.parent.name, target
    return best[1:] if best else None


def _length(table: Table) -> int | None:
    way = _way(table)
    if way is None:
        return None
    rest = 0 if way[1].name == "declaration" else _length(way[1])
    return None if rest is None else rest + 1


def _is_of(table: Table, number: int) -> ColumnElement[bool]:
    if table.name == "declaration":
        return table.c.id == number
    way = _way(table)
    assert way is not None
    name, target = way
    if target.name == "declaration":
        return table.c[name] == number
    [primary] = target.primary_key.columns
    return table.c[name].in_(select(primary).where(_is_of(target, number)))


def _call_back_mails(number: int) -> None:
    """What waits in the outbox about it: nobody can look it up any more. What was sent is empty already."""
    dates = Mail.cause.like(f"reminder:{number}:%") | Mail.cause.like(f"dates:{number}:%")
    dates |= Mail.cause.like(f"report:{number}:%")
    db.session.execute(delete(Mail).where(Mail.sent_at.is_(None), dates))
    notes = select(Annotation.number).where(Annotation.declaration_id == number)
    members = select(Membership.id).where(Membership.declaration_id == number)
    causes = [
        f"invitation-{one}"
        for one in db.session.scalars(select(Invitation.id).where(Invitation.declaration_id == number))
    ]
    causes += [f"letter:{one}" for one in db.session.scalars(select(Letter.id).where(Letter.member_id.in_(members)))]
    causes += [
        f"{ENDING}:{one}" for one in db.session.scalars(select(Deletion.id).where(Deletion.declaration_id == number))
    ]
    for start in range(0, len(causes), AT_ONCE):
        db.session.execute(delete(Mail).where(Mail.sent_at.is_(None), Mail.cause.in_(causes[start : start + AT_ONCE])))
    followers = db.session.scalars(select(Subscription.id).where(Subscription.declaration_id == number)).all()
    for one in followers:
        about_it = Mail.cause.like(f"{FOLLOWING}:{one}:%")
        db.session.execute(delete(Mail).where(Mail.sent_at.is_(None), about_it))
    flags = list(db.session.scalars(select(Flag.id).where(Flag.annotation_id.in_(notes))))
    for start in range(0, len(flags), AT_ONCE // 5):
        some = flags[start : start + AT_ONCE // 5]
        begun = [Mail.cause.like(f"flag:{one}:%") | (Mail.cause == f"flag:{one}") for one in some]
        db.session.execute(delete(Mail).where(Mail.sent_at.is_(None), or_(*begun)))
