"""Pages around the declaration and the site, from the photo on somebody's phone to what a reader sees, without JavaScript."""

import io
import os

import pikepdf
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.browser.looking import assert_pages_are_fit

SHOTS = os.environ.get("SHOTS", "")


def photo():
    image = Image.new("RGB", (1600, 1000), (196, 206, 214))
    draw = ImageDraw.Draw(image)
    for row in range(5):
        draw.ellipse((120 + row * 290, 520, 320 + row * 290, 720), fill=(60 + row * 20, 80, 110))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return {"name": "Saal am Vormittag.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def paper():
    document = pikepdf.new()
    document.add_blank_page()
    out = io.BytesIO()
    document.save(out)
    return {"name": "Einladung.pdf", "mimeType": "application/pdf", "buffer": out.getvalue()}


def upload(page, file, words):
    page.set_input_files("#file", file)
    page.fill("#description", words)
    page.get_by_role("button", name="Hochladen").click()
    expect(page.get_by_role("heading", name="Bilder und Dokumente")).to_be_visible()


def shoot(seat, path, name):
    page = seat.go(path)
    if SHOTS:
        for width in (360, 1280):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True)
    return page


def test_organiser_writes_news_with_a_photo_and_a_reader_finds_it(desk):
    office = desk(script=False)
    office.sign_in("organisation@example.org")
    page = office.go("/d/musterstadt/office/pages/files")
    upload(page, photo(), "")
    expect(page.get_by_text("Bitte beschreiben Sie in einem Satz").first).to_be_visible()
    upload(page, photo(), "Fünf Tische im Saal, von oben")
    upload(page, paper(), "Einladung zur Fachtagung")
    expect(page.get_by_text("![](saal-am-vormittag.jpg)")).to_be_visible()
    page = office.go("/d/musterstadt/office/pages/new")
    page.fill("#title", "Einladung zur Fachtagung")
    words = "![](saal-am-vormittag.jpg)\n\nWir treffen uns im Mai.\n\n[Die Einladung als PDF](einladung.pdf)"
    page.fill("#body", f"{words}\n\n![](fehlt.jpg)")
    page.locator("summary", has_text="In Leichter Sprache").click()
    page.fill("#easy", "Wir treffen uns im Mai.\nKommen Sie gern.")
    page.fill("#news_on", "2026-11-20")
    page.check("#shown")
    page.check("#footed")
    page.get_by_role("button", name="Vorschau").click()
    expect(page.get_by_role("heading", name="So wird es aussehen")).to_be_visible()
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("„fehlt.jpg“ gibt es hier nicht").first).to_be_visible()
    shoot_here(page, "error")
    page.fill("#body", words)
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("img", name="Fünf Tische im Saal, von oben")).to_be_visible()
    shoot(office, "/d/musterstadt/office/pages", "office-pages")
    shoot(office, "/d/musterstadt/office/pages/files", "office-files")

    reader = desk(width=360, script=False)
    page = shoot(reader, "/d/musterstadt", "landing")
    page.set_viewport_size({"width": 360, "height": 800})
    page.locator("main").get_by_role("link", name="Einladung zur Fachtagung").click()
    picture = page.get_by_role("img", name="Fünf Tische im Saal, von oben")
    assert picture.evaluate("one => one.complete && one.naturalWidth") == 1600
    assert picture.evaluate("one => one.getBoundingClientRect().width") <= 360
    page.get_by_role("main").get_by_role("link", name="Leichte Sprache").click()
    expect(page.get_by_text("Kommen Sie gern.")).to_be_visible()
    shoot(reader, "/d/musterstadt/announcements", "announcements")
    shoot(reader, "/d/musterstadt/page/einladung-zur-fachtagung", "own")
    own = "/d/musterstadt/page/einladung-zur-fachtagung"
    assert_pages_are_fit(desk(), [own, f"{own}/easy", "/d/musterstadt/announcements", "/d/musterstadt"])


def shoot_here(page, name):
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_operator_fills_a_gap_and_the_page_is_there(desk):
    operation = desk(script=False)
    operation.sign_in("betrieb@example.org")
    reader = desk(script=False)
    assert reader.go("/page/kontakt").get_by_text("Diese Seite gibt es nicht").count()
    shoot(operation, "/operator/pages", "site-pages")
    page = shoot(operation, "/operator/pages/de/kontakt", "site-page")
    expect(page.get_by_text("Diese Lücken sind noch zu füllen:")).to_be_visible()
    shoot(operation, "/page/kontakt", "site-gaps")
    page = operation.go("/operator/pages/de/kontakt")
    page.fill("#body", "Rufen Sie an: 030 1234567.")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Gespeichert.")).to_be_visible()
    page = shoot(reader, "/page/kontakt", "site-contact")
    expect(page.get_by_text("030 1234567")).to_be_visible()
    page.get_by_role("contentinfo").get_by_role("link", name="Kontakt", exact=True).click()
    expect(page.get_by_role("heading", name="Kontakt")).to_be_visible()
    shoot(reader, "/page/sicher-mitmachen", "site-safe")
    shoot(reader, "/page", "site-index")
    assert_pages_are_fit(desk(), ["/page", "/page/kontakt", "/page/sicher-mitmachen"])
