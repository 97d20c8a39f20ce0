"""How lists grow: each page of a small and of a large deliberation, in one process, milliseconds and slowest queries.

`make bench-lists`; `BENCH="--annotations 10000 1000000"` for other sizes, `--folder DIR` to fill once and measure again (one
folder for each size is made in it), `--queries` to see what takes the time. Goal (P6): p50 of the largest at most 1.3 times that
of the smallest. Times are of processor, through the whole application without a server; nothing is kept without `--folder`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROUNDS = 7
GUEST, READER, MODERATOR = "", "reader", "moderator"
D = "/d/messung"
PAGES = {
    "queue": (f"{D}/moderation", MODERATOR),
    "queue, first ones": (f"{D}/moderation?tab=first", MODERATOR),
    "queue, questions": (f"{D}/moderation?tab=unanswered", MODERATOR),
    "results": (f"{D}/results", GUEST),
    "results, list": (f"{D}/results/list?of=contributions", GUEST),
    "results, one thesis": (f"{D}/results?thesis=2", GUEST),
    "search, frequent word": (f"{D}/search?q=Zeit", GUEST),
    "search, three words": (f"{D}/search?q=Zeit+Hilfe+Fachkraft", GUEST),
    "search, part of words": (f"{D}/search?q=arbei", GUEST),
    "search, rare word": (f"{D}/search?q=Regenschirm", GUEST),
    "what is new": (f"{D}/new", READER),
    "feed": (f"{D}/feed.atom", GUEST),
    "public log": (f"{D}/moderation/log", GUEST),
    "log of the team": (f"{D}/moderation/log/team", MODERATOR),
    "figures of the team": (f"{D}/moderation/team", MODERATOR),
    "board of the team": (f"{D}/results/team", MODERATOR),
    "people": (f"{D}/moderation/people", MODERATOR),
    "own list": ("/me", READER),
    "own stances": (f"{D}/stances", READER),
    "outcomes": (f"{D}/outcomes", MODERATOR),
    "export dialog": (f"{D}/export", GUEST),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotations", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--folder", default="")
    parser.add_argument("--queries", action="store_true")
    parser.add_argument("--only", default="", help="pages with this in their name")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.measure:
        measure(wanted.only, wanted.queries)
        return
    with tempfile.TemporaryDirectory(prefix="deliberation-lists-") as temporary:
        base = Path(wanted.folder or temporary)
        found = [run(base / f"i{size}", size, wanted) for size in wanted.annotations]
    print("| Page | " + " | ".join(f"{size} ms" for size in wanted.annotations) + " | growth | queries |")
    print("|---|" + "---|" * (len(found) + 2))
    for name, first in found[0].items():
        times = [one[name]["ms"] for one in found]
        shown = " | ".join(f"{one:.1f}" for one in times)
        print(f"| {name} | {shown} | {times[-1] / times[0]:.2f} | {found[-1][name]['queries']} | {first['status']}")
        for ms, statement in (one for measured in found[-1:] for one in measured[name]["slowest"]):
            print(f"    {ms:.1f} ms {statement}")


def run(folder: Path, size: int, wanted: Any) -> dict[str, Any]:
    environment = {**os.environ, "DELIBERATION_INSTANCE": str(folder), "DELIBERATION_RATELIMIT_ENABLED": "0",
                   "DELIBERATION_LOG_LEVEL": "ERROR"}  # fmt: skip
    if not folder.exists():
        folder.mkdir(parents=True)
        subprocess.run([sys.executable, __file__, "--measure", "fill", "--annotations", str(size)], check=True, env=environment)
    line = [sys.executable, __file__, "--measure", "pages", "--only", wanted.only, *(["--queries"] if wanted.queries else [])]
    done = subprocess.run(line, check=True, capture_output=True, text=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def measure(only: str, with_queries: bool) -> None:
    """In a process of its own; prints JSON."""
    sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]
    import filling
    from sqlalchemy import event

    from deliberation import create_app, jobs, schema
    from deliberation.database import db, set_reading

    app = create_app()
    if "fill" in sys.argv:
        with app.app_context():
            set_reading(False)
            schema.migrate_to(schema.HEAD)
            filling.fill_large(int(sys.argv[sys.argv.index("--annotations") + 1]))
            for thorough in (False, True):
                while jobs.find_words(is_thorough=thorough, rounds=50):
                    pass
        return
    with app.app_context():
        schema.migrate_to(schema.HEAD)
        db.session.remove()
        engine = db.engine
    spent: Counter[str] = Counter()
    began: list[float] = []
    counted = [0]

    def before(*_what: Any) -> None:
        began.append(time.process_time())

    def after(_connection: Any, _cursor: Any, statement: str, *_what: Any) -> None:
        spent[" ".join(statement.split())] += time.process_time() - began.pop()
        counted[0] += statement.lstrip().startswith(("SELECT", "WITH"))

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    clients = {GUEST: app.test_client(), READER: app.test_client(), MODERATOR: app.test_client()}
    for who, email in ((READER, "person11@example.org"), (MODERATOR, "mira@example.org")):
        page = clients[who].get("/login").text
        token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        clients[who].post("/login", data={"csrf_token": token, "email": email, "password": filling.PASSWORD})
    found = {}
    for name, (path, who) in PAGES.items():
        if only not in name:
            continue
        times = []
        for _round in range(ROUNDS):
            spent.clear()
            counted[0] = 0
            start = time.process_time()
            status = clients[who].get(path).status_code
            times.append(1000 * (time.process_time() - start))
            if times[-1] > 5000:
                break
        slowest = [(1000 * seconds, text) for text, seconds in spent.most_common(3)] if with_queries else []
        found[name] = {"ms": statistics.median(times), "queries": counted[0], "status": status, "slowest": slowest}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
