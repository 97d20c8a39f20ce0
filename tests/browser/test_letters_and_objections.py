"""Letters, objections, reports and private messages in a real browser: fit for everybody, wide and narrow, and with a
report sent without JavaScript."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from deliberation.accounts.models import User, find_user_by_email, load_user
from deliberation.annotations.models import Annotation, Status, find_annotation
from deliberation.database import db
from deliberation.moderation import actions, flagging, privately
from deliberation.moderation.models import FlagReason, MeasureKind, Rule
from deliberation.moderation.objections import objecting
from deliberation.moderation.objections.reviews import find_decision
from deliberation.moderation.restraining import restrain
from deliberation.permissions import Guest
from tests.browser.conftest import Site, running_sample
from tests.browser.looking import assert_pages_are_fit

WRITER, MODERATOR, SECOND = "teilnahme@example.org", "moderation@example.org", "tomasz@example.org"
REASON = "Hier könnte jemand zu erkennen sein, der das nicht möchte."
KEYS: dict[str, Any] = {}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_sample(tmp_path_factory.mktemp("letters"), _decide_something) as running:
        yield running


def _decide_something() -> None:
    mira, tomasz, writer = (_account(email) for email in (MODERATOR, SECOND, WRITER))
    tomasz.password_hash, tomasz.confirmed_at = mira.password_hash, mira.confirmed_at
    numbers = db.session.scalars(
        select(Annotation.number)
        .where(Annotation.author_id.in_([one.id for one in writer.memberships]), Annotation.status == Status.VISIBLE)
        .order_by(Annotation.number)
    ).all()
    redacted, hidden, reported = (_annotation(number) for number in numbers[:3])
    passage = " ".join(redacted.body.split()[:2])
    decision = actions.redact(mira, redacted, Rule.PROTECT, REASON, [passage], redacted.version)
    found = find_decision(decision.id)
    assert found
    KEYS["objection"] = objecting.object_to(writer, found, "Das habe ich erfunden.").id
    actions.hide(mira, hidden, Rule.RESPECT, REASON, hidden.version)
    privately.write_privately(mira, redacted, "Woher wissen Sie das?\nWir fragen nur Sie.")
    privately.write_privately(writer, redacted, "Aus eigener Erfahrung.")
    assert redacted.author
    restrain(mira, redacted.author, MeasureKind.WARN, Rule.RESPECT, REASON)
    flag = flagging.flag(Guest(), reported, FlagReason.OTHER, "Passt nicht.")
    actions.publish(mira, reported, reported.version)
    KEYS.update(report=flag.key, redacted=redacted.number, hidden=hidden.number, reported=reported.number)
    KEYS["desk"] = f"/d/{redacted.declaration.slug}/moderation/objections"


def _account(email: str) -> User:
    found = find_user_by_email(email)
    assert found
    return load_user(found.id) or found


def _annotation(number: int) -> Annotation:
    found = find_annotation(number)
    assert found
    return found


def test_own_pages_are_fit(desk: Any) -> None:
    seat = desk()
    seat.sign_in(WRITER)
    redacted, hidden = KEYS["redacted"], KEYS["hidden"]
    paths = (f"/a/{redacted}/decision", f"/a/{hidden}/decision", f"/a/{hidden}/objections", f"/a/{redacted}/messages")
    assert_pages_are_fit(seat, (*paths, "/me"))


def test_report_and_its_page_are_fit(desk: Any) -> None:
    assert_pages_are_fit(desk(), (f"/a/{KEYS['reported']}/flags", f"/m/{KEYS['report']}"))


def test_objections_at_the_desk_are_fit(desk: Any) -> None:
    seat = desk()
    seat.sign_in(SECOND)
    assert_pages_are_fit(seat, (KEYS["desk"], f"{KEYS['desk']}/{KEYS['objection']}"))


def test_report_without_script_on_a_phone(desk: Any) -> None:
    seat = desk(width=360, script=False)
    page = seat.go(f"/a/{KEYS['reported']}/flags")
    page.get_by_label("Rechtswidrig", exact=True).check()
    page.get_by_role("button", name="Meldung absenden").click()
    expect(page.get_by_text("Bitte schreiben Sie, was daran rechtswidrig ist.").first).to_be_visible()
    page.get_by_label("Was sollten wir wissen?").fill("Ein Aufruf zu einer Straftat.")
    page.get_by_label("Ihre E-Mail-Adresse").fill("gerda@example.org")
    page.get_by_role("button", name="Meldung absenden").click()
    expect(page.get_by_text("ist angekommen")).to_be_visible()
    assert "/m/" in page.url
