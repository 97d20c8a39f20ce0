"""What all that puts contributions in order has in common: decided once, on what the moderator saw, one version on."""

from typing import Any

from sqlalchemy import select, update

from deliberation.annotations.models import Annotation, Status
from deliberation.database import db
from deliberation.declarations.models import Membership
from deliberation.moderation.models import Decision, DecisionKind
from deliberation.permissions import Outdated


def find_sent(
    membership: Membership, annotation: Annotation, kind: DecisionKind, version: int, **facts: Any
) -> Decision | None:
    """The same deed by the same person, sent twice from one page."""
    if annotation.version != version + 1:
        return None
    query = select(Decision).where(Decision.annotation_id == annotation.number).order_by(Decision.id.desc())
    latest = db.session.scalars(query.limit(1)).one_or_none()
    if latest is None or (latest.moderator_id, latest.kind) != (membership.id, kind):
        return None
    return latest if all(latest.facts.get(name) == value for name, value in facts.items()) else None


def touch(annotation: Annotation, version: int, **values: Any) -> None:
    """One version on, with these values. Raises Outdated unless it is shown and still what the moderator saw, also if
    somebody decides at the same moment."""
    seen = update(Annotation).where(
        Annotation.number == annotation.number, Annotation.version == version, Annotation.status == Status.VISIBLE
    )
    values["version"] = version + 1
    changed = db.session.execute(seen.values(values), execution_options={"synchronize_session": False})
    db.session.refresh(annotation, ["status", *values])
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Outdated(annotation)


def known_facts(annotation: Annotation) -> dict[str, Any]:
    """What taking any decision back asks for."""
    return {"reviewed": annotation.reviewed_at is not None}
