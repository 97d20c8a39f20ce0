"""From an archive the same deliberation again: the pages made from it are the same, and nobody's account comes along."""

import copy
import io
import json

import pypdf
import pytest
from lxml import html
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, post_annotation, post_reply
from deliberation.annotations.models import Annotation, Kind, OutcomeValue, ResponseKind, Stance, Vote
from deliberation.annotations.outcomes import set_outcome
from deliberation.annotations.responses import respond
from deliberation.database import count_rows, db
from deliberation.declarations import glossary
from deliberation.declarations.actions import SlugTaken
from deliberation.declarations.models import Membership, find_declaration
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.permissions import NotAllowed, Operator, Phase
from deliberation.privacy.deletion import remove
from deliberation.privacy.leaving import leave
from deliberation.privacy.models import Parting
from deliberation.reports.actions import Words, change_sentence
from deliberation.results.archive.importing import ArchiveRefused, import_archive, read_data
from deliberation.results.exports import export_archive
from deliberation.results.models import OpinionGroups
from tests import builders
from tests.editions import scene as editions
from tests.proposals.scene import propose, put_up, rate, raters
from tests.reports import scene as reports
from tests.results import scene
from tests.results.test_archive import files_of

SITE = "https://beratung.example"


def archived(slug):
    return export_archive(Operator(), find_declaration(slug), SITE).content


def eventful(cast):
    """Of everything that an archive can hold something."""
    declaration = scene.lively(cast)
    glossary.add_term(cast.otto, declaration, glossary.TermWords("Fachkraft", "Fachkräfte, FK", "Wer es gelernt hat.", "Kurz."))
    kept = builders.annotate(cast.ada, declaration, body="Zum Satz.", sentences=[2], quote="Menschen")
    moved = builders.annotate(
        cast.ben, declaration, at="1.2", body="Umziehen.", kind=Kind.OBJECTION, quote="Fachkräfte"
    )
    gone = builders.annotate(cast.ada, declaration, at="3.2", body="Das fehlt dann.")
    post_reply(cast.ben, gone, Contribution("Mir auch."))
    hidden = builders.annotate(cast.ada, declaration, body="Das zeigen wir nicht.")
    answered = post_reply(cast.ben, hidden, Contribution("Eine Antwort darauf."))
    post_reply(cast.ada, answered, Contribution("Und darauf."))
    hide(cast.mira, hidden, Rule.RESPECT, "Das verletzt jemanden.", hidden.version)
    respond(cast.mira, kept, ResponseKind.INQUIRY, "Wo *genau*?")
    text = editions.reworded(editions.text(declaration), "1.2", "Wer plant, fragt alle Fachkräfte.")
    text = editions.removed(text, "3.2")
    editions.publish(declaration, editions.inserted(text, "2.1", "Das ist neu."))
    set_outcome(cast.otto, moved, OutcomeValue.DECLINED, "Das passt hier nicht.")
    builders.annotate(cast.ben, find_declaration("erklaerung"), at="2.1a", body="Zum Neuen.", kind=Kind.QUESTION)
    leave(cast.ben, Parting.KEPT, "x" * 40)
    db.session.commit()
    return find_declaration("erklaerung")


def brought_back(cast, slug="zweite"):
    """The deliberation goes with all its rows, and comes back under another address."""
    content = archived("erklaerung")
    remove(find_declaration("erklaerung"))
    db.session.commit()
    import_archive(Operator(), read_data(content), slug)
    db.session.commit()
    return content


def readable(name, content, slug):
    if name.endswith(".pdf"):
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).replace("\n", "")
    return content.decode().replace(f"/d/{slug}", "/d/X").replace(f'"slug": "{slug}"', "").replace(f"{slug}-2", "X-2")


def test_pages_and_data_made_from_it_are_the_same(cast):
    eventful(cast)
    before = files_of(brought_back(cast))
    after = files_of(archived("zweite"))
    assert before.keys() == after.keys()
    for name in before.keys() - {"SHA256SUMS", "document.pdf"}:
        assert readable(name, before[name], "erklaerung") == readable(name, after[name], "zweite"), name
    pdfs = [readable("x.pdf", files["document.pdf"], "") for files in (before, after)]
    assert pdfs[0].replace("erklaerung", "zweite") == pdfs[1]
    data = json.loads(after["data.json"])
    assert any(one["anchors"] for one in data["annotations"] if "body" in one)
    explained = {"name": "Fachkraft", "forms": "Fachkräfte, FK", "explanation": "Wer es gelernt hat.", "easy": "Kurz."}
    assert data["terms"] == [explained]
    assert [forms for _number, *forms in find_declaration("zweite").terms] == [["Fachkraft", "Fachkräfte", "FK"]]
    assert {one["state"] for one in data["annotations"]} == {"visible", "hidden"}


