"""Bringing in a text in the browser: upload, preview, every act as a plain form, and the declaration in the end."""

import io
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from deliberation import clock
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.importing import from_json, read_in_cage, to_dry_run
from deliberation.declarations.models import Declaration, ImportPreview, find_declaration, load_paragraphs
from deliberation.declarations.preview import numbered
from deliberation.permissions import Phase
from tests.builders import Cast, make_declaration, make_member, make_user

pytestmark = pytest.mark.any_engine

AUSZUG = Path(__file__).parents[1] / "data" / "sgb-viii" / "auszug-2021.docx"
TEXT = """# Erklärung zur Zeit

Vorweg ein Wort. Und noch eins.

## Zeit

Zeit ist nötig. Sie fehlt. Das ist schlecht.

Wir zählen sie.

## Schutz

Schutz geht vor.

## Technik

Technik folgt der Fachlichkeit.
"""


@pytest.fixture
def otto(client: FlaskClient, cast: Cast) -> Any:
    """The organiser's browser."""
    return client.sign_in(cast.otto)


def upload(browser: Any, text: str = TEXT, **fields: Any) -> str:
    """Bring in a text; the address of its preview."""
    answer = browser.post("/import", data={"text": text, **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def upload_file(browser: Any, data: bytes, name: str) -> Any:
    """Send a file as a browser does; the body is made by hand, since the test client would not close a large one."""
    head = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + b"\r\n--cut--\r\n"
    return browser.post("/import", data=body, content_type="multipart/form-data; boundary=cut")


def kept() -> ImportPreview:
    return db.session.scalars(select(ImportPreview).order_by(ImportPreview.id.desc())).first()


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send: the fields with their values, as they stand on the page."""
    from lxml import html

    form = html.fromstring(page).xpath("//main//form[contains(@action, '/import/')]")[0]
    return {name: value for name, value in form.form_values() if name != "act"}


def press(browser: Any, address: str, act: str, **changed: str) -> Any:
    """Press a button of the preview after typing something."""
    page = browser.get(address).text
    assert f'value="{act}"' in page, f"no button {act}"
    fields = fields_of(page) | {name.replace("__", "-"): value for name, value in changed.items()}
    return browser.post(address.partition("?")[0].partition("#")[0], data={**fields, "act": act})


def outline() -> list[tuple[str, str, list[str]]]:
    """Number, heading and paragraphs of the kept preview."""
    return [
        (thesis.number, thesis.heading, [" ".join(paragraph.sentences) for paragraph in thesis.paragraphs])
        for thesis in numbered(from_json(kept().draft)).theses
    ]


def test_guest_is_sent_to_sign_in(client: FlaskClient, cast: Cast) -> None:
    for answer in (client.get("/import"), client.post("/import", data={"text": TEXT}), client.get("/import/abc")):
        assert answer.status_code == 303
        assert answer.location.startswith("/login")
    assert kept() is None


def test_participant_and_moderator_cannot_bring_in_a_text(client: FlaskClient, cast: Cast) -> None:
    for person in (cast.ada, cast.mira):
        browser = client.sign_in(person)
        assert browser.get("/import").status_code == 403
        assert browser.post("/import", data={"text": TEXT}).status_code == 403
        assert browser.post("/import/abc", data={"act": "save"}).status_code == 403
    assert kept() is None


def test_operator_brings_in_a_text_without_being_an_organiser(client: FlaskClient, cast: Cast) -> None:
    assert upload(client.sign_in(make_user("olga", is_operator=True)))


def test_other_peoples_previews_do_not_exist(otto: Any, cast: Cast) -> None:
    address = upload(otto)
    other = otto.application.test_client().sign_in(make_user("olga", is_operator=True))

    assert other.get(address).status_code == 404
    assert other.post(address, data={"act": "discard"}).status_code == 404
    assert kept() is not None


def test_preview_shows_the_split_and_stores_no_declaration(otto: Any) -> None:
    page = otto.get(upload(otto)).text

    assert "Erklärung zur Zeit" in page
    assert re.search(r"<dt>Thesen</dt><dd>3</dd>", page)
    assert re.search(r"<dt>Sätze</dt><dd>8</dd>", page)
    assert "Das ist schlecht." in page
    assert fields_of(page)["slug"] == "erklaerung-zur-zeit"
    assert db.session.scalar(select(Declaration).where(Declaration.title == "Erklärung zur Zeit")) is None


def test_word_file_becomes_the_declaration_that_the_dry_run_promises(otto: Any) -> None:
    data = AUSZUG.read_bytes()
    answer = upload_file(otto, data, "auszug.docx")
    stored = press(otto, answer.location, "create", slug="auszug")

    assert stored.location == "/d/auszug"
    declaration = find_declaration("auszug")
    paragraphs = load_paragraphs([thesis.id for thesis in declaration.theses])
    theses = [
        {
            "number": thesis.number,
            "heading": thesis.heading,
            "paragraphs": [
                {"number": one.number, "sentences": one.wording.sentences}
                for one in paragraphs
                if one.thesis_id == thesis.id
            ],
        }
        for thesis in declaration.theses
    ]
    assert {"title": declaration.title, "theses": theses} == to_dry_run(read_in_cage(data, "auszug.docx"))


def test_new_declaration_is_a_draft_of_its_organiser(otto: Any, cast: Cast) -> None:
    address = upload(otto)
    answer = press(otto, address, "create", slug="zeit", publisher="Arbeitskreis", summary="Worum es geht.")
    page = otto.get(answer.location).text
    declaration = find_declaration("zeit")

    assert (declaration.phase, declaration.publisher) == (Phase.DRAFT, "Arbeitskreis")
    assert declaration.summary == "Worum es geht."
    assert "Sie ist ein Entwurf" in page
    assert otto.get(address).location == "/d/zeit"
    assert "Erklärung zur Zeit" not in otto.get("/import").text
    stranger = otto.application.test_client().sign_in(cast.ada)
    assert stranger.get("/d/zeit").status_code == 404


def test_pressing_create_twice_makes_one_declaration(otto: Any) -> None:
    address = upload(otto)
    fields = {**fields_of(otto.get(address).text), "act": "create"}
    first, second = otto.post(address, data=fields), otto.post(address, data=fields)

    assert first.location == second.location == "/d/erklaerung-zur-zeit"
    titles = db.session.scalars(select(Declaration.title)).all()
    assert titles.count("Erklärung zur Zeit") == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": " "}, "Geben Sie der Erklärung bitte einen Titel."),
        ({"slug": "erklaerung"}, "Unter dieser Adresse gibt es schon eine Erklärung."),
        ({"slug": "Was für eine?"}, "Eine Adresse besteht aus Kleinbuchstaben"),
        ({"slug": "x" * 61}, "Eine Adresse besteht aus Kleinbuchstaben"),
        ({"slug": ""}, "Die Erklärung braucht eine Adresse."),
        ({"summary": "lang " * 200}, "Bitte höchstens 600 Zeichen."),
        ({"number__3": "1"}, "Diese Nummer hat schon eine andere These."),
        ({"number__3": "end"}, "Eine Nummer besteht aus Ziffern und Buchstaben"),
        ({"heading__3": "Wort " * 101}, "Eine Überschrift hat höchstens 500 Zeichen."),
    ],
)
def test_wrong_particulars_are_named_and_nothing_typed_is_lost(
    otto: Any, changed: dict[str, str], sentence: str
) -> None:
    typed = {"publisher": "Arbeitskreis", "heading__2": "Wir brauchen Zeit", **changed}
    answer = press(otto, upload(otto), "create", **typed)

    assert answer.status_code == 422
    assert "<title>Fehler: " in answer.text
    assert sentence in answer.text
    again = fields_of(answer.text)
    for name, value in typed.items():
        assert " ".join(again[name.replace("__", "-")].lower().split()) == " ".join(value.lower().split())
    assert len(db.session.scalars(select(Declaration)).all()) == 1


def test_address_is_suggested_free(otto: Any) -> None:
    make_declaration("erklaerung-zur-zeit")

    assert fields_of(otto.get(upload(otto)).text)["slug"] == "erklaerung-zur-zeit-2"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("leer.docx", b"", "In der Datei steht kein Text."),
        ("bild.png", b"\x89PNG\r\n\x1a\n\x00\x00", "Diese Art von Datei können wir nicht lesen."),
        ("alt.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "im alten Word-Format"),
        ("kaputt.docx", b"PK\x03\x04" + b"\x00" * 600, "Die Datei ist beschädigt"),
        ("bombe.html", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "aus Sicherheitsgründen"),
        ("gross.txt", b"Wort " * (2 * 1024 * 1024 + 10), "Die Datei ist zu groß."),
    ],
)
def test_hostile_file_gets_one_sentence_and_stores_nothing(otto: Any, name: str, data: bytes, sentence: str) -> None:
    answer = upload_file(otto, data, name)

    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2, "in the summary and at the field"
    assert kept() is None


def test_neither_and_both_are_refused_with_the_text_kept(otto: Any) -> None:
    assert "Wählen Sie bitte eine Datei aus" in otto.post("/import", data={"text": "  "}).text
    both = otto.post("/import", data={"text": TEXT, "file": (io.BytesIO(b"Ein Wort."), "a.txt")})

    assert both.status_code == 422
    assert "Bitte nur eines von beiden" in both.text
    assert "Schutz geht vor." in both.text
    assert kept() is None


def test_text_pasted_from_a_word_processor_keeps_its_paragraphs(otto: Any) -> None:
    line = "Zeit ist nötig, und wer sie nicht hat, kann nicht so arbeiten, wie es sich für diese Arbeit gehört"
    first, second = f"{line}, Tag für Tag.", f"{line}, auch nicht in der Nacht."
    upload(otto, f"{first}\r\n{second}\r\n")

    assert [paragraphs for _number, _heading, paragraphs in outline()] == [[first], [second]]


def test_text_pasted_from_a_mail_loses_its_line_breaks(otto: Any) -> None:
    upload(
        otto,
        "Zeit ist nötig, und wer sie nicht hat, der kann auch nicht so arbeiten,\r\n"
        "wie es sich für diese Arbeit gehört. Sie fehlt überall, Tag für Tag.\r\n\r\n"
        "Schutz geht vor, immer und überall, auch wenn es einmal länger dauert\r\nund mehr Menschen braucht.\r\n",
    )

    first, second = (paragraphs for _number, _heading, paragraphs in outline())
    assert first[0].startswith("Zeit ist nötig")
    assert first[0].endswith("Tag für Tag.")
    assert (len(first), len(second)) == (1, 1)


def test_unknown_shape_is_refused(otto: Any) -> None:
    assert otto.post("/import", data={"text": TEXT, "shape": "sideways"}).status_code == 422
    address = upload(otto)
    fields = fields_of(otto.get(address).text)
    assert otto.post(address, data={**fields, "shape": "sideways", "act": "split"}).status_code == 422


ACTS = [
    ("thesis-up:3", 1, ("1", "Schutz", ["Schutz geht vor."])),
    ("thesis-down:2", 2, ("2", "Zeit", ["Zeit ist nötig. Sie fehlt. Das ist schlecht.", "Wir zählen sie."])),
    ("thesis-merge:4", 2, ("2", "Schutz", ["Schutz geht vor.", "Technik", "Technik folgt der Fachlichkeit."])),
    ("thesis-count:1", 0, ("1", "", ["Vorweg ein Wort. Und noch eins."])),
    ("thesis-closing:4", 3, ("end", "Technik", ["Technik folgt der Fachlichkeit."])),
    ("paragraph-up:2-2", 1, ("1", "Zeit", ["Wir zählen sie.", "Zeit ist nötig. Sie fehlt. Das ist schlecht."])),
    ("paragraph-up:3-1", 2, ("2", "Schutz", [])),
    ("paragraph-down:2-2", 2, ("2", "Schutz", ["Wir zählen sie.", "Schutz geht vor."])),
    ("paragraph-merge:2-2", 1, ("1", "Zeit", ["Zeit ist nötig. Sie fehlt. Das ist schlecht. Wir zählen sie."])),
    ("paragraph-split:2-1", 1, ("1", "Zeit", ["Zeit ist nötig. Sie fehlt.", "Das ist schlecht.", "Wir zählen sie."])),
    ("paragraph-thesis:2-2", 2, ("2", "", ["Wir zählen sie."])),
    ("paragraph-heading:2-2", 2, ("2", "Wir zählen sie.", [])),
    ("paragraph-heading:1-1", 0, ("0", "Vorweg ein Wort. Und noch eins.", [])),
    ("paragraph-omit:2-2", 1, ("1", "Zeit", ["Zeit ist nötig. Sie fehlt. Das ist schlecht."])),
]  # fmt: skip


@pytest.mark.parametrize(("act", "index", "expected"), ACTS)
def test_every_act_is_a_plain_button_that_comes_back_to_its_place_and_can_be_undone(
    otto: Any, act: str, index: int, expected: tuple[str, str, list[str]]
) -> None:
    address = upload(otto)
    before = outline()
    answer = press(otto, address, act, **{"cut__2-1": "3"} if "split" in act else {})

    assert answer.status_code == 303
    assert outline()[index] == expected
    place = answer.location.partition("#")[2]
    page = otto.get(answer.location).text
    assert re.search(rf'id="{place}" tabindex="-1"', page), "the focus goes where something happened"
    assert re.search(rf'id="{place}"[^§]{{0,600}}?class="split__done" role="status"', page)
    press(otto, answer.location, "undo")
    assert outline() == before
    assert 'value="undo"' not in otto.get(address).text


def test_all_fields_are_saved_at_once_and_along_with_every_act(otto: Any) -> None:
    address = upload(otto)
    press(otto, address, "save", heading__2="Wir brauchen Zeit", number__3="1a", title="Ein Titel", slug="zeit")
    answer = press(otto, address, "thesis-up:4", heading__2="Zeit!", publisher="Arbeitskreis")

    assert [(number, heading) for number, heading, _paragraphs in outline()] == [
        ("0", ""), ("1", "Zeit!"), ("2", "Technik"), ("1a", "Schutz"),
    ]  # fmt: skip
    fields = fields_of(otto.get(answer.location).text)
    assert (fields["title"], fields["slug"], fields["publisher"]) == ("Ein Titel", "zeit", "Arbeitskreis")


def test_own_numbers_can_be_counted_anew(otto: Any) -> None:
    address = upload(otto)
    press(otto, address, "save", number__2="5")
    assert [number for number, _heading, _paragraphs in outline()] == ["0", "5", "6", "7"]
    press(otto, address, "count")

    assert [number for number, _heading, _paragraphs in outline()] == ["0", "1", "2", "3"]


def test_text_is_split_in_another_way_and_back(otto: Any) -> None:
    address = upload(otto)
    before = outline()
    press(otto, address, "split", shape="paragraphs")

    assert len(outline()) == 5
    assert {heading for _number, heading, _paragraphs in outline()} == {""}
    press(otto, address, "undo")
    assert outline() == before


def test_page_that_is_out_of_date_changes_nothing(otto: Any) -> None:
    address = upload(otto)
    stale = fields_of(otto.get(address).text)
    press(otto, address, "thesis-up:3")
    before = outline()
    answer = otto.post(address, data={**stale, "act": "thesis-up:3"})

    assert outline() == before
    assert "Die Vorschau war schon weiter." in otto.get(answer.location).text


@pytest.mark.parametrize(
    "act", ["thesis-up:1", "paragraph-up:99-1", "paragraph-split:2-2", "nonsense", "thesis-up:-4", ""]
)
def test_act_that_makes_no_sense_is_answered_kindly(otto: Any, act: str) -> None:
    address = upload(otto)
    before = outline()
    answer = otto.post(address, data={**fields_of(otto.get(address).text), "act": act})

    assert answer.status_code == 303
    assert otto.get(answer.location).status_code == 200
    assert outline() == before


def test_text_without_any_numbered_thesis_is_not_stored(otto: Any) -> None:
    address = upload(otto, "# Titel\n\nVorweg.\n\n## Eins\n\nEin Satz.\n")
    press(otto, address, "thesis-merge:2")
    answer = press(otto, address, "create")

    assert "Mindestens ein Teil muss eine These mit Nummer sein." in otto.get(answer.location).text
    assert len(db.session.scalars(select(Declaration)).all()) == 1


def test_long_text_is_edited_page_by_page(otto: Any) -> None:
    address = upload(otto, "# Titel\n\n" + "".join(f"## Teil {n}\n\nSatz {n}.\n\n" for n in range(1, 31)))
    answer = press(otto, address, "page:2", heading__1="Anfang")

    page = otto.get(answer.location).text
    assert "Satz 30." in page
    assert "Satz 1." not in page
    moved = press(otto, answer.location, "thesis-up:21")
    assert "Satz 21." in otto.get(moved.location).text, "it is on the first page now, and so are we"
    assert [outline()[0][1], outline()[19][1]] == ["Anfang", "Teil 21"]


def test_headings_cannot_smuggle_anything_into_the_page(otto: Any) -> None:
    address = upload(otto)
    press(otto, address, "save", heading__2='"><script>alert(1)</script>', title="</title><b>")
    page = otto.get(address).text

    assert "<script>alert" not in page
    assert "</title><b>" not in page


def test_preview_can_be_discarded(otto: Any) -> None:
    address = upload(otto)
    answer = otto.post(address, data={"act": "discard"})

    assert answer.location == "/import"
    assert kept() is None
    assert otto.get(address).status_code == 404


def test_previews_go_after_seven_days(otto: Any, cast: Cast) -> None:
    old = upload(otto)
    with clock.frozen_at(now() + timedelta(days=6)):
        younger = upload(otto.sign_in(cast.otto))
    with clock.frozen_at(now() + timedelta(days=8)):
        upload(otto.sign_in(cast.otto))

    assert otto.get(old).status_code == 404
    assert otto.get(younger).status_code == 200


def test_unfinished_previews_are_found_again(otto: Any) -> None:
    address = upload(otto)

    assert address in otto.get("/import").text


def test_organiser_opens_a_draft_by_form(otto: Any, cast: Cast) -> None:
    cast.declaration.phase = Phase.DRAFT
    with clock.frozen_at(datetime(2026, 5, 1, 12, tzinfo=clock.BERLIN)):
        answer = otto.post("/d/erklaerung/phase", data={"phase": "annotating", "ends_on": "2026-09-30"})

    assert answer.location == "/d/erklaerung"
    declaration = find_declaration("erklaerung")
    assert (declaration.phase, declaration.phase_ends_on) == (Phase.ANNOTATING, date(2026, 9, 30))
    assert 'value="annotating" checked' in otto.get("/d/erklaerung/phase").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"phase": "party"}, "Bitte wählen Sie eine Phase."),
        ({"phase": "voting", "ends_on": "2001-01-01"}, "Dieser Tag ist schon vorbei."),
    ],
)
def test_phase_that_cannot_be_is_named(otto: Any, fields: dict[str, str], sentence: str) -> None:
    answer = otto.post("/d/erklaerung/phase", data=fields)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert find_declaration("erklaerung").phase is Phase.ANNOTATING


def test_only_the_organiser_of_a_declaration_changes_its_phase(client: FlaskClient, cast: Cast) -> None:
    other = make_declaration("andere", title="Andere")
    omar = make_member(other, "omar")
    for person in (cast.ada, cast.mira, omar):
        answer = client.sign_in(person).post("/d/erklaerung/phase", data={"phase": "closed"})
        assert answer.status_code == 403
    guest = client.application.test_client()
    assert guest.post("/d/erklaerung/phase", data={"phase": "closed"}).status_code == 303
    assert find_declaration("erklaerung").phase is Phase.ANNOTATING


def test_heading_without_paragraphs_can_be_read_like_every_thesis(otto: Any) -> None:
    address = upload(otto, "# Titel\n\n## Nur ein Satz als These\n\n## Zeit\n\nZeit ist nötig.\n")
    press(otto, address, "create", slug="kurz")

    assert otto.get("/d/kurz").status_code == 200
    assert otto.get("/d/kurz/text").status_code == 200
    assert "Nur ein Satz als These" in otto.get("/d/kurz/1").text
    assert otto.get("/d/kurz/1/0").status_code == 200


def test_group_of_headings_is_renamed_once_for_all_its_theses(otto: Any) -> None:
    address = upload(
        otto, "# Titel\n\n## Teil A\n\n### Eins\n\nSatz.\n\n### Zwei\n\nSatz.\n\n## Teil B\n\n### Drei\n\nSatz.\n"
    )
    press(otto, address, "save", group__1="Anfang")

    assert [thesis.group for thesis in from_json(kept().draft).theses] == ["Anfang", "Anfang", "Teil B"]
