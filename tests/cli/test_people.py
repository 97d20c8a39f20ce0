"""Accounts and roles from the command line."""

from collections.abc import Callable

import pyotp
import pytest
from sqlalchemy import select

from deliberation.accounts import second_factor, sessions
from deliberation.accounts.models import Session, User, find_user_by_email
from deliberation.accounts.passwords import is_right
from deliberation.annotations.models import Annotation
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Membership
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.models import Mail
from deliberation.permissions import Role
from tests import builders
from tests.builders import Cast
from tests.cli.conftest import Run

PASSWORD = "drei Eulen im Regen"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def user(email: str) -> User:
    found = find_user_by_email(email)
    assert found is not None
    return found


def test_operator_creates_an_account(run: Run) -> None:
    result = run("user", "create", "Clara@Example.org", "--pseudonym", "Ulme 12")
    assert result.exit_code == 0
    assert "clara@example.org" in result.stdout
    assert user("clara@example.org").confirmed_at is not None
    assert not user("clara@example.org").is_operator


def test_password_comes_from_standard_input(run: Run) -> None:
    run("user", "create", "clara@example.org", "--pseudonym", "Ulme 12", "--password-stdin", stdin=PASSWORD + "\n")
    assert is_right(user("clara@example.org").password_hash, PASSWORD)


def test_password_is_not_echoed(run: Run) -> None:
    words = ("user", "create", "clara@example.org", "--pseudonym", "Ulme 12", "--password-stdin")
    assert PASSWORD not in run(*words, stdin=PASSWORD).output


def test_operator_can_be_created(run: Run) -> None:
    run("user", "create", "clara@example.org", "--pseudonym", "Ulme 12", "--operator")
    assert user("clara@example.org").is_operator


@pytest.mark.parametrize(
    ("email", "pseudonym", "password", "words"),
    [
        ("clara", "Ulme 12", PASSWORD, "keine Mailadresse"),
        ("ada@example.org", "Ulme 12", PASSWORD, "schon ein Konto"),
        ("clara@example.org", "Ulme 12", "kurz", "12 bis 128 Zeichen"),
        ("clara@example.org", "Ulme 12", "", "kein Passwort"),
        ("clara@example.org", "x", PASSWORD, "geht nicht"),
        ("clara@example.org", "Moderation", PASSWORD, "geht nicht"),
        ("clara@example.org", "Weide 27", PASSWORD, "geht nicht"),
    ],
)
def test_wrong_accounts_are_refused(
    refused: Callable[..., str], cast: Cast, email: str, pseudonym: str, password: str, words: str
) -> None:
    before = len(db.session.scalars(select(User.id)).all())
    line = refused("user", "create", email, "--pseudonym", pseudonym, "--password-stdin", stdin=password)
    assert words in line
    assert len(db.session.scalars(select(User.id)).all()) == before


def test_operator_grants_a_role(run: Run, cast: Cast) -> None:
    builders.make_user("clara")
    result = run("user", "grant", "clara@example.org", "moderator", "erklaerung", "--signing-name", "Clara K.")
    assert result.exit_code == 0
    membership = user("clara@example.org").membership_in(cast.declaration.id)
    assert membership is not None
    assert Role.MODERATOR in membership.roles
    assert membership.shown_name == "Clara K."


def test_granting_twice_changes_nothing(run: Run, cast: Cast) -> None:
    for _time in range(2):
        assert run("user", "grant", "ada@example.org", "organiser", "erklaerung").exit_code == 0
    assert user("ada@example.org").roles_in(cast.declaration.id) == {Role.PARTICIPANT, Role.ORGANISER}


@pytest.mark.parametrize(
    ("email", "role", "slug", "words"),
    [
        ("nobody@example.org", "moderator", "erklaerung", "Ein Konto für nobody@example.org gibt es nicht"),
        ("nobody", "moderator", "erklaerung", "keine Mailadresse"),
        ("ada@example.org", "chef", "erklaerung", "participant, moderator, organiser"),
        ("ada@example.org", "moderator", "anderswo", "„anderswo“ gibt es nicht"),
    ],
)
def test_wrong_grants_are_refused(
    refused: Callable[..., str], cast: Cast, email: str, role: str, slug: str, words: str
) -> None:
    assert words in refused("user", "grant", email, role, slug)


def test_erased_account_leaves_its_words_and_no_address(run: Run, cast: Cast) -> None:
    annotation = builders.annotate(cast.ada, cast.declaration, body="Das bleibt stehen.")
    queue_mail("ada@example.org", "test", "welcome", {}, "de")
    assert run("user", "erase", "ada@example.org").exit_code == 0
    assert find_user_by_email("ada@example.org") is None
    assert db.session.scalars(select(Mail)).all() == []
    kept = db.session.get_one(Annotation, annotation.number)
    assert kept.body == "Das bleibt stehen."
    names = db.session.scalars(select(Membership.pseudonym)).all()
    assert "Weide 27" not in names


def test_unknown_account_cannot_be_erased(refused: Callable[..., str]) -> None:
    assert "gibt es nicht" in refused("user", "erase", "nobody@example.org")


def test_lost_device_is_reset_and_the_person_is_told_and_signed_out(run: Run, cast: Cast) -> None:
    codes = second_factor.set_up_app(cast.mira, SECRET, pyotp.TOTP(SECRET).at(now()))
    sessions.begin(cast.mira, with_second=True)
    db.session.commit()
    result = run("user", "reset-second", cast.mira.email)
    assert result.exit_code == 0
    found = user(cast.mira.email)
    assert (found.second_factor_at, found.totp_sealed) == (None, "")
    assert not second_factor.redeem(found, codes[0])
    assert db.session.scalars(select(Session)).all() == []
    assert [mail.template for mail in db.session.scalars(select(Mail))] == ["second_factor_removed"]


def test_role_given_or_taken_by_the_operator_signs_out(run: Run, cast: Cast) -> None:
    for words in (("grant", Role.MODERATOR.value), ("revoke", Role.MODERATOR.value)):
        sessions.begin(cast.ben)
        db.session.commit()
        assert run("user", words[0], cast.ben.email, words[1], "erklaerung").exit_code == 0
        assert db.session.scalars(select(Session)).all() == [], words
    assert run("user", "revoke", "ben@example.org", "moderator", "erklaerung").exit_code == 1


def test_unknown_person_has_no_device_to_reset(refused: Callable[..., str]) -> None:
    assert "gibt es nicht" in refused("user", "reset-second", "niemand@example.org")
