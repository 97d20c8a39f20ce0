"""The matrix of the door: every operation, with a token of every role and scope, about own and other people's things."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from deliberation.accounts.models import Scope, User
from deliberation.api.operations import OPERATIONS, Operation, as_rule
from deliberation.database import db, set_reading
from deliberation.permissions import Permission, may
from deliberation.policies import POLICIES
from tests.api.program import Program, make_token
from tests.security import stage
from tests.security.stage import ROLES, Stage, Tables, Things, differing

pytestmark = pytest.mark.any_engine

# What is noted of every visit of a program, and of results that were read or taken away.
NOTED = {"api_token", "membership", "staff_access"}
TAKEN = (200, 201, 204)


def sent_with(operation: Operation, things: Things | None) -> tuple[Any, dict[str, str]]:
    version = things.annotation.version if things else 1
    bodies: dict[str, Any] = {
        "api.annotate": {"thesis": "3", "paragraph": "1", "kind": "practice", "body": "Von einem Programm."},
        "api.reply": {"body": "Von einem Programm."},
        "api.edit": {"body": "Ganz andere Worte."},
        "api.vote": {"vote": "agree"},
        "api.stance": {"stance": "carry"},
        "api.decide": {"decision": "hide", "rule": "1", "reason": "Gehört nicht hierher.", "version": version},
    }
    return bodies.get(operation.endpoint), {"If_Match": "*"} if operation.method in ("PUT", "DELETE") else {}


def address_of(operation: Operation, things: Things | None) -> str:
    slug = things.declaration.slug if things else "entwurf"
    number = things.annotation.number if things else stage.ABSENT
    if operation.endpoint == "api.survey":
        number = things.numbers["over survey"] if things else stage.ABSENT
    values = {
        "<slug>": slug, "<int:number>": str(number), "<t>": "3", "<p>": "1", "<file_format>": "csv",
        "<address>": "haeufige-fragen",
    }  # fmt: skip
    address = as_rule(operation.path)
    for name, value in values.items():
        address = address.replace(name, value)
    return address


def is_let_in(operation: Operation, person: Any, things: Things | None) -> bool:
    policy = POLICIES[operation.endpoint]
    asked = [one for one in (Permission.READ, policy.needs, policy.to_write) if one]
    if "{slug}" not in operation.path:
        return True
    if things is None:
        return False
    return all(may(person, one, _thing(one, things)) for one in asked)


def _thing(permission: Permission, things: Things) -> Any:
    return things.annotation if permission.value.endswith("(annotation)") else things.declaration


def tokens_of(town: Stage) -> dict[str, list[tuple[frozenset[Scope], str]]]:
    """Of each person one with everything and one for each scope alone."""
    sets = [frozenset(Scope), *(frozenset({one}) for one in Scope)]
    return {
        role: [(scopes, make_token(person, scopes)) for scopes in sets]
        for role, person in town.people.items()
        if isinstance(person, User)
    }


def cells(town: Stage) -> Iterator[tuple[Operation, str, str, frozenset[Scope], str, Any, dict[str, str], bool]]:
    tokens = tokens_of(town)
    for operation in OPERATIONS:
        scope = operation.scope or Scope.READ
        for whose, things in (("own", town.own), ("foreign", town.foreign), ("absent", None)):
            if things is None and "{slug}" not in operation.path:
                continue
            address, (body, headers) = address_of(operation, things), sent_with(operation, things)
            for role in ROLES:
                if whose == "absent" and role == "operator" and "{number}" not in operation.path:
                    # Belongs to every team.
                    continue
                allowed = is_let_in(operation, town.people[role], things)
                for scopes, token in tokens.get(role, [(frozenset(), "")]):
                    has_scope = scope in scopes if token else operation.scope is None
                    name = f"{operation.method} {address} as {role} with {sorted(one.value for one in scopes)}"
                    yield operation, name, token, scopes, address, body, headers, allowed and has_scope


def test_every_operation_with_a_token_of_every_role_and_scope(app: Flask) -> None:
    town = stage.build(app)
    wanted = list(cells(town))
    db.session.commit()
    db.session.close()
    set_reading(True)
    tables = Tables()
    tables.keep()
    faults, let_in, refused, sign = [], set(), 0, tables.sign()
    for operation, name, token, scopes, address, body, headers, allowed in wanted:
        answer = Program(app, token).ask(operation.method, address, body, **headers)
        status = answer.status_code
        if allowed:
            let_in.add(operation.endpoint)
            faults += [f"{name}: should be let in, got {status} {answer.text}"] if status not in TAKEN else []
        else:
            refused += 1
            fits = status == 401 if not token and operation.scope else status in (403, 404)
            lacks = bool(token) and (operation.scope or Scope.READ) not in scopes
            fits = fits and lacks == (answer.json.get("error") == "insufficient_scope")
            faults += [] if fits else [f"{name}: should be refused, got {status} {answer.text}"]
            assert answer.mimetype == "application/problem+json", name
        if tables.sign() != sign:
            changed = differing(tables.kept_digest, tables.digest())
            faults += [f"{name}: refused, yet {changed} changed"] if not allowed and changed - NOTED else []
            if changed:
                tables.bring_back()
            sign = tables.sign()
    tables.close()
    assert not faults, "\n".join(faults)
    assert let_in == {one.endpoint for one in OPERATIONS}
    assert refused > 500
