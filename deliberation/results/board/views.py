"""Lists behind the figures of the results, the board of the team, and where one names one's field of work."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation.accounts.models import User
from deliberation.annotations.models import OutcomeValue
from deliberation.annotations.views import readable_declaration
from deliberation.declarations.editions import load_editions
from deliberation.declarations.models import Declaration
from deliberation.labels import rule_in
from deliberation.results import field_words, group_words, words
from deliberation.results.actions import note_first_look
from deliberation.results.board import board_words, measures
from deliberation.results.board.decisions import decision_rows, load_decisions
from deliberation.results.board.listing import TEAM, Listed, NoSuchList, Of, to_list
from deliberation.results.field_tallies import choose_field, load_own_fields
from deliberation.results.filters import FiltersInvalid, read_edition, read_page_filters
from deliberation.results.models import Field
from deliberation.results.page import load_results
from deliberation.urls import log_url
from deliberation.web import after_page, viewer

board = Blueprint("board", __name__)


@board.context_processor
def _speech() -> dict[str, Any]:
    """What every template of this feature speaks with."""
    return {"words": words, "field_words": field_words, "group_words": group_words, "board_words": board_words}


@board.get("/d/<slug>/results/list")
def listing(slug: str) -> str:
    """What a figure of the results counts. An address that asks for something else has no page."""
    declaration = readable_declaration(slug)
    note_first_look(viewer(), declaration, after_page)
    try:
        filters = read_page_filters(declaration, request.args)
        edition = _wanted_edition(declaration)
        of = Of(request.args.get("of", Of.CONTRIBUTIONS.value))
    except (FiltersInvalid, ValueError):
        abort(404)
    page = load_results(viewer(), declaration, edition, current_app.config["BASE_URL"], filters)
    try:
        listed = (
            measures.team_list(viewer(), declaration, of, page.summary)
            if of in TEAM
            else to_list(page.summary, request.args)
        )
    except NoSuchList:
        abort(404)
    number = _page_number(listed)
    return render_template(
        "results/list.html", declaration=declaration, page=page, summary=page.summary, listed=listed, here="results",
        edition_number=page.summary.about.edition, number=number, entries=listed.page(number), is_of_team=of in TEAM,
        query={**page.kept, **{name: request.args[name] for name in ("outcome", "column") if name in request.args}},
    )  # fmt: skip


def _wanted_edition(declaration: Declaration) -> int | None:
    value = request.args.get("edition")
    return read_edition(value, {one.number for one in load_editions(declaration)}) if value is not None else None


def _page_number(listed: Listed) -> int:
    number = request.args.get("page", 1, type=int)
    return number if number and 1 <= number <= listed.pages else abort(404)


@board.get("/d/<slug>/results/decisions")
def decisions(slug: str) -> Any:
    """The decisions behind a figure of moderation; without one, all of them."""
    declaration = readable_declaration(slug)
    note_first_look(viewer(), declaration, after_page)
    page = load_results(viewer(), declaration, site=current_app.config["BASE_URL"])
    act, key = request.args.get("act", ""), request.args.get("rules", "")
    if not act:
        return redirect(log_url(declaration), 303)
    rows = decision_rows(page.summary)
    place = next((n for n, row in enumerate(rows) if row.has_list and row.address == (act, key)), None)
    if place is None:
        abort(404)
    return render_template(
        "results/decisions.html", declaration=declaration, summary=page.summary, here="results",
        edition_number=page.summary.about.edition, title=words.moderation_rows(page.summary)[place][0], rule_in=rule_in,
        lines=load_decisions(viewer(), declaration, rows[place]),
    )  # fmt: skip


@board.get("/d/<slug>/results/team")
def team(slug: str) -> str:
    declaration = readable_declaration(slug)
    note_first_look(viewer(), declaration, after_page)
    found = measures.load_board(viewer(), declaration, current_app.config["BASE_URL"])
    return render_template(
        "results/team.html", declaration=declaration, board=found, summary=found.summary, here="office", current="board",
        edition_number=found.summary.about.edition, goal=measures.ANSWER_GOAL, hours=measures.ANSWER_HOURS,
        unclear_from=measures.UNCLEAR, received=OutcomeValue.RECEIVED,
    )  # fmt: skip


@board.get("/me/fields")
def own_fields() -> str:
    """One's field of work in each declaration one takes part in."""
    return render_template("results/own_fields.html", own=load_own_fields(_person()), choices=list(Field), here="me")


@board.post("/d/<slug>/field")
def own_field(slug: str) -> Response:
    """Say it, change it or take it back."""
    declaration = readable_declaration(slug)
    wanted = request.form.get("field", "")
    if wanted not in {"", *(one.value for one in Field)}:
        abort(400)
    choose_field(_person(), declaration, Field(wanted) if wanted else None)
    removed = _("Gelöscht. Es steht nichts mehr über Ihr Arbeitsfeld da.")
    flash(_("Gespeichert. Danke für die Angabe.") if wanted else removed, "done")
    return redirect(url_for("board.own_fields", _anchor=slug), 303)


def _person() -> User:
    person = viewer()
    assert isinstance(person, User), "the policy of these pages lets nobody else in"
    return person
