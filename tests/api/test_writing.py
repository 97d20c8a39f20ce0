"""Programs write through the verbs of the pages: the same rights, the same check, the same state that must still hold."""

import pytest
from sqlalchemy import func, select

from deliberation.accounts.models import Scope
from deliberation.annotations.models import Annotation, Stance, Status, Vote
from deliberation.database import db
from deliberation.declarations.models import Policy
from deliberation.permissions import Phase
from tests import builders
from tests.api.program import AT, Program, program_of

NEW = {"thesis": "3", "paragraph": "1", "kind": "practice", "body": "Das sehe ich auch so."}
RECOGNISABLE = "Frau Petra Schmidt aus der Hauptstraße 12 war dort."


@pytest.fixture
def ben(app, cast):
    return program_of(app, cast.ben)


def count(model=Annotation):
    return db.session.scalar(select(func.count()).select_from(model))


def test_annotation_is_written_in_the_persons_name(app, cast, ben):
    answer = ben.post(f"{AT}/annotations/", {**NEW, "sentences": [2], "quote": "Menschen", "quotable": True})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == answer.json["id"]
    assert (answer.json["author"], answer.json["status"], answer.json["sentences"]) == ("Linde 88", "visible", [2])
    read = Program(app).get(answer.headers["Location"].removeprefix("http://localhost"))
    assert read.json["body"] == NEW["body"]


def test_same_key_makes_one_and_answers_alike(ben):
    first, second = (ben.post(f"{AT}/annotations/", NEW, Idempotency_Key="einmal") for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["Location"] == second.headers["Location"]
    assert count() == 1
    ben.post(f"{AT}/annotations/", NEW)
    assert count() == 2
    assert ben.post(f"{AT}/annotations/", NEW, Idempotency_Key="k" * 65).status_code == 400


def test_without_a_token_nobody_writes(app, cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    one = f"{AT}/annotations/{annotation.number}"
    for method, address in (
        ("POST", f"{AT}/annotations/"), ("PUT", one), ("DELETE", one), ("POST", f"{one}/replies"), ("PUT", f"{one}/vote"),
        ("PUT", f"{AT}/stances/3/1"), ("POST", f"{one}/decisions"), ("GET", f"{AT}/export.csv"),
    ):  # fmt: skip
        answer = Program(app).ask(method, address, NEW)
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), address
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert count() == 1


def test_cookie_of_somebody_signed_in_counts_for_nothing(app, cast, client):
    client.sign_in(cast.ben)
    answer = client.post(f"{AT}/annotations/", json=NEW)
    assert answer.status_code == 401
    builders.annotate(cast.ada, cast.declaration)
    own = builders.annotate(cast.ben, cast.declaration)
    own.status = Status.HIDDEN
    db.session.commit()
    assert client.get(f"{AT}/annotations/{own.number}").status_code == 404
    assert "Set-Cookie" not in client.get(f"{AT}/annotations/").headers


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"body": ""}, "/body"),
        ({"body": "x" * 3001}, "/body"),
        ({"body": 7}, "/body"),
        ({"kind": "laut"}, "/kind"),
        ({"kind": "proposal"}, "/wording"),
        ({"sentences": [9]}, "/sentences"),
        ({"sentences": ["1"]}, "/sentences/0"),
        ({"thesis": "99"}, "/paragraph"),
        ({"status": "visible"}, ""),
        ({"body": "\ud800"}, "/body"),
    ],
)
def test_what_does_not_fit_is_named(ben, change, pointer):
    answer = ben.post(f"{AT}/annotations/", {**NEW, **change})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), answer.text
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]
    assert count() == 0


@pytest.mark.parametrize(
    ("content", "media", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b'{"body": NaN}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"body=Text", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"x" * 300_000, "application/json", 413),
    ],
)
def test_what_is_no_body_is_refused_in_a_sentence(ben, content, media, status):
    answer = ben.ask("POST", f"{AT}/annotations/", content, Content_Type=media)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text


