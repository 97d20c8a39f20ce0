"""When a contribution speaks of a danger to life or safety: what was done is written down, and nobody stays alone with it."""

from collections.abc import Iterable
from enum import Enum

from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.annotations.actions import TextInvalid, key_about
from deliberation.annotations.models import Annotation
from deliberation.clock import now
from deliberation.database import db, once
from deliberation.declarations.actions import join
from deliberation.declarations.models import Act, Declaration, Membership
from deliberation.declarations.record import record
from deliberation.moderation import letters
from deliberation.moderation.desk import teamwork
from deliberation.moderation.models import NOTE_MAX, Note, NoteKind
from deliberation.permissions import Permission, Role, require
from deliberation.text import has_words, normalised


class Step(Enum):
    """What a moderator has done already."""

    POLICE = "police"
    OPERATOR = "operator"
    AUTHOR = "author"
    NOTHING = "nothing"


class StepMissing(Exception):
    """At least one step is named; "nothing yet" is one."""


def note_danger(moderator: User, annotation: Annotation, steps: Iterable[Step], body: str, form_key: str = "") -> Note:
    """Write down what was done about a danger to life or safety. The colleagues are asked for a second opinion, and all
    of the team are written to at once, without a word of the contribution.

    The same form key sent again returns the first note. Raises StepMissing, TextInvalid.
    """
    require(moderator, Permission.HANDLE, annotation)
    done = [step for step in Step if step in set(steps)]
    if not done:
        raise StepMissing
    words = normalised(body)
    if not has_words(words) or len(words) > NOTE_MAX:
        raise TextInvalid(f"{len(words)} characters")
    own = join(moderator, annotation.declaration)
    key = key_about(form_key, "danger", own.id, annotation.number)
    made: list[Note] = []

    def make() -> Note:
        made.append(
            Note(annotation_id=annotation.number, writer_id=own.id, kind=NoteKind.DANGER, body=words, form_key=key)
        )
        return made[0]

    note = once(select(Note).where(Note.form_key == key), make)
    if note not in made:
        return note
    codes = ",".join(step.value for step in done)
    record(own, annotation.declaration, Act.DANGER, annotation, after=codes)
    teamwork.ask_opinion(moderator, annotation)
    for member in _load_others(annotation, own):
        facts = {"annotation": annotation.number}
        letter = letters.write_letter(f"danger:{note.id}:{member.id}", member.id, "danger", facts)
        # For the team, and it cannot wait.
        letter.due_at = now()
    return note


def _load_others(annotation: Annotation, own: Membership) -> list[Membership]:
    """Moderators and organisers, but for whoever noted it or wrote the contribution."""
    return [one for one in load_whole_team(annotation.declaration) if one.id not in (own.id, annotation.author_id)]


def load_whole_team(declaration: Declaration) -> list[Membership]:
    """Everybody who moderates or organises there, by the name they sign with."""
    query = select(Membership).where(
        Membership.declaration_id == declaration.id,
        Membership.user_id.is_not(None),
        Membership.holds(Role.MODERATOR, Role.ORGANISER),
    )
    return sorted(db.session.scalars(query).unique(), key=lambda member: member.team_name.casefold())
