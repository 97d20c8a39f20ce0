"""Contributions from paper come in as a table: whole or not at all, with their origin, and never twice."""

import io

import pytest
import xlsxwriter
from sqlalchemy import select

from deliberation.annotations.models import Annotation, Kind, Status
from deliberation.database import db
from deliberation.declarations.models import Policy
from deliberation.meetings import paper
from deliberation.meetings.paper import Wrong, read_paper, take_in
from deliberation.permissions import NotAllowed

TABLE = """Stelle;Art;Text;Wortlaut;Herkunft
3.1;Einwand;Das steht so nirgends.;;Bogen 12, Fachtagung
3;Frage;Wer zahlt das?;;Bogen 12, Fachtagung
3.2;Textvorschlag;Klarer so.;Öffnungszeiten sind digital.;Bogen 13
"""


def read(cast, text=TABLE, name="t.csv"):
    return read_paper(cast.declaration, text.encode(), name)


def stored():
    return db.session.scalars(select(Annotation).order_by(Annotation.number)).all()


def test_each_line_becomes_a_contribution_with_its_origin(cast, client):
    taken = take_in(cast.otto, cast.declaration, read(cast).entries)
    db.session.commit()
    assert (taken.new, taken.known, taken.held) == (3, 0, 0)
    assert [(one.kind, one.paragraph_id is None) for one in stored()] == [
        (Kind.OBJECTION, False), (Kind.QUESTION, True), (Kind.PROPOSAL, False),
    ]  # fmt: skip
    assert "Bogen 12, Fachtagung" in client.get("/d/erklaerung/3/1").text
    client.sign_in(cast.otto)
    rows = client.get("/d/erklaerung/export.csv").text
    assert rows.count("paper: Bogen 12, Fachtagung") == 2


def test_same_table_again_adds_nothing_and_two_alike_lines_are_two(cast):
    text = TABLE + "3.1;Einwand;Das steht so nirgends.;;Bogen 12, Fachtagung\n"
    assert take_in(cast.otto, cast.declaration, read(cast, text).entries).new == 4
    again = take_in(cast.otto, cast.declaration, read(cast, text).entries)
    assert (again.new, again.known) == (0, 4)
    more = take_in(cast.otto, cast.declaration, read(cast, text + "2.1;Hinweis;Noch etwas.;;Bogen 14\n").entries)
    assert (more.new, more.known) == (1, 4)
    assert len(stored()) == 5


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("9.9;Frage;Was?;;Bogen 1", Wrong.PLACE),
        ("3.1;Ausruf;Was?;;Bogen 1", Wrong.KIND),
        ("3.1;Frage;;;Bogen 1", Wrong.EMPTY),
        (f"3.1;Frage;{'x' * 3001};;Bogen 1", Wrong.LONG),
        ("3.1;Textvorschlag;So.;;Bogen 1", Wrong.WORDING),
        ("3.1;Frage;Was?;;", Wrong.ORIGIN),
        (f"3.1;Frage;Was?;;{'x' * 61}", Wrong.ORIGIN),
    ],
)
def test_one_wrong_line_is_named_and_nothing_is_taken(cast, line, wrong):
    found = read(cast, TABLE + line + "\n")
    assert [(one.line, one.what) for one in found.faults] == [(5, wrong)]
    assert found.entries == []


def test_table_without_the_columns_is_refused(cast):
    assert [one.what for one in read(cast, "a;b\n1;2\n").faults] == [Wrong.COLUMNS]
    assert [one.what for one in read(cast, TABLE.splitlines()[0] + "\n").faults] == [Wrong.NOTHING]


def test_excel_and_the_columns_of_our_own_export_are_understood(cast):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["thesis", "paragraph", "kind", "body", "origin"])
    sheet.write_row(1, 0, ["3", 1, "question", "Wer zahlt das?", "Bogen 1"])
    book.close()
    [entry] = read_paper(cast.declaration, out.getvalue(), "t.xlsx").entries
    assert (entry.paragraph.number, entry.kind) == ("1", Kind.QUESTION)


def test_person_of_the_same_name_stays_apart(cast):
    take_in(cast.otto, cast.declaration, read(cast, TABLE.replace("Bogen 13", "Weide 27")).entries)
    [proposal] = [one for one in stored() if one.kind is Kind.PROPOSAL]
    db.session.refresh(proposal, ["author"])
    assert proposal.author.pseudonym == "Weide 27 (Papier)"
    assert proposal.author_id != cast.ada.membership_in(cast.declaration.id).id


def test_policy_holds_what_it_would_hold_otherwise(cast):
    cast.declaration.policy = Policy.ALL
    assert take_in(cast.otto, cast.declaration, read(cast).entries).held == 3
    assert {one.status for one in stored()} == {Status.PENDING}


def test_others_bring_nothing_in(cast):
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            take_in(person, cast.declaration, read(cast).entries)


def test_organiser_brings_them_in_through_the_page(cast, client):
    client.sign_in(cast.otto)
    path = "/d/erklaerung/office/paper"
    assert client.post(path, data={"file": (io.BytesIO(TABLE.encode()), "t.csv")}).status_code == 303
    assert "3 Beiträge übernommen." in client.get(path).text
    wrong = client.post(path, data={"file": (io.BytesIO((TABLE + "9.9;Frage;Was?;;Bogen 1\n").encode()), "t.csv")})
    assert wrong.status_code == 422
    assert "Zeile 5: Die Stelle „9.9“ gibt es nicht." in wrong.text
    assert client.post(path, data={}).status_code == 422
    assert client.post(path, data={"file": (io.BytesIO(b"PK\x03\x04"), "t.xlsx")}).status_code == 422
    assert len(stored()) == 3
    assert paper.ORIGIN_MAX == 60
