"""All proposals for one paragraph beside each other."""

import pytest
from lxml import html

from deliberation.annotations.models import Kind, Status, VoteValue, find_annotation
from deliberation.annotations.positions import cast_vote
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Guest, Phase
from deliberation.proposals.beside import load_beside
from deliberation.proposals.cosigning import cosign
from tests import builders
from tests.counting import count_queries
from tests.editions import scene as editions
from tests.proposals.scene import SERVICE, propose, put_up

PLACE = "/d/erklaerung/3/1/proposals"
# Eight for the proposals; the others find the person, the declaration, the place and the number of the edition.
BUDGET = 15


def headings(page) -> list[str]:
    return [" ".join(h.text_content().split()) for h in html.fromstring(page.text).xpath("//main//h2")]


def card(page, proposal) -> str:
    return " ".join(html.fromstring(page.text).xpath(f"string(//article[@id='a-{proposal.number}'])").split())


def test_they_stand_by_place_with_the_present_words_on_top(cast, client):
    whole = propose(cast.ada, cast.declaration, "Alles neu.")
    one = propose(cast.ada, cast.declaration, "Eine Inobhutnahme ist Schutz.", 1, body="Kürzer und wahr.")
    both = propose(cast.ben, cast.declaration, "Beides anders.", 1, 2)
    page = client.get(PLACE)
    assert headings(page) == ["So steht es heute da", "Zum ganzen Absatz", "Zu den Sätzen 1, 2"]
    assert SERVICE in html.fromstring(page.text).xpath("string(//section[@aria-labelledby='heute'])")
    text = card(page, one)
    assert "A-2 Weide 27" in text
    assert "gestrichen: keine Dienstleistung. eingefügt: Schutz." in text
    assert "Kürzer und wahr." in text
    assert html.fromstring(page.text).xpath(f"//article[@id='a-{both.number}']//a[@href='/a/{both.number}']")
    assert "eingefügt: Alles neu." in card(page, whole)
    assert "Set-Cookie" not in page.headers


def test_what_they_have_in_common_is_said(cast, client):
    propose(cast.ada, cast.declaration, "Eine Inobhutnahme ist Schutz.", 1)
    propose(cast.ben, cast.declaration, "Eine Inobhutnahme ist Schutz und Hilfe.", 1)
    box = html.fromstring(client.get(PLACE).text).xpath("//div[contains(@class, 'shared')]")[0]
    assert [q.text for q in box.xpath(".//dt[text()='Alle streichen']/../dd/q")] == ["keine Dienstleistung"]
    assert [q.text for q in box.xpath(".//dt[text()='Alle fügen ein']/../dd/q")] == ["Schutz"]


def test_nothing_in_common_is_said_too_and_of_one_nothing(cast, client):
    propose(cast.ada, cast.declaration, "Eine Inobhutnahme ist Schutz.", 1)
    assert "Was sie gemeinsam haben" not in client.get(PLACE).text
    propose(cast.ben, cast.declaration, f"{SERVICE} Immer.", 1)
    assert "Nichts: Kein Wort wird von allen gestrichen oder von allen eingefügt." in client.get(PLACE).text


def test_votes_appear_after_the_own_one_only(cast, client):
    proposal = propose(cast.ada, cast.declaration, "Neu.", 1)
    for _ in range(5):
        cast_vote(builders.make_member(cast.declaration), find_annotation(proposal.number), VoteValue.AGREE)
    assert "sehen das auch so" not in client.get(PLACE).text
    ben = client.sign_in(cast.ben)
    assert "sehen das auch so" not in ben.get(PLACE).text
    answer = ben.post(f"/a/{proposal.number}/vote", data={"vote": "pass", "next": PLACE})
    assert answer.location == f"{PLACE}#a-{proposal.number}"
    assert "5 sehen das auch so" in ben.get(PLACE).text


@pytest.mark.parametrize("status", [Status.PENDING, Status.HIDDEN, Status.WITHDRAWN])
@pytest.mark.parametrize("person", ["", "ada", "ben", "mira", "otto"])
def test_words_that_are_not_shown_reach_nobody_here(cast, client, status, person):
    proposal = propose(cast.ada, cast.declaration, "Geheimer Wortlaut.", 1, body="Geheimer Grund.")
    proposal.status = status
    if person:
        client.sign_in(getattr(cast, person))
    page = client.get(PLACE).text
    assert "Geheimer" not in page
    assert "Zu diesem Absatz hat noch niemand einen anderen Wortlaut vorgeschlagen." in page


