"""Every verb of moderation is walked through; whatever state it changes, the log says so, once, and without words."""

import importlib
import inspect
import pkgutil
from datetime import timedelta

import pytest
from sqlalchemy import select

import deliberation.moderation
from deliberation.annotations.actions import edit_annotation, withdraw
from deliberation.annotations.calendar import plan_phases
from deliberation.annotations.models import Annotation, Response, ResponseKind
from deliberation.annotations.positions import change_phase
from deliberation.annotations.responses import respond
from deliberation.clock import frozen_at, now, today
from deliberation.database import db
from deliberation.declarations import roles
from deliberation.declarations.actions import Surroundings, change_policy, change_texts
from deliberation.declarations.focus import plan_focus
from deliberation.declarations.models import Act, Declaration, LogEntry, Membership, Policy, RoleGrant
from deliberation.moderation import actions, danger, flagging, privately, restraining, settings, undoing
from deliberation.moderation.cloning import clone
from deliberation.moderation.desk import bulk, teamwork
from deliberation.moderation.models import (
    Assignment,
    BlockPurpose,
    Decision,
    DecisionKind,
    Flag,
    FlagReason,
    Handling,
    Measure,
    MeasureKind,
    Message,
    Note,
    Objection,
    Rule,
    RulesVersion,
    Seal,
    TextBlock,
    Verdict,
)
from deliberation.moderation.objections import objecting
from deliberation.moderation.objections.appeals import find_objection
from deliberation.moderation.objections.reviews import find_decision
from deliberation.moderation.ordering import bundling, closing, moving
from deliberation.moderation.records import retention
from deliberation.moderation.restraining import find_measure
from deliberation.moderation.words import house_rules, text_blocks
from deliberation.permissions import Guest, NotAllowed, Phase, Role, Voters
from deliberation.proposals.voters import change_voters
from tests import builders

REASON = "Das steht so nicht in den Regeln."
BODY = "Frau Beispiel wohnt nebenan."
SECRETS = (REASON, BODY, "Beispiel", "Weide", "Linde", "Ganz anders", "Geheim")


class Stage:
    """The cast with two moderators, and the short words that the deeds are written in."""

    def __init__(self, cast):
        self.cast, self.declaration = cast, cast.declaration
        self.ada, self.ben, self.mira, self.otto = cast.ada, cast.ben, cast.mira, cast.otto
        self.vera = builders.make_member(cast.declaration, "vera", Role.MODERATOR)

    def member(self, person):
        return builders.membership(person, self.declaration)

    def write(self, author=None, **fields):
        return builders.annotate(author or self.ada, self.declaration, body=BODY, **fields)

    def held(self):
        self.declaration.policy = Policy.ALL
        return self.write()

    def hidden(self):
        annotation = self.write()
        return find_decision(actions.hide(self.mira, annotation, Rule.STAY, REASON, 1).id)

    def paused(self):
        measure = restraining.restrain(self.mira, self.member(self.ada), MeasureKind.PAUSE, Rule.STAY, REASON, 7)
        return find_measure(measure.id)

    def objection(self, decision=None):
        made = objecting.object_to(self.ada, decision or self.hidden(), "Geheim: das war harmlos.")
        return find_objection(made.id)

    def bundle(self):
        lead, other = self.write(), self.write(self.ben)
        bundling.bundle(self.mira, lead, [(other, 1)])
        return lead, other


def hold(stage):
    stage.declaration.policy = Policy.ALL
    return stage.write


def revise(stage):
    annotation = stage.hidden().annotation
    return lambda: edit_annotation(stage.ada, annotation, "Ganz anders gesagt.")


def take_back(stage):
    annotation = stage.write()
    return lambda: withdraw(stage.ada, annotation)


def publish(stage):
    held = stage.held()
    return lambda: actions.publish(stage.mira, held, held.version)


def hide(stage):
    annotation = stage.write()
    flagging.flag(stage.ben, annotation, FlagReason.OTHER)
    return lambda: actions.hide(stage.mira, annotation, Rule.STAY, REASON, 1)


