"""The desk for the next edition in the browser, without script: every button, every form, and two people at once."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from deliberation.annotations.models import Anchor, Annotation, Kind, StanceValue, Status
from deliberation.annotations.positions import take_stance
from deliberation.database import db
from deliberation.declarations.actions import Particulars, create_declaration
from deliberation.declarations.editions import find_edition, load_editions
from deliberation.declarations.models import EditionDraft, Phase, current_edition
from deliberation.declarations.preview import Place
from deliberation.editions import drafting
from deliberation.editions.drafting import begin_draft, find_draft, text_of
from deliberation.permissions import Operator, Role
from tests import builders
from tests.builders import Cast
from tests.counting import count_queries
from tests.editions import scene
from tests.editions.locks import others_can_write_during

DESK = "/d/erklaerung/editions/draft"
NEW = "Eine Inobhutnahme ist keine Dienstleistung. Sie braucht erfahrene Menschen."


@pytest.fixture
def otto(client: FlaskClient, cast: Cast) -> Any:
    """The organiser's browser, with a draft begun."""
    browser = client.sign_in(cast.otto)
    assert browser.post("/d/erklaerung/editions").status_code == 303
    return browser


def draft_of(cast: Cast) -> EditionDraft:
    found = find_draft(cast.declaration)
    assert found is not None
    db.session.refresh(found)
    return found


def fields(page: str, of: str = "") -> dict[str, str]:
    """What a browser would send: the last form of the page, or the one with a control of this name."""
    forms = html.fromstring(page).xpath("//main//form[@method='post']")
    form = next(one for one in reversed(forms) if not of or of in one.fields or one.xpath(f".//button[@value='{of}']"))
    return {name: value for name, value in form.form_values() if name not in ("act", "action")}


def press(browser: Any, act: str, **changed: str) -> Any:
    """Press a button of the desk that is really there."""
    page = browser.get(DESK).text
    assert f'value="{act}"' in page, f"no button {act}"
    sent = fields(page, act) | {name.replace("_", "-"): value for name, value in changed.items()}
    return browser.post(DESK, data={**sent, "act": act})


def row(page: str, position: str) -> Any:
    [found] = html.fromstring(page).xpath(f"//section[@id='teil-{position}']")
    return found


def words(cast: Cast, t: int, p: int) -> str:
    return " ".join(text_of(draft_of(cast)).theses[t].paragraphs[p].sentences)


def fill(browser: Any, address: str, **typed: Any) -> Any:
    """Open a form page, type, and press its button."""
    page = browser.get(address)
    assert page.status_code == 200, page.status_code
    return browser.post(address, data=fields(page.text) | {"action": "save"} | typed)


# Who may look, and who may do what.


