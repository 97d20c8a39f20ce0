"""What is shipped for running the site names settings, commands and files that exist, and keeps its locks."""

import configparser
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from deliberation.cli import cli
from deliberation.config import DEFAULTS, OPERATOR_FIELDS, PREFIX, SECRETS, load_settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = [name for name, service in COMPOSE["services"].items() if service.get("image") == "deliberation"]
PAGES = [ROOT / "docs" / name for name in ("hosting.md", "upgrading.md", "betrieb-webspace.md", "operating.md")]
SHIPPED = [path for path in DEPLOY.rglob("*") if path.is_file()]
LOCKS = {
    "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "", "RestrictNamespaces": "yes", "MemoryDenyWriteExecute": "yes", "UMask": "0077",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "SystemCallArchitectures": "native", "StateDirectoryMode": "0700",
    "ProtectKernelTunables": "yes", "ProtectControlGroups": "yes", "LockPersonality": "yes", "User": "deliberation",
}  # fmt: skip


class _Many(dict[str, Any]):
    """A key that stands several times keeps all its values, one a line."""

    def __setitem__(self, key: str, value: Any) -> None:
        if key in self and isinstance(value, list):
            self[key].extend(value)
            return
        super().__setitem__(key, value)


def unit(path: Path) -> dict[str, dict[str, str]]:
    found = configparser.RawConfigParser(strict=False, dict_type=_Many, delimiters=("=",), comment_prefixes=("#",))
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read_string(path.read_text())
    return {section: dict(found.items(section)) for section in found.sections()}


def command_exists(words: list[str]) -> bool:
    """Whether the command line knows these words: command, its options, and no more."""
    command: click.Command = cli
    while isinstance(command, click.Group):
        if not words or words[0] not in command.commands:
            return False
        command, words = command.commands[words[0]], words[1:]
    options = {name for param in command.params if isinstance(param, click.Option) for name in param.opts}
    return all(word in {*options, "--help"} for word in words if word.startswith("--"))


def commands_in(text: str) -> Iterator[list[str]]:
    """What is called `deliberation …` there; what is only a place, a name or a user is left out."""
    for line in re.findall(r"(?:^|[\s`(|\"'/])deliberation ((?:[a-z-]+ ?)+[^`\n|&;)]*)", text):
        with_words = re.sub(r"[\"']", "", line.partition("#")[0]).split()
        if with_words and with_words[0] in cli.commands:
            yield with_words


