"""Organisers answer contributions: one page for one, a list for all, one reason for many."""

import re
from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, edit_annotation, post_reply
from deliberation.annotations.models import Annotation, Kind, Outcome, OutcomeValue, Status
from deliberation.annotations.outcomes import set_outcome
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import find_declaration, find_thesis
from deliberation.editions.worklist import PAGE, Tab, Wish, load_worklist
from deliberation.permissions import NotAllowed, Operator, Phase
from deliberation.proposals.cosigning import cosign
from tests import builders
from tests.counting import count_queries
from tests.editions import scene
from tests.results.scene import give_votes

WHY = "Das steht schon in Absatz 1.1."
LIST = "/d/erklaerung/outcomes"
FORM = {"outcome": "declined", "reason": WHY, "edition": "", "form_key": "k1"}


def ask(cast, at="3.1", kind=Kind.QUESTION, body="Wer zahlt das?", by="ada", **fields):
    return builders.annotate(getattr(cast, by), cast.declaration, at, body, kind, **fields)


def stored():
    return db.session.scalars(select(Outcome).order_by(Outcome.id)).all()


def shown(page):
    """Numbers of the contributions on a page of the list, in their order."""
    return [int(value) for value in html.fromstring(page).xpath("//input[@name='number']/@value")]


def ticked(page):
    return [int(value) for value in html.fromstring(page).xpath("//input[@name='number'][@checked]/@value")]


def title(page):
    return html.fromstring(page).xpath("string(//title)")


def words(page):
    return " ".join(html.fromstring(page).xpath("string(//main)").split())


def next_edition(cast, *sentences, at="3.1"):
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), at, *sentences))


def wish(cast, **fields):
    return load_worklist(cast.otto, find_declaration("erklaerung"), Wish(**fields))


def numbers(page):
    return [row.annotation.number for row in page.rows]


# The list


def test_the_oldest_without_an_answer_comes_first(cast):
    first = ask(cast)
    practice = ask(cast, kind=Kind.PRACTICE)
    second = ask(cast, kind=Kind.OBJECTION)
    third = ask(cast, kind=Kind.PROPOSAL, wording="Anders.")
    post_reply(cast.ben, first, Contribution(body="Niemand.", form_key="r"))
    hidden = ask(cast)
    hidden.status = Status.HIDDEN
    db.session.commit()
    page = wish(cast)
    assert page.tab is Tab.OPEN
    assert numbers(page) == [first.number, second.number, third.number]
    assert practice.number not in numbers(page)


def test_each_state_has_its_pile(cast):
    waits, looked_at, done, also_done = ask(cast), ask(cast), ask(cast), ask(cast, kind=Kind.REFERENCE)
    received = ask(cast, kind=Kind.PRACTICE)
    set_outcome(cast.otto, looked_at, OutcomeValue.IN_REVIEW)
    set_outcome(cast.otto, also_done, OutcomeValue.PARTLY, WHY)
    set_outcome(cast.otto, done, OutcomeValue.DECLINED, WHY)
    set_outcome(cast.otto, received, OutcomeValue.RECEIVED)
    db.session.commit()
    assert numbers(wish(cast)) == [waits.number, received.number]
    assert numbers(wish(cast, tab=Tab.REVIEW)) == [looked_at.number]
    # The latest decision first.
    assert numbers(wish(cast, tab=Tab.DECIDED)) == [done.number, also_done.number]
    assert dict(wish(cast).counts) == {Tab.OPEN: 2, Tab.REVIEW: 1, Tab.DECIDED: 2}


def test_the_first_pile_with_something_in_it_opens_by_itself(cast):
    looked_at = ask(cast)
    set_outcome(cast.otto, looked_at, OutcomeValue.IN_REVIEW)
    db.session.commit()
    assert wish(cast).tab is Tab.REVIEW


