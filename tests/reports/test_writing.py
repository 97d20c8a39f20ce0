"""Writing the report: what may carry a sentence, what may be quoted, and two who write at once."""

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Status
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.permissions import NotAllowed, Outdated
from deliberation.reports.actions import (
    NotQuotable,
    SentenceInvalid,
    Words,
    add_sentence,
    change_sentence,
    move_sentence,
    remove_sentence,
    restore_sentence,
)
from deliberation.reports.evidence import EvidenceInvalid, read_numbers
from deliberation.reports.models import load_sentences
from tests import builders
from tests.reports.scene import FREE, KEPT, SHORT

DESK = "/d/erklaerung/report/desk"
NEW = "/d/erklaerung/report/sentences/new"


@pytest.mark.any_engine
@pytest.mark.parametrize("typed", ["A-204, A-98", "204 98", "a-204;A98", "A–204,\n A-98, A-204"])
def test_numbers_are_read_as_people_type_them(typed):
    assert read_numbers(typed) == [204, 98]


@pytest.mark.any_engine
@pytest.mark.parametrize("typed", ["A-zwei", "A-0", "B-12", "A-12345678901", "12.5"])
def test_what_is_no_number_is_said(typed):
    with pytest.raises(EvidenceInvalid) as refused:
        read_numbers(typed)
    assert refused.value.problem == "unreadable"


def test_only_what_everybody_may_read_is_evidence(story):
    other = builders.make_declaration("zweite", title="Zweite")
    elsewhere = builders.annotate(builders.make_member(other, "eva"), other)
    story.short.status = Status.HIDDEN
    story.declaration.sends_after_look = True
    story.free.reviewed_at = now()
    db.session.commit()
    assert story.write("Abends fehlt jemand.", story.free.label).numbers == [story.free.number]
    for label, problem in (
        (story.short.label, "hidden"), (elsewhere.label, "unknown"), ("A-99999", "unknown"), (story.kept.label, "unseen"),
    ):  # fmt: skip
        with pytest.raises(EvidenceInvalid) as refused:
            story.write("Abends fehlt jemand.", f"{story.free.label}, {label}")
        assert (refused.value.problem, refused.value.what) == (problem, label)


@pytest.mark.parametrize(
    "text",
    [
        f"Jemand schreibt: „{KEPT}“",
        "Es heißt, ohne eine VERTRETUNG gehe es nicht, denn jede freie Stunde zu Lasten der Familien im Bezirk zähle.",
        SHORT,
        "Viele fürchten eine „Stunde zu Lasten der Familien“ im Alltag.",
    ],
    ids=["whole", "seven words in a row", "short but whole", "in quotation marks"],
)
def test_words_that_were_not_given_free_are_refused_with_the_number(story, text):
    with pytest.raises(NotQuotable) as refused:
        story.write(text, f"{story.kept.label}, {story.short.label}")
    assert refused.value.label in (story.kept.label, story.short.label)


def test_in_other_words_everything_may_be_said(story):
    story.write("Fehlt die Vertretung, leiden die Familien.", story.kept.label)
    # What the declaration itself says is nobody's contribution.
    builders.annotate(
        story.cast.ben, story.declaration, body="„Ein Gespräch lässt sich nicht beschleunigen.“ Genau so ist das."
    )
    story.write("Der Satz „Ein Gespräch lässt sich nicht beschleunigen“ wird viel genannt.", story.kept.label)
    assert len(load_sentences(story.write("Noch einer.").report)) == 3


def test_whoever_is_quoted_is_named(story):
    quoted = story.write(f"Eine Stimme: „{FREE}“")
    assert (quoted.numbers, quoted.quoted) == ([story.free.number], [story.free.number])


def test_a_quote_that_is_free_does_not_cover_one_that_is_not(story):
    with pytest.raises(NotQuotable) as refused:
        story.write(f"„{FREE}“ Und: „{KEPT}“", f"{story.free.label}, {story.kept.label}")
    assert refused.value.label == story.kept.label


def test_words_of_what_is_hidden_are_refused_without_its_number(story):
    story.kept.status = Status.HIDDEN
    db.session.commit()
    with pytest.raises(NotQuotable) as refused:
        story.write(KEPT)
    assert refused.value.label == ""


