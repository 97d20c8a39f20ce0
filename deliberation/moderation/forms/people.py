"""What moderators fill in about a person, and about a danger to life or safety."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from deliberation.moderation.danger import Step
from deliberation.moderation.forms import KEY_MAX, AtMost, _choices
from deliberation.moderation.models import NOTE_MAX, REASON_MAX, REASON_MIN, MeasureKind, Rule
from deliberation.moderation.restraining import DAYS_MAX
from deliberation.text import normalised

# The words of the steps go into the note, in front of the moderator's own.
STEPS_ROOM = 200


class MeasureForm(FlaskForm):  # type: ignore[misc]
    kind = RadioField(
        choices=_choices(MeasureKind), validators=[InputRequired(_l("Bitte wählen Sie, was geschehen soll."))]
    )
    days = StringField(_l("Für wie viele Tage?"), validators=[Length(max=4)])
    rule = RadioField(choices=_choices(Rule), validators=[InputRequired(_l("Bitte nennen Sie die Regel."))])
    reason = TextAreaField(
        _l("Begründung"), validators=[InputRequired(), AtMost(REASON_MAX, _l("Bitte höchstens 600 Zeichen."))]
    )
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    @property
    def chosen_days(self) -> int | None:
        text = (self.days.data or "").strip()
        return int(text) if text.isascii() and text.isdigit() else None

    def validate_days(self, field: Any) -> None:
        if self.kind.data not in {kind.value for kind in DAYS_MAX}:
            return
        most = DAYS_MAX[MeasureKind(self.kind.data)]
        if self.chosen_days is None or not 1 <= self.chosen_days <= most:
            raise ValidationError(_("Bitte geben Sie eine Zahl von 1 bis %(most)s an.", most=most))

    def validate_reason(self, field: Any) -> None:
        if len(normalised(field.data or "")) < REASON_MIN:
            raise ValidationError(_("Bitte begründen Sie das in einem Satz. Die Person liest ihn."))


class LiftForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        _l("Was soll die Person dazu lesen?"), validators=[AtMost(REASON_MAX, _l("Bitte höchstens 600 Zeichen."))]
    )


class DangerForm(FlaskForm):  # type: ignore[misc]
    steps = SelectMultipleField(
        choices=_choices(Step),
        validators=[InputRequired(_l("Bitte kreuzen Sie an, was Sie getan haben, oder „Noch nichts“."))],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    body = TextAreaField(
        _l("Was sollen die anderen wissen?"),
        validators=[AtMost(NOTE_MAX - STEPS_ROOM, _l("Bitte höchstens 1 800 Zeichen."))],
    )
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])
