"""An organiser writes the next edition, act by act; whatever goes wrong, nothing that somebody wrote is lost."""

from typing import Any

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Annotation
from deliberation.database import db
from deliberation.declarations.importing import CLOSING, PREAMBLE, DraftDeclaration
from deliberation.declarations.lines import to_source
from deliberation.declarations.models import EditionDraft, Paragraph, current_edition, find_paragraph, find_thesis
from deliberation.declarations.preview import ActRefused, Place
from deliberation.editions import arranging, drafting, laying
from deliberation.editions.drafting import NothingToUndo, SourceInvalid, begin_draft, find_draft, text_of
from deliberation.editions.publishing import publish_draft
from deliberation.editions.reanchoring import plan_edition
from deliberation.permissions import NotAllowed, Operator, Outdated
from tests import builders
from tests.builders import Cast
from tests.editions import scene


def begun(cast: Cast) -> EditionDraft:
    """Otto's draft of the five theses: preamble, 1 (two paragraphs), 2, 3 (two paragraphs), closing part."""
    draft = begin_draft(cast.otto, cast.declaration)
    db.session.commit()
    return draft


def outline(draft: EditionDraft) -> list[tuple[str, list[str]]]:
    """Heading and paragraphs of every thesis."""
    return [(one.heading, [" ".join(part.sentences) for part in one.paragraphs]) for one in text_of(draft).theses]


def words(draft: EditionDraft, t: int, p: int) -> str:
    return " ".join(text_of(draft).theses[t].paragraphs[p].sentences)


def published(draft: EditionDraft, note: str = "Aus der Beratung.") -> Any:
    plan = plan_edition(draft.declaration, text_of(draft))
    done = publish_draft(Operator(), draft, plan, note, draft.version)
    db.session.commit()
    return done


def test_draft_begins_with_the_text_in_force(cast: Cast) -> None:
    draft = begun(cast)
    assert text_of(draft) == scene.text(cast.declaration)
    assert (draft.version, draft.steps, draft.note) == (0, [], "")
    assert draft.edition == current_edition(cast.declaration)


def test_second_organiser_goes_on_with_the_same_draft(cast: Cast) -> None:
    draft = begun(cast)
    assert begin_draft(Operator(), cast.declaration) is draft
    assert len(db.session.scalars(select(EditionDraft)).all()) == 1


def test_reasons_of_the_last_edition_are_not_those_of_the_next(cast: Cast) -> None:
    draft = begun(cast)
    drafting.reword(cast.otto, draft, Place(3, 0), "Ganz anders.", "Weil es so kam.", 0)
    published(draft)
    assert scene.paragraph(scene.text(cast.declaration), "3.1").reason == "Weil es so kam."
    assert all(not one.reason for thesis in text_of(begun(cast)).theses for one in thesis.paragraphs)


VERBS = [
    lambda person, draft: arranging.perform(person, draft, "paragraph-omit", Place(1, 0), draft.version),
    lambda person, draft: arranging.move_to(person, draft, Place(1, 0), Place(1, 1), draft.version),
    lambda person, draft: arranging.restore(person, draft, 1, draft.version),
    lambda person, draft: drafting.reword(person, draft, Place(1, 0), "Neu.", "", draft.version),
    lambda person, draft: drafting.insert_after(person, draft, Place(1, 0), "Neu.", "", draft.version),
    lambda person, draft: drafting.insert_thesis(person, draft, 1, "Neu", "Neu.", draft.version),
    lambda person, draft: drafting.rename(person, draft, 1, "Neu", draft.version),
    lambda person, draft: drafting.undo(person, draft, draft.version),
    lambda person, draft: drafting.keep_note(person, draft, "Neu."),
    lambda person, draft: drafting.begin_anew(person, draft),
    lambda person, draft: drafting.discard_draft(person, draft),
    lambda person, draft: laying.pair(person, draft, Place(1, 0), 0, draft.version),
    lambda person, draft: laying.lay_beside(person, draft, text_of(draft), draft.version),
    lambda person, draft: drafting.change_text(person, draft, text_of(draft), draft.version),
    lambda person, draft: begin_draft(person, draft.declaration),
]


