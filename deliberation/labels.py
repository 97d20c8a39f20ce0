"""What the enumerations are called on the page, and which icon stands beside them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from types import MappingProxyType
from typing import Any

from flask import Flask
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from deliberation.annotations.calling import THESES, THESIS
from deliberation.annotations.models import (
    AnchorVerdict,
    Kind,
    OutcomeValue,
    ResponseKind,
    StanceValue,
    Status,
    VoteValue,
)
from deliberation.annotations.ordering import Order
from deliberation.declarations.changes import ChangeState
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.models import (
    CLOSING,
    PREAMBLE,
    Act,
    Declaration,
    InvitationKind,
    InvitationState,
    Policy,
    Thesis,
)
from deliberation.moderation.danger import Step
from deliberation.moderation.models import (
    BlockPurpose,
    Decision,
    DecisionKind,
    FlagReason,
    MeasureKind,
    NoteKind,
    Occasion,
    Rule,
    Verdict,
)
from deliberation.moderation.records.counts import Became, Column
from deliberation.moderation.words import house_rules
from deliberation.notifications.models import Pace, Rhythm, Topic
from deliberation.permissions import Access, Activity, Permission, Phase, Role, Voters
from deliberation.surveys.models import SurveyState
from deliberation.text import excerpt

LABELS: dict[Enum, Any] = {
    Topic.DECISIONS: _l("Entscheidungen der Moderation über meine Beiträge"),
    Topic.REPLIES: _l("Antworten auf meine Beiträge"),
    Topic.RESPONSES: _l("Antworten der Moderation auf meine Beiträge"),
    Topic.OUTCOMES: _l("Was aus meinen Beiträgen wurde"),
    Topic.ANNOTATIONS: _l("Neue Anmerkungen anderer"),
    Topic.EDITIONS: _l("Eine neue Fassung der Erklärung"),
    Topic.PHASES: _l("Eine neue Phase"),
    Topic.REPORTS: _l("Ein Bericht oder eine Neuigkeit der Organisation"),
    Topic.WAITING: _l("Was auf die Moderation wartet"),
    Pace.AT_ONCE: _l("Sofort"),
    Pace.DAILY: _l("Täglich"),
    Pace.WEEKLY: _l("Wöchentlich"),
    Pace.NEVER: _l("Nie"),
    Rhythm.MILESTONES: _l("Nur wenn etwas Wichtiges geschieht"),
    Rhythm.WEEKLY: _l("Wöchentlich, was neu ist"),
    Rhythm.DAILY: _l("Täglich, was neu ist"),
    Kind.PRACTICE: _l("Aus der Praxis"),
    Kind.PROPOSAL: _l("Textvorschlag"),
    Kind.QUESTION: _l("Frage"),
    Kind.OBJECTION: _l("Einwand"),
    Kind.AGREEMENT: _l("Zustimmung"),
    Kind.REFERENCE: _l("Hinweis"),
    StanceValue.CARRY: _l("Trage ich mit"),
    StanceValue.CHANGE: _l("Nur mit Änderung"),
    StanceValue.AGAINST: _l("Trage ich nicht mit"),
    StanceValue.UNCLEAR: _l("Noch unklar"),
    VoteValue.AGREE: _l("Auch so"),
    VoteValue.DISAGREE: _l("Anders"),
    VoteValue.PASS: _l("Unentschieden"),
    ResponseKind.INQUIRY: _l("Nachfrage"),
    ResponseKind.INFORMATION: _l("Information"),
    ResponseKind.SUMMARY: _l("Zusammenfassung"),
    ResponseKind.BRIDGE: _l("Brücke"),
    ResponseKind.RULES: _l("Hinweis zu den Regeln"),
    OutcomeValue.RECEIVED: _l("Eingegangen"),
    OutcomeValue.IN_REVIEW: _l("In Prüfung"),
    OutcomeValue.ADOPTED: _l("Übernommen"),
    OutcomeValue.PARTLY: _l("Teilweise übernommen"),
    OutcomeValue.DECLINED: _l("Nicht übernommen"),
    AnchorState.SAME: _l("unverändert"),
    AnchorState.MOVED: _l("verschoben"),
    AnchorState.REWORDED: _l("neu gefasst"),
    AnchorState.GONE: _l("weggefallen"),
    AnchorVerdict.ACCEPTED: _l("gehört hierher"),
    AnchorVerdict.PLACED: _l("anderswo zugeordnet"),
    AnchorVerdict.LEFT: _l("bleibt bei der alten Fassung"),
    ChangeState.SAME: _l("unverändert"),
    ChangeState.MOVED: _l("verschoben"),
    ChangeState.REWORDED: _l("neu gefasst"),
    ChangeState.NEW: _l("neu"),
    ChangeState.GONE: _l("gestrichen"),
    Status.VISIBLE: _l("sichtbar"),
    Status.PENDING: _l("wird geprüft"),
    Status.HIDDEN: _l("nicht gezeigt"),
    Status.WITHDRAWN: _l("zurückgezogen"),
    FlagReason.RECOGNISABLE: _l("Jemand ist erkennbar"),
    FlagReason.ATTACK: _l("Beleidigung oder Angriff"),
    FlagReason.ILLEGAL: _l("Rechtswidrig"),
    FlagReason.OTHER: _l("Anderes"),
    DecisionKind.PUBLISH: _l("Unverändert zeigen"),
    DecisionKind.HIDE: _l("Nicht zeigen"),
    DecisionKind.RESTORE: _l("Wieder zeigen"),
    DecisionKind.RETURN: _l("Nachfragen"),
    DecisionKind.REDACT: _l("Geschwärzt zeigen"),
    DecisionKind.MOVE: _l("Verschieben"),
    DecisionKind.BUNDLE: _l("Bündeln"),
    DecisionKind.UNBUNDLE: _l("Aus dem Bündel nehmen"),
    DecisionKind.CLOSE: _l("Gespräch schließen"),
    DecisionKind.REOPEN: _l("Gespräch wieder öffnen"),
    DecisionKind.UNDO: _l("Rückgängig"),
    Occasion.NOTICE: _l("eine Meldung"),
    Occasion.PATTERN: _l("Markierung durch das Prüfprogramm"),
    Occasion.POLICY: _l("Durchsicht vor dem Erscheinen"),
    Occasion.OWN: _l("eigene Durchsicht"),
    Occasion.OBJECTION: _l("eine Beschwerde"),
    Verdict.UPHELD: _l("Beschwerde stattgegeben"),
    Verdict.PARTLY: _l("Beschwerde teilweise stattgegeben"),
    Verdict.REJECTED: _l("Beschwerde abgelehnt"),
    MeasureKind.WARN: _l("Ermahnung"),
    MeasureKind.REVIEW: _l("Neue Beiträge werden zuerst gelesen"),
    MeasureKind.PAUSE: _l("Schreibpause"),
    MeasureKind.BLOCK: _l("Ausschluss auf Zeit"),
    NoteKind.NOTE: _l("Notiz"),
    NoteKind.OPINION: _l("Zweite Meinung"),
    NoteKind.HANDOVER: _l("Übergabe"),
    NoteKind.DANGER: _l("Gefahr für Leben oder Sicherheit"),
    BlockPurpose.REASON: _l("Begründungen"),
    BlockPurpose.RESPONSE: _l("Antworten der Moderation"),
    BlockPurpose.PROMPT: _l("Fragen, die weiterhelfen"),
    Rule.STAY: _l("Regel 1: Beim Absatz bleiben"),
    Rule.PROTECT: _l("Regel 2: Niemanden erkennbar machen"),
    Rule.RESPECT: _l("Regel 3: Menschen achten"),
    Rule.EVIDENCE: _l("Regel 4: Belege nennen"),
    Rule.NO_ADVERTISING: _l("Regel 5: Keine Werbung"),
    Rule.LAW: _l("Rechtswidrig"),
    Phase.DRAFT: _l("Entwurf"),
    Phase.READING: _l("Lesen und Haltung zeigen"),
    Phase.ANNOTATING: _l("Beratung"),
    Phase.VOTING: _l("Schlussrunde"),
    Phase.EVALUATING: _l("Auswertung"),
    Phase.CLOSED: _l("Beendet"),
    SurveyState.DRAFT: _l("Entwurf"),
    SurveyState.OPEN: _l("offen"),
    SurveyState.CLOSED: _l("beendet"),
    Policy.NONE: _l("Alles erscheint sofort"),
    Policy.PATTERN: _l("Was nach Personendaten aussieht, wird zuerst gelesen"),
    Policy.FIRST: _l("Erste Beiträge und mögliche Personendaten werden zuerst gelesen"),
    Policy.ALL: _l("Alles wird zuerst gelesen"),
    Step.POLICE: _l("Polizei informiert"),
    Step.OPERATOR: _l("Betrieb informiert"),
    Step.AUTHOR: _l("Der Person geschrieben"),
    Step.NOTHING: _l("Noch nichts"),
    Column.HELD: _l("Zurückgehalten"),
    Column.PUBLISHED: _l("Danach gezeigt"),
    Column.RETURNED: _l("Nachgefragt"),
    Column.REDACTED: _l("Geschwärzt"),
    Column.HIDDEN: _l("Nicht gezeigt"),
    Column.RESTORED: _l("Wieder gezeigt"),
    Column.UNDONE: _l("Rückgängig gemacht"),
    Became.HIDDEN: _l("nicht gezeigt"),
    Became.REDACTED: _l("geschwärzt"),
    Became.RETURNED: _l("zurückgegeben"),
    Became.LEFT: _l("so gelassen"),
    Became.OPEN: _l("noch offen"),
    Act.HELD: _l("zurückgehalten"),
    Act.REVISED: _l("überarbeitet"),
    Act.WITHDRAWN: _l("zurückgezogen"),
    Act.PUBLISH: _l("gezeigt"),
    Act.HIDE: _l("nicht gezeigt"),
    Act.RESTORE: _l("wieder gezeigt"),
    Act.RETURN: _l("zurückgegeben"),
    Act.REDACT: _l("geschwärzt gezeigt"),
    Act.MOVE: _l("verschoben"),
    Act.BUNDLE: _l("gebündelt"),
    Act.UNBUNDLE: _l("aus dem Bündel genommen"),
    Act.CLOSE: _l("Gespräch geschlossen"),
    Act.REOPEN: _l("Gespräch wieder geöffnet"),
    Act.UNDO: _l("rückgängig gemacht"),
    Act.LOOKED: _l("gesichtet"),
    Act.RESPOND: _l("als Moderation geantwortet"),
    Act.FLAG: _l("gemeldet"),
    Act.OBJECT: _l("Beschwerde eingelegt"),
    Act.OBJECTION: _l("über eine Beschwerde entschieden"),
    Act.WARN: _l("ermahnt"),
    Act.REVIEW: _l("neue Beiträge werden zuerst gelesen"),
    Act.PAUSE: _l("Schreibpause gesetzt"),
    Act.BLOCK: _l("auf Zeit ausgeschlossen"),
    Act.LIFT: _l("Maßnahme aufgehoben"),
    Act.CLAIM: _l("Fall übernommen"),
    Act.RELEASE: _l("Fall zurückgegeben"),
    Act.HAND_OVER: _l("Fall übergeben"),
    Act.ASK: _l("um zweite Meinung gebeten"),
    Act.NOTE: _l("Notiz geschrieben"),
    Act.ASSIGN: _l("Zuständigkeit geändert"),
    Act.DANGER: _l("Gefahr für Leben oder Sicherheit"),
    Act.MESSAGE: _l("persönlich geschrieben"),
    Act.UNSEAL: _l("versiegelten Wortlaut gelesen"),
    Act.DESTROY: _l("versiegelten Wortlaut gelöscht"),
    Act.RULES: _l("Hausregeln geändert"),
    Act.BLOCKS: _l("Textbausteine geändert"),
    Act.POLICY: _l("Durchsicht vor dem Erscheinen geändert"),
    Act.PHASE: _l("Phase geändert"),
    Act.PLAN: _l("Zeitplan geändert"),
    Act.TEXTS: _l("Texte rund um die Erklärung geändert"),
    Act.WEBHOOK: _l("Webhook eingerichtet oder widerrufen"),
    Act.ROLE: _l("Rolle gegeben, geändert oder beendet"),
    Act.VOTERS: _l("Geändert, wer abstimmen darf"),
    Act.TABLE: _l("Link für einen Tisch gemacht oder widerrufen"),
    Act.FOCUS: _l("Thesen der Woche geändert"),
    Act.REPORT: _l("am Bericht gearbeitet"),
    Act.SURVEY: _l("an einer Umfrage gearbeitet"),
    Act.ACCESS: _l("Zugang geändert"),
    Act.INVITE: _l("eingeladen"),
    Act.ADMIT: _l("Einladung angenommen"),
    Act.PREVIEW: _l("Link zum Entwurf gemacht oder widerrufen"),
    Act.LABELS: _l("Bezeichnungen geändert"),
    Act.ARCHIVE: _l("archiviert oder aus dem Archiv geholt"),
    Act.DELETE: _l("Löschung beantragt, bestätigt oder zurückgenommen"),
    InvitationKind.MAIL: _l("per E-Mail"),
    InvitationKind.CODE: _l("mit Code"),
    InvitationKind.LINK: _l("mit Link"),
    InvitationState.OPEN: _l("offen"),
    InvitationState.USED: _l("angenommen"),
    InvitationState.EXPIRED: _l("abgelaufen"),
    InvitationState.REVOKED: _l("zurückgenommen"),
    Access.PUBLIC: _l("Öffentlich"),
    Access.INVITED: _l("Alle lesen, Eingeladene schreiben"),
    Access.PRIVATE: _l("Nur für Eingeladene"),
    Voters.ALL: _l("Alle, die teilnehmen"),
    Voters.INVITED: _l("Nur Eingeladene"),
    Role.PARTICIPANT: _l("Teilnehmende"),
    Role.MODERATOR: _l("Moderation"),
    Role.ORGANISER: _l("Organisation"),
    Activity.ANNOTATE: _l("Anmerkungen schreiben und beantworten"),
    Activity.STANCE: _l("Ihre Haltung zeigen"),
    Activity.VOTE: _l("über Anmerkungen abstimmen"),
    Activity.RATE: _l("Wortlaute bewerten"),
}

PHASE_SENTENCES = {
    Phase.DRAFT: _l("Entwurf, nur für das Team sichtbar"),
    Phase.READING: _l("Lesen und Haltung zeigen"),
    Phase.ANNOTATING: _l("Beratung offen"),
    Phase.VOTING: _l("Schlussrunde: nur noch abstimmen"),
    Phase.EVALUATING: _l("Beratung beendet, die Auswertung läuft"),
    Phase.CLOSED: _l("Beratung beendet"),
}

PHASE_HINTS = {
    Phase.DRAFT: _l("Nur das Team sieht die Erklärung."),
    Phase.READING: _l("Alle können lesen und ihre Haltung zeigen. Anmerkungen gibt es noch nicht."),
    Phase.ANNOTATING: _l("Alle können lesen, anmerken, antworten und abstimmen."),
    Phase.VOTING: _l("Neue Anmerkungen gibt es nicht mehr. Abstimmen und Haltung zeigen geht noch."),
    Phase.EVALUATING: _l("Niemand schreibt oder stimmt mehr ab. Die Moderation kann noch antworten."),
    Phase.CLOSED: _l("Die Beratung ist zu Ende. Alles bleibt lesbar."),
}

KIND_HINTS = {
    Kind.PRACTICE: _l("Was ist passiert? Was folgt daraus für diesen Absatz?"),
    Kind.PROPOSAL: _l("Schreiben Sie den Satz so, wie er stehen soll. Und kurz, warum."),
    Kind.QUESTION: _l("Was ist unklar? Was müssten Sie wissen?"),
    Kind.OBJECTION: _l("Was spricht dagegen? Was wäre besser?"),
    Kind.AGREEMENT: _l("Warum tragen Sie das mit?"),
    Kind.REFERENCE: _l("Welche Quelle, Regel oder Erfahrung sollte man kennen?"),
}


ORDER_LABELS = {
    Order.MIXED: _l("Gemischt (für alle gleich fair)"),
    Order.NEWEST: _l("Neueste zuerst"),
    Order.AGREED: _l("Verbindend"),
    Order.DISPUTED: _l("Umstritten"),
    Order.UNANSWERED: _l("Noch ohne Antwort"),
    Order.OLDEST: _l("Älteste zuerst"),
}

ORDER_HINTS = {
    Order.MIXED: _l("Jeden Tag neu gemischt, damit niemand immer oben steht. Ungelesenes zuerst."),
    Order.NEWEST: _l("Nach der letzten Antwort im Gespräch."),
    Order.AGREED: _l("Was die meisten auch so sehen, vorsichtig geschätzt aus den veröffentlichten Stimmen."),
    Order.DISPUTED: _l("Wo sich Zustimmung und Widerspruch die Waage halten, ab 10 Stimmen."),
    Order.UNANSWERED: _l("Fragen zuerst, die ältesten oben."),
    Order.OLDEST: _l("In der Reihenfolge, in der geschrieben wurde."),
}


def order_label(order: Order) -> str:
    return str(ORDER_LABELS[order])


def order_hint(order: Order) -> str:
    return str(ORDER_HINTS[order])


AS_USUAL: Mapping[str, str] = MappingProxyType({})
_present: ContextVar[Mapping[str, str]] = ContextVar("labels", default=AS_USUAL)
"""What the declaration that is being shown calls otherwise."""


def call_as(declaration: Declaration | None) -> None:
    """From now on, until the request ends, things are called as this declaration calls them."""
    _present.set(declaration.labels if declaration is not None else AS_USUAL)


@contextmanager
def calling(declaration: Declaration) -> Iterator[None]:
    """As `call_as`, for what is written in here."""
    token = _present.set(declaration.labels)
    try:
        yield
    finally:
        _present.reset(token)


def own_word(key: str, declaration: Declaration | None = None) -> str:
    """What the declaration, or the one that is being shown, calls it; nothing if as usual."""
    return (_present.get() if declaration is None else declaration.labels).get(key, "")


def label(member: Enum, declaration: Declaration | None = None) -> str:
    """`declaration`: where a page shows several."""
    if isinstance(member, (Kind, StanceValue)):
        own = own_word(f"{type(member).__name__}_{member.value}", declaration)
        if own:
            return own
    return str(LABELS[member])


def stance_word(value: str) -> str:
    return label(StanceValue(value))


def standard_words() -> dict[str, str]:
    """What can be called otherwise, as it is called usually, by its key."""
    named: tuple[Kind | StanceValue, ...] = (*Kind, *StanceValue)
    words = {f"{type(one).__name__}_{one.value}": str(LABELS[one]) for one in named}
    words |= {THESIS: str(_l("These")), THESES: str(_l("Thesen"))}
    return words | {f"Kind_{kind.value}_hint": str(KIND_HINTS[kind]) for kind in Kind}


def outcome_label(value: OutcomeValue, edition: int | None = None) -> str:
    """`Übernommen in Fassung 2`, with the number of the edition where the words changed."""
    if edition and value is OutcomeValue.ADOPTED:
        return str(_l("Übernommen in Fassung %(number)s", number=edition))
    if edition and value is OutcomeValue.PARTLY:
        return str(_l("Teilweise übernommen in Fassung %(number)s", number=edition))
    return label(value)


def phase_sentence(phase: Phase) -> str:
    return str(PHASE_SENTENCES[phase])


def phase_hint(phase: Phase) -> str:
    """What people can do in a phase."""
    return str(PHASE_HINTS[phase])


def kind_hint(kind: Kind) -> str:
    return own_word(f"Kind_{kind.value}_hint") or str(KIND_HINTS[kind])


def thesis_name(thesis: Thesis) -> str:
    """`These 3`, or what the parts without a number are called."""
    if thesis.number == PREAMBLE:
        return str(_l("Vorbemerkung"))
    if thesis.number == CLOSING:
        return str(_l("Schlussteil"))
    # A thesis that is still being written has none; then the one that is shown holds.
    return numbered_thesis(thesis.number, getattr(thesis, "declaration", None))


def numbered_thesis(number: str, declaration: Declaration | None = None) -> str:
    """`These 3`."""
    own = own_word(THESIS, declaration)
    return f"{own} {number}" if own else str(_l("These %(number)s", number=number))


def theses_count(count: int) -> str:
    """`5 Thesen`."""
    own = own_word(THESIS if count == 1 else THESES)
    return f"{count} {own}" if own else str(ngettext("%(num)s These", "%(num)s Thesen", count))


def place_name(thesis: Thesis, paragraph: Any) -> str:
    """`Absatz 3.2`, `These 3`, `Vorbemerkung, Absatz 1`."""
    if paragraph is None:
        return thesis_name(thesis)
    if thesis.is_numbered:
        return str(_l("Absatz %(number)s", number=f"{thesis.number}.{paragraph.number}"))
    return str(_l("%(part)s, Absatz %(number)s", part=thesis_name(thesis), number=paragraph.number))


def rule_words(declaration: Declaration, rule: Rule) -> str:
    """`Regel 2: Niemanden erkennbar machen`, as the declaration's own rules call it."""
    return rule_in(house_rules.rules_of(declaration), rule)