def test_whoever_could_be_recognised_is_named_before_anything_is_kept(app, cast, ben):
    cast.declaration.policy = Policy.PATTERN
    db.session.commit()
    sent = {**NEW, "body": RECOGNISABLE}
    refused = ben.post(f"{AT}/annotations/", sent)
    assert (refused.status_code, refused.json["error"], count()) == (422, "confirm", 0)
    assert "Petra Schmidt" in " ".join(hit["text"] for hit in refused.json["hits"])
    held = ben.post(f"{AT}/annotations/", {**sent, "confirm": True})
    assert (held.status_code, held.json["status"]) == (201, "pending")
    assert Program(app).get(f"{AT}/annotations/{held.json['number']}").status_code == 404
    assert ben.post(f"{AT}/annotations/", NEW).json["status"] == "visible"


def test_phase_and_membership_hold_as_on_the_page(app, cast, ben):
    cast.declaration.phase = Phase.VOTING
    db.session.commit()
    answer = ben.post(f"{AT}/annotations/", NEW)
    assert (answer.status_code, answer.mimetype, count()) == (403, "application/problem+json", 0)


def test_reading_an_older_edition_is_told(ben):
    assert ben.post(f"{AT}/annotations/", {**NEW, "edition": 1}).status_code == 201
    assert ben.post(f"{AT}/annotations/", {**NEW, "edition": 2}).status_code == 409


def test_reply_stands_in_the_conversation(app, cast, ben):
    annotation = builders.annotate(cast.ada, cast.declaration)
    answer = ben.post(f"{AT}/annotations/{annotation.number}/replies", {"body": "Bei uns auch."})
    assert (answer.status_code, answer.json["parent"], answer.json["kind"]) == (201, annotation.number, None)


class TestChanging:
    @pytest.fixture
    def own(self, cast):
        return builders.annotate(cast.ben, cast.declaration)

    def test_needs_the_state_that_was_read(self, own, ben):
        address = f"{AT}/annotations/{own.number}"
        etag = ben.get(address).headers["ETag"]
        assert ben.put(address, {"body": "Anders."}).status_code == 428
        changed = ben.put(address, {"body": "Anders."}, If_Match=etag)
        assert (changed.status_code, changed.json["body"]) == (200, "Anders.")
        assert changed.headers["ETag"] != etag
        assert ben.put(address, {"body": "Noch anders."}, If_Match=etag).status_code == 412
        assert ben.get(address).json["body"] == "Anders."
        assert ben.put(address, {"body": "Noch anders."}, If_Match=changed.headers["ETag"]).status_code == 200
        assert ben.put(address, {"body": "Ganz anders."}, If_Match="*").status_code == 200

    def test_is_for_the_author_alone(self, app, cast, own):
        for person in (cast.ada, cast.mira, cast.otto):
            answer = program_of(app, person).put(f"{AT}/annotations/{own.number}", {"body": "Anders."}, If_Match="*")
            assert answer.status_code == 403

    def test_is_checked_too(self, cast, own, ben):
        cast.declaration.policy = Policy.PATTERN
        db.session.commit()
        address = f"{AT}/annotations/{own.number}"
        assert ben.put(address, {"body": RECOGNISABLE}, If_Match="*").status_code == 422
        held = ben.put(address, {"body": RECOGNISABLE, "confirm": True}, If_Match="*")
        assert held.json["status"] == "pending"

    def test_taking_back_needs_it_too_and_leaves_nothing(self, app, own, ben):
        address = f"{AT}/annotations/{own.number}"
        assert ben.ask("DELETE", address).status_code == 428
        assert ben.ask("DELETE", address, If_Match='"alt"').status_code == 412
        gone = ben.ask("DELETE", address, If_Match=ben.get(address).headers["ETag"])
        assert (gone.status_code, gone.data) == (204, b"")
        assert ben.get(address).status_code == 404
        assert db.session.get(Annotation, own.number).status is Status.WITHDRAWN


def test_votes_and_stances_are_one_for_each_person(cast, ben):
    annotation = builders.annotate(cast.ada, cast.declaration)
    vote = f"{AT}/annotations/{annotation.number}/vote"
    for value, left in (("agree", 1), ("agree", 1), ("disagree", 1), (None, 0)):
        assert ben.put(vote, {"vote": value}).status_code == 204
        assert count(Vote) == left
    for value, left in (("carry", 1), ("against", 1), (None, 0)):
        assert ben.put(f"{AT}/stances/3/1", {"stance": value, "reason": "Darum."}).status_code == 204
        assert count(Stance) == left
    assert ben.put(f"{AT}/stances/3/0", {"stance": "carry"}).status_code == 204
    assert ben.put(f"{AT}/stances/9/9", {"stance": "carry"}).status_code == 404
    assert ben.put(vote, {"vote": "laut"}).status_code == 422
    assert ben.put(vote, {}).status_code == 422


