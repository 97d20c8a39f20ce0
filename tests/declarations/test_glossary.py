"""Words are explained where they occur: whole words, below the text and never in it, for everybody from the next request on."""

import re

import pytest

from deliberation.database import db
from deliberation.declarations import easy, glossary
from deliberation.declarations.glossary import (
    EXPLANATION_MAX,
    TERMS_MAX,
    TermRefused,
    TermWords,
    load_editions_of,
    load_terms,
)
from deliberation.declarations.models import Phase, find_declaration
from deliberation.declarations.terms import find_terms
from deliberation.moderation.cloning import clone
from deliberation.pages import actions as pages
from deliberation.permissions import Access, NotAllowed, Outdated
from tests import builders
from tests.counting import count_queries
from tests.editions import scene

BASE = "/d/erklaerung"
OFFICE = f"{BASE}/office/glossary"
EASY = "Ein Kind ist in Not.\nEs zieht um."
CARE = TermWords("Inobhutnahme", "Inobhutnahmen", "Das Jugendamt holt ein Kind\nan einen sicheren Ort.", EASY)


def add(cast, words=CARE, person=None):
    term = glossary.add_term(person or cast.otto, cast.declaration, words)
    db.session.commit()
    return term


def folds(page):
    """What is folded away under each paragraph: the words it names and all that stands in it."""
    return re.findall(r'<details class="fold terms"><summary>(.*?)</summary>(.*?)</details>', page, re.DOTALL)


class TestFinding:
    @pytest.mark.parametrize(
        ("spelling", "text", "found"),
        [
            ("KI", "Eine KI entscheidet nicht.", True),
            ("KI", "Ein Kind ist kein Fall.", False),
            ("KI", "Das KI-System rechnet.", True),
            ("KI", "Was eine „ki“ sagt", True),
            ("Fälle", "ÄHNLICHE FÄLLE.", True),
            ("Fälle", "Fa\u0308lle", True),
            ("Fälle", "Notfälle", False),
            ("Straße", "STRASSE", True),
            ("Kindeswohl", "Kindes-Wohl und Kindes·wohl", True),
            ("Kindeswohl", "Kindes\u00adwohl", True),
            ("Jugend-Amt", "Das Jugendamt kommt.", True),
            ("Recht auf Hilfe", "Das Recht  auf\nHilfe bleibt.", True),
            ("Recht auf Hilfe", "Das Recht auf Ruhe.", False),
            ("Klient", "Klient:innen, Klient_innen", True),
            ("C++", "In C geschrieben", False),
            ("C++", "In C++ geschrieben", True),
            ("§ 8a", "nach § 8a SGB VIII", True),
        ],
    )
    def test_whole_words_alone(self, spelling, text, found):
        assert (find_terms(((1, (spelling,)),), text) == {1}) is found

    def test_at_one_place_the_longest_form_counts(self):
        both = ((1, ("Jugend",)), (2, ("Jugend-Amt",)))
        assert find_terms(both, "Das Jugend-Amt hilft.") == {2}
        assert find_terms(both, "Das Jugend-Amt hilft der Jugend.") == {1, 2}

    def test_much_text_and_many_terms_take_no_time(self):
        many = tuple((number, (f"Wort {number}", f"Wort{number}")) for number in range(TERMS_MAX))
        assert find_terms(many, "Wort " * 40_000 + "Wort 7") == {7}


