"""P10: files of everything, each made by a process of its own as `deliberation export` makes it: seconds and memory.

`make bench-exports`; `BENCH="--annotations 10000 --formats csv xlsx"` for some of it. Documents quote every annotation."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import Bench
from goals import Row, heading, number, table
from kept import clean_environment, copied
from places import Shape

SITE = "https://beratung.example"


@dataclass(frozen=True)
class File:
    """A format, of how many annotations, and what it may take; 0: not said."""

    format: str
    annotations: int
    seconds: float = 0
    above_mb: int = 0
    all_mb: int = 0


FILES = (
    File("csv", 100_000, 3, 60), File("jsonl", 100_000, 3, 60), File("xlsx", 100_000, 15), File("json", 100_000),
    File("jsonld", 100_000), File("docx", 10_000, 5), File("odt", 10_000), File("pdf", 5_000, 10, all_mb=800),
)  # fmt: skip
DOCUMENTS = ("docx", "odt", "pdf")
QUICK_ANNOTATIONS = 10_000


def measure(bench: Bench) -> Iterator[Row]:
    """In a quick run of fewer annotations, which meets no goal and fails none."""
    files = [file for file in FILES if file.seconds]
    if bench.is_quick:
        most = min(QUICK_ANNOTATIONS, bench.small.annotations)
        files = [File(file.format, min(file.annotations, most)) for file in files if file.format != "pdf"]
    yield from make_files(files, 1 if bench.is_quick else 3)


def make_files(files: Sequence[File], times: int) -> Iterator[Row]:
    for count in dict.fromkeys(file.annotations for file in files):
        with copied(Shape(count)) as copy:
            for file in files:
                if file.annotations == count:
                    yield from _rows(file, [_make(copy.folder, file.format) for _time in range(times)])


def _rows(file: File, made: Sequence[dict[str, float]]) -> Iterator[Row]:
    first = made[0]
    work = f"{file.format}: {number(file.annotations)} annotations, {number(first['size'])} MB"
    beside = f"reading {number(first['read'])} s, processor {number(first['cpu'])} s"
    row = Row("p10", work, [one["took"] for one in made], "s", beside)
    wanted = {"wanted": f"≤ {number(file.seconds)} s", "is_met": row.median <= file.seconds} if file.seconds else {}
    yield Row(row.goal, row.work, row.values, row.unit, row.beside, **wanted)  # type: ignore[arg-type]
    above = [one["peak"] - one["start"] for one in made]
    whole = max(one["peak"] for one in made)
    beside = f"{number(whole)} MB in all"
    if file.all_mb:
        yield Row("p10", "… memory", above, "MB above start", beside, "", f"≤ {file.all_mb} MB in all", whole <= file.all_mb)
    elif file.above_mb:
        yield Row("p10", "… memory", above, "MB above start", beside, "", f"≤ {file.above_mb} MB", max(above) <= file.above_mb)
    else:
        yield Row("p10", "… memory", above, "MB above start", beside)


def _make(folder: Path, file_format: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--make", file_format], check=True, capture_output=True, text=True,
        env={**clean_environment(), "DELIBERATION_INSTANCE": str(folder), "DELIBERATION_LOG_LEVEL": "ERROR"},
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


def make(file_format: str) -> None:
    """Prints what it took as JSON. Memory is the most that this process had."""
    from deliberation import create_app
    from deliberation.database import db, reading_only
    from deliberation.declarations.models import load_declarations
    from deliberation.permissions import Operator
    from deliberation.results.exports import prepare

    app = create_app()
    with app.app_context(), tempfile.TemporaryDirectory(dir=os.environ["DELIBERATION_INSTANCE"]) as folder:
        declaration = load_declarations()[0]
        start, began, worked = _megabytes("VmRSS:"), time.perf_counter(), time.process_time()
        more: dict[str, Any] = {"filters": _everything()} if file_format in DOCUMENTS else {}
        with reading_only():
            prepared = prepare(
                Operator(), declaration, file_format, site=SITE, folder=folder, pause=db.session.commit, **more
            )  # fmt: skip
        db.session.commit()
        read = time.perf_counter() - began
        path = Path(folder) / "file"
        with path.open("wb") as out:
            prepared.write(out)
        took = time.perf_counter() - began
        cpu, size = time.process_time() - worked, path.stat().st_size / 1e6
        print(json.dumps({"took": took, "read": read, "cpu": cpu, "size": size, "peak": _megabytes("VmHWM:"), "start": start}))


def _everything() -> Any:
    """The longest document there is: for a committee, with all annotations in the annex."""
    from deliberation.results.filters import Annex, Filters, Purpose

    return Filters(purpose=Purpose.COMMITTEE, annex=Annex.WITH)


def _megabytes(name: str) -> int:
    """Of this process; what `getrusage` says includes the process that began it."""
    return int(Path("/proc/self/status").read_text().partition(name)[2].split()[0]) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotations", type=int, help="instead of what the goals are about")
    parser.add_argument("--formats", nargs="+", default=[file.format for file in FILES])
    parser.add_argument("--make", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.make:
        make(wanted.make)
        return
    files = [file for file in FILES if file.format in wanted.formats]
    if wanted.annotations:
        files = [File(file.format, wanted.annotations) for file in files]
    print(heading(), end="\n\n")
    print(table(list(make_files(files, 1))))


if __name__ == "__main__":
    main()
