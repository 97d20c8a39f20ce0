"""The sample discussion: complete, possible, the same each time, and only for one's own machine."""

import re
import tomllib
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select

from deliberation.accounts.models import User, find_user_by_email
from deliberation.accounts.passwords import is_right
from deliberation.annotations.models import (
    Anchor,
    Annotation,
    Outcome,
    OutcomeValue,
    Response,
    Stance,
    StanceTally,
    Status,
    Vote,
)
from deliberation.annotations.outcomes import CHANGES_TEXT
from deliberation.annotations.tallies import STEP
from deliberation.cli.checking import examine
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.models import Policy, current_edition, find_declaration
from deliberation.moderation.models import Decision, Flag
from deliberation.permissions import Operator, Phase, Role
from deliberation.reports.desk import load_desk
from deliberation.sample.load import ACCOUNTS, FOLDER, PASSWORD, SLUG, is_private, load_sample, sign_ins
from deliberation.sample.report import SENTENCES, write_report
from deliberation.sample.second_edition import ADOPTED, publish_second_edition

SCRIPT = tomllib.loads((FOLDER / "discussion.toml").read_text("utf-8"))
SCENES = SCRIPT["contributions"]


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def sample(app: Flask) -> None:
    assert load_sample()
    db.session.commit()
    db.session.expunge_all()


@pytest.mark.usefixtures("sample")
def test_sample_is_whole_and_sound(app: Flask) -> None:
    declaration = find_declaration(SLUG)
    assert declaration is not None
    assert declaration.is_sample
    assert (declaration.phase, declaration.policy) == (Phase.ANNOTATING, Policy.FIRST)
    assert 7 <= len(declaration.numbered_theses) <= 9
    assert declaration.theses[0].number == "0"
    assert count(Annotation) == len(SCENES) + sum(len(scene.get("replies", ())) for scene in SCENES)
    assert count(Response) == sum(len(scene.get("responses", ())) for scene in SCENES)
    assert count(Flag) == sum(len(scene.get("flags", ())) for scene in SCENES)
    assert all(finding.is_fine for finding in examine(app))
    _every_state_is_there()
    _nobody_votes_on_their_own()
    _time_runs_forwards()
    _published_numbers_are_steps()
    _one_person_per_role_can_sign_in()


def _every_state_is_there() -> None:
    states = dict.fromkeys(Status, 0)
    for status in db.session.scalars(select(Annotation.status)):
        states[status] += 1
    for status in (Status.HIDDEN, Status.PENDING, Status.WITHDRAWN):
        assert states[status] == sum(scene.get("status") == status.value for scene in SCENES) > 0
    assert count(Decision) == states[Status.HIDDEN]
    assert count(Vote) > 1000
    assert count(Stance) > 200


def _nobody_votes_on_their_own() -> None:
    own = select(func.count()).where(Vote.annotation_id == Annotation.number, Vote.voter_id == Annotation.author_id)
    assert db.session.scalar(own) == 0


def _time_runs_forwards() -> None:
    times = db.session.scalars(select(Annotation.created_at).order_by(Annotation.number)).all()
    assert times == sorted(times)
    assert times[-1] < now()
    assert max(db.session.scalars(select(Vote.cast_at))) <= now()
    before = select(func.count()).where(Vote.annotation_id == Annotation.number, Vote.cast_at < Annotation.created_at)
    assert db.session.scalar(before) == 0


def _published_numbers_are_steps() -> None:
    shown = select(Annotation.shown_agree + Annotation.shown_disagree + Annotation.shown_pass)
    assert {n % STEP for n in db.session.scalars(shown)} == {0}
    assert max(db.session.scalars(shown)) >= 10
    tallies = db.session.scalars(select(StanceTally)).all()
    assert {(t.carry + t.change + t.unclear + t.against) % STEP for t in tallies} == {0}


