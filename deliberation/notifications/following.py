"""Being told by mail without an account: asked for, confirmed by the address itself, changed and left by the links in each mail.

Of the address there is nothing but what stands in the row: leaving takes it out of everywhere. Links say whose row it is by a
word that this site alone can make and read (`sealing.handle`), so each mail can carry them and the tables need not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select

from deliberation.accounts import actions as accounts
from deliberation.accounts.addresses import address_hash
from deliberation.accounts.models import User, load_user, random_key
from deliberation.clock import now
from deliberation.database import count_rows, db, once, rows_changed
from deliberation.declarations.models import Declaration, Thesis
from deliberation.moderation.records.merging import Merged, merge_small
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.interests import MORNING, PACES, choose, latest_place, load_interests, next_slot
from deliberation.notifications.models import Mail, Pace, Rhythm, Subscription, Topic
from deliberation.permissions import Guest, Permission, Person, may, require
from deliberation.sealing import handle, read_handle, seal

TEXT_VERSION = "1"
"""Of the words beside the form (`templates/follow/form.html`) and in the mail that asks; raise it when they change."""
CONFIRM_DAYS = 7
CONFIRM, ALREADY = "follow_confirm", "follow_already"
CAUSE = "subscription"
"""What the cause of every mail about a subscription begins with, followed by its id: `subscription:7:…`."""
PACE = {Rhythm.MILESTONES: Pace.AT_ONCE, Rhythm.WEEKLY: Pace.WEEKLY, Rhythm.DAILY: Pace.DAILY}
FOLLOW, MAILS = "follow", "mails"


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be told, how often and in which language. `theses`: ids; none for the whole declaration."""

    rhythm: Rhythm = Rhythm.WEEKLY
    theses: Sequence[int] = ()
    locale: str = "de"


def ask(person: Person, declaration: Declaration, address: str, wish: Wish) -> Subscription:
    """Ask in the name of an address, as `clean_address` spells it, whose owner decides. One mail goes into the outbox: with the
    link that confirms, or, to whoever follows already, with the one that changes it; nothing of hers changes."""
    require(person, Permission.FOLLOW, declaration)
    same = select(Subscription).where(
        Subscription.declaration_id == declaration.id, Subscription.address_hash == address_hash(address)
    )
    subscription = once(same, lambda: _asked_for(declaration, address))
    if not subscription.is_confirmed:
        _apply(subscription, wish)
        # The proof is about what was asked for last, and the week runs from then.
        subscription.requested_at, subscription.text_version = now(), TEXT_VERSION
    db.session.flush()
    queue_mail(
        address, f"{CAUSE}:{subscription.id}:ask:{random_key()}", ALREADY if subscription.is_confirmed else CONFIRM,
        {"token": subscription_token(subscription), "title": declaration.title}, wish.locale,
    )  # fmt: skip
    return subscription


def _asked_for(declaration: Declaration, address: str) -> Subscription:
    return Subscription(
        declaration=declaration, rhythm=Rhythm.WEEKLY, key=random_key(), text_version=TEXT_VERSION,
        address_hash=address_hash(address), address_sealed=seal(address),
    )  # fmt: skip


def _apply(subscription: Subscription, wish: Wish) -> None:
    known = {thesis.id for thesis in load_theses(subscription.declaration)}
    chosen = sorted(known & set(wish.theses))
    subscription.theses = [] if len(chosen) == len(known) else chosen
    subscription.rhythm, subscription.locale = wish.rhythm, wish.locale


def is_live(subscription: Subscription) -> bool:
    """Whether it is confirmed or still can be."""
    return subscription.is_confirmed or subscription.requested_at > now() - timedelta(days=CONFIRM_DAYS)


def confirm(subscription: Subscription) -> None:
    """The address itself says yes: from now on it is told what is new from now on. A second time changes nothing."""
    require(Guest(), Permission.FOLLOW, subscription.declaration)
    if subscription.is_confirmed or not is_live(subscription):
        return
    subscription.confirmed_at, subscription.mark = now(), latest_place()
    subscription.due_at = next_slot(PACE[subscription.rhythm], MORNING, now())
    db.session.flush()


