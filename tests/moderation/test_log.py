"""The public log: single acts by day, act and rule, and nothing else."""

import pytest

from deliberation.annotations.actions import edit_annotation, withdraw
from deliberation.annotations.models import ResponseKind
from deliberation.annotations.positions import change_phase
from deliberation.annotations.responses import respond
from deliberation.database import db
from deliberation.declarations.actions import change_policy
from deliberation.declarations.models import Act, Policy
from deliberation.moderation import actions, flagging
from deliberation.moderation.danger import Step, note_danger
from deliberation.moderation.desk import teamwork
from deliberation.moderation.models import FlagReason, MeasureKind, Rule
from deliberation.moderation.records.log import PUBLIC, load_log
from deliberation.moderation.restraining import lift, restrain
from deliberation.permissions import Phase
from tests import builders
from tests.counting import count_queries

REASON = "Bitte ohne Namen, dann passt es."
LOG = "/d/erklaerung/moderation/log"


def acts(cast):
    return [line.entry.act for line in load_log(cast.declaration).lines]


def numbers(cast):
    return [line.number for line in load_log(cast.declaration).lines]


def hold(cast, body="Noch nicht gelesen"):
    cast.declaration.policy = Policy.ALL
    return builders.annotate(cast.ada, cast.declaration, body=body)


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


class TestWhatIsNotInIt:
    def test_what_the_team_does_among_itself(self, cast):
        annotation = builders.annotate(cast.ada, cast.declaration)
        teamwork.claim(cast.mira, annotation)
        teamwork.ask_opinion(cast.mira, annotation)
        teamwork.write_note(cast.mira, annotation, "Mir nicht geheuer.")
        note_danger(cast.mira, annotation, [Step.POLICE], "110 angerufen.")
        teamwork.release(cast.mira, annotation)
        assert acts(cast) == []

    def test_measures_about_persons(self, cast):
        member = builders.membership(cast.ada, cast.declaration)
        for kind in MeasureKind:
            lift(cast.mira, restrain(cast.mira, member, kind, Rule.RESPECT, REASON, 3))
        assert acts(cast) == []

    def test_reports_and_what_was_left_as_it_was(self, cast):
        annotation = builders.annotate(cast.ada, cast.declaration)
        flagging.flag(cast.ben, annotation, FlagReason.OTHER)
        actions.publish(cast.mira, annotation, 1)
        assert acts(cast) == []

    def test_what_authors_do_with_their_own(self, cast):
        edit_annotation(cast.ada, held := hold(cast), "Ganz anders")
        withdraw(cast.ada, held)
        db.session.flush()
        assert acts(cast) == []


class TestNumbers:
    def test_text_that_never_appeared_has_none(self, cast, client):
        held = hold(cast)
        actions.return_for_revision(cast.mira, held, Rule.PROTECT, REASON, held.version)
        actions.hide(cast.mira, held, Rule.PROTECT, REASON, held.version)
        assert acts(cast) == [Act.HIDE, Act.RETURN]
        assert numbers(cast) == [None, None]
        page = client.get(LOG).text
        assert held.label not in page
        assert f"/a/{held.number}" not in page
        assert page.count("nicht zu sehen</span>") == 2

    def test_asking_back_about_a_held_text_stays_unnamed_when_it_appears(self, cast):
        held = hold(cast)
        actions.return_for_revision(cast.mira, held, Rule.PROTECT, REASON, held.version)
        actions.publish(cast.mira, held, held.version)
        assert numbers(cast) == [held.number, None]

    def test_what_could_be_seen_is_named(self, cast):
        annotation = builders.annotate(cast.ada, cast.declaration)
        actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        assert numbers(cast) == [annotation.number]


def test_public_answers_phase_and_policy_are_in_it(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    respond(cast.mira, annotation, ResponseKind.INQUIRY, "Können Sie das näher beschreiben?")
    change_policy(cast.otto, cast.declaration, Policy.ALL)
    change_phase(cast.otto, cast.declaration, Phase.VOTING)
    db.session.commit()
    assert acts(cast) == [Act.PHASE, Act.POLICY, Act.RESPOND]
    page = client.get(LOG).text
    assert "Phase geändert: Schlussrunde" in page
    assert "Alles wird zuerst gelesen" in page
    assert "näher beschreiben" not in page


def test_what_can_be_public_is_a_list_of_its_own():
    """A new act is internal until somebody decides otherwise."""
    internal = {
        Act.HELD, Act.REVISED, Act.WITHDRAWN, Act.LOOKED, Act.FLAG, Act.OBJECT, Act.OBJECTION, Act.WARN, Act.REVIEW,
        Act.PAUSE, Act.BLOCK, Act.LIFT, Act.CLAIM, Act.RELEASE, Act.HAND_OVER, Act.ASK, Act.NOTE, Act.ASSIGN, Act.DANGER,
        Act.MESSAGE, Act.UNSEAL, Act.DESTROY, Act.BLOCKS,
        Act.INVITE, Act.ADMIT, Act.ACCESS, Act.WEBHOOK, Act.TEXTS, Act.FOCUS, Act.ROLE, Act.PREVIEW,
        # What is published of a report or survey names its issues and days itself.
        Act.TABLE, Act.REPORT, Act.SURVEY,
    }  # fmt: skip
    assert set(PUBLIC) == set(Act) - internal


def test_log_goes_on_where_the_page_ended(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    for _ in range(30):
        actions.hide(cast.mira, annotation, Rule.STAY, REASON, annotation.version)
        actions.restore(cast.mira, annotation, annotation.version)
    with count_queries() as queries:
        page = load_log(cast.declaration)
    assert queries.count == 1
    assert (len(page.lines), page.before) == (50, page.lines[-1].entry.id)
    assert f"?before={page.before}" in client.get(LOG).text
    rest = load_log(cast.declaration, page.before)
    assert (len(rest.lines), rest.before) == (10, None)
    assert "Ältere Entscheidungen" not in client.get(f"{LOG}?before={page.before}").text


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
