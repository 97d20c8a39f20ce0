"""How a team shares the work: taking a case, handing it over, a second opinion, notes, who reads what."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import delete, select, update

from deliberation.accounts.models import User
from deliberation.annotations.actions import TextInvalid, key_about
from deliberation.annotations.models import Annotation
from deliberation.clock import now
from deliberation.database import db, once
from deliberation.declarations.actions import join
from deliberation.declarations.models import Act, Declaration, Membership, Thesis
from deliberation.declarations.record import record
from deliberation.moderation.models import (
    NOTE_MAX,
    Assignment,
    DecisionKind,
    Handling,
    Note,
    NoteKind,
    Presence,
)
from deliberation.permissions import NotAllowed, Outdated, Permission, Role, require
from deliberation.text import has_words, normalised

HELD_FOR = timedelta(minutes=30)
HANDED_FOR = timedelta(hours=24)
SEEN_FOR = timedelta(minutes=5)
"""How long somebody counts as reading what she opened last."""


def claim(moderator: User, annotation: Annotation) -> Handling:
    """Take a case in hand for half an hour: nobody else decides it until then. Raises Outdated if a colleague has it."""
    require(moderator, Permission.HANDLE, annotation)
    own = join(moderator, annotation.declaration)
    handling = _find_handling(annotation)
    if handling.is_held(now()) and handling.holder_id != own.id:
        raise Outdated(annotation)
    is_new = handling.holder_id != own.id or not handling.is_held(now())
    handling.holder_id, handling.held_until = own.id, now() + HELD_FOR
    if is_new:
        record(own, annotation.declaration, Act.CLAIM, annotation)
    return handling


def take_over(moderator: User, annotation: Annotation) -> Handling:
    """Take a case out of a colleague's hands, because she cannot go on; it is logged."""
    require(moderator, Permission.HANDLE, annotation)
    own = join(moderator, annotation.declaration)
    handling = _find_handling(annotation)
    handling.holder_id, handling.held_until, handling.handed_by_id = own.id, now() + HELD_FOR, None
    record(own, annotation.declaration, Act.CLAIM, annotation, before="held")
    return handling


def release(moderator: User, annotation: Annotation) -> None:
    """Give a case back that one has in hand; another's is left alone."""
    require(moderator, Permission.HANDLE, annotation)
    own = join(moderator, annotation.declaration)
    handling = _find_handling(annotation)
    if handling.holder_id != own.id:
        return
    handling.holder_id = handling.held_until = None
    record(own, annotation.declaration, Act.RELEASE, annotation)


def hand_over(
    moderator: User, annotation: Annotation, to: Membership | None, words: str = "", form_key: str = ""
) -> Handling:
    """Give a case to a colleague, or to whoever of the team comes next; the giver finds it at the end of her list.

    Raises NotAllowed if `to` does not moderate here, TextInvalid for a note that is too long.
    """
    require(moderator, Permission.HANDLE, annotation)
    own = join(moderator, annotation.declaration)
    if to is not None and Role.MODERATOR not in to.roles:
        raise NotAllowed(Permission.HANDLE, "is_moderator", annotation)
    handling = _find_handling(annotation)
    if handling.is_held(now()) and handling.holder_id != own.id:
        raise Outdated(annotation)
    handling.handed_by_id = own.id
    # Whoever wrote it cannot take it, and nobody may learn that from a refusal: it is for whoever comes next.
    takes_it = to is not None and to.id != annotation.author_id
    handling.holder_id = to.id if to and takes_it else None
    handling.held_until = now() + HANDED_FOR if takes_it else None
    if has_words(normalised(words)):
        _write(own, annotation, NoteKind.HANDOVER, words, form_key)
    record(own, annotation.declaration, Act.HAND_OVER, annotation, after="" if to else "team", subject=to)
    return handling


def ask_opinion(moderator: User, annotation: Annotation, words: str = "", form_key: str = "") -> Handling:
    """Ask the colleagues what they think; the case stays open and is marked for them."""
    require(moderator, Permission.HANDLE, annotation)
    own = join(moderator, annotation.declaration)
    handling = _find_handling(annotation)
    if handling.asked_by_id is None:
        handling.asked_by_id, handling.asked_at = own.id, now()
        record(own, annotation.declaration, Act.ASK, annotation)
    if has_words(normalised(words)):
        _write(own, annotation, NoteKind.NOTE, words, form_key)
    return handling


def give_opinion(
    moderator: User, annotation: Annotation, words: str, advice: DecisionKind | None, form_key: str = ""
) -> Note:
    """Say what one would do; the one who asked decides. Raises TextInvalid, NotAllowed for the one who asked."""
    require(moderator, Permission.HANDLE, annotation)
    own = join(moderator, annotation.declaration)
    handling = _find_handling(annotation)
    if handling.asked_by_id == own.id:
        raise NotAllowed(Permission.HANDLE, "not_asker", annotation)
    return _write(own, annotation, NoteKind.OPINION, words, form_key, advice)


