"""Organisers invite from a table as CSV or from Excel; what is no address is named by its line in the file."""

import io
import zipfile

import pytest
from sqlalchemy import func, select

from deliberation.database import db
from deliberation.declarations.address_files import read_list
from deliberation.declarations.address_lists import read_addresses
from deliberation.declarations.importing import ImportRefused
from deliberation.declarations.importing.tables import ROWS_MAX, SIZE_MAX
from deliberation.declarations.models import Invitation
from deliberation.notifications.models import Mail

BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Liste" sheetId="7" r:id="rId9"/></sheets></workbook>'
)
LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId9" Target="worksheets/sheet7.xml" Type="x"/></Relationships>'
)
SPREADSHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def table(rows, **parts):
    """An Excel file with these rows by their number; words stand in the shared list, as Excel writes them."""
    words = [cell for cells in rows.values() for cell in cells]
    shared = "".join(f"<si><t>{word}</t><rPh><t>laut</t></rPh></si>" for word in words)
    lines = []
    for number, cells in rows.items():
        lines.append(f'<row r="{number}">' + "".join(f'<c t="s"><v>{words.index(cell)}</v></c>' for cell in cells) + "</row>")
    content = {
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": LINKS,
        "xl/sharedStrings.xml": f"<sst {SPREADSHEET}>{shared}</sst>",
        "xl/worksheets/sheet7.xml": f"<worksheet {SPREADSHEET}><sheetData>{''.join(lines)}</sheetData></worksheet>",
        **parts,
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in content.items():
            file.writestr(name, text)
    return made.getvalue()


def found(content, name):
    lists = read_addresses(read_list(content, name))
    return list(lists.good), list(lists.bad)


CSV = "Name;E-Mail;Ort\r\nAda;ada@example.org;Hier\r\n\r\nBen;ben(at)example.org;Da\r\n"
CSV += "Cem;cem@example.org, Cem <c2@example.org>;\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_addresses_are_found_in_whichever_column_of_a_csv(encoding):
    good, bad = found((CSV + "Dörte;dörte@beispiel;").encode(encoding), "liste.csv")
    assert good == ["ada@example.org", "cem@example.org", "c2@example.org"]
    assert [number for number, _words in bad] == [4, 6]
    assert bad[0][1].startswith("Ben ben(at)example.org")


def test_commas_and_tabs_keep_columns_apart_as_well():
    assert found(b"Name,Mail\nAda,ada@example.org\n", "a.csv")[0] == ["ada@example.org"]
    assert found(b"Name\tMail\nAda\tada@example.org\n", "a.txt")[0] == ["ada@example.org"]
    assert found(b"ada@example.org\nben@example.org\n", "a.txt")[0] == ["ada@example.org", "ben@example.org"]


def test_line_numbers_hold_behind_a_cell_of_several_lines():
    assert found(b'Name;Mail\n"Zwei\nZeilen";ada@example.org\nkaputt;x\n', "a.csv") == (["ada@example.org"], [(4, "kaputt x")])


def test_addresses_are_found_in_an_excel_file_with_the_numbers_of_its_rows():
    rows = {1: ["Name", "E-Mail"], 2: ["Ada", "ada@example.org"], 5: ["Ben", "fehlt"], 6: ["cem@example.org", "ada@example.org"]}
    content = table(rows)
    assert found(content, "liste.xlsx") == (["ada@example.org", "cem@example.org"], [(5, "Ben fehlt")])
    # Whatever it is called.
    assert found(content, "liste.csv")[0] == ["ada@example.org", "cem@example.org"]


def test_list_without_a_heading_loses_no_line():
    assert found(b"ada@example.org\nkeine\n", "a.csv") == (["ada@example.org"], [(2, "keine")])


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"x" * (SIZE_MAX + 1), "a.csv", "too_big"),
        (b"\n" * 10, "a.csv", "empty"),
        (b"\x00\x01\x02" * 100, "a.csv", "wrong_type"),
        (b"PK\x03\x04kaputt", "a.xlsx", "damaged"),
        (b"a@example.org\n" * (ROWS_MAX + 1), "a.csv", "too_long"),
        (table({1: ["a"]}, **{"xl/workbook.xml": '<!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>'}), "a.xlsx", "entities"),
        (table({9_999_999: ["a@example.org"]}), "a.xlsx", "too_long"),
        (table({1: ["a"]}, **{"xl/sharedStrings.xml": " " * 60_000_000}), "a.xlsx", "bomb"),
        (table({1: ["a"]}, **{"xl/worksheets/sheet7.xml": ""}), "a.xlsx", "damaged"),
    ],
)
def test_hostile_files_are_refused_with_a_reason(content, name, reason):
    with pytest.raises(ImportRefused) as refused:
        read_list(content, name)
    assert refused.value.reason == reason


def send(client, content=None, name="liste.csv", **fields):
    sent = {"kind": "mail", "role": "participant", "days": "14", **fields}
    if content is not None:
        sent["file"] = (io.BytesIO(content), name)
    return client.post("/d/erklaerung/invitations", data=sent, content_type="multipart/form-data")


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_list_is_shown_first_with_the_lines_nobody_understands(client, cast):
    client.sign_in(cast.otto)
    page = send(client, CSV.encode())
    assert page.status_code == 422
    assert "Zeile 4: Ben ben(at)example.org" in page.text
    page = send(client, CSV.encode(), send_good="y")
    assert page.status_code == 200
    assert "3 Einladungen senden" in page.text
    assert count(Invitation) == 0
    # What the file held stands in the field and goes on from there.
    assert "\nada@example.org\n" in page.text


def test_nobody_gets_a_second_mail_from_a_list_sent_again(client, cast):
    client.sign_in(cast.otto)
    for _twice in range(2):
        assert send(client, CSV.encode(), send_good="y", step="send").status_code == 303
    assert (count(Invitation), count(Mail)) == (3, 3)


def test_refused_file_is_told_at_its_field(client, cast):
    page = client.sign_in(cast.otto) and send(client, b"\x00\x01\x02" * 100, addresses="ada@example.org")
    assert page.status_code == 422
    assert 'href="#file"' in page.text
    assert "Bitte nehmen Sie CSV oder Excel" in page.text
    assert "ada@example.org" in page.text
