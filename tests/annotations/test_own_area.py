"""In one's own area stands first what became of what one wrote."""

import re

import pytest
from lxml import html

from deliberation.annotations import mine
from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind, OutcomeValue, StanceValue, Status
from deliberation.annotations.outcomes import set_outcome
from deliberation.annotations.positions import take_stance
from deliberation.annotations.responses import ResponseKind, respond
from deliberation.database import db
from tests import builders
from tests.counting import count_queries
from tests.editions import scene

WHY = "Das steht schon in Absatz 1.1."


def ask(cast, by="ada", at="3.1", kind=Kind.QUESTION, body="Wer zahlt das?", **fields):
    return builders.annotate(getattr(cast, by), cast.declaration, at, body, kind, **fields)


def sections(client, user):
    """Heading and words of each section of the page, in order."""
    tree = html.fromstring(client.sign_in(user).get("/me").text)
    return [
        (section.xpath("string(h2)"), " ".join(section.text_content().split()))
        for section in tree.xpath("//main/section")
    ]


def outcomes(user):
    db.session.refresh(user)
    return [e.annotation.number for own in mine.load_area(user).declarations for e in own.outcomes]


def test_what_became_of_it_stands_above_everything_else(cast, client):
    question = ask(cast)
    practice = ask(cast, kind=Kind.PRACTICE, body="So ist es bei uns.")
    set_outcome(cast.otto, question, OutcomeValue.DECLINED, WHY)
    found = sections(client, cast.ada)
    assert [heading for heading, _words in found]== ["Was wurde aus meinen Beiträgen?", "Erklärung"]
    first, other = found[0][1], found[1][1]
    for expected in ("Frage", f"Gespräch A-{question.number}", "Absatz 3.1", "Wer zahlt das?", "Nicht übernommen", WHY):
        assert expected in first
    assert "So ist es bei uns." not in first
    assert "So ist es bei uns." in other
    assert f"A-{practice.number}" in other
    assert "Wer zahlt das?" not in other


def test_who_wrote_nothing_yet_reads_what_will_stand_there(cast, client):
    heading, words = sections(client, cast.ben)[0]
    assert heading == "Was wurde aus meinen Beiträgen?"
    assert "Noch haben Sie keinen geschrieben." in words


def test_who_wrote_only_what_needs_an_answer_finds_no_empty_list_below(cast, client):
    ask(cast)
    words = sections(client, cast.ada)[1][1]
    assert "Ihre Beiträge stehen oben" in words
    assert "Noch kein Beitrag" not in words


def test_the_latest_news_come_first_and_then_what_waits_longest(cast):
    waits, waits_too = ask(cast), ask(cast, kind=Kind.PROPOSAL, wording="Anders.")
    early, late = ask(cast), ask(cast, kind=Kind.OBJECTION)
    set_outcome(cast.otto, early, OutcomeValue.DECLINED, WHY)
    set_outcome(cast.otto, late, OutcomeValue.IN_REVIEW)
    assert outcomes(cast.ada) == [late.number, early.number, waits.number, waits_too.number]
    set_outcome(cast.otto, early, OutcomeValue.PARTLY, WHY)
    assert outcomes(cast.ada)[0] == early.number


def test_other_kinds_stand_there_once_somebody_answered_them(cast):
    practice = ask(cast, kind=Kind.PRACTICE)
    assert outcomes(cast.ada) == []
    set_outcome(cast.otto, practice, OutcomeValue.ADOPTED, WHY)
    assert outcomes(cast.ada) == [practice.number]


def test_nobody_reads_the_outcomes_of_others(cast, client):
    ask(cast, by="ben", body="Nur von Ben.")
    assert outcomes(cast.ada) == []
    assert "Nur von Ben." not in client.sign_in(cast.ada).get("/me").text


@pytest.mark.parametrize("status", [Status.PENDING, Status.HIDDEN, Status.WITHDRAWN])
def test_what_is_not_shown_stands_below_with_its_state(cast, client, status):
    question = ask(cast)
    set_outcome(cast.otto, question, OutcomeValue.DECLINED, WHY)
    question.status = status
    found = sections(client, cast.ada)
    assert "Noch haben Sie keinen geschrieben." in found[0][1]
    assert f"A-{question.number}" in found[1][1]


def test_replies_stay_below(cast, client):
    question = ask(cast, by="ben")
    post_reply(cast.ada, question, Contribution(body="Niemand zahlt.", form_key="r"))
    found = sections(client, cast.ada)
    assert "Niemand zahlt." not in found[0][1]
    assert "Niemand zahlt." in found[1][1]


