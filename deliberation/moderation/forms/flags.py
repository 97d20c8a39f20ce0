"""What somebody fills in who reports a contribution."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from deliberation.accounts.addresses import AddressInvalid, clean_address
from deliberation.labels import LABELS
from deliberation.moderation.forms import KEY_MAX, AtMost
from deliberation.moderation.models import EXPLANATION_MAX, NAME_MAX, FlagReason
from deliberation.text import has_words, normalised


class FlagForm(FlaskForm):  # type: ignore[misc]
    """Name and address are asked for and never forced; who has an account needs neither."""

    reason = RadioField(
        choices=[SelectChoice(reason.value, LABELS[reason]) for reason in FlagReason],
        validators=[InputRequired(_l("Bitte wählen Sie aus, warum wir das prüfen sollen."))],
    )
    explanation = TextAreaField(validators=[AtMost(EXPLANATION_MAX, _l("Bitte höchstens 1 000 Zeichen."))])
    name = StringField(_l("Ihr Name"), validators=[AtMost(NAME_MAX, _l("Bitte höchstens 120 Zeichen."))])
    email = EmailField(_l("Ihre E-Mail-Adresse"))
    in_good_faith = BooleanField(
        _l("Ich bin überzeugt, dass meine Angaben richtig und vollständig sind (nur bei „Rechtswidrig“ nötig).")
    )
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    def validate_explanation(self, field: Any) -> None:
        if self.reason.data == FlagReason.ILLEGAL.value and not has_words(normalised(field.data or "")):
            raise ValidationError(_("Bitte schreiben Sie, was daran rechtswidrig ist."))

    def validate_email(self, field: Any) -> None:
        given = (field.data or "").strip()
        if not given:
            field.data = ""
            return
        try:
            field.data = clean_address(given)
        except AddressInvalid:
            raise ValidationError(_("Diese E-Mail-Adresse ist nicht vollständig. Beispiel: name@beispiel.de")) from None
