"""Voting on annotations, and what of it others get to see."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import func, select

from deliberation.annotations.models import Annotation, Status, Vote, VoteValue
from deliberation.annotations.ordering import dispute, wilson
from deliberation.annotations.positions import cast_vote, change_phase
from deliberation.annotations.tallies import VoteCounts, is_due, percentages, vote_counts
from deliberation.database import db
from deliberation.permissions import NotAllowed, Phase
from tests import builders


def _voters(cast, count):
    return [builders.make_member(cast.declaration) for _ in range(count)]


def _published(annotation):
    db.session.flush()
    db.session.refresh(annotation, ["shown_agree", "shown_disagree", "shown_pass"])
    return vote_counts(annotation)


def test_participant_votes_changes_and_withdraws(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    ben = client.sign_in(cast.ben)
    address = f"/a/{annotation.number}/vote"
    assert ben.post(address, data={"vote": "agree"}).location == f"/a/{annotation.number}#a-{annotation.number}"
    ben.post(address, data={"vote": "disagree"})
    assert db.session.scalars(select(Vote)).one().value is VoteValue.DISAGREE
    ben.post(address, data={"vote": ""})
    assert db.session.scalar(select(func.count(Vote.id))) == 0


def test_author_cannot_vote_on_own_annotation(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    answer = client.sign_in(cast.ada).post(f"/a/{annotation.number}/vote", data={"vote": "agree"})
    assert answer.status_code == 403
    assert "eigener Beitrag" in answer.text


def test_moderator_does_not_vote_where_she_moderates(cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    with pytest.raises(NotAllowed) as refusal:
        cast_vote(cast.mira, annotation, VoteValue.AGREE)
    assert refusal.value.missing == "not_moderator"


@pytest.mark.parametrize("status", [Status.PENDING, Status.HIDDEN, Status.WITHDRAWN])
def test_nobody_votes_on_what_is_not_shown(cast, status):
    annotation = builders.annotate(cast.ada, cast.declaration)
    annotation.status = status
    db.session.commit()
    with pytest.raises(NotAllowed):
        cast_vote(cast.ben, annotation, VoteValue.AGREE)


def test_voting_is_open_in_the_closing_round_and_closed_after_it(cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    cast.declaration.phase = Phase.VOTING
    cast_vote(cast.ben, annotation, VoteValue.AGREE)
    cast.declaration.phase = Phase.EVALUATING
    with pytest.raises(NotAllowed):
        cast_vote(cast.ben, annotation, VoteValue.DISAGREE)


def test_nonsense_is_refused(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    answer = client.sign_in(cast.ben).post(f"/a/{annotation.number}/vote", data={"vote": "love"})
    assert answer.status_code == 422


def test_counts_appear_in_steps_of_five(cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    seen = []
    for voter in _voters(cast, 11):
        cast_vote(voter, annotation, VoteValue.AGREE)
        seen.append(_published(annotation).agree)
    assert seen == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10]


def test_changing_a_vote_is_not_seen_before_the_next_step(cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    voters = _voters(cast, 5)
    for voter in voters:
        cast_vote(voter, annotation, VoteValue.AGREE)
    cast_vote(voters[0], annotation, VoteValue.DISAGREE)
    assert _published(annotation) == VoteCounts(agree=5)


def test_when_voting_ends_the_exact_counts_are_published_but_none_below_five(cast):
    busy = builders.annotate(cast.ada, cast.declaration)
    quiet = builders.annotate(cast.ada, cast.declaration)
    for voter in _voters(cast, 7):
        cast_vote(voter, busy, VoteValue.AGREE)
    cast_vote(cast.ben, quiet, VoteValue.AGREE)
    change_phase(cast.otto, cast.declaration, Phase.EVALUATING)
    assert _published(busy).agree == 7
    assert _published(quiet).n == 0


def test_no_numbers_before_the_own_vote(cast, app):
    annotation = builders.annotate(cast.ada, cast.declaration)
    for voter in _voters(cast, 5):
        cast_vote(voter, annotation, VoteValue.AGREE)
    voted = "5 sehen das auch so"
    ben = app.test_client().sign_in(cast.ben)
    assert voted not in app.test_client().get("/d/erklaerung/3/1").text
    assert voted not in ben.get("/d/erklaerung/3/1").text
    ben.post(f"/a/{annotation.number}/vote", data={"vote": "pass"})
    assert voted in ben.get("/d/erklaerung/3/1").text


def test_vote_after_opening_the_results_is_marked(cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    from deliberation.clock import now

    builders.membership(cast.ben, cast.declaration).results_seen_at = now()
    cast_vote(cast.ben, annotation, VoteValue.AGREE)
    assert db.session.scalars(select(Vote)).one().seen_before


def test_database_refuses_a_second_vote_of_the_same_person(cast):
    from sqlalchemy.exc import IntegrityError

    annotation = builders.annotate(cast.ada, cast.declaration)
    voter = builders.membership(cast.ben, cast.declaration)
    for value in (VoteValue.AGREE, VoteValue.PASS):
        db.session.add(Vote(annotation_id=annotation.number, voter_id=voter.id, value=value, edition_id=annotation.edition_id))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=6))
def test_percentages_sum_to_a_hundred(counts):
    whole = percentages(counts)
    assert sum(whole) == (100 if sum(counts) else 0)
    assert all(abs(share - 100 * count / (sum(counts) or 1)) < 1 for share, count in zip(whole, counts, strict=True))


@given(st.integers(0, 500), st.integers(0, 500))
@example(0, 133)
def test_wilson_bound_is_careful(agree, disagree):
    bound = wilson(VoteCounts(agree, disagree))
    assert 0 <= bound <= (agree / (agree + disagree) if agree + disagree else 0) + 1e-9


def test_dispute_needs_ten_votes_and_is_highest_where_opinions_balance():
    assert dispute(VoteCounts(4, 5)) == 0
    assert dispute(VoteCounts(10, 10)) > dispute(VoteCounts(15, 5)) > dispute(VoteCounts(20, 0)) == 0


def test_a_step_is_due_only_when_it_is_another_one():
    assert [is_due(n, 5) for n in (4, 5, 6, 10, 0)] == [False, False, False, True, True]


def test_guest_is_asked_to_sign_in_before_voting(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    for answer in (
        client.get(f"/a/{annotation.number}/vote"),
        client.post(f"/a/{annotation.number}/vote", data={"vote": "agree"}),
    ):
        assert answer.status_code == 303
        assert answer.location.startswith("/login")
    assert db.session.scalar(select(func.count(Annotation.number))) == 1
