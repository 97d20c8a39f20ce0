"""Files of 100 000 annotations: how long each format takes, and how much memory, each in a process of its own.

`make bench-exports`; `BENCH="--annotations 10000 --formats csv xlsx"` for fewer. As `deliberation export` does it, on SQLite,
from 2 000 people with about 390 000 votes (`filling.py`). Goals: under 200 MB each, XLSX under 60 s; later (P10) CSV and JSON
lines in 3 s with 60 MB above start, XLSX in 15 s. Only this process writes; nothing is kept.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SITE = "https://beratung.example"
FORMATS = ("csv", "jsonl", "json", "jsonld", "xlsx")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotations", type=int, default=100_000)
    parser.add_argument("--formats", nargs="+", default=FORMATS)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.measure:
        measure(wanted.measure)
        return
    with tempfile.TemporaryDirectory(prefix="deliberation-exports-") as folder:
        os.environ.update(DELIBERATION_INSTANCE=folder, DELIBERATION_RATELIMIT_ENABLED="0")
        fill(wanted.annotations)
        print(f"{wanted.annotations} annotations\n")
        print("| Format | s | of that reading | s of processor | MB of file | MB of memory | above start |")
        print("|---|---|---|---|---|---|---|")
        for name in wanted.formats:
            done = subprocess.run(
                [sys.executable, __file__, "--measure", name],
                check=True,
                capture_output=True,
                text=True,
                env=os.environ,
            )
            one = json.loads(done.stdout)
            print(
                f"| {name} | {one['took']:.1f} | {one['read']:.1f} | {one['cpu']:.1f} | {one['size']:.0f} | {one['peak']} |"
                f" {one['peak'] - one['start']} |",
                flush=True,
            )


def fill(annotations: int) -> None:
    sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
    import filling

    from deliberation import create_app, schema
    from deliberation.database import db, set_reading

    app = create_app()
    with app.app_context():
        set_reading(False)
        schema.migrate_to(schema.HEAD)
        filling.fill_large(annotations)
        db.session.commit()


def measure(file_format: str) -> None:
    """Prints what it took as JSON. Memory is the most that this process had."""
    sys.path.insert(0, str(ROOT))
    from deliberation import create_app
    from deliberation.database import db, reading_only
    from deliberation.declarations.models import load_declarations
    from deliberation.permissions import Operator
    from deliberation.results.exports import prepare

    app = create_app()
    with app.app_context(), tempfile.TemporaryDirectory() as folder:
        [declaration] = load_declarations()
        start, began, worked = _peak(), time.perf_counter(), time.process_time()
        with reading_only():
            prepared = prepare(Operator(), declaration, file_format, site=SITE, folder=folder, pause=db.session.commit)
        db.session.commit()
        read = time.perf_counter() - began
        path = Path(folder) / "file"
        with path.open("wb") as out:
            prepared.write(out)
        took = time.perf_counter() - began
        cpu, size = time.process_time() - worked, path.stat().st_size / 1e6
        print(json.dumps({"took": took, "read": read, "cpu": cpu, "size": size, "peak": _peak(), "start": start}))


def _peak() -> int:
    """MB of memory that this process had at most; what `getrusage` says includes the process that began it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


if __name__ == "__main__":
    main()
