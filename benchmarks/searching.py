"""Searching among 100 000 annotations: milliseconds in the database, and of the whole verb, on either database.

`make bench-search`; `BENCH="--annotations 10000"` for fewer, `--url postgresql://…` for a server (else SQLite in a folder). Goal:
under 50 ms in the database. Each query is asked many times; the median and the 95th percentile are printed."""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TIMES = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotations", type=int, default=100_000)
    parser.add_argument("--url", default="")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deliberation-search-") as folder:
        os.environ.update(DELIBERATION_INSTANCE=folder, DELIBERATION_RATELIMIT_ENABLED="0")
        if wanted.url:
            os.environ["DELIBERATION_DATABASE_URL"] = wanted.url
        run(wanted.annotations)


def run(annotations: int) -> None:
    sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
    import filling
    import places
    from sqlalchemy import event, func, select

    from deliberation import create_app, schema
    from deliberation.database import db, reading_only, set_reading
    from deliberation.declarations.models import find_declaration, load_declarations
    from deliberation.permissions import Guest
    from deliberation.search.finding import Wanted, load_search
    from deliberation.search.models import SearchPosting, SearchTerm

    app = create_app()
    with app.app_context():
        set_reading(False)
        schema.migrate_to(schema.HEAD)
        filling.fill(places.Shape(annotations, is_deep=True))
        counts = [db.session.scalar(select(func.count()).select_from(one)) for one in (SearchTerm, SearchPosting)]
        print(f"{annotations} annotations: {counts[0]} words, {counts[1]} places")
        began = time.perf_counter()
        with reading_only():
            from deliberation.search.index import find_changed, find_new

            find_changed()
            compared = time.perf_counter()
            find_new()
        db.session.commit()
        print(f"comparing everything {1000 * (compared - began):.0f} ms, looking for what is new "
              f"{1000 * (time.perf_counter() - compared):.1f} ms\n")  # fmt: skip
        words = db.session.execute(select(SearchTerm.word, SearchTerm.docs).order_by(SearchTerm.docs.desc())).all()
        spent: list[float] = [0.0]
        _listen(db.engine, event, spent)
        [slug] = [one.slug for one in load_declarations()]
        declaration = find_declaration(slug)
        print("| Query | ms in the database, median | 95 % | whole verb, median |")
        print("|---|---|---|---|")
        for name, query in _queries(words).items():
            inside, whole = [], []
            for _time in range(TIMES):
                spent[0], start = 0.0, time.perf_counter()
                with reading_only():
                    load_search(Guest(), declaration, Wanted(query))
                whole.append(1000 * (time.perf_counter() - start))
                inside.append(1000 * spent[0])
                db.session.commit()
                db.session.expunge_all()
                declaration = find_declaration(slug)
            high = sorted(inside)[int(TIMES * 0.95) - 1]
            print(f"| {name} | {statistics.median(inside):.1f} | {high:.1f} | {statistics.median(whole):.1f} |", flush=True)


def _listen(engine: Any, event: Any, spent: list[float]) -> None:
    """Add up the time between a statement and its answer."""
    began: list[float] = []

    def before(*_what: Any) -> None:
        began.append(time.perf_counter())

    def after(*_what: Any) -> None:
        spent[0] += time.perf_counter() - began.pop()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)


def _queries(words: Any) -> dict[str, str]:
    """By how often words stand there."""
    long = [word for word, _docs in words if len(word) > 6 and word.isalpha()]
    rare = [word for word, docs in words if docs <= 5 and len(word) > 6 and word.isalpha()] or long[-5:]
    return {
        "the most frequent word": words[0][0],
        "a frequent word": words[20][0],
        "a rare word": rare[0],
        "a part of words": long[0][2:8],
        "four letters": long[1][:4],
        "three words": " ".join(long[:3]),
        "a frequent and a rare one": f"{words[0][0]} {rare[0]}",
        "five frequent ones": " ".join(word for word, _docs in words[:5]),
        "nothing": "quastenflosser",
    }


if __name__ == "__main__":
    main()