def write_note(moderator: User, annotation: Annotation, words: str, form_key: str = "") -> Note:
    """Leave a note for the team; nobody else ever sees it. Raises TextInvalid."""
    require(moderator, Permission.HANDLE, annotation)
    return _write(join(moderator, annotation.declaration), annotation, NoteKind.NOTE, words, form_key)


def _write(
    own: Membership,
    annotation: Annotation,
    kind: NoteKind,
    words: str,
    form_key: str,
    advice: DecisionKind | None = None,
) -> Note:
    body = normalised(words)
    if not has_words(body) or len(body) > NOTE_MAX:
        raise TextInvalid(f"{len(body)} characters")
    key = key_about(form_key, kind.value, own.id, annotation.number)
    found = select(Note).where(Note.form_key == key)
    if (sent := db.session.scalars(found).one_or_none()) is not None:
        return sent

    def make() -> Note:
        return Note(
            annotation_id=annotation.number, writer_id=own.id, kind=kind, body=body, advice=advice, form_key=key
        )

    return once(found, make, lambda _note: record(own, annotation.declaration, Act.NOTE, annotation, after=kind.value))


def _find_handling(annotation: Annotation) -> Handling:
    """The row of this case, made if there is none, and kept from others until the end."""
    query = select(Handling).where(Handling.annotation_id == annotation.number).with_for_update()
    return once(query, lambda: Handling(annotation_id=annotation.number))


def be_present(moderator: User, declaration: Declaration, annotation: Annotation | None) -> None:
    """Let the colleagues see what one has open."""
    require(moderator, Permission.SEE_QUEUE, declaration)
    own = join(moderator, declaration)
    place = {
        "annotation_id": annotation.number if annotation else None,
        "thesis_id": annotation.thesis_id if annotation else None,
        "seen_at": now(),
    }
    # Every look at the desk does this: one statement, but for the first time.
    known = update(Presence).where(Presence.membership_id == own.id).values(place)
    changed = db.session.execute(known, execution_options={"synchronize_session": False})
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        here = select(Presence).where(Presence.membership_id == own.id)
        once(here, lambda: Presence(membership_id=own.id, **place))


def assign(moderator: User, declaration: Declaration, wanted: Mapping[int, Sequence[int]]) -> None:
    """Say who looks after which theses: membership ids by thesis id. What is not named is nobody's.

    Raises NotAllowed for somebody who does not moderate here.
    """
    require(moderator, Permission.SEE_QUEUE, declaration)
    own = join(moderator, declaration)
    team = {member.id: member for member in load_team(declaration)}
    theses = {thesis.id: thesis for thesis in declaration.theses}
    if not {member for members in wanted.values() for member in members} <= set(team) or not set(wanted) <= set(theses):
        raise NotAllowed(Permission.SEE_QUEUE, "is_moderator", declaration)
    before = load_assignments(declaration)
    db.session.execute(delete(Assignment).where(Assignment.thesis_id.in_(theses)))
    for thesis_id, members in wanted.items():
        db.session.add_all(Assignment(thesis_id=thesis_id, membership_id=member) for member in sorted(set(members)))
    for thesis_id, thesis in theses.items():
        old, new = set(before.get(thesis_id, ())), set(wanted.get(thesis_id, ()))
        for member in sorted(old - new):
            record(own, declaration, Act.ASSIGN, before=thesis.number, subject=team.get(member))
        for member in sorted(new - old):
            record(own, declaration, Act.ASSIGN, after=thesis.number, subject=team[member])


def load_team(declaration: Declaration) -> list[Membership]:
    """Everybody who moderates there, by the name they sign with."""
    query = select(Membership).where(Membership.declaration_id == declaration.id, Membership.holds(Role.MODERATOR))
    return sorted(db.session.scalars(query).unique(), key=lambda member: member.team_name.casefold())


def load_assignments(declaration: Declaration) -> dict[int, list[int]]:
    """Membership ids by thesis id."""
    query = (
        select(Assignment.thesis_id, Assignment.membership_id)
        .join(Thesis, Thesis.id == Assignment.thesis_id)
        .where(Thesis.declaration_id == declaration.id)
    )
    found: dict[int, list[int]] = {}
    for thesis_id, member in db.session.execute(query):
        found.setdefault(thesis_id, []).append(member)
    return found


def use_keys(moderator: User, declaration: Declaration, are_on: bool) -> None:
    """Whether the desk listens to single keys."""
    require(moderator, Permission.SEE_QUEUE, declaration)
    join(moderator, declaration).uses_keys = are_on


def load_colleagues(moderator: User, declaration: Declaration) -> list[Membership]:
    """The others who moderate there."""
    require(moderator, Permission.SEE_QUEUE, declaration)
    own = moderator.membership_in(declaration.id)
    return [member for member in load_team(declaration) if own is None or member.id != own.id]
