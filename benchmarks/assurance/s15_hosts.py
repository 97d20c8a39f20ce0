"""S15: each of six headers that name another site, alone, with every page and every form; and the mails that come of it."""

from collections.abc import Iterator
from typing import Any

from benchmarks.assurance import Measured
from benchmarks.assurance.town import ENGINES, settle, town
from deliberation.database import db, set_reading
from deliberation.notifications.mailer import to_message
from deliberation.notifications.models import Mail
from tests.security import deeds
from tests.security.stage import Stage, Tables

EVIL = "evil.example"
HEADERS = {
    "X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL};proto=https", "X-Host": EVIL, "X-Forwarded-Server": EVIL,
    "X-Original-Host": EVIL, "X-Original-URL": f"https://{EVIL}/",
}  # fmt: skip


def measure() -> list[Measured]:
    return [_measure(engine) for engine in ENGINES]


def _measure(engine: str) -> Measured:
    asked, named, mails, foreign = 0, list[str](), 0, list[int]()
    with town(engine) as stage:
        settle()
        tables = Tables()
        tables.keep()
        for header, value in HEADERS.items():
            for what, answer in _answers(stage, tables, {header: value}):
                asked += 1
                said = answer.get_data(as_text=True) + str(answer.headers)
                named += [f"{header}: {what}"] if "evil" in said else []
                for message in _mails():
                    mails += 1
                    named += [f"{header}: mail after {what}"] if "evil" in message else []
            tables.bring_back()
        for rule in deeds.rules_with(stage.app, "GET"):
            address = deeds.own_address(stage, rule)
            foreign.append(stage.send("author", "GET", address, headers={"Host": EVIL}).status_code)
        tables.close()
    let_in = sum(status != 400 for status in foreign)
    words = (
        f"{engine}: {asked} answers and {mails} looks at mails under {len(HEADERS)} headers, each alone: {len(named)} name "
        f"the other site {named[:3] or ''}; {len(foreign)} pages asked for under a foreign host, {let_in} not refused with 400"
    )
    return Measured("S15", words, not named and not let_in and mails > 0)


def _answers(stage: Stage, tables: Tables, headers: dict[str, str]) -> Iterator[tuple[str, Any]]:
    for rule in deeds.rules_with(stage.app, "GET"):
        role = deeds.DEEDS[rule.endpoint].role if rule.endpoint in deeds.DEEDS else "organiser"
        yield f"GET {rule.rule}", stage.send(role, "GET", deeds.own_address(stage, rule), headers=headers)
    for rule in deeds.rules_with(stage.app, "POST"):
        deed = deeds.DEEDS[rule.endpoint]
        yield f"POST {rule.rule}", stage.send(
            deed.role, "POST", deeds.own_address(stage, rule), deed.body(stage.own), headers=headers
        )
        tables.bring_back()


def _mails() -> list[str]:
    """What waits at this moment, as it would be sent. The session is left as quiet as it was."""
    set_reading(True)
    found = [to_message(mail).as_bytes().decode() for mail in db.session.scalars(db.select(Mail).where(Mail.sealed != ""))]
    db.session.rollback()
    return found
