"""Role × phase × access × permission as one table: whoever changes the policy changes this page."""

from datetime import timedelta
from itertools import product

import pytest

from deliberation.annotations.models import Kind, OutcomeValue, Status
from deliberation.clock import now, today
from deliberation.database import db
from deliberation.declarations.models import TableLink
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Objection, Rule
from deliberation.moderation.objections.reviews import review_of
from deliberation.permissions import (
    PERMISSIONS,
    PHASE_ALLOWS,
    Access,
    Activity,
    Facilitator,
    Guest,
    NotAllowed,
    Operator,
    Permission,
    Phase,
    Role,
    may,
    require,
)
from deliberation.privacy.models import Deletion
from deliberation.reports.publishing import Release
from deliberation.surveys.models import Survey, SurveyState
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
    Permission.HANDLE: (set(Phase), {"moderator"}),
    Permission.TIDY: (set(Phase), {"moderator"}),
    # The decision of this table was taken by the moderator, hours ago; see `test_who_decides_on_decisions`.
    Permission.UNDO: (set(Phase), {"moderator"}),
    Permission.RESTORE: (set(Phase), {"moderator", "organiser"}),
    Permission.REVIEW: (set(Phase), {"organiser"}),
    Permission.OBJECT: (set(Phase), {"author"}),
    Permission.READ_SEAL: (set(Phase), {"moderator"}),
    Permission.RESTRAIN: (set(Phase), {"moderator", "organiser"}),
    Permission.WRITE_PRIVATELY: (set(Phase), {"author", "moderator"}),
    Permission.LEAVE_BUNDLE: (set(Phase), {"author"}),
    Permission.WRITE_BLOCKS: (set(Phase), {"moderator", "organiser"}),
    Permission.SEE_TEAM_LOG: (set(Phase), TEAM),
    Permission.READ_LETTERS: (set(Phase), {"author"}),
    Permission.SEE_OBJECTIONS: (set(Phase), {"moderator", "organiser"}),
    Permission.INVITE: (set(Phase), {"organiser", "operator"}),
    Permission.MANAGE_MEMBERS: (set(Phase), {"organiser", "operator"}),
    Permission.KEEP_AWAY: (set(Phase), {"organiser"}),
    Permission.GIVE_UP_ROLE: (set(Phase), {"moderator", "organiser"}),
    Permission.CHOOSE_MAILS: (set(Phase), SIGNED_IN),
    Permission.LEAVE: (set(Phase), SIGNED_IN),
    Permission.FOLLOW: (OPEN, EVERYBODY),
    # About a deletion that the author asked for, who is no organiser; see `test_nobody_confirms_alone`.
    Permission.ASK_DELETION: (set(Phase), {"organiser"}),
    Permission.CONFIRM_DELETION: (set(Phase), {"organiser", "operator"}),
    Permission.SHOW_DRAFT: ({Phase.DRAFT}, {"organiser", "operator"}),
    Permission.ARCHIVE: ({Phase.CLOSED}, {"organiser", "operator"}),
    Permission.SEE_OPERATION: (set(Phase), {"operator"}),
    Permission.RUN_SITE: (set(Phase), {"operator"}),
    Permission.REPORT_BARRIER: (set(Phase), EVERYBODY),
    Permission.SEE_BOARD: (set(Phase), TEAM),
    Permission.SAY_FIELD: (set(Phase), {"participant", "author", "moderator", "organiser"}),
    Permission.OPEN_ADDRESS: (set(Phase), {"operator"}),
    Permission.EDIT_REPORT: (set(Phase), {"organiser", "operator"}),
    # While the draft is kept to the team; see `test_those_who_take_part_read_a_draft_that_is_shown`.
    Permission.READ_REPORT_DRAFT: (set(Phase), TEAM),
    Permission.SAY_MISSING: (set(), set()),
    # About a report that somebody else wrote on last, with another organiser; see `test_four_eyes`.
    Permission.PUBLISH_REPORT: (OPEN, {"organiser", "operator"}),
    Permission.EDIT_SURVEY: (set(Phase), {"organiser", "operator"}),
    # About one that is open, or else closed and published; see `tests/surveys` for the other states.
    Permission.ANSWER_SURVEY: (OPEN, EVERYBODY),
    Permission.READ_SURVEY_RESULTS: (OPEN, EVERYBODY),
    Permission.REVIEW_SURVEY_TEXTS: (set(Phase), TEAM),
    Permission.TAKE_SURVEY_DATA: (set(Phase), {"organiser", "operator"}),
    Permission.EDIT_PAGES: (set(Phase), {"organiser", "operator"}),
    Permission.ENTER_PAPER: (OPEN, {"organiser", "operator"}),
    # Whoever leads a table is known by her link alone; see `test_only_a_table_of_the_day_enters_what_it_said`.
    Permission.ENTER_AT_TABLE: (set(), set()),
    Permission.SHOW_IN_ROOM: (OPEN, TEAM),
}
# Whom a closed declaration leaves out; the operator, who reads everywhere, has no say where she is not invited.
OUTSIDE = {"guest", "stranger"}
TALK = {
    Permission.ANNOTATE, Permission.REPLY, Permission.TAKE_STANCE, Permission.VOTE, Permission.RATE, Permission.COSIGN,
}  # fmt: skip
ABOUT_THE_SITE = {
    Permission.CREATE_DECLARATION, Permission.MANAGE_ACCOUNTS, Permission.LEAVE, Permission.SEE_OPERATION,
    Permission.RUN_SITE, Permission.OPEN_ADDRESS, Permission.CHOOSE_MAILS, Permission.REPORT_BARRIER,
}  # fmt: skip
ABOUT_A_DECISION = {Permission.UNDO, Permission.RESTORE, Permission.REVIEW, Permission.OBJECT, Permission.READ_SEAL}
ABOUT_A_SURVEY = {
    Permission.ANSWER_SURVEY, Permission.READ_SURVEY_RESULTS, Permission.REVIEW_SURVEY_TEXTS, Permission.TAKE_SURVEY_DATA,
}  # fmt: skip
# What holds in the draft phase on top of the table.
IN_DRAFT = {
    Permission.READ: TEAM, Permission.READ_ANNOTATION: TEAM | {"author"}, Permission.READ_SURVEY_RESULTS: TEAM,
}  # fmt: skip


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


