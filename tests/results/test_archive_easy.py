"""Leichte Sprache is in the archive at the places of the text, and comes back as it was."""

import copy
import json
import shutil

import pytest
from lxml import html

from deliberation.database import db
from deliberation.declarations import easy
from deliberation.declarations.models import find_declaration
from deliberation.jobs.archiving import keep_snapshots
from deliberation.pages import actions as pages
from deliberation.pages.actions import PageWords
from deliberation.permissions import Operator
from deliberation.privacy.deletion import remove
from deliberation.results.archive.importing import ArchiveRefused, import_archive, left_out, read_data
from tests import builders
from tests.declarations.test_easy import LINES, thesis, write
from tests.editions import scene as editions
from tests.results.test_archive import archived, end_phase, files_of, folder, kept
from tests.results.test_archive import test_every_link_leads_somewhere_and_none_leads_out as follow_every_link
from tests.results.test_bringing_back import brought_back, readable

ABOUT = "Hier geht es um Sozial-Arbeit.\n\nSie können mitreden."


@pytest.fixture
def made(cast, app):
    shutil.rmtree(folder(app), ignore_errors=True)
    easy.change_about(cast.otto, cast.declaration, "GEHEIM, so stand es vorher.")
    easy.change_about(cast.otto, cast.declaration, ABOUT)
    write(cast, ("GEHEIM, so stand es vorher.",))
    write(cast, (LINES, "Und <b>noch</b> etwas."))
    db.session.commit()
    return cast.declaration


def words_of(content):
    return " ".join(html.fromstring(content.decode()).text_content().split())


def test_each_twin_stands_at_the_places_of_its_thesis(made):
    files = files_of(archived())
    page = html.fromstring(files["easy.html"].decode())
    assert page.xpath("string(//h1)") == "Leichte Sprache"
    assert page.xpath("//h2/text()") == ["Schutz für Kinder"]
    assert page.xpath("//div[@class='easy'][1]/p[not(@aria-hidden)]/text()")[:2] == [
        "Hier geht es um Sozial-Arbeit.", "Sie können mitreden.",
    ]  # fmt: skip
    assert page.xpath("//h3/@id") == ["absatz-3-1", "absatz-3-2"]
    assert "thesis-3.html#absatz-3-1" in page.xpath("//h3/a/@href")
    assert "<b>" not in files["easy.html"].decode()
    assert "easy.html#leicht-3" in html.fromstring(files["thesis-3.html"].decode()).xpath("//main//a/@href")
    assert "easy.html" not in html.fromstring(files["thesis-2.html"].decode()).xpath("//main//a/@href")
    assert "easy.html" in html.fromstring(files["index.html"].decode()).xpath("//main//a/@href")
    data = json.loads(files["data.json"])["easy"]
    assert data["about"] == ABOUT
    [twin] = data["theses"]
    assert (twin["thesis"], twin["heading"], twin["parts"][0]["text"]) == ("3", "Schutz für Kinder", LINES)
    assert "GEHEIM" not in "".join(one.decode("utf-8", "replace") for one in files.values())


def test_every_link_leads_somewhere(cast, made):
    words = PageWords("Mehr", "[Leicht](https://beratung.example/d/erklaerung/3/easy)", True)
    pages.create_page(cast.otto, cast.declaration, words)
    db.session.commit()
    page = html.fromstring(files_of(archived())["page-mehr.html"].decode())
    assert page.xpath("//*[@class='prose']//a/@href") == ["easy.html#leicht-3"]
    follow_every_link(cast)


def test_twin_older_than_the_text_says_so(cast, made):
    assert "inzwischen anders" not in words_of(files_of(archived())["easy.html"])
    editions.publish(made, editions.reworded(editions.text(made), "3.1", "Ganz andere Worte stehen hier."))
    db.session.commit()
    assert words_of(files_of(archived())["easy.html"]).count("Der Text ist inzwischen anders.") == 1


def test_without_any_there_is_no_page(cast):
    files = files_of(archived())
    assert "easy.html" not in files
    assert json.loads(files["data.json"])["easy"] == {}
    assert "Leichte Sprache" not in words_of(files["index.html"])


def about_changed(cast):
    easy.change_about(cast.otto, cast.declaration, "Anders.")


