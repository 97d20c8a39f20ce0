"""What programs do to what is there: the verbs of the pages, on the state that the program has read."""

from typing import Any

from deliberation.accounts.models import User
from deliberation.annotations.actions import Contribution, edit_annotation
from deliberation.annotations.holding import hits_in, must_be_checked
from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations.models import Declaration, Policy, hold_rules
from deliberation.permissions import Permission, require
from deliberation.problems import Refusal


def hold(author: User, annotation: Annotation, permission: Permission) -> None:
    """Let nobody else change one's own contribution until it is compared and changed."""
    hold_rules(author, annotation.declaration)
    db.session.flush()
    db.session.refresh(annotation, ["status", "version", "body", "proposed_wording", "edited_at"], with_for_update=True)
    require(author, permission, annotation)


def change(author: User, annotation: Annotation, words: Contribution, is_confirmed: bool) -> Annotation:
    """As on the page. What the check finds is said first, unless it was seen before. Raises TextInvalid, Refusal."""
    require(author, Permission.EDIT, annotation)
    is_new = (words.body, words.wording) != (annotation.body, annotation.proposed_wording)
    if is_new and annotation.declaration.policy is not Policy.NONE:
        _require_confirmed(hits_in(words, annotation.declaration), is_confirmed)
    return edit_annotation(author, annotation, words.body, words.wording)


def require_checked(author: User, declaration: Declaration, words: Contribution, is_confirmed: bool) -> None:
    """The page between writing and sending: whoever could be recognisable, or is read first, is told before. Raises Refusal."""
    hits = hits_in(words, declaration)
    if must_be_checked(author.membership_in(declaration.id), declaration, hits):
        _require_confirmed(hits, is_confirmed)


def _require_confirmed(hits: Any, is_confirmed: bool) -> None:
    if hits and not is_confirmed:
        raise Refusal(
            422,
            "Somebody could be recognised by these words. Change them, or send `confirm`: then the moderation reads them first.",
            error="confirm",
            hits=[{"code": str(hit.code), "text": hit.text} for hit in hits],
        )
