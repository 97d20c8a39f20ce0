"""What people do with forms and mails, in the words of these tests."""

import re
from typing import Any

from sqlalchemy import select

from deliberation.accounts.addresses import address_hash
from deliberation.database import db
from deliberation.notifications.models import Mail

PASSWORD = "vier Wörter ohne Zusammenhang"


def mails_to(address: str) -> list[Mail]:
    """What waits for this address, oldest first."""
    return list(db.session.scalars(select(Mail).where(Mail.recipient_hash == address_hash(address)).order_by(Mail.id)))


def last_code(address: str) -> str:
    return str(mails_to(address)[-1].parameters["code"])


def last_link(address: str) -> str:
    return str(mails_to(address)[-1].parameters["link"])


def register(browser: Any, email: str = "neu@example.org", **fields: str) -> Any:
    return browser.post("/register", data={"email": email, "consent": "1", **fields})


def ask_for_code(browser: Any, email: str, **fields: str) -> Any:
    return browser.post("/login", data={"email": email, **fields})


def enter_code(browser: Any, code: str, **fields: str) -> Any:
    return browser.post("/login/code", data={"code": code, **fields})


def log_in(browser: Any, email: str, password: str = PASSWORD, **fields: str) -> Any:
    return browser.post("/login", data={"email": email, "password": password, **fields})


def is_signed_in(browser: Any) -> bool:
    return bool(browser.get("/me/sessions").status_code == 200)


def without_secrets(page: str) -> str:
    """A page with what differs each time taken out: tokens and offered names."""
    page = re.sub(r'name="(csrf_token|form_key)" value="[^"]*"', "", page)
    page = re.sub(r'data-question="[^"]*"', "", page)
    return re.sub(r'(id="pseudonym"[^>]*?)value="[^"]*"', r"\1", page)