def admitted(roles: set[str], permission: Permission, access: Access) -> set[str]:
    """Who of these may do it where only some are let in."""
    if access is Access.PUBLIC or permission in ABOUT_THE_SITE:
        return roles
    if permission is Permission.FOLLOW:
        return set() if access is Access.PRIVATE else roles
    if permission in TALK or (permission in (Permission.FLAG, Permission.ANSWER_SURVEY) and access is Access.PRIVATE):
        return roles - OUTSIDE - {"operator"}
    return roles - OUTSIDE if access is Access.PRIVATE else roles


@pytest.mark.parametrize("permission", list(Permission), ids=lambda p: p.name)
def test_role_by_phase_and_access(cast, people, permission):
    annotation = builders.annotate(cast.ada, cast.declaration)
    thing = annotation
    if permission in ABOUT_A_DECISION:
        thing = review_of(hide(cast.mira, annotation, Rule.STAY, "Gehört nicht hierher.", annotation.version))
    elif permission in (Permission.RESTRAIN, Permission.KEEP_AWAY):
        thing = cast.ada.membership_in(cast.declaration.id)
    elif permission is Permission.CONFIRM_DELETION:
        thing = Deletion(declaration=cast.declaration, asker_id=cast.ada.membership_in(cast.declaration.id).id)
    elif permission is Permission.PUBLISH_REPORT:
        thing = Release(cast.declaration, cast.ada.membership_in(cast.declaration.id).id, other_organisers=1)
    elif permission in ABOUT_A_SURVEY:
        state = SurveyState.OPEN if permission is Permission.ANSWER_SURVEY else SurveyState.CLOSED
        thing = Survey(declaration=cast.declaration, state=state, source="", published_on=today())
    phases, roles = ABOUT_VISIBLE[permission]
    for phase, access in product(PHASES, Access):
        cast.declaration.phase, cast.declaration.access = phase, access
        allowed = {name for name, person in people.items() if may(person, permission, thing)}
        expected = roles if phase in phases else set()
        if phase is Phase.DRAFT:
            expected = expected | IN_DRAFT.get(permission, set())
        assert allowed == admitted(expected, permission, access), (phase, access)


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
    about_it = set(Permission) - ABOUT_A_DECISION - {Permission.RESTRAIN, Permission.KEEP_AWAY, Permission.CONFIRM_DELETION}
    about_it -= {Permission.PUBLISH_REPORT} | ABOUT_A_SURVEY
    allowed = {p: {n for n, who in people.items() if may(who, p, annotation)} for p in about_it}
    assert allowed[Permission.READ_ANNOTATION] == readers
    assert allowed[Permission.REPLY] == repliers
    assert allowed[Permission.VOTE] == voters
    assert allowed[Permission.EDIT] == (set() if status is Status.WITHDRAWN else {"author"})
    assert allowed[Permission.MODERATE] == (set() if status is Status.WITHDRAWN else {"moderator"})


def test_only_a_table_of_the_day_enters_what_it_said(cast):
    other = builders.make_declaration("zweite", title="Zweite Erklärung")
    table = Facilitator(TableLink(declaration_id=cast.declaration.id, name="Tisch 4", day=today()))
    for phase in PHASES:
        cast.declaration.phase = phase
        assert may(table, Permission.ENTER_AT_TABLE, cast.declaration) == (phase is not Phase.DRAFT)
        assert not may(table, Permission.ENTER_AT_TABLE, other)