def restore(stage):
    annotation = stage.hidden().annotation
    return lambda: actions.restore(stage.vera, annotation, annotation.version)


def return_for_revision(stage):
    annotation = stage.write()
    return lambda: actions.return_for_revision(stage.mira, annotation, Rule.STAY, REASON, 1)


def redact(stage):
    annotation = stage.write()
    return lambda: actions.redact(stage.mira, annotation, Rule.PROTECT, REASON, ["Frau Beispiel"], 1)


def decide(stage):
    annotation = stage.write()
    deed = actions.Deed(DecisionKind.HIDE, 1, Rule.STAY, REASON)
    return lambda: actions.decide(stage.mira, annotation, deed)


def decide_many(stage):
    one, two = stage.write(), stage.write()
    seen = [(one.number, 1), (two.number, 1), (two.number + 99, 1)]
    return lambda: bulk.decide_many(stage.mira, stage.declaration, seen, DecisionKind.HIDE, Rule.STAY, REASON)


def undo(stage):
    decision = stage.hidden()
    return lambda: undoing.undo(stage.mira, decision)


def move(stage):
    annotation = stage.write(at="3.1")
    target = builders.paragraph(stage.declaration, "1.1")
    return lambda: moving.move(stage.mira, annotation, target, REASON, 1)


def bundle(stage):
    lead, other = stage.write(), stage.write(stage.ben)
    return lambda: bundling.bundle(stage.mira, lead, [(other, 1)])


def unbundle(stage):
    _lead, other = stage.bundle()
    return lambda: bundling.unbundle(stage.mira, other)


def leave_bundle(stage):
    _lead, other = stage.bundle()
    return lambda: bundling.leave_bundle(stage.ben, other)


def close_thread(stage):
    root = stage.write()
    return lambda: closing.close_thread(stage.mira, root, f"Ganz anders zusammengefasst, siehe {root.label}.", 1)


def reopen_thread(stage):
    root = stage.write()
    closing.close_thread(stage.mira, root, f"Ganz anders zusammengefasst, siehe {root.label}.", 1)
    return lambda: closing.reopen_thread(stage.mira, root, root.version)


def answer(stage):
    annotation = stage.write()
    return lambda: respond(stage.mira, annotation, ResponseKind.INQUIRY, "Ganz anders gefragt?", "k")


def flag(stage):
    annotation = stage.write()
    return lambda: flagging.flag(stage.ben, annotation, FlagReason.OTHER, "Geheim", "k")


def object_to(stage):
    decision = stage.hidden()
    return lambda: objecting.object_to(stage.ada, decision, "Geheim: das war harmlos.")


def object_to_measure(stage):
    measure = stage.paused()
    return lambda: objecting.object_to_measure(stage.ada, measure, "Geheim: das war harmlos.")


def object_as_reporter(stage):
    annotation = stage.write()
    reported = flagging.flag(Guest(), annotation, FlagReason.OTHER, "Geheim")
    actions.publish(stage.mira, annotation, 1)
    db.session.expire(reported)
    return lambda: objecting.object_as_reporter(reported, "Geheim: das ist nicht harmlos.")


def decide_objection(stage):
    objection = stage.objection()
    return lambda: objecting.decide_objection(stage.vera, objection, Verdict.UPHELD, REASON)


def reject_objection(stage):
    objection = stage.objection()
    return lambda: objecting.decide_objection(stage.vera, objection, Verdict.REJECTED, REASON)


def decide_on_measure(stage):
    made = objecting.object_to_measure(stage.ada, stage.paused(), "Geheim: das war harmlos.")
    objection = find_objection(made.id)
    return lambda: objecting.decide_objection(stage.vera, objection, Verdict.UPHELD, REASON)


def note_reading(stage):
    annotation = stage.write()
    decision = actions.redact(stage.mira, annotation, Rule.PROTECT, REASON, ["Frau Beispiel"], 1)
    objection = stage.objection(find_decision(decision.id))
    return lambda: objecting.note_reading(stage.vera, objection)