def test_the_list_can_be_narrowed_to_a_thesis_and_a_kind(cast, client):
    there, here = ask(cast, "1.1"), ask(cast)
    objection = ask(cast, kind=Kind.OBJECTION)
    otto = client.sign_in(cast.otto)
    assert shown(otto.get(f"{LIST}?thesis=3").text) == [here.number, objection.number]
    assert shown(otto.get(f"{LIST}?kind=question").text) == [there.number, here.number]
    assert shown(otto.get(f"{LIST}?thesis=3&kind=objection").text) == [objection.number]
    assert wish(cast, thesis=find_thesis(cast.declaration, "3")).counts[Tab.OPEN] == 2
    assert "Hier ist mit dieser Auswahl nichts." in otto.get(f"{LIST}?thesis=2").text
    for nonsense in ("thesis=77", "kind=praise", "tab=all", "start=-3", "start=x", "start=99"):
        assert shown(otto.get(f"{LIST}?{nonsense}").text) == [there.number, here.number, objection.number]


def test_figures_say_how_many_are_decided_and_how_long_it_took(cast, client):
    with frozen_at(now() - timedelta(days=20)):
        old, older = ask(cast), ask(cast)
    new, waiting = ask(cast), ask(cast)
    with frozen_at(now() - timedelta(days=15)):
        set_outcome(cast.otto, older, OutcomeValue.IN_REVIEW)
    set_outcome(cast.otto, old, OutcomeValue.ADOPTED, WHY)
    set_outcome(cast.otto, older, OutcomeValue.DECLINED, WHY)
    with frozen_at(now() + timedelta(days=2)):
        set_outcome(cast.otto, new, OutcomeValue.PARTLY, WHY)
    with frozen_at(now() + timedelta(days=50)):
        # Said again later: what counts is when it was decided first.
        set_outcome(cast.otto, old, OutcomeValue.DECLINED, WHY)
    db.session.commit()
    figures = wish(cast).figures
    assert (figures.total, figures.decided, figures.percent, figures.days) == (4, 3, 75, 20)
    assert figures.by_value[OutcomeValue.RECEIVED] == 1
    page = words(client.sign_in(cast.otto).get(LIST).text)
    assert "von 4 sind entschieden, 75 %" in page
    waiting.status = Status.HIDDEN
    db.session.commit()
    assert wish(cast).figures.total == 3


def test_a_row_says_what_it_is_about_and_who_stands_behind_it(cast, client):
    ours = ask(cast, kind=Kind.PROPOSAL, wording="Schutz braucht erfahrene Menschen.", body="Weil wir das sehen.")
    cosign(cast.ben, ours)
    give_votes(ours, 5, 1)
    page = words(client.sign_in(cast.otto).get(LIST).text)
    for expected in (
        f"A-{ours.number}", "Textvorschlag", "Absatz 3.1", "Schutz braucht erfahrene Menschen.",
        "5 sehen das auch so, 1 anders", "1 Person hat mitgezeichnet", "seit 1 Minute",
    ):  # fmt: skip
        assert expected in page


def test_a_signature_under_other_words_does_not_count(cast):
    ours = ask(cast, kind=Kind.PROPOSAL, wording="Schutz braucht Menschen.")
    cosign(cast.ben, ours)
    db.session.commit()
    assert [row.signatures for row in wish(cast).rows] == [1]
    with frozen_at(now() + timedelta(minutes=5)):
        edit_annotation(cast.ada, ours, ours.body, "Schutz braucht viele Menschen.")
    db.session.commit()
    assert [row.signatures for row in wish(cast).rows] == [0]


def test_a_long_list_has_pages(cast, client):
    found = [ask(cast).number for _number in range(PAGE + 3)]
    otto = client.sign_in(cast.otto)
    first = otto.get(LIST)
    assert shown(first.text) == found[:PAGE]
    [more] = html.fromstring(first.text).xpath("//a[contains(.,'Weitere Beiträge zeigen')]/@href")
    assert shown(otto.get(more).text) == found[PAGE:]


