"""Saying where annotations belong after the text has changed."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, NotInForce, post_reply
from deliberation.annotations.models import Anchor, AnchorVerdict, Annotation, Kind, Status, find_annotation
from deliberation.database import db
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import Paragraph, find_paragraph
from deliberation.editions import checking
from deliberation.editions.checking import NoCandidate, NothingToCheck, StaysWithThesis
from deliberation.editions.waiting import LIST_MAX, Filter, count_waiting, load_anchors
from deliberation.permissions import Guest, NotAllowed, Operator, Outdated, Role
from tests import builders
from tests.counting import count_queries
from tests.editions import scene

LIST = "/d/erklaerung/moderation/anchors"
LONG = (
    "Wer ein Programm einführt, das über Hilfen mitentscheidet, fragt vorher die Fachkräfte und "
    "legt ihnen offen, nach welchen Regeln es rechnet."
)
LONG_NOW = LONG.replace("offen", "dar")
SAME = "Das gilt auch hier."


@dataclass
class Doubts:
    """Three annotations that an edition left in doubt: nearly identical words, other words, no words."""

    near: Annotation
    far: Annotation
    gone: Annotation


@pytest.fixture
def doubts(cast):
    """Edition 2 has a long sentence in 1.1; edition 3 changes a word of it, rewords 3.1 and takes 3.2 out."""
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "1.1", LONG, "Nicht umgekehrt."))
    near = builders.annotate(cast.ada, cast.declaration, "1.1", body="Zum Programm", sentences=[1])
    far = builders.annotate(cast.ben, cast.declaration, "3.1", body="Zu den Menschen", sentences=[2])
    gone = builders.annotate(cast.ada, cast.declaration, "3.2", body="Zu den Öffnungszeiten")
    text = scene.reworded(scene.text(cast.declaration), "1.1", LONG_NOW, "Nicht umgekehrt.")
    first = scene.paragraph(text, "3.1").sentences[0]
    text = scene.reworded(text, "3.1", first, "Sie braucht erfahrene Menschen.")
    scene.publish(cast.declaration, scene.removed(text, "3.2"))
    return Doubts(near, far, gone)


def look(annotation):
    """The annotation as its page finds it."""
    return find_annotation(annotation.number)


def anchor_of(annotation):
    """What the latest edition did to it."""
    query = select(Anchor).where(Anchor.annotation_id == annotation.number).order_by(Anchor.edition_id)
    return db.session.scalars(query).all()[-1]


def place_of(annotation):
    return db.session.scalar(
        select(Paragraph.id)
        .join(Annotation, Annotation.paragraph_id == Paragraph.id)
        .where(Annotation.number == annotation.number)
    )


def target(declaration, number):
    thesis_number, _, own = number.partition(".")
    thesis = next(t for t in declaration.theses if t.number == thesis_number)
    return find_paragraph(thesis, own)


def waiting(person, declaration, **wanted):
    return [item.annotation.number for item in load_anchors(person, declaration, Filter(**wanted)).items]


class TestVerdicts:
    def test_accepting_keeps_who_and_when_and_nobody_is_asked_again(self, cast, doubts):
        anchor = checking.accept(cast.mira, look(doubts.far), 3)
        assert (anchor.verdict, anchor.waits, anchor.is_sure) == (AnchorVerdict.ACCEPTED, False, True)
        assert anchor.checked_by_id == builders.membership(cast.mira, cast.declaration).id
        assert anchor.checked_at is not None
        assert waiting(cast.mira, cast.declaration) == [doubts.near.number, doubts.gone.number]

    def test_accepting_a_place_elsewhere_moves_annotation_and_replies(self, cast):
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", LONG, "Nur hier."))
        annotation = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[1])
        reply = post_reply(cast.ben, annotation, Contribution("Ja."))
        text = scene.reworded(scene.text(cast.declaration), "3.1", "Nur hier.")
        scene.publish(cast.declaration, scene.inserted(text, "1.1", LONG_NOW))
        candidate = anchor_of(annotation).paragraph_id
        assert place_of(annotation) != candidate
        checking.accept(cast.otto, look(annotation), 3)
        assert place_of(annotation) == place_of(reply) == candidate
        thesis = db.session.scalar(select(Paragraph.thesis_id).where(Paragraph.id == candidate))
        found = db.session.scalars(select(Annotation.thesis_id)).all()
        assert set(found) == {thesis}

    def test_placing_elsewhere_takes_sentences_and_moves(self, cast, doubts):
        there = target(cast.declaration, "2.1")
        for wrong in ([1, 7], [0]):
            with pytest.raises(checking.NoSuchSentence):
                checking.place(cast.mira, look(doubts.gone), there, wrong, 3)
        anchor = checking.place(cast.mira, look(doubts.gone), there, [1], 3)
        assert (anchor.verdict, anchor.paragraph_id, anchor.sentences) == (AnchorVerdict.PLACED, there.id, [1])
        assert anchor.wording_id == there.wording_id
        assert place_of(doubts.gone) == there.id

    def test_leaving_lets_it_stay_and_is_remembered_by_the_next_edition(self, cast, doubts):
        before = place_of(doubts.far)
        checking.leave(cast.mira, look(doubts.far), 3)
        assert place_of(doubts.far) == before
        text = scene.reworded(scene.text(cast.declaration), "3.1", "Wieder ganz anders.")
        scene.publish(cast.declaration, text)
        assert anchor_of(doubts.far).verdict is AnchorVerdict.LEFT
        assert doubts.far.number not in waiting(cast.mira, cast.declaration)

    def test_what_was_placed_goes_on_from_there_in_the_next_edition(self, cast, doubts):
        checking.place(cast.mira, look(doubts.gone), target(cast.declaration, "2.1"), [1], 3)
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "1.2", "Anders."))
        anchor = anchor_of(doubts.gone)
        assert (anchor.state, anchor.sentences) == (AnchorState.SAME, [1])
        assert place_of(doubts.gone) == target(cast.declaration, "2.1").id

    def test_a_verdict_can_be_given_anew_and_leaving_brings_it_back(self, cast, doubts):
        home = place_of(doubts.far)
        seen = checking.place(cast.mira, look(doubts.far), target(cast.declaration, "2.1"), [], 3).checked_at
        assert place_of(doubts.far) != home
        checking.leave(cast.otto, look(doubts.far), 3, seen)
        assert place_of(doubts.far) == home

    def test_the_same_sent_twice_answers_like_the_first(self, cast, doubts):
        first = checking.accept(cast.mira, look(doubts.far), 3).checked_at
        assert checking.accept(cast.mira, look(doubts.far), 3).checked_at == first
        there = target(cast.declaration, "2.1")
        first = checking.place(cast.mira, look(doubts.gone), there, [1], 3).checked_at
        assert checking.place(cast.mira, look(doubts.gone), there, [1], 3).checked_at == first

    def test_of_two_people_the_slower_one_learns_it(self, cast, doubts):
        checking.accept(cast.mira, look(doubts.far), 3)
        for act in (checking.accept, checking.leave):
            with pytest.raises(Outdated):
                act(cast.otto, look(doubts.far), 3)
        with pytest.raises(Outdated):
            checking.place(cast.otto, look(doubts.far), target(cast.declaration, "2.1"), [], 3)
        with pytest.raises(Outdated):
            checking.leave(cast.mira, look(doubts.far), 3)

    def test_a_verdict_about_another_edition_is_refused(self, cast, doubts):
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "1.2", "Anders."))
        with pytest.raises(Outdated):
            checking.accept(cast.mira, look(doubts.far), 3)
        assert checking.accept(cast.mira, look(doubts.far), 4).verdict is AnchorVerdict.ACCEPTED

    def test_without_a_likely_place_there_is_nothing_to_accept(self, cast, doubts):
        with pytest.raises(NoCandidate):
            checking.accept(cast.mira, look(doubts.gone), 3)

    def test_what_is_sure_needs_nobody(self, cast, doubts):
        sure = builders.annotate(cast.ada, cast.declaration, "1.2")
        with pytest.raises(NothingToCheck):
            checking.leave(cast.mira, look(sure), 3)
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "2.1", "Anders."))
        with pytest.raises(NothingToCheck):
            checking.accept(cast.mira, look(sure), 4)

    def test_nothing_is_placed_outside_the_text(self, cast, doubts):
        removed = db.session.get(Paragraph, place_of(doubts.gone))
        db.session.refresh(removed, ["wording"])
        with pytest.raises(NotInForce):
            checking.place(cast.mira, look(doubts.gone), removed, [], 3)
        other = builders.make_declaration("zweite", title="Zweite")
        with pytest.raises(NotInForce):
            checking.place(cast.mira, look(doubts.gone), builders.paragraph(other, "1.1"), [], 3)

    def test_what_was_said_about_a_whole_thesis_stays_with_it(self, cast):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.0", body="Zur ganzen These")
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Anders."))
        assert waiting(cast.mira, cast.declaration) == [annotation.number]
        with pytest.raises(StaysWithThesis):
            checking.place(cast.mira, look(annotation), target(cast.declaration, "2.1"), [], 2)
        assert checking.accept(cast.mira, look(annotation), 2).verdict is AnchorVerdict.ACCEPTED
        assert place_of(annotation) is None

    def test_only_the_team_says_where_something_belongs(self, cast, doubts):
        there = target(cast.declaration, "2.1")
        for person in (cast.ada, builders.make_user(), Guest()):
            for act in (
                lambda one: checking.accept(one, look(doubts.far), 3),
                lambda one: checking.leave(one, look(doubts.far), 3),
                lambda one: checking.place(one, look(doubts.far), there, [], 3),
                lambda one: checking.accept_all(one, cast.declaration, [doubts.near.number], 3),
                lambda one: load_anchors(one, cast.declaration, Filter()),
            ):
                with pytest.raises(NotAllowed):
                    act(person)
        assert checking.leave(Operator(), look(doubts.far), 3).checked_by_id is None


class TestAcceptingTogether:
    def test_only_nearly_identical_words_that_wait(self, cast, doubts):
        numbers = [doubts.near.number, doubts.far.number, doubts.gone.number, 999]
        assert checking.accept_all(cast.mira, cast.declaration, numbers, 3) == (1, 3)
        assert anchor_of(doubts.near).verdict is AnchorVerdict.ACCEPTED
        assert anchor_of(doubts.far).waits
        assert checking.accept_all(cast.mira, cast.declaration, [doubts.near.number], 3) == (1, 0)
        assert checking.accept_all(cast.otto, cast.declaration, [doubts.near.number], 3) == (0, 1)

    def test_never_look_alikes(self, cast):
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", SAME, "Zwischen.", SAME))
        annotation = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[3])
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", SAME, "Zwischen."))
        assert anchor_of(annotation).similarity == 1
        assert checking.accept_all(cast.mira, cast.declaration, [annotation.number], 3) == (0, 1)

    def test_not_for_another_edition_or_declaration(self, cast, doubts):
        with pytest.raises(Outdated):
            checking.accept_all(cast.mira, cast.declaration, [doubts.near.number], 2)
        other = builders.make_declaration("zweite", title="Zweite")
        assert checking.accept_all(Operator(), other, [doubts.near.number], 1) == (0, 1)


class TestList:
    def test_oldest_number_first_with_counts_reasons_and_both_wordings(self, cast, client, doubts):
        page = client.sign_in(cast.mira).get(LIST).text
        assert "3 Anmerkungen suchen ihre Stelle." in page
        labels = [page.index(f"A-{one.number}, ") for one in (doubts.near, doubts.far, doubts.gone)]
        assert labels == sorted(labels)
        assert "neu gefasst <b>2</b>" in page
        assert "weggefallen <b>1</b>" in page
        assert "Der Wortlaut wurde geändert." in page
        assert "zu 95 Prozent gleich" in page
        assert "<del>" in page
        assert "<ins>" in page
        assert f"</span>{LONG}</mark>" in page
        assert f"</span>{LONG_NOW}</mark>" in page

    def test_each_reason_is_said_in_words(self, cast, client, doubts):
        mira = client.sign_in(cast.mira)
        assert "stehen in Fassung 3 nicht mehr" in mira.get(f"{LIST}?case={doubts.gone.number}").text
        text = scene.reworded(scene.text(cast.declaration), "3.1", SAME, "Zwischen.", SAME)
        scene.publish(cast.declaration, text)
        twin = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[3])
        torn = builders.annotate(cast.ada, cast.declaration, "1.1", sentences=[1, 2])
        whole = builders.annotate(cast.ada, cast.declaration, "1.0")
        text = scene.reworded(scene.text(cast.declaration), "3.1", SAME, "Zwischen.")
        text = scene.reworded(text, "1.1", "Nicht umgekehrt.")
        scene.publish(cast.declaration, scene.inserted(text, "2.1", LONG_NOW))
        assert "stehen mehrmals da" in mira.get(f"/a/{twin.number}/anchor").text
        assert "nicht mehr beieinander" in mira.get(f"/a/{torn.number}/anchor").text
        page = mira.get(f"/a/{whole.number}/anchor").text
        assert "gilt der ganzen These" in page
        assert "Anderswo zuordnen" not in page

    def test_filters_by_state_and_thesis(self, cast, client, doubts):
        gone = [doubts.gone.number]
        assert waiting(cast.mira, cast.declaration, state=AnchorState.GONE) == gone
        assert waiting(cast.mira, cast.declaration, thesis="3") == [doubts.far.number, doubts.gone.number]
        assert waiting(cast.mira, cast.declaration, thesis="3", state=AnchorState.GONE) == gone
        mira = client.sign_in(cast.mira)
        page = mira.get(f"{LIST}?state=gone&thesis=3").text
        assert "Zum Programm" not in page
        assert "Zu den Öffnungszeiten" in page
        assert "Hier wartet nichts." in mira.get(f"{LIST}?state=gone&thesis=1").text
        for nonsense in ("?state=<script>&thesis=%00", "?start=-1&case=99999999999999", "?thesis=nirgends&case=x"):
            assert mira.get(LIST + nonsense).status_code == 200

    def test_what_is_not_shown_waits_until_it_is_shown_again(self, cast, client, doubts):
        doubts.near.status, doubts.far.status, doubts.gone.status = Status.HIDDEN, Status.WITHDRAWN, Status.PENDING
        db.session.commit()
        assert waiting(cast.mira, cast.declaration) == [doubts.gone.number]
        # Who organises does not read what waits for moderation.
        assert waiting(cast.otto, cast.declaration) == []
        page = client.sign_in(cast.otto).get(LIST).text
        assert "Zum Programm" not in page
        assert "Zu den Öffnungszeiten" not in page
        assert client.get(f"/a/{doubts.gone.number}/anchor").status_code == 404
        assert client.get(f"/a/{doubts.near.number}/anchor").status_code == 404
        assert client.sign_in(cast.mira).get(f"/a/{doubts.far.number}/anchor").status_code == 404

    def test_pages_of_fifty(self, cast, client):
        for number in range(LIST_MAX + 2):
            builders.annotate(cast.ada, cast.declaration, "3.1", body=f"Nummer {number:02}.", sentences=[2])
        first = scene.paragraph(scene.text(cast.declaration), "3.1").sentences[0]
        text = scene.reworded(scene.text(cast.declaration), "3.1", first, "Sie braucht erfahrene Menschen.")
        scene.publish(cast.declaration, text)
        mira = client.sign_in(cast.mira)
        page = mira.get(LIST).text
        assert page.count('class="qitem"') == LIST_MAX
        assert "1 bis 50 von 52" in page
        rest = mira.get(f"{LIST}?start={LIST_MAX}").text
        assert rest.count('class="qitem"') == 2
        assert "Nummer 51." in rest

    def test_budget_holds_however_much_waits(self, cast, client):
        mira = client.sign_in(cast.mira)
        for words in ("Sie braucht Menschen mit Zeit.", "Sie braucht erfahrene Menschen mit viel Zeit."):
            for _ in range(20):
                builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[2])
                builders.annotate(cast.ben, cast.declaration, "2.1")
            text = scene.text(cast.declaration)
            text = scene.reworded(text, "3.1", scene.paragraph(text, "3.1").sentences[0], words)
            scene.publish(cast.declaration, scene.reworded(text, "2.1", f"Ein Gespräch: {words}"))
        for number in range(5):
            checking.leave(cast.mira, look(db.session.get(Annotation, 2 * number + 1)), 3)
        db.session.commit()
        db.session.expunge_all()
        with count_queries() as queries:
            assert mira.get(LIST).status_code == 200
        assert queries.count <= 14, "\n\n".join(queries.statements)

    def test_the_desk_of_moderation_leads_here(self, cast, client, doubts):
        mira = client.sign_in(cast.mira)
        page = mira.get("/d/erklaerung/moderation").text
        assert f'<a href="{LIST}">Stelle prüfen <b>3</b></a>' in page
        for annotation in (doubts.near, doubts.far, doubts.gone):
            checking.leave(cast.mira, look(annotation), 3)
        assert count_waiting(cast.mira, cast.declaration) == 0
        assert "Stelle prüfen <b>0</b>" in mira.get("/d/erklaerung/moderation").text
        assert "Jede Anmerkung hat ihre Stelle." in mira.get(LIST).text

    def test_organisers_find_it_among_their_desks(self, cast, client, doubts):
        page = client.sign_in(cast.otto).get(LIST).text
        assert f'<a href="{LIST}" aria-current="page">Anmerkungen zuordnen</a>' in page
        assert 'href="/d/erklaerung/moderation"' not in page

    def test_who_may_see_it(self, cast, app, doubts):
        for person, status in ((cast.mira, 200), (cast.otto, 200), (cast.ada, 403), (builders.make_user(), 403)):
            visitor = app.test_client().sign_in(person)
            assert visitor.get(LIST).status_code == status
            assert visitor.get(f"/a/{doubts.far.number}/anchor").status_code == status
            expected = 403 if status == 403 else 422
            assert visitor.post(f"/a/{doubts.far.number}/anchor", data={}).status_code == expected
            assert visitor.post(LIST, data={}).status_code == expected
        assert app.test_client().get(LIST).location.startswith("/login")
        assert anchor_of(doubts.far).waits


class TestDecidingOnThePage:
    def send(self, client, annotation, **fields):
        return client.post(f"/a/{annotation.number}/anchor", data={"edition": "3", "seen": "", **fields})

    def test_accept_leads_to_the_next_case(self, cast, client, doubts):
        mira = client.sign_in(cast.mira)
        back = f"{LIST}?case={doubts.far.number}"
        answer = self.send(mira, doubts.near, verdict="accept", back=back)
        assert (answer.status_code, answer.location) == (303, back)
        assert anchor_of(doubts.near).verdict is AnchorVerdict.ACCEPTED
        page = mira.get(back).text
        assert f"A-{doubts.near.number}: gehört hierher." in page
        assert "1 gehört hierher" in page
        assert self.send(mira, doubts.near, verdict="accept", back="//example.org").location == LIST

    def test_move_in_two_steps_without_script(self, cast, client, doubts):
        mira = client.sign_in(cast.mira)
        address = f"/a/{doubts.gone.number}/anchor"
        assert 'value="2.1"' in mira.get(address).text
        assert mira.get(f"{address}?paragraph=%00.1&back=%00").status_code == 200
        page = mira.get(f"{address}?paragraph=2.1").text
        assert "Zu welchen Sätzen von Absatz 2.1?" in page
        assert self.send(mira, doubts.gone, verdict="move", paragraph="2.1", sentence=["1"]).status_code == 303
        anchor = anchor_of(doubts.gone)
        assert (anchor.verdict, anchor.sentences) == (AnchorVerdict.PLACED, [1])
        assert "Zu den Öffnungszeiten" in client.get("/d/erklaerung/2/1").text

    def test_leave_and_change_it_later(self, cast, client, doubts):
        mira = client.sign_in(cast.mira)
        assert self.send(mira, doubts.far, verdict="leave").status_code == 303
        page = mira.get(LIST).text
        assert "Zuletzt entschieden" in page
        assert f"A-{doubts.far.number}: bleibt bei der alten Fassung" in page
        page = mira.get(f"/a/{doubts.far.number}/anchor").text
        assert "Entschieden: bleibt bei der alten Fassung." in page
        seen = page.split('name="seen" value="')[1].split('"')[0]
        assert self.send(mira, doubts.far, verdict="accept", seen=seen).status_code == 303
        assert anchor_of(doubts.far).verdict is AnchorVerdict.ACCEPTED

    def test_somebody_faster_is_said_with_the_present_state(self, cast, app, doubts):
        checking.leave(cast.otto, look(doubts.far), 3)
        answer = self.send(app.test_client().sign_in(cast.mira), doubts.far, verdict="accept")
        assert answer.status_code == 409
        assert "Jemand war schneller" in answer.text
        assert "Entschieden: bleibt bei der alten Fassung." in answer.text
        assert anchor_of(doubts.far).verdict is AnchorVerdict.LEFT

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"verdict": "delete"},
            {"verdict": "move"},
            {"verdict": "move", "paragraph": "9.9"},
            {"verdict": "move", "paragraph": "3.2"},
            {"verdict": "move", "paragraph": "x" * 400},
            {"verdict": "move", "paragraph": "3.\x00"},
            {"verdict": "move", "paragraph": "2.1", "sentence": ["-1", "zwei"]},
            {"verdict": "move", "paragraph": "2.1", "sentence": ["99"]},
            {"verdict": "accept", "edition": "drei"},
            {"verdict": "accept", "edition": ""},
            {"verdict": "accept", "seen": "gestern"},
            {"verdict": "accept", "seen": "2026-01-01"},
        ],
    )
    def test_bad_input_is_refused_in_words(self, cast, client, doubts, fields):
        answer = self.send(client.sign_in(cast.mira), doubts.far, **fields)
        assert answer.status_code == 422
        assert "Bitte prüfen Sie:" in answer.text
        assert anchor_of(doubts.far).waits

    def test_what_cannot_be_accepted_is_refused_in_words(self, cast, client, doubts):
        answer = self.send(client.sign_in(cast.mira), doubts.gone, verdict="accept")
        assert answer.status_code == 422
        assert "Das geht bei dieser Anmerkung nicht." in answer.text

    def test_replies_lead_to_their_thread_and_sure_places_to_their_words(self, cast, client, doubts):
        mira = client.sign_in(cast.mira)
        reply = post_reply(cast.ben, look(doubts.far), Contribution("Ja."))
        sure = builders.annotate(cast.ada, cast.declaration, "2.1", kind=Kind.QUESTION)
        assert mira.get(f"/a/{reply.number}/anchor").location == f"/a/{doubts.far.number}/anchor"
        assert mira.get(f"/a/{sure.number}/anchor").location == f"/a/{sure.number}/wording"
        assert mira.get("/a/999999/anchor").status_code == 404

    def test_nearly_identical_ones_together(self, cast, client, doubts):
        mira = client.sign_in(cast.mira)
        page = mira.get(LIST).text
        assert page.count('name="number"') == 1
        assert f'name="number" id="number-0" value="{doubts.near.number}" checked' in page
        fields = {"edition": "3", "number": [str(doubts.near.number), str(doubts.far.number)]}
        answer = mira.post(LIST, data=fields)
        assert (answer.status_code, answer.location) == (303, LIST)
        page = mira.get(LIST).text
        assert "1 Anmerkung angenommen." in page
        assert anchor_of(doubts.near).verdict is AnchorVerdict.ACCEPTED
        assert anchor_of(doubts.far).waits

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({"edition": "3"}, 422),
            ({"edition": "3", "number": ["eins"]}, 422),
            ({"number": ["1"]}, 422),
            ({"edition": "2", "number": ["1"]}, 409),
        ],
    )
    def test_bad_lists_change_nothing(self, cast, client, doubts, fields, status):
        assert client.sign_in(cast.mira).post(LIST, data=fields).status_code == status
        assert anchor_of(doubts.near).waits

    def test_a_second_moderator_sees_the_same_list(self, cast, app, doubts):
        tomasz = builders.make_member(cast.declaration, "tomasz", Role.MODERATOR)
        checking.accept(cast.mira, look(doubts.near), 3)
        page = app.test_client().sign_in(tomasz).get(LIST).text
        assert "2 Anmerkungen suchen ihre Stelle." in page
        assert builders.membership(cast.mira, cast.declaration).shown_name in page
