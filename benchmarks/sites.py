"""A filled instance with its running server, and the people who come to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from asking import GUEST, Person, sign_in
from filling import SLUG, Filled
from flask import Flask
from kept import SQLITE, copied
from places import Shape
from servers import Process, production_server

from deliberation import create_app

THESIS = f"/d/{SLUG}/1"
SHOWN = f"/d/{SLUG}/2/1?all=1"
"""200 annotations on one page."""
LONG = f"/d/{SLUG}/2/2?all=1"
"""A thousand."""
GROWN = f"/d/{SLUG}/3/1"
"""A paragraph among those that most is written about."""


@dataclass
class Site:
    shape: Shape
    engine: str
    folder: Path
    app: Flask
    filled: Filled
    server: Process
    _people: dict[str, Person] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return self.server.port

    @cached_property
    def reader(self) -> Person:
        """Somebody who has written nothing and voted on nothing yet."""
        return self.person(self.filled.voters[0])

    @cached_property
    def moderator(self) -> Person:
        return self.person(self.filled.moderator)

    def person(self, email: str) -> Person:
        if email not in self._people:
            [self._people[email]] = sign_in(self.app, [email])
        return self._people[email]

    def people(self, emails: tuple[str, ...]) -> list[Person]:
        return sign_in(self.app, emails)


@contextmanager
def open_site(shape: Shape, engine: str = SQLITE) -> Iterator[Site]:
    """A copy of the filled database, served as in production but for the rate limits."""
    with copied(shape, engine) as copy:
        url = copy.settings.get("DELIBERATION_DATABASE_URL", "")
        own = {"INSTANCE": str(copy.folder), "LOG_LEVEL": "ERROR", "RATELIMIT_ENABLED": False}
        app = create_app({**own, **({"DATABASE_URL": url} if url else {})})
        with production_server(copy.folder, copy.settings) as server:
            yield Site(shape, engine, copy.folder, app, copy.filled, server)


__all__ = ["GROWN", "GUEST", "LONG", "SHOWN", "THESIS", "Site", "open_site"]
