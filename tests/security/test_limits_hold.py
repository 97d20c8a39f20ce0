"""Limits hold over processes and restarts, say from when on it goes on, and keep the text."""

import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from deliberation import counters, create_app, schema
from deliberation.counters import Counters
from deliberation.database import db, set_reading
from deliberation.notifications import following
from deliberation.notifications.models import Subscription
from deliberation.sqlite import driver as sqlite3
from tests import builders

SETTINGS = {"SECRET_KEY": "a secret that is long enough for the tests", "LOG_LEVEL": "ERROR", "BASE_URL": "http://localhost"}


@pytest.fixture
def target(engine, tmp_path):
    """Where counts are kept on this engine, empty."""
    name, _folder, url = engine
    if name == "sqlite":
        return str(tmp_path / "limits.sqlite3")
    address = url.replace("postgresql://", "postgresql+psycopg://")
    emptying = Counters(target=address)
    emptying.reset()
    emptying.close()
    return address


@pytest.fixture
def counters_of(target):
    """Makes what another process would have, as many as one likes."""
    made = []

    def make():
        made.append(Counters(target=target))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_another_process_and_a_restart_go_on_counting(counters_of):
    first, second = counters_of(), counters_of()
    assert [first.incr("k", 60), second.incr("k", 60), counters_of().incr("k", 60)] == [1, 2, 3]
    assert second.get("k") == 3
    assert 0 < second.get_expiry("k") - time.time() <= 60


def test_of_many_at_once_none_is_forgotten(counters_of):
    def count(_number):
        return counters_of().incr("k", 60)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(count, range(40))) == list(range(1, 41))


def test_window_ends_and_what_ended_is_thrown_away(counters_of):
    kept = counters_of()
    kept.incr("short", 1)
    assert kept.incr("long", 60) == 1
    kept.purge(time.time() + 2)
    assert kept.get("short") == 0
    assert kept.get("long") == 1
    kept.clear("long")
    assert kept.get("long") == 0


def test_expired_count_begins_anew(counters_of, monkeypatch):
    kept = counters_of()
    assert [kept.incr("k", 10) for _number in range(3)] == [1, 2, 3]
    now = time.time()
    monkeypatch.setattr(counters.time, "time", lambda: now + 11)
    assert kept.get("k") == 0
    assert kept.incr("k", 10) == 1


@pytest.fixture
def site(tmp_path):
    """A site of its own with limits switched on, as often as one likes."""
    made = []

    def start():
        app = create_app({"INSTANCE": str(tmp_path / "site"), **SETTINGS})
        app.config.update(WTF_CSRF_ENABLED=False)
        made.append(app)
        return app

    first = start()
    with first.app_context():
        schema.bring_up_to_date()
        set_reading(False)
        builders.annotate((cast := builders.cast()).ada, cast.declaration)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    yield start
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def report(app, number, address="127.7.7.7"):
    fields = {"reason": "attack", "explanation": f"Meldung {number}", "form_key": f"k{number}"}
    return app.test_client().post("/a/1/flags", data=fields, environ_base={"REMOTE_ADDR": address})


def test_restart_does_not_give_a_fresh_start(site):
    app, answers = site(), []
    for number in range(40):
        if number % 5 == 0:
            app = site()
        answers.append(report(app, number))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert "Uhr geht es weiter" in refused[0].text
    assert int(refused[0].headers["Retry-After"]) > 0
    assert "Meldung" in refused[0].text
    assert report(site(), 99, "127.7.7.8").status_code == 303


def test_nobody_asks_in_the_name_of_others_without_end(site):
    """Leaving has no such limit: mail services send it for many people from few machines."""
    app, statuses = site(), []
    where = {"environ_base": {"REMOTE_ADDR": "127.7.7.9"}}
    for number in range(62):
        fields = {"email": f"fremd{number}@example.org", "declaration": "erklaerung"}
        statuses.append(app.test_client().post("/follow", data=fields, **where).status_code)
    assert (statuses[:60], statuses[60:]) == ([303] * 60, [429] * 2)
    with app.app_context():
        tokens = [following.subscription_token(one) for one in db.session.scalars(select(Subscription))]
        db.session.remove()
    assert len(tokens) == 60
    assert {app.test_client().post(f"/follow/{token}/leave", **where).status_code for token in tokens * 3} == {200}


def test_file_of_counts_names_nobody(site, tmp_path):
    for number in range(3):
        report(site(), number)
    file = Path(tmp_path / "site" / counters.FILE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    raw = file.read_bytes()
    assert b"127.7.7.7" not in raw
    rows = sqlite3.connect(file).execute("SELECT key FROM rate").fetchall()
    assert rows
    assert all(len(key) == 64 for (key,) in rows)


def test_broken_counts_close_no_page(site, tmp_path):
    app = site()
    (tmp_path / "site" / counters.FILE).write_bytes(b"kein Zaehler mehr" * 100)
    assert report(app, 1).status_code == 303
    assert app.test_client().get("/d/erklaerung").status_code == 200
