"""Commands about declarations: bringing in, steering, taking out."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deliberation.cli.terminal import N_, Command, Day, Mistake, OneOf, _, plural, say, show_progress, site
from deliberation.database import reading_only
from deliberation.permissions import Operator, Phase

if TYPE_CHECKING:
    from deliberation.declarations.importing import DraftDeclaration
    from deliberation.declarations.models import Declaration
    from deliberation.editions.reanchoring import Plan

SHAPES = ("auto", "headings", "list", "paragraphs")
POLICIES = ("none", "pattern", "first", "all")
STATE_WORDS = {
    "same": N_("unverändert"),
    "moved": N_("verschoben"),
    "reworded": N_("neu gefasst"),
    "new": N_("neu"),
    "gone": N_("weggefallen"),
}
ARCHIVES = (".zip", ".json")
STEPS = 4
"""Of publishing an edition: read, compare, think through, write."""


@click.command(
    "import",
    cls=Command,
    help=N_("Einen Text als neue Erklärung einlesen (Word, LibreOffice, PDF, HTML, Markdown, Text) oder ein Archiv (zip, json)."),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--slug", default="", help=N_("Adresse der Erklärung: /d/<slug>"))
@click.option("--title", default="", help=N_("Titel, wenn der Text selbst keinen nennt"))
@click.option("--split", "shape", default="auto", type=OneOf(SHAPES), help=N_("Wonach Thesen gebildet werden"))
@click.option("--dry-run", is_flag=True, help=N_("Nur zeigen, wie der Text aufgeteilt würde (JSON)"))
def import_file(file: Path, slug: str, title: str, shape: str, dry_run: bool) -> None:
    from deliberation.cli.arrivals import import_archive
    from deliberation.declarations import importing

    if file.suffix.lower() in ARCHIVES:
        import_archive(file, slug, dry_run)
        return
    draft = _read(file, shape)
    if dry_run:
        import json

        say(json.dumps({**importing.to_dry_run(draft), **({"title": title} if title else {})}, ensure_ascii=False))
        return
    if not slug:
        raise click.UsageError(_("Es fehlt: %(name)s.", name="--slug"))
    with site():
        _create_declaration(draft, slug, title or draft.title or file.stem)
        for note in draft.notes:
            say(_(importing.NOTES[note.code], count=note.count))
        count = sum(thesis.number not in (importing.PREAMBLE, importing.CLOSING) for thesis in draft.theses)
        say(plural("Angelegt: eine These.", "Angelegt: %(n)s Thesen.", count))
        say(_("Noch sieht sie nur das Team. Öffnen: deliberation phase %(slug)s annotating", slug=slug))


def _read(file: Path, shape: str) -> "DraftDeclaration":
    from deliberation.declarations import importing
    from deliberation.declarations.importing.cage import MAX_FILE

    try:
        return importing.read_in_cage(_content(file, MAX_FILE), file.name, shape)
    except importing.ImportRefused as refused:
        raise Mistake(_(importing.REFUSALS[refused.reason], **refused.details)) from None


def _content(file: Path, most: int) -> bytes:
    """The file, or just enough of it to see that it is too big."""
    with file.open("rb") as source:
        return source.read(most + 1)


def _create_declaration(draft: "DraftDeclaration", slug: str, title: str) -> None:
    from deliberation.declarations import actions

    try:
        actions.create_declaration(Operator(), draft, actions.Particulars(slug=slug, title=title))
    except actions.SlugTaken:
        raise Mistake(_("Eine Erklärung „%(slug)s“ gibt es schon.", slug=slug)) from None
    except actions.SlugInvalid:
        raise plain_slug() from None


def plain_slug() -> Mistake:
    """What to say about an address that cannot be one."""
    return Mistake(_("Die Adresse darf nur a–z, 0–9 und einzelne Bindestriche enthalten."))


@click.command(cls=Command, help=N_("Die nächste Fassung aus einer überarbeiteten Datei veröffentlichen."))
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--note", default="", help=N_("Was sich ändert und warum; alle lesen das"))
@click.option("--split", "shape", default="auto", type=OneOf(SHAPES), help=N_("Wonach Thesen gebildet werden"))
@click.option("--dry-run", is_flag=True, help=N_("Nur zeigen, was mit Absätzen und Anmerkungen geschähe (JSON)"))
def edition(slug: str, file: Path, note: str, shape: str, dry_run: bool) -> None:
    from deliberation.editions.drafting import NOTE_MAX
    from deliberation.text import has_words

    if not dry_run and not has_words(note):
        raise Mistake(_("Es fehlt --note: Schreiben Sie, was sich ändert und warum. Alle lesen das."))
    if len(note) > NOTE_MAX:
        raise Mistake(_("Die Notiz ist zu lang: höchstens %(most)s Zeichen.", most=NOTE_MAX))
    revised = _read(file, shape)
    show_progress(1, STEPS)
    with site():
        if not dry_run:
            _need_no_draft(slug)
        plan = _planned(slug, revised)
        if dry_run:
            import json

            say(json.dumps(_to_dry_run(plan), ensure_ascii=False))
        else:
            _publish(slug, plan, note)
        show_progress(STEPS, STEPS)


def _need_no_draft(slug: str) -> None:
    """Publishing would leave a draft behind that nobody can publish any more."""
    from deliberation.editions.drafting import find_draft
    from deliberation.urls import absolute

    if find_draft(declaration_called(slug)) is not None:
        raise Mistake(
            _(
                "Auf der Seite wird gerade an der nächsten Fassung gearbeitet. Bitte zuerst veröffentlichen oder "
                "verwerfen: %(address)s",
                address=absolute(f"/d/{slug}/editions/draft"),
            )
        )


def _planned(slug: str, revised: "DraftDeclaration") -> "Plan":
    """The next edition thought through, which may take long, without keeping others from writing."""
    from deliberation.database import db
    from deliberation.declarations.models import current_edition
    from deliberation.editions.laying import to_continuation
    from deliberation.editions.reanchoring import plan_edition

    db.session.commit()
    with reading_only():
        declaration = declaration_called(slug)
        text = to_continuation(current_edition(declaration), revised)
        show_progress(2, STEPS)
        plan = plan_edition(declaration, text)
        show_progress(3, STEPS)
        db.session.commit()
    return plan


def _to_dry_run(plan: "Plan") -> dict[str, Any]:
    """Paragraphs in the order of the new text, then those that are gone; annotations by number, without replies."""
    return {
        "paragraphs": [
            {"old": old or None, "new": new or None, "state": state.value} for old, new, state in plan.paragraphs
        ],
        "annotations": [
            {"number": one.number, "state": one.fate.state.value, "similarity": round(one.fate.similarity, 3)}
            for one in sorted(plan.anchors, key=lambda one: one.number)
        ],
    }


def _publish(slug: str, plan: "Plan", note: str) -> None:
    from deliberation.editions.publishing import NothingChanged, publish_edition
    from deliberation.permissions import Outdated

    _need_no_draft(slug)
    try:
        published = publish_edition(Operator(), declaration_called(slug), plan, note)
    except NothingChanged:
        raise Mistake(_("In der Datei steht Wort für Wort, was schon gilt.")) from None
    except Outdated:
        raise Mistake(_("Inzwischen ist eine andere Fassung erschienen. Bitte noch einmal versuchen.")) from None
    say(_("Fassung %(number)s ist veröffentlicht.", number=published.edition.number))
    states = [state.value for _old, _new, state in plan.paragraphs]
    say(_("Absätze: %(counts)s", counts=_in_words({state: states.count(state) for state in STATE_WORDS})))
    anchors = {state.value: count for state, count in published.anchors.items()}
    say(_("Anmerkungen: %(counts)s", counts=_in_words(anchors)))
    if published.waiting:
        message = plural(
            "Eine Anmerkung wartet darauf, dass ein Mensch ihren Platz prüft.",
            "%(n)s Anmerkungen warten darauf, dass ein Mensch ihren Platz prüft.",
            published.waiting,
        )
        say(message)


def _in_words(counts: Mapping[str, int]) -> str:
    found = [f"{counts[state]} {_(words)}" for state, words in STATE_WORDS.items() if counts.get(state)]
    return ", ".join(found) or _("keine")


@click.command(cls=Command, help=N_("Die Phase einer Erklärung ändern."))
@click.argument("slug")
@click.argument("phase", type=OneOf(Phase))
@click.option("--until", type=Day(), help=N_("Tag, der auf den Seiten als Ende genannt wird"))
def phase(slug: str, phase: Phase, until: date | None) -> None:
    from deliberation.annotations.positions import change_phase

    with site():
        change_phase(Operator(), declaration_called(slug), phase, until)
        say(_("%(slug)s ist jetzt in der Phase %(phase)s.", slug=slug, phase=phase.value))


@click.command(cls=Command, help=N_("Festlegen, welche Beiträge vor dem Erscheinen jemand ansieht."))
@click.argument("slug")
@click.argument("policy", type=OneOf(POLICIES))
@click.option("--after-look/--no-after-look", default=None, help=N_("Mails und Berichte nur mit gesichteten Texten"))
def moderation(slug: str, policy: str, after_look: bool | None) -> None:
    from deliberation.declarations.actions import change_policy
    from deliberation.declarations.models import Policy
    from deliberation.moderation.settings import change_sending

    with site():
        declaration = declaration_called(slug)
        change_policy(Operator(), declaration, Policy(policy))
        if after_look is not None:
            change_sending(Operator(), declaration, after_look)
        say(_("%(slug)s wird jetzt so moderiert: %(policy)s.", slug=slug, policy=policy))
        if declaration.sends_after_look:
            say(_("In Mails, Feeds und Berichten steht nur, was die Moderation gesehen hat."))


def declaration_called(slug: str) -> "Declaration":
    """The declaration with this address. Raises Mistake."""
    from deliberation.declarations.models import find_declaration

    declaration = find_declaration(slug)
    if declaration is None:
        raise Mistake(_("Eine Erklärung „%(slug)s“ gibt es nicht.", slug=slug))
    return declaration


