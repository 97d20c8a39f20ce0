"""S10: is an address known here? Asked at every door that takes one, sixty times with an address that has an account and
sixty times with one that has none, in turns and over a real server. What differs: status, body, headers; and in how many of
the pairs the known address answered slower (half of them if it cannot be told).
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, Live, live
from deliberation.accounts import passwords
from deliberation.database import db
from deliberation.permissions import Role
from tests import builders
from tests.accounts.post import PASSWORD, without_secrets
from tests.security.stage import sign_in
from tests.serving.site import Browser, Seen, Site

PAIRS, TOLD_APART = 60, 0.65
CHANGING = ("date", "set-cookie", "x-request-id", "content-length")
NUMBERS = re.compile(r'value="[\w.-]{16,}"|data-sent="[^"]*"')


@dataclass
class Door:
    name: str
    ask: Callable[[Browser, str], Seen]
    session: str = ""
    differ: list[str] = field(default_factory=list)
    slower: int = 0
    status: int = 0


def measure() -> list[Measured]:
    return [_measure(engine) for engine in ENGINES]


def _measure(engine: str) -> Measured:
    with live(engine) as here:
        doors = _doors(here)
        site = here.serve()
        for number in range(PAIRS):
            for door in doors:
                _pair(site, door, number)
    share = {door.name: max(door.slower, PAIRS - door.slower) / PAIRS for door in doors}
    differ = [f"{door.name}: {what}" for door in doors for what in door.differ]
    words = (
        f"{engine}: {PAIRS} pairs at each of {len(doors)} doors, {len(differ)} answers differ {differ[:3] or ''}; told apart "
        f"by time in {', '.join(f'{door.name} ({door.status}) {share[door.name]:.0%}' for door in doors)}"
    )
    return Measured("S10", words, not differ and max(share.values()) <= TOLD_APART)


def _doors(here: Live) -> list[Door]:
    declaration = builders.make_declaration()
    for number in range(PAIRS):
        builders.make_user(f"known{number:02}", password_hash=passwords.hash_password(PASSWORD))
    mover = sign_in(here.app, builders.make_member(declaration, "ada"))
    host = sign_in(here.app, builders.make_member(declaration, "otto", Role.ORGANISER))
    db.session.commit()
    invite = f"/d/{declaration.slug}/invitations"
    return [
        Door(
            "wrong password",
            lambda browser, email: _post(browser, "/login", email=email, password="ganz andere Wörter"),
        ),
        Door("code by mail", lambda browser, email: _post(browser, "/login", email=email)),
        Door("wrong code", _wrong_code),
        Door("sign-up", _sign_up),
        Door("change of address", lambda browser, email: _post(browser, "/me/email", email=email), mover),
        Door("invitation", lambda browser, email: _post(browser, invite, **_LETTER, addresses=email), host),
    ]


_LETTER = {"kind": "mail", "role": "participant", "days": "7", "uses": "1", "really": "y"}


def _wrong_code(browser: Browser, email: str) -> Seen:
    _post(browser, "/login", email=email)
    return _post(browser, "/login/code", code="000000")


def _sign_up(browser: Browser, email: str) -> Seen:
    return _post(browser, "/register", email=email, pseudonym=f"Ulme {100 + hash(email) % 800}", consent="y")


def _post(browser: Browser, path: str, **fields: str) -> Seen:
    page = browser.get(path).text
    hidden = dict(re.findall(r'<input[^>]*name="(csrf_token|form_key)"[^>]*value="([^"]*)"', page))
    return browser.post(path, {**hidden, **fields})


def _pair(site: Site, door: Door, number: int) -> None:
    """Whoever comes first is served by a warmer machine, so they take turns."""
    kinds = ("known", "other") if number % 2 else ("other", "known")
    seen, seconds = {}, {}
    for kind in kinds:
        browser = Browser(site.port, door.session)
        email = f"{kind}{number:02}@example.org"
        begun = time.perf_counter()
        seen[kind] = door.ask(browser, email)
        seconds[kind] = time.perf_counter() - begun
        browser.close()
    door.status = seen["known"].status
    known, other = (_comparable(seen[kind], f"{kind}{number:02}") for kind in ("known", "other"))
    door.differ += [part for part in known if known[part] != other[part]]
    door.slower += seconds["known"] > seconds["other"]


def _comparable(seen: Seen, name: str) -> dict[str, object]:
    text = NUMBERS.sub("", without_secrets(seen.text)).replace(name, "someone")
    headers = {key.lower(): value for key, value in seen.headers.items() if key.lower() not in CHANGING}
    return {"status": (seen.status, seen.location), "body": text, "headers": headers}