def test_two_who_write_at_once_both_see_both(story, client):
    sentence = story.write("Zuerst so.", story.free.label)
    otto = client.sign_in(story.otto)
    page = f"/d/erklaerung/report/sentences/{sentence.id}"
    assert otto.post(page, data={"text": "Dann so.", "evidence": story.free.label, "version": "1"}).status_code == 303
    late = otto.post(page, data={"text": "Oder doch anders.", "evidence": story.kept.label, "version": "1"})
    assert late.status_code == 409
    assert "Dann so." in late.text
    assert "Oder doch anders." in late.text
    assert 'name="version" value="2"' in late.text
    # Sent with the other in view, it holds.
    assert otto.post(page, data={"text": "Beides.", "evidence": story.free.label, "version": "2"}).status_code == 303
    with pytest.raises(Outdated):
        remove_sentence(story.otto, sentence, 2)


def test_what_is_refused_keeps_what_was_typed(story, client):
    otto = client.sign_in(story.otto)
    answer = otto.post(
        NEW, data={"text": f"Es heißt „{KEPT}“", "evidence": f"{story.kept.label}, A-77777", "form_key": "k"}
    )
    assert answer.status_code == 422
    assert "A-77777 gibt es in dieser Erklärung nicht." in answer.text
    assert KEPT in answer.text
    answer = otto.post(NEW, data={"text": f"Es heißt „{KEPT}“", "evidence": story.kept.label, "form_key": "k"})
    assert f"Hier stehen Worte aus {story.kept.label}" in answer.text
    assert "nur in eigenen Worten" in answer.text
    assert otto.post(NEW, data={"text": " ", "form_key": "k"}).status_code == 422


def test_sentences_are_moved_removed_and_brought_back(story):
    first, second = story.write("Eins.", thesis="3"), story.write("Zwei.", thesis="3")
    story.write("Anderswo.", thesis="1")
    report = first.report
    assert move_sentence(story.otto, second, up=True)
    assert not move_sentence(story.otto, second, up=True)

    def present():
        return [one.text for one in load_sentences(report) if one.thesis_id == first.thesis_id]

    assert present() == ["Zwei.", "Eins."]
    assert remove_sentence(story.otto, second, second.version)
    assert not remove_sentence(story.otto, second, second.version)
    assert present() == ["Eins."]
    with pytest.raises(Outdated):
        change_sentence(story.otto, second, Words("Drei."), second.version)
    assert restore_sentence(story.otto, second)
    assert present() == ["Zwei.", "Eins."]


def test_everything_is_in_the_log_and_no_word_of_it(story, client):
    sentence = story.write("Geheimer Satz.", story.free.label)
    change_sentence(story.otto, sentence, Words("Geheimerer Satz.", story.free.label), 1)
    assert not change_sentence(story.otto, sentence, Words("Geheimerer Satz.", story.free.label), 1)
    move_sentence(story.otto, story.write("Zwei."), up=True)
    remove_sentence(story.otto, sentence, 2)
    lines = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.REPORT).order_by(LogEntry.id)).all()
    own = story.otto.membership_in(story.declaration.id).id
    assert [line.after.split(",")[-1] for line in lines] == ["added", "changed", "added", "place:1", "removed"]
    assert {line.actor_id for line in lines} == {own}
    assert not [line for line in lines if "Geheim" in line.before + line.after]
    page = client.sign_in(story.cast.mira).get("/d/erklaerung/moderation/log/team").text
    assert f"Satz: {sentence.id}, geändert" in page


def test_only_organisers_write(story, client):
    for person in (story.cast.ada, story.cast.mira):
        with pytest.raises(NotAllowed):
            add_sentence(person, story.declaration, None, Words("Nein."), "k")
    with pytest.raises(SentenceInvalid):
        story.write("x" * 1001)
    sentence = story.write("Ja.", story.free.label)
    mira = client.sign_in(story.cast.mira)
    # Moderators read along: they may be the second pair of eyes.
    assert "Ja." in mira.get(DESK).text
    assert f"/report/sentences/{sentence.id}" not in mira.get(DESK).text
    assert client.sign_in(story.cast.ada).get(DESK).status_code in (403, 404)


def test_a_quote_is_offered_where_it_is_free_and_a_number_where_it_is_not(story, client):
    otto = client.sign_in(story.otto)
    page = otto.get("/d/erklaerung/report/thesis/3").text
    assert f"cite={story.free.number}&amp;quote=1" in page
    assert f"cite={story.short.number}&amp;quote=1" not in page
    # The bench shows votes: whoever has seen them votes with that knowledge.
    assert story.otto.membership_in(story.declaration.id).results_seen_at is not None
    assert f"„{FREE}“" in otto.get(f"{NEW}?thesis=3&cite={story.free.number}&quote=1").text
    prepared = otto.get(f"{NEW}?thesis=1&cite={story.kept.number}&quote=1").text
    assert f"„{KEPT}“" not in prepared
    assert f'value="{story.kept.label}"' in prepared
