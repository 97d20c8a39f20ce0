"""The results page after an edition: the figures of each can be reached, and nothing else changes."""

import pytest
from lxml import html

from deliberation.annotations.models import Kind
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Guest
from deliberation.results.page import load_results
from tests import builders
from tests.counting import count_queries
from tests.editions import scene as editions
from tests.results.scene import give_stances

PAGE = "/d/erklaerung/results"


@pytest.fixture
def reworded(cast):
    """Ten stances on 3.1 and twelve on thesis 3 as they were, five on 3.1 as it is, seven on thesis 1 that stayed."""
    give_stances(cast.declaration, "3.1", 6, 0, 0, 4)
    give_stances(cast.declaration, "3", 12)
    give_stances(cast.declaration, "1", 7)
    builders.annotate(cast.ada, cast.declaration, body="Zu Fassung 1 gesagt.", kind=Kind.QUESTION)
    text = editions.reworded(editions.text(cast.declaration), "3.1", "Schutz braucht Menschen.")
    editions.publish(cast.declaration, text)
    declaration = find_declaration("erklaerung")
    builders.annotate(cast.ada, declaration, body="Zu Fassung 2 gesagt.", kind=Kind.QUESTION)
    give_stances(declaration, "3.1", 5)
    return declaration


def words_of(answer):
    return " ".join(html.fromstring(answer.text).xpath("string(//main)").split())


def row(answer, number):
    """What stands in the row of a thesis."""
    rows = html.fromstring(answer.text).xpath("//section[@aria-labelledby='thesen']//ul[contains(@class,'likert')]/li")
    return next(" ".join(one.text_content().split()) for one in rows if one.text_content().startswith(number))


def test_each_edition_has_its_own_figures_and_all_annotations(cast, reworded, client):
    now, then = client.get(PAGE), client.get(f"{PAGE}?edition=1")
    assert "n = 12" in row(then, "3.")
    assert "Noch zu wenige Stimmen" in row(now, "3.")
    assert "n = 7" in row(now, "1.")
    assert "n = 7" in row(then, "1.")
    assert "Haltungen zum Text von Fassung 212" in words_of(now)
    assert "Haltungen zum Text von Fassung 129" in words_of(then)
    for page in (now, then):
        assert "Zu Fassung 1 gesagt." in page.text
        assert "Zu Fassung 2 gesagt." in page.text
        assert "Set-Cookie" not in page.headers
    assert "Schutz braucht Menschen." in now.text
    assert "Eine Inobhutnahme ist keine Dienstleistung." in then.text
    links = html.fromstring(then.text).xpath("//ul[@class='likert mt-s']//a/@href")
    assert "/d/erklaerung/editions/1#these-3" in links


def test_the_page_leads_to_the_edition_with_more_stances_and_back(cast, reworded, client):
    now, then = (html.fromstring(client.get(address).text) for address in (PAGE, f"{PAGE}?edition=1"))
    assert now.xpath("//a[.='Zu Fassung 1: 29 Haltungen']/@href") == [f"{PAGE}?edition=1"]
    assert not then.xpath("//a[starts-with(.,'Zu Fassung 1: ')]")
    choice = "//nav[@aria-label='Haltungen zu welcher Fassung?']//a"
    assert now.xpath(f"{choice}/@href") == then.xpath(f"{choice}/@href") == [PAGE, f"{PAGE}?edition=1"]
    assert now.xpath(f"{choice}[@aria-current]/@href") == [PAGE]
    assert then.xpath(f"{choice}[@aria-current]/@href") == [f"{PAGE}?edition=1"]
    assert words_of(client.get(f"{PAGE}?edition=2")) == words_of(client.get(PAGE))


def test_the_choice_counts_what_the_pages_show(cast, reworded):
    text = editions.text(find_declaration("erklaerung"))
    editions.publish(cast.declaration, editions.moved(text, "3.1", "1.1"))
    declaration = find_declaration("erklaerung")
    give_stances(declaration, "1", 8)
    for one in load_results(Guest(), declaration).editions:
        assert load_results(Guest(), declaration, one.number).summary.figures.stances == one.stances > 0


def test_with_one_edition_there_is_no_choice(cast, client):
    assert "Haltungen zu welcher Fassung?" not in client.get(PAGE).text
    assert client.get(f"{PAGE}?edition=1").status_code == 200


@pytest.mark.parametrize("edition", ["3", "0", "x", "", "²", "-1", "99999999999999999999"])
def test_an_edition_that_does_not_exist_is_not_found(cast, reworded, client, edition):
    assert client.get(PAGE, query_string={"edition": edition}).status_code == 404


def test_lists_in_full_stay_with_the_edition(cast, reworded, client):
    for number in range(6):
        builders.annotate(cast.ada, reworded, body=f"Frage {number}", kind=Kind.QUESTION)
    links = html.fromstring(client.get(f"{PAGE}?edition=1").text).xpath("//a[starts-with(.,'Alle 8')]/@href")
    assert links == [f"{PAGE}?all=unanswered&edition=1#unanswered"]


def test_headings_are_in_the_language_of_the_text_on_an_english_page(cast, reworded, client):
    client.set_cookie("lang", "en")
    tree = html.fromstring(client.get(PAGE, headers={"Accept-Language": "en"}).text)
    for place in ("//ul[contains(@class,'likert')]//a", "//table//th[@scope='row']", "//details/summary/span"):
        found = [one for one in tree.xpath(f"//main{place}") if "Schutz ist kein Service" in one.text_content()]
        assert found
        assert all(one.xpath("./span[@lang='de']") for one in found)


@pytest.mark.parametrize("edition", [None, 1])
def test_another_edition_costs_one_query_more(cast, reworded, edition, client):
    with count_queries() as queries:
        client.get(PAGE, query_string={"edition": edition} if edition else {})
    assert queries.count <= 22, queries.statements
