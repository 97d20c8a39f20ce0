"""A conversation of thousands is read in parts, and no reply is out of reach."""

import re

import pytest
from sqlalchemy import insert

from deliberation.annotations import paging
from deliberation.annotations.actions import Contribution, post_reply, withdraw
from deliberation.annotations.models import Annotation, Status
from deliberation.database import db
from tests import builders
from tests.counting import count_queries

DEPTH = 130


@pytest.fixture
def deep(cast):
    """ada opens a conversation, and every reply answers the one before."""
    cast.root = builders.annotate(cast.ada, cast.declaration)
    first = post_reply(cast.ben, cast.root, Contribution("Antwort 1 in der Kette.", form_key="k1"))
    db.session.commit()
    chain(first, DEPTH - 1)
    return cast


def chain(first, count):
    """Replies made like the first, each to the one before; through the verb it would take minutes."""
    table = Annotation.__table__
    like = dict(db.session.execute(table.select().where(table.c.id == first.number)).mappings().one())
    rows, above = [], first.number
    for place in range(count):
        number = first.number + 1 + place
        words = f"Antwort {place + 2} in der Kette."
        rows.append({**like, "id": number, "parent_id": above, "form_key": f"c{number}", "body": words,
                     "body_html": f"<p>{words}</p>"})  # fmt: skip
        above = number
    db.session.execute(insert(table), rows)
    db.session.commit()


def replies_on(page):
    return [int(number) for number in re.findall(r"Antwort (\d+) in der Kette\.", page)]


def test_every_reply_is_on_one_page_in_its_order(deep, client):
    seen = []
    for page in (1, 2, 3):
        text = client.get(f"/a/{deep.root.number}?page={page}").text
        assert f"Seite {page} von 3" in text
        seen += replies_on(text)
    assert seen == list(range(1, DEPTH + 1))


def test_address_of_a_reply_leads_to_its_page(deep, client):
    number = deep.root.number + 77
    answer = client.get(f"/a/{number}")
    assert answer.location == f"/a/{deep.root.number}?page=2#a-{number}"
    assert f'id="a-{number}"' in client.get(answer.location).text


def test_reply_says_what_it_answers_also_across_pages(deep, client):
    text = client.get(f"/a/{deep.root.number}?page=2").text
    assert f"antwortet auf A-{deep.root.number + paging.ON_A_PAGE}" in text


@pytest.mark.parametrize("page", ["0", "-1", "999999999", "NaN", "", "1e9"])
def test_page_that_does_not_exist_is_the_nearest_one(deep, client, page):
    answer = client.get(f"/a/{deep.root.number}?page={page}")
    assert answer.status_code == 200
    assert re.search(r"Seite [13] von 3", answer.text)


def test_opened_paragraph_shows_the_first_and_says_how_many_more(deep, client):
    text = client.get("/d/erklaerung/3/1").text
    assert replies_on(text) == list(range(1, paging.IN_A_PANEL + 1))
    assert f"{DEPTH - paging.IN_A_PANEL} weitere Antworten lesen" in text
    assert f"{DEPTH + 1} Anmerkungen" in text


def test_middle_taken_away_leaves_its_place_and_all_others(deep, client):
    middle = db.session.get(Annotation, deep.root.number + 65)
    withdraw(deep.ben, middle)
    db.session.commit()
    seen = [number for page in (1, 2, 3) for number in replies_on(client.get(f"/a/{deep.root.number}?page={page}").text)]
    assert seen == [number for number in range(1, DEPTH + 1) if number != 65]
    assert db.session.query(Annotation).filter(Annotation.status == Status.WITHDRAWN).count() == 1


def test_queries_do_not_grow_with_the_conversation(deep, client):
    with count_queries() as long:
        client.get(f"/a/{deep.root.number}")
    assert long.count <= 8
    with count_queries() as panel:
        client.get("/d/erklaerung/3/1")
    assert panel.count <= 13


def test_export_of_a_deep_conversation_needs_no_recursion(deep, app):
    chain(db.session.get(Annotation, deep.root.number + DEPTH), 1200)
    client = app.test_client().sign_in(deep.otto)
    for file_format in ("md", "html", "csv", "json"):
        answer = client.get(f"/d/erklaerung/export.{file_format}")
        assert answer.status_code == 200
        # Without consent to be quoted, reports name the number alone.
        assert str(deep.root.number + DEPTH + 1200) in answer.get_data(as_text=True), file_format
