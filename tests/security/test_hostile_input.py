"""What people may send without anybody being hurt: hosts, addresses, headers, letters, pages, methods; and what caches keep."""

import csv
import email
import email.policy
import io
import re
import unicodedata

import pytest
from jinja2 import meta
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from sqlalchemy import select

from deliberation import create_app
from deliberation.annotations.models import Annotation
from deliberation.config import SettingsError, package_root
from deliberation.database import db
from deliberation.notifications.mailer import to_message
from deliberation.notifications.models import Mail
from deliberation.permissions import Operator
from deliberation.results.exports import export
from deliberation.results.writers.columns import COLUMNS
from deliberation.results.writers.csv import defused, fused
from tests import builders
from tests.accounts.post import ask_for_code, register
from tests.results import scene
from tests.results.scene import text_of
from tests.security import deeds, stage

FORWARDED = {
    "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example;for=203.0.113.9", "X-Host": "evil.example",
    "X-Original-URL": "https://evil.example/", "X-Forwarded-Server": "evil.example", "X-Forwarded-For": "203.0.113.9",
}  # fmt: skip
BREAKS = ("\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "%0d%0a", "\\r\\n")
HEADERS = tuple(
    f"x{line}{header}: evil@example.com"
    for line in BREAKS
    for header in ("Bcc", "To", "Subject", "Content-Type", "Reply-To")
)
ADDRESSES = (
    "a@example.org\nBcc: b@example.org", "a@example.org,b@example.org", "a@example.org;b@example.org",
    "<a@example.org> b@example.org",
    '"a@example.org" b@example.org', "a@example.org\x00@example.com", "a@[127.0.0.1]", "a b@example.org", "@example.org", "a@",
    "a@exam ple.org", "a@example..org", "a@b@example.org", "a@" + "x" * 300 + ".org", "a@example.org\r\n\r\nText",
)  # fmt: skip
FORMULAS = tuple(
    f"{start}{rest}"
    for start in ("=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "＋", "−")
    for rest in (
        "1+1", "cmd|' /C calc'!A0", "HYPERLINK(\"http://203.0.113.7\")", "SUM(A1:A9)", "IMPORTXML(\"http://203.0.113.7\")", "@x",
        "DDE(\"cmd\";\"/C calc\")", "2+5+cmd|' /C calc'!A0", "", "-1", "x;y", 'x"y',
    )
)  # fmt: skip
LETTERS = (
    "a\x00b", "\ud800", "a\udfffb", "\u202egnahc", "a\u2066b\u2069c", "Z" + "\u0301" * 60, "zero\u200bwidth", "a\u200db",
    "\ufeffBOM",
    "ﬁ ﬂ", "Å vs Å", "é vs é", "ｆｕｌｌ",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "עברית", "ไทย", "한국어", "𝕯𝖊𝖚𝖙𝖘𝖈𝖍", "\x1b[31mrot", "\x07", "tab\there", "line\u2028break", "para\u2029graph", "\u0000",
    "&#0;", "%00", "\\u0000", "¿¡§¶", "\uffff\ufffe",
)  # fmt: skip


@pytest.fixture
def town(app):
    return stage.build(app)


@pytest.mark.any_engine
def test_no_header_makes_a_page_or_a_mail_name_another_site(town):
    for rule in deeds.rules_with(town.app, "GET"):
        path = deeds.own_address(town, rule)
        answer = town.send("author", "GET", path, headers=FORWARDED)
        assert "evil" not in text_of(answer.get_data()) + str(answer.headers), rule.endpoint
    for path, fields in (
        ("/register", {"email": "neu@example.org", "consent": "y"}),
        ("/login", {"email": "ada@example.org"}),
    ):
        town.send("guest", "POST", path, fields, headers=FORWARDED)
    mails = db.session.scalars(select(Mail).where(Mail.sent_at.is_(None))).all()
    assert mails
    assert not [mail.cause for mail in mails if "evil" in to_message(mail).as_bytes().decode()]
    assert town.send("guest", "GET", "/d/erklaerung", headers={"Host": "evil.example"}).status_code == 400


def test_faked_addresses_do_not_get_round_the_limits(client, app, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    builders.make_user("ada")
    statuses = [
        client.post(
            "/login",
            data={"email": f"niemand{number}@example.org", "password": "falsch, aber lang genug"},
            headers={"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"198.51.100.{number}"},
        ).status_code
        for number in range(52)
    ]
    assert statuses.count(429) == 2


# Those that are made of rows are read in tests/privacy/test_quiet_mails.py.
OF_ROWS = {"letter", "flag_outcome", "reminder", "new_dates", "declaration_ending", "digest", "followed", "waiting"}
MAILS = sorted(path.stem for path in (package_root() / "templates" / "mail").glob("[!_]*.txt") if path.stem not in OF_ROWS)


def _named_in_mails(app):
    """What the mails are told beside what every page knows."""
    env = app.jinja_env
    texts = [env.loader.get_source(env, f"mail/{name}.txt")[0] for name in (*MAILS, "_code")]
    return set().union(*(meta.find_undeclared_variables(env.parse(text)) for text in texts)) - env.globals.keys()


@pytest.mark.any_engine
@pytest.mark.parametrize("words", HEADERS)
def test_mail_has_one_recipient_whatever_is_typed(app, words):
    parameters = dict.fromkeys(_named_in_mails(app), words) | {"link": f"/{words}", "days": 3, "minutes": 10}
    for template in MAILS:
        mail = Mail(id=1, recipient="ada@example.org", cause="c", template=template, parameters=parameters, locale="de")
        again = email.message_from_bytes(to_message(mail).as_bytes(), policy=email.policy.default)
        assert [str(address.addr_spec) for address in again["To"].addresses] == ["ada@example.org"]
        assert again["Bcc"] is None
        assert again["Reply-To"] is None
        assert "evil" not in again["Subject"]


@pytest.mark.any_engine
@pytest.mark.parametrize("address", ADDRESSES)
def test_odd_address_gets_no_mail(client, address):
    for send in (register, ask_for_code):
        assert send(client, address).status_code == 422
    assert db.session.scalars(select(Mail)).all() == []


def test_formulas_are_defused_and_come_back_as_they_were():
    assert len(set(FORMULAS)) == 132
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([[defused(words)] for words in FORMULAS])
    read = [row[0] for row in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=";") if row]
    assert not [cell for cell in read if cell[:1] in "=+-@\t\r" and cell]
    assert [fused(cell) for cell in read] == [words for words in FORMULAS if defused(words)]


@pytest.mark.any_engine
def test_formulas_are_plain_text_in_a_workbook_and_come_back_as_they_were(cast):
    for words in FORMULAS:
        # Past the check, which would take blanks away.
        scene.annotate(cast.ada, cast.declaration, "Text.", quote="").body = words
    db.session.commit()
    kept = dict(db.session.execute(select(Annotation.number, Annotation.body)).all())
    sheet = load_workbook(io.BytesIO(export(Operator(), cast.declaration, "xlsx").content))["These 3"]
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    assert {row["body"].data_type for row in rows if row["body"].value} == {"s"}
    assert {row["number"].value: unescape(row["body"].value or "") for row in rows} == kept


@pytest.mark.any_engine
@pytest.mark.parametrize("words", LETTERS)
def test_odd_letters_are_kept_or_refused_and_never_a_fault(cast, client, words):
    client.sign_in(cast.ada)
    text = f"Vorher {words} nachher".encode("utf-8", "surrogatepass")
    fields = {"kind": "practice", "body": text, "action": "send", "checked": "1", "form_key": "k"}
    answer = client.post("/d/erklaerung/3/1/annotations", data=fields)
    assert answer.status_code in (303, 422, 400)
    # Half a character is no character: what arrives is what the browser made of it.
    for stored in () if any(unicodedata.category(c) == "Cs" for c in words) else db.session.scalars(select(Annotation.body)):
        kept = unicodedata.normalize("NFC", words).encode("utf-8", "ignore").decode()
        plain = "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cs", "Cf", "Cn", "Zl", "Zp"))
        there = "".join(c for c in stored if unicodedata.category(c) not in ("Cc", "Cs", "Cf", "Cn", "Zl", "Zp", "Zs"))
        assert "".join(plain.split()) in there.replace("\ufffd", "")
        assert "\x00" not in stored
    assert client.get("/d/erklaerung/3/1").status_code == 200
    for path in ("/register", "/login"):
        assert client.post(path, data={"email": text, "pseudonym": text, "consent": "y"}).status_code in (303, 422, 400)


def test_direction_of_one_text_does_not_reach_the_next(cast, client):
    builders.annotate(cast.ada, cast.declaration, body="\u202eedrehegnirs \u2067weiter")
    page = client.get("/d/erklaerung/3/1").text
    assert "\u202e" not in page
    styles = client.get(re.search(r'href="(/assets/[^"]+\.css)"', page)[1]).text
    assert re.search(r"annotation__body[^}]*unicode-bidi:\s*(isolate|plaintext)", styles)


@pytest.mark.any_engine
@pytest.mark.parametrize("value", ["-1", "0", "1000000000", "NaN", "1e6", "999999999999999999999999", "", "x", "１"])
def test_odd_pages_and_numbers_are_brought_into_bounds(cast, client, value):
    builders.annotate(cast.ada, cast.declaration)
    client.sign_in(cast.otto)
    for path in (
        "/a/1?page={}", "/d/erklaerung/moderation/log?page={}", "/d/erklaerung/changes?from={}&to={}",
        "/d/erklaerung/results?edition={}",
        "/d/erklaerung/editions/{}", "/a/{}", "/d/erklaerung/new?since={}", "/d/erklaerung/export.csv?edition={}",
        "/d/erklaerung/moderation/log/team?page={}", "/d/erklaerung/outcomes?page={}",
    ):  # fmt: skip
        assert client.get(path.replace("{}", value)).status_code < 500, path


def test_other_methods_and_doubled_parameters_do_no_harm(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    client.sign_in(cast.ben)
    for method in ("TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND"):
        assert client.open(f"/a/{annotation.number}/vote", method=method).status_code in (405, 501)
    override = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "DELETE", "X-HTTP-Method": "PUT"}
    client.get(f"/a/{annotation.number}/vote?vote=agree&_method=POST", headers=override)
    assert db.session.execute(db.text("SELECT count(*) FROM vote")).scalar() == 0
    client.post(f"/a/{annotation.number}/vote?vote=disagree", data={"vote": ["agree", "disagree"]})
    assert db.session.execute(db.text("SELECT value FROM vote")).scalars().all() == ["agree"]


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"BASE_URL": "https://beratung.example.org"}, "SECRET_KEY"),
        ({"BASE_URL": "https://beratung.example.org", "SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"BASE_URL": "https://beratung.example.org", "SECRET_KEY": "x" * 40}, "OPERATOR"),
        ({"BASE_URL": "javascript:alert(1)"}, "BASE_URL"),
        ({"QUICK_EXIT_URL": "javascript:alert(1)"}, "QUICK_EXIT_URL"),
    ],
)
def test_site_that_would_not_be_safe_does_not_start(tmp_path, settings, word):
    with pytest.raises(SettingsError, match=word):
        create_app({"INSTANCE": str(tmp_path), **settings})


