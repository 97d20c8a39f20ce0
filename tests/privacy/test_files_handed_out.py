"""P02 and P08: files opened and looked through. No address in any disguise, no number of ours, no hour, no maker but the
program; and the same data gives the same file."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.permissions import Operator
from deliberation.results.exports import export
from deliberation.results.filters import Filters, Names
from deliberation.results.writers import WRITERS
from tests.editions import scene as editions
from tests.privacy import scene
from tests.privacy.disguises import disguises
from tests.privacy.library import FIRST_USER, number_from_far_away, unpacked

HIDDEN = (
    "KANARIE-VERBORGEN",
    "KANARIE-STELLE",
    "KANARIE-FRÜHER",
    "KANARIE-ENTWURF",
    "KANARIE-NOTIZ",
    "KANARIE-NACHRICHT",
)
EXACT = re.compile(r"\b\d\d:\d\d\b(?!:00Z)")
"""A time of day; the beginning of a day in the properties of a file is none."""


@pytest.fixture
def told(cast, client) -> dict[str, bytes]:
    """Every file there is, of a text with a second edition and somebody who has left traces everywhere."""
    number_from_far_away()
    story = scene.build(cast)
    assert story.karla.id > FIRST_USER
    editions.publish(
        cast.declaration, editions.reworded(editions.text(cast.declaration), "1.2", "Wer plant, fragt zuerst.")
    )
    return files(cast, client.sign_in(cast.otto))


def files(cast, otto) -> dict[str, bytes]:
    found = {}
    for kind in WRITERS:
        for names in Names:
            file = export(Operator(), cast.declaration, kind, Filters(names=names))
            found[f"{kind} with {names.value}"] = file.content
            found[f"readme of {kind} with {names.value}"] = file.readme.encode()
    for kind in ("html", "docx"):
        found[f"changes.{kind}"] = otto.get(f"/d/erklaerung/changes.{kind}?from=1&to=2").get_data()
    for path in (
        "moderation/log/team.csv",
        f"moderation/report-{now().year}.csv",
        f"moderation/report-{now().year}.json",
    ):
        answer = otto.get(f"/d/erklaerung/{path}")
        if answer.status_code == 200:
            found[path] = answer.get_data()
    assert len(found) > 20
    return found


def test_hold_no_address_no_hash_of_one_no_hidden_word_and_no_number_of_ours(told):
    people = db.session.scalars(select(User)).unique().all()
    forms = {f"{user.email} as {name}": form for user in people for name, form in disguises(user.email).items()}
    for user in people:
        forms[f"hash of {user.email}"], forms[f"key of {user.email}"] = user.address_hash.encode(), user.key.encode()
        forms[f"sealed {user.email}"] = user.address_sealed.encode()
        forms.update({f"key of {m.pseudonym}": m.key.encode() for m in user.memberships})
    counted = re.compile(r"(?<!\d)7[12]0000\d\d(?!\d)")
    found = []
    for name, content in told.items():
        everything = content + "\n".join(unpacked(content)).encode()
        found += [f"{what} in {name}" for what, form in forms.items() if form in everything]
        found += [f"{word} in {name}" for word in HIDDEN if word.encode() in everything]
        if name != "moderation/log/team.csv":
            found += [f"{number} in {name}" for number in counted.findall(everything.decode("utf-8", "replace"))]
    assert found == []
    # What is meant to be read is there: the search looks in the right place.
    assert b"KANARIE-TEXT" in told["csv with pseudonyms"]
    assert scene.NAME.encode() in told["csv with pseudonyms"]


def test_name_no_maker_but_the_program_and_no_hour(told):
    for name, content in told.items():
        text = "\n".join([content.decode("utf-8", "replace"), *unpacked(content)])
        if name not in ("moderation/log/team.csv",):
            assert not EXACT.search(text), f"{name}: {EXACT.search(text)}"
    with zipfile.ZipFile(io.BytesIO(told["changes.docx"])) as parts:
        core = parts.read("docProps/core.xml").decode()
        assert re.findall(r"<(?:dc:creator|cp:lastModifiedBy)>([^<]*)<", core) == ["deliberation", "deliberation"]
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert all(not one.comment and not one.extra for one in parts.infolist())


def test_same_data_gives_the_same_bytes(told, cast, client):
    """Numbers for people are drawn for each file. What states its day is compared on the day."""
    again = files(cast, client)
    drawn = f"with {Names.NUMBERS.value}"
    assert [name for name, content in again.items() if drawn not in name and content != told[name]] == []
    with frozen_at(now() + timedelta(days=3)):
        client.sign_in(cast.otto)
        assert client.get("/d/erklaerung/changes.docx?from=1&to=2").get_data() == told["changes.docx"]
