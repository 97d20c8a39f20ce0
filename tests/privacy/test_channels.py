"""P03, P07, P09, P16, P19, P23: what is not for everybody's eyes is in no channel; all pages are searched for it."""

import re

import pytest
from sqlalchemy import select

from deliberation.accounts.models import User
from deliberation.database import db
from deliberation.policies import POLICIES
from tests.privacy import library
from tests.privacy.disguises import disguises
from tests.privacy.library import Library

pytestmark = pytest.mark.any_engine

MADE_ANEW = {"accounts.passkey", "accounts.second_app", "accounts.login"}
"""Pages with a secret that is drawn for each view."""
FIGURES = ("moderation.log", "moderation.report_csv", "moderation.report_json")
PUBLISHED = re.compile(r'(?s)<dl class="fate mt-s">.*?</dl>')
"""How many decisions there were by rule: published, and nothing below five."""


@pytest.fixture
def shown(app, engine) -> Library:
    return library.borrow(app, engine[0])


class TestWordsThatNobodySees:
    def test_are_in_no_page_file_or_header(self, shown):
        assert len(shown.canaries) == 14
        strangers = [*shown.of("guest", "participant", "moderator elsewhere"), *shown.alone]
        found = [f"{state}: {a}" for state, word in shown.canaries.items() for a in strangers if word in a.words]
        assert found == []
        # Nor does the team find them in a file, where nobody could call them back.
        files = [
            a
            for a in shown.of("organiser")
            if a.mimetype != "text/html" or "attachment" in dict(a.headers).get("Content-Disposition", "")
        ]
        assert len({a.endpoint for a in files}) >= 4
        assert [f"{state}: {a}" for state, word in shown.canaries.items() for a in files if word in a.words] == []

    def test_search_for_them_works(self, shown):
        """The moderation reads what it decides on, so the words are there to be found."""
        team = "\n".join(a.words for a in shown.of("moderator"))
        assert [state for state in ("held", "hidden", "returned") if shown.canaries[state] not in team] == []

    def test_leave_no_trace_in_counts_orders_or_dates(self, shown):
        """Each page is what it was before there were any, to the letter."""
        before = {(a.role, a.address): a for a in shown.before}
        differing = []
        for answer in shown.of(*library.READERS):
            if answer.endpoint in MADE_ANEW | set(FIGURES):
                continue
            was = before[answer.role, answer.address]
            if PUBLISHED.sub("", answer.steady) != PUBLISHED.sub("", was.steady) or answer.status != was.status:
                differing.append(str(answer))
        assert differing == []
        assert len(before) > 300

    def test_by_number_they_are_absent(self, shown):
        absent = {(a.role, a.endpoint.split()[0]): a for a in shown.alone if a.endpoint.endswith(" absent")}
        for answer in shown.alone:
            other = absent[answer.role, answer.endpoint.split()[0]]
            assert answer.status == other.status, answer
            assert without_number(answer) == without_number(other), answer
            assert answer.status in (303, 404), answer
            assert answer.status == 404 or dict(answer.headers)["Location"].startswith("/login?"), answer


def without_number(answer) -> str:
    return re.sub(r"/a/\d+", "/a/", answer.steady)


class TestPeople:
    def test_no_page_gives_a_hash_of_an_address(self, shown):
        """No picture is drawn from it, and nothing that could be tried out."""
        people = db.session.execute(select(User.address_hash, User.address_sealed)).all()
        assert people == [] or len(people) > 5
        wanted = [
            (address, name, form)
            for address in ("ada@example.org", "ben@example.org", "karin@example.org", "otto@example.org")
            for name, form in disguises(address).items()
            if any(hashed in name for hashed in ("md5", "sha")) or name in ("base64", "hex", "rot13")
        ]
        found = [
            f"{address} as {name}: {answer}"
            for answer in [*shown.after, *shown.alone]
            for address, name, form in wanted
            if form in answer.content
        ]
        assert found == []

    def test_addresses_are_on_no_page_but_ones_own(self, shown):
        own = {"participant": "ben@example.org", "moderator": "mira@example.org", "organiser": "otto@example.org",
               "moderator elsewhere": "mona@example.org", "guest": ""}  # fmt: skip
        found = []
        for answer in [*shown.after, *shown.alone]:
            for address in re.findall(r"[\w.-]+@(?:example\.org|kanarien\.example)", answer.words):
                if address != own[answer.role]:
                    found.append(f"{address}: {answer}")
        # Who opens a link out of a mail is told which address it was sent to; nobody else has the link.
        assert [one for one in found if "/me/email/" not in one and "/login/link/" not in one] == []

    def test_readers_find_no_number_that_counts_people(self, shown):
        counted = re.compile(r"(?<!\d)7[12]0000\d\d(?!\d)")
        readers = [*shown.of("guest", "participant", "moderator elsewhere"), *shown.alone]
        files = [a for a in shown.of("organiser") if a.endpoint == "results.download"]
        assert len(files) > 10
        assert [str(answer) for answer in [*readers, *files] if counted.search(answer.words)] == []


