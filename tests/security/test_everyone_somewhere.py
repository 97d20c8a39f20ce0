"""S01: every page for every role, about one's own things, others' and nothing: what the policy table says, and no more.

What is expected comes from `policies.POLICIES` and `permissions.PERMISSIONS` alone. A refusal leaves every row of every
table as it was; whoever is let in is really let in, so that nothing passes because it was asked wrongly.
"""

from collections import Counter
from typing import Any

import pytest
from flask import Flask

from deliberation import create_app, policies
from deliberation.database import db
from deliberation.policies import POLICIES, Door, Policy, PolicyMissing, Twice
from tests.security import deeds, matrix
from tests.security.stage import Stage, Tables

pytestmark = pytest.mark.any_engine


def test_every_page_is_asked_for(app: Flask) -> None:
    """Whoever adds a page that takes a form says in `tests/security/deeds.py` how it is filled in."""
    writing = {rule.endpoint for rule in deeds.rules_with(app, "POST")}
    assert writing - deeds.DEEDS.keys() == set(), "no form for these pages"
    assert deeds.DEEDS.keys() - writing == set(), "no such page"


def test_every_page_for_every_role(town: Stage) -> None:
    tables = Tables()
    try:
        seen = matrix.walk(town, tables, sample=True)
    finally:
        tables.close()
    assert not seen.faults, "\n".join(seen.faults[:60])
    assert seen.refused > 1000, seen.refused
    # Every page opened for somebody, and every form was taken once.
    assert not seen.closed, sorted(seen.closed)


def test_no_page_without_a_policy(app: Flask) -> None:
    for name in ("annotations.show", "moderation.decide"):
        without = {endpoint: policy for endpoint, policy in POLICIES.items() if endpoint != name}
        with pytest.raises(PolicyMissing, match=f"{name}: no policy"):
            policies.check(app, without)


def test_no_policy_without_a_page(app: Flask) -> None:
    with pytest.raises(PolicyMissing, match=r"pages.nothing: no such page"):
        policies.check(app, {**POLICIES, "pages.nothing": Policy(Door.PUBLIC, "everybody")})


def test_every_form_says_what_happens_when_it_is_sent_twice(app: Flask) -> None:
    with pytest.raises(PolicyMissing, match=r"annotations.vote: `twice`"):
        policies.check(app, {**POLICIES, "annotations.vote": Policy(Door.SIGNED_IN, "everybody")})
    with pytest.raises(PolicyMissing, match=r"pages.shelf: `twice`"):
        policies.check(app, {**POLICIES, "pages.shelf": Policy(Door.PUBLIC, "everybody", twice=Twice.KEY)})


def test_application_does_not_start_with_a_page_that_has_no_policy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.delitem(POLICIES, "results.show")
    with pytest.raises(PolicyMissing, match=r"results.show"):
        create_app({"INSTANCE": str(tmp_path), "SECRET_KEY": "long enough for this test, surely"})


def test_guest_finds_the_place_again_after_signing_in(town: Stage) -> None:
    for path in ("/d/erklaerung/moderation?tab=first", "/me", "/a/3/edit"):
        answer = town.send("guest", "GET", path)
        assert answer.status_code == 303
        assert answer.location.startswith("/login?next=")
        assert town.send("guest", "GET", answer.location).status_code == 200
        with town.app.test_request_context(answer.location):
            from flask import request

            assert request.args["next"] == path
    # A form that was sent leads to the page that holds it, if there is one.
    assert town.send("guest", "POST", "/a/3/edit").location == "/login?next=/a/3/edit"
    assert town.send("guest", "POST", "/d/erklaerung/moderation/undo").location == "/login?next=/d/erklaerung/moderation"


def test_routes_are_listed_with_their_policy(app: Flask) -> None:
    listed = policies.describe(app)
    assert len(listed) == len(list(app.url_map.iter_rules()))
    assert Counter(line["policy"] for line in listed).keys() <= {door.name.lower() for door in Door}
    vote = next(line for line in listed if line["endpoint"] == "annotations.vote")
    assert (vote["rule"], vote["methods"], vote["policy"]) == ("/a/<int:number>/vote", ["GET", "POST"], "signed_in")
    assert vote["to_write"] == "VOTE"
    db.session.rollback()
