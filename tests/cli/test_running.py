"""Commands that keep a site running."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from deliberation import schema
from deliberation.annotations.models import Annotation, Vote, VoteValue
from deliberation.cli.checking import Finding, examine
from deliberation.database import db
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.models import Mail
from deliberation.schema import SchemaState
from tests import builders
from tests.builders import Cast
from tests.cli.conftest import Run


def findings(app: Flask) -> dict[str, Finding]:
    return {finding.about: finding for finding in examine(app)}


def test_schema_state_can_be_asked(run: Run) -> None:
    assert run("db", "current").stdout.strip() == f"{schema.known_revisions()[-1]} (current)"


def test_upgrading_twice_is_harmless(run: Run) -> None:
    assert run("db", "upgrade").exit_code == 0
    assert run("db", "upgrade").exit_code == 0


def test_unknown_revision_is_refused(refused: Callable[..., str]) -> None:
    assert "„0815“ gibt es nicht" in refused("db", "downgrade", "0815")


@pytest.mark.parametrize("state", [SchemaState.OLD, SchemaState.NEWER])
def test_commands_leave_a_database_of_another_release_alone(
    refused: Callable[..., str], cast: Cast, monkeypatch: pytest.MonkeyPatch, state: SchemaState
) -> None:
    monkeypatch.setattr(schema, "state", lambda: state)
    line = refused("phase", "erklaerung", "voting")
    assert ("db upgrade" if state is SchemaState.OLD else "neueren") in line


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_server_does_not_start_on_a_newer_database(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(schema, "state", lambda: SchemaState.NEWER)
    monkeypatch.setattr("deliberation.sample.load.is_private", lambda *_: True)
    assert "neueren" in refused(command, "--port", 0)


def test_demo_with_its_known_passwords_stays_on_this_machine(refused: Callable[..., str]) -> None:
    assert "nur auf dem eigenen Rechner" in refused("demo", "--host", "0.0.0.0", "--port", 0)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_server_needs_an_address_of_this_machine(refused: Callable[..., str], host: str) -> None:
    assert host in refused("serve", "--host", host, "--port", 0)


def test_a_sound_installation_passes_the_check(run: Run, cast: Cast) -> None:
    annotation = builders.annotate(cast.ada, cast.declaration)
    builders.membership(cast.ben, cast.declaration)
    assert annotation.number
    result = run("check")
    assert result.exit_code == 0, result.output
    assert "!!" not in result.stdout


def test_check_finds_a_vote_from_elsewhere(app: Flask, run: Run, cast: Cast) -> None:
    annotation = builders.annotate(cast.ada, cast.declaration)
    elsewhere = builders.make_declaration(slug="anderswo")
    stranger = builders.membership(builders.make_member(elsewhere), elsewhere)
    db.session.add(
        Vote(
            annotation_id=annotation.number,
            voter_id=stranger.id,
            value=VoteValue.AGREE,
            edition_id=annotation.edition_id,
        )
    )
    db.session.commit()
    assert not findings(app)["Stimmen aus einer anderen Erklärung"].is_fine
    result = run("check")
    assert result.exit_code == 1
    assert "1 Prüfung ist fehlgeschlagen." in result.stderr


def test_check_finds_numbers_that_must_not_be_public(app: Flask, cast: Cast) -> None:
    annotation = builders.annotate(cast.ada, cast.declaration)
    db.session.execute(update(Annotation).where(Annotation.number == annotation.number).values(shown_agree=3))
    db.session.commit()
    assert not findings(app)["Veröffentlichte Stimmen unter fünf"].is_fine


def test_check_finds_rows_that_refer_to_nothing(app: Flask, cast: Cast) -> None:
    if db.engine.dialect.name == "postgresql":
        assert "Verweise ins Leere" not in findings(app)
        return
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("UPDATE thesis SET declaration_id = 4711")
    db.engine.dispose()
    assert not findings(app)["Verweise ins Leere"].is_fine


def test_check_says_when_tables_are_missing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "state", lambda: SchemaState.EMPTY)
    assert not findings(app)["Tabellen"].is_fine


def test_due_mail_is_sent(app: Flask, run: Run) -> None:
    queue_mail("ada@example.org", "test", "no_account", {}, "de")
    result = run("mail", "send")
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == "1 Mail versendet."
    assert db.session.scalars(select(Mail.sent_at)).one() is not None
    assert list(Path(app.instance_path, "mail").glob("*.eml"))


def test_nothing_due_is_fine_too(run: Run) -> None:
    assert run("mail", "send").stdout.strip() == "0 Mails versendet."


def test_mail_that_does_not_go_out_is_said(
    app: Flask, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAIL_URL", "smtp://127.0.0.1:1")
    queue_mail("ada@example.org", "test", "no_account", {}, "de")
    assert "1 Mail ging nicht hinaus" in refused("mail", "send")
    assert db.session.scalars(select(Mail.sent_at)).one() is None


def test_a_command_that_fails_stores_nothing(
    refused: Callable[..., str], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_late(*_words: object) -> None:
        db.session.execute(text("UPDATE declaration SET title = 'half done'"))
        raise RuntimeError("too late")

    monkeypatch.setattr("deliberation.annotations.positions.change_phase", fail_late)
    assert "too late" in refused("phase", "erklaerung", "voting")
    db.session.expire_all()
    assert cast.declaration.title == "Erklärung"


def test_every_address_is_listed_with_who_is_let_in(run: Run, app: Flask) -> None:
    listed = json.loads(run("routes").stdout)
    assert len(listed) == len(list(app.url_map.iter_rules()))
    assert all({"rule", "methods", "endpoint", "policy"} <= line.keys() and line["policy"] for line in listed)
    [queue] = [line for line in listed if line["rule"] == "/d/<slug>/moderation"]
    assert (queue["methods"], queue["policy"], queue["needs"]) == (["GET"], "signed_in", "SEE_QUEUE")
