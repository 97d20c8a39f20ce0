"""Two application servers behind a proxy, a PostgreSQL with a copy that follows, a Redis: what was acknowledged is there,
whichever of them is killed, and nobody reads what was taken from view."""

import http.client
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from deliberation import create_app, schema
from deliberation.accounts.passwords import hash_password
from deliberation.annotations.models import Annotation, Vote
from deliberation.clock import now
from deliberation.database import db, set_reading
from deliberation.declarations.models import Membership
from deliberation.jobs.locks import JOBS_LOCK
from deliberation.notifications.actions import queue_mail
from deliberation.permissions import Phase
from deliberation.results import export_jobs
from deliberation.results.archive import snapshots
from deliberation.results.filters import Filters, Names
from tests import builders
from tests.scale import servers
from tests.scale.crowd import Crowd, Person
from tests.scale.servers import BASE, PATIENCE, Proxy, Town, until
from tests.security.stage import sign_in
from tests.serving.site import PROGRAM, Browser, Seen, Site

SECRET = "a secret that is long enough for the tests"
PASSWORD = "vier Wörter ohne Zusammenhang"
PEOPLE, ITEMS, HIDDEN, MAILS = 20, 6, 4, 40
PAGE = "/d/erklaerung/3/1"
QUIET = "/d/erklaerung/3/2"
"""Where the crowd does not write: a long conversation is shown in parts."""
PAGES = ("/d/erklaerung", PAGE, "/d/erklaerung/text", "/d/erklaerung/results", "/d/erklaerung/feed.atom", "/d/erklaerung/new")
REASON = "Gehört nicht hierher, leider."

pytestmark = pytest.mark.skipif(
    bool(servers.MISSING), reason=f"no {', '.join(sorted(servers.MISSING))}: {servers.HOW_TO}"
)


class Scene:
    """A deliberation on the primary, and everybody's session; then two machines with a folder of their own each."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.folder = town.folder
        self.mails = self.folder / "mails"
        self._browsers: list[Browser] = []
        self.app = self._desk(town.primary.url())
        with self.app.app_context():
            schema.bring_up_to_date()
            self._fill()
            db.session.remove()
            db.engine.dispose()
        # The first one does the jobs.
        self.one = self._machine("one")
        until("somebody does the jobs", self.who_does_the_jobs)
        self.other = self._machine("other")
        self.proxy = town.keep(Proxy(self.folder, [self.one.port, self.other.port]))

    def _desk(self, url: str) -> Flask:
        """The same site in this process, to fill it and to look at it."""
        app = create_app({
            "INSTANCE": str(self.folder / "desk"), "DATABASE_URL": url, "SECRET_KEY": SECRET, "BASE_URL": "http://localhost",
            "RATELIMIT_ENABLED": False, "LOG_LEVEL": "WARNING",
        })  # fmt: skip
        app.config.update(PASSWORD_COST="cheap")
        return app

    def _fill(self) -> None:
        set_reading(False)
        cast = builders.cast()
        ada, declaration = cast.ada, cast.declaration
        self.items = [builders.annotate(ada, declaration, body=f"Zum Abstimmen {n}.").number for n in range(ITEMS)]
        self.secrets = [(one.number, one.version) for one in (
            builders.annotate(ada, declaration, "3.2", f"Geheimwort{n} steht hier.") for n in range(HIDDEN)
        )]  # fmt: skip
        due = snapshots.Due(declaration.id, 1, Phase.READING)
        snapshots.keep(due, *snapshots.make(due, ""), Path(self.app.instance_path) / snapshots.FOLDER)
        self.first_file = export_jobs.order(cast.otto, declaration, "csv", Filters(names=Names.NONE)).key
        for number in range(MAILS):
            queue_mail(f"leser{number}@example.org", f"two:{number}", "test_mail", {}, "de", now() + timedelta(seconds=number))
        builders.make_member(declaration, "wanda").password_hash = hash_password(PASSWORD)
        db.session.commit()
        people = [builders.make_member(declaration, f"person{number}") for number in range(PEOPLE)]
        self.names = {one.id: f"person{number}" for number, one in enumerate(people)}
        self.sessions = {f"person{number}": sign_in(self.app, one) for number, one in enumerate(people)}
        self.sessions |= {name: sign_in(self.app, getattr(cast, name)) for name in ("ben", "mira", "otto")}

    def _machine(self, name: str, port: int = 0) -> Site:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        # The crowd goes on meanwhile.
        return Site(folder, "serve", port=port, patience=2 * PATIENCE, **self.settings())

    def settings(self) -> dict[str, str]:
        both = f"127.0.0.1:{self.town.primary.port},127.0.0.1:{self.town.copy.port}"
        found = {
            "DATABASE_URL": f"postgresql://postgres@{both}/{BASE}", "READ_DATABASE_URL": self.town.copy.url(),
            "REDIS_URL": self.town.redis.url, "SECRET_KEY": SECRET, "BASE_URL": "http://localhost", "TRUSTED_PROXIES": "1",
            "MAIL_URL": f"file://{self.mails}", "WORKERS": "2",
        }  # fmt: skip
        return {f"DELIBERATION_{name}": value for name, value in found.items()}

    @property
    def both(self) -> tuple[Site, Site]:
        return self.one, self.other

    def bring_back_one(self) -> None:
        port = self.one.port
        self.one = self._machine("one", port)

    def browser(self, port: int, session: str = "") -> Browser:
        self._browsers.append(Browser(port, session))
        return self._browsers[-1]

    def who_does_the_jobs(self) -> int:
        query = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {JOBS_LOCK} AND granted"
        return int(self.town.primary.ask(query) or 0)

    def stop(self) -> None:
        for browser in self._browsers:
            browser.close()
        for one in self.both:
            if one.process.poll() is None:
                one.kill()


@pytest.fixture
def scene() -> Iterator[Scene]:
    with servers.town() as town:
        made = Scene(town)
        try:
            yield made
        finally:
            made.stop()


def read(port: int, path: str, session: str = "") -> tuple[int, bytes]:
    """What somebody gets who asks once; without a session she is a guest."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Host": "localhost", "Accept-Language": "de"} | ({"Cookie": f"session={session}"} if session else {})
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


