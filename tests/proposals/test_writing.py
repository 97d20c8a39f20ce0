"""Writing another wording: it begins with the present one, and shows what it changes."""

import pytest
from lxml import html

from deliberation.annotations.models import Kind
from deliberation.annotations.wordings import source_of
from deliberation.declarations.models import load_paragraphs
from tests import builders
from tests.editions import scene as editions
from tests.proposals.scene import LIST, PEOPLE, SERVICE, found, propose


def written(page) -> str:
    return html.fromstring(page.text).xpath("string(//textarea[@name='wording'])").lstrip("\n")


def said(page, xpath: str) -> str:
    return " ".join(html.fromstring(page.text).xpath(f"string({xpath})").split())


@pytest.mark.parametrize("person", ["", "ada"])
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kind=proposal&sentence=2", PEOPLE),
        ("kind=proposal", f"{SERVICE} {PEOPLE}"),
        ("kind=proposal&sentence=77", f"{SERVICE} {PEOPLE}"),
        ("kind=question&sentence=2", ""),
        ("", ""),
    ],
)
def test_a_link_fills_the_field_with_the_present_words(cast, client, person, query, words):
    if person:
        client.sign_in(cast.ada)
    assert written(client.get(f"/d/erklaerung/3/1/annotations?{query}")) == words


def test_whoever_works_without_script_finds_that_link(cast, client):
    tree = html.fromstring(client.get("/d/erklaerung/3/1/annotations?sentence=2").text)
    [link] = tree.xpath("//div[@data-wording]//a[@data-nojs]/@href")
    assert written(client.get(link)) == PEOPLE


def test_a_list_stays_a_list_in_the_field(cast, client):
    declaration = found(LIST)
    address = f"/d/{declaration.slug}/1/1/annotations?kind=proposal"
    assert written(client.get(address)).split("\n") == [
        "(1) Vor jedem Verfahren stehen Fragen.",
        "  a) Wem nützt es? Wem schadet es?",
        "  b) Wer zahlt es?",
    ]
    assert written(client.get(f"{address}&sentence=2&sentence=4")).split("\n") == ["Wem nützt es?", "Wer zahlt es?"]


def test_sentences_of_no_wording_mean_the_whole_paragraph(cast):
    [place] = load_paragraphs([found(LIST).theses[0].id])
    assert source_of(place.wording, [9]) == source_of(place.wording, [])


def test_a_draft_is_not_overwritten(cast, client):
    ada = client.sign_in(cast.ada)
    address = "/d/erklaerung/3/1/annotations"
    ada.post(address, data={"kind": "proposal", "wording": "Mein Anfang.", "body": "", "action": "draft"})
    assert written(ada.get(f"{address}?kind=proposal&sentence=2")) == "Mein Anfang."


def preview(client, **fields):
    data = {"body": "Kürzer.", "wording": "Sie braucht gute Menschen.", "sentence": "2", "action": "preview", **fields}
    return client.post("/d/erklaerung/3/1/annotations", data=data)


def test_the_preview_shows_word_by_word_what_changes(cast, client):
    page = preview(client.sign_in(cast.ada), kind="proposal")
    assert said(page, "//section[@id='vorschau']//p[@class='diff']") == (
        "Sie braucht eingefügt: gute (bis hier) Menschen."
    )


def test_the_preview_of_something_else_shows_no_difference(cast, client):
    page = preview(client.sign_in(cast.ada), kind="question")
    assert not html.fromstring(page.text).xpath("//section[@id='vorschau']//*[@class='diff']")


def test_a_difference_is_heard_where_it_begins_and_ends(cast, client):
    proposal = propose(cast.ada, cast.declaration, "Sie braucht erfahrene Fachkräfte.", 2)
    page = client.get(f"/a/{proposal.number}")
    assert said(page, f"//*[@id='a-{proposal.number}']//p[@class='diff']") == (
        "Sie braucht gestrichen: Menschen. eingefügt: erfahrene Fachkräfte."
    )
    tree = html.fromstring(page.text)
    assert [element.tag for element in tree.xpath("//p[@class='diff']/*")] == ["del", "ins"]


def test_an_outdated_proposal_is_compared_with_the_words_of_its_time_and_says_so(cast, client):
    proposal = propose(cast.ada, cast.declaration, "Sie braucht erfahrene Menschen.", 2)
    text = editions.reworded(editions.text(cast.declaration), "3.1", SERVICE, "Wir brauchen Zeit.")
    editions.publish(cast.declaration, text)
    page = client.get(f"/a/{proposal.number}")
    assert "eingefügt: erfahrene" in said(page, "//p[@class='diff']")
    assert "Verglichen mit dem Wortlaut der Fassung 1" in said(page, f"//*[@id='a-{proposal.number}']")


def test_a_proposal_on_words_that_stayed_needs_no_such_note(cast, client):
    proposal = propose(cast.ada, cast.declaration, "Sie braucht erfahrene Menschen.", 2)
    editions.publish(cast.declaration, editions.reworded(editions.text(cast.declaration), "1.1", "Anders."))
    assert "Verglichen mit" not in client.get(f"/a/{proposal.number}").text


def test_a_proposal_without_a_paragraph_is_all_new(cast, client):
    proposal = builders.annotate(cast.ada, cast.declaration, "3.0", kind=Kind.PROPOSAL, wording="Schutz braucht Zeit.")
    assert said(client.get(f"/a/{proposal.number}"), "//p[@class='diff']") == "eingefügt: Schutz braucht Zeit."
