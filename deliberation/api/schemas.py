"""What every body and answer of `/api/v1` looks like, as JSON Schema 2020-12: the description hands it out, bodies are
checked against it, and limits come from the models."""

from typing import Any

from deliberation.accounts.models import Scope
from deliberation.annotations.models import (
    BODY_MAX,
    QUOTE_MAX,
    REASON_MAX,
    Kind,
    OutcomeValue,
    ResponseKind,
    StanceValue,
    Status,
    VoteValue,
)
from deliberation.moderation.models import LETTER_MAX, DecisionKind, Rule
from deliberation.permissions import Phase
from deliberation.surveys.models import Entry, ItemKind

Schema = dict[str, Any]
DECISIONS = (
    DecisionKind.PUBLISH, DecisionKind.HIDE, DecisionKind.RESTORE, DecisionKind.RETURN, DecisionKind.REDACT,
)  # fmt: skip
PASSAGES_MAX = 50
SENTENCES_MAX = 500
BODY_SENT_MAX = 4 * BODY_MAX
"""Characters as they are sent; the limit of the model counts what is kept of them."""


def _text(most: int | None = None, **more: Any) -> Schema:
    return {"type": "string", **({"maxLength": most} if most else {}), **more}


def _one_of(values: Any, nullable: bool = False) -> Schema:
    found = [member.value for member in values]
    return {"type": ["string", "null"], "enum": [*found, None]} if nullable else {"type": "string", "enum": found}


