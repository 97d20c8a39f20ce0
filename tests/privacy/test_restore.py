"""P22: who has left is gone again before the first request, should somebody put back yesterday's file."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.database import db
from deliberation.permissions import Operator
from deliberation.privacy import erasures
from deliberation.privacy.leaving import erase
from deliberation.privacy.models import Erasure, Parting
from tests.privacy import scene

CANARIES = ("KANARIE-TEXT", "KANARIE-FRÜHER", "KANARIE-WORTLAUT", "KANARIE-ANTWORT", "KANARIE-HALTUNG", "KANARIE-ENTWURF")


@pytest.fixture
def listed(app):
    path = erasures.list_path()
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def snapshot() -> list:
    """All rows of all tables, as a backup has them."""
    db.session.commit()
    return [(table, [dict(row) for row in db.session.execute(table.select()).mappings()]) for table in db.metadata.sorted_tables]


def put_back(rows: list) -> None:
    """The database as it was."""
    from sqlalchemy import text

    is_sqlite = db.engine.dialect.name == "sqlite"
    db.session.commit()
    db.session.execute(text("PRAGMA defer_foreign_keys=ON" if is_sqlite else "SET session_replication_role = replica"))
    for table, _rows in reversed(rows):
        db.session.execute(table.delete())
    for table, kept in rows:
        if kept:
            db.session.execute(table.insert(), kept)
    if not is_sqlite:
        db.session.execute(text("SET session_replication_role = DEFAULT"))
    db.session.commit()
    db.session.remove()


def everything() -> str:
    return "\n".join(str(row) for table in db.metadata.sorted_tables for row in db.session.execute(table.select()))


@pytest.mark.parametrize("parting", list(Parting))
def test_restored_person_is_erased_again_as_she_chose(app, cast, listed, parting):
    story = scene.build(cast)
    key = story.karla.key
    yesterday = snapshot()
    erase(Operator(), story.karla, parting)
    db.session.commit()
    assert erasures.write_list() == 1

    put_back(yesterday)
    assert db.session.scalar(select(User.id).where(User.key == key))
    assert erasures.replay() == 1
    db.session.commit()

    assert db.session.scalar(select(User.id).where(User.key == key)) is None
    found = everything()
    assert scene.NAME not in found
    assert "KANARIE-ENTWURF" not in found
    left = [canary for canary in CANARIES if canary in found]
    assert (left == []) == (parting is Parting.TAKEN)
    # The next start finds nothing left to do.
    assert erasures.replay() == 0
    assert erasures.write_list() == 0


def test_list_says_nothing_but_a_random_key_the_choice_and_the_day(app, cast, listed):
    story = scene.build(cast)
    key, address_hash = story.karla.key, story.karla.address_hash
    erase(Operator(), story.karla, Parting.TAKEN)
    db.session.commit()
    erasures.write_list()
    words = listed.read_text()
    assert key in words
    assert address_hash not in words
    assert scene.NAME not in words
    assert [sorted(entry) for entry in erasures.read_list()] == [["day", "parting", "user"]]
    assert stat.S_IMODE(listed.stat().st_mode) == 0o600


def test_list_is_written_anew_from_the_table_when_it_is_lost(app, cast, listed):
    erase(Operator(), cast.ada)
    db.session.commit()
    erasures.write_list()
    listed.unlink()
    assert erasures.write_list() == 1


def test_half_a_line_harms_nobody(app, cast, listed):
    erase(Operator(), cast.ada)
    db.session.commit()
    erasures.write_list()
    whole = listed.read_bytes()
    listed.write_bytes(whole + whole[:20])
    assert len(erasures.read_list()) == 1
    assert erasures.replay() == 0
    erase(Operator(), cast.ben)
    db.session.commit()
    assert erasures.write_list() == 1
    assert len(erasures.read_list()) == 2


def test_nobody_is_erased_by_an_empty_list(app, cast, listed):
    assert erasures.replay() == 0
    assert len(db.session.scalars(select(User.id)).all()) == 4
    assert db.session.scalars(select(Erasure.id)).all() == []
    assert not Path(listed).exists()
