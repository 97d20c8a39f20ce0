"""Where only the invited vote, others read and write; and it stays as it is once somebody has voted."""

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Stance, StanceValue, Vote, VoteValue
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.database import db
from deliberation.declarations import accepting, invitations
from deliberation.declarations.invitations import Wish
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Access, NotAllowed, Permission, PromiseMade, Role, Voters, may
from deliberation.proposals.voters import change_voters
from tests import builders
from tests.proposals.scene import propose, put_up, rate

ACCESS = "/d/erklaerung/access"


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration)


def invited(cast, person, role=Role.PARTICIPANT):
    link = invitations.make_link(cast.otto, cast.declaration, Wish(role))
    return accepting.accept(person, link)


def place(cast):
    paragraph = builders.paragraph(cast.declaration, "3.1")
    return paragraph.thesis, paragraph


class TestOnlyTheInvited:
    def test_others_write_and_do_not_vote(self, cast, annotation):
        change_voters(cast.otto, cast.declaration, Voters.INVITED)
        for attempt in (
            lambda: cast_vote(cast.ben, annotation, VoteValue.AGREE),
            lambda: take_stance(cast.ben, *place(cast), StanceValue.CARRY),
        ):
            with pytest.raises(NotAllowed, match="has_vote"):
                attempt()
        assert builders.annotate(cast.ben, cast.declaration)

    def test_whoever_accepts_an_invitation_votes_also_if_she_was_there_before(self, cast, annotation):
        change_voters(cast.otto, cast.declaration, Voters.INVITED)
        invited(cast, cast.ben)
        cast_vote(cast.ben, annotation, VoteValue.AGREE)
        new = builders.make_user("neu")
        invited(cast, new)
        take_stance(new, *place(cast), StanceValue.CARRY)
        assert len(db.session.scalars(select(Vote)).all()) == len(db.session.scalars(select(Stance)).all()) == 1

    def test_the_team_was_chosen_too_but_moderators_never_vote(self, cast, annotation):
        change_voters(cast.otto, cast.declaration, Voters.INVITED)
        assert may(cast.otto, Permission.VOTE, annotation)
        assert not may(cast.mira, Permission.VOTE, annotation)

    def test_every_page_says_so(self, cast, client, annotation):
        change_voters(cast.otto, cast.declaration, Voters.INVITED)
        db.session.commit()
        words = "Hier stimmen nur Eingeladene ab."
        assert words in client.get("/d/erklaerung/3/1").text
        client.sign_in(cast.ben)
        assert words in client.get("/d/erklaerung").text
        answer = client.post(f"/a/{annotation.number}/vote", data={"vote": "agree"})
        assert answer.status_code == 403
        assert words in answer.text
        invited(cast, cast.ben)
        db.session.commit()
        assert words not in client.get("/d/erklaerung/3/1").text


class TestPromise:
    @pytest.mark.parametrize("voters", list(Voters))
    @pytest.mark.parametrize("deed", ["vote", "stance"])
    def test_nobody_changes_it_once_somebody_has_voted(self, cast, annotation, voters, deed):
        cast.declaration.voters = next(one for one in Voters if one is not voters)
        invited(cast, cast.ben)
        if deed == "vote":
            cast_vote(cast.ben, annotation, VoteValue.PASS)
        else:
            take_stance(cast.ben, *place(cast), StanceValue.CARRY)
        with pytest.raises(PromiseMade):
            change_voters(cast.otto, cast.declaration, voters)
        assert not change_voters(cast.otto, cast.declaration, cast.declaration.voters)

    def test_a_rating_counts_too(self, cast):
        words = ("Eine Inobhutnahme ist Schutz.", "Eine Inobhutnahme ist kein Dienst.")
        rivals = [propose(cast.ada, cast.declaration, one, 1) for one in words]
        rate(cast.ben, put_up(cast, *rivals), 3, 3, 3)
        with pytest.raises(PromiseMade):
            change_voters(cast.otto, cast.declaration, Voters.INVITED)

    def test_votes_elsewhere_do_not_count(self, cast):
        other = builders.make_declaration("zweite", title="Zweite")
        take_stance(cast.ada, *(lambda p: (p.thesis, p))(builders.paragraph(other, "3.1")), StanceValue.CARRY)
        assert change_voters(cast.otto, cast.declaration, Voters.INVITED)

    def test_only_organisers_decide(self, cast):
        for person in (cast.ada, cast.mira):
            with pytest.raises(NotAllowed):
                change_voters(person, cast.declaration, Voters.INVITED)


class TestPage:
    def test_saves_both_or_says_why_not_and_keeps_neither(self, cast, client):
        invited(cast, cast.ada)
        client.sign_in(cast.otto)
        assert client.post(ACCESS, data={"access": "invited", "voters": "invited"}).status_code == 303
        db.session.expire_all()
        assert (cast.declaration.access, cast.declaration.voters) == (Access.INVITED, Voters.INVITED)
        invited(cast, cast.ben)
        annotation = builders.annotate(cast.ada, find_declaration("erklaerung"))
        cast_vote(cast.ben, annotation, VoteValue.AGREE)
        db.session.commit()
        answer = client.post(ACCESS, data={"access": "public", "voters": "all"})
        assert answer.status_code == 422
        assert "Es wurde schon abgestimmt." in answer.text
        db.session.expire_all()
        assert (cast.declaration.access, cast.declaration.voters) == (Access.INVITED, Voters.INVITED)
        assert client.post(ACCESS, data={"access": "public", "voters": "koenigin"}).status_code == 422