def write_privately(stage):
    annotation = stage.write()
    return lambda: privately.write_privately(stage.mira, annotation, "Geheim", "k")


def restrain(kind):
    def measure(stage):
        days = None if kind is MeasureKind.WARN else 7
        member = stage.member(stage.ada)
        return lambda: restraining.restrain(stage.mira, member, kind, Rule.STAY, REASON, days, form_key="k")

    return measure


def lift(stage):
    measure = stage.paused()
    return lambda: restraining.lift(stage.mira, measure)


def claim(stage):
    annotation = stage.write()
    return lambda: teamwork.claim(stage.mira, annotation)


def take_over(stage):
    annotation = stage.write()
    teamwork.claim(stage.vera, annotation)
    return lambda: teamwork.take_over(stage.mira, annotation)


def release(stage):
    annotation = stage.write()
    teamwork.claim(stage.mira, annotation)
    return lambda: teamwork.release(stage.mira, annotation)


def hand_over(stage):
    annotation = stage.write()
    return lambda: teamwork.hand_over(stage.mira, annotation, stage.member(stage.vera))


def ask_opinion(stage):
    annotation = stage.write()
    return lambda: teamwork.ask_opinion(stage.mira, annotation)


def give_opinion(stage):
    annotation = stage.write()
    return lambda: teamwork.give_opinion(stage.vera, annotation, "Geheim", DecisionKind.HIDE, "k")


def write_note(stage):
    annotation = stage.write()
    return lambda: teamwork.write_note(stage.mira, annotation, "Geheim", "k")


def assign(stage):
    wanted = {stage.declaration.theses[1].id: [stage.member(stage.vera).id]}
    return lambda: teamwork.assign(stage.mira, stage.declaration, wanted)


def note_danger(stage):
    annotation = stage.write()
    return lambda: danger.note_danger(stage.mira, annotation, [danger.Step.POLICE], "Geheim", "k")


def change_the_policy(stage):
    return lambda: change_policy(stage.otto, stage.declaration, Policy.ALL)


def change_the_phase(stage):
    return lambda: change_phase(stage.otto, stage.declaration, Phase.VOTING)


def change_the_plan(stage):
    return lambda: plan_phases(stage.otto, stage.declaration, {Phase.CLOSED: today() + timedelta(days=9)})


def change_the_texts(stage):
    return lambda: change_texts(stage.otto, stage.declaration, Surroundings(publisher="Bündnis"))


def change_the_focus(stage):
    return lambda: plan_focus(stage.otto, stage.declaration, {stage.declaration.numbered_theses[0].id: today()})


def change_who_votes(stage):
    return lambda: change_voters(stage.otto, stage.declaration, Voters.INVITED)


def give_a_role(stage):
    return lambda: roles.give(stage.otto, stage.member(stage.ben), Role.MODERATOR)


def change_sending(stage):
    return lambda: settings.change_sending(stage.otto, stage.declaration, True)


def change_employers(stage):
    return lambda: settings.change_employers(stage.otto, stage.declaration, ["Geheimamt"])


def change_signing_name(stage):
    return lambda: settings.change_signing_name(stage.mira, stage.declaration, "Geheima")


def change_rules(stage):
    rules = [("Geheim bleiben", "Ganz anders als bisher.")]
    return lambda: house_rules.change_rules(stage.otto, stage.declaration, "Ganz anders.", rules, "", 1)


def _words(title="Geheim"):
    return text_blocks.BlockWords(BlockPurpose.PROMPT, title, "Ganz anders gefragt?")


def _blocks(stage):
    return text_blocks.add_block(stage.mira, stage.declaration, _words())


def add_block(stage):
    return lambda: _blocks(stage)


def change_block(stage):
    block = _blocks(stage)
    key, seen = str(block.id), block.changed_at.isoformat()
    return lambda: text_blocks.change_block(stage.mira, stage.declaration, key, _words("Geheimer"), seen)


