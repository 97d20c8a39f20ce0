"""Requests drawn from the description, sent in process, and compared with what the description says may come back."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

with warnings.catch_warnings():
    # Their own libraries.
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.failures import Failure, FailureGroup
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

from deliberation.api.openapi import describe
from deliberation.api.operations import BY_ENDPOINT
from tests.api.test_every_operation_for_everyone import sent_with
from tests.security.stage import Stage

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
ROUNDS = 10
MEDIA = ("application/json", "application/ld+json", "*/*")


@dataclass
class Found:
    """What was asked and what came back."""

    asked: int = 0
    faults: list[str] = field(default_factory=list)
    statuses: dict[str, set[int]] = field(default_factory=dict)


def known(town: Stage) -> dict[str, list[str]]:
    """Values for addresses that name something."""
    own = town.own
    numbers = [own.annotation, own.question, own.proposal, own.hidden, own.objected]
    return {
        "slug": [own.declaration.slug, own.voting.slug, "entwurf"],
        "number": [*(str(one.number) for one in numbers), str(own.numbers["over survey"])],
        "address": ["haeufige-fragen"],
        "t": ["3", "2", "0", "end"],
        "p": ["1", "2", "0"],
        "file_format": ["csv", "md", "html", "json"],
    }


def right_body(town: Stage, operation: Any) -> Any:
    """One that is taken, for operations that hardly take any by chance."""
    name = f"api.{operation.definition.raw['operationId']}"
    return sent_with(BY_ENDPOINT[name], town.own)[0]


def operations() -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(describe("http://localhost"))
    for result in schema.get_all_operations():
        yield result.ok()


def ask_everything(app: Flask, town: Stage, tokens: list[str], examples: int, first: int = 7) -> Found:
    """So many requests for each operation, right and wrong ones; more of them where chance drew none that is taken. What is drawn
    depends on `first`, and on what else was loaded."""
    found = Found()
    for operation in operations():
        for more in range(ROUNDS):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                ask_one(app, operation, mode, (town, tokens, examples, first + more), found)
            if found.statuses.get(operation.label, set()) & {200, 201, 204}:
                break
    return found


def ask_one(app: Flask, operation: Any, mode: Any, how: tuple[Stage, list[str], int, int], found: Found) -> None:
    town, tokens, examples, first = how
    values = known(town)

    @seed(first)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(generation_mode=mode), token=st.sampled_from(tokens), accept=st.sampled_from(MEDIA),
        names=st.fixed_dictionaries({name: st.sampled_from(all_of) for name, all_of in values.items()}), odd=st.integers(0, 5),
    )  # fmt: skip
    def ask(case: Any, token: str, accept: str, names: dict[str, str], odd: int) -> None:
        # Mostly about something that is there, and in the state in which it is.
        if odd < 5:
            case.path_parameters.update({name: value for name, value in names.items() if name in case.path_parameters})
        if odd < 2 and (right := right_body(town, operation)) is not None:
            case.body, case.media_type = right, "application/json"
        headers = {
            "Accept": accept,
            "Accept-Encoding": "identity",
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }
        if operation.method.upper() in ("PUT", "DELETE") and odd < 4:
            headers["If-Match"] = "*"
        answer = case.call(app=app, base_url="http://localhost/api/v1", headers=headers)
        found.asked += 1
        found.statuses.setdefault(operation.label, set()).add(answer.status_code)
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Failure, FailureGroup) as fault:
            found.faults.append(f"{operation.label}: {fault}")

    try:
        ask()
    except Exception as fault:
        # A negative case needs something that can be wrong.
        if type(fault).__name__ not in ("Unsatisfiable", "SkipTest"):
            raise
