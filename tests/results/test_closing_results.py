"""What the results page says about the closing round: only what everybody may know."""

import pytest
from lxml import html

from deliberation.annotations.models import Status
from deliberation.database import db
from deliberation.permissions import Phase
from tests.counting import count_queries
from tests.editions import scene as editions
from tests.proposals.scene import propose, put_up, rate, raters

PAGE = "/d/erklaerung/results"


@pytest.fixture
def rival(cast):
    return propose(cast.ada, cast.declaration, "Eine Inobhutnahme ist Schutz.", 1)


def block(answer):
    return " ".join(html.fromstring(answer.text).xpath("string(//section[@aria-labelledby='schlussrunde'])").split())


def end(cast):
    cast.declaration.phase = Phase.EVALUATING
    db.session.commit()


def test_after_the_end_everybody_reads_mean_and_number(cast, client, rival):
    ballot = put_up(cast, rival)
    for one in raters(cast.declaration, 6):
        rate(one, ballot, 8, 1)
    end(cast)
    answer = client.get(PAGE)
    assert "Bisheriger Wortlaut: im Mittel 8,0, 6 Bewertungen" in block(answer)
    assert "im Mittel 1,0, 6 Bewertungen · geringster Widerstand" in block(answer)
    assert "Eine Inobhutnahme ist Schutz." in block(answer)
    assert "Satz 1" in block(answer)
    assert f'href="/d/erklaerung/closing#wahl-{ballot.id}"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_while_rating_goes_on_nobody_reads_a_result_here(cast, client, rival):
    ballot = put_up(cast, rival)
    people = raters(cast.declaration, 5)
    for one in people:
        rate(one, ballot, 8, 1)
    for answer in (client.get(PAGE), client.sign_in(people[0]).get(PAGE)):
        assert "Wird noch bewertet." in block(answer)
        assert "im Mittel 1,0" not in answer.text
        assert "Bewertungen" not in block(answer)


def test_below_five_there_is_no_result(cast, client, rival):
    ballot = put_up(cast, rival)
    for one in raters(cast.declaration, 4):
        rate(one, ballot, 8, 1)
    end(cast)
    assert "Zu wenige Bewertungen für ein Bild." in block(client.get(PAGE))
    assert "im Mittel 1,0" not in block(client.get(PAGE))


def test_a_wording_that_is_hidden_is_not_told(cast, client, rival):
    ballot = put_up(cast, rival)
    for one in raters(cast.declaration, 5):
        rate(one, ballot, 8, 1)
    rival.status = Status.HIDDEN
    end(cast)
    assert "Bisheriger Wortlaut" in block(client.get(PAGE))
    assert "ist Schutz" not in client.get(PAGE).text


def test_before_the_closing_round_and_without_one_there_is_nothing(cast, client, rival):
    assert block(client.get(PAGE)) == ""
    put_up(cast, rival, phase=None)
    assert block(client.get(PAGE)) == ""


def test_a_ballot_about_former_words_says_to_which_edition_it_belongs(cast, client, rival):
    put_up(cast, rival)
    editions.publish(cast.declaration, editions.reworded(editions.text(cast.declaration), "3.1", "Neu."))
    assert "zum Wortlaut von Fassung 1" in block(client.get(PAGE))


@pytest.mark.parametrize("size", [1, 2])
def test_the_closing_round_costs_the_same_whatever_its_size(cast, client, size):
    for sentence in range(1, size + 1):
        put_up(cast, propose(cast.ada, cast.declaration, "Anders.", sentence), phase=None)
    end(cast)
    with count_queries() as queries:
        assert client.get(PAGE).status_code == 200
    assert queries.count <= 23, queries.statements
