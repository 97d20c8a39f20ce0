"""An annotation is read where it belongs: words, votes and what it was written on stay, and it can be put back."""

import pytest
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, NotInForce, post_reply
from deliberation.annotations.models import Anchor, AnchorVerdict, Annotation, Kind, VoteValue, find_annotation
from deliberation.annotations.positions import cast_vote
from deliberation.annotations.threads import load_entries
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry, Paragraph, current_edition
from deliberation.editions import checking
from deliberation.editions.publishing import publish_edition
from deliberation.editions.reanchoring import plan_edition
from deliberation.moderation import flagging
from deliberation.moderation.actions import ReasonMissing
from deliberation.moderation.models import Decision, DecisionKind, FlagReason, Handling, Letter
from deliberation.moderation.ordering.moving import CannotMove, move
from deliberation.moderation.undoing import undo
from deliberation.permissions import Guest, NotAllowed, Operator, Outdated, Role
from deliberation.proposals.ballots import put_up
from deliberation.proposals.cosigning import cosign
from tests import builders
from tests.editions import scene

REASON = "Das handelt von der Zeit, nicht vom Schutz."


@pytest.fixture
def annotation(cast):
    found = builders.annotate(
        cast.ada, cast.declaration, "3.1", body="Zeit fehlt überall", sentences=[2], quote="braucht Menschen"
    )
    return find_annotation(found.number)


@pytest.fixture
def address(annotation):
    return f"/a/{annotation.number}/move"


def target(cast, at="2.1"):
    return builders.paragraph(cast.declaration, at)


def thesis(cast, number):
    return next(one for one in cast.declaration.theses if one.number == number)


def form(cast, at="2.1", **fields):
    return {"target": f"p{target(cast, at).id}", "reason": REASON, "version": "1", **fields}


def place(annotation):
    found = db.session.get(Annotation, annotation.number, populate_existing=True)
    paragraph = db.session.get(Paragraph, found.paragraph_id) if found.paragraph_id else None
    return paragraph.full_number if paragraph else None


def entry(annotation):
    found = load_entries(Guest(), annotation.declaration_id, Annotation.number == annotation.number, None)
    return found[0]


class TestReaders:
    def test_find_it_at_the_new_place_with_a_link_to_the_old_one(self, cast, annotation, app, address):
        reply = post_reply(cast.ben, annotation, Contribution("Das kenne ich auch"))
        mira = app.test_client().sign_in(cast.mira)
        assert mira.post(address, data=form(cast)).status_code == 303
        guest = app.test_client()
        there, here = guest.get("/d/erklaerung/2/1").text, guest.get("/d/erklaerung/3/1").text
        assert "Zeit fehlt überall" in there
        assert "Das kenne ich auch" in there
        assert "Von der Moderation hierher verschoben" in there
        assert 'href="/d/erklaerung/3/1">Absatz 3.1</a>' in there
        assert f'href="/a/{annotation.number}/wording"' in there
        assert REASON not in there
        assert "Zeit fehlt überall" not in here
        assert "Das kenne ich auch" not in here
        assert db.session.get(Annotation, reply.number).paragraph_id == target(cast).id

    def test_see_no_sentence_of_the_wrong_paragraph_marked(self, cast, annotation, client):
        move(cast.mira, annotation, target(cast), REASON, 1)
        db.session.commit()
        assert entry(annotation).sentences == []
        page = client.get("/d/erklaerung/2/1").text
        assert "data-noted" not in page
        assert 'id="s-2-1-1" data-sentence="1">Ein Gespräch' in page

    def test_quoted_words_are_not_looked_for_where_it_was_put(self, cast, client):
        found = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[2], quote="Menschen")
        scene.publish(
            cast.declaration, scene.reworded(scene.text(cast.declaration), "2.1", "Menschen brauchen ein Gespräch.")
        )
        move(cast.mira, find_annotation(found.number), target(cast), REASON, 1)
        assert "<mark>Menschen</mark> brauchen" not in client.get("/d/erklaerung/2/1").text

    def test_what_it_was_written_on_stays(self, cast, annotation, client):
        before = [getattr(annotation, name) for name in ("wording_id", "sentences", "quote", "edition_id", "body")]
        move(cast.mira, annotation, target(cast), REASON, 1)
        db.session.commit()
        db.session.expire(annotation)
        assert before == [
            getattr(annotation, name) for name in ("wording_id", "sentences", "quote", "edition_id", "body")
        ]
        for path in (f"/a/{annotation.number}", f"/a/{annotation.number}/wording"):
            page = client.get(path).text
            assert "Sie braucht Menschen" in page or "braucht Menschen" in page
            assert "Nichts. Der Wortlaut steht so" not in page
        assert "hat die Anmerkung am" in client.get(f"/a/{annotation.number}/wording").text

    def test_votes_stay(self, cast, annotation, client):
        cast_vote(cast.ben, annotation, VoteValue.AGREE)
        move(cast.mira, annotation, target(cast), REASON, 1)
        assert 'aria-pressed="true"' in client.sign_in(cast.ben).get("/d/erklaerung/2/1").text

    def test_nothing_is_said_about_an_edition_that_is_in_force(self, cast, annotation, client):
        decision = move(cast.mira, annotation, target(cast), REASON, 1)
        undo(cast.mira, decision)
        page = client.get("/d/erklaerung/3/1").text
        assert "geschrieben zu Fassung" not in page
        assert "verschoben" not in page


