"""What an organiser fills in about whom a declaration lets in, and the code that is read out."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, Optional, ValidationError

from deliberation.declarations.address_files import read_list
from deliberation.declarations.importing.tables import SIZE_MAX
from deliberation.declarations.invitations import DAYS_MAX, DAYS_STANDARD, USES_MAX
from deliberation.labels import LABELS
from deliberation.permissions import Access, Role, Voters

KEY_MAX = 64
DIGITS_MAX = 9

WAYS: dict[str, Any] = {
    "mail": _l("Per E-Mail"),
    "link": _l("Mit einem Link zum Weitergeben"),
    "code": _l("Mit einem Code zum Vorlesen"),
}


class AccessForm(FlaskForm):  # type: ignore[misc]
    """Whom a declaration lets in."""

    access = RadioField(
        _l("Zugang"),
        choices=[SelectChoice(access.value, LABELS[access]) for access in Access],
        validators=[AnyOf([access.value for access in Access], _l("Bitte wählen Sie eine Möglichkeit."))],
        validate_choice=False,
    )
    voters = RadioField(
        _l("Wer darf abstimmen?"),
        choices=[SelectChoice(voters.value, LABELS[voters]) for voters in Voters],
        default=Voters.ALL.value,
        validators=[Optional(), AnyOf([voters.value for voters in Voters], _l("Bitte wählen Sie eine Möglichkeit."))],
        validate_choice=False,
    )


class CountField(IntegerField):
    """A number from 1 to `most`; left empty it is the default."""

    def __init__(self, label: Any, most: int, default: int, **more: Any) -> None:
        super().__init__(label, default=default, **more)
        self.most = most

    def process_formdata(self, valuelist: list[str]) -> None:
        words = (valuelist[0].strip() if valuelist else "") or str(self.default)
        # Longer ones are no number that anybody means.
        self.data = int(words) if words.isdecimal() and len(words) < DIGITS_MAX else 0
        if not 1 <= self.data <= self.most:
            raise ValidationError(_("Bitte eine Zahl von 1 bis %(most)s.", most=self.most))


class InviteForm(FlaskForm):  # type: ignore[misc]
    """An invitation by mail, by code or by link."""

    kind = RadioField(
        _l("Wie laden Sie ein?"),
        choices=[SelectChoice(kind, words) for kind, words in WAYS.items()],
        default="mail",
        validators=[AnyOf(["mail", "link", "code"], _l("Bitte wählen Sie eine Möglichkeit."))],
        validate_choice=False,
    )
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])
    addresses = TextAreaField(_l("E-Mail-Adressen"))
    file = FileField(_l("Oder eine Liste als Datei"))
    send_good = BooleanField(_l("Die verständlichen Zeilen trotzdem anschreiben"))
    role = RadioField(
        _l("Als was?"),
        choices=[SelectChoice(role.value, LABELS[role]) for role in Role],
        default=Role.PARTICIPANT.value,
        validators=[AnyOf([role.value for role in Role], _l("Bitte wählen Sie eine Möglichkeit."))],
        validate_choice=False,
    )
    days = CountField(
        _l("Wie viele Tage lang?"),
        DAYS_MAX,
        default=DAYS_STANDARD,
        validators=[InputRequired(_l("Wie viele Tage soll die Einladung gelten?"))],
    )
    uses = CountField(_l("Für wie viele Menschen?"), USES_MAX, default=1)


    def take_file(self) -> None:
        """Put the list of a file in place of what was typed. Raises ImportRefused."""
        sent = self.file.data
        if self.kind.data == "mail" and sent is not None and getattr(sent, "filename", ""):
            self.addresses.data = read_list(sent.read(SIZE_MAX + 1), sent.filename)


class InvitationCodeForm(FlaskForm):  # type: ignore[misc]
    code = StringField(_l("Code"), [InputRequired(_l("Bitte geben Sie den Code ein."))])