def _object(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


INTEGER: Schema = {"type": "integer"}
TEXT: Schema = {"type": "string"}
DAY: Schema = {"type": "string", "format": "date", "description": "A day in Berlin; nothing says the time of day."}
ADDRESS: Schema = {"type": "string", "format": "uri"}
TRUTH: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


NEXT: Schema = {"type": ["string", "null"], "description": "Where the next page is; null: this is the last."}
_COUNTS = _object({"agree": COUNT, "disagree": COUNT, "pass": COUNT})
_STANCES = _or_null(_object({"carry": COUNT, "change": COUNT, "unclear": COUNT, "against": COUNT, "n": COUNT}))
_SURVEY_HEAD: Schema = {
    "number": INTEGER, "title": TEXT, "people": {**COUNT, "description": "How many handed in."}, "opened": _or_null(DAY),
    "closed": _or_null(DAY), "published": DAY, "url": ADDRESS,
    "source": _text(description="Where the figures are from, if the survey was made elsewhere; else empty."),
    "period": _text(description="When people were asked, in words, if it was made elsewhere; else empty."),
}  # fmt: skip
_PAGE_HEAD: Schema = {
    "address": TEXT, "title": TEXT, "in_menu": TRUTH, "news_on": {**_or_null(DAY), "description": "The day of a piece of news."},
    "changed": DAY, "url": ADDRESS,
}  # fmt: skip
_MARKDOWN = _text(description="Markdown.")
_EASY = _text(description="Leichte Sprache, one sentence on each line; empty where there is none.")

SCHEMAS: dict[str, Schema] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457. `reference` finds the line in the operator's log.",
        "properties": {
            "type": TEXT, "title": TEXT, "status": INTEGER, "detail": TEXT, "reference": TEXT, "error": TEXT,
            "errors": _list(_object({"pointer": TEXT, "detail": TEXT})),
            "hits": _list(_object({"code": TEXT, "text": TEXT})),
        },
        "required": ["title", "status"],
    },
    "Declaration": _object({
        "slug": TEXT, "title": TEXT, "summary": TEXT, "publisher": TEXT, "language": TEXT, "phase": _one_of(Phase),
        "phase_ends_on": _or_null(DAY), "edition": INTEGER, "url": ADDRESS, "is_sample": TRUTH,
    }),
    "Declarations": _object({"items": _list(ref("Declaration")), "next": NEXT}),
    "Sentence": _object({"number": INTEGER, "text": TEXT}),
    "Paragraph": _object({
        "number": TEXT, "full_number": TEXT, "url": ADDRESS, "text": TEXT, "sentences": _list(ref("Sentence")),
    }),
    "Thesis": _object({
        "number": TEXT, "heading": TEXT, "group": TEXT, "url": ADDRESS, "paragraphs": _list(ref("Paragraph")),
    }),
    "Theses": _object({"edition": INTEGER, "items": _list(ref("Thesis"))}),
    "Quote": _object({"exact": TEXT, "prefix": TEXT, "suffix": TEXT, "start": _or_null(INTEGER)}),
    "Response": _object({"kind": _one_of(ResponseKind), "body": TEXT, "by": TEXT, "day": DAY}),
    "Outcome": _object({"value": _one_of(OutcomeValue), "reason": TEXT, "edition": _or_null(INTEGER), "day": _or_null(DAY)}),
    "Annotation": _object({
        "id": ADDRESS, "number": INTEGER, "url": ADDRESS, "thesis": TEXT, "paragraph": {"type": ["string", "null"]},
        "sentences": _list(INTEGER), "edition": INTEGER, "kind": _one_of(Kind, nullable=True), "parent": _or_null(INTEGER),
        "thread": INTEGER, "author": {"type": ["string", "null"], "description": "A pseudonym of this declaration alone."},
        "created": DAY, "edited": _or_null(DAY), "body": _text(description="Markdown, a small part of it."),
        "wording": TEXT, "quote": _or_null(ref("Quote")), "is_quotable": TRUTH, "is_closed": TRUTH, "status": _one_of(Status),
        "version": _or_null({**INTEGER, "description": "For whoever decides about it, and its author."}),
        "outcome": _or_null(ref("Outcome")), "responses": _list(ref("Response")),
        "own_vote": _one_of(VoteValue, nullable=True),
        "votes": _or_null({**_COUNTS, "description": "Published counts, after one's own vote, from five on."}),
    }),
    "Annotations": _object({"items": _list(ref("Annotation")), "next": NEXT}),
    "Results": {
        "type": "object",
        "description": "What the results page shows. A number that is null must not be known: below five.",
        "properties": {
            "declaration": _object({"slug": TEXT, "title": TEXT, "is_sample": TRUTH}), "day": DAY, "edition": INTEGER,
            "edition_in_force": INTEGER, "note": TEXT,
            "figures": {"type": "object"}, "most_agreed": _list(INTEGER), "most_disputed": _list(INTEGER),
            "unanswered": _list(INTEGER), "kinds": {"type": "object", "additionalProperties": COUNT},
            "outcomes": {"type": "object", "additionalProperties": COUNT}, "timeline": _or_null({"type": "object"}),
            "moderation": {"type": "object"},
            "opinion_groups": _or_null({"type": "object"}), "fields_of_work": _or_null({"type": "object"}),
            "theses": _list(_object({
                "number": TEXT, "heading": TEXT, "stances": _STANCES, "contributions": COUNT,
                "paragraphs": _list(_object({"number": TEXT, "stances": _STANCES, "contributions": COUNT})),
            })),
        },
        "required": ["declaration", "day", "edition", "edition_in_force", "figures", "theses"],
        "additionalProperties": False,
    },
    "Surveys": _object({"items": _list(_object(_SURVEY_HEAD))}),
    "Survey": _object({
        **_SURVEY_HEAD, "intro": _text(description="Markdown, a small part of it."), "entry": _one_of(Entry), "invited": TEXT,
        "invited_count": _or_null(COUNT), "note": TEXT, "questions": _list(ref("SurveyQuestion")),
        "method": _list(_list(TEXT), description="How the figures came about: pairs of words, for people."),
    }),
    "SurveyQuestion": _object({
        "number": INTEGER, "section": {"type": ["string", "null"]}, "words": TEXT,
        "kind": {"type": "string", "enum": [kind.value for kind in ItemKind if kind is not ItemKind.SECTION]},
        "options": _list({"type": "array"}, description="Key and words of each answer to choose."),
        "low": _or_null(INTEGER), "high": _or_null(INTEGER), "unit": TEXT, "headline": TEXT, "is_own_headline": TRUTH,
        "n": {**COUNT, "description": "Answers that make the picture."}, "declined": COUNT, "missing": COUNT,
        "unasked": COUNT, "unable": COUNT, "mean": _or_null(NUMBER),
        "quartiles": _list(NUMBER, description="Lower, median, upper; empty where there are none."),
        "answers": _list(
            _object({"key": TEXT, "words": TEXT, "count": _or_null(COUNT), "percent": NUMBER}),
            description="Empty below five answers. Without a count only percentages were known.",
        ),
        "texts": _list(TEXT, description="What people wrote and somebody released."), "theses": _list(TEXT),
    }),
    "Hands": _object({
        "note": TEXT, "url": ADDRESS,
        "items": _list(_object({
            "thesis": TEXT, "paragraph": TEXT, "full_number": TEXT, "url": ADDRESS,
            "tables": {**COUNT, "description": "How often a table raised hands about it."},
            "present": {**COUNT, "description": "People at these tables."},
            "carry": COUNT, "change": COUNT, "unclear": COUNT, "against": COUNT,
        })),
    }),
    "Pages": _object({"items": _list(_object(_PAGE_HEAD))}),
    "Page": _object({
        **_PAGE_HEAD, "body": _MARKDOWN, "easy": _EASY,
        "editions": _list(_object({"title": TEXT, "body": _MARKDOWN, "easy": _EASY, "day": DAY})),
    }),
    "Decided": _object({"decision": _one_of(DecisionKind), "status": _one_of(Status), "version": INTEGER}),
    "OpenAPI": {"type": "object", "required": ["openapi", "info", "paths"]},
    # --- what programs send ---
    "NewAnnotation": _object({
        "thesis": _text(20), "paragraph": {"type": ["string", "null"], "maxLength": 20}, "kind": _one_of(Kind),
        "body": _text(BODY_SENT_MAX), "wording": _text(BODY_SENT_MAX), "quote": _text(QUOTE_MAX),
        "sentences": _list({"type": "integer", "minimum": 1, "maximum": 10_000}, maxItems=SENTENCES_MAX), "quotable": TRUTH,
        "edition": {"type": "integer", "minimum": 1, "description": "The edition that was read; 409 if it is past."},
        "confirm": {**TRUTH, "description": "Send although the check found somebody recognisable: the moderation reads first."},
    }, optional=("paragraph", "wording", "quote", "sentences", "quotable", "edition", "confirm")),
    "NewReply": _object({"body": _text(BODY_SENT_MAX), "confirm": TRUTH}, optional=("confirm",)),
    "ChangedAnnotation": _object({
        "body": _text(BODY_SENT_MAX), "wording": _text(BODY_SENT_MAX), "confirm": TRUTH,
    }, optional=("wording", "confirm")),
    "VoteSent": _object({"vote": _one_of(VoteValue, nullable=True)}),
    "StanceSent": _object({
        "stance": _one_of(StanceValue, nullable=True), "reason": _text(REASON_MAX),
    }, optional=("reason",)),
    "DecisionSent": _object({
        "decision": _one_of(DECISIONS), "version": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
        "rule": _one_of(Rule, nullable=True), "reason": _text(REASON_MAX), "letter": _text(LETTER_MAX),
        "passages": _list(_text(BODY_MAX), maxItems=PASSAGES_MAX),
    }, optional=("rule", "reason", "letter", "passages")),
    # --- Web Annotation (https://www.w3.org/TR/annotation-model/) ---
    "WebAnnotation": {
        "type": "object",
        "properties": {
            "@context": {}, "id": ADDRESS, "type": {}, "motivation": {}, "body": {}, "bodyValue": TEXT, "target": {},
            "creator": {"type": "object"}, "created": TEXT, "modified": TEXT,
        },
        "required": ["target"],
    },
    "AnnotationCollection": {
        "type": "object",
        "properties": {
            "@context": {}, "id": ADDRESS, "type": {}, "label": TEXT, "total": COUNT, "first": {}, "last": {}, "partOf": {},
            "next": ADDRESS, "prev": ADDRESS, "startIndex": COUNT, "items": {"type": "array"},
        },
        "required": ["@context", "id", "type"],
    },
}  # fmt: skip

SCOPES = {scope.value: words for scope, words in {
    Scope.READ: "read what the person may read",
    Scope.WRITE: "write annotations and replies, take stances, vote",
    Scope.MODERATE: "decide on contributions",
    Scope.EXPORT: "take results away as files",
}.items()}  # fmt: skip
