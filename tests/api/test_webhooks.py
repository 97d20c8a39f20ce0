"""A webhook is told of each thing once, signed, with words only if they were looked at; and it leads nobody into the house."""

import base64
import hmac
import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import func, select

from deliberation.annotations.models import OutcomeValue
from deliberation.annotations.outcomes import set_outcome
from deliberation.annotations.positions import change_phase
from deliberation.api import hooks, targets, telling
from deliberation.api.models import Delivery, HookEvent, Webhook
from deliberation.api.targets import TargetRefused, is_open, post, read_target
from deliberation.clock import frozen_at, now
from deliberation.database import db, set_reading
from deliberation.declarations.models import Act, LogEntry, find_declaration
from deliberation.jobs import tell_hooks
from deliberation.moderation.actions import hide, publish
from deliberation.moderation.models import Rule
from deliberation.permissions import Phase
from tests import builders
from tests.editions import scene


class Receiver(BaseHTTPRequestHandler):
    """Another program: keeps what it is told and answers as it is set."""

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((dict(self.headers), content))
        self.send_response(self.server.answer)
        if self.server.answer == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/anderswo")
        self.end_headers()

    def log_message(self, *_args):
        pass


@contextmanager
def receiving(answer=204):
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.told, server.answer = [], answer
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver():
    with receiving() as server:
        yield server


def add(cast, server, *events):
    wish = hooks.Wish(f"http://127.0.0.1:{server.server_port}/hook", events or list(HookEvent), is_local=True)
    hook = hooks.add(cast.otto, cast.declaration, wish)
    db.session.commit()
    return hook


def tell(is_local=True):
    set_reading(False)
    db.session.commit()
    return tell_hooks("http://localhost", is_local)


def told(server):
    return [json.loads(content) for _headers, content in server.told]


def test_it_is_told_of_each_event_once_and_signed(cast, receiver):
    builders.annotate(cast.ada, cast.declaration, body="Vor dem Webhook.").created_at = now() - timedelta(hours=1)
    hook = add(cast, receiver)
    annotation = builders.annotate(cast.ada, cast.declaration)
    set_outcome(cast.otto, annotation, OutcomeValue.IN_REVIEW, "", form_key="o")
    change_phase(cast.otto, cast.declaration, Phase.VOTING)
    declaration = find_declaration("erklaerung")
    scene.publish(declaration, scene.reworded(scene.text(declaration), "3.1", "Schutz ist kein Service."))
    assert tell() == 4
    assert tell() == 0
    assert {one["type"] for one in told(receiver)} == {event.value for event in HookEvent} - {"test"}
    for headers, content in receiver.told:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
        key = base64.b64decode(hook.secret.removeprefix("whsec_"))
        wanted = base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
        assert headers["webhook-signature"] == f"v1,{wanted}"
    published = next(one for one in told(receiver) if one["type"] == "annotation.published")
    assert published["data"]["annotation"] == annotation.number
    assert published["timestamp"].endswith("T00:00:00Z")


def test_only_what_was_chosen_is_told(cast, receiver):
    add(cast, receiver, HookEvent.PHASE_CHANGED)
    builders.annotate(cast.ada, cast.declaration)
    assert tell() == 0


def test_words_go_along_only_when_somebody_looked_and_everybody_may_read(cast, receiver):
    add(cast, receiver)
    unseen = builders.annotate(cast.ada, cast.declaration, body="KANARIE ungesehen")
    seen = builders.annotate(cast.ada, cast.declaration, body="Angesehen.")
    seen.reviewed_at = now()
    hidden = builders.annotate(cast.ada, cast.declaration, body="KANARIE verborgen")
    set_reading(False)
    telling.pull(telling.find_news(now()))
    hide(cast.mira, hidden, Rule.STAY, "Gehört nicht hierher.", hidden.version)
    tell()
    by_number = {one["data"].get("annotation"): one["data"] for one in told(receiver)}
    assert by_number[seen.number]["body"] == "Angesehen."
    assert "body" not in by_number[unseen.number]
    assert hidden.number not in by_number
    assert "KANARIE" not in str(receiver.told)


def test_where_a_look_comes_first_nothing_is_told_before(cast, receiver):
    cast.declaration.sends_after_look = True
    add(cast, receiver)
    annotation = builders.annotate(cast.ada, cast.declaration)
    assert tell() == 0
    publish(cast.mira, annotation, annotation.version)
    assert tell() == 1


def test_it_is_tried_again_and_given_up_after_a_day(cast):
    with receiving(answer=500) as server:
        hook = add(cast, server)
        builders.annotate(cast.ada, cast.declaration)
        begun, tries = now(), 0
        for hours in (0, 0.01, 0.1, 0.5, 1, 4, 12, 24):
            with frozen_at(begun + timedelta(hours=hours, seconds=1)):
                tries += tell()
                tell()
        assert tries == len(server.told) == 8
        ids = {headers["webhook-id"] for headers, _content in server.told}
        assert len(ids) == 1
        db.session.refresh(hook)
        assert hook.gave_up_at is not None
        builders.annotate(cast.ada, cast.declaration)
        assert tell() == 0
        # A try that somebody asks for wakes it up.
        server.answer = 200
        hooks.send_test(cast.otto, hook)
        assert tell() == 2
        assert told(server)[-1]["type"] in ("test", "annotation.published")


