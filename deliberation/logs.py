"""Lines on standard error. Of a fault they tell the kind and the places in the code, never its words: what the database
says of a refused row names the row, and what a parser says of a text repeats the text.
"""

import logging
import traceback
from types import TracebackType
from typing import Any

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
DATE = "%Y-%m-%dT%H:%M:%S%z"


class Wordless(logging.Formatter):
    """As the plain formatter, without what was said by exceptions."""

    def formatException(self, ei: Any) -> str:
        _kind, error, places = ei
        return "\n".join(_told(error, places)) if error is not None else ""


def _told(error: BaseException, places: TracebackType | None) -> list[str]:
    """The exceptions that led here first, as Python itself prints them."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = [*_told(cause, cause.__traceback__), "which led to"] if cause is not None else []
    lines = "".join(traceback.format_tb(places)).rstrip().splitlines()
    return [*before, *lines, f"{type(error).__module__}.{type(error).__qualname__}{_code(error)}"]


def _code(error: BaseException) -> str:
    """The code of a fault that the system or the database knows; it says disk full, busy, not unique."""
    found = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    if found is None and isinstance(error, OSError):
        found = error.errno
    return f" ({found})" if found else ""


def configure(level: str) -> None:
    """For this process, unless somebody who embeds us has said already where lines go."""
    handler = logging.StreamHandler()
    handler.setFormatter(Wordless(LINE, DATE))
    logging.basicConfig(handlers=[handler])
    logging.getLogger("deliberation").setLevel(level)
