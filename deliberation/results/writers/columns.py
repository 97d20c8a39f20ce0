"""The columns of every table of annotations: their values, and what they mean in words."""

from collections.abc import Callable
from typing import Any

from deliberation.annotations.tallies import STEP
from deliberation.results import words
from deliberation.results.items import Item
from deliberation.results.summary import Summary

_ = words.gettext


def _votes(side: str) -> Callable[[Item], int | None]:
    return lambda item: getattr(item.votes, side) if item.votes.n >= STEP else None


def _responses(item: Item) -> str:
    return "\n".join(
        f"{words.label(answer.kind)}{f' ({answer.by})' if answer.by else ''}: {answer.body}"
        for answer in item.responses
    )


def _author(item: Item) -> str:
    return _("Gelöschte Person") if item.author is None else item.author


VALUES: dict[str, Callable[[Item], Any]] = {
    "number": lambda item: item.number,
    "thesis": lambda item: item.thesis,
    "paragraph": lambda item: item.paragraph,
    # Not with a comma: a German spreadsheet would read "2,3" as a number.
    "sentence": lambda item: " ".join(map(str, item.sentences)),
    "edition": lambda item: item.edition,
    "kind": lambda item: item.kind.value if item.kind else None,
    "parent": lambda item: item.parent,
    "author": _author,
    "created": lambda item: item.created.isoformat() if item.created else None,
    "edited": lambda item: item.edited.isoformat() if item.edited else None,
    "body": lambda item: item.body,
    "quote": lambda item: item.quote,
    "wording": lambda item: item.wording,
    "agree": _votes("agree"),
    "disagree": _votes("disagree"),
    "pass": _votes("passes"),
    "state": lambda item: item.status.value,
    "responses": _responses,
    "outcome": lambda item: item.outcome.value if item.outcome else None,
    "outcome_reason": lambda item: item.outcome_reason or None,
    "origin": lambda item: item.origin or None,
}
COLUMNS = tuple(VALUES)


def row(item: Item) -> dict[str, Any]:
    """None stands for an empty cell."""
    return {name: value(item) for name, value in VALUES.items()}


def meanings() -> dict[str, str]:
    """What each column holds, for people."""
    return {
        "number": _("Nummer der Anmerkung; 204 steht für A-204, die Adresse ist /a/204"),
        "thesis": _("Nummer der These; 0 ist die Vorbemerkung, end der Schlussteil"),
        "paragraph": _("Nummer des Absatzes in der These; leer: zur These insgesamt"),
        "sentence": _(
            "Nummern der Sätze im Absatz, durch Leerzeichen getrennt; leer: zum ganzen Absatz, oder die Worte sind "
            "inzwischen neu gefasst"
        ),
        "edition": _(
            "Fassung, zu der geschrieben wurde; These, Absatz und Satz sind die der Fassung, die diese Auswahl zeigt"
        ),
        "kind": _(
            "Art: practice (Aus der Praxis), proposal (Textvorschlag), question (Frage), objection (Einwand), "
            "agreement (Zustimmung), reference (Hinweis); Antworten haben keine"
        ),
        "parent": _("Nummer der Anmerkung, auf die geantwortet wird; leer: Beginn eines Gesprächs"),
        "author": _("Pseudonym; auf Wunsch eine für diese Datei neu ausgeloste Nummer oder leer"),
        "created": _("Tag, an dem geschrieben wurde (Jahr-Monat-Tag)"),
        "edited": _("Tag der letzten Änderung; leer: nie geändert"),
        "body": _("Wortlaut der Anmerkung"),
        "quote": _("Worte aus der Erklärung, auf die sie sich bezieht"),
        "wording": _("vorgeschlagener Wortlaut, nur bei Textvorschlägen"),
        "agree": _("veröffentlichte Stimmen „Auch so“; leer: insgesamt unter fünf Stimmen"),
        "disagree": _("veröffentlichte Stimmen „Anders“"),
        "pass": _("veröffentlichte Stimmen „Unentschieden“"),
        "state": _(
            "visible (sichtbar), hidden (wird nicht gezeigt) oder withdrawn (zurückgezogen); die beiden letzten stehen "
            "ohne Text da, damit Antworten ihren Platz behalten"
        ),
        "responses": _("öffentliche Antworten der Moderation, eine je Zeile"),
        "outcome": _(
            "was daraus wurde: received (eingegangen), in_review (in Prüfung), adopted (übernommen), partly (teilweise "
            "übernommen), declined (nicht übernommen); leer: dazu muss niemand etwas sagen"
        ),
        "outcome_reason": _("öffentliche Begründung dazu"),
        "origin": _("Herkunft: table (eine Tischgruppe) oder paper (auf Papier); leer: hier unter einem Pseudonym geschrieben"),
    }


def readme(summary: Summary, file_name: str = "", ending: str = "csv") -> str:
    """What stands beside a table: state, filters, the fixed sentence, every column, how to read it."""
    head = [
        _("Anmerkungen zu: %(title)s", title=summary.about.title),
        words.state_of(summary),
        _("Namen: %(names)s", names=words.names(summary.filters.names)),
        _("Datei: %(name)s", name=file_name) if file_name else "",
    ]
    caution = [words.not_representative(), words.steps(summary), words.selection_note(summary)]
    columns = [f"{name}: {meaning}" for name, meaning in meanings().items()]
    parts = (head, caution, how_to_read_lines() if ending == "jsonl" else how_to_read(), columns)
    return "\n\n".join("\n".join(filter(None, part)) for part in parts) + "\n"


def how_to_read() -> list[str]:
    """What a program must know to read the table."""
    return [
        _("Format: CSV in UTF-8, Trennzeichen Semikolon, zuerst die Namen der Spalten, dann eine Zeile je Anmerkung."),
        _(
            "Zellen, die mit = + - @, einem Tabulator oder einem Apostroph beginnen, haben einen Apostroph davor, "
            "damit keine Tabellenkalkulation sie als Formel ausführt. Wer die Datei einliest, nimmt ihn wieder weg."
        ),
    ]


def how_to_read_lines() -> list[str]:
    """As `how_to_read`, for JSON lines."""
    return [
        _(
            "Format: JSON Lines in UTF-8. Jede Zeile ist eine Anmerkung, auch die erste; null heißt: dazu ist nichts "
            "gesagt. Die Namen und Werte sind dieselben wie in JSON."
        )
    ]
