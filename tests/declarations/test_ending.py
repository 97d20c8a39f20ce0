"""A deliberation ends knowingly, and what is over can be put into the archive, where everybody still reads it."""

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Kind, VoteValue
from deliberation.annotations.positions import cast_vote, change_phase
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations import archive
from deliberation.declarations.models import Act, LogEntry, Policy
from deliberation.moderation.leftover import load_leftover
from deliberation.permissions import NotAllowed, Phase
from tests import builders

CLOSE, KEEP = "/d/erklaerung/office/close", "/d/erklaerung/office/archive"


def entries(act):
    return [(one.before, one.after) for one in db.session.scalars(select(LogEntry).where(LogEntry.act == act))]


def test_page_says_what_is_open_before_it_closes(cast, client):
    builders.annotate(cast.ben, cast.declaration, kind=Kind.QUESTION)
    cast.declaration.policy = Policy.ALL
    builders.annotate(cast.ada, cast.declaration)
    left = load_leftover(cast.otto, cast.declaration)
    assert (left.pending, left.undecided, left.flags, left.objections, left.drafts) == (1, 1, 0, 0, 0)
    page = client.sign_in(cast.otto).get(CLOSE).text
    assert "1 Beitrag wartet auf die Moderation." in page
    assert "Bei 1 Beitrag steht noch nicht, was daraus wurde." in page
    assert "/d/erklaerung/export" in page
    assert "Beratung jetzt beenden" in page


def test_only_organisers_close(cast, client):
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            load_leftover(person, cast.declaration)
        assert client.sign_in(person).post(CLOSE).status_code == 403
    assert cast.declaration.phase is Phase.ANNOTATING


def test_closing_ends_voting_keeps_reading_and_is_done_once(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    client.sign_in(cast.otto)
    assert [client.post(CLOSE).status_code for _time in range(2)] == [303, 303]
    db.session.refresh(cast.declaration)
    assert cast.declaration.phase is Phase.CLOSED
    assert entries(Act.PHASE) == [("annotating", "closed")]
    with pytest.raises(NotAllowed):
        cast_vote(cast.ben, annotation, VoteValue.AGREE)
    page = client.get(CLOSE).text
    assert "Die Beratung ist seit dem" in page
    assert "Beratung jetzt beenden" not in page
    assert client.application.test_client().get(f"/a/{annotation.number}").status_code == 200


def test_only_what_is_over_is_archived_and_once(cast):
    with pytest.raises(NotAllowed):
        archive.archive(cast.otto, cast.declaration)
    change_phase(cast.otto, cast.declaration, Phase.CLOSED)
    with pytest.raises(NotAllowed):
        archive.archive(cast.mira, cast.declaration)
    assert [archive.archive(cast.otto, cast.declaration) for _time in range(2)] == [True, False]
    assert cast.declaration.archived_on == today()
    assert [archive.take_out(cast.otto, cast.declaration) for _time in range(2)] == [True, False]
    assert entries(Act.ARCHIVE) == [("", "archived"), ("", "taken out")]


def test_archive_is_a_section_of_its_own_and_everything_stays_readable(cast, client):
    builders.make_declaration("zweite", title="Zweite Erklärung")
    change_phase(cast.otto, cast.declaration, Phase.CLOSED)
    db.session.commit()
    client.sign_in(cast.otto)
    assert client.post(KEEP, data={"archive": "in"}).status_code == 303
    shelf = client.get("/").text
    assert shelf.index("Zweite Erklärung") < shelf.index(">Archiv<") < shelf.index('href="/d/erklaerung"')
    reader = client.application.test_client()
    for path in ("", "/text", "/results", "/these/1", "/log"):
        page = reader.get(f"/d/erklaerung{path}")
        if page.status_code == 200:
            assert "Archiviert am" in page.text
    assert "Archiviert am" in reader.get("/d/erklaerung").text
    assert "/d/erklaerung/text" in reader.get("/sitemap.xml").text
    assert client.get("/d/erklaerung/export.csv").status_code == 200
    assert client.post(KEEP, data={"archive": "out"}).status_code == 303
    assert ">Archiv<" not in client.get("/").text


def test_what_is_opened_again_leaves_the_archive(cast):
    change_phase(cast.otto, cast.declaration, Phase.CLOSED)
    archive.archive(cast.otto, cast.declaration)
    change_phase(cast.otto, cast.declaration, Phase.EVALUATING)
    assert cast.declaration.archived_on is None
