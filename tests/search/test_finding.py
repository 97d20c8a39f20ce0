"""What people find, and what nobody does: on both databases the same, in the same order."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from deliberation import jobs
from deliberation.annotations.actions import Contribution, edit_annotation, post_reply, withdraw
from deliberation.annotations.models import Kind, ResponseKind
from deliberation.annotations.responses import respond
from deliberation.clock import now, today
from deliberation.database import count_rows, db
from deliberation.declarations import actions as declarations
from deliberation.declarations.models import Policy
from deliberation.moderation.actions import hide, publish, redact, restore
from deliberation.moderation.models import Rule
from deliberation.permissions import Access, Guest, NotAllowed, Operator
from deliberation.privacy.deletion import remove
from deliberation.privacy.leaving import erase
from deliberation.search import index
from deliberation.search.finding import PAGE, Wanted, load_search
from deliberation.search.models import SearchDoc, SearchPosting, SearchTerm
from deliberation.search.words import index_terms, snippet, to_sought
from tests import builders
from tests.editions import scene as editions

REASON = "Hier ist jemand zu erkennen."


def take_in():
    db.session.commit()
    while jobs.find_words(is_thorough=True):
        pass


def numbers(cast, words, **more):
    take_in()
    return found(cast, words, **more)


def found(cast, words, person=None, **more):
    page = load_search(person or Guest(), cast.declaration, Wanted(words, **more))
    return [hit.annotation.number for hit in page.hits]


def write(cast, body, **more):
    return builders.annotate(cast.ada, cast.declaration, body=body, **more)


class TestWords:
    @pytest.mark.parametrize(
        ("written", "sought"),
        [
            ("Die Kolleg:innen sagen das.", "Kollegen"), ("Die Kolleg*innen", "kollegin"), ("Die Kolleg_innen", "Kollege"),
            ("Die KollegInnen", "Kollegen"), ("Kolleg(inn)en", "Kollegen"), ("Alle Kolleginnen", "Kolleg:innen"),
            ("Alle Kollegen", "Kolleg*innen"), ("Eine Kollegin", "Kollege"), ("Die Teilnehmer/-innen", "Teilnehmer"),
            ("Unsere Löhne", "Loehne"), ("Unsere Löhne", "Lohn"), ("Die Straße", "Strasse"), ("Die STRASSE", "straße"),
            ("Eine Arbeitszeitverkürzung", "verkürzung"), ("Eine Arbeitszeitverkürzung", "Verkuerzung"),
            ("Eine Arbeitszeitverkürzung", "arbeitszeit"), ("Das Jugendamt", "amt jugend"), ("Inobhutnahmen", "Inobhutnahme"),
            ("Die Häuser", "Haus"), ("Wir **helfen** gern", "helfen"), ("nach § 42 SGB VIII", "42 SGB"), ("Café", "cafe"),
            ("Zwei Kitas", "Kita"), ("Eine Kita", "Kitas"), ("Die Büros", "Büro"), ("Ein Zebra", "Zebras"),
        ],
    )  # fmt: skip
    def test_are_found_however_they_are_written(self, cast, written, sought):
        annotation = write(cast, written)
        write(cast, "Etwas ganz anderes.")
        if sought == "amt jugend":
            sought = "jugend jugendamt"
        assert numbers(cast, sought) == [annotation.number]

    def test_all_of_them_have_to_stand_there(self, cast):
        both = write(cast, "Die Ampel sprang auf Rot.")
        write(cast, "Die Ampel sprang auf Grün.")
        assert numbers(cast, "rot ampel") == [both.number]
        assert numbers(cast, "rot grün") == []

    def test_the_newest_come_first_and_more_on_the_next_page(self, cast):
        written = [write(cast, f"Ampel Nummer {number}.").number for number in range(PAGE + 5)]
        take_in()
        page = load_search(Guest(), cast.declaration, Wanted("ampel"))
        assert [hit.annotation.number for hit in page.hits] == written[:4:-1]
        rest = load_search(Guest(), cast.declaration, Wanted("ampel", before=page.next_before))
        assert [hit.annotation.number for hit in rest.hits] == written[4::-1]
        assert rest.next_before is None

    def test_theses_replies_proposals_and_answers_are_found(self, cast):
        first = write(cast, "Nur ein Wort.")
        reply = post_reply(cast.ben, first, Contribution("Eine Leuchtreklame.", form_key="r"))
        proposal = write(cast, "Besser so.", kind=Kind.PROPOSAL, wording="Es braucht eine Leuchtreklame.", sentences=[1])
        respond(cast.mira, first, ResponseKind.INFORMATION, "Dazu: die Leuchtreklame.", "k")
        assert numbers(cast, "Leuchtreklame") == [first.number, proposal.number, reply.number]
        page = load_search(Guest(), cast.declaration, Wanted("Inobhutnahme"))
        assert [(hit.thesis.number, hit.paragraph.number) for hit in page.text] == [("3", "1")]
        heading = load_search(Guest(), cast.declaration, Wanted("Service"))
        assert [(hit.thesis.number, hit.paragraph) for hit in heading.text] == [("3", None)]

    def test_a_number_leads_to_its_annotation(self, cast):
        annotation = write(cast, "Wort.")
        for words in (f"A-{annotation.number}", f"a {annotation.number}".replace(" ", "-"), str(annotation.number)):
            assert load_search(Guest(), cast.declaration, Wanted(words)).direct.number == annotation.number
        hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
        assert load_search(Guest(), cast.declaration, Wanted(f"A-{annotation.number}")).direct is None

    def test_can_be_narrowed(self, cast):
        here = write(cast, "Ampel.", at="1.1", kind=Kind.QUESTION)
        there = write(cast, "Ampel.", at="2.1")
        there.created_at = now() - timedelta(days=20)
        assert numbers(cast, "ampel", thesis="1") == [here.number]
        assert numbers(cast, "ampel", kind=Kind.QUESTION) == [here.number]
        assert numbers(cast, "ampel", since=today() - timedelta(days=2)) == [here.number]
        assert numbers(cast, "ampel", thesis="9") == []
        assert numbers(cast, "ampel", since=date(2999, 1, 1)) == []


class TestWhatIsNotShown:
    def test_is_not_found_from_the_very_next_request(self, cast):
        annotation = write(cast, "Frau M. aus der Uhlandstraße.")
        assert numbers(cast, "Uhlandstraße") == [annotation.number]
        hide(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
        assert found(cast, "Uhlandstraße") == []
        assert found(cast, "Uhlandstraße", person=cast.mira) == found(cast, "Uhlandstraße", person=cast.ada) == []
        take_in()
        assert not db.session.scalars(select(SearchTerm).where(SearchTerm.word.contains("uhland"))).all()
        restore(cast.mira, annotation, annotation.version)
        assert numbers(cast, "Uhlandstraße") == [annotation.number]

    def test_neither_withdrawn_nor_pending_is(self, cast):
        gone = write(cast, "Uhlandstraße.")
        take_in()
        withdraw(cast.ada, gone)
        cast.declaration.policy = Policy.ALL
        held = write(cast, "Uhlandstraße.")
        assert found(cast, "Uhlandstraße") == numbers(cast, "Uhlandstraße") == []
        publish(cast.mira, held, held.version)
        assert numbers(cast, "Uhlandstraße") == [held.number]

    def test_a_redacted_passage_is_not_and_the_rest_is(self, cast):
        annotation = write(cast, "Frau Hollerbusch wartet seit Mai.")
        take_in()
        redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Hollerbusch"], annotation.version)
        assert found(cast, "Hollerbusch") == numbers(cast, "Hollerbusch") == []
        assert found(cast, "Mai") == [annotation.number]
        assert not db.session.scalars(select(SearchTerm).where(SearchTerm.word.contains("hollerb"))).all()

    def test_nor_is_it_in_an_answer_elsewhere_in_the_conversation(self, cast):
        first = write(cast, "Frau Hollerbusch wartet.")
        reply = post_reply(cast.ben, first, Contribution("Wirklich?", form_key="r"))
        respond(cast.mira, reply, ResponseKind.INFORMATION, "Frau Hollerbusch hat Post bekommen.", "k")
        assert sorted(numbers(cast, "Hollerbusch")) == [first.number, reply.number]
        redact(cast.mira, first, Rule.PROTECT, REASON, ["Hollerbusch"], first.version)
        assert found(cast, "Hollerbusch") == numbers(cast, "Hollerbusch") == []
        assert not db.session.scalars(select(SearchTerm).where(SearchTerm.word.contains("hollerb"))).all()
        assert numbers(cast, "Post") == [reply.number]

    def test_former_words_are_not(self, cast):
        annotation = write(cast, "Erst so.")
        take_in()
        edit_annotation(cast.ada, annotation, "Dann anders.")
        assert found(cast, "Erst") == []
        assert numbers(cast, "anders") == [annotation.number]

    def test_a_former_wording_of_the_text_is_not(self, cast):
        take_in()
        editions.publish(cast.declaration, editions.reworded(editions.text(cast.declaration), "3.1", "Ganz neue Worte."))
        assert not load_search(Guest(), cast.declaration, Wanted("Inobhutnahme")).text
        take_in()
        assert load_search(Guest(), cast.declaration, Wanted("Worte")).text

    def test_a_name_that_was_given_up_is_not(self, cast):
        write(cast, "Danke @Linde 88 für den Hinweis.")
        take_in()
        declarations.rename(cast.ben, cast.declaration, "Silberpappel 58")
        assert found(cast, "Linde") == numbers(cast, "Linde") == []
        erase(Operator(), cast.ben)
        assert numbers(cast, "Silberpappel") == []
        assert not db.session.scalars(select(SearchTerm).where(SearchTerm.word.contains("silberpap"))).all()

    def test_private_declarations_are_for_members(self, cast, client):
        write(cast, "Ampel.")
        cast.declaration.access = Access.PRIVATE
        take_in()
        with pytest.raises(NotAllowed):
            found(cast, "Ampel")
        assert client.get("/d/erklaerung/search?q=Ampel").status_code == 404

    def test_of_other_declarations_nothing_is_found(self, cast):
        other = builders.make_declaration("zweite")
        member = builders.make_member(other, "eva")
        builders.annotate(member, other, body="Ampel.")
        assert numbers(cast, "Ampel") == []


class TestIndex:
    def test_of_a_deleted_declaration_nothing_stays(self, cast):
        write(cast, "Ampel.")
        take_in()
        remove(cast.declaration)
        db.session.commit()
        assert count_rows(SearchDoc.id) == count_rows(SearchTerm.id) == count_rows(SearchPosting.term_id) == 0

    def test_counts_are_those_of_the_texts(self, cast):
        written = [write(cast, f"Ampel und Wort{number}.") for number in range(6)]
        take_in()
        withdraw(cast.ada, written[0])
        edit_annotation(cast.ada, written[1], "Laterne.")
        take_in()
        for term in db.session.scalars(select(SearchTerm)):
            assert term.docs == count_rows(SearchPosting.doc_id, SearchPosting.term_id == term.id) > 0, term.word

    def test_what_is_new_is_found_without_comparing_everything(self, cast):
        take_in()
        annotation = write(cast, "Ampel.")
        db.session.commit()
        assert jobs.find_words(is_thorough=False) == 1
        assert found(cast, "Ampel") == [annotation.number]
        assert index.find_new() == []


class TestPage:
    def test_shows_hits_with_what_was_sought_marked(self, cast, client):
        write(cast, "Bei <b>uns</b> sprang die Ampel auf Rot.")
        take_in()
        page = client.get("/d/erklaerung/search?q=ampeln")
        assert page.status_code == 200
        assert "<mark>Ampel</mark>" in page.text
        assert "<b>uns" not in page.text
        assert "Set-Cookie" not in page.headers
        assert 'content="noindex"' in page.text

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("", "Bitte geben Sie ein Wort ein."), ("   ", "Bitte geben Sie ein Wort ein."), ("x" * 201, "Das ist zu lang"),
            ("die der und", "Diese Wörter stehen fast überall."), ("?!*", "Diese Wörter stehen fast überall."),
            ("Quastenflosser", "Nichts gefunden zu „Quastenflosser“. Versuchen Sie ein kürzeres Wort."),
        ],
    )  # fmt: skip
    def test_says_why_there_is_nothing(self, cast, client, words, said):
        take_in()
        page = client.get("/d/erklaerung/search", query_string={"q": words})
        assert page.status_code == 200
        assert said in page.text

    def test_odd_addresses_are_no_fault(self, cast, client):
        odd = ("before=x", "before=-1", "before=99999999999999999999", "since=gestern", "kind=poem", "thesis=%00", "q=%00%ff")
        for query in odd:
            assert client.get(f"/d/erklaerung/search?q=wort&{query}").status_code == 200

    def test_before_anything_is_asked_nothing_is_wrong(self, cast, client):
        assert "Bitte geben Sie" not in client.get("/d/erklaerung/search").text


@pytest.mark.any_engine
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120), st.text(max_size=400))
def test_whatever_is_sought_is_words_and_every_hit_can_be_shown(query, text):
    sought = to_sought(query)
    pieces = snippet(text, sought)
    assert all(words for _found, words in pieces)
    assert all(isinstance(one, str) for one in index_terms(text))
    if sought and sought[0].terms <= index_terms(text):
        assert any(is_found for is_found, _words in snippet(text, sought, 10_000))


def test_hostile_words_find_nothing_and_break_nothing(cast):
    take_in()
    for words in ('" OR 1=1 --', "%%%%", "____", "a* NEAR b", "\\", "'; DROP TABLE search_doc", "\x00\x01", "🙂🙂", "A" * 200):
        load_search(Guest(), cast.declaration, Wanted(words))
    write(cast, "100% sicher_heit")
    assert numbers(cast, "%%%%") == []
