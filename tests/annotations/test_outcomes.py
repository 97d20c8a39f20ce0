"""Everybody learns what became of a contribution: the deed itself, who may do it, and which words it names."""

import pytest
from sqlalchemy import select, update

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import (
    OUTCOME_REASON_MAX,
    Anchor,
    AnchorVerdict,
    Annotation,
    Kind,
    Outcome,
    OutcomeValue,
    Status,
    find_annotation,
)
from deliberation.annotations.outcomes import (
    NoSuchEdition,
    NoSuchPlace,
    OutcomeReasonMissing,
    load_outcomes,
    set_outcome,
    set_outcomes,
)
from deliberation.database import db
from deliberation.declarations.models import Paragraph
from deliberation.permissions import Guest, NotAllowed, Operator, Phase, Role
from tests import builders
from tests.editions import scene

WHY = "Das steht schon in Absatz 1.1."


@pytest.fixture
def objection(cast):
    return builders.annotate(cast.ada, cast.declaration, "3.1", kind=Kind.OBJECTION, sentences=[2])


def proposal(cast, wording="Sie braucht erfahrene Menschen.", at="3.1", sentences=(2,)):
    return builders.annotate(
        cast.ada, cast.declaration, at, kind=Kind.PROPOSAL, wording=wording, sentences=list(sentences)
    )


def rewritten(cast, *sentences, at="3.1"):
    """The next edition with other words at one place, published."""
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), at, *sentences))


def stored():
    return db.session.scalars(select(Outcome).order_by(Outcome.id)).all()


def number_of(outcome):
    return db.session.get(Paragraph, outcome.paragraph_id).full_number if outcome.paragraph_id else None


def test_a_question_that_nobody_answered_has_been_received(cast):
    question = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
    practice = builders.annotate(cast.ada, cast.declaration, kind=Kind.PRACTICE)
    assert question.public_outcome is OutcomeValue.RECEIVED
    assert practice.public_outcome is None


def test_otto_says_what_became_of_it_and_why(cast, objection):
    outcome = set_outcome(cast.otto, objection, OutcomeValue.DECLINED, f"  {WHY}\n ")
    assert (outcome.value, outcome.reason, outcome.edition_id) == (OutcomeValue.DECLINED, WHY, None)
    assert outcome.decider_id == cast.otto.membership_in(cast.declaration.id).id
    assert objection.outcome is objection.public_outcome is OutcomeValue.DECLINED


def test_other_kinds_can_have_an_outcome_too(cast):
    practice = builders.annotate(cast.ada, cast.declaration, kind=Kind.PRACTICE)
    set_outcome(cast.otto, practice, OutcomeValue.PARTLY, WHY)
    assert practice.public_outcome is OutcomeValue.PARTLY


def test_the_operator_can_do_it_too(cast, objection):
    outcome = set_outcome(Operator(), objection, OutcomeValue.IN_REVIEW, form_key="k")
    assert outcome.decider_id is None
    assert set_outcome(Operator(), objection, OutcomeValue.IN_REVIEW, form_key="k") is outcome


@pytest.mark.parametrize("name", ["ada", "ben", "mira", "guest", "stranger"])
def test_nobody_but_organisers_decides(cast, objection, name):
    person = {"guest": Guest(), "stranger": builders.make_user("fremd")}.get(name) or getattr(cast, name)
    with pytest.raises(NotAllowed):
        set_outcome(person, objection, OutcomeValue.DECLINED, WHY)
    with pytest.raises(NotAllowed):
        set_outcomes(person, cast.declaration, [objection], OutcomeValue.DECLINED, WHY)
    assert stored() == []


def test_an_organiser_of_another_text_decides_nothing_here(cast, objection):
    other = builders.make_declaration("zweite")
    stranger = builders.make_member(other, "olga", Role.ORGANISER)
    with pytest.raises(NotAllowed):
        set_outcome(stranger, objection, OutcomeValue.DECLINED, WHY)


@pytest.mark.parametrize("phase", list(Phase))
def test_an_outcome_can_be_given_in_every_phase_that_is_public(cast, objection, phase):
    cast.declaration.phase = phase
    if phase is Phase.DRAFT:
        with pytest.raises(NotAllowed):
            set_outcome(cast.otto, objection, OutcomeValue.DECLINED, WHY)
    else:
        assert set_outcome(cast.otto, objection, OutcomeValue.DECLINED, WHY).id


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.PENDING, Status.WITHDRAWN])
def test_what_is_not_shown_gets_no_outcome(cast, objection, status):
    objection.status = status
    with pytest.raises(NotAllowed):
        set_outcome(cast.otto, objection, OutcomeValue.DECLINED, WHY)


