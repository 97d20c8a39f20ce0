"""Publish an edition of a large text while people read: `python benchmarks/publishing.py [--annotations N]`.

Prints how long planning and publishing take, and the slowest page that readers got before and meanwhile. Everything
lives in a temporary folder; the readers ask the production server, a second process publishes through the verbs, as
`deliberation edition` does.
"""

import argparse
import http.client
import multiprocessing
import random
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from filling import SLUG, fill_long
from servers import production_server

from deliberation import create_app, schema
from deliberation.database import db, reading_only, set_reading
from deliberation.declarations.editions import load_text
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, Unit
from deliberation.declarations.models import current_edition, find_declaration
from deliberation.editions.publishing import publish_edition
from deliberation.editions.reanchoring import plan_edition
from deliberation.permissions import Operator

READERS = 4
CALM_SECONDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description="Publish an edition of a large text while people read.")
    parser.add_argument("--paragraphs", type=int, default=2000)
    parser.add_argument("--annotations", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deliberation-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with _application(folder).app_context():
            schema.bring_up_to_date()
            fill_long(options.paragraphs, options.annotations)
            db.session.remove()
            db.engine.dispose()
        with production_server(folder) as server:
            readers = [Reader(server.port) for _ in range(READERS)]
            time.sleep(CALM_SECONDS)
            began = time.perf_counter()
            _publish_elsewhere(folder)
            ended = time.perf_counter()
            for reader in readers:
                reader.stop()
            calm = [took for reader in readers for start, took in reader.views if start + took < began]
            busy = [
                took for reader in readers for start, took in reader.views if start + took >= began and start < ended
            ]
            failed = sum(reader.failed for reader in readers)
            print(
                f"{READERS} readers before: median {_ms(median(calm))}, slowest {_ms(max(calm))} of {len(calm)} pages"
            )
            print(
                f"{READERS} readers meanwhile: median {_ms(median(busy))}, slowest {_ms(max(busy))} of {len(busy)} pages"
            )
            print(f"pages refused: {failed}")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _application(folder: Path):  # type: ignore[no-untyped-def]
    return create_app({"INSTANCE": str(folder), "LOG_LEVEL": "ERROR", "RATELIMIT_ENABLED": False})


def _publish_elsewhere(folder: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_publish, args=(folder,))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit("publishing failed")


def _publish(folder: Path) -> None:
    with _application(folder).app_context():
        with reading_only():
            declaration = find_declaration(SLUG)
            text = load_text(current_edition(declaration))
            began = time.perf_counter()
            plan = plan_edition(declaration, revised(text))
            planned = time.perf_counter()
            db.session.commit()
        set_reading(False)
        writing = time.perf_counter()
        published = publish_edition(Operator(), declaration, plan, "Gemessen.")
        flushed = time.perf_counter()
        db.session.commit()
        ended = time.perf_counter()
        counts = ", ".join(f"{state.value} {published.anchors[state]}" for state in AnchorState)
        print(f"{sum(published.anchors.values())} annotations on {len(plan.paragraphs)} paragraphs: {counts}")
        print(
            f"planning {planned - began:.1f} s, writing {flushed - writing:.1f} s, commit {ended - flushed:.2f} s, "
            f"all together {ended - began:.1f} s",
            flush=True,
        )


def revised(text: DraftDeclaration) -> DraftDeclaration:
    """One paragraph in five is reworded, one in twenty goes, moves or is joined with the one before, one is new."""
    chance = random.Random(7)
    theses = []
    for thesis in text.theses:
        own: list[DraftParagraph] = []
        for one in thesis.paragraphs:
            dice = chance.random()
            if dice < 0.2:
                words = one.sentences[0].split()
                words.insert(len(words) // 2, "künftig")
                own.append(replace(one, units=(Unit("", 0, (" ".join(words), *one.sentences[1:])),)))
            elif dice < 0.23:
                own.insert(0, one)
            elif dice < 0.26 and own:
                own[-1] = replace(own[-1], units=own[-1].units + one.units)
            elif dice >= 0.29:
                own.append(one)
            if dice > 0.97:
                own.append(DraftParagraph("", (Unit("", 0, (f"Neu ist Absatz {chance.random()}.",)),)))
        theses.append(replace(thesis, paragraphs=tuple(own)))
    return replace(text, theses=tuple(theses))


class Reader(threading.Thread):
    """Somebody who opens one thesis after the other."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.views: list[tuple[float, float]] = []
        self.failed = 0
        self._port = port
        self._ended = threading.Event()
        self.start()

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        number = 0
        while not self._ended.is_set():
            number = number % 50 + 1
            began = time.perf_counter()
            connection.request("GET", f"/d/{SLUG}/{number}")
            answer = connection.getresponse()
            answer.read()
            self.failed += answer.status != 200
            self.views.append((began, time.perf_counter() - began))

    def stop(self) -> None:
        self._ended.set()
        self.join()


if __name__ == "__main__":
    main()
