"""Many who act again and again while somebody closes it: what was accepted, and when."""

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from deliberation.annotations.models import Annotation, Vote
from deliberation.database import db
from deliberation.declarations.models import Membership
from tests import builders
from tests.builders import Cast
from tests.security.stage import sign_in
from tests.serving.site import Browser, Site, all_at_once

PATIENCE = 60
REASON = "Gehört nicht hierher, leider."


@dataclass
class Race:
    """`at_closing` is what was stored when the closing was answered."""

    closing: int = 0
    answers: list[list[int]] = field(default_factory=list)
    at_closing: list[Any] = field(default_factory=list)
    in_the_end: list[Any] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """What was accepted after the closing was answered, or otherwise than refused."""
        found = [f"closing: {self.closing}"] if self.closing != 303 else []
        found += [f"{statuses}" for statuses in self.answers if statuses[-1] not in (403, 404)]
        found += [f"{s} between" for one in self.answers for s in set(one) - {303, 403, 404}]
        return found + ([f"{len(self.in_the_end)} rows, not {len(self.at_closing)}"] if self.late else [])

    @property
    def late(self) -> bool:
        return self.in_the_end != self.at_closing


def race(acts: Sequence[Callable[[int], int]], close: Callable[[], int], rows: Callable[[], list[Any]]) -> Race:
    """Each act is done by a thread of its own until it began after the closing was answered; once each succeeded, it
    is closed."""
    found, closed, begun = Race(), threading.Event(), [threading.Event() for _act in acts]

    def go_on(act: Callable[[int], int], has_begun: threading.Event) -> list[int]:
        statuses: list[int] = []
        for number in itertools.count():
            is_late = closed.is_set()
            statuses.append(act(number))
            has_begun.set()
            if is_late:
                break
        return statuses

    def end() -> int:
        for one in begun:
            one.wait(PATIENCE)
        try:
            status = close()
            found.at_closing = rows()
            return status
        finally:
            closed.set()

    going = [lambda a=act, b=has: go_on(a, b) for act, has in zip(acts, begun, strict=True)]  # type: ignore[misc]
    *found.answers, found.closing = all_at_once([*going, end])
    found.in_the_end = rows()
    return found


class Scene:
    """People who are signed in on a server that runs on this database."""

    def __init__(self, app: Any, cast: Cast, serve: Callable[[], Site], count: int) -> None:
        self.cast, self.engine = cast, db.engine
        self.page = f"/d/{cast.declaration.slug}/3/1/annotations"
        annotation, other = (builders.annotate(cast.ada, cast.declaration) for _number in range(2))
        people = [builders.make_member(cast.declaration, f"person{number}") for number in range(count)]
        sessions = [sign_in(app, one) for one in people]
        # The same person in as many browsers.
        bens = [sign_in(app, cast.ben) for _number in range(count)]
        team = {name: sign_in(app, getattr(cast, name)) for name in ("mira", "otto")}
        self.ben_key = db.session.scalars(select(Membership.key).where(Membership.user_id == cast.ben.id)).one()
        self.number, self.version, self.other = annotation.number, annotation.version, other.number
        self.own = builders.annotate(cast.ben, cast.declaration).number
        db.session.commit()
        self._site = serve()
        self.people, self.bens = self._open(sessions), self._open(bens)
        [self.mira, self.otto] = self._open([team["mira"], team["otto"]])

    def _open(self, sessions: Sequence[str]) -> list[tuple[Browser, str]]:
        browsers = [Browser(self._site.port, session) for session in sessions]
        return [(browser, browser.token(self.page)) for browser in browsers]

    def close(self) -> None:
        for browser, _token in (*self.people, *self.bens, self.mira, self.otto):
            browser.close()

    def votes_against_the_end_of_the_phase(self) -> Race:
        values = itertools.cycle(("agree", "disagree", "pass"))
        acts = [
            lambda _n, who=who: _post(who, f"/a/{self.other}/vote", vote=next(values))  # type: ignore[misc]
            for who in self.people
        ]
        address = f"/d/{self.cast.declaration.slug}/phase"
        return race(acts, lambda: _post(self.otto, address, phase="closed"), self._votes)

    def replies_against_hiding(self) -> Race:
        acts = [
            lambda n, who=who: _post(  # type: ignore[misc]
                who, f"/a/{self.number}/replies", body="Bei uns nicht so.", action="send", checked="1",
                form_key=f"{who[1][-20:]}-reply-{n}",
            )
            for who in self.people
        ]  # fmt: skip
        fields = {"decision": "hide", "rule": "1", "reason": REASON, "version": self.version}
        return race(acts, lambda: _post(self.mira, f"/a/{self.number}/decisions", **fields), self._annotations)

    def posts_against_a_pause(self) -> Race:
        acts = [
            lambda n, place=place, who=who: _post(  # type: ignore[misc]
                who, self.page, kind="practice", body="Bei uns ist es so.", action="send", checked="1",
                form_key=f"{place}-post-{n}-abcdefghijkl",
            )
            for place, who in enumerate(self.bens)
        ]  # fmt: skip
        fields = {"kind": "pause", "rule": "1", "reason": REASON, "days": "3", "form_key": "pause-pause-pause-pause"}
        return race(acts, lambda: _post(self.mira, f"/a/{self.own}/author", **fields), self._annotations)

    def _votes(self) -> list[Any]:
        """All of them, read on a connection of its own."""
        with self.engine.connect() as connection:
            return sorted(map(repr, connection.execute(select(Vote.voter_id, Vote.value, Vote.cast_at))))

    def _annotations(self) -> list[Any]:
        with self.engine.connect() as connection:
            return sorted(connection.scalars(select(Annotation.number)))


def _post(who: tuple[Browser, str], address: str, **fields: Any) -> int:
    browser, token = who
    return browser.post(address, {**fields, "csrf_token": token}).status
