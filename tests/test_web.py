"""The edge: what every answer carries, and what is refused before a view sees it."""

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Vote, VoteValue
from deliberation.annotations.positions import cast_vote
from deliberation.database import db
from tests import builders


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration)


def test_every_answer_has_its_headers(cast, client, annotation):
    for path in ("/d/erklaerung", "/nicht-da", "/static/favicon.svg", "/login", "/a/1", "/healthz"):
        with client.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
            assert part in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_of_somebody_signed_in_are_not_stored(cast, client):
    assert client.sign_in(cast.ada).get("/d/erklaerung").headers["Cache-Control"] == "no-store"


def test_answers_that_change_nothing_leave_the_session_alone(cast, client):
    with client.session_transaction() as session:
        session.permanent = True
    ada = client.sign_in(cast.ada)
    for path in ("/d/erklaerung", "/static/favicon.svg", "/a/0"):
        with ada.get(path) as answer:
            assert "Set-Cookie" not in answer.headers


def test_head_is_a_get_without_a_body_and_changes_nothing(cast, client, annotation):
    cast_vote(cast.ben, annotation, VoteValue.AGREE)
    ben = client.sign_in(cast.ben)
    for path in (
        f"/a/{annotation.number}/vote",
        "/logout",
        "/login",
        "/d/erklaerung/3/1/stance",
        f"/a/{annotation.number}",
    ):
        wanted, got = ben.get(path), ben.head(path, data={"vote": "disagree"})
        assert got.status_code == wanted.status_code
        assert got.data == b""
    assert db.session.scalars(select(Vote)).one().value is VoteValue.AGREE
    assert ben.get("/me").status_code == 200


def test_form_sent_from_another_site_is_refused(cast, client, annotation):
    ben = client.sign_in(cast.ben)
    for origin in ("cross-site", "same-site"):
        answer = ben.post(f"/a/{annotation.number}/vote", data={"vote": "agree"}, headers={"Sec-Fetch-Site": origin})
        assert answer.status_code == 400
    assert db.session.scalars(select(Vote)).all() == []


def test_form_without_its_token_is_refused(cast, client, annotation, monkeypatch):
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", True)
    answer = client.sign_in(cast.ben).post(f"/a/{annotation.number}/vote", data={"vote": "agree"})
    assert answer.status_code == 400
    assert db.session.scalars(select(Vote)).all() == []


def test_unknown_host_is_refused(client):
    for path in ("/", "/login", "/healthz"):
        assert client.get(path, headers={"Host": "evil.example"}).status_code == 400


def test_form_with_thousands_of_parts_is_refused_in_words(cast, client):
    fields = {f"f{number}": (None, "x") for number in range(3000)}
    boundary = "grenze"
    lines = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\nx\r\n' for name in fields]
    answer = client.sign_in(cast.ada).post(
        "/d/erklaerung/3/1/annotations",
        data="".join(lines) + f"--{boundary}--\r\n",
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert answer.status_code == 413
    assert "Das ist zu groß." in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_fault_is_told_with_a_reference_and_nothing_else(cast, client, monkeypatch):
    def fall(*_args, **_kwargs):
        raise RuntimeError("geheim /pfad/datei.py SELECT")

    monkeypatch.setattr("deliberation.annotations.reading.load_thesis_page", fall)
    answer = client.get("/d/erklaerung/3")
    assert answer.status_code == 500
    assert "Kennnummer für Rückfragen" in answer.text
    for secret in ("geheim", "Traceback", "SELECT", "RuntimeError"):
        assert secret not in answer.text


def test_vote_without_a_vote_is_a_mistake_and_changes_nothing(cast, client, annotation):
    cast_vote(cast.ben, annotation, VoteValue.AGREE)
    ben = client.sign_in(cast.ben)
    assert ben.post(f"/a/{annotation.number}/vote").status_code == 422
    assert ben.post("/d/erklaerung/3/1/stance").status_code == 422
    assert db.session.scalars(select(Vote)).one().value is VoteValue.AGREE


def test_logs_hold_no_address_query_or_words(cast, client, caplog):
    caplog.set_level("INFO", logger="deliberation")
    client.get("/d/erklaerung/3?geheim=ja", environ_base={"REMOTE_ADDR": "127.7.7.7"})
    client.post("/login", data={"email": "ada@example.org", "password": "sehr geheimes Wort"})
    assert caplog.text
    for secret in ("127.7.7.7", "geheim", "ada@example.org"):
        assert secret not in caplog.text


def test_a_body_that_is_too_large_is_refused_with_a_sentence(client):
    for address in ("/login", "/register"):
        answer = client.post(address, data={"body": "x" * (12 * 1024 * 1024)})
        assert answer.status_code == 413
        assert "höchstens 10 MB" in answer.get_data(as_text=True)
