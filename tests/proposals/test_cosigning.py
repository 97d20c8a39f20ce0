"""Putting one's pseudonym under another person's proposal."""

import pytest
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from deliberation.accounts.models import load_user
from deliberation.annotations.actions import edit_annotation
from deliberation.annotations.models import Kind, OutcomeValue, Status, find_annotation
from deliberation.database import db
from deliberation.permissions import NotAllowed, Outdated, Phase
from deliberation.proposals.cosigning import cosign, load_cosignatures, take_back
from deliberation.proposals.models import Cosignature
from tests import builders
from tests.accounts.test_races import at_once
from tests.counting import count_queries
from tests.proposals.scene import propose

ADDRESS = "/a/{}/cosign"


@pytest.fixture
def proposal(cast):
    return propose(cast.ada, cast.declaration, "Sie braucht erfahrene Menschen.", 2)


def signers(proposal) -> list[str]:
    return [one.signer.pseudonym for one in load_cosignatures([proposal.number]).get(proposal.number, ()) if one.counts]


def text_under(page, proposal) -> str:
    return " ".join(html.fromstring(page.text).xpath(f"string(//*[@id='a-{proposal.number}-cosign'])").split())


def test_participant_signs_and_everybody_reads_the_pseudonym(cast, client, proposal):
    ben = client.sign_in(cast.ben)
    assert "Ihr Pseudonym steht dann öffentlich darunter." in text_under(ben.get(f"/a/{proposal.number}"), proposal)
    answer = ben.post(ADDRESS.format(proposal.number), data={"cosign": "yes"})
    assert (answer.status_code, answer.location) == (303, f"/a/{proposal.number}#a-{proposal.number}")
    for address in (f"/a/{proposal.number}", "/d/erklaerung/3/1", "/d/erklaerung/3/1/proposals"):
        assert "Mitgezeichnet von Linde 88" in text_under(client.application.test_client().get(address), proposal)


def test_signing_twice_is_signing_once_and_can_be_taken_back(cast, client, proposal):
    ben = client.sign_in(cast.ben)
    for _ in range(2):
        ben.post(ADDRESS.format(proposal.number), data={"cosign": "yes"})
    assert signers(proposal) == ["Linde 88"]
    assert "Mitzeichnung zurücknehmen" in text_under(ben.get(f"/a/{proposal.number}"), proposal)
    ben.post(ADDRESS.format(proposal.number), data={"cosign": ""})
    assert signers(proposal) == []
    ben.post(ADDRESS.format(proposal.number), data={"cosign": ""})


def test_of_two_signatures_at_the_same_moment_one_is_kept(app, cast, proposal):
    ben, number = cast.ben.id, proposal.number
    db.session.commit()
    deed = lambda: cosign(load_user(ben), find_annotation(number)).id  # noqa: E731
    first, second = at_once(app, deed, deed)
    assert first == second
    assert db.session.scalar(select(func.count(Cosignature.id))) == 1


def test_database_refuses_a_second_signature(cast, proposal):
    signer = builders.membership(cast.ben, cast.declaration)
    for _ in range(2):
        db.session.add(Cosignature(annotation_id=proposal.number, signer_id=signer.id))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_changed_words_need_a_new_signature_and_the_signer_is_told(cast, client, proposal):
    cosign(cast.ben, proposal)
    db.session.commit()
    edit_annotation(cast.ada, find_annotation(proposal.number), proposal.body, "Sie braucht viele Menschen.")
    db.session.commit()
    assert signers(proposal) == []
    ben = client.sign_in(cast.ben)
    told = text_under(ben.get(f"/a/{proposal.number}"), proposal)
    assert "Ihre Mitzeichnung zählt erst wieder, wenn Sie sie erneuern." in told
    assert "Mitgezeichnet von" not in told
    assert "Linde 88" not in text_under(client.application.test_client().get(f"/a/{proposal.number}"), proposal)
    ben.post(ADDRESS.format(proposal.number), data={"cosign": "yes"})
    assert signers(proposal) == ["Linde 88"]


def test_nobody_signs_words_that_were_changed_while_they_read(cast, client, proposal):
    seen = proposal.version
    edit_annotation(cast.ada, find_annotation(proposal.number), proposal.body, "Etwas ganz anderes.")
    db.session.commit()
    with pytest.raises(Outdated):
        cosign(cast.ben, find_annotation(proposal.number), seen)
    answer = client.sign_in(cast.ben).post(ADDRESS.format(proposal.number), data={"cosign": "yes", "version": seen})
    assert answer.status_code == 409
    assert signers(proposal) == []


