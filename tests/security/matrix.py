"""Walking through the matrix of S01: page, role, method, and whose things it is about."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from werkzeug.routing import Rule

from deliberation.database import db, set_reading
from deliberation.moderation.objections import appeals
from deliberation.moderation.objections.objecting import review_of_objection
from deliberation.moderation.objections.reviews import review_of
from deliberation.permissions import Permission, may
from deliberation.policies import POLICIES, Door, Policy
from deliberation.privacy.deletion import find_deletion
from deliberation.reports.models import find_report
from deliberation.reports.publishing import release_of
from deliberation.surveys.models import find_survey
from tests.security import deeds
from tests.security.stage import ROLES, Stage, Tables, Things, differing

# What only the person finds who brought it in or whom it is about; everybody else finds nothing.
OWNED = {
    "declarations.import_preview": "organiser",
    "declarations.import_change": "organiser",
    "accounts.passkey_remove": "author",
    "accounts.revoke_token": "author",
    "results.export_job": "organiser",
    "results.export_file": "organiser",
    "results.cancel_export": "organiser",
    "results.find_export": "organiser",
}
# What only members of a declaration have there; for everybody else it is absent.
MEMBERS = ("privacy.own_statement",)
# A page for everybody whose thing may be absent without being a secret: it answers, and says nothing about anything.
REFUSED = (303, 400, 403, 404, 410)
TAKEN = (200, 303, 400, 409, 410, 422)
SIGN_IN = "/login?"
KEPT_FOR_GUESTS = {"draft"}
ONE_OF = 8
"""In a sample: pages that many may see, and things that are not there, are asked for by one role in so many; what is
refused about things that are there by every third. Every form about one's own declaration that is to be refused is sent."""


@dataclass(frozen=True)
class Cell:
    """One request and whether it is to be let in."""

    rule: Rule
    method: str
    role: str
    whose: str
    address: str
    body: Any
    is_let_in: bool
    policy: Policy

    def __str__(self) -> str:
        return f"{self.method} {self.address} ({self.rule.endpoint}) as {self.role}, {self.whose}"


@dataclass
class Seen:
    faults: list[str] = field(default_factory=list)
    refused: int = 0
    let_in: int = 0
    # Pages and forms that nobody was let in to.
    closed: set[tuple[str, str]] = field(default_factory=set)


def walk(stage: Stage, tables: Tables, sample: bool) -> Seen:
    """Ask for everything. In a sample pages that many may see are not asked for by each of them."""
    cells = list(_cells(stage))
    db.session.commit()
    db.session.close()
    set_reading(True)
    tables.keep()
    seen = Seen(closed={(cell.rule.endpoint, cell.method) for cell in cells})
    sign, before = tables.sign(), tables.digest()
    for cell in cells:
        if sample and _is_left_out(cell, seen):
            continue
        answer = stage.send(cell.role, cell.method, cell.address, cell.body)
        status, location = answer.status_code, answer.location or ""
        fault = _fault(cell, status, location)
        if fault:
            seen.faults.append(f"{cell}: {fault} {status} {location}")
        if cell.is_let_in:
            seen.let_in += 1
            deed = deeds.DEEDS.get(cell.rule.endpoint)
            wanted = (deed.status,) if cell.method == "POST" and deed else (200, 301, 303)
            if status in wanted and not location.startswith(SIGN_IN):
                seen.closed.discard((cell.rule.endpoint, cell.method))
        else:
            seen.refused += 1
        now = tables.sign()
        if now == sign:
            continue
        after = tables.digest()
        changed = differing(before, after)
        if not cell.is_let_in and changed - _may_change(cell):
            seen.faults.append(f"{cell}: refused with {status}, yet {sorted(changed)} changed")
        if changed:
            tables.bring_back()
        sign, before = tables.sign(), tables.digest()
    return seen


def _is_left_out(cell: Cell, seen: Seen) -> bool:
    is_first = cell.is_let_in and (cell.rule.endpoint, cell.method) in seen.closed
    is_there = not cell.is_let_in and cell.whose in ("own", "foreign")
    if is_first or cell.whose == "crossed" or (cell.whose == "own" and not cell.is_let_in and cell.method == "POST"):
        return False
    name = f"{cell.rule.endpoint} {cell.method} {cell.role} {cell.whose}"
    return hashlib.sha256(name.encode()).digest()[0] % (3 if is_there else ONE_OF) != 0


def _may_change(cell: Cell) -> set[str]:
    """What a guest wrote is kept while she signs in."""
    return KEPT_FOR_GUESTS if cell.policy.keeps_draft and cell.role == "guest" else set()