def test_closing_round_and_groups_come_back_as_they_were_published(cast):
    rival = propose(cast.ada, cast.declaration, "Schutz braucht Menschen.", 1)
    ballot = put_up(cast, rival)
    for one in raters(cast.declaration, 6):
        rate(one, ballot, 8, 1)
    counts = [[[20, 2, 25], [3, 14, 20]]]
    db.session.add(
        OpinionGroups(declaration_id=cast.declaration.id, votes="", sizes=[41, 33], items=[[rival.number, *counts]])
    )
    cast.declaration.phase = Phase.EVALUATING
    db.session.commit()
    before = files_of(brought_back(cast))
    page = html.fromstring(before["results.html"].decode()).text_content()
    assert "im Mittel 1,0, 6 Bewertungen · geringster Widerstand" in page
    assert "Schutz braucht Menschen." in page
    assert "Gruppe A: etwa 40 Personen" in page
    assert "A: etwa 80 % „Auch so“, B: etwa 15 % „Auch so“" in page
    after = files_of(archived("zweite"))
    assert readable("results.html", before["results.html"], "erklaerung") == readable(
        "results.html", after["results.html"], "zweite"
    )


def test_live_pages_of_a_record_show_groups_and_closing_round(cast, client):
    rival = propose(cast.ada, cast.declaration, "Schutz braucht Menschen.", 1)
    ballot = put_up(cast, rival)
    for one in raters(cast.declaration, 6):
        rate(one, ballot, 8, 1)
    items = [[rival.number, [[20, 2, 25], [3, 14, 20]]]]
    typical = [[0, rival.number, True, 3.41, 2.22]]
    db.session.add(
        OpinionGroups(declaration_id=cast.declaration.id, votes="", sizes=[41, 33], items=items, typical=typical)
    )
    cast.declaration.phase = Phase.EVALUATING
    db.session.commit()
    original = html.fromstring(client.get("/d/erklaerung/results").text)
    brought_back(cast)
    page = html.fromstring(client.get("/d/zweite/results").text)
    for part in ("gruppen", "schlussrunde"):
        [before], [after] = (one.xpath(f"//section[.//*[@id='{part}']]") for one in (original, page))
        assert before is not None
        assert "Schutz braucht Menschen" in after.text_content() or part == "gruppen"
    assert "im Mittel 1,0, 6 Bewertungen · geringster Widerstand" in page.text_content()
    assert "Gruppe A" in page.text_content()
    assert not page.xpath("//a[contains(@href, '/closing')]")
    for link in page.xpath("//main//a/@href"):
        if link.startswith("/"):
            assert client.get(link.partition("#")[0]).status_code == 200, link


def test_the_report_comes_back_issue_by_issue(cast, client):
    story = reports.build(cast)
    first = story.write("Abends fehlt jemand.", story.free.label)
    second = story.write(f"„{story.free.body}“", story.free.label)
    story.publish("Zuerst.")
    change_sentence(story.otto, first, Words("Nachts fehlt jemand.", story.free.label), 1)
    story.publish("Ein Wort.")
    # What may not be quoted any more is withheld, here and there.
    story.free.is_quotable = False
    db.session.commit()
    assert second.id
    pages = ("report", "report/issues/1", "report/changes")
    words = [client.get(f"/d/erklaerung/{page}").text for page in pages]
    before = files_of(brought_back(cast))
    after = files_of(archived("zweite"))
    assert readable("report.html", before["report.html"], "erklaerung") == readable("report.html", after["report.html"], "zweite")
    assert json.loads(before["data.json"])["report"] == json.loads(after["data.json"])["report"]
    for page, old in zip(pages, words, strict=True):
        new = client.get(f"/d/zweite/{page}").text
        texts = [html.fromstring(one).xpath("string(//main)").split() for one in (old, new)]
        assert [word.replace("/d/erklaerung/", "/d/zweite/") for word in texts[0]] == texts[1], page
    assert "Nachts fehlt jemand." in words[0]
    assert reports.FREE not in json.dumps(json.loads(before["data.json"])["report"], ensure_ascii=False)
    assert client.get("/d/zweite/report.docx").status_code == 200


