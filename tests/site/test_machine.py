"""Mail test, outbox, jobs, storage, versions, health: what is said, what can be done, and what stays unsaid."""

import smtplib
import socket
import ssl
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from deliberation import __version__, schema
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.jobs import Jobs
from deliberation.notifications import trying
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.mailer import BACK_OFF
from deliberation.notifications.models import Mail
from deliberation.notifications.transports import ServerAway
from deliberation.permissions import NotAllowed
from deliberation.site import outbox, runs
from deliberation.site.models import JobRun, SiteChange
from deliberation.site.views.machine import FAULTS
from tests import builders

PASSWORD = "s3hr-geheim"


@pytest.fixture
def opa(cast):
    return builders.make_user("opa", is_operator=True)


@pytest.fixture
def seat(client, opa):
    return client.sign_in(opa)


@pytest.fixture
def mails(app, tmp_path, monkeypatch):
    folder = tmp_path / "mail"
    monkeypatch.setitem(app.config, "MAIL_URL", f"file://{folder}")
    return folder


def given_up(name="fort", error="SMTPRecipientsRefused: 550 unknown"):
    mail = Mail(f"{name}@example.org", {}, cause=name, template="sign_in", tries=len(BACK_OFF) + 1, error=error)
    db.session.add(mail)
    db.session.commit()
    return mail


class TestMailTest:
    def test_goes_to_the_operators_own_address_and_nowhere_else(self, seat, mails):
        assert seat.post("/operator/mail", data={"address": "fremd@example.org"}).status_code == 303
        [file] = mails.glob("*.eml")
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert message["To"] == "opa@example.org"
        assert "der Versand funktioniert" in message["Subject"]
        page = seat.get("/operator/mail").text
        assert "liegt im Ordner für Mails" in page
        assert str(mails) in page
        assert db.session.scalars(select(Mail)).all() == []

    def test_says_what_went_wrong_and_no_secret(self, app, seat, monkeypatch):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            port = nobody.getsockname()[1]
        monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://absender:{PASSWORD}@127.0.0.1:{port}")
        seat.post("/operator/mail")
        page = seat.get("/operator/mail").text
        assert "ging nicht hinaus" in page
        assert "nimmt kein Mailserver Verbindungen an" in page
        assert f"smtp://127.0.0.1:{port}" in page
        assert PASSWORD not in page
        assert PASSWORD not in db.session.scalars(select(JobRun)).one().detail

    def test_a_folder_nobody_may_write_is_said_in_words(self, app, seat, tmp_path, monkeypatch):
        (tmp_path / "file").write_text("")
        monkeypatch.setitem(app.config, "MAIL_URL", f"file://{tmp_path / 'file' / 'mail'}")
        seat.post("/operator/mail")
        assert "ging nicht hinaus" in seat.get("/operator/mail").text

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (smtplib.SMTPAuthenticationError(535, b"no"), "password"),
            (smtplib.SMTPSenderRefused(550, b"no", "a@b.de"), "sender"),
            (smtplib.SMTPRecipientsRefused({}), "recipient"),
            (smtplib.SMTPServerDisconnected("gone"), "hung_up"),
            (smtplib.SMTPDataError(554, b"spam"), "refused"),
            (smtplib.SMTPException("no TLS"), "no_tls"),
            (socket.gaierror(), "no_host"),
            (ssl.SSLCertVerificationError(), "certificate"),
            (ssl.SSLError(), "tls"),
            (TimeoutError(), "slow"),
            (ConnectionRefusedError(), "closed"),
            (PermissionError(), "folder"),
            (OSError(), "away"),
            (ServerAway("?"), "away"),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
    )
    def test_every_fault_has_its_words(self, error, code):
        assert trying.fault_of(error) == code
        assert code in FAULTS

    def test_nobody_else_sends_one(self, client, cast, mails):
        for person in (cast.ada, cast.mira, cast.otto):
            assert client.sign_in(person).post("/operator/mail").status_code == 403
        assert not mails.exists()


