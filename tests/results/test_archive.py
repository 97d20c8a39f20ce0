"""The archive: a zip that opens anywhere, snapshots when a phase ends, and nothing in them that is not public any more."""

import hashlib
import io
import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from deliberation.annotations.actions import Contribution, edit_annotation, post_reply, withdraw
from deliberation.annotations.positions import change_phase
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.actions import rename
from deliberation.declarations.models import find_declaration
from deliberation.jobs import exporting
from deliberation.jobs.archiving import keep_snapshots
from deliberation.moderation.actions import hide, redact
from deliberation.moderation.models import Rule
from deliberation.permissions import NotAllowed, Operator, Phase
from deliberation.privacy.deletion import remove
from deliberation.privacy.leaving import leave
from deliberation.privacy.models import Parting
from deliberation.results import words
from deliberation.results.archive.snapshots import FOLDER, load_snapshots
from deliberation.results.exports import export_archive
from deliberation.results.summary import summarise
from tests import builders
from tests.editions import scene as editions
from tests.results import scene

SITE = "https://beratung.example"


@pytest.fixture(autouse=True)
def _empty_folder(app):
    """The instance folder is that of all tests."""
    shutil.rmtree(folder(app), ignore_errors=True)


def archived(slug: str = "erklaerung") -> bytes:
    return export_archive(Operator(), find_declaration(slug), SITE).content


