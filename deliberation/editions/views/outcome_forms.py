"""What organisers fill in about what became of contributions."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from deliberation.annotations.models import NUMBER_MAX, OUTCOME_REASON_MAX, OUTCOME_REASON_MIN, OutcomeValue
from deliberation.annotations.outcomes import DECIDED
from deliberation.declarations.models import Edition
from deliberation.filters import day
from deliberation.labels import LABELS
from deliberation.text import has_words, normalised

KEY_MAX = 64
CHOSEN_MAX = 200
"""Contributions that one form can be about; a page of the list has fewer."""
NEEDS_REASON = {value.value for value in DECIDED}


class OutcomesFields(FlaskForm):  # type: ignore[misc]
    """What one contribution and many have in common. `editions` are those that can be named."""

    outcome = RadioField(
        choices=[SelectChoice(value.value, LABELS[value]) for value in OutcomeValue], validate_choice=False
    )
    reason = TextAreaField()
    edition = SelectField(choices=[], validate_choice=False)
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])
    back = HiddenField()

    def __init__(self, editions: Sequence[Edition], **fields: Any) -> None:
        super().__init__(**fields)
        self.edition.choices = [("", _("ohne Fassung"))] + [(str(one.number), _edition_name(one)) for one in editions]

    def validate_outcome(self, field: Any) -> None:
        if field.data not in {value.value for value in OutcomeValue}:
            raise ValidationError(_l("Bitte wählen Sie, was daraus wurde."))

    def validate_reason(self, field: Any) -> None:
        words = " ".join(normalised(field.data or "").split())
        if len(words) > OUTCOME_REASON_MAX:
            raise ValidationError(_l("Bitte höchstens 600 Zeichen."))
        if self.outcome.data in NEEDS_REASON and (len(words) < OUTCOME_REASON_MIN or not has_words(words)):
            raise ValidationError(_l("Bitte begründen Sie das in einem Satz. Alle können ihn lesen."))

    def validate_edition(self, field: Any) -> None:
        if (field.data or "") not in {value for value, _name in field.choices}:
            raise ValidationError(_l("Diese Fassung kann hier nicht stehen. Wählen Sie eine aus der Liste."))

    @property
    def value(self) -> OutcomeValue:
        return OutcomeValue(self.outcome.data)

    @property
    def edition_number(self) -> int | None:
        return int(self.edition.data) if self.edition.data else None


class OutcomeForm(OutcomesFields):
    """For one contribution. `place` is the printed number of the paragraph that changed, if it is another one."""

    place = StringField(validators=[Length(max=40, message=_l("Diesen Absatz gibt es in dieser Fassung nicht."))])

    def validate_place(self, field: Any) -> None:
        if (field.data or "").strip() and not self.edition.data:
            raise ValidationError(_l("Wählen Sie bitte auch die Fassung, in der dieser Absatz steht."))

    def refuse_place(self) -> None:
        self.place.errors = (str(_("Diesen Absatz gibt es in dieser Fassung nicht.")),)


class OutcomesForm(OutcomesFields):
    """The same for several contributions at once."""

    number = SelectMultipleField(choices=[], validate_choice=False)

    def validate_number(self, field: Any) -> None:
        if not field.data or not all(_is_number(one) for one in field.data):
            raise ValidationError(_l("Bitte wählen Sie mindestens einen Beitrag aus."))
        if len(field.data) > CHOSEN_MAX:
            raise ValidationError(_l("Bitte höchstens 200 Beiträge auf einmal."))

    @property
    def numbers(self) -> list[int]:
        return [int(one) for one in self.number.data]


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= len(str(NUMBER_MAX)) and int(word) <= NUMBER_MAX


def _edition_name(edition: Edition) -> str:
    return str(_("Fassung %(number)s, %(day)s", number=edition.number, day=day(edition.published_at)))
