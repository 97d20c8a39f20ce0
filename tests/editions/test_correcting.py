"""A misprint is put right within an edition: everybody can see it, and nothing that people said moves."""

import re
from threading import Barrier, Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from deliberation.annotations.actions import NotInForce
from deliberation.annotations.models import Anchor, Annotation, Stance, StanceTally, StanceValue
from deliberation.annotations.positions import take_stance
from deliberation.annotations.quotes import sentences_of_quote
from deliberation.annotations.tallies import load_stance_counts
from deliberation.database import db, set_reading
from deliberation.declarations.editions import find_edition, load_editions, load_text
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.lines import to_source
from deliberation.declarations.models import Correction, Declaration, Paragraph, Wording
from deliberation.declarations.preview import Place
from deliberation.editions import drafting
from deliberation.editions.correcting import (
    CorrectionReasonMissing,
    NothingCorrected,
    TooMuch,
    correct_misprint,
    corrected_parts,
)
from deliberation.editions.drafting import SourceInvalid, begin_draft, text_of
from deliberation.editions.publishing import publish_draft, publish_edition
from deliberation.editions.reanchoring import plan_edition
from deliberation.permissions import NotAllowed, Operator, Outdated
from tests import builders
from tests.builders import Cast
from tests.editions import scene

WHY = "Ein Buchstabe war falsch."
WRONG = "Eine Inobhutnahme ist keine Dienstleitsung. Sie braucht Menschen."
RIGHT = "Eine Inobhutnahme ist keine Dienstleistung. Sie braucht Menschen."


def misprinted(declaration: Declaration) -> Paragraph:
    """Paragraph 3.1 with a misprint in its first sentence, in edition 2."""
    first, second = WRONG.split(". ")
    scene.publish(declaration, scene.reworded(scene.text(declaration), "3.1", f"{first}.", second))
    return builders.paragraph(declaration, "3.1")


def correct(person: Any, paragraph: Paragraph, source: str = RIGHT, reason: str = WHY) -> Correction:
    made = correct_misprint(person, paragraph, source, reason)
    db.session.commit()
    return made


