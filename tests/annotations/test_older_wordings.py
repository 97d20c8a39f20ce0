"""Readers see to which edition something was written, and reach the old words and what changed in one click."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from deliberation.annotations import former
from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.former import Situation
from deliberation.annotations.models import Annotation, Kind, Status, find_annotation
from deliberation.annotations.threads import load_entries
from deliberation.database import db
from deliberation.declarations.models import Paragraph, Thesis, find_paragraph
from deliberation.editions import checking
from deliberation.permissions import Guest, Operator
from tests import builders
from tests.counting import count_queries
from tests.editions import scene

TWIN = "Das gilt auch hier."


def situation(annotation):
    """What became of the words, as a guest is told; None when nothing is said."""
    entries = load_entries(Guest(), annotation.declaration_id, Annotation.number == annotation.number, None)
    return former.situation(entries[0])


def reword(cast, at, *sentences):
    return scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), at, *sentences))


def sentences(cast, at):
    return scene.paragraph(scene.text(cast.declaration), at).sentences


class TestNote:
    def test_nothing_is_said_while_the_edition_is_in_force(self, cast, client):
        builders.annotate(cast.ada, cast.declaration)
        assert "geschrieben zu Fassung" not in client.get("/d/erklaerung/3/1").text

    def test_unchanged_words_are_called_so(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.1")
        reword(cast, "1.1", "Anders.")
        page = client.get("/d/erklaerung/3/1").text
        assert "geschrieben zu Fassung 1" in page
        assert "Wortlaut unverändert" in page
        assert f'href="/a/{annotation.number}/wording"' in page
        assert situation(annotation) is Situation.SAME

    def test_reworded_words_are_called_so(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[2])
        reword(cast, "3.1", sentences(cast, "3.1")[0], "Sie braucht erfahrene Menschen.")
        page = client.get("/d/erklaerung/3/1").text
        assert "der Wortlaut ist heute anders" in page
        assert "Stelle prüfen" not in page
        assert situation(annotation) is Situation.REWORDED
        assert "Stelle prüfen" in client.sign_in(cast.mira).get("/d/erklaerung/3/1").text

    def test_words_that_moved_are_read_where_they_are_now(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.1", body="Zieht mit", sentences=[2])
        first, second = sentences(cast, "3.1")
        text = scene.reworded(scene.text(cast.declaration), "3.1", first)
        scene.publish(cast.declaration, scene.inserted(text, "1.1", second))
        page = client.get("/d/erklaerung/1/1a").text
        assert "Zieht mit" in page
        assert "die Stelle steht heute hier" in page
        assert situation(annotation) is Situation.MOVED
        reword(cast, "2.1", "Anders.")
        assert situation(annotation) is Situation.MOVED

    def test_words_that_are_gone_are_read_at_their_paragraph(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.1", body="Bleibt da", sentences=[2])
        reword(cast, "3.1", sentences(cast, "3.1")[0])
        page = client.get("/d/erklaerung/3/1").text
        assert "Bleibt da" in page
        assert "die Stelle gibt es nicht mehr" in page
        assert "zu Satz 2" not in page
        assert situation(annotation) is Situation.GONE

    def test_look_alikes_are_said_to_wait_for_a_person(self, cast):
        reword(cast, "3.1", TWIN, "Zwischen.", TWIN)
        annotation = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[3])
        reword(cast, "3.1", TWIN, "Zwischen.")
        assert situation(annotation) is Situation.UNSURE

    def test_what_a_person_said_counts(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[2])
        reword(cast, "3.1", sentences(cast, "3.1")[0], "Sie braucht erfahrene Menschen.")
        anchor = checking.accept(cast.mira, find_annotation(annotation.number), 2)
        assert situation(annotation) is Situation.REWORDED
        thesis = next(t for t in cast.declaration.theses if t.number == "2")
        there = find_paragraph(thesis, "1")
        checking.place(cast.mira, find_annotation(annotation.number), there, [], 2, anchor.checked_at)
        assert situation(annotation) is Situation.ELSEWHERE
        assert "die Stelle steht heute hier, mit anderem Wortlaut" in client.get("/d/erklaerung/2/1").text

    def test_a_whole_thesis_has_words_too(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.0")
        reword(cast, "1.1", "Anders.")
        assert situation(annotation) is Situation.SAME
        reword(cast, "3.1", "Auch anders.")
        assert situation(annotation) is Situation.REWORDED
        assert "der Wortlaut ist heute anders" in client.get("/d/erklaerung/3/0").text

    def test_a_quote_that_is_gone_is_one_from_the_old_edition(self, cast, client):
        kept = builders.annotate(cast.ada, cast.declaration, "3.1", quote="keine Dienstleistung")
        lost = builders.annotate(cast.ben, cast.declaration, "3.1", quote="braucht Menschen")
        reword(cast, "3.1", sentences(cast, "3.1")[0], "Sie braucht erfahrene Menschen.")
        page = client.get("/d/erklaerung/3/1?order=oldest").text
        notes = re.findall(r'href="/a/(\d+)/wording"[^>]*>([^<]+)<', page)
        assert notes == [
            (str(kept.number), "geschrieben zu Fassung 1"),
            (str(lost.number), "Zitat aus Fassung 1"),
        ]
        # A quote without a chosen sentence is about the sentence it stands in.
        assert (situation(kept), situation(lost)) == (Situation.SAME, Situation.REWORDED)

    def test_replies_say_nothing_of_their_own(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration)
        post_reply(cast.ben, annotation, Contribution("Ja."))
        reword(cast, "3.1", "Ganz anders.")
        assert client.get("/d/erklaerung/3/1").text.count("geschrieben zu Fassung 1") == 1

    @pytest.mark.parametrize("path", ["/d/erklaerung/3/1?all=1", "/a/1"])
    def test_notes_cost_no_query_each(self, cast, client, path):
        counts = []
        for size in (1, 9):
            for _ in range(size):
                builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[2], quote="braucht Menschen")
        for number, words in enumerate(("Sie braucht erfahrene Menschen.", "Sie braucht sehr erfahrene Menschen.")):
            reword(cast, "3.1", sentences(cast, "3.1")[0], words)
            client.get(path)
            with count_queries() as queries:
                assert client.get(path).status_code == 200
            counts.append(queries.count)
            assert number < 2
        assert max(counts) <= 12, counts


class TestPageOfTheOldWords:
    def test_shows_old_and_new_words_and_the_difference(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.1", body="Meine Worte", sentences=[2])
        first, second = sentences(cast, "3.1")
        now = "Sie braucht erfahrene Menschen."
        reword(cast, "3.1", first, now)
        page = client.get(f"/a/{annotation.number}/wording").text
        assert "Meine Worte" in page
        assert f"</span>{second}</mark>" in page
        assert f"</span>{now}</mark>" in page
        assert page.count(first) == 2
        assert re.search(r"<ins><span class=\"vh\">eingefügt: </span>erfahrene", page)
        assert 'href="/d/erklaerung/editions/1#absatz-3-1"' in page
        assert 'href="/d/erklaerung/changes?from=1&amp;to=2#absatz-3-1"' in page
        assert "So stand es in Fassung 1" in page
        assert "So steht es in Fassung 2" in page

    def test_names_the_place_by_the_numbers_of_each_edition(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.2")
        scene.publish(cast.declaration, scene.moved(scene.text(cast.declaration), "3.2", "1.1"))
        page = client.get(f"/a/{annotation.number}/wording").text
        assert "Absatz 3.2" in page
        assert "Absatz 1.1a" in page
        assert 'href="/d/erklaerung/editions/1#absatz-3-2"' in page

    def test_of_what_is_gone_the_old_words_remain(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.2")
        (words,) = sentences(cast, "3.2")
        scene.publish(cast.declaration, scene.removed(scene.text(cast.declaration), "3.2"))
        page = client.get(f"/a/{annotation.number}/wording").text
        assert words in page
        assert "Diese Stelle gibt es nicht mehr." in page

    def test_what_was_merged_leads_to_where_it_is(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.2")
        text = scene.text(cast.declaration)
        both = (*scene.paragraph(text, "3.1").sentences, *scene.paragraph(text, "3.2").sentences)
        scene.publish(cast.declaration, scene.removed(scene.reworded(text, "3.1", *both), "3.2"))
        page = client.get(f"/a/{annotation.number}/wording").text
        assert "die Stelle steht heute hier" in page
        assert "Absatz 3.1" in page

    def test_a_whole_thesis_is_compared_paragraph_by_paragraph(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.0")
        text = scene.reworded(scene.text(cast.declaration), "3.1", "Ganz neu gefasst.")
        scene.publish(cast.declaration, scene.inserted(scene.removed(text, "3.2"), "3.1", "Hinzugekommen ist das."))
        page = client.get(f"/a/{annotation.number}/wording").text
        for words in ("Ganz neu gefasst.", "Hinzugekommen ist das.", "Öffnungszeiten dürfen digital sein."):
            assert words in page
        assert "Absatz 3.1a" in page

    def test_of_replies_it_is_that_of_the_thread(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration)
        reply = post_reply(cast.ben, annotation, Contribution("Ja."))
        answer = client.get(f"/a/{reply.number}/wording")
        assert (answer.status_code, answer.location) == (303, f"/a/{annotation.number}/wording")

    def test_words_that_are_not_shown_stay_unseen(self, cast, app):
        annotation = builders.annotate(cast.ada, cast.declaration, body="Geheime Worte", sentences=[2])
        proposal = builders.annotate(
            cast.ada, cast.declaration, body="Grund", kind=Kind.PROPOSAL, wording="Heimlicher Wortlaut."
        )
        post_reply(cast.ben, annotation, Contribution("Antwort, die bleibt"))
        reword(cast, "3.1", "Ganz anders.")
        guest = app.test_client()
        for status in (Status.HIDDEN, Status.WITHDRAWN, Status.PENDING):
            annotation.status = proposal.status = status
            db.session.commit()
            for number in (annotation.number, proposal.number):
                page = guest.get(f"/a/{number}/wording")
                assert page.status_code == 404
                assert "Geheime Worte" not in page.text
                assert "Heimlicher" not in page.text
        annotation.status = Status.HIDDEN
        db.session.commit()
        assert "Geheime Worte" in app.test_client().sign_in(cast.ada).get(f"/a/{annotation.number}/wording").text

    def test_nothing_is_there_that_does_not_exist(self, cast, client):
        assert client.get("/a/999/wording").status_code == 404
        assert client.get(f"/a/{2**40}/wording").status_code == 404

    def test_in_the_edition_in_force_nothing_has_changed(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration)
        page = client.get(f"/a/{annotation.number}/wording").text
        assert "Nichts. Der Wortlaut steht so in der heutigen Fassung." in page

    def test_readers_get_no_form_and_no_cookie(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration)
        reword(cast, "3.1", "Ganz anders.")
        answer = client.get(f"/a/{annotation.number}/wording")
        assert 'method="post"' not in answer.text
        assert "Set-Cookie" not in answer.headers


class TestThread:
    def test_shows_the_words_it_was_written_on_and_says_so(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[2])
        first, second = sentences(cast, "3.1")
        assert "So stand es" not in client.get(f"/a/{annotation.number}").text
        reword(cast, "3.1", first, "Sie braucht erfahrene Menschen.")
        page = client.get(f"/a/{annotation.number}").text
        assert "So stand es in Fassung 1, zu der das geschrieben wurde." in page
        assert f"</span>{second}</mark>" in page
        assert "erfahrene" not in page

    def test_links_to_the_sentence_as_it_stands_today_lead_somewhere(self, cast, client):
        annotation = builders.annotate(cast.ada, cast.declaration, "3.1", sentences=[1])
        reword(cast, "3.1", sentences(cast, "3.1")[0], "Sie braucht erfahrene Menschen.")
        page = client.get(f"/a/{annotation.number}").text
        for target in re.findall(r'href="#(s-[^"]+)"', page):
            assert page.count(f'id="{target}"') == 1
        assert 'href="#s-3-1-1"' in page


class TestNothingIsLost:
    def test_everything_ever_written_is_reached_by_number_and_by_its_place(self, cast, client):
        declaration = cast.declaration
        written = []

        def write_everywhere(text):
            for thesis in text.theses:
                written.append(builders.annotate(cast.ben, declaration, f"{thesis.number}.0", body=f"W{len(written)}."))
                for one in thesis.paragraphs:
                    at = f"{thesis.number}.{one.number}"
                    for picked in ([], [1]):
                        body = f"W{len(written)}."
                        written.append(builders.annotate(cast.ada, declaration, at, body=body, sentences=picked))

        def check():
            places = (
                select(Annotation.number, Annotation.body, Thesis.number, func.coalesce(Paragraph.number, "0"))
                .join(Thesis, Thesis.id == Annotation.thesis_id)
                .outerjoin(Paragraph, Paragraph.id == Annotation.paragraph_id)
            )
            found = db.session.execute(places).all()
            assert len(found) == len(written)
            for number, body, thesis, paragraph in found:
                for path in (f"/a/{number}", f"/a/{number}/wording", f"/d/erklaerung/{thesis}/{paragraph}?all=1"):
                    page = client.get(path)
                    assert page.status_code == 200, path
                    assert f"<p>{body}</p>" in page.text, path

        write_everywhere(scene.text(declaration))
        text = scene.reworded(scene.text(declaration), "3.1", "Eine Inobhutnahme ist Schutz.", "Sie braucht Menschen.")
        scene.publish(declaration, scene.removed(text, "1.2"))
        check()
        write_everywhere(scene.text(declaration))
        text = scene.moved(scene.text(declaration), "3.2", "2.1")
        scene.publish(declaration, scene.inserted(scene.removed(text, "3.1"), "1.1", "Sie braucht Menschen."))
        check()
        for annotation in written[::3]:
            found = find_annotation(annotation.number)
            thesis = next(t for t in declaration.theses if t.number == "2")
            try:
                checking.place(Operator(), found, find_paragraph(thesis, "1"), [1], 3)
            except (checking.NothingToCheck, checking.StaysWithThesis):
                continue
        db.session.commit()
        text = scene.text(declaration)
        theses = tuple(thesis for thesis in text.theses if thesis.number != "2")
        scene.publish(declaration, replace(text, theses=theses))
        check()
