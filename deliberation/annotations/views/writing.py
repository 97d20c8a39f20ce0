"""Writing: annotations and replies, with draft, preview and check on the way; changing and taking back."""

from collections.abc import Sequence
from typing import Any

from flask import jsonify, redirect, render_template, request

from deliberation.annotations import drafts, mine
from deliberation.annotations.actions import (
    Contribution,
    NotInForce,
    edit_annotation,
    post_annotation,
    post_reply,
    withdraw,
)
from deliberation.annotations.forms import AnnotationForm, EditForm, ReplyForm
from deliberation.annotations.holding import hits_in, must_be_checked
from deliberation.annotations.likeness import Alike, find_alike
from deliberation.annotations.marks import load_marks
from deliberation.annotations.models import Annotation, Kind
from deliberation.annotations.views import (
    Place,
    annotations,
    draft_fields,
    draft_owner,
    find_place,
    readable_annotation,
)
from deliberation.annotations.views.gone import gone_page
from deliberation.database import db
from deliberation.declarations.models import Declaration, find_wording
from deliberation.permissions import Activity, NotAllowed, Outdated, Permission, require
from deliberation.urls import annotation_act_url, annotation_url, compose_url, place_url, sign_in_url
from deliberation.web import POSTS, limiter, viewer

KEEPING_LIMIT = "240 per minute; 3000 per hour"
"""Drafts save themselves every few seconds, and guests in one building share a network address."""
OFFERED = 3
"""Alike annotations that are offered before sending."""


def _is_kept_only() -> bool:
    """Whether nothing is published by this form: a draft, a preview, a guest who is sent to sign in."""
    return not viewer().is_signed_in or request.form.get("action") in ("draft", "preview", "discard")


@annotations.get("/d/<slug>/<t>/<p>/annotations")
def compose(slug: str, t: str, p: str) -> Any:
    place = find_place(slug, t, p)
    draft = drafts.find_draft(draft_owner(), drafts.thesis_place(place.thesis, place.paragraph))
    fields = draft_fields(draft)
    if not place.is_in_force:
        return gone_page(place, fields if draft else {})
    if draft is None:
        _require_open(place.declaration)
    fields["sentence"] = fields.get("sentence") or request.args.getlist("sentence", type=int)
    return render_composer(place, AnnotationForm(formdata=None, **fields), draft=draft)


def render_composer(place: Place, form: Any, **context: Any) -> str:
    marks = load_marks(viewer(), place.declaration)
    return render_template(
        "annotations/compose.html",
        declaration=place.declaration, thesis=place.thesis, paragraph=place.paragraph, form=form,
        edition_number=marks.edition_number, here="text", **context,
    )  # fmt: skip


@annotations.post("/d/<slug>/<t>/<p>/annotations")
@limiter.limit(KEEPING_LIMIT)
@limiter.limit(POSTS, exempt_when=_is_kept_only)
def create(slug: str, t: str, p: str) -> Any:
    place = find_place(slug, t, p)
    form = AnnotationForm()
    if not place.is_in_force and form.action.data != "discard":
        return gone_page(place)
    form.present = place.paragraph.wording if place.paragraph else None
    form.sentence.count = len(form.present.sentences) if form.present else 0
    key = drafts.thesis_place(place.thesis, place.paragraph)
    back = compose_url(place.thesis, place.paragraph)
    if answer := _keep_or_drop(place.declaration, key, form, back):
        return answer
    if not form.validate():
        return render_composer(place, form), 422
    words = form.to_contribution()
    if form.action.data == "preview":
        preview = mine.to_preview(place.paragraph, words)
        return render_composer(place, form, preview=preview, alike=_find_alike(place, words))
    if _is_outdated(place, form):
        return _compare(place, form, find_wording(int(form.seen.data)))
    if _needs_check(place.declaration, words, form):
        drafts.save_draft(draft_owner(make=True) or "", place.declaration, key, form.to_fields(), words.form_key)
        return redirect(back + "/check", 303)
    seen = place.paragraph.wording if place.paragraph else None
    try:
        annotation = post_annotation(viewer(), place.thesis, place.paragraph, words)
    except NotInForce:
        return gone_page(place)
    except Outdated:
        # Somebody published an edition while this was being sent.
        db.session.expire(place.paragraph)
        place = find_place(slug, t, p)
        return _compare(place, form, seen) if place.is_in_force else gone_page(place)
    drafts.discard_draft(draft_owner(), key)
    return redirect(_sent_url(annotation, place), 303)


def _compare(place: Place, form: Any, older: Any) -> Any:
    """The form again, with what changed since the words that the person had in front of her."""
    return render_composer(place, form, older=older), 409


def _is_outdated(place: Place, form: Any) -> bool:
    """Whether the paragraph was reworded while the person was writing."""
    seen = form.seen.data or ""
    return bool(place.paragraph and seen.isascii() and seen.isdigit() and int(seen) != place.paragraph.wording_id)


def _keep_or_drop(declaration: Declaration, key: str, form: Any, back: str) -> Any:
    """Save a draft, drop it, or keep a guest's words while she signs in; None when it is really to be sent."""
    if form.action.data == "discard":
        drafts.discard_draft(draft_owner(), key)
        return redirect(back, 303)
    is_guest = not viewer().is_signed_in
    if form.action.data != "draft" and not (is_guest and form.action.data != "preview"):
        return None
    draft = drafts.save_draft(
        draft_owner(make=True) or "", declaration, key, form.to_fields(), form.form_key.data or ""
    )
    if form.action.data != "draft":
        _require_open(declaration)
        return redirect(sign_in_url(back), 303)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(saved_at=draft.saved_at.isoformat())
    return redirect(back + "?saved=1", 303)


