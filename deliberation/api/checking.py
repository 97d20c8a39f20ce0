"""Whether what a program sent fits its schema. Knows just the words that `schemas` uses; each fault names its place."""

import json
import re
from typing import Any

from deliberation.api.schemas import SCHEMAS, Schema
from deliberation.problems import Refusal

DEPTH_MAX = 40
FAULTS_MAX = 20
_SURROGATE = re.compile(r"[\ud800-\udfff\x00]")
_TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def read_json(content: bytes) -> Any:
    """What is in the body. Raises Refusal (400) for what is no JSON, or nested so deep that nobody means it."""
    try:
        found = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Refusal(400, "The body is not JSON in UTF-8.") from None
    if _is_deep(found):
        raise Refusal(400, "The body is nested too deeply.")
    return found


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _is_deep(value: Any, left: int = DEPTH_MAX) -> bool:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left == 0 or any(_is_deep(child, left - 1) for child in children)


def check(value: Any, schema: str) -> Any:
    """The value, if it fits the schema of this name. Raises Refusal (422) with up to twenty faults."""
    faults = _faults(value, SCHEMAS[schema], "")
    if faults:
        raise unfit(faults[:FAULTS_MAX])
    return value


def unfit(faults: list[tuple[str, str]]) -> Refusal:
    """The refusal of a body: JSON pointers with what is wrong there."""
    return Refusal(
        422, "The body does not fit.", errors=[{"pointer": pointer, "detail": detail} for pointer, detail in faults]
    )


def _faults(value: Any, schema: Schema, at: str) -> list[tuple[str, str]]:
    wanted = schema.get("type")
    names = [wanted] if isinstance(wanted, str) else wanted or []
    if names and not any(_is_a(value, name) for name in names):
        return [(at, f"must be {' or '.join(names)}")]
    if "enum" in schema and value not in schema["enum"]:
        return [(at, f"must be one of {', '.join(map(str, schema['enum']))}")]
    if isinstance(value, dict):
        return _faults_in_object(value, schema, at)
    if isinstance(value, list):
        return _faults_in_list(value, schema, at)
    return _faults_of_size(value, schema, at)


def _is_a(value: Any, name: str) -> bool:
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, _TYPES[name])


def _faults_in_object(value: dict[str, Any], schema: Schema, at: str) -> list[tuple[str, str]]:
    known = schema.get("properties", {})
    faults = [(f"{at}/{name}", "is missing") for name in schema.get("required", ()) if name not in value]
    if schema.get("additionalProperties") is False:
        faults += [(at, "has a member that nobody knows") for _name in value.keys() - known.keys()]
    for name in known.keys() & value.keys():
        faults += _faults(value[name], known[name], f"{at}/{name}")
    return sorted(faults)


def _faults_in_list(value: list[Any], schema: Schema, at: str) -> list[tuple[str, str]]:
    if len(value) > schema.get("maxItems", len(value)):
        return [(at, f"has more than {schema['maxItems']} items")]
    items = schema.get("items", {})
    return [fault for place, one in enumerate(value) for fault in _faults(one, items, f"{at}/{place}")]


def _faults_of_size(value: Any, schema: Schema, at: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        if _SURROGATE.search(value):
            return [(at, "has characters that are none")]
        if len(value) > schema.get("maxLength", len(value)):
            return [(at, f"is longer than {schema['maxLength']} characters")]
    elif isinstance(value, int) and not isinstance(value, bool):
        if value < schema.get("minimum", value):
            return [(at, f"is less than {schema['minimum']}")]
        if value > schema.get("maximum", value):
            return [(at, f"is more than {schema['maximum']}")]
    return []
