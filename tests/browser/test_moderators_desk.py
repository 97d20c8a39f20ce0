"""Two moderators at one desk, on a phone and at a table, with keys, and without script."""

import re
from collections import Counter
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

from deliberation.accounts.models import find_user_by_email
from deliberation.annotations.actions import Contribution, post_annotation
from deliberation.annotations.models import Annotation, Kind, Status
from deliberation.database import db, set_reading
from deliberation.declarations.actions import Particulars, create_declaration, grant_role
from deliberation.declarations.models import Act, LogEntry, Policy, find_declaration, load_paragraphs
from deliberation.moderation.models import Decision
from deliberation.permissions import Operator, Phase, Role
from tests import builders
from tests.browser.conftest import Site
from tests.browser.looking import assert_pages_are_fit

MIRA, TOMASZ = "moderation@example.org", "tomasz@example.org"
REASON = "Bitte ohne Angaben zu einzelnen Menschen."
WITH_A_NAME = "Bei Frau M. aus der Uhlandstraße 4 sprang die Ampel auf Rot. Fall {n}."
WITHOUT = "Das Programm stürzt bei uns jeden Montag ab. Fall {n}."


def make_desk(site: Site, slug: str, cases: int, policy: Policy = Policy.ALL) -> str:
    """A declaration of its own where so many contributions wait; its address."""
    with site.app.app_context():
        set_reading(False)
        declaration = create_declaration(Operator(), builders.make_draft(), Particulars(slug=slug, title="Erklärung"))
        declaration.phase, declaration.policy = Phase.ANNOTATING, policy
        for email, name in ((MIRA, "Mira S."), (TOMASZ, "Tomasz W.")):
            person = find_user_by_email(email)
            person.password_hash = find_user_by_email(MIRA).password_hash
            grant_role(person, Role.MODERATOR, declaration, name)
        place = next(p for p in load_paragraphs([t.id for t in declaration.theses]) if p.full_number == "3.1")
        for n in range(cases):
            author = find_user_by_email(f"person{n % 20 + 2:02}@example.org")
            body = (WITH_A_NAME if n % 3 == 0 else WITHOUT).format(n=n)
            kind = Kind.PRACTICE if n % 2 else Kind.OBJECTION
            post_annotation(author, place.thesis, place, Contribution(body, kind, form_key=f"{slug}-{n}"))
        db.session.commit()
        db.session.remove()
        set_reading(True)
    return f"/d/{slug}/moderation"


def in_database(site: Site, slug: str, read: Any) -> Any:
    with site.app.app_context():
        found = read(find_declaration(slug))
        db.session.remove()
        return found


def opened(page: Page) -> str:
    """Which case is open."""
    return page.locator("#fall .annotation__when a").first.inner_text()


def decide(page: Page, name: str, is_intervention: bool) -> None:
    if is_intervention:
        page.locator("#entscheiden input[name=rule][value='2']").check()
        page.locator("#entscheiden #reason").fill(REASON)
    with page.expect_navigation():
        page.locator("#decision").get_by_role("button", name=re.compile(f"^{name}")).click()


def decide_somehow(page: Page, turn: int) -> None:
    """As the case is: what names somebody is redacted, the rest shown, asked about or not shown in turn."""
    if page.locator("#entscheiden input[type=checkbox][name=passage]").count():
        decide(page, "Geschwärzt zeigen", True)
    elif turn % 5 == 3:
        decide(page, "Nachfragen", True)
    elif turn % 5 == 4:
        decide(page, "Nicht zeigen", True)
    else:
        decide(page, "Unverändert zeigen", False)


def test_two_moderators_work_through_sixty_cases_side_by_side(desk: Any) -> None:
    mira, tomasz = desk(), desk(width=360, script=False)
    address = make_desk(mira.site, "sechzig", 60)
    mira.sign_in(MIRA)
    tomasz.sign_in(TOMASZ)
    # Six times both have the same case open: the second one is shown what the first one decided.
    for turn in range(6):
        mira.go(address)
        label = opened(mira.page)
        tomasz.go(f"{address}?tab=pending&case={label[2:]}")
        assert opened(tomasz.page) == label
        first, second = (mira.page, tomasz.page) if turn % 2 else (tomasz.page, mira.page)
        name = "Mira S." if turn % 2 else "Tomasz W."
        decide_somehow(first, turn)
        decide(second, "Nicht zeigen", True)
        expect(second.get_by_role("heading", level=1)).to_have_text(f"{name} hat {label} gerade entschieden.")
        expect(second.get_by_role("heading", name="Was Sie entscheiden wollten")).to_be_visible()
        expect(second.locator("main")).to_contain_text(REASON)
        second.get_by_role("link", name="So lassen und weiter").click()
    # The rest turn by turn, nobody leaving the page.
    mira.go(address)
    tomasz.go(address)
    seats, turn = [mira.page, tomasz.page], 0
    while any(page.locator("#fall").count() for page in seats):
        page = seats[turn % 2]
        if page.locator("#fall").count():
            decide_somehow(page, turn)
            if page.get_by_role("heading", name="Was jetzt gilt").count():
                with page.expect_navigation():
                    page.get_by_role("link", name="So lassen und weiter").click()
            assert "/sechzig/moderation" in page.url, page.locator("main").inner_text()[:1500]
        turn += 1
        assert turn < 200
    expect(mira.page.locator("main")).to_contain_text("Nichts wartet.")

    def results(declaration: Any) -> Any:
        numbers = select(Annotation.number).where(Annotation.declaration_id == declaration.id)
        decisions = db.session.scalars(select(Decision).where(Decision.annotation_id.in_(numbers))).all()
        log = db.session.execute(
            select(LogEntry.annotation_id, LogEntry.act).where(LogEntry.declaration_id == declaration.id)
        ).all()
        texts = db.session.execute(select(Annotation.status, Annotation.body).where(Annotation.number.in_(numbers))).all()
        return [(d.annotation_id, d.kind.value, d.moderator_id) for d in decisions], log, texts

    decisions, log, texts = in_database(mira.site, "sechzig", results)
    assert sorted(Counter(number for number, _kind, _who in decisions).values()) == [1] * 60
    assert len({who for _number, _kind, who in decisions}) == 2
    assert {kind for _number, kind, _who in decisions} == {"publish", "redact", "return", "hide"}
    # Every change of a state is in the log, once.
    written = Counter((number, act.value) for number, act in log if act is not Act.HELD)
    assert written == Counter((number, kind) for number, kind, _who in decisions)
    assert not [body for status, body in texts if status is Status.VISIBLE and ("Frau M." in body or "Uhland" in body)]