@pytest.mark.parametrize("verb", VERBS)
def test_only_organisers_write(cast: Cast, verb: Any) -> None:
    draft = begun(cast)
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            verb(person, draft)
    assert outline(draft) == [
        (one.heading, [" ".join(part.sentences) for part in one.paragraphs])
        for one in scene.text(cast.declaration).theses
    ]


@pytest.mark.parametrize(
    "verb",
    [
        lambda draft: arranging.perform(Operator(), draft, "paragraph-omit", Place(1, 0), 7),
        lambda draft: arranging.perform(Operator(), draft, "paragraph-omit", Place(9, 9), 7),
        lambda draft: arranging.move_to(Operator(), draft, Place(1, 0), Place(1, 1), 7),
        lambda draft: arranging.restore(Operator(), draft, 1, 7),
        lambda draft: drafting.reword(Operator(), draft, Place(1, 0), "Neu.", "", 7),
        lambda draft: drafting.insert_after(Operator(), draft, Place(1, 0), "Neu.", "", 7),
        lambda draft: drafting.insert_thesis(Operator(), draft, 1, "Neu", "Neu.", 7),
        lambda draft: drafting.rename(Operator(), draft, 1, "Neu", 7),
        lambda draft: drafting.undo(Operator(), draft, 7),
        lambda draft: drafting.discard_draft(Operator(), draft, 7),
        lambda draft: laying.pair(Operator(), draft, Place(1, 0), 0, 7),
        lambda draft: laying.lay_beside(Operator(), draft, text_of(draft), 7),
        lambda draft: drafting.change_text(Operator(), draft, text_of(draft), 7),
    ],
)
def test_a_page_that_is_out_of_date_changes_nothing(cast: Cast, verb: Any) -> None:
    draft = begun(cast)
    with pytest.raises(Outdated):
        verb(draft)
    assert draft.version == 0
    assert find_draft(cast.declaration) is draft


def test_what_was_changed_in_another_session_is_noticed(cast: Cast) -> None:
    draft = begun(cast)
    with db.engine.connect() as other:
        other.exec_driver_sql("UPDATE edition_draft SET version = 1")
        other.commit()
    with pytest.raises(Outdated):
        drafting.rename(cast.otto, draft, 1, "Zu spät", 0)


def test_a_draft_that_somebody_published_meanwhile_is_out_of_date(cast: Cast) -> None:
    draft = begun(cast)
    with db.engine.connect() as other:
        other.exec_driver_sql("DELETE FROM edition_draft")
        other.commit()
    with pytest.raises(Outdated):
        drafting.rename(cast.otto, draft, 1, "Zu spät", 0)


def test_rewording_leaves_untouched_lines_exactly_as_they_were(cast: Cast) -> None:
    draft = begun(cast)
    # Split as no rule of today would: the sentence keeps this split as long as nobody touches its line.
    odd = scene.units("Das gilt am 3.", "Mai. Und danach.")
    text = text_of(draft)
    one = drafting.paragraph_at(text, Place(3, 0))
    drafting.change_text(cast.otto, draft, drafting.put(text, Place(3, 0), type(one)("", odd, one.origin)), 0)
    source = to_source([["", 0, ["Das gilt am 3.", "Mai. Und danach."]]]) + "\n  a) ein Punkt"
    drafting.reword(cast.otto, draft, Place(3, 0), source, "", 1)
    units = text_of(draft).theses[3].paragraphs[0].units
    assert units[0].sentences == ("Das gilt am 3.", "Mai. Und danach.")
    assert (units[1].label, units[1].level, units[1].sentences) == ("a)", 1, ("ein Punkt",))


def test_going_back_to_the_old_words_is_exactly_that(cast: Cast) -> None:
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Am 3.", "Mai gilt das."))
    draft = begun(cast)
    before = text_of(draft)
    drafting.reword(cast.otto, draft, Place(3, 0), "Etwas anderes.", "", 0)
    drafting.reword(cast.otto, draft, Place(3, 0), "Am 3. Mai gilt das.", "", 1)
    assert text_of(draft).theses == before.theses


def test_reason_is_kept_in_one_line_and_not_too_long(cast: Cast) -> None:
    draft = begun(cast)
    drafting.reword(cast.otto, draft, Place(3, 0), "Anders.", "Weil\n\nes  so ist. " + "x" * 700, 0)
    reason = text_of(draft).theses[3].paragraphs[0].reason
    assert reason.startswith("Weil es so ist. xxx")
    assert len(reason) == drafting.REASON_MAX