def test_the_corrected_words_are_in_force_and_the_old_ones_are_kept(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    old = paragraph.wording
    made = correct(cast.otto, paragraph)
    assert builders.paragraph(cast.declaration, "3.1").wording.text == RIGHT
    assert " ".join(scene.paragraph(scene.text(cast.declaration), "3.1").sentences) == RIGHT
    assert db.session.get(Wording, old.id).text == WRONG
    assert (made.old_wording_id, made.reason, made.edition_id) == (old.id, WHY, find_edition(cast.declaration, 2).id)
    assert made.new_wording.edition_id == old.edition_id
    assert made.corrector_id == cast.otto.membership_in(cast.declaration.id).id


def test_there_is_no_new_edition(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    correct(cast.otto, paragraph)
    assert [one.number for one in load_editions(cast.declaration)] == [2, 1]


def test_an_older_edition_reads_as_it_always_did(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "1.2", "Anders."))
    before = load_text(find_edition(cast.declaration, 2))
    correct(Operator(), paragraph)
    assert load_text(find_edition(cast.declaration, 2)) == before
    assert scene.paragraph(scene.text(cast.declaration), "3.1").sentences[0].endswith("Dienstleistung.")


def test_the_operator_corrects_without_being_a_member(cast: Cast) -> None:
    assert correct(Operator(), misprinted(cast.declaration)).corrector_id is None


def test_only_organisers_correct(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            correct_misprint(person, paragraph, RIGHT, WHY)
    assert db.session.scalars(select(Correction)).all() == []


def test_what_people_wrote_stays_where_it_is(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    old = paragraph.wording_id
    written = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[1])
    quoted = builders.annotate(cast.ben, cast.declaration, "3.1", quote="braucht Menschen")
    correct(cast.otto, paragraph)
    for one in (written, quoted):
        db.session.refresh(one)
        assert (one.wording_id, one.paragraph_id) == (old, paragraph.id)
    assert written.sentences == [1]
    wording = db.session.get(Wording, quoted.wording_id)
    assert sentences_of_quote(wording, quoted.quote, quoted.quote_start) == (2,)
    assert db.session.scalars(select(Anchor)).all() == []


def test_the_reading_page_still_marks_the_sentence_and_the_quote(client: FlaskClient, cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[1])
    builders.annotate(cast.ben, cast.declaration, "3.1", quote="braucht Menschen")
    correct(cast.otto, paragraph)
    page = client.get("/d/erklaerung/3/1").text
    assert re.search(r'id="s-3-1-1"[^>]*data-noted', page)
    assert "<mark>braucht Menschen</mark>" in page
    assert "Dienstleistung" in page


def test_stances_and_their_counts_hold(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    for person in [cast.ada, cast.ben, cast.otto, builders.make_user(), builders.make_user()]:
        take_stance(person, paragraph.thesis, paragraph, StanceValue.CARRY)
    db.session.commit()
    before = [(one.id, one.wording_id, one.edition_id, one.value) for one in db.session.scalars(select(Stance))]
    tallies = [(one.id, one.edition_id, one.carry) for one in db.session.scalars(select(StanceTally))]
    correct(cast.otto, paragraph)
    after = [(one.id, one.wording_id, one.edition_id, one.value) for one in db.session.scalars(select(Stance))]
    assert after == before
    assert [(one.id, one.edition_id, one.carry) for one in db.session.scalars(select(StanceTally))] == tallies
    assert load_stance_counts(cast.declaration)[paragraph.thesis_id, paragraph.id].carry == 5
    paragraph = builders.paragraph(cast.declaration, "3.1")
    take_stance(cast.ada, paragraph.thesis, paragraph, StanceValue.AGAINST)
    db.session.commit()
    assert len(db.session.scalars(select(Stance)).all()) == 5


def test_the_next_edition_takes_annotations_on_the_misprint_along(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    written = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[1])
    correct(cast.otto, paragraph)
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "1.1", "Etwas anderes."))
    anchor = db.session.scalars(select(Anchor).where(Anchor.annotation_id == written.number)).one()
    assert (anchor.state, anchor.sentences, anchor.wording_id) == (
        AnchorState.SAME,
        [1],
        builders.paragraph(cast.declaration, "3.1").wording_id,
    )


def test_a_draft_takes_the_correction_over(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    draft = begin_draft(cast.otto, cast.declaration)
    drafting.rename(cast.otto, draft, 1, "Anders", 0)
    drafting.rename(cast.otto, draft, 3, "Schutz ist Pflicht", 1)
    correct(cast.otto, paragraph)
    assert " ".join(text_of(draft).theses[3].paragraphs[0].sentences) == RIGHT
    assert draft.version == 3
    drafting.undo(cast.otto, draft, 3)
    drafting.undo(cast.otto, draft, 4)
    assert text_of(draft) == scene.text(cast.declaration)


def test_a_draft_with_words_of_its_own_keeps_them(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    draft = begin_draft(cast.otto, cast.declaration)
    drafting.reword(cast.otto, draft, Place(3, 0), "Etwas ganz anderes.", "", 0)
    correct(cast.otto, paragraph)
    assert text_of(draft).theses[3].paragraphs[0].sentences == ("Etwas ganz anderes.",)
    assert draft.version == 1
    drafting.undo(cast.otto, draft, 1)
    assert " ".join(text_of(draft).theses[3].paragraphs[0].sentences) == RIGHT


def test_an_edition_thought_through_before_the_correction_is_not_published(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    text = scene.reworded(scene.text(cast.declaration), "1.2", "Anders.")
    plan = plan_edition(cast.declaration, text)
    correct(cast.otto, paragraph)
    with pytest.raises(Outdated):
        publish_edition(cast.otto, cast.declaration, plan, "Darum.")
    assert [one.number for one in load_editions(cast.declaration)] == [2, 1]


OLD = [
    ["", 0, ["Das Jugendamt entscheidet über die Inobhutnahme.", "Es braucht dafür erfahrene Menschen und viel Zeit."]],
    ["a)", 1, ["mit den Eltern, soweit das geht"]],
    ["b)", 1, ["mit dem Kind, und zwar immer"]],
]


def changed(old: str, new: str) -> str:
    source = to_source(OLD)
    assert old in source
    return source.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Inobhutnahme", "Inobhutname"),
        ("entscheidet über", "entscheidet ueber"),
        ("erfahrene", "Erfahrene"),
        ("und viel", "und  und viel"),
        ("mit dem Kind", "mit dem Kinde"),
        ("soweit", "so weit"),
    ],
)
def test_few_letters_are_a_misprint(old: str, new: str) -> None:
    parts = corrected_parts(OLD, changed(old, new))
    assert [(label, level, len(words)) for label, level, words in parts] == [("", 0, 2), ("a)", 1, 1), ("b)", 1, 1)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("entscheidet über", "entscheidet nicht über"),
        ("erfahrene Menschen", "keine Menschen"),
        ("die Inobhutnahme. Es", "die Inobhutnahme, es"),
        ("Jugendamt entscheidet", "Jugendamt. Entscheidet"),
        ("  b) mit dem Kind, und zwar immer", "b) mit dem Kind, und zwar immer"),
        ("\n  b) mit dem Kind, und zwar immer", ""),
        ("viel Zeit.", "viel Zeit.\n  c) mit allen"),
        ("erfahrene Menschen und viel Zeit", "Telefone, Autos und noch viel mehr Geld als bisher"),
        ("  a) mit", "  mit"),
        ("soweit das geht", "soweit das ungeht"),
    ],
)
def test_other_words_sentences_or_items_need_a_new_edition(old: str, new: str) -> None:
    with pytest.raises(TooMuch):
        corrected_parts(OLD, changed(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Das ist ein Fehler und gut.", "Das ist kein Fehler und gut."),
        ("Nur so geht das hier.", "So geht das hier."),
    ],
)
def test_yes_and_no_are_no_misprints(old: str, new: str) -> None:
    long = "Wer plant, fragt vorher die Fachkräfte im Haus und hört ihnen zu."
    with pytest.raises(TooMuch):
        corrected_parts([["", 0, [old, long]]], f"{new} {long}")


def test_a_word_typed_twice_goes_whatever_it_says() -> None:
    old = [["", 0, ["Das lässt sich nicht nicht beschleunigen, auch wenn alle es möchten."]]]
    parts = corrected_parts(old, "Das lässt sich nicht beschleunigen, auch wenn alle es möchten.")
    assert parts[0][2] == ["Das lässt sich nicht beschleunigen, auch wenn alle es möchten."]


def test_a_misspelt_no_is_a_misprint() -> None:
    old = [["", 0, ["Das lässt sich nciht beschleunigen, auch wenn alle es möchten."]]]
    assert "nicht" in corrected_parts(old, "Das lässt sich nicht beschleunigen, auch wenn alle es möchten.")[0][2][0]


def test_sentences_keep_their_numbers_where_earlier_rules_cut_elsewhere() -> None:
    old = [["", 0, ["Am 3.", "Mai beginnt die Beratung über den ganzen Text.", "Sie dauert bis zum Hrebst."]]]
    parts = corrected_parts(old, "Am 3. Mai beginnt die Beratung über den ganzen Text. Sie dauert bis zum Herbst.")
    assert parts == [["", 0, ["Am 3.", "Mai beginnt die Beratung über den ganzen Text.", "Sie dauert bis zum Herbst."]]]


def test_changing_nothing_corrects_nothing(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    with pytest.raises(NothingCorrected):
        correct_misprint(cast.otto, paragraph, WRONG, WHY)


@pytest.mark.parametrize("reason", ["", "zu kurz", " kurz   \n ", "x" * 301])
def test_who_corrects_says_what_was_wrong(cast: Cast, reason: str) -> None:
    paragraph = misprinted(cast.declaration)
    with pytest.raises(CorrectionReasonMissing):
        correct_misprint(cast.otto, paragraph, RIGHT, reason)


def test_a_paragraph_cannot_be_corrected_away(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    for source in ("", " \n", "x" * 20_001):
        with pytest.raises(SourceInvalid):
            correct_misprint(cast.otto, paragraph, source, WHY)


def test_what_an_edition_took_out_is_not_corrected(cast: Cast) -> None:
    paragraph = builders.paragraph(cast.declaration, "3.2")
    scene.publish(cast.declaration, scene.removed(scene.text(cast.declaration), "3.2"))
    db.session.refresh(paragraph)
    with pytest.raises(NotInForce):
        correct_misprint(cast.otto, paragraph, "Öffnungszeiten dürfen digtal sein.", WHY)


def test_of_two_corrections_the_slower_one_learns_it(cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    seen = paragraph.wording_id
    correct(cast.otto, paragraph)
    with pytest.raises(Outdated):
        correct_misprint(Operator(), paragraph, WRONG.replace("braucht", "brauchte"), WHY, seen=seen)


def fields(page: str) -> dict[str, str]:
    from lxml import html

    form = html.fromstring(page).xpath("//main//form")[-1]
    return {name: value for name, value in form.form_values() if name != "action"}


def test_an_organiser_corrects_in_the_browser(client: FlaskClient, cast: Cast) -> None:
    misprinted(cast.declaration)
    otto = client.sign_in(cast.otto)
    chosen = otto.get("/d/erklaerung/correction", query_string={"place": "3.1"})
    assert chosen.status_code == 303
    page = otto.get(chosen.location)
    sent = fields(page.text) | {"source": RIGHT, "reason": WHY}
    preview = otto.post(chosen.location, data={**sent, "action": "preview"})
    assert preview.status_code == 200
    assert re.search(r"<del><span[^>]*>gestrichen: </span>Dienstleitsung\. ?</del>", preview.text)
    assert db.session.scalars(select(Correction)).all() == []
    answer = otto.post(chosen.location, data={**sent, "action": "save"})
    assert (answer.status_code, answer.location) == (303, "/d/erklaerung/3/1#absatz-3-1")
    again = otto.post(chosen.location, data={**sent, "action": "save"})
    assert again.status_code == 303
    assert len(db.session.scalars(select(Correction)).all()) == 1
    assert "Dienstleistung" in otto.get("/d/erklaerung/3/1").text


def test_what_is_wrong_with_a_correction_is_said_and_the_text_kept(client: FlaskClient, cast: Cast) -> None:
    misprinted(cast.declaration)
    otto = client.sign_in(cast.otto)
    address = "/d/erklaerung/3/1/correction"
    sent = fields(otto.get(address).text)
    for change, sentence in (
        ({"source": RIGHT, "reason": "kurz"}, "10 bis 300 Zeichen"),
        ({"source": "", "reason": WHY}, "Ein Absatz braucht Worte"),
        ({"source": WRONG, "reason": WHY}, "Sie haben nichts geändert"),
        ({"source": "Etwas völlig anderes steht jetzt da.", "reason": WHY}, "mehr als ein Tippfehler"),
    ):
        answer = otto.post(address, data=sent | change)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert fields(answer.text)["source"].strip() == change["source"]
        assert fields(answer.text)["reason"] == change["reason"]
    assert db.session.scalars(select(Correction)).all() == []


def test_a_correction_of_words_that_changed_meanwhile_shows_both(client: FlaskClient, cast: Cast) -> None:
    paragraph = misprinted(cast.declaration)
    otto = client.sign_in(cast.otto)
    address = "/d/erklaerung/3/1/correction"
    sent = fields(otto.get(address).text)
    correct(Operator(), paragraph)
    typed = WRONG.replace("Sie braucht", "Sie brauchte")
    answer = otto.post(address, data=sent | {"source": typed, "reason": WHY})
    assert answer.status_code == 409
    assert RIGHT in answer.text
    assert fields(answer.text)["source"].strip() == typed
    assert len(db.session.scalars(select(Correction)).all()) == 1


def test_nobody_else_reaches_the_form(client: FlaskClient, cast: Cast) -> None:
    addresses = ("/d/erklaerung/3/1/correction", "/d/erklaerung/correction")
    for address in addresses:
        answer = client.get(address)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/login")
    for person in (cast.ada, cast.mira):
        browser = client.sign_in(person)
        assert [browser.get(address).status_code for address in addresses] == [403, 403]
        assert browser.post(addresses[0], data={"source": RIGHT, "reason": WHY}).status_code == 403


def test_there_is_no_form_for_what_is_not_there(client: FlaskClient, cast: Cast) -> None:
    scene.publish(cast.declaration, scene.removed(scene.text(cast.declaration), "3.2"))
    otto = client.sign_in(cast.otto)
    for address in ("/d/erklaerung/3/9/correction", "/d/erklaerung/9/1/correction", "/d/erklaerung/3/2/correction"):
        assert otto.get(address).status_code == 404
    assert otto.get("/d/erklaerung/0/1/correction").status_code == 200
    assert db.session.scalars(select(Annotation)).all() == []


def test_publishing_and_correcting_at_the_same_moment_wait_for_nobody(app: Any, cast: Cast) -> None:
    """Both go through, one after the other, or one is told that it came too late; neither hangs."""
    paragraph = misprinted(cast.declaration)
    draft = begin_draft(cast.otto, cast.declaration)
    drafting.rename(cast.otto, draft, 1, "Anders", 0)
    db.session.commit()
    number, key = paragraph.id, cast.declaration.id
    start, outcomes = Barrier(2), []

    def run(act: Any) -> None:
        with app.app_context():
            set_reading(False)
            start.wait(timeout=10)
            try:
                act(db.session.get(Declaration, key))
                db.session.commit()
                outcomes.append("done")
            except Outdated:
                db.session.rollback()
                outcomes.append("too late")
            finally:
                db.session.remove()

    def publish(declaration: Declaration) -> None:
        found = drafting.find_draft(declaration)
        plan = plan_edition(declaration, text_of(found))
        publish_draft(Operator(), found, plan, "Darum.", found.version)

    def put_right(declaration: Declaration) -> None:
        correct_misprint(Operator(), db.session.get(Paragraph, number), RIGHT, WHY)

    threads = [Thread(target=run, args=(act,)) for act in (publish, put_right)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    assert len(outcomes) == 2
    assert "done" in outcomes
