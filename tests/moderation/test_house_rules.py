"""House rules of a declaration: readable by all, changed by organisers, never forgotten."""

import re

import pytest
from lxml import html
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry, find_declaration
from deliberation.labels import rule_words, rule_words_then
from deliberation.moderation import actions
from deliberation.moderation.models import Decision, Rule, RulesVersion
from deliberation.moderation.words import house_rules
from deliberation.moderation.words.house_rules import (
    EXPLANATION_MAX,
    HEADING_MAX,
    LINE_MAX,
    STANDARD_LINE,
    STANDARD_RULES,
    RulesInvalid,
    change_rules,
    load_versions,
    rules_of,
)
from deliberation.permissions import NotAllowed, Operator, Outdated, Phase
from deliberation.results.words import speaking
from tests import builders
from tests.counting import count_queries

RULES = "/d/erklaerung/rules"
EDIT = f"{RULES}/edit"
LINE = "Kurz, freundlich, zur Sache."
OWN = [("Kurz bleiben", "Ein Gedanke je Beitrag."), ("Freundlich sein", "")]


def change(cast, rules=OWN, line=LINE, note="Auf Wunsch der Tagung.", version=1):
    changed = change_rules(cast.otto, cast.declaration, line, rules, note, version)
    db.session.commit()
    return changed


def versions():
    return db.session.scalars(select(RulesVersion).order_by(RulesVersion.number)).all()


def fields(rules=OWN, line=LINE, version=1, note=""):
    pairs = [*rules, *[("", "")] * (5 - len(rules))]
    found = {"line": line, "version": str(version), "note": note}
    for number, (heading, explanation) in enumerate(pairs, start=1):
        found |= {f"heading_{number}": heading, f"explanation_{number}": explanation}
    return found


class TestReading:
    def test_everybody_reads_the_standard_rules_until_there_are_others(self, cast, client):
        answer = client.get(RULES)
        assert re.findall(r'<h2 id="regel-(\d)">\s*(\d)\.', answer.text) == [(n, n) for n in "12345"]
        assert STANDARD_LINE in answer.text
        assert "Diese Regeln gelten von Anfang an." in answer.text
        assert "Was sich an den Regeln geändert hat" not in answer.text
        assert "Set-Cookie" not in answer.headers

    def test_the_page_says_what_moderation_can_do_today(self, cast, client):
        page = client.get(RULES).text
        for words in (
            "Stellen schwärzen",
            "Sechs Monate lang",
            "bündeln",
            "Schreibpause",
            "ohne Konto",
            "Moderiert nur eine",
        ):
            assert words in page
            assert words in client.get("/regeln").text

    def test_it_says_what_is_read_first_here(self, cast, client):
        assert "Alles erscheint sofort" in client.get(RULES).text
        cast.declaration.sends_after_look = True
        assert "erst, wenn die Moderation ihn gesehen hat" in client.get(RULES).text

    def test_english_readers_read_the_standard_rules_in_english_and_own_ones_as_they_were_written(self, cast, client):
        english = {"Accept-Language": "en"}
        assert "Niemanden erkennbar machen" not in client.get(RULES, headers=english).text
        rules = [("Kurz bleiben", ""), STANDARD_RULES[1]]
        change(cast, rules)
        page = client.get(RULES, headers=english).text
        assert "1. Kurz bleiben" in page
        assert "Niemanden erkennbar machen" not in page

    def test_nobody_reads_the_rules_of_a_draft(self, cast, client):
        cast.declaration.phase = Phase.DRAFT
        assert client.get(RULES).status_code == 404
        assert client.get("/d/anderswo/rules").status_code == 404

    def test_earlier_rules_stay_readable_with_what_changed(self, cast, client):
        change(cast)
        change(cast, [("Kurz bleiben", "Zwei Gedanken je Beitrag."), OWN[1]], version=2, note="")
        page = client.get(RULES).text
        assert "Stand 3 der Regeln" in page
        tree = html.fromstring(page)
        items = tree.xpath("//ol[@class='rules-history']/li")
        assert [item.xpath("string(.//summary)").split(",")[0] for item in items] == ["Stand 3", "Stand 2", "Stand 1"]
        assert [one.strip() for one in items[0].xpath(".//del/text()")] == ["Ein Gedanke"]
        assert [one.strip() for one in items[0].xpath(".//ins/text()")] == ["Zwei Gedanken"]
        assert "Auf Wunsch der Tagung." in items[1].text_content()
        assert "Beim Absatz bleiben" in items[2].text_content()

    def test_the_page_asks_for_the_versions_once(self, cast, client):
        change(cast)
        client.get(RULES)
        with count_queries() as few:
            client.get(RULES)
        for version in range(2, 6):
            change(cast, [(f"Regel Nummer {version}", ""), OWN[1]], version=version)
        with count_queries() as many:
            client.get(RULES)
        assert many.count <= few.count <= 5


