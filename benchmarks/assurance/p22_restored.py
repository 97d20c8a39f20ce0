"""P22: people leave, yesterday's database is put back under a real server, and they are gone before its first answer."""

import shutil
from pathlib import Path

from benchmarks.assurance import Measured
from benchmarks.assurance.live import live
from deliberation.database import db
from deliberation.sqlite import driver as sqlite3
from tests import builders
from tests.privacy.disguises import hits
from tests.security import stage
from tests.serving.site import Browser, Site

PEOPLE = 40


def measure() -> Measured:
    with live("sqlite") as here:
        declaration = builders.make_declaration()
        names, cookies = [], []
        for number in range(PEOPLE):
            names.append(f"Kanarienbaum {number + 100}")
            person = builders.make_member(declaration, f"kanarie{number}", pseudonym=names[-1])
            builders.annotate(person, declaration, "1.1", f"Kanarientext Nummer {number:03} hier.")
            cookies.append(stage.sign_in(here.app, person))
        folder = Path(here.app.instance_path)
        file = folder / "test.sqlite3"
        db.session.commit()
        yesterday = folder.parent / f"{folder.name}-yesterday"
        shutil.copy(file, yesterday)
        first = here.serve()
        left = sum(_leave(first, cookie, number) for number, cookie in enumerate(cookies))
        first.stop()
        shutil.copy(yesterday, file)
        yesterday.unlink()
        back = _accounts(file)
        second = here.serve()
        # Looked at before anybody has asked it for anything.
        after, found = _accounts(file), hits([folder], [*names, *(f"kanarie{n}@example.org" for n in range(PEOPLE))])
        texts = second.get("/d/erklaerung/1/1")[1].count("Kanarientext")
    words = (
        f"{left} of {PEOPLE} left, {back} were back with yesterday's file, {after} after the start; {len(found)} traces of names "
        f"and addresses in the files; {texts} of {PEOPLE // 2} texts stay of those who left them"
    )
    return Measured("P22", words, (left, back, after, len(found)) == (PEOPLE, PEOPLE, 0, 0) and texts > 0)


def _leave(site: Site, cookie: str, number: int) -> bool:
    browser = Browser(site.port, cookie)
    token = browser.token("/me/leave")
    answer = browser.post("/me/leave", {"csrf_token": token, "parting": "kept" if number % 2 else "taken"})
    browser.close()
    return answer.location.endswith("/left")


def _accounts(file: Path) -> int:
    connection = sqlite3.connect(file)
    [(count,)] = connection.execute('SELECT count(*) FROM "user"').fetchall()
    connection.close()
    return int(count)
