"""The parts of the Web Annotation Data Model that we speak, as JSON Schema, from the words of the Recommendation.

https://www.w3.org/TR/2017/REC-annotation-model-20170223/, sections in brackets. Closed: what is not in the model is a fault.
"""

from typing import Any

IRI: Any = {"type": "string", "pattern": r"^[a-z][a-z0-9+.-]*:\S+$"}
DAY: Any = {
    # Days alone: the model wants xsd:dateTime in UTC (3.3.1), and nothing says the time of day.
    "type": "string", "pattern": r"^\d{4}-\d\d-\d\dT00:00:00Z$"
}  # fmt: skip
# 3.3.5
MOTIVATION: Any = {
    "enum": [
        "assessing", "bookmarking", "classifying", "commenting", "describing", "editing", "highlighting", "identifying",
        "linking", "moderating", "questioning", "replying", "tagging",
    ]
}  # fmt: skip


def closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


# 3.2.4
TEXTUAL_BODY = closed(
    {
        "type": {"const": "TextualBody"},
        "value": {"type": "string"},
        "format": {"type": "string", "pattern": r"^\w+/[\w.+-]+$"},
        "language": {"type": "string", "pattern": r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$"},
        "purpose": MOTIVATION,
    },
    "type",
    "value",
    "purpose",
)
# 4.2.4, 4.2.5
TEXT: Any = {"type": "string"}
PLACE: Any = {"type": "integer", "minimum": 0}
QUOTE = closed({"type": {"const": "TextQuoteSelector"}, "exact": TEXT, "prefix": TEXT, "suffix": TEXT}, "type", "exact")
POSITION = closed({"type": {"const": "TextPositionSelector"}, "start": PLACE, "end": PLACE}, "type", "start", "end")
# 4
SPECIFIC_RESOURCE = closed(
    {
        "type": {"const": "SpecificResource"},
        "source": IRI,
        "selector": {"type": "array", "prefixItems": [QUOTE, POSITION], "minItems": 2, "maxItems": 2},
    },
    "type", "source", "selector",
)  # fmt: skip
_ANNOTATION: dict[str, Any] = {
    "id": IRI,
    "type": {"const": "Annotation"},
    "motivation": MOTIVATION,
    # 3.3.2
    "creator": closed(
        {"type": {"const": "Person"}, "nickname": {"type": "string", "minLength": 1}}, "type", "nickname"
    ),
    "created": DAY,
    "modified": DAY,
    "body": {"type": "array", "items": TEXTUAL_BODY, "minItems": 1},
    "target": {"oneOf": [IRI, SPECIFIC_RESOURCE]},
}
_NEEDED = ("id", "type", "motivation", "created", "body", "target")
CONTEXT: Any = {"const": "http://www.w3.org/ns/anno.jsonld"}
# 3.1
ANNOTATION = closed({"@context": CONTEXT, **_ANNOTATION}, "@context", *_NEEDED)
# 5.2
_PAGE: dict[str, Any] = {
    "id": IRI,
    "type": {"const": "AnnotationPage"},
    "startIndex": {"type": "integer", "minimum": 0},
    "items": {"oneOf": [
        {"type": "array", "items": IRI, "minItems": 1},
        {"type": "array", "items": closed(_ANNOTATION, *_NEEDED)},
    ]},
    "next": IRI,
    "prev": IRI,
}  # fmt: skip
_PART_OF = closed(
    {"id": IRI, "type": {"const": "AnnotationCollection"}, "total": {"type": "integer"}, "label": {"type": "string"}},
    "id",
    "total",
)
PAGE = closed({"@context": CONTEXT, **_PAGE, "partOf": _PART_OF}, "@context", "id", "type", "items", "partOf")
# 5.1, and Web Annotation Protocol 4.2
COLLECTION: Any = {
    **closed(
        {
            "@context": {"const": ["http://www.w3.org/ns/anno.jsonld", "http://www.w3.org/ns/ldp.jsonld"]},
            "id": IRI,
            "type": {"const": ["BasicContainer", "AnnotationCollection"]},
            "label": {"type": "string"},
            "total": {"type": "integer", "minimum": 0},
            "first": {"oneOf": [IRI, closed(_PAGE, "id", "type", "items")]},
            "last": IRI,
        },
        "@context", "id", "type", "total",
    ),
    "if": {"properties": {"total": {"minimum": 1}}},
    "then": {"required": ["first", "last"]},
}  # fmt: skip