def test_guest_signs_in_first(client: FlaskClient, cast: Cast) -> None:
    for path in ("", "/4-1", "/4-1/new", "/4-1/move", "/4-1/pair", "/4", "/4/new", "/file", "/publish", "/discard"):
        answer = client.get(DESK + path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/login"), path
    assert client.post("/d/erklaerung/editions").status_code == 303
    assert find_draft(cast.declaration) is None


def test_participants_neither_look_nor_write(client: FlaskClient, cast: Cast) -> None:
    begin_draft(cast.otto, cast.declaration)
    ada = client.sign_in(cast.ada)
    assert ada.get(DESK).status_code == 403
    for path in ("/4-1", "/file", "/publish", "/discard"):
        assert ada.get(DESK + path).status_code == 403
        assert ada.post(DESK + path).status_code == 403
    assert ada.post(DESK, data={"act": "paragraph-omit:4-1", "version": "0"}).status_code == 403
    assert ada.post("/d/erklaerung/editions").status_code == 403
    assert draft_of(cast).version == 0


def test_the_team_looks_and_finds_no_button(client: FlaskClient, cast: Cast) -> None:
    mira = client.sign_in(cast.mira)
    page = mira.get(DESK).text
    assert "An der nächsten Fassung arbeitet noch niemand" in page
    assert "Nächste Fassung beginnen" not in page
    begin_draft(cast.otto, cast.declaration)
    page = mira.get(DESK)
    assert page.status_code == 200
    assert "Eine Inobhutnahme ist keine Dienstleistung." in page.text
    assert not html.fromstring(page.text).xpath("//main//button")
    assert "Prüfen und veröffentlichen" not in page.text
    assert mira.post(DESK, data={"act": "paragraph-omit:4-1", "version": "0"}).status_code == 403
    assert mira.get(f"{DESK}/publish").status_code == 403
    assert draft_of(cast).version == 0


def test_nobody_outside_learns_of_a_declaration_that_is_not_public(client: FlaskClient, cast: Cast) -> None:
    cast.declaration.phase = Phase.DRAFT
    db.session.commit()
    # A guest is asked who she is first, whether there is such a desk or not.
    assert [client.get(path).status_code for path in (DESK, "/d/gibt-es-nicht/editions/draft")] == [303, 303]
    assert client.sign_in(cast.ada).get(DESK).status_code == 404
    assert client.sign_in(cast.otto).get(DESK).status_code == 200


def test_beginning_twice_begins_once(otto: Any, cast: Cast) -> None:
    assert otto.post("/d/erklaerung/editions").status_code == 303
    assert len(db.session.scalars(select(EditionDraft)).all()) == 1


def test_pages_of_a_draft_that_is_not_there_lead_to_the_desk(client: FlaskClient, cast: Cast) -> None:
    browser = client.sign_in(cast.otto)
    for path in ("/4-1", "/4-1/new", "/4-1/move", "/4-1/pair", "/4", "/4/new", "/publish", "/discard"):
        answer = browser.get(DESK + path)
        assert (answer.status_code, answer.location) == (303, DESK), path
    answer = browser.post(DESK, data={"act": "paragraph-omit:4-1", "version": "0"})
    assert answer.status_code == 303
    assert "Diesen Entwurf gibt es nicht mehr" in browser.get(DESK).text


# What the desk shows.


def test_both_texts_stand_beside_each_other(otto: Any, cast: Cast) -> None:
    drafting.reword(cast.otto, draft_of(cast), Place(3, 0), NEW, "Weil Erfahrung zählt.", 0)
    builders.annotate(cast.ada, cast.declaration, "3.1")
    found = row(otto.get(DESK).text, "4-1")
    old, new = found.xpath(".//*[contains(@class, 'change__side')]")
    assert "Sie braucht Menschen." in " ".join(old.text_content().split())
    assert not old.xpath(".//ins")
    assert [one.text_content().strip() for one in new.xpath(".//ins")] == ["eingefügt: erfahrene"]
    content = " ".join(found.text_content().split())
    for part in ("neu gefasst", "1 Anmerkung", "Weil Erfahrung zählt."):
        assert part in content


def test_every_paragraph_has_the_number_that_it_will_have(otto: Any, cast: Cast) -> None:
    drafting.insert_after(cast.otto, draft_of(cast), Place(3, 0), "Neu ist das.", "", 0)
    found = row(otto.get(DESK).text, "4-2")
    assert found.get("aria-label") == "Absatz 3.1a"
    assert "neu" in [one.text_content() for one in found.xpath(".//*[contains(@class, 'tag')]")]


def test_only_what_changed(otto: Any, cast: Cast) -> None:
    page = otto.get(DESK, query_string={"show": "changed"}).text
    assert "Noch ist nichts geändert." in page
    drafting.reword(cast.otto, draft_of(cast), Place(3, 0), NEW, "", 0)
    page = otto.get(DESK, query_string={"show": "changed"}).text
    positions = [one.get("id") for one in html.fromstring(page).xpath("//section[starts-with(@id, 'teil-')]")]
    assert positions == ["teil-4", "teil-4-1"]
    answer = otto.post(DESK, data=fields(page, "undo") | {"act": "paragraph-down:4-1", "show": "changed"})
    assert answer.location == f"{DESK}?at=4-2&did=paragraph-down&show=changed#teil-4-2"


def test_a_misprint_is_one_step_away(otto: Any, cast: Cast) -> None:
    [link] = [one for one in row(otto.get(DESK).text, "4-2").xpath(".//a/@href") if one.endswith("/correction")]
    assert link == "/d/erklaerung/3/2/correction"
    assert otto.get(link).status_code == 200


def test_what_is_struck_can_be_put_back(otto: Any, cast: Cast) -> None:
    press(otto, "paragraph-omit:4-2")
    page = otto.get(DESK).text
    origin = builders.paragraph(cast.declaration, "3.2").id
    assert "gestrichen" in page
    assert "Öffnungszeiten dürfen digital sein." in page
    answer = press(otto, f"restore:{origin}")
    assert answer.location.endswith("#teil-4-2")
    assert words(cast, 3, 1) == "Öffnungszeiten dürfen digital sein."


def test_a_joined_paragraph_says_where_its_sentences_are(otto: Any, cast: Cast) -> None:
    press(otto, "paragraph-merge:4-2")
    page = otto.get(DESK).text
    assert "verbunden mit 3.1" in page
    assert "restore:" not in page
    press(otto, "paragraph-split:4-1", cut_4_1="3")
    assert [words(cast, 3, p) for p in (0, 1)][1] == "Öffnungszeiten dürfen digital sein."


def test_a_divided_paragraph_is_not_called_new(otto: Any, cast: Cast) -> None:
    press(otto, "paragraph-split:4-1", cut_4_1="2")
    page = otto.get(DESK).text
    assert "abgeteilt aus 3.1" in page
    assert "Satz 2 steht jetzt in 3.1a." in page


def test_a_thesis_without_paragraphs_is_warned_about_and_can_be_taken_out(otto: Any, cast: Cast) -> None:
    said = "hat keinen Absatz. Fügen Sie dort einen ein"
    assert said not in otto.get(DESK).text
    press(otto, "paragraph-omit:3-1")
    assert said in otto.get(DESK).text
    assert said in otto.get(f"{DESK}?show=changed").text
    assert said in otto.get(f"{DESK}/publish").text
    press(otto, "thesis-omit:3")
    assert said not in otto.get(DESK).text
    assert said not in otto.get(f"{DESK}/publish").text


def test_a_struck_thesis_stays_in_sight(otto: Any, cast: Cast) -> None:
    press(otto, "paragraph-omit:3-1")
    press(otto, "thesis-omit:3")
    page = otto.get(DESK).text
    assert "These gestrichen" in page
    assert "Ein Gespräch lässt sich nicht beschleunigen." in page


def test_long_texts_come_in_pages_and_an_act_leads_back_to_its_own(client: FlaskClient, cast: Cast) -> None:
    text = builders.make_draft([(str(n), f"Überschrift {n}", [f"Satz zu {n}. Noch einer."]) for n in range(1, 46)])
    declaration = create_declaration(Operator(), text, Particulars(slug="lang", title="Lang"))
    declaration.phase = Phase.ANNOTATING
    db.session.commit()
    browser = client.sign_in(builders.make_member(declaration, "olga", Role.ORGANISER))
    browser.post("/d/lang/editions")
    page = browser.get("/d/lang/editions/draft?page=2").text
    assert "Seite 2 von 3" in page
    assert len(html.fromstring(page).xpath("//section[contains(@class, 'split__thesis')]")) == 20
    answer = browser.post("/d/lang/editions/draft", data=fields(page, "version") | {"act": "thesis-down:30"})
    assert answer.location.endswith("?at=31&did=thesis-down#teil-31")
    assert "Seite 2 von 3" in browser.get(answer.location).text
    assert "Eine Stelle nach unten gerückt." in browser.get(answer.location).text
    for strange in ("page=99", "page=-3", "page=x", "at=x", "at=99-99"):
        assert browser.get(f"/d/lang/editions/draft?{strange}").status_code == 200


def test_the_desk_asks_few_questions_however_long_the_text_is(client: FlaskClient, cast: Cast) -> None:
    begin_draft(cast.otto, cast.declaration)
    text = builders.make_draft(
        [(str(n), f"Überschrift {n}", [f"Satz {n}-{p}." for p in range(8)]) for n in range(1, 40)]
    )
    declaration = create_declaration(Operator(), text, Particulars(slug="lang", title="Lang"))
    declaration.phase = Phase.ANNOTATING
    db.session.commit()
    begin_draft(Operator(), declaration)
    browser = client.sign_in(builders.make_user("olga", is_operator=True))
    counts = []
    for slug in ("erklaerung", "lang"):
        with count_queries() as queries:
            assert browser.get(f"/d/{slug}/editions/draft").status_code == 200
        counts.append(queries.count)
    assert counts[0] == counts[1]
    assert counts[1] <= 11, counts


# Every button.


@pytest.mark.parametrize(
    ("act", "changed", "lands"),
    [
        ("paragraph-up:4-2", {}, "4-1"),
        ("paragraph-down:4-1", {}, "4-2"),
        ("paragraph-merge:4-2", {}, "4-1"),
        ("paragraph-split:4-1", {"cut_4_1": "2"}, "4-2"),
        ("paragraph-thesis:4-2", {}, "5"),
        ("paragraph-omit:4-2", {}, "4-1"),
        ("thesis-up:4", {}, "3"),
        ("thesis-down:2", {}, "3"),
    ],
)
def test_each_button_does_its_act_and_can_be_undone(
    otto: Any, cast: Cast, act: str, changed: dict[str, str], lands: str
) -> None:
    before = text_of(draft_of(cast))
    answer = press(otto, act, **changed)
    assert answer.status_code == 303
    assert answer.location.endswith(f"#teil-{lands}")
    assert text_of(draft_of(cast)) != before
    page = otto.get(answer.location).text
    assert row(page, lands).xpath(".//*[@role='status']")
    press(otto, "undo")
    assert text_of(draft_of(cast)) == before


def test_a_button_on_a_page_that_is_out_of_date_does_nothing(otto: Any, cast: Cast) -> None:
    page = otto.get(DESK).text
    press(otto, "paragraph-omit:4-2")
    answer = otto.post(DESK, data=fields(page, "version") | {"act": "paragraph-omit:4-1"})
    assert answer.status_code == 303
    assert "Jemand hat den Entwurf inzwischen geändert." in otto.get(answer.location).text
    assert words(cast, 3, 0).startswith("Eine Inobhutnahme")


@pytest.mark.parametrize(
    "act",
    ["", "nonsense", "paragraph-up", "paragraph-up:99-99", "paragraph-up:1-1", "thesis-merge:3", "restore:0",
     "restore:99999999999", "paragraph-split:4-1", "paragraph-split:4-2", "paragraph-omit:0-0", "note:3", "undo"],
)  # fmt: skip
def test_a_button_that_makes_no_sense_breaks_nothing(otto: Any, cast: Cast, act: str) -> None:
    answer = otto.post(DESK, data={"act": act, "version": "0", "cut-4-1": "x"})
    assert answer.status_code == 303, answer.status_code
    assert otto.get(answer.location).status_code == 200
    assert draft_of(cast).version == 0


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "1.5"])
def test_a_version_that_is_none_is_out_of_date(otto: Any, cast: Cast, version: str) -> None:
    assert otto.post(DESK, data={"act": "paragraph-omit:4-1", "version": version}).status_code == 303
    assert draft_of(cast).version == 0