@pytest.mark.parametrize("path", [*SHIPPED, *PAGES], ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    for name in re.findall(rf"\b{PREFIX}([A-Z_]+)\b", path.read_text()):
        plain = name.removesuffix("_FILE")
        assert plain in {*DEFAULTS, "INSTANCE", "X"}, f"{path.name}: {name}"
        assert name == plain or plain in SECRETS, f"{path.name}: {name} is not read from a file"


@pytest.mark.parametrize("path", [*UNITS, *PAGES, DEPLOY / "compose.yaml"], ids=lambda path: path.name)
def test_every_command_that_is_named_exists(path: Path) -> None:
    found = list(commands_in(path.read_text()))
    assert found
    for words in found:
        assert command_exists(words), f"{path.name}: deliberation {' '.join(words)}"


def test_images_run_commands_that_exist() -> None:
    [run] = re.findall(r"^CMD (\[.*\])$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert command_exists(yaml.safe_load(run))
    for name in OURS:
        command = COMPOSE["services"][name]["command"]
        assert command_exists(command) or list(commands_in(command[0]))


def test_example_of_the_settings_starts_a_public_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {}
    for line in (DEPLOY / "settings.env").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            # systemd and compose read such a line alike.
            assert re.fullmatch(r"'[^']*'", value), line
            given[name] = value.strip("'")
    for name in DEFAULTS:
        monkeypatch.delenv(PREFIX + name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert not set(given) & {PREFIX + name for name in SECRETS}
    settings = load_settings(tmp_path, {"SECRET_KEY": "x" * 40})
    assert settings["IS_PRODUCTION"]
    assert all(settings[name] for name in OPERATOR_FIELDS)
    assert settings["TRUSTED_PROXIES"] == 1


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_is_locked_in(path: Path) -> None:
    service = unit(path)["Service"]
    for name, value in LOCKS.items():
        assert service.get(name) == value, f"{path.name}: {name}={service.get(name)}"
    assert service["SystemCallFilter"].splitlines()[0] == "@system-service"
    assert service["Environment"].splitlines()[0] == f"{PREFIX}INSTANCE=/var/lib/{service['StateDirectory']}"


@pytest.mark.parametrize("path", TIMERS, ids=lambda path: path.name)
def test_every_timer_has_its_unit(path: Path) -> None:
    assert path.with_suffix(".service") in UNITS
    assert "OnCalendar" in unit(path)["Timer"]
    assert unit(path.with_suffix(".service"))["Service"]["Type"] == "oneshot"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    """In a root of its own: what the units need of the system is not looked for."""
    for path in (*UNITS, *TIMERS):
        place = tmp_path / "etc/systemd/system" / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    for program in ("opt/deliberation/venv/bin/deliberation", "bin/cp"):
        (tmp_path / program).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shutil.which("true") or "/bin/true", tmp_path / program)
    for path in (*UNITS, *TIMERS):
        done = subprocess.run(
            ["systemd-analyze", "verify", f"--root={tmp_path}", path.name], capture_output=True, text=True, check=False
        )  # fmt: skip
        ours = [line for line in done.stderr.splitlines() if line.startswith(("deliberation", f"{tmp_path}/etc"))]
        assert not [line for line in ours if "Unknown" in line or "Failed to parse" in line or "Invalid" in line], ours


def test_containers_may_nothing_they_need_not() -> None:
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
    published = {name for name, service in COMPOSE["services"].items() if "ports" in service}
    assert published == {"caddy"}
    image = (DEPLOY / "Containerfile").read_text()
    assert "--require-hashes -r requirements.lock" in image
    assert re.findall(r"^USER (.*)$", image, re.MULTILINE) == ["10001:10001"]


def test_secrets_come_from_files_alone() -> None:
    files = {f"/run/secrets/{name}" for name in COMPOSE["secrets"]}
    for name, service in COMPOSE["services"].items():
        for key, value in service.get("environment", {}).items():
            assert not key.endswith(("PASSWORD", "SECRET_KEY", "MAIL_URL", "DATABASE_URL")), f"{name}: {key}"
            if key.endswith("_FILE"):
                assert value in files
                assert Path(value).name in service["secrets"]


def test_what_an_image_is_made_of_is_there_and_leaves_secrets_out() -> None:
    allowed = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [
        place
        for line in re.findall(r"^COPY (?!--from)(.*)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
        for place in line.split()[:-1]
    ]
    assert set(copied) == allowed
    assert all((ROOT / place).exists() for place in copied)
    assert not any(place.startswith(("instance", ".git", ".")) for place in allowed)


def test_lock_holds_what_an_installation_may_need() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    for name in ("psycopg", "psycopg-binary", "redis", "hatchling", "editables"):
        assert re.search(rf"^{name}==", lock, re.MULTILINE), name


def test_container_is_healthy_while_the_site_answers_under_its_name() -> None:
    asked: list[str] = []

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.headers['Host']}{self.path}")
            self.send_response(200 if len(asked) == 1 else 503)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        looks = [_is_healthy(server.server_address[1]) for _turn in range(2)]
        server.shutdown()
        port = server.server_address[1]
    assert looks == [True, False]
    assert asked[0] == "beratung.example.org/healthz"
    assert not _is_healthy(port)


def _is_healthy(port: int) -> bool:
    environment = {**os.environ, f"{PREFIX}BASE_URL": "https://beratung.example.org"}
    script = str(DEPLOY / "healthy.py")
    return subprocess.run([sys.executable, script, str(port)], env=environment, check=False).returncode == 0


def test_web_servers_in_front_write_nothing_secret_down() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text()
    [kept] = re.findall(r"log_format deliberation '([^']*)'", nginx)
    assert set(re.findall(r"\$(\w+)", kept)) == {
        "time_iso8601", "request_id", "request_method", "status", "bytes_sent", "request_time", "upstream_response_time"
    }  # fmt: skip
    logged = re.findall(r"^\s*(access_log|error_log)\s+(.*);$", nginx, re.MULTILINE)
    assert {words for kind, words in logged if kind == "access_log"} == {"off", "/var/log/nginx/deliberation.log deliberation"}
    assert all(words.endswith(" emerg") for kind, words in logged if kind == "error_log")
    caddy = (DEPLOY / "Caddyfile").read_text()
    assert caddy.count("log {") == 1
    assert re.search(r"request delete\s+resp_headers delete", caddy)