@pytest.mark.parametrize("size", [2, 30])
def test_the_list_stays_within_its_budget_whatever_the_size(cast, client, size):
    for number in range(size):
        ours = ask(cast, kind=Kind.PROPOSAL, wording=f"Anders {number}.")
        cosign(cast.ben, ours)
    next_edition(cast, "Ganz neu.")
    for annotation in db.session.scalars(select(Annotation)).all():
        set_outcome(cast.otto, annotation, OutcomeValue.ADOPTED, WHY, 2)
    otto = client.sign_in(cast.otto)
    otto.get(LIST)
    with count_queries() as queries:
        assert "Geänderte Stelle ansehen" in otto.get(f"{LIST}?tab=decided").text
    assert queries.count <= 10


@pytest.mark.parametrize("name", ["ada", "mira"])
def test_the_list_is_for_organisers(cast, client, name):
    with pytest.raises(NotAllowed):
        load_worklist(getattr(cast, name), cast.declaration, Wish())
    person = client.sign_in(getattr(cast, name))
    assert person.get(LIST).status_code == 403
    assert person.post(LIST, data={**FORM, "number": "1"}).status_code == 403
    assert LIST not in person.get("/d/erklaerung").text


def test_a_guest_is_led_to_the_sign_in(cast, client):
    assert client.get(LIST).location.startswith("/login?next=")


def test_organisers_find_the_list_in_the_menu_and_beside_the_other_desks(cast, client):
    otto = client.sign_in(cast.otto)
    assert f'href="{LIST}"' in otto.get("/d/erklaerung").text
    tree = html.fromstring(otto.get(LIST).text)
    links = tree.xpath("//nav[@aria-label='Redaktion']/a")
    assert [link.text for link in links] == [
        "Was wurde daraus", "Vorschläge übernehmen", "Nächste Fassung", "Bericht", "Anmerkungen zuordnen",
    ]  # fmt: skip
    assert links[0].get("aria-current") == "page"
    assert all(otto.get(link.get("href")).status_code in (200, 303) for link in links)


def test_an_empty_list_is_friendly(cast, client):
    otto = client.sign_in(cast.otto)
    assert "Noch wartet niemand auf eine Antwort." in otto.get(LIST).text
    set_outcome(cast.otto, ask(cast), OutcomeValue.DECLINED, WHY)
    assert "Alle Beiträge haben eine Antwort." in otto.get(f"{LIST}?tab=open").text


def test_whoever_saw_the_votes_here_votes_with_that_knowledge(cast, client):
    assert cast.otto.membership_in(cast.declaration.id).results_seen_at is None
    client.sign_in(cast.otto).get(LIST)
    assert cast.otto.membership_in(cast.declaration.id).results_seen_at is not None


# Many at once


def test_one_reason_answers_all_that_are_ticked(cast, client):
    first, second, third = ask(cast), ask(cast), ask(cast, "1.1")
    otto = client.sign_in(cast.otto)
    answer = otto.post(f"{LIST}?tab=open&kind=question", data={**FORM, "number": [first.number, third.number]})
    assert (answer.status_code, answer.location) == (303, f"{LIST}?tab=open&kind=question")
    assert "2 Beiträge: Nicht übernommen." in otto.get(answer.location).text
    assert shown(otto.get(LIST).text) == [second.number]
    assert {one.reason for one in stored()} == {WHY}


def test_the_same_bulk_sent_twice_is_stored_once(cast, client):
    first, second = ask(cast), ask(cast)
    otto = client.sign_in(cast.otto)
    for _time in range(2):
        otto.post(LIST, data={**FORM, "number": [first.number, second.number]})
    assert len(stored()) == 2


def test_bulk_names_the_edition_where_the_words_changed(cast, client):
    first, second = ask(cast), ask(cast, "1.1")
    next_edition(cast, "Ganz neu gefasst.")
    otto = client.sign_in(cast.otto)
    data = {**FORM, "outcome": "adopted", "edition": "2", "number": [first.number, second.number]}
    answer = otto.post(LIST, data=data)
    assert "2 Beiträge: Übernommen in Fassung 2." in otto.get(answer.location).text
    assert [(one.edition.number, bool(one.paragraph_id)) for one in stored()] == [(2, True), (2, False)]


