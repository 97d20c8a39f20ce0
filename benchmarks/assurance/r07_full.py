"""R07: the database on a disk of six megabytes that is filled up and freed again, while people post. Needs root (tmpfs)."""

import os
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.assurance import Measured
from deliberation import create_app, schema
from deliberation.database import db, set_reading
from tests import builders
from tests.security.stage import sign_in
from tests.serving.site import Browser, Site

BACK = 10.0
SETTINGS = {"SECRET_KEY": "a secret that is long enough for the checks", "BASE_URL": "http://localhost"}


def measure() -> list[Measured]:
    if os.geteuid() != 0:
        return [Measured("R07", "needs root to mount a small disk", False)]
    with TemporaryDirectory(prefix="deliberation-r07-") as folder:
        place = Path(folder) / "disk"
        place.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", place], check=True)
        try:
            return _on_small_disk(Path(folder), place)
        finally:
            subprocess.run(["umount", "-l", place], check=False)


def _on_small_disk(folder: Path, place: Path) -> list[Measured]:
    url = f"sqlite:///{place / 'site.sqlite3'}"
    app = create_app({**SETTINGS, "DATABASE_URL": url, "INSTANCE": str(folder), "LOG_LEVEL": "ERROR"})
    with app.app_context():
        schema.bring_up_to_date()
        set_reading(False)
        cast = builders.cast()
        builders.annotate(cast.otto, cast.declaration)
        cookie = sign_in(app, cast.ada)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    environment = {f"DELIBERATION_{name}": value for name, value in {**SETTINGS, "DATABASE_URL": url}.items()}
    log = {"DELIBERATION_RATELIMIT_ENABLED": "0", "DELIBERATION_SECOND_FACTOR": "optional"}
    site = Site(folder, "serve", "--no-jobs", **environment, **log)
    try:
        return _fill_and_free(site, place, cookie)
    finally:
        site.stop()


def _fill_and_free(site: Site, place: Path, cookie: str) -> list[Measured]:
    ada = Browser(site.port, cookie)
    token = ada.token("/d/erklaerung/3/1/annotations")
    acknowledged, refused, pages, kept = set[str](), set[int](), set[int](), True

    def post(number: int) -> int:
        nonlocal kept
        words = f"R07 {number} " + "Wort " * 100
        fields = {"csrf_token": token, "kind": "practice", "body": words, "action": "send", "checked": "1"}
        fields["form_key"] = f"k{number}"
        answer = ada.post("/d/erklaerung/3/1/annotations", fields)
        if answer.status == 303:
            acknowledged.add(words.strip())
        else:
            refused.add(answer.status)
            kept = kept and f"R07 {number} " in answer.text
        return answer.status

    post(0)
    filler = place / "filler"
    with filler.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(4096))
        except OSError:
            pass
    ready = set[int]()
    for number in range(1, 15):
        post(number)
        for path in ("/d/erklaerung", "/a/1", "/d/erklaerung/results"):
            pages.add(Browser(site.port).get(path).status)
        ready.add(Browser(site.port).get("/readyz").status)
    filler.unlink()
    began, number = time.monotonic(), 100
    while post(number) != 303 and time.monotonic() - began < 30:
        number += 1
        time.sleep(0.1)
    back = time.monotonic() - began
    text = Browser(site.port, cookie).get("/me/statement/erklaerung").text
    lost = sum(words.split(" Wort")[0] + " " not in text for words in acknowledged)
    ready_again = Browser(site.port).get("/readyz").status
    words = (
        f"full disk: posts answered {sorted(refused)} with the text {'kept' if kept else 'LOST'}, pages {sorted(pages)}, "
        f"{len(acknowledged)} acknowledged, {lost} lost, works {back:.1f} s after there was room"
    )
    is_met = refused <= {503, 507} and bool(refused) and pages == {200} and not lost and back <= BACK and kept
    health = f"full disk: /readyz {sorted(ready)}, then {ready_again}"
    return [Measured("R07", words, is_met), Measured("R25", health, ready == {503} and ready_again == 200)]
