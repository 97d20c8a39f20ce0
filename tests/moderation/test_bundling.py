"""Alike annotations are bundled: every original stays readable, authors are told and may leave."""

import re

import pytest
from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.annotations import likeness
from deliberation.annotations.actions import Contribution, edit_annotation, post_reply, withdraw
from deliberation.annotations.models import Annotation, Kind, VoteValue, find_annotation
from deliberation.annotations.positions import cast_vote
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry, Policy
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Decision, DecisionKind, Letter, Rule
from deliberation.moderation.ordering.bundling import CannotBundle, bundle, leave_bundle, unbundle
from deliberation.moderation.ordering.moving import CannotMove, move
from deliberation.moderation.undoing import CannotUndo, undo
from deliberation.permissions import NotAllowed, Outdated, Phase, Role
from tests import builders
from tests.counting import count_queries

WORDS = "Bei uns dauert es viel zu lange, bis jemand zurückruft."
ALIKE = "Es dauert viel zu lange, bis bei uns überhaupt jemand zurückruft!"
REASON = "Das ist ein Angriff auf einen Menschen."


@pytest.fixture
def lead(cast):
    return annotate(cast, cast.ada, WORDS)


@pytest.fixture
def other(cast):
    return annotate(cast, cast.ben, ALIKE, at="3.2")


@pytest.fixture
def third(cast):
    return annotate(cast, builders.make_member(cast.declaration, "cleo", pseudonym="Eiche 9"), "Niemand ruft zurück.")


def annotate(cast, author, body=WORDS, **fields):
    found = builders.annotate(author, cast.declaration, body=body, **fields)
    return find_annotation(found.number)


def fresh(annotation):
    return db.session.get(Annotation, annotation.number, populate_existing=True)


def pick(*annotations):
    return {"pick": [f"{one.number}:{one.version}" for one in annotations]}


def bundled(cast, lead, *others):
    decisions = bundle(cast.mira, lead, [(one, one.version) for one in others])
    db.session.commit()
    return decisions


class TestReaders:
    def test_find_the_others_under_the_lead_word_for_word(self, cast, lead, other, third, client):
        bundled(cast, lead, other, third)
        page = client.get("/d/erklaerung/3/1").text
        fold = page[page.index('<details class="bundle"') :]
        fold = fold[: fold.index("</details>")]
        assert "auch 2 weitere" in fold
        assert ALIKE in fold
        assert "Niemand ruft zurück." in fold
        for words in ("Linde 88", "Eiche 9", "zu: Absatz 3.2", f'href="/a/{other.number}"', f'id="a-{other.number}"'):
            assert words in fold
        assert "3 Texte von 3 Personen" in fold
        assert page.count("Niemand ruft zurück.") == 1

    def test_read_each_where_it_was_written_and_by_itself(self, cast, lead, other, client):
        bundled(cast, lead, other)
        for path in ("/d/erklaerung/3/2", f"/a/{other.number}"):
            page = client.get(path).text
            assert ALIKE in page
            assert f'Gebündelt mit <a href="/a/{lead.number}">A-{lead.number}</a>' in page
        assert "auch 1 weitere" in client.get(f"/a/{lead.number}").text

    def test_counts_beside_paragraphs_count_texts(self, cast, lead, third, client):
        bundled(cast, lead, third)
        page = client.get("/d/erklaerung/3/1").text
        assert "2 Anmerkungen" in page
        assert "2 Beiträge von 2 Personen" in page

    def test_replies_lead_from_the_bundle_to_their_conversation(self, cast, lead, third, client):
        post_reply(cast.ada, third, Contribution("Bei uns auch"))
        bundled(cast, lead, third)
        assert "Zum Gespräch, 1 Antwort" in client.get("/d/erklaerung/3/1").text
        assert "Bei uns auch" in client.get(f"/a/{third.number}").text

    def test_filter_by_kind_folds_only_what_it_shows(self, cast, lead, client):
        question = annotate(cast, cast.ben, ALIKE, kind=Kind.QUESTION)
        bundled(cast, lead, question)
        page = client.get("/d/erklaerung/3/1?kind=question").text
        assert ALIKE in page
        assert '<details class="bundle"' not in page

    def test_votes_are_added_up_as_published_and_after_ones_own(self, cast, lead, other, client):
        for number in range(5):
            voter = builders.make_member(cast.declaration, f"v{number}")
            cast_vote(voter, lead, VoteValue.AGREE)
            cast_vote(voter, other, VoteValue.AGREE)
        cast_vote(cast.ben, lead, VoteValue.DISAGREE)
        bundled(cast, lead, other)
        assert "-mal „Auch so“" not in client.get("/d/erklaerung/3/1").text
        assert "zusammen 10-mal „Auch so“" in client.sign_in(cast.ben).get("/d/erklaerung/3/1").text

    def test_without_the_lead_the_others_stand_by_themselves(self, cast, lead, other, third, client):
        bundled(cast, lead, other, third)
        hide(cast.mira, lead, Rule.RESPECT, REASON, lead.version)
        db.session.commit()
        page = client.get("/d/erklaerung/3/1").text
        assert "Niemand ruft zurück." in page
        assert '<details class="bundle"' not in page
        assert "Gebündelt mit" not in page

    def test_what_is_hidden_or_withdrawn_is_not_in_the_bundle(self, cast, lead, other, third, client):
        bundled(cast, lead, other, third)
        hide(cast.mira, other, Rule.RESPECT, REASON, other.version)
        db.session.commit()
        page = client.get("/d/erklaerung/3/1").text
        assert "auch 1 weitere" in page
        assert ALIKE not in page
        withdraw(db.session.get(User, third.author.user_id), third)
        db.session.commit()
        assert "weitere" not in client.get("/d/erklaerung/3/1").text

    def test_bundles_cost_one_query_together(self, cast, lead, client):
        def count():
            client.get("/d/erklaerung/3/1")
            with count_queries() as queries:
                client.get("/d/erklaerung/3/1")
            return queries.count

        before = count()
        for number in range(3):
            one = annotate(cast, cast.ada, f"Text {number}")
            bundled(cast, find_annotation(one.number), annotate(cast, cast.ben, f"Text {number} auch", at="3.2"))
        assert count() <= before + 1


