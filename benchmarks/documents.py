"""Readable documents of a large deliberation: how long each takes, and how much memory, with all annotations in the annex.

`make bench-documents`; how many annotations can be given: `make bench-documents BENCH=20000`. Each file is made by a process of
its own, as `deliberation export` does it, so that memory is that of one export alone.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from filling import SLUG, fill_large
from sqlalchemy import update

from deliberation import create_app, schema
from deliberation.annotations.models import Annotation
from deliberation.config import package_root
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.permissions import Operator
from deliberation.results.exports import export
from deliberation.results.filters import Annex, Filters, Purpose

FORMATS = ("docx", "odt", "pdf")


def fill(folder: Path, annotations: int) -> None:
    """Every annotation may be quoted: that is the longest document there can be."""
    app = create_app({"INSTANCE": str(folder), "LOG_LEVEL": "ERROR"})
    with app.app_context():
        schema.bring_up_to_date()
        fill_large(annotations)
        db.session.execute(update(Annotation).values(is_quotable=True))
        db.session.commit()


def make(folder: Path, file_format: str, purpose: Purpose) -> None:
    """One file, and a line about it."""
    app = create_app({"INSTANCE": str(folder), "LOG_LEVEL": "ERROR"})
    before = _peak()
    with app.app_context():
        filters = Filters(purpose=purpose, annex=Annex.WITH if purpose is Purpose.COMMITTEE else None)
        began = time.perf_counter()
        content = export(Operator(), find_declaration(SLUG), file_format, filters, "https://example.org").content
        took = time.perf_counter() - began
    size, memory = len(content) / 1e6, f"+{_peak() - before} MB ({_peak()} in all)"
    print(f"{purpose.value:>10} {file_format}: {took:6.2f} s, {size:5.1f} MB, {memory}")


def _peak() -> int:
    """MB of memory that this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(annotations: int) -> None:
    with tempfile.TemporaryDirectory(prefix="deliberation-bench-") as name:
        fill(Path(name), annotations)
        print(f"{annotations} annotations, committee with all of them, council without", flush=True)
        for purpose in (Purpose.COMMITTEE, Purpose.COUNCIL):
            for file_format in FORMATS:
                line = [sys.executable, __file__, "--one", name, file_format, purpose.value]
                subprocess.run(line, check=True, cwd=package_root())


if __name__ == "__main__":
    if "--one" in sys.argv:
        make(Path(sys.argv[2]), sys.argv[3], Purpose(sys.argv[4]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
