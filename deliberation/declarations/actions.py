"""Bringing in a text, steering its phase, and belonging to it."""

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from deliberation.accounts import pseudonyms, sessions
from deliberation.accounts.models import User
from deliberation.database import db
from deliberation.declarations.models import (
    SLUG_MAX,
    SLUG_PATTERN,
    TITLE_MAX,
    Act,
    Declaration,
    Membership,
    Policy,
    RoleGrant,
    is_gone,
)
from deliberation.declarations.record import record
from deliberation.declarations.writing import write_first_edition
from deliberation.permissions import Permission, Person, Phase, Role, require
from deliberation.text import to_safe_html

if TYPE_CHECKING:
    from deliberation.declarations.importing import DraftDeclaration


after_rename: list[Callable[[Membership, str, str], None]] = []
"""Called with the membership, the old and the new name: features further right rewrite what others said to her."""


class SlugTaken(Exception):
    """Another declaration has this address."""


class SlugInvalid(Exception):
    """An address is made of small letters, digits and single hyphens."""


class PseudonymTaken(Exception):
    """Somebody in this declaration already writes under a name that reads the same."""


class PseudonymRefused(Exception):
    """The name is too short, too long, or claims an office."""


@dataclass(frozen=True)
class Particulars:
    """What stands around the text."""

    slug: str
    title: str
    summary: str = ""
    publisher: str = ""
    about: str = ""
    is_sample: bool = False


def create_declaration(organiser: Person, draft: "DraftDeclaration", about: Particulars) -> Declaration:
    """Store a text as a new declaration in its first edition, in the draft phase.

    An organiser with an account becomes the organiser of it. Raises SlugTaken, SlugInvalid.
    """
    require(organiser, Permission.CREATE_DECLARATION)
    check_slug(about.slug)
    declaration = Declaration(
        slug=about.slug,
        title=about.title[:TITLE_MAX],
        summary=about.summary,
        publisher=about.publisher[:TITLE_MAX],
        about=about.about,
        about_html=to_safe_html(about.about),
        is_sample=about.is_sample,
        phase=Phase.DRAFT,
        policy=Policy.FIRST,
        theses=[],
        editions=[],
    )
    db.session.add(declaration)
    db.session.flush()
    write_first_edition(declaration, draft)
    if isinstance(organiser, User):
        # Her own doing, just now: she need not sign in again for it.
        _give(join(organiser, declaration), Role.ORGANISER)
    return declaration


@dataclass(frozen=True)
class Surroundings:
    """What stands around a text and may change while it is deliberated; `about` is Markdown."""

    publisher: str = ""
    summary: str = ""
    about: str = ""
    contact: str = ""
    licence: str = ""


