"""A group at a table says something about a paragraph: hands counted apart, sentences with their origin, and a way back."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Annotation, Kind, Status
from deliberation.clock import frozen_at, now, today
from deliberation.database import db
from deliberation.declarations import facilitating
from deliberation.declarations.models import Membership, Policy, find_declaration
from deliberation.meetings import protocols
from deliberation.meetings.models import TableProtocol
from deliberation.meetings.protocols import Protocol, ProtocolInvalid, Said, load_hands
from deliberation.meetings.rooms import load_said
from deliberation.permissions import Access, Facilitator, Guest, NotAllowed, Operator, Outdated, Phase
from deliberation.results.figures import count_people
from tests import builders
from tests.editions import scene

JSON = {"Accept": "application/json"}


def make_table(cast, name="Tisch 4"):
    secret = facilitating.make_link(cast.otto, cast.declaration, name, today())
    db.session.commit()
    return secret


@pytest.fixture
def secret(cast):
    return make_table(cast)


@pytest.fixture
def table(secret):
    return Facilitator(facilitating.find_link(secret))


def enter(cast, table, hands=(4, 1, 1, 1), present=7, said=(), at="3.1", key="k"):
    made = protocols.enter(table, builders.paragraph(cast.declaration, at), Protocol(present, hands, said), key)
    db.session.commit()
    return made


def fields(cast, at="3-1", **more):
    wording = builders.paragraph(cast.declaration, at.replace("-", ".")).wording_id
    return {
        "place": f"{at}:{wording}", "present": "7", "carry": "4", "change": "1", "against": "1", "unclear": "1",
        "kind_1": "practice", "body_1": "", "action": "send", "form_key": "k", **more,
    }  # fmt: skip


class TestProtocol:
    def test_sentences_are_contributions_of_the_group(self, cast, table, client):
        enter(cast, table, said=[Said(Kind.PRACTICE, "Bei uns fehlt Zeit."), Said(Kind.QUESTION, "Wer zahlt das?")])
        found = db.session.scalars(select(Annotation).order_by(Annotation.number)).all()
        assert [(one.kind, one.body) for one in found] == [
            (Kind.PRACTICE, "Bei uns fehlt Zeit."), (Kind.QUESTION, "Wer zahlt das?"),
        ]  # fmt: skip
        page = client.get("/d/erklaerung/3/1").text
        assert "Tischgruppe, 7 Personen (Tisch 4)" in page
        client.sign_in(cast.otto)
        rows = client.get("/d/erklaerung/export.csv?names=none").text
        assert rows.count("table: Tischgruppe, 7 Personen (Tisch 4)") == 2

    def test_hands_stand_apart_from_stances_of_people(self, cast, table, client):
        enter(cast, table)
        assert "0" in client.get("/d/erklaerung/results").text
        client.sign_in(cast.otto)
        assert not re.search(r'"carry":\s*4', client.get("/d/erklaerung/export.json").text)
        [hands] = load_hands(Guest(), cast.declaration)
        assert (hands.tables, hands.present, hands.raised) == (1, 7, 7)

    def test_group_is_no_person_in_any_figure(self, cast, table):
        before = count_people(cast.declaration)
        for number in range(6):
            enter(cast, table, present=7 + number, hands=(1, 0, 0, 0), said=[Said(Kind.PRACTICE, "Zeit.")], key=f"k{number}")
        assert count_people(cast.declaration) == before

    @pytest.mark.parametrize(
        ("present", "hands", "said", "reason"),
        [
            (7, (4, 2, 1, 1), [], "hands"),
            (0, (0, 0, 0, 0), [], "present"),
            (101, (1, 0, 0, 0), [], "present"),
            (7, (0, 0, 0, 0), [], "empty"),
            (7, (-1, 2, 0, 0), [], "hands"),
            (7, (1, 0, 0, 0), [Said(Kind.PRACTICE, "a")] * 4, "long"),
            (7, (1, 0, 0, 0), [Said(Kind.PRACTICE, "a" * 3001)], "long"),
            (7, (1, 0, 0, 0), [Said(Kind.PROPOSAL, "Ein Wortlaut.")], "kind"),
        ],
    )  # fmt: skip
    def test_hands_never_exceed_those_present(self, cast, table, present, hands, said, reason):
        with pytest.raises(ProtocolInvalid, match=reason):
            enter(cast, table, hands, present, said)
        db.session.rollback()
        assert db.session.scalars(select(TableProtocol)).all() == []

    def test_sent_twice_is_kept_once(self, cast, table):
        for _sent in range(2):
            enter(cast, table, said=[Said(Kind.PRACTICE, "Zeit.")])
        assert len(db.session.scalars(select(TableProtocol)).all()) == 1
        assert len(db.session.scalars(select(Annotation)).all()) == 1

    def test_paragraph_reworded_meanwhile_is_read_aloud_again(self, cast, table):
        place = builders.paragraph(cast.declaration, "3.1")
        read_aloud = place.wording_id
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Ganz andere Worte stehen hier."))
        db.session.expunge_all()
        now_reads = protocols.find_place(find_declaration("erklaerung"), "3-1")
        with pytest.raises(Outdated):
            protocols.enter(table, now_reads, Protocol(7, (1, 0, 0, 0), (), read_aloud), "k")
        db.session.rollback()

    def test_what_could_make_somebody_recognisable_waits_for_the_moderation(self, cast, table):
        cast.declaration.policy = Policy.FIRST
        enter(cast, table, said=[Said(Kind.PRACTICE, "Rufen Sie an: 0231 5567788."), Said(Kind.PRACTICE, "Bei uns fehlt Zeit.")])
        found = db.session.scalars(select(Annotation).order_by(Annotation.number)).all()
        assert [one.status for one in found] == [Status.PENDING, Status.VISIBLE]

    def test_taken_back_it_counts_for_nothing(self, cast, table):
        made = enter(cast, table, said=[Said(Kind.PRACTICE, "Zeit.")])
        assert protocols.take_back(table, made)
        assert not protocols.take_back(table, made)
        assert load_hands(Guest(), cast.declaration) == []
        [annotation] = db.session.scalars(select(Annotation)).all()
        assert annotation.status is Status.WITHDRAWN

    def test_only_a_table_of_this_declaration_enters(self, cast, table):
        other = builders.make_declaration("zweite", title="Zweite")
        place = builders.paragraph(other, "3.1")
        for person in (table, cast.otto, Operator(), Guest()):
            with pytest.raises((NotAllowed, AttributeError)):
                protocols.enter(person, place, Protocol(7, (1, 0, 0, 0)), "k")


class TestPage:
    def test_is_read_aloud_first_and_then_sent_without_script(self, cast, client, secret):
        page = client.post(f"/tisch/{secret}", data=fields(cast, action="preview", body_1="Bei uns fehlt Zeit."))
        assert page.status_code == 200
        for words in ("Lesen Sie das am Tisch vor", "Am Tisch sind 7 Personen.", "Tragen mit: 4.", "Bei uns fehlt Zeit."):
            assert words in page.text
        assert db.session.scalars(select(TableProtocol)).all() == []
        sent = client.post(f"/tisch/{secret}", data=fields(cast, body_1="Bei uns fehlt Zeit."))
        assert sent.status_code == 303
        assert "Absatz 3.1" in client.get(f"/tisch/{secret}").text
        [made] = db.session.scalars(select(TableProtocol)).all()
        for _sent in range(2):
            assert client.post(f"/tisch/{secret}/{made.id}/undo").status_code == 303
        assert "zurückgenommen" in client.get(f"/tisch/{secret}").text

    def test_queue_in_the_tab_is_answered_in_json(self, cast, client, secret):
        for _sent in range(2):
            answer = client.post(f"/tisch/{secret}", data=fields(cast), headers=JSON)
            assert answer.status_code == 200
        assert len(db.session.scalars(select(TableProtocol)).all()) == 1
        refused = client.post(f"/tisch/{secret}", data=fields(cast, carry="9", form_key="n"), headers=JSON)
        assert refused.status_code == 422
        assert "mehr Hände, als Menschen da sind" in refused.get_json()["problem"]

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"place": ""}, "Wählen Sie bitte einen Absatz."),
            ({"place": "9-9:1"}, "Wählen Sie bitte einen Absatz."),
            ({"present": "viele"}, "Bitte nur ganze Zahlen."),
            ({"carry": "vier"}, "Bitte nur ganze Zahlen."),
            ({"carry": "7"}, "mehr Hände, als Menschen da sind"),
            ({"present": ""}, "Wie viele Menschen sitzen am Tisch?"),
            ({"kind_1": "unsinn", "body_1": "Zeit."}, "Wählen Sie bitte aus, was der Satz ist."),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, cast, client, secret, more, said):
        page = client.post(f"/tisch/{secret}", data=fields(cast, body_2="Das bleibt stehen.", **more))
        assert page.status_code == 422
        assert said in page.text
        assert "Das bleibt stehen." in page.text
        assert db.session.scalars(select(TableProtocol)).all() == []

    def test_tables_see_only_their_own(self, cast, client, secret):
        other = make_table(cast, "Tisch 5")
        client.post(f"/tisch/{secret}", data=fields(cast, body_1="KANARIE"))
        assert "KANARIE" not in client.get(f"/tisch/{other}").text
        [made] = db.session.scalars(select(TableProtocol)).all()
        assert client.post(f"/tisch/{other}/{made.id}/undo").status_code == 404

    def test_nothing_is_entered_on_another_day(self, cast, client, secret):
        with frozen_at(now() + timedelta(days=1)):
            assert client.post(f"/tisch/{secret}", data=fields(cast)).status_code == 404


class TestRoom:
    def test_wall_shows_what_tables_say_and_numbers_only_when_asked(self, cast, client, table):
        enter(cast, table, said=[Said(Kind.PRACTICE, "Bei uns fehlt Zeit.")])
        builders.annotate(cast.ada, cast.declaration, body="VON EINER PERSON")
        client.sign_in(cast.mira)
        page = client.get("/d/erklaerung/3/1/room").text
        assert "Eine Inobhutnahme ist keine Dienstleistung." in page
        assert "Bei uns fehlt Zeit." in page
        assert "VON EINER PERSON" not in page
        assert "erklaerung-3-1" in page
        assert "hbar" not in page
        shown = client.get("/d/erklaerung/3/1/room?numbers=1").text
        assert "1 Tisch, 7 Personen" in shown
        assert "Trage ich mit: 4" in re.sub(r"\s+", " ", shown)

    def test_wall_is_for_the_team(self, cast, client):
        assert client.get("/d/erklaerung/3/1/room").status_code == 303
        client.sign_in(cast.ada)
        assert client.get("/d/erklaerung/3/1/room").status_code == 403
        with pytest.raises(NotAllowed):
            load_said(cast.ada, builders.paragraph(cast.declaration, "3.1"))

    def test_hidden_and_held_words_are_not_on_the_wall(self, cast, table):
        enter(cast, table, said=[Said(Kind.PRACTICE, "Zeit."), Said(Kind.PRACTICE, "Geld.")])
        first = db.session.scalars(select(Annotation).order_by(Annotation.number)).first()
        first.status = Status.HIDDEN
        db.session.commit()
        assert [one.body for one in load_said(cast.mira, builders.paragraph(cast.declaration, "3.1"))] == ["Geld."]

    def test_sheets_carry_text_code_and_lines(self, cast, client):
        page = client.get("/d/erklaerung/sheets").text
        assert page.count('class="sheet"') == 3
        assert page.count('class="qr"') == 3
        assert "erklaerung-3-0" in page
        each = client.get("/d/erklaerung/sheets?thesis=3&each=1").text
        assert each.count('class="sheet"') == 2
        assert "erklaerung-3-2" in each
        assert client.get("/d/erklaerung/sheets?thesis=99").status_code == 404

    def test_short_address_on_a_sheet_leads_to_the_place(self, cast, client):
        assert client.get("/q/erklaerung-3-0").headers["Location"].endswith("/d/erklaerung/3/0")

    def test_all_hands_stand_on_a_page_of_their_own(self, cast, client, table):
        assert "Tischgruppen</a>" not in client.get("/d/erklaerung").text
        enter(cast, table)
        enter(cast, Facilitator(facilitating.find_link(make_table(cast, "Tisch 5"))), (2, 2, 0, 0), 5, key="k2")
        page = client.get("/d/erklaerung/tables").text
        assert "2 Tische, 12 Personen" in page
        assert "11 Hände gehoben" in page
        assert "Tischgruppen</a>" in client.get("/d/erklaerung").text
        cast.declaration.access = Access.PRIVATE
        assert client.get("/d/erklaerung/tables").status_code in (303, 404)


def test_draft_has_no_tables(cast, table):
    cast.declaration.phase = Phase.DRAFT
    with pytest.raises(NotAllowed):
        enter(cast, table)
    assert db.session.scalars(select(Membership).where(Membership.origin.is_not(None))).all() == []
