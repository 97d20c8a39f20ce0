"""How a declaration is moderated beside the policy: when words leave the site, and whose names the check knows.
And the name under which a moderator signs."""

import re
from collections.abc import Iterable

from sqlalchemy import select

from deliberation.accounts import pseudonyms
from deliberation.accounts.models import User
from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations.actions import join
from deliberation.declarations.models import Act, Declaration, Membership, hold_text
from deliberation.declarations.record import record
from deliberation.permissions import Permission, Person, PromiseMade, require
from deliberation.text import has_words, normalised

EMPLOYERS_MAX = 200
EMPLOYER_MAX = 80
SIGNING_MAX = 60
OWN_OFFICE = ("moderation", "moderator", "moderatorin", "team")
"""Offices that a moderator may name: these are hers."""

_NUMBERED = re.compile(r"moderation\W*\d+", re.IGNORECASE)
"""What colleagues without a name are called."""


class EmployersInvalid(Exception):
    """Too many lines, or one that is too long: `line` counts from 1, 0 means too many."""

    def __init__(self, line: int) -> None:
        super().__init__(str(line))
        self.line = line


class NameRefused(Exception):
    """A signing name that cannot be: `reason` is form, office, taken or own (one's own pseudonym)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def change_sending(organiser: Person, declaration: Declaration, after_look: bool) -> None:
    """Decide whether mails, feeds, digests and reports wait until a moderator has looked at the words. Raises PromiseMade
    if they were to wait no longer and people have written something: it would leave the site unread."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    before = declaration.sends_after_look
    if before == after_look:
        return
    if before and db.session.scalar(select(Annotation.number).where(Annotation.declaration_id == declaration.id).limit(1)):
        raise PromiseMade
    declaration.sends_after_look = after_look
    own = organiser.membership_in(declaration.id)
    record(own, declaration, Act.POLICY, before=_sending(before), after=_sending(after_look))


def _sending(after_look: bool) -> str:
    return "sends_after_look" if after_look else "sends_at_once"


def change_employers(organiser: Person, declaration: Declaration, names: Iterable[str]) -> None:
    """Name institutions that the pattern check is to know besides its own list. Raises EmployersInvalid."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    lines = [" ".join(normalised(name).split()) for name in names]
    for number, line in enumerate(lines, start=1):
        if len(line) > EMPLOYER_MAX or (line and not has_words(line)):
            raise EmployersInvalid(number)
    kept = list({line.casefold(): line for line in reversed(lines) if line}.values())[::-1]
    if len(kept) > EMPLOYERS_MAX:
        raise EmployersInvalid(0)
    before = declaration.employers
    if kept == before:
        return
    declaration.employers = kept
    own = organiser.membership_in(declaration.id)
    record(own, declaration, Act.POLICY, before=f"employers:{len(before)}", after=f"employers:{len(kept)}")


def change_signing_name(moderator: User, declaration: Declaration, name: str) -> Membership:
    """Sign as somebody else from now on, also what was answered before; without a name as moderation alone.

    Raises NameRefused.
    """
    require(moderator, Permission.SEE_QUEUE, declaration)
    own = join(moderator, declaration)
    wanted = pseudonyms.cleaned(name)
    if wanted == own.signing_name:
        return own
    if wanted:
        # Nobody takes a name that reads the same at this moment.
        hold_text(declaration)
        _check_name(own, wanted)
    own.signing_name = wanted
    record(own, declaration, Act.POLICY, subject=own, after="signing_name" if wanted else "no_signing_name")
    return own


def _check_name(own: Membership, name: str) -> None:
    key = pseudonyms.to_key(name)
    if len(name) > SIGNING_MAX or "@" in name or sum(c.isalpha() for c in name) < 2 or not _is_plain(name):
        raise NameRefused("form")
    if _claims_office(key) or _NUMBERED.fullmatch(name):
        raise NameRefused("office")
    if key == own.pseudonym_key:
        raise NameRefused("own")
    others = select(Membership.pseudonym_key, Membership.signing_name).where(
        Membership.declaration_id == own.declaration_id, Membership.id != own.id
    )
    for taken, signing in db.session.execute(
        others.where((Membership.pseudonym_key == key) | (Membership.signing_name != ""))
    ):
        if key in (taken, pseudonyms.to_key(signing)):
            raise NameRefused("taken")


def _is_plain(name: str) -> bool:
    return all(c.isalnum() or c in " -.,'’()" for c in name)


def _claims_office(key: str) -> bool:
    """Whether the name begins with an office that is not a moderator's."""
    offices = [pseudonyms.to_key(word) for word in pseudonyms.RESERVED]
    own = tuple(pseudonyms.to_key(word) for word in OWN_OFFICE)
    return key == "deliberation" or any(key.startswith(word) for word in offices if not key.startswith(own))
