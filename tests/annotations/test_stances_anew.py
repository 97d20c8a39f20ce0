"""After words have changed, people are asked once whether their stance still holds."""

import re

import pytest
from sqlalchemy import select

from deliberation.annotations import standing
from deliberation.annotations.models import Stance, StanceValue
from deliberation.annotations.positions import change_phase, keep_stance, let_go, take_stance
from deliberation.annotations.tallies import StanceCounts, load_stance_counts
from deliberation.database import db
from deliberation.declarations.actions import grant_role
from deliberation.declarations.editions import find_edition
from deliberation.declarations.models import find_paragraph
from deliberation.permissions import Guest, NotAllowed, Operator, Outdated, Phase, Role
from tests import builders
from tests.counting import count_queries
from tests.editions import scene

ADDRESS = "/d/erklaerung/3/1/stance"
PAST = f"{ADDRESS}/past"
PAGE = "/d/erklaerung/3/1"
OWN = "/d/erklaerung/stances"
QUESTION = "Sie hatten zu Fassung 1 gesagt: Nur mit Änderung."
NEW_WORDS = "Eine Inobhutnahme ist Schutz."


def place(cast, number="3.1"):
    thesis_number, _, own = number.partition(".")
    thesis = next(t for t in cast.declaration.theses if t.number == thesis_number)
    return (thesis, find_paragraph(thesis, own)) if own != "0" else (thesis, None)


def take(cast, person, value, number="3.1", reason=""):
    take_stance(person, *place(cast, number), value, reason)
    db.session.commit()


def reword(cast, words=NEW_WORDS, at="3.1"):
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), at, words))


def since(cast, number="3.1"):
    thesis, paragraph = place(cast, number)
    return (paragraph or thesis).since_id


def past(cast, person):
    return [
        (f"{one.thesis.number}.{one.paragraph.number if one.paragraph else 0}", one.value)
        for one in standing.load_past(person, cast.declaration)
    ]


@pytest.fixture
def asked(cast):
    """Ada wanted a change in 3.1, which reads differently since edition 2."""
    take(cast, cast.ada, StanceValue.CHANGE, reason="Mehr Menschen")
    reword(cast)
    return cast


class TestQuestion:
    def test_is_asked_with_the_old_stance_and_what_changed(self, asked, client):
        page = client.sign_in(asked.ada).get(PAGE).text
        assert QUESTION in page
        assert "Der Wortlaut ist heute anders." in page
        assert "Mehr Menschen" in page
        assert re.search(r"<ins><span class=\"vh\">eingefügt: </span>Schutz", page)
        assert "Gilt weiter" in page
        assert "Gilt nicht mehr" in page
        assert 'value="change" checked' not in page
        assert "Stimme gespeichert." not in page

    def test_is_asked_nobody_else(self, asked, app):
        for person in (asked.ben, asked.mira, asked.otto):
            assert "Sie hatten zu Fassung" not in app.test_client().sign_in(person).get(PAGE).text
        assert "Sie hatten zu Fassung" not in app.test_client().get(PAGE).text

    def test_is_not_asked_where_the_words_stand(self, cast, client):
        take(cast, cast.ada, StanceValue.CARRY, "3.2")
        reword(cast)
        page = client.sign_in(cast.ada).get("/d/erklaerung/3/2").text
        assert "Sie hatten zu Fassung" not in page
        assert 'value="carry" checked' in page

    def test_is_not_asked_of_moderators_nor_when_stances_are_closed(self, asked, client):
        ada = client.sign_in(asked.ada)
        asked.declaration.phase = Phase.EVALUATING
        assert "Sie hatten zu Fassung" not in ada.get(PAGE).text
        asked.declaration.phase = Phase.VOTING
        assert QUESTION in ada.get(PAGE).text
        grant_role(asked.ada, Role.MODERATOR, asked.declaration)
        assert "Sie hatten zu Fassung" not in ada.get(PAGE).text

    def test_of_a_paragraph_that_was_taken_out_nothing_is_asked(self, cast, client):
        take(cast, cast.ada, StanceValue.CARRY, "3.2")
        scene.publish(cast.declaration, scene.removed(scene.text(cast.declaration), "3.2"))
        page = client.sign_in(cast.ada).get("/d/erklaerung/3/2").text
        assert "Sie hatten zu Fassung" not in page
        assert 'name="stance"' not in page
        assert past(cast, cast.ada) == []

    def test_only_the_latest_earlier_stance_counts(self, asked, client):
        take(asked, asked.ada, StanceValue.CARRY)
        reword(asked, "Wieder anders.")
        page = client.sign_in(asked.ada).get(PAGE).text
        assert "Sie hatten zu Fassung 2 gesagt: Trage ich mit." in page
        assert "zu Fassung 1" not in page

    def test_is_asked_about_a_whole_thesis_too(self, cast, client):
        take(cast, cast.ada, StanceValue.AGAINST, "3.0")
        text = scene.reworded(scene.text(cast.declaration), "3.1", NEW_WORDS)
        scene.publish(cast.declaration, scene.removed(text, "3.2"))
        page = client.sign_in(cast.ada).get("/d/erklaerung/3/0").text
        assert "Sie hatten zu Fassung 1 gesagt: Trage ich nicht mit." in page
        assert NEW_WORDS.split()[-1] in page
        assert "Öffnungszeiten dürfen digital sein." in page

    def test_costs_no_query_more(self, asked, client):
        ada = client.sign_in(asked.ada)
        ada.get(PAGE)
        with count_queries() as with_question:
            assert QUESTION in ada.get(PAGE).text
        take(asked, asked.ada, StanceValue.CARRY)
        with count_queries() as without:
            ada.get(PAGE)
        assert with_question.count == without.count


