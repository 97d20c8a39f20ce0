"""S21: thirty-six texts that are slow to read for somebody who reads carelessly, at the limit and far above it: in every free
field of every form, and as previews and contributions on a real server while somebody else reads."""

import threading
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.assurance import Measured
from benchmarks.assurance.live import live
from benchmarks.assurance.town import settle, town
from deliberation.annotations.models import BODY_MAX
from tests import builders
from tests.security import deeds
from tests.security.stage import Tables, sign_in
from tests.security.test_templates_in_texts import FIXED, FREE, LATER, MORE
from tests.serving.site import Browser

SECONDS = 1.0
FAR_ABOVE = 100_000
REFUSED = (413, 422)
BEGINNINGS = (
    "[", "![", "[a](", "[a](<", "<", "<a ", "<!--", "<![CDATA[", "*", "_", "**a", "*a_ ", "`", "``a`", "> ", "- ", "1. ", "a. b ",
    "  - ", "&", "&#x", "\\", "http://a.", "www.a.b/", "a@b.c ", "(", "[^1]: ", "[a]: b\n\n", "|a|b\n|-|-\n", "~~~\n", "~~a",
    "\n\n", "a\u0301", "\u202e", "Az.B. ", "<div>",
)  # fmt: skip
assert len(set(BEGINNINGS)) == 36


def measure() -> list[Measured]:
    return [_every_field(), _beside_a_reader()]


def _of(length: int) -> Iterator[str]:
    for beginning in BEGINNINGS:
        yield (beginning * length)[:length]


def _every_field() -> Measured:
    sent, fields, slow, faults, slowest = 0, set(), [], [], 0.0
    with town("sqlite") as stage:
        settle()
        tables = Tables()
        tables.keep()
        for rule in deeds.rules_with(stage.app, "POST"):
            deed = deeds.DEEDS[rule.endpoint]
            body = {**deed.body(stage.own), **MORE.get(rule.endpoint, {})}
            free = [name for name in body if name in FREE - FIXED.get(rule.endpoint, set())]
            if rule.endpoint in set(LATER) - {"moderation.decide"}:
                continue
            for name in free:
                fields.add((rule.endpoint, name))
                for length in (BODY_MAX, FAR_ABOVE):
                    for words in _of(length):
                        status, took = _timed(stage, deed.role, deeds.own_address(stage, rule), {**body, name: words})
                        sent, slowest = sent + 1, max(slowest, took)
                        slow += [f"{rule.endpoint} {name} {words[:6]!r} {length}: {took:.1f} s"] if took > SECONDS else []
                        faults += [f"{rule.endpoint} {name} {words[:6]!r} {length}"] if status >= 500 else []
                tables.bring_back()
        tables.close()
    words = (
        f"{sent} sendings of {len(BEGINNINGS)} texts of {BODY_MAX} and {FAR_ABOVE} characters in {len(fields)} fields of "
        f"{len({endpoint for endpoint, _name in fields})} forms: {len(slow)} slower than {SECONDS:.0f} s {slow[:3] or ''}, "
        f"slowest {slowest:.2f} s, {len(faults)} faults {faults[:3] or ''}"
    )
    return Measured("S21", words, not slow and not faults)


def _timed(stage: Any, role: str, address: str, body: dict[str, Any]) -> tuple[int, float]:
    began = time.perf_counter()
    status = stage.send(role, "POST", address, body).status_code
    return status, time.perf_counter() - began


def _beside_a_reader() -> Measured:
    with live("sqlite") as here:
        cast = builders.cast()
        session = sign_in(here.app, cast.ben)
        site = here.serve("--no-jobs")
        waits, done = list[float](), threading.Event()

        def read() -> None:
            reader = Browser(site.port)
            while not done.is_set():
                began = time.perf_counter()
                reader.get("/d/erklaerung/3/1")
                waits.append(time.perf_counter() - began)
            reader.close()

        thread = threading.Thread(target=read)
        thread.start()
        took, above = _write(site.port, session)
        done.set()
        thread.join()
    taken = sum(status not in REFUSED for status in above)
    words = (
        f"real server: previews and contributions of {BODY_MAX} characters {max(took):.2f} s at most, of {FAR_ABOVE} all "
        f"but {taken} refused; meanwhile {len(waits)} pages read, the slowest {max(waits):.2f} s"
    )
    return Measured("S21", words, max(took) <= SECONDS and max(waits) <= SECONDS and not taken)


def _write(port: int, session: str) -> tuple[list[float], list[int]]:
    """Seconds of every sending, and what those far above the limit were answered."""
    writer, took, above, page = Browser(port, session), list[float](), list[int](), "/d/erklaerung/3/1/annotations"
    token = writer.token(page)
    for length in (BODY_MAX, FAR_ABOVE):
        for number, words in enumerate(_of(length)):
            for action in ("preview", "send"):
                fields = {"kind": "practice", "body": words, "action": action, "checked": "1", "form_key": f"{length}-{number}"}
                began = time.perf_counter()
                status = writer.post(page, {"csrf_token": token, **fields}).status
                took.append(time.perf_counter() - began)
                above += [status] if length == FAR_ABOVE else []
    writer.close()
    return took, above
