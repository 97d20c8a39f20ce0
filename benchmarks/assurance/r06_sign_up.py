"""R06: one sign-up sent fifty times at once, and then once more, on a real server and both databases."""

from sqlalchemy import func, select

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, live
from deliberation.accounts.models import User
from deliberation.database import db
from deliberation.notifications.models import Mail
from tests.serving.site import Browser, Seen, Site, all_at_once

TIMES = 50
FIELDS = {
    "email": "neu@example.org",
    "pseudonym": "Ulme 61",
    "consent": "y",
    "password": "vier Wörter ohne Zusammenhang",
}


def measure() -> list[Measured]:
    return [_on(engine) for engine in ENGINES]


def _on(engine: str) -> Measured:
    with live(engine) as here:
        site = here.serve("--no-jobs")
        browsers = [Browser(site.port) for _number in range(TIMES)]
        tokens = [browser.token("/register") for browser in browsers]
        seen = all_at_once([lambda n=n: _send(browsers[n], tokens[n]) for n in range(TIMES)])  # type: ignore[misc]
        seen.append(_send(browsers[0], tokens[0]))
        # The same form from one browser, as after a double click and after going back.
        seen += all_at_once([lambda: _again(site)] * TIMES)
        for browser in browsers:
            browser.close()
        db.session.rollback()
        accounts = db.session.scalar(select(func.count(User.id)))
        mails = db.session.scalar(select(func.count(Mail.id)))
    ways = {(each.status, each.location) for each in seen if isinstance(each, Seen)}
    broken = [each for each in seen if not isinstance(each, Seen)]
    words = f"{engine}: sign-up sent {len(seen)} times, {accounts} account, {mails} mail, answers {sorted(ways)}"
    return Measured("R06", words, (accounts, mails) == (1, 1) and ways == {(303, "/login/code")} and not broken)


def _send(browser: Browser, token: str) -> Seen:
    return browser.post("/register", {**FIELDS, "csrf_token": token})


def _again(site: Site) -> Seen:
    browser = Browser(site.port)
    try:
        return _send(browser, browser.token("/register"))
    finally:
        browser.close()
