"""Databases that are measured hold what people would have written: rows in bulk are those that the verbs make."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select

from deliberation import jobs
from deliberation.annotations.models import Annotation, Stance, StanceTally, Vote
from deliberation.annotations.places import PlaceCount
from deliberation.clock import now
from deliberation.database import db, set_reading
from deliberation.declarations.models import Act, LogEntry
from deliberation.notifications.harvest import has_news
from deliberation.notifications.models import News
from deliberation.search.models import SearchDoc, SearchPosting, SearchTerm

ANNOTATIONS, PEOPLE = 120, 20
# Who writes in bulk gives the votes the time of the annotation; numbers of rows are given in another order.
OTHERWISE = {"id", "cast_at", "taken_at", "told_at", "at", "created_at", "reviewed_at", "place", "changes"}
MODELS = (Annotation, Vote, Stance, StanceTally, LogEntry, News, PlaceCount)


@pytest.fixture
def filling(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The modules of `benchmarks/`, which stand beside the package."""
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parents[2] / "benchmarks"), *sys.path])
    return import_module("filling")


def fill(filling: Any, through_verbs: bool) -> Any:
    set_reading(False)
    shape = import_module("places").Shape(ANNOTATIONS)
    found = filling.fill(shape, people=PEOPLE, through_verbs=through_verbs)
    set_reading(False)
    return found


def rows_of(model: Any) -> list[tuple[Any, ...]]:
    """Every column but those that depend on the moment; of annotations with their numbers."""
    columns = [one for one in inspect(model).columns if one.name not in OTHERWISE or (model is Annotation and one.name == "id")]
    return sorted(tuple(map(str, row)) for row in db.session.execute(select(*columns)))


def words() -> list[tuple[Any, ...]]:
    """What stands where in the index of the search."""
    query = select(SearchDoc.kind, SearchDoc.ref, SearchDoc.version, SearchTerm.word, SearchTerm.docs)
    joined = query.join(SearchPosting, SearchPosting.doc_id == SearchDoc.id)
    rows = db.session.execute(joined.join(SearchTerm, SearchTerm.id == SearchPosting.term_id))
    return sorted(tuple(map(str, row)) for row in rows)


def held() -> set[int]:
    """What waited to be read, and was never shown."""
    return set(db.session.scalars(select(LogEntry.annotation_id).where(LogEntry.act == Act.HELD)))


def test_rows_in_bulk_are_those_that_the_verbs_make(app: Any, database: Any, filling: Any) -> None:
    by_verbs = fill(filling, through_verbs=True)
    made = {model: rows_of(model) for model in MODELS}
    found = words()
    db.session.remove()
    database.empty()
    in_bulk = fill(filling, through_verbs=False)
    for model in MODELS:
        assert rows_of(model) == made[model], model.__name__
    assert words() == found
    told = db.session.execute(select(News.ref).where(News.place.is_not(None)).order_by(News.place)).scalars().all()
    assert told == sorted(told)
    assert set(told) == set(range(1, ANNOTATIONS + 1)) - held()
    assert (in_bulk.annotations, in_bulk.votes, in_bulk.unseen) == (by_verbs.annotations, by_verbs.votes, by_verbs.unseen)


def test_jobs_have_nothing_to_do_in_a_database_filled_in_bulk(app: Any, filling: Any) -> None:
    fill(filling, through_verbs=False)
    assert jobs.find_words(is_thorough=True) == 0
    assert not has_news(now())


def test_people_can_go_on_writing_in_a_database_filled_in_bulk(app: Any, filling: Any) -> None:
    from deliberation.accounts.models import find_user_by_email
    from deliberation.annotations.actions import Contribution, post_reply
    from deliberation.annotations.models import find_annotation

    filled = fill(filling, through_verbs=False)
    author = find_user_by_email(filled.writers[0])
    number = next(one for one in range(1, ANNOTATIONS) if one not in filled.unseen)
    answer = post_reply(author, find_annotation(number), Contribution(body="Das sehe ich auch so."))
    db.session.commit()
    assert answer.number == ANNOTATIONS + 1


@pytest.mark.parametrize("is_deep", [False, True])
def test_the_thesis_that_is_read_is_the_same_in_every_size(filling: Any, is_deep: bool) -> None:
    places = import_module("places")
    for size in (3_000, 10_000, 50_000):
        steps = list(places.Shape(size, is_deep).places())
        assert len(steps) == size
        first = [one for one in steps if (one.declaration, one.thesis) == (0, 0)]
        assert len(first) == places.READ
        assert first == [one for one in places.Shape(10_000).places() if (one.declaration, one.thesis) == (0, 0)]
        shown = [one.paragraph for one in steps if (one.declaration, one.thesis) == (0, 1)]
        assert (shown.count(0), shown.count(1)) == (places.READ, places.LONG)
