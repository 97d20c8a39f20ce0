"""S06: what people write is never taken for a template or a format string, wherever it is shown, sent or put in a file."""

import email
import email.policy
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deliberation.clock import frozen_at, now
from deliberation.database import db, set_reading
from deliberation.notifications.mailer import send_due_mail
from deliberation.notifications.pulling import pull_letters
from tests.security import deeds
from tests.security.stage import Stage, Tables

pytestmark = pytest.mark.any_engine

# 7 × 1911337; whoever computes says 13379359, which no time and hardly a random key has in it.
TEXTS = (
    "{{7*1911337}} {{ config.SECRET_KEY }}",
    "${7*1911337} #{7*1911337} @(7*1911337)",
    "{% print(7*1911337) %}{% set x = 7*1911337 %}{{x}}",
    "{%- for x in (7*1911337,) -%}{{x}}{%- endfor -%} {# weg #}",
    "%(x)s %(body)s %s %d %n 100 %",
    "{0.__class__} {self.__init__.__globals__} {0} {}",
    "<%= 7*1911337 %> <?= 7*1911337 ?> [[${7*1911337}]] *{7*1911337}",
    "{{''.__class__.__mro__[1].__subclasses__()}} {{cycler.__init__.__globals__.os}}",
    "{{request.application.__globals__}} {{7*'191'}} {php}echo 7*1911337;{/php}",
)
SIGNS = ("13379359", "191191191191", "&lt;class &#39;", "<class '", "__globals__ at", "<function", "jinja2.", "Traceback")
# Fields that people fill in freely; what has a fixed list of values stays as it is.
FREE = {
    "body", "wording", "quote", "reason", "explanation", "name", "note", "heading", "source", "title", "line", "employers",
    "text", "summary", "publisher", "pseudonym", "letter", "heading_1", "explanation_1", "heading-1", "group-1", "slug",
}  # fmt: skip
MORE: dict[str, dict[str, Any]] = {
    "annotations.create": {"quote": "", "wording": ""},
    "annotations.edit": {"wording": ""},
    "moderation.flag": {"name": ""},
    "moderation.decide": {"letter": ""},
    "moderation.settings": {"employers": ""},
    "moderation.edit_rules": {"note": ""},
    "editions.draft_paragraph": {"reason": ""},
    "declarations.import_change": {"title": "", "summary": "", "publisher": "", "group-1": ""},
}
# What would take the texts away again, or sign the author out, before anybody has looked.
LATER = (
    "privacy.leave", "moderation.own_role", "moderation.member",
    "annotations.withdraw_page", "declarations.phase", "editions.discard", "editions.publish", "moderation.remove_block",
    "moderation.decide", "moderation.undo", "moderation.leave", "moderation.unbundle",
)  # fmt: skip
FIXED = {"moderation.flag": {"reason"}}
KEYS = re.compile(r"\b[0-9a-f]{32}\b|\b[\w.-]{60,}")
EVERY = 3
"""Pages beside the conversations are read after every third text, another third each time."""


def signs_in(page: str) -> list[str]:
    """Random keys of forms hold any digits now and then."""
    said = re.sub(r'value="[0-9a-f]{32}"', "", page)
    return [sign for sign in SIGNS if sign in said]


def test_no_text_is_computed_anywhere(town: Stage, tables: Tables) -> None:
    """One text at a time, in every field of every role; else one would hide another."""
    shown, mails = 0, 0
    for number, words in enumerate(TEXTS):
        tables.bring_back()
        for rule in deeds.rules_with(town.app, "POST"):
            if rule.endpoint in LATER or (
                rule.endpoint.startswith("accounts.") and rule.endpoint != "accounts.register"
            ):
                continue
            answer = town.send(*_filled(town, rule, words, number))
            assert answer.status_code < 500, (rule.endpoint, words)
            assert not (answer.location or "").startswith("/login?"), rule.endpoint
            assert not signs_in(answer.text), (rule.endpoint, words)
        stored = "".join(repr(rows) for _name, rows in tables.rows())
        assert stored.count(words.split()[0].replace("'", "\\'")) + stored.count(words.split()[0]) >= 20, words
        shown += _read_everything(town, number)
        mails += _read_mails(town)
    assert shown > 100
    assert mails >= len(TEXTS)


def _filled(town: Stage, rule: Any, words: str, number: int) -> tuple[str, str, str, dict[str, Any]]:
    deed = deeds.DEEDS[rule.endpoint]
    body = {**deed.body(town.own), **MORE.get(rule.endpoint, {})}
    body |= {name: words for name in body if name in FREE - FIXED.get(rule.endpoint, set())}
    if "form_key" in body:
        body["form_key"] = f"{number}{rule.endpoint}"[:60]
    if rule.endpoint == "moderation.close":
        body["body"] = f"{words} siehe {town.own.annotation.label}."
    if rule.endpoint == "accounts.register":
        body |= {"email": f"neu{number}@example.org", "pseudonym": words}
    if rule.endpoint == "annotations.edit":
        body["body"] = f"{words} {number}"
    return deed.role, "POST", deeds.own_address(town, rule), body


def _read_everything(town: Stage, turn: int) -> int:
    """Pages and files, and each conversation for itself; on how many the words stood as they were written."""
    first = town.own.annotation.number
    always = [f"/a/{number}" for number in range(first, first + 10)] + [
        "/d/erklaerung/3/1?all=1",
        "/d/erklaerung/moderation",
    ]
    files = [f"/d/erklaerung/export.{kind}?names=pseudonyms" for kind in ("md", "html", "json", "jsonld", "csv")]
    others = [
        (
            deeds.DEEDS[rule.endpoint].role if rule.endpoint in deeds.DEEDS else "organiser",
            deeds.own_address(town, rule),
        )
        for rule in deeds.rules_with(town.app, "GET")
    ]
    others += [("organiser", one) for one in files] + [("moderator", "/d/erklaerung/moderation/log/team.csv")]
    wanted = [("moderator", one) for one in always] + others[turn % EVERY :: EVERY]
    return sum(_is_as_written(town, role, address) for role, address in wanted)


def _is_as_written(town: Stage, role: str, address: str) -> bool:
    answer = town.send(role, "GET", address)
    assert answer.status_code < 500, (address, role)
    if not _is_text(answer):
        return False
    # A key that is drawn by chance can have any digits in it.
    words = KEYS.sub("", answer.get_data(as_text=True))
    assert not signs_in(words), (address, role)
    return any(part in words for part in ("7*1911337", "%(x)s", "__class__", "__globals__"))


def _is_text(answer: Any) -> bool:
    return bool(answer.mimetype.startswith("text/") or "json" in answer.mimetype or answer.mimetype.endswith("xml"))


def _read_mails(town: Stage) -> int:
    """What the moderation decided is told half an hour later."""
    folder = Path(urlsplit(town.app.config["MAIL_URL"]).path)
    shutil.rmtree(folder, ignore_errors=True)
    set_reading(False)
    with frozen_at(now() + timedelta(hours=1)):
        pull_letters()
        db.session.commit()
        send_due_mail(500)
        db.session.commit()
    db.session.close()
    set_reading(True)
    letters = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in folder.glob("*.eml")
    ]
    for letter in letters:
        words = "\n".join([str(letter["Subject"]), str(letter.get_body().get_content())])
        assert not signs_in(words), words
    return len(letters)