class TestOutbox:
    def test_shows_kind_and_fault_and_a_masked_address(self, seat):
        given_up()
        page = seat.get("/operator/jobs").text
        assert "f…@example.org" in page
        assert "fort@example.org" not in page
        assert "Code zum Anmelden" in page
        assert "SMTPRecipientsRefused" in page
        assert "550 unknown" not in page

    def test_a_mail_that_waits_is_left_to_itself(self, seat):
        queue_mail("warte@example.org", "w", "sign_in", {}, "de", due_at=now() + timedelta(hours=1))
        waiting = db.session.scalars(select(Mail)).one()
        page = seat.get("/operator/jobs").text
        assert "w…@example.org" in page
        assert "Noch einmal versuchen" not in page
        for act in ("retry", "discard"):
            seat.post("/operator/jobs", data={"mail": waiting.id, "act": act})
        assert db.session.get(Mail, waiting.id).tries == 0
        assert db.session.scalars(select(SiteChange)).all() == []

    def test_one_that_was_given_up_is_tried_again(self, seat, opa):
        mail = given_up()
        assert seat.post("/operator/jobs", data={"mail": mail.id, "act": "retry"}).status_code == 303
        again = db.session.get(Mail, mail.id)
        assert (again.tries, again.error) == (0, "")
        assert again.due_at <= now()
        [line] = db.session.scalars(select(SiteChange)).all()
        assert (line.what, line.after, line.actor_id) == (outbox.RETRIED, "sign_in", opa.id)

    def test_or_thrown_away(self, seat):
        mail, other = given_up(), given_up("bleibt")
        seat.post("/operator/jobs", data={"mail": mail.id, "act": "discard"})
        assert [one.id for one in db.session.scalars(select(Mail))] == [other.id]
        assert db.session.scalars(select(SiteChange)).one().what == outbox.DISCARDED

    def test_the_second_who_does_it_is_told(self, seat):
        number = given_up().id
        for _sending in range(2):
            seat.post("/operator/jobs", data={"mail": number, "act": "discard"})
        assert "wartet nicht mehr" in seat.get("/operator/jobs").text
        assert len(db.session.scalars(select(SiteChange)).all()) == 1

    @pytest.mark.parametrize("number", ["", "x", "-1", "0", str(2**40)])
    def test_nonsense_does_nothing(self, seat, number):
        assert seat.post("/operator/jobs", data={"mail": number, "act": "discard"}).status_code == 303

    def test_nobody_else_does(self, client, cast):
        mail = given_up()
        for person in (cast.ada, cast.mira, cast.otto):
            assert client.sign_in(person).post("/operator/jobs", data={"mail": mail.id}).status_code == 403
            for deed in (outbox.retry, outbox.discard):
                with pytest.raises(NotAllowed):
                    deed(person, mail.id)
        assert db.session.get(Mail, mail.id).tries > len(BACK_OFF)


class TestJobs:
    def test_say_what_they_did(self, app, mails):
        queue_mail("ada@example.org", "c", "test_mail", {}, "de")
        db.session.commit()
        jobs = Jobs(app)
        assert jobs.run_once()
        jobs.lock.release()
        found = runs.load_runs()
        assert found[runs.MAIL].rows == 1
        assert {runs.ROUND, runs.FORGET} <= found.keys()
        assert not runs.is_silent(found, now())

    def test_a_round_without_anything_to_do_writes_nothing(self, app, mails):
        jobs = Jobs(app)
        jobs.run_once()
        first = runs.load_runs()[runs.ROUND].at
        with frozen_at(now() + timedelta(minutes=1)):
            jobs.run_once()
            assert runs.load_runs()[runs.ROUND].at == first
        with frozen_at(now() + timedelta(minutes=6)):
            jobs.run_once()
            assert runs.load_runs()[runs.ROUND].at > first
        jobs.lock.release()

    def test_a_fault_is_kept_by_its_kind(self, app, seat, monkeypatch):
        def fail(*_args):
            raise RuntimeError("ada@example.org")

        monkeypatch.setattr("deliberation.jobs.pull_due_letters", fail)
        assert not Jobs(app).run_once()
        assert runs.load_runs()[runs.ROUND].error == "RuntimeError"
        page = seat.get("/operator/jobs").text
        assert "RuntimeError" in page
        assert "ada@example.org" not in page

    def test_page_says_when_nobody_works(self, seat):
        assert "seit einer Viertelstunde nichts gearbeitet" in seat.get("/operator/jobs").text
        runs.note_run(runs.ROUND)
        db.session.commit()
        assert "seit einer Viertelstunde" not in seat.get("/operator/jobs").text
        with frozen_at(now() + timedelta(minutes=16)):
            assert "seit einer Viertelstunde" in seat.get("/operator/jobs").text


