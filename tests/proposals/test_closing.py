"""The closing round as people meet it: putting up, rating, and reading what came of it."""

import pytest
from lxml import html
from sqlalchemy import func, select

from deliberation.annotations.models import Status
from deliberation.database import db
from deliberation.declarations.models import find_declaration, load_paragraphs
from deliberation.permissions import Guest, Phase
from deliberation.proposals.ballots import count_ballots
from deliberation.proposals.closing import load_closing
from deliberation.proposals.models import Ballot, Resistance
from tests import builders
from tests.counting import count_queries
from tests.editions import scene as editions
from tests.proposals.scene import PEOPLE, SERVICE, propose, put_up, rate, raters

PAGE = "/d/erklaerung/closing"
BALLOTS = "/d/erklaerung/3/1/ballots"
PLACE = "/d/erklaerung/3/1/proposals"


@pytest.fixture
def rivals(cast):
    return (
        propose(cast.ada, cast.declaration, "Eine Inobhutnahme ist Schutz.", 1),
        propose(cast.ben, cast.declaration, "Eine Inobhutnahme ist ein Schutz.", 1),
    )


def fields(ballot, *marks, **more):
    given = {
        f"option-{option.id}": mark for option, mark in zip(ballot.options, marks, strict=False) if mark is not None
    }
    return {"ballot": ballot.id, **given, **more}


def section(page, ballot) -> str:
    return " ".join(html.fromstring(page.text).xpath(f"string(//section[@id='wahl-{ballot.id}'])").split())


def count(table=Resistance) -> int:
    return db.session.scalar(select(func.count(table.id))) or 0


def test_organiser_puts_wordings_up_from_the_page_with_the_proposals(cast, client, rivals):
    otto = client.sign_in(cast.otto)
    form = html.fromstring(otto.get(PLACE).text).xpath(f"//form[@action='{BALLOTS}']")[0]
    assert [box.get("value") for box in form.xpath(".//input[@name='proposal']")] == [str(one.number) for one in rivals]
    data = {"proposal": [one.number for one in rivals], "form_key": "einmal"}
    for _ in range(2):
        answer = otto.post(BALLOTS, data=data)
        assert (answer.status_code, answer.location) == (303, f"{PAGE}#wahl-1")
    assert count(Ballot) == 1
    page = otto.get(PLACE)
    assert "Kommt in der Schlussrunde zur Wahl" in page.text
    assert not html.fromstring(page.text).xpath(f"//form[@action='{BALLOTS}']")


def test_a_ballot_that_makes_no_sense_is_explained_and_the_choice_kept(cast, client, rivals):
    other = propose(cast.ada, cast.declaration, "Beides anders.", 1, 2)
    otto = client.sign_in(cast.otto)
    answer = otto.post(BALLOTS, data={"proposal": [rivals[0].number, other.number]})
    assert answer.status_code == 422
    assert "Diese Vorschläge ersetzen nicht genau dieselben Worte." in answer.text
    checked = html.fromstring(answer.text).xpath("//input[@name='proposal'][@checked]/@value")
    assert sorted(checked) == sorted([str(rivals[0].number), str(other.number)])
    for data, words in (
        ({}, "Wählen Sie bitte mindestens einen Vorschlag aus."),
        ({"proposal": ["x"]}, "mindestens ein und höchstens vier"),
        ({"proposal": [1, 2, 3, 4, 5]}, "höchstens vier Vorschläge"),
        ({"proposal": [999]}, "mindestens ein und höchstens vier"),
    ):
        answer = otto.post(BALLOTS, data=data)
        assert answer.status_code == 422
        assert words in answer.text
    assert count(Ballot) == 0


