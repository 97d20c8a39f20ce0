"""A conversation comes to its end: with a summary that names what it sums up, and it can be opened again."""

import pytest
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, TextInvalid, post_reply
from deliberation.annotations.models import Annotation, Response, ResponseKind, find_annotation
from deliberation.annotations.responses import NothingCited
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Decision, Rule
from deliberation.moderation.ordering.closing import close_thread, reopen_thread
from deliberation.moderation.undoing import undo
from deliberation.permissions import NotAllowed, Outdated, Role
from tests import builders


@pytest.fixture
def root(cast):
    return find_annotation(builders.annotate(cast.ada, cast.declaration).number)


@pytest.fixture
def reply(cast, root):
    found = post_reply(cast.ben, root, Contribution("Sehe ich anders"))
    db.session.commit()
    return find_annotation(found.number)


@pytest.fixture
def address(root):
    return f"/a/{root.number}/close"


def words(*annotations):
    return "Einig sind sich " + " und ".join(one.label for one in annotations) + " nur im Ziel."


def form(root, **fields):
    return {"body": words(root), "version": "1", **fields}


def is_closed(*annotations):
    return [db.session.get(Annotation, one.number, populate_existing=True).is_closed for one in annotations]


class TestClosing:
    def test_readers_see_day_and_summary_and_nobody_replies(self, cast, root, reply, app, address):
        assert app.test_client().sign_in(cast.mira).post(address, data=form(root)).status_code == 303
        for visitor in (app.test_client(), app.test_client().sign_in(cast.ben)):
            for path in ("/d/erklaerung/3/1", f"/a/{root.number}"):
                page = visitor.get(path).text
                assert "Gespräch geschlossen am" in page
                assert "Zusammenfassung darunter" in page
                assert "Moderation, Zusammenfassung" in page
                assert f'<a class="ref" href="/a/{root.number}">{root.label}</a>' in page
                assert "Sehe ich anders" in page
                assert f"/a/{root.number}/replies" not in page
                assert page.index("Gespräch geschlossen am") < page.index("Moderation, Zusammenfassung")

    def test_who_was_writing_is_told_and_keeps_the_words(self, cast, root, reply, client):
        close_thread(cast.mira, root, words(root, reply), 1)
        ben = client.sign_in(cast.ben)
        for one in (root, reply):
            answer = ben.post(f"/a/{one.number}/replies", data={"body": "Noch ein Gedanke", "action": "send"})
            assert answer.status_code == 403
            assert "Dieses Gespräch ist geschlossen." in answer.text
            assert "Noch ein Gedanke" in answer.text
            with pytest.raises(NotAllowed, match="thread_open"):
                post_reply(cast.ben, one, Contribution("Doch"))

    def test_record_names_states(self, cast, root, reply):
        decision = close_thread(cast.mira, root, words(reply), 1)
        assert is_closed(root, reply) == [True, True]
        assert (root.version, decision.version) == (2, 2)
        line = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.CLOSE)).one()
        assert (line.before, line.after) == ("open", "closed")
        response = db.session.scalars(select(Response)).one()
        assert (response.kind, response.annotation_id) == (ResponseKind.SUMMARY, root.number)

    def test_summary_names_contributions_of_this_conversation(self, cast, root, reply, client, address):
        other = builders.annotate(cast.ben, cast.declaration)
        mira = client.sign_in(cast.mira)
        for body in ("", "kurz", "Einig sind sich alle.", words(other), "x" * 601):
            answer = mira.post(address, data=form(root, body=body))
            assert answer.status_code == 422
            assert "<title>Fehler: " in answer.text
            assert body in answer.text
            assert 'name="version" value="1"' in answer.text
            with pytest.raises(TextInvalid):
                close_thread(cast.mira, root, body, 1)
        hide(cast.mira, reply, Rule.RESPECT, "Das geht so nicht.", 1)
        with pytest.raises(NothingCited):
            close_thread(cast.mira, root, words(reply), 1)
        assert is_closed(root, reply) == [False, False]

    def test_same_form_sent_twice_closes_once(self, cast, root, client, address):
        mira = client.sign_in(cast.mira)
        first, second = (mira.post(address, data=form(root)) for _ in range(2))
        assert (first.status_code, first.location) == (second.status_code, second.location)
        assert len(db.session.scalars(select(Response)).all()) == 1
        assert len(db.session.scalars(select(Decision)).all()) == 1

    def test_somebody_was_faster(self, cast, root, client, address):
        tomasz = builders.make_member(cast.declaration, "tomasz", Role.MODERATOR)
        close_thread(tomasz, root, words(root), 1)
        answer = client.sign_in(cast.mira).post(address, data=form(root))
        assert answer.status_code == 409
        assert words(root) in answer.text
        with pytest.raises(Outdated):
            close_thread(cast.mira, root, words(root), 2)


class TestOpeningAgain:
    def test_people_go_on_and_the_summary_stays(self, cast, root, reply, client, address):
        close_thread(cast.mira, root, words(root), 1)
        mira = client.sign_in(cast.mira)
        assert "Wieder öffnen" in mira.get(address).text
        for _ in range(2):
            assert mira.post(address, data={"action": "reopen", "version": "2"}).status_code == 303
        assert is_closed(root, reply) == [False, False]
        post_reply(cast.ben, find_annotation(root.number), Contribution("Weiter geht es"))
        assert "Moderation, Zusammenfassung" in client.get("/d/erklaerung/3/1").text

    def test_what_is_open_is_not_opened(self, cast, root, client, address):
        with pytest.raises(Outdated):
            reopen_thread(cast.mira, root, 1)
        mira = client.sign_in(cast.mira)
        assert mira.post(address, data={"action": "reopen", "version": "x"}).status_code == 422
        assert mira.post(address, data={"action": "reopen", "version": "1"}).status_code == 409

    def test_a_slip_is_taken_back_with_its_summary(self, cast, root, reply):
        decision = close_thread(cast.mira, root, words(root), 1)
        undo(cast.mira, decision)
        assert is_closed(root, reply) == [False, False]
        assert db.session.scalars(select(Response)).all() == []

    def test_opening_by_mistake_too(self, cast, root, reply):
        close_thread(cast.mira, root, words(root), 1)
        closed_at = root.closed_at
        undo(cast.mira, reopen_thread(cast.mira, root, 2))
        assert is_closed(root, reply) == [True, True]
        assert root.closed_at == closed_at


class TestWhoCloses:
    @pytest.mark.parametrize("name", ["ada", "ben", "otto"])
    def test_nobody_without_the_role(self, cast, root, client, name, address):
        person = client.sign_in(getattr(cast, name))
        assert person.get(address).status_code == 403
        assert person.post(address, data=form(root)).status_code == 403
        assert is_closed(root) == [False]

    def test_guest_is_led_to_the_sign_in(self, client, address):
        assert client.get(address).location.startswith("/login")

    def test_not_who_began_it(self, cast, client):
        own = builders.annotate(cast.mira, cast.declaration)
        answer = client.sign_in(cast.mira).post(f"/a/{own.number}/close", data=form(own))
        assert answer.status_code == 403

    def test_only_from_its_beginning(self, cast, root, reply, client):
        with pytest.raises(NotAllowed, match="opens_thread"):
            close_thread(cast.mira, reply, words(root), 1)
        with pytest.raises(NotAllowed, match="opens_thread"):
            reopen_thread(cast.mira, reply, 1)
        answer = client.sign_in(cast.mira).get(f"/a/{reply.number}/close")
        assert answer.location == f"/a/{root.number}/close"
