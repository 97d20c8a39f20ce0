"""Memory of a worker while eight readers ask for every kind of page again and again: MB after so many requests (P8: 130).

`make bench-memory`; `BENCH="--requests 20000"` for longer, `--folder DIR` for an instance that `growing.py` filled."""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from browsing import Browser
from filling import PASSWORD
from growing import MODERATOR, PAGES, READER
from servers import production_server

CLIENTS = 8
STEPS = 6
MORE = {
    "landing": ("/d/messung", ""), "thesis": ("/d/messung/1", ""), "own thesis": ("/d/messung/1", READER),
    "paragraph": ("/d/messung/2/3", ""), "whole text": ("/d/messung/text", ""), "conversation": ("/a/1", ""), "shelf": ("/", ""),
}  # fmt: skip
SELDOM = ("results, list", "board of the team", "export dialog")
"""What nobody asks for again and again; one of these for each hundred others."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotations", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--folder", default="")
    parser.add_argument("--without", nargs="*", default=[])
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deliberation-memory-") as temporary:
        folder = Path(wanted.folder or temporary)
        if not wanted.folder:
            growing = str(Path(__file__).with_name("growing.py"))
            environment = {**os.environ, "DELIBERATION_INSTANCE": str(folder), "DELIBERATION_RATELIMIT_ENABLED": "0"}
            line = [sys.executable, growing, "--measure", "fill", "--annotations", str(wanted.annotations)]
            subprocess.run(line, check=True, env=environment)
        with production_server(folder) as server:
            print(f"at start: {server.megabytes():.0f} MB", flush=True)
            often = {name: page for name, page in {**PAGES, **MORE}.items() if name not in (*SELDOM, *wanted.without)}
            seldom = {name: PAGES[name] for name in SELDOM if name not in wanted.without}
            # Once, while nobody else asks: eight at the same moment would wait for each other.
            clients = [sign_in(server.port) for _client in range(CLIENTS)]
            for step in range(STEPS):
                ask(clients, often, seldom, wanted.requests // STEPS)
                print(f"after {(step + 1) * wanted.requests // STEPS} requests: {server.megabytes():.0f} MB", flush=True)


def sign_in(port: int) -> dict[str, Browser]:
    return {
        "": Browser(port),
        READER: Browser(port).sign_in("person11@example.org", PASSWORD),
        MODERATOR: Browser(port).sign_in("mira@example.org", PASSWORD),
    }


def ask(
    clients: list[dict[str, Browser]],
    often: dict[str, tuple[str, str]],
    seldom: dict[str, tuple[str, str]],
    requests: int,
) -> None:
    turn = itertools.count()

    def work(people: dict[str, Browser]) -> None:
        while (number := next(turn)) < requests:
            pages = seldom if seldom and number % 100 == 99 else often
            path, who = list(pages.values())[number % len(pages)]
            people[who].get(path)

    threads = [threading.Thread(target=work, args=(people,)) for people in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