def test_a_reply_has_no_outcome_of_its_own(cast, objection):
    reply = post_reply(cast.ben, objection, Contribution(body="Ja, genau.", form_key="r"))
    with pytest.raises(NotAllowed) as refusal:
        set_outcome(cast.otto, reply, OutcomeValue.ADOPTED, WHY)
    assert refusal.value.missing == "opens_thread"


@pytest.mark.parametrize("value", [OutcomeValue.ADOPTED, OutcomeValue.PARTLY, OutcomeValue.DECLINED])
@pytest.mark.parametrize("reason", ["", "Zu kurz.", " " * 40, "\u200b" * 40, "x" * (OUTCOME_REASON_MAX + 1)])
def test_who_decides_says_why_in_a_sentence(cast, objection, value, reason):
    with pytest.raises(OutcomeReasonMissing):
        set_outcome(cast.otto, objection, value, reason)
    assert objection.outcome is None


@pytest.mark.parametrize("value", [OutcomeValue.RECEIVED, OutcomeValue.IN_REVIEW])
def test_what_is_not_decided_needs_no_reason_but_never_a_long_one(cast, objection, value):
    assert set_outcome(cast.otto, objection, value).reason == ""
    assert set_outcome(cast.otto, objection, value, "Bald.").reason == "Bald."
    with pytest.raises(OutcomeReasonMissing):
        set_outcome(cast.otto, objection, value, "x" * (OUTCOME_REASON_MAX + 1))


@pytest.mark.parametrize("length", [10, OUTCOME_REASON_MAX])
def test_a_reason_may_be_as_long_as_it_is_said(cast, objection, length):
    assert len(set_outcome(cast.otto, objection, OutcomeValue.DECLINED, "ä" * length).reason) == length


def test_the_former_outcome_stays_in_the_record(cast, objection):
    set_outcome(cast.otto, objection, OutcomeValue.IN_REVIEW)
    set_outcome(cast.otto, objection, OutcomeValue.DECLINED, WHY)
    set_outcome(cast.otto, objection, OutcomeValue.PARTLY, "Doch, zum Teil.")
    assert [one.value for one in load_outcomes(objection)] == [
        OutcomeValue.PARTLY,
        OutcomeValue.DECLINED,
        OutcomeValue.IN_REVIEW,
    ]
    assert objection.outcome is OutcomeValue.PARTLY


def test_the_same_form_sent_twice_is_stored_once(cast, objection):
    first = set_outcome(cast.otto, objection, OutcomeValue.DECLINED, WHY, form_key="k")
    again = set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, form_key="k")
    assert again is first
    assert objection.outcome is OutcomeValue.DECLINED
    assert len(stored()) == 1


def test_an_old_form_sent_again_does_not_undo_what_was_said_since(cast, objection):
    set_outcome(cast.otto, objection, OutcomeValue.IN_REVIEW, form_key="early")
    set_outcome(cast.otto, objection, OutcomeValue.DECLINED, WHY, form_key="late")
    set_outcome(cast.otto, objection, OutcomeValue.IN_REVIEW, form_key="early")
    assert objection.outcome is OutcomeValue.DECLINED


def test_a_form_key_of_another_contribution_leaves_this_one_alone(cast, objection):
    other = builders.annotate(cast.ben, cast.declaration, kind=Kind.QUESTION)
    set_outcome(cast.otto, objection, OutcomeValue.DECLINED, WHY, form_key="k")
    set_outcome(cast.otto, other, OutcomeValue.DECLINED, WHY, form_key="k")
    assert other.outcome is None


def test_what_was_taken_back_a_moment_ago_gets_no_outcome(cast, objection):
    """The page was loaded before that; the deed looks again."""
    taken_back = update(Annotation).where(Annotation.number == objection.number).values(status=Status.WITHDRAWN)
    db.session.execute(taken_back.execution_options(synchronize_session=False))
    assert objection.is_visible
    with pytest.raises(NotAllowed):
        set_outcome(cast.otto, objection, OutcomeValue.DECLINED, WHY)


# Which edition


def test_an_edition_that_does_not_exist_cannot_be_named(cast, objection):
    for number in (0, 2, 99):
        with pytest.raises(NoSuchEdition):
            set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, number)
    assert stored() == []


