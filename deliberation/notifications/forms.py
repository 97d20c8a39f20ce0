"""What somebody fills in who wants to be told by mail without an account."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from deliberation.accounts.addresses import AddressInvalid, clean_address
from deliberation.config import LOCALES
from deliberation.labels import LABELS
from deliberation.notifications.models import Rhythm

INCOMPLETE = _l("Diese E-Mail-Adresse ist nicht vollständig. Beispiel: name@beispiel.de")


class WishForm(FlaskForm):  # type: ignore[misc]
    """`thesis`: numbers of theses, repeated; none for the whole declaration."""

    rhythm = RadioField(
        _l("Wie oft?"),
        choices=[SelectChoice(rhythm.value, LABELS[rhythm]) for rhythm in Rhythm],
        default=Rhythm.WEEKLY.value,
        validate_choice=False,
    )
    thesis = SelectMultipleField(_l("Worüber?"), choices=[], validate_choice=False)

    def validate_rhythm(self, field: Any) -> None:
        """Said nothing, it is the usual."""
        field.data = field.data or Rhythm.WEEKLY.value
        if field.data not in {rhythm.value for rhythm in Rhythm}:
            raise ValidationError(_("Bitte wählen Sie, wie oft wir Ihnen schreiben sollen."))

    def pick(self, theses: Any) -> list[int]:
        """The ids of those that were chosen; what is no thesis says nothing."""
        wanted = set(self.thesis.data or [])
        return [thesis.id for thesis in theses if thesis.number in wanted]


class FollowForm(WishForm):
    email = EmailField(_l("Ihre E-Mail-Adresse"), [InputRequired(INCOMPLETE)])

    def validate_email(self, field: Any) -> None:
        try:
            field.data = clean_address(field.data or "")
        except AddressInvalid:
            raise ValidationError(str(INCOMPLETE)) from None


class ChangeForm(WishForm):
    locale = RadioField(_l("In welcher Sprache?"), choices=[SelectChoice(code, code) for code in LOCALES], validate_choice=False)

    def validate_locale(self, field: Any) -> None:
        if field.data not in LOCALES:
            field.data = LOCALES[0]
