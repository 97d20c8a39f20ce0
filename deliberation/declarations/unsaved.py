"""Texts on their way to becoming a declaration: kept for the person who brings them in, for a few days."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from deliberation.accounts.models import User, random_key
from deliberation.clock import now
from deliberation.database import db, rows_changed
from deliberation.declarations.actions import Particulars, create_declaration, suggest_slug
from deliberation.declarations.importing import DraftDeclaration, Source, from_json, to_json
from deliberation.declarations.models import Declaration, ImportPreview
from deliberation.declarations.preview import Place, numbered, to_editable, to_step, undo
from deliberation.permissions import Permission, require
from deliberation.sealing import keyed_hash

KEEP_DAYS = 7
STEPS_MAX = 20
KEY_LENGTH = 32


class NothingToUndo(Exception):
    """Nothing was changed yet, or the oldest step that is remembered has been taken back."""


def find_sent(organiser: User, form_key: str) -> ImportPreview | None:
    """What the same form has brought in before."""
    return find_import(organiser, _key(organiser, form_key)) if form_key else None


def _key(organiser: User, form_key: str) -> str:
    """The preview's address follows from the key of its form, so that a form sent twice leads to one preview."""
    return keyed_hash("import", f"{organiser.key} {form_key}")[:KEY_LENGTH] if form_key else random_key()


def keep_import(organiser: User, draft: DraftDeclaration, source: Source, form_key: str = "") -> ImportPreview:
    """Keep what was read from a file as a preview; everybody's old previews go. The same form key sent again returns
    the first preview."""
    require(organiser, Permission.CREATE_DECLARATION)
    forget_old_imports(now())
    taken = db.session.scalars(select(Declaration.slug))
    fields = {"title": draft.title, "slug": suggest_slug(draft.title, set(taken)), "summary": "", "publisher": ""}
    preview = ImportPreview(
        key=_key(organiser, form_key),
        user_id=organiser.id,
        fields=fields,
        draft=to_json(to_editable(draft)),
        steps=[],
        source=source,
    )
    try:
        with db.session.begin_nested():
            db.session.add(preview)
    except IntegrityError:
        # Both sendings were read at the same time; the first one is kept.
        return find_sent(organiser, form_key) or preview
    return preview


def forget_old_imports(moment: datetime) -> int:
    """Retention: nobody finishes these any more; how many."""
    return rows_changed(delete(ImportPreview).where(ImportPreview.created_at <= moment - timedelta(days=KEEP_DAYS)))


def find_import(organiser: User, key: str) -> ImportPreview | None:
    """The person's own preview with this key; other people's do not exist."""
    require(organiser, Permission.CREATE_DECLARATION)
    query = select(ImportPreview).where(ImportPreview.key == key, ImportPreview.user_id == organiser.id)
    # Two presses of a button at once: the second waits and finds what the first has done.
    return db.session.scalars(query.with_for_update(of=ImportPreview)).one_or_none()


def load_imports(organiser: User) -> list[ImportPreview]:
    """The person's previews that are still to be finished, newest first."""
    require(organiser, Permission.CREATE_DECLARATION)
    query = select(ImportPreview).where(ImportPreview.user_id == organiser.id, ImportPreview.declaration_id.is_(None))
    return list(db.session.scalars(query.order_by(ImportPreview.created_at.desc(), ImportPreview.id.desc())))


def change_import(organiser: User, preview: ImportPreview, draft: DraftDeclaration, act: str, place: Place) -> None:
    """Take over an edited draft; the way back is remembered."""
    require(organiser, Permission.CREATE_DECLARATION)
    before = from_json(preview.draft)
    if draft == before:
        return
    step = {**to_step(before, draft), "act": act, "place": [place.thesis, place.paragraph]}
    preview.steps = [*preview.steps, step][-STEPS_MAX:]
    preview.draft = to_json(draft)
    preview.version += 1


def step_back(organiser: User, preview: ImportPreview) -> Place:
    """Undo the last change; returns where it had been made. Raises NothingToUndo."""
    require(organiser, Permission.CREATE_DECLARATION)
    if not preview.steps:
        raise NothingToUndo
    *earlier, step = preview.steps
    preview.draft = to_json(undo(from_json(preview.draft), step))
    preview.steps = earlier
    preview.version += 1
    return Place(*step["place"])


def discard_import(organiser: User, preview: ImportPreview) -> None:
    """Throw a preview away for good."""
    require(organiser, Permission.CREATE_DECLARATION)
    db.session.delete(preview)


def store_import(organiser: User, preview: ImportPreview, about: Particulars) -> Declaration:
    """Make the preview a declaration; a second time answers with the same one. Raises SlugTaken, SlugInvalid."""
    require(organiser, Permission.CREATE_DECLARATION)
    if preview.declaration is not None:
        return preview.declaration
    declaration = create_declaration(organiser, numbered(from_json(preview.draft)), about)
    preview.declaration = declaration
    preview.draft, preview.source, preview.steps, preview.fields = {}, {}, [], {}
    db.session.flush()
    return declaration
