"""Readers are answered by a copy of the database, as long as it says what the primary would say."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from deliberation import create_app, schema
from deliberation.annotations.models import find_annotation
from deliberation.database import db, set_reading
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.replica import EXTENSION, LAG_SECONDS, REST_SECONDS
from deliberation.web import limiter
from tests import builders
from tests.builders import Cast
from tests.scale import servers
from tests.scale.servers import Town, until
from tests.security.stage import sign_in

PAGE = "/d/erklaerung/3/1"
SECRET = "a secret that is long enough for the tests"

pytestmark = pytest.mark.skipif(
    bool(servers.MISSING), reason=f"no {', '.join(sorted(servers.MISSING))}: {servers.HOW_TO}"
)


class Site:
    """The site in this process, on a primary and its copy; `asked` counts what the copy was asked."""

    def __init__(self, app: Flask, town: Town) -> None:
        self.app, self.town, self.asked = app, town, 0
        event.listen(app.extensions[EXTENSION].engine, "before_cursor_execute", self._count)
        set_reading(False)
        self.cast: Cast = builders.cast()
        self.number = builders.annotate(self.cast.ada, self.cast.declaration, body="Das Geheimwort steht hier.").number
        self.session = sign_in(app, self.cast.ben)
        db.session.remove()

    def _count(self, _connection: object, _cursor: object, statement: str, *_more: object) -> None:
        self.asked += "FROM annotation" in statement

    def read(self, path: str = PAGE, session: str = "") -> tuple[int, str]:
        """As somebody who asks once, when the copy has followed and nobody leaves it in peace."""
        self.asked = 0
        client: FlaskClient = self.app.test_client(use_cookies=False)
        headers = {"Cookie": f"session={session}"} if session else {}
        with self.app.app_context():
            answer = client.get(path, headers=headers)
        set_reading(False)
        return answer.status_code, answer.text

    def rest(self) -> None:
        """What is left in peace for a moment may be asked again."""
        copy = self.app.extensions[EXTENSION]
        copy._rests_until = copy._primary_rests_until = 0.0


@pytest.fixture
def site(tmp_path: object) -> Iterator[Site]:
    with servers.town() as town:
        app = create_app({
            "INSTANCE": str(tmp_path), "DATABASE_URL": town.primary.url(), "READ_DATABASE_URL": town.copy.url(),
            "SECRET_KEY": SECRET, "BASE_URL": "http://localhost", "RATELIMIT_ENABLED": False, "LOG_LEVEL": "WARNING",
            # A page that is kept asks no database for its words.
            "KEPT_PAGES_MB": 0,
        })  # fmt: skip
        app.config.update(WTF_CSRF_ENABLED=False, PASSWORD_COST="cheap")
        limiter.enabled = False
        with app.app_context():
            schema.bring_up_to_date()
            yield Site(app, town)
            db.session.remove()
            db.engine.dispose()
            app.extensions[EXTENSION].engine.dispose()


def test_copy_answers_guests_while_it_says_what_the_primary_says(site: Site) -> None:
    guests_are_answered_by_the_copy(site)
    whoever_has_a_session_is_answered_by_the_primary(site)
    copy_that_breaks_off_is_made_up_for_by_the_primary(site)
    site.town.primary.wait_for_nobody()
    nobody_reads_on_a_copy_that_lags_what_was_hidden(site)
    without_the_primary_a_copy_that_may_lag_answers_nobody(site)


def guests_are_answered_by_the_copy(site: Site) -> None:
    for path in (PAGE, "/d/erklaerung/feed.atom", "/api/v1/d/erklaerung/annotations/", "/d/erklaerung/results"):
        assert site.read(path)[0] == 200, path
        assert site.asked, path


def whoever_has_a_session_is_answered_by_the_primary(site: Site) -> None:
    assert site.read(session=site.session)[0] == 200
    assert not site.asked


def copy_that_breaks_off_is_made_up_for_by_the_primary(site: Site) -> None:
    def break_off(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM annotation" in statement:
            site.town.copy.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'site'")

    engine = site.app.extensions[EXTENSION].engine
    event.listen(engine, "before_cursor_execute", break_off)
    try:
        status, page = site.read()
    finally:
        event.remove(engine, "before_cursor_execute", break_off)
    assert (status, "Geheimwort" in page) == (200, True)
    site.read()
    assert not site.asked, f"in peace for {REST_SECONDS} seconds"
    site.rest()
    site.read()
    assert site.asked


def nobody_reads_on_a_copy_that_lags_what_was_hidden(site: Site) -> None:
    copy = site.town.copy
    copy.ask("SELECT pg_wal_replay_pause()")
    until("it stands still", lambda: copy.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")
    annotation = find_annotation(site.number)
    assert annotation is not None
    hide(site.cast.mira, annotation, Rule.RESPECT, "Das verletzt jemanden.", annotation.version)
    db.session.commit()
    db.session.remove()
    status, page = site.read()
    assert (status, "Geheimwort" in page, site.asked) == (200, False, 0)
    copy.ask("SELECT pg_wal_replay_resume()")

    def follows() -> int:
        site.rest()
        assert "Geheimwort" not in site.read()[1]
        return site.asked

    until(f"it is asked again, after {LAG_SECONDS} seconds in peace", follows)


def without_the_primary_a_copy_that_may_lag_answers_nobody(site: Site) -> None:
    site.town.primary.server.kill()
    assert site.read()[0] == 503
    assert not site.asked
