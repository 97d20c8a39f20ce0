"""P12: one's own data, complete by the schema, one's own alone, and for nobody without a live session."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from deliberation.accounts import sessions
from deliberation.accounts.models import Session
from deliberation.clock import frozen_at, now
from deliberation.database import db, set_reading
from deliberation.privacy.own_columns import LEFT_OUT, OWN
from deliberation.privacy.own_data import load_own_data
from tests import builders
from tests.privacy import scene


def test_every_column_is_in_the_file_or_on_the_list_with_a_reason():
    faults = []
    for table in db.metadata.sorted_tables:
        if table.name in LEFT_OUT:
            continue
        section = OWN.get(table.name)
        if section is None:
            faults.append(f"{table.name}: a table that nobody decided about")
            continue
        for column in table.columns:
            is_told = column.name in (*section.columns, *section.by)
            if is_told == (f"{table.name}.{column.name}" in LEFT_OUT):
                faults.append(f"{table.name}.{column.name}: in the file or on the list, one of both")
    assert not faults


def test_list_names_nothing_that_does_not_exist():
    tables = db.metadata.tables
    names = {*tables, *(f"{table.name}.{column.name}" for table in tables.values() for column in table.columns)}
    assert not LEFT_OUT.keys() - names
    assert all(len(reason) > 20 for reason in LEFT_OUT.values())


def test_every_way_to_a_person_is_followed():
    """A new column that refers to an account or a membership cannot be left out by calling it technical."""
    ways = [
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        for target in column.foreign_keys
        if target.column.table.name in ("user", "membership")
    ]
    followed = {f"{name}.{column}" for name, section in OWN.items() for column in section.by}
    # A group at a table is no person.
    groups = {"table_protocol.group_id"}
    assert set(ways) - followed - groups == {"measure.lifted_by_id", "objection.decider_id", "report_point.answerer_id"}


@pytest.fixture
def story(app, cast):
    return scene.build(cast, app.config["SECRET_KEY"])


def file_of(client) -> dict:
    answer = client.get("/me/data/file")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    return json.loads(answer.text)


class TestFile:
    def test_has_everything_of_her(self, client, story):
        found = file_of(client.sign_in(story.karla))
        words = json.dumps(found["data"], ensure_ascii=False)
        wanted = ("ENTWURF", "NOTIZ", "VERBORGEN", "STELLE", "NACHRICHT", "TEXT", "FRÜHER", "WORTLAUT", "ANTWORT", "HALTUNG")
        assert [word for word in wanted if f"KANARIE-{word}" not in words] == []
        assert scene.ADDRESS in words
        empty = {name for name, rows in found["data"].items() if not rows}
        # What she never did, or only a moderator does.
        assert empty == {
            "invitation", "role_grant", "anchor", "outcome", "ballot_option", "cosignature", "resistance", "measure",
            "objection", "response", "note", "handling", "presence", "assignment", "correction", "rules_version",
            "import_preview", "staff_access", "login_code", "site_change", "webhook", "deletion", "export_job",
            "report", "report_issue", "interest", "subscription", "bounce", "barrier",
        }  # fmt: skip

    def test_has_nothing_of_others(self, client, story):
        found = file_of(client.sign_in(story.karla))
        words = json.dumps(found["data"], ensure_ascii=False)
        for theirs in ("kennt den Dienst", "hat recht", "greift an", "schwierig", "was meinen Sie", "Linde 88", "example.org"):
            assert theirs not in words

    def test_has_no_secret(self, client, story):
        entry = db.session.scalars(db.select(Session)).first()
        words = client.sign_in(story.karla).get("/me/data/file").text
        for secret in (story.karla.address_hash, story.karla.address_sealed, "c" * 64, "cred-karla"):
            assert secret not in words
        assert entry is None or entry.token_hash not in words

    def test_of_a_moderator_has_what_she_decided_and_not_whom_it_was_about(self, client, story):
        found = file_of(client.sign_in(story.cast.mira))
        words = json.dumps(found["data"], ensure_ascii=False)
        assert len(found["data"]["decision"]) == 2
        assert scene.ADDRESS not in words
        assert "KANARIE" not in words.replace("KANARIE-STELLE", "")

    def test_says_what_is_left_out(self, client, story):
        found = file_of(client.sign_in(story.karla))
        assert found["left_out"]["user.password_hash"].startswith("Schützt Ihr Konto.")

    def test_can_be_read_too(self, client, story):
        page = client.sign_in(story.karla).get("/me/data/read").text
        assert scene.ADDRESS in page
        assert "KANARIE-NOTIZ" in page
        assert "Beiträge" in page
        assert "Was nicht dabei ist, und warum" in page


class TestDoor:
    def test_link_is_dead_without_a_session(self, client, story):
        for path in ("/me/data/file", "/me/data/read"):
            answer = client.get(path)
            assert answer.status_code == 303
            assert "/login" in answer.location
            assert "KANARIE" not in answer.text

    def test_link_is_dead_after_signing_out(self, client, story):
        karla = client.sign_in(story.karla)
        assert karla.get("/me/data/file").status_code == 200
        karla.post("/logout")
        assert karla.get("/me/data/file").status_code == 303

    def test_she_says_once_more_who_she_is(self, client, story):
        with frozen_at(now() - timedelta(hours=1)):
            karla = client.sign_in(story.karla)
        answer = karla.get("/me/data/file")
        assert answer.status_code == 303
        assert "/login/again" in answer.location

    def test_at_once_nobody_gets_anothers(self, app, cast):
        people = [builders.make_member(cast.declaration, f"p{n}", pseudonym=f"Eibe {n + 10}") for n in range(24)]
        set_reading(False)
        tokens = [sessions.begin(person, with_second=True) for person in people]
        db.session.commit()
        addresses = [person.email for person in people]
        db.session.remove()

        def fetch(number: int) -> str:
            with app.app_context():
                browser = app.test_client()
                browser.__class__ = PlainClient
                with browser.session_transaction() as session:
                    session["_user_id"] = tokens[number]
                return browser.get("/me/data/file").text

        with ThreadPoolExecutor(12) as pool:
            found = list(pool.map(fetch, range(len(people))))
        for number, words in enumerate(found):
            assert [address for address in addresses if address in words] == [addresses[number]]


from flask.testing import FlaskClient  # noqa: E402


class PlainClient(FlaskClient):
    """A browser without the conveniences of the tests, for threads."""


def test_everything_is_gathered_in_one_query_for_each_table(story):
    data = load_own_data(story.karla)
    assert [table.name for table in data.tables] == list(OWN)
