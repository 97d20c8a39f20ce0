"""R05: a hundred voters vote twenty-five times each on one annotation, at the same time, on both databases."""

import itertools
import threading
import time

from sqlalchemy import func, select

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, live
from deliberation.annotations.models import Annotation, Vote
from deliberation.database import db
from tests import builders
from tests.security.stage import sign_in
from tests.serving.site import Browser

VOTERS, VOTES, AT_ONCE, RATE = 100, 25, 16, 50.0
# Turned to any place, the twenty-fifth is another one than the first: a change that is forgotten is noticed.
VALUES = ("agree", "disagree", "pass", "agree", "disagree")


def measure() -> list[Measured]:
    return [_on(engine) for engine in ENGINES]


def _on(engine: str) -> Measured:
    with live(engine) as here:
        cast = builders.cast()
        number = builders.annotate(cast.ada, cast.declaration).number
        people = [builders.make_member(cast.declaration) for _number in range(VOTERS)]
        members = [person.membership_in(cast.declaration.id).id for person in people]
        cookies = [sign_in(here.app, person) for person in people]
        site = here.serve("--no-jobs")
        waiting, last, odd = list(enumerate(cookies)), dict[int, str](), list[int]()

        def vote_all() -> None:
            while True:
                try:
                    place, cookie = waiting.pop()
                except IndexError:
                    return
                browser = Browser(site.port, cookie)
                token = browser.token("/d/erklaerung/3/1")
                for value in itertools.islice(itertools.cycle(VALUES[place % 5 :] + VALUES[: place % 5]), VOTES):
                    status = browser.post(f"/a/{number}/vote", {"csrf_token": token, "vote": value}).status
                    if status == 303:
                        last[members[place]] = value
                    else:
                        odd.append(status)
                browser.close()

        began = time.monotonic()
        threads = [threading.Thread(target=vote_all) for _thread in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
        db.session.rollback()
        stored = {v: value.value for v, value in db.session.execute(select(Vote.voter_id, Vote.value))}
        total = db.session.scalar(select(func.count(Vote.id)).where(Vote.annotation_id == number))
        shown = db.session.execute(
            select(Annotation.shown_agree + Annotation.shown_disagree + Annotation.shown_pass).where(
                Annotation.number == number
            )
        ).scalar_one()
        db.session.rollback()
    wrong = sum(stored.get(member) != value for member, value in last.items())
    rate = VOTERS * VOTES / seconds
    words = (
        f"{engine}: {VOTERS * VOTES} votes, {AT_ONCE} at a time, {rate:.0f} a second, {len(odd)} refused, {wrong} not the last "
        f"acknowledged value, {total} rows, published sum {shown}"
    )
    return Measured("R05", words, not odd and not wrong and total == VOTERS == shown and rate >= RATE)
