"""The forms of leaving and of the operator's pages."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from deliberation.accounts.staff_access import REASON_MAX, REASON_MIN
from deliberation.privacy.models import Parting
from deliberation.privacy.periods import BOUNDS
from deliberation.text import normalised

PARTINGS = [parting.value for parting in Parting]


class LeaveForm(FlaskForm):
    parting = RadioField(
        _l("Was soll mit Ihren Texten geschehen?"),
        [InputRequired(_l("Bitte wählen Sie, was mit Ihren Texten geschehen soll."))],
        choices=PARTINGS,
        validate_choice=False,
    )

    def validate_parting(self, field: RadioField) -> None:
        if field.data not in PARTINGS:
            raise ValidationError(_("Bitte wählen Sie, was mit Ihren Texten geschehen soll."))


class AddressForm(FlaskForm):
    """`declaration`: its address."""

    declaration = StringField(_l("Erklärung"), [DataRequired(_l("Bitte wählen Sie eine Erklärung."))])
    pseudonym = StringField(_l("Pseudonym"), [DataRequired(_l("Bitte geben Sie ein Pseudonym an."))])
    reason = TextAreaField(_l("Grund"), [DataRequired(_l("Bitte nennen Sie einen Grund."))])

    def validate_reason(self, field: TextAreaField) -> None:
        field.data = normalised(field.data or "")
        if not REASON_MIN <= len(field.data) <= REASON_MAX:
            raise ValidationError(
                _("Der Grund braucht %(least)s bis %(most)s Zeichen.", least=REASON_MIN, most=REASON_MAX)
            )


PERIODS: dict[str, Any] = {
    "unconfirmed_days": _l("Konten, deren Adresse nie bestätigt wurde"),
    "following_days": _l("Mitlesen per E-Mail, das niemand bestätigt hat"),
    "drafts_days": _l("Entwürfe nach der letzten Änderung"),
    "guest_drafts_days": _l("Entwürfe ohne Anmeldung"),
    "seals_days": _l("Was vor einer Schwärzung dastand, nach der endgültigen Entscheidung"),
    "reporters_days": _l("Name und Adresse von Meldenden nach der Antwort"),
    "sent_mail_days": _l("Verzeichnis verschickter Mails"),
    "unsent_mail_days": _l("Mails, die nicht zugestellt werden konnten"),
    "log_persons_months": _l("Personen im Protokoll der Moderation"),
    "log_lines_months": _l("Einträge im Protokoll der Moderation"),
    "messages_months": _l("Briefe und Nachrichten zwischen Moderation und Beteiligten"),
    "accounts_months": _l("Konten nach dem letzten Besuch"),
    "looks_months": _l("Verzeichnis der Zugriffe"),
    "barrier_addresses_months": _l("Adressen von Menschen, die eine Barriere gemeldet haben, nach der Antwort"),
    "barriers_months": _l("Gemeldete Barrieren nach der Antwort"),
}
"""What is kept so long; the end of the name is the unit."""


class PeriodField(IntegerField):
    """A whole number within the bounds that `periods` sets."""

    def pre_validate(self, form: Any) -> None:
        least, most = BOUNDS[self.name]
        if self.data is None or not least <= self.data <= most:
            # What is no number at all is told in the same words.
            self.process_errors = ()
            raise ValidationError(_("Hier geht eine ganze Zahl von %(least)s bis %(most)s.", least=least, most=most))


PeriodsForm: type[FlaskForm] = type(
    "PeriodsForm", (FlaskForm,), {name: PeriodField(words) for name, words in PERIODS.items()}
)
