"""After an edition was published: moderators find each annotation its place, readers the old words, people their stance."""

import re

import pytest
from playwright.sync_api import expect

from deliberation.declarations.models import find_declaration
from deliberation.sample.load import SLUG
from tests.browser.conftest import WIDTHS, running_sample
from tests.browser.looking import assert_pages_are_fit
from tests.editions import scene

DEVICES = [(width, script) for width in WIDTHS for script in (True, False)]
IDS = [f"{width}-{'script' if script else 'noscript'}" for width, script in DEVICES]
LIST = "/d/musterstadt/moderation/anchors"
CHANGES = {
    "1.1": (1, "Wer Wohngeld beantragt, soll den Stand der Bearbeitung jederzeit verfolgen können wie den Weg eines Pakets."),
    "2.1": (0, "Eine Inobhutnahme nach § 42 SGB VIII ist der schwerste Eingriff, den ein Jugendamt selbst verantworten muss."),
    "2.2": (2, ""),
    "3.1": (1, "Dieser Weg ist ebenso schnell und ebenso gut."),
    "4.1": (1, "Alles andere bleibt in aller Regel ungeschrieben."),
    "5.1": (3, "Ampeln, die aus Daten einer Familie die Gefährdung ihres Kindes berechnen, lehnen wir ab."),
    "7.2": (0, "Lernen ist immer Arbeitszeit."),
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The sample deliberation with a second edition, on a server of its own."""
    with running_sample(tmp_path_factory.mktemp("editions"), publish_changes) as running:
        yield running


def publish_changes() -> None:
    declaration = find_declaration(SLUG)
    text = scene.text(declaration)
    for at, (place, words) in CHANGES.items():
        sentences = list(scene.paragraph(text, at).sentences)
        sentences[place] = words
        text = scene.reworded(text, at, *filter(None, sentences))
    scene.publish(declaration, scene.removed(text, "3.3"))


@pytest.fixture(params=DEVICES, ids=IDS)
def device(request, desk):
    width, script = request.param
    return desk(width=width, script=script)


def _opened(page):
    """The number of the case that lies open."""
    return re.match(r"A-(\d+)", page.locator("#fall-h").inner_text()).group(1)


def test_moderator_accepts_moves_and_leaves(device):
    device.sign_in("moderation@example.org")
    page = device.go(f"{LIST}?state=reworded")
    accepted = _opened(page)
    page.get_by_role("button", name="Gehört hierher").click()
    expect(page.get_by_text(f"A-{accepted}: gehört hierher.")).to_be_visible()
    page.locator(".qitem", has_text="Absatz").first.click()
    left = _opened(page)
    page.get_by_role("button", name="Bei der alten Fassung lassen").click()
    expect(page.get_by_text(f"A-{left}: bleibt bei der alten Fassung.")).to_be_visible()
    page = device.go(f"/a/{left}/anchor")
    page.get_by_label("Zu welchem Absatz der heutigen Fassung?").select_option("8.1")
    page.get_by_role("button", name="Absatz zeigen").click()
    page.locator("input[name=sentence][value='2']").check()
    page.get_by_role("button", name="Hier zuordnen").click()
    expect(page.get_by_text(f"A-{left}: anderswo zugeordnet.")).to_be_visible()
    page = device.go(f"/a/{left}")
    expect(page.get_by_role("link", name="Absatz 8.1")).to_be_visible()
    expect(page.get_by_text("die Stelle steht heute hier, mit anderem Wortlaut")).to_be_visible()
    assert device.complaints == []


def test_reader_reaches_old_words_and_difference_in_one_click(device):
    page = device.go("/d/musterstadt/2/2?order=oldest&all=1")
    page.get_by_role("link", name=re.compile("Zitat aus Fassung 1")).first.click()
    expect(page.get_by_role("heading", name="So stand es in Fassung 1")).to_be_visible()
    expect(page.locator("del")).to_contain_text("In der Küche hat es nicht gestanden.")
    page.get_by_role("link", name="Im Zusammenhang lesen: Fassung 1").click()
    expect(page.locator("#absatz-2-2")).to_contain_text("In der Küche hat es nicht gestanden.")
    page.go_back()
    page.get_by_role("link", name="Alle Änderungen von Fassung 1 zu Fassung 2").click()
    expect(page.locator("#absatz-2-2")).to_be_visible()
    assert device.complaints == []


def test_participant_is_asked_once_whether_a_stance_holds(device):
    device.sign_in("teilnahme@example.org")
    page = device.go("/d/musterstadt/stances")
    first = page.locator("section.box").first
    first.get_by_role("link", name=re.compile("Andere Haltung wählen")).click()
    asked = page.locator("#haltung")
    expect(asked).to_contain_text("Sie hatten zu Fassung 1 gesagt")
    asked.get_by_role("button", name="Gilt weiter").click()
    expect(page.locator("#haltung")).to_contain_text("Stimme gespeichert.")
    expect(page.locator("#haltung")).not_to_contain_text("Sie hatten zu Fassung 1 gesagt")
    expect(page.locator("#haltung input[name=stance]:checked")).to_have_count(1)
    page = device.go("/d/musterstadt/stances")
    boxes = page.locator("section.box")
    before = boxes.count()
    boxes.first.get_by_role("button", name=re.compile("Gilt nicht mehr")).click()
    expect(boxes).to_have_count(before - 1)
    assert device.complaints == []


def test_pages_are_accessible_and_fit(desk):
    pages = {
        "": ["/a/9", "/a/9/wording", "/a/21/wording", "/d/musterstadt/2/2?order=oldest", "/d/musterstadt/3/3"],
        "moderation@example.org": [LIST, f"{LIST}?state=gone", "/a/21/anchor", "/a/9/anchor?paragraph=2.1"],
        "teilnahme@example.org": ["/d/musterstadt/stances", "/d/musterstadt/4/0", "/d/musterstadt/7/2"],
    }
    for email, paths in pages.items():
        seat = desk()
        if email:
            seat.sign_in(email)
        assert_pages_are_fit(seat, paths)
