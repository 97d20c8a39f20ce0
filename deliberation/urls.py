"""One function per page. No template and no verb names a route."""

from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask, current_app, request, url_for
from werkzeug.exceptions import HTTPException


def declaration_url(declaration: Any) -> str:
    return url_for("declarations.landing", slug=declaration.slug)


def whole_text_url(declaration: Any) -> str:
    return url_for("declarations.whole_text", slug=declaration.slug)


def thesis_url(thesis: Any, **query: Any) -> str:
    return url_for("annotations.thesis", slug=thesis.declaration.slug, t=thesis.number, **query)


def paragraph_number(paragraph: Any) -> str:
    """`0` stands for the thesis as a whole."""
    return paragraph.number if paragraph is not None else "0"


def place_url(thesis: Any, paragraph: Any, fragment: str = "", **query: Any) -> str:
    """The thesis page with one paragraph, or the thesis as a whole, opened."""
    return url_for(
        "annotations.paragraph",
        slug=thesis.declaration.slug,
        t=thesis.number,
        p=paragraph_number(paragraph),
        _anchor=fragment or None,
        **query,
    )


def compose_url(thesis: Any, paragraph: Any, **query: Any) -> str:
    return url_for(
        "annotations.compose",
        slug=thesis.declaration.slug,
        t=thesis.number,
        p=paragraph_number(paragraph),
        **query,
    )


def stance_url(thesis: Any, paragraph: Any) -> str:
    return url_for("annotations.stance", slug=thesis.declaration.slug, t=thesis.number, p=paragraph_number(paragraph))


def past_stance_url(thesis: Any, paragraph: Any) -> str:
    """Where the answer goes whether a stance on earlier words still holds."""
    p = paragraph_number(paragraph)
    return url_for("annotations.past_stance", slug=thesis.declaration.slug, t=thesis.number, p=p)


def annotation_url(annotation: Any) -> str:
    return url_for("annotations.show", number=annotation.number)


def annotation_act_url(annotation: Any, act: str) -> str:
    """`act` is a key of `_ACTS`: replies, vote, edit, withdraw, history, flags, decisions, response, outcome …"""
    return url_for(_ACTS[act], number=annotation.number)


_ACTS = {
    "replies": "annotations.reply",
    "vote": "annotations.vote",
    "edit": "annotations.edit",
    "withdraw": "annotations.withdraw_page",
    "history": "annotations.history",
    "response": "moderation.respond",
    "flags": "moderation.flag",
    "decisions": "moderation.decide",
    "letter": "moderation.letter",
    "author": "moderation.author",
    "danger": "moderation.danger",
    "decision": "moderation.own_decision",
    "objections": "moderation.object_to",
    "messages": "moderation.messages",
    "outcome": "editions.outcome",
    "cosign": "proposals.cosign",
    "wording": "annotations.wording",
    "anchor": "editions.anchor",
    "move": "moderation.move",
    "bundle": "moderation.bundle",
    "unbundle": "moderation.unbundle",
    "leave": "moderation.leave",
    "close": "moderation.close",
}


def editions_url(declaration: Any) -> str:
    return url_for("editions.shelf", slug=declaration.slug)


def edition_url(declaration: Any, number: int, fragment: str = "") -> str:
    """The whole text as it stood in one edition."""
    return url_for("editions.show", slug=declaration.slug, number=number, _anchor=fragment or None)


def search_url(declaration: Any, **query: Any) -> str:
    return url_for("search.show", slug=declaration.slug, **query)


def changes_url(declaration: Any, old: int, new: int, fragment: str = "") -> str:
    """What changed between two editions; a paragraph of the newer one is `absatz-3-2`."""
    query: dict[str, Any] = {"from": old, "to": new}
    return url_for("editions.changes", slug=declaration.slug, _anchor=fragment or None, **query)


def next_edition_url(declaration: Any) -> str:
    """The organiser's desk for the next edition."""
    return url_for("editions.draft", slug=declaration.slug)


