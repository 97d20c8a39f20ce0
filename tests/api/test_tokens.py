"""A token is shown once, kept as a hash, does what its scopes say while it lasts, and ends with everything that ends sessions."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from deliberation.accounts import actions, sessions, tokens
from deliberation.accounts.models import ApiToken, Scope
from deliberation.accounts.tokens import TokenRefused, Wish
from deliberation.clock import frozen_at, now, today
from deliberation.database import db
from deliberation.declarations.actions import grant_role
from deliberation.permissions import Role
from deliberation.privacy.leaving import leave
from deliberation.privacy.models import Parting
from deliberation.privacy.own_data import load_own_data
from deliberation.privacy.retention import forget
from tests import builders
from tests.api.program import AT, Program, make_token, program_of

FORM = {"label": "Auswertung", "scopes": ["read", "write"], "form_key": "einmal"}


def ask(app, secret):
    return Program(app, secret).get(AT).status_code


def test_token_is_made_on_a_page_and_shown_once(app, cast, client):
    client.sign_in(cast.ben)
    made = client.post("/me/tokens/new", data={**FORM, "ends_on": today() + timedelta(days=30)})
    assert made.status_code == 200
    [secret] = re.findall(r"dlb_[0-9a-f]{64}", made.text)
    page = client.get("/me/tokens")
    assert "Auswertung" in page.text
    assert "dlb_" not in page.text
    assert ask(app, secret) == 200
    # The same form sent again: the same token, and no second one.
    assert secret in client.post("/me/tokens/new", data={**FORM, "ends_on": today()}).text
    assert tokens.count(cast.ben) == 1
    kept = " ".join(map(str, db.session.execute(text("SELECT * FROM api_token")).one()))
    assert secret not in kept
    assert secret.removeprefix("dlb_") not in kept


def test_making_one_asks_who_it_is(cast, client):
    client.sign_in(cast.ben)
    with frozen_at(now() + timedelta(minutes=31)):
        answer = client.post("/me/tokens/new", data={**FORM, "ends_on": today()})
        assert (answer.status_code, answer.location) == (303, "/login/again?next=/me/tokens/new")
    assert tokens.count(cast.ben) == 0


@pytest.mark.parametrize(
    "change",
    [{"label": " "}, {"label": "x" * 61}, {"scopes": []}, {"scopes": ["all"]}, {"ends_on": ""}, {"ends_on": "bald"}],
)
def test_form_says_what_is_missing(cast, client, change):
    client.sign_in(cast.ben)
    answer = client.post("/me/tokens/new", data={**FORM, "ends_on": today(), **change})
    assert answer.status_code == 422
    assert tokens.count(cast.ben) == 0


@pytest.mark.parametrize("days", [-1, 366])
def test_end_is_within_a_year(cast, client, days):
    client.sign_in(cast.ben)
    answer = client.post("/me/tokens/new", data={**FORM, "ends_on": today() + timedelta(days=days)})
    assert answer.status_code == 422
    with pytest.raises(TokenRefused):
        tokens.make(cast.ben, Wish("x", [Scope.READ], today() + timedelta(days=days)), with_second=False)


def test_nobody_has_more_than_twenty(cast):
    for _number in range(tokens.MOST):
        make_token(cast.ben)
    with pytest.raises(TokenRefused):
        make_token(cast.ben)


def test_it_opens_nothing_after_its_end(app, cast):
    secret = make_token(cast.ben, days=3)
    with frozen_at(now() + timedelta(days=3)):
        assert ask(app, secret) == 200
    with frozen_at(now() + timedelta(days=4)):
        assert ask(app, secret) == 401


def test_revoked_on_the_page_it_opens_nothing(app, cast, client):
    secret = make_token(cast.ben)
    key = tokens.load(cast.ben)[0].key
    assert client.sign_in(cast.ada).post(f"/me/tokens/{key}/revoke").status_code == 404
    assert ask(app, secret) == 200
    assert client.sign_in(cast.ben).post(f"/me/tokens/{key}/revoke").status_code == 303
    answer = Program(app, secret).get(AT)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")


@pytest.mark.parametrize("words", ["Bearer nichts", "Bearer", "Bearer dlb_" + "0" * 64, "Basic YTpi", "dlb_x"])
def test_what_is_no_token_is_refused_also_for_reading(app, cast, words):
    answer = Program(app).get(AT, Authorization=words)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_scopes_are_all_it_does(app, cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    tries = {
        Scope.READ: ("GET", AT, None),
        Scope.WRITE: ("PUT", f"{AT}/stances/3/1", {"stance": "carry"}),
        Scope.MODERATE: ("POST", f"{AT}/annotations/{annotation.number}/decisions", {}),
        Scope.EXPORT: ("GET", f"{AT}/export.csv", None),
    }
    person = builders.make_member(cast.declaration, "vieles", Role.ORGANISER)
    for own in Scope:
        program = program_of(app, person, own)
        for wanted, (method, address, sent) in tries.items():
            answer = program.ask(method, address, sent)
            lacks = answer.status_code == 403 and answer.json.get("error") == "insufficient_scope"
            assert lacks == (own is not wanted), (own, wanted)


def test_day_of_its_last_use_is_kept(app, cast):
    secret = make_token(cast.ben)
    assert tokens.load(cast.ben)[0].used_on is None
    ask(app, secret)
    db.session.expire_all()
    assert tokens.load(cast.ben)[0].used_on == today()


ENDINGS = {
    "password": lambda cast: actions.change_password(cast.ben, "neu"),
    "all devices": lambda cast: sessions.end_all(cast.ben, but="x"),
    "a role": lambda cast: grant_role(cast.ben, Role.MODERATOR, cast.declaration),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_it_ends_with_the_sessions(app, cast, name):
    secret = make_token(cast.ben)
    ENDINGS[name](cast)
    db.session.commit()
    assert ask(app, secret) == 401


def test_it_ends_with_the_account_and_is_in_the_own_data(app, cast):
    secret = make_token(cast.ben)
    own = str(load_own_data(cast.ben))
    assert "Programm" in own
    assert tokens.hashed(secret) not in own
    leave(cast.ben, Parting.KEPT, app.config["SECRET_KEY"])
    db.session.commit()
    assert db.session.scalars(select(ApiToken)).all() == []
    assert ask(app, secret) == 401


def test_staff_need_one_made_with_the_second_factor(app, cast, monkeypatch):
    without, with_it = make_token(cast.mira, with_second=False), make_token(cast.mira)
    assert ask(app, without) == 200
    monkeypatch.setitem(app.config, "SECOND_FACTOR", "required")
    assert [ask(app, without), ask(app, with_it)] == [401, 200]
    assert ask(app, make_token(cast.ada, with_second=False)) == 200


def test_ended_ones_are_forgotten_a_month_later(app, cast):
    make_token(cast.ben, days=1)
    forget(now() + timedelta(days=31), "de", app.config["SECRET_KEY"])
    assert tokens.count(cast.ben) == 1
    forget(now() + timedelta(days=33), "de", app.config["SECRET_KEY"])
    assert tokens.count(cast.ben) == 0


def test_pages_hold_for_nobody_else(cast, client):
    assert client.get("/me/tokens").location.startswith("/login?")
    assert client.get("/me/tokens/new").location.startswith("/login?")