def test_an_edition_that_some_were_written_to_is_refused_and_everything_kept(cast, client):
    first = ask(cast)
    next_edition(cast, "Ganz neu gefasst.")
    late = ask(cast)
    otto = client.sign_in(cast.otto)
    data = {**FORM, "outcome": "adopted", "edition": "2", "number": [first.number, late.number]}
    answer = otto.post(LIST, data=data)
    assert answer.status_code == 422
    assert f"A-{late.number}: erst zu dieser oder einer späteren Fassung geschrieben." in answer.text
    assert WHY in answer.text
    assert ticked(answer.text) == [first.number, late.number]
    assert stored() == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"number": []}, "Bitte wählen Sie mindestens einen Beitrag aus."),
        ({"number": ["x"]}, "Bitte wählen Sie mindestens einen Beitrag aus."),
        ({"number": ["²"]}, "Bitte wählen Sie mindestens einen Beitrag aus."),
        ({"number": ["9" * 30]}, "Bitte wählen Sie mindestens einen Beitrag aus."),
        ({"number": [str(n) for n in range(1, 202)]}, "Bitte höchstens 200 Beiträge auf einmal."),
        ({"outcome": ""}, "Bitte wählen Sie, was daraus wurde."),
        ({"outcome": "praise"}, "Bitte wählen Sie, was daraus wurde."),
        ({"reason": "Nein."}, "Bitte begründen Sie das in einem Satz."),
        ({"reason": "x" * 601}, "Bitte höchstens 600 Zeichen."),
        ({"edition": "7"}, "Diese Fassung kann hier nicht stehen."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(cast, client, wrong, message):
    first, second = ask(cast), ask(cast)
    otto = client.sign_in(cast.otto)
    data = {**FORM, "number": [str(first.number)], **wrong}
    answer = otto.post(f"{LIST}?kind=question", data=data)
    assert answer.status_code == 422
    assert title(answer.text).startswith("Fehler:")
    assert message in answer.text
    assert data["reason"] in answer.text
    if data["number"] == [str(first.number)]:
        assert ticked(answer.text) == [first.number]
    assert stored() == []
    assert second.outcome is None


def test_what_was_hidden_meanwhile_is_left_out_and_said(cast, client):
    first, hidden = ask(cast), ask(cast)
    hidden.status = Status.HIDDEN
    otto = client.sign_in(cast.otto)
    answer = otto.post(LIST, data={**FORM, "number": [first.number, hidden.number]})
    page = otto.get(answer.location).text
    assert "1 Beitrag: Nicht übernommen." in page
    assert f"Nicht festgehalten: A-{hidden.number} " in page
    assert [one.annotation_id for one in stored()] == [first.number]


def test_contributions_of_another_text_are_out_of_reach(cast, client):
    other = builders.make_declaration("zweite")
    theirs = builders.annotate(cast.ben, other, kind=Kind.QUESTION)
    answer = client.sign_in(cast.otto).post(LIST, data={**FORM, "number": [theirs.number]})
    assert answer.status_code == 303
    assert stored() == []


def test_all_of_a_page_can_be_ticked_without_a_script(cast, client):
    found = [ask(cast).number, ask(cast).number]
    otto = client.sign_in(cast.otto)
    page = otto.get(LIST).text
    assert ticked(page) == []
    [address] = html.fromstring(page).xpath("//a[contains(.,'Alle auf dieser Seite auswählen')]/@href")
    assert ticked(otto.get(address).text) == found


# One contribution


def test_otto_answers_one_contribution(cast, client):
    question = ask(cast)
    otto = client.sign_in(cast.otto)
    page = otto.get(f"/a/{question.number}").text
    [link] = html.fromstring(page).xpath("//a[starts-with(.,'Was wurde daraus?')]/@href")
    assert link == f"/a/{question.number}/outcome"
    assert "Wer zahlt das?" in otto.get(link).text
    answer = otto.post(link, data=FORM)
    assert (answer.status_code, answer.location) == (303, f"/a/{question.number}#a-{question.number}")
    after = words(otto.get(f"/a/{question.number}").text)
    assert "Nicht übernommen" in after
    assert WHY in after


@pytest.mark.parametrize("name", ["ada", "ben", "mira"])
def test_nobody_else_is_offered_it(cast, client, name):
    question = ask(cast)
    person = client.sign_in(getattr(cast, name))
    assert "Was wurde daraus?" not in person.get(f"/a/{question.number}").text
    assert person.get(f"/a/{question.number}/outcome").status_code == 403
    refused = person.post(f"/a/{question.number}/outcome", data=FORM)
    assert refused.status_code == 403
    assert WHY in refused.text
    assert stored() == []


def test_guest_is_led_to_the_sign_in(cast, client):
    question = ask(cast)
    assert client.get(f"/a/{question.number}/outcome").location.startswith("/login?next=")
    assert "Was wurde daraus?" not in client.get(f"/a/{question.number}").text


def test_replies_are_answered_where_the_conversation_began(cast, client):
    question = ask(cast)
    reply = post_reply(cast.ben, question, Contribution(body="Niemand.", form_key="r"))
    otto = client.sign_in(cast.otto)
    assert otto.get(f"/a/{question.number}").text.count("Was wurde daraus?") == 1
    answer = otto.get(f"/a/{reply.number}/outcome")
    assert answer.status_code == 403
    assert "steht bei dem Beitrag, auf den sie antwortet" in answer.text


@pytest.mark.parametrize(("status", "code"), [(Status.HIDDEN, 403), (Status.WITHDRAWN, 403), (Status.PENDING, 404)])
def test_what_is_not_shown_has_no_such_page(cast, client, status, code):
    question = ask(cast, body="Das soll niemand lesen.")
    question.status = status
    answer = client.sign_in(cast.otto).get(f"/a/{question.number}/outcome")
    assert answer.status_code == code
    assert "Das soll niemand lesen." not in answer.text


def test_there_is_no_page_for_what_does_not_exist(cast, client):
    assert client.sign_in(cast.otto).get("/a/4711/outcome").status_code == 404


def test_only_editions_that_came_later_can_be_chosen(cast, client):
    first = ask(cast)
    next_edition(cast, "Ganz neu gefasst.")
    second = ask(cast)
    next_edition(cast, "Noch einmal neu.")
    otto = client.sign_in(cast.otto)

    def choices(annotation):
        tree = html.fromstring(otto.get(f"/a/{annotation.number}/outcome").text)
        return tree.xpath("//select[@name='edition']/option/@value")

    assert choices(first) == ["", "3", "2"]
    assert choices(second) == ["", "3"]
    data = {**FORM, "outcome": "adopted", "edition": "2"}
    assert otto.post(f"/a/{second.number}/outcome", data=data).status_code == 422
    assert otto.post(f"/a/{first.number}/outcome", data=data).status_code == 303


def test_the_page_shows_the_words_then_and_now(cast, client):
    objection = ask(cast, kind=Kind.OBJECTION, sentences=[2])
    otto = client.sign_in(cast.otto)
    address = f"/a/{objection.number}/outcome"
    assert "Geschrieben zu Fassung" not in otto.get(address).text
    next_edition(cast, "Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht erfahrene Menschen.")
    tree = html.fromstring(otto.get(address).text)
    assert "Geschrieben zu Fassung 1." in tree.xpath("string(//main)")
    assert "erfahrene" in "".join(tree.xpath("//ins//text()"))
    next_edition(cast, "Eine Inobhutnahme ist keine Dienstleistung.")
    page = words(otto.get(address).text)
    assert "Diese Worte stehen nicht mehr im Text: Sie braucht Menschen." in page


def test_the_form_begins_with_what_was_said_last_and_keeps_the_record(cast, client):
    question = ask(cast)
    set_outcome(cast.otto, question, OutcomeValue.IN_REVIEW, "Wir fragen nach.")
    set_outcome(cast.otto, question, OutcomeValue.DECLINED, WHY)
    page = client.sign_in(cast.otto).get(f"/a/{question.number}/outcome").text
    tree = html.fromstring(page)
    assert tree.xpath("//input[@name='outcome'][@checked]/@value") == ["declined"]
    assert tree.xpath("string(//textarea[@name='reason'])").strip() == WHY
    assert "1 früherer Stand" in page
    assert "Wir fragen nach." in page


def test_an_incomplete_answer_comes_back_with_its_words(cast, client):
    question = ask(cast)
    otto = client.sign_in(cast.otto)
    answer = otto.post(f"/a/{question.number}/outcome", data={**FORM, "reason": "Nein."})
    assert answer.status_code == 422
    assert title(answer.text).startswith("Fehler:")
    assert html.fromstring(answer.text).xpath("string(//textarea[@name='reason'])") == "Nein."
    assert otto.post(f"/a/{question.number}/outcome", data={}).status_code == 422
    assert stored() == []


def test_the_same_answer_sent_twice_is_stored_once(cast, client):
    question = ask(cast)
    otto = client.sign_in(cast.otto)
    for _time in range(2):
        assert otto.post(f"/a/{question.number}/outcome", data=FORM).status_code == 303
    assert len(stored()) == 1


def test_from_the_list_one_comes_back_to_the_list_and_nowhere_else(cast, client):
    question = ask(cast)
    otto = client.sign_in(cast.otto)
    [link] = html.fromstring(otto.get(f"{LIST}?kind=question").text).xpath("//a[starts-with(.,'Einzeln')]/@href")
    [back] = html.fromstring(otto.get(link).text).xpath("//input[@name='back']/@value")
    assert back == f"{LIST}?tab=open&kind=question"
    address = f"/a/{question.number}/outcome"
    assert otto.post(address, data={**FORM, "back": back}).location == back
    elsewhere = otto.post(address, data={**FORM, "form_key": "k2", "back": "//example.org/"})
    assert elsewhere.location.startswith(f"/a/{question.number}")


def test_outcomes_are_said_after_the_deliberation_has_ended(cast, client):
    question = ask(cast)
    cast.declaration.phase = Phase.CLOSED
    assert client.sign_in(cast.otto).post(f"/a/{question.number}/outcome", data=FORM).status_code == 303


# What everybody sees


def test_everybody_sees_that_it_was_received_and_then_what_became_of_it(cast, client):
    question = ask(cast)
    practice = ask(cast, kind=Kind.PRACTICE)

    def line(annotation):
        tree = html.fromstring(client.get(f"/a/{annotation.number}").text)
        return [" ".join(one.text_content().split()) for one in tree.xpath("//div[contains(@class,'outcome')]")]

    assert line(question) == ["Eingegangen"]
    assert line(practice) == []
    set_outcome(cast.otto, question, OutcomeValue.IN_REVIEW)
    assert line(question)[0].startswith("In Prüfung")
    set_outcome(cast.otto, question, OutcomeValue.DECLINED, WHY)
    assert line(question)[0].startswith("Nicht übernommen")
    assert WHY in line(question)[0]
    set_outcome(cast.otto, practice, OutcomeValue.PARTLY, WHY)
    assert line(practice)[0].startswith("Teilweise übernommen")


def outcome_link(client, annotation):
    tree = html.fromstring(client.get(f"/a/{annotation.number}").text)
    [link] = tree.xpath("//div[contains(@class,'outcome')]//a/@href")
    return link


def leads_somewhere(client, link):
    """Whether the page of a link has the place that it names."""
    path, _, fragment = link.partition("#")
    answer = client.get(path)
    return answer.status_code == 200 and (not fragment or bool(re.search(f'id="{fragment}"', answer.text)))


def test_the_answer_leads_to_the_changed_words(cast, client):
    objection = ask(cast, kind=Kind.OBJECTION, sentences=[2])
    next_edition(cast, "Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht erfahrene Menschen.")
    set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2)
    link = outcome_link(client, objection)
    assert link == "/d/erklaerung/changes?from=1&to=2#absatz-3-1"
    assert leads_somewhere(client, link)
    assert "Übernommen in Fassung 2" in client.get(f"/a/{objection.number}").text


