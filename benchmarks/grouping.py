"""Opinion groups of 2 000 people who voted on 500 contributions: how long it takes, and how much memory.

`make bench-groups`; people and contributions can be given: `make bench-groups BENCH="5000 1000"`.
"""

import resource
import subprocess
import sys
import time

import numpy as np

from deliberation.results.groups import AGREE, DISAGREE, PASS, Votes, group


def measure(people: int, items: int, seed: int = 1) -> None:
    """Two camps on a fifth of the contributions, everything else by chance; four of ten votes are cast."""
    random = np.random.default_rng(seed)
    table = random.choice([AGREE, DISAGREE, PASS, np.nan], p=[0.2, 0.1, 0.1, 0.6], size=(people, items))
    told = table[:, : items // 5]
    camp = np.where(np.arange(people) < people // 2, AGREE, DISAGREE)[:, None]
    table[:, : items // 5] = np.where(np.isnan(told), np.nan, camp)
    before, began = _peak(), time.perf_counter()
    found = group(Votes(range(people), range(items), table))
    took = time.perf_counter() - began
    sizes = found.sizes if found else ()
    print(f"{people} people × {items} contributions: {took:.2f} s, +{_peak() - before} MB ({_peak()} MB in all), groups {sizes}")


def _peak() -> int:
    """MB of memory that this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[1:3]] or [2000, 500]
    measure(*sizes)
    wanted = "tests/results/test_groups.py::test_groups_of_a_real_deliberation_are_those_that_polis_published"
    sys.exit(subprocess.run([sys.executable, "-m", "pytest", "-q", "-s", "-n", "0", wanted], check=False).returncode)
