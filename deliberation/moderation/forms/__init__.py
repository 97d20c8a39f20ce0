"""What moderators and reporters fill in."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from deliberation.annotations.models import RESPONSE_MAX, ResponseKind
from deliberation.labels import LABELS
from deliberation.moderation import actions
from deliberation.moderation.desk import bulk
from deliberation.moderation.models import (
    LETTER_MAX,
    NOTE_MAX,
    REASON_MAX,
    REASON_MIN,
    DecisionKind,
    Rule,
)
from deliberation.text import has_words, normalised

KEY_MAX = 64
VERSION_DIGITS = 9
DECISIONS = (
    DecisionKind.PUBLISH,
    DecisionKind.HIDE,
    DecisionKind.RESTORE,
    DecisionKind.RETURN,
    DecisionKind.REDACT,
)
"""What the form for one contribution can decide; the rest has pages of its own."""
NEEDS_REASON = {kind.value for kind in actions.NEEDS_REASON}


class AtMost:
    """Not longer than `limit` characters, counted as they will be kept."""

    def __init__(self, limit: int, message: Any) -> None:
        self.limit = limit
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        if len(normalised(field.data or "")) > self.limit:
            raise ValidationError(str(self.message))


class Passages(Field):  # type: ignore[misc]
    """Words to be redacted, repeated under one name; empty ones say nothing."""

    data: list[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = [words for words in valuelist if words.strip()]

    def process_data(self, value: Any) -> None:
        self.data = list(value or [])


def _choices(kind: Any) -> list[SelectChoice]:
    return [SelectChoice(member.value, LABELS[member]) for member in kind]


class DecisionForm(FlaskForm):  # type: ignore[misc]
    decision = StringField(validators=[InputRequired(_l("Bitte wählen Sie, was geschehen soll."))])
    rule = RadioField(choices=_choices(Rule), validate_choice=False)
    reason = TextAreaField(validators=[AtMost(REASON_MAX, _l("Bitte höchstens 600 Zeichen."))])
    passage = Passages()
    letter = TextAreaField(validators=[AtMost(LETTER_MAX, _l("Bitte höchstens 3 000 Zeichen."))])
    # Of which decision the letter is looked at.
    preview = StringField()
    version = HiddenField()
    back = HiddenField()

    def validate_decision(self, field: Any) -> None:
        if field.data not in {kind.value for kind in DECISIONS}:
            raise ValidationError(_l("Bitte wählen Sie, was geschehen soll."))

    def validate_rule(self, field: Any) -> None:
        if self.decision.data in NEEDS_REASON and field.data not in {rule.value for rule in Rule}:
            raise ValidationError(_l("Bitte nennen Sie die Regel."))

    def validate_reason(self, field: Any) -> None:
        if self.decision.data in NEEDS_REASON and len(normalised(field.data or "")) < REASON_MIN:
            raise ValidationError(_l("Bitte begründen Sie das in einem Satz. Die Person liest ihn."))

    def validate_passage(self, field: Any) -> None:
        if self.decision.data == DecisionKind.REDACT.value and not field.data:
            raise ValidationError(_l("Bitte nennen Sie mindestens eine Stelle, die geschwärzt werden soll."))

    def validate_version(self, field: Any) -> None:
        number = str(field.data or "")
        if not (number.isascii() and number.isdigit() and len(number) <= VERSION_DIGITS):
            raise ValidationError(_l("Die Seite ist veraltet. Laden Sie sie bitte neu."))


class ResponseForm(FlaskForm):  # type: ignore[misc]
    kind = RadioField(
        choices=_choices(ResponseKind), validators=[InputRequired(_l("Bitte wählen Sie, was für eine Antwort es ist."))]
    )
    body = TextAreaField(validators=[AtMost(RESPONSE_MAX, _l("Bitte höchstens 600 Zeichen."))])
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])
    back = HiddenField()

    def validate_body(self, field: Any) -> None:
        if not has_words(normalised(field.data or "")):
            raise ValidationError(_l("Schreiben Sie bitte Ihre Antwort. Das Feld ist noch leer."))


class BulkForm(FlaskForm):  # type: ignore[misc]
    """One decision with one reason on several cases; `case` is repeated: number:version."""

    decision = StringField()
    rule = RadioField(choices=_choices(Rule), validate_choice=False)
    reason = TextAreaField(validators=[AtMost(REASON_MAX, _l("Bitte höchstens 600 Zeichen."))])
    case = Passages()
    back = HiddenField()

    def validate_decision(self, field: Any) -> None:
        if field.data not in {kind.value for kind in bulk.KINDS}:
            raise ValidationError(_l("Bitte wählen Sie, was geschehen soll."))

    validate_rule = DecisionForm.validate_rule
    validate_reason = DecisionForm.validate_reason

    def validate_case(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_l("Bitte kreuzen Sie in der Liste mindestens einen Beitrag an."))
        if not all(re.fullmatch(r"[0-9]{1,9}:[0-9]{1,9}", one) for one in field.data):
            raise ValidationError(_l("Die Seite ist veraltet. Laden Sie sie bitte neu."))

    @property
    def seen(self) -> list[tuple[int, int]]:
        """Numbers with the version that was on the page."""
        pairs = (one.split(":") for one in self.case.data)
        return [(int(number), int(version)) for number, version in pairs]


class HandlingForm(FlaskForm):  # type: ignore[misc]
    """What moderators do with a case among themselves."""

    act = StringField()
    to = StringField(validators=[Length(max=10)])
    advice = StringField()
    note = TextAreaField(validators=[AtMost(NOTE_MAX, _l("Bitte höchstens 2 000 Zeichen."))])
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])
    back = HiddenField()

    def validate_act(self, field: Any) -> None:
        if field.data not in ("claim", "take_over", "release", "hand_over", "ask", "opinion", "note"):
            raise ValidationError(_l("Bitte wählen Sie, was geschehen soll."))

    def validate_advice(self, field: Any) -> None:
        if field.data and field.data not in {kind.value for kind in DECISIONS}:
            raise ValidationError(_l("Bitte wählen Sie, wozu Sie raten."))