def test_the_site_shows_it_again(cast, client):
    eventful(cast)
    brought_back(cast)
    page = client.get("/d/zweite/3/1").text
    assert "Zum Satz." in page
    assert "Das zeigen wir nicht." not in page
    assert "Das ist neu." in client.get("/d/zweite/text").text
    assert "Umziehen." in client.get("/d/zweite/1/2").text
    for path in ("results", "editions/1", "changes?from=1&to=2", "moderation/log", "new"):
        assert client.get(f"/d/zweite/{path}").status_code == 200, path


def test_no_account_and_no_single_vote_comes_along(cast):
    scene.lively(cast)
    brought_back(cast)
    declaration = find_declaration("zweite")
    members = db.session.scalars(select(Membership).where(Membership.declaration_id == declaration.id)).all()
    assert members
    assert not [one for one in members if one.user_id is not None]
    assert count_rows(Vote.id) == count_rows(Stance.id) == 0
    with pytest.raises(NotAllowed):
        builders.annotate(builders.make_user("eva"), declaration)


def test_whoever_is_invited_writes_on_under_the_next_number(cast):
    scene.lively(cast)
    last = max(db.session.scalars(select(Annotation.number)))
    brought_back(cast)
    declaration = find_declaration("zweite")
    paragraph = builders.paragraph(declaration)
    eva = builders.make_member(declaration, "eva", pseudonym="Esche 3")
    builders.membership(eva, declaration).is_invited = True
    db.session.commit()
    made = post_annotation(eva, paragraph.thesis, paragraph, Contribution("Weiter.", kind=Kind.PRACTICE, form_key="k"))
    assert made.number > last


def test_a_number_is_never_given_twice(cast):
    scene.lively(cast)
    data = read_data(archived("erklaerung"))
    with pytest.raises(ArchiveRefused) as refused:
        import_archive(Operator(), data, "zweite")
    assert refused.value.reason == "numbers"
    with pytest.raises(SlugTaken):
        import_archive(Operator(), data, "erklaerung")


@pytest.mark.any_engine
@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"PK\x03\x04", b'{"format": "other", "version": 1}', b"\xff\xfe"]
)
def test_what_is_no_archive_is_refused_in_words(content):
    with pytest.raises(ArchiveRefused):
        read_data(content)


SPOILT = {
    "editions": lambda data: data["editions"].clear(),
    "kind": lambda data: data["annotations"][0].update(kind="poem"),
    "thesis": lambda data: data["annotations"][0].update(thesis="99"),
    "day": lambda data: data["annotations"][0].update(created="yesterday"),
    "number": lambda data: data["annotations"][0].update(number="1; DROP TABLE"),
    "title": lambda data: data["declaration"].update(title=None),
    "log": lambda data: data.update(log=None),
    "report": lambda data: data.update(report=[{"number": 1}]),
    "issues": lambda data: data.update(report=[{"number": 7, "day": "2026-01-01", "edition": 1, "sections": []}]),
}


@pytest.mark.parametrize("where", SPOILT)
def test_what_does_not_fit_together_is_refused(cast, where):
    scene.lively(cast)
    data = copy.deepcopy(read_data(archived("erklaerung")))
    remove(find_declaration("erklaerung"))
    db.session.commit()
    SPOILT[where](data)
    with pytest.raises(ArchiveRefused):
        import_archive(Operator(), data, "zweite")
    db.session.rollback()


def test_words_from_a_strange_file_are_made_safe(cast, client):
    builders.annotate(cast.ada, cast.declaration, body="Harmlos.")
    data = read_data(archived("erklaerung"))
    remove(find_declaration("erklaerung"))
    db.session.commit()
    data["annotations"][0]["body"] = "<script>alert(1)</script> [x](javascript:alert(1))"
    data["declaration"]["about"] = "<img src=x onerror=alert(1)>"
    import_archive(Operator(), data, "zweite")
    db.session.commit()
    for path in ("3/1", ""):
        page = client.get(f"/d/zweite/{path}".rstrip("/")).text
        assert "<script>alert" not in page
        assert "onerror=" not in page.replace("&lt;img src=x onerror=alert(1)&gt;", "")
        assert 'href="javascript' not in page
