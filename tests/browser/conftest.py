"""A real browser against a real server with the sample deliberation."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from deliberation import create_app
from deliberation.database import db, set_reading
from deliberation.sample.load import PASSWORD, load_sample

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = (360, 1280)
PATIENCE_MS = 30_000
"""How long a page may take before a walk gives up. Only a hang takes so long: how fast pages are is measured elsewhere."""
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            # A file keeps to one process, whose site it shares; the files go wherever there is time.
            item.add_marker(pytest.mark.xdist_group(f"browser-{item.path.stem}"))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="needs Chromium: apt-get install chromium-headless-shell"))


@dataclass
class Site:
    """The running site."""

    address: str
    app: Any

    def url(self, path: str) -> str:
        return self.address + path


class Compiled(BytecodeCache):
    """Templates that another site of this process has compiled already."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@contextmanager
def running_sample(folder: Path, prepare: Callable[[], None] = lambda: None) -> Iterator[Site]:
    """The sample deliberation, changed by `prepare`, served by threads on a free port."""
    app = create_app({"INSTANCE": str(folder), "RATELIMIT_ENABLED": False, "LOG_LEVEL": "ERROR"})
    app.jinja_env.bytecode_cache = COMPILED
    app.config["PASSWORD_COST"] = "cheap"
    with app.app_context():
        set_reading(False)
        db.create_all()
        load_sample()
        prepare()
        db.session.commit()
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    app.config["BASE_URL"] = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app.config["BASE_URL"], app)
    server.shutdown()
    server.server_close()
    thread.join()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample deliberation as it comes."""
    with running_sample(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Desk:
    """One person at one device."""

    site: Site
    context: BrowserContext
    page: Page
    foreign: list[str]
    complaints: list[str]

    def go(self, path: str) -> Page:
        self.page.goto(self.site.url(path))
        return self.page

    def sign_in(self, email: str) -> Page:
        page = self.go("/login")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", PASSWORD)
        page.click("main form:has(input[name=password]) button.btn--primary")
        page.wait_for_url(lambda url: "/login" not in url)
        return page


@pytest.fixture
def desk(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[Any]:
    """A factory: `desk(width=360, script=False, dark=True)` sits somebody down at a device."""
    opened: list[BrowserContext] = []

    def sit_down(width: int = 1280, script: bool = True, dark: bool = False, locale: str = "de-DE") -> Desk:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            locale=locale,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        page = context.new_page()
        desk = Desk(site, context, page, [], [])
        page.on("request", lambda sent: _note_foreign(desk, sent.url))
        page.on("console", lambda message: desk.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: desk.complaints.append(str(error)))
        return desk

    yield sit_down
    for context in opened:
        context.close()


def _note_foreign(desk: Desk, url: str) -> None:
    if not url.startswith((desk.site.address, "data:", "blob:")):
        desk.foreign.append(url)