def _fault(cell: Cell, status: int, location: str) -> str:
    if status >= 500:
        return "broke with"
    is_sent_to_sign_in = status == 303 and location.startswith(SIGN_IN)
    if cell.is_let_in:
        return "should be let in, got" if status not in (*TAKEN, 301) or is_sent_to_sign_in else ""
    if status == 303 and not (is_sent_to_sign_in and cell.role == "guest"):
        return "should be refused, was led to"
    return "should be refused, got" if status not in REFUSED else ""


def _cells(stage: Stage) -> Iterator[Cell]:
    for method in ("GET", "POST"):
        for rule in deeds.rules_with(stage.app, method):
            policy = POLICIES[rule.endpoint]
            for whose, things, values in _targets(stage, rule):
                address = deeds.address(stage.app, rule, values)
                deed = deeds.DEEDS.get(rule.endpoint)
                body = deed.body(things or stage.own) if method == "POST" and deed else None
                for role in ROLES:
                    if whose == "not public" and role == "operator":
                        # Belongs to every team.
                        continue
                    is_let_in = _is_let_in(stage, rule, policy, method, role, things)
                    yield Cell(rule, method, role, whose, address, body, is_let_in, policy)


def _targets(stage: Stage, rule: Rule) -> Iterator[tuple[str, Things | None, dict[str, Any]]]:
    """Whose things an address is about: own, those of the other declaration, none; and none for what is mixed."""
    own, foreign = (deeds.values_of(rule.endpoint, things) for things in (stage.own, stage.foreign))
    yield "own", stage.own, own
    if not rule.arguments:
        return
    if rule.arguments & {"slug", "number", "key", "measure_id", "token"}:
        yield "foreign", stage.foreign, foreign
    for values in deeds.absent(rule.endpoint, rule, stage.own):
        yield "absent", None, values
    if "slug" in rule.arguments and rule.endpoint not in ("editions.preview",):
        yield "not public", None, own | {"slug": "entwurf"}
    if "slug" in rule.arguments and rule.endpoint in CROSSED:
        yield "crossed", None, own | {name: foreign[name] for name in rule.arguments - {"slug"}}


# Pages whose address names a declaration and something in it: the other one's thing is not in this one.
CROSSED = (
    "results.export_job", "results.cancel_export", "webhooks.test", "webhooks.revoke", "moderation.objection",
    "proposals.take_down", "editions.preview",
)  # fmt: skip


def _is_let_in(stage: Stage, rule: Rule, policy: Policy, method: str, role: str, things: Things | None) -> bool:
    person = stage.people[role]
    if policy.door in (Door.SIGNED_IN, Door.HALF) and not person.is_signed_in:
        return False
    if policy.door is Door.OPERATOR and not person.is_operator:
        return False
    if method == "POST" and policy.account_to_write and not person.is_signed_in:
        return False
    if things is None:
        return rule.endpoint in ANSWERS_ANYWAY
    if rule.endpoint in OWNED and not (things is stage.own and role == OWNED[rule.endpoint]) and not (
        things is stage.foreign and role == f"{OWNED[rule.endpoint]} elsewhere"
    ):  # fmt: skip
        return False
    if rule.endpoint in MEMBERS and person.membership_in(things.declaration.id) is None:
        return False
    asked = [policy.needs, policy.to_write if method == "POST" else None]
    return all(may(person, one, _thing(rule, one, things)) for one in asked if one)


# Absent things that are no refusal: a page about a draft that is not there leads to where one begins.
ANSWERS_ANYWAY: set[str] = set()


def _thing(rule: Rule, permission: Permission, things: Things) -> Any:
    """What a permission is asked about: it stands in its brackets, and the address says which one."""
    kind = permission.value[permission.value.rindex("(") + 1 : -1]
    values = deeds.VALUES.get(rule.endpoint, {}) | (
        deeds.DEEDS[rule.endpoint].values if rule.endpoint in deeds.DEEDS else {}
    )
    match kind:
        case "declaration":
            named = {"voting": things.voting, "closed": things.closed, "drafted": things.drafted}
            return named.get(values.get("slug"), things.declaration)
        case "deletion":
            return find_deletion(things.closed)
        case "survey":
            return find_survey(things.declaration, things.numbers[values["number"]])
        case "release":
            return release_of(things.declaration, find_report(things.declaration))
        case "membership":
            return things.question.author if values.get("number") == "question" else things.warned
        case "review":
            if "measure_id" in rule.arguments:
                return review_of(things.measure)
            return (
                review_of_objection(appeals.find_objection(things.objection.id))
                if "objection" in values.values()
                else review_of(things.decision)
            )
        case "annotation":
            name = values.get("number")
            found = {"proposal": things.proposal, "question": things.question, "hidden": things.hidden}
            return found.get(name, things.annotation) if isinstance(name, str) else things.annotation
        case _:
            return None
