"""Leaving: the account goes, and everything that leads from what was written to a person.

Votes and stances stay counted, as nobody's. Texts stay as nobody's or go, as the person chose. The caller makes the file of
erasures follow (`erasures.write_list`) once this is committed.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from deliberation.accounts import limits
from deliberation.accounts.actions import DELETED
from deliberation.accounts.addresses import address_hash
from deliberation.accounts.models import Attempt, LoginCode, User, random_key
from deliberation.annotations.models import Annotation, Stance, Status, Vote
from deliberation.database import count_rows, db
from deliberation.declarations.models import Declaration, Invitation, Membership
from deliberation.moderation.models import Assignment, Flag, Handling, Letter, Message, Note, Presence, Seal
from deliberation.notifications import following
from deliberation.notifications.actions import forget_recipient
from deliberation.notifications.models import Subscription
from deliberation.permissions import Permission, Person, Role, require
from deliberation.privacy.erased import note_left
from deliberation.privacy.mentions import replace_name
from deliberation.privacy.models import Erasure, Parting
from deliberation.privacy.taking import take_texts, take_unseen
from deliberation.proposals.models import Cosignature, Resistance
from deliberation.reports.models import ReportPoint
from deliberation.results.models import WorkField

FORMER_STAFF = "Moderation"
"""Under answers and decisions of somebody who moderated and left."""


class AlreadyGone(Exception):
    """The account was ended at the same moment by another sending of the form."""


@dataclass(frozen=True)
class Estate:
    """What somebody would leave behind, as the page says beforehand."""

    contributions: int
    positions: int
    # Declarations that would be without a moderator or organiser.
    orphaned: tuple[str, ...]


def load_estate(user: User) -> Estate:
    """Count before asking."""
    members = [membership.id for membership in user.memberships]
    return Estate(_count_contributions(members), _count_positions(members), tuple(_orphaned(user)))


def leave(user: User, parting: Parting, secret: str) -> Erasure:
    """End one's own account. `secret`: the key that limits were counted with."""
    require(user, Permission.LEAVE)
    return _erase(user, parting, secret)


def erase(operator: Person, user: User, parting: Parting = Parting.KEPT, secret: str = "") -> Erasure:
    """End somebody's account, at her wish or because nobody came any more."""
    require(operator, Permission.MANAGE_ACCOUNTS)
    return _erase(user, parting, secret)


def _erase(user: User, parting: Parting, secret: str) -> Erasure:
    if db.session.scalar(select(User.id).where(User.id == user.id).with_for_update()) is None:
        raise AlreadyGone
    email, members = user.email, list(user.memberships)
    numbers = [membership.id for membership in members]
    erasure = Erasure(
        user_key=user.key,
        parting=parting,
        contributions=_count_contributions(numbers),
        positions=_count_positions(numbers),
    )
    for membership in members:
        (take_texts if parting is Parting.TAKEN else take_unseen)(membership)
        _forget_conversations(membership)
        _put_down_work(membership)
        replace_name(membership, membership.pseudonym, DELETED)
        if membership.signing_name:
            replace_name(membership, membership.signing_name, FORMER_STAFF)
        _make_nobody(membership)
    db.session.flush()
    db.session.execute(delete(Invitation).where(Invitation.address_hash == address_hash(email)))
    db.session.execute(delete(LoginCode).where(LoginCode.user_id == user.id))
    _forget_counts(email, user.key, secret)
    _stop_following(email)
    forget_recipient(email)
    db.session.execute(delete(User).where(User.id == user.id))
    db.session.add(erasure)
    db.session.flush()
    return erasure


def _stop_following(email: str) -> None:
    """What the address follows without the account ends with it."""
    found = db.session.scalars(select(Subscription).where(Subscription.address_hash == address_hash(email))).all()
    note_left(one.key for one in found)
    for one in found:
        following.leave(one)


def _make_nobody(membership: Membership) -> None:
    """Cut the reference. Roles end; what was decided stays decided."""
    was_staff = bool(membership.grants)
    db.session.execute(delete(WorkField).where(WorkField.membership_id == membership.id))
    membership.user = None
    membership.pseudonym = DELETED
    membership.pseudonym_key = random_key()
    membership.key = random_key()
    membership.signing_name = FORMER_STAFF if was_staff else ""
    membership.joined_at = membership.joined_at.replace(hour=0, minute=0, second=0, microsecond=0)
    membership.reviewed_until = membership.paused_until = membership.blocked_until = membership.results_seen_at = None
    membership.uses_keys = membership.is_invited = False
    for grant in list(membership.grants):
        membership.grants.remove(grant)
        db.session.delete(grant)


def _forget_conversations(membership: Membership) -> None:
    """What was between the person and the moderation alone, what the team noted about her words, and what stood there
    before it was redacted: she will not object any more."""
    own = select(Annotation.number).where(Annotation.author_id == membership.id)
    for about in (Message, Seal):
        db.session.execute(delete(about).where(about.annotation_id.in_(own)))
    # What she wrote to others for the team is theirs to keep.
    db.session.execute(update(Message).where(Message.sender_id == membership.id).values(sender_id=None))
    db.session.execute(delete(Letter).where(Letter.member_id == membership.id))
    db.session.execute(delete(Note).where(Note.annotation_id.in_(own)))
    db.session.execute(delete(ReportPoint).where(ReportPoint.author_id == membership.id))
    known = Flag.reporter_id == membership.id
    db.session.execute(update(Flag).where(known).values(name_sealed="", email_sealed="", key=None))


def _put_down_work(membership: Membership) -> None:
    """What she had in hand as a moderator is free for others."""
    db.session.execute(delete(Presence).where(Presence.membership_id == membership.id))
    db.session.execute(delete(Assignment).where(Assignment.membership_id == membership.id))
    for column, fresh in (
        (Handling.holder_id, {"holder_id": None, "held_until": None}),
        (Handling.handed_by_id, {"handed_by_id": None}),
        (Handling.asked_by_id, {"asked_by_id": None, "asked_at": None}),
    ):
        db.session.execute(update(Handling).where(column == membership.id).values(fresh))


def _forget_counts(email: str, key: str, secret: str) -> None:
    """What was counted to keep guessers out: the keys are hashes, but they are about this person."""
    purposes = ("password", "sign-up mail", "sign-in mail", "proof", "second factor", "move mail", "follow mail")
    keys = [limits.gate(secret, purpose, who, ()).key for purpose in purposes for who in (email, key)]
    db.session.execute(delete(Attempt).where(Attempt.key_hash.in_(keys)))


def _count_contributions(members: list[int]) -> int:
    return count_rows(Annotation.number, Annotation.author_id.in_(members), Annotation.status != Status.WITHDRAWN)


def _count_positions(members: list[int]) -> int:
    return (
        count_rows(Vote.id, Vote.voter_id.in_(members))
        + count_rows(Stance.id, Stance.holder_id.in_(members))
        + count_rows(Cosignature.id, Cosignature.signer_id.in_(members))
        + count_rows(Resistance.id, Resistance.rater_id.in_(members))
    )



def _orphaned(user: User) -> list[str]:
    """Titles of declarations in which nobody else has the role."""
    titles = []
    for membership in user.memberships:
        for role in membership.roles - {Role.PARTICIPANT}:
            others = select(Membership.id).where(
                Membership.declaration_id == membership.declaration_id, Membership.id != membership.id, Membership.holds(role)
            )
            if db.session.scalar(others.limit(1)) is None:
                declaration = db.session.get_one(Declaration, membership.declaration_id)
                if declaration.title not in titles:
                    titles.append(declaration.title)
    return titles
