"""Limits stop whoever floods the site and spare those who share an address with others: an office, a hall, a shelter."""

import time
from pathlib import Path

import pytest

from deliberation import counters, create_app
from deliberation.accounts.views.signing_in import PASSWORDS
from deliberation.annotations.views.writing import KEEPING_LIMIT
from deliberation.counters import Counters
from deliberation.database import db
from deliberation.jobs import purge_counts
from deliberation.web import POSTS, limiter
from tests.accounts.post import ask_for_code, enter_code, is_signed_in, last_code, register

PLACE = "/d/erklaerung/3/1/annotations"


@pytest.fixture
def limited(app):
    """The application of the test once more, on the same database, with limits and nothing counted yet."""
    settings = {name: app.config[name] for name in ("DATABASE_URL", "SECRET_KEY", "BASE_URL", "LOG_LEVEL")}
    other = create_app({**settings, "INSTANCE": app.instance_path, "RATELIMIT_ENABLED": True})
    other.config.update(WTF_CSRF_ENABLED=False, PASSWORD_COST="cheap")
    other.test_client_class = app.test_client_class
    limiter.reset()
    yield other
    limiter.reset()
    limiter.storage.close()
    with other.app_context():
        db.engine.dispose()


@pytest.fixture
def client(limited):
    return limited.test_client()


def first(limit):
    return int(limit.split()[0])


def send(client, action, number=0, body="Bei uns auch."):
    fields = {"kind": "practice", "body": body, "action": action, "checked": "1", "form_key": f"k{number}"}
    return client.post(PLACE, data=fields)


def test_hall_of_forty_signs_up_in_three_steps_each(limited, cast):
    for number in range(40):
        browser, email = limited.test_client(), f"gast{number}@example.org"
        for step in ("1", "2"):
            assert register(browser, email, step=step).status_code == 200
        assert register(browser, email).status_code == 303


def test_guests_behind_one_address_do_not_use_up_what_they_may_post(limited, cast):
    for number in range(first(POSTS) + 5):
        assert send(limited.test_client(), "send", number).status_code == 303


def test_drafts_of_one_person_end_somewhere_and_the_text_is_kept(limited, cast, client):
    client.sign_in(cast.ada)
    seen = [send(client, "draft").status_code for _time in range(first(KEEPING_LIMIT) + 1)]
    assert set(seen[:-1]) == {303}
    assert seen[-1] == 429
    assert "Unersetzliche Worte" in send(client, "draft", body="Unersetzliche Worte").text


def test_one_who_posts_too_much_does_not_stop_colleagues_in_the_office(limited, cast, client):
    client.sign_in(cast.ada)
    seen = [send(client, "send", number, f"Satz {number}").status_code for number in range(first(POSTS) + 1)]
    assert seen[-1] == 429
    assert send(limited.test_client().sign_in(cast.ben), "send", 99).status_code == 303


def test_who_hammers_on_passwords_leaves_others_the_way_by_mail(limited, cast, client):
    for number in range(first(PASSWORDS) + 5):
        fields = {"email": f"niemand{number}@example.org", "password": "ganz falsche Wörter hier"}
        last = limited.test_client().post("/login", data=fields)
    assert last.status_code == 429
    ask_for_code(client, cast.ada.email)
    assert enter_code(client, last_code(cast.ada.email)).status_code == 303
    assert is_signed_in(client)


def test_answers_do_not_tell_how_much_others_at_the_address_do(limited, cast, client):
    for answer in (client.post("/login", data={"email": "ada@example.org"}), client.get("/login")):
        assert not [name for name, _value in answer.headers if "ratelimit" in name.lower() or name == "Retry-After"]


@pytest.mark.any_engine
def test_damaged_file_of_counts_begins_anew_and_counts_on(tmp_path):
    file = Path(tmp_path / counters.FILE)
    kept = Counters(target=str(file))
    kept.incr("k", 60)
    file.write_bytes(b"kein Zaehler mehr" * 100)
    assert [kept.incr("k", 60), kept.incr("k", 60), kept.get("k")] == [1, 2, 2]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.any_engine
def test_store_that_cannot_be_reached_says_so_without_a_fault(tmp_path):
    assert Counters(target=str(tmp_path / "no" / "folder" / "limits.sqlite3")).check() is False
    assert Counters(target=str(tmp_path / counters.FILE)).check() is True


def test_counts_go_when_their_time_is_up_though_nobody_comes(limited, monkeypatch):
    limiter.storage.incr("k", 60)
    now = time.time()
    monkeypatch.setattr(counters.time, "time", lambda: now + 61)
    purge_counts()
    monkeypatch.undo()
    assert limiter.storage.get("k") == 0
