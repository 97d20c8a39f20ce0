"""Danger to life or safety: a guide, a note of what was done, and colleagues who know of it at once."""

import pytest
from sqlalchemy import select

from deliberation.annotations.actions import TextInvalid
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.moderation.danger import Step, StepMissing, note_danger
from deliberation.moderation.desk.teamwork import ask_opinion
from deliberation.moderation.models import Handling, Letter, Note, NoteKind
from deliberation.notifications.mailer import to_message
from deliberation.notifications.models import Mail
from deliberation.notifications.pulling import pull_letters
from deliberation.permissions import NotAllowed, Role
from tests import builders

SECRET = "Ich will nicht mehr leben."
WORDS = "110 angerufen, Frau Beispiel kümmert sich."
GUIDE = "/d/erklaerung/moderation/guide"
HOTLINES = ("110", "112", "0800 111 0 111", "0800 19 210 00", "Jugendamt")


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body=SECRET)


def note(cast, annotation, *steps, person=None, key="k"):
    made = note_danger(person or cast.mira, annotation, steps or (Step.POLICE,), WORDS, key)
    db.session.commit()
    return made


class TestNoting:
    def test_it_is_a_note_and_a_line_without_words(self, cast, annotation):
        made = note(cast, annotation, Step.OPERATOR, Step.POLICE)
        assert (made.kind, made.body) == (NoteKind.DANGER, WORDS)
        line = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.DANGER)).one()
        assert (line.annotation_id, line.before, line.after) == (annotation.number, "", "police,operator")

    def test_colleagues_are_asked_for_a_second_opinion(self, cast, annotation):
        note(cast, annotation)
        handling = db.session.get(Handling, annotation.number)
        assert handling.asked_by_id == builders.membership(cast.mira, cast.declaration).id
        assert handling.asked_at is not None

    def test_who_asked_before_stays_the_one_who_asked(self, cast, annotation):
        vera = builders.make_member(cast.declaration, "vera", Role.MODERATOR)
        ask_opinion(vera, annotation)
        note(cast, annotation)
        handling = db.session.get(Handling, annotation.number)
        assert handling.asked_by_id == builders.membership(vera, cast.declaration).id

    def test_the_rest_of_the_team_is_written_to_at_once(self, cast, annotation):
        vera = builders.make_member(cast.declaration, "vera", Role.MODERATOR)
        note(cast, annotation)
        letters = db.session.scalars(select(Letter)).all()
        members = {builders.membership(person, cast.declaration).id for person in (vera, cast.otto)}
        assert {letter.member_id for letter in letters} == members
        assert all(letter.due_at <= now() for letter in letters)

    def test_who_wrote_it_is_not_written_to(self, cast):
        own = builders.annotate(cast.otto, cast.declaration)
        note(cast, own)
        assert db.session.scalars(select(Letter)).all() == []

    def test_mail_has_links_and_no_word_of_the_text(self, cast, app, annotation):
        cast.otto.confirmed_at = now()
        note(cast, annotation)
        pull_letters()
        mail = db.session.scalars(select(Mail)).one()
        message = to_message(mail)
        text = message.get_body(("plain",)).get_content()
        assert f"/a/{annotation.number}/danger" in text
        assert GUIDE in text
        assert "Gefahr" not in message["Subject"]
        for secret in (SECRET, WORDS, "Weide 27"):
            assert secret not in text + message["Subject"]

    def test_sent_twice_it_is_noted_once(self, cast, annotation):
        assert note(cast, annotation).id == note(cast, annotation).id
        assert len(db.session.scalars(select(Note)).all()) == 1
        assert len(db.session.scalars(select(Letter)).all()) == 1

    def test_without_a_step_or_word_nothing_is_noted(self, cast, annotation):
        with pytest.raises(StepMissing):
            note_danger(cast.mira, annotation, (), WORDS)
        with pytest.raises(TextInvalid):
            note_danger(cast.mira, annotation, (Step.NOTHING,), " ")
        assert db.session.scalars(select(Note)).all() == []

    def test_only_moderators_and_not_about_oneself(self, cast, annotation):
        for person in (cast.ada, cast.ben, cast.otto):
            with pytest.raises(NotAllowed):
                note_danger(person, annotation, (Step.POLICE,), WORDS)
        with pytest.raises(NotAllowed, match="not_author"):
            note_danger(cast.mira, builders.annotate(cast.mira, cast.declaration), (Step.POLICE,), WORDS)


class TestPages:
    def test_guide_and_case_name_the_same_numbers(self, cast, client, annotation):
        mira = client.sign_in(cast.mira)
        for path in (GUIDE, f"/a/{annotation.number}/danger"):
            page = mira.get(path).text
            assert all(number in page for number in HOTLINES), path
            assert "Schwere Fälle muss niemand allein tragen." in page

    def test_guide_is_for_the_team(self, cast, client):
        assert client.get(GUIDE).status_code == 303
        for person, status in ((cast.ada, 403), (cast.mira, 200), (cast.otto, 200)):
            assert client.application.test_client().sign_in(person).get(GUIDE).status_code == status

    def test_moderator_writes_down_what_was_done(self, cast, client, annotation):
        form = {"steps": ["police", "author"], "body": WORDS, "form_key": "k"}
        mira = client.sign_in(cast.mira)
        assert mira.post(f"/a/{annotation.number}/danger", data=form).status_code == 303
        body = db.session.scalars(select(Note)).one().body
        assert body == f"Getan: Polizei informiert, Der Person geschrieben.\n\n{WORDS}"

    @pytest.mark.parametrize("form", [{"body": WORDS}, {"steps": "magic", "body": WORDS}])
    def test_nothing_ticked_is_said_and_the_words_stay(self, cast, client, annotation, form):
        answer = client.sign_in(cast.mira).post(f"/a/{annotation.number}/danger", data=form)
        assert answer.status_code == 422
        assert WORDS in answer.text
        assert db.session.scalars(select(Note)).all() == []

    def test_the_form_is_the_moderators(self, cast, client, annotation):
        for person in (cast.ada, cast.ben, cast.otto):
            visitor = client.application.test_client().sign_in(person)
            assert visitor.get(f"/a/{annotation.number}/danger").status_code == 403
