"""S19 and S20: hostile documents sent to the real server, and files written from texts that point outside.

The server runs under strace, so that every connection and every file opened for writing is seen.
"""

import io
import re
import shutil
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.assurance import Measured
from benchmarks.browsing import Answer, Browser
from benchmarks.servers import free_port

SLOWEST, MEMORY_MB, PAGE = 10.0, 400.0, 2.0
CANARY = "/etc/hostname"
OUTSIDE = (
    "![Bild](http://203.0.113.7/pixel.png) ![Datei](file:///etc/hostname) [Stil](http://203.0.113.7/a.css) "
    "<img src=http://203.0.113.7/b.png> <link rel=stylesheet href=//203.0.113.7/c.css> "
    "<iframe src=file:///etc/hostname></iframe> @import url(http://203.0.113.7/d.css);"
)


def measure() -> list[Measured]:
    """Every hostile document of the suite and big ones beside it, one a request, while somebody else reads."""
    if not shutil.which("strace"):
        return [Measured("S19", "strace is missing (apt-get install strace)", False)]
    with TemporaryDirectory(prefix="deliberation-s19-") as folder, _Server(Path(folder)) as server:
        documents = {**_documents(), **_big()}
        results = {name: server.upload(data) for name, data in documents.items()}
        good = [server.upload(data) for data in _good()]
        most_mb = server.most_mb
        is_written = server.export()
        calls, written, canary = server.seen()
    slow = max(seconds for _status, seconds in results.values())
    faults = [name for name, (status, _s) in results.items() if status >= 500 or status < 400]
    refused = [status for status, _seconds in good if status != 303]
    words = (
        f"{len(results)} hostile documents: {len(faults)} accepted or 5xx {faults or ''}, slowest {slow:.1f} s, server and "
        f"children +{most_mb:.0f} MB, slowest other page {server.slowest_page * 1000:.0f} ms, {len(calls)} calls out, "
        f"{len(written)} files outside {written[:3] or ''}, {len(good) - len(refused)} of {len(good)} good ones accepted"
    )
    is_met = not (faults or calls or written or refused) and slow <= SLOWEST
    is_met = is_met and most_mb <= MEMORY_MB and server.slowest_page <= PAGE
    from deliberation.results.writers import WRITERS

    files = f"files of {len(WRITERS)} formats and the redline, written from texts with seven pointers outside"
    files += f"{'' if is_written else ' (which are NOT in the files)'}: {len(calls)} calls, "
    return [
        Measured("S19", words, is_met),
        Measured("S20", files + f"canary file opened {canary} times", is_written and not calls and canary == 0),
    ]


def _documents() -> dict[str, bytes]:
    from tests.declarations.test_importing_hostile import HOSTILE

    return {name: data for name, (data, _reason) in HOSTILE.items()}


def _big() -> dict[str, bytes]:
    from tests.declarations.importing_files import docx, odt, p, pdf, zipped

    deep = "<text:list><text:list-item>" * 20_000 + "<text:p>x</text:p>" + "</text:list-item></text:list>" * 20_000
    return {
        "100 MB": b"a" * (100 << 20),
        "Word with a 45 MB sentence": docx(p("wort " * 9_000_000)),
        "Word with 400 000 empty paragraphs": docx(p("") * 400_000),
        "OpenDocument nested 20 000 deep": odt(deep),
        "PDF full of brackets": pdf("[" * 2_000_000),
        "zip of zips": zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": zipped({"a": bytes(1 << 20)})}),
        "HTML nested 200 000 deep": b"<html><body>" + b"<div>" * 200_000,
    }


def _good() -> list[bytes]:
    data = Path(__file__).parents[2] / "tests" / "data" / "sgb-viii"
    return [path.read_bytes() for path in sorted(data.glob("auszug-2021.*")) if path.suffix in (".md", ".docx", ".odt")]


