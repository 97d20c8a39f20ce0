"""What the moderation moved, bundled, closed and redacted, and the pages where it does that, in a real browser."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from deliberation.accounts.models import find_user_by_email
from deliberation.annotations.actions import Contribution, post_annotation, post_reply
from deliberation.annotations.models import Annotation, Kind, find_annotation
from deliberation.database import db
from deliberation.declarations.models import Thesis, load_paragraphs
from deliberation.moderation.actions import redact
from deliberation.moderation.models import Rule
from deliberation.moderation.ordering.bundling import bundle
from deliberation.moderation.ordering.closing import close_thread
from deliberation.moderation.ordering.moving import move
from tests.browser.conftest import Site, running_sample
from tests.browser.looking import assert_pages_are_fit

NUMBERS: dict[str, int] = {}
ALIKE = (
    "Bei uns dauert es viel zu lange, bis jemand zurückruft.",
    "Es dauert bei uns viel zu lange, bis überhaupt jemand zurückruft.",
    "Viel zu lange dauert es, bis jemand zurückruft, auch bei uns.",
    "Zurückruft niemand, und es dauert viel zu lange.",
)


def prepare() -> None:
    """Some of everything at the second thesis."""
    mira = find_user_by_email("moderation@example.org")
    thesis = db.session.scalars(select(Thesis).where(Thesis.number == "2")).one()
    places = {one.number: one for one in load_paragraphs([thesis.id])}
    people = [find_user_by_email(f"person{number:02}@example.org") for number in (3, 4, 5, 6)]
    posted = [
        post_annotation(person, thesis, places["2" if number == 2 else "1"], Contribution(words, Kind.PRACTICE))
        for number, (person, words) in enumerate(zip(people, ALIKE, strict=True))
    ]
    post_reply(people[0], posted[1], Contribution("Das kenne ich."))
    names = Contribution("Herr Sommer aus **Bad Muster** rief an, und Herr Sommer war sehr krank.", Kind.OBJECTION)
    named = post_annotation(people[0], thesis, places["1"], names)
    db.session.flush()
    lead, *others = (_found(one) for one in posted)
    bundle(mira, lead, [(one, one.version) for one in others[:2]])
    redact(
        mira, _found(named), Rule.PROTECT, "Die Person ist zu erkennen.", ["Herr Sommer", "Bad Muster"], named.version
    )
    moved = _found(
        post_annotation(people[1], thesis, places["3"], Contribution("Das gehört woanders hin.", Kind.QUESTION))
    )
    move(mira, moved, places["1"], "Das handelt vom ersten Absatz.", moved.version)
    close_thread(mira, lead, f"Alle sagen dasselbe, zuerst {lead.label}. Offen ist, wer zurückruft.", lead.version)
    NUMBERS.update(
        lead=lead.number, last=others[2].number, other=others[0].number, moved=moved.number, redacted=named.number
    )


def _found(annotation: Annotation) -> Annotation:
    found = find_annotation(annotation.number)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_sample(tmp_path_factory.mktemp("order"), prepare) as running:
        yield running


@pytest.mark.parametrize("role", ["guest", "moderation@example.org"])
def test_pages_are_accessible_quiet_and_fit(desk, role):
    seat = desk()
    paths = ["/d/musterstadt/2/1?all=1", *(f"/a/{NUMBERS[name]}" for name in ("lead", "other", "moved", "redacted"))]
    paths.append(f"/a/{NUMBERS['moved']}/wording")
    if role != "guest":
        seat.sign_in(role)
        paths = [f"/a/{NUMBERS['last']}/{act}" for act in ("move", "bundle", "close")]
        paths += [f"/a/{NUMBERS['lead']}/{act}" for act in ("move", "bundle", "close")]
    assert_pages_are_fit(seat, paths)


@pytest.mark.parametrize("script", [True, False])
def test_moderator_bundles_and_takes_out_with_and_without_script(desk, script):
    seat = desk(width=360, script=script)
    seat.sign_in("moderation@example.org")
    page = seat.go(f"/a/{NUMBERS['last']}/bundle")
    page.locator(f"label:has-text('A-{NUMBERS['lead']}')").click()
    page.get_by_role("button", name="bündeln").click()
    page.wait_for_url(f"**/a/{NUMBERS['last']}**")
    assert page.locator("details.bundle > summary").inner_text().startswith("auch ")
    page = seat.go(f"/a/{NUMBERS['last']}/bundle")
    while page.get_by_role("button", name="Herausnehmen").count():
        page.get_by_role("button", name="Herausnehmen").first.click()
    assert page.get_by_role("heading", name="Schon dabei").count() == 0


def test_a_bar_is_read_out_and_printed_in_words(desk):
    seat = desk()
    page = seat.go(f"/a/{NUMBERS['redacted']}")
    bar = page.locator(".redacted").first
    assert bar.inner_text() == "[von der Moderation geschwärzt]"
    page.emulate_media(media="print")
    colours = bar.evaluate("one => { const s = getComputedStyle(one); return [s.color, s.backgroundColor] }")
    assert colours == ["rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"]