def test_redirect_is_not_followed(cast):
    with receiving(answer=302) as server:
        add(cast, server)
        builders.annotate(cast.ada, cast.declaration)
        tell()
        assert len(server.told) == 1
        assert db.session.scalar(select(Delivery.status)) == 302


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1",
        "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "255.255.255.255", "::",
    ],
)  # fmt: skip
def test_no_address_inside_a_house_is_open(address):
    assert not is_open(address, is_local=False)


def test_addresses_of_the_internet_are_open():
    assert is_open("93.184.215.14", is_local=False)
    assert is_open("2606:2800:21f:cb07:6820:80da:af6b:8b2c", is_local=False)
    assert is_open("127.0.0.1", is_local=True)
    assert not is_open("10.0.0.1", is_local=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https://", "https://a:b@example.org/", "javascript:alert(1)", "https://ä.de/",
        "https://example.org:99999/", "https://example.org/\r\nX: y", "https://example.org/#x", "//example.org", "",
        "https://127.0.0.1/", "https://10.0.0.8:8443/hook", "https://[::1]/", "https://169.254.169.254/latest",
    ],
)  # fmt: skip
def test_what_is_no_public_address_is_refused(url):
    with pytest.raises(TargetRefused):
        read_target(url, is_local=False)


def test_nothing_is_sent_into_the_house(receiver):
    """In production not even to a name that leads there."""
    for host in ("127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433"):
        assert post(f"https://{host}:{receiver.server_port}/", b"{}", {}, is_local=False) is None
        with pytest.raises(TargetRefused):
            targets.look_up(targets.Target("https", host.strip("[]"), receiver.server_port, "/", is_local=False))
    assert receiver.told == []


def test_slow_target_is_left_behind(monkeypatch):
    monkeypatch.setattr(targets, "SECONDS", 0.2)
    with HTTPServer(("127.0.0.1", 0), Receiver) as silent:
        # Takes the connection and never answers.
        assert post(f"http://127.0.0.1:{silent.server_port}/", b"{}", {}, is_local=True) is None


class TestPage:
    FORM = {"url": "https://example.org/hook", "events": ["phase.changed"], "form_key": "einmal"}

    def test_organiser_makes_one_and_sees_its_secret_once(self, cast, client):
        client.sign_in(cast.otto)
        made = client.post("/d/erklaerung/webhooks", data=self.FORM)
        hook = db.session.scalars(select(Webhook)).one()
        assert hook.secret in made.text
        page = client.get("/d/erklaerung/webhooks").text
        assert hook.url in page
        assert hook.secret not in page
        assert hook.secret not in hook.secret_sealed
        client.post("/d/erklaerung/webhooks", data=self.FORM)
        assert db.session.scalar(select(func.count(Webhook.id))) == 1

    @pytest.mark.parametrize(
        "change",
        [{"url": "nichts"}, {"url": ""}, {"events": []}, {"events": ["test"]}, {"url": "https://" + "x" * 600}],
    )
    def test_what_is_wrong_is_said(self, cast, client, change):
        answer = client.sign_in(cast.otto).post("/d/erklaerung/webhooks", data={**self.FORM, **change})
        assert answer.status_code == 422
        assert db.session.scalar(select(func.count(Webhook.id))) == 0

    def test_revoked_it_is_told_nothing_more(self, cast, client, receiver):
        hook = add(cast, receiver)
        builders.annotate(cast.ada, cast.declaration)
        client.sign_in(cast.otto).post(f"/d/erklaerung/webhooks/{hook.key}/revoke")
        assert tell() == 0
        assert hook.url not in client.get("/d/erklaerung/webhooks").text
        acts = db.session.scalars(select(LogEntry.after).where(LogEntry.act == Act.WEBHOOK)).all()
        assert acts == ["made", "revoked"]

    def test_try_goes_out_and_the_page_says_how_it_went(self, cast, client, receiver):
        hook = add(cast, receiver)
        client.sign_in(cast.otto).post(f"/d/erklaerung/webhooks/{hook.key}/test")
        assert tell() == 1
        assert told(receiver)[0]["type"] == "test"
        assert "angekommen (204)" in client.get("/d/erklaerung/webhooks").text

    def test_it_is_for_the_organisation(self, cast, client):
        for person in (cast.ada, cast.mira):
            assert client.sign_in(person).get("/d/erklaerung/webhooks").status_code == 403


def test_log_of_messages_is_forgotten_after_a_week(cast, receiver):
    add(cast, receiver)
    builders.annotate(cast.ada, cast.declaration)
    tell()
    hooks.forget_hooks(now() + timedelta(days=6))
    assert db.session.scalar(select(func.count(Delivery.id))) == 1
    hooks.forget_hooks(now() + timedelta(days=7, minutes=1))
    assert db.session.scalar(select(func.count(Delivery.id))) == 0
    with frozen_at(now() + timedelta(days=7, minutes=1)):
        assert tell() == 0
