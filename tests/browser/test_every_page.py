"""Every kind of page: no barrier that a machine can find, nothing from elsewhere, no sideways scrolling."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.looking import assert_pages_are_fit

GUEST_PAGES = [
    "/d/musterstadt", "/d/musterstadt/text", "/d/musterstadt/2", "/d/musterstadt/2/1", "/d/musterstadt/2/0",
    "/d/musterstadt/0/3", "/d/musterstadt/2/1/annotations", "/a/1", "/a/1/replies", "/a/1/flags", "/d/musterstadt/new",
    "/d/musterstadt/results", "/d/musterstadt/rules", "/d/musterstadt/moderation/log", "/d/musterstadt/editions",
    "/d/musterstadt/editions/1", "/d/musterstadt/archive", "/d/musterstadt/results/list?of=votes",
    "/d/musterstadt/1/4/proposals", "/d/musterstadt/closing", "/a/1/wording", "/login", "/register", "/regeln",
    "/so-wird-gezaehlt", "/impressum", "/datenschutz", "/barrierefreiheit", "/barrierefreiheit/melden", "/sprache",
    "/gibt-es-nicht", "/invitation", "/d/musterstadt/report", "/follow", "/follow?declaration=musterstadt&thesis=2",
    "/follow/sent?declaration=musterstadt", "/d/musterstadt/search?q=technik", "/d/musterstadt/search?q=die&thesis=2",
    "/d/musterstadt/new?since=2020-01-01", "/d/musterstadt/embed", "/embed/d/musterstadt/2",
    "/d/musterstadt/announcements", "/page", "/page/sicher-mitmachen", "/page/fragen-und-antworten",
    "/d/musterstadt/events",
]  # fmt: skip
PARTICIPANT_PAGES = [
    "/d/musterstadt",
    "/d/musterstadt/2/1",
    "/d/musterstadt/2/1/annotations",
    "/me",
    "/me/stances",
    "/me/notes",
    "/me/fields",
    "/me/mail",
    "/me/feeds",
    "/me/sessions",
    "/me/tokens",
    "/me/data",
    "/me/leave",
    "/me/statement/musterstadt",
    "/d/musterstadt/2/1/note",
    "/d/musterstadt/new",
]
MODERATOR_PAGES = [
    "/d/musterstadt/moderation",
    "/d/musterstadt/moderation?tab=flagged",
    "/d/musterstadt/moderation/me",
    "/d/musterstadt/moderation/blocks",
    "/d/musterstadt/moderation/blocks/new",
    "/d/musterstadt/moderation/blocks/s0",
    "/d/musterstadt/moderation/log/team",
    "/d/musterstadt/moderation/people",
    "/d/musterstadt/moderation/guide",
    "/a/2/decisions",
    "/a/2/response",
    "/a/2/author",
    "/a/2/danger",
]
ORGANISER_PAGES = [
    "/d/musterstadt/export", "/d/musterstadt/results", "/import", "/d/musterstadt/outcomes", "/a/1/outcome",
    "/d/musterstadt/rules/edit", "/d/musterstadt/moderation/settings", "/d/musterstadt/access", "/d/musterstadt/invitations",
    "/d/musterstadt/office", "/d/musterstadt/office/close", "/d/musterstadt/office/clone", "/d/musterstadt/office/labels",
    "/d/musterstadt/office/pages", "/d/musterstadt/office/pages/new", "/d/musterstadt/office/pages/files",
    "/d/musterstadt/office/glossary",
    "/d/musterstadt/office/glossary/new", "/d/musterstadt/office/easy/editions", "/d/musterstadt/office/easy/2/editions",
    "/d/musterstadt/office/pages", "/d/musterstadt/office/pages/new",
    "/d/musterstadt/office/events", "/d/musterstadt/office/events/new",
    "/d/musterstadt/office/pages", "/d/musterstadt/office/pages/new", "/d/musterstadt/office/signs",
    "/d/musterstadt/office/signs/about", "/d/musterstadt/office/signs/thesis-2",
    "/d/musterstadt/editions/draft", "/d/musterstadt/editions/draft/proposals", "/d/musterstadt/moderation/anchors",
    "/d/musterstadt/office", "/d/musterstadt/office/texts", "/d/musterstadt/plan", "/d/musterstadt/office/focus",
    "/d/musterstadt/webhooks", "/d/musterstadt/phase", "/d/musterstadt/people", "/d/musterstadt/role",
    "/d/musterstadt/office/tables", "/d/musterstadt/report/desk", "/d/musterstadt/report/thesis/2", "/d/musterstadt/report/draft",
    "/d/musterstadt/report/sentences/new?thesis=2&cite=2", "/d/musterstadt/report/publish", "/d/musterstadt/results/team",
]  # fmt: skip
OPERATOR_PAGES = [
    "/operator", "/operator/settings/site", "/operator/settings/legal", "/operator/settings/privacy", "/operator/periods",
    "/operator/mail", "/operator/jobs", "/operator/storage", "/operator/health", "/operator/versions", "/operator/start",
    "/operator/start/legal", "/operator/start/privacy", "/operator/start/mail", "/operator/start/text", "/operator/register",
    "/operator/barriers", "/operator/pages",
    "/operator/pages/de/kontakt", "/operator/pages/en/new", "/operator/pages/de/impressum", "/operator/files",
    "/page/kontakt", "/d/musterstadt/start", "/d/musterstadt/start/moderators",
    "/d/musterstadt/start/rules", "/d/musterstadt/start/open",
]  # fmt: skip
ROLES = {
    "guest": ("", GUEST_PAGES),
    "participant": ("teilnahme@example.org", PARTICIPANT_PAGES),
    "moderator": ("moderation@example.org", MODERATOR_PAGES),
    "organiser": ("organisation@example.org", ORGANISER_PAGES),
    "operator": ("betrieb@example.org", OPERATOR_PAGES),
}


@pytest.mark.parametrize("role", ROLES)
def test_pages_are_accessible_quiet_and_fit(desk, role):
    email, paths = ROLES[role]
    seat = desk()
    if email:
        seat.sign_in(email)
    assert_pages_are_fit(seat, paths)


@pytest.mark.parametrize("path", ["/d/musterstadt", "/d/musterstadt/2/1", "/d/musterstadt/results", "/register"])
def test_english_pages_are_accessible_too(desk, path):
    seat = desk(locale="en-GB")
    page = seat.go(path)
    assert page.locator("html").get_attribute("lang") == "en"
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []


def test_page_fits_at_320_pixels(desk):
    seat = desk(width=320)
    for path in GUEST_PAGES:
        page = seat.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_readers_get_no_cookie(desk):
    seat = desk()
    for path in ("/", "/d/musterstadt", "/d/musterstadt/text", "/d/musterstadt/2/1", "/a/1", "/d/musterstadt/results"):
        seat.go(path)
    assert seat.context.cookies() == []
    seat.go("/d/musterstadt/2/1/annotations")
    assert [cookie["name"] for cookie in seat.context.cookies()] == ["session"]


def test_first_view_of_a_thesis_is_light(desk):
    seat = desk()
    sizes = {}
    client = seat.context.new_cdp_session(seat.page)
    client.send("Network.enable")
    client.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    seat.go("/d/musterstadt/2/1").wait_for_load_state("networkidle")
    assert 20_000 < sum(sizes.values()) <= 150_000
    # The page, style, script, two fonts, the icon.
    assert len(sizes) <= 6
