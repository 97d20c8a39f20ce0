"""What changed between two editions, whoever looks at it: told by identity, with reasons and with credit."""

from dataclasses import replace

import pytest

from deliberation.annotations.actions import withdraw
from deliberation.annotations.models import Annotation, Kind, OutcomeValue, find_annotation
from deliberation.annotations.outcomes import set_outcome
from deliberation.database import db
from deliberation.declarations.changes import Changes, ChangeState, Credit, Elsewhere, ParagraphChange
from deliberation.declarations.editions import find_edition, load_text
from deliberation.declarations.importing import DraftDeclaration
from deliberation.declarations.lines import to_source
from deliberation.declarations.models import Declaration
from deliberation.editions.comparing import Span, load_changes, load_draft_changes, to_changes
from deliberation.editions.correcting import correct_misprint
from deliberation.editions.drafting import begin_draft, change_text, text_of
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.permissions import Operator
from deliberation.privacy.leaving import erase as erase_user
from deliberation.results.redline.sequence import sequence
from tests import builders
from tests.counting import count_queries
from tests.editions import scene

WHY = "Aus der Beratung übernommen."


def compared(declaration: Declaration, old: int = 1, new: int = 2) -> Changes:
    before, after = find_edition(declaration, old), find_edition(declaration, new)
    return load_changes(declaration, before, after)


def at(changes: Changes, number: str) -> ParagraphChange:
    """By its new number, or by its old one if it is gone."""
    return next(one for one in changes.paragraphs if (one.new_number or one.old_number) == number)


def with_reason(text: DraftDeclaration, number: str, reason: str) -> DraftDeclaration:
    return scene.with_thesis(text, number, lambda ps, i: (*ps[:i], replace(ps[i], reason=reason), *ps[i + 1 :]))


def credited(annotation: Annotation, edition: int, value: OutcomeValue = OutcomeValue.ADOPTED) -> None:
    set_outcome(Operator(), find_annotation(annotation.number), value, WHY, edition)
    db.session.commit()


def test_every_paragraph_says_what_happened_to_it(cast):
    text = scene.text(cast.declaration)
    text = scene.reworded(text, "1.1", "Technik folgt der Fachlichkeit.", "Immer.")
    text = scene.inserted(text, "1.1", "Ganz neu.")
    text = scene.moved(scene.removed(text, "3.1"), "3.2", "2.1")
    scene.publish(cast.declaration, text)
    found = compared(cast.declaration)
    # Paragraphs of the preamble and of the closing part have one and the same number.
    states = {(one.old_number, one.new_number): one.state for one in found.paragraphs}
    assert states == {
        ("1", "1"): ChangeState.SAME,
        ("1.1", "1.1"): ChangeState.REWORDED,
        ("", "1.1a"): ChangeState.NEW,
        ("1.2", "1.2"): ChangeState.SAME,
        ("2.1", "2.1"): ChangeState.SAME,
        ("3.2", "2.1a"): ChangeState.MOVED,
        ("3.1", ""): ChangeState.GONE,
    }
    assert found.count(ChangeState.SAME) == 4
    assert (found.old_edition, found.new_edition, found.note) == (1, 2, "Aus der Beratung.")


def test_a_paragraph_that_moved_remembers_where_it_stood(cast):
    scene.publish(cast.declaration, scene.moved(scene.text(cast.declaration), "3.2", "1.1"))
    one = at(compared(cast.declaration), "1.1a")
    assert (one.state, one.is_reordered, one.old_thesis, one.old_position) == (ChangeState.MOVED, True, "3", 5)


def test_a_paragraph_can_move_and_be_reworded_at_once(cast):
    text = scene.reworded(scene.moved(scene.text(cast.declaration), "1.1", "1.2"), "1.1", "Ganz anders.")
    scene.publish(cast.declaration, text)
    found = compared(cast.declaration)
    # Of two that changed places one moved; which one is a matter of taste, but only one.
    assert [one.is_reordered for one in found.theses[1].paragraphs].count(True) == 1
    assert at(found, "1.1").state is ChangeState.REWORDED