def test_guest_is_sent_to_sign_in_and_comes_back(cast, client, proposal):
    for answer in (
        client.get(ADDRESS.format(proposal.number)),
        client.post(ADDRESS.format(proposal.number), data={"cosign": "yes"}),
        client.post(ADDRESS.format(proposal.number), data={"cosign": ""}),
    ):
        assert answer.status_code == 303
        assert answer.location.startswith("/login?next=/a/")
    page = client.get(f"/a/{proposal.number}")
    assert "Set-Cookie" not in page.headers
    assert "Mitzeichnen" in text_under(page, proposal)
    assert not html.fromstring(page.text).xpath("//form[contains(@action, 'cosign')]")
    signed_in = client.sign_in(cast.ben).get(ADDRESS.format(proposal.number))
    assert signed_in.location == f"/a/{proposal.number}#a-{proposal.number}"


@pytest.mark.parametrize("data", [{}, {"cosign": "maybe"}])
def test_nonsense_is_refused(cast, client, proposal, data):
    assert client.sign_in(cast.ben).post(ADDRESS.format(proposal.number), data=data).status_code == 422


@pytest.mark.parametrize("name", ["ada", "mira"])
def test_neither_the_author_nor_a_moderator_signs(cast, client, proposal, name):
    client.sign_in(getattr(cast, name))
    assert client.post(ADDRESS.format(proposal.number), data={"cosign": "yes"}).status_code == 403
    assert "Mitzeichnen" not in text_under(client.get(f"/a/{proposal.number}"), proposal)


def test_only_proposals_are_signed(cast, client):
    question = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
    assert client.sign_in(cast.ben).post(ADDRESS.format(question.number), data={"cosign": "yes"}).status_code == 403
    assert "cosign" not in client.get(f"/a/{question.number}").text


def test_after_writing_has_closed_a_signature_can_only_be_taken_back(cast, client, proposal):
    cosign(cast.ben, proposal)
    cast.declaration.phase = Phase.VOTING
    with pytest.raises(NotAllowed):
        cosign(cast.otto, proposal)
    assert "Mitzeichnung zurücknehmen" in text_under(client.sign_in(cast.ben).get(f"/a/{proposal.number}"), proposal)
    take_back(cast.ben, proposal)
    db.session.commit()
    assert signers(proposal) == []


@pytest.mark.parametrize("value", [OutcomeValue.ADOPTED, OutcomeValue.PARTLY, OutcomeValue.DECLINED])
def test_a_decided_proposal_keeps_its_names_and_takes_no_more(cast, client, proposal, value):
    cosign(cast.ben, proposal)
    proposal.outcome = value
    otto = client.sign_in(cast.otto)
    for address in (f"/a/{proposal.number}", "/d/erklaerung/3/1/proposals"):
        assert text_under(otto.get(address), proposal) == "Mitgezeichnet von Linde 88"
    answer = otto.post(ADDRESS.format(proposal.number), data={"cosign": "yes"})
    assert answer.status_code == 403
    assert "Über diesen Vorschlag ist schon entschieden." in answer.text
    guest = client.application.test_client().get(f"/a/{proposal.number}")
    assert text_under(guest, proposal) == "Mitgezeichnet von Linde 88"
    assert signers(proposal) == ["Linde 88"]


def test_a_hidden_proposal_shows_no_names(cast, client, proposal):
    cosign(cast.ben, proposal)
    proposal.status = Status.HIDDEN
    page = client.get("/d/erklaerung/3/1")
    assert "Linde 88" not in page.text
    assert client.sign_in(cast.otto).post(ADDRESS.format(proposal.number), data={"cosign": "yes"}).status_code == 403


def test_many_names_are_folded(cast, client, proposal):
    for number in range(11):
        cosign(builders.make_member(cast.declaration, pseudonym=f"Ulme {number + 10}"), proposal)
    page = client.get(f"/a/{proposal.number}")
    assert "Ulme 10, Ulme 11, Ulme 12, Ulme 13, Ulme 14, Ulme 15 und 5 weiteren Personen" in text_under(page, proposal)
    folded = html.fromstring(page.text).xpath(f"string(//*[@id='a-{proposal.number}-cosign']//details)")
    assert "Ulme 20" in folded


def test_reading_them_costs_one_query_however_many(cast):
    numbers = []
    for place in range(6):
        one = propose(cast.ada, cast.declaration, f"Neu {place}.", 1)
        cosign(cast.ben, one)
        cosign(cast.otto, one)
        numbers.append(one.number)
    db.session.commit()
    with count_queries() as queries:
        found = load_cosignatures(numbers)
        assert [one.signer.pseudonym for each in found.values() for one in each if one.counts]
    assert queries.count == 1


def test_back_leads_to_the_page_the_button_was_on(cast, client, proposal):
    data = {"cosign": "yes", "next": "/d/erklaerung/3/1/proposals"}
    answer = client.sign_in(cast.ben).post(ADDRESS.format(proposal.number), data=data)
    assert answer.location == f"/d/erklaerung/3/1/proposals#a-{proposal.number}"
    outside = client.post(ADDRESS.format(proposal.number), data={"cosign": "", "next": "//evil.example"})
    assert outside.location == f"/a/{proposal.number}#a-{proposal.number}"