def _one_person_per_role_can_sign_in() -> None:
    declaration = find_declaration(SLUG)
    assert declaration is not None
    people = [find_user_by_email(email) for email, _role in ACCOUNTS]
    roles = [user.roles_in(declaration.id) for user in people if user]
    assert roles == [
        {Role.PARTICIPANT},
        {Role.PARTICIPANT, Role.MODERATOR},
        {Role.PARTICIPANT, Role.ORGANISER},
        frozenset(),
    ]
    assert [user.is_operator for user in people if user] == [False, False, False, True]
    assert all(is_right(user.password_hash, PASSWORD) for user in people if user)
    with_password = select(func.count()).select_from(User).where(User.password_hash != "")
    assert db.session.scalar(with_password) == len(ACCOUNTS)
    assert len(sign_ins()) == len(ACCOUNTS)


@pytest.mark.usefixtures("sample")
def test_second_loading_keeps_what_was_written(app: Flask) -> None:
    annotation = db.session.get_one(Annotation, 1)
    annotation.body = "Von Hand geändert."
    db.session.commit()
    before = count(Annotation)
    assert not load_sample()
    assert count(Annotation) == before
    assert db.session.get_one(Annotation, 1).body == "Von Hand geändert."


def test_sample_is_the_same_each_time(app: Flask) -> None:
    seen = []
    for _time in range(2):
        load_sample()
        numbers = select(Annotation.shown_agree, Annotation.shown_disagree, Annotation.shown_pass)
        seen.append(db.session.execute(numbers.order_by(Annotation.form_key.is_(None), Annotation.number)).all())
        db.session.rollback()
    assert seen[0] == seen[1]


def test_a_sample_that_cannot_be_finished_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_words: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("deliberation.sample.voices.take_stances", break_down)
    with pytest.raises(RuntimeError):
        load_sample()
    db.session.rollback()
    assert find_declaration(SLUG) is None
    assert count(User) == count(Annotation) == 0


def test_the_demo_shows_what_came_of_the_discussion(app: Flask) -> None:
    load_sample()
    publish_second_edition()
    db.session.commit()
    declaration = find_declaration(SLUG)
    assert declaration is not None
    assert current_edition(declaration).number == 2
    values = Counter(db.session.scalars(select(Outcome.value)))
    assert values == {
        OutcomeValue.ADOPTED: len(ADOPTED), OutcomeValue.DECLINED: 2, OutcomeValue.PARTLY: 2, OutcomeValue.IN_REVIEW: 1,
    }  # fmt: skip
    waiting = [anchor for anchor in db.session.scalars(select(Anchor)) if anchor.waits]
    assert 0 < len(waiting) < 12, "a few for the moderators to look at"
    assert all(outcome.sentences for outcome in db.session.scalars(select(Outcome)) if outcome.value in CHANGES_TEXT)
    write_report()
    db.session.commit()
    lines = [line for section in load_desk(Operator(), declaration).sections for line in section.lines]
    assert (len(lines), sum(line.is_unsupported for line in lines)) == (len(SENTENCES), 1)


@pytest.mark.parametrize(
    ("base_url", "host", "answer"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", True),
        ("http://localhost:8000", "::1", True),
        ("http://127.0.0.1:8000", "0.0.0.0", False),
        ("http://beratung.example.org", "127.0.0.1", False),
        ("https://127.0.0.1", "127.0.0.1", False),
    ],
)
def test_known_passwords_need_a_private_machine(base_url: str, host: str, answer: bool) -> None:
    assert is_private(base_url, host) is answer


def test_people_answer_the_right_person() -> None:
    for scene in SCENES:
        for place, reply in enumerate(scene.get("replies", ())):
            assert reply.get("to", 0) <= place, (scene["at"], reply["body"][:40])


def test_no_quote_is_longer_than_the_sentence_it_comes_from() -> None:
    text = re.sub(r"\s+", " ", (FOLDER / "erklaerung.md").read_text("utf-8"))
    for scene in SCENES:
        assert scene.get("quote", "") in text, scene["quote"]
