"""P17: nobody makes a list of the people here: not by addresses of pages, nor by searching, nor by counting."""

import re

import pytest
from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.database import db, set_reading
from deliberation.declarations.models import Membership
from deliberation.moderation import people
from tests import builders
from tests.accounts.post import without_secrets
from tests.security import deeds, stage
from tests.security.stage import ABSENT

# What is asked here goes through the same queries on each database; S01 runs on both.
pytestmark = pytest.mark.any_engine
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
COUNTED = {"measure_id", "key"}
"""Parts of addresses that stand for something about a person. Contributions and editions are public and in order."""


@pytest.fixture
def town(app):
    return stage.build(app)


def settle():
    db.session.commit()
    db.session.close()
    set_reading(True)


@pytest.mark.parametrize("role", ["guest", "author"])
def test_no_page_of_readers_shows_an_address_or_whatever_stands_for_a_person(town, role):
    # Her own, and the one to which she is about to move.
    own = {getattr(town.people[role], "email", ""), "neu-erklaerung@example.org"} if role == "author" else set()
    paths = [
        deeds.own_address(town, rule) for rule in deeds.rules_with(town.app, "GET") if rule.endpoint != "accounts.link"
    ]
    secrets = {user.key for user in db.session.scalars(select(User))} | {
        user.address_hash for user in db.session.scalars(select(User))
    }
    secrets |= set(db.session.scalars(select(Membership.key)))
    if own:
        # One's own file says everything about oneself.
        mine = town.people[role]
        secrets -= {mine.key, mine.address_hash, *(one.key for one in mine.memberships)}
    settle()
    told, walked = [], 0
    for path in paths:
        answer = town.send(role, "GET", path)
        walked += answer.status_code == 200
        words = answer.text if answer.mimetype.startswith(("text/", "application/json")) else ""
        strange = {found for found in ADDRESS.findall(words) if found.endswith("@example.org")} - own
        if strange or any(secret in words for secret in secrets if secret not in path):
            told.append(f"{path}: {strange}")
    assert not told
    assert walked > 25


def test_search_finds_at_most_five_at_a_time_and_knows_no_placeholders(cast, client):
    for number in range(7):
        member = builders.make_member(cast.declaration, f"viele{number}", pseudonym=f"Weide 1{number}")
        builders.annotate(member, cast.declaration)
    mira = client.sign_in(cast.mira)
    for words in ("", " ", "%", "_", "*", "e", "Weide", "weide 1", "'", "x' OR '1'='1"):
        page = mira.get("/d/erklaerung/moderation/people", query_string={"q": words})
        assert page.status_code == 200
        assert page.text.count("/author") == (5 if words in ("e", "Weide", "weide 1") else 0), words
    assert len(people.load_people(cast.mira, cast.declaration, "Weide").found) == people.FOUND_MAX == 5


def test_counting_ids_finds_nothing_out(town):
    """What is somebody else's answers exactly like what is not there."""
    asked = []
    for rule in deeds.rules_with(town.app, "GET"):
        counted = rule.arguments & COUNTED or ({"number"} & rule.arguments if "objections/" in rule.rule else set())
        if not counted or rule.endpoint in ("editions.preview", "moderation.receipt"):
            # Behind secrets of 128 bits.
            continue
        for things in (town.own, town.foreign):
            values = deeds.values_of(rule.endpoint, things)
            nothing = {name: ABSENT if str(values[name]).isdecimal() else "f" * 32 for name in counted}
            asked.append(tuple(deeds.address(town.app, rule, one) for one in (values, values | nothing)))
    settle()
    assert len(asked) >= 10
    for role in ("stranger", "participant"):
        for there, nowhere in asked:
            pages = [town.send(role, "GET", path) for path in (there, nowhere)]
            words = [
                without_secrets(page.text.replace(path, "…"))
                for page, path in zip(pages, (there, nowhere), strict=True)
            ]
            assert pages[0].status_code == pages[1].status_code in (403, 404), there
            assert words[0] == words[1], there


def test_no_address_of_a_page_is_about_a_person_by_number(app):
    """Pages about somebody are reached through what she wrote or by a random key."""
    numbers = {name for rule in app.url_map.iter_rules() for name in re.findall(r"<int:(\w+)>", rule.rule)}
    # A question of a survey (`item`), and its place in it (`q`).
    assert numbers <= {"number", "measure_id", "year", "t", "p", "item", "q"}, numbers
