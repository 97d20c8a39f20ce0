import email
import email.policy
import shutil
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select

from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.mailer import BACK_OFF, send_due_mail, to_message
from deliberation.notifications.models import Mail

ADA = "ada@example.org"
TEMPLATES = ("sign_in", "welcome", "account_exists", "no_account", "password_changed")
WORDS = {"code": "123456", "link": "/login/link/abc?next=/d/erklaerung/3/1", "until": "14:42 Uhr"}
HOSTILE = (
    "123456\r\nBcc: evil@example.com",
    "\nBcc: evil@example.com\n\nbody",
    "\rX-Evil: 1",
    "\x0bX-Evil: 1",
    "\x0cX-Evil: 1",
    "\x1cX-Evil: 1",
    "\x85X-Evil: 1",
    "\u2028X-Evil: 1",
    "\u2029X-Evil: 1",
    "=?utf-8?q?=0ABcc:_evil=40example.com?=",
    "%0d%0aBcc: evil@example.com",
    "\x00",
    "\u202eBcc",
    "ü" * 500,
    "<script>alert(1)</script>",
    ".\r\nMAIL FROM:<evil@example.com>",
)


@pytest.fixture
def folder(app):
    path = Path(app.config["MAIL_URL"].removeprefix("file://"))
    shutil.rmtree(path, ignore_errors=True)
    return path


def queue(recipient=ADA, cause="code-1", template="sign_in", locale="de", **words):
    queue_mail(recipient, cause, template, WORDS | words, locale)
    db.session.commit()


def read(folder):
    """The mails in the folder, as a mail program reads them."""
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(folder.glob("*.eml"))
    ]


def stored():
    mail = db.session.scalars(select(Mail)).one()
    db.session.refresh(mail)
    return mail


def test_mail_lands_in_the_folder_and_reads_well(folder):
    queue()
    assert send_due_mail() == (1, 0)

    [message] = read(folder)
    assert message["To"] == ADA
    assert message["Subject"] == "Ihr Code zum Anmelden"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@localhost>")
    assert abs(parsedate_to_datetime(message["Date"]) - now()) < timedelta(minutes=1)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    words = message.get_body(("plain",)).get_content()
    assert "123456" in words
    assert "http://localhost/login/link/abc?next=/d/erklaerung/3/1" in words
    assert "für" not in message["Subject"]


def test_code_and_link_can_be_read_with_the_naked_eye(folder):
    queue()
    send_due_mail()
    raw = next(folder.glob("*.eml")).read_text("utf-8")
    assert "Ihr Code: 123456" in raw
    assert "http://localhost/login/link/abc?next=/d/erklaerung/3/1\n" in raw


def test_only_the_owner_of_the_machine_reads_the_files(folder):
    queue()
    send_due_mail()
    assert next(folder.glob("*.eml")).stat().st_mode & 0o077 == 0
    assert not list(folder.glob(".*"))


def test_mail_goes_out_once_and_its_secrets_are_forgotten(folder):
    queue()
    assert send_due_mail() == (1, 0)
    assert send_due_mail() == (0, 0)
    assert len(read(folder)) == 1
    assert stored().parameters == {}
    assert stored().sent_at is not None


def test_mail_waits_until_it_is_due(folder):
    queue_mail(ADA, "later", "no_account", {}, "de", due_at=now() + timedelta(hours=1))
    db.session.commit()
    assert send_due_mail() == (0, 0)
    with frozen_at(now() + timedelta(hours=2)):
        assert send_due_mail() == (1, 0)


def test_run_sends_no_more_than_it_was_told(folder):
    for number in range(5):
        queue(cause=f"code-{number}")
    assert send_due_mail(limit=3) == (3, 0)
    assert send_due_mail(limit=3) == (2, 0)


