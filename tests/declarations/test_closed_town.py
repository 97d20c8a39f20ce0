"""P03 for closed declarations: with one of everything in it, no address answers a stranger otherwise than one that does
not exist, and no word of it is anywhere."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select, update

from deliberation.annotations.models import Annotation, EarlierVersion
from deliberation.database import db, set_reading
from deliberation.declarations.models import Declaration, Membership, Paragraph, Thesis, ThesisState, Wording
from deliberation.permissions import Access
from tests.accounts.post import without_secrets
from tests.results.scene import text_of
from tests.security import deeds, stage
from tests.security.stage import ABSENT, Stage

# What is asked here goes through the same queries on each database; S01 runs on both.
pytestmark = pytest.mark.any_engine
CANARY = "Kanarienwort"
NOTHING = {"slug": "gibt-es-nicht", "number": ABSENT, "measure_id": ABSENT, "code": "gibt-es-nicht-9-9"}
"""What names something of a declaration in an address, and what would be in its place for nothing."""
FOR_ITS_HOLDER = {
    "meetings.table", "meetings.undo", "declarations.invitation", "declarations.enter_code", "declarations.shown_draft",
    "feeds.secret", "feeds.mine",
}  # fmt: skip
"""An invitation says to whoever holds it what it is for; that is what it was given to her for. So do the link to a
draft and the address of a feed."""
STRANGERS = ("guest", "stranger", "organiser elsewhere")


@pytest.fixture
def town(app: Flask) -> Stage:
    """Two declarations of everything; the first and its sisters in other phases are private, with a canary in every
    word that anybody could read."""
    town = stage.build(app)
    for declaration in (town.own.declaration, town.own.voting, town.own.closed, town.own.drafted):
        _fill(declaration)
    db.session.commit()
    return town


def _fill(declaration: Declaration) -> None:
    here = select(Thesis.id).where(Thesis.declaration_id == declaration.id)
    places = select(Paragraph.id).where(Paragraph.thesis_id.in_(here))
    numbers = select(Annotation.number).where(Annotation.declaration_id == declaration.id)
    text = {"title": CANARY, "summary": CANARY, "publisher": CANARY, "about": CANARY, "about_html": f"<p>{CANARY}</p>"}
    for table, where, words in (
        (Declaration, Declaration.id == declaration.id, {**text, "access": Access.PRIVATE}),
        (Thesis, Thesis.id.in_(here), {"heading": CANARY}),
        (ThesisState, ThesisState.thesis_id.in_(here), {"heading": CANARY}),
        (Wording, Wording.paragraph_id.in_(places), {"parts": [["", 0, [f"{CANARY} steht hier.", "Und noch etwas."]]]}),
        (Annotation, Annotation.declaration_id == declaration.id, {"body": CANARY, "body_html": f"<p>{CANARY}</p>"}),
        (EarlierVersion, EarlierVersion.annotation_id.in_(numbers), {"body": CANARY}),
        (Membership, Membership.declaration_id == declaration.id, {"pseudonym": f"{CANARY} 7"}),
    ):
        db.session.execute(update(table).where(where).values(words).execution_options(synchronize_session=False))
    db.session.expire_all()


@dataclass(frozen=True)
class Asked:
    """One page or form, and the same about nothing."""

    endpoint: str
    method: str
    path: str
    absent: str
    body: Any


def _everything(town: Stage) -> list[Asked]:
    asked = []
    for method in ("GET", "POST"):
        for rule in deeds.rules_with(town.app, method):
            # What the operator has belongs to the site: whoever is not let in is told so, whatever the number.
            names_something = bool(rule.arguments & NOTHING.keys()) and not rule.rule.startswith("/operator/")
            if method == "POST" and not names_something:
                # About oneself, or about nothing yet.
                continue
            values = deeds.values_of(rule.endpoint, town.own)
            # Numbers below a declaration are places in it: there it is the declaration that is not there.
            parts = {"slug"} if "slug" in rule.arguments else rule.arguments & NOTHING.keys()
            absent = values | {name: NOTHING[name] for name in parts}
            deed = deeds.DEEDS.get(rule.endpoint)
            asked.append(
                Asked(
                    rule.endpoint,
                    method,
                    deeds.address(town.app, rule, values),
                    deeds.address(town.app, rule, absent) if names_something else "",
                    deed.body(town.own) if method == "POST" and deed else None,
                )
            )
    db.session.commit()
    db.session.close()
    set_reading(True)
    return asked


def _seen(town: Stage, who: str, asked: Asked, path: str) -> tuple[int, str, str]:
    """Status, where it leads, and the page, without what differs from one address to the next."""
    answer = town.send(who, asked.method, path, asked.body)
    words, there = without_secrets(text_of(answer.get_data())), answer.location or ""
    plain = path.partition("?")[0]
    for written in (plain, quote(plain), quote(plain, safe="")):
        words, there = words.replace(written, "…"), there.replace(written, "…")
    return answer.status_code, there, re.sub(r"…(\?|%3F)[^\"]*", "…", words)


def test_for_a_stranger_a_private_declaration_is_not_there(town: Stage) -> None:
    """On no page, file or list is a word of it, and each of its addresses answers like one that does not exist."""
    everything, told, differ = _everything(town), [], []
    for who in STRANGERS:
        missing = _seen(town, who, Asked("", "GET", "", "", None), "/d/gibt-es-nicht")
        for one in everything:
            if one.endpoint in FOR_ITS_HOLDER or (one.method == "POST" and who != "stranger"):
                continue
            here = _seen(town, who, one, one.path)
            if re.search(f"{CANARY}|/d/erklaerung", here[2]) or here[0] >= 500:
                told.append(f"{one.method} {one.path} as {who}: {here[0]}")
            if not one.absent:
                continue
            # A page for people who are signed in sends every guest to sign in, whether it is there or not.
            is_led_away = who == "guest" and here[0] == 303 and here[1].startswith("/login?next=")
            if here != missing and not is_led_away and (here[0] != 404 or here != _seen(town, who, one, one.absent)):
                differ.append(f"{one.method} {one.path} as {who}: {here[:2]}")
    assert not told, "\n".join(told)
    assert not differ, "\n".join(differ)
    assert sum(one.method == "GET" for one in everything) > 100
    assert sum(bool(one.absent) for one in everything) > 120


def test_members_find_everything_as_before(town: Stage) -> None:
    """Else the other one would pass on a site that is closed to everybody."""
    everything = [one for one in _everything(town) if one.method == "GET" and one.absent]
    for who, least in (("participant", 25), ("operator", 45)):
        found = [one.path for one in everything if _seen(town, who, one, one.path)[0] == 200]
        assert len(found) >= least, f"{who}: {len(found)}"
    assert CANARY in town.send("participant", "GET", "/d/erklaerung").text