class TestReading:
    def test_explanation_stands_under_the_paragraph_and_the_text_stays(self, cast, client):
        before = client.get(f"{BASE}/3").text
        add(cast)
        page = client.get(f"{BASE}/3").text
        [(summary, inside)] = folds(page)
        assert "Begriffe in diesem Absatz:" in summary
        assert "Inobhutnahme" in summary
        assert "Das Jugendamt holt ein Kind<br>an einen sicheren Ort." in inside
        sentences = r'<span class="sentence".*?</span>'
        assert re.findall(sentences, page) == re.findall(sentences, before)
        assert folds(client.get(f"{BASE}/text").text) == folds(page)
        assert len(folds(client.get(f"{BASE}/3/1").text)) == 1
        assert folds(client.get(f"{BASE}/2").text) == []
        assert "Set-Cookie" not in client.get(f"{BASE}/3").headers

    def test_each_word_is_named_once_in_alphabetical_order(self, cast, client):
        scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Ämter, Zeit, KI, KI und Amt."))
        for name in ("Zeit", "Ämter", "KI", "Amt"):
            add(cast, TermWords(name, "", f"Was {name} ist."))
        [(summary, _inside)] = folds(client.get(f"{BASE}/3").text)
        assert "Amt, Ämter, KI, Zeit" in summary

    def test_page_with_all_of_them_is_there_once_there_are_any(self, cast, client):
        assert client.get(f"{BASE}/glossary").status_code == 404
        assert "/glossary" not in client.get(BASE).text
        terms = [add(cast, TermWords(name, "", f"Was {name} ist.")) for name in ("Zeit", "Ähnlich", "Bund", "Ader")]
        page = client.get(f"{BASE}/glossary").text
        assert re.findall(r'<dt[^>]*>([^<]*)</dt>', page) == ["Ader", "Ähnlich", "Bund", "Zeit"]
        assert f'id="begriff-{terms[0].id}"' in page
        assert f'href="{BASE}/glossary"' in client.get(BASE).text

    def test_changed_word_is_another_from_the_next_request_on(self, cast, client):
        term = add(cast)
        assert len(folds(client.get(f"{BASE}/3").text)) == 1
        glossary.change_term(cast.otto, cast.declaration, term, TermWords("Inobhutnahme", "", "Ganz neu erklärt."), 1)
        db.session.commit()
        assert "Ganz neu erklärt." in folds(client.get(f"{BASE}/3").text)[0][1]
        glossary.remove_term(cast.otto, cast.declaration, term)
        db.session.commit()
        assert folds(client.get(f"{BASE}/3").text) == []
        assert client.get(f"{BASE}/glossary").status_code == 404

    def test_costs_one_query_where_a_word_occurs_and_none_elsewhere(self, cast, client):
        def count(path):
            client.get(path)
            db.session.expire_all()
            with count_queries() as queries:
                assert client.get(path).status_code == 200
            return queries.count

        db.session.commit()
        before = {path: count(path) for path in (f"{BASE}/2", f"{BASE}/3", f"{BASE}/3/1", f"{BASE}/text", BASE)}
        add(cast)
        after = {path: count(path) for path in before}
        assert {path: after[path] - before[path] for path in before} == {
            f"{BASE}/2": 0, f"{BASE}/3": 1, f"{BASE}/3/1": 1, f"{BASE}/text": 1, BASE: 0,
        }  # fmt: skip

    def test_own_pages_of_organisers_explain_theirs(self, cast, client):
        add(cast)
        pages.create_page(cast.otto, cast.declaration, pages.PageWords("Fragen", "Was ist eine **Inobhutnahme**?", True))
        pages.create_page(cast.otto, cast.declaration, pages.PageWords("Leer", "[Hier](https://example.org/inobhutnahme)", True))
        db.session.commit()
        assert "Begriffe auf dieser Seite:" in client.get(f"{BASE}/page/fragen").text
        assert "Begriffe auf dieser Seite:" not in client.get(f"{BASE}/page/leer").text

    def test_in_leichter_sprache_hard_words_are_explained_in_the_open(self, cast, client):
        add(cast)
        add(cast, TermWords("Dienstleistung", "", "Etwas, das man kauft."))
        paragraph = builders.paragraph(cast.declaration, "3.1")
        words = "Das heißt: In-Obhut-Nahme.\nDas ist keine Dienst-Leistung."
        easy.change_thesis(cast.otto, paragraph.thesis, "Schutz", {paragraph.id: words})
        easy.change_about(cast.otto, cast.declaration, "Es geht um Inobhutnahmen.")
        db.session.commit()
        page = client.get(f"{BASE}/3/easy").text
        assert "Schwierige Wörter" in page
        assert "<p>Ein Kind ist in Not.</p><p>Es zieht um.</p>" in page
        assert "<p>Etwas, das man kauft.</p>" in page
        assert "<details" not in page.split("<main")[1].split("</main>")[0]
        assert "<p>Ein Kind ist in Not.</p>" in client.get(f"{BASE}/easy").text

    def test_frame_on_other_sites_stays_as_it_was(self, cast, client):
        before = client.get("/embed/d/erklaerung/3").text
        add(cast)
        assert client.get("/embed/d/erklaerung/3").text == before

    def test_of_what_may_not_be_read_none_are_shown(self, cast, client):
        add(cast)
        cast.declaration.access = Access.PRIVATE
        assert client.get(f"{BASE}/glossary").status_code in (303, 403, 404)
        cast.declaration.access, cast.declaration.phase = Access.PUBLIC, Phase.DRAFT
        assert client.get(f"{BASE}/glossary").status_code in (403, 404)

    def test_markup_in_an_explanation_is_only_words(self, cast, client):
        add(cast, TermWords("Inobhutnahme", "<b>x</b>", "<script>alert(1)</script> & mehr"))
        for path in (f"{BASE}/glossary", f"{BASE}/3"):
            assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; mehr" in client.get(path).text


