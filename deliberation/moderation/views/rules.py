"""The house rules of a declaration: for everybody to read, for organisers to change."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from deliberation.annotations.views import readable_declaration
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.labels import house_words
from deliberation.moderation.forms.settings import NUMBERS, RulesForm
from deliberation.moderation.views import moderation
from deliberation.moderation.words import house_rules
from deliberation.moderation.words.house_rules import HouseRules, RulesInvalid
from deliberation.moderation.words.rules_history import to_history
from deliberation.permissions import Outdated, Permission, require
from deliberation.settings import operator_facts
from deliberation.urls import rules_url
from deliberation.web import viewer


@moderation.get("/d/<slug>/rules")
def rules(slug: str) -> str:
    declaration = readable_declaration(slug)
    versions = [_in_words(one) for one in house_rules.load_versions(declaration)]
    return render_template(
        "moderation/rules.html",
        declaration=declaration, present=versions[0], history=to_history(versions), operator=operator_facts(), here="rules",
    )  # fmt: skip


def _in_words(rules: HouseRules) -> HouseRules:
    """The standard words in the language of the reader."""
    said = (
        replace(one, heading=house_words(one.heading), explanation=house_words(one.explanation)) for one in rules.rules
    )
    return replace(rules, line=house_words(rules.line), rules=tuple(said))


@moderation.route("/d/<slug>/rules/edit", methods=["GET", "POST"])
def edit_rules(slug: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.CHANGE_SETTINGS, declaration)
    form = RulesForm()
    if request.method == "GET":
        form.fill(house_rules.rules_of(declaration))
        return _edit_page(declaration, form)
    if not form.validate():
        return _edit_page(declaration, form), 422
    if "preview" in request.form:
        return _edit_page(declaration, form, preview=True)
    try:
        house_rules.change_rules(
            viewer(), declaration, form.line.data, form.rules, form.note.data or "", form.seen_version
        )
    except RulesInvalid as invalid:
        form.blame(invalid.fields)
        return _edit_page(declaration, form), 422
    except Outdated:
        return _somebody_was_faster(declaration, form)
    flash(_("Die Regeln sind gespeichert und gelten ab jetzt."), "done")
    return redirect(rules_url(declaration), 303)


def _somebody_was_faster(declaration: Declaration, form: RulesForm) -> Any:
    """Both versions beside each other; saving once more puts one's own in force."""
    db.session.rollback()
    db.session.refresh(declaration, ["rules", "rules_line", "rules_version"])
    form.version.data = str(declaration.rules_version)
    return _edit_page(declaration, form, theirs=house_rules.rules_of(declaration)), 409


def _edit_page(
    declaration: Declaration, form: RulesForm, theirs: HouseRules | None = None, preview: bool = False
) -> str:
    return render_template(
        "moderation/edit_rules.html", declaration=declaration, form=form, numbers=NUMBERS, theirs=theirs, here="rules",
        preview=preview,
    )  # fmt: skip
