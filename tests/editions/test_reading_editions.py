"""Reading a text that changed: all its editions, what changed and why, and what became of every printed number."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import event, select

from deliberation.annotations.models import Annotation, Draft, Kind, OutcomeValue, Stance, find_annotation
from deliberation.annotations.outcomes import set_outcome
from deliberation.database import db
from deliberation.declarations.lines import to_source
from deliberation.declarations.models import Wording
from deliberation.editions.correcting import correct_misprint
from deliberation.editions.drafting import begin_draft, change_text, text_of
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.permissions import Operator, Phase
from tests import builders
from tests.counting import count_queries
from tests.editions import scene

SLUG = "/d/erklaerung"
BUDGET = 9
"""Queries of a reading page once the text has changed: one more than before."""


def words(page: str) -> str:
    """What a reader reads, without marks and with single blanks."""
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def second_edition(cast, note="Kürzer und klarer."):
    """3.1 is reworded, 1.2 taken out, 3.2 moved behind 2.1, 1.1a new."""
    text = scene.text(cast.declaration)
    text = scene.reworded(text, "3.1", "Eine Inobhutnahme ist keine Dienstleistung.", "Sie braucht Zeit.")
    text = scene.inserted(scene.removed(text, "1.2"), "1.1", "Das ist neu.")
    return scene.publish(cast.declaration, scene.moved(text, "3.2", "2.1"), note)


def misprint(cast, number="2.1"):
    place = builders.paragraph(cast.declaration, number)
    source = to_source(place.wording.parts).replace("beschleunigen", "beschläunigen")
    correction = correct_misprint(Operator(), place, source, "Ein Buchstabe war falsch.")
    db.session.commit()
    return correction


# All editions


def test_the_shelf_lists_every_edition_with_day_note_and_counts(cast, client):
    second_edition(cast)
    page = client.get(f"{SLUG}/editions").text
    assert page.index("Fassung 2") < page.index('id="fassung-1"')
    assert "Kürzer und klarer." in page
    assert "1 neu gefasst, 1 neu, 1 gestrichen, 1 verschoben" in words(page)
    assert f'href="{SLUG}/changes?from=1&amp;to=2"' in page
    assert f'href="{SLUG}/editions/1"' in page
    assert words(page).count("gilt") == 1


def test_the_shelf_counts_like_the_page_of_the_changes(cast, client):
    second_edition(cast)
    misprint(cast)
    figures = re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", client.get(f"{SLUG}/changes").text)
    assert dict(figures) == {"neu gefasst": "1", "neu": "1", "gestrichen": "1", "verschoben": "1", "unverändert": "4"}
    assert "1 neu gefasst, 1 neu, 1 gestrichen, 1 verschoben" in words(client.get(f"{SLUG}/editions").text)


def test_misprints_put_right_are_listed_with_day_place_difference_and_reason(cast, client):
    correction = misprint(cast)
    page = client.get(f"{SLUG}/editions").text
    assert f'id="berichtigung-{correction.id}"' in page
    assert "Ein Buchstabe war falsch." in page
    assert "gestrichen: beschleunigen" in words(page)
    assert "eingefügt: beschläunigen" in words(page)
    assert f'{SLUG}/editions#berichtigung-{correction.id}"' in client.get(f"{SLUG}/2").text


def test_only_organisers_are_led_to_the_next_edition(cast, app):
    for who, leads in ((cast.otto, True), (cast.ada, False), (cast.mira, False)):
        assert ("Nächste Fassung vorbereiten" in app.test_client().sign_in(who).get(f"{SLUG}/editions").text) is leads
    begin_draft(cast.otto, cast.declaration)
    page = app.test_client().sign_in(cast.otto).get(f"{SLUG}/editions").text
    assert "Weiter an der nächsten Fassung" in page


# One edition


def test_an_old_edition_reads_as_it_was_and_says_that_it_is_over(cast, client):
    second_edition(cast)
    page = client.get(f"{SLUG}/editions/1").text
    for anchor in ("absatz-1-2", "absatz-3-1", "absatz-3-2", "s-3-1-2", "absatz-0-1", "absatz-end-1"):
        assert page.count(f'id="{anchor}"') == 1
    assert "Sie braucht Menschen." in page
    assert "nicht mehr die geltende" in page
    assert f'href="{SLUG}/changes?from=1&amp;to=2"' in page
    assert 'id="absatz-1-1a"' not in page


def test_an_edition_leads_from_a_misprint_put_right_to_the_shelf(cast, client):
    correction = misprint(cast)
    page = client.get(f"{SLUG}/editions/1").text
    assert words(page).count("Tippfehler berichtigt") == 1
    assert f'href="{SLUG}/editions#berichtigung-{correction.id}"' in page
    second_edition(cast)
    assert "Tippfehler berichtigt" not in client.get(f"{SLUG}/editions/2").text


def test_the_edition_in_force_says_so(cast, client):
    second_edition(cast)
    page = client.get(f"{SLUG}/editions/2").text
    assert "geltende Fassung" in page
    assert "nicht mehr" not in words(page)
    assert 'id="absatz-1-1a"' in page


@pytest.mark.parametrize("number", ["0", "3", "99999999", "x"])
def test_an_edition_that_there_is_not_is_not_found(cast, client, number):
    second_edition(cast)
    assert client.get(f"{SLUG}/editions/{number}").status_code == 404


@pytest.mark.parametrize("path", ["/editions", "/editions/1", "/changes?from=1&to=2", "/changes.html?from=1&to=2"])
def test_a_declaration_that_only_the_team_sees_shows_no_editions(cast, app, path):
    second_edition(cast)
    cast.declaration.phase = Phase.DRAFT
    db.session.commit()
    assert app.test_client().get(SLUG + path).status_code == 404
    assert app.test_client().sign_in(cast.ada).get(SLUG + path).status_code == 404
    assert app.test_client().sign_in(cast.otto).get(SLUG + path).status_code == 200


# What changed


def test_changed_paragraphs_stand_in_both_wordings_with_words_for_what_changed(cast, client):
    second_edition(cast)
    page = client.get(f"{SLUG}/changes?from=1&to=2").text
    assert "gestrichen: Menschen." in words(page)
    assert "eingefügt: Zeit." in words(page)
    assert "verschoben, vorher 3.2" in page
    assert "Das ist neu." in page
    assert "Wer plant, fragt die Fachkräfte." in page
    assert "Kürzer und klarer." in page
    for anchor in ("absatz-3-1", "absatz-1-1a", "absatz-1-2", "absatz-2-1a"):
        assert page.count(f'id="{anchor}"') == 1
    assert "Technik folgt der Fachlichkeit." not in page


def test_the_whole_text_can_be_shown_with_its_changes(cast, client):
    second_edition(cast)
    assert "Technik folgt der Fachlichkeit." in client.get(f"{SLUG}/changes?from=1&to=2&all=1").text


def test_without_numbers_the_last_change_is_shown(cast, client):
    second_edition(cast)
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "1.1", "Ganz anders."))
    page = client.get(f"{SLUG}/changes").text
    assert "Änderungen von Fassung 2 zu Fassung 3" in page
    assert 'id="absatz-3-1"' not in page


def test_over_several_editions_every_note_is_told(cast, client):
    second_edition(cast, "Zuerst dies.")
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "1.1", "Anders."), "Dann das.")
    page = client.get(f"{SLUG}/changes?from=1&to=3").text
    assert page.index("Zuerst dies.") < page.index("Dann das.")


@pytest.mark.parametrize(
    "query", ["from=1&to=7", "from=0&to=2", "from=x&to=2", "from=1&to=2.0", "to=1", "to=" + "9" * 30]
)
def test_numbers_that_there_are_not_lead_to_a_plain_page(cast, client, query):
    second_edition(cast)
    answer = client.get(f"{SLUG}/changes?{query}")
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in answer.text


def test_numbers_the_wrong_way_round_are_turned(cast, client):
    second_edition(cast)
    answer = client.get(f"{SLUG}/changes?from=2&to=1")
    assert (answer.status_code, answer.location) == (303, f"{SLUG}/changes?from=1&to=2")


def test_one_edition_alone_has_no_changes(cast, client):
    assert client.get(f"{SLUG}/changes").location == f"{SLUG}/editions"
    second_edition(cast)
    assert "zweimal dieselbe Fassung" in client.get(f"{SLUG}/changes?from=2&to=2").text


def test_reasons_and_the_annotations_behind_stand_beside_the_change(cast, client):
    proposal = builders.annotate(
        cast.ada, cast.declaration, "3.1", kind=Kind.PROPOSAL, sentences=[2], wording="Sie braucht Zeit."
    )
    first = scene.paragraph(scene.text(cast.declaration), "3.1").sentences[0]
    text = scene.reworded(scene.text(cast.declaration), "3.1", first, "Sie braucht Zeit.")
    reason = scene.with_thesis(text, "3.1", lambda ps, i: (replace(ps[i], reason="Das trifft es."), *ps[i + 1 :]))
    scene.publish(cast.declaration, reason)
    set_outcome(Operator(), find_annotation(proposal.number), OutcomeValue.ADOPTED, "Wörtlich übernommen.", 2)
    db.session.commit()
    page = words(client.get(f"{SLUG}/changes").text)
    assert "Das trifft es." in page
    assert f"Hinter Satz 2 stehen: A-{proposal.number} von Weide 27" in page
    place = words(client.get(f"{SLUG}/3").text)
    assert f"Dahinter steht A-{proposal.number} (Weide 27)" in place
    hide(cast.mira, proposal, Rule.PROTECT, "Jemand ist erkennbar.", find_annotation(proposal.number).version)
    db.session.commit()
    assert f"A-{proposal.number}" not in words(client.get(f"{SLUG}/changes").text)
    assert f"A-{proposal.number}" not in words(client.get(f"{SLUG}/3").text)


def test_the_changes_can_be_taken_away_as_files(cast, client):
    second_edition(cast)
    page = client.get(f"{SLUG}/changes").text
    for kind, mimetype in (("html", "text/html"), ("docx", "application/vnd.openxmlformats")):
        assert f'href="{SLUG}/changes.{kind}?from=1&amp;to=2"' in page
        answer = client.get(f"{SLUG}/changes.{kind}?from=1&to=2")
        assert answer.status_code == 200
        assert answer.mimetype.startswith(mimetype)
        assert f"erklaerung-fassung-1-2.{kind}" in answer.headers["Content-Disposition"]
    for wrong in ("html", "html?from=2&to=1", "docx?from=1&to=9", "pdf?from=1&to=2", "html?from=1"):
        assert client.get(f"{SLUG}/changes.{wrong}").status_code == 404


def test_readers_get_no_cookie_and_no_form_that_writes(cast, client, monkeypatch):
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", True)
    second_edition(cast)
    for path in ("/editions", "/editions/1", "/changes", "/changes?from=1&to=2&all=1", "/1", "/1/2"):
        answer = client.get(SLUG + path)
        assert 'method="post"' not in answer.text
        assert "Set-Cookie" not in answer.headers


# The draft


def draft_of(cast):
    draft = begin_draft(cast.otto, cast.declaration)
    text = scene.removed(scene.reworded(text_of(draft), "3.1", "Ganz anders."), "1.2")
    change_text(cast.otto, draft, text, draft.version)
    db.session.commit()
    return draft


@pytest.mark.parametrize("phase", [Phase.DRAFT, Phase.ANNOTATING])
def test_whoever_has_the_link_reads_the_draft(cast, client, phase):
    draft = draft_of(cast)
    cast.declaration.phase = phase
    db.session.commit()
    answer = client.get(f"{SLUG}/editions/preview/{draft.key}")
    assert answer.status_code == 200
    assert "Entwurf, noch nicht veröffentlicht" in words(answer.text)
    assert "eingefügt: Ganz anders." in words(answer.text)
    assert "Wer plant, fragt die Fachkräfte." in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex">' in answer.text


def test_without_the_right_link_there_is_no_draft(cast, client):
    draft = draft_of(cast)
    builders.make_declaration("andere")
    assert client.get(f"{SLUG}/editions/preview/{draft.key}x").status_code == 404
    assert client.get(f"/d/andere/editions/preview/{draft.key}").status_code == 404
    assert draft.key not in client.get(f"{SLUG}/editions").text


# The text in force


def test_a_changed_paragraph_says_since_when_and_leads_to_the_change(cast, client):
    second_edition(cast)
    page = client.get(f"{SLUG}/3").text
    assert f'href="{SLUG}/changes?from=1&amp;to=2#absatz-3-1">Geändert in Fassung 2' in page
    assert f'href="{SLUG}/changes?from=1&amp;to=2#absatz-1-1a">Neu in Fassung 2' in client.get(f"{SLUG}/1").text
    assert "Geändert in" not in client.get(f"{SLUG}/2").text


def test_a_paragraph_that_moved_later_leads_to_the_change_under_the_number_it_had_then(cast, client):
    second_edition(cast)
    scene.publish(cast.declaration, scene.moved(scene.text(cast.declaration), "3.1", "1.1"))
    assert "changes?from=1&amp;to=2#absatz-3-1" in client.get(f"{SLUG}/1").text


def test_the_strip_leads_to_all_editions_and_to_what_is_new(cast, client):
    assert f'href="{SLUG}/editions">Fassung 1' in client.get(f"{SLUG}/3").text
    assert "Was ist neu?" not in client.get(f"{SLUG}/3").text
    second_edition(cast)
    for path in ("", "/3", "/text", "/results"):
        page = client.get(SLUG + path).text
        assert f'href="{SLUG}/editions">Fassung 2' in page
        assert f'href="{SLUG}/changes?from=1&amp;to=2">Was ist neu?' in page


def test_the_landing_page_tells_of_the_new_edition(cast, client):
    assert "Änderungen ansehen" not in client.get(SLUG).text
    second_edition(cast)
    page = words(client.get(SLUG).text)
    assert "Kürzer und klarer." in page
    assert "Änderungen ansehen" in page


def test_a_removed_paragraph_leaves_a_place_with_its_annotations(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration, "1.2")
    second_edition(cast)
    page = client.get(f"{SLUG}/1").text
    assert page.count('id="absatz-1-2"') == 1
    assert "In Fassung 2 gestrichen." in words(page)
    assert f'href="{SLUG}/editions/1#absatz-1-2"' in page
    assert "Wer plant" not in page
    opened = client.get(f"{SLUG}/1/2").text
    assert "Wer plant, fragt die Fachkräfte." in opened
    assert f'id="a-{annotation.number}"' in opened


def test_nobody_writes_on_a_removed_paragraph_or_takes_a_stance_there(cast, app):
    builders.annotate(cast.ada, cast.declaration, "1.2")
    second_edition(cast)
    page = app.test_client().sign_in(cast.ben).get(f"{SLUG}/1/2").text
    assert "data-composer" not in page
    assert 'id="haltung"' not in page
    assert f'href="{SLUG}/1/2#verfassen"' not in page
    assert "data-composer" in app.test_client().sign_in(cast.ben).get(f"{SLUG}/1/1").text


def test_removed_paragraphs_stand_where_they_stood(cast, client):
    text = scene.inserted(scene.removed(scene.text(cast.declaration), "3.1"), "1.2", "Eins.")
    text = scene.inserted(text, "1.2", "Null.")
    scene.publish(cast.declaration, scene.removed(text, "1.1"))
    scene.publish(cast.declaration, scene.removed(scene.text(cast.declaration), "1.2"))
    order = re.findall(r'<section class="para[^>]*id="(absatz-[^"]+)"', client.get(f"{SLUG}/1").text)
    assert order == ["absatz-1-1", "absatz-1-2", "absatz-1-2a", "absatz-1-2b"]


def test_a_merged_paragraph_says_where_its_words_are(cast, client):
    text = scene.text(cast.declaration)
    both = [*scene.paragraph(text, "3.1").sentences, *scene.paragraph(text, "3.2").sentences]
    scene.publish(cast.declaration, scene.reworded(scene.removed(text, "3.2"), "3.1", *both))
    assert "In Fassung 2 aufgegangen in Absatz 3.1" in words(client.get(f"{SLUG}/3").text)
    assert "aufgegangen in Absatz 3.1" in words(client.get(f"{SLUG}/changes").text)


def test_divided_and_merged_paragraphs_name_one_another(cast, client):
    text = scene.text(cast.declaration)
    first, second = scene.paragraph(text, "3.1").sentences
    text = scene.inserted(scene.reworded(text, "3.1", first), "3.1", second)
    both = [*scene.paragraph(text, "1.1").sentences, *scene.paragraph(text, "1.2").sentences]
    scene.publish(cast.declaration, scene.reworded(scene.removed(text, "1.2"), "1.1", *both))
    page = words(client.get(f"{SLUG}/changes").text)
    for said in ("abgeteilt aus 3.1", "stand dieser Text in 3.1", "Satz 2 steht jetzt in 3.1a.", "Mit 1.2 verbunden."):
        assert said in page
    assert "gibt es diesen Absatz nicht." not in page


def test_where_theses_have_letters_nobody_counts_them(cast, client):
    assert "These 2 von 3" in words(client.get(f"{SLUG}/2").text)
    text = scene.text(cast.declaration)
    new = scene.new_thesis("Dazwischen", scene.new_paragraph("Ganz neu."))
    scene.publish(cast.declaration, replace(text, theses=(*text.theses[:3], new, *text.theses[3:])))
    page = words(client.get(f"{SLUG}/2a").text)
    assert "These 2a" in page
    assert "von 4" not in page


def test_a_removed_thesis_stays_readable(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration, "2.0")
    text = scene.text(cast.declaration)
    scene.publish(cast.declaration, replace(text, theses=tuple(t for t in text.theses if t.number != "2")))
    assert f'href="{SLUG}/2"' in client.get(SLUG).text
    page = client.get(f"{SLUG}/2")
    assert page.status_code == 200
    assert "These 2 gilt nicht mehr" in words(page.text)
    assert f'id="a-{annotation.number}"' in client.get(f"{SLUG}/2/0").text


@pytest.mark.parametrize("who", ["guest", "ben"])
def test_a_number_that_moved_leads_to_where_it_is_now(cast, app, who):
    second_edition(cast)
    visitor = app.test_client()
    if who == "ben":
        visitor.sign_in(cast.ben)
    for path in ("", "/annotations"):
        answer = visitor.get(f"{SLUG}/3/2{path}?order=newest&kind=question")
        assert (answer.status_code, answer.location) == (301, f"{SLUG}/2/1a{path}?order=newest&kind=question")
    # Who is no one yet is asked first, and arrives afterwards.
    assert visitor.get(f"{SLUG}/3/2/stance").status_code == (301 if who == "ben" else 303)
    assert visitor.get("/q/3-2").location == f"{SLUG}/2/1a#absatz-2-1a"
    assert visitor.get(f"{SLUG}/3/9").status_code == 404


def test_what_is_sent_to_a_number_that_moved_arrives(cast, app):
    second_edition(cast)
    form = {"kind": "practice", "body": "Bei uns auch.", "action": "send", "form_key": "k"}
    answer = app.test_client().sign_in(cast.ada).post(f"{SLUG}/3/2/annotations", data=form)
    assert answer.status_code == 303
    assert answer.location.startswith(f"{SLUG}/2/1a")


# Writing while the text changes


def test_words_for_a_removed_paragraph_are_kept_and_can_go_elsewhere(cast, app):
    text = scene.text(cast.declaration)
    both = [*scene.paragraph(text, "3.1").sentences, *scene.paragraph(text, "3.2").sentences]
    scene.publish(cast.declaration, scene.reworded(scene.removed(text, "3.2"), "3.1", *both))
    visitor = app.test_client().sign_in(cast.ada)
    for action in ("send", "preview", "draft"):
        form = {"kind": "proposal", "body": "Mein Grund.", "wording": "So soll es sein.", "action": action}
        answer = visitor.post(f"{SLUG}/3/2/annotations", data=form)
        assert answer.status_code == 409
        assert "Absatz 3.2 gilt nicht mehr" in words(answer.text)
        assert "Mein Grund." in answer.text
        assert "So soll es sein." in answer.text
        assert f'action="{SLUG}/3/1/annotations"' in answer.text
    assert db.session.scalars(select(Annotation)).all() == []
    going_on = visitor.post(f"{SLUG}/3/1/annotations", data={**form, "action": "preview"})
    assert going_on.status_code == 200
    assert "Mein Grund." in going_on.text


def test_a_stance_on_a_removed_place_is_refused_with_its_reason_kept(cast, app):
    text = scene.text(cast.declaration)
    scene.publish(cast.declaration, replace(text, theses=tuple(t for t in text.theses if t.number != "2")))
    visitor = app.test_client().sign_in(cast.ada)
    for place in ("2/1", "2/0"):
        answer = visitor.post(f"{SLUG}/{place}/stance", data={"stance": "change", "reason": "Weil es fehlt."})
        assert answer.status_code == 409
        assert "Weil es fehlt." in answer.text
    assert db.session.scalars(select(Stance)).all() == []


def test_a_draft_about_a_removed_paragraph_can_still_be_read(cast, app):
    visitor = app.test_client().sign_in(cast.ada)
    visitor.post(f"{SLUG}/1/2/annotations", data={"kind": "question", "body": "Angefangen.", "action": "draft"})
    second_edition(cast)
    answer = visitor.get(f"{SLUG}/1/2/annotations")
    assert answer.status_code == 200
    assert "Angefangen." in answer.text
    visitor.post(f"{SLUG}/1/2/annotations", data={"action": "discard"})
    assert db.session.scalars(select(Draft)).all() == []


def test_a_wording_that_changes_while_it_is_being_sent_is_shown_beside_the_old_one(cast, app):
    """Somebody publishes between reading the paragraph and storing the annotation."""
    place = builders.paragraph(cast.declaration, "3.1")
    edition = cast.declaration.editions[0]
    other = Wording(paragraph_id=place.id, edition_id=edition.id, parts=[["", 0, ["Eben veröffentlicht."]]])
    db.session.add(other)
    db.session.commit()
    done = []

    def publish(connection, _cursor, statement, *_more):
        # The page has read the paragraph; now the verb asks whether its wording is still in force.
        if statement.startswith("SELECT paragraph.wording_id \nFROM paragraph") and not done:
            done.append(True)
            connection.exec_driver_sql(f"UPDATE paragraph SET wording_id = {other.id} WHERE id = {place.id}")

    event.listen(db.engine, "before_cursor_execute", publish)
    try:
        form = {"kind": "practice", "body": "Mein Text.", "action": "send", "form_key": "k"}
        answer = app.test_client().sign_in(cast.ada).post(f"{SLUG}/3/1/annotations", data=form)
    finally:
        event.remove(db.engine, "before_cursor_execute", publish)
    assert done
    assert answer.status_code == 409
    assert "Der Absatz wurde inzwischen geändert." in answer.text
    assert "Mein Text." in answer.text
    assert "eingefügt: Eben veröffentlicht." in words(answer.text)
    assert db.session.scalars(select(Annotation)).all() == []


# Queries


@pytest.mark.parametrize(
    "path", ["/3", "/3/1", "/3/0", "/1/2", "", "/text", "/editions", "/editions/1", "/changes", "/changes?from=1&to=3"]
)
@pytest.mark.parametrize("who", ["guest", "participant"])
def test_pages_keep_the_query_budget_after_the_text_has_changed(cast, app, path, who):
    for number in ("3.1", "1.2", "1.1"):
        for _ in range(4):
            builders.annotate(cast.ada, cast.declaration, number)
    second_edition(cast)
    for annotation in db.session.scalars(select(Annotation)).all():
        set_outcome(Operator(), find_annotation(annotation.number), OutcomeValue.PARTLY, "Hat angestoßen.", 2)
    misprint(cast)
    scene.publish(cast.declaration, scene.inserted(scene.text(cast.declaration), "1.1", "Noch eins."))
    visitor = app.test_client()
    if who == "participant":
        visitor.sign_in(cast.ben)
        # The first visit leaves a mark; from then on marks are written once in five minutes.
        visitor.get(SLUG + path)
    db.session.expunge_all()
    with count_queries() as queries:
        assert visitor.get(SLUG + path).status_code == 200
    # What is asked once more with a thesis: see tests/annotations/test_reading.py.
    limit = 13 if "changes" in path else BUDGET + 6
    assert queries.count <= limit, "\n\n".join(queries.statements)


def test_the_sitemap_names_the_editions(cast, client):
    second_edition(cast)
    page = client.get("/sitemap.xml").text
    assert f"{SLUG}/editions</loc>" in page
    assert f"{SLUG}/editions/1</loc>" in page
