"""Where the usual words do not fit, a declaration calls kinds, stances and theses otherwise, in every place."""

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from deliberation.annotations.calling import LabelsInvalid, change_labels
from deliberation.annotations.models import Kind
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.labels import calling, label, standard_words
from deliberation.moderation.cloning import clone
from deliberation.permissions import NotAllowed
from deliberation.results import words as words_of_files
from tests import builders

OWN = {
    "Kind_practice": "Aus dem Alltag",
    "Kind_practice_hint": "Was erleben Sie?",
    "StanceValue_carry": "Dafür bin ich",
    "thesis": "Forderung",
    "theses": "Forderungen",
}
PAGE = "/d/erklaerung/office/labels"


def call(cast, words=None):
    with force_locale("de"):
        changed = change_labels(cast.otto, cast.declaration, OWN if words is None else words, standard_words())
    db.session.commit()
    return changed


def test_own_words_stand_in_every_place_and_keys_stay(cast, client):
    call(cast)
    annotation = builders.annotate(cast.ada, cast.declaration)
    client.sign_in(cast.otto)
    pages = {
        "/d/erklaerung": ("3 Forderungen", "Dafür bin ich"),
        "/d/erklaerung/text": ("Forderung 3",),
        "/d/erklaerung/3/1": ("Aus dem Alltag", "Dafür bin ich", "Forderung 3"),
        "/d/erklaerung/3/1/annotations": ("Aus dem Alltag", "Was erleben Sie?"),
        f"/a/{annotation.number}": ("Aus dem Alltag",),
        "/d/erklaerung/results": ("Aus dem Alltag",),
        "/d/erklaerung/export": ("Aus dem Alltag",),
        "/d/erklaerung/export.md": ("Aus dem Alltag",),
    }
    for path, words in pages.items():
        answer = client.get(path)
        assert answer.status_code == 200, path
        for word in words:
            assert word in answer.text, (path, word)
        assert "Aus der Praxis" not in answer.text, path
    with force_locale("de"), words_of_files.calling(cast.declaration):
        assert words_of_files.stance_head("x")[:2] == ["x", "Dafür bin ich"]
        assert words_of_files.thesis_label("3") == "Forderung 3"
    assert "practice" in client.get("/d/erklaerung/export.csv").text


def test_other_declarations_keep_the_usual_words(cast, client):
    call(cast)
    other = builders.make_declaration("zweite", title="Zweite")
    builders.annotate(cast.ada, other)
    builders.annotate(cast.ada, cast.declaration)
    client.sign_in(cast.ada)
    client.get("/d/erklaerung")
    assert "Aus dem Alltag" not in client.get("/d/zweite/3/1").text
    mine = client.get("/me").text
    assert "Aus dem Alltag" in mine
    assert "Aus der Praxis" in mine


def test_empty_and_usual_words_are_the_default(cast):
    assert not call(cast, {"Kind_practice": " Aus der Praxis ", "thesis": ""})
    assert call(cast)
    assert call(cast, {})
    assert cast.declaration.labels == {}
    with force_locale("de"), calling(cast.declaration):
        assert label(Kind.PRACTICE) == "Aus der Praxis"


def test_names_differ_are_short_and_plain(cast, client):
    for words in ({"Kind_practice": "x" * 41}, {"Kind_practice_hint": "x" * 121}, {"Kind_practice": "…"}):
        with pytest.raises(LabelsInvalid):
            call(cast, words)
    with pytest.raises(LabelsInvalid) as refused:
        call(cast, {"Kind_practice": "frage"})
    assert refused.value.same == ("Kind_practice",)
    client.sign_in(cast.otto)
    answer = client.post(PAGE, data={"Kind_practice": "Frage", "thesis": "<b>Punkt</b>"})
    assert answer.status_code == 422
    assert "So heißt schon etwas anderes." in answer.text
    assert "&lt;b&gt;Punkt" in answer.text


def test_only_organisers_change_it_and_the_log_says_that_and_not_what(cast, client):
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            change_labels(person, cast.declaration, OWN, {})
    client.sign_in(cast.otto)
    for _time in range(2):
        assert client.post(PAGE, data=OWN).status_code == 303
    [entry] = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.LABELS))
    assert (entry.before, entry.after) == ("", "5")


def test_own_words_go_along_into_a_new_one(cast):
    call(cast)
    assert clone(cast.otto, cast.declaration, "zweite", "Zweite").labels == OWN


def test_preview_shows_the_words_and_stores_nothing(cast, client):
    client.sign_in(cast.otto)
    answer = client.post("/d/erklaerung/office/labels", data={"Kind_practice": "Aus dem Dienst", "preview": "1"})
    assert answer.status_code == 200
    assert "Noch ist nichts gespeichert." in answer.text
    assert answer.text.count("Aus dem Dienst") == 2
    db.session.refresh(cast.declaration)
    assert cast.declaration.labels == {}
    answer = client.post("/d/erklaerung/office/labels", data={"Kind_practice": "Frage", "preview": "1"})
    assert answer.status_code == 422