@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_has_a_neutral_subject_and_names_who_it_is_from(app, template, locale):
    mail = Mail(id=1, recipient=ADA, cause="c", template=template, parameters=WORDS, locale=locale)
    message = to_message(mail)
    words = message.get_body(("plain",)).get_content()
    assert 5 < len(message["Subject"]) < 60
    assert "verdi" not in message["Subject"].casefold().replace(".", "")
    assert not any(character.isdigit() for character in message["Subject"])
    assert "http://localhost/impressum" in words
    assert "{{" not in words
    # Every sentence is a paragraph of its own, the address it names below it.
    head, _signature = words.split("\n-- \n")
    assert all(part.count("\n") <= 1 and part.strip() for part in head.strip().split("\n\n"))
    assert max(len(line) for line in words.splitlines()) < 900


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-Host", "X-Forwarded-Server"])
def test_links_come_from_the_configured_address_whatever_a_header_says(client, folder, header):
    client.post("/login", data={"email": ADA}, headers={header: "host=evil.example"})
    send_due_mail()
    [message] = read(folder)
    assert "evil" not in str(message.items()) + message.get_body(("plain",)).get_content()
    assert "http://localhost/" in message.get_body(("plain",)).get_content()


def test_request_under_a_foreign_name_causes_no_mail(client, folder):
    answer = client.post("/login", data={"email": ADA}, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert send_due_mail() == (0, 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_reaches_past_its_place_into_the_headers(folder, text):
    queue(code=text, link=f"/{text}", until=text)
    assert send_due_mail() == (1, 0)
    [message] = read(folder)
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert message["To"] == ADA
    assert len(message["To"].addresses) == 1
    assert message["Subject"] == "Ihr Code zum Anmelden"


@given(st.text(max_size=80))
def test_whatever_stands_in_the_first_line_is_one_subject(made_app, text):
    words = WORDS | {"code": text}
    with made_app.app_context():
        mail = Mail(id=1, recipient=ADA, cause="c", template="sign_in", parameters=words, locale="de")
        message = to_message(mail)
        raw = message.as_bytes()
    again = email.message_from_bytes(raw, policy=email.policy.default)
    assert sorted(again.keys()) == sorted(message.keys())
    assert again["Subject"] == "Ihr Code zum Anmelden"


def test_subject_itself_is_one_clean_line(app, monkeypatch):
    loader = ChoiceLoader([DictLoader({"mail/odd.txt": "{{ subject }}\nText"}), app.jinja_env.loader])
    monkeypatch.setattr(app.jinja_env, "loader", loader)
    subject = "Neu\rBcc: evil@example.com\x0b\x85\u2028\x00 Ende"
    message = to_message(
        Mail(id=1, recipient=ADA, cause="c", template="odd", parameters={"subject": subject}, locale="de")
    )
    assert message["Subject"] == "Neu Bcc: evil@example.com Ende"
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "recipient",
    [
        "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org\nb@example.org",
        "<a@example.org> b@example.org",
        "Ada <a@example.org>",
        "a@example.org;b@example.org",
        "group: a@example.org, b@example.org;",
        "a@",
        "",
        '"a@example.org, b"@example.org',
    ],
)
def test_recipient_that_is_not_exactly_one_address_gets_nothing(folder, recipient):
    queue(recipient=recipient)
    assert send_due_mail() == (0, 1)
    assert read(folder) == []


def test_address_with_umlauts_in_its_domain_is_written_for_mail_servers(folder):
    queue(recipient="ada@bücher.example")
    send_due_mail()
    [message] = read(folder)
    assert message["To"] == "ada@xn--bcher-kva.example"


def test_one_bad_mail_does_not_hold_up_the_others(folder):
    queue(cause="a", recipient="not an address")
    queue(cause="b", template="no_such_template")
    queue(cause="c")
    assert send_due_mail() == (1, 2)
    assert len(read(folder)) == 1


def test_failed_mail_is_tried_again_later_and_in_the_end_left_for_a_person(folder, app, monkeypatch):
    blocked = folder.parent / "blocked"
    blocked.write_text("a file where the folder should be")
    monkeypatch.setitem(app.config, "MAIL_URL", f"file://{blocked}")
    queue()
    moment = now()
    with frozen_at(moment):
        assert send_due_mail() == (0, 1)
        assert send_due_mail() == (0, 0)
    for minutes in BACK_OFF:
        moment += timedelta(minutes=minutes, seconds=1)
        with frozen_at(moment):
            assert send_due_mail() == (0, 1)
    with frozen_at(moment + timedelta(days=30)):
        assert send_due_mail() == (0, 0)
    assert "Error" in stored().error
    assert stored().parameters["code"] == "123456"


def test_failure_is_logged_without_the_address(folder, app, monkeypatch, caplog):
    queue(recipient="ada lovelace@example.org")
    send_due_mail()
    assert "not sent" in caplog.text
    assert "lovelace" not in caplog.text
