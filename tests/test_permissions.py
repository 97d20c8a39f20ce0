"""Role × phase × permission as one table: whoever changes the policy changes this page."""

import pytest

from deliberation.annotations.models import Kind, OutcomeValue, Status
from deliberation.permissions import (
    PERMISSIONS,
    PHASE_ALLOWS,
    Activity,
    Guest,
    NotAllowed,
    Operator,
    Permission,
    Phase,
    may,
    require,
)
from tests import builders

PHASES = list(Phase)
TEAM = {"moderator", "organiser", "operator"}
EVERYBODY = {"guest", "stranger", "participant", "author", "moderator", "organiser", "operator"}
SIGNED_IN = EVERYBODY - {"guest"}
VOTERS = SIGNED_IN - {"moderator"}
OPEN = {Phase.READING, Phase.ANNOTATING, Phase.VOTING, Phase.EVALUATING, Phase.CLOSED}

# permission: (phases in which, who may). About somebody else's visible annotation; the author is its author.
ABOUT_VISIBLE = {
    Permission.READ: (OPEN, EVERYBODY),
    Permission.ANNOTATE: ({Phase.ANNOTATING}, SIGNED_IN),
    Permission.REPLY: ({Phase.ANNOTATING}, SIGNED_IN),
    Permission.READ_ANNOTATION: (OPEN, EVERYBODY),
    Permission.EDIT: ({Phase.ANNOTATING}, {"author"}),
    Permission.WITHDRAW: (set(Phase), {"author"}),
    Permission.TAKE_STANCE: ({Phase.READING, Phase.ANNOTATING, Phase.VOTING}, VOTERS),
    Permission.VOTE: ({Phase.ANNOTATING, Phase.VOTING}, VOTERS - {"author"}),
    Permission.FLAG: (OPEN, EVERYBODY - {"author"}),
    Permission.SEE_QUEUE: (set(Phase), {"moderator"}),
    Permission.MODERATE: (set(Phase), {"moderator"}),
    Permission.RESPOND: (OPEN, {"moderator"}),
    Permission.READ_HIDDEN: (set(Phase), {"author", "moderator"}),
    Permission.EXPORT: (set(Phase), {"organiser", "operator"}),
    Permission.CHANGE_SETTINGS: (set(Phase), {"organiser", "operator"}),
    # The annotation of this table is no proposal; see `test_only_a_proposal_can_be_signed_too`.
    Permission.COSIGN: (set(), set()),
    Permission.RATE: ({Phase.VOTING}, VOTERS),
    Permission.PREPARE_BALLOT: (OPEN, {"organiser", "operator"}),
    Permission.SET_OUTCOME: (OPEN, {"organiser", "operator"}),
    Permission.SEE_OUTCOMES: (set(Phase), {"organiser", "operator"}),
    Permission.READ_NEXT_EDITION: (set(Phase), TEAM),
    Permission.EDIT_TEXT: (set(Phase), {"organiser", "operator"}),
    Permission.CHECK_ANCHORS: (set(Phase), TEAM),
    Permission.CREATE_DECLARATION: (set(Phase), {"organiser", "operator"}),
    Permission.MANAGE_ACCOUNTS: (set(Phase), {"operator"}),
}
# What holds in the draft phase on top of the table.
IN_DRAFT = {Permission.READ: TEAM, Permission.READ_ANNOTATION: TEAM | {"author"}}


@pytest.fixture
def people(cast):
    return {
        "guest": Guest(),
        "stranger": builders.make_user("stranger"),
        "participant": cast.ben,
        "author": cast.ada,
        "moderator": cast.mira,
        "organiser": cast.otto,
        "operator": Operator(),
    }


def test_every_permission_is_in_the_table():
    assert set(ABOUT_VISIBLE) == set(PERMISSIONS) == set(Permission)