class TestChanging:
    def test_own_rules_hold_at_once_and_the_standard_ones_become_version_1(self, cast):
        changed = change(cast)
        assert changed == rules_of(cast.declaration)
        assert (changed.version, changed.line) == (2, LINE)
        assert [(one.number, one.heading) for one in changed.rules] == [(1, "Kurz bleiben"), (2, "Freundlich sein")]
        first, second = versions()
        assert (first.number, first.line, first.writer_id) == (1, STANDARD_LINE, None)
        assert first.rules == [list(rule) for rule in STANDARD_RULES]
        assert first.written_at == cast.declaration.created_at
        assert second.writer_id == builders.membership(cast.otto, cast.declaration).id
        line = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.RULES)).one()
        assert (line.before, line.after) == ("1", "2")

    def test_same_form_sent_twice_is_one_version(self, cast):
        change(cast)
        assert change(cast).version == 2
        assert len(versions()) == 2

    def test_of_two_organisers_the_second_is_told(self, cast):
        change(cast)
        with pytest.raises(Outdated):
            change(cast, [("Ganz anders", "")], version=1)
        assert rules_of(cast.declaration).line == LINE

    def test_a_rule_keeps_its_number_when_the_one_before_it_is_dropped(self, cast, client):
        change(cast, [OWN[0], ("", ""), ("Menschen achten", "")])
        assert [one.number for one in rules_of(cast.declaration).rules] == [1, 3]
        assert house_rules.choosable(cast.declaration) == [Rule.STAY, Rule.RESPECT, Rule.LAW]
        assert re.findall(r'<h2 id="regel-(\d)">', client.get(RULES).text) == ["1", "3"]

    @pytest.mark.parametrize(
        ("rules", "line", "note", "field"),
        [
            ([], LINE, "", "rules"),
            ([(" ", "\u200b")], LINE, "", "heading_1"),
            ([*OWN * 3], LINE, "", "rules"),
            ([("x" * (HEADING_MAX + 1), "")], LINE, "", "heading_1"),
            ([OWN[0], ("", "Ohne Überschrift")], LINE, "", "heading_2"),
            ([("x", "y" * (EXPLANATION_MAX + 1))], LINE, "", "explanation_1"),
            (OWN, " ", "", "line"),
            (OWN, "x" * (LINE_MAX + 1), "", "line"),
            (OWN, LINE, "x" * 601, "note"),
        ],
    )
    def test_what_is_missing_or_too_long_is_named(self, cast, rules, line, note, field):
        with pytest.raises(RulesInvalid) as refused:
            change(cast, rules, line, note)
        assert field in refused.value.fields
        assert versions() == []

    @pytest.mark.parametrize("name", ["ada", "mira"])
    def test_only_organisers_change_the_rules(self, cast, client, name):
        person = getattr(cast, name)
        with pytest.raises(NotAllowed):
            change_rules(person, cast.declaration, LINE, OWN, "", 1)
        somebody = client.sign_in(person)
        assert somebody.get(EDIT).status_code == 403
        assert somebody.post(EDIT, data=fields()).status_code == 403
        assert "Regeln ändern" not in somebody.get(RULES).text

    def test_the_command_line_can_too(self, cast):
        assert change_rules(Operator(), cast.declaration, LINE, OWN, "", 1).version == 2
        assert db.session.scalars(select(LogEntry)).one().actor_id is None

    def test_guest_is_led_to_the_sign_in(self, cast, client):
        assert client.get(EDIT).location.startswith("/login")


class TestForm:
    @pytest.fixture
    def otto(self, cast, client):
        return client.sign_in(cast.otto)

    def test_the_form_begins_with_the_rules_in_force(self, cast, otto):
        tree = html.fromstring(otto.get(EDIT).text)
        assert tree.xpath("//input[@id='heading_2']/@value") == ["Niemanden erkennbar machen"]
        assert tree.xpath("//input[@name='version']/@value") == ["1"]

    def test_saving_leads_to_the_page_of_all_rules(self, cast, otto):
        answer = otto.post(EDIT, data=fields())
        assert (answer.status_code, answer.location) == (303, RULES)
        page = otto.get(RULES).text
        assert "1. Kurz bleiben" in page
        assert "Ein Gedanke je Beitrag." in page

    def test_a_wrong_form_is_shown_again_with_its_words(self, cast, otto):
        answer = otto.post(EDIT, data=fields([("", "Ohne Überschrift"), OWN[1]], line="x" * 201))
        assert answer.status_code == 422
        assert "Ohne Überschrift" in answer.text
        assert 'href="#heading_1"' in answer.text
        assert 'href="#line"' in answer.text

    @pytest.mark.parametrize("version", ["", "1", "-1", "9" * 30, "²"])
    def test_an_old_form_shows_both_and_can_be_saved_once_more(self, cast, otto, version):
        change(cast)
        answer = otto.post(EDIT, data=fields([("Ganz anders", "")]) | {"version": version})
        assert answer.status_code == 409
        assert "Jemand war schneller" in answer.text
        assert "Ganz anders" in answer.text
        assert "Kurz bleiben" in answer.text
        seen = html.fromstring(answer.text).xpath("string(//input[@name='version']/@value)")
        assert otto.post(EDIT, data=fields([("Ganz anders", "")], version=seen)).status_code == 303
        assert rules_of(find_declaration("erklaerung")).rules[0].heading == "Ganz anders"

    def test_markup_in_a_rule_stays_text(self, cast, otto):
        otto.post(EDIT, data=fields([("<b>Fett</b>", "<script>alert(1)</script>")]))
        page = otto.get(RULES).text
        assert "<script>alert" not in page
        assert "&lt;b&gt;Fett" in page


