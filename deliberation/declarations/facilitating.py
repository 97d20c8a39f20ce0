"""Personal links for those who lead a table in a room: for one day, without an account."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update

from deliberation.clock import now, to_day, today
from deliberation.database import db, once, rows_changed
from deliberation.declarations.models import Act, Declaration, TableLink
from deliberation.declarations.record import record
from deliberation.permissions import Permission, Person, require
from deliberation.sealing import keyed_hash, seed

LENGTH = 32
"""Hexadecimal digits: 128 bits."""
AHEAD = timedelta(days=365)
MOST = 100
"""Tables of one declaration that are kept at once."""
KEEP = timedelta(days=30)


class DayInvalid(Exception):
    """A table meets today at the earliest and in a year at the latest."""


class TooManyTables(Exception):
    """There are MOST of them."""


def make_link(organiser: Person, declaration: Declaration, name: str, day: date, form_key: str = "") -> str:
    """The secret part of a link, shown this once. The same form sent again gets the same one. Raises DayInvalid,
    TooManyTables."""
    require(organiser, Permission.INVITE, declaration)
    if not today() <= day <= today() + AHEAD:
        raise DayInvalid
    own = organiser.membership_in(declaration.id)
    secret = seed("table link", form_key, declaration.id, own.id if own else 0, name, day.isoformat())[:LENGTH]
    same = select(TableLink).where(TableLink.secret_hash == _hash(secret))
    count = select(func.count(TableLink.id)).where(TableLink.declaration_id == declaration.id, *_is_ahead())
    if db.session.scalars(same).one_or_none() is None and (db.session.scalar(count) or 0) >= MOST:
        raise TooManyTables
    once(
        same,
        lambda: TableLink(declaration_id=declaration.id, name=name, day=day, secret_hash=_hash(secret)),
        lambda _link: record(own, declaration, Act.TABLE, after="made"),
    )
    return secret


def revoke(organiser: Person, declaration: Declaration, key: str) -> bool:
    """End a link before its day is over; whether there was one."""
    require(organiser, Permission.INVITE, declaration)
    here = TableLink.declaration_id == declaration.id, TableLink.key == key, TableLink.revoked_at.is_(None)
    # The row stays: sent once more, the old form must not bring the old secret back.
    ended = rows_changed(update(TableLink).where(*here).values(revoked_at=now())) == 1
    if ended:
        record(organiser.membership_in(declaration.id), declaration, Act.TABLE, after="revoked")
    return ended


def find_link(secret: str) -> TableLink | None:
    """The table behind a link, on its day. Unknown, early, ended and revoked ones look the same."""
    found = select(TableLink).where(TableLink.secret_hash == _hash(secret), TableLink.day == today())
    link = db.session.scalars(found.where(TableLink.revoked_at.is_(None))).one_or_none()
    # A draft has a link of its own (`showing`).
    return link if link is not None and not link.declaration.is_draft else None


def load_links(organiser: Person, declaration: Declaration) -> Sequence[TableLink]:
    """By day, the next one first."""
    require(organiser, Permission.INVITE, declaration)
    here = select(TableLink).where(TableLink.declaration_id == declaration.id, *_is_ahead())
    return db.session.scalars(here.order_by(TableLink.day, TableLink.id)).all()


def forget_past_tables(moment: datetime) -> int:
    """Retention: a month after its day nobody needs to know of a link."""
    return rows_changed(delete(TableLink).where(TableLink.day < to_day(moment - KEEP)))


def _is_ahead() -> tuple[ColumnElement[bool], ...]:
    return TableLink.day >= today(), TableLink.revoked_at.is_(None)


def _hash(secret: str) -> str:
    return keyed_hash("table link", secret)