class TestHub:
    def test_names_first_what_needs_doing(self, seat):
        given_up()
        page = seat.get("/operator").text
        assert page.index("1 Mail ging nicht hinaus.") < page.index("Einstellungen der Seite")
        assert "Im Hintergrund läuft nichts" in page

    def test_is_calm_when_all_is_well(self, seat):
        runs.note_run(runs.ROUND)
        db.session.commit()
        page = seat.get("/operator").text
        assert "Im Hintergrund läuft nichts" not in page
        assert "Sicherung" not in page.partition('aria-labelledby="set-h"')[0]

    def test_a_public_site_is_reminded_of_its_backup(self, app, seat, monkeypatch):
        from deliberation.site.views import _backup_due

        monkeypatch.setitem(app.config, "IS_PRODUCTION", True)
        with app.test_request_context():
            assert "noch keine Sicherung" in _backup_due(None)
            assert _backup_due(JobRun(name="backup", at=now())) == ""
            assert "letzte Sicherung ist vom" in _backup_due(JobRun(name="backup", at=now() - timedelta(days=8)))

    def test_leads_to_every_page_of_the_operator(self, app, seat):
        page = seat.get("/operator").text
        for rule in app.url_map.iter_rules():
            if rule.rule.startswith("/operator/") and not rule.arguments and rule.methods and "GET" in rule.methods:
                assert f'href="{rule.rule}"' in page, rule.rule
        for group in ("site", "legal", "privacy"):
            assert f'href="/operator/settings/{group}"' in page


class TestOtherPages:
    def test_versions(self, seat):
        page = seat.get("/operator/versions").text
        engine = "SQLite" if db.engine.dialect.name == "sqlite" else "PostgreSQL"
        for words in (__version__, schema.known_revisions()[-1], engine, "SQLAlchemy", "Werkzeug"):
            assert words in page

    def test_storage_knows_the_last_backup(self, app, seat, mails, tmp_path):
        assert "keine, von der wir wissen" in seat.get("/operator/storage").text
        target = tmp_path / "copy.backup"
        result = app.test_cli_runner().invoke(args=["backup", str(target)])
        assert result.exit_code == 0, result.output
        page = seat.get("/operator/storage").text
        assert "keine, von der wir wissen" not in page
        assert "KB" in page or "MB" in page
        assert str(tmp_path) not in page.replace(str(Path(app.instance_path)), "")

    def test_health_says_what_to_do(self, seat):
        assert "Alles in Ordnung." in seat.get("/operator/health").text
        given_up()
        page = seat.get("/operator/health").text
        assert "1 Prüfung ist nicht in Ordnung." in page
        assert "Sehen Sie unter „Hintergrund und Mails“ nach" in page

    @pytest.mark.parametrize(
        "page", ["", "/settings/site", "/settings/legal", "/settings/privacy", "/mail", "/jobs", "/storage", "/versions",
                 "/health", "/start", "/start/legal", "/start/text"],
    )  # fmt: skip
    def test_are_the_operators_alone(self, client, cast, opa, page):
        assert client.sign_in(opa).get(f"/operator{page}").status_code == 200
        for person in (cast.ada, cast.mira, cast.otto):
            assert client.sign_in(person).get(f"/operator{page}").status_code == 403
        client.post("/logout")
        assert client.get(f"/operator{page}").status_code == 303