class TestAnswer:
    def test_it_still_holds(self, asked, client):
        ada = client.sign_in(asked.ada)
        answer = ada.post(PAST, data={"value": "keep", "since": since(asked)})
        assert (answer.status_code, answer.location) == (303, f"{PAGE}#haltung")
        stances = db.session.scalars(select(Stance).order_by(Stance.id)).all()
        assert [(one.value, one.reason) for one in stances] == [(StanceValue.CHANGE, "Mehr Menschen")] * 2
        assert stances[0].edition_id != stances[1].edition_id
        page = ada.get(PAGE).text
        assert "Sie hatten zu Fassung" not in page
        assert 'value="change" checked' in page

    def test_it_does_not_hold_any_more(self, asked, client):
        ada = client.sign_in(asked.ada)
        assert ada.post(PAST, data={"value": "drop", "since": since(asked)}).status_code == 303
        stance = db.session.scalars(select(Stance)).one()
        assert (stance.value, stance.let_go_at is not None) == (StanceValue.CHANGE, True)
        page = ada.get(PAGE).text
        assert "Sie hatten zu Fassung" not in page
        assert "Stimme abgeben" in page
        reword(asked, "Und noch einmal anders.")
        assert "Sie hatten zu Fassung" not in ada.get(PAGE).text

    def test_another_one_is_taken_by_the_usual_form(self, asked, client):
        ada = client.sign_in(asked.ada)
        assert ada.post(ADDRESS, data={"stance": "carry"}).status_code == 303
        assert "Sie hatten zu Fassung" not in ada.get(PAGE).text
        values = db.session.scalars(select(Stance.value).order_by(Stance.id)).all()
        assert values == [StanceValue.CHANGE, StanceValue.CARRY]

    def test_whoever_withdraws_is_not_asked_again(self, asked, client):
        ada = client.sign_in(asked.ada)
        ada.post(PAST, data={"value": "keep", "since": since(asked)})
        ada.post(ADDRESS, data={"stance": ""})
        assert "Sie hatten zu Fassung" not in ada.get(PAGE).text
        assert db.session.scalars(select(Stance)).one().edition_id != since(asked)

    def test_the_next_change_asks_anew(self, asked, client):
        ada = client.sign_in(asked.ada)
        ada.post(PAST, data={"value": "keep", "since": since(asked)})
        reword(asked, "Zum dritten Mal anders.")
        assert "Sie hatten zu Fassung 2 gesagt: Nur mit Änderung." in ada.get(PAGE).text

    def test_sent_twice_is_answered_once(self, asked, client):
        ada = client.sign_in(asked.ada)
        for _ in range(2):
            assert ada.post(PAST, data={"value": "keep", "since": since(asked)}).status_code == 303
        assert len(db.session.scalars(select(Stance)).all()) == 2
        # And an answer from an old page does not undo it.
        assert ada.post(PAST, data={"value": "drop", "since": since(asked)}).status_code == 303
        assert db.session.scalars(select(Stance.let_go_at)).all() == [None, None]

    def test_nobody_answers_for_words_they_have_not_read(self, asked, client):
        before = since(asked)
        reword(asked, "Zum dritten Mal anders.")
        for verb in (keep_stance, let_go):
            with pytest.raises(Outdated):
                verb(asked.ada, *place(asked), before)
        assert client.sign_in(asked.ada).post(PAST, data={"value": "keep", "since": before}).status_code == 409
        assert len(db.session.scalars(select(Stance)).all()) == 1

    @pytest.mark.parametrize(
        "fields", [{}, {"value": "keep"}, {"value": "maybe", "since": 2}, {"value": "keep", "since": "x"}]
    )
    def test_bad_input_changes_nothing(self, asked, client, fields):
        assert client.sign_in(asked.ada).post(PAST, data=fields).status_code == 422
        assert len(db.session.scalars(select(Stance)).all()) == 1

    def test_who_may_not_take_a_stance_answers_nothing(self, asked, app):
        fields = {"value": "keep", "since": since(asked)}
        assert app.test_client().sign_in(asked.mira).post(PAST, data=fields).status_code == 403
        assert app.test_client().post(PAST, data=fields).location.startswith("/login")
        assert app.test_client().get(PAST).location.startswith("/login")
        asked.declaration.phase = Phase.CLOSED
        assert app.test_client().sign_in(asked.ada).post(PAST, data=fields).status_code == 403
        for verb in (keep_stance, let_go):
            for person in (asked.mira, Guest()):
                with pytest.raises(NotAllowed):
                    verb(person, *place(asked), since(asked))
        # Whoever never took one says nothing by it.
        asked.declaration.phase = Phase.ANNOTATING
        keep_stance(asked.ben, *place(asked), since(asked))
        assert len(db.session.scalars(select(Stance)).all()) == 1