def test_every_refusal_is_a_sentence_of_its_own(cast, client, rivals):
    present = propose(cast.ben, cast.declaration, f" {SERVICE}", 1)
    same = propose(cast.ben, cast.declaration, "Eine  Inobhutnahme ist Schutz.", 1)
    whole = propose(cast.ben, cast.declaration, "Ganz neu.")
    otto = client.sign_in(cast.otto)

    def answer(*proposals) -> str:
        page = otto.post(BALLOTS, data={"proposal": [one.number for one in proposals]})
        assert page.status_code == 422
        return page.text

    assert f"A-{present.number} steht schon so im Text." in answer(rivals[0], present)
    assert f"A-{rivals[0].number} und A-{same.number} sind wortgleich." in answer(rivals[0], same)
    put_up(cast, *rivals, phase=None)
    assert "Über Absatz 3.1 wird schon abgestimmt" in answer(whole)
    cast.declaration.phase = Phase.EVALUATING
    assert "In der Phase „Auswertung“ kommt nichts mehr zur Wahl" in answer(whole)
    assert not html.fromstring(otto.get(PLACE).text).xpath(f"//form[@action='{BALLOTS}']")
    assert count(Ballot) == 1


@pytest.mark.parametrize("phase", list(Phase)[1:])
def test_who_sees_the_result_when_is_said_as_it_is(cast, client, rivals, phase):
    put_up(cast, *rivals, phase=phase)
    page = client.get(PAGE).text
    is_over = phase in (Phase.EVALUATING, Phase.CLOSED)
    assert ("Das Ergebnis sehen jetzt alle genau" in page) is is_over
    assert ("Das Ergebnis sehen Sie nach Ihrer Bewertung" in page) is not is_over


@pytest.mark.parametrize(("person", "status"), [("", 303), ("ada", 403), ("mira", 403)])
def test_nobody_else_puts_anything_up(cast, client, rivals, person, status):
    if person:
        client.sign_in(getattr(cast, person))
    assert client.post(BALLOTS, data={"proposal": rivals[0].number}).status_code == status
    assert "Zur Wahl stellen" not in client.get(PLACE).text
    assert count(Ballot) == 0


def test_participant_rates_changes_and_withdraws(cast, client, rivals):
    ballot = put_up(cast, *rivals)
    ada = client.sign_in(cast.ada)
    page = ada.get(PAGE)
    tree = html.fromstring(page.text)
    assert len(tree.xpath("//fieldset")) == 3
    assert [len(field.xpath(".//input[@type='radio']")) for field in tree.xpath("//fieldset")] == [11, 11, 11]
    assert "Bisheriger Wortlaut" in tree.xpath("string(//fieldset[1]/legend)")
    assert "0 kein Widerstand, 10 kann ich nicht mittragen" in tree.xpath("string(//fieldset[1]/legend)")
    answer = ada.post(PAGE, data=fields(ballot, 7, 0, 10))
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#wahl-{ballot.id}")
    page = ada.get(PAGE)
    assert "Ihre Bewertung ist gespeichert." in section(page, ballot)
    assert "Ab 5 Personen zeigen wir hier ein Bild." in section(page, ballot)
    assert html.fromstring(page.text).xpath("//input[@checked]/@value") == ["7", "0", "10"]
    ada.post(PAGE, data=fields(ballot, 1, 2, 3))
    assert html.fromstring(ada.get(PAGE).text).xpath("//input[@checked]/@value") == ["1", "2", "3"]
    ada.post(PAGE, data=fields(ballot, act="withdraw"))
    assert count() == 0


def test_every_wording_needs_a_mark_and_given_ones_stay(cast, client, rivals):
    ballot = put_up(cast, *rivals)
    ada = client.sign_in(cast.ada)
    answer = ada.post(PAGE, data=fields(ballot, 7, "elf"))
    assert answer.status_code == 422
    assert "<title>Fehler:" in answer.text
    tree = html.fromstring(answer.text)
    links = tree.xpath("//div[@class='errors']//a/@href")
    assert links == [f"#option-{option.id}-0" for option in ballot.options[1:]]
    assert all(tree.xpath(f"//*[@id='{link[1:]}']") for link in links)
    assert tree.xpath("//input[@checked]/@value") == ["7"]
    assert count() == 0


@pytest.mark.parametrize("ballot", ["", "77", "x", "9" * 30])
def test_a_ballot_that_is_not_there_is_not_found(cast, client, rivals, ballot):
    put_up(cast, *rivals)
    assert client.sign_in(cast.ada).post(PAGE, data={"ballot": ballot}).status_code == 404