def test_other_kinds_and_other_paragraphs_are_not_here(cast, client):
    builders.annotate(cast.ada, cast.declaration, "3.1", body="Nur eine Frage.", kind=Kind.QUESTION)
    propose(cast.ada, cast.declaration, "Woanders.", at="3.2")
    page = client.get(PLACE).text
    assert "Nur eine Frage." not in page
    assert "Woanders." not in page


def test_proposals_to_former_words_stand_apart_and_say_so(cast, client):
    proposal = propose(cast.ada, cast.declaration, "Sie braucht erfahrene Menschen.", 2)
    text = editions.reworded(editions.text(cast.declaration), "3.1", SERVICE, "Sie braucht viel Zeit.")
    editions.publish(cast.declaration, text)
    page = client.get(PLACE)
    assert "Zu einem früheren Wortlaut" in headings(page)
    text = card(page, proposal)
    assert "Sie braucht eingefügt: erfahrene (bis hier) Menschen." in text
    assert "Verglichen mit dem Wortlaut der Fassung 1" in text
    assert "Anmerkungen zuordnen" not in page.text
    assert "Anmerkungen zuordnen" in client.sign_in(cast.mira).get(PLACE).text


def test_a_proposal_somebody_put_in_its_place_is_compared_with_the_words_of_today(cast, client):
    from deliberation.editions import checking

    proposal = propose(cast.ada, cast.declaration, "Sie braucht erfahrene Menschen.", 2)
    text = editions.reworded(editions.text(cast.declaration), "3.1", SERVICE, "Sie braucht viele Menschen.")
    editions.publish(cast.declaration, text)
    checking.accept(cast.mira, find_annotation(proposal.number), 2)
    page = client.get(PLACE)
    assert "Sie braucht gestrichen: viele eingefügt: erfahrene (bis hier) Menschen." in card(page, proposal)
    assert "Verglichen mit dem heutigen Wortlaut." in card(page, proposal)


def test_the_panel_leads_here_from_two_proposals_on(cast, client):
    propose(cast.ada, cast.declaration, "Neu.", 1)
    assert PLACE not in client.get("/d/erklaerung/3/1").text
    propose(cast.ben, cast.declaration, "Anders.", 2)
    tree = html.fromstring(client.get("/d/erklaerung/3/1").text)
    [link] = tree.xpath(f"//aside//a[@href='{PLACE}']")
    assert link.text == "2 Textvorschläge nebeneinander"


def test_whoever_may_write_begins_with_the_words_of_a_place(cast, client):
    propose(cast.ada, cast.declaration, "Neu.", 1)
    links = html.fromstring(client.get(PLACE).text).xpath("//main//a[contains(@href, '/annotations?')]/@href")
    assert links == [
        "/d/erklaerung/3/1/annotations?kind=proposal&sentence=1",
        "/d/erklaerung/3/1/annotations?kind=proposal",
    ]
    cast.declaration.phase = Phase.VOTING
    assert "vorschlagen" not in client.get(PLACE).text


@pytest.mark.parametrize(
    "address", ["/d/erklaerung/3/0/proposals", "/d/erklaerung/3/9/proposals", "/d/nichts/3/1/proposals"]
)
def test_there_is_no_such_page_without_a_paragraph(cast, client, address):
    assert client.get(address).status_code == 404


def test_a_draft_declaration_shows_nothing(cast, client):
    cast.declaration.phase = Phase.DRAFT
    assert client.get(PLACE).status_code == 404
    assert client.sign_in(cast.otto).get(PLACE).status_code == 200


@pytest.mark.parametrize("size", [1, 12])
def test_page_stays_within_its_budget_whatever_the_size(cast, client, size):
    for number in range(size):
        one = propose(cast.ada, cast.declaration, f"Wortlaut {number}.", 1 + number % 2)
        cosign(cast.ben, one)
    first = find_annotation(1)
    put_up(cast, first, phase=None)
    place = builders.paragraph(find_declaration("erklaerung"))
    db.session.commit()
    with count_queries() as queries:
        load_beside(Guest(), place)
    assert queries.count <= 8
    client.sign_in(cast.ben)
    with count_queries() as queries:
        assert client.get(PLACE).status_code == 200
    assert queries.count <= BUDGET, queries.statements
