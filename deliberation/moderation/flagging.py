"""Reporting a contribution: "please look at this"."""

from dataclasses import dataclass

from sqlalchemy import select

from deliberation.accounts.models import User, random_key
from deliberation.annotations.actions import key_about
from deliberation.annotations.models import Annotation
from deliberation.database import db, once
from deliberation.declarations.actions import join
from deliberation.declarations.models import Act
from deliberation.declarations.record import record
from deliberation.moderation.actions import ReasonMissing
from deliberation.moderation.models import EXPLANATION_MAX, NAME_MAX, Flag, FlagReason
from deliberation.permissions import Permission, Person, is_admitted, require
from deliberation.text import has_words, normalised


@dataclass(frozen=True)
class Reporter:
    """What somebody gives to get an answer; all of it may be missing. `email` is an address as `accounts.addresses`
    cleans it."""

    name: str = ""
    email: str = ""
    locale: str = "de"
    in_good_faith: bool = False


def flag(
    person: Person,
    annotation: Annotation,
    reason: FlagReason,
    explanation: str = "",
    form_key: str = "",
    reporter: Reporter = Reporter(),
) -> Flag:
    """Report an annotation. Changes nothing by itself; open until a decision closes it.

    A member has one open flag per annotation: reporting again replaces its words. Of guests is kept what they give to
    get an answer, of members nothing beyond their membership. Raises ReasonMissing when something is called illegal
    without a word why.
    """
    require(person, Permission.FLAG, annotation)
    # Whoever is not invited reports as a guest does: a report must not become a way in.
    is_member = isinstance(person, User) and is_admitted(person, annotation)
    membership = join(person, annotation.declaration) if isinstance(person, User) and is_member else None
    words = normalised(explanation)[:EXPLANATION_MAX]
    if reason is FlagReason.ILLEGAL and not has_words(words):
        raise ReasonMissing(reason.value)
    open_flag = _find_open_flag(annotation, membership.id) if membership else None
    if open_flag is not None:
        open_flag.reason, open_flag.explanation = reason, words
        open_flag.in_good_faith = reporter.in_good_faith
        open_flag.key = open_flag.key or random_key()
        return open_flag
    key = key_about(form_key, "flag", membership.id if membership else 0, annotation.number)

    def make() -> Flag:
        # Without the reporter, whom nobody learns from the log either.
        record(None, annotation.declaration, Act.FLAG, annotation)
        return Flag(
            annotation_id=annotation.number,
            reporter_id=membership.id if membership else None,
            reason=reason,
            explanation=words,
            form_key=key,
            key=random_key(),
            name="" if membership else normalised(reporter.name)[:NAME_MAX],
            email="" if membership else reporter.email,
            locale=reporter.locale,
            in_good_faith=reporter.in_good_faith,
        )

    return once(select(Flag).where(Flag.form_key == key), make)


def _find_open_flag(annotation: Annotation, reporter_id: int) -> Flag | None:
    query = select(Flag).where(
        Flag.annotation_id == annotation.number, Flag.reporter_id == reporter_id, Flag.closed_at.is_(None)
    )
    return db.session.scalars(query).first()
