"""An organiser makes a page for a meeting on her phone: two items, slides as a PDF, a photo; then readers open it on theirs."""

import io
import re

import pypdf
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.looking import assert_pages_are_fit


def slides():
    out, writer = io.BytesIO(), pypdf.PdfWriter()
    writer.add_blank_page(width=720, height=405)
    writer.write(out)
    return {"name": "Folien Berg.pdf", "mimeType": "application/pdf", "buffer": out.getvalue()}


def photo():
    out = io.BytesIO()
    Image.linear_gradient("L").resize((640, 420)).convert("RGB").save(out, "JPEG")
    return {"name": "Saal.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def make_event(page, title, day, last=""):
    page.get_by_label("Titel").fill(title)
    page.get_by_label("Tag", exact=True).fill(day)
    if last:
        page.get_by_label("Letzter Tag").fill(last)
    page.get_by_label("Ort").fill("Haus der Begegnung, Musterstadt")
    page.get_by_label("Worum geht es?").fill("Ein Tag für **alle**, die mitreden.")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Gespeichert.").first).to_be_visible()


def add_item(page, title, starts, ends="", **more):
    page.get_by_role("link", name="Punkt hinzufügen").click()
    page.get_by_label("Titel").fill(title)
    page.get_by_label("Beginn").fill(starts)
    page.get_by_label("Ende").fill(ends)
    for label, words in more.items():
        page.get_by_label(label.replace("_", " ")).fill(words)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_organiser_makes_an_event_and_readers_open_it(desk, script):
    office = desk(width=360, script=script)
    office.sign_in("organisation@example.org")
    title, address = ("Fachtagung im Mai", "fachtagung-im-mai") if script else ("Fachtagung im Juni", "fachtagung-im-juni")
    page = office.go("/d/musterstadt/office/events")
    page.get_by_role("link", name="Neue Veranstaltung").click()
    make_event(page, title, "2027-05-14")
    add_item(
        page, "Was Zeit braucht", "10:30", "12:00", Wer_spricht="Karin Berg, Hochschule Musterstadt\nOle Tal, Jugendamt",
        Besprochene_Absätze="2.1, 9.9", Was_dabei_herauskam="Gespräche brauchen **Zeit**.",
    )  # fmt: skip
    page.set_input_files("#upload", slides())
    page.get_by_label("wie heißt das Dokument").fill("Folien von Karin Berg")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("link", name="Absatz „9.9“ gibt es nicht.")).to_be_visible()
    page.get_by_label("Besprochene Absätze").fill("2.1, 3.1")
    page.set_input_files("#upload", slides())
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Was Zeit braucht", exact=True)).to_be_visible()
    add_item(page, "Gemeinsames Essen", "12:00")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("#programm ~ ol > li")).to_have_count(2)
    # Nobody else sees it yet.
    reader = desk(width=360, script=script)
    expect(reader.go(f"/d/musterstadt/event/{address}").get_by_text("Diese Seite gibt es nicht (mehr).")).to_be_visible()
    page.set_input_files("#upload", photo())
    page.get_by_label("Was ist darauf zu sehen").fill("Der volle Saal von hinten")
    page.get_by_label("Alle können sie lesen").check()
    page.locator("#angaben ~ form").get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Gespeichert.").first).to_be_visible()

    page = reader.go("/d/musterstadt")
    page.locator(".menu summary").click()
    page.locator(".menu").get_by_role("link", name="Fachtagung").click()
    if "/events" in page.url:
        page.get_by_role("link", name=title).click()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.get_by_text("Freitag, 14. Mai 2027")).to_be_visible()
    expect(page.locator(".outcomebox")).to_contain_text("Gespräche brauchen Zeit.")
    expect(page.get_by_alt_text("Der volle Saal von hinten")).to_have_attribute("width", "640")
    slide = page.get_by_role("link", name="Folien von Karin Berg").first
    expect(slide).to_have_attribute("href", re.compile(r"/file/folien-berg\.pdf$"))
    page.locator(".programme").get_by_role("link", name=re.compile("^2.1")).click()
    expect(page).to_have_url(re.compile("/d/musterstadt/2/1"))
    calendar = reader.page.request.get(reader.site.url(f"/d/musterstadt/event/{address}.ics"))
    assert "BEGIN:VEVENT" in calendar.text()


def test_pages_of_an_event_are_fit(desk):
    office = desk()
    office.sign_in("organisation@example.org")
    page = office.go("/d/musterstadt/office/events/new")
    make_event(page, "Zwei Tage", "2027-06-18", "2027-06-19")
    for title in ("Eröffnung", "Daneben"):
        add_item(page, title, "09:00", "10:00", Was_dabei_herauskam="Viel.", Besprochene_Absätze="2.1, 0.1")
        page.set_input_files("#upload", slides())
        page.get_by_role("button", name="Speichern").click()
    add_item(page, "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", "09:00")
    page.get_by_label("Tag", exact=True).select_option("1")
    page.get_by_role("button", name="Speichern").click()
    page.set_input_files("#upload", photo())
    page.get_by_label("Was ist darauf zu sehen").fill("Ein Bild")
    page.locator("#angaben ~ form").get_by_role("button", name="Speichern").click()
    item = page.get_by_role("link", name="Ändern").first.get_attribute("href")
    base = "/d/musterstadt/event/zwei-tage"
    paths = [base, f"{base}/editions", "/d/musterstadt/events", "/d/musterstadt/office/events/zwei-tage", item]
    assert_pages_are_fit(office, [*paths, "/d/musterstadt/office/events", "/d/musterstadt/office/events/zwei-tage/items/new"])