def test_nobody_votes_on_her_own(app, cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    answer = program_of(app, cast.ada).put(f"{AT}/annotations/{annotation.number}/vote", {"vote": "agree"})
    assert answer.status_code == 403


class TestDeciding:
    HIDE = {"decision": "hide", "rule": "1", "reason": "Gehört nicht hierher."}

    def test_on_the_version_one_has_read(self, app, cast):
        annotation = builders.annotate(cast.ada, cast.declaration)
        mira, address = program_of(app, cast.mira), f"{AT}/annotations/{annotation.number}"
        version = mira.get(address).json["version"]
        done = mira.post(f"{address}/decisions", {**self.HIDE, "version": version})
        assert (done.status_code, done.json["status"]) == (200, "hidden")
        assert mira.post(f"{address}/decisions", {**self.HIDE, "version": version}).status_code == 200
        other = {**self.HIDE, "version": 0, "reason": "Doch ein Angriff."}
        assert mira.post(f"{address}/decisions", other).status_code == 409
        assert Program(app).get(address).status_code == 404

    def test_needs_rule_and_reason(self, app, cast):
        annotation = builders.annotate(cast.ada, cast.declaration)
        mira = program_of(app, cast.mira)
        for sent in ({"decision": "hide"}, {"decision": "hide", "rule": "1", "reason": "Weg"}, {"decision": "merge"},
                     {"decision": "redact", "rule": "2", "reason": "Zu erkennen ist wer.", "passages": ["fehlt"]}):  # fmt: skip
            answer = mira.post(
                f"{AT}/annotations/{annotation.number}/decisions", {**sent, "version": annotation.version}
            )
            assert answer.status_code == 422, sent

    def test_is_for_moderators_with_the_scope(self, app, cast):
        annotation = builders.annotate(cast.ada, cast.declaration)
        sent = {**self.HIDE, "version": annotation.version}
        for program in (program_of(app, cast.ben), program_of(app, cast.otto), program_of(app, cast.mira, Scope.WRITE)):
            answer = program.post(f"{AT}/annotations/{annotation.number}/decisions", sent)
            assert answer.status_code == 403


def test_files_are_for_the_organisation(app, cast):
    builders.annotate(cast.ada, cast.declaration)
    otto = program_of(app, cast.otto, Scope.EXPORT)
    answer = otto.get(f"{AT}/export.csv?names=none")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert "Weide 27" not in answer.text
    assert otto.get(f"{AT}/export.exe").status_code == 404
    assert otto.get(f"{AT}/export.csv?thesis=77").status_code == 422
    assert program_of(app, cast.ada).get(f"{AT}/export.csv").status_code == 403
    assert program_of(app, cast.otto, Scope.READ).get(f"{AT}/export.csv").status_code == 403


def test_refusals_are_never_pages(app, cast, ben):
    for method, address, status in (
        ("GET", "/api", 404), ("GET", "/api/v1/nirgends", 404), ("GET", f"{AT}/annotations/999999", 404),
        ("DELETE", f"{AT}/annotations/", 405), ("PATCH", AT, 405), ("GET", "/api/v1/d/ERKL%00", 400),
        ("GET", f"{AT}/annotations/99999999999999999999", 404),
    ):  # fmt: skip
        answer = ben.ask(method, address)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), address
        assert answer.json["status"] == status
        assert status != 405 or answer.headers["Allow"]


def test_fault_is_a_problem_with_a_reference(app, cast, monkeypatch):
    def fall(*_args, **_more):
        raise RuntimeError("geheim")

    monkeypatch.setattr("deliberation.api.views.texts.summarise", fall)
    answer = Program(app).get(f"{AT}/results")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "geheim" not in answer.text
    assert answer.json["reference"] == answer.headers["X-Request-ID"]