def test_the_answer_leads_to_words_that_were_taken_out(cast, client):
    objection = ask(cast, "3.2", kind=Kind.OBJECTION)
    scene.publish(cast.declaration, scene.removed(scene.text(cast.declaration), "3.2"))
    set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2)
    link = outcome_link(client, objection)
    assert link.endswith("from=1&to=2#absatz-3-2")
    assert leads_somewhere(client, link)
    assert "Gestrichene Stelle ansehen" in client.get(f"/a/{objection.number}").text


def test_the_answer_leads_to_where_the_words_were_then_even_if_they_went_on(cast, client):
    objection = ask(cast, "3.2", kind=Kind.OBJECTION)
    scene.publish(cast.declaration, scene.moved(scene.text(cast.declaration), "3.2", "1.1"))
    set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2)
    scene.publish(cast.declaration, scene.moved(scene.text(cast.declaration), "1.1a", "2.1"))
    link = outcome_link(client, objection)
    assert link.endswith("from=1&to=2#absatz-1-1a")
    assert leads_somewhere(client, link)


def test_where_nothing_changed_the_page_says_so(cast, client):
    objection = ask(cast, kind=Kind.OBJECTION)
    next_edition(cast, "Ganz neu gefasst.", at="1.1")
    set_outcome(cast.otto, objection, OutcomeValue.ADOPTED, WHY, 2)
    assert "Ohne Änderung an dieser Stelle." in client.get(f"/a/{objection.number}").text
    assert outcome_link(client, objection) == "/d/erklaerung/changes?from=1&to=2"