def test_what_is_gone_stands_where_it_stood(cast):
    text = scene.inserted(scene.removed(scene.text(cast.declaration), "1.1"), "1.2", "Danach.")
    scene.publish(cast.declaration, replace(text, theses=tuple(t for t in text.theses if t.number != "2")))
    found = compared(cast.declaration)
    assert [(each.old_number, each.new_number) for each in found.theses] == [
        ("0", "0"), ("1", "1"), ("2", ""), ("3", "3"), ("end", "end"),
    ]  # fmt: skip
    first = found.theses[1].paragraphs
    assert [(one.old_number, one.new_number) for one in first] == [("1.1", ""), ("1.2", "1.2"), ("", "1.2a")]


def test_the_old_text_can_be_read_out_of_the_changes_again(cast):
    """What the Word file needs: refusing all changes gives the old text."""
    text = scene.text(cast.declaration)
    text = scene.moved(scene.moved(scene.removed(text, "1.1"), "3.1", "0.1"), "2.1", "end.1")
    text = scene.inserted(scene.reworded(text, "3.2", "Neu gefasst."), "3.2", "Dazu.")
    text = replace(text, theses=(text.theses[0], text.theses[3], text.theses[1], text.theses[4]))
    before = [one.units for each in scene.text(cast.declaration).theses for one in each.paragraphs]
    scene.publish(cast.declaration, text)
    placed = sequence(compared(cast.declaration))
    old = [one.block.paragraph for one in placed if one.kind != "inserted" and one.block.paragraph]
    assert [[line.text for line in one.old] for one in old] == [
        [" ".join(unit.sentences) for unit in units] for units in before
    ]


def test_the_reason_stands_beside_the_change(cast):
    text = scene.reworded(scene.text(cast.declaration), "3.1", "Anders.")
    scene.publish(cast.declaration, with_reason(text, "3.1", "Kürzer."))
    found = compared(cast.declaration)
    assert at(found, "3.1").reason == "Kürzer."
    assert {one.reason for one in found.paragraphs if one.new_number != "3.1"} == {""}


def test_reasons_and_notes_of_the_editions_between_are_told_too(cast):
    text = scene.reworded(scene.text(cast.declaration), "3.1", "Anders.")
    scene.publish(cast.declaration, with_reason(text, "3.1", "Kürzer."), note="Erst dies.")
    text = scene.reworded(scene.text(cast.declaration), "1.1", "Auch anders.")
    scene.publish(cast.declaration, with_reason(with_reason(text, "3.1", ""), "1.1", "Klarer."), note="Dann das.")
    found = compared(cast.declaration, 1, 3)
    assert (at(found, "3.1").reason, at(found, "1.1").reason) == ("Kürzer.", "Klarer.")
    assert found.note == "Erst dies.\n\nDann das."
    assert at(compared(cast.declaration, 2, 3), "3.1").state is ChangeState.SAME


def test_a_changed_sentence_names_the_annotations_behind_it(cast):
    proposal = builders.annotate(
        cast.ada, cast.declaration, "3.1", kind=Kind.PROPOSAL, sentences=[2], wording="Sie braucht Zeit."
    )
    objection = builders.annotate(cast.ben, cast.declaration, "3.1", kind=Kind.OBJECTION, sentences=[2])
    question = builders.annotate(cast.ben, cast.declaration, "3.2", kind=Kind.QUESTION)
    text = scene.reworded(
        scene.text(cast.declaration), "3.1", "Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Zeit."
    )
    scene.publish(cast.declaration, text)
    credited(proposal, 2)
    credited(objection, 2, OutcomeValue.PARTLY)
    credited(question, 2, OutcomeValue.DECLINED)
    found = compared(cast.declaration)
    assert at(found, "3.1").credits == (
        (2, (Credit(proposal.number, "Weide 27"), Credit(objection.number, "Linde 88"))),
    )
    assert {one.credits for one in found.paragraphs if one.new_number != "3.1"} == {()}


def _credited_proposal(cast):
    proposal = builders.annotate(
        cast.ada, cast.declaration, "3.1", kind=Kind.PROPOSAL, sentences=[2], wording="Sie braucht Zeit."
    )
    text = scene.reworded(
        scene.text(cast.declaration), "3.1", "Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Zeit."
    )
    scene.publish(cast.declaration, text)
    credited(proposal, 2)
    return proposal


