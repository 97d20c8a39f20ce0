"""Texts from the command line: in, steered, and out again."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from deliberation.database import db, set_reading
from deliberation.declarations.models import Declaration, Policy, find_declaration
from deliberation.permissions import Phase
from deliberation.privacy.deletion import remove
from deliberation.results.words import speaking
from tests import builders
from tests.builders import Cast
from tests.cli.conftest import Run
from tests.results import around_scene

TEXT = """# Zur Zeit

Wir legen das vor.

## Erste These

Ein Satz. Noch ein Satz, z. B. dieser.

Ein zweiter Absatz.

## Zweite These

Schluss damit.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "zeit.md"
    path.write_text(TEXT, "utf-8")
    return path


def declaration(slug: str) -> Declaration:
    found = find_declaration(slug)
    assert found is not None
    return found


def test_a_text_becomes_a_declaration_in_draft(run: Run, file: Path) -> None:
    result = run("import", file, "--slug", "zeit")
    assert result.exit_code == 0
    made = declaration("zeit")
    assert made.title == "Zur Zeit"
    assert made.phase is Phase.DRAFT
    assert [thesis.number for thesis in made.theses] == ["0", "1", "2"]
    assert "2 Thesen" in result.stdout


def test_title_can_be_given(run: Run, file: Path) -> None:
    run("import", file, "--slug", "zeit", "--title", "Über die Zeit")
    assert declaration("zeit").title == "Über die Zeit"


def test_a_text_without_title_is_called_like_its_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "Aufruf.txt"
    path.write_text("Ein Absatz ganz ohne Überschrift.\n\nUnd noch einer.\n", "utf-8")
    run("import", path, "--slug", "aufruf")
    assert declaration("aufruf").title == "Aufruf"


def test_dry_run_prints_the_split_and_stores_nothing(run: Run, file: Path) -> None:
    result = run("import", file, "--dry-run")
    assert result.exit_code == 0
    split = json.loads(result.stdout)
    assert split["title"] == "Zur Zeit"
    assert [thesis["number"] for thesis in split["theses"]] == ["0", "1", "2"]
    first = split["theses"][1]
    assert first["heading"] == "Erste These"
    assert first["paragraphs"][0] == {"number": "1", "sentences": ["Ein Satz.", "Noch ein Satz, z. B. dieser."]}
    assert db.session.scalars(select(Declaration)).all() == []


def test_shape_can_be_chosen(run: Run, file: Path) -> None:
    run("import", file, "--slug", "zeit", "--split", "paragraphs")
    assert len(declaration("zeit").numbered_theses) == 4


def test_a_bad_file_is_refused_in_one_sentence(refused: Callable[..., str], tmp_path: Path) -> None:
    empty = tmp_path / "leer.md"
    empty.touch()
    assert "steht kein Text" in refused("import", empty, "--slug", "leer")
    damaged = tmp_path / "kaputt.docx"
    damaged.write_bytes(b"PK\x03\x04 and nothing else")
    assert "beschädigt" in refused("import", damaged, "--slug", "kaputt")
    big = tmp_path / "gross.txt"
    with big.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    assert "zu groß" in refused("import", big, "--slug", "gross")
    assert db.session.scalars(select(Declaration)).all() == []


@pytest.mark.parametrize(
    ("name", "words"), [("nowhere.md", "nowhere.md"), (".", "directory")], ids=["missing", "folder"]
)
def test_a_file_that_cannot_be_opened_is_named(
    refused: Callable[..., str], tmp_path: Path, name: str, words: str
) -> None:
    assert words in refused("import", tmp_path / name, "--slug", "zeit")


def test_address_must_be_free_and_plain(refused: Callable[..., str], cast: Cast, file: Path) -> None:
    assert "gibt es schon" in refused("import", file, "--slug", "erklaerung")
    assert "Bindestriche" in refused("import", file, "--slug", "Zur Zeit!")


def test_shape_must_be_known(refused: Callable[..., str], file: Path) -> None:
    assert "auto, headings, list, paragraphs" in refused("import", file, "--slug", "zeit", "--split", "words")


@pytest.mark.parametrize("day", ["2031-05-01", "1.5.2031"])
def test_operator_changes_the_phase(run: Run, cast: Cast, day: str) -> None:
    assert run("phase", "erklaerung", "voting", "--until", day).exit_code == 0
    assert declaration("erklaerung").phase is Phase.VOTING
    assert declaration("erklaerung").phase_ends_on == date(2031, 5, 1)


def test_wrong_phases_are_refused(refused: Callable[..., str], cast: Cast) -> None:
    assert "draft, reading, annotating" in refused("phase", "erklaerung", "party")
    assert "„anderswo“ gibt es nicht" in refused("phase", "anderswo", "voting")
    assert "kein Tag" in refused("phase", "erklaerung", "voting", "--until", "bald")
    assert declaration("erklaerung").phase is Phase.ANNOTATING


@pytest.mark.parametrize("policy", list(Policy))
def test_operator_changes_the_policy(run: Run, cast: Cast, policy: Policy) -> None:
    assert run("moderation", "erklaerung", policy.value).exit_code == 0
    assert declaration("erklaerung").policy is policy


