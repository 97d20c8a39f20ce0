"""S07: no parameter, field or part of an address reaches a statement as anything but a value.

Here each parameter of each page meets some of the texts, taken in turn; every one meets all of them in
`benchmarks/assurance/s07_injection.py`.
"""

import time
from urllib.parse import quote, urlencode

from sqlalchemy import update

from deliberation.database import db, set_reading
from deliberation.declarations.models import Declaration
from tests.results.scene import text_of
from tests.security import deeds
from tests.security.injections import TEXTS
from tests.security.parameters import parameters_of
from tests.security.stage import Stage, Tables, differing

MARKS = {"visit", "opening", "presence", "membership", "session", "log_entry", "staff_access"}
"""What reading a page may leave behind."""
SLOW = 2.5
"""Seconds; the texts that sleep would sleep for three."""


def test_no_address_or_parameter_reaches_a_statement(town: Stage, tables: Tables) -> None:
    asked = 0
    for place, rule in enumerate(deeds.rules_with(town.app, "GET")):
        role = deeds.DEEDS[rule.endpoint].role if rule.endpoint in deeds.DEEDS else "organiser"
        address = deeds.own_address(town, rule).partition("?")[0]
        names = parameters_of(town.app, rule)
        queries = [urlencode({name: TEXTS[(place + 5 * number) % 24]}) for number, name in enumerate(names)]
        queries += [urlencode(dict.fromkeys(names, TEXTS[(place * 7) % 24]))] if names else []
        addresses = [f"{address}?{query}" for query in queries]
        for name in sorted(rule.arguments):
            if rule._converters[name].__class__.__name__ == "UnicodeConverter":
                odd = quote(TEXTS[(place * 3) % 24].replace("/", "∕"))
                addresses.append(
                    deeds.address(town.app, rule, {**deeds.values_of(rule.endpoint, town.own), name: "☃"}).replace(
                        quote("☃"), odd
                    )
                )
        for one in addresses:
            began, answer = time.monotonic(), town.send(role, "GET", one)
            assert answer.status_code < 500, (rule.endpoint, one)
            took = time.monotonic() - began
            # A statement that was told to sleep sleeps each time; a busy machine does not.
            for _again in range(3 if took >= SLOW and "export" not in one else 0):
                began = time.monotonic()
                town.send(role, "GET", one)
                took = min(took, time.monotonic() - began)
            assert took < SLOW or "export" in one, one
            asked += 1
    assert asked > 400
    # That results were taken away as a file is noted with its day, and nothing else of the declaration.
    set_reading(False)
    db.session.execute(update(Declaration).values(exported_on=None))
    db.session.commit()
    changed = differing(tables.kept_digest, tables.digest()) - MARKS
    assert not changed


def test_no_field_reaches_a_statement(town: Stage, tables: Tables) -> None:
    sent = 0
    for place, rule in enumerate(deeds.rules_with(town.app, "POST")):
        deed = deeds.DEEDS[rule.endpoint]
        body = deed.body(town.own)
        for number, name in enumerate(body):
            words = TEXTS[(place + 5 * number) % 24]
            answer = town.send(deed.role, "POST", deeds.own_address(town, rule), {**body, name: words})
            assert answer.status_code < 500, (rule.endpoint, name, words)
            sent += 1
        counts = tables.counts()
        assert counts["user"] >= 12
        assert counts["annotation"] >= 18
        tables.bring_back()
    assert sent > 120


def test_nobody_is_answered_differently_for_true_and_false(town: Stage, tables: Tables) -> None:
    """The oldest way to read a column that is not shown."""
    for rule in deeds.rules_with(town.app, "GET"):
        role = deeds.DEEDS[rule.endpoint].role if rule.endpoint in deeds.DEEDS else "moderator"
        address = deeds.own_address(town, rule).partition("?")[0]
        for name in parameters_of(town.app, rule):
            if name in ("q", "next", "back"):
                # Shown again as they were typed.
                continue
            lengths = set()
            for condition in ("1' AND '1'='1", "1' AND '1'='2"):
                answer = town.send(role, "GET", f"{address}?{urlencode({name: condition})}")
                words = text_of(answer.get_data()).replace(quote(condition), "").replace(condition, "")
                lengths.add((answer.status_code, len(words)))
            assert len(lengths) == 1 or rule.endpoint.startswith("results."), (rule.endpoint, name, lengths)
