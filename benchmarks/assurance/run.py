"""Run the checks behind docs/assurance.md: `make assurance`, or some of them with `make assurance ONLY="r01 s19"`.

Each runs in a process of its own, so that a check that breaks cannot spoil the next. Exit code 1 if a target was missed.
"""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent


def main(wanted: list[str]) -> int:
    """Run what was asked for; nothing asked for: everything."""
    if wanted[:1] == ["--one"]:
        return _run_here(wanted[1])
    names = [path.stem for path in sorted(FOLDER.glob("[rsp][0-9]*.py"))]
    chosen = [name for name in names if not wanted or any(name.startswith(each.lower()) for each in wanted)]
    if not chosen:
        print(f"nothing is called like that; there are {', '.join(names)}", file=sys.stderr)
        return 1
    failed = [name for name in chosen if subprocess.run([sys.executable, __file__, "--one", name]).returncode]
    print(f"{len(chosen) - len(failed)} of {len(chosen)} met" + (f", not: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


def _run_here(name: str) -> int:
    sys.path.insert(0, str(FOLDER.parents[1]))
    found = import_module(f"benchmarks.assurance.{name}").measure()
    rows = found if isinstance(found, list) else [found]
    for row in rows:
        print(f"{'ok ' if row.is_met else '!! '} {row.row}: {row.words}", flush=True)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
