"""Events around a declaration (Fachtagung): reading them, writing them with their programme, and how they stood before."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from deliberation.accounts.models import random_key
from deliberation.annotations.views import readable_declaration
from deliberation.declarations.models import Declaration
from deliberation.pages import events
from deliberation.pages.calendar import to_calendar
from deliberation.pages.events import EventRefused, load_beside, mark, to_event_words, to_item_words
from deliberation.pages.files import FileRefused, add_file, load_files
from deliberation.pages.forms import FILE_REFUSALS
from deliberation.pages.forms.events import EventForm, ItemForm, Uploading, own_files
from deliberation.pages.linking import to_html
from deliberation.pages.models import Event, PageFile, ProgrammeItem, find_event, load_events, load_states
from deliberation.pages.programme import PlaceUnknown, load_event_page, to_former, to_places
from deliberation.pages.views import editable_declaration, pages
from deliberation.permissions import Outdated, Permission, may
from deliberation.text import to_safe_html
from deliberation.urls import absolute
from deliberation.web import viewer

REFUSALS: dict[str, tuple[tuple[str, ...], Any]] = {
    "address": (
        ("address", "title"),
        _l("Diese Adresse geht nicht oder ist vergeben. Sie besteht aus Kleinbuchstaben, Ziffern und Bindestrichen."),
    ),
    "long": (("intro", "abstract"), _l("Das ist zu viel auf einmal. Kürzen Sie bitte den Text oder die Auswahl.")),
    "number": (("title",), _l("So viele gehen nicht.")),
    "days": (
        ("last_on", "day"),
        _l("Der letzte Tag kommt nach dem ersten, es sind höchstens 14, und was im Programm steht, braucht seinen Tag."),
    ),
    "hour": (("starts_at",), _l("Schreiben Sie Uhrzeiten bitte so: 10:30.")),
    "end": (("ends_at",), _l("Das Ende muss nach dem Beginn liegen.")),
    "file": (("upload",), _l("Eine dieser Dateien gibt es nicht mehr.")),
    "picture": (("upload",), _l("Fotos sind Bilder. Dokumente hängen Sie bitte an einen Programmpunkt an.")),
    "place": (("places",), _l("Diese Absätze gibt es nicht.")),
}
"""At which field a refusal stands, the first that the form has, and what it says."""
OUTDATED = _l("Das hat inzwischen jemand anderes geändert. Wenn Sie noch einmal speichern, gilt, was hier steht.")


@pages.get("/d/<slug>/events")
def event_list(slug: str) -> Any:
    """Where there is only one, straight to it."""
    declaration = readable_declaration(slug)
    found = load_events(declaration, may(viewer(), Permission.EDIT_PAGES, declaration))
    if len(found) == 1:
        return redirect(url_for("pages.event", slug=slug, address=found[0].address), 303)
    return render_template("pages/events.html", declaration=declaration, found=found, here="events")


@pages.get("/d/<slug>/event/<address>")
def event(slug: str, address: str) -> str:
    """What is not shown is there for those who write it."""
    declaration, found = _readable(slug, address)
    page = load_event_page(viewer(), found)
    return render_template("pages/event.html", declaration=declaration, event=found, page=page, here="events")


def _readable(slug: str, address: str) -> tuple[Declaration, Event]:
    declaration = readable_declaration(slug)
    found = find_event(declaration, address) or abort(404)
    if not found.is_shown and not may(viewer(), Permission.EDIT_PAGES, declaration):
        abort(404)
    return declaration, found


@pages.get("/d/<slug>/event/<address>.ics")
def event_calendar(slug: str, address: str) -> Response:
    _declaration, found = _readable(slug, address)
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    page = absolute(url_for("pages.event", slug=slug, address=address))
    response = make_response(to_calendar(found, page, host))
    response.mimetype = "text/calendar"
    response.headers["Content-Disposition"] = f'attachment; filename="{address}.ics"'
    return response


@pages.get("/d/<slug>/event/<address>/editions")
def event_editions(slug: str, address: str) -> str:
    declaration, found = _readable(slug, address)
    former = to_former(load_states(found, may(viewer(), Permission.EDIT_PAGES, declaration)))
    return render_template(
        "pages/event_editions.html", declaration=declaration, event=found, former=former, here="events", to_html=to_safe_html,
        to_intro=lambda words: to_html(declaration, words),
    )  # fmt: skip


@pages.get("/d/<slug>/office/events")
def own_events(slug: str) -> str:
    declaration = editable_declaration(slug)
    return render_template("office/events.html", declaration=declaration, found=load_events(declaration, True), here="office")


def _own(slug: str, address: str, item: int = 0) -> tuple[Event, ProgrammeItem]:
    found = find_event(editable_declaration(slug), address) or abort(404)
    own = next((one for one in found.items if one.id == item), None) if item else None
    return found, own or (abort(404) if item else ProgrammeItem())


@pages.route("/d/<slug>/office/events/new", methods=["GET", "POST"])
def new_event(slug: str) -> Any:
    declaration = editable_declaration(slug)
    form = EventForm()
    files = load_files(declaration)

    def act(fresh: PageFile | None) -> Event:
        return events.create_event(viewer(), declaration, form.to_words(fresh), form.address.data)

    made = _sent(form, declaration, act)
    if made:
        return redirect(url_for("pages.edit_event", slug=slug, address=made.address), 303)
    return _event_page(declaration, form, None, files)


@pages.route("/d/<slug>/office/events/<address>", methods=["GET", "POST"])
def edit_event(slug: str, address: str) -> Any:
    found, _none = _own(slug, address)
    form, files = EventForm.of(found), load_files(found.declaration)

    def act(fresh: PageFile | None) -> Event:
        events.change_event(viewer(), found, form.to_words(fresh), form.seen.data or "")
        return found

    if _sent(form, found.declaration, act, lambda: mark(to_event_words(found))):
        return redirect(url_for("pages.edit_event", slug=slug, address=address), 303)
    return _event_page(found.declaration, form, found, files)


@pages.route("/d/<slug>/office/events/<address>/items/new", methods=["GET", "POST"])
def new_item(slug: str, address: str) -> Any:
    found, _none = _own(slug, address)
    form, files = ItemForm(form_key=random_key()), load_files(found.declaration)

    def act(fresh: PageFile | None) -> ProgrammeItem:
        places = to_places(found.declaration, form.places.data)
        return events.add_item(viewer(), found, form.to_words(places, fresh), form.form_key.data or random_key())

    made = _sent(form, found.declaration, act)
    return _to_programme(found, made) if made else _item_page(found, form, None, files)


@pages.route("/d/<slug>/office/events/<address>/items/<int:item>", methods=["GET", "POST"])
def edit_item(slug: str, address: str, item: int) -> Any:
    found, own = _own(slug, address, item)
    form, files = ItemForm.of(own), load_files(found.declaration)

    def act(fresh: PageFile | None) -> ProgrammeItem:
        places = to_places(found.declaration, form.places.data)
        events.change_item(viewer(), own, form.to_words(places, fresh), form.seen.data or "")
        return own

    if _sent(form, found.declaration, act, lambda: mark(to_item_words(own))):
        return _to_programme(found, own)
    return _item_page(found, form, own, files)


@pages.post("/d/<slug>/office/events/<address>/items/<int:item>/move")
def move_event_item(slug: str, address: str, item: int) -> Any:
    found, own = _own(slug, address, item)
    events.move_item(viewer(), own, request.form.get("to") == "up")
    return _to_programme(found, own)


@pages.post("/d/<slug>/office/events/<address>/items/<int:item>/remove")
def remove_event_item(slug: str, address: str, item: int) -> Any:
    found, own = _own(slug, address, item)
    events.remove_item(viewer(), own)
    flash(_("Entfernt. Unter „Was vorher hier stand“ bleibt es nachlesbar."), "done")
    return _to_programme(found, None)


def _to_programme(found: Event, item: ProgrammeItem | None) -> Response:
    there = f"punkt-{item.id}" if item else "programm"
    return redirect(url_for("pages.edit_event", slug=found.declaration.slug, address=found.address, _anchor=there), 303)


def _sent(
    form: Uploading, declaration: Declaration, act: Callable[[PageFile | None], Any], seen_now: Callable[[], str] | None = None
) -> Any:
    """What `act` makes of a form that was sent to be kept; None if it was not, or says why it could not be. A file that comes
    along is kept with the rest, or not at all."""
    if request.method != "POST" or not form.validate() or "preview" in request.form:
        return None
    try:
        fresh = None
        if form.has_upload:
            fresh = add_file(viewer(), declaration, form.upload.data.read(), form.upload.data.filename, form.description.data)
        made = act(fresh)
        flash(_("Gespeichert."), "done")
        return made
    except FileRefused as refused:
        field = form.description if refused.reason == "description" else form.upload
        field.errors = (str(FILE_REFUSALS[refused.reason]),)
    except EventRefused as refused:
        names, words = REFUSALS[refused.reason]
        form[next(name for name in names if name in form)].errors = (str(words),)
    except PlaceUnknown as unknown:
        form["places"].errors = (_unknown(unknown),)
    except Outdated:
        form["title"].errors = (str(OUTDATED),)
        form.seen.data = seen_now() if seen_now else ""
    return None


def _unknown(unknown: PlaceUnknown) -> str:
    if unknown.many:
        return _("Das sind zu viele Absätze. Nennen Sie bitte höchstens 60.")
    return _("Absatz „%(words)s“ gibt es nicht. Schreiben Sie zum Beispiel: 1.2, 3.4", words=unknown.words[:40])


def _again(form: Uploading) -> bool:
    """Whether the file has to be chosen once more: browsers do not keep it."""
    if form.has_upload and form.errors and not form.upload.errors:
        form.upload.errors = (_("Wählen Sie die Datei bitte noch einmal aus."),)
    return form.has_upload


def _event_page(declaration: Declaration, form: EventForm, found: Event | None, files: list[PageFile]) -> Any:
    """With what the words will look like, if that was asked for."""
    is_preview, again = "preview" in request.form and not form.errors, _again(form)
    shown = render_template(
        "office/event.html", declaration=declaration, form=form, event=found, here="office", chose_file=again,
        photos=own_files([one for one in files if one.is_picture], form.photos.data or ()), beside=load_beside,
        preview=to_html(declaration, form.intro.data or "") if is_preview else "", is_preview=is_preview,
    )  # fmt: skip
    return shown, 422 if form.errors else 200


def _item_page(found: Event, form: ItemForm, item: ProgrammeItem | None, files: list[PageFile]) -> Any:
    is_preview, again = "preview" in request.form and not form.errors, _again(form)
    shown = render_template(
        "office/event_item.html", declaration=found.declaration, form=form, event=found, item=item, here="office",
        files=own_files(files, form.files.data or ()), chose_file=again, to_html=to_safe_html, is_preview=is_preview,
    )  # fmt: skip
    return shown, 422 if form.errors else 200
