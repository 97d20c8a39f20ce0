"""From the line in the terminal to an opened deliberation, led by the screens alone, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS
from tests.serving.site import Site

TEXT = "1. Technik folgt der Fachlichkeit. Nicht umgekehrt.\n\n2. Wer plant, fragt die Fachkräfte."


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_empty_installation_becomes_an_opened_deliberation(chromium, tmp_path, script):
    server = Site(tmp_path, "serve")
    context = chromium.new_context(java_script_enabled=script, viewport={"width": 360, "height": 800}, locale="de-DE")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    try:
        [link] = re.findall(r"http://127\.0\.0\.1:\d+/operator/first/\S+", server.said)
        page.goto(link)
        page.get_by_label("Ihre E-Mail-Adresse").fill("opa@example.org")
        page.get_by_label("Ihr Passwort").fill("vier Wörter ohne jeden Zusammenhang")
        page.get_by_role("button", name="Konto anlegen und anfangen").click()

        page.get_by_role("link", name="Weiter: Impressum ausfüllen").click()
        page.get_by_label("Wer betreibt diese Seite?").fill("Verein für Beratung")
        page.get_by_label("Anschrift").fill("Weg 1\n12345 Ort")
        page.get_by_label("E-Mail-Adresse").fill("post@example.org")
        page.get_by_label("Verantwortlich für den Inhalt").fill("Ada Musterfrau, Weg 1, 12345 Ort")
        page.get_by_role("button", name="Speichern und weiter").click()

        page.get_by_role("link", name="Weiter: Datenschutz").click()
        page.get_by_label("Auf wessen Servern").fill("Auf eigenen.")
        page.get_by_label("Zuständige Aufsichtsbehörde").fill("Die Landesbeauftragte")
        page.get_by_role("button", name="Speichern und weiter").click()

        page.get_by_role("link", name="Weiter: Mailversand prüfen").click()
        page.get_by_role("button", name="Testmail senden").click()
        expect(page.get_by_text("liegt im Ordner für Mails")).to_be_visible()

        page.get_by_role("link", name="Weiter: Den Text einlesen").click()
        page.get_by_role("link", name="Text einlesen").click()
        page.locator("textarea[name=text]").fill(TEXT)
        page.get_by_role("button", name="Text lesen und Vorschau zeigen").click()
        page.locator("input[name=title]").fill("Unsere Erklärung")
        page.locator("input[name=slug]").fill("unsere")
        page.get_by_role("button", name="Erklärung anlegen").click()

        # Stop here, and come back on another day.
        page.goto(f"http://127.0.0.1:{server.port}/operator")
        expect(page.get_by_text("4 von 7 Schritten erledigt.")).to_be_visible()
        page.get_by_role("link", name="Weiter einrichten").click()
        page.get_by_role("link", name="Weiter: Zwei Menschen für die Moderation").click()
        page.get_by_role("link", name="Später. Zuerst: Die Hausregeln ansehen").click()
        page.get_by_role("button", name="Die Regeln passen so").click()
        page.get_by_role("link", name="Die Beratung eröffnen", exact=True).click()
        expect(page.get_by_text("Davor ist noch etwas offen.")).to_be_visible()
        page.get_by_role("button", name="Beratung eröffnen").click()

        expect(page.get_by_text("6 von 7 Schritten erledigt.")).to_be_visible()
        assert server.get("/d/unsere")[0] == 200
        assert "Verein für Beratung" in server.get("/impressum")[1]
        page.goto(f"http://127.0.0.1:{server.port}/operator")
        expect(page.get_by_role("link", name="Weiter einrichten")).to_be_visible()
    finally:
        context.close()
        server.stop()
