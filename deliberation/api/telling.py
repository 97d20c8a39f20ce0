"""What webhooks are told: pulled from what has happened, made into words when it is sent, signed, and tried again for a day.

Signed as in Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.content`.
"""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from deliberation.annotations.models import Annotation, Outcome, find_annotation
from deliberation.annotations.threads import may_be_passed_on
from deliberation.api.hooks import PREFIX
from deliberation.api.models import Delivery, HookEvent, Webhook
from deliberation.api.rendering import to_day
from deliberation.database import db
from deliberation.declarations.models import Act, Edition, LogEntry
from deliberation.results.addresses import Addresses

LOOK_BACK = timedelta(days=3)
"""Older events are not told any more; the log of what was sent lasts longer, so nothing is told twice."""
AT_ONCE = 100
WAITS = (10, 60, 300, 1800, 7200, 18000, 36000)
"""Seconds after each failure; about 17 hours, and the last try is within a day."""
PATIENCE = timedelta(hours=24)


def find_news(moment: datetime) -> list[Delivery]:
    """What has to be told to whom and is not written down yet; takes no lock."""
    alive = select(Webhook).where(Webhook.revoked_at.is_(None), Webhook.gave_up_at.is_(None))
    return [one for hook in db.session.scalars(alive).all() for one in _missing(hook, moment)]


def pull(news: list[Delivery]) -> None:
    """Write it down. Each thing once for each webhook, by a unique key."""
    db.session.add_all(news)
    db.session.flush()


def _missing(hook: Webhook, moment: datetime) -> Iterator[Delivery]:
    for event, name, number, query in _sources(hook, max(hook.created_at, moment - LOOK_BACK)):
        if event.value not in hook.events:
            continue
        told = select(Delivery.subject).where(Delivery.webhook_id == hook.id, Delivery.event == event)
        for found in db.session.scalars(query.where(number.not_in(told)).order_by(number).limit(AT_ONCE)):
            yield Delivery(webhook_id=hook.id, event=event, cause=f"{name}-{found}", subject=found, due_at=moment)


def _sources(hook: Webhook, since: datetime) -> Iterator[tuple[HookEvent, str, Any, Any]]:
    """By kind of event what has happened since: what it is called, its number, and the numbers. What was said before is not
    old news told late."""
    here, shown = Annotation.declaration_id == hook.declaration_id, may_be_passed_on(hook.declaration)
    seen = func.coalesce(Annotation.reviewed_at, Annotation.created_at) >= since
    published = select(Annotation.number).where(here, shown, seen, Annotation.created_at >= since - LOOK_BACK)
    yield HookEvent.ANNOTATION_PUBLISHED, "annotation", Annotation.number, published
    outcomes = select(Outcome.id).join(Annotation, Annotation.number == Outcome.annotation_id)
    yield HookEvent.ANNOTATION_OUTCOME, "outcome", Outcome.id, outcomes.where(here, shown, Outcome.decided_at >= since)
    phase = LogEntry.declaration_id == hook.declaration_id, LogEntry.act == Act.PHASE, LogEntry.at >= since
    yield HookEvent.PHASE_CHANGED, "log", LogEntry.id, select(LogEntry.id).where(*phase)
    edition = Edition.declaration_id == hook.declaration_id, Edition.published_at >= since
    yield HookEvent.EDITION_PUBLISHED, "edition", Edition.number, select(Edition.number).where(*edition)


def find_due(moment: datetime) -> Delivery | None:
    due = (Delivery.settled_at.is_(None), Delivery.due_at <= moment)
    alive = (Webhook.revoked_at.is_(None), Webhook.gave_up_at.is_(None))
    query = select(Delivery).join(Delivery.webhook).where(*due, *alive).order_by(Delivery.due_at, Delivery.id).limit(1)
    return db.session.scalars(query).first()


def to_content(delivery: Delivery, site: str) -> bytes:
    """Numbers and links; of an annotation the words only if somebody of the moderation has looked at them and everybody may
    read them at this moment."""
    at, hook = Addresses(site), delivery.webhook
    found: dict[str, Any] = {
        "type": delivery.event.value,
        "timestamp": f"{to_day(delivery.created_at)}T00:00:00Z",
        "data": {
            "declaration": hook.declaration.slug,
            "url": at.declaration(hook.declaration.slug),
            **_data(delivery, at),
        },
    }
    return json.dumps(found, ensure_ascii=False).encode()


def _data(delivery: Delivery, at: Addresses) -> dict[str, Any]:
    declaration = delivery.webhook.declaration
    match delivery.event:
        case HookEvent.ANNOTATION_PUBLISHED:
            return _annotation(delivery.subject, at)
        case HookEvent.ANNOTATION_OUTCOME:
            said = db.session.get(Outcome, delivery.subject)
            return {**_annotation(said.annotation_id, at), "outcome": said.value.value} if said else {}
        case HookEvent.PHASE_CHANGED:
            return {"phase": declaration.phase.value}
        case HookEvent.EDITION_PUBLISHED:
            return {
                "edition": delivery.subject,
                "edition_url": f"{at.declaration(declaration.slug)}/editions/{delivery.subject}",
            }
        case _:
            return {}


def _annotation(number: int, at: Addresses) -> dict[str, Any]:
    annotation = find_annotation(number)
    if annotation is None or not annotation.is_visible:
        return {}
    found = {"annotation": number, "annotation_url": at.annotation(annotation.declaration.slug, number)}
    return {**found, "body": annotation.body} if annotation.reviewed_at is not None else found


def to_headers(delivery: Delivery, content: bytes, moment: datetime) -> dict[str, str]:
    stamp, number = str(int(moment.timestamp())), f"msg_{delivery.key}"
    key = base64.b64decode(delivery.webhook.secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{number}.{stamp}.".encode() + content, "sha256").digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "deliberation-webhook/1",
        "webhook-id": number,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def note_result(number: int, status: int | None, moment: datetime) -> None:
    """What became of a message, unless its webhook was revoked meanwhile: delivered, to be tried again, or given up after a
    day; then the webhook is told nothing more until somebody tries it."""
    if db.session.scalar(select(Delivery.id).where(Delivery.id == number)) is None:
        return
    delivery = db.session.get_one(Delivery, number)
    delivery.tries, delivery.status = delivery.tries + 1, status
    if delivery.is_delivered or delivery.event is HookEvent.TEST:
        delivery.settled_at = moment
    elif delivery.tries > len(WAITS) or moment - delivery.created_at >= PATIENCE:
        delivery.settled_at = moment
        delivery.webhook.gave_up_at = moment
    else:
        delivery.due_at = moment + timedelta(seconds=WAITS[delivery.tries - 1])
    db.session.flush()