def part_changed(cast):
    write(cast, ("Anders.", "Und <b>noch</b> etwas."))


def twin_taken_out(cast):
    write(cast, ("", ""))


@pytest.mark.parametrize("deed", [about_changed, part_changed, twin_taken_out])
def test_what_is_said_otherwise_now_is_in_no_kept_archive(cast, app, client, made, deed):
    end_phase(app, cast)
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 200
    deed(cast)
    db.session.commit()
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 404
    keep_snapshots(app)
    keep_snapshots(app)
    assert kept() == [2]


def test_what_comes_on_top_and_a_paragraph_taken_out_withdraw_nothing(cast, app, client, made):
    end_phase(app, cast)
    place = builders.paragraph(cast.declaration, "1.1")
    easy.change_thesis(cast.otto, thesis(cast.declaration, "1"), "Neu", {place.id: "Neu."})
    editions.publish(cast.declaration, editions.removed(editions.text(cast.declaration), "3.2"))
    db.session.commit()
    keep_snapshots(app)
    assert kept() == [1]
    assert client.get("/d/erklaerung/archive/1.zip").status_code == 200


def test_it_comes_back_as_it_was(cast, made, client):
    editions.publish(made, editions.reworded(editions.text(made), "3.1", "Ganz andere Worte stehen hier."))
    db.session.commit()
    before = files_of(brought_back(cast))
    after = files_of(archived("zweite"))
    for name in ("easy.html", "index.html", "thesis-3.html"):
        now = readable(name, after[name], "zweite").replace("/d/erklaerung", "/d/X")
        assert readable(name, before[name], "erklaerung") == now, name
    assert json.loads(before["data.json"])["easy"] == json.loads(after["data.json"])["easy"]
    assert "Hier geht es um Sozial-Arbeit." in client.get("/d/zweite/easy").text
    twin = client.get("/d/zweite/3/easy").text
    assert "<p>Ein Kind ist in Gefahr.</p>" in twin
    assert twin.count("Der Text ist inzwischen anders.") == 1
    assert "In Leichter Sprache lesen" in client.get("/d/zweite/3").text


def gone():
    data = copy.deepcopy(read_data(archived()))
    remove(find_declaration("erklaerung"))
    db.session.commit()
    return data


def test_archives_from_before_have_none(made):
    data = gone()
    del data["easy"]
    declaration = import_archive(Operator(), data, "zweite")
    db.session.commit()
    assert not declaration.has_easy
    assert left_out(data) == []


def twin(data, **more):
    data["easy"]["theses"][0].update(more)


def part(data, **more):
    data["easy"]["theses"][0]["parts"][0].update(more)


SPOILT = {
    "about too long": lambda data: data["easy"].update(about="a" * 6001),
    "no about": lambda data: data["easy"].pop("about"),
    "heading too long": lambda data: twin(data, heading="a" * 201),
    "text too long": lambda data: part(data, text="a" * 6001),
    "thesis": lambda data: twin(data, thesis="99"),
    "thesis twice": lambda data: data["easy"]["theses"].append(data["easy"]["theses"][0]),
    "paragraph": lambda data: part(data, paragraph=10**3000),
    "paragraph of another thesis": lambda data: part(data, paragraph=1),
    "paragraph twice": lambda data: data["easy"]["theses"][0]["parts"].append(data["easy"]["theses"][0]["parts"][0]),
    "wording": lambda data: part(data, wording=10**3000),
    "a list": lambda data: data.update(easy=[1]),
}


@pytest.mark.parametrize("where", SPOILT)
def test_what_does_not_fit_together_is_refused(made, where):
    data = gone()
    SPOILT[where](data)
    with pytest.raises(ArchiveRefused):
        import_archive(Operator(), data, "zweite")
    db.session.rollback()


def test_words_from_a_strange_file_are_made_safe(made, client):
    data = gone()
    data["easy"]["about"] = "<script>alert(1)</script>\x00 Eins."
    twin(data, heading="<b>\x00\n Zwei")
    part(data, text="<script>alert(1)</script>\x00 Drei.")
    import_archive(Operator(), data, "zweite")
    db.session.commit()
    for address in ("easy", "3/easy"):
        page = client.get(f"/d/zweite/{address}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text
