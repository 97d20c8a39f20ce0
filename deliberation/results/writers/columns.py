"""The columns of every table of annotations: their values, and what they mean in words."""

import json
from typing import Any

from deliberation.annotations.tallies import STEP
from deliberation.results import words
from deliberation.results.items import Item
from deliberation.results.summary import Summary

_ = words.gettext


def _responses(item: Item) -> str:
    return "\n".join(
        f"{words.label(answer.kind)}{f' ({answer.by})' if answer.by else ''}: {answer.body}"
        for answer in item.responses
    )


_TOO_FEW = (None, None, None)
COLUMNS = (
    "number", "thesis", "paragraph", "sentence", "edition", "kind", "parent", "author", "created", "edited", "body", "quote",
    "wording", "agree", "disagree", "pass", "state", "responses", "outcome", "outcome_reason", "origin",
)  # fmt: skip


def cells(item: Item) -> tuple[Any, ...]:
    """In the order of `COLUMNS`; None stands for an empty cell."""
    (
        number, thesis, paragraph, sentences, edition, kind, parent, _root, author, created, edited, body, quote, wording,
        _is_quotable, votes, status, responses, outcome, outcome_reason, _outcome_edition, _outcome_day, _target, origin,
    ) = item  # fmt: skip
    sides = (votes.agree, votes.disagree, votes.passes)
    return (
        number,
        thesis,
        paragraph,
        # Not with a comma: a German spreadsheet would read "2,3" as a number.
        " ".join(map(str, sentences)) if sentences else "",
        edition,
        kind._value_ if kind else None,
        parent,
        _("Gelöschte Person") if author is None else author,
        created.isoformat() if created else None,
        edited.isoformat() if edited else None,
        body,
        quote,
        wording,
        *(sides if sum(sides) >= STEP else _TOO_FEW),
        status._value_,
        _responses(item) if responses else "",
        outcome._value_ if outcome else None,
        outcome_reason or None,
        origin or None,
    )


def row(item: Item) -> dict[str, Any]:
    """None stands for an empty cell."""
    return dict(zip(COLUMNS, cells(item), strict=True))


to_json = json.JSONEncoder(ensure_ascii=False).encode
"""`json.dumps` makes an encoder for each call."""


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
