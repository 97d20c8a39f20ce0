"""What is checked still holds when it is stored: whoever closes something waits for deeds under way, and then nothing more
is accepted. Two people at the same moment, each in a thread with a session of her own."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from deliberation.accounts.models import find_user_by_email
from deliberation.annotations import actions, positions
from deliberation.annotations.models import Annotation, Kind, StanceValue, VoteValue, find_annotation
from deliberation.database import db, set_reading
from deliberation.declarations.models import Declaration, find_declaration
from deliberation.moderation import actions as moderation
from deliberation.moderation import restraining
from deliberation.moderation.models import MeasureKind, Rule
from deliberation.moderation.ordering import closing
from deliberation.permissions import NotAllowed, Phase
from deliberation.proposals import ballots, cosigning
from tests import builders
from tests.builders import Cast

PATIENCE = 20
MOMENT = 0.2
"""So long somebody who would not wait has had time to finish."""
REASON = "Das gehört nicht hierher, leider."


def _annotation() -> Annotation:
    found = find_annotation(1)
    assert found
    return found


def _declaration() -> Declaration:
    found = find_declaration("erklaerung")
    assert found
    return found


def _words(text: str = "Bei uns ist es anders.") -> actions.Contribution:
    return actions.Contribution(body=text, kind=Kind.PRACTICE)


def _place() -> Any:
    return builders.paragraph(_declaration(), "3.1")


def _ballot() -> Any:
    found = ballots.find_ballot(_declaration(), 1)
    assert found
    return found


DEEDS: dict[str, Callable[[Any], Any]] = {
    "post": lambda ben: actions.post_annotation(ben, _place().thesis, _place(), _words()),
    "reply": lambda ben: actions.post_reply(ben, _annotation(), _words()),
    "reply to a reply": lambda ben: actions.post_reply(ben, find_annotation(2), _words()),
    "edit": lambda ben: actions.edit_annotation(ben, find_annotation(2), "Nun sage ich es so."),
    "vote": lambda ben: positions.cast_vote(ben, _annotation(), VoteValue.AGREE),
    "stance": lambda ben: positions.take_stance(ben, _place().thesis, _place(), StanceValue.CARRY),
    "cosign": lambda ben: cosigning.cosign(ben, find_annotation(3)),
    "rate": lambda ben: ballots.rate(ben, _ballot(), {_ballot().options[0].id: 3}),
}


def _hide() -> None:
    mira, annotation = find_user_by_email("mira@example.org"), _annotation()
    moderation.hide(mira, annotation, Rule.STAY, REASON, annotation.version)


def _close_thread() -> None:
    mira, annotation = find_user_by_email("mira@example.org"), _annotation()
    closing.close_thread(mira, annotation, f"So steht das Gespräch, siehe {annotation.label}.", annotation.version)


def _restrain(kind: MeasureKind) -> None:
    mira, ben = find_user_by_email("mira@example.org"), find_user_by_email("ben@example.org")
    member = ben.membership_in(_declaration().id)
    restraining.restrain(mira, member, kind, Rule.STAY, REASON, 3, _annotation(), "massnahme")


CLOSINGS: dict[str, Callable[[], Any]] = {
    "phase": lambda: positions.change_phase(find_user_by_email("otto@example.org"), _declaration(), Phase.CLOSED),
    "hide": _hide,
    "close thread": _close_thread,
    "pause": lambda: _restrain(MeasureKind.PAUSE),
    "block": lambda: _restrain(MeasureKind.BLOCK),
}
PAIRS = (
    *((deed, "phase") for deed in DEEDS),
    ("reply", "hide"), ("vote", "hide"), ("reply", "close thread"), ("reply to a reply", "close thread"),
    ("post", "pause"), ("reply", "pause"), ("post", "block"), ("vote", "block"), ("stance", "block"), ("edit", "block"),
)  # fmt: skip


@pytest.fixture
def town(app: Flask, cast: Cast) -> Flask:
    root = builders.annotate(cast.ada, cast.declaration, "3.1")
    actions.post_reply(cast.ben, root, _words("Bei uns auch, und zwar oft."))
    proposal = builders.annotate(
        cast.ada, cast.declaration, "3.1", kind=Kind.PROPOSAL, wording="Schutz braucht Menschen."
    )
    ballots.put_up(cast.otto, builders.paragraph(cast.declaration, "3.1"), [proposal], "wahl")
    db.session.commit()
    db.session.remove()
    return app


class Act(threading.Thread):
    """A deed in a transaction of its own that waits before it commits until it is let go."""

    def __init__(self, app: Flask, deed: Callable[[], Any], waits: bool) -> None:
        super().__init__(daemon=True)
        self.app, self.deed = app, deed
        self.is_done, self.may_commit, self.is_stored = threading.Event(), threading.Event(), threading.Event()
        self.refusal: Exception | None = None
        if not waits:
            self.may_commit.set()

    def run(self) -> None:
        with self.app.app_context():
            set_reading(False)
            try:
                self.deed()
                db.session.flush()
                self.is_done.set()
                self.may_commit.wait(PATIENCE)
                db.session.commit()
                self.is_stored.set()
            except Exception as error:
                self.refusal = error
                db.session.rollback()
            finally:
                self.is_done.set()
                db.session.remove()


def _deed(name: str) -> Callable[[], Any]:
    return lambda: DEEDS[name](find_user_by_email("ben@example.org"))


@pytest.mark.parametrize(("name", "end"), PAIRS)
def test_nothing_is_accepted_after_the_closing_was_answered(town: Flask, name: str, end: str) -> None:
    if name == "rate":
        positions.change_phase(find_user_by_email("otto@example.org"), _declaration(), Phase.VOTING)
        db.session.commit()
        db.session.remove()
    deed = Act(town, _deed(name), waits=True)
    deed.start()
    assert deed.is_done.wait(PATIENCE)
    assert deed.refusal is None
    closer = Act(town, CLOSINGS[end], waits=False)
    closer.start()
    # Who closes is not told that it is done while somebody else may still be told that it was accepted.
    assert not closer.is_stored.wait(MOMENT)
    deed.may_commit.set()
    deed.join(PATIENCE)
    closer.join(PATIENCE)
    assert deed.is_stored.is_set(), deed.refusal
    assert closer.is_stored.is_set(), closer.refusal
    late = Act(town, _deed(name), waits=False)
    late.start()
    late.join(PATIENCE)
    assert isinstance(late.refusal, NotAllowed)


@pytest.mark.parametrize(
    ("name", "end"),
    [("vote", "phase"), ("reply", "hide"), ("reply to a reply", "close thread"), ("post", "pause")],
)
def test_who_comes_while_it_is_being_closed_is_refused(town: Flask, name: str, end: str) -> None:
    closer = Act(town, CLOSINGS[end], waits=True)
    closer.start()
    assert closer.is_done.wait(PATIENCE)
    deed = Act(town, _deed(name), waits=False)
    deed.start()
    assert not deed.is_stored.wait(MOMENT)
    closer.may_commit.set()
    for each in (closer, deed):
        each.join(PATIENCE)
    assert closer.is_stored.is_set(), closer.refusal
    assert isinstance(deed.refusal, NotAllowed)