def test_nobody_is_credited_with_words_that_others_must_not_see(cast):
    proposal = _credited_proposal(cast)
    assert at(compared(cast.declaration), "3.1").credits
    hide(cast.mira, proposal, Rule.PROTECT, "Jemand ist erkennbar.", find_annotation(proposal.number).version)
    db.session.commit()
    assert at(compared(cast.declaration), "3.1").credits == ()


def test_who_took_the_words_back_is_not_credited(cast):
    withdraw(cast.ada, _credited_proposal(cast))
    db.session.commit()
    assert at(compared(cast.declaration), "3.1").credits == ()


def test_an_outcome_that_was_taken_back_gives_no_credit(cast):
    proposal = _credited_proposal(cast)
    credited(proposal, 2, OutcomeValue.DECLINED)
    assert at(compared(cast.declaration), "3.1").credits == ()


def test_a_person_who_left_is_credited_without_a_name(cast):
    proposal = _credited_proposal(cast)
    erase_user(Operator(), cast.ada)
    db.session.commit()
    [(_sentence, [credit])] = at(compared(cast.declaration), "3.1").credits
    assert credit.number == proposal.number
    assert credit.pseudonym != "Weide 27"


def test_credit_lasts_over_editions_while_the_words_stand(cast):
    proposal = _credited_proposal(cast)
    text = scene.text(cast.declaration)
    first, second = scene.paragraph(text, "3.1").sentences
    scene.publish(cast.declaration, scene.reworded(text, "3.1", "Davor.", first, second))
    assert at(compared(cast.declaration, 1, 3), "3.1").credits == ((3, (Credit(proposal.number, "Weide 27"),)),)
    assert at(compared(cast.declaration, 2, 3), "3.1").credits == ()
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Davor.", first))
    assert at(compared(cast.declaration, 1, 4), "3.1").credits == ()


def test_credit_goes_along_when_the_sentence_goes_to_another_paragraph(cast):
    proposal = _credited_proposal(cast)
    text = scene.text(cast.declaration)
    first, second = scene.paragraph(text, "3.1").sentences
    text = scene.inserted(scene.reworded(text, "3.1", first), "3.1", second)
    scene.publish(cast.declaration, text)
    assert at(compared(cast.declaration, 1, 3), "3.1a").credits == ((1, (Credit(proposal.number, "Weide 27"),)),)


def test_a_divided_paragraph_says_where_its_sentences_stand(cast):
    text = scene.text(cast.declaration)
    first, second = scene.paragraph(text, "3.1").sentences
    scene.publish(cast.declaration, scene.inserted(scene.reworded(text, "3.1", first), "3.1", second))
    found = compared(cast.declaration)
    assert at(found, "3.1a").came_from == Elsewhere("3", "3.1", (2,))
    assert at(found, "3.1").went_to == (Elsewhere("3", "3.1a", (2,)),)
    assert at(found, "3.1").came_from is None


def test_a_paragraph_that_took_in_another_one_names_it(cast):
    text = scene.text(cast.declaration)
    both = [*scene.paragraph(text, "3.1").sentences, *scene.paragraph(text, "3.2").sentences]
    scene.publish(cast.declaration, scene.reworded(scene.removed(text, "3.2"), "3.1", *both))
    found = compared(cast.declaration)
    assert at(found, "3.1").came_from == Elsewhere("3", "3.2", (1,))
    assert at(found, "3.2").went_to == (Elsewhere("3", "3.1", (1,)),)


def test_a_sentence_that_stood_twice_came_from_nowhere(cast):
    text = scene.text(cast.declaration)
    second = scene.paragraph(text, "3.1").sentences[1]
    scene.publish(cast.declaration, scene.inserted(scene.reworded(text, "3.2", second), "3.1", second))
    found = compared(cast.declaration)
    assert at(found, "3.1a").came_from is None
    assert {one.went_to for one in found.paragraphs} == {()}


