"""At a computer that others use too: what the browser keeps, whom it asks, and what is left after signing out. P05, P06, P23."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import expect

from deliberation.annotations.models import Annotation
from deliberation.database import db, set_reading
from deliberation.text import to_safe_html
from tests.security.test_kept_pages import nothing_kept

STORES = "[localStorage.length, sessionStorage.length, document.cookie]"


def endpoint_of(site: Any, url: str) -> str:
    try:
        return str(site.app.url_map.bind("").match(urlsplit(url).path, method="GET")[0])
    except Exception:
        return ""


def crawl(seat: Any, start: str) -> Iterator[Any]:
    """Every kind of page that links lead to from here, each kind once."""
    waiting, seen = [seat.site.url(start)], set()
    while waiting:
        url = waiting.pop(0)
        kind = endpoint_of(seat.site, url)
        if kind in seen or not kind:
            continue
        seen.add(kind)
        answer = seat.page.request.head(url, max_redirects=0)
        if answer.status == 200 and "text/html" not in answer.headers.get("content-type", ""):
            continue
        if "attachment" in answer.headers.get("content-disposition", ""):
            continue
        seat.context.clear_cookies() if start == "/" else None
        seat.page.goto(url)
        yield seat.page
        links = seat.page.evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.href)")
        waiting += [urldefrag(link)[0] for link in links if link.startswith(seat.site.address)]


def test_readers_are_given_nothing_to_keep_and_nobody_else_is_asked(desk):
    seat, visited = desk(), []
    for page in crawl(seat, "/"):
        forms = page.evaluate("document.querySelectorAll('form[method=post]').length")
        cookies = seat.context.cookies()
        assert [cookie["name"] for cookie in cookies] == (["session"] if forms else []), page.url
        # Gone when the window is closed, out of reach of scripts.
        assert all(cookie["expires"] == -1 and cookie["httpOnly"] for cookie in cookies), page.url
        assert page.evaluate(STORES) == [0, 0, ""], page.url
        visited.append(page.url)
    assert len(visited) >= 20
    assert seat.foreign == []


def test_whoever_signs_in_has_one_cookie_and_leaves_nothing_behind(desk):
    seat = desk()
    page = seat.sign_in("teilnahme@example.org")
    for page in crawl(seat, "/me"):
        assert [cookie["name"] for cookie in seat.context.cookies()] == ["session"], page.url
        assert page.evaluate(STORES) == [0, 0, ""], page.url
        if len(page.context.pages) > 1 or "/logout" in page.url:
            break
    assert seat.foreign == []
    seat.go("/d/musterstadt/2/1")
    page.evaluate("sessionStorage.setItem('draft:/d/musterstadt/2/1/annotations', 'Ein angefangener Text')")
    seat.go("/me/sessions")
    page.locator(".exitbar").get_by_role("link", name="Abmelden").click()
    page.locator("main form button").click()
    page.wait_for_load_state()
    assert page.evaluate(STORES) == [0, 0, ""]
    # Back over the page that asks, to the one with the address.
    for _press in range(4):
        page.go_back()
        page.wait_for_load_state()
        assert "teilnahme@example.org" not in page.content(), page.url
        if "/login" in page.url:
            break
    assert "/login" in page.url


class Elsewhere:
    """Another site, and what it learns."""

    def __init__(self) -> None:
        heard: list[Any] = []

        class Ear(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path != "/favicon.ico":
                    heard.append(self.headers.get("Referer"))
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(
                    b"<title>Wetter</title><h1>Heiter</h1><script>document.title=String(window.opener)</script>"
                )

            def log_message(self, *words: Any) -> None:
                pass

        self.heard = heard
        self.server = HTTPServer(("127.0.0.1", 0), Ear)
        self.address = f"http://127.0.0.1:{self.server.server_port}/wetter"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def elsewhere(site) -> Iterator[Elsewhere]:
    other = Elsewhere()
    kept = site.app.jinja_env.globals["quick_exit_url"]
    site.app.jinja_env.globals["quick_exit_url"] = other.address
    # Pages that are kept lead elsewhere: a running site never changes where to.
    with nothing_kept(site.app):
        yield other
    site.app.jinja_env.globals["quick_exit_url"] = kept
    other.server.shutdown()
    other.server.server_close()


def test_other_site_does_not_learn_where_somebody_came_from(desk, site, elsewhere):
    with site.app.app_context():
        set_reading(False)
        annotation = db.session.get_one(Annotation, 1)
        kept = annotation.body, annotation.body_html
        annotation.body = f"Nachzulesen [dort]({elsewhere.address})."
        annotation.body_html = to_safe_html(annotation.body)
        db.session.commit()
    try:
        page = desk().go("/a/1")
        page.get_by_role("link", name="dort").click()
        expect(page.locator("h1")).to_have_text("Heiter")
        assert elsewhere.heard == [None]
        assert page.title() == "null"
    finally:
        with site.app.app_context():
            set_reading(False)
            annotation = db.session.get_one(Annotation, 1)
            annotation.body, annotation.body_html = kept
            db.session.commit()


@pytest.mark.parametrize("script", [True, False])
def test_leaving_in_a_hurry(desk, elsewhere, script):
    seat = desk(script=script)
    page = seat.sign_in("teilnahme@example.org")
    seat.go("/d/musterstadt/2")
    seat.go("/d/musterstadt/2/1")
    assert elsewhere.heard == []
    # Second stop of the keyboard, after the skip link.
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Seite schnell verlassen")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Heiter")
    assert elsewhere.heard == [None]
    if script:
        page.go_back()
        # The page that was left is not in the history; the one before it is.
        assert not page.url.endswith("/2/1")
    seat.go("/me")
    assert "/login" not in page.url
