"""Moderation and author write each other, and nobody else reads it."""

import pytest
from sqlalchemy import select

from deliberation.annotations.actions import withdraw
from deliberation.annotations.models import Annotation, ResponseKind
from deliberation.annotations.responses import respond
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.moderation import actions, privately
from deliberation.moderation.models import Letter, MeasureKind, Message, Rule
from deliberation.moderation.privately import MESSAGE_MAX, waits_for_team, write_privately
from deliberation.moderation.restraining import restrain
from deliberation.permissions import NotAllowed, Role
from tests import builders

QUESTION = "Können Sie die Situation beschreiben, ohne dass jemand erkennbar ist?"
ANSWER = "Ja, gern, ich schreibe es um."


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body="So war es bei uns.")


@pytest.fixture
def address(annotation):
    return f"/a/{annotation.number}/messages"


def messages():
    return db.session.scalars(select(Message).order_by(Message.id)).all()


def test_they_take_turns(cast, annotation, app, address):
    cast.mira.membership_in(cast.declaration.id).signing_name = "Mira K."
    mira, ada = app.test_client().sign_in(cast.mira), app.test_client().sign_in(cast.ada)
    assert mira.post(address, data={"body": QUESTION, "form_key": "1"}).status_code == 303
    page = ada.get(address).text
    assert QUESTION in page
    assert "Mira" not in page
    assert ada.post(address, data={"body": ANSWER, "form_key": "2"}).status_code == 303
    page = mira.get(address).text
    assert ANSWER in page
    assert "Weide 27" in page
    assert "Mira K." in page
    assert [message.from_team for message in messages()] == [True, False]


@pytest.mark.parametrize("name", ["ben", "otto"])
def test_nobody_else_reads_or_writes(cast, annotation, client, address, name):
    write_privately(cast.mira, annotation, QUESTION)
    person = client.sign_in(getattr(cast, name))
    for answer in (person.get(address), person.post(address, data={"body": ANSWER})):
        assert answer.status_code == 403
        assert QUESTION not in answer.text
    assert len(messages()) == 1


def test_other_moderators_read_with_names(cast, annotation, client, address):
    cast.mira.membership_in(cast.declaration.id).signing_name = "Mira K."
    write_privately(cast.mira, annotation, QUESTION)
    second = builders.make_member(cast.declaration, "tomasz", Role.MODERATOR)
    assert "Mira K." in client.sign_in(second).get(address).text


def test_no_page_of_others_carries_a_word_of_it(cast, annotation, client, app, address):
    write_privately(cast.mira, annotation, QUESTION)
    for path in ("/d/erklaerung/3/1", f"/a/{annotation.number}", "/d/erklaerung/moderation/log"):
        assert QUESTION not in client.get(path).text


def test_author_is_told_that_there_is_something_and_not_what(cast, annotation):
    write_privately(cast.mira, annotation, QUESTION)
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.template, letter.member_id, letter.facts, letter.body) == ("message", annotation.author_id, {}, "")
    write_privately(cast.ada, annotation, ANSWER)
    assert len(db.session.scalars(select(Letter)).all()) == 1


def test_log_says_that_and_not_what(cast, annotation):
    write_privately(cast.mira, annotation, QUESTION)
    write_privately(cast.ada, annotation, ANSWER)
    lines = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.MESSAGE).order_by(LogEntry.id)).all()
    assert [line.after for line in lines] == ["team", "author"]


def test_same_form_sent_twice_is_one_message_and_one_letter(cast, annotation, client, address):
    mira = client.sign_in(cast.mira)
    for _ in range(2):
        assert mira.post(address, data={"body": QUESTION, "form_key": "1"}).status_code == 303
    assert len(messages()) == 1
    assert len(db.session.scalars(select(Letter)).all()) == 1


@pytest.mark.parametrize("words", ["", "  ", "\u200b", "x" * (MESSAGE_MAX + 1)])
def test_form_says_what_is_missing_and_keeps_the_words(cast, annotation, client, address, words):
    answer = client.sign_in(cast.mira).post(address, data={"body": words})
    assert answer.status_code == 422
    assert words.strip("\u200b ") in answer.text
    assert messages() == []


def test_verb_wants_words(cast, annotation):
    with pytest.raises(actions.ReasonMissing):
        write_privately(cast.mira, annotation, " \u200b ")


def test_markup_stays_text(cast, annotation, client, address):
    write_privately(cast.mira, annotation, "<b>fett</b><script>alert(1)</script>")
    page = client.sign_in(cast.ada).get(address).text
    assert "<b>fett" not in page
    assert "<script>alert" not in page


def test_about_a_hidden_or_returned_text_too_and_in_a_pause(cast, annotation):
    actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, "Hier ist jemand zu erkennen.", 1)
    restrain(cast.mira, annotation.author, MeasureKind.BLOCK, Rule.RESPECT, "Dreimal angegriffen.", 7)
    assert write_privately(cast.ada, annotation, ANSWER)


def test_not_about_what_was_withdrawn(cast, annotation, client, address):
    withdraw(cast.ada, annotation)
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            write_privately(person, annotation, ANSWER)
    assert "zurückgezogen" in client.sign_in(cast.ada).get(address).text


def test_moderator_is_author_of_own_words_and_not_their_moderation(cast):
    own = builders.annotate(cast.mira, cast.declaration)
    message = write_privately(cast.mira, own, "Eine Frage an das Team.")
    assert message.from_team is False


def test_question_of_the_moderation_can_be_answered_privately(cast, annotation, client, app, address):
    respond(cast.mira, annotation, ResponseKind.INQUIRY, QUESTION, "r")
    page = client.sign_in(cast.ada).get(f"/a/{annotation.number}").text
    assert f'href="{address}"' in page
    assert "Nur der Moderation antworten" in page
    assert f'href="{address}"' not in app.test_client().sign_in(cast.ben).get(f"/a/{annotation.number}").text
    assert f'href="{address}"' not in app.test_client().get(f"/a/{annotation.number}").text


def test_desk_can_ask_which_wait_for_an_answer(cast, annotation):
    def waiting():
        return db.session.scalars(select(Annotation.number).where(waits_for_team())).all()

    other = builders.annotate(cast.ada, cast.declaration)
    write_privately(cast.mira, other, QUESTION)
    assert waiting() == []
    write_privately(cast.ada, annotation, "Eine Frage.")
    assert waiting() == [annotation.number]
    write_privately(cast.mira, annotation, "Eine Antwort.")
    assert waiting() == []
    assert [one.body for one in privately.load_messages(cast.mira, annotation)] == ["Eine Frage.", "Eine Antwort."]