def change(subscription: Subscription, wish: Wish) -> None:
    """Other theses, rhythm or language. What was not told so far comes with the next mail."""
    require(Guest(), Permission.FOLLOW, subscription.declaration)
    before = subscription.rhythm
    _apply(subscription, wish)
    if subscription.is_confirmed and subscription.rhythm is not before:
        subscription.due_at = next_slot(PACE[subscription.rhythm], MORNING, now())
    db.session.flush()


def leave(subscription: Subscription) -> None:
    """End it. The row goes, and so do mails about it and, unless the address has other business here, all that were sent to
    it. So that no backup brings it back, the caller notes its key before (`privacy.erased.note_left`).

    What was counted against filling a mailbox stays for its day: else leaving would be the way round it."""
    number, found = subscription.id, subscription.address_hash
    db.session.execute(delete(Subscription).where(Subscription.id == number))
    db.session.expunge(subscription)
    others = select(Subscription.id).where(Subscription.address_hash == found).exists()
    has_account = select(User.id).where(User.address_hash == found).exists()
    about_it = Mail.cause.like(f"{CAUSE}:{number}:%")
    is_over = and_(Mail.sent_at.is_not(None), ~others, ~has_account)
    db.session.execute(delete(Mail).where(Mail.recipient_hash == found, or_(about_it, is_over)))


def forget_unconfirmed(moment: datetime, days: int = CONFIRM_DAYS) -> int:
    """Retention: what no address said yes to; how many. Mails about it go too."""
    old = (Subscription.confirmed_at.is_(None), Subscription.requested_at <= moment - timedelta(days=days))
    for number, found in db.session.execute(select(Subscription.id, Subscription.address_hash).where(*old)).all():
        about_it = Mail.cause.like(f"{CAUSE}:{number}:%")
        db.session.execute(delete(Mail).where(Mail.recipient_hash == found, about_it))
    return rows_changed(delete(Subscription).where(*old))


def subscription_token(subscription: Subscription) -> str:
    """What its links carry: always the same, dead when the row is gone."""
    return handle(FOLLOW, subscription.key)


def is_token(token: str) -> bool:
    """Whether we made it, whatever became of the row."""
    return read_handle(FOLLOW, token) is not None


def find_by_token(token: str) -> Subscription | None:
    """Whose links carry it."""
    key = read_handle(FOLLOW, token)
    if key is None:
        return None
    return db.session.scalars(select(Subscription).where(Subscription.key == key)).one_or_none()


def load_theses(declaration: Declaration) -> list[Thesis]:
    """Those that can be chosen, in their order."""
    here = Thesis.declaration_id == declaration.id, Thesis.removed_in_id.is_(None)
    return list(db.session.scalars(select(Thesis).where(*here).order_by(Thesis.position)))


def count_followers(organiser: Person, declaration: Declaration) -> Merged[str]:
    """How many confirmed, as it may be printed: none, or five and more. Whoever they are, nobody sees."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    here = Subscription.declaration_id == declaration.id, Subscription.confirmed_at.is_not(None)
    [merged] = merge_small([("followers", count_rows(Subscription.id, *here))])
    return merged


def may_still(subscription: Subscription) -> bool:
    """Whether everybody may read the declaration; else nothing is told of it, not even its title."""
    return may(Guest(), Permission.FOLLOW, subscription.declaration)


# --- links in the mails of accounts ---


def account_token(user: User) -> str:
    """What the links in the mails of an account carry: good for how often it is told what, and for nothing else. It ends with
    the address and with the secret addresses of feeds."""
    return handle(MAILS, f"{user.key} {_state(user)}")


def find_account(token: str) -> User | None:
    """Whose mails carry it."""
    key, _space, state = (read_handle(MAILS, token) or "").partition(" ")
    number = db.session.scalar(select(User.id).where(User.key == key)) if key else None
    user = load_user(number) if number else None
    return user if user is not None and _state(user) == state else None


def _state(user: User) -> str:
    return f"{user.address_hash[:16]} {user.feed_version}"


def choose_paces(user: User, wanted: dict[Topic, Pace]) -> None:
    """How often it is told about these; hours stay. Raises ValueError for a pace that cannot be chosen."""
    present = load_interests(user)
    for topic, pace in wanted.items():
        choose(user, topic, pace, present[topic][1])


def stop(user: User) -> None:
    """No mail about anything new, nor about dates; what the moderation decides about her own words she still hears."""
    choose_paces(user, {topic: Pace.NEVER for topic in PACES if topic is not Topic.DECISIONS})
    accounts.choose_dates(user, False)
