"""The letter to the author: as the moderator sees it before she decides, and on the author's own page."""

import re
from typing import Any

from flask import render_template, request
from flask_babel import force_locale

from deliberation.annotations.models import Annotation
from deliberation.annotations.views import readable_annotation
from deliberation.moderation import own_decisions, posts
from deliberation.moderation.actions import Deed
from deliberation.moderation.models import DecisionKind, Rule
from deliberation.moderation.posts import Post
from deliberation.moderation.views import moderation
from deliberation.permissions import NotAllowed, Permission, require
from deliberation.web import viewer


@moderation.app_template_filter("tidy_lines")
def tidy_lines(words: str) -> str:
    """One empty line between paragraphs, however many a template left."""
    return re.sub(r"\s*\n\s*\n\s*", "\n\n", words).strip()


@moderation.app_template_filter("letter_words")
def letter_words(post: Post, locale: str = "") -> str:
    """What a letter says, as plain text; without a locale in the language of whoever asks."""
    if not locale:
        return render_template("moderation/letters/letter.txt", post=post).strip()
    with force_locale(locale):
        return render_template("moderation/letters/letter.txt", post=post).strip()


@moderation.post("/a/<int:number>/letter")
def letter(number: int) -> str:
    """A piece of a page: the letter that the decision in this form would cause. Writes nothing."""
    annotation = readable_annotation(number)
    require(viewer(), Permission.MODERATE, annotation)
    form = request.form
    kind, rule = form.get("decision", ""), form.get("rule", "")
    post = None
    if kind in {one.value for one in DecisionKind}:
        deed = Deed(
            kind=DecisionKind(kind),
            version=annotation.version,
            rule=Rule(rule) if rule in {one.value for one in Rule} else None,
            reason=form.get("reason", ""),
            letter=form.get("letter", ""),
            passages=form.getlist("passage"),
        )
        post = posts.preview(viewer(), annotation, deed)
    return render_template("moderation/_letter.html", annotation=annotation, post=post, is_chosen=bool(kind))


def own_annotation(number: int, permission: Permission) -> Annotation:
    """One's own contribution, whatever state it is in. Letters lead here: who is not signed in may do so first, also
    where strangers are not told that there is anything."""
    if not viewer().is_signed_in:
        raise NotAllowed(permission, "signed_in")
    annotation = readable_annotation(number)
    require(viewer(), permission, annotation)
    return annotation


@moderation.get("/a/<int:number>/decision")
def own_decision(number: int) -> Any:
    """What the moderation decided about one's own contribution."""
    annotation = own_annotation(number, Permission.READ_LETTERS)
    page = own_decisions.load_own_decisions(viewer(), annotation)
    return render_template(
        "moderation/own_decisions.html", declaration=annotation.declaration, annotation=annotation, page=page, here="me"
    )
