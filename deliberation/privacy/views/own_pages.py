"""One's own statement, and notes for oneself alone."""

from flask import abort, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from deliberation.accounts.models import User
from deliberation.annotations.views import find_place, readable_declaration
from deliberation.clock import today
from deliberation.privacy import notes, statement
from deliberation.privacy.models import NOTE_MAX
from deliberation.privacy.views import privacy
from deliberation.urls import place_url
from deliberation.web import viewer


@privacy.get("/me/statement/<slug>")
def own_statement(slug: str) -> str:
    """To read and to print, with one's votes if asked for; `?receipt=` says whether a number on paper belongs to it."""
    declaration = readable_declaration(slug)
    with_votes = "votes" in request.args
    found = statement.load_statement(_person(), declaration, with_votes) or abort(404)
    typed = request.args.get("receipt", "")
    return render_template(
        "privacy/statement.html",
        statement=found, declaration=declaration, today=today(), typed=typed, with_votes=with_votes,
        is_same=statement.is_same(found.receipt, typed), here="me",
    )  # fmt: skip


@privacy.get("/me/notes")
def own_notes() -> str:
    return render_template("privacy/notes.html", notes=notes.load_notes(_person()), here="me")


@privacy.route("/d/<slug>/<t>/<p>/note", methods=["GET", "POST"])
def note(slug: str, t: str, p: str) -> Response:
    declaration, thesis, paragraph = find_place(slug, t, p)
    person, words, status = _person(), request.form.get("body", ""), 200
    if request.method == "POST":
        try:
            notes.save_note(person, thesis, paragraph, words)
        except notes.NoteTooLong:
            status = 422
        else:
            flash(_("Notiz gespeichert. Nur Sie sehen sie.") if words.strip() else _("Notiz gelöscht."), "done")
            return redirect(place_url(thesis, paragraph), 303)
    known = notes.find_note(person, thesis, paragraph)
    page = render_template(
        "privacy/note.html",
        declaration=declaration, thesis=thesis, paragraph=paragraph, form=FlaskForm(), note=known, most=NOTE_MAX,
        words=words if status == 422 else (known.body if known else ""), is_too_long=status == 422, here="text",
    )  # fmt: skip
    return make_response(page, status)


def _person() -> User:
    person = viewer()
    assert isinstance(person, User), "the policy of these pages lets nobody else in"
    return person
