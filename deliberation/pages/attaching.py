"""Which events lead to a file: as a picture, as a document of their programme, or in their words."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from deliberation.database import db
from deliberation.pages.models import Event, EventEdition, PageFile, select_events
from deliberation.text import to_names


def load_events_with(file: PageFile) -> list[Event]:
    """The events that attach it as they stand now."""
    if file.declaration is None:
        return []
    return [event for event in db.session.scalars(select_events(file.declaration)) if _leads(to_state(event), file)]


def was_attached(file: PageFile, seen_by_all: bool = False) -> bool:
    """Whether an event attached it once; `seen_by_all`: of what everybody can still read."""
    query = select(EventEdition.state).join(Event, Event.id == EventEdition.event_id)
    query = query.where(Event.declaration_id == file.declaration_id)
    if seen_by_all:
        query = query.where(EventEdition.was_shown, Event.is_shown)
    return any(_leads(state, file) for state in db.session.scalars(query))


OF_EVENT = ("title", "place", "intro", "photos")
OF_ITEM = (
    "day", "starts_at", "ends_at", "title", "speakers", "abstract", "summary", "paragraphs", "files",
)  # fmt: skip


def to_state(event: Event) -> dict[str, Any]:
    """All that was written about it, as it is kept."""
    days = {"first_on": event.first_on.isoformat(), "last_on": event.last_on.isoformat()}
    items = [{name: getattr(item, name) for name in OF_ITEM} for item in event.items]
    return {**days, **{name: getattr(event, name) for name in OF_EVENT}, "items": items}


def _leads(state: Mapping[str, Any], file: PageFile) -> bool:
    return file.id in to_file_ids(state) or (file.name in state["intro"] and file.name in to_names(state["intro"]))


def to_file_ids(state: Mapping[str, Any]) -> Sequence[int]:
    return [*state["photos"], *(number for item in state["items"] for number in item["files"])]