class TestLaterEditions:
    def test_look_for_it_at_its_present_place(self, cast, annotation, client):
        move(cast.mira, annotation, target(cast), REASON, 1)
        text = scene.reworded(scene.text(cast.declaration), "3.1", "Ganz anders.")
        scene.publish(cast.declaration, scene.moved(text, "2.1", "1.2"))
        page = client.get("/d/erklaerung/1/2a").text
        assert "Zeit fehlt überall" in page
        assert "Von der Moderation hierher verschoben" in page
        assert "mit anderem Wortlaut" not in page
        assert entry(annotation).anchor.state.value == "moved"

    def test_ask_a_person_when_the_new_place_is_reworded(self, cast, annotation, client):
        move(cast.mira, annotation, target(cast), REASON, 1)
        scene.publish(
            cast.declaration, scene.reworded(scene.text(cast.declaration), "2.1", "Ein Gespräch braucht Zeit.")
        )
        assert entry(annotation).anchor.waits
        page = client.sign_in(cast.mira).get("/d/erklaerung/2/1").text
        assert "Stelle prüfen" in page
        assert client.get(f"/a/{annotation.number}/anchor").status_code == 200
        checking.accept(cast.mira, find_annotation(annotation.number), 2)
        assert place(annotation) == "2.1"

    @pytest.mark.parametrize("at", ["3.0", "3.1"])
    def test_whole_theses_and_paragraphs_change_places(self, cast, at, client):
        found = find_annotation(builders.annotate(cast.ada, cast.declaration, at, body="Wandert").number)
        goal = thesis(cast, "2") if at == "3.1" else target(cast)
        move(cast.mira, found, goal, REASON, 1)
        changed = scene.reworded(scene.text(cast.declaration), "2.1", "Ein Gespräch braucht seine Zeit.")
        scene.publish(cast.declaration, scene.reworded(changed, "3.1", "Anders."))
        assert entry(found).anchor.waits
        address = "/d/erklaerung/2/0" if at == "3.1" else "/d/erklaerung/2/1"
        mira = client.sign_in(cast.mira)
        assert "Wandert" in mira.get(address).text
        for act in ("", "/wording", "/anchor", "/move"):
            assert mira.get(f"/a/{found.number}{act}").status_code == 200


class TestPuttingBack:
    @pytest.mark.parametrize("at", ["3.0", "3.1"])
    def test_it_is_as_before(self, cast, at):
        found = find_annotation(builders.annotate(cast.ada, cast.declaration, at, sentences=[2]).number)
        reply = post_reply(cast.ben, found, Contribution("Ja"))
        decision = move(cast.mira, found, target(cast), REASON, 1)
        undo(cast.mira, decision)
        db.session.commit()
        assert place(found) == place(reply) == (None if at == "3.0" else "3.1")
        assert (found.thesis.number, list(entry(found).sentences)) == ("3", [] if at == "3.0" else [2])
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "2.1", "Anders."))
        assert entry(found).anchor.state.value == "same"

    def test_after_an_edition_it_is_where_that_would_have_put_it(self, cast, annotation):
        stays = find_annotation(builders.annotate(cast.ben, cast.declaration, "3.1", sentences=[2]).number)
        decision = move(cast.mira, annotation, target(cast), REASON, 1)
        first, second = scene.paragraph(scene.text(cast.declaration), "3.1").sentences
        text = scene.reworded(scene.text(cast.declaration), "3.1", first)
        scene.publish(cast.declaration, scene.inserted(text, "1.1", second))
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "2.1", "Anders."))
        undo(cast.mira, decision)
        db.session.commit()
        assert place(annotation) == place(stays) == "1.1a"
        ours, theirs = ([_shape(a) for a in _anchors(one)] for one in (annotation, stays))
        assert ours[1:] == theirs

    def test_a_check_that_waited_waits_again(self, cast, annotation):
        first = scene.paragraph(scene.text(cast.declaration), "3.1").sentences[0]
        scene.publish(
            cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", first, "Sie braucht kluge Menschen.")
        )
        before = _shape(entry(annotation).anchor)
        assert entry(annotation).anchor.waits
        decision = move(cast.mira, annotation, target(cast), REASON, 1)
        assert not entry(annotation).anchor.waits
        undo(cast.mira, decision)
        db.session.commit()
        assert _shape(entry(annotation).anchor) == before
        checking.accept(cast.mira, find_annotation(annotation.number), 2)

    def test_twice_moved_goes_back_step_by_step(self, cast, annotation):
        move(cast.mira, annotation, target(cast), REASON, 1)
        second = move(cast.mira, annotation, target(cast, "1.1"), REASON, 2)
        undo(cast.mira, second)
        assert place(annotation) == "2.1"
        assert entry(annotation).anchor.verdict is AnchorVerdict.PLACED

    def test_page_of_the_desk_takes_it_back(self, cast, annotation, client, address):
        mira = client.sign_in(cast.mira)
        mira.post(address, data=form(cast))
        decision = db.session.scalars(select(Decision)).one()
        answer = mira.post("/d/erklaerung/moderation/undo", data={"decision": decision.id})
        assert answer.status_code == 303
        assert place(annotation) == "3.1"