def test_the_edition_it_was_written_to_cannot_be_its_outcome(cast, objection):
    rewritten(cast, "Ganz neu gefasst.")
    late = builders.annotate(cast.ben, cast.declaration, "3.1", kind=Kind.QUESTION)
    for annotation, edition in ((objection, 1), (late, 1), (late, 2)):
        with pytest.raises(NoSuchEdition) as error:
            set_outcome(cast.otto, annotation, OutcomeValue.ADOPTED, WHY, edition)
        assert error.value.numbers == (annotation.number,)
    assert set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2).edition.number == 2


@pytest.mark.parametrize("value", [OutcomeValue.DECLINED, OutcomeValue.IN_REVIEW])
def test_who_changes_nothing_names_no_words(cast, objection, value):
    rewritten(cast, "Ganz neu gefasst.")
    outcome = set_outcome(cast.otto, objection, value, WHY, 2)
    assert (outcome.edition_id, outcome.paragraph_id, outcome.sentences) == (None, None, [])


# Which words


def test_adopted_words_are_found_word_by_word(cast):
    ours = proposal(cast)
    rewritten(cast, "Schutz ist anders.", "Sie braucht erfahrene Menschen.", "Und Zeit.")
    outcome = set_outcome(cast.otto, ours, OutcomeValue.ADOPTED, WHY, 2)
    assert (number_of(outcome), outcome.sentences, outcome.place_then) == ("3.1", [2], "3-1")


def test_partly_adopted_words_are_what_the_sentence_became(cast):
    ours = proposal(cast)
    rewritten(cast, "Schutz ist etwas ganz anderes.", "Sie braucht zwei erfahrene Menschen im Dienst.")
    outcome = set_outcome(cast.otto, ours, OutcomeValue.PARTLY, WHY, 2)
    assert outcome.sentences == [2]


def test_an_objection_to_one_sentence_may_be_met_in_the_next(cast):
    objection = builders.annotate(cast.ada, cast.declaration, "3.1", kind=Kind.OBJECTION, sentences=[1])
    rewritten(cast, "Eine Inobhutnahme ist keine Dienstleistung.", "Gemeint ist der Schutz von Kindern.")
    assert set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2).sentences == [2]


def test_words_that_went_to_another_paragraph_are_found_there(cast):
    objection = builders.annotate(cast.ada, cast.declaration, "3.1", kind=Kind.OBJECTION, sentences=[2])
    text = scene.text(cast.declaration)
    first, second = scene.paragraph(text, "3.1").sentences
    text = scene.inserted(scene.reworded(text, "3.1", first), "1.1", "Neu davor.", second)
    scene.publish(cast.declaration, text)
    outcome = set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2)
    assert (number_of(outcome), outcome.sentences, outcome.place_then) == ("1.1a", [2], "1-1a")


def test_where_nothing_changed_no_words_are_named(cast, objection):
    rewritten(cast, "Ganz neu gefasst.", at="1.1")
    outcome = set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2)
    assert (outcome.edition.number, outcome.paragraph_id, outcome.sentences) == (2, None, [])


def test_words_that_were_only_taken_out_name_their_paragraph(cast, objection):
    rewritten(cast, "Eine Inobhutnahme ist keine Dienstleistung.")
    outcome = set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2)
    assert (number_of(outcome), outcome.sentences, outcome.place_then) == ("3.1", [], "3-1")


def test_a_paragraph_that_was_taken_out_is_named_too(cast):
    objection = builders.annotate(cast.ada, cast.declaration, "3.2", kind=Kind.OBJECTION)
    scene.publish(cast.declaration, scene.removed(scene.text(cast.declaration), "3.2"))
    outcome = set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2)
    assert (number_of(outcome), outcome.sentences, outcome.place_then) == ("3.2", [], None)


def test_a_paragraph_that_went_elsewhere_is_named_where_it_was_then(cast):
    objection = builders.annotate(cast.ada, cast.declaration, "3.2", kind=Kind.OBJECTION)
    scene.publish(cast.declaration, scene.moved(scene.text(cast.declaration), "3.2", "1.1"))
    outcome = set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2)
    assert (number_of(outcome), outcome.sentences, outcome.place_then) == ("1.1a", [], "1-1a")
    scene.publish(cast.declaration, scene.moved(scene.text(cast.declaration), "1.1a", "2.1"))
    db.session.expire_all()
    [outcome] = stored()
    assert (number_of(outcome), outcome.place_then) == ("2.1a", "1-1a")


def test_an_earlier_edition_can_be_named_afterwards(cast, objection):
    rewritten(cast, "Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht erfahrene Menschen.")
    rewritten(cast, "Noch einmal ganz neu.", "Und noch mehr.", at="3.1")
    outcome = set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2)
    assert (outcome.edition.number, outcome.sentences) == (2, [2])


