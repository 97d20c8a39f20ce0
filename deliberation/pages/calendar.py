"""An event for people's own calendars (iCalendar, RFC 5545)."""

from datetime import UTC, datetime, time, timedelta

from deliberation.clock import BERLIN
from deliberation.pages.models import Event
from deliberation.text import excerpt

OCTETS = 75
"""A longer line is folded (RFC 5545, 3.1)."""
WORDS = 400


def to_calendar(event: Event, address: str, host: str) -> str:
    """From the first hour of the programme to the last; whole days where one of them is not said. `address` is that of its page.
    The same for everybody, and another only when the event is: its stamp is the day it was changed."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//deliberation//DE", "METHOD:PUBLISH", "BEGIN:VEVENT",
        f"UID:event-{event.declaration.slug}-{event.address}@{host}", f"DTSTAMP:{event.changed_on:%Y%m%d}T000000Z",
        f"SEQUENCE:{event.edition}", *_span(event), f"SUMMARY:{_escaped(event.title)}",
        *([f"LOCATION:{_escaped(event.place)}"] if event.place else []),
        *([f"DESCRIPTION:{_escaped(excerpt(event.intro, WORDS))}"] if event.intro else []),
        f"URL:{address}", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _span(event: Event) -> list[str]:
    last = (event.last_on - event.first_on).days
    begins = min((item.starts_at for item in event.items if item.day == 0), default="")
    ends = max((item.ends_at for item in event.items if item.day == last), default="")
    latest = max((item.starts_at for item in event.items if item.day == last), default="")
    if not begins or not ends or latest >= ends:
        return [
            f"DTSTART;VALUE=DATE:{event.first_on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.last_on + timedelta(days=1):%Y%m%d}",
        ]
    return [f"DTSTART:{_moment(event, 0, begins)}", f"DTEND:{_moment(event, last, ends)}"]


def _moment(event: Event, day: int, hour: str) -> str:
    when = datetime.combine(event.first_on + timedelta(days=day), time.fromisoformat(hour), BERLIN)
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(words: str) -> str:
    for sign in ("\\", ";", ","):
        words = words.replace(sign, f"\\{sign}")
    return words.replace("\n", "\\n")


def _folded(line: str) -> str:
    """No sign is cut in two."""
    rows, row = [], b""
    for sign in line:
        if len(row) + len(sign.encode()) > OCTETS:
            rows.append(row)
            row = b" "
        row += sign.encode()
    return "\r\n".join(one.decode() for one in [*rows, row])
