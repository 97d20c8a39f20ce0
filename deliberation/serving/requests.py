"""What may reach the application: one request, read strictly and within its limits.

Two servers in a row must never read the same bytes differently, so whatever can be read in two ways is refused.
"""

import re
import time
from typing import Any

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge, find_double_newline

from deliberation.answers import CONTENT_SECURITY_POLICY

HEADER_BYTES = 16 * 1024
CHUNKED_BYTES = 1024 * 1024
"""Of a body whose length is not told first. No browser sends such a one, and reading it costs more."""
LINE_BYTES = 1024
TRAILER_BYTES = 4096
AMBIGUOUS = re.compile(rb"(?<!\r)\n|\n[ \t]")
"""A line that ends without a return, or goes on in the next one."""

# Who sends such a request has told no language that could be trusted.
WORDS = {
    400: "Diese Anfrage ist nicht zu verstehen. (Bad request)",
    413: "Das ist zu groß. (Too large)",
    431: "Die Kopfzeilen dieser Anfrage sind zu lang. (Header too large)",
    500: "Bei uns ist etwas schiefgegangen. (Server error)",
    501: "Diese Art der Übertragung kennen wir nicht. (Not implemented)",
}


class Request(HTTPRequestParser):
    """A request while it arrives."""

    error: Any = None
    completed: bool = False
    is_cut = False
    """Answered before its body was read, because that is far too long."""

    def __init__(self, adj: Adjustments) -> None:
        super().__init__(adj)
        self.began = time.monotonic()

    def received(self, data: bytes) -> int:
        if self.body_rcv is None and self._is_ambiguous(data):
            self._refuse(BadRequest(""))
            return len(data)
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge) and not self.chunked:
            # The application says so on a page of its own; it looks at the length first.
            self.error, self.is_cut = None, True
        elif self.chunked and not self.completed:
            self._limit_chunks()
        if self.completed:
            # Nothing more is wanted.
            self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError:
            raise ParsingError("a number that is none") from None
        has_coding = self.chunked or "TRANSFER_ENCODING" in self.headers
        if has_coding and ("CONTENT_LENGTH" in self.headers or self.version != "1.1"):
            raise ParsingError("two lengths")
        names = header_plus.lower()
        if names.count(b"\ntransfer-encoding:") > 1:
            raise ParsingError("two codings")
        if self.version == "1.1" and names.count(b"\nhost:") != 1:
            raise ParsingError("no host, or two")
        if self.version not in ("1.0", "1.1"):
            raise ParsingError("another protocol")

    def _is_ambiguous(self, data: bytes) -> bool:
        seen = self.header_plus + data
        end = find_double_newline(seen)
        return bool(AMBIGUOUS.search(seen, 0, end if end >= 0 else len(seen)))

    def _limit_chunks(self) -> None:
        body = self.body_rcv
        if self.body_bytes_received > CHUNKED_BYTES:
            self._refuse(RequestEntityTooLarge(""))
        elif body is not None and (len(body.control_line) > LINE_BYTES or len(body.trailer) > TRAILER_BYTES):
            self._refuse(BadRequest(""))

    def _refuse(self, error: Error) -> None:
        self.error, self.completed = error, True


class Answer(WSGITask):
    """The application's answer to a request."""

    def build_response_header(self) -> Any:
        if self.request.is_cut or self.channel.server.is_ending:
            self.set_close_on_finish()
        return super().build_response_header()

    def execute(self) -> None:
        self.channel.is_cut = self.request.is_cut
        super().execute()


class Refusal(ErrorTask):
    """Our answer to what does not reach the application."""

    content_length: Any

    def execute(self) -> None:
        error = self.request.error
        body = f"{WORDS.get(error.code, WORDS[400])}\n".encode()
        self.channel.is_cut = True
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend((
            ("Content-Type", "text/plain; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
            ("Referrer-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ))  # fmt: skip
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)
