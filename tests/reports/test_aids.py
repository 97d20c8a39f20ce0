"""Aids for whoever writes: counted out of what people wrote, spread fairly, the same each time, and true to the word."""

import csv
from collections.abc import Iterable
from pathlib import Path

import pytest

from deliberation.annotations.models import Kind, Status
from deliberation.annotations.tallies import VoteCounts
from deliberation.reports.aids import find_aids, load_leanings
from deliberation.reports.coverage import to_coverage
from deliberation.reports.desk import load_bench, load_desk
from deliberation.reports.german import to_terms
from deliberation.results.items import Item
from deliberation.text import to_plain_text
from tests import builders
from tests.counting import count_queries

REAL = Path(__file__).parents[1] / "data" / "klimarat" / "comments.csv"
pure = pytest.mark.any_engine


def item(
    number: int, body: str, kind: Kind = Kind.PRACTICE, votes: Iterable[int] = (), thesis: str = "1", free: bool = True
) -> Item:
    return Item(
        number, thesis, None, (), 1, kind, None, number, None, None, None, body, "", "", free, VoteCounts(*votes),
        Status.VISIBLE, (), None, "", None, None,
    )  # fmt: skip


def real() -> list[Item]:
    with REAL.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["moderated"] != "-1"]
    return [
        item(
            int(row["comment-id"]) + 1, row["comment-body"], Kind.REFERENCE, (int(row["agrees"]), int(row["disagrees"]))
        )
        for row in rows
    ]


@pure
def test_inclusive_forms_are_one_word():
    forms = "Kolleg:innen Kolleg*innen KollegInnen Kolleg_innen Kolleg/-innen Kolleginnen Kollegen"
    assert {stem for stem, _word in to_terms(forms)} == {"kolleg"}
    assert [word for _stem, word in to_terms("Die Kolleg:innen und das Jugendamt")] == ["Kolleg:innen", "Jugendamt"]
    assert {stem for stem, _word in to_terms("Fachkräfte Fachkraft")} == {"fachkraf"}


@pure
def test_of_a_real_deliberation_candidates_say_what_many_say():
    """Climate council of Austria, 277 statements: the topic is prices of goods, and both sides of it are among them."""
    items = real()
    aids = find_aids(items, items, {})
    assert aids == find_aids(list(reversed(items)), items, {})
    assert len(aids.candidates) == 8
    assert {"Produkte", "Konsum", "Klimaschutz"} <= set(aids.keywords)
    reasons = {reason for one in aids.candidates for reason in one.reasons}
    assert {"central", "agreed", "disputed"} <= reasons
    bodies = {one.number: to_plain_text(one.body) for one in items}
    assert all(one.quote and one.quote in bodies[one.item.number] for one in aids.candidates)
    # No two say the same: the statement on higher prices is there once.
    assert len({one.quote for one in aids.candidates}) == 8


@pure
def test_kinds_groups_and_votes_are_spread():
    body = "Die Verwaltung braucht mehr Zeit für Gespräche"
    items = [item(n, f"{body} im Fall {n} {'abc' * n}", Kind.PRACTICE, (30, 1)) for n in range(1, 13)]
    items += [
        item(20, "Gegen diese These spricht etwas ganz anderes", Kind.OBJECTION),
        item(21, "Wer bezahlt das denn am Ende?", Kind.QUESTION),
        item(22, "Ein umstrittener Gedanke zur Verwaltung", Kind.PRACTICE, (10, 10)),
        item(23, "Nur die zweite Gruppe findet das gut", Kind.PRACTICE),
    ]
    chosen = {one.item.number for one in find_aids(items, items, {23: "B"}).candidates}
    assert {20, 21, 22, 23} <= chosen


@pure
def test_what_is_not_free_is_named_and_never_quoted():
    items = [item(n, f"Ein Satz zum Thema Nummer {n} im Amt", free=n % 2 == 0) for n in range(1, 7)]
    for one in find_aids(items, items, {}).candidates:
        assert bool(one.quote) == one.item.is_quotable


@pure
def test_one_persons_word_is_no_keyword():
    items = [item(n, "Das Jugendamt ist überlastet") for n in range(3)] + [item(9, "Xylophon Xylophon Xylophon")]
    other = [item(30 + n, "Die Schule ist überlastet", thesis="2") for n in range(3)]
    assert find_aids(items, [*items, *other], {}).keywords == ("Jugendamt",)


@pure
def test_coverage_counts_what_is_named_and_what_is_bundled_with_it():
    items = [
        item(1, "Eins", Kind.PRACTICE, (20, 0)), item(2, "Zwei", Kind.OBJECTION), item(3, "Drei", Kind.OBJECTION, (9, 1)),
        item(4, "Vier", Kind.QUESTION, thesis="2"), item(5, "Fünf", Kind.PRACTICE),
    ]  # fmt: skip
    coverage = to_coverage(items, {4, 1}, {5: 1})
    assert (coverage.all.cited, coverage.all.total, coverage.of("2").missing) == (3, 5, 0)
    assert [one.number for one in coverage.missing] == [3, 2]
    assert coverage.by_kind[Kind.OBJECTION].cited == 0
    assert to_coverage([], set(), {}).all.percent == 100


def test_the_minority_is_heard_and_pages_ask_little(story, client):
    """Objections where most carry the thesis. Queries do not grow with sentences or annotations."""
    bench = load_bench(story.otto, story.declaration, story.declaration.theses[1])
    assert [one.number for one in bench.minority] == [story.kept.number]
    assert load_leanings(story.declaration) == {}
    counts = []
    for round_ in range(2):
        for number in range(3):
            story.write(f"Satz {round_} {number}.", f"{story.free.label}, {story.kept.label}", thesis="3")
            builders.annotate(story.cast.ada, story.declaration, "3.1", f"Noch etwas {round_} {number} gesagt.")
        with count_queries() as desk:
            load_desk(story.otto, story.declaration)
        with count_queries() as bench_queries:
            load_bench(story.otto, story.declaration, story.declaration.theses[3])
        counts.append((desk.count, bench_queries.count))
    assert counts[0] == counts[1], counts
    assert max(counts[0]) <= 26
