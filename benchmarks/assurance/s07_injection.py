"""S07: 24 texts × every parameter, field and part of an address; then sqlmap, level 2, against the real server.

sqlmap is installed into an environment of its own that is thrown away; it is no part of the program.
"""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

from benchmarks.assurance import Measured
from benchmarks.assurance.town import ENGINES, settle, town
from benchmarks.servers import free_port
from tests.security import deeds
from tests.security.injections import TEXTS
from tests.security.parameters import parameters_of
from tests.security.stage import Stage, Tables

SQLMAP = "sqlmap==1.10.10"
MINUTES_EACH = 3
INJECTABLE = re.compile(r"(is vulnerable|appears to be '.*' injectable|identified the following injection point)", re.I)


def measure() -> list[Measured]:
    """Our texts on both engines, sqlmap on SQLite."""
    return [*(_ours(engine) for engine in ENGINES), _sqlmap()]


def _ours(engine: str) -> Measured:
    sent, broken = 0, []
    with town(engine) as stage:
        settle()
        tables = Tables()
        tables.keep()
        for rule in deeds.rules_with(stage.app, "GET"):
            role = deeds.DEEDS[rule.endpoint].role if rule.endpoint in deeds.DEEDS else "organiser"
            for address in _addresses(stage, rule):
                status = stage.send(role, "GET", address).status_code
                sent += 1
                broken += [f"GET {address}"] if status >= 500 else []
        tables.bring_back()
        for rule in deeds.rules_with(stage.app, "POST"):
            deed = deeds.DEEDS[rule.endpoint]
            body, address = deed.body(stage.own), deeds.own_address(stage, rule)
            if rule.endpoint == "declarations.import_read":
                # A process of its own for each text; what is read there reaches no statement before the preview.
                body = {name: value for name, value in body.items() if name != "text"}
            for name in body:
                for words in TEXTS:
                    status = stage.send(deed.role, "POST", address, {**body, name: words}).status_code
                    sent += 1
                    broken += [f"POST {address} {name}={words}"] if status >= 500 else []
            tables.bring_back()
        tables.close()
    words = (
        f"{engine}: {len(TEXTS)} texts through every parameter, field and address, {sent} requests: {len(broken)} × 5xx"
    )
    return Measured("S07", f"{words} {broken[:3] or ''}", not broken)


def _addresses(stage: Stage, rule: object) -> list[str]:
    found = []
    address = deeds.own_address(stage, rule).partition("?")[0]  # type: ignore[arg-type]
    for name in parameters_of(stage.app, rule):  # type: ignore[arg-type]
        found += [f"{address}?{urlencode({name: words})}" for words in TEXTS]
    for name in rule.arguments:  # type: ignore[attr-defined]
        if type(rule._converters[name]).__name__ == "UnicodeConverter":  # type: ignore[attr-defined]
            values = {**deeds.values_of(rule.endpoint, stage.own), name: "☃"}  # type: ignore[attr-defined]
            pattern = deeds.address(stage.app, rule, values)  # type: ignore[arg-type]
            found += [pattern.replace(quote("☃"), quote(words.replace("/", "∕"))) for words in TEXTS]
    return found


def _sqlmap() -> Measured:
    """Each page with the parameters it reads, as the person who may open it; two forms beside them."""
    with TemporaryDirectory(prefix="deliberation-sqlmap-") as folder, town("sqlite") as stage:
        program = _installed(Path(folder))
        if program is None:
            return Measured("S07", "sqlmap cannot be installed here", False)
        with _served(stage) as address:
            targets = list(_targets(stage))
            found, looked = [], 0
            for role, path, data in targets:
                said = _run(program, folder, f"{address}{path}", stage.cookies.get(role, ""), data)
                looked += "[INFO] testing" in said or "all tested parameters do not appear" in said
                found += [path] if INJECTABLE.search(said) else []
    words = (
        f"sqlmap level 2, risk 2: {len(targets)} addresses, {looked} looked at to the end, "
        f"{len(found)} injectable {found[:3] or ''}"
    )
    return Measured("S07", words, not found and looked == len(targets) >= 20)


def _installed(folder: Path) -> Path | None:
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", SQLMAP]
    return python.with_name("sqlmap") if subprocess.run(command, check=False).returncode == 0 else None


def _targets(stage: Stage) -> list[tuple[str, str, str]]:
    found = []
    for rule in deeds.rules_with(stage.app, "GET"):
        names = [name for name in parameters_of(stage.app, rule) if name not in ("next", "back")]
        if not names or rule.endpoint.startswith("editions.draft"):
            continue
        role = deeds.DEEDS[rule.endpoint].role if rule.endpoint in deeds.DEEDS else "moderator"
        role = "organiser" if rule.endpoint.startswith(("results.", "declarations.")) else role
        address = deeds.own_address(stage, rule).partition("?")[0]
        found.append((role, f"{address}?{urlencode(dict.fromkeys(names[:4], '1'))}", ""))
    posts = ("annotations.vote", "annotations.stance", "moderation.flag", "accounts.login", "proposals.rate")
    for rule in deeds.rules_with(stage.app, "POST"):
        if rule.endpoint in posts:
            deed = deeds.DEEDS[rule.endpoint]
            body = urlencode(deed.body(stage.own), doseq=True)
            found.append((deed.role, deeds.own_address(stage, rule), body))
    return sorted(found, key=lambda one: len(one[1]))[:28]


def _run(program: Path, folder: str, address: str, cookie: str, data: str) -> str:
    command = [
        str(program), "-u", address, "--batch", "--level=2", "--risk=2", "--technique=BEUS", "--threads=2", "--timeout=10",
        "--disable-coloring", "--flush-session", f"--output-dir={folder}/out", "--ignore-code=400,403,404,409,422",
        "--skip=form_key,csrf_token", "--answers=redirect=N",
    ]  # fmt: skip
    command += [f"--cookie=session={cookie}", "--param-exclude=session"] if cookie else []
    command += [f"--data={data}"] if data else []
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=MINUTES_EACH * 60, check=False,
            env={**os.environ, "HOME": folder},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


class _served:
    """The application of the town behind a real socket, in threads of this process."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def __enter__(self) -> str:
        from threading import Thread

        from waitress.server import create_server

        settle()
        port = free_port()
        self.server = create_server(self.stage.app, host="127.0.0.1", port=port, threads=4)
        Thread(target=self.server.run, daemon=True).start()
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *_error: object) -> None:
        self.server.close()


if __name__ == "__main__":
    print(measure(), file=sys.stderr)
