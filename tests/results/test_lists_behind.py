"""Every figure of the results leads to a list, and the list is as long as the figure says."""

import re

import pytest
from lxml import html

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind, OutcomeValue
from deliberation.annotations.outcomes import set_outcome
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.permissions import Phase
from tests import builders
from tests.results import scene

PAGE = "/d/erklaerung/results"


@pytest.fixture
def busy(cast):
    """Sixty-odd contributions of every sort over some weeks, with votes, stances, outcomes and decisions."""
    declaration = scene.lively(cast)
    for place, kind in enumerate([*Kind, Kind.QUESTION, Kind.QUESTION, Kind.OBJECTION]):
        with frozen_at(now().replace(day=1 + 3 * place)):
            one = builders.annotate(
                cast.ben, declaration, at=("1.1", "3.2")[place % 2], body="Ein Satz. Noch einer.", kind=kind,
                wording="Anders gesagt." if kind is Kind.PROPOSAL else "",
            )  # fmt: skip
            if place % 3 == 0:
                post_reply(cast.ada, one, Contribution("So ist es."))
    for _ in range(52):
        builders.annotate(cast.ada, declaration, at="2.1")
    for _ in range(6):
        hidden = builders.annotate(cast.ben, declaration, body="Nur für die Moderation.")
        hide(cast.mira, hidden, Rule.STAY, "Das gehört nicht hierher.", hidden.version)
    db.session.commit()
    return find_declaration("erklaerung")


def tree_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.fromstring(answer.text)


def links_of(tree):
    """Address and number of every link whose words are a figure."""
    found = {}
    for link in tree.xpath("//main//a[contains(@href, '/results/list') or contains(@href, '/results/decisions')]"):
        words = link.text_content().replace("\u202f", "").replace("\u2009", "")
        number = re.search(r"\d+", words)
        if number:
            found[link.get("href")] = int(number.group())
    return found


def entries_of(client, address):
    """How many entries a list has, over all its pages; and what its sentence says it counts."""
    tree = tree_of(client, address)
    said = [int(number) for number in re.findall(r"\d+", tree.xpath("string(//main/p[2])").split("Auswahl")[0])]
    count = 0
    while True:
        count += len(tree.xpath("//main/ol/li | //main/ul[contains(@class,'likert')]/li | //main//tbody/tr"))
        more = tree.xpath("//main/nav/a[.='Weiter']/@href")
        if not more:
            return count, said
        tree = tree_of(client, more[0])


@pytest.mark.parametrize("query", ["", "?kind=question", "?thesis=3", "?written=1", "?since=2020-01-01&thesis=2"])
def test_each_list_has_as_many_entries_as_its_figure_says(cast, busy, client, query):
    links = links_of(tree_of(client, PAGE + query))
    assert len(links) > 4
    for address, figure in links.items():
        count, said = entries_of(client, address)
        if "of=votes" in address or "of=stances" in address:
            # Votes and stances are many to a place: the list says both numbers.
            assert said[:2] == [figure, count], address
        else:
            assert count == figure, address


def test_lists_name_what_was_chosen_and_lead_back(cast, busy, client):
    tree = tree_of(client, f"{PAGE}?kind=question&thesis=1")
    assert "Auswahl: These 1, nur Frage" in tree.xpath("string(//main)")
    assert tree.xpath("//select[@id='kind']/option[@selected]/@value") == ["question"]
    [address] = [link for link in links_of(tree) if "of=votes" in link or "of=annotations" in link][:1]
    listed = tree_of(client, address)
    assert "Auswahl: These 1, nur Frage" in listed.xpath("string(//main)")
    assert listed.xpath("//p[@class='eyebrow']/a/@href") == [f"{PAGE}?thesis=1&kind=question"]


def test_outcomes_lead_to_what_has_them(cast, client):
    proposals = [
        builders.annotate(cast.ben, cast.declaration, kind=Kind.PROPOSAL, wording=f"Satz {n}.") for n in range(3)
    ]
    set_outcome(cast.otto, proposals[0], OutcomeValue.DECLINED, "Das steht schon in These 1.")
    db.session.commit()
    links = links_of(tree_of(client, PAGE))
    [declined] = [address for address in links if "outcome=declined" in address]
    assert entries_of(client, declined)[0] == links[declined] == 1
    assert proposals[0].label in client.get(declined).text


def test_hidden_words_are_in_no_list(cast, busy, client):
    for address in links_of(tree_of(client, PAGE)):
        assert "Nur für die Moderation." not in client.get(address).text
        assert "Nicht zeigen." not in client.get(address).text


@pytest.mark.parametrize(
    "query",
    [
        "of=unsinn", "of=outcome", "of=outcome&outcome=gut", "of=column", "of=column&column=2020-01-01", "of=votes&page=9",
        "of=votes&page=0", "of=votes&kind=like", "of=votes&written=9", "of=votes&edition=9",
    ],
)  # fmt: skip
def test_lists_that_do_not_exist_are_not_found(cast, client, query):
    builders.annotate(cast.ada, cast.declaration)
    assert client.get(f"{PAGE}/list?{query}").status_code == 404


def test_decisions_of_a_small_number_have_no_list_of_their_own(cast, client):
    hidden = builders.annotate(cast.ben, cast.declaration)
    hide(cast.mira, hidden, Rule.STAY, "Das gehört nicht hierher.", hidden.version)
    db.session.commit()
    assert "/results/decisions" not in client.get(PAGE).text
    assert client.get(f"{PAGE}/decisions?act=hide&rules=stay").status_code == 404
    assert client.get(f"{PAGE}/decisions").location.endswith("/moderation/log")


def test_wrong_choice_is_explained_and_nothing_is_left_out(cast, busy, client):
    answer = client.get(f"{PAGE}?kind=like&since=gestern")
    assert answer.status_code == 422
    assert "Diese Art von Anmerkung gibt es nicht." in answer.text
    assert "Das ist kein Datum." in answer.text


def test_drafts_have_no_lists(cast, client):
    cast.declaration.phase = Phase.DRAFT
    db.session.commit()
    for page in ("list", "decisions", "team"):
        assert client.get(f"{PAGE}/{page}").status_code in (303, 404)