def test_the_note_is_kept(otto: Any, cast: Cast) -> None:
    page = otto.get(DESK).text
    answer = otto.post(DESK, data=fields(page, "note") | {"act": "note", "note": "Aus der Beratung."})
    assert answer.status_code == 303
    assert fields(otto.get(DESK).text, "note")["note"] == "Aus der Beratung."
    assert draft_of(cast).version == 0


def test_a_note_that_is_too_long_stays_in_its_field(otto: Any, cast: Cast) -> None:
    sent = fields(otto.get(DESK).text, "note") | {"act": "note", "note": "x" * 3001}
    answer = otto.post(DESK, data=sent)
    assert answer.status_code == 422
    assert "Bitte höchstens 3000 Zeichen; das sind 1 zu viel." in answer.text
    assert fields(answer.text, "note")["note"] == "x" * 3001
    assert draft_of(cast).note == ""


def test_two_notes_at_once_stand_beside_each_other(otto: Any, cast: Cast) -> None:
    sent = fields(otto.get(DESK).text, "note") | {"act": "note"}
    otto.post(DESK, data=sent | {"note": "Die eine Notiz."})
    answer = otto.post(DESK, data=sent | {"note": "Die andere Notiz."})
    assert answer.status_code == 409
    assert "Die eine Notiz." in answer.text
    assert fields(answer.text, "note")["note"] == "Die andere Notiz."
    assert otto.post(DESK, data=fields(answer.text, "note") | {"act": "note"}).status_code == 303
    assert draft_of(cast).note == "Die andere Notiz."


