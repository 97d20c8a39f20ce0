"""The forms of the operator's pages. What fits is decided by `changing`; here stand the words."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, HiddenField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from deliberation.accounts.addresses import AddressInvalid, clean_address
from deliberation.accounts.forms import AddressField
from deliberation.accounts.models import PASSWORD_MAX, PASSWORD_MIN
from deliberation.config import OPERATOR_FIELDS
from deliberation.moderation.forms import KEY_MAX, AtMost
from deliberation.permissions import Phase
from deliberation.site.barriers import NOTE_MAX, PAGE_MAX, TEXT_MAX
from deliberation.site.changing import GROUPS
from deliberation.text import has_words, normalised
from deliberation.whence import without_secrets

LABELS: dict[str, Any] = {
    "SITE_NAME": _l("Name der Seite"),
    "DEFAULT_LOCALE": _l("Sprache, wenn der Browser keine der beiden nennt"),
    "CONTACT_EMAIL": _l("Adresse für Fragen von Beteiligten"),
    "SIGN_UP": _l("Wer kann ein Konto anlegen?"),
    "OPERATOR_NAME": _l("Wer betreibt diese Seite?"),
    "OPERATOR_ADDRESS": _l("Anschrift"),
    "OPERATOR_EMAIL": _l("E-Mail-Adresse"),
    "OPERATOR_RESPONSIBLE": _l("Verantwortlich für den Inhalt"),
    "IMPRINT_REPRESENTATIVE": _l("Wer vertritt die Organisation?"),
    "IMPRINT_PHONE": _l("Telefon"),
    "IMPRINT_REGISTER": _l("Register und Nummer"),
    "IMPRINT_VAT": _l("Umsatzsteuer-Identifikationsnummer"),
    "IMPRINT_AUTHORITY": _l("Aufsichtsbehörde"),
    "PRIVACY_HOSTING": _l("Auf wessen Servern läuft diese Seite?"),
    "PRIVACY_AUTHORITY": _l("Zuständige Aufsichtsbehörde"),
    "PRIVACY_OFFICER": _l("Datenschutzbeauftragte oder Datenschutzbeauftragter"),
}
HINTS: dict[str, Any] = {
    "SITE_NAME": _l(
        "Steht oben auf jeder Seite, die nicht zu einer einzelnen Erklärung gehört. Leer: „Beratung über einen "
        "Text“."
    ),
    "DEFAULT_LOCALE": _l("Sonst richtet sich die Seite nach dem Browser oder nach dem, was jemand im Konto wählt."),
    "CONTACT_EMAIL": _l(
        "Steht auf den Seiten Datenschutz und Barrierefreiheit; Antworten auf Mails der Seite gehen dorthin. "
        "Leer: die Adresse aus dem Impressum."
    ),
    "SIGN_UP": _l("Wer schon ein Konto hat, meldet sich in jedem Fall weiter an."),
    "OPERATOR_NAME": _l("Der volle Name von Verein, Unternehmen, Behörde oder Person, wie er im Register steht."),
    "OPERATOR_ADDRESS": _l("Straße, Hausnummer, Postleitzahl, Ort. Ein Postfach genügt nicht."),
    "OPERATOR_EMAIL": _l(
        "Wird gelesen und beantwortet. Sie ist auch der Absender von Mails, wenn keiner eingestellt ist, und "
        "steht in security.txt."
    ),
    "OPERATOR_RESPONSIBLE": _l("Vor- und Nachname mit Anschrift (§ 18 Absatz 2 Medienstaatsvertrag)."),
    "IMPRINT_REPRESENTATIVE": _l(
        "Vorstand, Geschäftsführung oder Leitung mit vollem Namen. Nötig bei Vereinen und Gesellschaften."
    ),
    "IMPRINT_PHONE": _l("Nicht vorgeschrieben, wenn die E-Mail-Adresse schnell beantwortet wird."),
    "IMPRINT_REGISTER": _l("Zum Beispiel: Vereinsregister, Amtsgericht Musterstadt, VR 123. Leer, wenn es keinen Eintrag gibt."),
    "IMPRINT_VAT": _l("Leer, wenn es keine gibt."),
    "IMPRINT_AUTHORITY": _l("Nur, wenn für Ihre Tätigkeit eine Zulassung nötig ist."),
    "PRIVACY_HOSTING": _l(
        "Name und Ort des Anbieters, und ob ein Vertrag zur Auftragsverarbeitung besteht. Eigene Server? Dann "
        "schreiben Sie das."
    ),
    "PRIVACY_AUTHORITY": _l(
        "Name und Anschrift oder Webadresse, zum Beispiel die Landesbeauftragte für den Datenschutz Ihres "
        "Bundeslandes."
    ),
    "PRIVACY_OFFICER": _l("Name oder Stelle und wie man sie erreicht. Leer, wenn Sie niemanden benennen müssen."),
}  # fmt: skip
CHOICES: dict[str, tuple[tuple[str, Any, Any], ...]] = {
    "DEFAULT_LOCALE": (("de", "Deutsch", ""), ("en", "English", "")),
    "SIGN_UP": (
        ("open", _l("Alle"), _l("Wer mitmachen will, legt sich selbst ein Konto an.")),
        ("invited", _l("Nur Eingeladene"), _l("Ein Konto legt an, wer eine Einladung per Mail, Link oder Code hat.")),
    ),
}
LONG = (
    "OPERATOR_ADDRESS", "OPERATOR_RESPONSIBLE", "IMPRINT_REPRESENTATIVE", "PRIVACY_HOSTING", "PRIVACY_AUTHORITY",
    "PRIVACY_OFFICER",
)  # fmt: skip
NEEDED = (*OPERATOR_FIELDS, "PRIVACY_HOSTING", "PRIVACY_AUTHORITY")
FAULTS: dict[str, Any] = {
    "too_long": _l("Das ist zu lang."),
    "no_choice": _l("Bitte wählen Sie eine der Möglichkeiten."),
    "needed": _l(
        "Unter einer öffentlichen Adresse verlangt das Gesetz diese Angabe. Ohne sie würde die Seite nicht "
        "mehr starten."
    ),
    "no_address": _l("Diese E-Mail-Adresse ist nicht vollständig. Beispiel: name@beispiel.de"),
}  # fmt: skip


def _field(name: str) -> Field:
    if name in CHOICES:
        choices = [value for value, _label, _hint in CHOICES[name]]
        return RadioField(LABELS[name], choices=choices, validate_choice=False)
    # What the law asks for is not called voluntary. It can be given bit by bit all the same, as long as nobody sees the site.
    needed = [DataRequired()] if name in NEEDED else []
    return (TextAreaField if name in LONG else StringField)(LABELS[name], needed)


SETTINGS_FORMS: dict[str, type[FlaskForm]] = {
    group: type(f"{group.title()}Form", (FlaskForm,), {name: _field(name) for name in names})
    for group, names in GROUPS.items()
}
"""One form for each group of settings, with fields called like the settings."""


class FirstForm(FlaskForm):
    """The account of whoever runs the site."""

    email = AddressField(_l("Ihre E-Mail-Adresse"), [DataRequired()])
    password = PasswordField(_l("Ihr Passwort"), [DataRequired(_l("Bitte wählen Sie ein Passwort."))])


PASSWORD_BOUNDS = (PASSWORD_MIN, PASSWORD_MAX)


class OpenForm(FlaskForm):
    """With which phase the deliberation begins."""

    phase = RadioField(
        _l("Womit beginnt die Beratung?"),
        choices=[phase.value for phase in (Phase.READING, Phase.ANNOTATING)],
        validate_choice=False,
        default=Phase.ANNOTATING.value,
    )


NOTHING_SAID = _l("Bitte schreiben Sie, was für Sie nicht funktioniert. Das Feld ist noch leer.")


class BarrierForm(FlaskForm):
    """What somebody cannot use. Nothing but that is forced."""

    text = TextAreaField(
        _l("Was funktioniert für Sie nicht?"),
        [InputRequired(NOTHING_SAID), AtMost(TEXT_MAX, _l("Bitte höchstens 3 000 Zeichen."))],
    )
    page = StringField(_l("Auf welcher Seite?"))
    email = EmailField(_l("Ihre E-Mail-Adresse"))
    form_key = HiddenField([Length(max=KEY_MAX)])

    def validate_text(self, field: Any) -> None:
        if not has_words(normalised(field.data or "")):
            raise ValidationError(str(NOTHING_SAID))

    def validate_page(self, field: Any) -> None:
        """Also what was typed or pasted keeps no secret."""
        field.data = without_secrets(" ".join(normalised(field.data or "").split()))
        if len(field.data) > PAGE_MAX:
            raise ValidationError(_("Bitte höchstens 200 Zeichen."))

    def validate_email(self, field: Any) -> None:
        given = (field.data or "").strip()
        try:
            field.data = clean_address(given) if given else ""
        except AddressInvalid:
            raise ValidationError(_("Diese E-Mail-Adresse ist nicht vollständig. Beispiel: name@beispiel.de")) from None


class AnswerForm(FlaskForm):
    """What the operator notes when somebody has been answered."""

    note = TextAreaField(_l("Interne Notiz"), [AtMost(NOTE_MAX, _l("Bitte höchstens 1 000 Zeichen."))])
