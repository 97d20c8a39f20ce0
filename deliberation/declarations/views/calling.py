"""What kinds, stances and theses are called in a declaration."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation.annotations.calling import (
    HINT_MAX,
    HINTS,
    KEYS,
    LABEL_MAX,
    LabelsInvalid,
    change_labels,
    check_labels,
)
from deliberation.annotations.views import readable_declaration
from deliberation.declarations.views import declarations
from deliberation.labels import standard_words
from deliberation.permissions import Permission, require
from deliberation.web import viewer


@declarations.route("/d/<slug>/office/labels", methods=["GET", "POST"])
def own_labels(slug: str) -> Response:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    standard, errors, typed = standard_words(), dict[str, str](), dict(declaration.labels)
    is_preview = "preview" in request.form
    if request.method == "POST":
        typed = {key: request.form.get(key, "") for key in KEYS}
        is_changed = False
        try:
            if is_preview:
                check_labels(typed, standard)
            else:
                is_changed = change_labels(viewer(), declaration, typed, standard)
        except LabelsInvalid as invalid:
            errors, is_preview = _words_for(invalid), False
        if not errors and not is_preview:
            flash(_("Gespeichert. So heißt es ab jetzt überall.") if is_changed else _("Nichts geändert."), "done")
            return redirect(url_for("declarations.own_labels", slug=slug), 303)
    page = render_template(
        "office/labels.html", declaration=declaration, standard=standard, typed=typed, errors=errors, hints=HINTS,
        label_max=LABEL_MAX, hint_max=HINT_MAX, here="office", current="labels",
        shown={key: typed.get(key) or standard[key] for key in KEYS} if is_preview else None,
    )  # fmt: skip
    return make_response(page, 422 if errors else 200)


def _words_for(invalid: LabelsInvalid) -> dict[str, str]:
    same = dict.fromkeys(invalid.same, _("So heißt schon etwas anderes. Die Namen müssen sich unterscheiden."))
    long = {
        key: _(
            "Bitte höchstens %(most)s Zeichen, und mindestens ein Wort.", most=HINT_MAX if key in HINTS else LABEL_MAX
        )
        for key in invalid.long
    }
    return same | long
