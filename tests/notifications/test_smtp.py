"""The way out to a real mail server, which runs inside the test process."""

import email
import email.policy
import socket
import ssl
import subprocess

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Session
from sqlalchemy import select

from deliberation.database import db
from deliberation.notifications import transports
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.mailer import send_due_mail
from deliberation.notifications.models import Mail

ADA = "ada@example.org"
WORDS = {"code": "123456", "link": "/login/link/abc?next=/regeln", "until": "14:42 Uhr"}


class Mailbox:
    """Keeps what arrives; refuses a recipient called `full`."""

    def __init__(self):
        self.envelopes, self.sessions = [], []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("full"):
            return "552 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        self.sessions.append(session)
        return "250 OK"

    @property
    def messages(self):
        return [email.message_from_bytes(e.content, policy=email.policy.default) for e in self.envelopes]


class Server(Controller):
    """On a free port of this machine."""

    def __init__(self, handler, **settings):
        super().__init__(handler, hostname="127.0.0.1", port=0, **settings)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def serve(mailbox, app, monkeypatch):
    started = []

    def start(scheme="smtp", login="", **settings):
        server = Server(mailbox, **settings)
        server.start()
        started.append(server)
        monkeypatch.setitem(app.config, "MAIL_URL", f"{scheme}://{login}localhost:{server.port}")
        return server

    yield start
    for server in started:
        server.stop(no_assert=True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for `localhost`, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


@pytest.fixture
def server_tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusted(certificate, monkeypatch):
    """This machine trusts the certificate."""
    make = ssl.create_default_context
    monkeypatch.setattr(transports.ssl, "create_default_context", lambda **more: make(cafile=certificate[0], **more))


def queue(recipient=ADA, cause="code-1"):
    queue_mail(recipient, cause, "sign_in", WORDS, "de")
    db.session.commit()


def stored():
    return {mail.cause: mail for mail in db.session.scalars(select(Mail).execution_options(populate_existing=True))}


def test_mail_goes_to_one_recipient_and_arrives_as_written(serve, mailbox):
    serve()
    queue()
    assert send_due_mail() == (1, 0)
    [envelope], [message] = mailbox.envelopes, mailbox.messages
    assert envelope.rcpt_tos == [ADA]
    assert message["To"] == ADA
    assert message["Subject"] == "Ihr Code zum Anmelden"
    words = message.get_body(("plain",)).get_content()
    assert "Geben Sie ihn auf der Seite ein, die noch offen ist. Oder öffnen Sie diesen Link:" in words


def test_server_that_takes_seven_bits_gets_seven_bits(serve, mailbox, monkeypatch):
    serve(enable_SMTPUTF8=False)
    monkeypatch.setattr(transports.smtplib.SMTP, "has_extn", lambda self, name: name.lower() == "size")
    queue()
    assert send_due_mail() == (1, 0)
    assert mailbox.envelopes[0].content.isascii()
    assert "öffnen" in mailbox.messages[0].get_body(("plain",)).get_content()


def test_many_mails_go_over_one_line(serve, mailbox):
    serve()
    for number in range(3):
        queue(cause=f"code-{number}")
    assert send_due_mail() == (3, 0)
    assert len({session.peer for session in mailbox.sessions}) == 1


def test_refused_recipient_is_noted_and_the_others_get_theirs(serve, mailbox):
    serve()
    queue("full@example.org", "a")
    queue(cause="b")
    assert send_due_mail() == (1, 1)
    assert "552" in stored()["a"].error
    assert stored()["b"].sent_at is not None


def test_nothing_is_lost_and_no_mail_is_burnt_while_the_server_is_away(serve, app, monkeypatch):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://127.0.0.1:{nobody.getsockname()[1]}")
    queue(cause="a")
    queue(cause="b")
    assert send_due_mail() == (0, 1)
    assert [stored()["a"].tries, stored()["b"].tries] == [0, 0]

    serve()
    assert send_due_mail() == (2, 0)
    assert stored()["b"].sent_at is not None


def test_password_and_mail_go_through_tls_when_the_server_offers_it(serve, mailbox, server_tls, trusted):
    seen = []

    def check(server, session: Session, envelope, mechanism, data):
        seen.append((data.login, data.password, session.ssl is not None))
        return AuthResult(success=True)

    serve(login="ada:p%40ss@", tls_context=server_tls, authenticator=check)
    queue()
    assert send_due_mail() == (1, 0)
    assert seen == [(b"ada", b"p@ss", True)]
    assert mailbox.sessions[0].ssl is not None


def test_certificate_of_somebody_else_is_not_accepted(serve, mailbox, server_tls):
    serve(tls_context=server_tls)
    queue()
    assert send_due_mail() == (0, 1)
    assert mailbox.envelopes == []
    assert "certificate" in stored()["code-1"].error.lower()


def test_server_with_tls_from_the_start(serve, mailbox, server_tls, trusted):
    serve(scheme="smtps", ssl_context=server_tls)
    queue()
    assert send_due_mail() == (1, 0)
    assert len(mailbox.envelopes) == 1


def test_password_is_not_sent_in_clear_over_the_network(serve, mailbox, monkeypatch):
    serve(login="ada:secret@")
    monkeypatch.setattr(transports, "LOOPBACK", ())
    queue()
    assert send_due_mail() == (0, 1)
    assert "no TLS" in stored()["code-1"].error
