"""What is entered at a table, and the file of contributions from paper."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from deliberation.annotations.models import Kind
from deliberation.database import ID_MAX
from deliberation.declarations.forms import KEY_MAX, has_file, table_of
from deliberation.meetings.models import HANDS, SENTENCES
from deliberation.meetings.protocols import Protocol, ProtocolInvalid, Said, check
from deliberation.text import has_words, normalised

KINDS = tuple(kind for kind in Kind if kind is not Kind.PROPOSAL)
"""A wording takes more than one sentence read aloud: it is typed in at a desk."""
PROBLEMS = {
    "place": _l("Wählen Sie bitte einen Absatz."),
    "present": _l("Wie viele Menschen sitzen am Tisch? Bitte eine Zahl von 1 bis 100."),
    "hands": _l("Es sind mehr Hände, als Menschen da sind."),
    "empty": _l("Zählen Sie bitte Hände, oder schreiben Sie auf, was der Tisch sagt."),
    "kind": _l("Wählen Sie bitte aus, was der Satz ist."),
    "long": _l("Ein Satz ist zu lang. Kürzen Sie ihn bitte."),
    "number": _l("Bitte nur ganze Zahlen."),
}
FIELDS = {"present": "present", "hands": "carry", "empty": "carry", "kind": "body_1", "long": "body_1", "place": "place"}


def to_count(value: str | None) -> int | None:
    """A whole number from a field; nothing is none at all, and what is no number is None."""
    words = (value or "").strip()
    if not words:
        return 0
    return int(words) if words.isascii() and words.isdigit() and len(words) < 4 else None


class ProtocolForm(FlaskForm):  # type: ignore[misc]
    """`place` is "3-2:17": the paragraph, and the wording that was read aloud."""

    place = StringField(_l("Absatz"))
    present = StringField(_l("Wie viele sind am Tisch?"))
    carry = StringField()
    change = StringField()
    against = StringField()
    unclear = StringField()
    kind_1 = SelectField(choices=[], validate_choice=False)
    kind_2 = SelectField(choices=[], validate_choice=False)
    kind_3 = SelectField(choices=[], validate_choice=False)
    body_1 = TextAreaField()
    body_2 = TextAreaField()
    body_3 = TextAreaField()
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    @property
    def paragraph(self) -> str:
        return (self.place.data or "").partition(":")[0]

    @property
    def wording(self) -> int:
        given = (self.place.data or "").partition(":")[2]
        return min(int(given), ID_MAX) if given.isascii() and given.isdigit() and len(given) < 11 else 0

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """Kind and words of each sentence."""
        return [(self[f"kind_{place}"], self[f"body_{place}"]) for place in range(1, SENTENCES + 1)]

    def validate(self, extra_validators: Any = None) -> bool:
        """What is wrong is said at its own field, and everything at once."""
        is_fine = super().validate(extra_validators)
        wrong = [name for name in ("present", *HANDS) if to_count(self[name].data) is None]
        for name in wrong:
            self.refuse(name, "number")
        if wrong:
            return False
        try:
            check(self.to_protocol())
        except ProtocolInvalid as invalid:
            self.refuse(FIELDS[invalid.reason], invalid.reason)
            return False
        return bool(is_fine)

    def refuse(self, name: str, reason: str) -> None:
        self[name].errors = (_(str(PROBLEMS[reason])),)

    def to_protocol(self) -> Protocol:
        carry, change, against, unclear = (to_count(self[name].data) or 0 for name in HANDS)
        return Protocol(to_count(self.present.data) or 0, (carry, change, against, unclear), self._said(), self.wording)

    def _said(self) -> list[Said]:
        values = {kind.value: kind for kind in KINDS}
        return [
            Said(values.get(kind.data or "", Kind.PROPOSAL), normalised(body.data or ""))
            for kind, body in self.rows
            if has_words(body.data or "")
        ]


class PaperForm(FlaskForm):  # type: ignore[misc]
    """A table of contributions that were written elsewhere."""

    file = FileField(_l("Tabelle (CSV oder Excel)"))
    pasted = TextAreaField(_l("Oder hier einfügen"))

    def validate_file(self, field: Any) -> None:
        if has_file(field) == bool((self.pasted.data or "").strip()):
            raise ValidationError(_("Bitte eines von beiden: eine Datei oder eine eingefügte Tabelle."))

    def to_content(self) -> tuple[bytes, str]:
        """What was sent, and what the file is called."""
        return table_of(self.file, self.pasted)
