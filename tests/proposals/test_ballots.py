"""Rival wordings put to the vote, and marks that nobody else ever sees."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from deliberation.accounts.models import load_user
from deliberation.annotations.actions import edit_annotation
from deliberation.annotations.models import Kind, Status, find_annotation
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Guest, NotAllowed, Operator, Phase
from deliberation.proposals import ballots
from deliberation.proposals.ballots import BallotOver, BallotRated, BallotRefused, MarkInvalid
from deliberation.proposals.closing import load_closing
from deliberation.proposals.models import Ballot, Resistance
from deliberation.proposals.resistance import Result, least, next_shown, no_marks, to_result
from tests import builders
from tests.accounts.test_races import at_once
from tests.editions import scene as editions
from tests.proposals.scene import PEOPLE, SERVICE, propose, put_up, rate, raters


@pytest.fixture
def rivals(cast):
    """Two proposals for sentence 1."""
    return (
        propose(cast.ada, cast.declaration, "Eine Inobhutnahme ist Schutz.", 1),
        propose(cast.ben, cast.declaration, "Eine Inobhutnahme ist ein Schutz.", 1),
    )


def refused(cast, *proposals, at="3.1") -> str:
    with pytest.raises(BallotRefused) as refusal:
        ballots.put_up(cast.otto, builders.paragraph(cast.declaration, at), proposals)
    return refusal.value.reason


def test_the_present_wording_always_stands_to_choose(cast, rivals):
    ballot = put_up(cast, *rivals)
    assert [option.wording for option in ballot.options] == [
        SERVICE,
        "Eine Inobhutnahme ist Schutz.",
        "Eine Inobhutnahme ist ein Schutz.",
    ]
    assert [option.annotation_id for option in ballot.options] == [None, rivals[0].number, rivals[1].number]
    assert (ballot.sentences, ballot.edition.number) == ([1], 1)


def test_a_whole_paragraph_can_be_put_up_too(cast):
    ballot = put_up(cast, propose(cast.ada, cast.declaration, "Ganz neu."))
    assert ballot.sentences == []
    assert ballot.options[0].wording == f"{SERVICE} {PEOPLE}"


def test_only_wordings_for_the_same_words_stand_together(cast, rivals):
    assert refused(cast, rivals[0], propose(cast.ada, cast.declaration, "Anders.", 2)) == "place"
    assert refused(cast, rivals[0], propose(cast.ada, cast.declaration, "Ganz anders.")) == "place"
    assert refused(cast, *rivals, at="3.2") == "place"


def test_between_one_and_four_proposals_are_put_up(cast):
    some = [propose(cast.ada, cast.declaration, f"Neu {number}.", 1) for number in range(5)]
    assert refused(cast) == "number"
    assert refused(cast, *some) == "number"
    assert len(put_up(cast, *some[:4]).options) == 5


def test_what_is_not_shown_or_no_proposal_is_not_put_up(cast, rivals):
    rivals[0].status = Status.HIDDEN
    db.session.flush()
    assert refused(cast, *rivals) == "absent"
    assert refused(cast, builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)) == "absent"


def test_a_proposal_to_former_words_is_not_put_up(cast, rivals):
    editions.publish(cast.declaration, editions.reworded(editions.text(cast.declaration), "3.1", "Neu.", PEOPLE))
    assert refused(cast, rivals[0]) == "place"


def test_the_same_words_are_put_up_once_and_the_same_form_makes_one_ballot(cast, rivals):
    place = builders.paragraph(cast.declaration)
    first = ballots.put_up(cast.otto, place, rivals[:1], "schlüssel")
    assert ballots.put_up(cast.otto, place, rivals[:1], "schlüssel").id == first.id
    assert refused(cast, rivals[1]) == "twice"
    ballots.put_up(cast.otto, place, [propose(cast.ada, cast.declaration, "Anders.", 2)])
    assert db.session.scalar(select(func.count(Ballot.id))) == 2


def test_overlapping_words_are_put_up_once(cast, rivals):
    whole = propose(cast.ada, cast.declaration, "Ganz neu.")
    put_up(cast, *rivals, phase=None)
    assert refused(cast, whole) == "overlap"
    assert refused(cast, propose(cast.ada, cast.declaration, "Beides neu.", 1, 2)) == "overlap"
    put_up(cast, whole_there := propose(cast.ada, cast.declaration, "Ganz neu.", at="3.2"), at="3.2", phase=None)
    assert whole_there.number
    assert refused(cast, propose(cast.ada, cast.declaration, "Anders.", 1, at="3.2"), at="3.2") == "overlap"


def test_the_same_wording_stands_only_once_to_choose(cast, rivals):
    same = propose(cast.ben, cast.declaration, " Eine  Inobhutnahme\nist Schutz. ", 1)
    present = propose(cast.ben, cast.declaration, SERVICE.replace(" ", "\n", 1), 1)
    whole = propose(cast.ben, cast.declaration, f"{SERVICE}  {PEOPLE}")
    for group, reason, numbers in (
        ([*rivals, same], "same", (rivals[0].number, same.number)),
        ([rivals[0], present], "present", (present.number,)),
        ([whole], "present", (whole.number,)),
    ):
        with pytest.raises(BallotRefused) as refusal:
            ballots.put_up(cast.otto, builders.paragraph(cast.declaration), group)
        assert (refusal.value.reason, refusal.value.numbers) == (reason, numbers)


@pytest.mark.parametrize("phase", [Phase.EVALUATING, Phase.CLOSED])
def test_after_the_round_nothing_is_put_up(cast, rivals, phase):
    cast.declaration.phase = phase
    assert refused(cast, *rivals) == "phase"


def test_only_organisers_put_wordings_up(cast, rivals):
    place = builders.paragraph(cast.declaration)
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            ballots.put_up(person, place, rivals)
    assert ballots.put_up(Operator(), place, rivals).id


def test_what_was_put_up_by_mistake_is_taken_down_while_nobody_can_have_rated(cast, rivals):
    ballot = put_up(cast, *rivals, phase=None)
    with pytest.raises(NotAllowed):
        ballots.take_down(cast.ada, ballot)
    ballots.take_down(cast.otto, ballot)
    db.session.commit()
    assert db.session.scalar(select(func.count(Ballot.id))) == 0
    again = put_up(cast, *rivals)
    with pytest.raises(BallotRated):
        ballots.take_down(cast.otto, again)
    rate(cast.ada, again, 1, 2, 3)
    cast.declaration.phase = Phase.EVALUATING
    with pytest.raises(BallotRated):
        ballots.take_down(cast.otto, again)


def test_marks_are_given_changed_and_withdrawn(cast, rivals):
    ballot = put_up(cast, *rivals)
    rate(cast.ada, ballot, 7, 0, 10)
    rate(cast.ada, ballot, 8, None)
    own = builders.membership(cast.ada, cast.declaration).id
    marks = dict(
        db.session.execute(select(Resistance.option_id, Resistance.value).where(Resistance.rater_id == own)).all()
    )
    assert marks == {ballot.options[0].id: 8, ballot.options[2].id: 10}


@pytest.mark.parametrize("mark", [-1, 11, 2.5, "3", True])
def test_a_mark_is_a_whole_number_up_to_ten(cast, rivals, mark):
    with pytest.raises(MarkInvalid):
        rate(cast.ada, put_up(cast, *rivals), mark)


def test_a_mark_for_a_wording_of_another_ballot_is_refused(cast, rivals):
    elsewhere = put_up(cast, propose(cast.ada, cast.declaration, "Anders.", at="3.2"), at="3.2", phase=None)
    ballot = put_up(cast, *rivals)
    with pytest.raises(MarkInvalid):
        ballots.rate(cast.ada, ballot, {elsewhere.options[0].id: 3})


@pytest.mark.parametrize("phase", [Phase.READING, Phase.ANNOTATING, Phase.EVALUATING, Phase.CLOSED])
def test_rating_is_open_in_the_closing_round_alone(cast, rivals, phase):
    ballot = put_up(cast, *rivals, phase=phase)
    with pytest.raises(NotAllowed) as refusal:
        rate(cast.ada, ballot, 1, 2, 3)
    assert refusal.value.missing == "open_for_rating"


def test_moderators_do_not_rate_where_they_moderate(cast, rivals):
    with pytest.raises(NotAllowed) as refusal:
        rate(cast.mira, put_up(cast, *rivals), 1, 2, 3)
    assert refusal.value.missing == "not_moderator"


def test_reworded_text_ends_a_ballot(cast, rivals):
    ballot = put_up(cast, *rivals)
    editions.publish(cast.declaration, editions.reworded(editions.text(cast.declaration), "3.1", SERVICE, "Neu."))
    with pytest.raises(BallotOver):
        rate(cast.ada, ballot, 1, 2, 3)


def test_a_new_edition_that_leaves_the_paragraph_alone_does_not(cast, rivals):
    ballot = put_up(cast, *rivals)
    editions.publish(cast.declaration, editions.reworded(editions.text(cast.declaration), "1.1", "Anders."))
    rate(cast.ada, ballot, 1, 2, 3)


def test_a_proposal_that_is_not_shown_any_more_takes_no_marks(cast, rivals):
    ballot = put_up(cast, *rivals)
    rivals[0].status = Status.HIDDEN
    with pytest.raises(MarkInvalid):
        rate(cast.ada, ballot, 1, 2, 3)
    rate(cast.ada, ballot, 1)
    rivals[1].status = Status.WITHDRAWN
    with pytest.raises(BallotOver):
        rate(cast.ada, ballot, 1)


def test_words_that_were_never_public_do_not_come_back_through_a_ballot(cast, rivals):
    """Hidden because of its words, revised and shown again: the old words were put up, and must not be seen."""
    ballot = put_up(cast, *rivals, phase=None)
    rivals[0].status = Status.HIDDEN
    db.session.commit()
    edit_annotation(cast.ada, find_annotation(rivals[0].number), "Neuer Grund.", "Neuer Wortlaut.")
    rivals[0].status = Status.VISIBLE
    db.session.commit()
    assert ballot.options[1].id not in ballots.load_shown_options([ballot])
    edit_annotation(cast.ben, find_annotation(rivals[1].number), "Neuer Grund.", "Öffentlich geändert.")
    db.session.commit()
    assert ballot.options[2].id in ballots.load_shown_options([ballot])


def shown(ballot: Ballot, at: int = 0) -> list[int]:
    db.session.refresh(ballot.options[at])
    return ballot.options[at].shown


def test_counts_are_published_with_each_fifth_person(cast, rivals):
    ballot = put_up(cast, *rivals)
    seen = []
    for rater in raters(cast.declaration, 11):
        rate(rater, ballot, 3, 0, 10)
        seen.append(sum(shown(ballot)))
    assert seen == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10]
    assert shown(ballot)[3] == shown(ballot, 1)[0] == shown(ballot, 2)[10] == 10


def test_a_changed_mark_is_not_seen_before_the_next_step(cast, rivals):
    ballot = put_up(cast, *rivals)
    people = raters(cast.declaration, 5)
    for rater in people:
        rate(rater, ballot, 3, 3, 3)
    rate(people[0], ballot, 9, 9, 9)
    assert shown(ballot)[9] == 0


def view(person, cast):
    return load_closing(person, find_declaration(cast.declaration.slug)).ballots[0]


def results(person, cast) -> list[int | None]:
    return [option.result.n if option.result else None for option in view(person, cast).options]


def test_results_are_seen_after_rating_every_wording_and_never_below_five(cast, rivals):
    ballot = put_up(cast, *rivals)
    for rater in raters(cast.declaration, 4):
        rate(rater, ballot, 1, 2, 3)
    rate(cast.ben, ballot, 1, 2)
    assert results(cast.ben, cast) == [None, None, None]
    assert results(Guest(), cast) == results(cast.mira, cast) == [None, None, None]
    rate(cast.ben, ballot, 1, 2, 3)
    assert results(cast.ben, cast) == [5, 5, 5]
    assert results(cast.ada, cast) == results(cast.otto, cast) == [None, None, None]


def test_when_rating_is_over_the_exact_counts_are_everybodys_from_five_on(cast, rivals):
    ballot = put_up(cast, *rivals)
    for number, rater in enumerate(raters(cast.declaration, 7)):
        rate(rater, ballot, 1, 2, 3 if number < 4 else None)
    assert results(Guest(), cast) == [None, None, None]
    cast.declaration.phase = Phase.EVALUATING
    db.session.commit()
    assert results(Guest(), cast) == results(cast.mira, cast) == [7, 7, None]
    assert view(Guest(), cast).least == []
    cast.declaration.phase = Phase.ANNOTATING
    db.session.commit()
    assert results(Guest(), cast) == [None, None, None]


def test_one_sees_ones_own_marks_and_nobody_elses(cast, rivals):
    rate(cast.ada, put_up(cast, *rivals), 7, 0, 10)
    assert [option.own for option in view(cast.ada, cast).options] == [7, 0, 10]
    for person in (cast.ben, cast.mira, cast.otto, Guest(), Operator()):
        assert [option.own for option in view(person, cast).options] == [None, None, None]


def test_two_marks_at_the_same_moment_are_one(app, cast, rivals):
    ballot = put_up(cast, *rivals)
    option, key, ada = ballot.options[0].id, ballot.id, cast.ada.id
    declaration = cast.declaration.slug
    db.session.commit()

    def give(mark):
        return lambda: ballots.rate(
            load_user(ada), ballots.find_ballot(find_declaration(declaration), key), {option: mark}
        )

    at_once(app, give(2), give(9))
    assert db.session.scalar(select(func.count(Resistance.id))) == 1


def test_five_people_at_the_same_moment_are_all_counted(app, cast, rivals):
    ballot = put_up(cast, *rivals)
    option, key, slug = ballot.options[0].id, ballot.id, cast.declaration.slug
    people = [one.id for one in raters(cast.declaration, 5)]

    def give(person):
        return lambda: ballots.rate(load_user(person), ballots.find_ballot(find_declaration(slug), key), {option: 4})

    at_once(app, *[give(person) for person in people])
    assert shown(ballot)[4] == 5


@pytest.mark.parametrize(("at", "value"), [(0, 3), (1, 11), (1, -1)])
def test_database_refuses_a_second_mark_and_nonsense(cast, rivals, at, value):
    ballot = put_up(cast, *rivals)
    rate(cast.ada, ballot, 7)
    own = builders.membership(cast.ada, cast.declaration).id
    db.session.add(Resistance(option_id=ballot.options[at].id, rater_id=own, value=value))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


marks = st.lists(st.integers(0, 10), min_size=5, max_size=40)


@given(marks)
def test_mean_and_number_follow_from_the_counts(given_marks):
    counted = Counter(given_marks)
    result = to_result([counted[mark] for mark in range(11)])
    assert result is not None
    assert result.n == len(given_marks)
    assert abs(result.mean - sum(given_marks) / len(given_marks)) <= 0.05 + 1e-9


@given(st.lists(st.lists(st.integers(0, 9), min_size=11, max_size=11), min_size=1, max_size=5))
def test_the_least_resistance_is_named_only_when_every_wording_has_a_result(counts):
    results = [to_result(one) for one in counts]
    found = least(results)
    if any(sum(one) < 5 for one in counts):
        assert found == []
    else:
        means = [result.mean for result in results if result]
        assert {means[index] for index in found} == {min(means)}
        assert len(found) == means.count(min(means))


def test_nothing_is_shown_below_five_and_level_wordings_are_all_named():
    assert to_result([4, *[0] * 10]) is None
    assert next_shown([4, *[0] * 10], no_marks()) == no_marks()
    level = Result((5, *[0] * 10))
    assert least([level, Result((0, 5, *[0] * 9)), level]) == [0, 2]
