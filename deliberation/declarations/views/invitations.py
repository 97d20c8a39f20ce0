"""Whom a declaration lets in: the setting, and the organisers' list of invitations."""

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation import web
from deliberation.annotations.views import readable_declaration
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations import invitations
from deliberation.declarations.address_lists import Addresses, read_addresses
from deliberation.declarations.forms.invitations import AccessForm, InviteForm
from deliberation.declarations.importing import REFUSALS, ImportRefused
from deliberation.declarations.importing.refusals import N_
from deliberation.declarations.invitations import OneUseOnly, Wish
from deliberation.declarations.models import Declaration
from deliberation.declarations.views import declarations
from deliberation.labels import LABELS
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.mailer import read_text, to_message
from deliberation.notifications.models import Mail
from deliberation.permissions import Access, Permission, PromiseMade, Role, Voters, require
from deliberation.proposals.voters import change_voters
from deliberation.urls import proof_url
from deliberation.web import limiter, viewer

SEND = "send"
LIST_REFUSALS = {
    "too_big": N_("Die Datei ist zu groß. Eine Liste hat höchstens 1 MB."),
    "too_long": N_("Die Liste ist zu lang. Erlaubt sind höchstens 5000 Zeilen."),
    "wrong_type": N_("Diese Art von Datei können wir nicht lesen. Bitte nehmen Sie CSV oder Excel (.xlsx)."),
}
"""Where the words for a text under deliberation would not fit."""


@declarations.route("/d/<slug>/access", methods=["GET", "POST"])
def access(slug: str) -> Response:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    form = AccessForm(access=declaration.access.value, voters=declaration.voters.value)
    if request.method == "POST" and form.validate() and _has_changed(declaration, form):
        flash(_("Gespeichert."), "done")
        return redirect(url_for("declarations.invite", slug=slug), 303)
    page = render_template("declarations/access.html", declaration=declaration, form=form, here="text")
    return make_response(page, 422 if request.method == "POST" else 200)


def _has_changed(declaration: Declaration, form: AccessForm) -> bool:
    """Both or, where a promise stands against one of them, neither."""
    voters = Voters(form.voters.data or declaration.voters.value)
    with db.session.begin_nested() as both:
        try:
            invitations.change_access(viewer(), declaration, Access(form.access.data))
        except PromiseMade:
            form.access.errors = (
                _("Wer dabei ist, hat sich darauf verlassen, dass nur Eingeladene mitlesen. Das lässt sich nicht mehr lockern."),
            )
        try:
            change_voters(viewer(), declaration, voters)
        except PromiseMade:
            form.voters.errors = (
                _("Es wurde schon abgestimmt. Wer abgestimmt hat, hat sich darauf verlassen, wer mitzählt. Das bleibt jetzt so."),
            )
        if form.errors:
            both.rollback()
    return not form.errors


@declarations.route("/d/<slug>/invitations", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
def invite(slug: str) -> Response:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.INVITE, declaration)
    form = InviteForm()
    if request.method == "GET":
        return _list(declaration, InviteForm(formdata=None))
    try:
        form.take_file()
    except ImportRefused as refused:
        form.validate()
        form.file.errors = (_(LIST_REFUSALS.get(refused.reason, REFUSALS[refused.reason])),)
        return _list(declaration, form, 422)
    if not form.validate():
        return _list(declaration, form, 422)
    wish = Wish(Role(form.role.data), form.days.data, form.uses.data or 1, form.form_key.data or "")
    if wish.role is not Role.PARTICIPANT and not web.has_proof():
        # Whoever gets a role can do harm: it must be the organiser herself who gives it. What she typed stays.
        form.role.errors = (_("Bevor Sie eine Rolle vergeben, zeigen Sie uns bitte noch einmal, dass Sie es sind."),)
        return _list(declaration, form, 403)
    if form.kind.data == "mail":
        return _by_mail(declaration, form, wish)
    try:
        make = invitations.make_code if form.kind.data == "code" else invitations.make_link
        secret = make(viewer(), declaration, wish)
    except OneUseOnly:
        form.role.errors = (_("Diese Rolle geht nur per E-Mail oder mit einem Link für eine einzige Person."),)
        return _list(declaration, form, 422)
    return _list(declaration, InviteForm(formdata=None), made=secret, is_code=form.kind.data == "code")


def _by_mail(declaration: Declaration, form: InviteForm, wish: Wish) -> Response:
    """First what would be sent and to how many, then sending it."""
    found = read_addresses(form.addresses.data or "")
    if not found.good or len(found.good) > invitations.MAILS_AT_ONCE:
        most = invitations.MAILS_AT_ONCE
        form.addresses.errors = (
            _("Bitte mindestens eine vollständige Adresse, höchstens %(most)s auf einmal.", most=most),
        )
        return _list(declaration, form, 422, found=found)
    if found.bad and not form.send_good.data:
        form.addresses.errors = (_("Einige Zeilen verstehen wir nicht. Sie stehen unter dem Feld."),)
        return _list(declaration, form, 422, found=found)
    if request.form.get("step") != SEND:
        return _preview(declaration, form, wish, found)
    posts = invitations.invite_by_mail(viewer(), declaration, found.good, wish)
    for one in posts:
        words = _words(declaration, wish, one.token)
        queue_mail(one.address, f"invitation-{one.number}", "invitation", words, str(get_locale()))
    flash(ngettext("%(num)s Einladung ist unterwegs.", "%(num)s Einladungen sind unterwegs.", len(posts)), "done")
    if len(posts) < len(found.good):
        flash(_("Wer schon eine Einladung hat, bekommt keine zweite."), "info")
    return redirect(url_for("declarations.invite", slug=declaration.slug), 303)


def _preview(declaration: Declaration, form: InviteForm, wish: Wish, found: Addresses) -> Response:
    invited = invitations.count_invited(viewer(), declaration, found.good, wish.role)
    # Made as the mailer will make it, and never stored. There is no link yet to be shown.
    words = {**_words(declaration, wish, "x"), "link": f"{url_for('declarations.enter_code')}/…"}
    mail = Mail(found.good[0], words, cause="preview", template="invitation", locale=str(get_locale()))
    message = to_message(mail)
    return _list(
        declaration, form, found=found, invited=invited, sendable=len(found.good) - invited,
        subject=message["Subject"], body=read_text(message),
    )  # fmt: skip


def _words(declaration: Declaration, wish: Wish, token: str) -> dict[str, object]:
    """What the mail is told. A private declaration is not named: mailboxes have other readers."""
    return {
        "link": url_for("declarations.invitation", token=token),
        "title": "" if declaration.access is Access.PRIVATE else declaration.title,
        "role": "" if wish.role is Role.PARTICIPANT else str(LABELS[wish.role]),
        "days": wish.days,
    }


def _list(declaration: Declaration, form: InviteForm, status: int = 200, **more: object) -> Response:
    page = invitations.load_invitations(viewer(), declaration, request.args.get("page", 1, type=int))
    view = render_template(
        "declarations/invitations.html",
        declaration=declaration, form=form, here="invitations", today=today(), page=page,
        proof=None if web.has_proof() else proof_url(request.path), **more,
    )  # fmt: skip
    return make_response(view, status)


@declarations.post("/d/<slug>/invitations/<key>/revoke")
def revoke_invitation(slug: str, key: str) -> Response:
    declaration = readable_declaration(slug)
    found = invitations.find_own(viewer(), declaration, key) or abort(404)
    invitations.revoke(viewer(), found)
    flash(_("Die Einladung gilt nicht mehr."), "done")
    return redirect(url_for("declarations.invite", slug=slug), 303)