def remove_block(stage):
    key = str(_blocks(stage).id)
    return lambda: text_blocks.remove_block(stage.mira, stage.declaration, key)


def move_block(stage):
    key = str(_blocks(stage).id)
    return lambda: text_blocks.move_block(stage.mira, stage.declaration, key, True)


def forget(stage):
    annotation = stage.write()
    actions.redact(stage.mira, annotation, Rule.PROTECT, REASON, ["Frau Beispiel"], 1)
    later = now() + timedelta(days=250)

    def pass_by():
        with frozen_at(later):
            retention.forget_moderation(later)

    return pass_by


# What is done, and the lines it leaves. `None` for the verb: it belongs to another feature, or is a case of its own.
DEEDS = [
    (hold, None, [Act.HELD]),
    (revise, None, [Act.REVISED]),
    (take_back, None, [Act.WITHDRAWN]),
    (publish, actions.publish, [Act.PUBLISH]),
    (hide, actions.hide, [Act.HIDE]),
    (restore, actions.restore, [Act.RESTORE]),
    (return_for_revision, actions.return_for_revision, [Act.RETURN]),
    (redact, actions.redact, [Act.REDACT]),
    (decide, actions.decide, [Act.HIDE]),
    (decide_many, bulk.decide_many, [Act.HIDE, Act.HIDE]),
    (undo, undoing.undo, [Act.UNDO]),
    (move, moving.move, [Act.MOVE]),
    (bundle, bundling.bundle, [Act.BUNDLE]),
    (unbundle, bundling.unbundle, [Act.UNBUNDLE]),
    (leave_bundle, bundling.leave_bundle, [Act.UNBUNDLE]),
    (close_thread, closing.close_thread, [Act.RESPOND, Act.CLOSE]),
    (reopen_thread, closing.reopen_thread, [Act.REOPEN]),
    (answer, None, [Act.RESPOND]),
    (flag, flagging.flag, [Act.FLAG]),
    (object_to, objecting.object_to, [Act.OBJECT]),
    (object_to_measure, objecting.object_to_measure, [Act.OBJECT]),
    (object_as_reporter, objecting.object_as_reporter, [Act.OBJECT]),
    (decide_objection, objecting.decide_objection, [Act.RESTORE, Act.OBJECTION]),
    (reject_objection, None, [Act.OBJECTION]),
    (decide_on_measure, None, [Act.LIFT, Act.OBJECTION]),
    (note_reading, objecting.note_reading, [Act.UNSEAL]),
    (write_privately, privately.write_privately, [Act.MESSAGE]),
    (restrain(MeasureKind.WARN), restraining.restrain, [Act.WARN]),
    (restrain(MeasureKind.REVIEW), None, [Act.REVIEW]),
    (restrain(MeasureKind.PAUSE), None, [Act.PAUSE]),
    (restrain(MeasureKind.BLOCK), None, [Act.BLOCK]),
    (lift, restraining.lift, [Act.LIFT]),
    (claim, teamwork.claim, [Act.CLAIM]),
    (take_over, teamwork.take_over, [Act.CLAIM]),
    (release, teamwork.release, [Act.RELEASE]),
    (hand_over, teamwork.hand_over, [Act.HAND_OVER]),
    (ask_opinion, teamwork.ask_opinion, [Act.ASK]),
    (give_opinion, teamwork.give_opinion, [Act.NOTE]),
    (write_note, teamwork.write_note, [Act.NOTE]),
    (assign, teamwork.assign, [Act.ASSIGN]),
    (note_danger, danger.note_danger, [Act.DANGER, Act.ASK]),
    (change_the_policy, None, [Act.POLICY]),
    (change_the_phase, None, [Act.PHASE]),
    (change_the_plan, None, [Act.PLAN]),
    (change_the_texts, None, [Act.TEXTS]),
    (change_the_focus, None, [Act.FOCUS]),
    (give_a_role, None, [Act.ROLE]),
    (change_who_votes, None, [Act.VOTERS]),
    (change_sending, settings.change_sending, [Act.POLICY]),
    (change_employers, settings.change_employers, [Act.POLICY]),
    (change_signing_name, settings.change_signing_name, [Act.POLICY]),
    (change_rules, house_rules.change_rules, [Act.RULES]),
    (add_block, text_blocks.add_block, [Act.BLOCKS]),
    (change_block, text_blocks.change_block, [Act.BLOCKS]),
    (remove_block, text_blocks.remove_block, [Act.BLOCKS]),
    (move_block, text_blocks.move_block, [Act.BLOCKS]),
    (forget, None, [Act.DESTROY]),
]
NO_STATE = {teamwork.be_present, teamwork.use_keys, clone}
"""What concerns nobody but whoever does it: what is open on one's screen, and whether it listens to single keys. What is made
after a pattern has a log of its own."""
# A line that only says that somebody read something.
ONLY_READ = {note_reading}

