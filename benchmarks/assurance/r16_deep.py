"""R16: ten thousand replies, each to the one before, sent by HTTP; pages, exports, taking back the middle."""

import time
from typing import Any

from sqlalchemy import func, select

from benchmarks.assurance import Measured
from benchmarks.assurance.live import live
from deliberation.annotations.models import Annotation
from deliberation.database import db
from tests import builders
from tests.security.stage import sign_in
from tests.serving.site import Browser

DEPTH, PAGE, KILOBYTES = 10_000, 1.0, 1000


def measure() -> Measured:
    with live("sqlite") as here:
        cast = builders.cast()
        root = builders.annotate(cast.ada, cast.declaration).number
        cookies = {name: sign_in(here.app, getattr(cast, name)) for name in ("ada", "ben", "otto", "mira")}
        site = here.serve("--no-jobs")
        ben, above = Browser(site.port, cookies["ben"]), root
        token = ben.token(f"/a/{root}/replies")
        for number in range(DEPTH):
            fields = {"csrf_token": token, "body": f"Antwort {number}.", "action": "send", "checked": "1"}
            fields["form_key"] = f"k{number}"
            answer = ben.post(f"/a/{above}/replies", fields)
            if answer.status != 303:
                return Measured("R16", f"reply {number} answered {answer.status}", False)
            above += 1
        slowest, where, largest, odd = _read(site, cookies, root)
        middle = root + DEPTH // 2
        taken = ben.post(f"/a/{middle}/withdraw", {"csrf_token": token}).status
        statuses = [taken, Browser(site.port).get(f"/a/{middle + 1}").status]
        exports = {}
        for file_format in ("md", "html", "csv", "json"):
            began = time.monotonic()
            seen = Browser(site.port, cookies["otto"]).get(f"/d/erklaerung/export.{file_format}")
            exports[file_format] = (seen.status, round(time.monotonic() - began, 1), str(above) in seen.text)
        db.session.rollback()
        kept = db.session.scalar(select(func.count(Annotation.number)).where(Annotation.root_id == root))
        db.session.rollback()
    words = (
        f"{DEPTH} deep: slowest page {slowest:.2f} s ({where}), largest {largest:.0f} KB, {odd} odd answers, middle taken "
        f"back and its reply {statuses}, {kept} replies kept, exports {exports}"
    )
    is_met = slowest <= PAGE and largest <= KILOBYTES and not odd and kept == DEPTH and statuses == [303, 303]
    return Measured("R16", words, is_met and all(status == 200 and whole for status, _s, whole in exports.values()))


def _read(site: Any, cookies: dict[str, str], root: int) -> tuple[float, str, float, int]:
    slowest, where, largest, odd = 0.0, "", 0.0, 0
    for name in ("", "ada", "ben", "mira"):
        cookie = cookies.get(name, "")
        for path in (
            "/d/erklaerung", "/d/erklaerung/3", "/d/erklaerung/3/1", f"/a/{root}", f"/a/{root}?page=100", f"/a/{root + 9000}",
            "/d/erklaerung/new", "/d/erklaerung/results", "/me", "/d/erklaerung/moderation",
        ):  # fmt: skip
            began = time.monotonic()
            seen = Browser(site.port, cookie).get(path)
            if (took := time.monotonic() - began) > slowest:
                slowest, where = took, f"{path} as {name or 'guest'}"
            largest = max(largest, len(seen.text.encode()) / 1024)
            odd += seen.status not in (200, 303, 403)
    return slowest, where, largest, odd
