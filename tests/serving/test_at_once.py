"""One form sent many times at the same moment, and a closing amid votes: over the real server, on both databases."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from deliberation.database import db, set_reading
from deliberation.policies import POLICIES, Twice
from tests.builders import Cast
from tests.security import deeds, stage
from tests.security.stage import Stage, Tables, differing
from tests.serving.racing import Scene
from tests.serving.site import Browser, Seen, Site, all_at_once

TIMES = 8
"""Fifty in `make assurance ONLY=r06`."""
PEOPLE = 6
# The server that was started notes its release among the runs.
COUNTED = {"attempt", "mail", "login_code", "letter", "job_run"}


@pytest.fixture
def town(app: Flask) -> Stage:
    return stage.build(app)


@pytest.fixture
def tables(town: Stage) -> Iterator[Tables]:
    db.session.commit()
    db.session.close()
    set_reading(True)
    tables = Tables()
    tables.keep()
    yield tables
    tables.close()


class Sender:
    """Somebody in this role who fills in forms."""

    def __init__(self, site: Site, town: Stage, role: str) -> None:
        self._site = site
        own = Browser(site.port, town.cookies.get(role, ""))
        page = f"/d/{town.own.declaration.slug}/3/1/annotations" if role in town.cookies else "/login"
        self._token, self._session = own.token(page), own._cookies["session"]
        own.close()

    def send(self, address: str, body: dict[str, Any]) -> Seen:
        browser = Browser(self._site.port, self._session)
        try:
            return browser.post(address, {**body, "csrf_token": self._token})
        finally:
            browser.close()


ONLY_ONE = ("annotations.vote", "annotations.stance", "proposals.cosign", "proposals.rate", "editions.begin")
"""There is one for each person and place, or for the declaration."""


def send_all(site: Site, town: Stage, tables: Tables, times: int) -> tuple[int, list[str]]:
    """Send every creating form so many times at once and once more: how many forms, and what was stored or answered
    otherwise than after sending it once."""
    faults: list[str] = []
    senders: dict[str, Sender] = {}
    rules = [
        rule
        for rule in deeds.rules_with(town.app, "POST")
        if POLICIES[rule.endpoint].twice is Twice.KEY or rule.endpoint in ONLY_ONE
    ]
    for rule in rules:
        deed = deeds.DEEDS[rule.endpoint]
        sender = senders.setdefault(deed.role, Sender(site, town, deed.role))
        address, body = deeds.own_address(town, rule), deed.body(town.own)
        sender.send(address, body)
        once = tables.counts()
        tables.bring_back()
        answers = all_at_once([lambda a=address, b=body, s=sender: s.send(a, b)] * times)  # type: ignore[misc]
        # Back, and the same again.
        answers.append(sender.send(address, body))
        seen = {(one.status, one.location) if isinstance(one, Seen) else repr(one) for one in answers}
        if len(seen) != 1 or not all(isinstance(one, Seen) and one.status == deed.status for one in answers):
            faults.append(f"{rule.endpoint}: {seen}")
        faults += [f"{rule.endpoint}: other rows in {name}" for name in differing(once, tables.counts()) - COUNTED]
        tables.bring_back()
    return len(rules), faults


def test_form_sent_many_times_at_once_is_stored_once_and_every_answer_leads_to_it(
    town: Stage, tables: Tables, serve: Callable[..., Site]
) -> None:
    forms, faults = send_all(serve(), town, tables, TIMES)
    assert forms > 15
    assert not faults, "\n".join(faults)


def test_nothing_is_accepted_after_it_was_closed(app: Flask, cast: Cast, serve: Callable[..., Site]) -> None:
    scene = Scene(app, cast, serve, PEOPLE)
    try:
        # Replies to what is hidden, posts of somebody who is paused, votes in a phase that is closed.
        assert scene.replies_against_hiding().faults == []
        assert scene.posts_against_a_pause().faults == []
        assert scene.votes_against_the_end_of_the_phase().faults == []
    finally:
        scene.close()
