"""A program with a token, as tests talk to the door."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from deliberation.accounts import tokens
from deliberation.accounts.models import Scope, User
from deliberation.clock import today
from deliberation.database import db, set_reading

ROOT = "/api/v1"
AT = f"{ROOT}/d/erklaerung"
LD = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
_labels = count(1)


def make_token(user: User, scopes: Collection[Scope] = tuple(Scope), with_second: bool = True, days: int = 30) -> str:
    """A token of this person, committed."""
    set_reading(False)
    wish = tokens.Wish(f"Programm {next(_labels)}", scopes, today() + timedelta(days=days))
    secret = tokens.make(user, wish, with_second)
    db.session.commit()
    return secret


@dataclass
class Program:
    """Sends a token with each request, if it has one, and never a cookie."""

    app: Flask
    token: str = ""

    def ask(self, method: str, address: str, sent: Any = None, **headers: str) -> TestResponse:
        """`headers` with underscores for hyphens; `sent` goes as JSON unless it is bytes."""
        found = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            found.setdefault("Authorization", f"Bearer {self.token}")
        content = sent if isinstance(sent, bytes) else json.dumps(sent).encode() if sent is not None else None
        if content is not None:
            found.setdefault("Content-Type", "application/json")
        client = self.app.test_client(use_cookies=False)
        return client.open(address, method=method, data=content, headers=found)

    def get(self, address: str, **headers: str) -> TestResponse:
        return self.ask("GET", address, **headers)

    def post(self, address: str, sent: Any, **headers: str) -> TestResponse:
        return self.ask("POST", address, sent, **headers)

    def put(self, address: str, sent: Any, **headers: str) -> TestResponse:
        return self.ask("PUT", address, sent, **headers)


def program_of(app: Flask, user: User, *scopes: Scope) -> Program:
    return Program(app, make_token(user, scopes or tuple(Scope)))
