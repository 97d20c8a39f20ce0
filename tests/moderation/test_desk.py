"""The desk: what waits, in which order, and how one gets through it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, inspect

from deliberation import clock, revisions
from deliberation.annotations import patterns
from deliberation.annotations.actions import Contribution, edit_annotation, post_reply
from deliberation.annotations.models import Annotation, Kind, ResponseKind, Status
from deliberation.annotations.responses import respond
from deliberation.database import db
from deliberation.declarations.models import Policy
from deliberation.moderation import actions, flagging
from deliberation.moderation.desk import queue
from deliberation.moderation.desk.piles import Tab
from deliberation.moderation.desk.queue import load_queue
from deliberation.moderation.models import FlagReason, Rule
from deliberation.moderation.views import HIT_LABELS
from deliberation.permissions import Guest, NotAllowed, Phase, Role
from tests import builders
from tests.counting import count_queries

REASON = "Bitte ohne Namen, dann passt es."
DESK = "/d/erklaerung/moderation"


@pytest.fixture
def mira(cast, client):
    return client.sign_in(cast.mira)


def hold(cast, body="Noch nicht gelesen", author=None, because=(["address", "Frau M."],), **fields):
    held = builders.annotate(author or cast.ada, cast.declaration, body=body, **fields)
    held.status = Status.PENDING
    held.held_because = list(because)
    db.session.commit()
    return held


def waiting(cast, tab):
    return [item.annotation.number for item in load_queue(cast.mira, cast.declaration, tab).items]


class TestPiles:
    def test_each_case_is_in_its_pile_and_the_most_urgent_opens(self, cast, mira):
        hold(cast)
        flagged = builders.annotate(cast.ben, cast.declaration, body="Schon gemeldet")
        flagging.flag(Guest(), flagged, FlagReason.ATTACK, "Bitte lesen")
        asked = builders.annotate(cast.ben, cast.declaration, body="Wer antwortet?", kind=Kind.QUESTION)
        page = mira.get(DESK).text
        assert "3 Beiträge warten." in page
        assert "1 ist noch nicht sichtbar und braucht Sie zuerst." in page
        assert "Noch nicht gelesen" in page
        assert "Schon gemeldet" in mira.get(f"{DESK}?tab=flagged").text
        assert "Wer antwortet?" in mira.get(f"{DESK}?tab=unanswered&case={asked.number}").text

    def test_one_contribution_in_two_piles_counts_once(self, cast, mira):
        asked = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
        flagging.flag(cast.ben, asked, FlagReason.OTHER)
        assert "1 Beitrag wartet." in mira.get(DESK).text

    def test_oldest_first_and_a_report_counts_from_its_day(self, cast):
        start = datetime(2026, 5, 1, 9, tzinfo=UTC)
        made = []
        for hours in (0, 1, 2):
            with clock.frozen_at(start + timedelta(hours=hours)):
                made.append(builders.annotate(cast.ada, cast.declaration))
        for hours, annotation in ((5, made[0]), (3, made[2]), (4, made[1]), (6, made[2])):
            with clock.frozen_at(start + timedelta(hours=hours)):
                flagging.flag(Guest(), annotation, FlagReason.OTHER)
        assert waiting(cast, Tab.FLAGGED) == [made[2].number, made[1].number, made[0].number]

    def test_answered_questions_do_not_wait(self, cast, mira):
        by_reader = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
        reply = post_reply(cast.ben, by_reader, Contribution("Ja."))
        by_team = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
        respond(cast.mira, by_team, ResponseKind.INFORMATION, "Ab Mai.")
        assert waiting(cast, Tab.UNANSWERED) == []
        assert "Alles gelesen." in mira.get(DESK).text
        actions.hide(cast.mira, reply, Rule.STAY, REASON, 1)
        assert waiting(cast, Tab.UNANSWERED) == [by_reader.number]

    def test_returned_text_waits_for_its_author_until_it_is_revised(self, cast, mira):
        held = hold(cast)
        actions.return_for_revision(cast.mira, held, Rule.PROTECT, REASON, 1)
        assert (waiting(cast, Tab.PENDING), waiting(cast, Tab.RETURNED)) == ([], [held.number])
        page = mira.get(DESK).text
        assert "Nichts wartet." in page
        assert "Zurückgegeben <b>1</b>" in page
        assert "Jetzt ist Weide 27 an der Reihe." in mira.get(f"{DESK}?tab=returned").text
        edit_annotation(cast.ada, held, "Jetzt ohne Namen")
        assert (waiting(cast, Tab.PENDING), waiting(cast, Tab.RETURNED)) == ([held.number], [])

    def test_moderators_own_words_wait_for_others(self, cast):
        hold(cast, author=cast.mira)
        tomasz = builders.make_member(cast.declaration, "tomasz", Role.MODERATOR)
        assert load_queue(cast.mira, cast.declaration).total == 0
        assert load_queue(tomasz, cast.declaration).total == 1

    def test_withdrawn_and_other_declarations_do_not_wait(self, cast):
        flagged = builders.annotate(cast.ada, cast.declaration)
        flagging.flag(cast.ben, flagged, FlagReason.OTHER)
        flagged.status = Status.WITHDRAWN
        other = builders.make_declaration("zweite", title="Zweite Erklärung")
        builders.annotate(cast.ada, other, kind=Kind.QUESTION)
        assert load_queue(cast.mira, cast.declaration).total == 0


class TestCase:
    def test_passages_are_marked_and_named(self, cast, mira):
        cast.declaration.policy = Policy.PATTERN
        builders.annotate(cast.ada, cast.declaration, body="Bei Frau M. war es so.\n\n**Immer** am Telefon.")
        page = mira.get(DESK).text
        assert '<span class="hit">Frau M.</span>' in page
        assert "Anrede mit Namen" in page
        assert "Sie entscheidet nichts." in page

    def test_every_passage_has_a_name(self):
        assert set(HIT_LABELS) == set(patterns.CODES)

    def test_first_contribution_is_called_so(self, cast, mira):
        hold(cast, body="Mein Anfang")
        assert "erster Beitrag" in mira.get(DESK).text
        second = hold(cast, body="Und weiter")
        assert "2. Beitrag" in mira.get(f"{DESK}?case={second.number}").text

    def test_paragraph_and_conversation_stand_around_it(self, cast, mira):
        root = builders.annotate(cast.ada, cast.declaration, body="So fing es an")
        reply = post_reply(cast.ben, root, Contribution("Eine Antwort"))
        reply.status = Status.PENDING
        page = mira.get(DESK).text
        assert "Eine Inobhutnahme ist keine Dienstleistung." in page
        assert "So fing es an" in page
        assert "darauf wird geantwortet" in page

    def test_script_in_a_held_text_is_shown_as_text(self, cast, mira):
        cast.declaration.policy = Policy.PATTERN
        builders.annotate(cast.ada, cast.declaration, body="<script>alert(1)</script> Frau M. rief an.")
        assert "<script>alert" not in mira.get(DESK).text

    def test_case_that_waits_no_more_is_named_and_the_next_one_opened(self, cast, mira):
        gone, there = hold(cast, "Schon entschieden"), hold(cast, "Der nächste Fall")
        actions.publish(cast.mira, gone, 1)
        page = mira.get(f"{DESK}?tab=pending&case={gone.number}").text
        assert f"A-{gone.number} wartet hier nicht mehr." in page
        assert f'value="{there.version}"' in page
        assert "Der nächste Fall" in page


class TestWorkingThrough:
    def test_pile_is_cleared_by_following_the_form(self, cast, mira):
        held = [hold(cast, f"Text {number}") for number in range(3)]
        path = DESK
        for left in (3, 2, 1):
            page = mira.get(path).text
            assert f"Beitrag 1 von {left}" in page
            number, back = _form_of(page)
            data = {"decision": "publish", "version": "1", "back": back}
            path = mira.post(f"/a/{number}/decisions", data=data).location
        assert "Alles gelesen." in mira.get(path).text
        db.session.expire_all()
        assert all(annotation.is_visible for annotation in held)

    def test_last_case_of_a_pile_leads_to_the_next_pile(self, cast, mira):
        hold(cast)
        builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION, body="Wer antwortet?")
        number, back = _form_of(mira.get(DESK).text)
        answer = mira.post(f"/a/{number}/decisions", data={"decision": "publish", "version": "1", "back": back})
        assert "Wer antwortet?" in mira.get(answer.location).text

    def test_own_decisions_stay_at_hand(self, cast, mira):
        held = hold(cast)
        actions.hide(cast.mira, held, Rule.STAY, REASON, 1)
        page = mira.get(DESK).text
        assert f"A-{held.number}</a> nicht gezeigt" in page
        assert f"Rückgängig<span class=\"vh\">: A-{held.number}" in page

    def test_fifty_are_listed_and_the_others_follow(self, cast, mira):
        for number in range(53):
            hold(cast, f"Text {number:02}")
        page = mira.get(DESK).text
        assert page.count('class="qitem"') == 50
        assert "1 bis 50 von 53" in page
        rest = mira.get(f"{DESK}?tab=pending&start=50").text
        assert rest.count('class="qitem"') == 3
        assert "Text 52" in rest
        for start in ("53", "-1", "9" * 30):
            assert "Text 00" in mira.get(f"{DESK}?tab=pending&start={start}").text

    def test_budget_holds_however_much_waits(self, cast, mira):
        cast.declaration.policy = Policy.ALL
        for number in range(60):
            author = (cast.ada, cast.ben, cast.otto)[number % 3]
            held = builders.annotate(author, cast.declaration, body=f"Text {number}")
            if number % 2:
                held.status = Status.VISIBLE
                flagging.flag(Guest(), held, FlagReason.OTHER)
                actions.hide(cast.mira, held, Rule.STAY, REASON, 1)
                actions.restore(cast.mira, held, 2)
                flagging.flag(cast.mira, held, FlagReason.OTHER)
                post_reply(cast.ben, held, Contribution("Dazu auch")).status = Status.VISIBLE
        for tab in Tab:
            assert_in_ten_queries(mira, f"{DESK}?tab={tab.value}")

    @pytest.mark.parametrize("tab", Tab)
    def test_whoever_looks_at_it_changes_nothing_that_readers_see(self, cast, mira, tab):
        hold(cast)
        builders.annotate(cast.ben, cast.declaration, kind=Kind.QUESTION)
        db.session.commit()
        before = revisions.read_revisions(db.engine)
        assert mira.get(f"{DESK}?tab={tab.value}").status_code == 200
        assert revisions.read_revisions(db.engine) == before

    def test_five_thousand_open_cases_open_in_ten_queries(self, cast, mira):
        first = hold(cast, body="Frau M. aus der Uhlandstraße 4")
        row = {
            column.key: getattr(first, column.key)
            for column in inspect(Annotation).column_attrs
            if column.key not in ("number", "form_key")
        }
        rows = [{**row, "form_key": f"row-{n}", "body": f"Noch nicht gelesen, Nummer {n}."} for n in range(5000)]
        db.session.execute(insert(Annotation), rows)
        flagging.flag(Guest(), builders.annotate(cast.ben, cast.declaration), FlagReason.OTHER)
        page = assert_in_ten_queries(mira, DESK)
        assert "mehr als 1 000 Beiträge warten." in page.replace("\u2009", " ").replace("\u202f", " ")
        assert_in_ten_queries(mira, f"{DESK}?tab=pending&start=950&thesis=3&age=24&mine=1")

    def test_a_large_pile_shows_its_oldest_thousand_and_then_begins_anew(self, cast, mira, monkeypatch):
        monkeypatch.setattr(queue, "COUNT_MAX", 4)
        monkeypatch.setattr(queue, "LIST_MAX", 2)
        held = [hold(cast, body=f"Frau M. aus der Uhlandstraße {number}") for number in range(7)]
        page = load_queue(cast.mira, cast.declaration, Tab.PENDING, start=2)
        assert page.counts[Tab.PENDING] == page.total == 5
        assert [item.annotation.number for item in page.items] == [one.number for one in held[2:4]]
        assert page.next_start is None
        assert load_queue(cast.mira, cast.declaration, Tab.PENDING, start=4).start == 0


def assert_in_ten_queries(visitor, address):
    """Person, declaration, everything on the page, and the mark that she is here."""
    visitor.get(address)
    db.session.commit()
    db.session.expunge_all()
    with count_queries() as queries:
        page = visitor.get(address)
    assert page.status_code == 200
    assert queries.count <= 10, "\n\n".join(queries.statements)
    return page.text


def _form_of(page):
    """Number of the opened case and the way back in its form."""
    form = page.split('<form method="post" action="/a/')[1]
    back = form.split('name="back" value="')[1].split('"')[0]
    return form.split("/")[0], back.replace("&amp;", "&")


def test_a_missing_reason_leaves_the_desk_where_it_was(cast, mira):
    first, _second = hold(cast), hold(cast, "Noch einer")
    sent = {"decision": "hide", "version": "1", "back": f"{DESK}?tab=pending&thesis=3", "reason": "kurz"}
    answer = mira.post(f"/a/{first.number}/decisions", data=sent)
    assert answer.status_code == 422
    for words in ("Bitte nennen Sie die Regel.", "Noch einer", ">kurz</textarea>", "Beitrag 1 von 2", "<title>Fehler:"):
        assert words in answer.text, words
    elsewhere = mira.post(f"/a/{first.number}/decisions", data={**sent, "back": ""})
    assert (elsewhere.status_code, "Noch einer" in elsewhere.text) == (422, False)


class TestGreeting:
    @pytest.mark.parametrize(
        ("hour", "greeting", "thanks"),
        [
            (4, "Guten Morgen", "Danke für Ihre Zeit heute."),
            (10, "Guten Tag", "Danke für Ihre Zeit heute."),
            (19, "Guten Abend", "Danke für Ihre Zeit heute Abend."),
            (23, "Guten Abend", "Danke für Ihre Zeit heute Abend."),
        ],
    )
    def test_follows_the_hour_in_berlin(self, mira, hour, greeting, thanks):
        with clock.frozen_at(datetime(2026, 5, 1, hour, 30, tzinfo=UTC)):
            page = mira.get(DESK).text
        assert f"{greeting}. Nichts wartet." in page
        assert f"Alles gelesen. {thanks}" in page

    def test_calls_moderators_by_their_signing_name(self, cast, mira):
        builders.membership(cast.mira, cast.declaration).signing_name = "Mira S."
        assert '<span class="nowrap">Mira S.</span> Nichts wartet.' in mira.get(DESK).text


class TestWhoSeesIt:
    @pytest.mark.parametrize("name", ["ada", "otto"])
    def test_only_moderators(self, cast, client, name):
        answer = client.sign_in(getattr(cast, name)).get(DESK)
        assert answer.status_code == 403
        assert "Diese Seite ist für die Moderation." in answer.text
        with pytest.raises(NotAllowed):
            load_queue(getattr(cast, name), cast.declaration)

    def test_guest_is_led_to_the_sign_in_and_back(self, cast, client):
        assert client.get(DESK).location == "/login?next=/d/erklaerung/moderation"

    def test_desk_of_a_draft_does_not_exist_for_others(self, cast, client):
        cast.declaration.phase = Phase.DRAFT
        # A guest is asked who she is first, whether there is such a desk or not.
        assert [client.get(path).status_code for path in (DESK, "/d/gibt-es-nicht/moderation")] == [303, 303]
        assert client.sign_in(cast.ada).get(DESK).status_code == 404

    def test_unknown_pile_is_the_first_one(self, cast, mira):
        hold(cast)
        assert "Noch nicht gelesen" in mira.get(f"{DESK}?tab=nonsense&case=nonsense").text
