from datetime import timedelta

import pytest
from sqlalchemy import func, select

from deliberation.accounts.actions import (
    EmailTaken,
    PasswordRefused,
    PseudonymUnfit,
    create_user,
    forget_stale,
)
from deliberation.accounts.addresses import AddressInvalid
from deliberation.accounts.models import LoginCode, User, find_user_by_email
from deliberation.annotations.drafts import load_drafts, save_draft
from deliberation.annotations.models import Draft
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Membership
from deliberation.permissions import NotAllowed, Operator
from deliberation.privacy.leaving import erase as erase_user
from tests import builders
from tests.accounts.post import PASSWORD, ask_for_code, is_signed_in, log_in, mails_to


def test_operator_creates_an_account_that_can_sign_in_at_once(client):
    user = create_user(Operator(), "Otto@Example.org", "Otto Organisiert", PASSWORD, is_operator=True)
    db.session.commit()
    assert user.confirmed_at is not None
    assert user.is_operator
    assert log_in(client, "otto@example.org").status_code == 303


@pytest.mark.parametrize(
    ("email", "pseudonym", "password", "refusal"),
    [
        ("otto@", "Ulme 61", "", AddressInvalid),
        ("ada@example.org", "Ulme 61", "", EmailTaken),
        ("otto@example.com", "Weide 27", "", PseudonymUnfit),
        ("otto@example.com", "Moderation", "", PseudonymUnfit),
        ("otto@example.com", "Ulme 61", "passwort1234", PasswordRefused),
    ],
)
def test_operator_is_told_what_is_wrong(cast, email, pseudonym, password, refusal):
    with pytest.raises(refusal):
        create_user(Operator(), email, pseudonym, password)


def test_only_the_operator_creates_and_ends_accounts(cast):
    with pytest.raises(NotAllowed):
        create_user(cast.otto, "neu@example.org")
    with pytest.raises(NotAllowed):
        erase_user(cast.otto, cast.ada)


def erase(email):
    erase_user(Operator(), find_user_by_email(email))
    db.session.commit()


def test_erased_person_is_gone_and_her_words_stay_as_nobodys(client, app, cast):
    builders.annotate(cast.ada, cast.declaration, body="Das bleibt stehen.")
    save_draft(cast.ada, cast.declaration, "p:1", {"body": "halb fertig"}, "key")
    ask_for_code(app.test_client(), "ada@example.org")
    client.sign_in(cast.ada)
    erase("ada@example.org")

    assert find_user_by_email("ada@example.org") is None
    assert mails_to("ada@example.org") == []
    assert db.session.scalar(select(func.count(LoginCode.id))) == 0
    assert db.session.scalar(select(func.count(Draft.id))) == 0
    assert not is_signed_in(client)
    page = app.test_client().get("/d/erklaerung/3/1").text
    assert "Das bleibt stehen." in page
    assert "Weide 27" not in page


def test_two_people_can_be_erased_from_one_declaration(cast):
    erase("ada@example.org")
    erase("ben@example.org")
    names = db.session.scalars(select(Membership.pseudonym).where(Membership.user_id.is_(None)))
    assert list(names) == ["Gelöschte Person"] * 2


def test_nobody_can_call_herself_a_deleted_person(client):
    answer = client.post(
        "/register", data={"email": "neu@example.org", "consent": "1", "pseudonym": "Gelöschte Person 2"}
    )
    assert answer.status_code == 422


def test_account_that_was_never_confirmed_nor_used_goes_after_a_week(cast):
    builders.make_user("never")
    builders.make_user("confirmed", confirmed_at=now())
    forget_stale(now() + timedelta(days=6, hours=23))
    assert find_user_by_email("never@example.org") is not None
    forget_stale(now() + timedelta(days=7, hours=1))
    left = {user.email for user in db.session.scalars(select(User))}
    assert "never@example.org" not in left
    assert left == {f"{name}@example.org" for name in ("ada", "ben", "mira", "otto", "confirmed")}


def test_codes_go_when_they_open_nothing_any_more(client):
    builders.make_user("ada")
    ask_for_code(client, "ada@example.org")
    forget_stale(now() + timedelta(minutes=9))
    assert db.session.scalar(select(func.count(LoginCode.id))) == 1
    forget_stale(now() + timedelta(minutes=11))
    assert db.session.scalar(select(func.count(LoginCode.id))) == 0


def test_drafts_of_others_stay_when_somebody_is_erased(cast):
    save_draft(cast.ben, cast.declaration, "p:1", {"body": "halb fertig"}, "key")
    erase("ada@example.org")
    assert len(load_drafts(cast.ben)) == 1