class TestBundling:
    def test_form_offers_what_is_alike_and_bundles_what_is_ticked(self, cast, lead, other, third, client):
        mira = client.sign_in(cast.mira)
        page = mira.get(f"/a/{lead.number}/bundle").text
        assert f'value="{other.number}:1"' in page
        assert f'value="{third.number}:1"' not in page
        assert re.search(r"\d+ % ähnlich", page)
        answer = mira.post(f"/a/{lead.number}/bundle", data={**pick(other), "numbers": f"a-{third.number}"})
        assert answer.status_code == 303
        assert [fresh(one).bundled_with for one in (lead, other, third)] == [None, lead.number, lead.number]

    def test_every_author_is_told(self, cast, lead, other, third):
        decisions = bundled(cast, lead, other, third)
        assert [one.kind for one in decisions] == [DecisionKind.BUNDLE] * 2
        letters = db.session.scalars(select(Letter).order_by(Letter.member_id)).all()
        assert {one.member_id for one in letters} == {lead.author_id, other.author_id, third.author_id}
        assert {one.template for one in letters} == {"bundle"}
        lines = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.BUNDLE)).all()
        assert [(one.before, one.after) for one in lines] == [("", lead.label)] * 2

    def test_a_bundle_grows_whoever_of_it_is_named(self, cast, lead, other, third):
        bundled(cast, lead, other)
        bundled(cast, fresh(other), third)
        assert fresh(third).bundled_with == lead.number
        assert len(db.session.scalars(select(Letter)).all()) == 3

    def test_a_lead_brings_its_bundle_along(self, cast, lead, other, third):
        bundled(cast, other, third)
        bundled(cast, lead, fresh(other))
        assert [fresh(one).bundled_with for one in (other, third)] == [lead.number] * 2

    def test_same_form_sent_twice_is_one_decision_each(self, cast, lead, other, client):
        mira = client.sign_in(cast.mira)
        for _ in range(2):
            assert mira.post(f"/a/{lead.number}/bundle", data={"pick": f"{other.number}:1"}).status_code == 303
        assert len(db.session.scalars(select(Decision)).all()) == 1
        assert len(db.session.scalars(select(Letter)).all()) == 2

    def test_words_that_were_changed_meanwhile_are_not_bundled(self, cast, lead, other, client):
        edit_annotation(cast.ben, other, "Inzwischen etwas ganz anderes")
        answer = client.sign_in(cast.mira).post(f"/a/{lead.number}/bundle", data={"pick": f"{other.number}:1"})
        assert answer.status_code == 409
        assert fresh(other).bundled_with is None

    def test_what_cannot_be_bundled_is_said_in_a_sentence(self, cast, lead, other, client):
        mira = client.sign_in(cast.mira)
        proposal = annotate(cast, cast.ben, kind=Kind.PROPOSAL, wording="Anders.")
        elsewhere = annotate(cast, cast.ben, at="2.1")
        reply = post_reply(cast.ben, lead, Contribution("Ja"))
        hidden = annotate(cast, cast.ben, "Weg damit")
        hide(cast.mira, hidden, Rule.RESPECT, REASON, 1)
        db.session.commit()
        for one, words in (
            (proposal, "ist ein Textvorschlag"),
            (elsewhere, "gehört nicht zu dieser These"),
            (reply, "ist eine Antwort"),
            (hidden, "gibt es in dieser Erklärung nicht"),
        ):
            answer = mira.post(f"/a/{lead.number}/bundle", data={"numbers": one.label, **pick(other)})
            assert answer.status_code == 422
            assert f"{one.label} {words}" in answer.text
            assert f'value="{other.number}:1" checked' in answer.text
        for numbers in ("", "A-99999999999999", lead.label, "keine"):
            assert mira.post(f"/a/{lead.number}/bundle", data={"numbers": numbers}).status_code == 422
        assert fresh(other).bundled_with is None

    def test_moderators_leave_their_own_words_out(self, cast, lead, client):
        own = annotate(cast, cast.mira, ALIKE)
        with pytest.raises(NotAllowed, match="not_author"):
            bundle(cast.mira, lead, [(own, 1)])
        with pytest.raises(NotAllowed, match="not_author"):
            bundle(cast.mira, own, [(lead, 1)])
        assert f'value="{own.number}:1"' not in client.sign_in(cast.mira).get(f"/a/{lead.number}/bundle").text

    @pytest.mark.parametrize("name", ["ada", "ben", "otto"])
    def test_nobody_without_the_role(self, cast, lead, other, client, name):
        person = client.sign_in(getattr(cast, name))
        for act in ("bundle", "unbundle"):
            assert person.post(f"/a/{lead.number}/{act}", data=pick(other)).status_code == 403
        assert person.get(f"/a/{lead.number}/bundle").status_code == 403

    def test_it_goes_to_another_thesis_only_alone(self, cast, lead, other):
        bundled(cast, lead, other)
        goal = builders.paragraph(cast.declaration, "2.1")
        for one in (lead, fresh(other)):
            with pytest.raises(CannotMove, match="bundle"):
                move(cast.mira, one, goal, REASON, one.version)
        move(cast.mira, lead, builders.paragraph(cast.declaration, "3.2"), REASON, lead.version)