# Columns that are a state, per table; with none named, that a row is there at all.
STATES = {
    Annotation: ("status", "closed_at", "bundled_with", "left_bundle_at", "thesis_id", "paragraph_id"),
    Membership: ("reviewed_until", "paused_until", "blocked_until", "signing_name"),
    Declaration: (
        "phase", "phase_ends_on", "plan", "focus", "voters", "publisher", "policy", "sends_after_look", "employers",
        "rules_version",
    ),
    RoleGrant: ("ends_on",),
    Objection: ("verdict",),
    Measure: ("lifted_at",),
    Handling: ("holder_id", "asked_by_id"),
    TextBlock: ("title", "body", "position"),
    Decision: (), Flag: ("closed_at",), Response: (), Note: (), Message: (), Assignment: (), Seal: (), RulesVersion: (),
}  # fmt: skip
ABOUT = {
    Decision: "annotation_id", Flag: "annotation_id", Response: "annotation_id", Note: "annotation_id",
    Message: "annotation_id", Seal: "annotation_id", Handling: "annotation_id", Annotation: "id",
}  # fmt: skip
BY_ACT = {
    Declaration: {Act.PHASE, Act.PLAN, Act.FOCUS, Act.VOTERS, Act.TEXTS, Act.POLICY, Act.RULES}, RulesVersion: {Act.RULES},
    RoleGrant: {Act.ROLE}, TextBlock: {Act.BLOCKS},
    Assignment: {Act.ASSIGN}, Objection: {Act.OBJECT, Act.OBJECTION},
}  # fmt: skip


def look():
    """Every state there is: {(table, key): (what the row is about, its state)}."""
    db.session.flush()
    found = {}
    for model, columns in STATES.items():
        table = model.__table__
        [key] = table.primary_key.columns
        about = table.c[ABOUT[model]] if model in ABOUT else table.c.get("member_id", key)
        for number, thing, *state in db.session.execute(select(key, about, *(table.c[name] for name in columns))):
            found[model, number] = (thing, state)
    return found


def changed(before, after):
    """(table, what the row is about) of every row that was made, changed or deleted. That something is written and
    shown at once is no act of moderation; neither is a copy of the standard text blocks, nor that somebody comes in, or
    the nobody who stands for those who decided long ago."""
    for place in before.keys() | after.keys():
        if before.get(place) != after.get(place):
            thing, state = after.get(place) or before[place]
            is_written = place[0] is Annotation and state[0].value == "visible"
            if place in before or not (is_written or place[0] is Membership):
                yield place[0], thing


def is_covered(change, lines):
    model, thing = change
    if model in BY_ACT:
        return any(line.act in BY_ACT[model] for line in lines)
    if model in (Membership, Measure):
        return any(line.subject_id == thing for line in lines)
    return any(line.annotation_id == thing for line in lines)


def lines_after(number):
    db.session.flush()
    return db.session.scalars(select(LogEntry).where(LogEntry.id > number).order_by(LogEntry.id)).all()


