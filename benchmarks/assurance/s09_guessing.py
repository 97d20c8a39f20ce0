"""S09: guessing passwords and codes at one account from many addresses, and at many accounts from one address, on a real
server that is ended and started again in between."""

from collections import Counter

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, Live, live
from deliberation.accounts import passwords
from deliberation.database import db
from tests import builders
from tests.accounts.post import PASSWORD, last_code
from tests.serving.site import Browser, Site

TRIES, ACCOUNTS, RESTART_EVERY = 100, 1000, 25
PER_ACCOUNT, PER_ADDRESS = 10, 50
WRONG = "ganz andere Wörter als diese"
JUDGED, REFUSED, IN = 422, 429, 303


def measure() -> list[Measured]:
    return [_measure(engine) for engine in ENGINES]


def _measure(engine: str) -> Measured:
    with live(engine) as here:
        for name in ("ada", "ben", "cleo"):
            builders.make_user(name, password_hash=passwords.hash_password(PASSWORD))
        site, at_one = _at_one_account(here)
        codes = _at_the_code(site)
        at_many = Counter(
            _guess(site, "127.9.9.9", f"niemand{number}@example.org", WRONG) for number in range(ACCOUNTS)
        )
        others = {
            "the account itself, by mail": _by_mail(site, "127.4.4.4", "ada@example.org"),
            "somebody else": _guess(site, "127.4.4.5", "ben@example.org", PASSWORD),
            "somebody else behind the address, by mail": _by_mail(site, "127.9.9.9", "ben@example.org"),
        }
    shut_out = [who for who, status in others.items() if status != IN]
    words = (
        f"{engine}: {at_one[JUDGED]} of {TRIES} guesses at one account from {TRIES} addresses were looked at, over "
        f"{TRIES // RESTART_EVERY} starts of the server; {codes[JUDGED]} of {sum(codes.values())} codes in one browser; "
        f"{at_many[JUDGED]} of {ACCOUNTS} accounts tried from one address; {len(shut_out)} of {len(others)} others kept "
        f"out {shut_out or ''}"
    )
    is_bounded = at_one[JUDGED] <= PER_ACCOUNT and at_many[JUDGED] <= PER_ADDRESS and codes[JUDGED] <= PER_ACCOUNT
    is_told = all(each.keys() <= {JUDGED, REFUSED} for each in (at_one, at_many, codes))
    return Measured("S09", words, is_bounded and is_told and not shut_out)


def _at_one_account(here: Live) -> tuple[Site, Counter[int]]:
    site, seen = here.serve("--no-jobs", DELIBERATION_RATELIMIT_ENABLED="1"), Counter[int]()
    for number in range(TRIES):
        if number and number % RESTART_EVERY == 0:
            site.stop()
            site = here.serve("--no-jobs", DELIBERATION_RATELIMIT_ENABLED="1")
        password = WRONG if number < TRIES - 1 else PASSWORD
        seen[_guess(site, f"127.1.{number}.7", "ada@example.org", password)] += 1
    return site, seen


def _guess(site: Site, source: str, email: str, password: str) -> int:
    browser = Browser(site.port, source=source)
    token = browser.token("/login")
    status = browser.post("/login", {"csrf_token": token, "email": email, "password": password}).status
    browser.close()
    return status


def _at_the_code(site: Site) -> Counter[int]:
    """Wrong codes in one browser that asks for a new one after every fifth."""
    browser, seen = Browser(site.port, source="127.5.5.5"), Counter[int]()
    for number in range(30):
        if number % 5 == 0:
            browser.post("/login", {"csrf_token": browser.token("/login"), "email": "cleo@example.org"})
        seen[browser.post("/login/code", {"csrf_token": browser.token("/login/code"), "code": "wrong"}).status] += 1
    browser.close()
    return seen


def _by_mail(site: Site, source: str, email: str) -> int:
    browser = Browser(site.port, source=source)
    browser.post("/login", {"csrf_token": browser.token("/login"), "email": email})
    token = browser.token("/login/code")
    try:
        code = last_code(email)
    finally:
        # Whoever reads keeps the server from writing (SQLite).
        db.session.rollback()
    status = browser.post("/login/code", {"csrf_token": token, "code": code}).status
    browser.close()
    return status