def test_guest_reads_without_a_form_and_is_led_back_after_signing_in(cast, client, rivals):
    ballot = put_up(cast, *rivals)
    page = client.get(PAGE)
    assert "Set-Cookie" not in page.headers
    tree = html.fromstring(page.text)
    assert not tree.xpath("//main//form")
    [link] = tree.xpath("//main//a[contains(@href, '/login')]/@href")
    assert link.startswith("/login?next=/d/erklaerung/closing%23wahl-") or f"wahl-{ballot.id}" in link
    answer = client.post(PAGE, data=fields(ballot, 1, 2, 3))
    assert answer.status_code == 303
    assert answer.location.startswith("/login")


def test_moderator_reads_why_she_does_not_rate(cast, client, rivals):
    ballot = put_up(cast, *rivals)
    mira = client.sign_in(cast.mira)
    assert "Wer hier moderiert, bewertet nicht mit." in section(mira.get(PAGE), ballot)
    assert mira.post(PAGE, data=fields(ballot, 1, 2, 3)).status_code == 403


def test_before_the_round_the_wordings_are_there_and_the_marks_are_not(cast, client, rivals):
    ballot = put_up(cast, *rivals, phase=None)
    page = client.sign_in(cast.ada).get(PAGE)
    assert "Bewertet wird erst, wenn die Schlussrunde beginnt." in page.text
    assert not html.fromstring(page.text).xpath("//input[@type='radio']")
    assert client.post(PAGE, data=fields(ballot, 1, 2, 3)).status_code == 403


def test_the_result_is_a_picture_a_table_and_a_sentence_without_fanfare(cast, client, rivals):
    ballot = put_up(cast, *rivals)
    for rater in raters(cast.declaration, 5):
        rate(rater, ballot, 8, 2, 4)
    assert "Den geringsten Widerstand" not in client.get(PAGE).text
    cast.declaration.phase = Phase.EVALUATING
    page = client.get(PAGE)
    text = section(page, ballot)
    assert "Den geringsten Widerstand hat: Vorschlag A-1 von Weide 27, im Mittel 2,0 von 10." in text
    assert "Bisheriger Wortlaut: im Mittel 8,0, 5 Bewertungen" in text
    tree = html.fromstring(page.text)
    assert len(tree.xpath("//figure//*[local-name()='svg'][@role='img']")) == 3
    assert "5 Personen geben 2" in tree.xpath("//*[local-name()='svg'][@role='img']/@aria-label")[1]
    rows = [[cell.text for cell in row.xpath("./th|./td")] for row in tree.xpath("//table//tr")]
    assert rows[1] == ["Bisheriger Wortlaut", "8,0", "5", *["0"] * 8, "5", "0", "0"]
    assert "Mitgemacht hat, wer wollte." in page.text
    assert "Sieger" not in page.text


def test_level_wordings_are_named_together(cast, client, rivals):
    ballot = put_up(cast, *rivals)
    for rater in raters(cast.declaration, 5):
        rate(rater, ballot, 8, 2, 2)
    cast.declaration.phase = Phase.CLOSED
    text = section(client.get(PAGE), ballot)
    assert "Den geringsten Widerstand haben: Vorschlag A-1 von Weide 27 und Vorschlag A-2 von Linde 88" in text


def test_too_few_marks_make_no_picture(cast, client, rivals):
    ballot = put_up(cast, *rivals)
    for rater in raters(cast.declaration, 4):
        rate(rater, ballot, 8, 2, 2)
    cast.declaration.phase = Phase.CLOSED
    page = client.get(PAGE)
    assert "Zu wenige Bewertungen für ein Bild." in section(page, ballot)
    assert not html.fromstring(page.text).xpath("//main//figure")


def test_a_proposal_that_is_hidden_meanwhile_leaves_a_gap(cast, client, rivals):
    ballot = put_up(cast, *rivals)
    rivals[0].status = Status.HIDDEN
    for person in (None, cast.ben, cast.mira, cast.otto):
        page = (client.sign_in(person) if person else client).get(PAGE)
        assert "Eine Inobhutnahme ist Schutz." not in page.text
        assert "steht nicht mehr zur Wahl" in section(page, ballot)
    ben = client.sign_in(cast.ben)
    assert ben.post(PAGE, data=fields(ballot, 1, None, 3)).status_code == 303
    assert count() == 2


