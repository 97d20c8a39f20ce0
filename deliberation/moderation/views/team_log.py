"""The full log for the team, as a page and as a table."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deliberation.annotations.models import ResponseKind, Status
from deliberation.annotations.views import readable_declaration
from deliberation.clock import BERLIN, today
from deliberation.database import ID_MAX
from deliberation.declarations.models import Act, Declaration, LogEntry, Policy
from deliberation.filters import day
from deliberation.labels import LABELS, label, rule_words
from deliberation.moderation.danger import Step, load_whole_team
from deliberation.moderation.models import BlockPurpose, DecisionKind, MeasureKind, NoteKind, Rule, Verdict
from deliberation.moderation.records.team_log import TeamLine, Wanted, iterate_team_log, load_team_log
from deliberation.moderation.views import moderation
from deliberation.moderation.views.tables import attachment, to_csv
from deliberation.permissions import Permission, Phase, require
from deliberation.web import viewer

_STATES: dict[str, Any] = {
    **{
        member.value: LABELS[member]
        for kind in (ResponseKind, NoteKind, MeasureKind, Verdict, Policy, Phase, DecisionKind, Status)
        for member in kind
    },
    "held": _l("in der Hand von jemand anderem"),
    "lifted": _l("aufgehoben"),
    "open": _l("offen"),
    "flag": _l("Meldung"),
    "sealed": _l("versiegelt"),
    "team": _l("Team"),
    "author": _l("wer den Beitrag geschrieben hat"),
    "sends_after_look": _l("Mail erst nach einem Blick"),
    "sends_at_once": _l("Mail sofort"),
    "signing_name": _l("mit Namen"),
    "no_signing_name": _l("ohne Namen"),
    "made": _l("gemacht"),
    "revoked": _l("widerrufen"),
    "asked": _l("Löschung beantragt"),
    "confirmed": _l("Löschung bestätigt"),
    "taken back": _l("zurückgenommen"),
    "archived": _l("im Archiv"),
    "taken out": _l("wieder unter den anderen"),
    # The report.
    "participants": _l("alle, die teilnehmen"),
    "added": _l("geschrieben"),
    "changed": _l("geändert"),
    "removed": _l("entfernt"),
    "restored": _l("zurückgeholt"),
    "taken": _l("aufgenommen"),
    "declined": _l("nicht aufgenommen"),
}
"""What the log writes, in words. Where two mean the same code the last one holds, unless the act says which."""
_GROUPS: dict[str, Any] = {
    **{purpose.value: LABELS[purpose] for purpose in BlockPurpose},
    "employers": _l("Einrichtungen"),
    "sentence": _l("Satz"),
    "place": _l("Platz"),
    "point": _l("Mein Punkt fehlt hier"),
    "issue": _l("Ausgabe"),
}
"""What stands before a number."""
_BY_ACT: dict[Act, Any] = {
    Act.PHASE: Phase,
    Act.PLAN: Phase,
    Act.POLICY: Policy,
    Act.DANGER: Step,
    Act.OBJECTION: Verdict,
    Act.NOTE: NoteKind,
    Act.LIFT: MeasureKind,
    Act.RESPOND: ResponseKind,
}


@moderation.get("/d/<slug>/moderation/log/team", endpoint="team_log")
def team_log_page(slug: str) -> str:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.SEE_TEAM_LOG, declaration)
    before, wanted = request.args.get("before", type=int), _wanted()
    page = load_team_log(viewer(), declaration, wanted, before if before and 0 < before <= ID_MAX else None)
    return render_template(
        "moderation/team_log.html",
        declaration=declaration, page=page, wanted=wanted, kept=_kept(), acts=sorted(Act, key=label),
        team=load_whole_team(declaration), here="queue",
    )  # fmt: skip


@moderation.get("/d/<slug>/moderation/log/team.csv")
def team_log_csv(slug: str) -> Response:
    declaration = readable_declaration(slug)
    lines = iterate_team_log(viewer(), declaration, _wanted())
    return attachment(
        to_csv(_rows(declaration, lines)), "text/csv", f"{declaration.slug}-moderation-{today().isoformat()}.csv"
    )


def _wanted() -> Wanted:
    """What the address asks for; nonsense asks for everything."""
    act, actor = request.args.get("act"), request.args.get("actor", type=int)
    return Wanted(
        act=Act(act) if act in {one.value for one in Act} else None,
        actor=actor if actor and 0 < actor <= ID_MAX else None,
        thesis=request.args.get("thesis", "")[:20],
        first=_day("from"),
        last=_day("to"),
    )


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2999 else None


def _kept() -> dict[str, str]:
    """The filters as they stand in the address."""
    return {name: value for name in ("act", "actor", "thesis", "from", "to") if (value := request.args.get(name))}


def _rows(declaration: Declaration, lines: Iterator[TeamLine]) -> Iterator[list[Any]]:
    yield [
        _("Zeit"), _("Wer"), _("Was"), _("Beitrag"), _("Über wen"), _("vorher"), _("nachher"), _("Regel"),
    ]  # fmt: skip
    for line in lines:
        entry = line.entry
        number = f"A-{entry.annotation_id}" if entry.annotation_id else ""
        yield [
            minute(entry.at), actor_words(line), label(entry.act), number, line.subject,
            state_words(entry, entry.before), state_words(entry, entry.after), log_rule(entry, declaration),
        ]  # fmt: skip


@moderation.app_template_filter("log_rule")
def log_rule(entry: LogEntry, declaration: Declaration) -> str:
    """The rule of a line, as the declaration calls it."""
    return rule_words(declaration, Rule(entry.rule)) if entry.rule in {rule.value for rule in Rule} else ""


@moderation.app_template_filter("minute")
def minute(moment: datetime) -> str:
    """2026-05-14 20:31, in Berlin: to be sorted and compared."""
    return moment.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


@moderation.app_template_filter("actor_words")
def actor_words(line: TeamLine) -> str:
    if line.by_author:
        return str(_("wer den Beitrag geschrieben hat"))
    return line.actor or str(_("nicht genannt"))


@moderation.app_template_filter("state_words")
def state_words(entry: LogEntry, state: str) -> str:
    """What the log wrote as a state, in words: codes, moments, and what needs none."""
    return ", ".join(_one_state(entry, code) for code in state.split(",")) if state else ""


def _one_state(entry: LogEntry, code: str) -> str:
    kind = _BY_ACT.get(entry.act)
    head, _space, tail = code.partition(" ")
    if kind is not None and head in {member.value for member in kind}:
        until = _day_words(tail)
        return f"{label(kind(head))}{until}"
    if code in _STATES:
        return str(_STATES[code])
    group, colon, number = code.partition(":")
    if colon and group in _GROUPS:
        return f"{_GROUPS[group]}: {number}"
    return _moment_words(code)


def _day_words(tail: str) -> str:
    return str(_(" bis %(day)s", day=day(date.fromisoformat(tail)))) if tail else ""


def _moment_words(code: str) -> str:
    """The end of a measure; whatever is no moment stays as it is."""
    try:
        return str(_("bis %(moment)s", moment=minute(datetime.fromisoformat(code)))) if "T" in code else code
    except ValueError:
        return code