def change_texts(organiser: Person, declaration: Declaration, words: Surroundings) -> bool:
    """Say anew what stands around the text; whether anything is another now. The text itself changes with an edition."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    changed = [name for name, value in vars(words).items() if getattr(declaration, name) != value]
    for name in changed:
        setattr(declaration, name, getattr(words, name))
    if "about" in changed:
        declaration.about_html = to_safe_html(words.about)
    if changed:
        record(organiser.membership_in(declaration.id), declaration, Act.TEXTS)
    return bool(changed)


def check_slug(slug: str) -> None:
    """Raise SlugInvalid or SlugTaken unless a new declaration can have this address."""
    if len(slug) > SLUG_MAX or not SLUG_PATTERN.fullmatch(slug):
        raise SlugInvalid(slug)
    # An address that people may have printed or linked never leads to something else.
    if db.session.scalar(select(Declaration.id).where(Declaration.slug == slug)) or is_gone(slug):
        raise SlugTaken(slug)


def change_policy(organiser: Person, declaration: Declaration, policy: Policy) -> None:
    """Decide which contributions a person looks at before they appear; what is out already stays out."""
    require(organiser, Permission.CHANGE_SETTINGS, declaration)
    if declaration.policy is policy:
        return
    own, before = organiser.membership_in(declaration.id), declaration.policy
    declaration.policy = policy
    record(own, declaration, Act.POLICY, before=before.value, after=policy.value)


def join(user: User, declaration: Declaration) -> Membership:
    """Make the person a participant under a pseudonym of this declaration alone; a second time changes nothing."""
    membership = user.membership_in(declaration.id)
    if membership is not None:
        return membership
    name = user.first_pseudonym
    user.first_pseudonym = ""
    if not name or not is_pseudonym_free(declaration, name):
        name = free_pseudonym(declaration)
    membership = Membership(
        user=user,
        declaration=declaration,
        declaration_id=declaration.id,
        pseudonym=name,
        pseudonym_key=pseudonyms.to_key(name),
        grants=[],
    )
    db.session.add(membership)
    db.session.flush()
    return membership


def rename(user: User, declaration: Declaration, pseudonym: str) -> Membership:
    """Take another pseudonym; it replaces the old one on everything written here.

    Raises PseudonymRefused, PseudonymTaken.
    """
    membership = join(user, declaration)
    name = pseudonyms.cleaned(pseudonym)
    if not pseudonyms.is_acceptable(name):
        raise PseudonymRefused(name)
    if pseudonyms.to_key(name) != membership.pseudonym_key and not is_pseudonym_free(declaration, name):
        raise PseudonymTaken(name)
    before, membership.pseudonym = membership.pseudonym, name
    membership.pseudonym_key = pseudonyms.to_key(name)
    for follow in after_rename:
        follow(membership, before, name)
    return membership


def grant_role(user: User, role: Role, declaration: Declaration, signing_name: str = "") -> Membership:
    """Give a role in one declaration. Called by the operator's command line and by an invitation that is accepted.

    Whoever may do more than before signs in anew: with a second factor, where that is asked of staff."""
    membership = join(user, declaration)
    if _give(membership, role):
        sessions.end_all(user)
    if signing_name:
        membership.signing_name = signing_name
    db.session.flush()
    return membership


def take_role(user: User, role: Role, declaration: Declaration) -> bool:
    """Take a role away; whether there was one. Every session of the person ends."""
    membership = user.membership_in(declaration.id)
    grant = next((each for each in membership.grants if each.role is role), None) if membership else None
    if membership is None or grant is None:
        return False
    membership.grants.remove(grant)
    db.session.delete(grant)
    sessions.end_all(user)
    db.session.flush()
    return True


def _give(membership: Membership, role: Role) -> bool:
    """Whether the role is new."""
    if role is Role.PARTICIPANT or any(grant.role is role for grant in membership.grants):
        return False
    membership.grants.append(RoleGrant(role=role))
    db.session.flush()
    return True


def is_pseudonym_free(declaration: Declaration, pseudonym: str) -> bool:
    """Whether nobody here reads the same, moderators' signing names included."""
    key = pseudonyms.to_key(pseudonym)
    query = select(Membership.pseudonym_key, Membership.signing_name).where(
        Membership.declaration_id == declaration.id,
        (Membership.pseudonym_key == key) | (Membership.signing_name != ""),
    )
    return not any(key in (taken, pseudonyms.to_key(signing)) for taken, signing in db.session.execute(query))


def free_pseudonym(declaration: Declaration) -> str:
    """An offered name that nobody here has."""
    for _attempt in range(50):
        name = pseudonyms.suggest()
        if is_pseudonym_free(declaration, name):
            return name
    return f"{pseudonyms.suggest()}{secrets.randbelow(9000) + 1000}"


def suggest_slug(title: str, taken: Iterable[str] = ()) -> str:
    """An address made from a title: `erklaerung-zur-zeit`."""
    plain = title.lower()
    for letter, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        plain = plain.replace(letter, written)
    words = re.findall(r"[a-z0-9]+", plain)
    slug = ""
    for word in words:
        if len(slug) + len(word) > 40:
            break
        slug = f"{slug}-{word}".strip("-")
    slug = slug or "erklaerung"
    number, candidate = 2, slug
    while candidate in set(taken):
        candidate, number = f"{slug}-{number}", number + 1
    return candidate
