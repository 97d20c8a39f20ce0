import re
from html import unescape

import pytest
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
    last = client.post("/register", data={"step": "2", "email": "neu@example.org", "pseudonym": "Ulme 61"})
    assert 'name="consent"' in last.text
    assert "checked" not in last.text


def test_a_name_is_offered_in_the_field_and_another_one_on_request(client):
    second = client.post("/register", data={"step": "1", "email": "neu@example.org"}).text
    first = second.split('id="pseudonym"')[1].split('value="')[1].split('"')[0]
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
    assert [user.email for user in db.session.scalars(select(User))] == ["neu@example.org"]


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


def fields_of(page):
    """What the form on this page would send."""
    found = re.findall(r'<input[^>]*name="([^"]+)"[^>]*>', page)
    values = {}
    for name in found:
        tag = next(t for t in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in t)
        value = re.search(r'value="([^"]*)"', tag)
        if 'type="checkbox"' not in tag:
            values[name] = unescape(value[1]) if value else ""
    return values


def test_three_steps_ask_for_one_thing_each_and_keep_what_was_said(client):
    first = client.get("/register?next=/d/erklaerung/3/1").text
    assert 'type="email"' in first
    assert 'id="pseudonym"' not in first
    second = client.post("/register", data={**fields_of(first), "email": "neu@example.org"})
    assert second.status_code == 200
    assert 'id="pseudonym"' in second.text
    assert 'name="consent"' not in second.text
    assert "field__error" not in second.text
    third = client.post("/register", data={**fields_of(second.text), "pseudonym": "Ulme 61"}).text
    assert "Sie schreiben als Ulme 61." in third
    assert db.session.scalar(select(func.count(User.id))) == 0
    sent = client.post("/register", data={**fields_of(third), "consent": "y"})
    assert sent.location == "/login/code?next=/d/erklaerung/3/1"
    assert found().first_pseudonym == "Ulme 61"


def test_each_step_complains_about_its_own_fields_only(client):
    assert client.post("/register", data={"step": "1", "email": "neu@"}).status_code == 422
    named = client.post("/register", data={"step": "2", "email": "neu@example.org", "pseudonym": "Moderation"})
    assert named.status_code == 422
    assert "Einwilligung" not in named.text.split("<h1>")[0]
    last = client.post("/register", data={"email": "neu@example.org", "pseudonym": "Ulme 61"})
    assert last.status_code == 422
    assert "Ohne Ihre Einwilligung" in last.text


def test_one_step_back_loses_nothing(client):
    back = client.post("/register", data={"step": "2", "email": "neu@example.org", "pseudonym": "Ulme 61", "back": "1"})
    assert 'value="neu@example.org"' in back.text
    assert 'value="Ulme 61"' in back.text


@pytest.mark.parametrize(
    "name",
    ["\u0430dmin", "\uff41dmin", "Mod\u200beration", "Operator 7", "ver.di", "V E R D I", "Gelöschte Person", "\u041coderation",
     "W\u0435ide 27", "Bet\u0433ieb", "Team Süd", "Ｍoderation 3", "M0deration", "R\u0435daktion", "Adm1n", "Admln", "M0der4tion",
     "rnoderation", "Die Moderation", "Superadmin", "Das Team", "v-e-r-d-i", "Organiser 3", "Deleted person", "Systern",
     "Moderation 3", "Mod\u2063eration", "Mod\u00aderation"],
)  # fmt: skip
def test_names_that_pass_for_others_are_refused(client, cast, name):
    assert register(client, pseudonym=name).status_code == 422


@pytest.mark.parametrize(
    "name", ["Weide 28", "Monteverdi 12", "Steam 7", "Praxisblick", "Юта 7", "Kormoran", "Anna-Lena", "Nachtdienst 3"]
)
def test_names_that_only_sound_a_little_like_an_office_are_taken(client, cast, name):
    assert register(client, pseudonym=name).status_code == 303
