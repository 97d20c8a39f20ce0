"""A PostgreSQL with a streaming copy, a Redis and a proxy, started from Debian's packages on loopback and killed at will."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

PATIENCE = 60.0
BASE = "site"
COPY = "copy"
POSTGRES = ("initdb", "postgres", "pg_ctl", "pg_basebackup")
HOW_TO = "apt install --no-install-recommends postgresql redis-server nginx-light"


def _programs() -> dict[str, str]:
    """Where they are; what is missing is left out."""
    found = {name: shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") for name in ("redis-server", "nginx")}
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    places = [*map(str, reversed(versions)), os.environ.get("PATH", "")]
    found |= {name: shutil.which(name, path=os.pathsep.join(places)) for name in POSTGRES}
    return {name: path for name, path in found.items() if path}


PROGRAMS = _programs()
MISSING = {"redis-server", "nginx", *POSTGRES} - PROGRAMS.keys()


def until(what: str, is_so: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Wait for it, and say what it was if it does not come."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Process:
    """One program in the background; what it says stands in a file."""

    def __init__(self, folder: Path, name: str, *words: Any, **more: Any) -> None:
        self.log = folder / f"{name}.log"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(list(map(str, words)), stdout=log, stderr=log, start_new_session=True, **more)

    def kill(self) -> None:
        """With its children, without a word."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        pids = [pid, *map(int, children.read_text().split())] if children.exists() else []
        for one in pids:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(PATIENCE)


class Postgres:
    """One server: made empty, or as a copy of another one that follows it."""

    def __init__(self, folder: Path, name: str, following: "Postgres | None" = None) -> None:
        self.folder, self.name, self.port = folder, name, free_port()
        self.data = folder / name
        # It refuses to run as root; Debian's packages bring an account for it.
        self._as: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        if following is None:
            self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        else:
            source = f"host=127.0.0.1 port={following.port} user=postgres application_name={name}"
            slot = ("-C", "-S", f"slot_{name}")
            self._run("pg_basebackup", "-D", self.data, "-R", "-X", "stream", "-c", "fast", "--no-sync", *slot, "-d", source)
        # What is killed here is a process and not the machine: nothing has to reach the disk.
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off",
            "cluster_name": name, "max_wal_size": "256MB", "shared_buffers": "64MB", "max_connections": 60,
        }  # fmt: skip
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        self.server = Process(folder, f"{name}-server", PROGRAMS["postgres"], "-D", self.data, *words, cwd=folder, **self._as)
        until(f"{name} answers", self.answers)

    def url(self, base: str = BASE) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{base}"

    def ask(self, statement: str, base: str = "postgres") -> Any:
        """The first value of the first row."""
        with psycopg.connect(self.url(base), autocommit=True, connect_timeout=5) as connection:
            found = connection.execute(statement)
            row = found.fetchone() if found.description else None
        return row[0] if row else None

    def answers(self) -> bool:
        try:
            return self.ask("SELECT 1") == 1
        except psycopg.OperationalError:
            assert self.server.process.poll() is None, self.server.log.read_text()
            return False

    def wait_for_copies(self, name: str) -> None:
        """From now on nothing is acknowledged that the copy has not replayed."""
        self.ask("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
        self.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        self.ask("SELECT pg_reload_conf()")
        until("the copy follows", lambda: self.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1)

    def wait_for_nobody(self) -> None:
        """A copy may lag from now on."""
        self.ask("ALTER SYSTEM RESET synchronous_standby_names")
        self.ask("SELECT pg_reload_conf()")
        until("it waits no more", lambda: self.ask("SHOW synchronous_standby_names") == "")

    def promote(self) -> None:
        self._run("pg_ctl", "promote", "-w", "-D", self.data)

    def _run(self, name: str, *words: Any) -> None:
        done = subprocess.run(
            [PROGRAMS[name], *map(str, words)], capture_output=True, text=True, cwd=self.folder, timeout=60, **self._as
        )
        assert done.returncode == 0, done.stderr


class Redis(Process):
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        words = ("--port", self.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder)
        super().__init__(folder, "redis", PROGRAMS["redis-server"], *words)
        until("redis listens", lambda: listens(self.port))

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


PROXY = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-errors.log; {user}
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/nginx-body; proxy_temp_path {folder}/nginx-proxy; fastcgi_temp_path {folder}/nginx-fcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi; scgi_temp_path {folder}/nginx-scgi;
    upstream site {{ {servers} }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://site;
            proxy_connect_timeout 2s;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $host;
        }}
    }}
}}
"""


class Proxy(Process):
    """Leads to several servers in turn; one that is away is left out for a second."""

    def __init__(self, folder: Path, ports: list[int]) -> None:
        self.port = free_port()
        servers = " ".join(f"server 127.0.0.1:{port} fail_timeout=1s;" for port in ports)
        user = "user root;" if os.getuid() == 0 else ""
        file = folder / "nginx.conf"
        file.write_text(PROXY.format(folder=folder, port=self.port, servers=servers, user=user))
        super().__init__(folder, "nginx", PROGRAMS["nginx"], "-p", folder, "-e", folder / "nginx-start.log", "-c", file)
        until("the proxy listens", lambda: listens(self.port))


@contextmanager
def town() -> Iterator["Town"]:
    """Everything but the site itself, running; gone afterwards."""
    # Not below pytest's own folder: nobody but root may enter that.
    with tempfile.TemporaryDirectory(prefix="deliberation-two-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o777)
        made = Town(folder)
        try:
            made.start()
            yield made
        finally:
            made.stop()


class Town:
    """One primary, its copy, one Redis."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[Process] = []

    def start(self) -> None:
        self.primary = self._keep_server(Postgres(self.folder, "primary"))
        self.primary.ask(f"CREATE DATABASE {BASE}")
        self.copy = self._keep_server(Postgres(self.folder, COPY, following=self.primary))
        self.primary.wait_for_copies(COPY)
        self.redis = self.keep(Redis(self.folder))

    def keep(self, process: Any) -> Any:
        self._running.append(process)
        return process

    def _keep_server(self, server: Postgres) -> Postgres:
        self.keep(server.server)
        return server

    def stop(self) -> None:
        for one in reversed(self._running):
            one.kill()
