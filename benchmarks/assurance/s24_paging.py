"""S24: page numbers and sizes that nobody asks for in earnest, in every parameter of every page, over long lists."""

import time
from typing import Any
from urllib.parse import urlencode

from benchmarks.assurance import Measured
from benchmarks.assurance.town import ENGINES, settle, town
from deliberation.database import db, set_reading
from tests import builders
from tests.security import deeds
from tests.security.parameters import parameters_of

ODD = ("-1", "0", "1000000", "1000000000", "99999999999999999999", "NaN", "1e9", "0x10", "٣", "")
ANNOTATIONS, LIMIT = 300, 0.5
ROLES = ("guest", "organiser", "moderator")
AGAIN = 3
"""A page over the limit is asked for so many times more and counts as its fastest: what is slow for its question is slow
each time, and a pause of the measuring process (memory, templates, the other core) is not."""


def measure() -> list[Measured]:
    return [_measure(engine) for engine in ENGINES]


def _measure(engine: str) -> Measured:
    slowest, where, once, odd, asked = 0.0, "", 0.0, list[str](), 0
    with town(engine) as stage:
        set_reading(False)
        for number in range(ANNOTATIONS):
            builders.annotate(stage.people["author"], stage.own.declaration, body=f"Aus meiner Arbeit, Fall {number}.")
        settle()
        for rule in deeds.rules_with(stage.app, "GET"):
            address = deeds.own_address(stage, rule)
            for name in parameters_of(stage.app, rule):
                for value in ODD:
                    for role in ROLES:
                        place = f"{address}{'&' if '?' in address else '?'}{urlencode({name: value})}"
                        answer, took = _ask(stage, role, place)
                        asked, once = asked + 1, max(once, took)
                        if took > LIMIT:
                            took = min(_ask(stage, role, place)[1] for _time in range(AGAIN))
                        odd += [f"{rule.rule}?{name}={value}"] if answer.status_code >= 500 else []
                        if took > slowest:
                            slowest, where = took, f"{rule.rule}?{name}={value} as {role}"
        db.session.rollback()
    words = (
        f"{engine}: {asked} requests with {len(ODD)} odd values in every parameter, {ANNOTATIONS} annotations in one "
        f"place: {len(odd)} faults {odd[:3] or ''}, slowest {slowest:.2f} s ({where}); longest "
        f"single wait {once:.2f} s"
    )
    return Measured("S24", words, not odd and slowest <= LIMIT)


def _ask(stage: Any, role: str, place: str) -> tuple[Any, float]:
    began = time.perf_counter()
    answer = stage.send(role, "GET", place)
    return answer, time.perf_counter() - began
