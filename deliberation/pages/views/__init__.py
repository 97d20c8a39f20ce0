"""The shelf of declarations, the fixed pages of the site, short addresses, and what machines ask for."""

import re
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_wtf import FlaskForm
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from deliberation.accounts.actions import choose_language
from deliberation.accounts.models import CODE_MINUTES
from deliberation.annotations.tallies import PERCENT_FROM, STEP
from deliberation.annotations.views import readable_declaration
from deliberation.answers import FRAMED
from deliberation.clock import now, to_day
from deliberation.config import LOCALES
from deliberation.database import db, has_room, in_a_hurry, set_reading
from deliberation.declarations.editions import find_former, load_editions
from deliberation.declarations.models import (
    Declaration,
    find_declaration,
    find_paragraph,
    find_thesis,
    load_declarations,
)
from deliberation.labels import calling
from deliberation.moderation.words.house_rules import STANDARD_RULES
from deliberation.pages.embedding import load_embedded
from deliberation.pages.models import load_events, load_pages
from deliberation.pages.shipped import START, load_public
from deliberation.permissions import Guest, Permission, Person, may, require
from deliberation.privacy.periods import load_periods
from deliberation.results import opinions
from deliberation.settings import operator_facts, setting
from deliberation.urls import (
    absolute,
    declaration_url,
    edition_url,
    editions_url,
    evidence_report_url,
    place_url,
    results_url,
    safe_next,
    thesis_url,
    whole_text_url,
)
from deliberation.web import LANGUAGE_COOKIE, forget_viewer, limiter, viewer
from deliberation.whence import came_from

pages = Blueprint("pages", __name__)

YEAR = 365 * 24 * 3600
SHORT_CODE = re.compile(r"(?:(?P<slug>[a-z0-9-]+)-)?(?P<t>\d+[a-z]*|end)-(?P<p>\d+[a-z]*)")
STATED = date(2026, 11, 28)
"""When the words of the fixed pages were last changed."""
FIRST_STATED = date(2026, 11, 24)
"""When the statement on accessibility was first written."""
ARBITRATION = "https://www.schlichtungsstelle-bgg.de"
"""For whoever got no answer from a public body of the federation (§ 16 BGG)."""


@pages.get("/")
def shelf() -> Response:
    """All declarations; where there is only one, straight to it."""
    found = _readable(viewer())
    if len(found) == 1:
        return redirect(declaration_url(found[0]), 303)
    kept = [one for one in found if one.archived_on]
    open_ones = [one for one in found if not one.archived_on]
    start = site_pages.find_here(START)
    return make_response(
        render_template("pages/shelf.html", declarations=open_ones, archive=kept, start=start, news=site_pages.load_site_news())
    )


@pages.get("/impressum")
def imprint() -> str:
    return _fixed("imprint")


@pages.get("/datenschutz")
def privacy() -> str:
    return _fixed(
        "privacy",
        code_minutes=CODE_MINUTES,
        periods=load_periods(),
    )


@pages.get("/barrierefreiheit")
def accessibility() -> str:
    """Hands on to the form from which page somebody came here."""
    query: dict[str, Any] = {"from": came_from(url_for("pages.accessibility")) or None}
    report_url = url_for("site.report_barrier", **query)
    return _fixed(
        "accessibility", first_stated=FIRST_STATED, address=absolute("/"), report_url=report_url, arbitration=ARBITRATION
    )


@pages.get("/regeln")
def rules() -> str:
    return _fixed("rules", standard_rules=STANDARD_RULES)


@pages.get("/so-wird-gezaehlt")
def counting() -> str:
    return _fixed("counting", step=STEP, percent_from=PERCENT_FROM, opinions=opinions)


def _fixed(name: str, **facts: Any) -> str:
    return render_template(
        f"pages/{name}.html", operator=operator_facts(), stated=STATED, addition=site_pages.find_addition(), **facts
    )


@pages.route("/sprache", methods=["GET", "POST"])
def language() -> Response:
    """Choose the language of the pages. The cookie holds two letters and is set only on request."""
    next_path = safe_next(request.values.get("next"))
    if request.method == "GET":
        return make_response(render_template("pages/language.html", form=FlaskForm(), next=next_path))
    wanted = request.form.get("lang", "")
    if wanted not in LOCALES:
        abort(400)
    if viewer().is_signed_in:
        choose_language(viewer(), wanted)
    response = redirect(next_path, 303)
    secure = bool(current_app.config["IS_PRODUCTION"])
    response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
    return response


@pages.get("/q/<code>")
def short_address(code: str) -> Response:
    """From a QR code or read out in a room: `3-2`, or `<slug>-3-2` where there are several declarations."""
    parts = SHORT_CODE.fullmatch(code.lower()) or abort(404)
    declaration = _named_or_only(parts["slug"])
    thesis = find_thesis(declaration, parts["t"]) or abort(404)
    if parts["p"] == "0":
        return redirect(place_url(thesis, None), 303)
    paragraph = find_paragraph(thesis, parts["p"])
    # What is printed on paper leads to where the paragraph stands now.
    former = None if paragraph else find_former(declaration, parts["t"], parts["p"])
    paragraph = paragraph or (former.paragraph if former else abort(404))
    return redirect(place_url(paragraph.thesis, paragraph, f"absatz-{paragraph.thesis.number}-{paragraph.number}"), 303)


