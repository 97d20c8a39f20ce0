"""Videos in sign language: watching them, and the organisers' list of what there is and what is missing."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deliberation.annotations.views import readable_declaration
from deliberation.database import db
from deliberation.declarations.forms import has_file
from deliberation.declarations.importing import REFUSALS
from deliberation.declarations.models import find_thesis, load_paragraphs
from deliberation.editions.forms import to_number
from deliberation.pages import signing as verbs
from deliberation.pages.forms.signing import NEEDED, SignsForm
from deliberation.pages.signing import (
    Looked,
    SignPlace,
    SignsRefused,
    find_place,
    find_signed,
    load_former,
    load_signs,
    to_shown,
)
from deliberation.pages.views import editable_declaration, pages
from deliberation.web import limiter, viewer

WORDS: dict[tuple[str, str], Any] = {
    ("video", "needed"): NEEDED,
    ("video", "empty"): _l("Diese Datei ist leer."),
    ("video", "too_big"): _l("Das Video ist zu groß. Erlaubt sind 10 MB; das sind etwa drei Minuten in 480p."),
    ("video", "wrong_type"): _l("Das ist kein Video, das wir zeigen können. Wir nehmen MP4 und WebM."),
    ("captions", "empty"): _l("In dieser Datei stehen keine Untertitel."),
    ("captions", "too_big"): _l("Die Datei mit Untertiteln ist zu groß. Erlaubt sind 500 KB."),
    ("captions", "wrong_type"): _l("Das sind keine Untertitel im Format WebVTT (.vtt). Die erste Zeile lautet dort WEBVTT."),
    ("captions", "macros"): _l("In den Untertiteln steht HTML oder etwas anderes, das dort nicht hingehört."),
    ("captions", "damaged"): _l("Die Untertitel lassen sich nicht lesen. Speichern Sie sie bitte als Text in UTF-8."),
    ("video", "number"): _l("Mehr als 300 Dateien gehen nicht. Löschen Sie bitte zuerst welche, die niemand mehr braucht."),
    ("captions", "number"): _l("Mehr als 300 Dateien gehen nicht. Löschen Sie bitte zuerst welche, die niemand mehr braucht."),
}


@pages.get("/d/<slug>/signs")
def signs(slug: str) -> str:
    """What it is about, and what else can be watched."""
    declaration = readable_declaration(slug)
    if not declaration.has_signs:
        abort(404)
    return render_template(
        "pages/signs.html", declaration=declaration, found=to_shown(load_signs(declaration)), here="text"
    )  # fmt: skip


@pages.get("/d/<slug>/signs/<t>")
def signs_thesis(slug: str, t: str) -> str:
    """With the text below it, to read along."""
    declaration = readable_declaration(slug)
    thesis = find_thesis(declaration, t)
    if thesis is None or thesis.is_removed or not thesis.has_signs:
        abort(404)
    signed = [one for one in declaration.theses if one.has_signs]
    place = signed.index(thesis)
    return render_template(
        "pages/signs_thesis.html", declaration=declaration, thesis=thesis, signed=find_signed(SignPlace(declaration, thesis)),
        paragraphs=load_paragraphs([thesis.id]), here="text", before=signed[place - 1] if place else None,
        after=signed[place + 1] if place + 1 < len(signed) else None,
    )  # fmt: skip


@pages.get("/d/<slug>/office/signs")
def own_signs(slug: str) -> str:
    declaration = editable_declaration(slug)
    return render_template("office/signs.html", declaration=declaration, found=load_signs(declaration), here="office")


@pages.route("/d/<slug>/office/signs/<key>", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
def edit_signs(slug: str, key: str) -> Any:
    """One place. `act` fits, away or forget (with the `number` of a former video) instead of files."""
    declaration = editable_declaration(slug)
    place = find_place(declaration, key) or abort(404)
    form, act = SignsForm(), request.form.get("act", "")
    if request.method == "POST" and (act in ACTS or form.validate()):
        try:
            if act in ACTS:
                ACTS[act](place)
            else:
                place = _put(slug, key, form)
            flash(_("Gespeichert."), "done")
            back = url_for("pages.edit_signs", slug=slug, key=key) if act == "forget" else url_for("pages.own_signs", slug=slug)
            return redirect(back, 303)
        except SignsRefused as refused:
            words = WORDS.get((refused.name, refused.reason)) or _(REFUSALS[refused.reason], **refused.details)
            form[refused.name].errors = (str(words),)
    page = render_template(
        "office/sign.html", declaration=declaration, place=place, signed=find_signed(place), former=load_former(place), form=form,
        here="office",
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _put(slug: str, key: str, form: SignsForm) -> SignPlace:
    """What was sent, looked into while nobody waits for us."""
    sent = {}
    for field in (form.video, form.captions):
        if has_file(field):
            with field.data.stream as stream:
                sent[field.name] = stream.read()
    db.session.commit()
    looked: dict[str, Looked] = {name: verbs.look_at(name, data) for name, data in sent.items()}
    place = find_place(editable_declaration(slug), key) or abort(404)
    verbs.put(viewer(), place, looked.get("video"), looked.get("captions"))
    return place


ACTS: dict[str, Any] = {
    "fits": lambda place: verbs.confirm(viewer(), place),
    "away": lambda place: verbs.take_away(viewer(), place),
    "forget": lambda place: verbs.forget(viewer(), place, to_number(request.form.get("number"))),
}
