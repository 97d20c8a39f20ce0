"""One decision with one reason on several cases, each by itself."""

import pytest
from sqlalchemy import func, select

from deliberation.annotations.models import Status
from deliberation.database import db
from deliberation.declarations.models import Policy
from deliberation.moderation import actions
from deliberation.moderation.actions import ReasonMissing
from deliberation.moderation.desk import bulk, teamwork
from deliberation.moderation.models import Decision, DecisionKind, Rule
from deliberation.permissions import NotAllowed, Role
from tests import builders

DESK = "/d/erklaerung/moderation"
REASON = "Werbung gehört nicht hierher."


def hold(cast, author=None):
    annotation = builders.annotate(author or cast.ada, cast.declaration)
    annotation.status = Status.PENDING
    db.session.commit()
    return annotation


def seen(*annotations):
    return [(annotation.number, annotation.version) for annotation in annotations]


def test_all_of_them_are_decided_and_each_is_a_decision(cast):
    cases = [hold(cast) for _n in range(5)]
    many = bulk.decide_many(
        cast.mira, cast.declaration, seen(*cases), DecisionKind.HIDE, Rule.NO_ADVERTISING, REASON
    )  # fmt: skip
    assert {(one.kind, one.rule, one.reason) for one in many.decisions} == {
        (DecisionKind.HIDE, Rule.NO_ADVERTISING, REASON)
    }
    assert all(case.is_hidden for case in cases)


def test_what_was_decided_meanwhile_is_left_and_named(cast, client):
    second = builders.make_member(cast.declaration, "second", Role.MODERATOR)
    cases = [hold(cast) for _n in range(3)]
    on_the_page = [f"{number}:{version}" for number, version in seen(*cases)]
    actions.hide(second, cases[1], Rule.STAY, REASON, cases[1].version)
    db.session.commit()
    sent = {"decision": "publish", "case": on_the_page, "back": DESK}
    mira = client.sign_in(cast.mira)
    assert mira.post(f"{DESK}/bulk", data=sent).status_code == 303
    page = mira.get(DESK).text
    assert "2 Beiträge entschieden." in page
    assert f"Inzwischen entschieden oder geändert und darum gelassen, wie es ist: {cases[1].label}." in page
    assert [case.status for case in cases] == [Status.VISIBLE, Status.HIDDEN, Status.VISIBLE]


def test_own_words_and_what_a_colleague_has_in_hand_are_left(cast):
    second = builders.make_member(cast.declaration, "second", Role.MODERATOR)
    own, taken, free = hold(cast, cast.mira), hold(cast), hold(cast)
    teamwork.claim(second, taken)
    many = bulk.decide_many(cast.mira, cast.declaration, seen(own, taken, free), DecisionKind.PUBLISH)
    assert [one.annotation_id for one in many.decisions] == [free.number]
    assert [one.number for one in many.refused] == [own.number, taken.number]


def test_without_a_reason_nothing_is_decided(cast, client):
    case = hold(cast)
    with pytest.raises(ReasonMissing):
        bulk.decide_many(cast.mira, cast.declaration, seen(case), DecisionKind.RETURN, Rule.STAY, "kurz")
    mira = client.sign_in(cast.mira)
    one = f"{case.number}:{case.version}"
    for wrong, sentence in (
        ({"decision": "hide", "case": one}, "Bitte nennen Sie die Regel."),
        ({"decision": "publish"}, "Bitte kreuzen Sie in der Liste mindestens einen Beitrag an."),
        ({"decision": "publish", "case": "x:y"}, "Die Seite ist veraltet."),
        ({"decision": "redact", "case": one, "rule": "2", "reason": REASON}, "Bitte wählen Sie, was geschehen soll."),
    ):
        answer = mira.post(f"{DESK}/bulk", data=wrong)
        assert (answer.status_code, sentence in answer.text) == (422, True)
    assert db.session.scalar(select(func.count(Decision.id))) == 0


def test_cases_of_another_declaration_are_out_of_reach(cast):
    other = builders.make_declaration("zweite", title="Zweite")
    theirs = builders.annotate(cast.ada, other)
    theirs.status = Status.PENDING
    many = bulk.decide_many(cast.mira, cast.declaration, seen(theirs), DecisionKind.PUBLISH)
    assert (many.decisions, theirs.is_pending) == ([], True)


def test_only_moderators(cast, client):
    case = hold(cast)
    for person in (cast.ada, cast.otto):
        with pytest.raises(NotAllowed):
            bulk.decide_many(person, cast.declaration, seen(case), DecisionKind.PUBLISH)


def test_a_mistake_in_the_form_keeps_the_pile_and_what_was_ticked(cast, client):
    cast.declaration.policy = Policy.ALL
    first, second = hold(cast), hold(cast, cast.ben)
    sent = {
        "decision": "hide",
        "case": f"{second.number}:{second.version}",
        "back": f"{DESK}?tab=first&thesis=3",
    }
    page = client.sign_in(cast.mira).post(f"{DESK}/bulk", data=sent).text
    assert '?tab=first&amp;thesis=3" aria-current="page"' in page
    assert f'value="{second.number}:{second.version}" checked' in page
    assert f'value="{first.number}:{first.version}" checked' not in page
