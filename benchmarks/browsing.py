"""A browser without a screen. Standard library only."""

import gzip
import http.client
import re
import time
from dataclasses import dataclass
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
SILENCE_SECONDS = 7.0
"""The server hangs up after twice as long; a browser then opens a new connection."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    # As it came over the wire.
    body: bytes

    @property
    def text(self) -> str:
        packed = self.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


class Browser:
    """One connection that stays open, with its cookies. `cookie`: of a session that was begun elsewhere, `name=value`."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookies: dict[str, str] = dict([cookie.split("=", 1)]) if cookie else {}
        self._used = time.monotonic()

    def get(self, path: str) -> Answer:
        return self._send("GET", path)

    def post(self, path: str, fields: dict[str, str] | list[tuple[str, str]]) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, urlencode(fields), headers)

    def token(self, path: str) -> str:
        """The CSRF token of a page with a form; it is good for the whole session."""
        found = TOKEN.search(self.get(path).text)
        if found is None:
            raise RuntimeError(f"{path} has no form")
        return found[1]

    def sign_in(self, email: str, password: str) -> "Browser":
        fields = {"csrf_token": self.token("/login"), "email": email, "password": password}
        answer = self.post("/login", fields)
        if answer.status != 303:
            raise RuntimeError(f"{email} cannot sign in: {answer.status}")
        return self

    def _send(self, method: str, path: str, body: str | None = None, more: dict[str, str] | None = None) -> Answer:
        headers = {"Accept-Encoding": "gzip", "Accept-Language": "de", **(more or {})}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if time.monotonic() - self._used > SILENCE_SECONDS:
            self._connection.close()
        self._used = time.monotonic()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        data = response.read()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return Answer(response.status, response.headers, data)
