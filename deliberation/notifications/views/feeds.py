"""Atom feeds: of a declaration and of a thesis for everybody, and under secret addresses for those who sign in."""

from datetime import date
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deliberation.accounts.models import User
from deliberation.clock import to_day
from deliberation.declarations.models import Declaration, Thesis, find_declaration, find_thesis, load_declarations
from deliberation.filters import excerpt
from deliberation.labels import calling, label, outcome_label, place_name, thesis_name
from deliberation.notifications import feeds as verbs
from deliberation.notifications.atom import SINCE, Entry, Feed, tag, to_atom
from deliberation.notifications.feeds import Item
from deliberation.notifications.models import Matter
from deliberation.permissions import Guest, Permission, may, require
from deliberation.settings import setting
from deliberation.urls import absolute, annotation_url, declaration_url, edition_url, feed_url, sign_in_url, thesis_url
from deliberation.web import unlisted, viewer

feeds = Blueprint("feeds", __name__)

ATOM = "application/atom+xml"


@feeds.get("/d/<slug>/feed.atom")
def declaration(slug: str) -> Response:
    found = _public(slug)
    return _open_feed(found, None)


@feeds.get("/d/<slug>/<t>/feed.atom")
def thesis(slug: str, t: str) -> Response:
    found = _public(slug)
    about = find_thesis(found, t) or abort(404)
    if about.is_removed:
        abort(404)
    return _open_feed(found, about)


def _public(slug: str) -> Declaration:
    """Whoever asks is a guest here: the same file for all."""
    found = find_declaration(slug) or abort(404)
    require(Guest(), Permission.FOLLOW, found)
    return found


def _open_feed(found: Declaration, about: Thesis | None) -> Response:
    page = thesis_url(about) if about is not None else declaration_url(found)
    items = verbs.load_feed(found, about)
    response = _response(_declaration_feed(found, about, items, feed_url(found, about), page))
    # Kept anywhere, and asked about each time: what is hidden must be gone at once.
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def _declaration_feed(found: Declaration, about: Thesis | None, items: list[Item], path: str, page: str) -> Feed:
    with force_locale(setting("DEFAULT_LOCALE")), calling(found):
        name = f"d/{found.slug}" + (f"/{about.number}" if about is not None else "")
        title = f"{thesis_name(about)} – {found.title}" if about is not None else found.title
        author = found.publisher or setting("SITE_NAME") or _("Beratung über einen Text")
        return _feed(name, title, author, path, page, items, to_day(found.created_at))


def _feed(name: str, title: str, author: str, path: str, page: str, items: list[Item], since: date = SINCE) -> Feed:
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    entries = [_entry(host, item) for item in items]
    return Feed(tag(host, name), title, author, absolute(path), absolute(page), setting("DEFAULT_LOCALE"), entries, since)


def _entry(host: str, item: Item) -> Entry:
    with calling(item.declaration):
        if item.matter is Matter.EDITION:
            return _edition_entry(host, item)
        return _annotation_entry(host, item)


def _edition_entry(host: str, item: Item) -> Entry:
    found = item.declaration
    return Entry(
        name=tag(host, f"d/{found.slug}/editions/{item.told.number}"),
        title=_("Neue Fassung %(number)s", number=item.told.number),
        url=absolute(edition_url(found, item.told.number)),
        summary=excerpt(item.told.note or found.title),
        published=item.day,
        updated=item.changed,
    )


def _annotation_entry(host: str, item: Item) -> Entry:
    about = item.annotation
    assert about is not None
    where = {"label": about.label, "place": place_name(about.thesis, about.paragraph)}
    name, author, title, words = f"a/{about.number}", "", "", ""
    if item.matter is Matter.RESPONSE:
        name, words = f"{name}/m/{item.told.id}", item.told.body
        author = ", ".join(filter(None, (_("Moderation"), item.told.author.signing_name if item.told.author else "")))
        title = _("Moderation zu %(label)s: %(kind)s (%(place)s)", kind=label(item.told.kind), **where)
    elif item.matter is Matter.OUTCOME:
        name, words = f"{name}/o/{item.told.id}", item.told.reason
        edition = item.told.edition.number if item.told.edition else None
        title = _("Was aus %(label)s wurde: %(value)s (%(place)s)", value=outcome_label(item.told.value, edition), **where)
    else:
        words = about.body
        author = about.author.pseudonym if about.author else _("Gelöschte Person")
        kind = label(about.kind) if about.kind is not None else _("Antwort")
        title = _("%(label)s: %(kind)s (%(place)s)", kind=kind, **where)
    return Entry(
        tag(host, name), title, absolute(annotation_url(about)), excerpt(words) or title, item.day, item.changed, author
    )


def _response(feed: Feed) -> Response:
    response = make_response(to_atom(feed))
    response.mimetype = ATOM
    # The words decide, packed or not.
    response.add_etag(weak=True)
    # Programs hold on to what they have read; search engines need not.
    response.headers["X-Robots-Tag"] = "noindex"
    return response.make_conditional(request)


# --- secret addresses ---


@feeds.get("/feeds/<token>/d/<slug>.atom")
def secret(token: str, slug: str) -> Response:
    """What its owner may read there in public."""
    user = verbs.find_reader(token) or abort(404)
    found = verbs.find_readable(user, slug) or abort(404)
    path = url_for("feeds.secret", token=token, slug=slug)
    feed = _declaration_feed(found, None, verbs.load_feed(found), path, declaration_url(found))
    return _private(_response(feed))


@feeds.get("/feeds/<token>/me.atom")
def mine(token: str) -> Response:
    """Conversations in which its owner wrote. Neither address nor name of hers stands in it."""
    user = verbs.find_reader(token) or abort(404)
    with force_locale(setting("DEFAULT_LOCALE")):
        author = setting("SITE_NAME") or _("Beratung über einen Text")
        name, path = f"feeds/{verbs.feed_name(user)}", url_for("feeds.mine", token=token)
        feed = _feed(name, _("Meine Gespräche"), author, path, url_for("annotations.me"), verbs.load_own_feed(user))
    return _private(_response(feed))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@feeds.route("/me/feeds", methods=["GET", "POST"])
def own() -> Response:
    """Make, copy, renew and end one's secret addresses."""
    user = viewer()
    if not isinstance(user, User):
        abort(redirect(sign_in_url(), 303))
    require(user, Permission.CHOOSE_MAILS)
    if request.method == "POST":
        if request.form.get("act") == "end":
            verbs.end(user)
            flash(_("Die Feed-Adressen gelten nicht mehr."), "done")
        else:
            verbs.make(user)
            flash(_("Die neuen Feed-Adressen gelten ab sofort."), "done")
        return redirect(url_for("feeds.own"), 303)
    readable = [one for one in load_declarations() if may(user, Permission.READ, one)]
    token = verbs.feed_token(user)
    return unlisted(make_response(render_template("accounts/feeds.html", token=token, declarations=readable, here="me")))
