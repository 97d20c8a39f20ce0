"""People who come to a real server with secrets in everything they send; what it wrote about them is read afterwards."""

import secrets
from dataclasses import dataclass, field
from urllib.parse import quote

import sqlalchemy as sa

from deliberation.database import db
from tests.serving.site import Browser, Site

NETWORK = "127.7.7."
TABLES = ("annotation", "draft", "flag", "login_code", "vote", "attempt")
"""Whoever writes there meets a fault while `faults` are planted."""


@dataclass
class Visit:
    """Each visit has secrets of its own, and says a few ordinary words on the way. `known` is the session of a member."""

    site: Site
    known: str
    thesis: str = "/d/erklaerung/3/1"
    number: int = 1
    said: set[str] = field(default_factory=set)
    statuses: list[int] = field(default_factory=list)

    def word(self) -> str:
        made = f"q{secrets.token_hex(8)}"
        self.said.add(made)
        return made

    def code(self) -> str:
        made = f"{secrets.randbelow(10**6):06}"
        self.said.add(f'"{made}"')
        return made

    def come(self, number: int) -> int:
        """Everything once, from an address of its own; how many requests it was."""
        self.statuses.clear()
        source = f"{NETWORK}{number % 250 + 1}"
        guest, member = Browser(self.site.port, source=source), Browser(self.site.port, self.known, source)
        self._read(guest)
        self._ask(guest)
        self._write(member)
        self._say_oddly()
        guest.close()
        member.close()
        return len(self.statuses)

    def _get(self, browser: Browser, path: str) -> str:
        seen = browser.get(path)
        self.statuses.append(seen.status)
        return seen.text

    def _post(self, browser: Browser, page: str, to: str = "", **fields: str) -> None:
        try:
            fields["csrf_token"] = browser.token(page)
        except AssertionError:
            # A page that is broken on purpose has no form; what is sent without one counts as well.
            fields["csrf_token"] = self.word()
        seen = browser.post(f"{to or page}?geheim={self.word()}", fields, **{"User-Agent": self.word()})
        self.statuses += [200, seen.status]

    def _read(self, guest: Browser) -> None:
        for path in ("/", self.thesis, "/login", "/nichts", f"/{self.word()}", f"/login/link/{self.word()}", f"/m/{self.word()}"):
            self._get(guest, f"{path}?next=/&q={self.word()}")

    def _ask(self, guest: Browser) -> None:
        self._post(guest, "/login", email=f"{self.word()}@example.org", password=self.word())
        self._post(guest, "/login", email=f"{self.word()}@example.org")
        self._post(guest, "/login", email=f"{self.word()} kaputt", password=self.word())
        self._post(guest, "/login/code", code=self.code())
        self._post(guest, "/register", email=f"{self.word()}@example.org", password=f"{self.word()} x", consent="y")
        self._post(guest, "/invitation", code=self.word())
        self._post(guest, f"/a/{self.number}/flags", reason="attack", explanation=self.word(), email=f"{self.word()}@example.org")

    def _write(self, member: Browser) -> None:
        page, to = f"{self.thesis}/annotations", f"/a/{self.number}/replies"
        for action in ("draft", "preview", "send"):
            words = {"kind": "practice", "body": self.word(), "checked": "1", "form_key": self.word(), "action": action}
            self._post(member, page, **words)
            self._post(member, to, **{**words, "body": self.word(), "form_key": self.word()})
        self._post(member, self.thesis, f"/a/{self.number}/vote", vote=self.word())
        self._post(member, "/login/again", password=self.word(), code=self.code())

    def _say_oddly(self) -> None:
        heads = ("GET /?{} HTTP/1.1\r\nHost: {}", "POST /login HTTP/1.1\r\nX: {}\r\n{}: 1")
        for line in ("GET /{} HTTP/9.9", "{} / HTTP/1.1", *heads):
            words = line.format(self.word(), self.word())
            self.site.say(f"{words}\r\nConnection: close\r\n\r\n".encode())
            self.statuses.append(400)
        path = f"/{quote('ä')}%zz{self.word()}%00"
        head = f"Host: localhost\r\nCookie: session={self.word()}\r\nConnection: close"
        self.site.say(f"GET {path} HTTP/1.1\r\n{head}\r\n\r\n".encode())
        self.statuses.append(400)

    def repeated(self) -> list[str]:
        """Which secrets stand in what the server wrote, to either stream."""
        wrote = self.site.errors.read_text() + self.site.output.read_text()
        hidden = [*self.said, *(word.strip('"') for word in self.said if word.startswith('"q')), NETWORK, self.known[:40]]
        return [word for word in hidden if word in wrote]


def plant_faults() -> None:
    """From now on the database refuses every row in these tables, and says which row it was if it is asked."""
    for table in TABLES:
        _run(
            f"CREATE TRIGGER boom_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'planted'); END",
            f"ALTER TABLE {table} ADD CONSTRAINT boom_{table} CHECK (false) NOT VALID",
        )


def take_out_faults() -> None:
    for table in TABLES:
        _run(f"DROP TRIGGER boom_{table}", f"ALTER TABLE {table} DROP CONSTRAINT boom_{table}")


def _run(on_sqlite: str, on_postgresql: str) -> None:
    is_sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.begin() as connection:
        connection.execute(sa.text(on_sqlite if is_sqlite else on_postgresql))
