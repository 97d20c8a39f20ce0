"""What is sealed is found and read by us alone."""

import pytest
from sqlalchemy import text

from deliberation.accounts.models import User, find_user_by_email
from deliberation.database import db
from deliberation.notifications.actions import queue_mail
from deliberation.sealing import Unreadable, keyed_hash, seal, unseal
from tests import builders

ADDRESS = "sehr.geheim@example.org"


def test_what_was_sealed_can_be_read_again_and_never_looks_the_same(app):
    for words in ("", "ä", ADDRESS, "x" * 5000, "Zeile\nZeile\x00"):
        assert unseal(seal(words)) == words
    assert seal(ADDRESS) != seal(ADDRESS)
    assert ADDRESS not in seal(ADDRESS)


def test_another_key_neither_reads_nor_finds(app, monkeypatch):
    sealed, found = seal(ADDRESS), keyed_hash("address", ADDRESS)
    monkeypatch.setitem(app.config, "ADDRESS_KEY", "another key that is long enough for this")
    with pytest.raises(Unreadable):
        unseal(sealed)
    assert keyed_hash("address", ADDRESS) != found


@pytest.mark.parametrize("change", [lambda s: s[:-4] + "AAAA", lambda s: s[:20], lambda s: "1", lambda s: "1ä!"])
def test_damaged_seal_is_told_and_not_guessed(app, change):
    with pytest.raises(Unreadable):
        unseal(change(seal(ADDRESS)))


def test_address_stands_nowhere_in_the_tables(app, cast):
    user = builders.make_user("sehr.geheim")
    queue_mail(ADDRESS, "c", "sign_in", {"code": "135790", "link": "/login/link/geheimes-wort"}, "de")
    db.session.commit()
    assert user.email == ADDRESS
    assert find_user_by_email(ADDRESS).id == user.id
    for table in db.metadata.sorted_tables:
        rows = str(db.session.execute(text(f'SELECT * FROM "{table.name}"')).all())
        assert not [word for word in ("sehr.geheim", "135790", "geheimes-wort") if word in rows], table.name


def test_two_accounts_never_share_an_address(app):
    builders.make_user("doppelt")
    db.session.add(User(email="doppelt@example.org", memberships=[]))
    with pytest.raises(Exception, match="address_hash"):
        db.session.flush()
