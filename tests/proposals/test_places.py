"""Which words of the text in force a proposal would replace, whatever editions did since it was written."""

from deliberation.annotations.models import Kind, find_annotation
from deliberation.database import db
from deliberation.declarations.models import load_paragraphs
from deliberation.editions import checking
from deliberation.editions.correcting import correct_misprint
from deliberation.proposals.places import Place
from tests import builders
from tests.editions import scene
from tests.proposals.scene import LIST, PEOPLE, SERVICE, found, place_of, propose


def paragraph_id(cast, at="3.1"):
    return builders.paragraph(cast.declaration, at).id


def reword(cast, *sentences, at="3.1"):
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), at, *sentences))


def test_on_the_edition_in_force_it_is_where_it_was_written(cast):
    assert place_of(propose(cast.ada, cast.declaration, "Neu.", 2)) == Place(paragraph_id(cast), (2,))
    assert place_of(propose(cast.ada, cast.declaration, "Neu.")) == Place(paragraph_id(cast))


def test_a_corrected_misprint_moves_nothing(cast):
    proposal = propose(cast.ada, cast.declaration, "Neu.", 2)
    source = f"{SERVICE} {PEOPLE}".replace("Menschen", "Mennschen")
    correct_misprint(cast.otto, builders.paragraph(cast.declaration), source, "Nur ein Versuch.")
    db.session.commit()
    assert place_of(proposal) == Place(paragraph_id(cast), (2,))


def test_identical_words_take_it_along(cast):
    proposal = propose(cast.ada, cast.declaration, "Neu.", 2)
    reword(cast, "Davor.", SERVICE, PEOPLE)
    assert place_of(proposal) == Place(paragraph_id(cast), (3,))


def test_reworded_words_wait_for_a_person_who_says_where_it_belongs(cast):
    proposal = propose(cast.ada, cast.declaration, "Neu.", 2)
    reword(cast, SERVICE, "Sie braucht erfahrene Menschen.")
    assert place_of(proposal) is None
    checking.accept(cast.mira, find_annotation(proposal.number), 2)
    assert place_of(proposal) == Place(paragraph_id(cast), (2,))


def test_what_a_person_left_with_the_old_wording_has_no_place(cast):
    proposal = propose(cast.ada, cast.declaration, "Neu.", 2)
    reword(cast, SERVICE, "Sie braucht erfahrene Menschen.")
    checking.leave(cast.mira, find_annotation(proposal.number), 2)
    assert place_of(proposal) is None


def test_a_proposal_for_a_thesis_as_a_whole_has_no_place(cast):
    assert place_of(propose(cast.ada, cast.declaration, "Neu.", at="3.0")) is None


def test_a_whole_paragraph_that_became_part_of_another_is_found_there(cast):
    proposal = propose(cast.ada, cast.declaration, "Neu.", at="3.2")
    text = scene.text(cast.declaration)
    both = scene.paragraph(text, "3.1").sentences + scene.paragraph(text, "3.2").sentences
    scene.publish(cast.declaration, scene.removed(scene.reworded(text, "3.1", *both), "3.2"))
    assert place_of(proposal) == Place(paragraph_id(cast), (3,))


def test_a_quote_is_not_taken_for_the_whole_paragraph(cast):
    """The quoted sentence stayed, the paragraph around it did not: nobody knows whether the proposal still fits."""
    proposal = builders.annotate(
        cast.ada, cast.declaration, kind=Kind.PROPOSAL, wording="Neu.", quote="braucht Menschen"
    )
    reword(cast, "Ganz anderes steht jetzt davor.", PEOPLE)
    assert place_of(proposal) is None


def test_a_quote_does_not_disturb_where_the_paragraph_stayed(cast):
    proposal = builders.annotate(
        cast.ada, cast.declaration, kind=Kind.PROPOSAL, wording="Neu.", quote="braucht Menschen"
    )
    reword(cast, "Anders.", at="1.1")
    assert place_of(proposal) == Place(paragraph_id(cast))


def test_places_meet_when_they_share_a_sentence():
    one, two = Place(7, (1, 2)), Place(7, (2, 3))
    assert one.meets(two)
    assert one.meets(Place(7))
    assert Place(7).meets(one)
    assert not one.meets(Place(7, (3,)))
    assert not one.meets(Place(8, (1,)))


def test_sentences_of_a_list_are_counted_through_the_whole_paragraph(cast):
    declaration = found(LIST)
    proposal = propose(cast.ada, declaration, "Wer zahlt?", 4, at="1.1")
    [place] = load_paragraphs([declaration.theses[0].id])
    assert place.wording.sentence_text([4]) == "Wer zahlt es?"
    assert place_of(proposal) == Place(place.id, (4,))