class _Server:
    """The production server under strace, with the sample deliberation."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.most_mb = self.slowest_page = 0.0
        self._is_busy = threading.Event()
        self._ended = threading.Event()

    def __enter__(self) -> "_Server":
        command = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect,openat", "-o", str(self.folder / "calls")]
        serve = [sys.executable, "-c", "from deliberation.cli import main; main()", "demo", "--port", str(self.port)]
        environment = {
            "PATH": "/usr/bin:/bin", "DELIBERATION_INSTANCE": str(self.folder / "site"), "HOME": str(self.folder),
            "DELIBERATION_RATELIMIT_ENABLED": "0", "DELIBERATION_BASE_URL": f"http://127.0.0.1:{self.port}",
        }  # fmt: skip
        self._log = (self.folder / "log").open("wb")
        self._child = subprocess.Popen(command + serve, env=environment, stdout=self._log, stderr=self._log)
        self._wait()
        from deliberation.sample.load import PASSWORD

        self.organiser = Browser(self.port).sign_in("organisation@example.org", PASSWORD)
        self.writer = Browser(self.port).sign_in("teilnahme@example.org", PASSWORD)
        self._start_mb = self._megabytes()
        self._watch = [threading.Thread(target=act) for act in (self._read_on, self._weigh)]
        for each in self._watch:
            each.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        for each in self._watch:
            each.join()
        subprocess.run(["pkill", "-TERM", "-P", str(self._child.pid)], check=False)
        self._child.wait(30)
        self._log.close()

    def upload(self, data: bytes) -> tuple[int, float]:
        token = self.organiser.token("/import")
        boundary = uuid.uuid4().hex
        body = io.BytesIO()
        for name, value in (("csrf_token", token), ("form_key", uuid.uuid4().hex), ("split", "auto"), ("shape", "auto")):
            body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="datei"\r\n'.encode())
        body.write(b"Content-Type: application/octet-stream\r\n\r\n" + data + f"\r\n--{boundary}--\r\n".encode())
        began = time.perf_counter()
        self._is_busy.set()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        try:
            status = self.organiser._send("POST", "/import", body.getvalue(), headers).status  # type: ignore[arg-type]
        except (ConnectionError, OSError):
            # Far too much: the server hangs up while we still talk, which is an answer too.
            status = 413
            self.organiser._connection.close()
        self._is_busy.clear()
        return status, time.perf_counter() - began

    def export(self) -> bool:
        """Write what points outside, and let every writer of a file have it; whether it stands in the files."""
        from deliberation.results.writers import WRITERS

        page = "/d/musterstadt/3/1/annotations"
        fields = {
            "kind": "practice", "body": OUTSIDE, "action": "send", "csrf_token": self.writer.token(page), "checked": "1",
            "quotable": "y", "form_key": uuid.uuid4().hex,
        }  # fmt: skip
        self.writer.post(page, fields)
        page = "/d/musterstadt/export"
        answers = {file_format: self.organiser.get(f"{page}.{file_format}") for file_format in WRITERS}
        self.organiser.get("/d/musterstadt/changes.docx?from=1&to=2")
        self.organiser.get("/d/musterstadt/changes.html?from=1&to=2")
        unmade = [name for name, answer in answers.items() if answer.status != 200 and not self._is_made(answer)]
        assert not unmade, unmade
        return "203.0.113.7/b.png" in answers["md"].text

    def _is_made(self, answer: Answer) -> bool:
        """Wait for a file that is made in the background."""
        for _try in range(120):
            if self.organiser.get(f"{answer.headers.get('Location', '')}/file").status == 200:
                return True
            time.sleep(0.5)
        return False

    def seen(self) -> tuple[list[str], list[str], int]:
        """Connections to anywhere, files opened for writing outside, openings of the canary file."""
        lines = (self.folder / "calls").read_text(errors="replace").splitlines()
        calls = [line for line in lines if "connect(" in line and "AF_UNIX" not in line]
        paths = [m[1] for line in lines if "O_CREAT" in line and (m := re.search(r'openat\([^"]*"([^"]+)"', line))]
        fine = (str(self.folder), "/tmp/", "/dev/", "/proc/", "/var/tmp/")
        written = [path for path in paths if path.startswith("/") and not path.startswith(fine) and "__pycache__" not in path]
        return calls, written, sum(f'"{CANARY}"' in line for line in lines)

    def _wait(self) -> None:
        for _try in range(1200):
            try:
                if Browser(self.port).get("/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text()[-2000:])

    def _read_on(self) -> None:
        reader = Browser(self.port)
        while not self._ended.wait(0.05):
            began = time.perf_counter()
            reader.get("/d/musterstadt/3")
            if self._is_busy.is_set():
                self.slowest_page = max(self.slowest_page, time.perf_counter() - began)

    def _weigh(self) -> None:
        while not self._ended.wait(0.05):
            self.most_mb = max(self.most_mb, self._megabytes() - self._start_mb)

    def _megabytes(self) -> float:
        """Of the server and all it has started, without strace itself."""
        pids: list[Any] = [self._child.pid]
        total = 0.0
        for pid in pids:
            try:
                for task in Path(f"/proc/{pid}/task").iterdir():
                    pids += (task / "children").read_text().split()
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            # A process that has just ended has no memory any more.
            if pid != self._child.pid and "VmRSS:" in status:
                total += int(status.partition("VmRSS:")[2].split()[0]) / 1024
        return total
