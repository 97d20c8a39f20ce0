"""What people fill in when they put wordings up, and when they rate them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import Length, ValidationError

from deliberation.proposals.closing import OptionView
from deliberation.proposals.models import OPTIONS_MAX, RESISTANCE_MAX

KEY_MAX = 64


class NumbersField(SelectMultipleField):
    """Numbers of annotations; what is no number is none of them."""

    def process_formdata(self, valuelist: list[str]) -> None:
        numbers = [int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0 for value in valuelist]
        self.data = list(dict.fromkeys(numbers))

    def pre_validate(self, form: Any) -> None:
        """Which of them there are is asked by the verb."""


class BallotForm(FlaskForm):  # type: ignore[misc]
    """Which proposals for one place are put up; the present wording always is."""

    proposal = NumbersField(coerce=int, choices=[])
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    def validate_proposal(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_l("Wählen Sie bitte mindestens einen Vorschlag aus."))
        if len(field.data) >= OPTIONS_MAX:
            raise ValidationError(_l("Zur Wahl stehen höchstens vier Vorschläge und der bisherige Wortlaut."))


@dataclass(frozen=True)
class Marks:
    """What was ticked, by option id, and the fields where nothing sensible was."""

    given: dict[int, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def read_marks(form: Mapping[str, str], options: Sequence[OptionView]) -> Marks:
    """The marks for these wordings. Only all of them together can be compared."""
    given: dict[int, int] = {}
    for option in options:
        value = form.get(option.field, "")
        if value.isascii() and value.isdigit() and len(value) < 3 and int(value) <= RESISTANCE_MAX:
            given[option.option.id] = int(value)
    return Marks(given, tuple(option.field for option in options if option.option.id not in given))
