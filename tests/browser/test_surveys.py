"""A survey from the first question to the published result, on a phone and at a desk, with and without scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from deliberation.results.words import speaking
from tests.browser import survey_scene
from tests.browser.conftest import Site, running_sample
from tests.browser.looking import assert_pages_are_fit

SURVEY = "/d/musterstadt/survey"
GUEST = ["", "/2", "/2/begin", "/2/done", "/1", "/1/results?rows=2&columns=3", "/4/results"]
ORGANISER = [
    "", "/new", "/figures", "/2/desk", "/3/desk", "/1/desk", "/3/frame", "/1/frame", "/3/questions/new?sort=single",
    "/3/questions/new?sort=number", "/3/preview/9", "/1/texts", "/1/questions/2", "/2/codes",
]  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample with surveys in every state."""

    def prepare() -> None:
        with speaking("de"):
            survey_scene.load()

    with running_sample(tmp_path_factory.mktemp("site"), prepare) as running:
        yield running


def test_pages_for_everybody_are_fit(desk):
    seat = desk()
    assert_pages_are_fit(seat, [*(SURVEY + path for path in GUEST), "/d/musterstadt/2"])
    page = seat.go(f"{SURVEY}/2/begin")
    page.get_by_role("button", name="Zur ersten Frage").click()
    assert_pages_are_fit(seat, [f"{SURVEY}/2/q/{number}" for number in (1, 2, 9, 30)] + [f"{SURVEY}/2/send", f"{SURVEY}/2/later"])


def test_pages_of_the_organiser_are_fit(desk):
    seat = desk()
    seat.sign_in("organisation@example.org")
    assert_pages_are_fit(seat, [SURVEY + path for path in ORGANISER])


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_the_first_question_to_the_published_result(desk, script):
    office = desk(script=script)
    page = office.sign_in("organisation@example.org")
    number = build(office, page)
    for person in range(5):
        answer(desk(width=360, script=script, dark=person == 1), number, "Ja" if person else "Nein")
    page = office.go(f"{SURVEY}/{number}/desk")
    expect(page.locator("main")).to_contain_text("5 Personen haben abgeschickt.")
    page.get_by_role("button", name="Beenden und auszählen").click()
    page.get_by_role("link", name="Texte durchsehen").click()
    for _text in range(5):
        page.get_by_role("button", name=re.compile("^Zeigen")).first.click()
    page = office.go(f"{SURVEY}/{number}/desk")
    page.get_by_role("link", name="Ergebnissatz, Thesen").first.click()
    page.get_by_label("Ergebnis in einem Satz").fill("Vier von fünf arbeiten mit Software.")
    page.get_by_role("button", name="Speichern", exact=True).click()
    page.get_by_role("link", name="Ergebnissatz, Thesen").first.click()
    page.locator("input[name=thesis][value='2']").check()
    page.get_by_role("button", name="Thesen speichern").click()
    page = office.go(f"{SURVEY}/{number}/desk")
    page.get_by_role("button", name="Ergebnis veröffentlichen").click()

    reader = desk(width=360, script=script)
    page = reader.go("/d/musterstadt/2")
    page.get_by_role("link", name="Vier von fünf arbeiten mit Software.").first.click()
    main = page.locator("main")
    expect(main).to_contain_text("5 Personen haben mitgemacht.")
    expect(main).to_contain_text("80 % (4)")
    expect(main).to_contain_text("Mehr Ruhe.")
    page.get_by_role("link", name="These 2").first.click()
    assert page.url.endswith("/d/musterstadt/2")
    assert reader.context.cookies() == []


def build(office, page):
    """A question, one that depends on it, and words; returns the number of the survey."""
    page = office.go(SURVEY)
    page.get_by_role("link", name="Neue Umfrage").click()
    page.get_by_label("Titel").fill("Kurz gefragt")
    page.get_by_role("button", name="Anlegen").click()
    page.get_by_role("link", name="Eine Antwort", exact=True).click()
    page.get_by_label("Frage", exact=True).fill("Arbeiten Sie mit Software?")
    page.get_by_label("Antworten, eine in jeder Zeile").fill("Ja\nNein")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("link", name="Vier Stufen", exact=True).click()
    page.get_by_label("Frage", exact=True).fill("Hilft sie Ihnen?")
    page.get_by_text("Nur zeigen, wenn vorher etwas Bestimmtes geantwortet wurde").click()
    page.get_by_role("checkbox", name="Ja", exact=True).check()
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("main")).to_contain_text("nur wenn bei Frage 1: „Ja“")
    page.get_by_role("link", name="Kurzer Text", exact=True).click()
    page.get_by_label("Frage", exact=True).fill("Was fehlt?")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("link", name="Vorschau").click()
    expect(page.locator("main")).to_contain_text("Hier wird nichts gespeichert")
    page.get_by_role("link", name="Zurück zur Umfrage").click()
    page.get_by_role("button", name="Umfrage öffnen").click()
    expect(page.locator("main")).to_contain_text("Was sie antworten, sieht bis zum Ende niemand.")
    return int(page.url.split("/survey/")[1].split("/")[0])


def answer(seat, number, first):
    """On a phone, with the keyboard alone, with a step back on the way."""
    page = seat.go(f"{SURVEY}/{number}")
    page.get_by_role("link", name="Teilnehmen").press("Enter")
    page.get_by_role("button", name="Zur ersten Frage").press("Enter")
    expect(page.locator("main")).to_contain_text("Frage 1 von")
    page.get_by_role("radio", name=first).press("Space")
    page.get_by_role("button", name="Weiter", exact=True).press("Enter")
    if first == "Ja":
        page.get_by_role("radio", name="Stimme eher zu").press("Space")
        page.get_by_role("button", name="Zurück").press("Enter")
        expect(page.get_by_role("radio", name="Ja")).to_be_checked()
        page.get_by_role("button", name="Weiter", exact=True).press("Enter")
        expect(page.get_by_role("radio", name="Stimme eher zu")).to_be_checked()
        page.get_by_role("button", name="Weiter", exact=True).press("Enter")
    page.get_by_label("Was fehlt?").fill("Mehr Ruhe.")
    page.get_by_role("button", name="Weiter", exact=True).press("Enter")
    page.get_by_role("button", name="Absenden").press("Enter")
    expect(page.locator("h1")).to_contain_text("Danke. Ihre Antworten sind da.")
    assert seat.complaints == []
