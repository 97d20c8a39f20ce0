"""The next edition from a file: first what it would do, then doing it, whole or not at all."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Anchor
from deliberation.database import db
from deliberation.declarations.editions import find_edition, load_editions
from deliberation.declarations.models import EditionDraft
from deliberation.editions.drafting import begin_draft, discard_draft, find_draft
from deliberation.permissions import Operator
from tests import builders
from tests.builders import Cast
from tests.cli.conftest import Run
from tests.editions import scene
from tests.editions.locks import others_can_write_during

TEXT = """# Erklärung

Wir legen diese Erklärung vor. Sie steht zur Diskussion.

## Fachlichkeit zuerst

Technik folgt der Fachlichkeit. Nicht umgekehrt.

Wer plant, fragt die Fachkräfte.

## Beziehung braucht Zeit

Ein Gespräch lässt sich nicht beschleunigen.

Öffnungszeiten dürfen digital sein.

## Schutz ist kein Service

Eine Inobhutnahme ist keine Dienstleistung. Sie braucht erfahrene Menschen.

Das ist neu.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fassung-2.md"
    path.write_text(TEXT, "utf-8")
    return path


def test_dry_run_says_what_happens_to_paragraphs_and_annotations(run: Run, cast: Cast, file: Path) -> None:
    builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[2])
    builders.annotate(cast.ada, cast.declaration, "1.1")
    builders.annotate(cast.ben, cast.declaration, "3.2")
    builders.annotate(cast.ben, cast.declaration, "end.1")
    result = run("edition", "erklaerung", file, "--dry-run")
    assert result.exit_code == 0, result.stderr
    [line] = result.stdout.splitlines()
    assert json.loads(line) == {
        "paragraphs": [
            {"old": "0.1", "new": "0.1", "state": "same"},
            {"old": "1.1", "new": "1.1", "state": "same"},
            {"old": "1.2", "new": "1.2", "state": "same"},
            {"old": "2.1", "new": "2.1", "state": "same"},
            {"old": "3.2", "new": "2.1a", "state": "moved"},
            {"old": "3.1", "new": "3.1", "state": "reworded"},
            {"old": None, "new": "3.1a", "state": "new"},
            {"old": "end.1", "new": None, "state": "gone"},
        ],
        "annotations": [
            {"number": 1, "state": "reworded", "similarity": 0.857},
            {"number": 2, "state": "same", "similarity": 1.0},
            {"number": 3, "state": "moved", "similarity": 1.0},
            {"number": 4, "state": "gone", "similarity": 0.0},
        ],
    }
    assert list(json.loads(line)) == ["paragraphs", "annotations"]
    assert [one.number for one in load_editions(cast.declaration)] == [1]
    assert db.session.scalars(select(Anchor)).all() == []


def test_a_file_becomes_the_next_edition(run: Run, cast: Cast, file: Path) -> None:
    annotation = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[2])
    builders.annotate(cast.ben, cast.declaration, "1.1")
    result = run("edition", "erklaerung", file, "--note", "Aus der Beratung.")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == [
        "Fassung 2 ist veröffentlicht.",
        "Absätze: 4 unverändert, 1 verschoben, 1 neu gefasst, 1 neu, 1 weggefallen",
        "Anmerkungen: 1 unverändert, 1 neu gefasst",
        "Eine Anmerkung wartet darauf, dass ein Mensch ihren Platz prüft.",
    ]
    edition = find_edition(cast.declaration, 2)
    assert edition.note == "Aus der Beratung."
    assert scene.paragraph(scene.text(cast.declaration), "3.1a").sentences == ("Das ist neu.",)
    anchors = db.session.scalars(select(Anchor).order_by(Anchor.annotation_id)).all()
    assert [(one.annotation_id, one.waits) for one in anchors] == [(annotation.number, True), (2, False)]


def test_the_same_file_again_changes_nothing(run: Run, refused: Callable[..., str], cast: Cast, file: Path) -> None:
    run("edition", "erklaerung", file, "--note", "Aus der Beratung.")
    assert refused("edition", "erklaerung", file, "--note", "Noch einmal.") == (
        "In der Datei steht Wort für Wort, was schon gilt."
    )
    dry = json.loads(run("edition", "erklaerung", file, "--dry-run").stdout)
    assert {one["state"] for one in dry["paragraphs"]} == {"same"}
    assert len(load_editions(cast.declaration)) == 2


@pytest.mark.parametrize("note", [[], ["--note", ""], ["--note", "  "], ["--note", "\u200b"]])
def test_who_publishes_says_why(refused: Callable[..., str], cast: Cast, file: Path, note: list[str]) -> None:
    assert refused("edition", "erklaerung", file, *note).startswith("Es fehlt --note")
    assert len(load_editions(cast.declaration)) == 1


def test_mistakes_are_told_in_one_line(refused: Callable[..., str], cast: Cast, file: Path, tmp_path: Path) -> None:
    empty = tmp_path / "leer.txt"
    empty.write_text("")
    note = ("--note", "Darum.")
    assert "gibt es nicht" in refused("edition", "fehlt", file, *note)
    assert "gibt es nicht" in refused("edition", "fehlt", file, "--dry-run")
    assert "fehlt.md" in refused("edition", "erklaerung", tmp_path / "fehlt.md", *note)
    assert refused("edition", "erklaerung", empty, *note).startswith("In der Datei steht kein Text.")
    assert "Erlaubt sind: auto" in refused("edition", "erklaerung", file, "--split", "anders", *note)
    assert len(load_editions(cast.declaration)) == 1


def test_a_draft_on_the_site_is_not_overtaken(run: Run, refused: Callable[..., str], cast: Cast, file: Path) -> None:
    draft = begin_draft(cast.otto, cast.declaration)
    db.session.commit()
    sentence = refused("edition", "erklaerung", file, "--note", "Darum.")
    assert "wird gerade an der nächsten Fassung gearbeitet" in sentence
    assert sentence.endswith("http://localhost/d/erklaerung/editions/draft")
    assert len(load_editions(cast.declaration)) == 1
    assert find_draft(cast.declaration) is draft
    assert run("edition", "erklaerung", file, "--dry-run").exit_code == 0
    discard_draft(Operator(), draft)
    assert run("edition", "erklaerung", file, "--note", "Darum.").exit_code == 0
    assert db.session.scalars(select(EditionDraft)).all() == []


def test_nobody_waits_while_an_edition_is_thought_through(run: Run, cast: Cast, file: Path) -> None:
    for marker in ("FROM paragraph_state", "FROM vote"):
        with others_can_write_during(marker) as tries:
            assert run("edition", "erklaerung", file, "--dry-run").exit_code == 0
        assert len(tries) == 1
    with others_can_write_during("FROM vote") as tries:
        assert run("edition", "erklaerung", file, "--note", "Darum.").exit_code == 0
    assert len(tries) == 1