def test_links_lead_to_the_changed_words_and_to_the_conversation(cast, client):
    proposal = ask(cast, kind=Kind.PROPOSAL, sentences=[2], wording="Sie braucht erfahrene Menschen.")
    respond(cast.mira, proposal, ResponseKind.INFORMATION, "Das prüfen wir.", "m")
    text = scene.text(cast.declaration)
    first = scene.paragraph(text, "3.1").sentences[0]
    scene.publish(cast.declaration, scene.reworded(text, "3.1", first, "Sie braucht erfahrene Menschen."))
    set_outcome(cast.otto, proposal, OutcomeValue.ADOPTED, WHY, 2)
    page = client.sign_in(cast.ada).get("/me").text
    links = html.fromstring(page).xpath("//section[@aria-labelledby='outcomes-h']//a/@href")
    assert f"/a/{proposal.number}#a-{proposal.number}" in links
    assert "/d/erklaerung/changes?from=1&to=2#absatz-3-1" in links
    assert "Übernommen in Fassung 2" in page
    assert "1 Antwort der Moderation" in page


def test_it_says_when_the_words_read_differently_now(cast, client):
    reworded, gone, same = ask(cast, sentences=[2]), ask(cast, at="3.2"), ask(cast, at="1.1")
    assert "Geschrieben zu Fassung" not in sections(client, cast.ada)[0][1]
    text = scene.text(cast.declaration)
    first = scene.paragraph(text, "3.1").sentences[0]
    text = scene.removed(scene.reworded(text, "3.1", first, "Sie braucht erfahrene Menschen."), "3.2")
    scene.publish(cast.declaration, text)
    tree = html.fromstring(client.sign_in(cast.ada).get("/me").text)

    def note(annotation):
        line = tree.xpath(f"//section[@aria-labelledby='outcomes-h']//li[.//a[contains(.,'A-{annotation.number}')]]")[0]
        return " ".join(line.xpath("string(.//p[contains(@class,'annotation__note')])").split())

    assert note(reworded) == "Geschrieben zu Fassung 1: diese Worte lauten heute anders."
    assert note(gone) == "Geschrieben zu Fassung 1: diese Worte stehen nicht mehr im Text."
    assert note(same) == ""


def test_after_an_edition_it_leads_to_stances_on_earlier_words(cast, client):
    place = builders.paragraph(cast.declaration, "3.1")
    take_stance(cast.ada, place.thesis, place, StanceValue.CARRY)
    assert "Gilt Ihre Haltung noch?" not in client.sign_in(cast.ada).get("/me").text
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Ganz neu."))
    page = client.sign_in(cast.ada).get("/me").text
    assert html.fromstring(page).xpath("//a[.='Gilt Ihre Haltung noch?']/@href") == ["/d/erklaerung/stances"]


def test_each_declaration_is_named_where_there_are_several(cast, client):
    other = builders.make_declaration("zweite", title="Zweite Erklärung")
    ask(cast)
    builders.annotate(cast.ada, other, kind=Kind.OBJECTION, body="Auch hier.")
    tree = html.fromstring(client.sign_in(cast.ada).get("/me").text)
    names = tree.xpath("//section[@aria-labelledby='outcomes-h']/h3/text()")
    assert sorted(names) == ["Erklärung", "Zweite Erklärung"]


@pytest.mark.parametrize("size", [1, 15])
def test_the_area_costs_the_same_however_much_one_wrote(cast, client, size):
    other = builders.make_declaration("zweite")
    for _number in range(size):
        ask(cast)
        builders.annotate(cast.ada, other, kind=Kind.OBJECTION)
        ask(cast, kind=Kind.PRACTICE)
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Ganz neu."))
    db.session.refresh(cast.ada)
    for own in mine.load_area(cast.ada).declarations:
        for entry in own.outcomes:
            value = OutcomeValue.DECLINED if own.declaration is other else OutcomeValue.ADOPTED
            organiser = (
                builders.make_member(other, role=builders.Role.ORGANISER) if own.declaration is other else cast.otto
            )
            set_outcome(organiser, entry.annotation, value, WHY, None if own.declaration is other else 2)
    ada = client.sign_in(cast.ada)
    ada.get("/me")
    with count_queries() as queries:
        assert "Geänderte Stelle ansehen" in ada.get("/me").text
    assert queries.count <= 11


def test_of_very_many_the_first_are_shown_and_all_are_counted(cast, client, monkeypatch):
    monkeypatch.setattr(mine, "OWN_SHOWN", 3)
    for number in range(5):
        builders.annotate(cast.ada, cast.declaration, body=f"Nummer {number}.")
        builders.annotate(cast.ada, cast.declaration, body=f"Frage {number}?", kind=Kind.QUESTION)
    page = client.sign_in(cast.ada).get("/me").text
    assert re.findall(r"Nummer (\d)\.", page) == ["0", "1", "2"]
    assert re.findall(r"Frage (\d)\?", page) == ["0", "1", "2"]
    assert page.count("Alle 5 Beiträge stehen in Ihrer Stellungnahme.") == 2
