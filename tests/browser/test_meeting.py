"""A room of forty people at five tables, played through from the printed set: one table has no connection for ten minutes, and at
the end every hand and every sentence is there once."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from deliberation.clock import frozen_at, now, today
from deliberation.database import db
from deliberation.declarations import facilitating
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Operator
from tests.browser.conftest import Site, running_sample
from tests.browser.looking import assert_pages_are_fit

SECRETS: dict[str, str] = {}
TABLES = {"Tisch 1": 8, "Tisch 2": 9, "Tisch 3": 7, "Tisch 4": 10, "Tisch 5": 6}
"""Forty people."""
HANDS = {
    "Tisch 1": [(5, 2, 1, 0), (4, 2, 1, 1)],
    "Tisch 2": [(3, 3, 2, 1), (9, 0, 0, 0)],
    "Tisch 3": [(0, 4, 3, 0), (2, 2, 2, 1)],
    "Tisch 4": [(10, 0, 0, 0), (1, 2, 3, 4)],
    "Tisch 5": [(2, 2, 1, 1), (0, 0, 6, 0)],
}
"""Carry, change, against, unclear: first about 2.1, then about 3.1."""
PLACES = ("2-1", "3-1")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    def prepare() -> None:
        declaration = find_declaration("musterstadt")
        for name in TABLES:
            SECRETS[name] = facilitating.make_link(Operator(), declaration, name, today())
        db.session.commit()

    with running_sample(tmp_path_factory.mktemp("site"), prepare) as running:
        yield running


def choose(page, place):
    page.locator(f"input[name=place][value^='{place}:']").check(force=True)


def fill_in(page, name, turn, sentence=""):
    """What the facilitator types from her sheet of paper."""
    choose(page, PLACES[turn])
    page.fill("#present", str(TABLES[name]))
    for field, count in zip(("carry", "change", "against", "unclear"), HANDS[name][turn], strict=True):
        page.fill(f"#{field}", str(count))
    if sentence:
        page.select_option("#kind_1", "practice")
        page.fill("#body_1", sentence)


def send(page):
    page.get_by_role("button", name="Zum Vorlesen").click()
    page.get_by_role("button", name="Am Tisch vorlesen und absenden").locator("visible=true").first.click()


def test_one_hour_with_forty_people_at_five_tables(desk, site):
    wall = desk()
    wall.sign_in("organisation@example.org")
    sheets = wall.go("/d/musterstadt/sheets?thesis=2")
    code = sheets.locator(".sheet__code p").first.inner_text()
    # Somebody scans the code of the sheet with her own phone.
    phone = desk(width=360)
    phone.go("/q/" + code.rpartition("/")[2])
    assert phone.page.url.endswith("/d/musterstadt/2/0")
    wall.go("/d/musterstadt/2/1/room")
    expect(wall.page.locator("#wand")).to_contain_text("Noch hat kein Tisch etwas geschickt.")
    seats = {name: desk(width=360, script=name != "Tisch 5") for name in TABLES}
    for name, seat in seats.items():
        page = seat.go(f"/tisch/{SECRETS[name]}")
        expect(page.locator("h1")).to_be_visible()
    # Table 3 loses its connection before anything is sent.
    lost = seats["Tisch 3"]
    lost.context.set_offline(True)
    for turn in range(2):
        for name, seat in seats.items():
            fill_in(seat.page, name, turn, f"{name} sagt etwas zu Runde {turn + 1}.")
            send(seat.page)
            if name == "Tisch 3":
                waiting = "wartet auf Verbindung" if turn == 0 else "2 Einträge warten"
                expect(seat.page.locator("[data-queue]")).to_contain_text(waiting)
            else:
                expect(seat.page.locator("[data-entered]")).to_contain_text(f"Runde {turn + 1}")
    shown = wall.go("/d/musterstadt/2/1/room").locator("#wand")
    expect(shown).to_contain_text("Tisch 1 sagt etwas zu Runde 1.")
    expect(shown).not_to_contain_text("Tisch 3 sagt etwas")
    expect(shown.locator(".hbar")).to_have_count(0)
    # Ten minutes later.
    with frozen_at(now() + timedelta(minutes=10)):
        lost.context.set_offline(False)
        expect(lost.page.locator("[data-queue]")).to_be_hidden()
        expect(lost.page.locator("[data-entered]")).to_contain_text("Runde 2")
    # Table 4 notices a mistake, takes it back and enters it again, this time correctly.
    slip = seats["Tisch 4"]
    slip.page.locator("[data-entered] button", has_text="Zurücknehmen").first.click()
    expect(slip.page.locator("[data-entered]")).to_contain_text("zurückgenommen")
    fill_in(slip.page, "Tisch 4", 1, "Tisch 4 sagt etwas zu Runde 2.")
    send(slip.page)
    expect(slip.page.locator("[data-entered] li")).to_have_count(3)
    assert_exact(wall)
    for seat in seats.values():
        assert [one for one in seat.complaints if "ERR_INTERNET_DISCONNECTED" not in one] == []


def assert_exact(wall):
    """Sums on the page and in the file, against what stands on the sheets of paper."""
    rows = {}
    page = wall.go("/d/musterstadt/tables")
    page.locator("summary", has_text="Als Tabelle zeigen").click()
    for line in page.locator(".datatable tbody tr").all():
        place, *numbers = line.locator("th, td").all_inner_texts()
        rows[re.sub(r".*?(\d+\.\d+)$", r"\1", place.strip())] = [int(number) for number in numbers]
    for turn, place in enumerate(PLACES):
        carry, change, against, unclear = (sum(hands[turn][at] for hands in HANDS.values()) for at in range(4))
        assert rows[place.replace("-", ".")] == [5, 40, carry, change, unclear, against]
    export = wall.page.request.get(wall.site.url("/d/musterstadt/export.csv")).text()
    for name, people in TABLES.items():
        for turn in range(2):
            assert export.count(f"{name} sagt etwas zu Runde {turn + 1}.") == 1
        assert export.count(f"table: Tischgruppe, {people} Personen ({name})") == 2


def test_pages_of_the_room_are_fit(desk):
    seat = desk()
    seat.sign_in("organisation@example.org")
    paths = [
        f"/tisch/{SECRETS['Tisch 1']}", "/d/musterstadt/tables", "/d/musterstadt/sheets", "/d/musterstadt/2/1/room",
        "/d/musterstadt/sheets?thesis=2&each=1", "/d/musterstadt/2/1/room?numbers=1", "/d/musterstadt/office/paper",
        "/d/musterstadt/office/tables",
    ]  # fmt: skip
    assert_pages_are_fit(seat, paths)


def test_switch_to_leichte_sprache_keeps_the_place(desk):
    office = desk()
    office.sign_in("organisation@example.org")
    page = office.go("/d/musterstadt/office/easy/2")
    for field in page.locator("textarea").all():
        field.fill("Ein kurzer Satz.\n" * 12)
    page.get_by_role("button", name="Speichern").click()
    reader = desk(width=360)
    page = reader.go("/d/musterstadt/2")
    page.locator("#absatz-2-3").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#absatz-2-3').scrollIntoView({ block: 'start' })")
    page.locator("a[data-keep-place]").evaluate("link => link.click()")
    page.wait_for_url("**/2/easy#absatz-2-3")
    page.evaluate("document.querySelector('#absatz-2-2').scrollIntoView({ block: 'start' })")
    page.locator("a[data-keep-place]").evaluate("link => link.click()")
    page.wait_for_url("**/d/musterstadt/2#absatz-2-2")
    assert_pages_are_fit(reader, ["/d/musterstadt/2/easy", "/d/musterstadt/easy"])
    assert_pages_are_fit(office, ["/d/musterstadt/office/easy", "/d/musterstadt/office/easy/2"])


def test_refused_entry_comes_back_into_the_form(desk):
    seat = desk(width=360)
    page = seat.go(f"/tisch/{SECRETS['Tisch 1']}")
    fill_in(page, "Tisch 1", 0, "Das soll nicht verloren gehen.")
    page.get_by_role("button", name="Zum Vorlesen").click()
    # The paragraph was reworded while the table was talking.
    page.locator("input[name=place]:checked").evaluate("radio => { radio.value = radio.value.replace(/:.*/, ':999999') }")
    page.get_by_role("button", name="Am Tisch vorlesen und absenden").locator("visible=true").first.click()
    expect(page.locator("[data-refused]")).to_contain_text("Der Absatz wurde inzwischen geändert.")
    page.get_by_role("button", name="Noch einmal bearbeiten").click()
    expect(page.locator("#body_1")).to_have_value("Das soll nicht verloren gehen.")


def test_more_hands_than_people_are_noticed_at_once(desk):
    seat = desk(width=360)
    page = seat.go(f"/tisch/{SECRETS['Tisch 1']}")
    fill_in(page, "Tisch 1", 0)
    page.locator("[data-step='1'][data-for=carry]").click()
    expect(page.locator("[data-too-many]")).to_be_visible()
    page.locator("[data-step='-1'][data-for=carry]").click()
    expect(page.locator("[data-too-many]")).to_be_hidden()
