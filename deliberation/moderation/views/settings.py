"""How a declaration is moderated, for organisers; how a moderator appears and works, for herself."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deliberation.annotations.views import readable_declaration
from deliberation.declarations.actions import change_policy
from deliberation.declarations.models import Declaration, Policy
from deliberation.moderation import settings as verbs
from deliberation.moderation.forms.settings import SettingsForm, SigningForm
from deliberation.moderation.settings import EmployersInvalid, NameRefused
from deliberation.moderation.views import moderation
from deliberation.permissions import Permission, PromiseMade, require
from deliberation.urls import moderation_settings_url
from deliberation.web import viewer

POLICY_HINTS = {
    Policy.NONE: _l("Die Moderation liest mit und greift ein, wenn etwas gemeldet wird."),
    Policy.PATTERN: _l("Ein Programm sucht nach Namen, Adressen und Ähnlichem. Was es findet, wartet auf einen Menschen."),
    Policy.FIRST: _l("Wer zum ersten Mal schreibt, wartet auf einen Menschen. Danach nur noch, was nach Personendaten aussieht."),
    Policy.ALL: _l("Nichts erscheint ungelesen. Das braucht ein Team, das jeden Tag Zeit hat."),
}  # fmt: skip
NAME_ERRORS = {
    "form": _l("Ein Name hat 2 bis 60 Zeichen: Buchstaben, Ziffern, Punkt, Komma, Bindestrich und Klammern."),
    "office": _l("Dieser Name klingt nach einem anderen Amt. Bitte wählen Sie einen anderen."),
    "taken": _l("Diesen oder einen sehr ähnlichen Namen hat hier schon jemand. Bitte wählen Sie einen anderen."),
    "own": _l("Das ist Ihr Pseudonym. Wer es hier läse, wüsste, was Sie sonst schreiben. Bitte wählen Sie einen anderen."),
}  # fmt: skip


@moderation.app_template_filter("policy_hint")
def policy_hint(policy: Policy) -> str:
    """What a policy means for those who write and those who moderate."""
    return str(POLICY_HINTS[policy])


@moderation.route("/d/<slug>/moderation/settings", methods=["GET", "POST"])
def settings(slug: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    form = SettingsForm(
        policy=declaration.policy.value,
        after_look=declaration.sends_after_look,
        employers="\n".join(declaration.employers),
    )
    if request.method == "POST" and form.validate() and _save(declaration, form):
        flash(_("Die Einstellungen sind gespeichert."), "done")
        return redirect(moderation_settings_url(declaration), 303)
    page = render_template("moderation/settings.html", declaration=declaration, form=form, here="queue")
    return page, 422 if request.method == "POST" else 200


def _save(declaration: Declaration, form: SettingsForm) -> bool:
    """All or nothing: the list is what can be wrong, so it comes first."""
    try:
        verbs.change_employers(viewer(), declaration, (form.employers.data or "").splitlines())
    except EmployersInvalid as invalid:
        wrong = _("Zeile %(line)s ist länger als 80 Zeichen oder enthält keine Buchstaben.", line=invalid.line)
        form.employers.errors = (wrong if invalid.line else _("Bitte höchstens 200 Zeilen."),)
        return False
    change_policy(viewer(), declaration, Policy(form.policy.data))
    try:
        verbs.change_sending(viewer(), declaration, bool(form.after_look.data))
    except PromiseMade:
        form.after_look.errors = (
            _("Es gibt schon Beiträge. Was niemand gesehen hat, verlässt die Seite nicht: Das lässt sich nicht mehr lockern."),
        )
        return False
    return True


@moderation.route("/d/<slug>/moderation/me", methods=["GET", "POST"])
def own(slug: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.SEE_QUEUE, declaration)
    membership = viewer().membership_in(declaration.id)
    form = SigningForm(name=membership.signing_name)
    if request.method == "POST" and form.validate():
        try:
            verbs.change_signing_name(viewer(), declaration, form.name.data or "")
            flash(_("Gespeichert. So erscheinen Sie ab jetzt."), "done")
            return redirect(url_for("moderation.own", slug=slug), 303)
        except NameRefused as refused:
            form.name.errors = (str(NAME_ERRORS[refused.reason]),)
    page = render_template(
        "moderation/me.html", declaration=declaration, form=form, membership=membership, here="queue"
    )
    return page, 422 if request.method == "POST" else 200
