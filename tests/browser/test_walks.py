"""The main job as people do it, with and without script, on a phone and at a desk."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from deliberation.accounts.addresses import address_hash
from deliberation.database import db, set_reading
from deliberation.notifications.models import Mail
from tests.browser.conftest import WIDTHS

DEVICES = [(width, script) for width in WIDTHS for script in (True, False)]
IDS = [f"{width}-{'script' if script else 'noscript'}" for width, script in DEVICES]


@pytest.fixture(params=DEVICES, ids=IDS)
def device(request, desk):
    width, script = request.param
    return desk(width=width, script=script)


def _mail_code(site, email):
    """The code from the newest mail to somebody, as the outbox holds it."""
    with site.app.app_context():
        set_reading(True)
        query = select(Mail).where(Mail.recipient_hash == address_hash(email)).order_by(Mail.id.desc()).limit(1)
        parameters = db.session.scalars(query).one().parameters
        db.session.rollback()
    return parameters["code"]


def test_guest_writes_signs_in_and_finds_the_text_again(device):
    page = device.go("/d/musterstadt")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Musterstädter")
    page.get_by_role("link", name="Erklärung lesen").click()
    page.goto(device.site.url("/d/musterstadt/6"))
    page.locator("#absatz-6-1").get_by_role("link", name=re.compile("Anmerken")).click()
    page.get_by_label("Frage", exact=True).check()
    words = f"Gilt das auch für Honorarkräfte? {id(device)}"
    page.get_by_label("Ihr Text").fill(words)
    page.get_by_role("button", name="Weiter: anmelden und absenden").click()
    page.wait_for_url(re.compile("/login"))
    page.fill("input[name=email]", "teilnahme@example.org")
    page.fill("input[name=password]", "Musterstadt-8-Thesen")
    page.click("main form:has(input[name=password]) button.btn--primary")
    expect(page.get_by_label("Ihr Text")).to_have_value(words)
    expect(page.get_by_label("Frage", exact=True)).to_be_checked()
    page.get_by_role("button", name="Anmerkung absenden").click()
    expect(page.get_by_text(re.compile(r"Ihre Anmerkung A-\d+ ist sichtbar"))).to_be_visible()
    expect(page.locator(".panel").get_by_text(words)).to_be_visible()
    assert device.complaints == []


def test_participant_takes_a_stance_and_votes(device):
    device.sign_in("teilnahme@example.org")
    page = device.go("/d/musterstadt/4/2")
    panel = page.locator(".panel")
    panel.get_by_role("radio", name="Nur mit Änderung").check()
    panel.get_by_label(re.compile("Was müsste sich ändern")).fill("Ein Papierweg muss bleiben.")
    panel.get_by_role("button", name=re.compile("Stimme (abgeben|ändern)")).click()
    expect(page.get_by_text("Stimme gespeichert.").first).to_be_visible()
    expect(panel.get_by_role("radio", name="Nur mit Änderung")).to_be_checked()
    votes = page.locator(".votes").first
    number = votes.get_attribute("aria-label")
    button = page.get_by_role("group", name=number).get_by_role("button", name="Anders")
    if button.get_attribute("aria-pressed") == "true":
        button.click()
        expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert device.complaints == []


def test_participant_answers_changes_and_takes_back(device):
    device.sign_in("teilnahme@example.org")
    page = device.go("/d/musterstadt/5/1?order=oldest&all=1")
    page.locator(".annotation").get_by_role("link", name=re.compile("^Antworten")).first.click()
    words = f"Bei uns steht das im Dienstplan. {id(device)}"
    page.get_by_label("Ihre Antwort").fill(words)
    page.get_by_role("button", name="Vorschau").click()
    expect(page.get_by_text("Noch ist nichts abgesendet")).to_be_visible()
    page.get_by_role("button", name="Antwort absenden").click()
    reply = page.locator(".reply", has_text=words)
    expect(reply).to_be_visible()
    reply.get_by_role("link", name=re.compile("^Ändern")).click()
    page.get_by_label("Ihr Text").fill(words + " Und im Teamkalender.")
    page.get_by_role("button", name="Änderung speichern").click()
    reply = page.locator(".reply", has_text="Teamkalender").filter(has_text=words)
    expect(reply.get_by_role("link", name="bearbeitet")).to_be_visible()
    reply.get_by_role("link", name=re.compile("^Zurückziehen")).click()
    page.get_by_role("button", name="Zurückziehen").click()
    expect(page.get_by_text(words)).to_have_count(0)


def test_new_person_registers_and_the_first_text_waits_for_a_moderator(device):
    email = f"neu{id(device)}@example.org"
    page = device.go("/d/musterstadt/3/1/annotations")
    page.get_by_label("Aus der Praxis").check()
    words = f"Bei uns füllen wir den Antrag gemeinsam aus. {id(device)}"
    page.get_by_label("Ihr Text").fill(words)
    page.get_by_role("button", name="Weiter: anmelden und absenden").click()
    page.get_by_role("link", name=re.compile("mitmachen|Konto|[Rr]egistrier|Neu hier")).first.click()
    page.fill("input[name=email]", email)
    for field in ("pseudonym", "consent"):
        page.click("main form:has(input[name=email]) button.btn--primary")
        expect(page.locator(f"input[name={field}]")).to_be_visible()
    page.check("input[name=consent]")
    page.click("main form:has(input[name=consent]) button.btn--primary")
    page.fill("input[name=code]", _mail_code(device.site, email))
    page.click("main form:has(input[name=code]) button.btn--primary")
    expect(page.get_by_label("Ihr Text")).to_have_value(words)
    page.get_by_role("button", name="Anmerkung absenden").click()
    expect(page.get_by_role("heading", name="Ist jemand erkennbar?")).to_be_visible()
    page.get_by_role("button", name="So absenden, Moderation prüft").click()
    expect(page.get_by_text("Wir lesen Ihre Anmerkung, bevor sie erscheint").first).to_be_visible()
    expect(page.get_by_text("Wird geprüft. Nur Sie sehen diesen Text.").first).to_be_visible()


def test_moderator_reads_decides_and_answers(device):
    device.sign_in("moderation@example.org")
    page = device.go("/d/musterstadt/moderation")
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Gute[nr]"))
    page = device.go("/d/musterstadt/8/1?order=oldest&all=1")
    annotation = page.locator("article.annotation[data-status=visible]").first
    name = annotation.get_attribute("id")
    annotation.get_by_role("link", name=re.compile("^Entscheiden")).first.click()
    page.locator("input[name=rule]").first.check()
    page.locator("textarea[name=reason]").first.fill("Das geht an einem anderen Absatz weiter.")
    page.locator("button[value=hide]").first.click()
    page = device.go(f"/a/{name.removeprefix('a-')}")
    expect(page.get_by_text("Nicht gezeigt. Nur die Moderation sieht diesen Text.").first).to_be_visible()
    page.get_by_role("link", name=re.compile("^Entscheiden")).first.click()
    page.locator("button[value=restore]").first.click()
    page = device.go(f"/a/{name.removeprefix('a-')}")
    expect(page.get_by_text("Nicht gezeigt.")).to_have_count(0)
    page.get_by_role("link", name=re.compile("^Als Moderation antworten")).first.click()
    page.locator("input[name=kind][value=inquiry]").check()
    words = f"Können Sie ein Beispiel nennen? {id(device)}"
    page.locator("textarea[name=body]").fill(words)
    form = page.locator("main form:has(textarea[name=body])")
    form.locator("button.btn--primary, button.btn--modfill").first.click()
    page = device.go(f"/a/{name.removeprefix('a-')}")
    expect(page.get_by_text(words)).to_be_visible()


def test_organiser_looks_at_results_and_takes_them_away(device):
    device.sign_in("organisation@example.org")
    page = device.go("/d/musterstadt/results")
    expect(page.get_by_text("Mitgemacht hat, wer wollte.").first).to_be_visible()
    expect(page.locator(".likert li").first).to_be_visible()
    device.go("/d/musterstadt/export")
    with page.expect_download() as download:
        button = page.get_by_role("button", name=re.compile("CSV"))
        button.or_(page.get_by_role("link", name=re.compile("CSV"))).first.click()
    assert download.value.suggested_filename.endswith(".csv")


def test_guest_reports_an_annotation(device):
    page = device.go("/d/musterstadt/2/2?order=oldest&all=1")
    annotation = page.locator("article.annotation[data-status=visible]").first
    annotation.get_by_role("link", name=re.compile("^Melden")).first.click()
    page.locator("input[name=reason][value=other]").check()
    page.locator("textarea[name=explanation]").fill("Bitte einmal ansehen.")
    page.locator("main form:has(input[name=reason]) button.btn--primary").click()
    expect(page.get_by_text(re.compile("Danke")).first).to_be_visible()