@pytest.mark.parametrize("source", ["", "  \n ", "\u200b\u200b", "x" * 20_001])
def test_a_paragraph_needs_words_and_an_end(cast: Cast, source: str) -> None:
    draft = begun(cast)
    with pytest.raises(SourceInvalid):
        drafting.reword(cast.otto, draft, Place(3, 0), source, "", 0)
    with pytest.raises(SourceInvalid):
        drafting.insert_after(cast.otto, draft, Place(3, 0), source, "", 0)
    with pytest.raises(SourceInvalid):
        drafting.insert_thesis(cast.otto, draft, 3, "Neu", source, 0)
    assert draft.version == 0


def test_adopted_proposals_hold_until_somebody_says_otherwise(cast: Cast) -> None:
    draft = begun(cast)
    text = text_of(draft)
    one = drafting.paragraph_at(text, Place(3, 0))
    adopted = type(one)("", scene.units("Aus zwei Vorschlägen."), one.origin, "Aus A-1.", (1, 2))
    drafting.change_text(cast.otto, draft, drafting.put(text, Place(3, 0), adopted), 0)
    drafting.reword(cast.otto, draft, Place(3, 0), "Aus zwei guten Vorschlägen.", "Aus A-1.", 1)
    assert text_of(draft).theses[3].paragraphs[0].adopted == (1, 2)
    drafting.reword(cast.otto, draft, Place(3, 0), "Aus einem Vorschlag.", "Aus A-2.", 2, adopted=[2, 99])
    assert text_of(draft).theses[3].paragraphs[0].adopted == (2,)
    old = to_source([["", 0, list(scene.paragraph(scene.text(cast.declaration), "3.1").sentences)]])
    drafting.reword(cast.otto, draft, Place(3, 0), old, "", 3)
    assert text_of(draft).theses[3].paragraphs[0].adopted == ()


def test_a_new_paragraph_comes_before_or_behind_another(cast: Cast) -> None:
    draft = begun(cast)
    assert drafting.insert_after(cast.otto, draft, Place(3, 0), "Mitten drin.", "Fehlte.", 0) == Place(3, 1)
    assert drafting.insert_after(cast.otto, draft, Place(3, -1), "Ganz oben.", "", 1) == Place(3, 0)
    assert [words(draft, 3, p) for p in (0, 2)] == ["Ganz oben.", "Mitten drin."]
    assert text_of(draft).theses[3].paragraphs[2].reason == "Fehlte."
    for nowhere in (Place(9, 0), Place(-1, 0), Place(3, 9), Place(3, -2)):
        with pytest.raises(ActRefused):
            drafting.insert_after(cast.otto, draft, nowhere, "Nirgends.", "", 2)


def test_a_new_thesis_never_stands_outside_preamble_and_closing_part(cast: Cast) -> None:
    draft = begun(cast)
    assert drafting.insert_thesis(cast.otto, draft, 1, "  Neue\nThese ", "Ein Satz.", 0, "Fehlte.") == Place(2, 0)
    new = text_of(draft).theses[2]
    assert (new.heading, new.origin, new.paragraphs[0].reason) == ("Neue These", 0, "Fehlte.")
    for outside in (-1, 5, 99, -7):
        with pytest.raises(ActRefused):
            drafting.insert_thesis(cast.otto, draft, outside, "Neu", "Neu.", 1)
    published(draft)
    assert [one.number for one in cast.declaration.theses] == ["0", "1", "1a", "2", "3", "end"]


def test_renaming_changes_the_heading_alone(cast: Cast) -> None:
    draft = begun(cast)
    drafting.rename(cast.otto, draft, 3, " Schutz  ist Pflicht ", 0)
    assert text_of(draft).theses[3].heading == "Schutz ist Pflicht"
    with pytest.raises(ActRefused):
        drafting.rename(cast.otto, draft, 9, "Nirgends", 1)


def test_moving_within_a_thesis(cast: Cast) -> None:
    draft = begun(cast)
    first, second = words(draft, 1, 0), words(draft, 1, 1)
    assert arranging.move_to(cast.otto, draft, Place(1, 0), Place(1, 1), 0) == Place(1, 1)
    assert [words(draft, 1, p) for p in (0, 1)] == [second, first]
    assert arranging.move_to(cast.otto, draft, Place(1, 1), Place(1, -1), 1) == Place(1, 0)
    assert [words(draft, 1, p) for p in (0, 1)] == [first, second]
    assert arranging.move_to(cast.otto, draft, Place(1, 0), Place(1, 0), 2) == Place(1, 0)
    assert draft.version == 2


