"""P01: once somebody has left, nothing in any file of the site leads to her, in none of twenty disguises."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import text

from deliberation.accounts.models import Attempt
from deliberation.annotations.models import find_annotation
from deliberation.annotations.tallies import STEP
from deliberation.clock import frozen_at, now
from deliberation.database import db, set_reading
from deliberation.jobs import Jobs
from deliberation.notifications.models import Mail
from deliberation.privacy.erasures import newest
from deliberation.results.exports import export
from deliberation.sqlite import driver as sqlite3
from tests.privacy import scene
from tests.privacy.disguises import disguises, hits

PRIVATE = ("KANARIE-ENTWURF", "KANARIE-NOTIZ", "KANARIE-VERBORGEN", "KANARIE-STELLE", "KANARIE-NACHRICHT", "KANARIE-PUNKT")
PUBLIC = ("KANARIE-TEXT", "KANARIE-FRÜHER", "KANARIE-WORTLAUT", "KANARIE-ANTWORT", "KANARIE-HALTUNG")


def files(app) -> list[Path]:
    """Where the site writes: its own folder, and the tables of PostgreSQL."""
    folders = [Path(app.instance_path)]
    if db.engine.dialect.name == "postgresql":
        # Read by the server itself; its log of writes is recycled by the server and not ours.
        folders.append(Path(db.session.scalar(text("SELECT setting FROM pg_settings WHERE name = 'data_directory'"))) / "base")
        db.session.commit()
    return folders


def settle() -> None:
    """Let PostgreSQL write its pages, so that they can be looked at from outside."""
    db.session.commit()
    db.session.remove()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # What the server does by itself at some time or other: frequent words go into its statistics.
            connection.execute(text("ANALYZE"))
            connection.execute(text("CHECKPOINT"))


def exports(story, who) -> bytes:
    made = [export(who, story.cast.declaration, kind).content for kind in ("md", "html", "csv", "json")]
    return b"\n".join(made)


def leave(app, client, story, parting):
    """Through the page, as she does it, while the job goes its rounds."""
    jobs = Jobs(app)
    assert jobs.run_once()
    karla = client.sign_in(story.karla)
    answer = karla.post("/me/leave", data={"parting": parting}, environ_overrides={"REMOTE_ADDR": scene.NETWORK})
    assert answer.status_code == 303, answer.text
    assert '"cookies"' in answer.headers["Clear-Site-Data"]
    set_reading(False)
    db.session.remove()
    jobs._forget_from = now()
    assert jobs.run_once()
    jobs.lock.release()
    assert jobs._swept_to == newest() > 0
    settle()


@pytest.fixture
def story(app, cast):
    return scene.build(cast, app.config["SECRET_KEY"])


def test_twenty_disguises_are_told_apart():
    assert len(disguises(scene.NAME)) >= 20
    assert len(disguises(scene.ADDRESS)) >= 20


@pytest.mark.parametrize("parting", ["kept", "taken"])
def test_who_has_left_is_nowhere(app, client, story, parting, caplog):
    caplog.set_level(logging.INFO)
    settle()
    # Else nothing found would prove nothing.
    before = " ".join(hits(files(app), (scene.NAME, *PRIVATE, *PUBLIC)))
    assert all(word in before for word in (scene.NAME, "KANARIE-ENTWURF", *PUBLIC))
    reader = sqlite3.connect(Path(app.instance_path) / "test.sqlite3") if db.engine.dialect.name == "sqlite" else None
    leave(app, client, story, parting)

    gone = (scene.ADDRESS, scene.NAME, scene.NETWORK, *PRIVATE, *(PUBLIC if parting == "taken" else ()))
    assert hits(files(app), gone) == []
    found = exports(story, story.cast.otto)
    assert [name for word in gone for name, form in disguises(word).items() if form in found] == []
    logged = caplog.text.encode()
    assert [name for word in gone for name, form in disguises(word).items() if form in logged] == []
    if reader:
        reader.close()


def test_her_keys_are_nowhere_either(app, client, story):
    key, address_hash = story.karla.key, story.karla.address_hash
    member_key = scene.member(story.karla, story.cast).key
    leave(app, client, story, "kept")
    assert db.session.scalars(db.select(Attempt.id)).all() == []
    # The last mail has gone; with the next round nothing of it is left.
    with frozen_at(now()):
        jobs = Jobs(app)
        jobs._forget_from = now()
        jobs.run_once()
        jobs.lock.release()
    assert db.session.scalars(db.select(Mail.id)).all() == []
    found = hits(files(app), (address_hash, member_key))
    assert found == []
    # Of the account its random key alone is kept, outside the database too, so that a backup can be told.
    assert key in (Path(app.instance_path) / "erasures.jsonl").read_text()


def test_conversations_stay_readable_and_numbers_the_same(app, client, story):
    before = find_annotation(story.mention.number)
    tally = (before.shown_agree, before.shown_disagree, before.shown_pass)
    assert tally[0] == STEP
    votes, stances = rows("vote"), rows("stance")
    mention, own = story.mention.number, story.own.number
    leave(app, client, story, "taken")

    page = app.test_client().get(f"/a/{own}").text
    assert "Diese Anmerkung wurde von der Person selbst gelöscht." in page
    assert "kennt den Dienst" in page
    assert "KANARIE" not in page
    after = find_annotation(mention)
    assert (after.shown_agree, after.shown_disagree, after.shown_pass) == tally
    assert (rows("vote"), rows("stance")) == (votes, stances)


def test_her_texts_stay_as_nobodys_when_she_leaves_them(app, client, story):
    own = story.own.number
    leave(app, client, story, "kept")
    page = app.test_client().get(f"/a/{own}").text
    assert "KANARIE-TEXT" in page
    assert "Gelöschte Person" in page
    assert "Da hat @Gelöschte Person recht." in page


def rows(table: str) -> int:
    return db.session.scalar(text(f"SELECT count(*) FROM {table}"))