def test_every_phase_says_what_it_opens():
    assert set(PHASE_ALLOWS) == set(Phase)
    assert PHASE_ALLOWS[Phase.DRAFT] == frozenset()
    assert PHASE_ALLOWS[Phase.READING] == {Activity.STANCE, Activity.FLAG, Activity.RESPOND}
    assert PHASE_ALLOWS[Phase.ANNOTATING] == set(Activity) - {Activity.RATE}
    assert PHASE_ALLOWS[Phase.VOTING] == set(Activity) - {Activity.ANNOTATE}
    assert PHASE_ALLOWS[Phase.EVALUATING] == PHASE_ALLOWS[Phase.CLOSED] == {Activity.FLAG, Activity.RESPOND}


@pytest.mark.parametrize("permission", list(Permission), ids=lambda p: p.name)
def test_role_by_phase(cast, people, permission):
    annotation = builders.annotate(cast.ada, cast.declaration)
    phases, roles = ABOUT_VISIBLE[permission]
    for phase in PHASES:
        cast.declaration.phase = phase
        allowed = {name for name, person in people.items() if may(person, permission, annotation)}
        expected = roles if phase in phases else set()
        if phase is Phase.DRAFT:
            expected = expected | IN_DRAFT.get(permission, set())
        assert allowed == expected, phase


@pytest.mark.parametrize(
    ("status", "readers", "repliers", "voters"),
    [
        (Status.VISIBLE, EVERYBODY, SIGNED_IN, VOTERS - {"author"}),
        (Status.PENDING, {"author", "moderator"}, set(), set()),
        (Status.HIDDEN, {"author", "moderator"}, set(), set()),
        (Status.WITHDRAWN, {"author"}, set(), set()),
    ],
)
def test_role_by_status(cast, people, status, readers, repliers, voters):
    annotation = builders.annotate(cast.ada, cast.declaration)
    annotation.status = status
    allowed = {p: {n for n, who in people.items() if may(who, p, annotation)} for p in Permission}
    assert allowed[Permission.READ_ANNOTATION] == readers
    assert allowed[Permission.REPLY] == repliers
    assert allowed[Permission.VOTE] == voters
    assert allowed[Permission.EDIT] == (set() if status is Status.WITHDRAWN else {"author"})
    assert allowed[Permission.MODERATE] == (set() if status is Status.WITHDRAWN else {"moderator"})


def test_only_a_proposal_can_be_signed_too(cast, people):
    proposal = builders.annotate(cast.ada, cast.declaration, kind=Kind.PROPOSAL, wording="Schutz braucht Menschen.")
    for phase in PHASES:
        cast.declaration.phase = phase
        allowed = {name for name, person in people.items() if may(person, Permission.COSIGN, proposal)}
        assert allowed == (VOTERS - {"author"} if phase is Phase.ANNOTATING else set()), phase


@pytest.mark.parametrize("value", [None, *OutcomeValue])
def test_a_decided_proposal_is_signed_by_nobody(cast, people, value):
    proposal = builders.annotate(cast.ada, cast.declaration, kind=Kind.PROPOSAL, wording="Schutz braucht Menschen.")
    proposal.outcome = value
    allowed = {name for name, person in people.items() if may(person, Permission.COSIGN, proposal)}
    is_open = value in (None, OutcomeValue.RECEIVED, OutcomeValue.IN_REVIEW)
    assert allowed == (VOTERS - {"author"} if is_open else set())


def test_roles_of_another_declaration_count_for_nothing(cast):
    other = builders.make_declaration("zweite", title="Zweite Erklärung")
    for person in (cast.mira, cast.otto):
        for permission in (Permission.SEE_QUEUE, Permission.EXPORT, Permission.CHANGE_SETTINGS):
            assert not may(person, permission, other)


def test_refusal_names_what_is_missing(cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    with pytest.raises(NotAllowed) as refusal:
        require(cast.ada, Permission.VOTE, annotation)
    assert (refusal.value.permission, refusal.value.missing) == (Permission.VOTE, "not_author")


def test_moderator_never_decides_on_own_words(cast):
    own = builders.annotate(cast.mira, cast.declaration)
    assert not may(cast.mira, Permission.MODERATE, own)