def test_what_was_acknowledged_is_there_whoever_is_killed(scene: Scene) -> None:
    both_give_the_same_answers(scene)
    who_signs_in_here_is_signed_in_there_and_signed_out_everywhere(scene)
    deeds_are_counted_together(scene)
    files_are_handed_out_by_both(scene, scene.first_file)
    sessions = [(name, scene.sessions[name]) for name in scene.names.values()]
    crowd = Crowd([Person(name, scene.proxy.port, one, PAGE + "/annotations", scene.items) for name, one in sessions])
    more(crowd, 40)
    nothing_hidden_is_read_anywhere(scene, scene.secrets[:2])

    former = scene.who_does_the_jobs()
    scene.one.kill()
    more(crowd, 40)
    until("the other machine does the jobs", lambda: scene.who_does_the_jobs() not in (0, former))
    scene.bring_back_one()
    nothing_hidden_is_read_anywhere(scene, scene.secrets[2:])
    more(crowd, 40)

    scene.town.primary.server.kill()
    until("somebody is told that nothing was stored, and finds her words again", lambda: crowd.kept_words)
    until("guests go on reading", lambda: read(scene.proxy.port, QUIET)[0] == 200)
    assert b"Geheimwort" not in read(scene.proxy.port, QUIET)[1]
    scene.town.copy.promote()
    more(crowd, 60)
    crowd.end()

    assert crowd.statuses["503"] > 0
    assert set(crowd.statuses) <= {"303", "502", "503", "504", "lost"}
    everything_acknowledged_is_there_once(scene, crowd)
    both_give_the_same_answers(scene)
    every_mail_left(scene)
    people_are_let_in_without_redis(scene)


def more(crowd: Crowd, deeds: int) -> None:
    """Let so many more be acknowledged."""
    wanted = crowd.acknowledged + deeds
    until(f"{deeds} more deeds", lambda: crowd.acknowledged >= wanted)


def both_give_the_same_answers(scene: Scene) -> None:
    for path in PAGES:
        one, other = (read(site.port, path) for site in scene.both)
        assert one[0] == 200, path
        assert one == other, path