def test_what_a_person_left_with_the_old_words_is_looked_for_in_its_own_paragraph(cast):
    objection = builders.annotate(cast.ada, cast.declaration, "3.2", kind=Kind.OBJECTION, sentences=[1])
    text = scene.text(cast.declaration)
    text = scene.reworded(
        scene.reworded(text, "3.2", "Etwas völlig Neues."), "1.2", "Wer plant, fragt.", "Und sagt es."
    )
    scene.publish(cast.declaration, text)
    [anchor] = db.session.scalars(select(Anchor).where(Anchor.annotation_id == objection.number))
    anchor.paragraph_id, anchor.verdict = builders.paragraph(cast.declaration, "1.2").id, AnchorVerdict.LEFT
    outcome = set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2)
    assert (number_of(outcome), outcome.sentences) == ("3.2", [1])


def test_a_contribution_to_a_whole_thesis_has_no_place(cast):
    whole = builders.annotate(cast.ada, cast.declaration, "3.0", kind=Kind.OBJECTION)
    rewritten(cast, "Ganz neu gefasst.")
    outcome = set_outcome(cast.otto, whole, OutcomeValue.ADOPTED, WHY, 2)
    assert (outcome.edition.number, outcome.paragraph_id) == (2, None)


# Many at once


def test_one_reason_for_many(cast, objection):
    other = builders.annotate(cast.ben, cast.declaration, "1.1", kind=Kind.QUESTION)
    bulk = set_outcomes(cast.otto, cast.declaration, [other, objection], OutcomeValue.DECLINED, WHY, form_key="k")
    assert bulk.done == [objection, other]
    assert bulk.refused == []
    assert {one.reason for one in stored()} == {WHY}
    again = set_outcomes(cast.otto, cast.declaration, [other, objection], OutcomeValue.DECLINED, WHY, form_key="k")
    assert len(again.done) == 2
    assert len(stored()) == 2


def test_those_that_cannot_have_one_are_left_as_they_are(cast, objection):
    hidden = builders.annotate(cast.ben, cast.declaration, "1.1", kind=Kind.QUESTION)
    hidden.status = Status.HIDDEN
    reply = post_reply(cast.ben, objection, Contribution(body="Ja.", form_key="r"))
    bulk = set_outcomes(cast.otto, cast.declaration, [objection, hidden, reply], OutcomeValue.DECLINED, WHY)
    assert (bulk.done, bulk.refused) == ([objection], [hidden, reply])
    assert [one.annotation_id for one in stored()] == [objection.number]


def test_many_of_which_some_are_too_new_for_the_edition_are_not_begun(cast, objection):
    rewritten(cast, "Ganz neu gefasst.")
    late = builders.annotate(cast.ben, cast.declaration, "3.1", kind=Kind.QUESTION)
    with pytest.raises(NoSuchEdition) as error:
        set_outcomes(cast.otto, cast.declaration, [objection, late], OutcomeValue.ADOPTED, WHY, 2)
    assert error.value.numbers == (late.number,)
    assert stored() == []


def test_a_long_form_key_is_no_obstacle(cast, objection):
    key = "k" * 64
    set_outcomes(cast.otto, cast.declaration, [objection], OutcomeValue.DECLINED, WHY, form_key=key)
    assert len(stored()[0].form_key) <= 64


def test_words_in_another_paragraph_can_be_named(cast, client, objection):
    scene.publish(cast.declaration, scene.inserted(scene.text(cast.declaration), "3.1", "Neu. Und mehr.", "Zweitens."))
    found = find_annotation(objection.number)
    with pytest.raises(NoSuchPlace):
        set_outcome(cast.otto, found, OutcomeValue.PARTLY, "Ein neuer Absatz sagt es.", 2, place="3.9")
    client.sign_in(cast.otto)
    address = f"/a/{objection.number}/outcome"
    sent = {"outcome": "partly", "reason": "Ein neuer Absatz sagt es.", "edition": "2", "form_key": "k"}
    refused = client.post(address, data={**sent, "place": "3.9"})
    assert refused.status_code == 422
    assert "Diesen Absatz gibt es in dieser Fassung nicht." in refused.get_data(as_text=True)
    assert client.post(address, data={**sent, "place": "3.1", "edition": ""}).status_code == 422
    assert client.post(address, data={**sent, "place": " 3.1a "}).status_code == 303
    made = db.session.scalars(select(Outcome)).one()
    assert (made.paragraph_id, made.sentences) == (builders.paragraph(cast.declaration, "3.1a").id, [1, 2])
    assert "absatz-3-1a" in client.get(f"/a/{objection.number}").get_data(as_text=True)
