"""Parts of pages that are the same for many readers, kept as they were made: a paragraph, a conversation, the list of theses.

What a part shows is named by its key, and everything else that could change it raises the revision of settled things
(`revisions.SETTLED`). Readers whose rights differ never share a part, and whoever has a role in a declaration gets none: what
moderators see is made anew. The token of a form is put in for each reader.
"""

from collections.abc import Hashable
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from deliberation import kept, revisions
from deliberation.clock import today
from deliberation.database import db
from deliberation.permissions import Role, has_vote, is_admitted, may_enter, not_blocked, not_paused, takes_part

TOKEN = "\x00token\x00"
"""Where the token of a form stands; no text of anybody has such a character."""
CLASS = (may_enter, is_admitted, takes_part, has_vote, not_paused, not_blocked)
"""Conditions of `permissions` that differ between people without a role. A test compares what they see with pages made anew."""


def init_app(app: Flask) -> None:
    # A letter takes a byte or two.
    app.extensions["deliberation.parts"] = kept.Store(int(app.config["KEPT_PAGES_MB"] * 2**20) // 2, len)
    app.jinja_env.globals["part"] = part


def begin() -> None:
    """Before anything else is read for a page with parts: on PostgreSQL what is read later may be newer, never older."""
    _key, known = request.environ.get(kept.KEY) or (None, revisions.read_revisions(db.engine))
    if known is not None:
        g.settled = known.settled


def part(macro: Any, declaration: Any, key: tuple[Hashable, ...] | None, *args: Any) -> Markup:
    """What `macro` makes of `args`, from before if there is such a part. `key` has everything that it shows and that does not
    raise the revision; None: it is for this reader alone."""
    base = _base(declaration) if key is not None else None
    if key is None or base is None:
        return macro(*args)  # type: ignore[no-any-return]
    store: kept.Store = current_app.extensions["deliberation.parts"]
    full = (macro.name, *base, *key)
    made = store.find(full)
    if made is None:
        made = str(macro(*args))
        # Only if the part has asked for one: making a token makes a session.
        if token := g.get("csrf_token"):
            made = made.replace(token, TOKEN)
        store.put(full, made)
    return Markup(made.replace(TOKEN, generate_csrf()) if TOKEN in made else made)  # nosec B704


def _base(declaration: Any) -> tuple[Hashable, ...] | None:
    """What all parts of this request have in common; None where nothing may be shared."""
    if "parts" not in g:
        g.parts = {}
    if declaration.id not in g.parts:
        g.parts[declaration.id] = _find_base(declaration)
    found: tuple[Hashable, ...] | None = g.parts[declaration.id]
    return found


def _find_base(declaration: Any) -> tuple[Hashable, ...] | None:
    from deliberation.web import viewer

    person = viewer()
    if "settled" not in g:
        return None
    if person.is_operator or person.roles_in(declaration.id) - {Role.PARTICIPANT} or "sent" in request.args:
        return None
    if getattr(person, "table", None) is not None or not current_app.config["KEPT_PAGES_MB"]:
        return None
    rights = tuple(condition(person, declaration) for condition in CLASS)
    return g.settled, str(get_locale()), today(), declaration.id, person.is_signed_in, rights