def test_keys_help_whoever_switched_them_on(desk: Any) -> None:
    seat = desk()
    address = make_desk(seat.site, "tasten", 6)
    seat.sign_in(MIRA)
    page = seat.go(f"{address}?tab=pending")
    first = opened(page)
    page.keyboard.press("j")
    assert opened(page) == first
    with page.expect_navigation():
        page.get_by_role("button", name="Tastenkürzel: aus").click()
    page.keyboard.press("j")
    page.wait_for_url(re.compile("case="))
    second = opened(page)
    assert second != first
    page.keyboard.press("k")
    expect(page.locator("#fall .annotation__when a").first).to_have_text(first)
    # An act that intervenes asks for its reason instead of sending a form that comes back.
    page.locator("#entscheiden input[name=rule][value='2']").check()
    page.locator("#entscheiden #reason").fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    expect(page.locator("#entscheiden #reason")).to_be_focused()
    page.keyboard.type("Niemand soll erkennbar sein, auch nicht fvszu.")
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    expect(page.locator("main")).to_contain_text("Ihre letzten Entscheidungen")
    expect(page.locator(".undo").first).to_contain_text("nicht gezeigt")
    page.keyboard.press("u")
    expect(page.locator("[role=status]").first).to_contain_text("Rückgängig gemacht")
    page.keyboard.press("f")
    expect(page.locator(".undo").first).to_contain_text("gezeigt")
    page.keyboard.press("?")
    expect(page.get_by_text("letzte Entscheidung rückgängig")).to_be_visible()
    page.get_by_role("button", name="Tastenkürzel: an").click()
    assert page.locator("[data-desk-keys]").count() == 0


def test_marked_words_become_a_passage(desk: Any) -> None:
    seat = desk()
    address = make_desk(seat.site, "markieren", 2)
    seat.sign_in(MIRA)
    page = seat.go(f"{address}?tab=pending")
    page.get_by_text("Weitere Stelle schwärzen").click()
    # Three clicks mark a paragraph.
    page.locator(".case__text p").first.click(click_count=3)
    expect(page.locator("#passage-1")).to_have_value(WITH_A_NAME.format(n=0))
    decide(page, "Geschwärzt zeigen", True)
    body = in_database(seat.site, "markieren", lambda d: db.session.scalars(
        select(Annotation.body).where(Annotation.declaration_id == d.id).order_by(Annotation.number)).first())  # fmt: skip
    assert body == "[von der Moderation geschwärzt]"


def test_without_script_on_a_phone_the_team_shares_redacts_and_takes_back(desk: Any) -> None:
    seat = desk(width=360, script=False)
    address = make_desk(seat.site, "telefon", 3)
    seat.sign_in(MIRA)
    page = seat.go(f"{address}?tab=pending")
    label = opened(page)
    page.get_by_text("Notiz, Übergabe, zweite Meinung").click()
    page.get_by_label("Was das Team wissen sollte").fill("Schon der dritte Fall aus dieser Straße.")
    page.get_by_role("button", name="Um zweite Meinung bitten").click()
    expect(page.locator("main")).to_contain_text("Sie haben um eine zweite Meinung gebeten.")
    page.locator("#entscheiden input[name=rule][value='2']").check()
    page.locator("#entscheiden #reason").fill(REASON)
    page.get_by_text("Das bekommt").click()
    page.get_by_role("button", name="Nachricht ansehen").click()
    expect(page.locator("[data-letter-preview]")).to_contain_text(label)
    expect(page.locator("[data-letter-preview]")).not_to_contain_text("Uhlandstraße")
    decide(page, "Geschwärzt zeigen", False)
    page.get_by_role("button", name=re.compile(f"^Rückgängig ?: {label}$")).click()
    expect(page.locator("body")).to_contain_text("Rückgängig gemacht")
    assert opened(seat.go(f"{address}?tab=pending&case={label[2:]}")) == label


def test_pages_of_the_desk_are_fit(desk: Any) -> None:
    seat = desk()
    address = make_desk(seat.site, "pruefung", 4)
    seat.sign_in(MIRA)
    seat.go(address)
    number = opened(seat.page)[2:]
    assert_pages_are_fit(seat, [
        f"{address}?tab=pending", f"{address}?tab=first&thesis=3", f"{address}?tab=unanswered", f"{address}/team",
        f"/a/{number}/decisions",
    ])  # fmt: skip


