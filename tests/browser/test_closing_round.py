"""Rival wordings in a real browser: beside each other, signed, rated, and taken into the next edition."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from deliberation.annotations.actions import Contribution, post_annotation
from deliberation.annotations.models import Annotation, Kind, find_annotation
from deliberation.annotations.positions import change_phase
from deliberation.database import db, set_reading
from deliberation.declarations.models import Membership, Policy, find_declaration, load_paragraphs
from deliberation.editions.drafting import discard_draft, find_draft
from deliberation.permissions import Operator, Phase
from deliberation.proposals import ballots
from tests.browser.conftest import WIDTHS, Site, running_sample
from tests.browser.looking import assert_pages_are_fit

BESIDE = "/d/musterstadt/1/4/proposals"
CLOSING = "/d/musterstadt/closing"
ADOPT = "/d/musterstadt/editions/draft/proposals"
DEVICES = [(width, script) for width in WIDTHS for script in (True, False)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A sample of its own: these walks change its phase."""
    with running_sample(tmp_path_factory.mktemp("closing"), _put_up_rivals) as running:
        yield running


def _put_up_rivals() -> None:
    """One more proposal for a sentence that has one, and both in a ballot."""
    declaration = find_declaration("musterstadt")
    declaration.policy = Policy.NONE
    theses = [thesis.id for thesis in declaration.theses]
    place = next(one for one in load_paragraphs(theses) if one.full_number == "1.4")
    query = select(Annotation).where(Annotation.paragraph_id == place.id, Annotation.kind == Kind.PROPOSAL)
    old = next(one for one in db.session.scalars(query) if one.sentences == [3])
    author = next(m for m in _members(declaration) if m.user and m.id != old.author_id and len(m.roles) == 1).user
    words = "Auf dem Bescheid stehen ein Name und eine Nummer, unter der jemand antwortet."
    new = post_annotation(author, place.thesis, place, Contribution("Kürzer.", Kind.PROPOSAL, [3], wording=words))
    ballots.put_up(Operator(), place, [find_annotation(old.number), find_annotation(new.number)])


def _members(declaration):
    query = select(Membership).options(joinedload(Membership.user))
    return db.session.scalars(query.where(Membership.declaration_id == declaration.id)).all()


def enter(site: Site, phase: Phase) -> None:
    with site.app.app_context():
        set_reading(False)
        change_phase(Operator(), find_declaration("musterstadt"), phase)
        db.session.commit()
        db.session.remove()


def forget_draft(site: Site) -> None:
    with site.app.app_context():
        set_reading(False)
        draft = find_draft(find_declaration("musterstadt"))
        if draft is not None:
            discard_draft(Operator(), draft)
        db.session.commit()
        db.session.remove()


@pytest.fixture(params=DEVICES, ids=[f"{w}-{'script' if s else 'noscript'}" for w, s in DEVICES])
def device(request, desk):
    width, script = request.param
    return desk(width=width, script=script)


@pytest.mark.parametrize("phase", [Phase.ANNOTATING, Phase.VOTING, Phase.EVALUATING], ids=lambda p: p.value)
def test_pages_are_accessible_quiet_and_fit(desk, site, phase):
    enter(site, phase)
    for email, paths in (
        ("", [BESIDE, CLOSING]),
        ("teilnahme@example.org", [BESIDE, CLOSING]),
        ("organisation@example.org", [BESIDE, CLOSING, ADOPT]),
    ):
        seat = desk()
        if email:
            seat.sign_in(email)
        assert_pages_are_fit(seat, paths)


def test_participant_rates_changes_and_withdraws(device, site):
    enter(site, Phase.VOTING)
    device.sign_in("teilnahme@example.org")
    page = device.go(CLOSING)
    marks = page.locator("fieldset.rating")
    expect(marks).to_have_count(3)
    marks.nth(0).get_by_role("radio", name="7", exact=True).check()
    page.get_by_role("button", name=re.compile("Bewertung abgeben")).click()
    expect(page.get_by_role("alert")).to_contain_text("Bitte bewerten Sie auch: Vorschlag A-")
    expect(marks.nth(0).get_by_role("radio", name="7", exact=True)).to_be_checked()
    marks.nth(1).get_by_role("radio", name="0", exact=True).check()
    marks.nth(2).get_by_role("radio", name="10", exact=True).check()
    page.get_by_role("button", name=re.compile("Bewertung abgeben")).click()
    expect(page.get_by_text("Ihre Bewertung ist gespeichert.")).to_be_visible()
    expect(marks.nth(2).get_by_role("radio", name="10", exact=True)).to_be_checked()
    page.get_by_role("button", name=re.compile("Bewertung zurückziehen")).click()
    expect(page.get_by_text("Ihre Bewertung ist gespeichert.")).to_have_count(0)


