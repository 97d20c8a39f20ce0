"""One's own statement with its receipt, notes for oneself, mails one wants, and leaving in a hurry."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from deliberation.annotations.actions import withdraw
from deliberation.annotations.models import Kind, StanceValue, VoteValue
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.notifications.pulling import pull_letters
from deliberation.privacy import notes, statement
from deliberation.privacy.models import NOTE_MAX, PrivateNote
from deliberation.proposals.cosigning import cosign
from tests import builders
from tests.accounts.post import mails_to
from tests.editions import scene as editions

CANARY = "Kanariennotiz"


@pytest.fixture
def spoken(cast):
    """ada has said and signed something, in another order than that of the text."""
    cast.late = builders.annotate(cast.ada, cast.declaration, "3.2", "Zur zweiten Stelle.")
    cast.early = builders.annotate(
        cast.ada, cast.declaration, "1.1", "Zur ersten Stelle.", kind=Kind.PROPOSAL, wording="So soll es heißen."
    )
    foreign = builders.annotate(
        cast.ben, cast.declaration, "2.1", "Von Ben.", kind=Kind.PROPOSAL, wording="Bens Wortlaut."
    )
    cosign(cast.ada, foreign, foreign.version)
    place = builders.paragraph(cast.declaration, "end.1")
    take_stance(cast.ada, place.thesis, place, StanceValue.CHANGE, "Weil etwas fehlt.")
    db.session.commit()
    return cast


class TestStatement:
    def test_says_everything_in_the_order_of_the_text(self, spoken, client):
        page = client.sign_in(spoken.ada).get("/me/statement/erklaerung").text
        said = ("Zur ersten Stelle.", "Bens Wortlaut.", "Zur zweiten Stelle.", "Weil etwas fehlt.")
        assert [words for words in said if words not in page] == []
        places = [page.index(words) for words in said]
        assert places == sorted(places)
        assert "Von Ben." not in page
        assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)

    def test_same_content_has_the_same_number_and_another_content_another(self, spoken):
        first = statement.load_statement(spoken.ada, spoken.declaration).receipt
        assert statement.load_statement(spoken.ada, spoken.declaration).receipt == first
        numbers = {first}
        withdraw(spoken.ada, spoken.late)
        db.session.flush()
        numbers.add(statement.load_statement(spoken.ada, spoken.declaration).receipt)
        spoken.early.body = "Zur ersten Stelle!"
        db.session.flush()
        numbers.add(statement.load_statement(spoken.ada, spoken.declaration).receipt)
        place = builders.paragraph(spoken.declaration, "end.1")
        take_stance(spoken.ada, place.thesis, place, StanceValue.AGAINST)
        db.session.flush()
        numbers.add(statement.load_statement(spoken.ada, spoken.declaration).receipt)
        assert len(numbers) == 4

    def test_number_from_paper_is_checked_however_it_is_typed(self, spoken, client):
        client.sign_in(spoken.ada)
        receipt = statement.load_statement(spoken.ada, spoken.declaration).receipt
        for typed in (receipt, receipt.lower().replace("-", " ")):
            assert "Die Nummer passt:" in client.get("/me/statement/erklaerung", query_string={"receipt": typed}).text
        assert "Die Nummer passt nicht:" in client.get("/me/statement/erklaerung?receipt=0000-0000-0000").text

    def test_hidden_words_are_there_for_oneself_and_for_nobody_else(self, spoken, client, app):
        hide(spoken.mira, spoken.late, Rule.STAY, "Gehört nicht hierher.", spoken.late.version)
        db.session.commit()
        assert "Zur zweiten Stelle." in client.sign_in(spoken.ada).get("/me/statement/erklaerung").text
        assert "Zur zweiten Stelle." not in app.test_client().sign_in(spoken.ben).get("/me/statement/erklaerung").text

    def test_votes_are_in_it_on_request_and_for_oneself_alone(self, spoken, client):
        foreign = builders.annotate(spoken.ben, spoken.declaration, "2.1", "Darüber stimmt ada ab.")
        cast_vote(spoken.ada, foreign, VoteValue.AGREE)
        db.session.commit()
        without = statement.load_statement(spoken.ada, spoken.declaration)
        with_votes = statement.load_statement(spoken.ada, spoken.declaration, with_votes=True)
        assert without.receipt != with_votes.receipt
        client.sign_in(spoken.ada)
        assert f"Stimme zu {foreign.label}: Auch so" in client.get("/me/statement/erklaerung?votes=1").text
        assert f"Stimme zu {foreign.label}" not in client.get("/me/statement/erklaerung").text
        assert (
            f"Stimme zu {foreign.label}" not in client.sign_in(spoken.ben).get("/me/statement/erklaerung?votes=1").text
        )

    def test_stranger_has_none(self, spoken, client):
        client.sign_in(builders.make_user())
        assert client.get("/me/statement/erklaerung").status_code == 404


class TestNotes:
    def test_are_written_changed_and_emptied(self, cast, client):
        client.sign_in(cast.ada)
        path = "/d/erklaerung/3/1/note"
        assert client.post(path, data={"body": CANARY}).location == "/d/erklaerung/3/1"
        assert CANARY in client.get(path).text
        client.post(path, data={"body": f"{CANARY} neu"})
        assert [note.body for note in db.session.query(PrivateNote)] == [f"{CANARY} neu"]
        assert f"{CANARY} neu" in client.get("/me/notes").text
        client.post(path, data={"body": "  "})
        assert db.session.query(PrivateNote).count() == 0

    def test_too_long_a_note_is_kept_in_the_form(self, cast, client):
        client.sign_in(cast.ada)
        answer = client.post("/d/erklaerung/3/0/note", data={"body": "x" * (NOTE_MAX + 1)})
        assert answer.status_code == 422
        assert "x" * (NOTE_MAX + 1) in answer.text
        assert db.session.query(PrivateNote).count() == 0

    def test_nobody_else_reads_them_in_any_place(self, cast, app):
        annotation = builders.annotate(cast.ada, cast.declaration)
        paragraph = builders.paragraph(cast.declaration, "3.1")
        for place in (paragraph, None):
            notes.save_note(cast.ada, paragraph.thesis, place, CANARY)
        db.session.commit()
        for person in (None, cast.ben, cast.mira, cast.otto):
            browser = app.test_client()
            if person:
                browser.sign_in(person)
            for path in (
                "/d/erklaerung", "/d/erklaerung/3/1", "/d/erklaerung/3/1/note", "/me/notes", "/d/erklaerung/moderation",
                f"/a/{annotation.number}", "/d/erklaerung/export.json", "/d/erklaerung/export.csv", "/d/erklaerung/new",
                "/d/erklaerung/moderation/log/team", f"/a/{annotation.number}/author", "/me",
            ):  # fmt: skip
                assert CANARY not in browser.get(path).get_data(as_text=True), path

    def test_guest_is_sent_to_sign_in(self, cast, client):
        assert client.get("/d/erklaerung/3/1/note").location.startswith("/login?next=")


class TestMails:
    def letter_about(self, cast):
        annotation = builders.annotate(cast.ada, cast.declaration)
        hide(cast.mira, annotation, Rule.STAY, "Gehört nicht hierher.", annotation.version)
        db.session.commit()
        with frozen_at(now() + timedelta(hours=1)):
            pull_letters("de")
            db.session.commit()

    @pytest.mark.parametrize("wanted", [True, False])
    def test_decisions_come_by_mail_only_to_those_who_want_them(self, cast, client, wanted):
        cast.ada.confirmed_at = now()
        db.session.commit()
        client.sign_in(cast.ada)
        client.post("/me/mail", data={"decisions": "at_once" if wanted else "never"})
        self.letter_about(cast)
        assert bool(mails_to(cast.ada.email)) is wanted
        assert "Gehört nicht hierher." in client.get(f"/a/{1}/decision").text


class TestLeavingInAHurry:
    def test_every_page_of_somebody_signed_in_offers_it_early(self, cast, client):
        client.sign_in(cast.ada)
        for path in ("/d/erklaerung", "/d/erklaerung/3/1", "/me", "/me/sessions", "/gibt-es-nicht"):
            page = client.get(path).text
            assert page.index("data-exit") < page.index("<header")
            link = re.search(r'<a class="exit"[^>]*>', page)[0]
            assert 'href="https://www.dwd.de/"' in link
            assert "noreferrer" in link

    def test_signing_out_stands_beside_it(self, cast, client):
        page = client.sign_in(cast.ada).get("/d/erklaerung/2").text
        bar = page.split('class="exitbar')[1].split("<header")[0]
        assert '<a class="exit" href="/logout">Abmelden</a>' in bar

    def test_readers_need_none(self, cast, client):
        assert "data-exit" not in client.get("/d/erklaerung").text


OWN_PAGES = (
    "/me", "/me/drafts", "/me/stances", "/me/notes", "/me/fields", "/me/mail", "/me/feeds", "/me/sessions", "/me/data",
    "/me/leave",
)  # fmt: skip


def test_own_pages_lead_to_each_other(cast, client):
    client.sign_in(cast.ada)
    for path in OWN_PAGES:
        page = client.get(path)
        assert page.status_code == 200, path
        nav = page.text.split('class="ownnav')[1].split("</nav>")[0]
        assert re.findall(r'href="([^"]*)"', nav) == list(OWN_PAGES)
        assert f'href="{path}" aria-current="page"' in nav, path
    assert 'href="/me/sessions" aria-current="true"' in client.get("/me/second").text


class TestStances:
    def test_stand_in_the_order_of_the_text_with_their_reasons(self, spoken, client):
        place = builders.paragraph(spoken.declaration, "1.2")
        take_stance(spoken.ada, place.thesis, place, StanceValue.CHANGE, "Wer sind „die Fachkräfte“?")
        take_stance(spoken.ada, place.thesis, None, StanceValue.CARRY)
        take_stance(spoken.ben, place.thesis, place, StanceValue.AGAINST, "Das ist Bens Grund.")
        page = client.sign_in(spoken.ada).get("/me/stances").text
        listed = page.split('class="newslist')[1]
        assert re.findall(r'<li><p><a href="/d/erklaerung/([^"]*)"', listed) == ["1/0", "1/2", "end/1"]
        assert [words for words in ("Wer sind", "Weil etwas fehlt.") if words not in listed] == []
        assert "Bens Grund" not in page

    def test_say_when_the_words_read_differently_now(self, spoken, client):
        place = builders.paragraph(spoken.declaration, "1.2")
        take_stance(spoken.ada, place.thesis, place, StanceValue.CARRY)
        editions.publish(
            spoken.declaration, editions.reworded(editions.text(spoken.declaration), "1.2", "Wer plant, fragt.")
        )
        page = client.sign_in(spoken.ada).get("/me/stances").text
        assert page.count("diese Worte lauten heute anders") == 1
        assert "Gezeigt zu Fassung 1" in page
        place = builders.paragraph(spoken.declaration, "1.2")
        take_stance(spoken.ada, place.thesis, place, StanceValue.AGAINST)
        page = client.get("/me/stances").text
        assert "diese Worte lauten heute anders" not in page
        assert page.count("Absatz 1.2") == 1

    def test_of_nobody_are_none(self, cast, client):
        assert "Noch keine." in client.sign_in(cast.ben).get("/me/stances").text


class TestAfterAnEdition:
    def test_statement_keeps_what_was_said_about_words_that_are_gone(self, spoken, client):
        editions.publish(spoken.declaration, editions.removed(editions.text(spoken.declaration), "3.2"))
        text = editions.text(spoken.declaration)
        last = next(thesis for thesis in text.theses if thesis.number == "1")
        editions.publish(spoken.declaration, replace(text, theses=tuple(t for t in text.theses if t is not last)))
        page = client.sign_in(spoken.ada).get("/me/statement/erklaerung").text
        assert [words for words in ("Zur zweiten Stelle.", "Zur ersten Stelle.") if words not in page] == []