def test_throwing_a_draft_away_is_asked_first(otto: Any, cast: Cast) -> None:
    press(otto, "paragraph-omit:4-2")
    page = otto.get(f"{DESK}/discard")
    assert "lässt sich nicht rückgängig machen" in page.text
    stale = fields(page.text)
    press(otto, "paragraph-omit:2-1")
    assert otto.post(f"{DESK}/discard", data=stale).status_code == 303
    assert draft_of(cast).version == 2
    answer = fill(otto, f"{DESK}/discard")
    assert (answer.status_code, answer.location) == (303, DESK)
    assert find_draft(cast.declaration) is None
    assert "Der Entwurf ist verworfen." in otto.get(DESK).text


# Other words.


def test_rewording_with_a_look_before(otto: Any, cast: Cast) -> None:
    address = f"{DESK}/4-1?v=0"
    page = otto.get(address)
    assert fields(page.text)["source"].strip() == "Eine Inobhutnahme ist keine Dienstleistung. Sie braucht Menschen."
    sent = fields(page.text) | {"source": NEW, "reason": "Erfahrung zählt."}
    preview = otto.post(f"{DESK}/4-1", data=sent | {"action": "preview"})
    assert preview.status_code == 200
    assert re.search(r"<ins><span[^>]*>eingefügt: </span>erfahrene ?</ins>", preview.text)
    assert fields(preview.text)["source"].strip() == NEW
    assert draft_of(cast).version == 0
    answer = otto.post(f"{DESK}/4-1", data=sent | {"action": "save"})
    assert answer.location == f"{DESK}?at=4-1&did=save#teil-4-1"
    assert words(cast, 3, 0) == NEW


def test_list_items_are_lines(otto: Any, cast: Cast) -> None:
    source = "Das gilt:\r\n  a) für alle\r\n    1. besonders hier\r\n  b) und für Gäste"
    fill(otto, f"{DESK}/4-1", source=source)
    units = text_of(draft_of(cast)).theses[3].paragraphs[0].units
    assert [(one.label, one.level) for one in units] == [("", 0), ("a)", 1), ("1.", 2), ("b)", 1)]
    assert fields(otto.get(f"{DESK}/4-1").text)["source"].split() == source.split()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"source": " \r\n"}, "Ein Absatz braucht Worte"),
        ({"source": "x" * 20_001}, "höchstens 20000 Zeichen"),
        ({"source": NEW, "reason": "y" * 601}, "höchstens 600 Zeichen"),
    ],
)
def test_what_is_wrong_is_said_and_the_text_kept(otto: Any, cast: Cast, typed: dict[str, str], sentence: str) -> None:
    for path in ("/4-1", "/4-1/new", "/4/new"):
        answer = fill(otto, DESK + path, **typed)
        assert answer.status_code == 422
        assert sentence in answer.text or "ersten Absatz" in answer.text
        for name, value in typed.items():
            assert fields(answer.text)[name].strip() == value.strip()
    assert draft_of(cast).version == 0


def test_changing_another_paragraph_meanwhile_disturbs_nobody(otto: Any, cast: Cast) -> None:
    sent = fields(otto.get(f"{DESK}/4-1").text)
    press(otto, "paragraph-omit:2-1")
    press(otto, "paragraph-omit:2-1")
    press(otto, "thesis-omit:2")
    answer = otto.post(f"{DESK}/4-1", data=sent | {"source": NEW, "action": "save"})
    assert answer.location == f"{DESK}?at=3-1&did=save#teil-3-1"
    assert words(cast, 2, 0) == NEW


def test_of_two_who_change_the_same_paragraph_both_texts_are_shown(otto: Any, cast: Cast) -> None:
    sent = fields(otto.get(f"{DESK}/4-1").text)
    drafting.reword(cast.otto, draft_of(cast), Place(3, 0), "So schrieb es die Kollegin.", "", 0)
    answer = otto.post(f"{DESK}/4-1", data=sent | {"source": NEW, "action": "save"})
    assert answer.status_code == 409
    assert "Jemand hat diesen Absatz inzwischen auch geändert." in answer.text
    assert "So schrieb es die Kollegin." in answer.text
    assert fields(answer.text)["source"].strip() == NEW
    assert words(cast, 3, 0) == "So schrieb es die Kollegin."
    assert otto.post(f"{DESK}/4-1", data=fields(answer.text) | {"action": "save"}).status_code == 303
    assert words(cast, 3, 0) == NEW