def test_rating_by_keyboard_alone(desk, site):
    enter(site, Phase.VOTING)
    seat = desk(width=360)
    seat.sign_in("teilnahme@example.org")
    page = seat.go(CLOSING)
    page.locator("input[type=radio]").first.focus()
    for mark in (3, 0, 5):
        page.keyboard.press("Space")
        for _ in range(mark):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.tagName") == "SUMMARY":
            page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ihre Bewertung ist gespeichert.")).to_be_visible()
    values = page.locator("input[type=radio]:checked").evaluate_all("all => all.map(one => one.value)")
    assert values == ["3", "0", "5"]
    page.get_by_role("button", name=re.compile("Bewertung zurückziehen")).click()


def test_a_scale_speaks_to_screen_readers(desk, site):
    enter(site, Phase.VOTING)
    seat = desk()
    seat.sign_in("teilnahme@example.org")
    tree = seat.go(CLOSING).locator("main").aria_snapshot()
    assert re.search(r'group "Bisheriger Wortlaut – Wie groß ist Ihr Widerstand\?', tree)
    assert re.search(r'group "Vorschlag A-\d+ von .* – Wie groß', tree)
    assert 'radio "10"' in tree


def test_participant_signs_too_and_takes_it_back(device, site):
    enter(site, Phase.ANNOTATING)
    device.sign_in("teilnahme@example.org")
    page = device.go(BESIDE)
    button = page.get_by_role("button", name=re.compile("^Mitzeichnen"))
    card = page.locator("article.rival", has=button).first
    name = card.get_attribute("id")
    card.get_by_role("button", name=re.compile("^Mitzeichnen")).click()
    page.wait_for_url(lambda url: url.endswith(f"#{name}"))
    card = page.locator(f"#{name}")
    expect(card.get_by_text(re.compile("Mitgezeichnet von"))).to_be_visible()
    card.get_by_role("button", name=re.compile("Mitzeichnung zurücknehmen")).click()
    expect(page.locator(f"#{name}").get_by_role("button", name=re.compile("^Mitzeichnen"))).to_be_visible()
    assert device.complaints == []


def test_the_field_follows_the_sentences_of_a_list(desk, site):
    enter(site, Phase.ANNOTATING)
    seat = desk()
    seat.sign_in("teilnahme@example.org")
    page = seat.go("/d/musterstadt/1/3/annotations?kind=proposal")
    field = page.get_by_label(re.compile("So soll es heißen"))
    lines = field.input_value().split("\n")
    assert len(lines) == 5
    assert lines[1].startswith("  1. ")
    page.locator("[data-sentences] summary").click()
    boxes = page.locator("[name=sentence]")
    boxes.nth(2).check()
    boxes.nth(3).check()
    assert field.input_value().split("\n") == [lines[1].strip()[3:], lines[2].strip()[3:]]
    field.fill("Etwas Eigenes.")
    boxes.nth(0).check()
    assert field.input_value() == "Etwas Eigenes."


def test_organiser_decides_between_colliding_proposals(device, site):
    enter(site, Phase.EVALUATING)
    forget_draft(site)
    device.sign_in("organisation@example.org")
    page = device.go(ADOPT)
    group = page.locator("fieldset.collision").first
    group.get_by_role("checkbox", name=re.compile("Eigener Wortlaut")).check()
    group.get_by_label(re.compile("Eigener Wortlaut: ")).fill("Auf dem Bescheid steht, wer antwortet.")
    page.get_by_role("button", name="In den Entwurf übernehmen").click()
    expect(page.get_by_text(re.compile("Übernommen in den Entwurf der nächsten Fassung: A-"))).to_be_visible()
    single = page.locator(".candidate:has(input[name=adopt])").first
    label = single.get_by_role("heading").get_by_role("link").inner_text()
    single.get_by_role("checkbox").check()
    page.get_by_role("button", name="In den Entwurf übernehmen").click()
    expect(page.get_by_text(f"Übernommen in den Entwurf der nächsten Fassung: {label}.")).to_be_visible()
