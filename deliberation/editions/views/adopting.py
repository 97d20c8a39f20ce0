"""The merge assistant: which proposals go into the next edition."""

from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from deliberation.annotations.marks import load_marks
from deliberation.annotations.views import readable_declaration
from deliberation.declarations.models import Declaration
from deliberation.editions.adopting import AlreadyThere, NotAdoptable, adopt
from deliberation.editions.choosing import load_merge_page
from deliberation.editions.drafting import SourceInvalid, begin_draft
from deliberation.editions.views import editions
from deliberation.permissions import Outdated, Permission, require
from deliberation.proposals.merging import Colliding, WordsGone
from deliberation.results.actions import note_first_look
from deliberation.web import after_page, viewer

OWN = "own"
NUMBER_DIGITS = 9

PROBLEMS = {
    Colliding: _l(
        "%(labels)s betreffen dieselben Worte und können nicht beide übernommen werden. Entscheiden Sie bitte."
    ),
    WordsGone: _l(
        "%(labels)s: Die Worte, die ersetzt werden sollen, stehen so nicht mehr im Entwurf. Jemand hat den Absatz dort "
        "schon geändert."
    ),
    AlreadyThere: _l("%(labels)s steht schon so im Text."),
    NotAdoptable: _l(
        "%(labels)s lässt sich nicht übernehmen: zurückgezogen, schon entschieden oder noch keiner Stelle zugeordnet."
    ),
}


@dataclass(frozen=True)
class Wish:
    """What was ticked: single proposals, and what shall stand in place of colliding ones."""

    numbers: list[int] = field(default_factory=list)
    own: dict[tuple[int, ...], str] = field(default_factory=dict)
    # The groups whose own wording was chosen and left empty, and those where single proposals were chosen beside it.
    empty: list[int] = field(default_factory=list)
    mixed: list[int] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        return not self.numbers and not self.own


@editions.route("/d/<slug>/editions/draft/proposals", methods=["GET", "POST"], endpoint="adopt")
def adopt_proposals(slug: str) -> Any:
    declaration = readable_declaration(slug)
    require(viewer(), Permission.EDIT_TEXT, declaration)
    if request.method == "GET":
        return _render(declaration)
    wish = read_wish(request.form)
    if problem := _problem(wish):
        return _render(declaration, problem, wish), 422
    try:
        done = adopt(viewer(), begin_draft(viewer(), declaration), wish.numbers, wish.own, _version())
    except (Colliding, WordsGone, NotAdoptable) as error:
        labels = ", ".join(f"A-{number}" for number in error.numbers)
        return _render(declaration, _(str(PROBLEMS[type(error)]), labels=labels), wish), 422
    except SourceInvalid:
        return _render(declaration, _("Der eigene Wortlaut ist leer oder zu lang."), wish), 422
    except Outdated:
        problem = _("Der Entwurf wurde inzwischen geändert. Hier ist der neue Stand; Ihre Auswahl ist noch da.")
        return _render(declaration, problem, wish), 409
    labels = ", ".join(f"A-{number}" for number in sorted(done))
    flash(_("Übernommen in den Entwurf der nächsten Fassung: %(labels)s.", labels=labels), "done")
    return redirect(url_for("editions.adopt", slug=slug), 303)


def _problem(wish: Wish) -> str:
    """What is wrong with the form itself, before anybody looks at the proposals."""
    if wish.empty:
        return str(_("Schreiben Sie bitte Ihren eigenen Wortlaut, oder wählen Sie etwas anderes."))
    if 0 in wish.numbers or any(0 in members for members in wish.own):
        return str(_("Die Auswahl enthält etwas, das kein Vorschlag ist. Wählen Sie bitte auf dieser Seite neu aus."))
    if wish.mixed:
        return str(
            _("An einer Stelle steht entweder ein eigener Wortlaut oder einer der Vorschläge. Wählen Sie bitte.")
        )
    if wish.is_nothing:
        return str(_("Wählen Sie bitte mindestens einen Vorschlag aus."))
    return ""


def _version() -> int:
    return _number(request.form.get("version", ""))


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) <= NUMBER_DIGITS else 0


def read_wish(form: MultiDict[str, str]) -> Wish:
    """Fields: adopt (numbers), group-<key> (own, a number or empty), own-<key> and members-<key> beside it."""
    wish = Wish([_number(value) for value in form.getlist("adopt")])
    for name, value in form.items():
        prefix, _dash, key = name.partition("-")
        if prefix != "group" or not value:
            continue
        if value != OWN:
            wish.numbers.append(_number(value))
            continue
        members = tuple(_number(one) for one in form.get(f"members-{key}", "").split())
        words = form.get(f"own-{key}", "")
        if words.strip() and members:
            wish.own[members] = words
            if set(members) & set(wish.numbers):
                wish.mixed.append(_number(key))
        else:
            wish.empty.append(_number(key))
    return wish


def _render(declaration: Declaration, problem: str = "", wish: Wish | None = None) -> str:
    person = viewer()
    page = load_merge_page(person, declaration)
    note_first_look(person, declaration, after_page)
    return render_template(
        "editions/adopt.html",
        declaration=declaration, page=page, cosignatures=page.cosignatures, problem=problem, wish=wish or Wish(),
        typed=request.form, here="redaction", edition_number=load_marks(person, declaration).edition_number,
    )  # fmt: skip
