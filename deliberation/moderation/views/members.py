"""Who takes part, for organisers: the list, one person with roles and measures; and for the team the role of one's own."""

from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation import web
from deliberation.accounts.models import User, random_key
from deliberation.annotations.views import readable_declaration
from deliberation.database import db
from deliberation.declarations import roles
from deliberation.declarations.models import Declaration, Membership
from deliberation.declarations.roles import EndInvalid, LastOrganiser
from deliberation.labels import label
from deliberation.moderation import members, restraining
from deliberation.moderation.forms.members import RoleForm
from deliberation.moderation.forms.people import MeasureForm
from deliberation.moderation.models import MeasureKind, Rule
from deliberation.moderation.views import moderation
from deliberation.notifications.actions import queue_mail
from deliberation.permissions import Permission, Role, may, require
from deliberation.urls import proof_url
from deliberation.web import limiter, viewer

SEARCH_MAX = 60


@moderation.get("/d/<slug>/people", endpoint="members")
def members_page(slug: str) -> str:
    declaration = readable_declaration(slug)
    words, wanted = request.args.get("q", "")[:SEARCH_MAX], request.args.get("role", "")
    role = Role(wanted) if wanted in {one.value for one in Role} else None
    page = members.load_members(viewer(), declaration, words, role, request.args.get("page", 1, type=int))
    return render_template(
        "office/people.html", declaration=declaration, page=page, words=words, role=role, here="office", current="people"
    )


@moderation.route("/d/<slug>/people/<key>", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
def member(slug: str, key: str) -> Response:
    """One person; what is sent changes a role."""
    declaration = readable_declaration(slug)
    found = _member(declaration, key)
    form = RoleForm()
    if request.method == "GET":
        return _page(found, RoleForm(formdata=None))
    act = request.form.get("act", "give")
    if act not in ("take", "hand_over") and not form.validate():
        return _page(found, form, status=422)
    if not web.has_proof():
        form.role.errors = (_("Bevor Sie eine Rolle vergeben, zeigen Sie uns bitte noch einmal, dass Sie es sind."),)
        return _page(found, form, status=403)
    try:
        return _change(found, form, act)
    except EndInvalid:
        form.ends_on.errors = (_("Eine Rolle endet frühestens heute und spätestens in drei Jahren."),)
    except LastOrganiser:
        form.role.errors = (_last_one(),)
    return _page(found, form, status=422)


def _last_one() -> str:
    """What can be done about it stands in the same sentence."""
    return _("Es muss immer jemand ohne Enddatum organisieren. Geben Sie die Organisation zuerst einer zweiten Person.")


def _change(found: Membership, form: RoleForm, act: str) -> Response:
    declaration = found.declaration
    if act == "hand_over":
        if isinstance(viewer(), User) and roles.hand_over(viewer(), found):
            _tell(found, "role_given", Role.ORGANISER)
        flash(_("Übergeben. Melden Sie sich bitte neu an."), "done")
        return redirect(url_for("declarations.landing", slug=declaration.slug), 303)
    if form.role.data not in {role.value for role in roles.GIVEN}:
        abort(404)
    role = Role(form.role.data)
    if act == "take":
        is_own = getattr(viewer(), "id", None) == found.user_id
        if roles.take(viewer(), found, role) and not is_own:
            _tell(found, "role_taken", role)
        flash(_("%(role)s beendet.", role=label(role)), "done")
        place = "declarations.landing" if is_own else "moderation.members"
        return redirect(url_for(place, slug=declaration.slug), 303)
    had = role in found.roles
    if roles.give(viewer(), found, role, form.ends_on.data) and not had:
        _tell(found, "role_given", role)
    flash(_("Gespeichert. Wer eine neue Rolle hat, meldet sich neu an und erfährt es per E-Mail."), "done")
    return redirect(url_for("moderation.member", slug=declaration.slug, key=found.key), 303)


def _tell(found: Membership, template: str, role: Role) -> None:
    user = db.session.get(User, found.user_id)
    if user is not None and user.confirmed_at is not None:
        words = {"role": role.value, "slug": found.declaration.slug}
        queue_mail(user.email, f"role-{random_key()}", template, words, user.locale or str(get_locale()))


@moderation.post("/d/<slug>/people/<key>/measures")
@limiter.limit("60 per hour")
def restrain_member(slug: str, key: str) -> Response:
    found = _member(readable_declaration(slug), key)
    require(viewer(), Permission.KEEP_AWAY, found)
    form = MeasureForm()
    if not form.validate():
        return _page(found, RoleForm(formdata=None), form, 422)
    restraining.restrain(
        viewer(), found, MeasureKind(form.kind.data), Rule(form.rule.data), form.reason.data, form.chosen_days,
        form_key=form.form_key.data or "",
    )  # fmt: skip
    flash(_("Eingetragen. %(name)s liest es im eigenen Bereich.", name=found.pseudonym), "done")
    return redirect(url_for("moderation.member", slug=slug, key=key), 303)


@moderation.route("/d/<slug>/role", methods=["GET", "POST"])
def own_role(slug: str) -> Response:
    """What the team member may do here, and laying it down."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.GIVE_UP_ROLE, declaration)
    problem = ""
    if request.method == "POST":
        wanted = request.form.get("role", "")
        if wanted not in {role.value for role in roles.GIVEN}:
            abort(400)
        try:
            roles.give_up(viewer(), declaration, Role(wanted))
            flash(_("Abgegeben. Danke für Ihre Arbeit. Melden Sie sich bitte neu an."), "done")
            return redirect(url_for("declarations.landing", slug=slug), 303)
        except LastOrganiser:
            problem = _last_one()
    page = render_template(
        "office/own_role.html", declaration=declaration, own=viewer().membership_in(declaration.id), problem=problem,
        here="me",
    )  # fmt: skip
    return make_response(page, 422 if problem else 200)


def _member(declaration: Declaration, key: str) -> Membership:
    require(viewer(), Permission.MANAGE_MEMBERS, declaration)
    return roles.find_member(declaration, key) or abort(404)


def _page(found: Membership, form: RoleForm, measure_form: Any = None, status: int = 200) -> Response:
    page = members.load_member(viewer(), found)
    form.role.data = form.role.data or Role.MODERATOR.value
    rendered = render_template(
        "office/person.html", declaration=found.declaration, page=page, form=form, most=restraining.DAYS_MAX, here="office",
        current="people", measure_form=measure_form or MeasureForm(formdata=None),
        can_restrain=may(viewer(), Permission.KEEP_AWAY, found), is_own=getattr(viewer(), "id", None) == found.user_id,
        is_organiser=Role.ORGANISER in viewer().roles_in(found.declaration_id),
        proof="" if web.has_proof() else proof_url(),
    )  # fmt: skip
    return make_response(rendered, status)
