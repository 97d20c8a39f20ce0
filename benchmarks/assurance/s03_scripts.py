"""S03: texts that want to become a script, through every text field of every role, and looked at in a real browser.

First a harmless word goes through each field, to learn on which pages it shows up and what stands there anyway (a file that
is handed out brings its own style sheet). Then every hostile text goes through the
field, and each of those pages is read the way a browser reads it (dangerous nodes); the first of them is opened in the
browser without any content security policy (does anything run or call out?) and now and then with it (is it violated?).
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from playwright.sync_api import Page, Route, sync_playwright

from benchmarks.assurance import Measured
from benchmarks.assurance.scripts import texts

SITE = "http://site.test"
MARK = "Zxqmarkenwort"
TEXT_FIELDS = (
    "pseudonym", "email", "body", "reason", "explanation", "note", "heading", "heading-1", "source", "text", "line",
    "heading_1", "explanation_1", "title", "name", "employers", "wording", "quote", "label", "addresses", "words",
    "publisher", "summary", "about", "url", "SITE_NAME", "PRIVACY_HOSTING", "PRIVACY_AUTHORITY",
)  # fmt: skip
READERS = ("guest", "author", "participant", "moderator", "organiser", "operator")
QUERIES = ("/d/erklaerung/3/1?kind={}", "/d/erklaerung/3/1?order={}", "/login?next={}", "/d/erklaerung/new?since={}",
           "/d/erklaerung/changes?from={}&to={}", "/d/erklaerung/results?thesis={}", "/d/erklaerung/moderation?tab={}",
           "/{}", "/q/{}", "/d/{}", "/d/erklaerung/search?q={}")  # fmt: skip
EVERY = 5
LOOK = """(pages) => pages.map((html) => {
  const tree = new DOMParser().parseFromString(html, "text/html");
  const bad = [];
  for (const node of tree.querySelectorAll("*")) {
    const name = node.localName;
    if (["iframe", "object", "embed", "base", "frame", "frameset", "applet", "foreignObject", "animate", "set", "style",
         "math", "video", "audio", "marquee", "keygen", "isindex", "layer", "bgsound"].includes(name)) bad.push(name);
    if (name === "script" && !(node.getAttribute("src") || "").startsWith("/assets/")) bad.push("script");
    if (name === "meta" && node.httpEquiv) bad.push("meta " + node.httpEquiv);
    for (const { name: key, value } of node.attributes) {
      if (key.startsWith("on") || key === "style" || key === "srcdoc" || key === "background") bad.push(name + " " + key);
      const place = value.replace(/[\\u0000-\\u0020\\u200b]/g, "").toLowerCase();
      if (["href", "src", "action", "formaction", "xlink:href", "data", "poster"].includes(key)
          && /^[a-z][a-z0-9+.-]*:/.test(place) && !/^(https?|mailto|tel):/.test(place) && !place.startsWith("data:image/"))
        bad.push(name + " " + key + "=" + place.slice(0, 20));
      if (["src", "action", "formaction", "data", "poster"].includes(key) && /^(https?:)?\\/\\//.test(place))
        bad.push(name + " " + key + " elsewhere");
    }
  }
  return bad;
})"""


@dataclass
class Seen:
    fields: int = 0
    pages: int = 0
    opened: int = 0
    ran: list[str] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    violated: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)


def measure() -> Measured:
    """Takes over an hour; `SHARE=10` in the environment takes every tenth text, `FROM=3` with it those from the fourth on, so
    that several processes can share the work."""
    words = texts()[int(os.environ.get("FROM", "0")) :: int(os.environ.get("SHARE", "1"))]
    with TemporaryDirectory(prefix="deliberation-s03-") as folder, sync_playwright() as playwright:
        from tests.browser.conftest import ARGUMENTS, CHROMIUM

        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        app = fresh_app(Path(folder))
        with app.app_context():
            seen = _walk(app, Window(browser.new_page()), words)
        browser.close()
    faults = seen.ran + seen.called + seen.violated + seen.nodes
    said = (
        f"{len(words)} texts through {seen.fields} fields and {len(QUERIES)} addresses: {seen.pages} pages read, "
        f"{seen.opened} opened; {len(seen.ran)} ran, {len(seen.called)} called out, {len(seen.violated)} violated the policy, "
        f"{len(seen.nodes)} dangerous nodes"
    )
    return Measured("S03", said + "".join(f"\n     {fault}" for fault in faults[:10]), not faults)


def fresh_app(folder: Path) -> Flask:
    from deliberation import create_app, schema
    from deliberation.database import db, set_reading

    app = create_app({"INSTANCE": str(folder), "BASE_URL": "http://localhost", "RATELIMIT_ENABLED": False, "LOG_LEVEL": "ERROR"})
    app.config.update(WTF_CSRF_ENABLED=False, PASSWORD_COST="cheap")
    with app.app_context():
        set_reading(False)
        db.create_all()
        schema.stamp()
    return app


def _walk(app: Flask, window: "Window", words: list[str]) -> Seen:
    from tests.security import deeds
    from tests.security.stage import Tables, build

    stage, tables, seen = build(app), Tables(), Seen()
    tables.keep()
    for rule in deeds.rules_with(app, "POST"):
        deed = deeds.DEEDS[rule.endpoint]
        for name in _text_fields(deed.body(stage.own)):
            shown = [("answer", ""), *_where_it_shows(stage, deeds, rule, deed, name)]
            tables.bring_back()
            usual = window.look(list(_pages(stage, deeds, rule, deed, name, f"{MARK} steht hier.", shown)))
            tables.bring_back()
            seen.fields += 1
            for number, text in enumerate(words):
                pages = list(_pages(stage, deeds, rule, deed, name, text, shown))
                tables.bring_back()
                about = f"{rule.endpoint} {name}: {text[:60]!r}"
                window.judge(seen, about, pages, with_policy=number % EVERY == 0, usual=usual)
    for number, (text, pattern) in enumerate((text, pattern) for pattern in QUERIES for text in words):
        from urllib.parse import quote

        path = pattern.replace("{}", quote(text, safe=""))
        page = stage.send("moderator" if "moderation" in path else "guest", "GET", path)
        window.judge(seen, f"{pattern}: {text[:60]!r}", [page.get_data(as_text=True)], with_policy=number % EVERY == 0)
    tables.close()
    return seen


def _text_fields(body: dict[str, Any]) -> list[str]:
    return [name for name, value in body.items() if name in TEXT_FIELDS and isinstance(value, str)]


def _send(stage: Any, deeds: Any, rule: Any, deed: Any, name: str, text: str) -> Any:
    address = deeds.address(stage.app, rule, deeds.values_of(rule.endpoint, stage.own))
    return stage.send(deed.role, "POST", address, {**deed.body(stage.own), name: text})


def _where_it_shows(stage: Any, deeds: Any, rule: Any, deed: Any, name: str) -> list[tuple[str, str]]:
    """Who sees the harmless word on which page, each page once."""
    _send(stage, deeds, rule, deed, name, f"{MARK} steht hier.")
    found: dict[str, str] = {}
    for page in deeds.rules_with(stage.app, "GET"):
        if page.endpoint in ("static", "asset", "accounts.logout"):
            continue
        path = deeds.own_address(stage, page)
        for reader in READERS:
            if path not in found and MARK in stage.send(reader, "GET", path).get_data(as_text=True):
                found[path] = reader
    return [(reader, path) for path, reader in found.items()]


def _pages(stage: Any, deeds: Any, rule: Any, deed: Any, name: str, text: str, shown: list[tuple[str, str]]) -> Iterator[str]:
    answer = _send(stage, deeds, rule, deed, name, text)
    for reader, path in shown:
        page = answer if reader == "answer" else stage.send(reader, "GET", path)
        if page.mimetype == "text/html":
            yield page.get_data(as_text=True)


class Window:
    """The browser: reads pages without running them, or opens one as if it came from the site."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.html, self.headers = "", {}
        self.called: list[str] = []
        page.add_init_script(
            "window.ran = 0; window.canary = () => { window.ran = 1 }; window.alert = window.canary; window.broken = [];"
            "document.addEventListener('securitypolicyviolation', (e) => window.broken.push(e.violatedDirective))"
        )
        page.route("**/*", self._answer)
        self.open("<p>", {})

    def _answer(self, route: Route) -> None:
        url = route.request.url
        if url == SITE + "/page":
            route.fulfill(body=self.html, headers=self.headers)
        elif url.startswith(SITE):
            route.fulfill(body="", status=404)
        else:
            self.called.append(url)
            route.abort()

    def open(self, html: str, headers: dict[str, str]) -> None:
        self.html, self.headers, self.called = html, {"Content-Type": "text/html; charset=utf-8", **headers}, []
        self.page.goto(SITE + "/page", wait_until="load")

    def look(self, pages: list[str]) -> Counter[str]:
        """How often each dangerous node stands on these pages together; read, not run."""
        return Counter(node for nodes in self.page.evaluate(LOOK, pages) for node in nodes) if pages else Counter()

    def judge(
        self, seen: Seen, about: str, pages: list[str], with_policy: bool, usual: Counter[str] | None = None
    ) -> None:
        from deliberation.answers import CONTENT_SECURITY_POLICY

        pages = [html.replace('src="/static', 'src="/none') for html in pages]
        seen.pages += len(pages)
        if pages:
            more = self.look(pages) - (usual or Counter())
            seen.nodes += [f"{about}: {node}" for node in more.elements()]
            self.open(pages[0], {})
            seen.opened += 1
            seen.ran += [about] * self.page.evaluate("window.ran || 0")
            seen.called += [f"{about}: {url}" for url in self.called]
        if pages and with_policy:
            self.open(pages[0], {"Content-Security-Policy": CONTENT_SECURITY_POLICY})
            seen.violated += [f"{about}: {rule}" for rule in self.page.evaluate("window.broken || []")]