class TestCounts:
    def test_are_exact_for_each_state_of_the_text(self, cast):
        people = [builders.make_member(cast.declaration) for _ in range(5)]
        for person in people:
            take(cast, person, StanceValue.CARRY)
        thesis, paragraph = place(cast)
        key = (thesis.id, paragraph.id)
        assert load_stance_counts(cast.declaration)[key] == StanceCounts(carry=5)
        reword(cast)
        for person in people[:3]:
            keep_stance(person, *place(cast), since(cast))
        take(cast, people[3], StanceValue.AGAINST)
        let_go(people[4], *place(cast), since(cast))
        db.session.commit()
        assert key not in load_stance_counts(cast.declaration)
        assert load_stance_counts(cast.declaration, find_edition(cast.declaration, 1))[key] == StanceCounts(carry=5)
        take(cast, cast.ada, StanceValue.UNCLEAR)
        assert load_stance_counts(cast.declaration)[key] == StanceCounts(carry=3, unclear=1, against=1)
        take(cast, cast.ben, StanceValue.UNCLEAR)
        change_phase(Operator(), cast.declaration, Phase.EVALUATING)
        assert load_stance_counts(cast.declaration)[key] == StanceCounts(carry=3, unclear=2, against=1)
        assert load_stance_counts(cast.declaration, find_edition(cast.declaration, 1))[key] == StanceCounts(carry=5)

    def test_of_a_whole_thesis_are_kept_apart_too(self, cast):
        people = [builders.make_member(cast.declaration) for _ in range(5)]
        for person in people:
            take(cast, person, StanceValue.CHANGE, "3.0")
        reword(cast)
        for person in people:
            keep_stance(person, *place(cast, "3.0"), since(cast, "3.0"))
        take(cast, people[0], StanceValue.CARRY, "3.0")
        change_phase(Operator(), cast.declaration, Phase.EVALUATING)
        key = (place(cast, "3.0")[0].id, None)
        assert load_stance_counts(cast.declaration)[key] == StanceCounts(carry=1, change=4)
        assert load_stance_counts(cast.declaration, find_edition(cast.declaration, 1))[key] == StanceCounts(change=5)