def who_signs_in_here_is_signed_in_there_and_signed_out_everywhere(scene: Scene) -> None:
    wanda = scene.browser(scene.one.port)
    token = wanda.token("/login")
    answer = wanda.post("/login", {"csrf_token": token, "email": "wanda@example.org", "password": PASSWORD})
    assert answer.status == 303
    there = scene.browser(scene.other.port, wanda.session)
    assert there.get("/me").status == 200
    assert there.post("/logout", {"csrf_token": there.token("/me")}).status == 303
    assert wanda.get("/me").status != 200


def deeds_are_counted_together(scene: Scene) -> None:
    """Twenty reports an hour, wherever they arrive."""
    page = f"/a/{scene.items[0]}/flags"
    ben = scene.browser(scene.one.port, scene.sessions["ben"])
    token = ben.token(page)
    browsers = [ben, scene.browser(scene.other.port, ben.session)]
    answers = [browsers[number % 2].post(page, {"csrf_token": token}).status for number in range(22)]
    assert answers == [422] * 20 + [429] * 2


def files_are_handed_out_by_both(scene: Scene, key: str) -> None:
    """What one machine made, and a snapshot that lies where nobody looks but the database."""
    address, otto = f"/d/erklaerung/exports/{key}/file", scene.sessions["otto"]
    until("the file is made", lambda: read(scene.one.port, address, otto)[0] == 200)
    found = [read(site.port, address, otto) for site in scene.both]
    assert found[0] == found[1]
    assert b"Zum Abstimmen 1." in found[0][1]
    snapshot = [read(site.port, "/d/erklaerung/archive/1.zip") for site in scene.both]
    assert snapshot[0] == snapshot[1]
    assert snapshot[0][1][:2] == b"PK"


def nothing_hidden_is_read_anywhere(scene: Scene, secrets: list[tuple[int, int]]) -> None:
    """From the answer to the moderator on, also of those who read from the copy."""
    mira = scene.browser(scene.proxy.port, scene.sessions["mira"])
    token = mira.token("/me")
    for number, version in secrets:
        fields = {"decision": "hide", "rule": "1", "reason": REASON, "version": version, "csrf_token": token}
        word = f"Geheimwort{scene.secrets.index((number, version))} ".encode()
        assert word in read(scene.other.port, QUIET)[1]
        assert mira.post(f"/a/{number}/decisions", fields).status == 303
        for site in (scene.other, scene.one):
            status, page = read(site.port, QUIET)
            assert status == 200
            assert word not in page


def everything_acknowledged_is_there_once(scene: Scene, crowd: Crowd) -> None:
    app = scene._desk(scene.town.copy.url())
    with app.app_context():
        written = Counter(db.session.scalars(select(Annotation.body).where(Annotation.body.startswith("Beitrag"))))
        assert written == Counter(words for one in crowd.people for words in one.posted)
        query = (
            select(Membership.user_id, Annotation.number, Vote.value)
            .join(Vote, Vote.voter_id == Membership.id)
            .join(Annotation, Annotation.number == Vote.annotation_id)
        )
        votes = {(scene.names[who], number): value.value for who, number, value in db.session.execute(query)}
        wanted = {(one.name, number): value for one in crowd.people for number, value in one.voted.items()}
        assert votes == wanted
        db.session.remove()
        db.engine.dispose()
    environment = {**os.environ, **scene.settings(), "DELIBERATION_INSTANCE": str(scene.folder / "one")}
    checked = subprocess.run([*PROGRAM, "check"], env=environment, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def every_mail_left(scene: Scene) -> None:
    """A mail that a machine had in hand when it was killed may come twice; none is lost."""
    copy = scene.town.copy
    # Whoever was killed with a mail in hand leaves it to the others after a minute.
    until("every mail left", lambda: copy.ask("SELECT count(*) FROM mail WHERE sent_at IS NULL", BASE) == 0, 100)
    sent = Counter(int(path.stem.rpartition("-")[2]) for path in scene.mails.glob("*.eml"))
    assert len(sent) == copy.ask("SELECT count(*) FROM mail", BASE)
    assert sum(sent.values()) - len(sent) <= 2


def people_are_let_in_without_redis(scene: Scene) -> None:
    scene.town.redis.kill()
    for site in scene.both:
        person = scene.browser(site.port, scene.sessions["person0"])
        token = person.token(PAGE + "/annotations")
        answer: Seen = person.post(f"/a/{scene.items[0]}/vote", {"vote": "agree", "csrf_token": token})
        assert answer.status == 303
