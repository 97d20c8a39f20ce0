"""A survey of 30 questions, answered by 1 338 people through the real server, with gaps of every kind.

`make bench-survey`; `BENCH="--people 200"` for fewer. Each person comes without an account, gets a form for every question that
comes to her, leaves some out, says "Keine Angabe" to some, goes back once, and hands in. Then the survey is closed, and what the
results page and the files say is compared with a count of what was sent, made here without the program's own.
"""

import argparse
import csv
import io
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from browsing import Browser  # noqa: E402
from servers import production_server  # noqa: E402

PASSWORD = "vier Wörter ohne jeden Zusammenhang"
AT_ONCE = 8
SURVEY = "/d/umfrage/survey"
LEFT_OUT, NO_ANSWER = "", "none"
OPTIONS = {"single": ("A", "B", "C", "D", "E"), "multiple": ("U", "V", "W", "X", "Y", "Z")}
KINDS = ["single", *["scale"] * 7, "multiple", *["scale"] * 6, *["number"] * 3, *["single"] * 8, *["multiple"] * 3, "text"]
BUSY: list[int] = []
BEHIND = range(10, 19)
"""Questions for those who gave the first answer to the first question."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1338)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="deliberation-survey-", ignore_cleanup_errors=True) as name:
        prepare(Path(name))
        with production_server(Path(name)) as server:
            run(server.port, wanted.people)


def prepare(folder: Path) -> None:
    """A declaration and an organiser; the survey itself is built through the pages."""
    from deliberation import create_app, schema
    from deliberation.accounts import actions as accounts
    from deliberation.database import db, set_reading
    from deliberation.declarations.actions import Particulars, create_declaration, grant_role
    from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis, Unit
    from deliberation.permissions import Operator, Phase, Role

    app = create_app({"INSTANCE": str(folder), "RATELIMIT_ENABLED": False, "LOG_LEVEL": "ERROR"})
    with app.app_context():
        set_reading(False)
        schema.bring_up_to_date()
        thesis = DraftThesis("1", "Eins", "", "", (DraftParagraph("1", (Unit("", 0, ("So ist es.",)),)),))
        draft = DraftDeclaration("Umfrage", (thesis,), "headings", ())
        declaration = create_declaration(Operator(), draft, Particulars(slug="umfrage", title="Umfrage"))
        declaration.phase = Phase.READING
        organiser = accounts.create_user(Operator(), "otto@example.org", password=PASSWORD)
        grant_role(organiser, Role.ORGANISER, declaration)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def run(port: int, people: int) -> None:
    office = Browser(port).sign_in("otto@example.org", PASSWORD)
    token = build(office)
    chance = random.Random(2026)
    said = [made_up(chance) for _person in range(people)]
    times: list[float] = []
    began = time.perf_counter()
    answer_all(port, list(said), times)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    sent(office.post(f"{SURVEY}/1/state", {"csrf_token": token, "act": "close"}))
    closing = time.perf_counter() - began
    began = time.perf_counter()
    page = office.get(f"{SURVEY}/1/results").text
    showing = time.perf_counter() - began
    rows = table(office, "data.csv")
    compare(said, rows, table(office, "results.csv"), page)
    ordered = sorted(times)
    print(f"{people} people handed in {len(KINDS)} questions in {seconds:.0f} s, {AT_ONCE} at once")
    middle, slow = statistics.median(ordered), ordered[int(0.95 * len(ordered))]
    print(f"one answer stored: median {1000 * middle:.1f} ms, 95 % {1000 * slow:.1f} ms")
    print(f"asked to try again because the database was busy: {len(BUSY)} of {len(times)}")
    print(f"closing and counting {closing:.2f} s, results page {showing:.2f} s")
    print("every figure of page and files as counted here")


def patiently(send: Any) -> Any:
    """Send it again where the database was too busy, as the page asks people to."""
    for _try in range(10):
        answer = send()
        if answer.status != 503:
            break
        BUSY.append(1)
        time.sleep(0.5)
    return sent(answer)


def sent(answer: Any) -> Any:
    if answer.status not in (200, 303):
        raise RuntimeError(f"refused with {answer.status}: {answer.text[:300]}")
    return answer


def build(office: Browser) -> str:
    """Thirty questions through the pages; returns the organiser's CSRF token."""
    token = office.token(f"{SURVEY}/new")
    sent(office.post(f"{SURVEY}/new", {"csrf_token": token, "title": "Dreißig Fragen", "form_key": "bench"}))
    for number, kind in enumerate(KINDS, start=1):
        if number in (BEHIND[0], BEHIND[-1] + 1):
            condition = {}
            if number == BEHIND[0]:
                first = re.search(rf"{SURVEY}/1/questions/(\d+)", office.get(f"{SURVEY}/1/desk").text)
                assert first is not None
                condition = {"shown_if": f"{first[1]}:1"}
            add(office, token, "section", f"Teil ab {number}", f"s{number}", condition)
        add(office, token, kind, f"Frage {number}", f"q{number}", {})
    sent(office.post(f"{SURVEY}/1/state", {"csrf_token": token, "act": "open"}))
    return token