class TestComingOut:
    def test_author_leaves_for_good(self, cast, lead, other, client):
        bundled(cast, lead, other)
        ben = client.sign_in(cast.ben)
        assert f'href="/a/{other.number}/leave"' in ben.get("/d/erklaerung/3/2").text
        assert "Im Bündel lassen" in ben.get(f"/a/{other.number}/leave").text
        for _ in range(2):
            assert ben.post(f"/a/{other.number}/leave").status_code == 303
        found = fresh(other)
        assert (found.bundled_with, found.left_bundle_at is None) == (None, False)
        lines = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.UNBUNDLE)).all()
        assert [(one.before, one.actor_id) for one in lines] == [(lead.label, other.author_id)]
        with pytest.raises(CannotBundle, match="left"):
            bundle(cast.mira, lead, [(found, found.version)])

    def test_others_do_not_leave_for_them(self, cast, lead, other, client):
        bundled(cast, lead, other)
        for person in (cast.ada, cast.mira):
            assert client.sign_in(person).post(f"/a/{other.number}/leave").status_code == 403
        assert fresh(other).bundled_with == lead.number

    def test_when_the_lead_leaves_the_next_one_leads(self, cast, lead, other, third):
        bundled(cast, lead, other, third)
        leave_bundle(cast.ada, lead)
        assert [fresh(one).bundled_with for one in (lead, other, third)] == [None, None, other.number]

    def test_moderator_takes_one_out(self, cast, lead, other, third, client):
        bundled(cast, lead, other, third)
        mira = client.sign_in(cast.mira)
        assert "Herausnehmen" in mira.get(f"/a/{lead.number}/bundle").text
        for _ in range(2):
            answer = mira.post(f"/a/{other.number}/unbundle")
            assert answer.status_code == 303
        assert [fresh(one).bundled_with for one in (other, third)] == [None, lead.number]
        with pytest.raises(CannotBundle, match="alone"):
            unbundle(cast.mira, fresh(other))

    def test_bundling_and_taking_out_are_taken_back(self, cast, lead, other):
        [decision] = bundled(cast, lead, other)
        out = unbundle(cast.mira, other)
        undo(cast.mira, out)
        assert fresh(other).bundled_with == lead.number
        second = unbundle(cast.mira, fresh(other))
        assert second.facts["was"] == lead.number
        assert decision.facts["lead"] == lead.number

    def test_an_undone_bundle_tells_nobody(self, cast, lead, other):
        [decision] = bundled(cast, lead, other)
        undo(cast.mira, decision)
        assert fresh(other).bundled_with is None
        assert all(letter.is_withdrawn for letter in db.session.scalars(select(Letter)))

    @pytest.mark.parametrize("order", [list, reversed])
    def test_what_joined_another_bundle_goes_back_to_its_own(self, cast, lead, other, third, order):
        bundled(cast, other, third)
        decisions = bundled(cast, lead, fresh(other))
        for decision in order(decisions):
            undo(cast.mira, decision)
        assert [fresh(one).bundled_with for one in (other, third)] == [None, other.number]

    def test_who_left_is_not_put_back(self, cast, lead, other):
        [decision] = bundled(cast, lead, other)
        leave_bundle(cast.ben, other)
        with pytest.raises(CannotUndo):
            undo(cast.mira, decision)

    def test_somebody_was_faster(self, cast, lead, other):
        tomasz = builders.make_member(cast.declaration, "tomasz", Role.MODERATOR)
        bundle(tomasz, lead, [(other, 1)])
        with pytest.raises(Outdated):
            bundle(cast.mira, lead, [(other, 1)])