def files_of(content: bytes) -> dict[str, bytes]:
    """What lies in the one folder of the zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert len({name.split("/")[0] for name in parts.namelist()}) == 1
        return {name.split("/", 1)[1]: parts.read(name) for name in parts.namelist()}


def lively(cast):
    """Two editions, a paragraph that is gone, conversations, numbers, decisions."""
    declaration = scene.lively(cast)
    gone = builders.annotate(cast.ada, declaration, at="3.2", body="Das fehlt dann.")
    post_reply(cast.ben, gone, Contribution("Mir auch."))
    editions.publish(declaration, editions.removed(editions.text(declaration), "3.2"))
    hidden = builders.annotate(cast.ben, declaration, body="Das zeigen wir nicht.")
    hide(cast.mira, hidden, Rule.RESPECT, "Das verletzt jemanden.", hidden.version)
    db.session.commit()
    return find_declaration(declaration.slug)


def test_every_link_leads_somewhere_and_none_leads_out(cast):
    lively(cast)
    files = files_of(archived())
    pages = {name: html.fromstring(content.decode()) for name, content in files.items() if name.endswith(".html")}
    assert {
        "index.html",
        "thesis-0.html",
        "thesis-3.html",
        "edition-1.html",
        "changes-1-2.html",
        "elsewhere.html",
    } <= set(pages)
    followed = set()
    for name, tree in pages.items():
        assert not tree.xpath("//script | //img[not(starts-with(@src, 'files/'))] | //iframe | //form | //@onclick"), name
        for link in tree.xpath("//@href | //@src"):
            parts = urlsplit(link)
            assert not parts.scheme, f"{name}: {link}"
            assert not parts.netloc, f"{name}: {link}"
            target = unquote(parts.path) or name
            assert target in files, f"{name}: {link}"
            followed.add(target)
            if parts.fragment:
                assert pages[target].xpath(f"//*[@id='{parts.fragment}']"), f"{name}: {link}"
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), name
        assert tree.xpath("count(//h1)") == 1, name
        assert tree.get("lang") == "de"
    assert "url(" not in files["style.css"].decode().replace('url("#hatch")', "")
    # Everything can be reached by clicking.
    assert followed | {"index.html"} >= set(files) - {"LICENCE.txt"}


def test_checksums_are_those_of_every_other_file(cast):
    lively(cast)
    files = files_of(archived())
    listed = dict(reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines())
    assert listed == {n: hashlib.sha256(c).hexdigest() for n, c in files.items() if n != "SHA256SUMS"}


def test_the_archive_has_the_figures_of_the_page_and_every_public_annotation(cast, client):
    declaration = lively(cast)
    files = files_of(archived())
    summary = summarise(Operator(), declaration)
    with words.speaking("de"):
        wanted = dict(words.figure_rows(summary))
    for name in ("index.html", "results.html"):
        pairs = html.fromstring(files[name].decode()).xpath("//dl[contains(@class,'figures')]/div")
        assert {pair.xpath("string(dt)"): pair.xpath("string(dd)") for pair in pairs} == wanted
    everything = b" ".join(
        content for name, content in files.items() if name.startswith(("thesis", "elsewhere"))
    ).decode()
    assert all(f'id="a-{item.number}"' in everything for item in summary.visible)
    data = json.loads(files["data.json"])
    assert [one["number"] for one in data["annotations"] if "body" in one] == scene.numbers(summary.visible)
    assert "Das zeigen wir nicht." not in "".join(content.decode("utf-8", "replace") for content in files.values())


def test_the_same_state_makes_the_same_file(cast):
    lively(cast)
    assert archived() == archived()


def test_where_there_is_too_much_for_one_print_nothing_leads_to_it(cast, monkeypatch):
    lively(cast)
    monkeypatch.setattr("deliberation.results.archive.model.DOCUMENT_MAX", 1)
    files = files_of(archived())
    assert "document.pdf" not in files
    assert not [name for name, content in files.items() if b"document.pdf" in content]
    assert "Zum Drucken: jede These" in files["index.html"].decode()


def test_only_who_may_export_makes_an_archive_by_hand(cast):
    with pytest.raises(NotAllowed):
        export_archive(cast.ada, cast.declaration)


# --- snapshots ----------------------------------------------------------------------------------------------------


def end_phase(app, cast, phase=Phase.EVALUATING):
    change_phase(cast.otto, find_declaration("erklaerung"), phase)
    db.session.commit()
    return keep_snapshots(app)


def kept():
    return [one.number for one in load_snapshots(Operator(), find_declaration("erklaerung")) if one.is_kept]


def folder(app) -> Path:
    return Path(app.instance_path) / FOLDER


def test_when_a_phase_ends_a_snapshot_is_kept_for_everybody(cast, app, client):
    lively(cast)
    assert keep_snapshots(app) == 0
    assert end_phase(app, cast) == 1
    assert keep_snapshots(app) == 0
    [made] = load_snapshots(Operator(), find_declaration("erklaerung"))
    assert (made.number, made.phase, made.edition) == (1, Phase.ANNOTATING, 2)
    page = client.get("/d/erklaerung/archive")
    assert made.sha256 in page.text
    file = client.get("/d/erklaerung/archive/1.zip")
    assert file.mimetype == "application/zip"
    assert hashlib.sha256(file.data).hexdigest() == made.sha256
    assert len(file.data) == made.size
    assert made.sha256 in client.get("/d/erklaerung/archive/1").text
    assert client.get("/d/erklaerung/archive/2").status_code == 404
    assert f"{app.config['BASE_URL']}/d/erklaerung/archive/1" in files_of(file.data)["README.txt"].decode()
    assert end_phase(app, cast, Phase.CLOSED) == 1
    assert kept() == [2, 1]


def test_another_last_day_is_no_end_of_a_phase(cast, app):
    change_phase(cast.otto, cast.declaration, Phase.ANNOTATING, (now() + timedelta(days=9)).date())
    db.session.commit()
    assert keep_snapshots(app) == 0


def test_nobody_gets_a_snapshot_of_what_she_may_not_read(cast, app, client):
    end_phase(app, cast)
    cast.declaration.phase = Phase.DRAFT
    db.session.commit()
    assert client.get("/d/erklaerung/archive").status_code in (302, 303, 403, 404)
    assert client.get("/d/erklaerung/archive/1.zip").status_code in (302, 303, 403, 404)


def taken_back(cast, said):
    withdraw(cast.ada, said)


def hidden(cast, said):
    hide(cast.mira, said, Rule.RESPECT, "Das verletzt jemanden.", said.version)


def redacted(cast, said):
    redact(cast.mira, said, Rule.PROTECT, "Da ist jemand erkennbar.", ["Geheimname"], said.version)


def left(cast, said):
    leave(cast.ada, Parting.KEPT, "x" * 40)


def left_with_texts(cast, said):
    leave(cast.ada, Parting.TAKEN, "x" * 40)


def renamed(cast, said):
    rename(cast.ada, cast.declaration, "Erle 5")


@pytest.mark.parametrize("deed", [taken_back, hidden, redacted, left, left_with_texts, renamed])
def test_what_is_not_public_any_more_is_in_no_file_that_can_be_had(cast, app, client, deed):
    said = builders.annotate(cast.ada, cast.declaration, body="Der Geheimname steht hier.")
    builders.annotate(cast.ben, cast.declaration, body="Etwas anderes.")
    end_phase(app, cast)
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 200
    deed(cast, said)
    db.session.commit()
    # At once, before any job has run.
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 404
    keep_snapshots(app)
    keep_snapshots(app)
    assert kept() == [2]
    assert len(scene.lying(folder(app))) == 1
    fresh = files_of(client.get("/d/erklaerung/archive/2.zip").data)
    everything = " ".join(content.decode("utf-8", "replace") for content in fresh.values())
    assert "Etwas anderes." in everything
    assert "Weide 27" not in everything if deed in (left, left_with_texts, renamed) else "Geheimname" not in everything
    page = client.get("/d/erklaerung/archive").text
    assert "An Stelle von Stand 1" in page
    assert "gibt es seit dem" in page


def test_a_file_stays_while_everything_in_it_can_be_read(cast, app, client):
    said = builders.annotate(cast.ada, cast.declaration, body="So war es.")
    end_phase(app, cast, Phase.CLOSED)
    change_phase(cast.otto, find_declaration("erklaerung"), Phase.ANNOTATING)
    # An earlier version is shown wherever the annotation is.
    edit_annotation(cast.ada, said, "So ist es.")
    builders.annotate(cast.ben, cast.declaration, body="Später.")
    db.session.commit()
    keep_snapshots(app)
    assert 1 in kept()
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 200


def test_so_many_times_a_day_a_snapshot_is_replaced_and_then_the_next_day(cast, app):
    said = [builders.annotate(cast.ada, cast.declaration, body=f"Nummer {n}.") for n in range(4)]
    end_phase(app, cast)
    for one in said:
        withdraw(cast.ada, one)
        db.session.commit()
        keep_snapshots(app)
        keep_snapshots(app)
    assert kept() == []
    with frozen_at(now() + timedelta(days=1)):
        keep_snapshots(app)
    assert len(kept()) == 1


def test_with_the_declaration_its_snapshots_go(cast, app):
    end_phase(app, cast)
    assert len(scene.lying(folder(app))) == 1
    remove(find_declaration("erklaerung"))
    db.session.commit()
    assert keep_snapshots(app) == 0
    exporting.tidy(app)
    assert scene.lying(folder(app)) == []
