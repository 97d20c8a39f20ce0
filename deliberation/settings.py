"""What the operator has set in the browser. It holds where neither the environment nor `instance/config.py` says anything, and
every process sees a change with its next request: nothing is kept longer than one."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app, g, has_request_context
from sqlalchemy import String, Text, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from deliberation.clock import now
from deliberation.config import IMPRINT_FIELDS, OPERATOR_FIELDS
from deliberation.database import Model, UtcDateTime, db, put, reading_only

STORED = (
    "SITE_NAME", "DEFAULT_LOCALE", "CONTACT_EMAIL", "SIGN_UP", *OPERATOR_FIELDS, *IMPRINT_FIELDS,
    "PRIVACY_HOSTING", "PRIVACY_AUTHORITY", "PRIVACY_OFFICER",
)  # fmt: skip
"""What can be set in the browser; everything else belongs to the machine."""


class SiteSetting(Model):
    """One setting of the site that the operator has changed in the browser; public words, no secrets."""

    __tablename__ = "site_setting"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


def setting(name: str) -> str:
    """What holds on this site: the environment or the file, else what was set in the browser, else what is delivered."""
    if name in STORED and not is_fixed(name):
        stored = _stored().get(name)
        if stored is not None:
            return stored
    return str(current_app.config[name])


def stored_json(name: str) -> Any:
    """What a feature keeps here to have it on every page without asking again; nothing if it never did."""
    kept = _stored().get(name)
    return json.loads(kept) if kept else None


def store(name: str, value: str) -> None:
    put(SiteSetting, {"name": name}, {"value": value, "changed_at": now()})


def is_fixed(name: str) -> bool:
    """Whether the environment or the file says it, so that nothing in the browser changes it."""
    return name in current_app.config["GIVEN"]


def operator_facts() -> dict[str, str]:
    """`name`, `address`, `email` and `responsible` of whoever runs the site, `contact` for questions, what some name beside them
    (`representative`, `phone`, `register`, `vat`, `supervisor`), and what the privacy page says: `hosting`, `authority`,
    `officer`."""
    facts = {field.removeprefix("OPERATOR_").lower(): setting(field) for field in OPERATOR_FIELDS}
    facts |= {field.removeprefix("IMPRINT_").lower(): setting(field) for field in IMPRINT_FIELDS if field != "IMPRINT_AUTHORITY"}
    facts["supervisor"] = setting("IMPRINT_AUTHORITY")
    facts |= {name: setting(f"PRIVACY_{name.upper()}") for name in ("hosting", "authority", "officer")}
    return facts | {"contact": setting("CONTACT_EMAIL") or facts["email"]}


def sender() -> str:
    """The address mails come from: the one of the imprint, unless another one is given."""
    imprint = "" if is_fixed("MAIL_FROM") else setting("OPERATOR_EMAIL")
    return imprint or str(current_app.config["MAIL_FROM"])


def forget_stored() -> None:
    """For the rest of this request read anew what is stored."""
    g.pop("site_settings", None)


def assume_defaults() -> None:
    """For the rest of this request ask the database nothing: it may be what failed."""
    g.site_settings = g.get("site_settings", {})


def _stored() -> Mapping[str, str]:
    """All of it in one query, once a request. Whoever is outside of one may live for days and asks each time."""
    if not has_request_context():
        return _read()
    if "site_settings" not in g:
        g.site_settings = _read()
    found: Mapping[str, str] = g.site_settings
    return found


def _read() -> dict[str, str]:
    try:
        rows = db.session.execute(select(SiteSetting.name, SiteSetting.value)).all()
    except SQLAlchemyError:
        # A page that says so wants to be made in some language.
        return {}
    return {row.name: row.value for row in rows}


def stored_at(url: str) -> dict[str, str]:
    """The same before there is an application: read from the database at this address, which need not exist."""
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return {}
    engine = sa.create_engine(url)
    rows: list[Any] = []
    try:
        with reading_only(), engine.connect() as connection:
            rows = list(connection.execute(select(SiteSetting.name, SiteSetting.value)))
    except SQLAlchemyError:
        # No such table yet, or no database: whoever uses it next says so.
        pass
    finally:
        engine.dispose()
    return {row.name: row.value for row in rows}
