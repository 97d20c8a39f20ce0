"""What people fill in when they contribute. Limits come from the models."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, StopValidation, ValidationError

from deliberation.annotations.actions import Contribution
from deliberation.annotations.models import BODY_MAX, QUOTE_MAX, REASON_MAX, Kind, StanceValue
from deliberation.annotations.wordings import source_of
from deliberation.declarations.models import Wording
from deliberation.labels import LABELS
from deliberation.text import has_words, normalised

KEY_MAX = 64


class Words:
    """The text of a contribution: present and not too long, counted as it will be kept."""

    def __init__(self, missing: Any) -> None:
        self.missing = missing

    def __call__(self, form: Any, field: Any) -> None:
        text = normalised(field.data or "")
        if not has_words(text):
            raise StopValidation(str(self.missing))
        over = len(text) - BODY_MAX
        if over > 0:
            raise StopValidation(
                ngettext(
                    "Ihr Text ist %(num)s Zeichen zu lang. Kürzen Sie ihn oder teilen Sie ihn auf zwei Anmerkungen auf.",
                    "Ihr Text ist %(num)s Zeichen zu lang. Kürzen Sie ihn oder teilen Sie ihn auf zwei Anmerkungen auf.",
                    over,
                )
            )


KnownAction = AnyOf(
    (None, "", "preview", "draft", "send", "discard"), message=_l("Bitte benutzen Sie einen der Knöpfe auf der Seite.")
)


class SentenceField(SelectMultipleField):
    """Numbers of sentences. What is no number, or no sentence of the paragraph (`count`), is an error."""

    count: int | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = [int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0 for value in valuelist]

    def pre_validate(self, form: Any) -> None:
        if any(not 0 < number <= (number if self.count is None else self.count) for number in self.data or []):
            raise ValidationError(_l("Diesen Satz gibt es in diesem Absatz nicht."))


class AnnotationForm(FlaskForm):  # type: ignore[misc]
    kind = RadioField(
        choices=[SelectChoice(kind.value, LABELS[kind]) for kind in Kind],
        validators=[InputRequired(_l("Bitte wählen Sie aus, was Sie beitragen möchten."))],
        validate_choice=True,
    )
    sentence = SentenceField(coerce=int, choices=[])
    quote = StringField(validators=[Length(max=QUOTE_MAX)])
    wording = TextAreaField()
    body = TextAreaField(validators=[Words(_l("Schreiben Sie bitte Ihre Anmerkung. Das Feld ist noch leer."))])
    quotable = BooleanField()
    # The wording that was on the page while the person wrote.
    seen = HiddenField()
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])
    checked = HiddenField()
    action = HiddenField(validators=[KnownAction])
    # Of the paragraph it is about, for comparing; None for a thesis as a whole.
    present: Wording | None = None

    def validate_wording(self, field: Any) -> None:
        # Whatever the kind: it is read for names and accusations before anybody asks what kind it is.
        if len(normalised(field.data or "")) > BODY_MAX:
            raise ValidationError(_l("Der vorgeschlagene Wortlaut ist zu lang."))
        if self.kind.data != Kind.PROPOSAL.value:
            return
        if not normalised(field.data or ""):
            raise ValidationError(_l("Schreiben Sie bitte, wie der Satz lauten soll."))
        if self.present and field.data.split() == source_of(self.present, self.sentence.data or []).split():
            raise ValidationError(
                _l("Das ist Wort für Wort der jetzige Text. Ändern Sie ihn bitte so, wie er heißen soll.")
            )

    def to_contribution(self) -> Contribution:
        return Contribution(
            body=self.body.data or "",
            kind=Kind(self.kind.data) if self.kind.data in {kind.value for kind in Kind} else None,
            sentences=self.sentence.data or [],
            quote=self.quote.data or "",
            wording=self.wording.data or "",
            is_quotable=bool(self.quotable.data),
            form_key=self.form_key.data or "",
        )

    def to_fields(self) -> dict[str, Any]:
        """What a draft keeps."""
        return {
            "kind": self.kind.data if self.kind.data != "None" else "",
            "sentence": self.sentence.data or [],
            "quote": self.quote.data or "",
            "wording": self.wording.data or "",
            "body": self.body.data or "",
            "quotable": bool(self.quotable.data),
            "seen": self.seen.data or "",
        }


class ReplyForm(FlaskForm):  # type: ignore[misc]
    body = TextAreaField(validators=[Words(_l("Schreiben Sie bitte Ihre Antwort. Das Feld ist noch leer."))])
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])
    checked = HiddenField()
    action = HiddenField(validators=[KnownAction])

    def to_contribution(self) -> Contribution:
        return Contribution(body=self.body.data or "", form_key=self.form_key.data or "")

    def to_fields(self) -> dict[str, Any]:
        return {"body": self.body.data or ""}


class EditForm(FlaskForm):  # type: ignore[misc]
    body = TextAreaField(validators=[Words(_l("Schreiben Sie bitte Ihre Anmerkung. Das Feld ist noch leer."))])
    wording = TextAreaField(validators=[Length(max=BODY_MAX)])


class StanceForm(FlaskForm):  # type: ignore[misc]
    stance = StringField()
    reason = TextAreaField(validators=[Length(max=REASON_MAX, message=_l("Bitte höchstens 600 Zeichen."))])

    def validate_stance(self, field: Any) -> None:
        # Empty withdraws it; a form without the field is a mistake.
        if field.data is None or (field.data and field.data not in {value.value for value in StanceValue}):
            raise ValidationError(_l("Bitte wählen Sie eine der vier Haltungen."))