def rule_words_then(
    decision: Decision, rules: Mapping[int, house_rules.HouseRules], declaration: Declaration | None = None
) -> str:
    """As `rule_words`, in the words that held when it was decided (`house_rules.load_rules_then`); where these were not
    loaded, in those that hold in the declaration now."""
    if decision.rule is None:
        return ""
    then = rules.get(decision.rules_version) or (house_rules.rules_of(declaration) if declaration else None)
    return rule_in(then, decision.rule) if then else label(decision.rule)


def house_words(words: str) -> str:
    """Words of the house rules: the standard ones in the reader's language, others as they were written."""
    return str(gettext(words)) if words in house_rules.STANDARD_WORDS else words


def rule_in(rules: house_rules.HouseRules, rule: Rule) -> str:
    """As `rule_words`, for one version of the rules."""
    found = rules.find(rule)
    if found is None or found.heading == house_rules.STANDARD_RULES[found.number - 1][0]:
        return label(rule)
    return str(_l("Regel %(number)s: %(heading)s", number=found.number, heading=house_words(found.heading)))


def short_title(title: str) -> str:
    """What fits into the header: the part before a colon or dash, else the first words."""
    head = title.split(":")[0].split(" – ")[0].strip()
    return excerpt(head, 60)


def init_app(app: Flask) -> None:
    """Hand words and the enumerations themselves to the templates."""
    app.before_request(lambda: call_as(None))
    app.teardown_request(lambda _error: call_as(None))
    for function in (
        label, stance_word, theses_count, outcome_label, phase_sentence, phase_hint, kind_hint, thesis_name, short_title,
        order_label, order_hint, house_words, rule_words_then,
    ):  # fmt: skip
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.filters["rule_words"] = lambda rule, declaration: rule_words(declaration, rule)
    app.jinja_env.globals |= {"place_name": place_name, "house_rules": house_rules.rules_of,
        "choosable_rules": house_rules.choosable}  # fmt: skip
    for kind in (
        AnchorState,
        AnchorVerdict,
        ChangeState,
        Kind,
        OutcomeValue,
        StanceValue,
        VoteValue,
        ResponseKind,
        FlagReason,
        DecisionKind,
        Rule,
        Occasion,
        Verdict,
        MeasureKind,
        NoteKind,
        BlockPurpose,
        Phase,
        Policy,
        Permission,
        Activity,
        Role,
    ):
        app.jinja_env.globals[kind.__name__] = kind