def anchors_url(declaration: Any, **query: Any) -> str:
    """Annotations whose place a person has to look at after the text has changed."""
    return url_for("editions.anchors", slug=declaration.slug, **query)


def outcomes_url(declaration: Any, **query: Any) -> str:
    """What waits for an outcome."""
    return url_for("editions.outcomes", slug=declaration.slug, **query)


def proposals_url(thesis: Any, paragraph: Any, fragment: str = "") -> str:
    """All proposals for one paragraph beside each other."""
    return url_for(
        "proposals.place", slug=thesis.declaration.slug, t=thesis.number, p=paragraph.number, _anchor=fragment or None
    )


def ballots_url(thesis: Any, paragraph: Any) -> str:
    """Where proposals for one place are put up for the closing round."""
    return url_for("proposals.put_up", slug=thesis.declaration.slug, t=thesis.number, p=paragraph.number)


def closing_url(declaration: Any, fragment: str = "") -> str:
    """The closing round: rival wordings to be rated."""
    return url_for("proposals.closing", slug=declaration.slug, _anchor=fragment or None)


def own_stances_url(declaration: Any) -> str:
    """One's own stances on words that read differently now."""
    return url_for("annotations.own_stances", slug=declaration.slug)


def results_url(declaration: Any) -> str:
    return url_for("results.show", slug=declaration.slug)


def evidence_report_url(declaration: Any, fragment: str = "") -> str:
    """The published report; before, where it is written or commented on, for whoever may see that."""
    return url_for("reports.show", slug=declaration.slug, _anchor=fragment or None)


def report_desk_url(declaration: Any, fragment: str = "") -> str:
    """Where the team writes the report."""
    return url_for("reports.desk", slug=declaration.slug, _anchor=fragment or None)


def report_draft_url(declaration: Any, fragment: str = "") -> str:
    """The draft of the report, for those who take part."""
    return url_for("reports.draft", slug=declaration.slug, _anchor=fragment or None)


def report_bench_url(declaration: Any, thesis_number: str, fragment: str = "") -> str:
    """What helps to write about one thesis; without a number the desk, where the overview is written."""
    if not thesis_number:
        return report_desk_url(declaration, fragment)
    return url_for("reports.bench", slug=declaration.slug, t=thesis_number, _anchor=fragment or None)


def follow_url(declaration: Any, thesis: Any = None) -> str:
    """Where one asks to be told by mail, without an account."""
    more = {"thesis": thesis.number} if thesis is not None else {}
    return url_for("following.follow", declaration=declaration.slug, **more)


def feed_url(declaration: Any, thesis: Any = None) -> str:
    """The Atom feed of a declaration, or of one thesis."""
    if thesis is not None:
        return url_for("feeds.thesis", slug=declaration.slug, t=thesis.number)
    return url_for("feeds.declaration", slug=declaration.slug)


def archive_url(declaration: Any) -> str:
    return url_for("results.archive", slug=declaration.slug)


def export_url(declaration: Any) -> str:
    return url_for("results.export_dialog", slug=declaration.slug)


def queue_url(declaration: Any, **query: Any) -> str:
    return url_for("moderation.queue", slug=declaration.slug, **query)


def log_url(declaration: Any, **query: Any) -> str:
    return url_for("moderation.log", slug=declaration.slug, **query)


def rules_url(declaration: Any, fragment: str = "") -> str:
    """The house rules of a declaration."""
    return url_for("moderation.rules", slug=declaration.slug, _anchor=fragment or None)


def blocks_url(declaration: Any) -> str:
    """The text blocks of the team."""
    return url_for("moderation.blocks", slug=declaration.slug)


def moderation_settings_url(declaration: Any) -> str:
    """What is read before it appears, and what leaves the site only after a look."""
    return url_for("moderation.settings", slug=declaration.slug)