def test_operator_lets_mails_and_reports_wait_for_a_look(run: Run, cast: Cast) -> None:
    assert "nur, was die Moderation gesehen hat" in run("moderation", "erklaerung", "first", "--after-look").output
    assert declaration("erklaerung").sends_after_look
    run("moderation", "erklaerung", "none")
    assert declaration("erklaerung").sends_after_look
    assert "gesehen" not in run("moderation", "erklaerung", "none", "--no-after-look").output
    assert not declaration("erklaerung").sends_after_look


def test_wrong_policies_are_refused(refused: Callable[..., str], cast: Cast) -> None:
    assert "none, pattern, first, all" in refused("moderation", "erklaerung", "some")


@pytest.mark.parametrize(
    ("file_format", "start", "trace"),
    [
        ("md", "# ", "A-1"),
        ("html", "<!doctype", "A-1"),
        ("csv", "\ufeff", "Das steht in der Tabelle."),
        ("json", "{", "Das steht in der Tabelle."),
    ],
    ids=["md", "html", "csv", "json"],
)
def test_results_become_a_file(run: Run, cast: Cast, tmp_path: Path, file_format: str, start: str, trace: str) -> None:
    builders.annotate(cast.ada, cast.declaration, body="Das steht in der Tabelle.")
    path = tmp_path / f"auswertung.{file_format}"
    result = run("export", "erklaerung", "--format", file_format, "-o", path)
    assert result.exit_code == 0, result.output
    written = path.read_bytes().decode()
    assert written.lower().startswith(start)
    assert trace in written


def test_a_table_comes_with_its_explanation(run: Run, cast: Cast, tmp_path: Path) -> None:
    run("export", "erklaerung", "--format", "csv", "-o", tmp_path / "auswertung.csv")
    assert (tmp_path / "auswertung.csv.README.txt").read_text("utf-8")


def test_results_can_go_to_standard_output(run: Run, cast: Cast) -> None:
    assert json.loads(run("export", "erklaerung", "--format", "json", "-o", "-").stdout)


def test_results_can_be_narrowed(run: Run, cast: Cast) -> None:
    first = builders.annotate(cast.ada, cast.declaration, "1.1")
    third = builders.annotate(cast.ada, cast.declaration, "3.1")
    words = ("export", "erklaerung", "--format", "md", "-o", "-", "--thesis", "1", "--kind", "practice")
    written = run(*words).stdout
    assert first.label in written
    assert third.label not in written


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("anderswo", "--format", "md"), "gibt es nicht"),
        (("erklaerung", "--format", "stein"), "csv"),
        (("erklaerung", "--format", "md", "--thesis", "77"), "--thesis 77"),
        (("erklaerung", "--format", "md", "--edition", "9"), "--edition 9"),
        (("erklaerung", "--format", "md", "--since", "gestern"), "--since gestern"),
        (("erklaerung", "--format", "md", "--kind", "rant"), "practice, proposal"),
        (("erklaerung", "--format", "md", "--names", "all"), "pseudonyms, numbers, none"),
    ],
)
def test_wrong_exports_are_refused(
    refused: Callable[..., str], cast: Cast, tmp_path: Path, words: tuple[str, ...], line: str
) -> None:
    path = tmp_path / "auswertung"
    assert line in refused("export", *words, "-o", path)
    assert not path.exists()


def test_a_file_that_cannot_be_written_is_named(refused: Callable[..., str], cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "auswertung.md"
    assert "nowhere" in refused("export", "erklaerung", "--format", "md", "-o", path)


def test_an_archive_goes_out_and_comes_in_again(
    run: Run, refused: Callable[..., str], cast: Cast, tmp_path: Path
) -> None:
    builders.annotate(cast.ada, cast.declaration, body="Das bleibt.")
    file = tmp_path / "archiv.zip"
    assert run("export", "erklaerung", "--format", "archive", "-o", file).exit_code == 0
    assert "Filter" in refused("export", "erklaerung", "--format", "archive", "-o", file, "--thesis", "1")
    assert json.loads(run("import", file, "--dry-run").stdout)["annotations"] == 1
    # Its numbers are taken as long as the first one is here.
    assert "Nummern" in refused("import", file, "--slug", "zweite")
    set_reading(False)
    declaration = find_declaration("erklaerung")
    assert declaration is not None
    remove(declaration)
    assert run("import", file, "--slug", "zweite").exit_code == 0
    brought = find_declaration("zweite")
    assert brought is not None
    assert brought.title == "Erklärung"


def test_bringing_in_an_archive_says_what_did_not_come_along(run: Run, cast: Cast, tmp_path: Path) -> None:
    with speaking("de"):
        around_scene.build(cast)
    file = tmp_path / "archiv.zip"
    assert run("export", "erklaerung", "--format", "archive", "-o", file).exit_code == 0
    set_reading(False)
    declaration = find_declaration("erklaerung")
    assert declaration is not None
    remove(declaration)
    told = run("import", file, "--slug", "zweite").stdout
    assert "Von Umfragen kamen die veröffentlichten Ergebnisse." in told
    assert "Handzeichen der Tischgruppen kamen als Summen je Absatz" in told
    assert "kennt das Programm noch nicht" not in told
