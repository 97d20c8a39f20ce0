"""R06: every creating form with its key is sent fifty times at once, then once more, on both databases."""

from typing import Any

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, live
from deliberation.database import db, set_reading
from tests.security import stage
from tests.security.stage import Tables
from tests.serving.test_at_once import send_all

TIMES = 50


def measure() -> list[Measured]:
    return [_on(engine) for engine in ENGINES]


def _on(engine: str) -> Measured:
    with live(engine) as here:
        town = stage.build(here.app)
        db.session.commit()
        db.session.close()
        set_reading(True)
        tables: Any = Tables()
        tables.keep()
        forms, faults = send_all(here.serve(), town, tables, TIMES)
        tables.close()
    words = (
        f"{engine}, {forms} forms, each {TIMES} times at once and once more: {len(faults)} stored or answered otherwise"
    )
    return Measured("R06", words + "".join(f"; {one}" for one in faults), not faults)
