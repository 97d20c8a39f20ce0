"""Opinion groups of 2 000 people who voted on 500 contributions: how long it takes, and how much memory.

`make bench-groups`; people and contributions can be given: `make bench-groups BENCH="5000 1000"`. With `BENCH="--files FOLDER"`
it computes the groups from files in the format of Polis (`deliberation export --format polis`, unpacked), and what connects
and divides them: the same as the results page shows, from the export alone.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from deliberation.results.grouping import read_votes
from deliberation.results.groups import AGREE, DISAGREE, PASS, Votes, core, group
from deliberation.results.opinions import connecting, dividing
from deliberation.results.polis_files import read_conversation


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


def tell(folder: Path) -> None:
    """Groups, what connects and divides them, and what is typical of each, from the files alone."""
    found = group(core(read_votes(read_conversation(folder))))
    if found is None:
        print("No groups: too few votes.")
        return
    print(f"Groups: {found.sizes}")
    for title, items in (("Connects", connecting(found.items)), ("Divides", dividing(found.items))):
        print(f"\n{title}:")
        for one in items:
            print(f"  {one.item}: " + ", ".join(f"{100 * c.agree / c.seen:.0f} % of {c.seen}" for c in one.groups))
    for number in range(len(found.sizes)):
        print(f"\nTypical of group {number}:")
        for one in found.typical(number):
            side = "agree" if one.is_agreement else "disagree"
            print(f"  {one.item}: {100 * one.share:.0f} % {side}, z = {one.test:.1f}")


def _peak() -> int:
    """MB of memory that this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--files"]:
        tell(Path(sys.argv[2]))
        sys.exit()
    sizes = [int(word) for word in sys.argv[1:3]] or [2000, 500]
    measure(*sizes)
    wanted = "tests/results/test_groups.py::test_groups_of_a_real_deliberation_are_those_that_polis_published"
    sys.exit(subprocess.run([sys.executable, "-m", "pytest", "-q", "-s", "-n", "0", wanted], check=False).returncode)
