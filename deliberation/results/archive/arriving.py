"""The annotations of an archive as rows, with what was answered, what became of them and where they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, update

from deliberation.accounts.actions import DELETED
from deliberation.accounts.models import random_key
from deliberation.accounts.pseudonyms import to_key
from deliberation.annotations.models import (
    Anchor,
    AnchorVerdict,
    Annotation,
    Kind,
    Outcome,
    OutcomeValue,
    Response,
    ResponseKind,
    Status,
)
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import Declaration, Membership, Origin
from deliberation.results.archive.texts import Text, moment_of
from deliberation.text import RENDER_VERSION, to_safe_html

ORIGINS = {origin.value: origin for origin in Origin}


@dataclass
class People:
    """Members without account, by the name they wrote or answered under."""

    declaration_id: int
    authors: dict[str, int] = field(default_factory=dict)
    answerers: dict[str, int] = field(default_factory=dict)

    def author(self, name: str | None, origin: str = "") -> int | None:
        """`origin` begins with "table" or "paper" for what nobody wrote under a pseudonym."""
        if name is None:
            return None
        if name not in self.authors:
            key = random_key() if name == DELETED else to_key(name)
            self.authors[name] = self._add(name[:60], key, origin=ORIGINS.get(origin.partition(":")[0]))
        return self.authors[name]

    def answerer(self, name: str) -> int:
        if name not in self.answerers:
            self.answerers[name] = self._add(DELETED, random_key(), name[:60])
        return self.answerers[name]

    def _add(self, pseudonym: str, key: str, signing_name: str = "", origin: Origin | None = None) -> int:
        made = Membership(
            declaration_id=self.declaration_id, pseudonym=pseudonym, pseudonym_key=key, signing_name=signing_name, origin=origin
        )
        db.session.add(made)
        db.session.flush()
        return made.id


def write_annotations(declaration: Declaration, given: Iterable[Mapping[str, Any]], text: Text, people: People) -> None:
    """In the order of their numbers: what is answered comes before the answer."""
    sources = sorted(given, key=lambda one: one["number"])
    rows = [_annotation(declaration, one, text, people) for one in sources]
    if rows:
        db.session.execute(insert(Annotation), rows)
    shown = [one for one in sources if "body" in one]
    bundles = [{"number": one["number"], "bundled_with": one["bundled_with"]} for one in shown if one["bundled_with"]]
    for bundle in bundles:
        same = Annotation.number == bundle["number"]
        db.session.execute(update(Annotation).where(same).values(bundled_with=bundle["bundled_with"]))
    for one in shown:
        _add_answers(one, people)
        _add_outcome(one, text)
        _add_anchors(one, text)
    db.session.flush()


def _annotation(declaration: Declaration, one: Mapping[str, Any], text: Text, people: People) -> dict[str, Any]:
    is_shown = "body" in one
    kind = Kind(one["kind"]) if is_shown and one["kind"] else None if one["parent"] else Kind.REFERENCE
    body = one["body"] if is_shown else ""
    outcome = one["outcome"] if is_shown else None
    return {
        "number": one["number"],
        "declaration_id": declaration.id,
        "thesis_id": text.theses[one["thesis"]],
        "paragraph_id": text.paragraphs[one["paragraph"]] if one["paragraph"] else None,
        "wording_id": text.wordings[one["wording"]] if one["wording"] else None,
        "edition_id": text.editions[one["edition"]],
        "parent_id": one["parent"],
        "root_id": one["root"],
        "author_id": people.author(one["author"], one.get("origin", "")) if is_shown else None,
        "kind": kind,
        "sentences": list(one["sentences"]) if is_shown else [],
        "quote": one["quote"] if is_shown else "",
        "quote_prefix": one["quote_prefix"][:32] if is_shown else "",
        "quote_suffix": one["quote_suffix"][:32] if is_shown else "",
        "quote_start": one["quote_start"] if is_shown else None,
        "body": body,
        "body_html": to_safe_html(body),
        "render_version": RENDER_VERSION,
        "proposed_wording": one["proposed_wording"] if is_shown else "",
        "is_quotable": bool(one["is_quotable"]) if is_shown else False,
        "status": Status(one["state"]),
        "form_key": f"archive-{one['number']}",
        "created_at": moment_of(one["created"]) if is_shown else now(),
        "edited_at": moment_of(one["edited"]) if is_shown and one["edited"] else None,
        "shown_agree": (one["agree"] or 0) if is_shown else 0,
        "shown_disagree": (one["disagree"] or 0) if is_shown else 0,
        "shown_pass": (one["pass"] or 0) if is_shown else 0,
        "outcome": OutcomeValue(outcome["value"]) if outcome else None,
        # Only what was looked at, or had not to be, is in an archive.
        "reviewed_at": now() if is_shown else None,
        "closed_at": now() if is_shown and one["is_closed"] else None,
    }


def _add_answers(one: Mapping[str, Any], people: People) -> None:
    for place, answer in enumerate(one["responses"]):
        db.session.add(
            Response(
                annotation_id=one["number"],
                author_id=people.answerer(answer["by"]),
                kind=ResponseKind(answer["kind"]),
                body=answer["body"],
                body_html=to_safe_html(answer["body"]),
                form_key=f"archive-{one['number']}-{place}",
                created_at=moment_of(answer["day"]),
            )
        )


def _add_outcome(one: Mapping[str, Any], text: Text) -> None:
    outcome = one["outcome"]
    if outcome:
        db.session.add(
            Outcome(
                annotation_id=one["number"],
                value=OutcomeValue(outcome["value"]),
                reason=outcome["reason"],
                edition_id=text.editions[outcome["edition"]] if outcome["edition"] else None,
                paragraph_id=text.paragraphs[outcome["paragraph"]] if outcome["paragraph"] else None,
                sentences=list(outcome["sentences"]),
                form_key=f"archive-{one['number']}",
                decided_at=moment_of(outcome["day"]),
            )
        )


def _add_anchors(one: Mapping[str, Any], text: Text) -> None:
    for anchor in one["anchors"]:
        db.session.add(
            Anchor(
                annotation_id=one["number"],
                edition_id=text.editions[anchor["edition"]],
                state=AnchorState(anchor["state"]),
                similarity=float(anchor["similarity"]),
                paragraph_id=text.paragraphs[anchor["paragraph"]] if anchor["paragraph"] else None,
                wording_id=text.wordings[anchor["wording"]] if anchor["wording"] else None,
                sentences=list(anchor["sentences"]),
                verdict=AnchorVerdict(anchor["verdict"]) if anchor["verdict"] else None,
            )
        )
