"""The reading page: anchors, counts, budget, and what guests get."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from deliberation import database
from deliberation.accounts import sessions
from deliberation.annotations import visits
from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Annotation, Kind, Opening, StanceValue, Vote, VoteValue
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.database import count_rows, db
from tests import builders
from tests.counting import count_queries

BUDGET = 8
OPENED = 2
"""Conversations first without their words, and what is marked in the text."""
GLANCE = 4
"""To see whether somebody else got the same page: two about the declaration, which are kept, visit and state of the place."""


def _fill(cast, count=12):
    for number in range(count):
        annotation = builders.annotate(
            cast.ada,
            cast.declaration,
            body=f"Text {number}",
            kind=list(Kind)[number % 6 or 0] if number % 6 != 1 else Kind.QUESTION,
        )
        post_reply(cast.ben, annotation, Contribution("Antwort"))
        cast_vote(cast.ben, annotation, VoteValue.AGREE)
    db.session.commit()


def test_every_thesis_paragraph_and_sentence_has_a_stable_anchor(cast, client):
    page = client.get("/d/erklaerung/3").text
    for anchor in ("absatz-3-1", "absatz-3-2", "s-3-1-1", "s-3-1-2", "s-3-2-1"):
        assert page.count(f'id="{anchor}"') == 1
    whole = client.get("/d/erklaerung/text").text
    for anchor in ("absatz-0-1", "absatz-1-2", "absatz-3-1", "absatz-end-1", "s-1-1-2"):
        assert whole.count(f'id="{anchor}"') == 1


def test_thesis_page_names_phase_deadline_and_edition(cast, client):
    from datetime import timedelta

    from deliberation.clock import today

    cast.declaration.phase_ends_on = today() + timedelta(days=40)
    page = client.get("/d/erklaerung/3").text
    assert "Beratung offen" in page
    assert "Fassung 1" in page
    assert re.search(r"bis \d+\. \w+", page)


@pytest.mark.parametrize(
    "path", ["/d/erklaerung/3", "/d/erklaerung/3/1", "/d/erklaerung/3/0", "/d/erklaerung", "/d/erklaerung/text"]
)
@pytest.mark.parametrize("who", ["guest", "participant"])
def test_pages_keep_the_query_budget(cast, app, path, who):
    _fill(cast)
    visitor = app.test_client()
    if who == "participant":
        visitor.sign_in(cast.ben)
        # The first visit leaves a mark; from then on marks are written once in five minutes.
        visitor.get(path)
    db.session.expunge_all()
    with count_queries() as queries:
        assert visitor.get(path).status_code == 200
    most = BUDGET + (GLANCE if "/3" in path else 0) + (OPENED if "/3/" in path else 0)
    assert queries.count <= most, "\n\n".join(queries.statements)


def test_guest_pages_carry_no_form_that_writes_and_set_no_cookie(cast, client, monkeypatch):
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", True)
    _fill(cast, 3)
    for path in ("/d/erklaerung", "/d/erklaerung/3", "/d/erklaerung/3/1", "/d/erklaerung/text", "/a/1"):
        answer = client.get(path)
        assert 'method="post"' not in answer.text
        assert "Set-Cookie" not in answer.headers


def test_public_times_are_exact_to_the_day_only(cast, client):
    _fill(cast, 2)
    page = client.get("/d/erklaerung/3/1").text
    assert re.findall(r'datetime="([^"]*)"', page)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", moment) for moment in re.findall(r'datetime="([^"]*)"', page))


def test_counts_stand_beside_theses_and_paragraphs(cast, client):
    _fill(cast, 2)
    assert "4 Anmerkungen" in client.get("/d/erklaerung/3").text
    assert 'class="count">4' in client.get("/d/erklaerung").text


def test_fifty_sendings_of_one_form_at_once_are_one_annotation(cast, app):
    _fill(cast, 1)
    before = db.session.scalar(select(func.count(Annotation.number)))
    identity = sessions.begin(cast.ada)
    db.session.commit()

    def send(_number):
        visitor = app.test_client()
        with visitor.session_transaction() as session:
            session["_user_id"] = identity
        form = {"kind": "practice", "body": "Einmal", "action": "send", "form_key": "same"}
        with app.app_context():
            return visitor.__class__.__mro__[1].open(visitor, "/d/erklaerung/3/1/annotations", method="POST", data=form)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(24)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert db.session.scalar(select(func.count(Annotation.number))) == before + 1


def test_parallel_votes_are_counted_exactly(cast, app):
    annotation = builders.annotate(cast.ada, cast.declaration)
    voters = [sessions.begin(builders.make_member(cast.declaration)) for _ in range(10)]
    db.session.commit()

    def vote(identity):
        visitor = app.test_client()
        with visitor.session_transaction() as session:
            session["_user_id"] = identity
        for value in ("agree", "disagree", "agree"):
            with app.app_context():
                visitor.__class__.__mro__[1].open(
                    visitor, f"/a/{annotation.number}/vote", method="POST", data={"vote": value}
                )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(vote, voters))
    db.session.expire_all()
    assert db.session.scalar(select(func.count(Vote.id)).where(Vote.value == VoteValue.AGREE)) == 10
    shown = db.session.execute(select(Annotation.shown_agree, Annotation.shown_disagree, Annotation.shown_pass)).one()
    assert sum(shown) == 10


def test_stance_numbers_of_others_are_nowhere_before_the_own(cast, app):
    place = builders.paragraph(cast.declaration)
    for _ in range(10):
        take_stance(builders.make_member(cast.declaration), place.thesis, place, StanceValue.CARRY)
    for visitor in (app.test_client(), app.test_client().sign_in(cast.ben)):
        for path in (
            "/d/erklaerung/3/1",
            "/d/erklaerung/3",
            "/d/erklaerung",
            "/d/erklaerung/text",
            "/d/erklaerung/3/1/annotations",
        ):
            assert "10 Stimmen" not in visitor.get(path).text


def test_two_looks_at_the_same_moment_leave_one_mark(cast, monkeypatch):
    """Both find none; the second one is stopped by the key of the table, and its page comes all the same."""
    place = builders.paragraph(cast.declaration, "3.1")
    visits.mark_visit(cast.ada, cast.declaration)
    visits.mark_opening(cast.ada, place.thesis_id, place.id)
    db.session.commit()
    changed, found = database.rows_changed, [0]
    monkeypatch.setattr(database, "rows_changed", lambda statement: found.pop() if found else changed(statement))
    visits.mark_opening(cast.ada, place.thesis_id, place.id)
    db.session.commit()
    assert count_rows(Opening.user_id, Opening.user_id == cast.ada.id) == 1