def _anchors(annotation):
    query = select(Anchor).where(Anchor.annotation_id == annotation.number).order_by(Anchor.edition_id)
    return db.session.scalars(query).all()


def _shape(anchor):
    return anchor.state, anchor.similarity, anchor.paragraph_id, anchor.wording_id, anchor.sentences, anchor.verdict


class TestRecord:
    def test_decision_log_and_letter_name_both_places_and_no_word(self, cast, annotation):
        decision = move(cast.mira, annotation, target(cast), f" {REASON}\n", 1, "Hallo, es passt besser dort.")
        assert (decision.kind, decision.reason, decision.version) == (DecisionKind.MOVE, REASON, 2)
        assert (decision.facts["from"], decision.facts["to"]) == ("3.1", "2.1")
        line = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.MOVE)).one()
        assert (line.before, line.after) == ("3.1", "2.1")
        letter = db.session.scalars(select(Letter)).one()
        assert (letter.template, letter.member_id, letter.facts["to"]) == ("move", annotation.author_id, "2.1")
        assert letter.body == "Hallo, es passt besser dort."

    def test_letter_is_shown_before(self, cast, annotation, client, address):
        page = client.sign_in(cast.mira).post(address, data=form(cast, step="letter", letter="Eigene Worte"))
        assert page.status_code == 200
        assert "bei Absatz 2.1 statt bei Absatz 3.1" in page.text
        assert "Eigene Worte" in page.text
        assert place(annotation) == "3.1"

    def test_same_form_sent_twice_is_one_decision(self, cast, annotation, client, address):
        mira = client.sign_in(cast.mira)
        first, second = (mira.post(address, data=form(cast)) for _ in range(2))
        assert (first.status_code, first.location) == (second.status_code, second.location)
        assert len(db.session.scalars(select(Decision)).all()) == 1
        assert len(db.session.scalars(select(Letter)).all()) == 1


