"""S08: random requests made from the forms: 24,000 with a seed, half on each engine; then wapiti against the real server.

A request takes a page, a person and a body that would be taken, and breaks some of it: values of other kinds, fields left
out, doubled, of other forms, numbers of other things. wapiti is installed into an environment of its own.
"""

import json
import random
import subprocess
import venv
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.assurance import Measured
from benchmarks.assurance.s07_injection import _served
from benchmarks.assurance.town import ENGINES, settle, town
from tests.security import deeds
from tests.security.injections import TEXTS
from tests.security.parameters import parameters_of
from tests.security.stage import ROLES, Stage, Tables
from tests.security.test_templates_in_texts import TEXTS as TEMPLATES

SEED, REQUESTS = 20261126, 12_000
WAPITI = "wapiti3==3.2.3"
PUT_BACK_EVERY = 40
EXPLAINED = {
    "Clickjacking Protection": "it looks for X-Frame-Options; frame-ancestors 'none' in the policy says the same and is newer",
    "Secure Flag cookie": "the check runs over http on this machine; with https the cookie is Secure and called __Host-",
}
ODD = (
    "", " ", "0", "-1", "1", "2147483648", "9" * 30, "1.5", "NaN", "٣", "true", "None", "null", "[]", "a" * 5000, "\x00",
    "\ud7ff", "\u202e\u200b", "ﷺ" * 200, "\r\nX: y", "2026-02-30", "0000-00-00", "on", "y", "😀", "﷽", "Z̷" * 90, "&amp;",
    "<b>", *TEXTS, *TEMPLATES,
)  # fmt: skip


def measure() -> list[Measured]:
    """Nothing breaks, and the tables are still whole."""
    return [*(_fuzz(engine) for engine in ENGINES), _wapiti()]


def _fuzz(engine: str) -> Measured:
    chance, statuses, broken = random.Random(SEED), Counter[int](), []
    with town(engine) as stage:
        settle()
        tables = Tables()
        tables.keep()
        rules = [(method, rule) for method in ("GET", "POST") for rule in deeds.rules_with(stage.app, method)]
        # A process of its own for each text, half a second each: `s19` sends those.
        rules = [
            (method, rule) for method, rule in rules if (method, rule.endpoint) != ("POST", "declarations.import_read")
        ]
        names = sorted({name for deed in deeds.DEEDS.values() for name in deed.body(stage.own)})
        for number in range(REQUESTS):
            method, rule = chance.choice(rules)
            role, address, body = _request(chance, stage, method, rule, names)
            status = stage.send(role, method, address, body).status_code
            statuses[status] += 1
            if status >= 500:
                broken.append(f"{number}: {method} {address} {body}"[:300])
            if number % PUT_BACK_EVERY == 0:
                tables.bring_back()
        tables.close()
    seen = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    words = f"{engine}: {REQUESTS} random requests (seed {SEED}), {seen}; {len(broken)} × 5xx {broken[:2] or ''}"
    return Measured("S08", words, not broken)


def _request(chance: random.Random, stage: Stage, method: str, rule: Any, names: list[str]) -> tuple[str, str, Any]:
    deed = deeds.DEEDS.get(rule.endpoint)
    role = deed.role if deed and chance.random() < 0.6 else chance.choice(ROLES)
    values = deeds.values_of(rule.endpoint, stage.own if chance.random() < 0.8 else stage.foreign)
    for name in rule.arguments:
        if chance.random() < 0.15:
            is_number = type(rule._converters[name]).__name__ == "IntegerConverter"
            odd = chance.choice(ODD).replace("/", "∕").replace("\x00", "%")
            values[name] = chance.choice((0, 1, 7, 2**31 - 1, 2**31, 10**20)) if is_number else odd or "x"
    address = deeds.address(stage.app, rule, values)
    if method == "GET":
        asked = [name for name in parameters_of(stage.app, rule) if chance.random() < 0.5]
        from urllib.parse import urlencode

        pairs = [(name, chance.choice(ODD)) for name in asked for _ in range(chance.choice((1, 1, 2)))]
        return role, f"{address.partition('?')[0]}?{urlencode(pairs)}", None
    body: dict[str, Any] = dict(deed.body(stage.own)) if deed else {}
    for name in list(body):
        kind = chance.random()
        if kind < 0.25:
            body[name] = chance.choice(ODD)
        elif kind < 0.32:
            del body[name]
        elif kind < 0.4:
            body[name] = [chance.choice(ODD), chance.choice(ODD)]
    for _ in range(chance.choice((0, 0, 1, 3))):
        body.setdefault(chance.choice(names), chance.choice(ODD))
    return role, address, body


def _wapiti() -> Measured:
    """All modules that wapiti runs unasked, signed in as an organiser, on what it finds by following links."""
    with TemporaryDirectory(prefix="deliberation-wapiti-") as folder, town("sqlite") as stage:
        program = _installed(Path(folder))
        if program is None:
            return Measured("S08", "wapiti cannot be installed here", False)
        with _served(stage) as address:
            report = Path(folder) / "report.json"
            command = [
                str(program), "-u", f"{address}/d/erklaerung", "--scope", "domain", "-f", "json", "-o", str(report),
                "--flush-session", "--no-bugreport", "-d", "4", "--max-links-per-page", "60", "--max-scan-time", "300",
                "--max-attack-time", "45", "--tasks", "8",
                "-H", f"Cookie: session={stage.cookies['organiser']}", "-x", f"{address}/logout", "--store-session", folder,
                "--store-config", folder, "-S", "polite", "-l", "1", "-v", "0",
            ]  # fmt: skip
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
            except subprocess.TimeoutExpired:
                return Measured("S08", "wapiti did not finish in half an hour", False)
        if not report.exists():
            return Measured("S08", f"wapiti wrote no report: {done.stderr[-300:]}", False)
        found = json.loads(report.read_text())
    counts = {
        name: len(hits) for group in ("vulnerabilities", "anomalies") for name, hits in found[group].items() if hits
    }
    pages = found["infos"].get("crawled_pages_nbr", 0)
    open_ones = {name: count for name, count in counts.items() if name not in EXPLAINED}
    explained = "; ".join(f"{name} ({EXPLAINED[name]})" for name in counts if name in EXPLAINED)
    words = (
        f"wapiti: {pages} pages, findings: {open_ones or 'none'} beside those that are explained: {explained or 'none'}"
    )
    return Measured("S08", words, not open_ones and pages >= 20)


def _installed(folder: Path) -> Path | None:
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", WAPITI]
    return python.with_name("wapiti") if subprocess.run(command, check=False).returncode == 0 else None
