"""The shipped example for nginx in front of the real server: slow clients, addresses, and what is written down."""

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.serving.site import PATIENCE, Site, read_all

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NAME = "beratung.example.org"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
SETTINGS = {
    "DELIBERATION_BASE_URL": f"https://{NAME}", "DELIBERATION_TRUSTED_PROXIES": "1", "DELIBERATION_SECRET_KEY": "x" * 40,
    "DELIBERATION_OPERATOR_NAME": "Verein", "DELIBERATION_OPERATOR_ADDRESS": "Weg 1",
    "DELIBERATION_OPERATOR_EMAIL": "a@example.org", "DELIBERATION_OPERATOR_RESPONSIBLE": "Ada", "DELIBERATION_LOG_FORMAT": "json",
}  # fmt: skip

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: apt install nginx-light")


@dataclass(frozen=True)
class Front:
    site: Site
    plain: int
    secure: int
    folder: Path

    def connect(self, source: str = "127.0.0.1") -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        bare = socket.create_connection(("127.0.0.1", self.secure), timeout=PATIENCE, source_address=(source, 0))
        return context.wrap_socket(bare, server_hostname=NAME)

    def ask(self, request: str, source: str = "127.0.0.1") -> str:
        with self.connect(source) as connection:
            connection.sendall(request.replace("\n", "\r\n").encode())
            found = b""
            while more := connection.recv(65536):
                found += more
        return found.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    site = Site(folder, "serve", "--no-jobs", **SETTINGS)
    plain, secure = _free_port(), _free_port()
    _make_certificate(folder)
    (folder / "nginx.conf").write_text(_configuration(folder, site.port, plain, secure))
    assert NGINX is not None
    subprocess.run([NGINX, "-t", "-q", "-c", folder / "nginx.conf"], check=True)
    nginx = subprocess.Popen([NGINX, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        _wait_for(secure)
        yield Front(site, plain, secure, folder)
    finally:
        nginx.terminate()
        nginx.wait(PATIENCE)
        site.stop()


def _configuration(folder: Path, upstream: int, plain: int, secure: int) -> str:
    """The example as it is shipped, but for ports and places."""
    text = EXAMPLE.read_text()
    for there, here in {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{upstream};",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "listen 443": f"listen 127.0.0.1:{secure}",
        "/etc/letsencrypt/live/beratung.example.org": str(folder),
        "/var/log/nginx": str(folder),
        "/var/www/html": str(folder),
    }.items():
        assert there in text
        text = text.replace(there, here)
    text = "\n".join(line for line in text.splitlines() if "[::]" not in line)
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    owner = "user root;" if os.geteuid() == 0 else ""
    return (
        f"{owner} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/start.log emerg;\n"
        f"events {{}}\nhttp {{ {places}\n{text}\n}}\n"
    )


def _make_certificate(folder: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    begin = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(begin).not_valid_after(begin + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(key.private_bytes(*form))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError("nginx does not answer")


def test_page_comes_by_https_with_the_headers_of_the_site(front: Front) -> None:
    answer = front.ask(f"GET / HTTP/1.1\nHost: {NAME}\nConnection: close\n\n")
    assert answer.startswith("HTTP/1.1 200 ")
    headers = answer.partition("\r\n\r\n")[0].lower()
    for name in ("strict-transport-security", "content-security-policy", "x-content-type-options", "x-request-id"):
        assert headers.count(f"\r\n{name}:") == 1
    assert "nginx/" not in headers


def test_number_of_a_request_is_the_same_in_both_logs(front: Front) -> None:
    answer = front.ask(f"GET /healthz HTTP/1.1\nHost: {NAME}\nX-Request-ID: {'a' * 32}\nConnection: close\n\n")
    number = answer.lower().partition("x-request-id: ")[2].split()[0]
    assert number != "a" * 32
    _until(lambda: number in (front.folder / "deliberation.log").read_text())
    assert number in front.site.errors.read_text()


def test_whoever_is_slow_keeps_nobody_waiting_and_reaches_the_site_in_one_piece(front: Front) -> None:
    body = "email=ada%40example.org&password=" + "x" * 20_000
    head = f"POST /login HTTP/1.1\r\nHost: {NAME}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    slow = [front.connect() for _one in range(40)]
    for one in slow:
        one.sendall(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body[:100]}".encode())
    time.sleep(0.3)
    # The site has not heard of them.
    worker = front.site.workers()[0]
    connections = [line.split() for line in Path(f"/proc/{worker}/net/tcp").read_text().splitlines()[1:]]
    local = f"0100007F:{front.site.port:04X}"
    assert sum(line[1] == local and line[3] == "01" for line in connections) < 20
    began = time.monotonic()
    assert front.ask(f"GET /healthz HTTP/1.1\nHost: {NAME}\nConnection: close\n\n").startswith("HTTP/1.1 200 ")
    assert time.monotonic() - began < 3
    slow[0].sendall(body[100:].encode())
    assert slow[0].recv(64).startswith(b"HTTP/1.1 400 ")
    for one in slow:
        one.close()


def test_limits_count_the_visitor_and_not_the_web_server_or_what_she_says(front: Front) -> None:
    def search(source: str, said: str) -> str:
        more = f"X-Forwarded-For: {said}\nForwarded: for={said}\n"
        return front.ask(f"GET /d/x/search HTTP/1.1\nHost: {NAME}\n{more}Connection: close\n\n", source).split()[1]

    statuses = [search("127.0.0.21", f"6.6.6.{turn}") for turn in range(130)]
    assert "429" in statuses
    assert statuses[0] == search("127.0.0.22", "127.0.0.21") == "404"


def test_nothing_that_is_written_down_names_anybody(front: Front) -> None:
    told = f"Host: {NAME}\nReferer: https://wo-ada-war.example/\nConnection: close\n\n"
    front.ask(f"GET /m/ganz-geheim?wer=ada HTTP/1.1\n{told}", "127.0.0.33")
    moved = _ask_plainly(front, NAME, "/m/ganz-geheim")
    assert moved.startswith("HTTP/1.1 308 ")
    assert f"Location: https://{NAME}/m/ganz-geheim\r\n" in moved
    front.ask("GET /m/ganz-geheim HTTP/1.1\nHost: evil.example\nConnection: close\n\n", "127.0.0.33")
    with front.connect("127.0.0.33") as broken:
        broken.sendall(b"GET /m/ganz-geheim \x00 HTTP/9.9\r\n\r\n")
    log = front.folder / "deliberation.log"
    _until(lambda: " GET 404 " in log.read_text())
    for path in (log, front.folder / "deliberation-error.log", front.folder / "start.log", front.site.errors):
        wrote = path.read_text()
        for secret in ("127.0.0.", "ganz-geheim", "wer=ada", "wo-ada-war", "6.6.6."):
            assert secret not in wrote, path.name


def test_other_names_get_no_answer(front: Front) -> None:
    assert _ask_plainly(front, "evil.example", "/") == ""


def _ask_plainly(front: Front, host: str, path: str) -> str:
    with socket.create_connection(("127.0.0.1", front.plain), timeout=PATIENCE, source_address=("127.0.0.33", 0)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return read_all(connection).decode()


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
