"""Notes beside a paragraph or a thesis that only their writer sees: no export but her own, no search, no mail, no team."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from deliberation.accounts.models import User
from deliberation.annotations.drafts import thesis_place
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Declaration, Paragraph, Thesis
from deliberation.permissions import Permission, require
from deliberation.privacy.models import NOTE_MAX, PrivateNote
from deliberation.text import normalised


class NoteTooLong(Exception):
    """More than NOTE_MAX characters."""


@dataclass(frozen=True)
class NoteAt:
    """A note and what it is about."""

    note: PrivateNote
    declaration: Declaration
    thesis: Thesis
    paragraph: Paragraph | None


def find_note(user: User, thesis: Thesis, paragraph: Paragraph | None) -> PrivateNote | None:
    place = thesis_place(thesis, paragraph)
    return db.session.scalars(
        select(PrivateNote).where(PrivateNote.user_id == user.id, PrivateNote.place == place)
    ).one_or_none()


def save_note(user: User, thesis: Thesis, paragraph: Paragraph | None, body: str) -> None:
    """Keep what is in the form; nothing in it takes the note away. Raises NoteTooLong."""
    require(user, Permission.READ, thesis)
    words = normalised(body).strip()
    if len(words) > NOTE_MAX:
        raise NoteTooLong
    place = thesis_place(thesis, paragraph)
    if not words:
        db.session.execute(delete(PrivateNote).where(PrivateNote.user_id == user.id, PrivateNote.place == place))
        return
    note = find_note(user, thesis, paragraph)
    if note is None:
        note = PrivateNote(user_id=user.id, declaration_id=thesis.declaration_id, place=place, body=words)
        db.session.add(note)
    note.body, note.saved_at = words, now()
    db.session.flush()


def load_notes(user: User) -> list[NoteAt]:
    """All, the newest first, as far as what they are about is still there to read."""
    notes = db.session.scalars(
        select(PrivateNote).where(PrivateNote.user_id == user.id).order_by(PrivateNote.saved_at.desc())
    ).all()
    numbers = {prefix: [int(n.place[2:]) for n in notes if n.place.startswith(prefix)] for prefix in ("t:", "p:")}
    theses = {t.id: t for t in db.session.scalars(select(Thesis).where(Thesis.id.in_(numbers["t:"])))}
    paragraphs = {p.id: p for p in db.session.scalars(select(Paragraph).where(Paragraph.id.in_(numbers["p:"])))}
    found = []
    for note in notes:
        number = int(note.place[2:])
        paragraph = paragraphs.get(number) if note.place.startswith("p:") else None
        thesis = paragraph.thesis if paragraph else theses.get(number)
        if thesis is not None:
            found.append(NoteAt(note, thesis.declaration, thesis, paragraph))
    return found

