"""Webhooks of a declaration: made, tried and revoked by its organisers."""

import base64
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from deliberation.annotations.actions import key_about
from deliberation.api.models import Delivery, HookEvent, Webhook
from deliberation.api.targets import read_target
from deliberation.clock import now
from deliberation.database import db, once, rows_changed
from deliberation.declarations.models import Act, Declaration
from deliberation.declarations.record import record
from deliberation.permissions import Permission, Person, require
from deliberation.sealing import seal

MOST = 10
KEEP = timedelta(days=7)
SHOWN = 5
PREFIX = "whsec_"


class TooManyHooks(Exception):
    """A declaration has ten living ones at most."""


@dataclass(frozen=True)
class Wish:
    url: str
    events: Collection[HookEvent]
    form_key: str = ""
    # Development: the own machine may be meant.
    is_local: bool = False


@dataclass(frozen=True)
class HookLine:
    """A webhook with its last messages."""

    hook: Webhook
    deliveries: Sequence[Delivery]


def add(organiser: Person, declaration: Declaration, wish: Wish) -> Webhook:
    """Tell an address what happens from now on. Raises TargetRefused, TooManyHooks."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    read_target(wish.url, wish.is_local)
    own = organiser.membership_in(declaration.id)
    key = key_about(wish.form_key, "webhook", declaration.id, own.id if own else 0)
    same = select(Webhook).where(Webhook.form_key == key)
    if db.session.scalars(same).one_or_none() is None and _count(declaration) >= MOST:
        raise TooManyHooks
    return once(
        same,
        lambda: Webhook(
            declaration_id=declaration.id,
            maker_id=own.id if own else None,
            url=wish.url,
            secret_sealed=seal(PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()),
            events=[event.value for event in HookEvent if event in wish.events and event is not HookEvent.TEST],
            form_key=key,
        ),
        lambda _hook: record(own, declaration, Act.WEBHOOK, after="made"),
    )


def _count(declaration: Declaration) -> int:
    alive = (Webhook.declaration_id == declaration.id, Webhook.revoked_at.is_(None))
    return db.session.scalar(select(func.count(Webhook.id)).where(*alive)) or 0


def load(organiser: Person, declaration: Declaration) -> list[HookLine]:
    """Those that are not revoked, the newest first, each with its last messages."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    alive = (Webhook.declaration_id == declaration.id, Webhook.revoked_at.is_(None))
    hooks = db.session.scalars(select(Webhook).where(*alive).order_by(Webhook.id.desc())).all()
    last = select(Delivery).order_by(Delivery.id.desc()).limit(SHOWN)
    return [HookLine(hook, db.session.scalars(last.where(Delivery.webhook_id == hook.id)).all()) for hook in hooks]


def find(organiser: Person, declaration: Declaration, key: str) -> Webhook | None:
    """One of this declaration's that is not revoked."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    here = (Webhook.declaration_id == declaration.id, Webhook.key == key, Webhook.revoked_at.is_(None))
    return db.session.scalars(select(Webhook).where(*here).with_for_update(of=Webhook)).one_or_none()


def revoke(organiser: Person, hook: Webhook) -> None:
    """Tell it nothing more; what waits is not sent."""
    require(organiser, Permission.CHANGE_SETTINGS, hook.declaration)
    hook.revoked_at = now()
    db.session.execute(delete(Delivery).where(Delivery.webhook_id == hook.id, Delivery.settled_at.is_(None)))
    record(organiser.membership_in(hook.declaration_id), hook.declaration, Act.WEBHOOK, after="revoked")


def send_test(organiser: Person, hook: Webhook) -> Delivery:
    """Send something that says nothing, within seconds; one that was given up gets another chance. A second one only once the
    first is settled."""
    require(organiser, Permission.CHANGE_SETTINGS, hook.declaration)
    hook.gave_up_at = None
    waits = (Delivery.webhook_id == hook.id, Delivery.event == HookEvent.TEST, Delivery.settled_at.is_(None))
    waiting = db.session.scalars(select(Delivery).where(*waits)).first()
    if waiting is not None:
        return waiting
    made = Delivery(webhook_id=hook.id, event=HookEvent.TEST, cause=f"test-{secrets.token_hex(8)}")
    db.session.add(made)
    db.session.flush()
    return made


def forget_hooks(moment: datetime) -> int:
    """Retention: what was sent a week ago, and what was revoked a week ago."""
    sent = rows_changed(delete(Delivery).where(Delivery.created_at <= moment - KEEP))
    return sent + rows_changed(delete(Webhook).where(Webhook.revoked_at <= moment - KEEP))
