"""Contributions from paper on the command line: a list of what is wrong, all or nothing, and nothing twice."""

from sqlalchemy import func, select

from deliberation.annotations.models import Annotation
from deliberation.database import db
from tests.meetings.test_paper import TABLE


def count():
    return db.session.scalar(select(func.count(Annotation.number)))


def test_table_is_taken_over_once(run, cast, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(TABLE, "utf-8")
    first = run("import-contributions", cast.declaration.slug, file)
    assert (first.exit_code, first.stdout.strip()) == (0, "Übernommen: 3. Schon da: 0. Warten auf die Moderation: 0.")
    assert run("import-contributions", cast.declaration.slug, file).stdout.startswith("Übernommen: 0. Schon da: 3.")
    assert count() == 3


def test_what_is_wrong_is_listed_by_line_and_nothing_is_taken(run, cast, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(TABLE + "9.9;Frage;Was?;;Bogen 1\n3.1;Ausruf;Was?;;Bogen 1\n", "utf-8")
    result = run("import-contributions", cast.declaration.slug, file)
    assert result.exit_code == 1
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == ["Zeile 5", "Zeile 6"]
    assert result.stderr.strip() == "Fehler: In der Tabelle stimmt etwas nicht. Es wurde nichts übernommen."
    assert count() == 0


def test_files_that_are_no_table_or_not_there_are_explained(refused, cast, tmp_path):
    file = tmp_path / "t.xlsx"
    file.write_bytes(b"PK\x03\x04")
    assert "nicht als Tabelle lesen" in refused("import-contributions", cast.declaration.slug, file)
    assert refused("import-contributions", cast.declaration.slug, tmp_path / "fehlt.csv")
    assert refused("import-contributions", "gibt-es-nicht", file)