def own_moderation_url(declaration: Any) -> str:
    """A moderator's own page: the signing name and the single keys."""
    return url_for("moderation.own", slug=declaration.slug)


def guide_url(declaration: Any) -> str:
    """What to do in heavy cases, for the team."""
    return url_for("moderation.guide", slug=declaration.slug)


def people_url(declaration: Any, **query: Any) -> str:
    """People with measures, for moderators."""
    return url_for("moderation.people", slug=declaration.slug, **query)


def lift_url(measure: Any) -> str:
    """Where a measure is ended before its time."""
    return url_for("moderation.lift", measure_id=measure.id)


def team_log_url(declaration: Any, **query: Any) -> str:
    """The full log, for the team."""
    return url_for("moderation.team_log", slug=declaration.slug, **query)


def team_log_csv_url(declaration: Any, **query: Any) -> str:
    return url_for("moderation.team_log_csv", slug=declaration.slug, **query)


def report_url(declaration: Any, year: int, file_format: str = "json") -> str:
    """The yearly report of moderation as a file."""
    return url_for(f"moderation.report_{file_format}", slug=declaration.slug, year=year)


def receipt_url(flag: Any) -> str:
    """The secret page of a report, for whoever made it."""
    return url_for("moderation.receipt", key=flag.key)


def objections_url(declaration: Any) -> str:
    """Objections that wait to be decided."""
    return url_for("moderation.objections", slug=declaration.slug)


def objection_url(objection: Any) -> str:
    """One objection at the desk."""
    return url_for("moderation.objection", slug=objection.declaration.slug, number=objection.id)


def measure_objection_url(measure_id: int) -> str:
    """Where somebody objects to what was decided about the own person."""
    return url_for("moderation.object_to_measure", measure_id=measure_id)


def sign_in_url(next_path: str = "") -> str:
    """The sign-in page; afterwards the person comes back to `next_path`, or to where she is now."""
    return url_for("accounts.login", next=next_path or _here())


def proof_url(next_path: str = "") -> str:
    """Where one says once more who one is; afterwards the person comes back."""
    return url_for("accounts.prove", next=next_path or _here())


def register_url(next_path: str = "") -> str:
    return url_for("accounts.register", next=next_path or _here())


def absolute(path: str) -> str:
    """For mails and files: built from the configured address only, never from a header."""
    return urljoin(current_app.config["BASE_URL"] + "/", path.lstrip("/"))


def safe_next(path: str | None) -> str:
    """`path` if it is one of our own pages, else `/`. Everything a browser could read as another site fails."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
        return "/"
    if any(ord(character) < 33 for character in path):
        return "/"
    parts = urlsplit(path)
    if parts.scheme or parts.netloc:
        return "/"
    adapter = current_app.url_map.bind("")
    try:
        adapter.match(parts.path, method="GET")
    except HTTPException:
        return "/"
    return path


def _here() -> str:
    if request.method != "GET" or request.endpoint in (None, "accounts.login", "accounts.register"):
        return safe_next(request.args.get("next"))
    return request.full_path.rstrip("?")


def init_app(app: Flask) -> None:
    """Hand all URL functions to the templates."""
    for function in (
        declaration_url, whole_text_url, thesis_url, place_url, compose_url, stance_url, past_stance_url, annotation_url,
        annotation_act_url, editions_url, edition_url, changes_url, search_url, next_edition_url, anchors_url, outcomes_url,
        proposals_url, closing_url, own_stances_url, results_url, archive_url, export_url, queue_url, log_url, sign_in_url,
        register_url,
        guide_url, people_url, lift_url, team_log_url, team_log_csv_url, report_url,
        ballots_url, absolute, receipt_url, objections_url, objection_url, measure_objection_url,
        rules_url, blocks_url, moderation_settings_url, own_moderation_url,
        follow_url, feed_url,
        evidence_report_url, report_desk_url, report_draft_url, report_bench_url,
    ):  # fmt: skip
        app.jinja_env.globals[function.__name__] = function