class TestRefusals:
    def test_somebody_was_faster(self, cast, annotation, client, address):
        tomasz = builders.make_member(cast.declaration, "tomasz", Role.MODERATOR)
        move(tomasz, annotation, target(cast, "1.1"), REASON, 1)
        answer = client.sign_in(cast.mira).post(address, data=form(cast))
        assert answer.status_code == 409
        assert REASON in answer.text
        assert place(annotation) == "1.1"

    def test_missing_and_wrong_fields_keep_what_was_written(self, cast, annotation, client, address):
        mira = client.sign_in(cast.mira)
        wrongs = (
            {"reason": "kurz"}, {"reason": "x" * 601}, {"target": ""}, {"target": "p999999"}, {"target": "x"},
            {"version": "x"}, {"letter": "x" * 3001}, {"target": f"p{target(cast, '3.1').id}"},
        )  # fmt: skip
        for wrong in wrongs:
            answer = mira.post(address, data={**form(cast, letter="Mein Brief"), **wrong})
            assert answer.status_code == 422, wrong
            assert "<title>Fehler: " in answer.text
            assert wrong.get("letter", "Mein Brief") in answer.text
        assert place(annotation) == "3.1"

    @pytest.mark.parametrize("name", ["ada", "ben", "otto"])
    def test_nobody_without_the_role(self, cast, annotation, client, name, address):
        person = client.sign_in(getattr(cast, name))
        assert person.get(address).status_code == 403
        assert person.post(address, data=form(cast)).status_code == 403
        assert ">Einordnen" not in person.get("/d/erklaerung/3/1").text

    def test_guest_is_led_to_the_sign_in_and_sees_no_link(self, client, address):
        assert client.get(address).location.startswith("/login")
        assert ">Einordnen" not in client.get("/d/erklaerung/3/1").text

    def test_moderators_leave_their_own_words_where_they_are(self, cast, client):
        own = builders.annotate(cast.mira, cast.declaration)
        answer = client.sign_in(cast.mira).post(f"/a/{own.number}/move", data=form(cast))
        assert answer.status_code == 403
        assert "Das ist Ihr eigener Beitrag." in answer.text

    def test_what_a_colleague_has_in_hand_or_one_reported_oneself(self, cast, annotation):
        tomasz = builders.make_member(cast.declaration, "tomasz", Role.MODERATOR)
        held = Handling(
            annotation_id=annotation.number,
            holder_id=builders.membership(tomasz, cast.declaration).id,
            held_until=now().replace(year=2100),
        )
        db.session.add(held)
        with pytest.raises(NotAllowed, match="not_held"):
            move(cast.mira, annotation, target(cast), REASON, 1)
        db.session.delete(held)
        flagging.flag(cast.mira, annotation, FlagReason.OTHER, "Passt nicht")
        with pytest.raises(NotAllowed, match="not_reporter"):
            move(cast.mira, annotation, target(cast), REASON, 1)

    def test_verb_wants_a_reason_and_a_place_of_this_text(self, cast, annotation):
        with pytest.raises(ReasonMissing):
            move(cast.mira, annotation, target(cast), "kurz", 1)
        other = builders.make_declaration("zweite", title="Zweite")
        with pytest.raises(CannotMove, match="elsewhere"):
            move(cast.mira, annotation, builders.paragraph(other, "2.1"), REASON, 1)
        with pytest.raises(CannotMove, match="here"):
            move(cast.mira, annotation, target(cast, "3.1"), REASON, 1)

    def test_a_place_that_is_gone_or_reworded_meanwhile(self, cast, annotation):
        gone, stale = target(cast, "1.2"), target(cast, "2.1")
        old = stale.wording_id
        text = scene.removed(scene.text(cast.declaration), "1.2")
        scene.publish(cast.declaration, scene.reworded(text, "2.1", "Ganz anders."))
        with pytest.raises(NotInForce):
            move(cast.mira, annotation, gone, REASON, 1)
        # As a page that was loaded before the edition would have it.
        db.session.refresh(stale)
        assert stale.thesis
        db.session.expunge(stale)
        stale.wording_id = old
        with pytest.raises(Outdated):
            move(cast.mira, annotation, stale, REASON, 1)

    def test_replies_go_with_their_conversation(self, cast, annotation, client):
        reply = post_reply(cast.ben, annotation, Contribution("Ja"))
        with pytest.raises(NotAllowed, match="opens_thread"):
            move(cast.mira, find_annotation(reply.number), target(cast), REASON, 1)
        answer = client.sign_in(cast.mira).get(f"/a/{reply.number}/move")
        assert answer.location == f"/a/{annotation.number}/move"

    def test_proposals_stay_with_the_words_that_others_signed_or_vote_on(self, cast, client):
        def propose(**fields):
            found = builders.annotate(
                cast.ada, cast.declaration, "3.1", kind=Kind.PROPOSAL, wording="Schutz braucht Zeit.", **fields
            )
            return find_annotation(found.number)

        whole, partial, signed, ballot = propose(), propose(sentences=[2]), propose(), propose(body="Zur Wahl")
        cosign(cast.ben, signed)
        put_up(cast.otto, target(cast, "3.1"), [ballot], "b")
        for one, reason in ((partial, "sentences"), (signed, "signed"), (ballot, "ballot")):
            with pytest.raises(CannotMove, match=reason):
                move(cast.mira, one, target(cast), REASON, 1)
        with pytest.raises(CannotMove, match="whole"):
            move(cast.mira, whole, thesis(cast, "2"), REASON, 1)
        answer = client.sign_in(cast.mira).post(f"/a/{ballot.number}/move", data=form(cast))
        assert answer.status_code == 422
        assert "in der Schlussrunde abgestimmt" in answer.text
        move(cast.mira, whole, target(cast), REASON, 1)
        assert place(whole) == "2.1"
        assert "Verglichen mit dem Wortlaut" in client.get("/d/erklaerung/2/1").text


def test_an_edition_planned_before_a_move_respects_it(cast, annotation):
    new = scene.reworded(scene.text(cast.declaration), "1.1", "Anders.")
    plan = plan_edition(cast.declaration, new)
    move(cast.mira, annotation, target(cast), REASON, 1)
    publish_edition(Operator(), cast.declaration, plan, "Aus der Beratung.")
    db.session.commit()
    assert place(annotation) == "2.1"
    assert current_edition(cast.declaration).number == 2
    assert entry(annotation).anchor.paragraph_id == target(cast).id
