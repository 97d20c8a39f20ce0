"""P12: two hundred people fetch their own data from a real server at once; everybody gets her own and nobody else's."""

import time

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, live
from deliberation.database import db
from deliberation.privacy.models import PrivateNote
from tests import builders
from tests.security import stage
from tests.serving.site import Browser, all_at_once

PEOPLE = 200
LONGEST = 60.0


def measure() -> list[Measured]:
    return [_on(engine) for engine in ENGINES]


def _on(engine: str) -> Measured:
    with live(engine) as here:
        declaration = builders.make_declaration()
        cookies = []
        for number in range(PEOPLE):
            person = builders.make_member(declaration, f"p{number}", pseudonym=f"Eibe {number + 100}")
            note = f"Kanarie {number:03} allein"
            db.session.add(PrivateNote(user_id=person.id, declaration_id=declaration.id, place="t:1", body=note))
            builders.annotate(person, declaration, "1.1", f"Beitrag von {number:03}, und nur von ihr.")
            cookies.append(stage.sign_in(here.app, person))
        site = here.serve()
        port = site.port
        begun = time.monotonic()
        answers = all_at_once([lambda cookie=cookie: _fetch(port, cookie) for cookie in cookies])
        seconds = time.monotonic() - begun
        wrong = sum(not _is_own(number, answer) for number, answer in enumerate(answers))
        guest = Browser(port).get("/me/data/file")
    words = (
        f"{engine}, {PEOPLE} at once in {seconds:.1f} s: {wrong} got something else than exactly their own; without a session "
        f"the link answers {guest.status} and {len(guest.text)} characters"
    )
    return Measured("P12", words, wrong == 0 and seconds <= LONGEST and guest.status == 303)


def _fetch(port: int, cookie: str) -> str:
    browser = Browser(port, cookie)
    for _try in range(3):
        answer = browser.get("/me/data/file")
        if answer.status == 200:
            return answer.text
    return f"{answer.status}"


def _is_own(number: int, answer: object) -> bool:
    if not isinstance(answer, str):
        return False
    wanted = (f"Kanarie {number:03} allein", f"Beitrag von {number:03}, und nur", f"p{number}@example.org")
    others = sum(answer.count(words) for words in ("Kanarie ", "Beitrag von ", "@example.org"))
    return all(words in answer for words in wanted) and others == len(wanted)