def test_a_ballot_about_former_words_is_over_and_says_so(cast, client, rivals):
    ballot = put_up(cast, *rivals)
    editions.publish(cast.declaration, editions.reworded(editions.text(cast.declaration), "3.1", SERVICE, "Neu."))
    ada = client.sign_in(cast.ada)
    page = ada.get(PAGE)
    assert "Diese Abstimmung gehört zu Fassung 1." in section(page, ballot)
    assert not html.fromstring(page.text).xpath("//input[@type='radio']")
    assert ada.post(PAGE, data=fields(ballot, 1, 2, 3)).status_code == 409
    assert count() == 0


def test_organiser_takes_a_ballot_down_before_the_round(cast, client, rivals):
    ballot = put_up(cast, *rivals, phase=None)
    address = f"{PAGE}/{ballot.id}/remove"
    assert client.post(address).status_code == 303
    assert client.sign_in(cast.ada).post(address).status_code == 403
    assert count(Ballot) == 1
    otto = client.sign_in(cast.otto)
    assert html.fromstring(otto.get(PAGE).text).xpath(f"//form[@action='{address}']")
    assert otto.post(address).location == PAGE
    assert count(Ballot) == 0
    assert otto.post(address).status_code == 404
    assert "Noch steht nichts zur Wahl." in otto.get(PAGE).text


def test_a_ballot_somebody_rated_stays(cast, client, rivals):
    ballot = put_up(cast, *rivals)
    rate(cast.ada, ballot, 1, 2, 3)
    otto = client.sign_in(cast.otto)
    page = otto.post(f"{PAGE}/{ballot.id}/remove", follow_redirects=True)
    assert "Darüber wird schon abgestimmt." in page.text
    assert count(Ballot) == 1


def test_ballots_stand_in_the_order_of_the_text_each_with_its_own_form(cast, client, rivals):
    second = put_up(cast, *rivals, phase=None)
    third = put_up(cast, propose(cast.ada, cast.declaration, "Anders.", 2), phase=None)
    first = put_up(cast, propose(cast.ada, cast.declaration, "Anders.", at="1.2"), at="1.2")
    page = client.sign_in(cast.ada).get(PAGE)
    assert html.fromstring(page.text).xpath("//section[contains(@class, 'ballot')]/@id") == [
        f"wahl-{first.id}", f"wahl-{second.id}", f"wahl-{third.id}",
    ]  # fmt: skip
    answer = client.post(PAGE, data=fields(third, 5, 6))
    assert answer.location.endswith(f"#wahl-{third.id}")
    assert count() == 2
    assert count_ballots(cast.declaration) == 3
    # What is missing in one form takes nothing away from another.
    answer = client.post(PAGE, data=fields(first, 5))
    assert html.fromstring(answer.text).xpath("//input[@checked]/@value") == ["5", "5", "6"]


@pytest.mark.parametrize("size", [1, 6])
@pytest.mark.parametrize("phase", [Phase.VOTING, Phase.CLOSED])
def test_page_stays_within_its_budget_whatever_the_size(cast, client, size, phase):
    for number in range(size):
        text = editions.inserted(editions.text(cast.declaration), "3.1", f"Neu {number}.", PEOPLE)
        editions.publish(cast.declaration, text)
    for place in numbers(cast)[:size]:
        put_up(cast, propose(cast.ada, cast.declaration, "Anders.", 1, at=place), at=place, phase=None)
    cast.declaration.phase = phase
    db.session.commit()
    declaration = find_declaration("erklaerung")
    db.session.commit()
    with count_queries() as queries:
        page = load_closing(Guest(), declaration)
    assert len(page.ballots) == size
    assert queries.count <= 6
    client.sign_in(cast.ben)
    with count_queries() as queries:
        assert client.get(PAGE).status_code == 200
    assert queries.count <= 12, queries.statements


def numbers(cast) -> list[str]:
    theses = find_declaration("erklaerung").theses
    places = load_paragraphs([thesis.id for thesis in theses if thesis.number == "3"])
    return [place.full_number for place in places if len(place.wording.sentences) > 1]


def test_a_draft_declaration_shows_no_ballots(cast, client, rivals):
    put_up(cast, *rivals, phase=Phase.DRAFT)
    assert client.get(PAGE).status_code == 404
    assert builders.membership(cast.ada, cast.declaration)