def test_the_same_text_sent_twice_is_stored_once(otto: Any, cast: Cast) -> None:
    for path, lands in (("/4-1", "4-1"), ("/4-1/new", "4-2"), ("/4/new", "5")):
        sent = fields(otto.get(DESK + path).text) | {"source": f"Ein Satz für {path}.", "action": "save"}
        answers = [otto.post(DESK + path, data=sent) for _time in range(2)]
        assert [one.status_code for one in answers] == [303, 303]
        assert answers[0].location == answers[1].location
        assert answers[0].location.endswith(f"#teil-{lands}")
    text = text_of(draft_of(cast))
    assert sum(" ".join(one.sentences).startswith("Ein Satz für") for t in text.theses for one in t.paragraphs) == 3


def test_a_paragraph_that_was_struck_meanwhile_keeps_the_text_on_the_page(otto: Any, cast: Cast) -> None:
    sent = fields(otto.get(f"{DESK}/4-2").text)
    press(otto, "paragraph-omit:4-2")
    answer = otto.post(f"{DESK}/4-2", data=sent | {"source": "Lange getippt.", "action": "save"})
    assert answer.status_code == 409
    assert "Diesen Absatz gibt es im Entwurf nicht mehr." in answer.text
    assert "Lange getippt." in answer.text


def test_words_for_a_draft_that_was_published_meanwhile_are_shown_again(otto: Any, cast: Cast) -> None:
    sent = fields(otto.get(f"{DESK}/4-2").text)
    new = fields(otto.get(f"{DESK}/4-2/new").text)
    note = fields(otto.get(DESK).text, "note")
    publish = {"version": "0", "note": "Lange getippt."}
    drafting.discard_draft(cast.otto, draft_of(cast))
    db.session.commit()
    for path, data in (
        ("/4-2", sent | {"source": "Lange getippt.", "action": "save"}),
        ("/4-2/new", new | {"source": "Lange getippt.", "action": "save"}),
        ("", note | {"note": "Lange getippt.", "act": "note"}),
        ("/publish", publish),
    ):
        answer = otto.post(DESK + path, data=data)
        assert answer.status_code == 409
        assert "Ihr Text ist nicht verloren" in answer.text
        assert "Lange getippt." in answer.text


def test_as_many_characters_as_are_kept_are_allowed(otto: Any, cast: Cast) -> None:
    source = "\r\n".join(["Wort"] * 4_000)
    assert len(source) > drafting.SOURCE_MAX >= len(source.replace("\r", ""))
    assert fill(otto, f"{DESK}/4-1", source=source).status_code == 303


def test_a_new_paragraph_that_nobody_else_knows_is_found_by_its_words(otto: Any, cast: Cast) -> None:
    fill(otto, f"{DESK}/4-1/new", source="Ganz neu.")
    sent = fields(otto.get(f"{DESK}/4-2").text)
    press(otto, "paragraph-down:4-2")
    answer = otto.post(f"{DESK}/4-2", data=sent | {"source": "Ganz neu und besser.", "action": "save"})
    assert answer.location.endswith("#teil-4-3")
    assert words(cast, 3, 2) == "Ganz neu und besser."


def test_inserting_while_somebody_changes_the_draft_asks_for_another_look(otto: Any, cast: Cast) -> None:
    for path in ("/4-1/new", "/4/new"):
        sent = fields(otto.get(DESK + path).text) | {"source": "Lange getippt.", "action": "save"}
        press(otto, "thesis-down:2" if path == "/4-1/new" else "undo")
        answer = otto.post(DESK + path, data=sent)
        assert answer.status_code == 409
        assert "Ihr Text steht noch im Feld." in answer.text
        assert fields(answer.text)["source"].strip() == "Lange getippt."
        assert otto.post(DESK + path, data=fields(answer.text) | {"action": "save"}).status_code == 303
        press(otto, "undo")


def test_inserting_where_nothing_is_any_more_keeps_the_text(otto: Any, cast: Cast) -> None:
    sent = fields(otto.get(f"{DESK}/5-1/new").text) | {"source": "Lange getippt.", "action": "save"}
    press(otto, "paragraph-omit:5-1")
    answer = otto.post(f"{DESK}/5-1/new", data=sent)
    assert answer.status_code == 409
    assert fields(answer.text)["source"].strip() == "Lange getippt."


def test_a_link_from_an_older_page_leads_to_the_present_one(otto: Any, cast: Cast) -> None:
    press(otto, "thesis-down:2")
    for path in ("/4-1", "/4-1/new", "/4/new", "/4", "/4-1/move", "/4-1/pair"):
        answer = otto.get(f"{DESK}{path}?v=0")
        assert answer.status_code == 303, path
    assert "Jemand hat den Entwurf inzwischen geändert." in otto.get(DESK).text