class TestOwnPage:
    def test_lists_every_place_with_words_that_changed(self, cast, client):
        for number in ("1.1", "3.0", "3.1", "3.2", "2.0"):
            take(cast, cast.ada, StanceValue.CARRY, number)
        reword(cast)
        reword(cast, "Zuerst die Fachlichkeit.", "1.1")
        found = [("1.1", StanceValue.CARRY), ("3.0", StanceValue.CARRY), ("3.1", StanceValue.CARRY)]
        assert past(cast, cast.ada) == found
        assert standing.count_past(cast.ada, cast.declaration) == 3
        page = client.sign_in(cast.ada).get(OWN).text
        assert "3 Stellen" in page
        assert page.count("Gilt weiter") == 3
        assert page.count("Andere Haltung wählen") == 3
        assert "Fachlichkeit." in page
        assert f'href="{OWN}"' in client.get(PAGE).text

    def test_answers_come_back_to_it(self, asked, client):
        ada = client.sign_in(asked.ada)
        page = ada.get(OWN).text
        fields = dict(re.findall(r'name="(since|next)" value="([^"]*)"', page))
        assert ada.post(PAST, data={**fields, "value": "keep"}).location == OWN
        assert "Hier ist nichts zu tun." in ada.get(OWN).text
        assert past(asked, asked.ada) == []
        assert standing.count_past(asked.ada, asked.declaration) == 0

    def test_agrees_with_the_question_at_each_place(self, cast, client):
        """Kept, changed, let go, withdrawn, moved to another thesis: the list asks where the place asks."""
        numbers = ("1.1", "1.2", "2.1", "3.1", "3.2")
        for number in numbers:
            take(cast, cast.ada, StanceValue.CARRY, number)
            take(cast, cast.ben, StanceValue.CHANGE, number)
        text = scene.text(cast.declaration)
        for number in numbers[:4]:
            text = scene.reworded(text, number, f"Neu: {number}.")
        scene.publish(cast.declaration, scene.moved(text, "3.1", "2.1"))
        keep_stance(cast.ada, *place(cast, "1.1"), since(cast, "1.1"))
        let_go(cast.ada, *place(cast, "1.2"), since(cast, "1.2"))
        take(cast, cast.ada, StanceValue.AGAINST, "2.1")
        reword(cast, "Noch neuer.", "2.1")
        ada = client.sign_in(cast.ada)
        asked = [
            number
            for number in ("1.1", "1.2", "2.1", "2.1a", "3.2")
            if "Sie hatten zu Fassung" in ada.get("/d/erklaerung/" + number.replace(".", "/")).text
        ]
        assert asked == [number for number, _value in past(cast, cast.ada)] == ["2.1", "2.1a"]

    def test_is_for_those_who_can_answer(self, asked, app):
        assert app.test_client().get(OWN).location == f"/login?next={OWN}"
        assert app.test_client().sign_in(asked.mira).get(OWN).status_code == 403
        stranger = builders.make_user()
        assert "Hier ist nichts zu tun." in app.test_client().sign_in(stranger).get(OWN).text
        assert standing.count_past(stranger, asked.declaration) == 0
        asked.declaration.phase = Phase.CLOSED
        assert app.test_client().sign_in(asked.ada).get(OWN).status_code == 403
        assert standing.count_past(asked.ada, asked.declaration) == 0

    def test_budget_holds_however_many_there_are(self, cast, client):
        for number in ("1.0", "2.0", "3.0", "1.1", "1.2", "2.1", "3.1", "3.2"):
            take(cast, cast.ada, StanceValue.CARRY, number)
        text = scene.text(cast.declaration)
        for number in ("1.1", "1.2", "2.1", "3.1", "3.2"):
            text = scene.reworded(text, number, f"Neu: {number}.")
        scene.publish(cast.declaration, text)
        ada = client.sign_in(cast.ada)
        db.session.expunge_all()
        with count_queries() as queries:
            assert ada.get(OWN).text.count("Gilt weiter") == 8
        assert queries.count <= 8, "\n\n".join(queries.statements)
