"""What a person sends who says where annotations belong after the text has changed."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from deliberation.annotations.models import NUMBER_MAX
from deliberation.editions.forms import to_number

VERDICTS = ("accept", "move", "leave")
ADDRESS_MAX = 50
OLD_PAGE = _l("Die Seite ist veraltet. Laden Sie sie bitte neu.")


class Numbers(SelectMultipleField):
    """Positive whole numbers; anything else is an error."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = [to_number(value) for value in valuelist]

    def pre_validate(self, form: Any) -> None:
        if any(not 0 < number <= NUMBER_MAX for number in self.data or []):
            raise ValidationError(_l("Bitte benutzen Sie die Kästchen auf der Seite."))


class EditionForm(FlaskForm):  # type: ignore[misc]
    """`edition` is the number of the edition in force that the page showed."""

    edition = HiddenField()

    def validate_edition(self, field: Any) -> None:
        if to_number(field.data) < 1:
            raise ValidationError(OLD_PAGE)

    @property
    def seen_edition(self) -> int:
        return to_number(self.edition.data)


class VerdictForm(EditionForm):
    """`seen` is when the verdict was given that the page showed; empty while the annotation waited."""

    verdict = StringField(validators=[InputRequired(_l("Bitte wählen Sie, was geschehen soll."))])
    paragraph = StringField(validators=[Length(max=ADDRESS_MAX, message=_l("Diesen Absatz gibt es nicht."))])
    sentence = Numbers(coerce=int, choices=[])
    seen = HiddenField()
    back = HiddenField()

    def validate_verdict(self, field: Any) -> None:
        if field.data not in VERDICTS:
            raise ValidationError(_l("Bitte wählen Sie, was geschehen soll."))

    def validate_paragraph(self, field: Any) -> None:
        if self.verdict.data == "move" and not (field.data or "").strip():
            raise ValidationError(_l("Bitte wählen Sie, zu welchem Absatz die Anmerkung gehört."))

    def validate_seen(self, field: Any) -> None:
        try:
            self.seen_at()
        except ValueError as error:
            raise ValidationError(OLD_PAGE) from error

    def seen_at(self) -> datetime | None:
        moment = datetime.fromisoformat(self.seen.data) if self.seen.data else None
        if moment is not None and moment.tzinfo is None:
            raise ValueError(self.seen.data)
        return moment


class AcceptForm(EditionForm):
    """The numbers that the page listed, all of them or those left ticked."""

    number = Numbers(coerce=int, choices=[])

    def validate_number(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_l("Bitte wählen Sie mindestens eine Anmerkung aus."))