def test_moving_to_another_thesis_takes_the_identity_along(cast: Cast) -> None:
    draft = begun(cast)
    origin = text_of(draft).theses[3].paragraphs[1].origin
    assert arranging.move_to(cast.otto, draft, Place(3, 1), Place(1, 0), 0) == Place(1, 1)
    assert text_of(draft).theses[1].paragraphs[1].origin == origin
    published(draft)
    place = db.session.get(Paragraph, origin)
    assert place.full_number == "1.1a"


def test_a_part_without_heading_goes_with_its_last_paragraph(cast: Cast) -> None:
    """The preamble has no heading: once its only paragraph is elsewhere, nothing is left of it."""
    draft = begun(cast)
    moved = words(draft, 0, 0)
    assert arranging.move_to(cast.otto, draft, Place(0, 0), Place(1, 1), 0) == Place(0, 2)
    assert [one.number for one in text_of(draft).theses] == ["1", "2", "3", "end"]
    assert words(draft, 0, 2) == moved
    published(draft)
    assert [one.number for one in cast.declaration.theses] == ["1", "2", "3", "end"]


@pytest.mark.parametrize("nowhere", [Place(9, 0), Place(-1, 0), Place(1, 9), Place(1, -2)])
def test_moving_to_nowhere_is_refused(cast: Cast, nowhere: Place) -> None:
    draft = begun(cast)
    with pytest.raises(ActRefused):
        arranging.move_to(cast.otto, draft, Place(3, 0), nowhere, 0)
    with pytest.raises(ActRefused):
        arranging.move_to(cast.otto, draft, Place(9, 9), Place(1, 0), 0)


def test_joined_paragraphs_come_apart_as_what_they_were(cast: Cast) -> None:
    draft = begun(cast)
    before = text_of(draft)
    assert arranging.perform(cast.otto, draft, "paragraph-merge", Place(1, 1), 0) == Place(1, 0)
    assert len(text_of(draft).theses[1].paragraphs) == 1
    assert arranging.perform(cast.otto, draft, "paragraph-split", Place(1, 0, 2), 1) == Place(1, 1)
    after = text_of(draft)
    assert [one.origin for one in after.theses[1].paragraphs] == [one.origin for one in before.theses[1].paragraphs]
    assert [one.units for one in after.theses[1].paragraphs] == [one.units for one in before.theses[1].paragraphs]


def test_dividing_makes_the_second_half_new(cast: Cast) -> None:
    draft = begun(cast)
    origin = text_of(draft).theses[1].paragraphs[0].origin
    arranging.perform(cast.otto, draft, "paragraph-split", Place(1, 0, 1), 0)
    assert [one.origin for one in text_of(draft).theses[1].paragraphs[:2]] == [origin, 0]


def test_acts_of_the_import_that_make_no_sense_any_more_are_refused(cast: Cast) -> None:
    draft = begun(cast)
    for act in ("thesis-merge", "thesis-count", "thesis-preamble", "paragraph-heading", "nonsense", ""):
        with pytest.raises(ActRefused):
            arranging.perform(cast.otto, draft, act, Place(1, 0), 0)
    arranging.move_to(cast.otto, draft, Place(1, 1), Place(0, 0), 0)
    with pytest.raises(ActRefused):
        arranging.perform(cast.otto, draft, "paragraph-thesis", Place(0, 1), 1)


def test_a_heading_without_paragraphs_can_be_struck(cast: Cast) -> None:
    draft = begun(cast)
    arranging.perform(cast.otto, draft, "paragraph-omit", Place(2, 0), 0)
    assert text_of(draft).theses[2].paragraphs == ()
    arranging.perform(cast.otto, draft, "thesis-omit", Place(2), 1)
    assert [one.number for one in text_of(draft).theses] == ["0", "1", "3", "end"]
    with pytest.raises(ActRefused):
        arranging.perform(cast.otto, draft, "thesis-omit", Place(1), 2)