def test_for_a_whole_thesis_the_answer_leads_to_all_changes(cast, client):
    whole = ask(cast, "3.0", kind=Kind.OBJECTION)
    next_edition(cast, "Ganz neu gefasst.")
    set_outcome(cast.otto, whole, OutcomeValue.ADOPTED, WHY, 2)
    page = client.get(f"/a/{whole.number}").text
    assert "Alle Änderungen in Fassung 2" in page
    assert "Ohne Änderung an dieser Stelle." not in page


def test_what_is_not_shown_says_nothing_about_its_outcome(cast, client):
    question = ask(cast)
    set_outcome(cast.otto, question, OutcomeValue.DECLINED, WHY)
    post_reply(cast.ben, question, Contribution(body="Schade.", form_key="r"))
    question.status = Status.HIDDEN
    db.session.commit()
    for visitor in (client, client.sign_in(cast.mira), client.sign_in(cast.ada)):
        page = visitor.get(f"/a/{question.number}").text
        assert 'class="outcome"' not in page
        assert WHY not in page


def test_a_reason_is_words_and_never_markup(cast, client):
    question = ask(cast)
    set_outcome(Operator(), question, OutcomeValue.DECLINED, "<script>alert(1)</script> steht schon da.")
    page = client.get(f"/a/{question.number}").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_outcomes_cost_no_query_for_each_contribution(cast, client):
    def cost():
        client.get("/d/erklaerung/3/1?all=1")
        with count_queries() as queries:
            assert "Übernommen in Fassung 2" in client.get("/d/erklaerung/3/1?all=1").text
        return queries.count

    first = ask(cast)
    others = [ask(cast) for _number in range(20)]
    next_edition(cast, "Ganz neu gefasst.")
    set_outcome(cast.otto, first, OutcomeValue.ADOPTED, WHY, 2)
    one = cost()
    for annotation in others:
        set_outcome(cast.otto, annotation, OutcomeValue.ADOPTED, WHY, 2)
    assert cost() == one
