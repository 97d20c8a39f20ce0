"""P4: the first view after a change, when nothing of the page can have been kept, beside its plain render by Jinja."""

import json
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from asking import GUEST, Person
from bench import Bench
from crowd import Load
from goals import Row, number, spread
from kept import clean_environment
from reading import fetch
from sites import GROWN, LONG, SHOWN, Site, open_site
from sqlalchemy import select

from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations.models import Paragraph, Thesis, find_declaration

TIMES, CPU_MS = 1.5, 60.0
WARM = f"{GROWN}?all=1"


def measure(bench: Bench) -> Iterator[Row]:
    with open_site(bench.small) as site:
        for name, path, is_long in (("200 annotations", SHOWN, False), ("1 000 annotations", LONG, True)):
            cold = [_cold(site, path) for _round in range(bench.rounds)]
            jinja = [one["jinja"] * 1000 for one in cold]
            whole = [one["whole"] * 1000 for one in cold]
            beside = f"plain Jinja {spread(jinja, 'ms')} of processor"
            row = Row("p4", f"{name}, nothing kept at all, processor time in the process", whole, "ms", beside)
            yield _judged(row, jinja)
            if is_long:
                yield replace(row, ratio="", wanted=f"≤ {CPU_MS:.0f} ms", is_met=row.median <= CPU_MS)
            waits, used = zip(*_after_changes(bench, site, path), strict=True)
            row = Row("p4", f"{name}, over the wire right after somebody replied there", waits, "ms", beside)
            yield _judged(row, jinja)
            if is_long:
                row = Row("p4", f"{name}, the same, processor time of the server", used, "ms", wanted=f"≤ {CPU_MS:.0f} ms")
                yield replace(row, is_met=row.median <= CPU_MS)


def _judged(row: Row, jinja: list[float]) -> Row:
    times = row.median / statistics.median(jinja)
    return replace(row, ratio=number(times), wanted=f"≤ {TIMES}", is_met=times <= TIMES)


def _cold(site: Site, path: str) -> dict[str, float]:
    settings = {"DELIBERATION_INSTANCE": str(site.folder), "DELIBERATION_RATELIMIT_ENABLED": "0"}
    command = [sys.executable, str(Path(__file__).with_name("rendering.py")), path, WARM]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**clean_environment(), **settings}
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _after_changes(bench: Bench, site: Site, path: str) -> Iterator[tuple[float, float]]:
    """Milliseconds until the page is there, and of processor time; each time somebody has just replied there."""
    writer, numbers = site.person(site.filled.writers[0]), threads_at(site, path)
    for number_ in numbers[: 2 + 2 * bench.rounds]:
        reply(bench, site, writer, number_)
        used, began = site.server.cpu(), time.perf_counter()
        status, _headers, _body = fetch(site.port, GUEST, path, False)
        took = (time.perf_counter() - began) * 1000
        if status != 200:
            raise RuntimeError(f"{path}: {status}")
        yield took, (site.server.cpu() - used) * 1000


def reply(bench: Bench, site: Site, writer: Person, number_: int) -> None:
    fields = [("body", "Das sehe ich auch so."), ("form_key", uuid.uuid4().hex), ("action", "send")]
    ask = writer.post(f"/a/{number_}/replies", fields)
    report = bench.crowd.drive(Load(site.port, ((ask,),), 10, most=1))
    if report.errors:
        raise RuntimeError(f"replying: {dict(report.errors)}")


def threads_at(site: Site, path: str) -> list[int]:
    """The numbers of the conversations at a place, by its address."""
    slug, thesis, paragraph = path.partition("?")[0].split("/")[2:]
    with site.app.app_context():
        declaration = find_declaration(slug)
        query = (
            select(Annotation.number).join(Thesis, Thesis.id == Annotation.thesis_id)
            .join(Paragraph, Paragraph.id == Annotation.paragraph_id)
            .where(Thesis.number == thesis, Paragraph.number == paragraph, Annotation.root_id.is_(None),
                   Annotation.declaration_id == (declaration.id if declaration else 0), Annotation.status == "visible")
            .order_by(Annotation.number)
        )  # fmt: skip
        found = list(db.session.scalars(query))
        db.session.remove()
        db.engine.dispose()
    return found