def test_the_last_paragraph_of_a_text_stays(app: Any) -> None:
    declaration = builders.make_declaration()
    draft = begin_draft(Operator(), declaration)
    count = sum(len(thesis.paragraphs) for thesis in text_of(draft).theses)
    for _time in range(count - 1):
        at = next(i for i, thesis in enumerate(text_of(draft).theses) if thesis.paragraphs)
        arranging.perform(Operator(), draft, "paragraph-omit", Place(at, 0), draft.version)
    at = next(i for i, thesis in enumerate(text_of(draft).theses) if thesis.paragraphs)
    with pytest.raises(ActRefused):
        arranging.perform(Operator(), draft, "paragraph-omit", Place(at, 0), draft.version)


def test_what_was_struck_comes_back_where_it_stood(cast: Cast) -> None:
    draft = begun(cast)
    before = text_of(draft)
    for at in (Place(3, 1), Place(3, 0), Place(1, 0)):
        arranging.perform(cast.otto, draft, "paragraph-omit", at, draft.version)
    for thesis, paragraph in ((3, 1), (1, 0), (3, 0)):
        origin = before.theses[thesis].paragraphs[paragraph].origin
        arranging.restore(cast.otto, draft, origin, draft.version)
    assert text_of(draft).theses == before.theses


def test_what_was_struck_comes_back_with_its_thesis(cast: Cast) -> None:
    draft = begun(cast)
    before = text_of(draft)
    arranging.perform(cast.otto, draft, "paragraph-omit", Place(2, 0), 0)
    arranging.perform(cast.otto, draft, "thesis-omit", Place(2), 1)
    assert arranging.restore(cast.otto, draft, before.theses[2].paragraphs[0].origin, 2) == Place(2, 0)
    assert text_of(draft).theses == before.theses


def test_preamble_and_closing_part_come_back_at_the_ends(cast: Cast) -> None:
    draft = begun(cast)
    before = text_of(draft)
    arranging.perform(cast.otto, draft, "paragraph-omit", Place(4, 0), 0)
    arranging.perform(cast.otto, draft, "paragraph-omit", Place(0, 0), 1)
    drafting.insert_thesis(cast.otto, draft, 2, "Ganz hinten", "Ein Satz.", 2)
    drafting.insert_thesis(cast.otto, draft, -1, "Ganz vorn", "Ein Satz.", 3)
    arranging.restore(cast.otto, draft, before.theses[4].paragraphs[0].origin, 4)
    arranging.restore(cast.otto, draft, before.theses[0].paragraphs[0].origin, 5)
    assert [one.number for one in text_of(draft).theses] == [PREAMBLE, "", "1", "2", "3", "", CLOSING]


def test_a_first_thesis_comes_back_behind_a_new_preamble(app: Any) -> None:
    declaration = builders.make_declaration()
    declaration = _without_edges(declaration)
    draft = begin_draft(Operator(), declaration)
    first = text_of(draft).theses[0].paragraphs
    revised = builders.make_draft([("0", "", ["Ein Vorwort über alles."]), *builders.TEXT[2:4]])
    _lay(draft, revised)
    arranging.restore(Operator(), draft, first[0].origin, draft.version)
    assert text_of(draft).theses[0].number == PREAMBLE


def _without_edges(declaration: Any) -> Any:
    text = scene.text(declaration)
    scene.publish(declaration, type(text)(text.title, text.theses[1:4], text.shape))
    return declaration


def test_only_what_is_missing_can_be_restored(cast: Cast) -> None:
    draft = begun(cast)
    present = text_of(draft).theses[1].paragraphs[0].origin
    for wrong in (present, 0, -1, 99_999):
        with pytest.raises(ActRefused):
            arranging.restore(cast.otto, draft, wrong, 0)


def test_every_step_can_be_undone(cast: Cast) -> None:
    draft = begun(cast)
    before = text_of(draft)
    arranging.perform(cast.otto, draft, "paragraph-omit", Place(2, 0), 0)
    drafting.reword(cast.otto, draft, Place(1, 0), "Anders.", "", 1)
    arranging.move_to(cast.otto, draft, Place(3, 1), Place(0, 0), 2)
    for version in (3, 4, 5):
        drafting.undo(cast.otto, draft, version)
    assert text_of(draft) == before
    assert draft.version == 6
    with pytest.raises(NothingToUndo):
        drafting.undo(cast.otto, draft, 6)


