"""Following by mail without an account, from the landing page to the last click, with and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from deliberation.accounts.addresses import address_hash
from deliberation.accounts.models import find_user_by_email
from deliberation.database import db, set_reading
from deliberation.declarations.models import find_declaration
from deliberation.notifications import feeds, following
from deliberation.notifications.models import Mail, Subscription
from deliberation.permissions import Guest
from tests.browser.conftest import Site, running_sample
from tests.browser.looking import assert_pages_are_fit

PAGES: list[str] = []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample with people who follow."""

    def prepare() -> None:
        declaration = find_declaration("musterstadt")
        asked, confirmed, left = (
            following.ask(Guest(), declaration, f"liest{number}@example.org", following.Wish()) for number in range(3)
        )
        following.confirm(confirmed)
        user = find_user_by_email("teilnahme@example.org")
        feeds.make(user)
        tokens = [following.subscription_token(one) for one in (asked, confirmed, left)]
        following.leave(left)
        PAGES[:] = [
            f"/follow/{tokens[0]}/confirm", f"/follow/{tokens[1]}", f"/follow/{tokens[1]}/leave", f"/follow/{tokens[2]}/leave",
            f"/mails/{following.account_token(user)}", f"/mails/{following.account_token(user)}/stop",
        ]  # fmt: skip

    with running_sample(tmp_path_factory.mktemp("site"), prepare) as running:
        yield running


def test_pages_behind_links_are_fit(desk):
    seat = desk()
    assert_pages_are_fit(seat, PAGES)


def test_secret_feed_addresses_are_fit(desk):
    seat = desk()
    seat.sign_in("teilnahme@example.org")
    assert_pages_are_fit(seat, ["/me/feeds"])


def _token(site: Site, address: str) -> str:
    with site.app.app_context():
        set_reading(True)
        found = db.session.scalars(select(Mail).where(Mail.recipient_hash == address_hash(address))).one()
        token = str(found.parameters["token"])
        db.session.rollback()
    return token


def _follows(site: Site, address: str) -> bool | None:
    with site.app.app_context():
        set_reading(True)
        query = select(Subscription).where(Subscription.address_hash == address_hash(address))
        found = db.session.scalars(query).one_or_none()
        db.session.rollback()
        return found.is_confirmed if found else None


@pytest.mark.parametrize("script", [True, False], ids=["script", "noscript"])
def test_somebody_follows_changes_her_mind_and_leaves(desk, site, script):
    address = f"karin-{script}@example.org".lower()
    seat = desk(width=360, script=script)
    page = seat.go("/d/musterstadt")
    page.locator("#mitlesen").get_by_role("link", name="Mitlesen per E-Mail").click()
    page.get_by_label("Ihre E-Mail-Adresse").fill("karin@")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("alert")).to_contain_text("nicht vollständig")
    page.get_by_label("Ihre E-Mail-Adresse").fill(address)
    page.get_by_label("Täglich, was neu ist").check()
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bitte sehen Sie in Ihr Postfach")
    token = _token(site, address)
    seat.go(f"/follow/{token}/confirm")
    assert _follows(site, address) is False
    page.get_by_role("button", name="Ja, schreiben Sie mir").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Nachrichten zur Erklärung")
    assert _follows(site, address)
    page.get_by_label("Nur wenn etwas Wichtiges geschieht").check()
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Gespeichert.")).to_be_visible()
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind abgemeldet")
    assert _follows(site, address) is None