def last_line():
    db.session.flush()
    return db.session.scalar(select(LogEntry.id).order_by(LogEntry.id.desc()).limit(1)) or 0


NAMES = [f"{number}-{prepare.__name__}" for number, (prepare, _verb, _acts) in enumerate(DEEDS)]


@pytest.mark.parametrize(("prepare", "verb", "acts"), DEEDS, ids=NAMES)
def test_change_of_a_state_is_in_the_log(cast, prepare, verb, acts):
    deed = prepare(Stage(cast))
    before, number = look(), last_line()
    deed()
    changes, lines = list(changed(before, look())), lines_after(number)
    assert sorted(line.act.value for line in lines) == sorted(act.value for act in acts)
    assert changes or prepare in ONLY_READ
    assert [change for change in changes if not is_covered(change, lines)] == []
    assert not [s for line in lines for s in SECRETS if s in f"{line.before} {line.after} {line.rule}"]
    assert all(line.declaration_id == cast.declaration.id for line in lines)


@pytest.mark.parametrize("kind", [answer, flag, write_privately, note_danger, restrain(MeasureKind.PAUSE), write_note])
def test_sent_twice_it_is_logged_once(cast, kind):
    deed = kind(Stage(cast))
    deed()
    number = last_line()
    deed()
    assert lines_after(number) == []


@pytest.mark.parametrize(
    "kind", [change_the_policy, change_the_phase, change_sending, change_employers, change_signing_name, lift, undo]
)
def test_what_changes_nothing_the_second_time_is_logged_once(cast, kind):
    deed = kind(Stage(cast))
    deed()
    before, number = look(), last_line()
    deed()
    assert list(changed(before, look())) == []
    assert lines_after(number) == []


def test_what_is_refused_is_not_logged(cast):
    stage = Stage(cast)
    annotation, member = stage.write(stage.mira), stage.member(stage.ada)
    number = last_line()
    for deed in (
        lambda: actions.hide(stage.mira, annotation, Rule.STAY, REASON, 1),
        lambda: danger.note_danger(stage.mira, annotation, [danger.Step.POLICE], "Geheim"),
        lambda: restraining.restrain(stage.ben, member, MeasureKind.WARN, Rule.STAY, REASON),
        lambda: change_phase(stage.mira, stage.declaration, Phase.VOTING),
        lambda: change_policy(stage.ada, stage.declaration, Policy.ALL),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert lines_after(number) == []


def test_every_act_is_somebodys_deed():
    walked = {act for _prepare, _verb, acts in DEEDS for act in acts}
    # Letting in is not the moderators': tests/declarations/test_access.py and test_invitations.py. Nor are webhooks:
    # tests/api/test_webhooks.py. How it begins, ends and is called: tests/declarations/test_showing.py and test_ending.py,
    # tests/privacy/test_deleting_declarations.py, tests/annotations/test_calling.py.
    # The report: tests/reports. Surveys: tests/surveys/test_building.py.
    elsewhere = {Act.LOOKED, Act.ACCESS, Act.INVITE, Act.ADMIT, Act.WEBHOOK, Act.TABLE, Act.REPORT, Act.SURVEY}
    assert set(Act) - walked == elsewhere | {Act.PREVIEW, Act.LABELS, Act.ARCHIVE, Act.DELETE}


def test_no_verb_is_left_out():
    """Whatever asks `require` for somebody and is not called after reading."""
    reads = ("load_", "find_", "count_", "iterate_", "preview", "require_", "review_")
    verbs = set()
    for module in pkgutil.walk_packages(deliberation.moderation.__path__, "deliberation.moderation."):
        if ".views" in module.name or ".forms" in module.name:
            continue
        loaded = importlib.import_module(module.name)
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            is_own = function.__module__ == module.name and not name.startswith(("_", *reads))
            if is_own and "\n    require(" in inspect.getsource(function):
                verbs.add(function)
    assert verbs - {verb for _prepare, verb, _acts in DEEDS} == NO_STATE
