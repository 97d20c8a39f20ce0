"""What moderators fill in to move, bundle or close."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from deliberation.annotations.models import NUMBER_MAX, RESPONSE_MAX
from deliberation.moderation.forms import VERSION_DIGITS, AtMost
from deliberation.moderation.models import LETTER_MAX, REASON_MAX, REASON_MIN
from deliberation.moderation.ordering.closing import SUMMARY_MIN
from deliberation.text import normalised

NUMBERS_MAX = 400


class VersionForm(FlaskForm):  # type: ignore[misc]
    """`version` is the state of the annotation that the page showed."""

    version = HiddenField()

    def validate_version(self, field: Any) -> None:
        number = str(field.data or "")
        if not (number.isascii() and number.isdigit() and len(number) <= VERSION_DIGITS):
            raise ValidationError(_l("Die Seite ist veraltet. Laden Sie sie bitte neu."))


class MoveForm(VersionForm):
    """`target` is one of the places that the page offers: p12 or, for a thesis as a whole, t3."""

    target = SelectField(validate_choice=False)
    reason = TextAreaField(validators=[AtMost(REASON_MAX, _l("Bitte höchstens 600 Zeichen."))])
    letter = TextAreaField(validators=[AtMost(LETTER_MAX, _l("Bitte höchstens 3 000 Zeichen."))])

    def validate_target(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_l("Bitte wählen Sie, wohin die Anmerkung gehört."))

    def validate_reason(self, field: Any) -> None:
        if len(normalised(field.data or "")) < REASON_MIN:
            raise ValidationError(_l("Bitte begründen Sie das in einem Satz. Die Person liest ihn."))


class Picks(Field):  # type: ignore[misc]
    """Annotations that were ticked, each with the version that the page showed: 14:3."""

    data: list[tuple[int, int]]

    def process_formdata(self, valuelist: list[str]) -> None:
        found = [re.fullmatch(r"([0-9]{1,10}):([0-9]{1,9})", value, re.ASCII) for value in valuelist]
        self.data = [(int(one[1]), int(one[2])) for one in found if one and int(one[1]) <= NUMBER_MAX]

    def process_data(self, value: Any) -> None:
        self.data = list(value or [])


class BundleForm(FlaskForm):  # type: ignore[misc]
    pick = Picks()
    numbers = StringField(validators=[AtMost(NUMBERS_MAX, _l("Das sind zu viele auf einmal."))])

    def validate_numbers(self, field: Any) -> None:
        if not self.pick.data and not self.named():
            raise ValidationError(_l("Bitte wählen Sie mindestens eine Anmerkung, oder nennen Sie ihre Nummer."))

    def named(self) -> list[int]:
        """The numbers that were typed: A-14, 20."""
        found = re.findall(
            r"(?<!\d)(?:A-?)?([1-9][0-9]{0,9})(?!\d)", str(self.numbers.data or ""), re.ASCII | re.IGNORECASE
        )
        return [int(number) for number in found if int(number) <= NUMBER_MAX]


class CloseForm(VersionForm):
    body = TextAreaField(validators=[AtMost(RESPONSE_MAX, _l("Bitte höchstens 600 Zeichen."))])

    def validate_body(self, field: Any) -> None:
        if len(normalised(field.data or "")) < SUMMARY_MIN:
            raise ValidationError(_l("Schreiben Sie bitte in mindestens einem Satz, wo das Gespräch steht."))