class TestLikeness:
    def test_finds_the_same_words_in_another_order_and_nothing_else(self, cast, lead, other, third):
        hidden = annotate(cast, cast.ben, WORDS)
        hide(cast.mira, hidden, Rule.RESPECT, REASON, 1)
        annotate(cast, cast.ben, WORDS, kind=Kind.PROPOSAL, wording="x")
        annotate(cast, cast.ben, WORDS, at="2.1")
        post_reply(cast.ben, third, Contribution(WORDS))
        found = likeness.find_alike(lead.thesis_id, WORDS, skip=[lead.number])
        assert [one.annotation.number for one in found] == [other.number]
        assert found[0].percent > 80

    def test_a_text_without_words_is_like_nothing(self, cast, lead):
        for words in ("", "Ja.", "Das ist so und nicht anders", "!!! ???"):
            assert likeness.find_alike(lead.thesis_id, words) == []

    def test_costs_two_queries_however_many_there_are(self, cast, lead, other):
        with count_queries() as queries:
            likeness.find_alike(lead.thesis_id, WORDS)
        assert queries.count <= 2


class TestBeforeSending:
    FORM = {"kind": "practice", "body": "Bis jemand zurückruft, dauert es bei uns zu lange", "form_key": "k"}
    ADDRESS = "/d/erklaerung/3/2/annotations"

    def test_what_others_said_is_offered_for_agreeing(self, cast, lead, client):
        ben = client.sign_in(cast.ben)
        page = ben.post(self.ADDRESS, data={**self.FORM, "action": "preview"}).text
        assert "Sagt das schon jemand?" in page
        assert f'href="/a/{lead.number}/vote"' in page
        assert ben.get(f"/a/{lead.number}/vote").location == f"/a/{lead.number}#a-{lead.number}"

    def test_it_is_offered_before_the_check_too_and_stops_nobody(self, cast, lead, client):
        ben = client.sign_in(cast.ben)
        body = "Frau Müller (43) sagt: Bis jemand zurückruft, dauert es bei uns zu lange"
        cast.declaration.policy = Policy.PATTERN
        answer = ben.post(self.ADDRESS, data={**self.FORM, "body": body, "action": "send"})
        assert answer.location.endswith("/check")
        assert "Auch so sehen" in ben.get(answer.location).text
        sent = ben.post(self.ADDRESS, data={**self.FORM, "body": body, "action": "send", "checked": "1"})
        assert "sent=" in sent.location

    def test_ones_own_words_and_other_phases_are_left_out(self, cast, lead, client):
        ada = client.sign_in(cast.ada)
        assert "Sagt das schon" not in ada.post(self.ADDRESS, data={**self.FORM, "action": "preview"}).text
        cast.declaration.phase = Phase.EVALUATING
        ben = client.sign_in(cast.ben)
        assert "Sagt das schon" not in ben.post(self.ADDRESS, data={**self.FORM, "action": "preview"}).text
