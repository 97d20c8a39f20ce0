"""An organiser writes the next edition and publishes it, on a phone and at a desk, with and without script."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from deliberation.accounts.models import find_user_by_email
from deliberation.annotations.actions import Contribution, post_annotation
from deliberation.annotations.models import Kind
from deliberation.database import db, set_reading
from deliberation.declarations.actions import Particulars, create_declaration, grant_role
from deliberation.declarations.models import load_paragraphs
from deliberation.declarations.preview import Place
from deliberation.editions import drafting
from deliberation.permissions import Operator, Phase, Role
from tests import builders
from tests.browser.conftest import WIDTHS, Desk, Site
from tests.browser.looking import assert_pages_are_fit

DEVICES = [(width, script) for width in WIDTHS for script in (True, False)]
IDS = [f"{width}-{'script' if script else 'noscript'}" for width, script in DEVICES]
ORGANISER = "organisation@example.org"
NEW = "Eine Inobhutnahme ist keine Dienstleistung. Sie braucht erfahrene Menschen."


def make_text(site: Site, slug: str, is_begun: bool = False) -> str:
    """A declaration of its own, so that the sample stays what others find; its address."""
    with site.app.app_context():
        set_reading(False)
        declaration = create_declaration(Operator(), builders.make_draft(), Particulars(slug=slug, title="Erklärung"))
        declaration.phase = Phase.ANNOTATING
        grant_role(find_user_by_email(ORGANISER), Role.ORGANISER, declaration)
        author = find_user_by_email("teilnahme@example.org")
        place = next(p for p in load_paragraphs([t.id for t in declaration.theses]) if p.full_number == "3.1")
        words = Contribution(body="Das sehe ich jeden Tag.", kind=Kind.PRACTICE, sentences=[2], form_key=slug)
        post_annotation(author, place.thesis, place, words)
        if is_begun:
            draft = drafting.begin_draft(Operator(), declaration)
            drafting.reword(Operator(), draft, Place(3, 0), NEW, "Erfahrung zählt.", 0)
            drafting.insert_after(Operator(), draft, Place(1, 0), "Das gilt:\n  a) hier\n  b) dort", "", 1)
        db.session.commit()
        db.session.remove()
        set_reading(True)
    return f"/d/{slug}"


@pytest.fixture(params=DEVICES, ids=IDS)
def device(request: pytest.FixtureRequest, desk: Any) -> Desk:
    width, script = request.param
    return desk(width=width, script=script)


def named(act: str, place: str) -> re.Pattern[str]:
    """A button says to a screen reader what it acts on."""
    return re.compile(f"^{act} ?: {re.escape(place)}$")


def more(page: Page, position: str) -> Any:
    """The fold with the rarer acts of a paragraph, open."""
    row = page.locator(f"#teil-{position}")
    fold = row.locator("details.split__acts").first
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    return row


def test_organiser_writes_and_publishes_the_next_edition(device: Desk) -> None:
    address = make_text(device.site, f"walk-{id(device)}")
    device.sign_in(ORGANISER)
    page = device.go(f"{address}/editions/draft")
    page.get_by_role("button", name="Nächste Fassung beginnen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fassung 2 vorbereiten")

    page.locator("#teil-4-1").get_by_role("link", name=named("Ändern", "Absatz 3.1")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Absatz 3.1 ändern")
    page.get_by_label("Wortlaut").fill(NEW)
    page.get_by_label(re.compile("^Warum")).fill("Erfahrung zählt.")
    page.get_by_role("button", name="Vorschau").click()
    expect(page.locator(".box ins")).to_contain_text("erfahrene")
    page.get_by_role("button", name="Speichern").click()
    row = page.locator("#teil-4-1")
    expect(row.get_by_text("Gespeichert.")).to_be_visible()
    expect(row.locator(".change__side ins")).to_contain_text("erfahrene")
    expect(row).to_be_in_viewport()

    more(page, "4-1").get_by_role("link", name=named("Danach einfügen", "Absatz 3.1")).click()
    page.get_by_label("Wortlaut").fill("Das ist neu.")
    page.get_by_role("button", name="Einfügen").click()
    expect(page.locator("#teil-4-2")).to_contain_text("3.1a")

    more(page, "3-1").get_by_role("button", name=named("Streichen", "Absatz 2.1")).click()
    expect(page.get_by_role("button", name=named("Wiederherstellen", "gestrichener Absatz 2.1"))).to_be_visible()
    page.get_by_role("button", name=named("Wiederherstellen", "gestrichener Absatz 2.1")).click()
    expect(page.locator("#teil-3-1").get_by_text("Wiederhergestellt.")).to_be_visible()

    more(page, "4-3").get_by_role("link", name=re.compile("Verschieben nach")).click()
    page.get_by_label("Wohin?").select_option("2-1")
    page.get_by_role("button", name="Verschieben").click()
    expect(page.locator("#teil-2-2")).to_contain_text("1.1a")
    page.locator("#teil-2-2").get_by_role("button", name="Rückgängig").click()

    page.get_by_role("link", name=re.compile("Nur Geändertes")).click()
    expect(page.locator("#teil-4-1")).to_be_visible()
    expect(page.locator("#teil-2-1")).to_have_count(0)
    page.get_by_text("Was ändert sich, und warum?").click()
    page.get_by_label("Text zur Fassung").fill("Aus der Beratung.")
    page.get_by_role("button", name="Text speichern").click()
    expect(page.get_by_text("Der Text zur Fassung ist gespeichert.")).to_be_visible()

    page.get_by_role("link", name="Prüfen und veröffentlichen").click()
    expect(page.get_by_role("heading", name="1 Anmerkung sieht danach ein Mensch durch")).to_be_visible()
    expect(page.get_by_label("Was ändert sich, und warum?")).to_have_value("Aus der Beratung.")
    page.get_by_role("button", name="Fassung 2 veröffentlichen").click()
    expect(page.get_by_text("Fassung 2 ist veröffentlicht.")).to_be_visible()
    expect(page.locator("ins", has_text="erfahrene")).to_be_visible()
    assert device.complaints == []
    assert device.foreign == []


def test_organiser_uploads_a_revised_text(device: Desk) -> None:
    address = make_text(device.site, f"upload-{id(device)}")
    device.sign_in(ORGANISER)
    page = device.go(f"{address}/editions/draft/file")
    text = "# Erklärung\n\n## Fachlichkeit zuerst\n\nTechnik folgt der Fachlichkeit. Nicht umgekehrt.\n\nGanz neu.\n"
    page.set_input_files("#file", {"name": "neu.md", "mimeType": "text/markdown", "buffer": text.encode()})
    page.get_by_role("button", name="Text lesen und vergleichen").click()
    expect(page.get_by_text(re.compile("Ihr Text ist eingelesen"))).to_be_visible()
    expect(page.locator("#teil-1-1")).to_contain_text("Technik folgt der Fachlichkeit.")
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.locator("#teil-4-1")).to_contain_text("Eine Inobhutnahme")
    assert device.complaints == []


def test_organiser_corrects_a_misprint(device: Desk) -> None:
    address = make_text(device.site, f"misprint-{id(device)}")
    device.sign_in(ORGANISER)
    page = device.go(f"{address}/correction")
    page.get_by_label("In welchem Absatz?").select_option("3.2")
    page.get_by_role("button", name="Weiter").click()
    page.get_by_label("Wortlaut").fill("Öffnungszeiten dürfen digitale sein.")
    page.get_by_label("Was war falsch?").fill("Ein Buchstabe fehlte.")
    page.get_by_role("button", name="Berichtigen").click()
    expect(page.get_by_text(re.compile("^Berichtigt."))).to_be_visible()
    expect(page.locator("#absatz-3-2")).to_contain_text("digitale")
    assert device.complaints == []


def test_pages_of_the_desk_are_accessible_and_fit(desk: Any) -> None:
    seat = desk()
    address = make_text(seat.site, "axe", is_begun=True)
    untouched = make_text(seat.site, "begin")
    seat.sign_in(ORGANISER)
    draft = f"{address}/editions/draft"
    paths = (
        f"{untouched}/editions/draft", draft, f"{draft}?show=changed&at=4-1&did=save", f"{draft}/4-1", f"{draft}/4-1/new",
        f"{draft}/4", f"{draft}/4/new", f"{draft}/4-1/move", f"{draft}/4-1/pair", f"{draft}/file", f"{draft}/publish",
        f"{draft}/discard", f"{address}/correction", f"{address}/3/1/correction",
    )  # fmt: skip
    assert_pages_are_fit(seat, paths)