@pytest.mark.parametrize(
    "path", ["/99-1", "/4-99", "/99-1/new", "/4-99/new", "/4-99/move", "/4-99/pair", "/99", "/0-1"]
)
def test_places_that_do_not_exist_lead_back(otto: Any, path: str) -> None:
    assert otto.get(DESK + path).status_code == 303
    answer = otto.post(DESK + path, data={"version": "0", "source": "Neu.", "heading": "Neu", "target": "0"})
    assert answer.status_code in (303, 409)
    assert answer.status_code == 303 or "Neu." in answer.text


def test_a_new_thesis_with_its_first_paragraph(otto: Any, cast: Cast) -> None:
    answer = fill(otto, f"{DESK}/2/new?v=0", heading="Ganz neu", source="Ein Satz.", reason="Fehlte.")
    assert answer.location == f"{DESK}?at=3&did=insert#teil-3"
    page = otto.get(answer.location).text
    assert row(page, "3").get("aria-label") == "These 1a"
    assert row(page, "3-1").get("aria-label") == "Absatz 1a.1"
    assert "Fehlte." in page
    answer = fill(otto, f"{DESK}/6/new", heading="Hinter dem Ende", source="Ein Satz.")
    assert answer.status_code == 409
    assert "An dieser Stelle kann keine These stehen." in answer.text
    assert fields(answer.text)["source"].strip() == "Ein Satz."
    assert len(text_of(draft_of(cast)).theses) == 6


def test_another_heading(otto: Any, cast: Cast) -> None:
    stale = fields(otto.get(f"{DESK}/4").text)
    assert fill(otto, f"{DESK}/4", heading="Schutz ist Pflicht").location.endswith("?at=4&did=save#teil-4")
    answer = otto.post(f"{DESK}/4", data=stale | {"heading": "Schutz ist kein Luxus"})
    assert answer.status_code == 409
    assert "Schutz ist Pflicht" in answer.text
    assert fields(answer.text)["heading"] == "Schutz ist kein Luxus"
    assert otto.post(f"{DESK}/4", data=stale | {"heading": "Schutz ist Pflicht"}).status_code == 303
    assert text_of(draft_of(cast)).theses[3].heading == "Schutz ist Pflicht"
    answer = fill(otto, f"{DESK}/4", heading="x" * 501)
    assert answer.status_code == 422
    assert fields(answer.text)["heading"] == "x" * 501


def test_moving_to_any_place(otto: Any, cast: Cast) -> None:
    page = otto.get(f"{DESK}/4-2/move?v=0").text
    options = [one.get("value") for one in html.fromstring(page).xpath("//select[@id='target']//option")]
    assert options == ["1-0", "1-1", "2-0", "2-1", "2-2", "3-0", "3-1", "4-0", "4-1", "5-0", "5-1"]
    answer = fill(otto, f"{DESK}/4-2/move", target="2-1")
    assert answer.location == f"{DESK}?at=2-2&did=move#teil-2-2"
    assert words(cast, 1, 1) == "Öffnungszeiten dürfen digital sein."
    for wrong in ("", "x", "2-x", "-1"):
        assert fill(otto, f"{DESK}/2-2/move", target=wrong).status_code == 422
    assert fill(otto, f"{DESK}/2-2/move", target="99-1").status_code == 303
    assert draft_of(cast).version == 1


def test_another_pair(otto: Any, cast: Cast) -> None:
    first, second = (builders.paragraph(cast.declaration, at).id for at in ("3.1", "3.2"))
    answer = fill(otto, f"{DESK}/4-1/pair", target=str(second))
    assert answer.location == f"{DESK}?at=4-1&did=pair#teil-4-1"
    assert [one.origin for one in text_of(draft_of(cast)).theses[3].paragraphs] == [second, 0]
    page = otto.get(DESK).text
    assert "Fortsetzung von Absatz 3.2 – stimmt nicht?" in page
    stale = fields(otto.get(f"{DESK}/4-1/pair").text)
    press(otto, "undo")
    answer = otto.post(f"{DESK}/4-1/pair", data=stale | {"target": "0"})
    assert "Jemand hat den Entwurf" in otto.get(answer.location).text
    assert text_of(draft_of(cast)).theses[3].paragraphs[0].origin == first


def test_adopted_proposals_can_be_unticked(otto: Any, cast: Cast) -> None:
    draft, text = draft_of(cast), text_of(draft_of(cast))
    one = drafting.paragraph_at(text, Place(3, 0))
    adopted = type(one)("", scene.units("Aus zwei Vorschlägen."), one.origin, "Aus A-1.", (1, 2))
    drafting.change_text(cast.otto, draft, drafting.put(text, Place(3, 0), adopted), 0)
    sent = fields(otto.get(f"{DESK}/4-1").text)
    otto.post(f"{DESK}/4-1", data={**sent, "source": "Aus einem Vorschlag.", "adopted": ["2"], "action": "save"})
    assert text_of(draft_of(cast)).theses[3].paragraphs[0].adopted == (2,)


# A whole file.

REVISED = """# Erklärung

Wir legen diese Erklärung vor. Sie steht zur Diskussion.

## Fachlichkeit zuerst

Technik folgt der Fachlichkeit. Nicht umgekehrt.

Wer plant, fragt zuerst die Fachkräfte.

## Beziehung braucht Zeit

Ein Gespräch lässt sich nicht beschleunigen.

Das ist neu.

## Schutz ist kein Service

Eine Inobhutnahme ist keine Dienstleistung. Sie braucht Menschen.
"""


