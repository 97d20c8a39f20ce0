"""Words explained in place: written in the office, opened by keyboard and without script, read on paper."""

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.looking import assert_pages_are_fit

WORD = "Digitalisierung"
EXPLANATION = "Aus Papier werden Daten, und Maschinen rechnen damit. " * 4


@pytest.fixture
def office(desk):
    """An organiser who has explained a word, unless that was done before."""
    seat = desk()
    seat.sign_in("organisation@example.org")
    page = seat.go("/d/musterstadt/office/glossary")
    if page.get_by_role("link", name=WORD, exact=True).count() == 0:
        page.get_by_role("link", name="Neuer Begriff").click()
        page.get_by_label("Begriff", exact=True).fill(WORD)
        page.get_by_label("Andere Formen des Wortes").fill("Technik, digital, digitale, digitalen")
        page.get_by_label("Erklärung", exact=False).first.fill(EXPLANATION)
        page.get_by_label("Erklärung in Leichter Sprache").fill("Computer helfen bei der Arbeit.\nDas heißt: Digitalisierung.")
        page.get_by_role("button", name="Speichern").click()
        expect(page.locator("main")).to_contain_text(EXPLANATION[:40])
    return seat


def test_word_is_opened_by_keyboard_and_heard(office, desk):
    page = desk(width=360).go("/d/musterstadt/0")
    fold = page.locator(".terms").first
    expect(fold.locator("dd")).to_be_hidden()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(fold.locator("dd")).to_be_visible()
    assert f"Begriffe in diesem Absatz: {WORD}" in page.locator("main").aria_snapshot()
    assert f"definition: {EXPLANATION[:30]}" in fold.aria_snapshot()


def test_word_is_read_without_script_and_stands_on_its_page(office, desk):
    page = desk(script=False).go("/d/musterstadt/0")
    fold = page.locator(".terms").first
    fold.locator("summary").click()
    fold.get_by_role("link", name="Alle Begriffe").click()
    assert "#begriff-" in page.url
    expect(page.locator("dt")).to_have_text([WORD])


def test_explanation_is_printed_below_its_paragraph(office, desk):
    page = desk().go("/d/musterstadt/0")
    words = "".join(one.extract_text() for one in PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages)
    assert "Aus Papier werden Daten" in " ".join(words.split())


def test_its_pages_are_fit(office, desk):
    page = office.go("/d/musterstadt/office/easy/2")
    page.locator("textarea").first.fill("Die Digitalisierung ist da.")
    page.get_by_role("button", name="Speichern").click()
    page = office.go("/d/musterstadt/office/easy/2")
    page.locator("textarea").first.fill("Die Digitalisierung ist schon da.")
    page.get_by_role("button", name="Speichern").click()
    page = office.go("/d/musterstadt/office/glossary")
    page.get_by_role("link", name=WORD, exact=True).click()
    path = page.url.split("/", 3)[3]
    assert_pages_are_fit(office, [f"/{path}", "/d/musterstadt/office/glossary", "/d/musterstadt/office/easy/2/editions"])
    reader = desk()
    assert_pages_are_fit(reader, ["/d/musterstadt/glossary", "/d/musterstadt/0", "/d/musterstadt/2/easy", "/d/musterstadt/text"])
