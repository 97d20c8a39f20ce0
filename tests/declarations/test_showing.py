"""A draft can be shown to somebody without an account: by a secret link that ends, and to be read only."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.annotations.positions import change_phase
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations import showing
from deliberation.declarations.models import Act, LogEntry
from deliberation.permissions import NotAllowed, Phase, Role
from tests import builders


@pytest.fixture
def draft(cast):
    made = builders.make_declaration("neu", phase=Phase.DRAFT, title="Noch geheim")
    builders.grant_role(cast.otto, Role.ORGANISER, made)
    db.session.commit()
    return made


def link(cast, draft):
    secret = showing.make_link(cast.otto, draft)
    db.session.commit()
    return f"/d/neu/draft/{secret}"


def test_guest_reads_the_whole_draft_and_nothing_else(cast, client, draft):
    answer = client.get(link(cast, draft))
    assert answer.status_code == 200
    for words in (
        "Entwurf, nicht öffentlich.",
        "Noch geheim",
        "Schutz ist kein Service",
        "Öffnungszeiten dürfen digital sein.",
    ):
        assert words in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert 'href="/d/neu' not in answer.text
    for path in ("", "/text", "/1"):
        assert client.get(f"/d/neu{path}").status_code == 404


def test_only_its_hash_is_kept(cast, draft):
    secret = showing.make_link(cast.otto, draft)
    db.session.flush()
    assert secret not in str(db.session.execute(select(type(draft).__table__)).all())


def test_unknown_ended_and_revoked_links_look_alike(cast, client, draft):
    first = link(cast, draft)
    second = link(cast, draft)
    assert client.get(first).status_code == 404
    assert client.get("/d/neu/draft/geraten").status_code == 404
    assert client.get("/d/erklaerung/draft/geraten").status_code == 404
    with frozen_at(now() + timedelta(days=15)):
        assert client.get(second).status_code == 404
    assert client.get(second).status_code == 200
    assert showing.revoke_link(cast.otto, draft)
    assert not showing.revoke_link(cast.otto, draft)
    db.session.commit()
    assert client.get(second).status_code == 404


def test_link_leads_to_the_declaration_once_it_is_open(cast, client, draft):
    shown = link(cast, draft)
    change_phase(cast.otto, draft, Phase.READING)
    db.session.commit()
    answer = client.get(shown)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/d/neu")


def test_only_organisers_of_a_draft_make_links(cast, draft):
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            showing.make_link(person, draft)
    with pytest.raises(NotAllowed):
        showing.make_link(cast.otto, cast.declaration)


def test_page_shows_it_once_and_the_log_without_it(cast, client, draft):
    client.sign_in(cast.otto)
    assert client.post("/d/neu/office/preview", data={"days": "0"}).status_code == 422
    made = client.post("/d/neu/office/preview", data={"days": "3"})
    assert "/d/neu/draft/" in made.text
    again = client.get("/d/neu/office/preview").text
    assert "/d/neu/draft/" not in again
    assert "Es gibt einen Link." in again
    assert client.post("/d/neu/office/preview/revoke").status_code == 303
    entries = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.PREVIEW))
    assert [(one.before, one.after) for one in entries] == [("", "made"), ("", "revoked")]
