"""What an organiser fills in about a declaration that is there: the words around it, and when which phase begins."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from deliberation.declarations.actions import Surroundings
from deliberation.declarations.focus import load_focus
from deliberation.declarations.forms import KEY_MAX, SUMMARY_MAX, one_line
from deliberation.declarations.models import TABLE_MAX, TITLE_MAX, Declaration, Thesis
from deliberation.permissions import Phase
from deliberation.text import normalised

ABOUT_MAX = 4000
YEARS = (2000, 2999)
TOO_LONG = _l("Bitte höchstens %(max)d Zeichen.")
PROBLEMS = {
    "past": _l("Dieser Tag ist heute oder schon vorbei. Für sofort gibt es „Phase ändern“."),
    "order": _l("Diese Phase muss nach der vorigen beginnen."),
    "back": _l("Diese Phase ist schon offen oder vorbei."),
}


class TextsForm(FlaskForm):  # type: ignore[misc]
    """What stands around the text. Everything may stay empty."""

    publisher = StringField(_l("Wer gibt sie heraus?"), [Length(max=TITLE_MAX, message=TOO_LONG)], filters=[one_line])
    summary = TextAreaField(
        _l("Worum geht es, in ein bis drei Sätzen?"), [Length(max=SUMMARY_MAX, message=TOO_LONG)], filters=[one_line]
    )
    about = TextAreaField(
        _l("Worum geht es, in zwei Minuten?"),
        [Length(max=ABOUT_MAX, message=TOO_LONG)],
        filters=[lambda value: normalised(value or "")],
    )
    contact = StringField(
        _l("An wen kann man sich wenden?"), [Length(max=TITLE_MAX, message=TOO_LONG)], filters=[one_line]
    )
    licence = StringField(
        _l("Was dürfen andere mit dem Text machen?"), [Length(max=TITLE_MAX, message=TOO_LONG)], filters=[one_line]
    )

    def to_surroundings(self) -> Surroundings:
        return Surroundings(**{name: self[name].data or "" for name in vars(Surroundings())})

    @classmethod
    def of(cls, declaration: Declaration) -> "TextsForm":
        """As it stands; what was sent takes its place."""
        return cls(**{name: getattr(declaration, name) for name in vars(Surroundings())})


class DayField(DateField):
    """A day with which one can reckon: the calendar of computers ends with the year 9999."""

    def pre_validate(self, form: Any) -> None:
        if self.data and not YEARS[0] <= self.data.year <= YEARS[1]:
            raise ValidationError(_("Bitte ein Jahr von %(first)s bis %(last)s.", first=YEARS[0], last=YEARS[1]))


class PlanForm(FlaskForm):  # type: ignore[misc]
    """From which day on each phase holds."""

    reading = DayField(validators=[Optional()])
    annotating = DayField(validators=[Optional()])
    voting = DayField(validators=[Optional()])
    evaluating = DayField(validators=[Optional()])
    closed = DayField(validators=[Optional()])

    def to_days(self) -> Mapping[Phase, date | None]:
        return {Phase(field.name): field.data for field in self if isinstance(field, DayField)}

    def refuse(self, phase: Phase, problem: str) -> None:
        """Say at the day of the phase why it cannot be so."""
        self[phase.value].errors = (PROBLEMS[problem],)

    @classmethod
    def of(cls, declaration: Declaration) -> "PlanForm":
        return cls(**{one.phase.value: one.begins_on for one in declaration.calendar})


class TableForm(FlaskForm):  # type: ignore[misc]
    """A table that meets on a day."""

    name = StringField(
        _l("Wie heißt der Tisch?"),
        [InputRequired(_l("Geben Sie dem Tisch bitte einen Namen.")), Length(max=TABLE_MAX, message=TOO_LONG)],
        filters=[one_line],
    )
    day = DayField(_l("An welchem Tag?"), [InputRequired(_l("Wählen Sie bitte den Tag."))])
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])


class FocusForm(FlaskForm):  # type: ignore[misc]
    """A day of the week that each thesis shall have; a field for each is made by `of`."""

    first = DayField(_l("Der Reihe nach, eine These je Woche, ab"), [Optional()])

    def weeks(self, declaration: Declaration) -> list[tuple[Thesis, Field]]:
        return [(thesis, self[_field(thesis)]) for thesis in declaration.numbered_theses]

    def to_days(self, declaration: Declaration) -> Mapping[int, date | None]:
        return {thesis.id: field.data for thesis, field in self.weeks(declaration)}

    def fill(self, declaration: Declaration, days: Mapping[int, date]) -> None:
        """Propose these days; nothing is stored yet."""
        for thesis, field in self.weeks(declaration):
            field.data, field.raw_data = days.get(thesis.id), None

    def refuse(self, thesis: Thesis, by: str) -> None:
        self[_field(thesis)].errors = (_("In dieser Woche ist schon %(thesis)s dran.", thesis=by),)

    @classmethod
    def of(cls, declaration: Declaration) -> "FocusForm":
        fields = {_field(thesis): DayField(validators=[Optional()]) for thesis in declaration.numbered_theses}
        made: type[FocusForm] = type(cls.__name__, (cls,), fields)
        return made(**{_field(week.thesis): week.monday for week in load_focus(declaration)})


def _field(thesis: Thesis) -> str:
    return f"thesis_{thesis.number}"


def typed(field: Any) -> str:
    """What stands in a field of a day: the day, or what was typed instead."""
    if field.raw_data:
        return str(field.raw_data[0])
    return field.data.isoformat() if field.data else ""
