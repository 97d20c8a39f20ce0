"""Writing, answering, changing and taking back contributions; voting and taking a stance."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from deliberation.accounts.models import User, random_key
from deliberation.annotations.holding import hits_in, must_be_checked
from deliberation.annotations.models import (
    BODY_MAX,
    CONTEXT,
    QUOTE_MAX,
    Annotation,
    EarlierVersion,
    Kind,
    Status,
)
from deliberation.clock import now
from deliberation.database import db, once
from deliberation.declarations.actions import join
from deliberation.declarations.models import (
    Act,
    Declaration,
    Membership,
    Paragraph,
    Policy,
    Thesis,
    Wording,
    current_edition,
    hold_rules,
)
from deliberation.declarations.record import record
from deliberation.permissions import Outdated, Permission, require
from deliberation.text import REDACTED, RENDER_VERSION, has_words, normalised, to_safe_html


class TextInvalid(Exception):
    """The words are missing or too long; the form has told the person before."""


class NotInForce(Exception):
    """The present edition does not contain this place any more; what was said about it stays readable."""


@dataclass(frozen=True)
class Contribution:
    """What somebody wants to say, as it came from a form. `sentences` counts from 1 within the paragraph."""

    body: str
    kind: Kind | None = None
    sentences: Sequence[int] = ()
    quote: str = ""
    wording: str = ""
    is_quotable: bool = False
    form_key: str = ""


def post_annotation(author: User, thesis: Thesis, paragraph: Paragraph | None, words: Contribution) -> Annotation:
    """Publish an annotation on a paragraph, some of its sentences, or a thesis as a whole.

    It waits for a moderator first when the policy says so (`must_be_checked`). The same form key sent again
    returns what the first sending made. Raises TextInvalid, NotInForce for a place that an edition took out, and
    Outdated if the paragraph was reworded at this moment.
    """
    declaration = thesis.declaration
    hold_rules(author, declaration)
    require(author, Permission.ANNOTATE, declaration)
    if (paragraph or thesis).is_removed:
        raise NotInForce
    if paragraph is not None and not _is_in_force(paragraph):
        raise Outdated(paragraph)
    if words.kind is None or (words.kind is Kind.PROPOSAL and not normalised(words.wording)):
        raise TextInvalid("an annotation has a kind, a proposal a wording")
    return _post_at(join(author, declaration), thesis, paragraph, words)


def post_for_group(group: Membership, thesis: Thesis, paragraph: Paragraph | None, words: Contribution) -> Annotation:
    """Keep what a group said at a table, or what came on paper (`Membership.origin`). Whoever calls this has asked who may.
    Raises TextInvalid, NotInForce."""
    if (paragraph or thesis).is_removed:
        raise NotInForce
    if words.kind is None or (words.kind is Kind.PROPOSAL and not normalised(words.wording)):
        raise TextInvalid("an annotation has a kind, a proposal a wording")
    return _post_at(group, thesis, paragraph, words)


def _post_at(author: Membership, thesis: Thesis, paragraph: Paragraph | None, words: Contribution) -> Annotation:
    wording = paragraph.wording if paragraph else None
    sentences = _existing_sentences(wording, words.sentences)
    return _post(
        author, thesis.declaration, words,
        thesis_id=thesis.id,
        paragraph_id=paragraph.id if paragraph else None,
        wording_id=wording.id if wording else None,
        kind=words.kind,
        sentences=sentences,
        proposed_wording=normalised(words.wording) if words.kind is Kind.PROPOSAL else "",
        **_quote_selector(wording, sentences, words.quote),
    )  # fmt: skip


def _is_in_force(paragraph: Paragraph) -> bool:
    """Whether nobody published another wording since this one was loaded."""
    found = select(Paragraph.wording_id).where(Paragraph.id == paragraph.id, Paragraph.removed_in_id.is_(None))
    return db.session.scalar(found) == paragraph.wording_id


def post_reply(author: User, parent: Annotation, words: Contribution) -> Annotation:
    """Answer an annotation or another reply; otherwise as `post_annotation`."""
    hold_rules(author, parent.declaration)
    _hold_thread(parent)
    require(author, Permission.REPLY, parent)
    return _post(
        join(author, parent.declaration), parent.declaration, words,
        thesis_id=parent.thesis_id,
        paragraph_id=parent.paragraph_id,
        wording_id=parent.wording_id,
        parent_id=parent.number,
        root_id=parent.thread_number,
    )  # fmt: skip


def _hold_thread(parent: Annotation) -> None:
    """Whoever hides the contribution or closes the conversation at this moment waits, or is waited for."""
    numbers = {parent.thread_number, parent.number}
    query = select(Annotation.number).where(Annotation.number.in_(numbers)).order_by(Annotation.number)
    db.session.execute(query.with_for_update(key_share=True)).all()
    db.session.refresh(parent, ["status", "version", "closed_at"])


def _post(membership: Membership, declaration: Declaration, words: Contribution, **place: Any) -> Annotation:
    form_key = words.form_key or random_key()
    body = _checked_body(words.body)
    hits = hits_in(words, declaration)
    held = must_be_checked(membership, declaration, hits)

    def make() -> Annotation:
        return Annotation(
            declaration=declaration,
            edition_id=current_edition(declaration).id,
            author=membership,
            author_id=membership.id,
            body=body,
            body_html=to_safe_html(body),
            render_version=RENDER_VERSION,
            is_quotable=words.is_quotable,
            status=Status.PENDING if held else Status.VISIBLE,
            held_because=[[hit.code, hit.text] for hit in hits] if held else [],
            form_key=form_key,
            **place,
        )

    sent = select(Annotation).where(Annotation.author_id == membership.id, Annotation.form_key == form_key)

    def note(annotation: Annotation) -> None:
        if held:
            record(membership, declaration, Act.HELD, annotation, after=Status.PENDING.value)

    return once(sent, make, note)


def key_about(form_key: str, *about: object) -> str:
    """The key under which a form is stored once. It belongs to this person and thing: the same key sent by somebody else,
    or about something else, is another form and never answers with what the first one made."""
    words = "\n".join(map(str, (form_key, *about)))
    return sha256(words.encode()).hexdigest() if form_key else random_key()


def _checked_body(source: str) -> str:
    body = normalised(source)
    if not has_words(body) or len(body) > BODY_MAX:
        raise TextInvalid(f"{len(body)} characters")
    return body


def _existing_sentences(wording: Wording | None, numbers: Sequence[int]) -> list[int]:
    count = len(wording.sentences) if wording else 0
    return sorted({number for number in numbers if 0 < number <= count})


def _quote_selector(wording: Wording | None, sentences: Sequence[int], quote: str) -> dict[str, Any]:
    """The quote with its surroundings, if the words really stand there; what does not match is left out."""
    exact = " ".join(quote.split())[:QUOTE_MAX]
    if wording is None or not exact:
        return {}
    text = wording.text
    start = text.find(exact)
    for number in sentences:
        sentence_start = text.find(wording.sentence_text([number]))
        inside = text.find(exact, max(sentence_start, 0))
        start = inside if inside >= 0 else start
        break
    if start < 0:
        return {}
    end = start + len(exact)
    return {
        "quote": exact,
        "quote_prefix": text[max(0, start - CONTEXT) : start],
        "quote_suffix": text[end : end + CONTEXT],
        "quote_start": start,
    }


def edit_annotation(author: User, annotation: Annotation, body: str, wording: str = "") -> Annotation:
    """Change one's own words. What stood there before stays readable.

    A hidden or held text goes back to the moderators; a published one is held again if it now shows
    somebody recognisable. Raises TextInvalid.
    """
    hold_rules(author, annotation.declaration)
    _look_again(annotation)
    require(author, Permission.EDIT, annotation)
    new_body = _checked_body(body)
    new_wording = normalised(wording) if annotation.kind is Kind.PROPOSAL else ""
    if annotation.kind is Kind.PROPOSAL and not new_wording:
        raise TextInvalid("a proposal has a wording")
    if (new_body, new_wording) == (annotation.body, annotation.proposed_wording):
        return annotation
    _keep_version(annotation)
    was_redacted = REDACTED in annotation.body + annotation.proposed_wording
    annotation.body, annotation.body_html = new_body, to_safe_html(new_body)
    annotation.render_version = RENDER_VERSION
    annotation.proposed_wording = new_wording
    annotation.edited_at = now()
    annotation.version += 1
    # Nobody has looked at these words yet.
    annotation.reviewed_at = None
    before = annotation.status
    hits = hits_in(Contribution(new_body, wording=new_wording), annotation.declaration)
    _hold_if_needed(author, annotation, was_redacted, hits)
    if annotation.is_pending:
        _log(author, annotation, Act.REVISED, before)
    return annotation


def _log(author: User, annotation: Annotation, act: Act, before: Status) -> None:
    own = author.membership_in(annotation.declaration_id)
    record(own, annotation.declaration, act, annotation, before=before.value, after=annotation.status.value)


def _look_again(annotation: Annotation) -> None:
    """Read the state anew and keep it from changing until the end: a moderator may be deciding right now."""
    db.session.flush()
    db.session.refresh(annotation, ["status", "version"], with_for_update=True)


def _keep_version(annotation: Annotation) -> None:
    # What was never public stays out of the public history.
    if not annotation.is_visible:
        return
    db.session.add(
        EarlierVersion(
            annotation_id=annotation.number,
            body=annotation.body,
            body_html=annotation.body_html,
            proposed_wording=annotation.proposed_wording,
            written_at=annotation.edited_at or annotation.created_at,
        )
    )


def _hold_if_needed(author: User, annotation: Annotation, was_redacted: bool, hits: Sequence[Any]) -> None:
    # What was redacted could be written again: somebody looks first.
    own = author.membership_in(annotation.declaration_id)
    held_again = bool(hits) and annotation.declaration.policy is not Policy.NONE
    is_watched = was_redacted or (own is not None and own.is_reviewed)
    if annotation.is_hidden or annotation.declaration.policy is Policy.ALL or held_again or is_watched:
        annotation.status = Status.PENDING
    if annotation.is_pending:
        annotation.held_because = [[hit.code, hit.text] for hit in hits]


def withdraw(author: User, annotation: Annotation) -> None:
    """Take one's own contribution back. Its words go from every page; its place and the replies stay."""
    _look_again(annotation)
    require(author, Permission.WITHDRAW, annotation)
    before = annotation.status
    annotation.status = Status.WITHDRAWN
    annotation.version += 1
    _log(author, annotation, Act.WITHDRAWN, before)
