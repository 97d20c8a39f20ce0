"""What no browser sends: requests that can be read in two ways, and bodies without measure. Each is refused at once."""

import re

import pytest

from tests.serving.site import Site

HEAD = b"Host: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SECOND = b"GET /zweite HTTP/1.1\r\nHost: localhost\r\n\r\n"
TWO_WAYS = {
    "length and coding": b"POST /login HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "coding and length": b"POST /login HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "length and coding, spelt oddly": b"POST /login HTTP/1.1\r\n" + HEAD
    + b"content-length: 5\r\ntransfer-ENCODING: Chunked\r\n\r\n0\r\n\r\n",
    "coding in HTTP/1.0": b"POST /login HTTP/1.0\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /login HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\nx=aaa",
    "twice the same length": b"POST /login HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nx=aaa",
    "two lengths in one line": b"POST /login HTTP/1.1\r\n" + HEAD + b"Content-Length: 5, 5\r\n\r\nx=aaa",
    "length with a sign": b"POST /login HTTP/1.1\r\n" + HEAD + b"Content-Length: +5\r\n\r\nx=aaa",
    "length below nothing": b"POST /login HTTP/1.1\r\n" + HEAD + b"Content-Length: -5\r\n\r\nx=aaa",
    "length in other digits": b"POST /login HTTP/1.1\r\n" + HEAD + "Content-Length: ٥\r\n\r\nx=aaa".encode(),
    "length without end": b"POST /login HTTP/1.1\r\n" + HEAD + b"Content-Length: " + b"9" * 9000 + b"\r\n\r\nx=aaa",
    "two codings": b"POST /login HTTP/1.1\r\n" + HEAD
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "coding nobody knows": b"POST /login HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "coding with a vertical tab": b"POST /login HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "coding with a space before the colon": b"POST /login HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "lines that only feed": b"GET /healthz HTTP/1.1\nHost: localhost\n\n",
    "one line that only feeds": b"GET /healthz HTTP/1.1\r\nHost: localhost\nX-One: 1\r\n\r\n",
    "first line only feeds": b"GET /healthz HTTP/1.1\nHost: localhost\r\n\r\n",
    "return within a line": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-One: a\rb\r\n\r\n",
    "line that goes on": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-One: a\r\n b\r\n\r\n",
    "space before a name": b"GET /healthz HTTP/1.1\r\n Host: localhost\r\n\r\n",
    "chunk without its end": b"POST /login HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nx=aaaXX0\r\n\r\n",
    "chunk of no size": b"POST /login HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nx=aaa\r\n0\r\n\r\n",
    "chunk below nothing": b"POST /login HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nx=aaa\r\n0\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "method in small letters": b"get /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another protocol": b"GET /healthz HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "no protocol": b"GET /healthz\r\nHost: localhost\r\n\r\n",
    "words": b"Guten Tag, ist hier jemand?\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("name", TWO_WAYS)
def test_request_that_can_be_read_in_two_ways_is_refused(site: Site, name: str) -> None:
    heard = site.say(TWO_WAYS[name] + SECOND)
    statuses = re.findall(rb"HTTP/1\.[01] (\d+)", heard)
    # Refused, hung up, and nothing that stood behind it was taken for a request.
    assert statuses in ([b"400"], [b"501"]), heard[:500]
    assert b"zweite" not in heard


def test_refusal_of_the_server_itself_is_plain_and_names_no_version(site: Site) -> None:
    for request in (TWO_WAYS["two lengths"], b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 20_000 + b"\r\n\r\n"):
        head, _, body = site.say(request).decode().partition("\r\n\r\n")
        assert "content-type: text/plain; charset=utf-8" in head.lower()
        assert "x-content-type-options: nosniff" in head.lower()
        assert "content-security-policy: default-src 'none'" in head.lower()
        assert "server:" not in head.lower()
        assert len(body) < 100
        for word in ("waitress", "gunicorn", "Python", "Traceback"):
            assert word not in head + body


def test_no_answer_names_the_server(site: Site) -> None:
    for path in ("/", "/healthz", "/gibt-es-nicht", "/static/favicon.svg", "/login"):
        head = site.say(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        head = head.partition(b"\r\n\r\n")[0].lower()
        assert head.startswith(b"http/1.1 ")
        for word in (b"server:", b"via:", b"waitress", b"gunicorn", b"werkzeug", b"python"):
            assert word not in head, path


def _form(site: Site, body: bytes, kind: bytes = b"application/x-www-form-urlencoded") -> bytes:
    head = b"POST /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: " + kind
    return site.say(head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


PART = b'--grenze\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
MULTIPART = b"multipart/form-data; boundary=grenze"
END = b"--grenze--\r\n"


def endless(chunk: bytes, count: int) -> bytes:
    return b"POST /login HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * count


BEYOND_MEASURE = {
    "text of a megabyte": lambda site: _form(site, b"email=" + b"a" * 1_000_000),
    "text of a megabyte in parts": lambda site: _form(site, PART % (b"email", b"", b"a" * 1_000_000) + END, MULTIPART),
    "ten thousand parts": lambda site: _form(
        site, b"".join(PART % (b"f%d" % number, b"", b"x") for number in range(10_000)) + END, MULTIPART
    ),
    "ten thousand files": lambda site: _form(
        site, b"".join(PART % (b"f", b'; filename="a"', b"x") for _number in range(10_000)) + END, MULTIPART
    ),
    "ten thousand fields": lambda site: _form(site, b"&".join(b"f%d=x" % number for number in range(10_000))),
    "five million fields": lambda site: _form(site, b"&" * 5_000_000),
    "name repeated a million times": lambda site: _form(site, b"a&" * 1_000_000),
    "file that begins with a return": lambda site: _form(
        site, PART % (b"file", b'; filename="a"', b"\r" + b"a" * 10_000_000) + END, MULTIPART
    ),
    "file that begins with a line": lambda site: _form(
        site, PART % (b"file", b'; filename="a"', b"\n" + b"a" * 10_000_000) + END, MULTIPART
    ),
    "part whose header has no end": lambda site: _form(
        site, b"--grenze\r\nContent-Disposition: " + b"a" * 2_000_000, MULTIPART
    ),
    "body of fifty megabytes": lambda site: _form(site, b"a" * 50_000_000),
    "header of a hundred kilobytes": lambda site: site.say(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 100_000 + b"\r\n\r\n"
    ),
    "a thousand headers": lambda site: site.say(
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: aaaaaaaaaaaaa\r\n" % n for n in range(1000)) + b"\r\n"
    ),
    "address of a hundred kilobytes": lambda site: site.say(
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    ),
    "small chunks without end": lambda site: site.say(endless(b"5\r\nx=aaa\r\n", 300_000)),
    "large chunks without end": lambda site: site.say(endless(b"10000\r\n" + b"a" * 65_536 + b"\r\n", 200)),
    "size of a chunk without end": lambda site: site.say(endless(b"", 1) + b"0" * 3_000_000),
    "extension of a chunk without end": lambda site: site.say(endless(b"", 1) + b"5;a=" + b"b" * 3_000_000),
    "trailer without end": lambda site: site.say(endless(b"0\r\n", 1) + b"X-Long: aaaaaaaaaaaa\r\n" * 100_000),
}  # fmt: skip


@pytest.mark.parametrize("name", BEYOND_MEASURE)
def test_body_beyond_measure_is_refused_and_costs_little(site: Site, name: str) -> None:
    site.get("/login")
    before = site.megabytes()
    heard = BEYOND_MEASURE[name](site)
    statuses = re.findall(rb"HTTP/1\.[01] (\d+)", heard)
    assert statuses in ([b"400"], [b"413"], [b"431"]), heard[:300]
    assert site.megabytes() - before < 50
    assert site.get("/healthz")[0] == 200


def test_far_too_large_file_is_refused_in_words(site: Site) -> None:
    heard = _form(site, b"a" * 12_000_000)
    assert heard.startswith(b"HTTP/1.1 413")
    assert "Das ist zu groß." in heard.decode()
    assert "höchstens 10 MB" in heard.decode()


def test_client_that_waits_to_be_asked_is_told_at_once(site: Site) -> None:
    request = b"POST /login HTTP/1.1\r\n" + HEAD + b"Content-Length: 90000000\r\nExpect: 100-continue\r\n\r\n"
    assert site.say(request).startswith(b"HTTP/1.1 413")
