"""Reporting a contribution: "please look at this"."""

from sqlalchemy import select

from deliberation.accounts.models import User, random_key
from deliberation.annotations.actions import once
from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.moderation.actions import ReasonMissing
from deliberation.moderation.models import EXPLANATION_MAX, Flag, FlagReason
from deliberation.permissions import Permission, Person, require
from deliberation.text import has_words, normalised


def flag(
    reporter: Person, annotation: Annotation, reason: FlagReason, explanation: str = "", form_key: str = ""
) -> Flag:
    """Report an annotation. Changes nothing by itself; open until a decision closes it.

    A member has one open flag per annotation: reporting again replaces its words. About guests nothing is kept.
    Raises ReasonMissing when something is called illegal without a word why.
    """
    require(reporter, Permission.FLAG, annotation)
    membership = join(reporter, annotation.declaration) if isinstance(reporter, User) else None
    words = normalised(explanation)[:EXPLANATION_MAX]
    if reason is FlagReason.ILLEGAL and not has_words(words):
        raise ReasonMissing(reason.value)
    open_flag = _find_open_flag(annotation, membership.id) if membership else None
    if open_flag is not None:
        open_flag.reason, open_flag.explanation = reason, words
        return open_flag
    key = form_key or random_key()

    def make() -> Flag:
        return Flag(
            annotation_id=annotation.number,
            reporter_id=membership.id if membership else None,
            reason=reason,
            explanation=words,
            form_key=key,
        )

    return once(select(Flag).where(Flag.form_key == key), make)


def _find_open_flag(annotation: Annotation, reporter_id: int) -> Flag | None:
    query = select(Flag).where(
        Flag.annotation_id == annotation.number, Flag.reporter_id == reporter_id, Flag.closed_at.is_(None)
    )
    return db.session.scalars(query).first()