def test_site_in_the_open_is_never_in_debug(tmp_path, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    imprint = {f"OPERATOR_{name}": "x" for name in ("NAME", "ADDRESS", "RESPONSIBLE")}
    settings = {"SECRET_KEY": "x" * 40, "OPERATOR_EMAIL": "x@example.org", "BASE_URL": "https://beratung.example.org"}
    app = create_app({"INSTANCE": str(tmp_path), **settings, **imprint})
    assert app.config["SECOND_FACTOR"] == "required"
    answer = app.test_client().get("/d/nichts", base_url="https://beratung.example.org")
    assert "Traceback" not in answer.text


class Cache:
    """A plain cache in front, as RFC 9111 has it: keeps what it may, and answers with what it kept."""

    def __init__(self, app):
        self.app, self.kept = app, {}

    def get(self, path, headers):
        for wanted, page in self.kept.get(path, []):
            if all(headers.get(name) == value for name, value in wanted.items()):
                return page
        answer = self.app.test_client(use_cookies=False).get(path, headers=headers)
        control = answer.headers.get("Cache-Control", "")
        # No page made for somebody signed in is kept at all, not even by her own browser. A thesis in
        # a frame is made for nobody in particular: the same page with a cookie and without.
        if "Cookie" in headers and answer.mimetype == "text/html" and not path.startswith("/embed/"):
            assert "no-store" in control, path
        text = text_of(answer.get_data())
        # Shared: whatever is private or must be asked for again is not kept; nothing said is kept.
        if not re.search(r"no-store|private|no-cache", control):
            names = [name.strip() for name in answer.headers.get("Vary", "").split(",") if name.strip()]
            self.kept.setdefault(path, []).append(({name: headers.get(name) for name in names}, text))
        return text


@pytest.mark.any_engine
def test_cache_in_front_shows_nobody_the_page_of_somebody_else(town):
    cache, seen = Cache(town.app), 0
    for rule in deeds.rules_with(town.app, "GET"):
        if rule.endpoint == "accounts.logout":
            continue
        path = deeds.own_address(town, rule)
        for role in ("author", "moderator", "guest"):
            cookie = {"Cookie": f"session={town.cookies[role]}"} if role in town.cookies else {}
            page = cache.get(path, {"Accept-Language": "de", **cookie})
            assert role != "guest" or 'data-account="yes"' not in page, rule.endpoint
            seen += 1
    assert seen > 200
