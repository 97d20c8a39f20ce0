from sqlalchemy import func, select

from deliberation.accounts.actions import CONSENT_VERSION
from deliberation.accounts.models import User, find_user_by_email
from deliberation.clock import now
from deliberation.database import db
from tests import builders
from tests.accounts.post import (
    PASSWORD,
    enter_code,
    is_signed_in,
    last_code,
    log_in,
    mails_to,
    register,
    without_secrets,
)


def found(email="neu@example.org"):
    user = find_user_by_email(email)
    assert user is not None
    return user


def test_person_without_an_account_gets_one_and_confirms_it_with_the_code(client):
    answer = register(client, pseudonym="Ulme 61")

    assert answer.status_code == 303
    assert answer.location == "/login/code"
    assert found().first_pseudonym == "Ulme 61"
    assert found().confirmed_at is None
    assert not is_signed_in(client)

    enter_code(client, last_code("neu@example.org"))
    assert is_signed_in(client)
    assert found().confirmed_at is not None


def test_consent_is_kept_with_its_version_and_time(client):
    before = now()
    register(client)
    assert found().consent_version == CONSENT_VERSION
    assert before <= found().consented_at <= now()


def test_without_consent_there_is_no_account(client):
    answer = client.post("/register", data={"email": "neu@example.org"})
    assert answer.status_code == 422
    assert "<title>Fehler: " in answer.text
    assert db.session.scalar(select(func.count(User.id))) == 0


def test_consent_is_not_ticked_beforehand(client):
    assert "checked" not in client.get("/register").text


def test_a_name_is_offered_in_the_field_and_another_one_on_request(client):
    first = client.get("/register").text.split('id="pseudonym"')[1].split('value="')[1].split('"')[0]
    again = client.post("/register", data={"email": "neu@example.org", "pseudonym": first, "suggest": "1"})

    assert first
    assert again.status_code == 200
    assert "neu@example.org" in again.text
    assert f'value="{first}"' not in again.text


def test_whoever_leaves_the_name_empty_is_given_one(client):
    register(client, pseudonym="")
    assert found().first_pseudonym


def test_name_of_somebody_who_takes_part_is_refused_with_three_free_ones(client, cast):
    answer = register(client, pseudonym="weide  27")
    assert answer.status_code == 422
    message = answer.text.split('id="pseudonym-error"')[1].split("</p>")[0]
    assert message.count(",") == 2
    assert "Weide 27" not in message


def test_name_of_an_office_is_refused(client):
    assert register(client, pseudonym="Moderation Süd").status_code == 422


def test_nobody_learns_from_the_answer_whether_an_address_is_known(client, app):
    builders.make_user("bekannt")
    known = register(client, "bekannt@example.org")
    unknown = register(app.test_client(), "unbekannt@example.org")

    assert known.status_code == unknown.status_code
    assert known.location == unknown.location
    assert known.data == unknown.data
    assert sorted(known.headers.keys()) == sorted(unknown.headers.keys())


def test_nobody_learns_from_the_next_page_whether_an_address_is_known(client, app):
    builders.make_user("bekannt")
    other = app.test_client()
    register(client, "bekannt@example.org")
    register(other, "unbekannt@example.org")
    assert without_secrets(client.get("/login/code").text) == without_secrets(other.get("/login/code").text)


def test_nobody_learns_from_a_second_sign_up_under_the_same_name_whether_an_address_is_known(client, app):
    builders.make_user("bekannt")
    register(client, "bekannt@example.org", pseudonym="Ulme 61")
    register(client, "unbekannt@example.org", pseudonym="Ulme 62")

    after_known = register(app.test_client(), "a@example.org", pseudonym="Ulme 61")
    after_unknown = register(app.test_client(), "b@example.org", pseudonym="Ulme 62")
    assert after_known.status_code == after_unknown.status_code


def test_owner_of_a_known_address_is_told_by_mail_and_nothing_else_changes(client):
    user = builders.make_user("bekannt", password_hash="unchanged", first_pseudonym="Linde 12")
    register(client, "bekannt@example.org", password=PASSWORD, pseudonym="Ulme 61")

    assert [mail.template for mail in mails_to("bekannt@example.org")] == ["account_exists"]
    db.session.refresh(user)
    assert user.password_hash == "unchanged"
    assert user.first_pseudonym == "Linde 12"


def test_one_address_in_two_spellings_is_one_account(client):
    register(client, "Neu@Example.ORG")
    register(client, " neu@example.org ")
    assert db.session.scalars(select(User.email)).all() == ["neu@example.org"]


def test_half_an_address_is_refused_and_the_rest_of_the_form_is_kept(client):
    answer = register(client, "neu@", pseudonym="Ulme 61")
    assert answer.status_code == 422
    assert "nicht vollständig" in answer.text
    assert 'value="Ulme 61"' in answer.text
    assert PASSWORD not in register(client, "neu@", password=PASSWORD).text


def test_password_chosen_at_sign_up_signs_in_before_the_address_is_confirmed(client, app):
    register(client, password=PASSWORD)
    program = app.test_client()
    assert log_in(program, "neu@example.org").status_code == 303
    assert is_signed_in(program)
    assert found().confirmed_at is None


def test_password_stays_when_the_code_is_entered_in_the_browser_that_chose_it(client, app):
    register(client, password=PASSWORD)
    enter_code(client, last_code("neu@example.org"))
    assert log_in(app.test_client(), "neu@example.org").status_code == 303


def test_stranger_who_signed_up_with_my_address_is_out_once_i_confirm_it(client, app):
    stranger = client
    register(stranger, password=PASSWORD)
    log_in(stranger, "neu@example.org")
    assert is_signed_in(stranger)

    owner = app.test_client()
    owner.post("/login", data={"email": "neu@example.org"})
    enter_code(owner, last_code("neu@example.org"))

    assert is_signed_in(owner)
    assert not is_signed_in(stranger)
    assert log_in(stranger, "neu@example.org").status_code == 422


def test_password_stays_when_somebody_signed_in_by_it_confirms_from_there(client, app):
    register(client, password=PASSWORD)
    elsewhere = app.test_client()
    log_in(elsewhere, "neu@example.org")
    elsewhere.post("/me/confirm")
    enter_code(elsewhere, last_code("neu@example.org"))

    assert found().confirmed_at is not None
    assert log_in(app.test_client(), "neu@example.org").status_code == 303


def test_way_back_survives_all_steps_of_signing_up(client, cast):
    goal = "/d/erklaerung/3/1?order=newest"
    answer = client.post("/register", data={"email": "neu@example.org", "consent": "1", "next": goal})
    assert client.get(answer.location).text.count('value="/d/erklaerung/3/1?order=newest"') == 1
    assert enter_code(client, last_code("neu@example.org"), next=goal).location == goal


def test_name_chosen_at_sign_up_is_that_of_the_first_declaration(client, cast):
    register(client, pseudonym="Ulme 61")
    assert builders.membership(found(), cast.declaration).pseudonym == "Ulme 61"
