"""P15: what a mail gives away to whoever sees it on a screen or in a list of mails."""

import email
import email.policy
import re
import shutil
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.annotations.actions import withdraw
from deliberation.annotations.calendar import plan_phases
from deliberation.clock import frozen_at, now, today
from deliberation.database import db
from deliberation.declarations.models import Membership
from deliberation.moderation.actions import find_last_decision, hide
from deliberation.moderation.models import Rule
from deliberation.moderation.undoing import undo
from deliberation.notifications.mailer import send_due_mail
from deliberation.notifications.pulling import pull_letters
from deliberation.permissions import Operator, Phase
from deliberation.privacy import deletion
from deliberation.privacy.leaving import erase
from tests import builders
from tests.accounts.post import mails_to
from tests.privacy import scene

# What nobody who looks over a shoulder need learn.
PREVIEW = 90
"""So many characters of a mail stand beside its subject in a list."""
TELLING = (
    "ver.di",
    "gewerkschaft",
    "erklärung",
    "erklaerung",
    "sozial",
    "pseudonym",
    "moderation",
    "meldung",
    "verborgen",
)


@pytest.fixture
def folder(app) -> Path:
    path = Path(app.config["MAIL_URL"].removeprefix("file://"))
    shutil.rmtree(path, ignore_errors=True)
    return path


def sent(folder: Path, after: timedelta = timedelta(days=1)) -> list[EmailMessage]:
    with frozen_at(now() + after):
        pull_letters()
        db.session.commit()
        send_due_mail()
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[misc]
        for path in sorted(folder.glob("*.eml"))
    ]


@pytest.fixture
def story(cast, folder, client):
    for person in (cast.ada, cast.ben, cast.mira, cast.otto):
        person.confirmed_at = now()
    made = scene.build(cast)
    for address in ("ada@example.org", "neu@example.org", scene.ADDRESS):
        client.post("/login", data={"email": address})
        client.post("/register", data={"email": address, "pseudonym": "Ahorn 73", "consent": "1"})
    client.post(f"/a/{made.mention.number}/flags", data={
        "reason": "illegal", "explanation": "Das ist verboten.", "name": "Frau Melderin", "email": "meldung@example.org",
        "good_faith": "y", "in_good_faith": "y", "form_key": "f" * 32,
    })  # fmt: skip
    client.sign_in(cast.ben).post("/me/password", data={"password": "vier Wörter ohne Zusammenhang"})
    return made


def test_subject_and_first_line_say_nothing(story, folder):
    mails = sent(folder)
    assert len({mail["Subject"] for mail in mails}) >= 4
    names = [name.casefold() for name in db.session.scalars(select(Membership.pseudonym)) if name]
    for mail in mails:
        preview = " ".join(mail.get_body(("plain",)).get_content().split())[:PREVIEW]
        for words in (mail["Subject"], preview, str(mail["From"])):
            telling = [word for word in (*TELLING, *names) if re.search(rf"\b{re.escape(word)}", words.casefold())]
            assert telling == [], words
            assert not re.search(r"\b[AM]-\d", words), "a number leads to the contribution, and so to the pseudonym"


def test_no_pseudonym_stands_beside_an_address_but_that_of_its_owner(story, folder):
    own: dict[str, set[str]] = {}
    for user in db.session.scalars(select(User)).unique():
        own[user.email] = {membership.pseudonym for membership in user.memberships}
    names = {name for some in own.values() for name in some if name}
    mails = sent(folder)
    assert {mail["To"] for mail in mails} >= {scene.ADDRESS, "ben@example.org"}
    for mail in mails:
        words = mail.as_bytes().decode("utf-8", "replace") + mail.get_body(("plain",)).get_content()
        foreign = [name for name in names - own.get(mail["To"], set()) if name in words]
        assert foreign == [], mail["Subject"]
        others = [address for address in own if address != mail["To"] and address in words]
        assert others == [], mail["Subject"]
        assert not [word for word in ("KANARIE", "schwierig") if word in words], mail["Subject"]


def test_mails_about_dates_and_roles_and_the_end_tell_nothing_to_whoever_looks(cast, folder, client):
    for person in (cast.ada, cast.ben):
        person.confirmed_at = now()
    builders.annotate(cast.ada, cast.declaration, body="KANARIE")
    plan_phases(cast.otto, cast.declaration, {Phase.VOTING: today() + timedelta(days=3)})
    client.sign_in(cast.otto)
    client.post(f"/d/erklaerung/people/{cast.ben.membership_in(cast.declaration.id).key}", data={"role": "organiser"})
    deletion.ask(cast.otto, cast.declaration)
    deletion.confirm(builders.make_user("zweite", is_operator=True), cast.declaration)
    db.session.commit()
    reminders = sent(folder)
    plan_phases(cast.otto, cast.declaration, {Phase.VOTING: today() + timedelta(days=9)})
    db.session.commit()
    mails = sent(folder)
    assert len(mails) > len(reminders) > 3
    subjects = {mail["Subject"] for mail in mails}
    assert len(subjects) == 4
    for mail in mails:
        for words in (mail["Subject"], " ".join(mail.get_body(("plain",)).get_content().split())[:PREVIEW]):
            assert not [word for word in TELLING if re.search(rf"\b{word}", words.casefold())], words
        assert "KANARIE" not in mail.get_body(("plain",)).get_content()


def test_what_happens_between_queueing_and_sending_counts(cast, folder):
    """A letter in the outbox says what holds when it leaves, or does not leave."""
    cast.ada.confirmed_at = now()
    one = builders.annotate(cast.ada, cast.declaration, body="Kanarienvogel, der gleich verborgen wird.")
    other = builders.annotate(cast.ada, cast.declaration, body="Und noch ein Kanarienvogel.")
    for annotation in (one, other):
        hide(cast.mira, annotation, Rule.STAY, f"Gehört nicht zu {annotation.label}.", annotation.version)
    db.session.commit()
    with frozen_at(now() + timedelta(hours=1)):
        pull_letters()
        db.session.commit()
        assert len(mails_to(cast.ada.email)) == 2
        undo(cast.mira, find_last_decision(one))
        withdraw(cast.ada, other)
        db.session.commit()
    words = "\n".join(mail.get_body(("plain",)).get_content() for mail in sent(folder))
    # Neither that it was hidden, which does not hold, nor anything about what its author took back.
    assert f"Gehört nicht zu {one.label}." not in words
    assert other.label not in words
    assert "Kanarienvogel" not in words
    assert "zurückgenommen" in words


def test_mail_to_somebody_who_has_left_meanwhile_is_not_sent(cast, folder):
    cast.ada.confirmed_at = now()
    annotation = builders.annotate(cast.ada, cast.declaration)
    hide(cast.mira, annotation, Rule.STAY, "Gehört nicht hierher.", annotation.version)
    db.session.commit()
    with frozen_at(now() + timedelta(hours=1)):
        pull_letters()
        db.session.commit()
        erase(Operator(), cast.ada)
        db.session.commit()
    assert [mail for mail in sent(folder) if mail["To"] == "ada@example.org"] == []
