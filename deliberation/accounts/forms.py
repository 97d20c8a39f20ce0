"""The forms of sign-up and sign-in: what was typed, cleaned, and what is wrong with it in words."""

from typing import Any
from unicodedata import normalize

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, StringField, ValidationError
from wtforms.validators import DataRequired

from deliberation.accounts import pseudonyms
from deliberation.accounts.actions import PasswordRefused, check_new_password
from deliberation.accounts.addresses import AddressInvalid, clean_address
from deliberation.accounts.models import PASSWORD_MAX, PASSWORD_MIN, PSEUDONYM_MAX, PSEUDONYM_MIN

CONSENT = _l(
    "Ich willige ein, dass meine Beiträge unter meinem Pseudonym öffentlich erscheinen und gespeichert werden. "
    "Mir ist klar: Aus Beiträgen können sich politische Ansichten oder eine Gewerkschaftszugehörigkeit ergeben. "
    "Ich kann jederzeit widerrufen und meine Beiträge löschen. Ich bin mindestens 16 Jahre alt."
)
"""Whoever changes these words raises CONSENT_VERSION."""


class AddressField(EmailField):
    """A mail address in the spelling we keep."""

    def pre_validate(self, form: Any) -> None:
        try:
            self.data = clean_address(self.data or "")
        except AddressInvalid:
            raise ValidationError(_("Diese E-Mail-Adresse ist nicht vollständig. Beispiel: name@beispiel.de")) from None


STEPS = (("email",), ("pseudonym",), ("consent", "password"))
"""Which fields each step of the sign-up asks for."""


class RegisterForm(FlaskForm):
    email = AddressField(_l("E-Mail-Adresse"), [DataRequired()])
    pseudonym = StringField(_l("Unter diesem Namen schreiben Sie"))
    password = PasswordField(_l("Passwort"))
    consent = BooleanField(CONSENT, [DataRequired(_l("Ohne Ihre Einwilligung können wir kein Konto anlegen."))])

    def validate_pseudonym(self, field: StringField) -> None:
        field.data = pseudonyms.cleaned(field.data or "") or pseudonyms.offer(1)[0]
        if not pseudonyms.is_acceptable(field.data):
            raise ValidationError(
                _(
                    "Der Name braucht %(least)s bis %(most)s Zeichen, ein paar Buchstaben und darf kein Amt vorgeben.",
                    least=PSEUDONYM_MIN,
                    most=PSEUDONYM_MAX,
                )
            )
        if not pseudonyms.is_free(field.data):
            names = ", ".join(pseudonyms.offer(3))
            raise ValidationError(_("Unter diesem Namen schreibt schon jemand. Frei sind: %(names)s.", names=names))

    def validate_password(self, field: PasswordField) -> None:
        if field.data:
            _check_new_password(field, self.email.data or "")

    def first_wrong_step(self, last: int) -> int | None:
        """The first step up to `last` that wants something corrected. The signature of the form is always looked at."""
        self.validate()
        if "csrf_token" in self.errors:
            return last
        wrong = [n for n, names in enumerate(STEPS[:last], 1) if any(self[name].errors for name in names)]
        for names in STEPS[last:]:
            for name in names:
                # It has not been asked for yet.
                self[name].errors = ()
        return wrong[0] if wrong else None

    def forget_errors(self) -> None:
        """A step that is shown for the first time complains about nothing."""
        for field in self:
            field.errors = ()


class LoginForm(FlaskForm):
    email = AddressField(_l("E-Mail-Adresse"), [DataRequired()])
    password = PasswordField(_l("Passwort"))


class CodeForm(FlaskForm):
    code = StringField(_l("Code aus der E-Mail"), [DataRequired(_l("Bitte geben Sie die sechs Ziffern ein."))])

    @property
    def digits(self) -> str:
        return _digits(self.code.data)


class SecondForm(CodeForm):
    """Six digits from an app, or a code on paper."""

    code = StringField(_l("Code aus der App"), [DataRequired(_l("Bitte geben Sie den Code ein."))])


class ProofForm(FlaskForm):
    """A password, or a code from a mail or an app. For somebody without a password it is left out."""

    password = PasswordField(_l("Ihr Passwort"))
    code = StringField(_l("Code"))

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if not self.given.data:
            self.given.errors = (_("Bitte füllen Sie eines der Felder aus."),)
            return False
        return True

    @property
    def given(self) -> Any:
        """The field that was filled in."""
        if "password" in self and (self.password.data or not self.code.data):
            return self.password
        return self.code

    @property
    def digits(self) -> str:
        return _digits(self.code.data)


class PasskeyForm(FlaskForm):
    label = StringField(_l("Name für dieses Gerät"))


class AddressForm(FlaskForm):
    email = AddressField(_l("Neue E-Mail-Adresse"), [DataRequired()])


class PasswordForm(FlaskForm):
    """For somebody without a password `current` is left out."""

    current = PasswordField(_l("Jetziges Passwort"), [DataRequired(_l("Bitte geben Sie Ihr jetziges Passwort ein."))])
    password = PasswordField(_l("Neues Passwort"), [DataRequired(_l("Bitte wählen Sie ein Passwort."))])

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = email

    def validate_password(self, field: PasswordField) -> None:
        _check_new_password(field, self.address)


def _digits(typed: str | None) -> str:
    """Without spaces; wide digits as some keyboards write them are digits too."""
    return "".join(c for c in normalize("NFKC", typed or "") if c in "0123456789")


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
