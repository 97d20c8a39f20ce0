"""Settings of the site, its legal data and what the privacy page says; each group as a page of its own."""

from typing import Any

from flask import abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from deliberation.permissions import Permission, require
from deliberation.settings import is_fixed, setting
from deliberation.site import forms
from deliberation.site.changing import GROUPS, SettingUnfit, change_settings, load_changes
from deliberation.site.views import site
from deliberation.web import viewer


@site.route("/operator/settings/<group>", methods=["GET", "POST"])
def settings(group: str) -> Response:
    require(viewer(), Permission.RUN_SITE)
    if group not in GROUPS:
        abort(404)
    form = filled(group)
    if request.method == "POST" and save(form, group):
        return redirect(url_for("site.settings", group=group), 303)
    page = render_template(
        "site/settings.html", form=form, group=group, changes=load_changes(viewer()), words=forms.LABELS, **fields(group)
    )
    return make_response(page, 422 if form.errors else 200)


def filled(group: str) -> FlaskForm:
    """The form with what holds now, or with what was sent."""
    present = {name: setting(name) for name in GROUPS[group]}
    form = forms.SETTINGS_FORMS[group](data=present)
    for name in GROUPS[group]:
        if is_fixed(name):
            form[name].data = present[name]
    return form


def fields(group: str) -> dict[str, Any]:
    """What the template needs to draw the fields."""
    names = GROUPS[group]
    fixed = [name for name in names if is_fixed(name)]
    words = {"hints": forms.HINTS, "choices": forms.CHOICES, "long": forms.LONG}
    return {"names": names, "fixed": fixed, "here": "operator", **words}


def save(form: FlaskForm, group: str) -> bool:
    """Whether what was sent holds now; else the form says what is wrong."""
    wanted = {name: form[name].data or "" for name in GROUPS[group]}
    try:
        changed = change_settings(viewer(), wanted, bool(current_app.config["IS_PRODUCTION"]))
    except SettingUnfit as unfit:
        form[unfit.name].errors = (forms.FAULTS[unfit.code],)
        return False
    flash(_("Gespeichert. Es gilt ab sofort.") if changed else _("Es hat sich nichts geändert."), "done")
    return True
