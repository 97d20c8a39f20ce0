"""Pages by key: where one stopped, packed so that nobody builds on what is inside."""

import base64
from dataclasses import dataclass

from deliberation.annotations.models import NUMBER_MAX
from deliberation.api.operations import LIMIT, LIMIT_MAX
from deliberation.problems import Refusal


@dataclass(frozen=True)
class Window:
    """What of a list is wanted: so many, after this number (0: from the beginning)."""

    after: int = 0
    limit: int = LIMIT


def read_window(cursor: str | None, limit: str | None) -> Window:
    """From an address. Raises Refusal for a cursor that is none of ours and a limit that is no number."""
    return Window(_read_cursor(cursor), _read_limit(limit))


def _read_limit(limit: str | None) -> int:
    if limit is None:
        return LIMIT
    digits = limit.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise Refusal(400, "`limit` is a whole number.")
    return max(1, min(int(limit), LIMIT_MAX))


def to_cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"after {number}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        words = base64.b64decode(
            cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        ).decode()
    except ValueError:
        words = ""
    number = words.removeprefix("after ")
    if not words.startswith("after ") or not (number.isascii() and number.isdigit()) or len(number) > 10:
        raise Refusal(400, "`cursor` is what stood in `next`.")
    return min(int(number), NUMBER_MAX)
