"""Lines on standard error, for people or as JSON. Of a fault they tell the kind and the places in the code, never its words:
what the database says of a refused row names the row, and what a parser says of a text repeats the text.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

LINE = "%(asctime)s %(levelname)s %(name)s %(reference)s %(message)s"
DATE = "%Y-%m-%dT%H:%M:%S%z"
FORMATS = ("plain", "json")
FIELDS = ("method", "page", "status", "ms")
"""What the line of an answered request says, each for itself (`extra` of the call)."""

reference: ContextVar[str] = ContextVar("reference", default="-")
"""The number of the request that is being answered: in each of its lines, in its answer and on the page of a fault."""


class Wordless(logging.Formatter):
    """As the plain formatter, without what was said by exceptions."""

    def __init__(self, fmt: str = LINE, datefmt: str = DATE) -> None:
        super().__init__(fmt, datefmt)

    def format(self, record: logging.LogRecord) -> str:
        record.reference = reference.get()
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        _kind, error, places = ei
        return "\n".join(_told(error, places)) if error is not None else ""


class Json(Wordless):
    """One object in one line, in the order in which people look; what a line does not know is not in it."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (number := reference.get()) != "-":
            said["request"] = number
        said |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            said["fault"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


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


def configure(level: str, form: str = "plain") -> None:
    """For this process, unless somebody who embeds us has said already where lines go."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if form == "json" else Wordless())
    logging.basicConfig(handlers=[handler])
    logging.getLogger("deliberation").setLevel(level)