def test_who_asked_for_taking_out_is_credited_with_it(cast):
    whole = builders.annotate(cast.ada, cast.declaration, "1.2", kind=Kind.OBJECTION)
    sentence = builders.annotate(cast.ben, cast.declaration, "1.1", kind=Kind.OBJECTION, sentences=[2])
    text = scene.reworded(scene.text(cast.declaration), "1.1", "Technik folgt der Fachlichkeit.")
    scene.publish(cast.declaration, scene.removed(text, "1.2"))
    credited(whole, 2)
    credited(sentence, 2)
    found = compared(cast.declaration)
    assert at(found, "1.2").credited == (Credit(whole.number, "Weide 27"),)
    assert at(found, "1.1").credited == (Credit(sentence.number, "Linde 88"),)
    assert at(found, "1.1").credits == ()


def test_a_misprint_put_right_is_no_rewording(cast):
    builders.annotate(cast.ada, cast.declaration, "3.1")
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "1.1", "Ganz anders."))
    place = builders.paragraph(cast.declaration, "3.2")
    source = to_source(place.wording.parts).replace("digital", "digitaal")
    correct_misprint(Operator(), place, source, "Ein Buchstabe fehlte.")
    db.session.commit()
    one = at(compared(cast.declaration), "3.2")
    assert (one.state, one.reason) == (ChangeState.SAME, "Ein Buchstabe fehlte.")
    assert one.old != one.new
    assert at(compared(cast.declaration), "1.1").state is ChangeState.REWORDED


def test_changed_marks_alone_are_no_rewording(cast):
    text = scene.text(cast.declaration)
    one = scene.paragraph(text, "3.1")
    labelled = replace(one, units=(replace(one.units[0], label="(2)"),))
    scene.publish(cast.declaration, scene.with_thesis(text, "3.1", lambda ps, i: (labelled, *ps[i + 1 :])))
    found = at(compared(cast.declaration), "3.1")
    assert found.state is ChangeState.SAME
    assert found.old != found.new


def test_a_draft_is_compared_before_it_is_published(cast):
    proposal = builders.annotate(
        cast.ada, cast.declaration, "3.1", kind=Kind.PROPOSAL, sentences=[2], wording="Sie braucht Zeit."
    )
    draft = begin_draft(Operator(), cast.declaration)
    text = scene.reworded(text_of(draft), "3.1", "Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Zeit.")
    text = scene.with_thesis(
        text, "3.1", lambda ps, i: (*ps[:i], replace(ps[i], adopted=(proposal.number,)), *ps[i + 1 :])
    )
    change_text(Operator(), draft, scene.inserted(text, "3.1", "Dazu."), draft.version)
    db.session.commit()
    found = load_draft_changes(draft, text_of(draft))
    assert (found.old_edition, found.new_edition) == (1, 0)
    assert at(found, "3.1a").state is ChangeState.NEW
    assert at(found, "3.1").credits == ((2, (Credit(proposal.number, "Weide 27"),)),)


def test_two_texts_are_compared_without_a_database():
    text = builders.make_draft()
    numbered = replace(
        text,
        theses=tuple(
            replace(each, origin=i, paragraphs=tuple(replace(one, origin=10 * i + j) for j, one in enumerate(each.paragraphs)))
            for i, each in enumerate(text.theses, start=1)
        ),
    )  # fmt: skip
    assert {one.state for one in to_changes(numbered, numbered, Span(1)).paragraphs} == {ChangeState.SAME}
    gone = replace(numbered, theses=numbered.theses[:2])
    assert to_changes(numbered, gone, Span(1)).count(ChangeState.GONE) == 4


@pytest.mark.parametrize("span", [(1, 2), (1, 3)])
def test_comparing_takes_few_queries(cast, span):
    _credited_proposal(cast)
    scene.publish(cast.declaration, scene.inserted(scene.text(cast.declaration), "1.1", "Neu."))
    before, after = (find_edition(cast.declaration, number) for number in span)
    with count_queries() as queries:
        load_changes(cast.declaration, before, after)
    assert queries.count <= 8, "\n\n".join(queries.statements)


def test_an_edition_compared_with_itself_has_no_changes(cast):
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "1.1", "Anders."))
    found = compared(cast.declaration, 2, 2)
    assert {one.state for one in found.paragraphs} == {ChangeState.SAME}
    assert load_text(find_edition(cast.declaration, 2)).theses[1].paragraphs[0].sentences == ("Anders.",)