def _require_open(declaration: Declaration) -> None:
    """Tell a guest that writing is closed before sending her to sign in."""
    try:
        require(viewer(), Permission.ANNOTATE, declaration)
    except NotAllowed as error:
        if error.missing != "signed_in":
            raise


def _needs_check(declaration: Declaration, words: Contribution, form: Any) -> bool:
    membership = viewer().membership_in(declaration.id)
    return not form.checked.data and must_be_checked(membership, declaration, hits_in(words, declaration))


def _sent_url(annotation: Annotation, place: Place) -> str:
    return place_url(place.thesis, place.paragraph, f"a-{annotation.number}", sent=annotation.number)


@annotations.get("/d/<slug>/<t>/<p>/annotations/check")
def check(slug: str, t: str, p: str) -> Any:
    """The page between writing and sending: is anybody recognisable?"""
    place = find_place(slug, t, p)
    back = compose_url(place.thesis, place.paragraph)
    draft = drafts.find_draft(draft_owner(), drafts.thesis_place(place.thesis, place.paragraph))
    if draft is None:
        return redirect(back, 303)
    form = AnnotationForm(formdata=None, **draft_fields(draft), checked="1", action="send")
    words = form.to_contribution()
    return _render_check(form, words, back, place.declaration, _find_alike(place, words))


def _find_alike(place: Place, words: Contribution) -> list[Alike]:
    """What others said already about the thesis, to agree with instead; nothing while nobody votes."""
    if not place.declaration.allows(Activity.VOTE) or words.kind is Kind.PROPOSAL:
        return []
    own = viewer().membership_in(place.declaration.id)
    found = find_alike(place.thesis.id, words.body)
    return [one for one in found if own is None or one.annotation.author_id != own.id][:OFFERED]


def _render_check(
    form: Any, words: Contribution, back: str, declaration: Declaration, alike: Sequence[Alike] = ()
) -> str:
    marks = load_marks(viewer(), declaration)
    return render_template(
        "annotations/check.html",
        declaration=declaration, form=form, words=words, hits=hits_in(words, declaration), back=back, here="text",
        edition_number=marks.edition_number, alike=alike,
    )  # fmt: skip


@annotations.route("/a/<int:number>/replies", methods=["GET", "POST"])
@limiter.limit(KEEPING_LIMIT, methods=["POST"])
@limiter.limit(POSTS, methods=["POST"], exempt_when=_is_kept_only)
def reply(number: int) -> Any:
    parent = readable_annotation(number)
    key, back = drafts.reply_place(parent), annotation_act_url(parent, "replies")
    if request.method == "GET":
        _require_open(parent.declaration)
        draft = drafts.find_draft(draft_owner(), key)
        return _render_reply(parent, ReplyForm(formdata=None, **draft_fields(draft)), draft=draft)
    form = ReplyForm()
    if answer := _keep_or_drop(parent.declaration, key, form, back):
        return answer
    if not form.validate():
        return _render_reply(parent, form), 422
    words = form.to_contribution()
    if form.action.data == "preview":
        return _render_reply(parent, form, preview=mine.to_preview(None, words))
    if _needs_check(parent.declaration, words, form):
        drafts.save_draft(draft_owner(make=True) or "", parent.declaration, key, form.to_fields(), words.form_key)
        return redirect(back + "/check", 303)
    sent = post_reply(viewer(), parent, words)
    drafts.discard_draft(draft_owner(), key)
    return redirect(f"{annotation_url(parent)}?sent={sent.number}#a-{sent.number}", 303)


def _render_reply(parent: Annotation, form: Any, **context: Any) -> str:
    return render_template(
        "annotations/reply.html",
        declaration=parent.declaration, parent=parent, form=form, here="text",
        edition_number=load_marks(viewer(), parent.declaration).edition_number, **context,
    )  # fmt: skip


@annotations.get("/a/<int:number>/replies/check")
def check_reply(number: int) -> Any:
    parent = readable_annotation(number)
    draft = drafts.find_draft(draft_owner(), drafts.reply_place(parent))
    back = annotation_act_url(parent, "replies")
    if draft is None:
        return redirect(back, 303)
    form = ReplyForm(formdata=None, body=draft.fields.get("body"), form_key=draft.form_key, checked="1", action="send")
    return _render_check(form, form.to_contribution(), back, parent.declaration)


@annotations.route("/a/<int:number>/edit", methods=["GET", "POST"])
def edit(number: int) -> Any:
    if not viewer().is_signed_in:
        # The link stands in letters: also about a text that only its author may know of.
        raise NotAllowed(Permission.EDIT, "signed_in")
    annotation = readable_annotation(number)
    require(viewer(), Permission.EDIT, annotation)
    form = EditForm(body=annotation.body, wording=annotation.proposed_wording)
    if request.method == "POST" and form.validate():
        edit_annotation(viewer(), annotation, form.body.data, form.wording.data or "")
        return redirect(f"{annotation_url(annotation)}#a-{number}", 303)
    page = render_template(
        "annotations/edit.html", declaration=annotation.declaration, annotation=annotation, form=form
    )
    return page, 422 if request.method == "POST" else 200


@annotations.route("/a/<int:number>/withdraw", methods=["GET", "POST"])
def withdraw_page(number: int) -> Any:
    annotation = readable_annotation(number)
    require(viewer(), Permission.WITHDRAW, annotation)
    if request.method == "POST":
        withdraw(viewer(), annotation)
        return redirect(place_url(annotation.thesis, annotation.paragraph), 303)
    return render_template("annotations/withdraw.html", declaration=annotation.declaration, annotation=annotation)
