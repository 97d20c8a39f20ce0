"""The description says what there is: compared with the addresses and with the policy, both ways."""

import re

from flask import Flask

from deliberation.api.operations import BY_ENDPOINT, OPERATIONS, as_rule
from deliberation.api.schemas import SCHEMAS
from deliberation.policies import POLICIES, Door
from tests.api.program import ROOT, Program


def rules(app: Flask) -> dict[str, tuple[str, str]]:
    return {
        rule.endpoint: (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in set(rule.methods or ()) - {"HEAD", "OPTIONS"}
    }


def test_every_address_is_described_and_nothing_else(app):
    assert rules(app) == {one.endpoint: (as_rule(one.path), one.method) for one in OPERATIONS}
    assert len(BY_ENDPOINT) == len(OPERATIONS)


def test_every_operation_has_its_line_in_the_policy(app):
    assert {name for name in POLICIES if name.startswith("api.")} == set(BY_ENDPOINT)
    for name, operation in BY_ENDPOINT.items():
        policy = POLICIES[name]
        assert policy.door is Door.TOKEN, name
        # What writes needs a scope, and what needs none is open to guests.
        assert (policy.to_write is not None) == (operation.method != "GET"), name
        assert operation.scope is not None or policy.to_write is None, name


def test_every_part_of_an_address_is_a_parameter():
    for operation in OPERATIONS:
        named = {one.name for one in operation.parameters if one.place == "path"}
        assert named == set(re.findall(r"{(\w+)}", operation.path)), operation.endpoint


def test_every_schema_that_is_named_is_there():
    named = {schema for one in OPERATIONS for schema in one.body.values()}
    named |= {schema for one in OPERATIONS for answer in one.answers.values() for schema in answer.content.values()}
    assert named - {""} <= SCHEMAS.keys()
    for name in re.findall(r"#/components/schemas/(\w+)", str(SCHEMAS)):
        assert name in SCHEMAS


def test_everybody_gets_the_description(app, cast):
    answer = Program(app).get(f"{ROOT}/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json["openapi"].startswith("3.1")
    assert answer.json["servers"] == [{"url": "http://localhost/api/v1"}]
    assert len(answer.json["paths"]) == len({one.path for one in OPERATIONS})
