"""S01: every page × role × method × own, foreign, absent and mixed things, the whole product, on both engines.

The suite runs a sample of the same walk (`tests/security/test_everyone_somewhere.py`).
"""

from benchmarks.assurance import Measured
from benchmarks.assurance.town import ENGINES, town
from deliberation.policies import POLICIES
from tests.security import matrix
from tests.security.stage import Tables


def measure() -> list[Measured]:
    """Expected is what the policy table and the permission table say; nothing changes where somebody is refused."""
    return [_walk(engine) for engine in ENGINES]


def _walk(engine: str) -> Measured:
    with town(engine) as stage:
        tables = Tables()
        seen = matrix.walk(stage, tables, sample=False)
        tables.close()
        rules = list(stage.app.url_map.iter_rules())
    without = [rule.endpoint for rule in rules if rule.endpoint not in POLICIES]
    words = (
        f"{engine}: {len(rules)} rules, {seen.refused + seen.let_in} requests, {seen.refused} to be refused; "
        f"{len(seen.faults)} not as declared, changed or broken {seen.faults[:3] or ''}; "
        f"{len(seen.closed)} pages or forms that nobody could use {sorted(seen.closed)[:3] or ''}; "
        f"{len(without)} endpoints without a policy"
    )
    return Measured("S01", words, not (seen.faults or seen.closed or without))
