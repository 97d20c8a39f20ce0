"""What fields of work are called, and what is said about them on page and in files."""

from collections.abc import Iterable

from deliberation.results import words
from deliberation.results.field_tallies import FieldsOfThesis
from deliberation.results.fields import ROUGH
from deliberation.results.models import Field
from deliberation.results.summary import Summary

_ = words.gettext


def field_name(field: Field) -> str:
    return {
        Field.YOUTH: _("Kinder- und Jugendhilfe"),
        Field.OFFICE: _("Jugendamt, ASD und andere Ämter"),
        Field.SCHOOL: _("Schule, Ausbildung und Bildung"),
        Field.PARTICIPATION: _("Eingliederungshilfe und Teilhabe"),
        Field.CARE: _("Gesundheit, Psychiatrie und Pflege"),
        Field.NEED: _("Wohnungsnot, Sucht, Schulden und Straffälligkeit"),
        Field.MIGRATION: _("Flucht und Migration"),
        Field.STUDY: _("Wissenschaft, Studium, Verbände und Träger"),
    }[field]


def names_of(fields: Iterable[Field]) -> str:
    """`Kinder- und Jugendhilfe; Flucht und Migration`: their names have commas."""
    return "; ".join(field_name(field) for field in fields)


def field_caution() -> str:
    """What every page and file says beside such shares."""
    return _(
        "Freiwillige Angabe. Genannt ist der ungefähre Anteil, der die These ohne Änderung mitträgt, und nur, wo auf jeder "
        "Seite mindestens fünf Personen stehen. Die Tabelle ändert sich erst, wenn genug Personen dazugekommen sind."
    )


def share(percent: int) -> str:
    """`etwa 40 %`; at both ends only the direction."""
    if percent <= ROUGH:
        return _("unter %(n)s %%", n=percent + ROUGH // 2)
    if percent >= 100 - ROUGH:
        return _("mindestens %(n)s %%", n=percent - ROUGH // 2)
    return _("etwa %(n)s %%", n=percent)


def people_rows(summary: Summary) -> list[tuple[str, int]]:
    """How many people named which field; small ones together."""
    return [(names_of(fields), count) for fields, count in summary.fields.people]


def field_rows(summary: Summary, thesis: FieldsOfThesis) -> list[tuple[str, str]]:
    return [(field_name(field), share(percent)) for field, percent in thesis.rows]


def table_rows(summary: Summary) -> list[list[str]]:
    """For one table: thesis, field, share."""
    return [
        [words.thesis_label(thesis.thesis), *row]
        for thesis in summary.fields.theses
        for row in field_rows(summary, thesis)
    ]