def add(office: Browser, token: str, kind: str, words: str, key: str, more: dict[str, str]) -> None:
    fields = {"csrf_token": token, "sort": kind, "words": words, "form_key": key, "least": "0", "most": "60", **more}
    fields["answers"] = "\n".join(OPTIONS.get(kind, ()))
    sent(office.post(f"{SURVEY}/1/questions/new", fields))


def made_up(chance: random.Random) -> dict[int, Any]:
    """What one person says, by the number of the question."""
    found: dict[int, Any] = {}
    for number, kind in enumerate(KINDS, start=1):
        dice = chance.random()
        if dice < 0.08:
            found[number] = LEFT_OUT
        elif dice < 0.13:
            found[number] = NO_ANSWER
        elif kind == "scale":
            found[number] = chance.choices("12340", (30, 30, 20, 10, 10))[0]
        elif kind == "number":
            found[number] = chance.choice(["0", "5", "19,5", "20", "38.5", "40", "60"])
        elif kind == "text":
            found[number] = f"Mehr Zeit, {chance.randrange(10**6)}."
        elif kind == "multiple":
            found[number] = sorted(chance.sample("123456", chance.randint(1, 3)))
        else:
            found[number] = chance.choice("12345")
    return found


def answer_all(port: int, waiting: list[dict[int, Any]], times: list[float]) -> None:
    faults: list[BaseException] = []

    def work() -> None:
        while waiting and not faults:
            try:
                answer_one(port, waiting.pop(), times)
            except IndexError:
                return
            except BaseException as fault:
                faults.append(fault)

    threads = [threading.Thread(target=work) for _place in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def answer_one(port: int, said: dict[int, Any], times: list[float]) -> None:
    """Follow the forms from the first question to the end, wherever they lead."""
    browser = Browser(port)
    token = browser.token(f"{SURVEY}/1/begin")
    form = {"csrf_token": token, "act": "begin", "form_key": f"{id(said)}"}
    place = patiently(lambda: browser.post(f"{SURVEY}/1/begin", form)).headers["Location"]
    has_gone_back = False
    while "/q/" in place:
        number = int(place.rpartition("/")[2])
        sent(browser.get(place))
        if number == 5 and not has_gone_back:
            has_gone_back = True
            fields = to_fields(token, said[number], "back")
        else:
            fields = to_fields(token, said[number], "next")
        began = time.perf_counter()
        # Bound now: the names change with the next question.
        place = patiently(lambda place=place, fields=fields: browser.post(place, fields)).headers["Location"]
        times.append(time.perf_counter() - began)
    answer = patiently(lambda: browser.post(f"{SURVEY}/1/send", {"csrf_token": token}))
    if not answer.headers["Location"].endswith("/done"):
        raise RuntimeError(f"not handed in: {answer.headers['Location']}")


def to_fields(token: str, said: Any, go: str) -> Any:
    given = said if isinstance(said, list) else [said] if said else []
    return [("csrf_token", token), ("go", go), *(("answer", one) for one in given)]


def table(office: Browser, name: str) -> list[dict[str, str]]:
    content = office.get(f"{SURVEY}/1/{name}")
    return list(csv.DictReader(io.StringIO(content.text.removeprefix("\ufeff")), delimiter=";"))


def is_asked(number: int, said: dict[int, Any]) -> bool:
    return number not in BEHIND or said[1] == "1"


def compare(said: list[dict[int, Any]], rows: list[dict[str, str]], results: list[dict[str, str]], page: str) -> None:
    """Raises AssertionError where anything differs from what was sent."""
    assert len(rows) == len(said), (len(rows), len(said))
    for number, kind in enumerate(KINDS, start=1):
        reached = [one[number] for one in said if is_asked(number, one)]
        given = [one for one in reached if one not in (LEFT_OUT, NO_ANSWER)]
        told = [row for row in results if row["question"] == str(number)]
        unable = given.count("0") if kind == "scale" else 0
        facts = (len(given) - unable, reached.count(NO_ANSWER), reached.count(LEFT_OUT), len(said) - len(reached), unable)
        for row in told:
            assert tuple(int(row[name]) for name in ("n", "declined", "missing", "unasked", "unable")) == facts, (number, row)
        if kind in ("single", "scale", "multiple"):
            counted = Counter(key for one in given for key in one if not (kind == "scale" and key == "0"))
            assert {row["answer"]: int(row["count"]) for row in told if int(row["count"])} == dict(counted), number
        if kind in ("single", "scale"):
            coded = Counter("-8" if not is_asked(number, one) else to_code(kind, one[number]) for one in said)
            assert Counter(row[f"q{number}"] for row in rows) == coded, number
        if kind == "number":
            numbers = sorted(float(one.replace(",", ".")) for one in given)
            found = sorted(float(row[f"q{number}"].replace(",", ".")) for row in rows if not row[f"q{number}"].startswith("-"))
            assert found == numbers, number
    assert f"{len(said):,}".replace(",", "\u202f") in page


def to_code(kind: str, said: str) -> str:
    return {LEFT_OUT: "-7", NO_ANSWER: "-9", **({"0": "-6"} if kind == "scale" else {})}.get(said, said)


if __name__ == "__main__":
    main()
