"""Taking another mail address: the new one has to answer, the old one is told and can stop it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from deliberation.accounts import sessions
from deliberation.accounts.actions import Letter, hash_secret
from deliberation.accounts.addresses import address_hash
from deliberation.accounts.models import LoginCode, Purpose, User, load_user, random_key
from deliberation.clock import now
from deliberation.database import db, rows_changed
from deliberation.sealing import seal, unseal

LINK_MINUTES = 60


def ask_to_move(user: User, address: str) -> list[Letter]:
    """Letters to both addresses; nothing changes yet. To an address that has an account goes another letter, so that the
    page tells nobody whether it has."""
    forget_moves(user)
    is_taken = db.session.scalar(select(User.id).where(User.address_hash == address_hash(address))) is not None
    letters = []
    for purpose, recipient, template in (
        (Purpose.MOVE, address, "address_taken" if is_taken else "address_new"),
        (Purpose.STOP_MOVE, user.email, "address_old"),
    ):
        token = random_key()
        entry = LoginCode(
            user_id=None if purpose is Purpose.MOVE and is_taken else user.id,
            purpose=purpose,
            browser="",
            code_hash="",
            token_hash=hash_secret(token),
            address_sealed=seal(address),
            # The state it changes: once the address is another one, an old link changes nothing.
            state=user.address_hash,
            expires_at=now() + timedelta(minutes=LINK_MINUTES),
        )
        db.session.add(entry)
        db.session.flush()
        letters.append(Letter(recipient, template, f"move-{entry.id}", {"token": token}))
    return letters


def find_move(token: str, purpose: Purpose) -> LoginCode | None:
    """What a mailed link would do, if it is still good."""
    query = select(LoginCode).where(LoginCode.token_hash == hash_secret(token), LoginCode.purpose == purpose)
    return db.session.scalars(query.where(*_live())).one_or_none()


def move(token: str) -> tuple[User, str, str] | None:
    """Take the new address: the account, the old and the new one. Every session and every other link ends."""
    entry = find_move(token, Purpose.MOVE)
    if entry is None or not _spend(entry):
        return None
    user = load_user(entry.user_id or 0)
    if user is None or user.address_hash != entry.state:
        return None
    before, address = user.email, unseal(entry.address_sealed)
    try:
        with db.session.begin_nested():
            user.email = address
            db.session.flush()
    except IntegrityError:
        # Somebody has signed up with it meanwhile.
        db.session.refresh(user)
        return None
    user.confirmed_at = now()
    db.session.execute(delete(LoginCode).where(LoginCode.user_id == user.id))
    sessions.end_all(user)
    return user, before, address


def stop_move(token: str) -> User | None:
    """It was somebody else: the links are void and everybody is signed out."""
    entry = find_move(token, Purpose.STOP_MOVE)
    if entry is None or not _spend(entry):
        return None
    user = load_user(entry.user_id or 0)
    if user is not None:
        forget_moves(user)
        sessions.end_all(user)
    return user


def forget_moves(user: User) -> None:
    """Only the last wish counts."""
    moves = LoginCode.purpose.in_((Purpose.MOVE, Purpose.STOP_MOVE))
    db.session.execute(delete(LoginCode).where(LoginCode.user_id == user.id, moves))


def _live() -> tuple[Any, ...]:
    return LoginCode.used_at.is_(None), LoginCode.expires_at > now(), LoginCode.user_id.is_not(None)


def _spend(entry: LoginCode) -> bool:
    spent = update(LoginCode).where(LoginCode.id == entry.id, LoginCode.used_at.is_(None)).values(used_at=now())
    return rows_changed(spent) == 1