def test_a_file_is_compared_and_the_outcome_told(client: FlaskClient, cast: Cast) -> None:
    browser = client.sign_in(cast.otto)
    page = browser.get(f"{DESK}/file")
    sent = {**fields(page.text), "file": (io.BytesIO(REVISED.encode()), "neu.md"), "text": ""}
    answer = browser.post(f"{DESK}/file", data=sent, content_type="multipart/form-data")
    assert (answer.status_code, answer.location) == (303, f"{DESK}?did=upload")
    told = browser.get(answer.location).text
    assert "4 unverändert, 1 neu gefasst, 1 neu, 2 gestrichen" in told
    origins = [one.origin for thesis in text_of(draft_of(cast)).theses for one in thesis.paragraphs]
    assert origins == [builders.paragraph(cast.declaration, at).id if at else 0 for at in
                       ("0.1", "1.1", "1.2", "2.1", "", "3.1")]  # fmt: skip


def test_pasted_words_replace_the_draft_and_can_be_undone(otto: Any, cast: Cast) -> None:
    press(otto, "paragraph-omit:4-2")
    before = text_of(draft_of(cast))
    page = otto.get(f"{DESK}/file").text
    assert "tritt an die Stelle dessen, was jetzt im Entwurf steht" in page
    answer = otto.post(f"{DESK}/file", data=fields(page) | {"text": REVISED})
    assert answer.status_code == 303
    assert words(cast, 2, 1) == "Das ist neu."
    press(otto, "undo")
    assert text_of(draft_of(cast)) == before


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "leer.txt", "Wählen Sie bitte eine Datei aus"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 alt", "alt.doc", "alten Word-Format"),
        (b"PK\x03\x04 kaputt", "kaputt.docx", "beschädigt"),
        (b"## Nur\n\n## Titel\n", "titel.md", "kein Text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    otto: Any, cast: Cast, content: bytes, name: str, sentence: str
) -> None:
    file = (io.BytesIO(content), name if content else "")
    answer = otto.post(f"{DESK}/file", data={"file": file, "version": "0"}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert draft_of(cast).version == 0


def test_an_upload_does_not_overwrite_what_somebody_did_meanwhile(otto: Any, cast: Cast) -> None:
    sent = fields(otto.get(f"{DESK}/file").text) | {"text": REVISED}
    press(otto, "paragraph-omit:4-2")
    before = text_of(draft_of(cast))
    answer = otto.post(f"{DESK}/file", data=sent)
    assert "Jemand hat den Entwurf inzwischen geändert." in otto.get(answer.location).text
    assert text_of(draft_of(cast)) == before


# Publishing.


def test_before_publishing_one_sees_what_it_does(otto: Any, cast: Cast) -> None:
    kept = builders.annotate(cast.ada, cast.declaration, "1.1", "Das bleibt so.")
    changed = builders.annotate(cast.ada, cast.declaration, "3.1", "Das ändert sich.", sentences=[2])
    proposal = builders.annotate(
        cast.ben, cast.declaration, "3.2", kind=Kind.PROPOSAL, wording="Anders.", sentences=[1]
    )
    hidden = builders.annotate(cast.ben, cast.declaration, "3.1", "Das sieht niemand.", sentences=[2])
    hidden.status = Status.HIDDEN
    held_back = builders.annotate(cast.ben, cast.declaration, "3.1", "Das liest erst jemand.", sentences=[2])
    held_back.status = Status.PENDING
    place = builders.paragraph(cast.declaration, "3.1")
    take_stance(cast.ada, place.thesis, place, StanceValue.CARRY)
    db.session.commit()
    fill(otto, f"{DESK}/4-1", source=NEW)
    page = otto.get(f"{DESK}/publish")
    table = [
        [cell.text_content() for cell in one.xpath("./th|./td")]
        for one in html.fromstring(page.text).xpath("//main//table/tbody/tr")
    ]
    assert table == [
        ["unverändert", "2", "0", "0"],
        ["verschoben", "0", "0", "0"],
        ["neu gefasst", "1", "1", "0"],
        ["weggefallen", "0", "0", "0"],
    ]
    assert "2 Anmerkungen sieht danach ein Mensch durch" in page.text
    assert "1 davon wird gerade nicht gezeigt" in page.text
    [listed] = html.fromstring(page.text).xpath("//main//ul[contains(@class, 'mentions')]")
    assert changed.label in listed.text_content()
    assert kept.label not in listed.text_content()
    assert "Das sieht niemand." not in page.text
    assert "Das liest erst jemand." not in page.text
    assert "Über 1 Vorschlag ist noch nicht entschieden." in page.text
    assert proposal.outcome is None


def test_publishing_makes_the_next_edition(otto: Any, cast: Cast) -> None:
    annotation = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[2])
    fill(otto, f"{DESK}/4-1", source=NEW, reason="Erfahrung zählt.")
    answer = fill(otto, f"{DESK}/publish", note="Aus der Beratung.")
    assert (answer.status_code, answer.location) == (303, "/d/erklaerung/changes?from=1&to=2")
    told = otto.get(answer.location)
    assert "Fassung 2 ist veröffentlicht. 1 Anmerkung wartet darauf" in told.text
    assert "erfahrene" in told.text
    edition = find_edition(cast.declaration, 2)
    assert edition.note == "Aus der Beratung."
    assert find_draft(cast.declaration) is None
    assert db.session.scalars(select(Anchor.annotation_id)).all() == [annotation.number]
    assert db.session.scalars(select(Annotation.number)).all() == [annotation.number]


