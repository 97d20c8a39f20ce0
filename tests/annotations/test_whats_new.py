"""What is new: own matters first, then by place; what was held counts from when it was published; nothing that is not shown."""

from datetime import timedelta

import pytest

from deliberation.annotations import news
from deliberation.annotations.actions import Contribution, post_reply, withdraw
from deliberation.annotations.models import OutcomeValue, ResponseKind
from deliberation.annotations.outcomes import set_outcome
from deliberation.annotations.responses import respond
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Policy
from deliberation.moderation.actions import hide, publish
from deliberation.moderation.models import Rule
from tests import builders
from tests.counting import count_queries

PAGE = "/d/erklaerung/new"


@pytest.fixture
def visited(cast, client):
    """Ben was here yesterday."""
    with frozen_at(now() - timedelta(days=1)):
        client.sign_in(cast.ben).get("/d/erklaerung/3")
        db.session.commit()
    return client


def test_own_matters_come_first(cast, visited):
    with frozen_at(now() - timedelta(days=2)):
        mine = builders.annotate(cast.ben, cast.declaration, "3.1", body="Von mir.")
    builders.annotate(cast.ada, cast.declaration, "1.1", body="Von anderen.")
    post_reply(cast.ada, mine, Contribution("Eine Antwort für mich.", form_key="r"))
    respond(cast.mira, mine, ResponseKind.INQUIRY, "Wann war das?", "k")
    set_outcome(cast.otto, mine, OutcomeValue.DECLINED, "Das steht schon anderswo.")
    db.session.commit()
    page = visited.get(f"{PAGE}?since={(now() - timedelta(days=1)).date().isoformat()}").text
    order = ["Für Sie", "Das steht schon anderswo.", "Wann war das?", "Eine Antwort für mich.", "Absatz 1.1", "Von anderen."]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert page.count("Eine Antwort für mich.") == 1
    assert page.count("Alles gelesen") == 2


def test_what_was_held_is_new_when_it_is_published(cast, visited):
    cast.declaration.policy = Policy.ALL
    with frozen_at(now() - timedelta(days=5)):
        held = builders.annotate(cast.ada, cast.declaration, body="Lange gewartet.")
    day = (now() - timedelta(days=2)).date().isoformat()
    assert "Lange gewartet." not in visited.get(f"{PAGE}?since={day}").text
    publish(cast.mira, held, held.version)
    db.session.commit()
    assert "Lange gewartet." in visited.get(f"{PAGE}?since={day}").text


def test_nothing_that_is_not_shown(cast, visited):
    hidden = builders.annotate(cast.ada, cast.declaration, body="VERBORGEN")
    gone = builders.annotate(cast.ada, cast.declaration, body="ZURÜCKGEZOGEN")
    hide(cast.mira, hidden, Rule.PROTECT, "Hier ist jemand zu erkennen.", hidden.version)
    withdraw(cast.ada, gone)
    cast.declaration.policy = Policy.ALL
    builders.annotate(cast.ada, cast.declaration, body="ZURÜCKGEHALTEN")
    db.session.commit()
    page = visited.get(f"{PAGE}?since=2020-01-01").text
    assert not [word for word in ("VERBORGEN", "ZURÜCKGEZOGEN", "ZURÜCKGEHALTEN") if word in page]


def test_guests_choose_a_day_and_get_no_cookie(cast, client):
    builders.annotate(cast.ada, cast.declaration, body="Neu für alle.")
    db.session.commit()
    page = client.get(f"{PAGE}?since=2020-01-01")
    assert "Neu für alle." in page.text
    assert "Set-Cookie" not in page.headers
    assert "Seit diesem Tag gibt es nichts Neues." in client.get(f"{PAGE}?since=2999-01-01").text
    for odd in ("gestern", "", "%00", "2026-99-99"):
        assert client.get(f"{PAGE}?since={odd}&start=-7").status_code == 200


def test_beyond_a_hundred_it_goes_on(cast, client, monkeypatch):
    monkeypatch.setattr(news, "NEWS_MAX", 3)
    for number in range(5):
        builders.annotate(cast.ada, cast.declaration, "3.1", body=f"Beitrag {number}.")
    db.session.commit()
    first = client.get(f"{PAGE}?since=2020-01-01").text
    assert "Beitrag 2." in first
    assert "Beitrag 3." not in first
    assert "start=3" in first
    assert "Beitrag 4." in client.get(f"{PAGE}?since=2020-01-01&start=3").text


def test_many_take_no_more_queries_than_few(cast, client):
    builders.annotate(cast.ada, cast.declaration)
    db.session.commit()
    client.sign_in(cast.ben)
    with count_queries() as few:
        client.get(f"{PAGE}?since=2020-01-01")
    for _number in range(12):
        post_reply(cast.ada, builders.annotate(cast.ben, cast.declaration), Contribution("Ja.", form_key=f"k{_number}"))
    db.session.commit()
    with count_queries() as many:
        client.get(f"{PAGE}?since=2020-01-01")
    assert many.count <= few.count + 1
