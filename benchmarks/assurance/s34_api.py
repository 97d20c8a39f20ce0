"""S34: no operation of `/api/v1` breaks, and nothing comes back that its description does not name.

The suite asks less of the same (`tests/api/test_every_answer_is_documented.py`).
"""

from benchmarks.assurance import Measured
from benchmarks.assurance.town import ENGINES, town
from deliberation.database import db, set_reading
from tests.api.fuzzing import ask_everything
from tests.api.program import make_token

EXAMPLES = 400
ROLES = ("participant", "author", "moderator", "organiser", "stranger")


def measure() -> list[Measured]:
    return [_ask(engine) for engine in ENGINES]


def _ask(engine: str) -> Measured:
    with town(engine) as stage:
        tokens = [*(make_token(stage.people[role]) for role in ROLES), ""]
        db.session.commit()
        set_reading(True)
        found = ask_everything(stage.app, stage, tokens, EXAMPLES)
    faults = f"{len(found.faults)} faults {found.faults[:2] or ''}"
    words = f"{engine}: {found.asked} requests to {len(found.statuses)} operations; {faults}"
    return Measured("S34", words, not found.faults)