KEPT = {name for name, policy in POLICIES.items() if policy.kept}


class TestTimes:
    EXACT = re.compile(r'datetime="[^"]*T[^"]*"|\b\d{1,2}:\d\d(?::\d\d)? Uhr|\d{4}-\d\d-\d\d[T ]\d\d:\d\d')

    def test_everybody_learns_the_day_and_nothing_more(self, shown):
        found = []
        for answer in shown.of("guest"):
            if answer.endpoint in ("pages.security_txt",):
                continue
            text = re.sub(r"Mit[^<]*Uhr", "", answer.text)
            # A feed has to write days as moments: all of them are midnight in Berlin.
            text = re.sub(r"T00:00:00\+0[12]:00<", "<", text)
            found += [f"{time}: {answer}" for time in self.EXACT.findall(text)]
            headers = dict(answer.headers)
            if answer.endpoint not in ("static", "asset"):
                # The ETag of a feed, a file or a page that is kept is a hash of what stands in it.
                is_file = answer.endpoint.startswith("feeds.") or answer.endpoint in ("pages.file", "pages.site_file")
                is_hash = is_file or answer.endpoint in KEPT
                allowed = ("ETag",) if is_hash else ()
                found += [f"{name}: {answer}" for name in ("ETag", "Last-Modified", "Age") if name in headers.keys() - {*allowed}]
        assert found == []


FOR_EVERYBODY = (
    "static",
    "asset",
    "pages.robots_txt",
    "pages.sitemap",
    "pages.security_txt",
    "pages.healthz",
    "pages.readyz",
    "pages.embed",
    "feeds.declaration",
    "feeds.thesis",
)
"""The same for whoever asks."""
SECRET_FEEDS = ("feeds.secret", "feeds.mine")
"""The same for whoever knows the address: a program, which may keep what it asks about again."""


class TestEveryPage:
    def pages(self, shown):
        """HTML that is a page of the site; what is handed out as a file stands for itself."""
        files = ("results.download", "editions.redline")
        return [a for a in [*shown.after, *shown.alone] if a.mimetype == "text/html" and a.endpoint not in files]

    def test_leads_to_imprint_and_privacy(self, shown):
        pages = [a for a in self.pages(shown) if a.status not in (301, 302, 303, 308)]
        assert {200, 403, 404} <= {a.status for a in pages}
        lacking = [
            str(a) for a in pages if 'href="/impressum"' not in a.text or 'href="/datenschutz"' not in a.text
        ]  # fmt: skip
        assert lacking == []

    def test_of_somebody_signed_in_is_not_kept_by_the_browser(self, shown):
        kept = [
            f"{dict(a.headers).get('Cache-Control')}: {a}"
            for a in [*shown.after, *shown.alone]
            if a.role != "guest" and a.endpoint not in (*FOR_EVERYBODY, *SECRET_FEEDS)
            if dict(a.headers).get("Cache-Control") != "no-store"
        ]
        assert kept == []

    def test_tells_other_sites_nothing_about_where_somebody_came_from(self, shown):
        assert any("elsewhere.example" in a.text for a in shown.of("guest"))
        for answer in [*shown.after, *shown.alone]:
            wanted = "no-referrer" if answer.endpoint in SECRET_FEEDS and answer.status == 200 else "same-origin"
            assert dict(answer.headers)["Referrer-Policy"] == wanted, answer
            if answer.mimetype != "text/html":
                continue
            for link in re.findall(r'<a [^>]*href="(?:https?:)?//[^>]*>', answer.text):
                own = link.split('href="', 1)[1].startswith("http://localhost")
                assert own or "noreferrer" in link, f"{link}: {answer}"
