"""Publishing: what it would do to everything that people wrote, and doing it."""

from typing import Any

from flask import flash, redirect
from flask_babel import gettext as _
from flask_babel import ngettext

from deliberation.annotations.views import readable_declaration
from deliberation.database import db, set_reading
from deliberation.declarations.models import EditionDraft, current_edition
from deliberation.editions.drafting import find_draft, is_stale, text_of
from deliberation.editions.forms import PublishForm
from deliberation.editions.outlook import load_outlook
from deliberation.editions.publishing import NothingChanged, Published, publish_draft
from deliberation.editions.reanchoring import Plan, plan_edition
from deliberation.editions.views import editions
from deliberation.editions.views.drafting import back_outdated, own_draft, render
from deliberation.permissions import Outdated, Permission, require
from deliberation.text import normalised
from deliberation.urls import changes_url
from deliberation.web import viewer


@editions.get("/d/<slug>/editions/draft/publish")
def publish_page(slug: str) -> Any:
    draft = own_draft(slug)
    if is_stale(draft):
        return back_outdated(draft)
    return _render(draft, PublishForm(formdata=None, note=draft.note, version=draft.version), _plan(draft))


def _plan(draft: EditionDraft) -> Plan:
    return plan_edition(draft.declaration, text_of(draft))


def _render(draft: EditionDraft, form: PublishForm, plan: Plan, problem: str = "") -> str:
    outlook = load_outlook(viewer(), draft.declaration, plan)
    number = plan.edition.number + 1
    return render("publish", draft, form=form, plan=plan, outlook=outlook, number=number, problem=problem)


@editions.post("/d/<slug>/editions/draft/publish")
def publish(slug: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.EDIT_TEXT, declaration)
    draft, form = find_draft(declaration), PublishForm()
    if draft is None:
        return _published_already(declaration, form)
    # Thinking it through may take long: others must be able to write meanwhile.
    db.session.commit()
    set_reading(True)
    plan = _plan(draft)
    db.session.commit()
    if not form.validate():
        return _render(draft, form, plan), 422
    set_reading(False)
    try:
        published = publish_draft(viewer(), draft, plan, form.note.data, form.seen_version)
    except NothingChanged:
        return _render(draft, form, plan, "nothing"), 422
    except Outdated:
        return _refused(slug, form)
    flash(_sentence(published), "done")
    return redirect(changes_url(declaration, plan.edition.number, published.edition.number), 303)


def _published_already(declaration: Any, form: PublishForm) -> Any:
    """The button was pressed twice; or somebody else ended the draft, and then what was written is shown again."""
    edition = current_edition(declaration)
    if edition.number == 1 or edition.note != normalised(form.note.data or ""):
        raise Outdated(declaration)
    flash(_("Fassung %(number)s ist veröffentlicht.", number=edition.number), "done")
    return redirect(changes_url(declaration, edition.number - 1, edition.number), 303)


def _refused(slug: str, form: PublishForm) -> Any:
    """Somebody changed or published the draft meanwhile: what was written is kept, the figures are those of now."""
    db.session.commit()
    set_reading(True)
    declaration = readable_declaration(slug)
    draft = find_draft(declaration)
    if draft is None:
        return _published_already(declaration, form)
    if is_stale(draft):
        return back_outdated(draft)
    form.version.data = draft.version
    return _render(draft, form, _plan(draft), "outdated"), 409


def _sentence(published: Published) -> str:
    words = _("Fassung %(number)s ist veröffentlicht.", number=published.edition.number)
    if not published.waiting:
        return f"{words} " + _("Alle Anmerkungen stehen an ihrem Platz.")
    return f"{words} " + ngettext(
        "%(num)s Anmerkung wartet darauf, dass ein Mensch ihren Platz prüft.",
        "%(num)s Anmerkungen warten darauf, dass ein Mensch ihren Platz prüft.",
        published.waiting,
    )
