"""P14: a hundred people in a hundred places have mails sent to one address, by every form that mails to it; a real server
with limits as shipped, ended and started again in between."""

from collections.abc import Callable
from datetime import timedelta

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, Live, live
from deliberation.accounts.models import Attempt
from deliberation.database import db, set_reading
from tests import builders
from tests.accounts.post import mails_to
from tests.serving.site import Browser, Site

CLIENTS = 100
QUARTERS = 12
SIGN_UP, SIGN_IN = (1, 5), (3, 10)
"""At most so many in a quarter of an hour and in a day."""


def measure() -> list[Measured]:
    return [_measure(engine) for engine in ENGINES]


def _measure(engine: str) -> Measured:
    with live(engine) as here:
        builders.make_user("ada")
        found = {
            "sign-ups, new address": _bomb(here, "neu@example.org", _sign_up, SIGN_UP),
            "sign-ups, known address": _bomb(here, "ada@example.org", _sign_up, SIGN_UP),
            "sign-ins, unknown address": _bomb(here, "niemand@example.org", _sign_in, SIGN_IN),
        }
        before = len(mails_to("ada@example.org"))
        found["sign-ins, known address"] = _bomb(here, "ada@example.org", _sign_in, SIGN_IN, before)
    told = "; ".join(f"{what}: {quarter} in a quarter, {day} in the day" for what, (quarter, day, _is_met) in found.items())
    words = f"{engine}: {CLIENTS} clients, {QUARTERS} times: {told}"
    return Measured("P14", words, all(is_met for *_counts, is_met in found.values()))


def _bomb(
    here: Live, address: str, send: Callable[[Site, int, str], int], allowed: tuple[int, int], before: int = 0
) -> tuple[int, int, bool]:
    """How many mails came within a quarter of an hour, and after more quarters of the same day."""
    site, statuses = here.serve(DELIBERATION_RATELIMIT_ENABLED="1"), set()
    for number in range(CLIENTS):
        if number == CLIENTS // 2:
            site.stop()
            site = here.serve(DELIBERATION_RATELIMIT_ENABLED="1")
        statuses.add(send(site, number, address))
    quarter = _count(address) - before
    for _turn in range(QUARTERS):
        _let_a_quarter_pass()
        for number in range(5):
            statuses.add(send(site, number, address))
    day = _count(address) - before
    site.stop()
    return quarter, day, quarter <= allowed[0] and day <= allowed[1] and statuses == {303}


def _count(address: str) -> int:
    db.session.rollback()
    found = len(mails_to(address))
    db.session.rollback()
    return found


def _let_a_quarter_pass() -> None:
    """The clock of another process cannot be moved: what it has noted becomes older instead."""
    set_reading(False)
    for attempt in db.session.scalars(db.select(Attempt)):
        attempt.at -= timedelta(minutes=16)
    db.session.commit()


def _sign_up(site: Site, number: int, address: str) -> int:
    return _send(site, number, "/register", {"email": address, "consent": "y"})


def _sign_in(site: Site, number: int, address: str) -> int:
    return _send(site, number, "/login", {"email": address})


def _send(site: Site, number: int, path: str, fields: dict[str, str]) -> int:
    browser = Browser(site.port, source=f"127.2.{number}.1")
    status = browser.post(path, {"csrf_token": browser.token(path), **fields}).status
    browser.close()
    return status
