"""Words that go for good: what a person takes along when she leaves, and what only she could still read."""

from collections.abc import Iterable

from sqlalchemy import delete, or_, select, update

from deliberation.annotations.models import Annotation, EarlierVersion, Stance, Status
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, Membership
from deliberation.declarations.record import record
from deliberation.reports.repeated import forget_quotes
from deliberation.text import to_safe_html

NOTHING = "–"
"""A proposal has a wording, by constraint: this one says nothing any more."""
LEFT_OUT = "> […]"
QUOTE_MIN = 12
"""Characters; a shorter quote could be anybody's words."""


def take_texts(membership: Membership) -> None:
    """Words, earlier words and quotes of everything she wrote go; the places stay, so that answers keep their ground."""
    _take(membership, _own(membership))
    db.session.execute(update(Stance).where(Stance.holder_id == membership.id).values(reason=""))


def take_unseen(membership: Membership) -> None:
    """Words that nobody else may read: withdrawn, hidden, or still to be looked at."""
    _take(membership, [one for one in _own(membership) if not one.is_visible])


def _own(membership: Membership) -> list[Annotation]:
    return list(db.session.scalars(select(Annotation).where(Annotation.author_id == membership.id)).unique())


def _take(membership: Membership, annotations: Iterable[Annotation]) -> None:
    declaration = db.session.get_one(Declaration, membership.declaration_id)
    for annotation in annotations:
        before = annotation.status
        _take_quotes(annotation)
        forget_quotes(annotation)
        _empty(annotation)
        db.session.execute(delete(EarlierVersion).where(EarlierVersion.annotation_id == annotation.number))
        if before is not Status.WITHDRAWN:
            record(membership, declaration, Act.WITHDRAWN, annotation, before=before.value, after=Status.WITHDRAWN.value)


def _empty(annotation: Annotation) -> None:
    annotation.status = Status.WITHDRAWN
    annotation.body = annotation.body_html = annotation.quote = ""
    annotation.quote_prefix = annotation.quote_suffix = ""
    annotation.quote_start = None
    annotation.proposed_wording = NOTHING if annotation.is_proposal else ""
    annotation.held_because, annotation.is_quotable = [], False
    annotation.version += 1


def _take_quotes(annotation: Annotation) -> None:
    """What others in the conversation quoted of it, line by line."""
    thread, words = annotation.thread_number, _plain(annotation.body)
    in_thread = or_(Annotation.number == thread, Annotation.root_id == thread)
    quoting = select(Annotation).where(in_thread, Annotation.number != annotation.number, Annotation.body.contains(">"))
    for other in db.session.scalars(quoting).unique():
        lines = [LEFT_OUT if _is_quote(line, words) else line for line in other.body.split("\n")]
        if (fresh := "\n".join(lines)) != other.body:
            other.body, other.body_html = fresh, to_safe_html(fresh)


def _is_quote(line: str, words: str) -> bool:
    quoted = _plain(line.lstrip().removeprefix(">"))
    return line.lstrip().startswith(">") and len(quoted) >= QUOTE_MIN and quoted in words


def _plain(text: str) -> str:
    return " ".join(text.replace("*", "").replace("_", "").split()).strip("„“”\"'… ").casefold()
