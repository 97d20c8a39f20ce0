"""Pages and parts of them that are the same for many readers, kept as they were made: the page of a thesis, a paragraph, a
conversation, the list of theses.

What is kept shows what its key names, and everything else that could change it raises the revision of settled things
(`revisions.SETTLED`). Readers whose rights differ never share, and whoever has a role in a declaration gets nothing kept: what
moderators see is made anew. The token of a form, and what else a page says to one reader alone, is put in for each.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from flask import Flask, current_app, g, request, session
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from deliberation import kept, revisions
from deliberation.clock import today
from deliberation.database import db, is_reading
from deliberation.permissions import Role, has_vote, is_admitted, may_enter, not_blocked, not_paused, takes_part

TOKEN = "\x00token\x00"
"""Where the token of a form stands; no text of anybody has such a character."""
LIGHT = 2000
"""What weighs little counts for so many letters."""
CLASS = (may_enter, is_admitted, takes_part, has_vote, not_paused, not_blocked)
"""Conditions of `permissions` that differ between people without a role. A test compares what they see with pages made anew."""


def init_app(app: Flask) -> None:
    # A letter takes a byte or two.
    app.extensions["deliberation.parts"] = kept.Store(int(app.config["KEPT_PAGES_MB"] * 2**20) // 2, _weigh)
    app.jinja_env.globals.update(part=part, slot=slot)


def _weigh(thing: Any) -> int:
    return len(thing) if isinstance(thing, str) else LIGHT


def begin() -> None:
    """Before anything else is read for a page with parts: what is read later may be newer, never older, and of a page that is
    only read all of it is of one moment.

    In the transaction of the page, never beside it: on SQLite whoever reads keeps a writer from its commit, and a second
    connection would wait for that writer."""
    if "settled" in g or not is_reading():
        return
    is_server = db.engine.dialect.name != "sqlite" and not db.session().in_transaction()
    connection = db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"} if is_server else None)
    _key, known = request.environ.get(kept.KEY) or (None, revisions.read_in(connection))
    if known is not None:
        g.settled = known.settled


def is_shared(declaration: Any) -> bool:
    """Whether anything kept may be shown to this reader."""
    return _base(declaration) is not None


def is_kept(name: str, declaration: Any, key: tuple[Hashable, ...] | None) -> bool:
    """Whether a part is there, and is going to be until the page is made."""
    full = _full_key(name, declaration, key)
    found = _store().find(full) if full else None
    if found is not None:
        g.setdefault("held_parts", {})[full] = found
    return found is not None


def settled(name: Hashable, make: Callable[[], Any]) -> Any:
    """What `make` finds, kept while settled things stay as they are. It must not weigh much, belong to the database session or be
    for some readers only."""
    if "settled" not in g or not current_app.config["KEPT_PAGES_MB"]:
        return make()
    full = (name, g.settled)
    found = _store().find(full)
    if found is None:
        found = make()
        if found is not None:
            _store().put(full, found)
    return found


def part(macro: Any, declaration: Any, key: tuple[Hashable, ...] | None, *args: Any) -> Markup:
    """What `macro` makes of `args`, from before if there is such a part. `key` has everything that it shows and that does not
    raise the revision; None: it is for this reader alone."""
    return Markup(_find_or_make(macro.name, declaration, key, lambda: macro(*args)))  # nosec B704


def page(name: str, declaration: Any, key: tuple[Hashable, ...] | None, make: Callable[[], str], own: Mapping[str, str]) -> str:
    """As `part`, a whole page. `own`: what each reader gets of her own where the page asks for it by `slot`."""
    if _full_key(name, declaration, key) is None or "_flashes" in session:
        return make()

    def with_slots() -> str:
        g.slots = own
        return make()

    made = _find_or_make(name, declaration, key, with_slots)
    for slot_name, value in own.items():
        made = made.replace(_mark(slot_name), escape(value))
    return made


def slot(name: str, value: Any) -> Any:
    """In a page that is kept: what `page` was given for this reader under the name; elsewhere the value itself."""
    return Markup(_mark(name)) if name in g.get("slots", ()) else value  # nosec B704


def _find_or_make(name: str, declaration: Any, key: tuple[Hashable, ...] | None, make: Callable[[], str]) -> str:
    full = _full_key(name, declaration, key)
    if full is None:
        return make()
    made = g.get("held_parts", {}).get(full) or _store().find(full)
    if made is None:
        made = str(make())
        # Only if it has asked for one: making a token makes a session.
        if token := g.get("csrf_token"):
            made = made.replace(token, TOKEN)
        _store().put(full, made)
    return made.replace(TOKEN, generate_csrf()) if TOKEN in made else made


def _full_key(name: str, declaration: Any, key: tuple[Hashable, ...] | None) -> tuple[Hashable, ...] | None:
    """None for what is for this reader alone."""
    base = _base(declaration) if key is not None else None
    return None if key is None or base is None else (name, *base, *key)


def _mark(name: str) -> str:
    return f"\x00{name}\x00"


def _store() -> kept.Store:
    found: kept.Store = current_app.extensions["deliberation.parts"]
    return found


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
