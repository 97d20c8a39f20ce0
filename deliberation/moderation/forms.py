"""What moderators and reporters fill in."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from deliberation.annotations.models import RESPONSE_MAX, ResponseKind
from deliberation.labels import LABELS
from deliberation.moderation.models import EXPLANATION_MAX, REASON_MAX, REASON_MIN, DecisionKind, FlagReason, Rule
from deliberation.text import has_words, normalised

KEY_MAX = 64
NEEDS_REASON = {DecisionKind.HIDE.value, DecisionKind.RETURN.value}


def _choices(kind: Any) -> list[SelectChoice]:
    return [SelectChoice(member.value, LABELS[member]) for member in kind]


class DecisionForm(FlaskForm):  # type: ignore[misc]
    decision = StringField(validators=[InputRequired(_l("Bitte wählen Sie, was geschehen soll."))])
    rule = RadioField(choices=_choices(Rule), validators=[Optional()])
    reason = TextAreaField(validators=[Length(max=REASON_MAX, message=_l("Bitte höchstens 600 Zeichen."))])
    version = IntegerField(validators=[InputRequired(_l("Die Seite ist veraltet. Laden Sie sie bitte neu."))])
    back = HiddenField()

    def validate_decision(self, field: Any) -> None:
        if field.data == "redact":
            raise ValidationError(_l("Schwärzen gibt es noch nicht. Fragen Sie nach, oder zeigen Sie den Text nicht."))
        if field.data not in {kind.value for kind in DecisionKind}:
            raise ValidationError(_l("Bitte wählen Sie, was geschehen soll."))

    def validate(self, extra_validators: Any = None) -> bool:
        fine: bool = super().validate(extra_validators)
        if self.decision.data not in NEEDS_REASON:
            return fine
        if not self.rule.data:
            self.rule.errors = [_l("Bitte nennen Sie die Regel.")]
            fine = False
        if len(normalised(self.reason.data or "")) < REASON_MIN:
            self.reason.errors = [_l("Bitte begründen Sie das in einem Satz. Die Person liest ihn.")]
            fine = False
        return fine


class FlagForm(FlaskForm):  # type: ignore[misc]
    reason = RadioField(
        choices=_choices(FlagReason),
        validators=[InputRequired(_l("Bitte wählen Sie aus, warum wir das prüfen sollen."))],
    )
    explanation = TextAreaField(
        _l("Was sollten wir wissen?"),
        validators=[Length(max=EXPLANATION_MAX, message=_l("Bitte höchstens 1 000 Zeichen."))],
    )
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    def validate_explanation(self, field: Any) -> None:
        if self.reason.data == FlagReason.ILLEGAL.value and not has_words(field.data or ""):
            raise ValidationError(_l("Bitte schreiben Sie, was daran rechtswidrig ist."))


class ResponseForm(FlaskForm):  # type: ignore[misc]
    kind = RadioField(
        choices=_choices(ResponseKind), validators=[InputRequired(_l("Bitte wählen Sie, was für eine Antwort es ist."))]
    )
    body = TextAreaField(_l("Ihre Antwort"))
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    def validate_body(self, field: Any) -> None:
        text = normalised(field.data or "")
        if not has_words(text):
            raise ValidationError(_l("Schreiben Sie bitte Ihre Antwort. Das Feld ist noch leer."))
        if len(text) > RESPONSE_MAX:
            raise ValidationError(_l("Bitte höchstens 600 Zeichen."))
