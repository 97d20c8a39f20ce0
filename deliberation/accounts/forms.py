"""The forms of sign-up and sign-in: what was typed, cleaned, and what is wrong with it in words."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, StringField, ValidationError
from wtforms.validators import DataRequired

from deliberation.accounts import pseudonyms
from deliberation.accounts.actions import PasswordRefused, check_new_password, free_pseudonyms, is_pseudonym_free
from deliberation.accounts.addresses import AddressInvalid, clean_address
from deliberation.accounts.models import PASSWORD_MAX, PASSWORD_MIN, PSEUDONYM_MAX, PSEUDONYM_MIN

CONSENT = _l(
    "Ich willige ein, dass meine Beiträge unter meinem Pseudonym öffentlich erscheinen und gespeichert werden. "
    "Mir ist klar: Aus Beiträgen können sich politische Ansichten oder eine Gewerkschaftszugehörigkeit ergeben. "
    "Ich kann jederzeit widerrufen und meine Beiträge löschen."
)
"""Whoever changes these words raises CONSENT_VERSION."""


class AddressField(EmailField):
    """A mail address in the spelling we keep."""

    def pre_validate(self, form: Any) -> None:
        try:
            self.data = clean_address(self.data or "")
        except AddressInvalid:
            raise ValidationError(_("Diese E-Mail-Adresse ist nicht vollständig. Beispiel: name@beispiel.de")) from None


class RegisterForm(FlaskForm):
    email = AddressField(_l("E-Mail-Adresse"), [DataRequired()])
    pseudonym = StringField(_l("Unter diesem Namen schreiben Sie"))
    password = PasswordField(_l("Passwort"))
    consent = BooleanField(CONSENT, [DataRequired(_l("Ohne Ihre Einwilligung können wir kein Konto anlegen."))])

    def validate_pseudonym(self, field: StringField) -> None:
        field.data = pseudonyms.cleaned(field.data or "") or free_pseudonyms(1)[0]
        if not pseudonyms.is_acceptable(field.data):
            raise ValidationError(
                _(
                    "Der Name braucht %(least)s bis %(most)s Zeichen, ein paar Buchstaben und darf kein Amt vorgeben.",
                    least=PSEUDONYM_MIN,
                    most=PSEUDONYM_MAX,
                )
            )
        if not is_pseudonym_free(field.data):
            names = ", ".join(free_pseudonyms(3))
            raise ValidationError(_("Unter diesem Namen schreibt schon jemand. Frei sind: %(names)s.", names=names))

    def validate_password(self, field: PasswordField) -> None:
        if field.data:
            _check_new_password(field, self.email.data or "")


class LoginForm(FlaskForm):
    email = AddressField(_l("E-Mail-Adresse"), [DataRequired()])
    password = PasswordField(_l("Passwort"))


class CodeForm(FlaskForm):
    code = StringField(_l("Code aus der E-Mail"), [DataRequired(_l("Bitte geben Sie die sechs Ziffern ein."))])

    @property
    def digits(self) -> str:
        return "".join(character for character in self.code.data or "" if character.isdigit())


class PasswordForm(FlaskForm):
    """For somebody without a password `current` is left out."""

    current = PasswordField(_l("Jetziges Passwort"), [DataRequired(_l("Bitte geben Sie Ihr jetziges Passwort ein."))])
    password = PasswordField(_l("Neues Passwort"), [DataRequired(_l("Bitte wählen Sie ein Passwort."))])

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = email

    def validate_password(self, field: PasswordField) -> None:
        _check_new_password(field, self.address)


def _check_new_password(field: PasswordField, email: str) -> None:
    length = len(field.data)
    if not PASSWORD_MIN <= length <= PASSWORD_MAX:
        raise ValidationError(
            _("Das Passwort braucht %(least)s bis %(most)s Zeichen.", least=PASSWORD_MIN, most=PASSWORD_MAX)
        )
    try:
        check_new_password(field.data, email)
    except PasswordRefused:
        raise ValidationError(
            _(
                "Solche Passwörter werden beim Einbrechen zuerst ausprobiert. "
                "Nehmen Sie lieber vier Wörter, die nichts miteinander zu tun haben."
            )
        ) from None