def test_the_oldest_steps_are_forgotten(cast: Cast) -> None:
    draft = begun(cast)
    for version in range(drafting.STEPS_MAX + 3):
        drafting.rename(cast.otto, draft, 1, f"Überschrift {version}", version)
    assert len(draft.steps) == drafting.STEPS_MAX


def test_what_changes_nothing_leaves_no_step(cast: Cast) -> None:
    draft = begun(cast)
    drafting.rename(cast.otto, draft, 1, text_of(draft).theses[1].heading, 0)
    assert (draft.version, draft.steps) == (0, [])


def test_two_notes_at_once_are_not_lost(cast: Cast) -> None:
    draft = begun(cast)
    drafting.keep_note(cast.otto, draft, " Aus der Beratung. ", seen="")
    assert draft.note == "Aus der Beratung."
    drafting.keep_note(cast.otto, draft, "Aus der Beratung.", seen="")
    with pytest.raises(Outdated):
        drafting.keep_note(Operator(), draft, "Etwas anderes.", seen="")
    assert draft.note == "Aus der Beratung."
    drafting.keep_note(Operator(), draft, "Etwas anderes.", seen="Aus der Beratung.")
    assert draft.note == "Etwas anderes."


def test_a_discarded_draft_leaves_the_text_alone(cast: Cast) -> None:
    draft = begun(cast)
    before = scene.text(cast.declaration)
    drafting.rename(cast.otto, draft, 1, "Weg damit", 0)
    drafting.discard_draft(cast.otto, draft, 1)
    db.session.commit()
    assert find_draft(cast.declaration) is None
    assert scene.text(cast.declaration) == before


def test_a_draft_is_found_by_its_link(cast: Cast) -> None:
    draft = begun(cast)
    assert drafting.find_draft_by_key(cast.declaration, draft.key) is draft
    assert drafting.find_draft_by_key(cast.declaration, "erraten") is None
    assert drafting.find_draft_by_key(builders.make_declaration("andere"), draft.key) is None


def test_a_draft_on_an_earlier_edition_cannot_take_back_the_later_one(cast: Cast) -> None:
    draft = begun(cast)
    drafting.rename(cast.otto, draft, 1, "Im Entwurf", 0)
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Inzwischen neu."))
    with pytest.raises(Outdated):
        drafting.rename(cast.otto, draft, 1, "Noch etwas", 1)
    plan = plan_edition(cast.declaration, text_of(draft))
    with pytest.raises(Outdated):
        publish_draft(cast.otto, draft, plan, "Aus Versehen.", 1)
    drafting.keep_note(cast.otto, draft, "Eine Notiz.")
    drafting.begin_anew(cast.otto, draft)
    assert text_of(draft) == scene.text(cast.declaration)
    assert (draft.steps, draft.note, draft.edition.number) == ([], "Eine Notiz.", 2)
    drafting.rename(cast.otto, draft, 1, "Jetzt aber", draft.version)


def test_beginning_anew_leaves_a_draft_that_is_up_to_date_alone(cast: Cast) -> None:
    draft = begun(cast)
    drafting.rename(cast.otto, draft, 1, "Im Entwurf", 0)
    drafting.begin_anew(cast.otto, draft)
    assert text_of(draft).theses[1].heading == "Im Entwurf"


def test_publishing_ends_the_draft(cast: Cast) -> None:
    draft = begun(cast)
    drafting.reword(cast.otto, draft, Place(3, 0), "Ganz anders.", "Darum.", 0)
    assert published(draft).edition.number == 2
    assert find_draft(cast.declaration) is None
    assert scene.paragraph(scene.text(cast.declaration), "3.1").sentences == ("Ganz anders.",)


def _lay(draft: EditionDraft, revised: DraftDeclaration) -> None:
    laying.lay_beside(Operator(), draft, laying.to_continuation(draft.edition, revised), draft.version)


def revised(*changes: tuple[int, int, str], **more: Any) -> DraftDeclaration:
    """The text of the builders with other words in some places: thesis, paragraph, words."""
    text = [(number, heading, list(paragraphs)) for number, heading, paragraphs in builders.TEXT]
    for thesis, paragraph, new in changes:
        text[thesis][2][paragraph : paragraph + 1] = [new] if new else []
    return builders.make_draft(text, **more)


