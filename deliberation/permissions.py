"""Who may do what, when, on what: one table that a non-programmer can review.

`PERMISSIONS` maps each permission to alternatives; an alternative is a list of named conditions that must
all hold. Verbs call `require()` in their first line, templates ask `may()`. Nobody else knows a role.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Protocol


class Role(Enum):
    """Held per declaration. Anyone without a role is a reader; the operator runs the site."""

    PARTICIPANT = "participant"
    MODERATOR = "moderator"
    ORGANISER = "organiser"


class Phase(Enum):
    """Where a deliberation stands; every page says so."""

    DRAFT = "draft"
    READING = "reading"
    ANNOTATING = "annotating"
    VOTING = "voting"
    EVALUATING = "evaluating"
    CLOSED = "closed"


class Access(Enum):
    """Whom a declaration lets in at all."""

    PUBLIC = "public"
    INVITED = "invited"
    PRIVATE = "private"


class Voters(Enum):
    """Who takes stances, votes and rates in a declaration."""

    ALL = "all"
    INVITED = "invited"


class Activity(Enum):
    """What a phase can open."""

    ANNOTATE = "annotate"
    STANCE = "stance"
    VOTE = "vote"
    RATE = "rate"
    FLAG = "flag"
    RESPOND = "respond"


_ALWAYS = frozenset({Activity.FLAG, Activity.RESPOND})

PHASE_ALLOWS: dict[Phase, frozenset[Activity]] = {
    Phase.DRAFT: frozenset(),
    Phase.READING: _ALWAYS | {Activity.STANCE},
    Phase.ANNOTATING: _ALWAYS | {Activity.ANNOTATE, Activity.STANCE, Activity.VOTE},
    Phase.VOTING: _ALWAYS | {Activity.STANCE, Activity.VOTE, Activity.RATE},
    Phase.EVALUATING: _ALWAYS,
    Phase.CLOSED: _ALWAYS,
}


class Permission(Enum):
    """Everything a person can do. The thing it is asked about stands in brackets."""

    READ = "read the text, its annotations and results (declaration)"
    ANNOTATE = "write an annotation (declaration)"
    REPLY = "answer an annotation (annotation)"
    READ_ANNOTATION = "read the words of an annotation (annotation)"
    EDIT = "change the words of an annotation (annotation)"
    WITHDRAW = "take an annotation back (annotation)"
    TAKE_STANCE = "take a stance on a paragraph or thesis (declaration)"
    VOTE = "vote on an annotation (annotation)"
    FLAG = "report an annotation (annotation)"
    SEE_QUEUE = "see what waits for moderation (declaration)"
    MODERATE = "decide on an annotation (annotation)"
    RESPOND = "answer in public as moderation (annotation)"
    READ_HIDDEN = "read words that are not shown (annotation)"
    EXPORT = "take results away as a file (declaration)"
    CHANGE_SETTINGS = "change phase and policy (declaration)"
    COSIGN = "sign a proposed wording too (annotation)"
    RATE = "rate rival wordings (declaration)"
    PREPARE_BALLOT = "put rival wordings up for the closing round (declaration)"
    SET_OUTCOME = "say what became of an annotation (annotation)"
    SEE_OUTCOMES = "see what waits for an outcome (declaration)"
    READ_NEXT_EDITION = "read the draft of the next edition (declaration)"
    EDIT_TEXT = "prepare and publish an edition, correct misprints (declaration)"
    CHECK_ANCHORS = "say where annotations belong after the text has changed (declaration)"
    CREATE_DECLARATION = "bring in a new text (site)"
    MANAGE_ACCOUNTS = "create and end accounts (site)"
    HANDLE = "share a case with the team: take it, hand it over, write notes (annotation)"
    TIDY = "move, bundle or close what is shown (annotation)"
    UNDO = "take one's own decision back (review)"
    RESTORE = "show again what was hidden (review)"
    REVIEW = "decide on an objection (review)"
    OBJECT = "object to a decision or measure (review)"
    READ_SEAL = "read what was redacted (review)"
    RESTRAIN = "warn, review, pause or block a person (membership)"
    WRITE_PRIVATELY = "write between moderation and author alone (annotation)"
    LEAVE_BUNDLE = "take one's own annotation out of a bundle (annotation)"
    WRITE_BLOCKS = "change the team's text blocks (declaration)"
    SEE_TEAM_LOG = "read the full log (declaration)"
    READ_LETTERS = "read what the moderation wrote one about it (annotation)"
    SEE_OBJECTIONS = "see the objections that wait (declaration)"
    INVITE = "invite people into a declaration (declaration)"
    MANAGE_MEMBERS = "see who takes part, give and take roles (declaration)"
    KEEP_AWAY = "pause or exclude somebody who takes part (membership)"
    GIVE_UP_ROLE = "lay down a role of one's own (declaration)"
    CHOOSE_MAILS = "choose how often one gets which mails (site)"
    LEAVE = "end one's own account, and take one's data along (site)"
    SEE_OPERATION = "see consents, erasures and who looked at what (site)"
    RUN_SITE = "change the settings of the site, test mail and try it again (site)"
    REPORT_BARRIER = "say what one cannot use on this site (site)"
    ARCHIVE = "put what is over into the archive, and take it out again (declaration)"
    SHOW_DRAFT = "give away a link to a draft (declaration)"
    ASK_DELETION = "ask for a declaration to be deleted (declaration)"
    CONFIRM_DELETION = "confirm that a declaration is deleted (deletion)"
    SEE_BOARD = "see how well people talk with each other (declaration)"
    SAY_FIELD = "name one's own field of work (declaration)"
    OPEN_ADDRESS = "open the address behind a pseudonym, with a reason (site)"
    EDIT_REPORT = "write the report (declaration)"
    READ_REPORT_DRAFT = "read the report before it is published (declaration)"
    SAY_MISSING = "say that a point is missing in the report (declaration)"
    FOLLOW = "be told by mail or feed without an account (declaration)"
    PUBLISH_REPORT = "publish the report that somebody else wrote on last (release)"
    EDIT_SURVEY = "build a survey, open and close it, publish its results (declaration)"
    ANSWER_SURVEY = "answer a survey (survey)"
    READ_SURVEY_RESULTS = "read what came of a survey (survey)"
    REVIEW_SURVEY_TEXTS = "look at what people wrote in a survey before it is shown (survey)"
    TAKE_SURVEY_DATA = "take the single answers of a survey away as a file (survey)"
    EDIT_PAGES = "write pages around the declaration (declaration)"
    ENTER_PAPER = "enter contributions that were written on paper (declaration)"
    ENTER_AT_TABLE = "enter what a group at a table said, on its day (declaration)"
    SHOW_IN_ROOM = "show a paragraph and what tables say about it to a room (declaration)"


class Person(Protocol):
    """Whoever acts: an account or a guest."""

    @property
    def is_signed_in(self) -> bool: ...

    @property
    def is_operator(self) -> bool: ...

    @property
    def is_organiser_somewhere(self) -> bool: ...

    def roles_in(self, declaration_id: int) -> frozenset[Role]: ...

    def wrote(self, annotation: Any) -> bool: ...

    def membership_in(self, declaration_id: int) -> Any: ...


class Guest:
    """Somebody who is not signed in."""

    id = None
    is_signed_in = False
    is_operator = False
    is_organiser_somewhere = False

    def roles_in(self, declaration_id: int) -> frozenset[Role]:
        return frozenset()

    def wrote(self, annotation: Any) -> bool:
        return False

    def membership_in(self, declaration_id: int) -> None:
        return None


class Facilitator(Guest):
    """Whoever leads a table in a room, known by the link of that day alone."""

    def __init__(self, table: Any) -> None:
        self.table = table


class Operator(Guest):
    """The command line: whoever can run it owns the machine."""

    is_signed_in = True
    is_operator = True


class NotAllowed(Exception):
    """The person may not do this. `missing` names the first condition that failed."""

    def __init__(self, permission: Permission, missing: str, thing: Any = None) -> None:
        super().__init__(f"{permission.name}: {missing}")
        self.permission = permission
        self.missing = missing
        self.thing = thing


class Outdated(Exception):
    """Somebody changed the thing meanwhile; `thing` is its present state."""

    def __init__(self, thing: Any) -> None:
        super().__init__("changed meanwhile")
        self.thing = thing


class PromiseMade(Exception):
    """People have relied on it: it can be made stricter, never looser."""


Condition = Callable[[Person, Any], bool]


def signed_in(person: Person, thing: Any) -> bool:
    return person.is_signed_in


def is_operator(person: Person, thing: Any) -> bool:
    return person.is_operator


def is_organiser_somewhere(person: Person, thing: Any) -> bool:
    return person.is_organiser_somewhere


def is_moderator(person: Person, thing: Any) -> bool:
    return Role.MODERATOR in person.roles_in(thing.declaration.id)


def not_moderator(person: Person, thing: Any) -> bool:
    return not is_moderator(person, thing)


def is_organiser(person: Person, thing: Any) -> bool:
    return Role.ORGANISER in person.roles_in(thing.declaration.id)


def is_team(person: Person, thing: Any) -> bool:
    return person.is_operator or bool(person.roles_in(thing.declaration.id) - {Role.PARTICIPANT})


def not_draft(person: Person, thing: Any) -> bool:
    return thing.declaration.phase is not Phase.DRAFT


def still_draft(person: Person, thing: Any) -> bool:
    return thing.declaration.phase is Phase.DRAFT


def is_over(person: Person, thing: Any) -> bool:
    return thing.declaration.phase is Phase.CLOSED


def is_second(person: Person, thing: Any) -> bool:
    """Nobody confirms what she asked for herself."""
    own = person.membership_in(thing.declaration.id)
    return own is None or own.id != thing.asker_id


def may_enter(person: Person, thing: Any) -> bool:
    """A private declaration is there for its members alone, and not for whoever is excluded for a time."""
    own = person.membership_in(thing.declaration.id)
    return thing.declaration.access is not Access.PRIVATE or (own is not None and not own.is_blocked)


def open_to_all(person: Person, thing: Any) -> bool:
    """Whether everybody may read it: asked where nobody signs in."""
    return thing.declaration.access is not Access.PRIVATE


def is_admitted(person: Person, thing: Any) -> bool:
    """Whether the person may have a say: everybody, or the invited."""
    return thing.declaration.access is Access.PUBLIC or person.membership_in(thing.declaration.id) is not None


def takes_part(person: Person, thing: Any) -> bool:
    return person.membership_in(thing.declaration.id) is not None


def has_vote(person: Person, thing: Any) -> bool:
    """Whether the declaration lets this person vote: everybody who takes part, or whoever came by an invitation."""
    own = person.membership_in(thing.declaration.id)
    return thing.declaration.voters is Voters.ALL or (own is not None and own.is_elector)


def is_author(person: Person, thing: Any) -> bool:
    return person.wrote(thing)


def not_author(person: Person, thing: Any) -> bool:
    return not person.wrote(thing)


def is_visible(person: Person, thing: Any) -> bool:
    return bool(thing.is_visible)


def not_withdrawn(person: Person, thing: Any) -> bool:
    return not thing.is_withdrawn


def open_for_annotations(person: Person, thing: Any) -> bool:
    return Activity.ANNOTATE in PHASE_ALLOWS[thing.declaration.phase]


def open_for_stances(person: Person, thing: Any) -> bool:
    return Activity.STANCE in PHASE_ALLOWS[thing.declaration.phase]


def open_for_votes(person: Person, thing: Any) -> bool:
    return Activity.VOTE in PHASE_ALLOWS[thing.declaration.phase]


def open_for_rating(person: Person, thing: Any) -> bool:
    return Activity.RATE in PHASE_ALLOWS[thing.declaration.phase]


def is_proposal(person: Person, thing: Any) -> bool:
    return bool(thing.is_proposal)


def undecided(person: Person, thing: Any) -> bool:
    return bool(thing.is_undecided)


def opens_thread(person: Person, thing: Any) -> bool:
    return not thing.is_reply


def open_for_flags(person: Person, thing: Any) -> bool:
    return Activity.FLAG in PHASE_ALLOWS[thing.declaration.phase]


def open_for_responses(person: Person, thing: Any) -> bool:
    return Activity.RESPOND in PHASE_ALLOWS[thing.declaration.phase]


def thread_open(person: Person, thing: Any) -> bool:
    return not thing.is_closed


def not_paused(person: Person, thing: Any) -> bool:
    own = person.membership_in(thing.declaration.id)
    return own is None or not (own.is_paused or own.is_blocked)


def not_blocked(person: Person, thing: Any) -> bool:
    own = person.membership_in(thing.declaration.id)
    return own is None or not own.is_blocked


def is_concerned(person: Person, thing: Any) -> bool:
    """Whether the decision or measure is about this person."""
    own = person.membership_in(thing.declaration.id)
    return own is not None and own.id == thing.member_id


def not_concerned(person: Person, thing: Any) -> bool:
    return not is_concerned(person, thing)


def is_decider(person: Person, thing: Any) -> bool:
    own = person.membership_in(thing.declaration.id)
    return own is not None and own.id == thing.decider_id


def not_decider(person: Person, thing: Any) -> bool:
    return not is_decider(person, thing)


def is_recent(person: Person, thing: Any) -> bool:
    return bool(thing.is_recent)


def no_open_objection(person: Person, thing: Any) -> bool:
    return not thing.has_open_objection


def is_objected(person: Person, thing: Any) -> bool:
    return bool(thing.has_open_objection)


def is_open_to_objection(person: Person, thing: Any) -> bool:
    return bool(thing.is_open_to_objection)


def no_other_moderator(person: Person, thing: Any) -> bool:
    """Where nobody else moderates, the organiser stands in."""
    return not thing.other_moderators


def report_is_shown(person: Person, thing: Any) -> bool:
    """Whether those who take part may read the draft of the report and say what is missing in it."""
    return bool(thing.declaration.shows_report_draft)


def not_last_editor(person: Person, thing: Any) -> bool:
    """Four eyes: whoever changed the report last does not publish it. Without a name it was the operator."""
    own = person.membership_in(thing.declaration.id)
    if thing.editor_id is None:
        return not person.is_operator
    return own is None or own.id != thing.editor_id


def no_other_organiser(person: Person, thing: Any) -> bool:
    """Where nobody else organises, a moderator is the second pair of eyes."""
    return not thing.other_organisers


def not_team_member(person: Person, thing: Any) -> bool:
    return thing.roles <= {Role.PARTICIPANT}


def leads_table(person: Person, thing: Any) -> bool:
    """Whether the person came by the link of a table of this declaration, on its day."""
    table = getattr(person, "table", None)
    return table is not None and bool(table.declaration_id == thing.declaration.id)


def survey_is_open(person: Person, thing: Any) -> bool:
    return bool(thing.is_open)


def survey_is_closed(person: Person, thing: Any) -> bool:
    return bool(thing.is_closed)


def survey_is_published(person: Person, thing: Any) -> bool:
    return bool(thing.is_published)


def has_answers(person: Person, thing: Any) -> bool:
    """Whether the single answers are still kept."""
    return bool(thing.has_answers)


PERMISSIONS: dict[Permission, tuple[tuple[Condition, ...], ...]] = {
    Permission.READ: ((not_draft, may_enter), (is_team,)),
    Permission.ANNOTATE: ((may_enter, open_for_annotations, signed_in, is_admitted, not_paused),),
    Permission.REPLY: ((may_enter, is_visible, thread_open, open_for_annotations, signed_in, is_admitted, not_paused),),
    # What its author took back is nobody else's to read, not even the moderators'.
    Permission.READ_ANNOTATION: (
        (not_draft, may_enter, is_visible),
        (is_team, is_visible),
        (is_author,),
        (is_moderator, not_withdrawn),
    ),
    # A hidden one may be revised: that is what its author is asked to do.
    Permission.EDIT: ((signed_in, is_author, not_withdrawn, open_for_annotations, not_blocked),),
    Permission.WITHDRAW: ((signed_in, is_author, not_withdrawn),),
    Permission.TAKE_STANCE: ((may_enter, open_for_stances, signed_in, is_admitted, has_vote, not_moderator, not_blocked),),
    Permission.VOTE: (
        (may_enter, is_visible, open_for_votes, signed_in, is_admitted, has_vote, not_author, not_moderator, not_blocked),
    ),
    Permission.FLAG: ((may_enter, is_visible, open_for_flags, not_author),),
    Permission.SEE_QUEUE: ((is_moderator,),),
    Permission.MODERATE: ((is_moderator, not_author, not_withdrawn),),
    Permission.RESPOND: ((is_moderator, is_visible, open_for_responses),),
    Permission.READ_HIDDEN: ((is_author,), (is_moderator, not_withdrawn)),
    Permission.EXPORT: ((is_organiser,), (is_operator,)),
    Permission.CHANGE_SETTINGS: ((is_organiser,), (is_operator,)),
    Permission.COSIGN: (
        (
            may_enter, is_proposal, is_visible, undecided, open_for_annotations, signed_in, is_admitted, not_author,
            not_moderator, not_blocked,
        ),
    ),
    Permission.RATE: ((may_enter, open_for_rating, signed_in, is_admitted, has_vote, not_moderator, not_blocked),),
    Permission.PREPARE_BALLOT: ((is_organiser, not_draft), (is_operator, not_draft)),
    # A question that its author took back needs no answer, and one that is not shown gets none in public. What became
    # of a reply is what became of the annotation it answers.
    Permission.SET_OUTCOME: (
        (is_organiser, opens_thread, is_visible, open_for_responses),
        (is_operator, opens_thread, is_visible, open_for_responses),
    ),
    Permission.SEE_OUTCOMES: ((is_organiser,), (is_operator,)),
    Permission.READ_NEXT_EDITION: ((is_team,),),
    Permission.EDIT_TEXT: ((is_organiser,), (is_operator,)),
    Permission.CHECK_ANCHORS: ((is_moderator,), (is_organiser,), (is_operator,)),
    Permission.CREATE_DECLARATION: ((is_operator,), (is_organiser_somewhere,)),
    Permission.MANAGE_ACCOUNTS: ((is_operator,),),
    # Notes about one's own words are for the others.
    Permission.HANDLE: ((is_moderator, not_author),),
    Permission.TIDY: ((is_moderator, not_author, is_visible),),
    Permission.UNDO: ((is_moderator, is_decider, is_recent, no_open_objection),),
    # What one has hidden oneself, somebody else shows again, unless it was a slip of the last hours.
    Permission.RESTORE: (
        (is_moderator, not_concerned, no_open_objection, not_decider),
        (is_moderator, not_concerned, no_open_objection, is_decider, is_recent),
        (is_organiser, not_concerned, no_open_objection, no_other_moderator, not_decider),
    ),
    Permission.REVIEW: (
        (is_moderator, not_concerned, not_decider),
        (is_organiser, not_concerned, not_decider, no_other_moderator),
    ),
    Permission.OBJECT: ((signed_in, is_concerned, is_open_to_objection),),
    Permission.READ_SEAL: (
        (is_moderator, is_decider),
        (is_moderator, not_concerned, is_objected),
        (is_organiser, not_concerned, is_objected, no_other_moderator),
    ),
    Permission.RESTRAIN: ((is_moderator, not_team_member), (is_organiser, not_team_member)),
    Permission.WRITE_PRIVATELY: ((is_moderator, not_author, not_withdrawn), (signed_in, is_author, not_withdrawn)),
    Permission.LEAVE_BUNDLE: ((signed_in, is_author),),
    Permission.WRITE_BLOCKS: ((is_moderator,), (is_organiser,)),
    Permission.SEE_TEAM_LOG: ((is_team,),),
    Permission.READ_LETTERS: ((signed_in, is_author),),
    Permission.SEE_OBJECTIONS: ((is_moderator,), (is_organiser,)),
    Permission.INVITE: ((is_organiser,), (is_operator,)),
    Permission.MANAGE_MEMBERS: ((is_organiser,), (is_operator,)),
    Permission.KEEP_AWAY: ((is_organiser, not_team_member),),
    Permission.GIVE_UP_ROLE: ((signed_in, is_moderator), (signed_in, is_organiser)),
    Permission.CHOOSE_MAILS: ((signed_in,),),
    Permission.LEAVE: ((signed_in,),),
    # READ for a guest, whoever asks.
    Permission.FOLLOW: ((not_draft, open_to_all),),
    Permission.SHOW_DRAFT: ((is_organiser, still_draft), (is_operator, still_draft)),
    # Two people: the operator, too, only together with an organiser.
    Permission.ASK_DELETION: ((is_organiser,),),
    Permission.CONFIRM_DELETION: ((is_organiser, is_second), (is_operator, is_second)),
    Permission.ARCHIVE: ((is_organiser, is_over), (is_operator, is_over)),
    Permission.SEE_OPERATION: ((is_operator,),),
    Permission.RUN_SITE: ((is_operator,),),
    # No condition: the law wants it open to everybody (§ 12b BGG).
    Permission.REPORT_BARRIER: ((),),
    Permission.SEE_BOARD: ((is_team,),),
    # Also of somebody who is kept away: it is hers to take back.
    Permission.SAY_FIELD: ((signed_in, takes_part),),
    Permission.OPEN_ADDRESS: ((is_operator,),),
    Permission.EDIT_REPORT: ((is_organiser,), (is_operator,)),
    Permission.READ_REPORT_DRAFT: ((is_team,), (may_enter, signed_in, takes_part, report_is_shown)),
    Permission.SAY_MISSING: ((may_enter, signed_in, takes_part, report_is_shown, not_blocked),),
    Permission.PUBLISH_REPORT: (
        (is_organiser, not_last_editor, not_draft),
        (is_operator, not_last_editor, not_draft),
        (is_moderator, not_last_editor, not_draft, no_other_organiser),
    ),
    Permission.EDIT_SURVEY: ((is_organiser,), (is_operator,)),
    # Without an account: nobody is asked who she is.
    Permission.ANSWER_SURVEY: ((not_draft, may_enter, survey_is_open),),
    # Nobody counts while people still answer, not even the team.
    Permission.READ_SURVEY_RESULTS: ((not_draft, may_enter, survey_is_published), (is_team, survey_is_closed)),
    Permission.REVIEW_SURVEY_TEXTS: (
        (is_moderator, survey_is_closed), (is_organiser, survey_is_closed), (is_operator, survey_is_closed),
    ),
    Permission.TAKE_SURVEY_DATA: ((is_organiser, has_answers), (is_operator, has_answers)),
    Permission.EDIT_PAGES: ((is_organiser,), (is_operator,)),
    Permission.ENTER_PAPER: ((is_organiser, not_draft), (is_operator, not_draft)),
    Permission.ENTER_AT_TABLE: ((leads_table, not_draft),),
    Permission.SHOW_IN_ROOM: ((is_team, not_draft),),
}


def missing_condition(person: Person, permission: Permission, thing: Any = None) -> str | None:
    """The name of the first condition that fails in the most promising alternative; None when allowed."""
    failed: list[tuple[int, str]] = []
    for alternative in PERMISSIONS[permission]:
        for held, condition in enumerate(alternative):
            if not condition(person, thing):
                failed.append((held, condition.__name__))
                break
        else:
            return None
    return max(failed, key=lambda failure: failure[0])[1]


def may(person: Person, permission: Permission, thing: Any = None) -> bool:
    """Answer for a template or a list; never changes anything."""
    return missing_condition(person, permission, thing) is None


def require(person: Person, permission: Permission, thing: Any = None) -> None:
    """First line of every verb. Raises NotAllowed with the condition that failed."""
    missing = missing_condition(person, permission, thing)
    if missing:
        raise NotAllowed(permission, missing, thing)
