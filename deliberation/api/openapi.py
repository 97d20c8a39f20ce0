"""The description of `/api/v1` in OpenAPI 3.1, made of the table of operations and the schemas that bodies are checked with."""

from collections import defaultdict
from typing import Any

from deliberation.api.operations import OPERATIONS, PROBLEM, ROOT, Operation, Parameter, answers_of
from deliberation.api.schemas import SCHEMAS, SCOPES

ABOUT = (
    "Read without a token what everybody may read; write with a personal token (`/me/tokens`), `Authorization: Bearer …`. "
    "Cookies do not count here. The rules are those of the pages: phases, permissions, the check before publication, limits. "
    "Times are days. Lists are read from `next` to `next`."
)


def describe(site: str) -> dict[str, Any]:
    """The whole description; `site` is the address of the site."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for operation in OPERATIONS:
        paths[operation.path][operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Deliberation", "version": "1", "description": ABOUT},
        "servers": [{"url": site + ROOT}],
        "paths": dict(paths),
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "; ".join(f"{k}: {v}" for k, v in SCOPES.items()),
                }
            },
            "responses": {
                "Problem": {
                    "description": "Why not.",
                    "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.endpoint.removeprefix("api."),
        "summary": operation.words,
        "parameters": [_parameter(one) for one in operation.parameters],
        "responses": answers_of(operation),
        # Without a scope a token is welcome, and not needed.
        "security": [{"token": [operation.scope.value]}] if operation.scope else [{}, {"token": ["read"]}],
    }
    if operation.body:
        content = {
            media: {"schema": {"$ref": f"#/components/schemas/{schema}"}} for media, schema in operation.body.items()
        }
        found["requestBody"] = {"required": True, "content": content}
    return found


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name, "in": one.place, "required": one.is_required, "description": one.words, "schema": one.schema,
    }  # fmt: skip
