"""The public log: every decision by day, act and rule, and nothing else."""

import pytest

from deliberation.moderation import actions, flagging
from deliberation.moderation.models import FlagReason, Rule
from deliberation.permissions import Phase
from tests import builders
from tests.counting import count_queries

REASON = "Bitte ohne Namen, dann passt es."
LOG = "/d/erklaerung/moderation/log"


def test_log_has_no_texts_persons_or_reasons(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration, body="Ein verborgener Satz")
    builders.membership(cast.mira, cast.declaration).signing_name = "Mira S."
    flagging.flag(cast.ben, annotation, FlagReason.OTHER, "Seht euch das an")
    actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
    actions.restore(cast.mira, annotation, 2, "Doch in Ordnung so.")
    page = client.get(LOG).text
    assert page.count(f"A-{annotation.number}<") == 2
    assert "wieder gezeigt" in page
    assert "Regel 2: Niemanden erkennbar machen" in page
    names = [builders.membership(person, cast.declaration).pseudonym for person in (cast.ada, cast.ben, cast.mira)]
    for secret in ("Ein verborgener Satz", REASON, "Seht euch das an", "Doch in Ordnung so.", "Mira S.", *names):
        assert secret not in page


def test_rare_rules_are_named_without_a_number(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    for rule, times in ((Rule.STAY, 5), (Rule.LAW, 4)):
        for _ in range(times):
            actions.hide(cast.mira, annotation, rule, REASON, annotation.version)
            actions.restore(cast.mira, annotation, annotation.version)
    page = client.get(LOG).text
    assert "<dt>Regel 1: Beim Absatz bleiben</dt><dd>5</dd>" in page
    assert "Je weniger als 5-mal: Rechtswidrig</p>" in page


def test_log_goes_on_where_the_page_ended(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    for _ in range(30):
        actions.hide(cast.mira, annotation, Rule.STAY, REASON, annotation.version)
        actions.restore(cast.mira, annotation, annotation.version)
    with count_queries() as queries:
        page = client.get(LOG).text
    assert queries.count <= 4
    assert page.count("<tr>") == 51
    assert "?before=11" in page
    rest = client.get(f"{LOG}?before=11").text
    assert rest.count("<tr>") == 11
    assert "Ältere Entscheidungen" not in rest


@pytest.mark.parametrize("before", ["0", "-1", "x", "9" * 40])
def test_nonsense_in_the_address_shows_the_beginning(cast, client, before):
    assert client.get(f"{LOG}?before={before}").status_code == 200


def test_empty_log_says_so(cast, client):
    assert "Noch keine Entscheidung." in client.get(LOG).text


def test_log_of_another_declaration_is_its_own(cast, client):
    builders.make_declaration("zweite", title="Zweite Erklärung")
    annotation = builders.annotate(cast.ada, cast.declaration)
    actions.hide(cast.mira, annotation, Rule.STAY, REASON, 1)
    assert "Noch keine Entscheidung." in client.get("/d/zweite/moderation/log").text


def test_log_of_a_draft_does_not_exist_for_others(cast, client):
    cast.declaration.phase = Phase.DRAFT
    assert client.get(LOG).status_code == 404
