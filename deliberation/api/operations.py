"""Every operation of `/api/v1` as one table: where it is asked for, what it takes and answers, which scope it needs.

The description is made of it (`openapi`), the door asks it for scopes (`views`), and a test compares it with the addresses
and with `policies.POLICIES`, both ways.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deliberation.accounts.models import Scope
from deliberation.annotations.models import Kind
from deliberation.api.schemas import Schema

ROOT = "/api/v1"
JSON, LD, PROBLEM = "application/json", "application/ld+json", "application/problem+json"
LIMIT, LIMIT_MAX = 50, 100

READING = (400, 401, 403, 404, 405, 429, 500, 503)
WRITING = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)


@dataclass(frozen=True)
class Answer:
    """What comes back: schemas by media type (none: no body) and the names of headers that come with it."""

    words: str
    content: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str
    schema: Schema
    words: str
    is_required: bool = False


@dataclass(frozen=True)
class Operation:
    """One method at one address. `path` as in the description; `scope` None: without a token what guests may read."""

    endpoint: str
    method: str
    path: str
    words: str
    answers: Mapping[int, Answer]
    scope: Scope | None = None
    parameters: tuple[Parameter, ...] = ()
    # Schema by media type.
    body: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[int, ...] = READING


def _path(name: str, words: str, schema: Schema | None = None) -> Parameter:
    return Parameter(name, "path", schema or {"type": "string", "minLength": 1}, words, is_required=True)


def _query(name: str, words: str, schema: Schema | None = None) -> Parameter:
    return Parameter(name, "query", schema or {"type": "string"}, words)


SLUG = _path("slug", "Of the declaration, as in its address.")
THESIS = _path("t", "Number of a thesis; 0 is the preamble, end the closing part.")
PARAGRAPH = _path("p", "Number of a paragraph in the thesis; 0 is the thesis as a whole.")
NUMBER = _path("number", "204 for A-204.", {"type": "integer", "minimum": 0})
SURVEY = _path("number", "Of a survey, counted in its declaration.", {"type": "integer", "minimum": 0})
PAGE = _path("address", "Of a page, as in `address` of the list.")
CURSOR = _query("cursor", "Where to go on, taken from `next`; it says nothing else.")
LIMITED = _query(
    "limit", f"How many at once: {LIMIT} unless asked for, {LIMIT_MAX} at most.", {"type": "integer", "default": LIMIT}
)
KEY = Parameter(
    "Idempotency-Key", "header", {"type": "string", "maxLength": 64, "pattern": "^[!-~]+$"},
    "The same key sent again answers like the first and makes nothing twice.",
)  # fmt: skip
IF_NONE_MATCH = Parameter("If-None-Match", "header", {"type": "string"}, "The ETag one has; 304 if it still holds.")
IF_MATCH = Parameter(
    "If-Match", "header", {"type": "string"}, "The ETag of what is to be changed: 428 without, 412 if past."
)
PREFER = Parameter("Prefer", "header", {"type": "string"}, "What a container shows (Web Annotation Protocol, 4.2.1).")

ETAG = ("ETag",)
NOTHING_NEW = Answer("Nothing new since that ETag.", headers=ETAG)
DONE = Answer("Done.")
BOTH = {JSON: "Annotation", LD: "WebAnnotation"}
CREATED = Answer(
    "It is there; whether everybody sees it yet says `status`. The same key sent again answers alike.",
    BOTH,
    ("Location", "ETag"),
)


def _read(schema: str, words: str = "Here it is.") -> dict[int, Answer]:
    return {200: Answer(words, {JSON: schema}, ETAG), 304: NOTHING_NEW}


OPERATIONS = (
    Operation("api.describe", "GET", "/openapi.json", "This description.", _read("OpenAPI"), parameters=(IF_NONE_MATCH,)),
    Operation(
        "api.list_declarations", "GET", "/declarations", "Declarations that one may read, the newest first.",
        _read("Declarations"), parameters=(CURSOR, LIMITED, IF_NONE_MATCH),
    ),
    Operation(
        "api.declaration", "GET", "/d/{slug}", "One declaration.", _read("Declaration"), parameters=(SLUG, IF_NONE_MATCH)
    ),
    Operation(
        "api.theses", "GET", "/d/{slug}/theses", "The whole text in force: theses, paragraphs, sentences.", _read("Theses"),
        parameters=(SLUG, IF_NONE_MATCH),
    ),
    Operation(
        "api.thesis", "GET", "/d/{slug}/theses/{t}", "One thesis of the text in force.", _read("Thesis"),
        parameters=(SLUG, THESIS, IF_NONE_MATCH),
    ),
    Operation(
        "api.results", "GET", "/d/{slug}/results",
        "The same figures as the results page; votes and stances of the token's owner count as cast after seeing from now on.",
        _read("Results"), parameters=(SLUG, IF_NONE_MATCH),
    ),
    Operation(
        "api.surveys", "GET", "/d/{slug}/surveys", "Surveys whose results are published, the oldest first.", _read("Surveys"),
        parameters=(SLUG, IF_NONE_MATCH),
    ),
    Operation(
        "api.survey", "GET", "/d/{slug}/surveys/{number}",
        "The results of one survey in the words and figures of its page; never single answers or two questions together.",
        _read("Survey"), parameters=(SLUG, SURVEY, IF_NONE_MATCH),
    ),
    Operation(
        "api.hands", "GET", "/d/{slug}/hands",
        "Hands raised at tables, summed for each paragraph. They stand apart from stances of people and are never part of them.",
        _read("Hands"), parameters=(SLUG, IF_NONE_MATCH),
    ),
    Operation(
        "api.pages", "GET", "/d/{slug}/pages", "Pages around the declaration that everybody sees, by title.", _read("Pages"),
        parameters=(SLUG, IF_NONE_MATCH),
    ),
    Operation(
        "api.page", "GET", "/d/{slug}/pages/{address}", "One of these pages, with what everybody saw there before.",
        _read("Page"), parameters=(SLUG, PAGE, IF_NONE_MATCH),
    ),
    Operation(
        "api.annotations", "GET", "/d/{slug}/annotations/",
        "Annotations and replies that everybody may read, in order of their numbers. As JSON-LD: a Web Annotation container.",
        {
            200: Answer(
                "A page of them.", {JSON: "Annotations", LD: "AnnotationCollection"},
                ("ETag", "Link", "Allow", "Vary", "Preference-Applied"),
            ),
            304: NOTHING_NEW,
        },
        parameters=(
            SLUG, CURSOR, LIMITED, _query("thesis", "Only about this thesis and its paragraphs."),
            _query("kind", "Only of this kind; replies have none.", {"type": "string", "enum": [kind.value for kind in Kind]}),
            _query("since", "Written on this day in Berlin or later.", {"type": "string", "format": "date"}),
            _query("iris", "Of a container: 1 lists addresses instead of annotations.", {"type": "string", "enum": ["0", "1"]}),
            PREFER, IF_NONE_MATCH,
        ),
    ),
    Operation(
        "api.annotate", "POST", "/d/{slug}/annotations/", "Write an annotation; as JSON-LD also a reply.", {201: CREATED},
        scope=Scope.WRITE, parameters=(SLUG, KEY), body={JSON: "NewAnnotation", LD: "WebAnnotation"}, refusals=WRITING,
    ),
    Operation(
        "api.annotation", "GET", "/d/{slug}/annotations/{number}", "One annotation or reply.",
        {200: Answer("Here it is.", BOTH, ("ETag", "Link", "Allow", "Vary")), 304: NOTHING_NEW},
        parameters=(SLUG, NUMBER, IF_NONE_MATCH),
    ),
    Operation(
        "api.edit", "PUT", "/d/{slug}/annotations/{number}", "Change the words of one's own.",
        {200: Answer("As it is now.", BOTH, ("ETag",))}, scope=Scope.WRITE, parameters=(SLUG, NUMBER, IF_MATCH),
        body={JSON: "ChangedAnnotation", LD: "WebAnnotation"}, refusals=(*WRITING, 412, 428),
    ),
    Operation(
        "api.withdraw_one", "DELETE", "/d/{slug}/annotations/{number}", "Take one's own back. Replies stay.", {204: DONE},
        scope=Scope.WRITE, parameters=(SLUG, NUMBER, IF_MATCH), refusals=(*READING, 409, 412, 428),
    ),
    Operation(
        "api.reply", "POST", "/d/{slug}/annotations/{number}/replies", "Answer an annotation or reply.", {201: CREATED},
        scope=Scope.WRITE, parameters=(SLUG, NUMBER, KEY), body={JSON: "NewReply"}, refusals=WRITING,
    ),
    Operation(
        "api.vote", "PUT", "/d/{slug}/annotations/{number}/vote", "Vote, change the vote, or withdraw it (null).", {204: DONE},
        scope=Scope.WRITE, parameters=(SLUG, NUMBER), body={JSON: "VoteSent"}, refusals=WRITING,
    ),
    Operation(
        "api.stance", "PUT", "/d/{slug}/stances/{t}/{p}", "Take a stance, change it, or withdraw it (null).", {204: DONE},
        scope=Scope.WRITE, parameters=(SLUG, THESIS, PARAGRAPH), body={JSON: "StanceSent"}, refusals=WRITING,
    ),
    Operation(
        "api.decide", "POST", "/d/{slug}/annotations/{number}/decisions",
        "Decide as a moderator, on the version one has read; 409 if somebody was faster.",
        {200: Answer("Decided.", {JSON: "Decided"})},
        scope=Scope.MODERATE, parameters=(SLUG, NUMBER), body={JSON: "DecisionSent"}, refusals=WRITING,
    ),
    Operation(
        "api.export", "GET", "/d/{slug}/export.{file_format}",
        "Results as a file, for the organisation; 409 for so many annotations that it takes a page of its own.",
        {200: Answer("The file.", {"*/*": ""})}, scope=Scope.EXPORT,
        parameters=(
            SLUG, _path("file_format", "As in the export dialog: csv, xlsx, json, jsonl, jsonld, polis, md, html …"),
            _query("thesis", "A thesis."),
            _query("edition", "An edition."), _query("since", "A day."), _query("kind", "A kind."),
            _query("names", "pseudonyms, numbers or none."),
        ), refusals=(*READING, 409, 422),
    ),
)  # fmt: skip
BY_ENDPOINT: dict[str, Operation] = {operation.endpoint: operation for operation in OPERATIONS}


def as_rule(path: str) -> str:
    """The address as Flask writes it."""
    return ROOT + path.replace("{number}", "<int:number>").replace("{", "<").replace("}", ">")


def answers_of(operation: Operation) -> dict[str, Any]:
    """Of the description: everything that can come back."""
    found = {str(status): _described(answer) for status, answer in operation.answers.items()}
    for status in operation.refusals:
        found[str(status)] = {"$ref": "#/components/responses/Problem"}
    return dict(sorted(found.items()))


def _described(answer: Answer) -> dict[str, Any]:
    content = {
        media: {"schema": {"$ref": f"#/components/schemas/{schema}"} if schema else {}}
        for media, schema in answer.content.items()
    }
    headers = {name: {"schema": {"type": "string"}} for name in answer.headers}
    return {
        "description": answer.words,
        **({"content": content} if content else {}),
        **({"headers": headers} if headers else {}),
    }
