"""Coming in for the first time with a text already written, and with a passkey that a device holds."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from deliberation.accounts.addresses import address_hash
from deliberation.accounts.models import find_user_by_email
from deliberation.clock import now
from deliberation.database import db, set_reading
from deliberation.notifications.models import Mail
from tests.browser.conftest import Site, running_sample
from tests.browser.looking import assert_pages_are_fit

NEXT = "main form.page--form .btn--primary"
OWN_PAGES = [
    "/me/second",
    "/me/second/app",
    "/me/second/passkey",
    "/me/sessions",
    "/me/email",
    "/me/password",
    "/login/again",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample under a name: passkeys belong to names, never to numbers."""

    def prepare() -> None:
        for who in ("teilnahme", "organisation"):
            find_user_by_email(f"{who}@example.org").confirmed_at = now()

    with running_sample(tmp_path_factory.mktemp("site"), prepare) as running:
        address = running.address.replace("127.0.0.1", "localhost")
        running.app.config["BASE_URL"] = address
        yield Site(address, running.app)


def _mailed(site: Site, email: str) -> str:
    with site.app.app_context():
        set_reading(True)
        query = select(Mail).where(Mail.recipient_hash == address_hash(email)).order_by(Mail.id.desc()).limit(1)
        code = db.session.scalars(query).one().parameters["code"]
        db.session.rollback()
    return str(code)


@pytest.mark.parametrize("script", [True, False], ids=["script", "noscript"])
def test_text_written_before_signing_up_survives_all_three_steps(desk, site, script):
    seat = desk(width=360, script=script)
    page = seat.go("/d/musterstadt/6/1/annotations")
    words = f"Wer zahlt die Fortbildung? {script}"
    page.get_by_label("Frage", exact=True).check()
    page.get_by_label("Ihr Text").fill(words)
    page.get_by_role("button", name="Weiter: anmelden und absenden").click()
    page.get_by_role("link", name="Konto anlegen").click()

    email = f"neu-{script}@example.org".lower()
    page.get_by_label("E-Mail-Adresse").fill(email)
    page.locator(NEXT).click()
    offered = page.get_by_label("Unter diesem Namen schreiben Sie").input_value()
    page.get_by_role("button", name="Anderen Namen vorschlagen").click()
    name = page.get_by_label("Unter diesem Namen schreiben Sie")
    assert re.fullmatch(r"\w+ \d\d", offered)
    name.fill("Praxisblick 7")
    page.get_by_role("button", name="Weiter", exact=True).last.click()
    expect(page.get_by_text("Sie schreiben als Praxisblick 7.")).to_be_visible()
    expect(page.get_by_role("checkbox")).not_to_be_checked()
    page.get_by_role("button", name="Zurück").click()
    expect(name).to_have_value("Praxisblick 7")
    name.fill(f"Praxisblick {8 + script}")
    page.get_by_role("button", name="Weiter", exact=True).last.click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Konto anlegen").last.click()
    page.get_by_label("Code aus der E-Mail").fill(_mailed(site, email))
    page.locator(NEXT).click()
    expect(page.get_by_label("Ihr Text")).to_have_value(words)
    expect(page.get_by_label("Frage", exact=True)).to_be_checked()
    assert seat.complaints == []
    assert seat.foreign == []


def _plug_in(seat) -> None:
    """A device that says yes to everything, as Chromium plays it."""
    client = seat.context.new_cdp_session(seat.page)
    client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    client.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _press_passkey(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def test_passkey_is_added_and_signs_in_alone(desk):
    seat = desk(width=360)
    page = seat.sign_in("teilnahme@example.org")
    _plug_in(seat)
    seat.go("/me/second/passkey")
    page.get_by_label(re.compile("Name für dieses Gerät")).fill("Mein Telefon")
    _press_passkey(page, "Passkey anlegen")
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name=re.compile("notiert")).click()
    expect(page.get_by_text("Mein Telefon").first).to_be_visible()

    seat.go("/logout").locator("main form button").click()
    seat.go("/login?next=/me/sessions")
    _press_passkey(page, "Mit Passkey anmelden")
    page.wait_for_url("**/me/sessions")
    expect(page.get_by_text("dieses hier")).to_be_visible()

    seat.go("/login/again?next=/me/email")
    _press_passkey(page, "Mit Passkey bestätigen")
    page.wait_for_url("**/me/email")
    assert seat.complaints == []
    assert seat.foreign == []


def test_device_that_says_no_leaves_the_other_ways(desk):
    seat = desk()
    page = seat.go("/login")
    client = seat.context.new_cdp_session(page)
    client.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    client.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": False}})
    _press_passkey(page, "Mit Passkey anmelden")
    expect(page.get_by_text("Ihr Gerät hat nicht unterschrieben.", exact=False)).to_be_visible()
    expect(seat.sign_in("organisation@example.org").get_by_role("link", name="Mein Bereich").first).to_be_visible()


def test_without_script_there_is_no_button_that_does_nothing(desk):
    seat = desk(script=False)
    expect(seat.go("/login").get_by_role("button", name="Mit Passkey anmelden")).to_have_count(0)
    seat.sign_in("organisation@example.org")
    page = seat.go("/me/second/passkey")
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.get_by_role("button", name="Passkey anlegen")).to_have_count(0)


def test_pages_about_the_own_account_are_accessible_and_fit(desk):
    seat = desk()
    seat.sign_in("organisation@example.org")
    assert_pages_are_fit(seat, OWN_PAGES)