def test_publishing_twice_publishes_once(otto: Any, cast: Cast) -> None:
    fill(otto, f"{DESK}/4-1", source=NEW)
    sent = fields(otto.get(f"{DESK}/publish").text) | {"note": "Aus der Beratung."}
    answers = [otto.post(f"{DESK}/publish", data=sent) for _time in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert [one.number for one in load_editions(cast.declaration)] == [2, 1]


def test_who_publishes_says_what_changes(otto: Any, cast: Cast) -> None:
    fill(otto, f"{DESK}/4-1", source=NEW)
    for note, sentence in ((" \n", "was sich ändert und warum"), ("x" * 3001, "höchstens 3000 Zeichen")):
        answer = fill(otto, f"{DESK}/publish", note=note)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert fields(answer.text)["note"].strip() == note.strip()
    assert current_edition(cast.declaration).number == 1


def test_the_note_from_the_desk_is_there_already(otto: Any, cast: Cast) -> None:
    fill(otto, f"{DESK}/4-1", source=NEW)
    otto.post(DESK, data=fields(otto.get(DESK).text, "note") | {"act": "note", "note": "Schon geschrieben."})
    assert fields(otto.get(f"{DESK}/publish").text)["note"].strip() == "Schon geschrieben."


def test_a_draft_without_changes_cannot_be_published(otto: Any, cast: Cast) -> None:
    page = otto.get(f"{DESK}/publish").text
    assert "Wort für Wort Fassung 1" in page
    assert not html.fromstring(page).xpath("//main//form")
    answer = otto.post(f"{DESK}/publish", data={"version": "0", "note": "Nichts."})
    assert answer.status_code == 422
    assert "Wort für Wort Fassung 1" in answer.text
    assert current_edition(cast.declaration).number == 1


def test_what_somebody_changed_meanwhile_is_not_published_unseen(otto: Any, cast: Cast) -> None:
    fill(otto, f"{DESK}/4-1", source=NEW)
    sent = fields(otto.get(f"{DESK}/publish").text) | {"note": "Aus der Beratung."}
    press(otto, "paragraph-omit:4-2")
    answer = otto.post(f"{DESK}/publish", data=sent)
    assert answer.status_code == 409
    assert "Jemand hat den Entwurf inzwischen geändert." in answer.text
    assert fields(answer.text)["note"].strip() == "Aus der Beratung."
    assert current_edition(cast.declaration).number == 1
    assert otto.post(f"{DESK}/publish", data=fields(answer.text)).status_code == 303
    assert current_edition(cast.declaration).number == 2


def test_nobody_waits_while_publishing_is_thought_through(otto: Any, cast: Cast) -> None:
    fill(otto, f"{DESK}/4-1", source=NEW)
    sent = fields(otto.get(f"{DESK}/publish").text) | {"note": "Aus der Beratung."}
    with others_can_write_during("FROM vote") as tries:
        answer = otto.post(f"{DESK}/publish", data=sent)
    assert answer.location == "/d/erklaerung/changes?from=1&to=2"
    assert len(tries) == 1


def test_nobody_waits_while_a_file_is_compared(otto: Any, cast: Cast) -> None:
    sent = fields(otto.get(f"{DESK}/file").text) | {"text": REVISED}
    with others_can_write_during("FROM paragraph_state") as tries:
        assert otto.post(f"{DESK}/file", data=sent).status_code == 303
    assert len(tries) == 1
    assert draft_of(cast).version == 1


# A draft that was overtaken.


def test_a_draft_on_an_earlier_edition_says_so_and_begins_anew(otto: Any, cast: Cast) -> None:
    sent = fields(otto.get(f"{DESK}/4-1").text)
    publish_form = {"version": "1", "note": "Aus Versehen."}
    fill(otto, f"{DESK}/2-1", source="Im Entwurf geändert.")
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Inzwischen neu."))
    page = otto.get(DESK).text
    assert "Inzwischen ist Fassung 2 erschienen." in page
    assert "Im Entwurf geändert." in page
    assert [one.get("value") for one in html.fromstring(page).xpath("//main//button")] == ["anew"]
    answer = otto.post(f"{DESK}/4-1", data=sent | {"source": "Lange getippt.", "action": "save"})
    assert answer.status_code == 409
    assert "Lange getippt." in answer.text
    for path in ("/publish", "/file"):
        assert otto.get(DESK + path).status_code == 303
        assert otto.post(DESK + path, data=publish_form | {"text": REVISED}).status_code == 303
    assert current_edition(cast.declaration).number == 2
    assert otto.post(DESK, data=fields(page, "anew") | {"act": "anew"}).status_code == 303
    assert text_of(draft_of(cast)) == scene.text(cast.declaration)
    page = otto.get(DESK).text
    assert "Fassung 3 vorbereiten" in page
    assert "Inzwischen ist" not in page