def test_an_uploaded_text_finds_what_it_continues(cast: Cast) -> None:
    draft = begun(cast)
    before = text_of(draft)
    _lay(draft, revised((3, 0, "Eine Inobhutnahme ist keine Dienstleistung. Sie braucht erfahrene Menschen.")))
    after = text_of(draft)
    assert [one.origin for one in after.theses] == [one.origin for one in before.theses]
    assert [p.origin for t in after.theses for p in t.paragraphs] == [
        p.origin for t in before.theses for p in t.paragraphs
    ]
    assert words(draft, 3, 0).endswith("erfahrene Menschen.")
    drafting.undo(cast.otto, draft, 1)
    assert text_of(draft) == before


def test_an_uploaded_text_that_says_the_same_is_the_same(cast: Cast) -> None:
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Am 3.", "Mai gilt das."))
    draft = begun(cast)
    before = text_of(draft)
    text = [list(one) for one in builders.TEXT]
    text[3][2] = ["Am 3. Mai gilt das.", text[3][2][1]]
    _lay(draft, builders.make_draft(text))
    assert [p.units for t in text_of(draft).theses for p in t.paragraphs] == [
        p.units for t in before.theses for p in t.paragraphs
    ]


def test_reasons_survive_an_upload_of_the_same_words(cast: Cast) -> None:
    draft = begun(cast)
    new = "Eine Inobhutnahme ist keine Dienstleistung. Sie braucht erfahrene Menschen."
    drafting.reword(cast.otto, draft, Place(3, 0), new, "Weil Erfahrung zählt.", 0)
    drafting.reword(cast.otto, draft, Place(1, 1), "Wer plant, fragt alle Fachkräfte.", "Alle!", 1)
    _lay(draft, revised((3, 0, new), (1, 1, "Wer plant, fragt zuerst die Fachkräfte.")))
    assert text_of(draft).theses[3].paragraphs[0].reason == "Weil Erfahrung zählt."
    assert text_of(draft).theses[1].paragraphs[1].reason == ""


def test_a_part_that_an_edition_took_out_comes_back_under_its_address(cast: Cast) -> None:
    gone = {one.number: one.id for one in cast.declaration.theses}
    _without_edges(cast.declaration)
    draft = begun(cast)
    _lay(draft, revised())
    assert {one.number: one.origin for one in text_of(draft).theses if one.number in (PREAMBLE, CLOSING)} == {
        PREAMBLE: gone[PREAMBLE],
        CLOSING: gone[CLOSING],
    }
    published(draft)
    back = find_thesis(cast.declaration, PREAMBLE)
    assert back is not None
    assert not back.is_removed
    # The number of the paragraph that stood there is not given again.
    assert find_paragraph(back, "1").is_removed


def test_a_wrong_pair_is_put_right_by_hand(cast: Cast) -> None:
    draft = begun(cast)
    first, second = (one.origin for one in text_of(draft).theses[3].paragraphs)
    laying.pair(cast.otto, draft, Place(3, 0), second, 0)
    assert [one.origin for one in text_of(draft).theses[3].paragraphs] == [second, 0]
    laying.pair(cast.otto, draft, Place(3, 1), first, 1)
    assert [one.origin for one in text_of(draft).theses[3].paragraphs] == [second, first]
    laying.pair(cast.otto, draft, Place(3, 0), 0, 2)
    assert [one.origin for one in text_of(draft).theses[3].paragraphs] == [0, first]
    for wrong in (99_999, -1):
        with pytest.raises(ActRefused):
            laying.pair(cast.otto, draft, Place(3, 0), wrong, 3)
    with pytest.raises(ActRefused):
        laying.pair(cast.otto, draft, Place(9, 0), 0, 3)


def test_nothing_that_was_written_is_touched_before_publishing(cast: Cast) -> None:
    annotation = builders.annotate(cast.ada, cast.declaration, "3.2", sentences=[1])
    draft = begun(cast)
    arranging.perform(cast.otto, draft, "paragraph-omit", Place(3, 1), 0)
    db.session.commit()
    db.session.refresh(annotation)
    assert annotation.paragraph_id == builders.paragraph(cast.declaration, "3.2").id
    assert db.session.scalar(select(Annotation.number)) == annotation.number
