"""What is delicate asks once more who one is, half an hour after the last proof; then it leads back to where one was."""

from datetime import timedelta
from urllib.parse import unquote
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from deliberation.accounts.models import Session
from deliberation.accounts.passwords import hash_password
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Invitation
from deliberation.policies import POLICIES
from deliberation.results.writers import ARCHIVE, WRITERS
from tests import builders
from tests.accounts.post import PASSWORD, last_code, log_in
from tests.results.scene import text_of

AGAIN = "/login/again?next="


def test_every_page_that_is_marked_delicate_asks_after_half_an_hour(cast, client, app):
    """And none of them before: the line of the table is what counts, for the page and for its form."""
    client.sign_in(cast.ada)
    adapter, asked = app.url_map.bind("localhost"), 0
    with frozen_at(now() + timedelta(minutes=30)):
        for rule in app.url_map.iter_rules():
            if POLICIES[rule.endpoint].proof and POLICIES[rule.endpoint].door.name == "SIGNED_IN":
                address = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, "x"))
                # A form that is sent to an address below its page leads back to the page.
                place = address if "GET" in rule.methods else address.rpartition("/")[0]
                for method in sorted({"GET", "POST"} & rule.methods):
                    answer = client.open(address, method=method)
                    assert (answer.status_code, answer.location) == (303, AGAIN + place), (rule.endpoint, method)
                    asked += 1
    assert asked > 10


@pytest.mark.parametrize(
    "endpoint", ["email", "second_app", "second_app_remove", "passkey", "passkey_remove", "recovery_codes"]
)
def test_what_opens_the_account_to_others_is_marked_delicate(endpoint):
    assert POLICIES[f"accounts.{endpoint}"].proof


@pytest.mark.parametrize("file_format", sorted(one for one, writer in WRITERS.items() if writer.has_names and one != ARCHIVE))
def test_file_with_names_asks_and_one_without_does_not(cast, client, file_format):
    client.sign_in(cast.otto)
    address = f"/d/erklaerung/export.{file_format}"
    assert client.get(f"{address}?names=pseudonyms").status_code == 200
    with frozen_at(now() + timedelta(minutes=31)):
        for query in ("?names=pseudonyms", "", "?kind=question&names=pseudonyms"):
            answer = client.get(address + query)
            assert (answer.status_code, unquote(answer.location)) == (303, AGAIN + address + query)
        assert client.get(f"{address}?names=none").status_code == 200
        assert client.get(f"{address}?names=numbers").status_code == 200


@pytest.mark.any_engine
def test_archive_has_names_always_and_a_document_never(cast, client):
    builders.annotate(cast.ada, cast.declaration)
    [name] = [member.pseudonym for member in cast.ada.memberships]
    client.sign_in(cast.otto)
    with frozen_at(now() + timedelta(minutes=31)):
        for query in ("", "?names=none"):
            address = f"/d/erklaerung/export.archive{query}"
            assert unquote(client.get(address).location) == AGAIN + address
        for file_format in ("docx", "odt", "pdf", "html", "md", "polis"):
            answer = client.get(f"/d/erklaerung/export.{file_format}?names=pseudonyms")
            assert answer.status_code == 200
            assert name not in text_of(answer.get_data())


@pytest.mark.parametrize("role", ["moderator", "organiser"])
def test_giving_a_role_asks_and_giving_none_does_not(cast, client, role):
    client.sign_in(cast.otto)
    fields = {"kind": "link", "days": "7", "uses": "1"}

    def given(role):
        client.post("/d/erklaerung/invitations", data={**fields, "role": role, "form_key": uuid4().hex})
        return db.session.scalar(select(func.count(Invitation.id)))

    with frozen_at(now() + timedelta(minutes=31)):
        assert given("participant") == 1
        assert given(role) == 1
        client.post("/login/again", data={"by_mail": "1"})
        client.post("/login/again?mailed=1", data={"code": last_code(cast.otto.email)})
        assert given(role) == 2


def test_proof_holds_for_thirty_minutes_and_not_for_thirty_one(cast, client):
    client.sign_in(cast.ada)
    begun = now()
    with frozen_at(begun + timedelta(minutes=29, seconds=59)):
        assert client.get("/me/email").status_code == 200
    with frozen_at(begun + timedelta(minutes=30)):
        assert client.get("/me/email").location == f"{AGAIN}/me/email"
        client.post("/login/again", data={"by_mail": "1"})
        client.post("/login/again?mailed=1", data={"code": last_code(cast.ada.email)})
    with frozen_at(begun + timedelta(minutes=59)):
        assert client.get("/me/email").status_code == 200
    with frozen_at(begun + timedelta(minutes=60)):
        assert client.get("/me/email").status_code == 303


def test_proof_of_one_device_is_none_for_another(cast, client, app):
    phone = app.test_client().sign_in(cast.ada)
    with frozen_at(now() + timedelta(minutes=31)):
        client.sign_in(cast.ada)
        assert client.get("/me/email").status_code == 200
        assert phone.get("/me/email").status_code == 303


def test_eleventh_guess_at_proving_is_not_even_looked_at(cast, client, app, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    cast.ada.password_hash = hash_password(PASSWORD, "cheap")
    db.session.commit()
    client.sign_in(cast.ada)
    for _number in range(10):
        assert client.post("/login/again", data={"password": "ganz ein anderes Passwort"}).status_code == 422
    assert client.post("/login/again", data={"password": PASSWORD}).status_code == 429


def test_proving_makes_no_new_session_and_leads_to_our_own_pages_only(cast, client):
    cast.ada.password_hash = hash_password(PASSWORD, "cheap")
    db.session.commit()
    log_in(client, cast.ada.email)
    for goal in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert client.post("/login/again", data={"password": PASSWORD, "next": goal}).location == "/"
    assert db.session.query(Session).count() == 1