class TestWriting:
    def test_organiser_explains_changes_and_takes_out_in_the_browser(self, cast, client):
        client.sign_in(cast.otto)
        data = {"name": "Inobhutnahme", "forms": "Inobhutnahmen,  ION", "explanation": "Erst so."}
        assert client.post(f"{OFFICE}/new", data=data).status_code == 303
        assert client.post(f"{OFFICE}/new", data=data).status_code == 303
        [term] = load_terms(cast.declaration)
        assert term.forms == "Inobhutnahmen, ION"
        path = f"{OFFICE}/{term.id}"
        assert client.post(path, data={**data, "explanation": "Dann so.", "seen": "1"}).status_code == 303
        page = client.get(path).text
        assert "Was vorher hier stand" in page
        assert "Erst so." in page
        assert client.post(path, data={"act": "remove"}).status_code == 303
        assert load_terms(cast.declaration) == []
        assert "Herausgenommen" in client.get(OFFICE).text
        assert "Wieder aufnehmen" in client.get(path).text
        assert client.post(path, data={"act": "back"}).status_code == 303
        assert [one.explanation for one in load_terms(cast.declaration)] == ["Dann so."]

    def test_two_people_do_not_overwrite_each_other(self, cast, client):
        term = add(cast)
        glossary.change_term(cast.otto, cast.declaration, term, TermWords("Inobhutnahme", "", "Eins."), 1)
        with pytest.raises(Outdated):
            glossary.change_term(cast.otto, cast.declaration, term, TermWords("Inobhutnahme", "", "Zwei."), 1)
        db.session.commit()
        client.sign_in(cast.otto)
        data = {"name": "Inobhutnahme", "explanation": "MEIN TEXT", "seen": "1"}
        answer = client.post(f"{OFFICE}/{term.id}", data=data)
        assert answer.status_code == 422
        assert "MEIN TEXT" in answer.text
        assert "Jemand hat diesen Begriff inzwischen geändert." in answer.text
        assert client.post(f"{OFFICE}/{term.id}", data={**data, "seen": "2"}).status_code == 303
        assert [one.explanation for one in load_editions_of(term)] == ["Eins.", CARE.explanation]

    def test_word_that_comes_back_keeps_what_stood_there(self, cast):
        term = add(cast)
        glossary.remove_term(cast.otto, cast.declaration, term)
        again = add(cast, TermWords("Inobhutnahme", "", "Neu."))
        assert again.id == term.id
        assert [one.explanation for one in load_editions_of(term)] == [CARE.explanation]
        assert find_declaration("erklaerung").terms == [[term.id, "Inobhutnahme"]]

    @pytest.mark.parametrize(
        ("words", "field", "reason"),
        [
            (TermWords("", "", "Etwas."), "name", "empty"),
            (TermWords("Amt", "", " \u200b"), "explanation", "empty"),
            (TermWords("Amt, Ämter", "", "Etwas."), "name", "comma"),
            (TermWords("!!!", "", "Etwas."), "name", "word"),
            (TermWords("Amt", "Ämter, …", "Etwas."), "forms", "word"),
            (TermWords("x" * 81, "", "Etwas."), "name", "long"),
            (TermWords("Amt", "x" * 301, "Etwas."), "forms", "long"),
            (TermWords("Amt", "", "x" * (EXPLANATION_MAX + 1)), "explanation", "long"),
            (TermWords("Amt", "", "Etwas.", "x" * (EXPLANATION_MAX + 1)), "easy", "long"),
            (TermWords("INOBHUTNAHME", "", "Etwas."), "name", "taken"),
            (TermWords("Schutz", "In-Obhut-Nahmen", "Etwas."), "forms", "taken"),
        ],
    )
    def test_what_does_not_work_is_refused_and_explained(self, cast, client, words, field, reason):
        add(cast)
        with pytest.raises(TermRefused, match=f"{field}: {reason}"):
            glossary.add_term(cast.otto, cast.declaration, words)
        client.sign_in(cast.otto)
        sent = {"name": words.name, "forms": words.forms, "explanation": words.explanation, "easy": words.easy}
        answer = client.post(f"{OFFICE}/new", data=sent)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text

    @pytest.mark.parametrize("seen", ["", "x", "²", "9" * 5000])
    def test_numbers_that_are_none_are_no_breakdown(self, cast, client, seen):
        term = add(cast)
        client.sign_in(cast.otto)
        data = {"name": "Inobhut\x00nahme", "explanation": "MEIN\x00 TEXT", "seen": seen}
        answer = client.post(f"{OFFICE}/{term.id}", data=data)
        assert answer.status_code == 422
        assert "MEIN TEXT" in answer.text
        assert client.get(f"{OFFICE}/{'9' * 4000}").status_code == 404
        assert client.get(f"{OFFICE}/0").status_code == 404

    def test_of_another_declaration_none_is_found(self, cast, client):
        term = add(cast)
        builders.grant_role(cast.otto, builders.Role.ORGANISER, builders.make_declaration("andere"))
        client.sign_in(cast.otto)
        assert client.get(f"/d/andere/office/glossary/{term.id}").status_code == 404

    def test_there_are_two_hundred_at_most(self, cast):
        glossary.write_terms(cast.declaration, (TermWords(f"Wort{n}", "", "Etwas.") for n in range(TERMS_MAX + 5)))
        assert len(cast.declaration.terms) == TERMS_MAX
        with pytest.raises(TermRefused, match="number"):
            add(cast)

    def test_office_says_which_word_occurs_nowhere(self, cast, client):
        add(cast)
        add(cast, TermWords("Blockchain", "", "Etwas mit Ketten."))
        page = client.sign_in(cast.otto).get(OFFICE).text
        assert page.count("Kommt im Text nicht vor.") == 1

    def test_others_do_not_write(self, cast, client):
        term = add(cast)
        for person in (cast.ada, cast.mira):
            with pytest.raises(NotAllowed):
                add(cast, person=person)
            for verb in (glossary.remove_term, glossary.restore_term):
                with pytest.raises(NotAllowed):
                    verb(person, cast.declaration, term)
        assert client.sign_in(cast.ada).get(OFFICE).status_code == 403


class TestGoingAlong:
    def test_pattern_takes_them_into_the_new_declaration(self, cast):
        term = add(cast)
        gone = add(cast, TermWords("Amt", "", "Fort."))
        glossary.remove_term(cast.otto, cast.declaration, gone)
        made = clone(cast.otto, cast.declaration, "zweite", "Zweiter Anlauf")
        db.session.commit()
        [copied] = load_terms(made)
        assert TermWords.of(copied) == CARE
        assert copied.id != term.id
        assert find_declaration("zweite").terms == [[copied.id, "Inobhutnahme", "Inobhutnahmen"]]

    def test_what_does_not_fit_or_comes_twice_is_left_out(self, cast):
        given = (("Amt", "", "x" * 2000), ("amt", "", "Zweimal."), ("Zeit", "Zeiten, AMT", "Doppelt."), ("Rat", "", "Gut."))
        glossary.write_terms(cast.declaration, (TermWords(*one) for one in given))
        assert [one.name for one in load_terms(cast.declaration)] == ["amt", "Rat"]
