"""P06, the server's half: while every page is opened, a post is written and mails go out, whom does the server connect to?"""

import re
import shutil
import socket
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.assurance import Measured
from benchmarks.assurance.live import live
from deliberation.database import db
from tests.security import deeds, stage
from tests.serving.site import Browser

ADDRESS = re.compile(
    r"connect\(\d+, \{sa_family=(\w+)(?:, sin6?_port=htons\((\d+)\))?"
    r"(?:[^}]*(?:inet_addr\(|inet_pton\(AF_INET6, |sun_path=@?)\"([^\"]*)\")?"
)


def measure() -> list[Measured]:
    if not shutil.which("strace"):
        return [Measured("P06", "strace is missing (apt-get install strace)", False)]
    return [_on(engine) for engine in ("sqlite", "postgresql")]


def _on(engine: str) -> Measured:
    with TemporaryDirectory(prefix="deliberation-p06-") as folder, live(engine) as here, _MailServer() as post:
        town = stage.build(here.app)
        db.session.commit()
        db.session.close()
        trace = Path(folder) / "calls"
        site = here.serve(
            "--host", "127.0.0.1",
            before=["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", str(trace)],
            DELIBERATION_MAIL_URL=f"smtp://127.0.0.1:{post.port}",
        )  # fmt: skip
        pages = _walk(town, site.port)
        for _try in range(100):
            if post.letters:
                break
            time.sleep(0.1)
        site.stop()
        calls = trace.read_text(errors="replace").splitlines()
    allowed = {("AF_INET", str(post.port), "127.0.0.1")}
    seen = {(m[1], m[2] or "", m[3] or "") for line in calls if (m := ADDRESS.search(line))}
    database = {one for one in seen if engine == "postgresql" and one[0] == "AF_UNIX" and ".s.PGSQL" in one[2]}
    # The C library asks the machine's own name service before it looks into its files; nothing leaves the machine.
    names = {one for one in seen if one[2] == "/var/run/nscd/socket"}
    other = seen - allowed - database - names
    words = (
        f"{engine}: {pages} pages opened by {len(town.cookies) + 1} people, {len(post.letters)} mails sent; "
        f"connected to the mail server {'yes' if allowed & seen else 'no'}, the database {len(database)}, "
        f"the machine's name service {len(names)}, "
        f"others {len(other)} {sorted(other)[:3] or ''}"
    )
    return Measured("P06", words, not other and bool(allowed & seen) and bool(post.letters))


def _walk(town: Any, port: int) -> int:
    """Every page of every rule for every role, and a mailed code."""
    count = 0
    for role in ("guest", *town.cookies):
        browser = Browser(port, town.cookies.get(role, ""))
        for rule in deeds.rules_with(town.app, "GET"):
            if rule.endpoint == "accounts.logout":
                continue
            values = deeds.values_of(rule.endpoint, town.own)
            if rule.arguments - set(values):
                continue
            browser.get(deeds.address(town.app, rule, values))
            count += 1
        browser.close()
    guest = Browser(port)
    guest.post("/login", {"email": "ada@example.org", "csrf_token": guest.token("/login")})
    guest.close()
    return count


class _MailServer:
    """Takes every mail and says yes to everything."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.letters: list[str] = []

    def __enter__(self) -> "_MailServer":
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as talk:
            talk.write(b"220 ready\r\n")
            talk.flush()
            for line in talk:
                word = line[:4].upper()
                if word == b"DATA":
                    talk.write(b"354 go on\r\n")
                    talk.flush()
                    text = b"".join(iter(talk.readline, b".\r\n"))
                    self.letters.append(text.decode(errors="replace"))
                talk.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
                talk.flush()
                if word == b"QUIT":
                    return
