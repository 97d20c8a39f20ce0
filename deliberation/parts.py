"""Pages and parts of them that are the same for many readers, kept as they were made: the page of a thesis, a paragraph, a
conversation, the list of theses.

What is kept shows what its key names, and everything else that could change it raises the revision of settled things
(`revisions.SETTLED`). Readers whose rights differ never share, and whoever has a role in a declaration gets nothing kept: what
moderators see is made anew. Where a page is kept it has gaps, for the token of a form, for what it says to one reader alone,
and for what changes more often than the rest, such as counts: they are filled for each.
"""

import re
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request, session
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from deliberation import kept, revisions
from deliberation.clock import today
from deliberation.database import db, is_reading
from deliberation.permissions import Role, has_vote, is_admitted, may_enter, not_blocked, not_paused, takes_part

GAP = re.compile("\x00([a-z_]+(?:-[0-9]+)*)\x00")
"""No text of anybody has such a character."""
TOKEN = "\x00token\x00"
"""Where the token of a form stands."""
LIGHT = 2000
"""What weighs little counts for so many letters."""
CLASS = (may_enter, is_admitted, takes_part, has_vote, not_paused, not_blocked)
"""Conditions of `permissions` that differ between people without a role. A test compares what they see with pages made anew."""


def init_app(app: Flask) -> None:
    # A letter takes a byte or two.
    app.extensions["deliberation.parts"] = kept.Store(int(app.config["KEPT_PAGES_MB"] * 2**20) // 2, _weigh)
    app.jinja_env.globals.update(part=part, gap=gap)


def _weigh(thing: Any) -> int:
    if isinstance(thing, list):
        return sum(map(len, thing))
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
    return made_once(macro.name, declaration, key, lambda: macro(*args))


def page(
    name: str, declaration: Any, key: tuple[Hashable, ...] | None, make: Callable[[], str], fill: Callable[[str], Any]
) -> str:
    """As `part`, a whole page, under its address as well: it leads back to where its reader is. `fill`: what stands in each gap
    that it has by `gap`; of its own accord it says what it would say without."""
    full = _full_key(name, declaration, None if key is None else (here(), *key))
    if full is None or "_flashes" in session or not kept.is_plain(request.query_string.decode("latin-1")):
        return make()
    pieces = _store().find(full)
    if pieces is None:
        g.has_gaps = True
        try:
            pieces = GAP.split(_without_token(make()))
        finally:
            g.has_gaps = False
        _store().put(full, pieces)
    made = pieces.copy()
    made[1::2] = [generate_csrf() if name == "token" else _escaped(fill(name)) for name in pieces[1::2]]
    return "".join(made)


def _escaped(said: Any) -> str:
    """What is ready is not copied: it may be most of the page."""
    return said if isinstance(said, Markup) else escape(said)


def here() -> tuple[str, bytes]:
    """The address of this request, for keys."""
    return request.path, request.query_string


def gap(name: str, *numbers: int) -> Markup:
    """For templates: a gap in a page that is kept, to be filled for each reader; nothing elsewhere, and the template says itself
    what stands there. `numbers` tell gaps of the same name apart."""
    return Markup(f"\x00{'-'.join((name, *map(str, numbers)))}\x00") if has_gaps() else Markup()  # nosec B704


def in_words(macro: str, *facts: Hashable) -> Markup:
    """What a macro of `components/counts.html` says: the same to all who read a language."""
    if "language" not in g:
        g.language = str(get_locale())
    return _in_words(macro, g.language, facts)


@lru_cache(2000)
def _in_words(macro: str, _language: str, facts: tuple[Hashable, ...]) -> Markup:
    return Markup(getattr(current_app.jinja_env.get_template("components/counts.html").module, macro)(*facts))  # nosec B704


def has_gaps() -> bool:
    """Whether the page that is being made is to be kept and has gaps."""
    return bool(g.get("has_gaps"))


def made_once(
    name: str, declaration: Any, key: tuple[Hashable, ...] | None, make: Callable[[], str], is_rare: bool = False
) -> Markup:
    """As `part`, of whatever makes it. `is_rare`: perhaps nobody else will want the same; it is kept once it is made again."""
    return Markup(_find_or_make(name, declaration, key, make, is_rare))  # nosec B704


def _find_or_make(
    name: str, declaration: Any, key: tuple[Hashable, ...] | None, make: Callable[[], str], is_rare: bool
) -> str:
    full = _full_key(name, declaration, key)
    if full is None:
        return make()
    made = g.get("held_parts", {}).get(full) or _store().find(full)
    if made is None:
        made = _without_token(str(make()))
        if not is_rare or _store().is_wanted_again(full):
            _store().put(full, made)
    return made.replace(TOKEN, generate_csrf()) if TOKEN in made else made


def _without_token(made: str) -> str:
    """Only if it has asked for one: making a token makes a session."""
    token = g.get("csrf_token")
    return made.replace(token, TOKEN) if token else made


def _full_key(name: str, declaration: Any, key: tuple[Hashable, ...] | None) -> tuple[Hashable, ...] | None:
    """None for what is for this reader alone."""
    base = _base(declaration) if key is not None else None
    return None if key is None or base is None else (name, has_gaps(), *base, *key)


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
