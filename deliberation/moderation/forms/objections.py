"""What somebody fills in who objects, who decides on that, or who writes between moderation and author."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from deliberation.labels import LABELS
from deliberation.moderation.forms import KEY_MAX, AtMost, Passages
from deliberation.moderation.models import EXPLANATION_MAX, REASON_MAX, REASON_MIN, Verdict
from deliberation.moderation.privately import MESSAGE_MAX
from deliberation.text import has_words, normalised


class ObjectionForm(FlaskForm):  # type: ignore[misc]
    explanation = TextAreaField(
        _l("Warum war die Entscheidung falsch?"),
        validators=[InputRequired(), AtMost(EXPLANATION_MAX, _l("Bitte höchstens 1 000 Zeichen."))],
    )
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    def validate_explanation(self, field: Any) -> None:
        if not has_words(normalised(field.data or "")):
            raise ValidationError(_("Bitte schreiben Sie, warum Sie das anders sehen. Ein Satz genügt."))


class VerdictForm(FlaskForm):  # type: ignore[misc]
    verdict = RadioField(
        choices=[SelectChoice(verdict.value, LABELS[verdict]) for verdict in Verdict],
        validators=[InputRequired(_l("Bitte wählen Sie, wie Sie entscheiden."))],
    )
    reason = TextAreaField(validators=[AtMost(REASON_MAX, _l("Bitte höchstens 600 Zeichen."))])
    passage = Passages()

    def validate_reason(self, field: Any) -> None:
        if len(normalised(field.data or "")) < REASON_MIN:
            raise ValidationError(_("Bitte begründen Sie das in einem Satz. Die Person liest ihn."))

    def validate_passage(self, field: Any) -> None:
        if self.verdict.data == Verdict.PARTLY.value and not field.data:
            raise ValidationError(_("Bitte nennen Sie mindestens eine Stelle, die geschwärzt werden soll."))


class MessageForm(FlaskForm):  # type: ignore[misc]
    body = TextAreaField(
        _l("Ihre Nachricht"),
        validators=[InputRequired(), AtMost(MESSAGE_MAX, _l("Bitte höchstens 2 000 Zeichen."))],
    )
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    def validate_body(self, field: Any) -> None:
        if not has_words(normalised(field.data or "")):
            raise ValidationError(_("Schreiben Sie bitte Ihre Nachricht. Das Feld ist noch leer."))
