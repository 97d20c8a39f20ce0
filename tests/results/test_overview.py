"""The results page counts in the database what the files count one by one: the same figures, and the first of the same lists."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind, OutcomeValue
from deliberation.annotations.outcomes import set_outcome
from deliberation.clock import now, today
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.permissions import Guest, Operator
from deliberation.results.filters import Filters
from deliberation.results.making import Days
from deliberation.results.overview import LIST_MAX, summarise_for_page
from deliberation.results.summary import summarise
from deliberation.results.writers.csv import defused, line
from tests import builders
from tests.counting import count_queries
from tests.results import scene

LISTS = {"agreed": "agreed", "disputed": "disputed", "unanswered": "unanswered", "outcomes": "decided"}
COUNTED = (
    "figures", "headline", "theses", "kinds", "outcomes", "timeline", "moderation", "groups", "fields", "edition", "is_open",
)  # fmt: skip


@pytest.fixture
def full(cast):
    """More of everything than the page shows; something hidden and something that was answered among it."""
    scene.lively(cast)
    declaration = cast.declaration
    for number in range(14):
        kind = (Kind.QUESTION, Kind.OBJECTION, Kind.PRACTICE)[number % 3]
        one = builders.annotate(cast.ada, declaration, at=("3.1", "3.2", "3.0")[number % 3], body=f"Nummer {number}", kind=kind)
        one.created_at = now() - timedelta(days=3 * number, hours=number)
        scene.give_votes(one, *((7, 2, 1), (5, 5, 2), (5, 0, 0), (3, 1, 0))[number % 4])
        if number % 6 == 0:
            post_reply(cast.ben, one, Contribution("Eine Antwort."))
        if number % 5 == 1:
            set_outcome(cast.otto, one, OutcomeValue.DECLINED, "Das geht so nicht, weil das Geld fehlt.", form_key=f"k{number}")
        if number == 9:
            hide(cast.mira, one, Rule.RESPECT, "Das verletzt jemanden.", one.version)
    db.session.commit()
    return find_declaration(declaration.slug)


@pytest.mark.parametrize("looked_at", [False, True])
@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(thesis="3"),
        Filters(edition=1),
        Filters(kind=Kind.QUESTION),
        Filters(since=today() - timedelta(days=10)),
        Filters(thesis="3", edition=1, kind=Kind.OBJECTION),
    ],
)
def test_page_and_file_count_the_same(cast, full, filters, looked_at):
    full.sends_after_look = looked_at
    db.session.commit()
    whole = summarise(Guest(), full, filters, scene_site())
    short, lengths = summarise_for_page(Guest(), full, filters, scene_site())
    for name in COUNTED:
        assert getattr(short, name) == getattr(whole, name), name
    for name, of in LISTS.items():
        expected = [replace_answers(one) for one in getattr(whole, of)]
        assert lengths[name] == len(expected), name
        assert list(getattr(short, of)) == expected[:LIST_MAX], name
        assert list(getattr(summarise_for_page(Guest(), full, filters, scene_site(), everything=name)[0], of)) == expected


def scene_site():
    return "https://beratung.example"


def replace_answers(item):
    """The page does not show what moderators answered."""
    return item._replace(responses=())


def test_another_edition_is_counted_the_same(cast, full):
    whole = summarise(Guest(), full, stances_of=1)
    short, _lengths = summarise_for_page(Guest(), full, stances_of=1)
    assert replace(short, items=(), agreed=(), disputed=(), unanswered=(), decided=()) == replace(
        whole, items=(), agreed=(), disputed=(), unanswered=(), decided=()
    )


@pytest.mark.parametrize("size", [2, 40])
def test_page_asks_as_often_however_much_there_is(cast, size):
    for number in range(size):
        scene.give_votes(builders.annotate(cast.ada, cast.declaration, body=f"Text {number}", kind=Kind.QUESTION), 7, 5)
    declaration = find_declaration("erklaerung")
    db.session.commit()
    with count_queries() as queries:
        short, _lengths = summarise_for_page(Guest(), declaration)
    assert queries.count <= 20, queries.statements
    assert not short.items
    assert len(short.agreed) <= LIST_MAX


CELLS = st.one_of(st.none(), st.integers(0, 10**6), st.text(alphabet='a;"\r\n„ß=+-@\t\' ,', max_size=12))


@given(st.lists(CELLS, min_size=2, max_size=8))
def test_a_row_is_what_the_library_writes(cells):
    out = io.StringIO(newline="")
    guarded = [defused(one) if isinstance(one, str) else one for one in cells]
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow(guarded)
    assert line(cells) == out.getvalue()


def test_a_moment_shortly_before_midnight_in_berlin_belongs_to_the_day_before():
    days = Days()
    told = {
        datetime(2026, 3, 28, 22, 59): date(2026, 3, 28),
        datetime(2026, 3, 28, 23, 0): date(2026, 3, 29),
        datetime(2026, 3, 29, 21, 59): date(2026, 3, 29),
        datetime(2026, 3, 29, 22, 0): date(2026, 3, 30),
    }
    assert {moment: days.of(moment) for moment in told} == told
    assert days.of(None) is None


def test_operator_counts_what_guests_count(cast, full):
    assert summarise_for_page(Operator(), full)[0].figures == summarise_for_page(Guest(), full)[0].figures