@pages.get("/embed/d/<slug>/<t>")
def embed(slug: str, t: str) -> Response:
    """A thesis for the frame of another site: the same for all, without a cookie, a form or a script."""
    forget_viewer()
    found = find_declaration(slug) or abort(404)
    thesis = find_thesis(found, t) or abort(404)
    with force_locale(found.language if found.language in LOCALES else LOCALES[0]), calling(found):
        shown = load_embedded(found, thesis) or abort(404)
        response = make_response(render_template("pages/embed.html", text=found, thesis=thesis, shown=shown))
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    # Kept anywhere, and asked about each time: what is reworded or taken back must not stand elsewhere.
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@pages.get("/d/<slug>/embed")
def embedding(slug: str) -> str:
    """What to copy into another site, thesis by thesis, and addresses for paper."""
    found = find_declaration(slug) or abort(404)
    require(viewer(), Permission.READ, found)
    return render_template("pages/embedding.html", declaration=found, is_open=may(Guest(), Permission.FOLLOW, found))


def _named_or_only(slug: str | None) -> Declaration:
    if slug is None:
        found = _readable(viewer())
        slug = found[0].slug if len(found) == 1 else abort(404)
    declaration = find_declaration(slug)
    if declaration is None or not may(viewer(), Permission.READ, declaration):
        abort(404)
    return declaration


def _readable(person: Person) -> list[Declaration]:
    return [declaration for declaration in load_declarations() if may(person, Permission.READ, declaration)]


@pages.get("/healthz")
@limiter.exempt
def healthz() -> Response:
    """Whether the process answers; asks nobody else."""
    return _plain("ok\n")


@pages.get("/readyz")
@limiter.exempt
def readyz() -> Response:
    """Whether the database can be read and written, too; says no more than that."""
    try:
        with in_a_hurry():
            db.session.execute(select(Declaration.id).limit(1))
            db.session.rollback()
            set_reading(False)
            # On SQLite this takes the lock that a write needs.
            db.session.execute(text("select 1"))
        db.session.rollback()
    except SQLAlchemyError:
        with suppress(SQLAlchemyError):
            db.session.rollback()
        return _plain("database not available\n", 503)
    if not has_room(current_app.config["DATABASE_URL"]):
        return _plain("disk full\n", 503)
    return _plain("ok\n")


@pages.get("/.well-known/security.txt")
def security_txt() -> Response:
    """RFC 9116."""
    mail = setting("OPERATOR_EMAIL")
    lines = (
        f"Contact: {f'mailto:{mail}' if mail else absolute(url_for('pages.imprint'))}",
        f"Expires: {now() + timedelta(days=180):%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: de, en",
        f"Canonical: {absolute(url_for('pages.security_txt'))}",
    )
    return _plain("\n".join(lines) + "\n")


@pages.get("/.well-known/change-password")
def change_password() -> Response:
    """Where programs that keep passwords find the page to change one (W3C, A Well-Known URL for Changing Passwords)."""
    return redirect(url_for("accounts.password"), 303)


@pages.get("/robots.txt")
def robots_txt() -> Response:
    """Contributions are to be read here and not to be found by the name of whoever is mentioned in them."""
    closed = ("/a/", "/feeds/", "/follow/", "/invitation", "/login", "/logout", "/mails/", "/me", "/operator", "/register")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    lines.append(f"Sitemap: {absolute(url_for('pages.sitemap'))}")
    return _plain("\n".join(lines) + "\n")


@pages.get("/sitemap.xml")
def sitemap() -> Response:
    """What is public: pages of the site; declarations, their text, theses, editions, results, reports, pages and events, each
    with the day its words were last changed; no contribution (`robots_txt`)."""
    pages = [page for known in _readable(Guest()) for page in _pages_of(find_declaration(known.slug) or known)]
    pages += [(url_for("pages.site_page", address=one.address), one.changed_on) for one in load_public(LOCALES[0])]
    response = make_response(render_template("pages/sitemap.xml", pages=pages))
    response.mimetype = "application/xml"
    return response


def _pages_of(declaration: Declaration) -> list[tuple[str, date | None]]:
    days = {edition.number: to_day(edition.published_at) for edition in load_editions(declaration)}
    latest = max(days.values(), default=None)
    text = [declaration_url(declaration), whole_text_url(declaration), *map(thesis_url, declaration.theses)]
    return [
        *((address, latest) for address in (*text, editions_url(declaration))),
        *((edition_url(declaration, number), day) for number, day in days.items()),
        # When somebody last voted is nobody's business.
        (results_url(declaration), None),
        *([(evidence_report_url(declaration), declaration.reported_on)] if declaration.reported_on else []),
        *(
            (url_for("pages.own_page", slug=declaration.slug, address=one.address), one.changed_on)
            for one in load_pages(declaration)
            if one.is_shown
        ),
        *(
            (url_for("pages.event", slug=declaration.slug, address=one.address), one.changed_on)
            for one in load_events(declaration, with_drafts=False)
        ),
    ]


def _plain(words: str, status: int = 200) -> Response:
    response = make_response(words, status)
    response.mimetype = "text/plain"
    response.headers["Cache-Control"] = "no-store" if status != 200 or words == "ok\n" else "public, max-age=3600"
    return response


def editable_declaration(slug: str) -> Declaration:
    """For those who write its pages."""
    declaration = readable_declaration(slug)
    require(viewer(), Permission.EDIT_PAGES, declaration)
    return declaration


from deliberation.pages.views import events, files, own, signing, site_pages  # noqa: E402, F401 (their routes)
