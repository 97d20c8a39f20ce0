"""Tokens for one's own programs: the list, a new one, ending one."""

from datetime import timedelta
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import DateField, HiddenField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from deliberation import web
from deliberation.accounts import tokens as verbs
from deliberation.accounts.models import TOKEN_LABEL_MAX, Scope
from deliberation.accounts.tokens import DAYS_MAX, MOST, TokenRefused, Wish
from deliberation.accounts.views import accounts, known_person
from deliberation.clock import today
from deliberation.text import has_words, normalised
from deliberation.web import limiter

KEY_MAX = 64
DAYS_STANDARD = 90
SCOPES: dict[str, tuple[Any, Any]] = {
    Scope.READ.value: (_l("Lesen"), _l("alles, was Sie selbst lesen dürfen")),
    Scope.WRITE.value: (_l("Schreiben"), _l("Anmerkungen, Antworten, Haltungen und Stimmen in Ihrem Namen")),
    Scope.MODERATE.value: (_l("Moderieren"), _l("über Beiträge entscheiden, wo Sie moderieren")),
    Scope.EXPORT.value: (_l("Exportieren"), _l("Ergebnisse als Datei holen, wo Sie organisieren")),
}


class DayField(DateField):
    """A day, with our own sentence for what is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Bitte ein Datum, zum Beispiel 2027-03-31.")) from None


class TokenForm(FlaskForm):  # type: ignore[misc]
    label = StringField(
        _l("Wofür ist der Schlüssel?"), [InputRequired(_l("Geben Sie dem Schlüssel bitte einen Namen."))]
    )
    scopes = SelectMultipleField(
        _l("Was darf das Programm?"),
        choices=[SelectChoice(value, words[0]) for value, words in SCOPES.items()],
        validators=[InputRequired(_l("Wählen Sie bitte mindestens ein Recht aus."))],
    )
    ends_on = DayField(_l("Bis wann soll er gelten?"), [InputRequired(_l("Bitte ein Datum, zum Beispiel 2027-03-31."))])
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    def validate_label(self, field: Any) -> None:
        if not has_words(normalised(field.data)) or len(normalised(field.data)) > TOKEN_LABEL_MAX:
            raise ValidationError(_("Bitte ein Name mit höchstens %(most)s Zeichen.", most=TOKEN_LABEL_MAX))

    def validate_ends_on(self, field: Any) -> None:
        if field.data and not today() <= field.data <= today() + timedelta(days=DAYS_MAX):
            raise ValidationError(_("Bitte ein Tag von heute an, höchstens ein Jahr entfernt."))


@accounts.get("/me/tokens")
def tokens() -> str:
    user = known_person()
    return render_template("accounts/tokens.html", tokens=verbs.load(user), scopes=SCOPES, today=today(), here="me")


@accounts.route("/me/tokens/new", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
def new_token() -> Response:
    """Its secret is shown in the answer, this once."""
    user = known_person()
    if request.method == "GET":
        return _form(TokenForm(formdata=None, ends_on=today() + timedelta(days=DAYS_STANDARD), scopes=["read"]))
    form = TokenForm()
    if not form.validate():
        return _form(form, 422)
    chosen = [Scope(value) for value in form.scopes.data]
    wish = Wish(form.label.data, chosen, form.ends_on.data, form.form_key.data or "")
    try:
        secret = verbs.make(user, wish, with_second=web.own_session().second_at is not None)
    except TokenRefused:
        form.label.errors = (_("Sie haben schon %(most)s Schlüssel. Widerrufen Sie bitte zuerst einen.", most=MOST),)
        return _form(form, 422)
    return make_response(
        render_template("accounts/token_made.html", secret=secret, ends_on=form.ends_on.data, here="me")
    )


def _form(form: TokenForm, status: int = 200) -> Response:
    page = render_template(
        "accounts/token_new.html", form=form, scopes=SCOPES, days_max=DAYS_MAX, today=today(), here="me"
    )
    return make_response(page, status)


@accounts.post("/me/tokens/<key>/revoke")
def revoke_token(key: str) -> Response:
    if not verbs.revoke(known_person(), key):
        abort(404)
    flash(_("Der Schlüssel gilt nicht mehr."), "done")
    return redirect(url_for("accounts.tokens"), 303)
