"""An organiser led by the screens alone: two moderators, a plan of phases, forty invitations, to the end of a deliberation.
With and without JavaScript."""

import email
import email.policy
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from deliberation.clock import today
from tests.browser.conftest import PATIENCE_MS
from tests.serving.site import Site

PATIENCE = PATIENCE_MS / 1000
PASSWORD = "vier Wörter ohne jeden Zusammenhang"
TEXT = "1. Technik folgt der Fachlichkeit. Nicht umgekehrt.\n\n2. Wer plant, fragt die Fachkräfte."
MODERATORS = ("mira@example.org", "mia@example.org")


class Walk:
    """A server of its own, and people with a browser each."""

    def __init__(self, chromium, folder: Path, script: bool) -> None:
        self.server, self.folder, self.seen = Site(folder, "serve"), folder, 0
        self._chromium, self._script, self._contexts = chromium, script, []

    def person(self):
        context = self._chromium.new_context(
            java_script_enabled=self._script, viewport={"width": 360, "height": 800}, locale="de-DE"
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        return context.new_page()

    def at(self, page, path: str):
        page.goto(f"http://127.0.0.1:{self.server.port}{path}")
        return page

    def mails_to(self, address: str, count: int = 1) -> list[str]:
        """Bodies of the mails to this address, once there are so many."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = []
            for file in sorted((self.folder / "mail").glob("*.eml")):
                message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                if message["To"] == address:
                    found.append(message.get_body(("plain",)).get_content())
            if len(found) >= count:
                return found
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address}")

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self.server.stop()


@pytest.fixture
def walk(chromium, tmp_path, request):
    made = Walk(chromium, tmp_path, request.param)
    yield made
    made.close()


def found_a_site(walk):
    """The first account, and a text brought in."""
    page = walk.person()
    [link] = re.findall(r"http://127\.0\.0\.1:\d+/operator/first/\S+", walk.server.said)
    page.goto(link)
    page.get_by_label("Ihre E-Mail-Adresse").fill("otto@example.org")
    page.get_by_label("Ihr Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Konto anlegen und anfangen").click()
    walk.at(page, "/import")
    page.locator("textarea[name=text]").fill(TEXT)
    page.get_by_role("button", name="Text lesen und Vorschau zeigen").click()
    page.locator("input[name=title]").fill("Unsere Erklärung")
    page.locator("input[name=slug]").fill("unsere")
    page.get_by_role("button", name="Erklärung anlegen").click()
    return page


def open_office(walk, page, entry: str = "") -> None:
    walk.at(page, "/d/unsere/office")
    if entry:
        page.locator(".ownnav").get_by_role("link", name=entry, exact=True).click()


def write_around(walk, page) -> None:
    open_office(walk, page, "Texte")
    page.get_by_label("Wer gibt sie heraus?").fill("Bündnis für Fachlichkeit")
    page.get_by_label("in ein bis drei Sätzen").fill("Was schneller gehen darf und was Zeit braucht.")
    page.get_by_label("in zwei Minuten").fill("So kam es **dazu**.")
    page.get_by_label("An wen kann man sich wenden?").fill("post@example.org")
    page.get_by_role("button", name="Vorschau").click()
    expect(page.get_by_text("Noch ist nichts gespeichert.")).to_be_visible()
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.get_by_text("Bündnis für Fachlichkeit").first).to_be_visible()


def plan(walk, page) -> None:
    open_office(walk, page, "Zeitplan")
    page.get_by_label("Schlussrunde").fill(str(today() + timedelta(days=5)))
    page.get_by_label("Beendet").fill(str(today() + timedelta(days=3)))
    page.get_by_role("button", name="Zeitplan speichern").click()
    expect(page.get_by_text("Diese Phase muss nach der vorigen beginnen.").first).to_be_visible()
    page.get_by_label("Beratung – ab").fill(str(today() + timedelta(days=1)))
    page.get_by_label("Beendet").fill(str(today() + timedelta(days=30)))
    page.get_by_role("button", name="Zeitplan speichern").click()
    expect(page.get_by_text("Der Zeitplan steht auf der Startseite der Erklärung.")).to_be_visible()


def invite(walk, page, role: str, addresses) -> None:
    open_office(walk, page, "Einladungen")
    page.get_by_label("Per E-Mail").check()
    page.locator(f"input[name=role][value={role}]").check()
    page.locator("textarea[name=addresses]").fill("\n".join(addresses))
    page.get_by_role("button", name="Weiter", exact=True).click()
    page.get_by_role("button", name=re.compile("Einladung.* senden")).click()
    expect(page.get_by_role("heading", name="Bisherige Einladungen")).to_be_visible()


def accept(walk, address: str):
    """Somebody new follows the link of the mail, signs up and accepts."""
    page = walk.person()
    [words] = walk.mails_to(address)
    page.goto(re.search(r"http\S+/invitation/\S+", words)[0])
    page.get_by_role("link", name="Konto anlegen").click()
    page.fill("input[name=email]", address)
    for field in ("pseudonym", "consent"):
        page.click("main form:has(input[name=email]) button.btn--primary")
        expect(page.locator(f"input[name={field}]")).to_be_visible()
    page.check("input[name=consent]")
    page.click("main form:has(input[name=consent]) button.btn--primary")
    [code] = re.findall(r"Ihr Code: ([\d ]+)", "".join(walk.mails_to(address, 2)))
    page.fill("input[name=code]", code)
    page.click("main form:has(input[name=code]) button.btn--primary")
    page.get_by_role("button", name="Einladung annehmen").click()
    return page


def share_weeks(walk, page) -> None:
    open_office(walk, page, "These der Woche")
    page.get_by_label("Der Reihe nach").fill(str(today()))
    page.get_by_role("button", name="Vorschlagen").click()
    expect(page.get_by_text("Er gilt erst, wenn Sie ihn speichern.")).to_be_visible()
    page.get_by_role("button", name="Speichern", exact=True).last.click()
    expect(page.get_by_text("Die These der Woche steht auf der Startseite der Erklärung.")).to_be_visible()


def let_role_end(walk, page) -> None:
    """The first moderator is there for a month."""
    open_office(walk, page, "Personen")
    page.get_by_label("Rolle").select_option("moderator")
    page.get_by_role("button", name="Suchen").click()
    page.locator("main .newslist a").first.click()
    page.get_by_label("Bis zu welchem Tag?").fill(str(today() + timedelta(days=30)))
    page.get_by_role("button", name="Rolle geben").click()
    expect(page.get_by_text("bis einschließlich")).to_be_visible()


def close(walk, page) -> None:
    open_office(walk, page)
    page.get_by_role("link", name="Beratung beenden, Archiv").click()
    expect(page.get_by_text("1 Beitrag wartet auf die Moderation.")).to_be_visible()
    page.get_by_role("button", name="Beratung jetzt beenden").click()
    page.get_by_role("button", name="Ins Archiv stellen").click()
    expect(page.get_by_text("Archiviert am").first).to_be_visible()


def set_phase(walk, page, name: str) -> None:
    walk.at(page, "/d/unsere/phase")
    page.get_by_role("radio", name=re.compile(f"^{name}")).check()
    page.get_by_role("button", name="Phase ändern").click()
    expect(page.get_by_text("Gespeichert.").first).to_be_visible()


@pytest.mark.parametrize("walk", [True, False], ids=["script", "no script"], indirect=True)
def test_organiser_sets_up_runs_and_ends_a_deliberation(walk):
    organiser = found_a_site(walk)
    open_office(walk, organiser)
    expect(organiser.get_by_text("Es moderieren noch keine zwei.")).to_be_visible()
    write_around(walk, organiser)
    plan(walk, organiser)
    invite(walk, organiser, "moderator", MODERATORS)
    for address in MODERATORS:
        accept(walk, address)
    guests = [f"gast{number}@example.org" for number in range(40)]
    invite(walk, organiser, "participant", guests)
    for address in guests:
        walk.mails_to(address)
    open_office(walk, organiser)
    expect(organiser.get_by_text("2 Personen moderieren")).to_be_visible()
    let_role_end(walk, organiser)
    share_weeks(walk, organiser)
    set_phase(walk, organiser, "Beratung")
    reader = walk.at(walk.person(), "/d/unsere")
    expect(reader.locator(".phase")).to_contain_text("Beratung offen bis")
    expect(reader.locator("#zeitplan")).to_contain_text("Schlussrunde")
    expect(reader.get_by_role("heading", name="Diese Woche: These 1")).to_be_visible()

    guest = accept(walk, guests[7])
    walk.at(guest, "/d/unsere/1/1/annotations")
    guest.get_by_label("Aus der Praxis").check()
    guest.get_by_label("Ihr Text").fill("Das sehe ich jeden Tag.")
    guest.get_by_role("button", name="Anmerkung absenden").click()
    guest.get_by_role("button", name="So absenden, Moderation prüft").click()
    expect(guest.get_by_text("Wird geprüft. Nur Sie sehen diesen Text.").first).to_be_visible()

    set_phase(walk, organiser, "Schlussrunde")
    close(walk, organiser)
    expect(walk.at(reader, "/d/unsere").locator(".phase")).to_contain_text(re.compile(r"^\s*Beratung beendet"))
    expect(walk.at(guest, "/d/unsere/1/1").get_by_role("link", name=re.compile("^Anmerken"))).to_have_count(0)
