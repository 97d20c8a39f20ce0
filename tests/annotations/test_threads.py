"""Orders, filters, and what is new."""

import html
import re
from datetime import timedelta

from deliberation import clock
from deliberation.annotations import reading
from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Annotation, Kind
from deliberation.annotations.ordering import DECKS, Order, deck, in_order
from deliberation.annotations.threads import load_entries, of_kind, to_threads
from deliberation.database import db
from deliberation.declarations.models import current_edition, find_declaration
from deliberation.permissions import Guest
from tests import builders


def _load(cast, person=None):
    entries = load_entries(
        person or Guest(), cast.declaration.id, Annotation.declaration_id == cast.declaration.id, None
    )
    return to_threads(entries)


def _numbers(found):
    return [entry.annotation.number for entry in found]


def test_mixed_order_is_stable_for_a_day_and_differs_between_readers(cast):
    for _ in range(12):
        builders.annotate(cast.ada, cast.declaration)
    found = _load(cast)
    today = clock.today()
    first = _numbers(in_order(found, Order.MIXED, "user-1", today))
    assert first == _numbers(in_order(list(reversed(found)), Order.MIXED, "user-1", today))
    assert first != _numbers(in_order(found, Order.MIXED, "user-2", today))
    assert first != _numbers(in_order(found, Order.MIXED, "user-1", today + timedelta(days=1)))
    assert sorted(first) == _numbers(found)


def test_everybody_draws_one_of_the_mixed_orders_anew_each_day(cast):
    today = clock.today()
    drawn = [[deck(person, today + timedelta(days=day)) for day in range(40)] for person in (cast.ada, cast.ben)]
    assert drawn[0] != drawn[1]
    assert all(3 < len(set(decks)) <= DECKS for decks in drawn)
    assert deck(Guest(), today) not in {*drawn[0], *drawn[1]}


def test_unanswered_questions_come_first(cast):
    remark = builders.annotate(cast.ada, cast.declaration)
    answered = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
    post_reply(cast.ben, answered, Contribution("Ja."))
    asked = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
    order = _numbers(in_order(_load(cast), Order.UNANSWERED, "guest", clock.today()))
    assert order == [asked.number, remark.number, answered.number]


def test_newest_follows_the_last_answer(cast):
    older = builders.annotate(cast.ada, cast.declaration)
    newer = builders.annotate(cast.ada, cast.declaration)
    with clock.frozen_at(clock.now() + timedelta(hours=1)):
        post_reply(cast.ben, older, Contribution("Noch etwas"))
    assert _numbers(in_order(_load(cast), Order.NEWEST, "guest", clock.today())) == [older.number, newer.number]


def test_filter_by_kind(cast):
    builders.annotate(cast.ada, cast.declaration)
    question = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
    assert _numbers(of_kind(_load(cast), Kind.QUESTION)) == [question.number]


def test_order_and_filter_are_part_of_the_address(cast, client):
    builders.annotate(cast.ada, cast.declaration, body="Eine Bemerkung")
    builders.annotate(cast.ada, cast.declaration, body="Eine Frage", kind=Kind.QUESTION)
    page = client.get("/d/erklaerung/3/1?kind=question&order=oldest").text
    assert "Eine Frage" in page
    assert "Eine Bemerkung" not in page
    assert client.get("/d/erklaerung/3/1?kind=<script>&order=%00&all").status_code == 200


def test_ten_conversations_are_shown_and_the_others_on_demand(cast, client):
    for number in range(13):
        builders.annotate(cast.ada, cast.declaration, body=f"Nummer {number:02}.")
    page = client.get("/d/erklaerung/3/1?order=oldest").text
    assert "Nummer 09." in page
    assert "Nummer 10." not in page
    assert "Weitere 3 Anmerkungen zeigen" in page
    assert "Nummer 12." in client.get("/d/erklaerung/3/1?order=oldest&all=1").text


def test_all_of_a_long_list_are_reached_page_by_page_and_each_once(cast, client, monkeypatch):
    monkeypatch.setattr(reading, "THREADS_MAX", 5)
    for number in range(13):
        builders.annotate(cast.ada, cast.declaration, body=f"Nummer {number:02}.")
    path, seen, pages = "/d/erklaerung/3/1?order=oldest&all=1", [], 0
    while path:
        page = client.get(path).text
        seen += re.findall(r"Nummer (\d\d)\.", page.partition('class="thread"')[2])
        found = re.search(r'href="([^"]+)">Weitere \d+ Anmerkung', page)
        path, pages = found and html.unescape(found[1]), pages + 1
    assert seen == [f"{number:02}" for number in range(13)]
    assert pages == 3
    for odd in ("-1", "999", "x", "1e9"):
        assert client.get(f"/d/erklaerung/3/1?all=1&from={odd}").status_code == 200


def test_new_since_the_last_visit_until_the_paragraph_is_opened(cast, client):
    ada = client.sign_in(cast.ada)
    ada.get("/d/erklaerung/3")
    later = clock.now() + timedelta(days=1)
    with clock.frozen_at(later):
        builders.annotate(cast.ben, cast.declaration, body="Ganz frisch")
    with clock.frozen_at(later + timedelta(hours=2)):
        assert "1 neu" in ada.get("/d/erklaerung/3").text
        assert "Ganz frisch" in ada.get("/d/erklaerung/new").text
        opened = ada.get("/d/erklaerung/3/1").text
        assert "tag--new" in opened
        assert "1 neu" not in ada.get("/d/erklaerung/3").text


def test_own_contributions_are_never_new(cast, client):
    ada = client.sign_in(cast.ada)
    ada.get("/d/erklaerung/3")
    with clock.frozen_at(clock.now() + timedelta(days=1)):
        builders.annotate(cast.ada, cast.declaration)
        assert "1 neu" not in ada.get("/d/erklaerung/3").text


def test_everything_can_be_marked_as_read(cast, client):
    ada = client.sign_in(cast.ada)
    ada.get("/d/erklaerung/3")
    with clock.frozen_at(clock.now() + timedelta(days=1)):
        builders.annotate(cast.ben, cast.declaration, body="Ganz frisch")
    with clock.frozen_at(clock.now() + timedelta(days=2)):
        assert ada.post("/d/erklaerung/new").status_code == 303
    with clock.frozen_at(clock.now() + timedelta(days=2, minutes=1)):
        assert "Ganz frisch" not in ada.get("/d/erklaerung/new").text


def test_entries_are_one_query(cast):
    from tests.counting import count_queries

    for _ in range(5):
        builders.annotate(cast.ada, cast.declaration)
    db.session.expunge_all()
    with count_queries() as queries:
        load_entries(Guest(), cast.declaration.id, Annotation.declaration_id == cast.declaration.id, None)
    assert queries.count == 1


def test_what_entries_are_about_is_taken_from_the_page_where_it_has_been_loaded(cast):
    from tests.counting import count_queries

    for _ in range(5):
        builders.annotate(cast.ada, cast.declaration)
    db.session.expunge_all()
    declaration = find_declaration(cast.declaration.slug)
    place, _edition = builders.paragraph(declaration), current_edition(declaration)
    with count_queries() as queries:
        found = load_entries(Guest(), declaration.id, Annotation.paragraph_id == place.id, None, are_known=True)
    assert [entry.annotation.paragraph is place for entry in found] == [True] * 5
    assert queries.count == 1
