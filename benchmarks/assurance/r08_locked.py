"""R08 and R25: another process holds the write lock for thirty seconds; pages come, writes say so, and it passes."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.assurance import Measured
from benchmarks.assurance.live import live
from deliberation.sqlite import driver as sqlite3
from tests import builders
from tests.security.stage import sign_in
from tests.serving.site import Browser

HELD, PAGE, WRITE, AFTER, READY = 30.0, 0.5, 12.0, 1.0, 2.0
WORDS = "Was mir daran wichtig ist."


def measure() -> list[Measured]:
    with live("sqlite") as here:
        cast = builders.cast()
        builders.annotate(cast.otto, cast.declaration)
        cookie = sign_in(here.app, cast.ada)
        site = here.serve("--no-jobs")
        ada = Browser(site.port, cookie)
        token = ada.token("/d/erklaerung/3/1/annotations")
        fields = {"csrf_token": token, "kind": "practice", "body": WORDS, "action": "send", "checked": "1", "form_key": "r08"}
        slowest_page = slowest_write = slowest_ready = 0.0
        statuses, kept, ready = set[int](), True, set[int]()
        with closing(sqlite3.connect(Path(here.app.instance_path) / "test.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            until = time.monotonic() + HELD
            while time.monotonic() < until:
                for path in ("/d/erklaerung/3/1", "/d/erklaerung", "/a/1"):
                    for who in (Browser(site.port), ada):
                        took, answer = _timed(who.get, path)
                        slowest_page = max(slowest_page, took)
                        statuses.add(answer.status)
                took, answer = _timed(Browser(site.port).get, "/readyz")
                slowest_ready = max(slowest_ready, took)
                ready.add(answer.status)
                took, answer = _timed(ada.post, "/d/erklaerung/3/1/annotations", fields)
                slowest_write = max(slowest_write, took)
                kept = kept and answer.status == 503 and WORDS in answer.text
            other.execute("ROLLBACK")
        took, answer = _timed(ada.post, "/d/erklaerung/3/1/annotations", fields)
        after, stored = took, answer.status
        back = Browser(site.port).get("/readyz").status
    words = (
        f"{HELD:.0f} s locked: slowest page {slowest_page * 1000:.0f} ms ({sorted(statuses)}), writes answered after at most "
        f"{slowest_write:.1f} s with 503 and the text {'kept' if kept else 'LOST'}, first success {after * 1000:.0f} ms after"
    )
    is_met = slowest_page <= PAGE and slowest_write <= WRITE and kept and stored == 303 and after <= AFTER and statuses == {200}
    health = f"/readyz {sorted(ready)} after at most {slowest_ready * 1000:.0f} ms while locked, then {back}"
    return [
        Measured("R08", words, is_met),
        Measured("R25", health, ready == {503} and slowest_ready <= READY and back == 200),
    ]


def _timed(act: Any, *words: Any) -> tuple[float, Any]:
    began = time.monotonic()
    answer = act(*words)
    return time.monotonic() - began, answer