class TestWords:
    def test_decisions_are_called_as_the_declaration_calls_its_rules(self, cast):
        with speaking("de"):
            assert rule_words(cast.declaration, Rule.STAY) == "Regel 1: Beim Absatz bleiben"
            change(cast)
            assert rule_words(cast.declaration, Rule.STAY) == "Regel 1: Kurz bleiben"
            assert rule_words(cast.declaration, Rule.LAW) == "Rechtswidrig"
            # One that these rules do not have.
            assert rule_words(cast.declaration, Rule.EVIDENCE) == "Regel 4: Belege nennen"

    def test_a_decision_keeps_the_words_that_held_when_it_was_taken(self, cast, client):
        before = builders.annotate(cast.ada, cast.declaration)
        change(cast, [*STANDARD_RULES[:3], ("Quellen angeben", "")])
        actions.hide(cast.mira, before, Rule.EVIDENCE, "Das ist nicht belegt.", before.version)
        change(cast, [("Nur noch diese", "")], version=2)
        decision = db.session.scalars(select(Decision)).one()
        with speaking("de"):
            then = house_rules.load_rules_then(cast.declaration, [decision])
            assert rule_words_then(decision, then) == "Regel 4: Quellen angeben"
            assert rule_words(cast.declaration, Rule.EVIDENCE) == "Regel 4: Belege nennen"
        assert "Regel 4: Quellen angeben" in client.sign_in(cast.ada).get(f"/a/{before.number}").text

    def test_readers_see_it_in_the_placeholder(self, cast, client):
        root = builders.annotate(cast.ada, cast.declaration)
        post_reply(cast.ben, root, Contribution("Das sehe ich anders."))
        change(cast)
        actions.hide(cast.mira, root, Rule.STAY, "Das gehört woandershin.", root.version)
        assert "Regel 1: Kurz bleiben" in client.get(f"/a/{root.number}").text

    def test_looking_up_old_words_takes_one_query_and_none_without_them(self, cast):
        annotation = builders.annotate(cast.ada, cast.declaration)
        decision = actions.hide(cast.mira, annotation, Rule.STAY, "Das gehört woandershin.", annotation.version)
        db.session.commit()
        assert cast.declaration.rules_version == decision.rules_version == 1
        with count_queries() as none:
            house_rules.load_rules_then(cast.declaration, [decision, None])
        assert none.count == 0
        change(cast)
        assert cast.declaration.rules_version == 2
        assert decision.rules_version == 1
        with count_queries() as one:
            house_rules.load_rules_then(cast.declaration, [decision])
        assert one.count == 1


class TestElsewhere:
    def test_one_sentence_stands_over_what_people_write(self, cast, client):
        parent = builders.annotate(cast.ben, cast.declaration)
        change(cast)
        ada = client.sign_in(cast.ada)
        for path in ("/d/erklaerung/3/1/annotations", f"/a/{parent.number}/replies"):
            page = ada.get(path).text
            assert LINE in page, path
            assert f'href="{RULES}"' in page

    def test_the_footer_leads_to_the_rules_of_the_declaration_at_hand(self, cast, client):
        assert f'<li><a href="{RULES}">' in client.get("/d/erklaerung").text
        assert '<li><a href="/regeln">' in client.get("/impressum").text

    def test_moderators_have_the_rules_beside_the_queue(self, cast, client):
        change(cast)
        page = client.sign_in(cast.mira).get("/d/erklaerung/moderation").text
        assert "Hausregeln" in page
        assert "Ein Gedanke je Beitrag." in page

    def test_results_name_the_rules_as_the_declaration_does(self, cast, client):
        change(cast)
        for _ in range(5):
            one = builders.annotate(cast.ada, cast.declaration)
            actions.hide(cast.mira, one, Rule.STAY, "Das gehört woandershin.", one.version)
        assert "Nicht gezeigt, Regel 1: Kurz bleiben" in client.get("/d/erklaerung/results").text

    def test_versions_say_since_when_they_hold(self, cast):
        moment = now()
        with frozen_at(moment):
            change(cast)
        newest, oldest = load_versions(cast.declaration)
        assert (newest.version, newest.written_at) == (2, moment)
        assert (oldest.version, oldest.written_at) == (1, cast.declaration.created_at)


def test_preview_shows_the_rules_and_stores_nothing(cast, client):
    client.sign_in(cast.otto)
    words = {"line": "Bitte freundlich.", "heading_1": "Freundlich bleiben", "explanation_1": "Immer."}
    answer = client.post("/d/erklaerung/rules/edit", data={**words, "version": "1", "preview": "1"})
    assert answer.status_code == 200
    assert "Noch ist nichts gespeichert." in answer.text
    assert "<strong>Freundlich bleiben</strong>" in answer.text
    db.session.refresh(cast.declaration)
    assert cast.declaration.rules == []