def test_nobody_confirms_alone(cast, people):
    own = cast.otto.membership_in(cast.declaration.id)
    asked = Deletion(declaration=cast.declaration, asker_id=own.id)
    assert {n for n, who in people.items() if may(who, Permission.CONFIRM_DELETION, asked)} == {"operator"}


def test_those_who_take_part_read_a_draft_that_is_shown(cast, people):
    cast.declaration.shows_report_draft = True
    for access in Access:
        cast.declaration.access = access
        allowed = {p: {n for n, who in people.items() if may(who, p, cast.declaration)}
                   for p in (Permission.READ_REPORT_DRAFT, Permission.SAY_MISSING)}  # fmt: skip
        assert allowed[Permission.READ_REPORT_DRAFT] == TEAM | {"participant", "author"}
        assert allowed[Permission.SAY_MISSING] == {"participant", "author", "moderator", "organiser"}
    cast.ada.membership_in(cast.declaration.id).blocked_until = now() + timedelta(days=1)
    assert not may(cast.ada, Permission.SAY_MISSING, cast.declaration)


def test_four_eyes(cast, people):
    """Whoever wrote last does not publish; where one person organises alone, a moderator or the operator does."""
    people["second"] = builders.make_member(cast.declaration, "olga", Role.ORGANISER)
    otto = cast.otto.membership_in(cast.declaration.id).id

    def publishers(editor_id, others):
        release = Release(cast.declaration, editor_id, others)
        return {name for name, who in people.items() if may(who, Permission.PUBLISH_REPORT, release)}

    assert publishers(otto, 1) == {"second", "operator"}
    assert publishers(otto, 0) == {"second", "operator", "moderator"}
    # Nobody's name stands there when the operator wrote last.
    assert publishers(None, 2) == {"organiser", "second"}


def test_only_a_proposal_can_be_signed_too(cast, people):
    proposal = builders.annotate(cast.ada, cast.declaration, kind=Kind.PROPOSAL, wording="Schutz braucht Menschen.")
    for phase, access in product(PHASES, Access):
        cast.declaration.phase, cast.declaration.access = phase, access
        allowed = {name for name, person in people.items() if may(person, Permission.COSIGN, proposal)}
        expected = admitted(VOTERS - {"author"}, Permission.COSIGN, access)
        assert allowed == (expected if phase is Phase.ANNOTATING else set()), (phase, access)


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


def test_who_decides_on_decisions(cast, people):
    """Never who took it nor whom it is about; the organiser only where nobody else moderates."""
    annotation = builders.annotate(cast.ada, cast.declaration)
    decision = hide(cast.mira, annotation, Rule.STAY, "Gehört nicht hierher.", annotation.version)
    people["second"] = builders.make_member(cast.declaration, "second", Role.MODERATOR)
    db.session.add(
        Objection(declaration_id=cast.declaration.id, decision_id=decision.id, explanation="Doch.", form_key="o")
    )
    db.session.commit()
    review = review_of(decision)
    allowed = {p: {n for n, who in people.items() if may(who, p, review)} for p in ABOUT_A_DECISION}
    assert allowed[Permission.REVIEW] == {"second"}
    assert allowed[Permission.READ_SEAL] == {"moderator", "second"}
    # While somebody objects, the objection is the only way.
    assert allowed[Permission.UNDO] == allowed[Permission.RESTORE] == set()


@pytest.mark.parametrize("kind", ["paused_until", "blocked_until"])
def test_who_is_paused_writes_nothing_and_who_is_blocked_only_reads(cast, kind):
    annotation = builders.annotate(cast.ben, cast.declaration)
    own = builders.annotate(cast.ada, cast.declaration)
    setattr(cast.ada.membership_in(cast.declaration.id), kind, now() + timedelta(days=1))
    allowed = {p for p in (Permission.ANNOTATE, Permission.REPLY, Permission.VOTE) if may(cast.ada, p, annotation)}
    assert allowed == ({Permission.VOTE} if kind == "paused_until" else set())
    assert may(cast.ada, Permission.EDIT, own) == (kind == "paused_until")
    assert may(cast.ada, Permission.TAKE_STANCE, cast.declaration) == (kind == "paused_until")
    for permission in (Permission.WITHDRAW, Permission.WRITE_PRIVATELY, Permission.READ_ANNOTATION):
        assert may(cast.ada, permission, own)
    assert may(cast.ada, Permission.FLAG, annotation)


def test_nobody_replies_in_a_closed_conversation(cast, people):
    annotation = builders.annotate(cast.ada, cast.declaration)
    annotation.closed_at = now()
    assert not [name for name, person in people.items() if may(person, Permission.REPLY, annotation)]


def test_team_members_are_not_restrained_by_each_other(cast):
    for person in (cast.mira, cast.otto):
        assert not may(cast.mira, Permission.RESTRAIN, person.membership_in(cast.declaration.id))
