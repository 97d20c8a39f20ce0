"""`make bench`: measure P1 to P12 of the goals through the real server, and say which are met.

`--quick` is done in five minutes, with 10 000 annotations; without it everything is, within an hour once the databases are
filled. `--only p1,p3` for some of them. Tables are in Markdown; `--markdown FILE` writes them there too, to be taken into
`docs/performance.md`. Keeps nothing but `build/bench`.
"""

import argparse
import logging
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import engines
import exporting
import freshness
import growing
import hall
import lasting
import reading
import sizes
import starting
import writing
from bench import Bench, say
from crowd import Crowd
from goals import NAMES, Row, heading, table, verdicts
from places import Shape

SMALL, LARGE, QUICK_LARGE = 10_000, 1_000_000, 100_000
ROUNDS = 5
SECONDS, QUICK_SECONDS = 1.0, 0.3
Measure = Callable[[Bench], Iterator[Row]]
GOALS: dict[str, Measure] = {
    "p4": freshness.measure, "p5": writing.measure, "p6": growing.measure, "p7": sizes.measure, "p8": lasting.measure,
    "p9": hall.measure, "p10": exporting.measure, "p11": starting.measure, "p12": engines.measure,
}  # fmt: skip
READING = ("p1", "p2", "p3")
"""Share a site and a bare view."""


def main() -> None:
    options = _read_options()
    logging.disable(logging.WARNING)
    # Whoever ends it ends the servers too, and nothing stays but what is kept.
    signal.signal(signal.SIGTERM, lambda *_what: sys.exit(143))
    wanted = {name for name in options.only.lower().split(",") if name} or set(NAMES)
    if unknown := wanted - set(NAMES):
        sys.exit(f"There is no {', '.join(sorted(unknown))}: {', '.join(NAMES)}")
    if options.quick and not options.only and not options.large:
        # Nothing to compare with without filling a large one.
        wanted -= {"p6"}
    crowd = Crowd()
    try:
        bench = Bench(
            crowd, options.seconds or (QUICK_SECONDS if options.quick else SECONDS), options.rounds, options.quick,
            Shape(options.annotations), Shape(options.large or (QUICK_LARGE if options.quick else LARGE)),
        )  # fmt: skip
        words = heading()
        print(words, flush=True)
        rows = list(_measure(bench, wanted))
    finally:
        crowd.close()
    text = f"{words}\n\n{verdicts(rows)}\n\n{table(rows)}\n"
    print(f"\n{verdicts(rows)}")
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 000 annotations, shorter runs: five minutes")
    parser.add_argument("--only", default="", help="some of the goals: p1,p3")
    parser.add_argument("--annotations", type=int, default=SMALL, help="size of the database that most is measured with")
    parser.add_argument("--large", type=int, default=0, help="size of the large one (P6, P12)")
    parser.add_argument("--seconds", type=float, help="length of one run")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--markdown", type=Path, help="a file for the tables")
    return parser.parse_args()


def _measure(bench: Bench, wanted: set[str]) -> Iterator[Row]:
    """Each goal prints its table as soon as it is known; one that breaks does not spoil the others."""
    parts: list[tuple[str, Measure]] = [(name, GOALS[name]) for name in NAMES if name in wanted and name in GOALS]
    if here := wanted & set(READING):
        parts.insert(0, (" ".join(sorted(here)), lambda bench: reading.measure(bench, here)))
    for name, measure in parts:
        say(f"\n{name.upper()} ...")
        began, rows = time.monotonic(), []
        try:
            for row in measure(bench):
                rows.append(row)
        except Exception as error:
            traceback.print_exc()
            rows.append(Row(name.split()[0], f"broke: {type(error).__name__}: {error}", (), "", is_met=False))
        print(f"\n{table(rows)}\n", flush=True)
        say(f"{name.upper()}: {time.monotonic() - began:.0f} s")
        yield from rows


if __name__ == "__main__":
    main()
