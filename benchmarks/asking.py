"""Requests as bytes, and the people who send them: signed in without a form, because hashing their passwords would take longer
than the measurement."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from crowd import Ask
from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from deliberation.accounts import sessions
from deliberation.accounts.models import find_user_by_email
from deliberation.database import db, set_reading
from deliberation.web import TOKEN

OK, DONE, SAME = b" 200 ", b" 303 ", b" 304 "


@dataclass(frozen=True)
class Person:
    """Somebody with a session; a guest has none."""

    cookie: str = ""
    csrf: str = ""

    def get(self, path: str, packed: bool = True, etag: str = "", wanted: bytes = OK) -> Ask:
        more = [("Accept-Encoding", "gzip")] if packed else []
        more += [("If-None-Match", etag)] if etag else []
        return _request("GET", path, self.cookie, more), wanted

    def post(self, path: str, fields: Iterable[tuple[str, str]], wanted: bytes = DONE) -> Ask:
        body = urlencode([("csrf_token", self.csrf), *fields]).encode()
        more = [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(body)))]
        return _request("POST", path, self.cookie, more) + body, wanted


GUEST = Person()


def _request(method: str, path: str, cookie: str, more: Sequence[tuple[str, str]]) -> bytes:
    headers = [("Host", "127.0.0.1"), ("Accept-Language", "de"), *([("Cookie", cookie)] if cookie else []), *more]
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def sign_in(app: Flask, emails: Iterable[str]) -> list[Person]:
    """A session for each, as if the person had just come in with everything that is asked of her."""
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    forms = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token")
    people = []
    with app.app_context():
        set_reading(False)
        for email in emails:
            user = find_user_by_email(email)
            if user is None:
                raise RuntimeError(f"nobody is called {email}")
            raw = uuid.uuid4().hex
            token = sessions.begin(user, with_second=True)
            cookie = signer.dumps({TOKEN: token, "_fresh": True, "csrf_token": raw})
            people.append(Person(f"{app.config['SESSION_COOKIE_NAME']}={cookie}", forms.dumps(raw)))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return people
