"""What an author is told: previewed at the desk, read on the own page, and the same words everywhere."""

import re
from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, edit_annotation, post_reply, withdraw
from deliberation.annotations.models import Annotation, Status
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.moderation import actions, flagging, posts, undoing
from deliberation.moderation.actions import Deed
from deliberation.moderation.letters import write_letter
from deliberation.moderation.models import DecisionKind, FlagReason, Letter, MeasureKind, Rule, Verdict
from deliberation.moderation.objections.reviews import months_later
from deliberation.moderation.posts import Post, load_posts_about
from deliberation.moderation.restraining import restrain
from deliberation.moderation.views.letters import letter_words
from deliberation.permissions import Phase, Role
from tests import builders
from tests.counting import count_queries

REASON = "Hier ist eine Klientin zu erkennen."
TEXT = "Bei Frau M. aus der Uhlandstraße sprang die Ampel auf Rot."
TEMPLATES = ("decision", "undo", "move", "bundle", "objection", "measure", "lift", "message")


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body=TEXT)


@pytest.fixture
def mira(cast, app):
    return app.test_client().sign_in(cast.mira)


@pytest.fixture
def ada(cast, app):
    return app.test_client().sign_in(cast.ada)


def words_to(cast, annotation):
    return [letter_words(post, "de") for post in load_posts_about(annotation.author_id, annotation.number)]


class TestPreview:
    def test_moderator_sees_the_letter_before_she_decides(self, cast, annotation, mira):
        form = {"decision": "hide", "rule": "2", "reason": REASON}
        page = mira.post(f"/a/{annotation.number}/letter", data=form)
        assert page.status_code == 200
        for words in (
            f"Ihr Beitrag A-{annotation.number} vom",
            "Regel 2: Niemanden erkennbar machen",
            REASON,
            "Entschieden hat ein Mensch.",
            f"/a/{annotation.number}/edit",
            f"/a/{annotation.number}/objections",
            "Rechtsweg",
        ):
            assert words in page.text, words
        assert "<html" not in page.text
        assert db.session.get(Annotation, annotation.number).is_visible
        assert db.session.scalars(select(Letter)).all() == []

    def test_what_she_saw_is_what_the_author_reads(self, cast, annotation, mira):
        before = posts.preview(cast.mira, annotation, Deed(DecisionKind.HIDE, 1, Rule.PROTECT, REASON))
        seen = letter_words(before, "de")
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        # All but which decision one would object to, which there was none of before.
        assert [re.sub(r"\?decision=\d+", "", words) for words in words_to(cast, annotation)] == [seen]

    def test_passages_are_counted_and_never_named(self, cast, annotation, mira):
        form = {
            "decision": "redact", "rule": "2", "reason": "Frau M. ist zu erkennen.",
            "passage": ["Frau M.", " ", "Uhlandstraße"], "letter": "Liebe Person, es geht um die Uhlandstraße.",
        }  # fmt: skip
        page = mira.post(f"/a/{annotation.number}/letter", data=form).text
        assert "Es geht um 2 Stellen." in page
        assert "Frau M." not in page
        assert "Uhlandstraße" not in page

    def test_her_own_words_replace_the_middle_and_what_the_law_asks_for_stays(self, cast, annotation, mira):
        form = {"decision": "return", "rule": "2", "reason": REASON, "letter": "Danke für Ihre Offenheit."}
        page = mira.post(f"/a/{annotation.number}/letter", data=form).text
        assert "Danke für Ihre Offenheit." in page
        assert REASON not in page
        for words in ("bittet Sie, ihn zu ändern", "Regel 2", "Entschieden hat ein Mensch.", "Beschwerde einlegen"):
            assert words in page, words

    def test_nobody_is_told_that_nothing_changed(self, cast, annotation, mira):
        flagging.flag(cast.ben, annotation, FlagReason.OTHER)
        page = mira.post(f"/a/{annotation.number}/letter", data={"decision": "publish"}).text
        assert "Dazu bekommt niemand eine Nachricht." in page

    def test_half_filled_forms_are_no_fault(self, cast, annotation, mira):
        for form in ({}, {"decision": "vanish"}, {"decision": "hide", "rule": "99", "reason": "x" * 9000}):
            assert mira.post(f"/a/{annotation.number}/letter", data=form).status_code == 200

    @pytest.mark.parametrize("name", ["ada", "ben", "otto"])
    def test_nobody_else_previews(self, cast, annotation, app, name):
        person = app.test_client().sign_in(getattr(cast, name))
        assert person.post(f"/a/{annotation.number}/letter", data={"decision": "hide"}).status_code == 403

    def test_markup_in_her_words_stays_text(self, cast, annotation, mira):
        form = {"decision": "hide", "rule": "2", "reason": "<script>alert(1)</script>"}
        assert "<script" not in mira.post(f"/a/{annotation.number}/letter", data=form).text


class TestWords:
    @pytest.mark.parametrize(
        ("occasion", "words"),
        [("notice", "Anlass: eine Meldung."), ("pattern", "es entscheidet nichts"), ("own", "eigene Durchsicht")],
    )
    def test_what_made_somebody_look_is_said(self, cast, annotation, occasion, words):
        facts = {"kind": "hide", "rule": "2", "reason": REASON, "occasion": occasion}
        assert words in letter_words(Post("decision", cast.declaration, annotation.author, annotation, facts), "de")

    def test_objecting_is_possible_for_six_months(self, cast, annotation):
        with frozen_at(now().replace(month=3, day=31, hour=12)):
            decided = now()
            actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
            assert "bis zum 30. September" in words_to(cast, annotation)[0]
        assert months_later(decided, 6).day == 30

    def test_after_the_deliberation_nobody_is_asked_to_revise(self, cast, annotation):
        cast.declaration.phase = Phase.CLOSED
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        [words] = words_to(cast, annotation)
        assert "/edit" not in words
        assert "Beschwerde einlegen" in words

    def test_shown_again_needs_no_redress(self, cast, annotation):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        actions.restore(cast.mira, annotation, 2)
        [words, _hidden] = [*words_to(cast, annotation), ""]
        assert "ist wieder zu sehen" in words
        assert "Beschwerde" not in words

    @pytest.mark.parametrize("locale", ["de", "en"])
    @pytest.mark.parametrize("template", TEMPLATES)
    def test_every_letter_reads_well_in_both_languages(self, cast, annotation, template, locale):
        facts = {
            "kind": "pause" if template in ("measure", "lift") else "hide", "rule": "3", "reason": REASON,
            "occasion": "notice", "until": "2030-01-31T12:00:00+00:00", "verdict": Verdict.PARTLY.value,
            "from": "3.1", "to": "1.1", "measure": 7, "passages": 1, "codes": ["address"],
        }  # fmt: skip
        about = None if template in ("measure", "lift") else annotation
        words = letter_words(Post(template, cast.declaration, annotation.author, about, facts), locale)
        assert words.startswith("Guten Tag," if locale == "de" else "Hello,")
        assert "\n\n\n" not in words
        assert not re.search(r"[{}%]|None", words), words
        assert TEXT not in words
        if locale == "en":
            assert not re.search(r"\b(der|die|das|und|ist|Sie|Ihr)\b", words.replace(REASON, "")), words

    @pytest.mark.parametrize(
        ("printed", "words"), [("3.1", "Absatz 3.1"), ("2", "These 2"), ("0.1", "Vorbemerkung"), ("end", "Schlussteil")]
    )
    def test_move_names_both_places(self, cast, annotation, printed, words):
        post = Post("move", cast.declaration, annotation.author, annotation, {"from": "1.1", "to": printed})
        assert f"bei {words} statt bei Absatz 1.1." in letter_words(post, "de")

    def test_who_leads_a_bundle_is_not_told_to_be_in_one(self, cast, annotation):
        post = Post("bundle", cast.declaration, annotation.author, annotation, {"is_lead": True})
        assert "Andere haben dasselbe gesagt" in letter_words(post, "de")
        assert "herausnehmen" not in letter_words(post, "de")

    def test_every_link_leads_somewhere(self, cast, app, annotation, ada):
        """Templates of mails know no request: their addresses are written out, and have to be those of the pages."""
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        measure = restrain(cast.mira, annotation.author, MeasureKind.WARN, Rule.RESPECT, REASON)
        db.session.commit()
        texts = [letter_words(post, "de") for post in load_posts_about(annotation.author_id, annotation.number)]
        texts += [letter_words(post, "de") for post in posts.load_posts_to([annotation.author])]
        texts.append(letter_words(Post("message", cast.declaration, annotation.author, annotation), "de"))
        links = {link for words in texts for link in re.findall(r"http://localhost(/\S+)", words)}
        assert f"/measures/{measure.id}/objections" in links
        assert len(links) == 6
        for link in links:
            assert ada.get(link).status_code == 200, link
            answer = app.test_client().get(link)
            assert answer.status_code in (302, 303), link
            assert "/login" in answer.location

    def test_words_of_another_language_go_with_the_reader(self, cast, annotation):
        post = Post("undo", cast.declaration, annotation.author, annotation)
        with force_locale("en"):
            assert letter_words(post, "de").startswith("Guten Tag,")
            assert letter_words(post).startswith("Hello,")

    def test_later_redaction_blackens_the_reason_of_earlier_letters_too(self, cast, annotation):
        actions.hide(cast.mira, annotation, Rule.PROTECT, "Frau M. ist hier zu erkennen.", 1)
        actions.restore(cast.mira, annotation, 2)
        actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, "Wieder Frau M. genannt.", 3)
        actions.redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Frau M."], 4)
        assert not [words for words in words_to(cast, annotation) if "Frau M." in words]


class TestOwnPage:
    def test_author_reads_letter_and_whole_text_and_what_to_do(self, cast, annotation, ada):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        page = ada.get(f"/a/{annotation.number}/decision").text
        assert "Uhlandstraße" in page
        assert REASON in page
        for act in ("edit", "objections?decision=1", "messages"):
            assert f'href="/a/{annotation.number}/{act}"' in page

    def test_page_is_found_from_the_text_and_from_the_own_area(self, cast, annotation, ada):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        for path in ("/d/erklaerung/3/1", "/me"):
            assert f'href="/a/{annotation.number}/decision"' in ada.get(path).text, path

    def test_author_reads_which_passages_were_redacted_while_they_are_kept(self, cast, annotation, ada):
        actions.redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Frau M.", "Uhlandstraße"], 1)
        page = ada.get(f"/a/{annotation.number}/decision").text
        assert "„Frau M.“" in page
        assert "[von der Moderation geschwärzt]" in page
        assert "Frau M." not in ada.get("/me").text
        undoing.undo(cast.mira, actions.find_last_decision(annotation))
        assert "„Frau M.“" not in ada.get(f"/a/{annotation.number}/decision").text

    @pytest.mark.parametrize(("name", "status"), [("ben", 404), ("mira", 403), ("otto", 403)])
    def test_nobody_else(self, cast, annotation, app, name, status):
        """Those of the team know that it exists; for others it does not."""
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        answer = app.test_client().sign_in(getattr(cast, name)).get(f"/a/{annotation.number}/decision")
        assert answer.status_code == status
        assert REASON not in answer.text

    @pytest.mark.parametrize("act", ["decision", "edit", "objections", "messages"])
    def test_who_is_not_signed_in_may_do_so_first_whatever_the_state(self, cast, annotation, client, act):
        for status in Status:
            annotation.status = status
            answer = client.get(f"/a/{annotation.number}/{act}")
            assert answer.status_code in (302, 303), status
            assert answer.location.endswith(f"next=/a/{annotation.number}/{act}"), answer.location

    def test_other_people_learn_nothing_of_a_returned_text(self, cast, annotation, app):
        actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        ben = app.test_client().sign_in(cast.ben)
        for act in ("decision", "objections", "messages"):
            assert ben.get(f"/a/{annotation.number}/{act}").status_code == 404

    def test_after_taking_it_back_the_letters_stay_and_nothing_is_left_to_do(self, cast, annotation, ada):
        actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        withdraw(cast.ada, annotation)
        page = ada.get(f"/a/{annotation.number}/decision")
        assert page.status_code == 200
        assert "Text ändern</a>" not in page.text

    def test_what_was_taken_back_is_not_shown_any_more(self, cast, annotation, ada):
        decision = actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, 1)
        undoing.undo(cast.mira, decision)
        page = ada.get(f"/a/{annotation.number}/decision").text
        assert REASON not in page
        assert "Beschwerde einlegen" not in page

    def test_many_decisions_are_as_quick_as_one(self, cast, annotation, ada):
        for version in range(1, 12, 2):
            actions.hide(cast.mira, annotation, Rule.PROTECT, REASON, version)
            actions.restore(cast.mira, annotation, version + 1)
        ada.get(f"/a/{annotation.number}/decision")
        with count_queries() as queries:
            assert ada.get(f"/a/{annotation.number}/decision").status_code == 200
        assert queries.count <= 13


def test_letters_about_the_person_stand_in_the_own_area(cast, annotation, ada):
    restrain(cast.mira, annotation.author, MeasureKind.PAUSE, Rule.RESPECT, "Dreimal Menschen angegriffen.", 7)
    page = ada.get("/me").text
    assert "Dreimal Menschen angegriffen." in page
    assert "Schreibpause" in page


def test_own_area_stays_quick_with_many_letters(cast, ada):
    for number in range(6):
        note = builders.annotate(cast.ada, cast.declaration, body=f"Nummer {number}")
        actions.hide(cast.mira, note, Rule.PROTECT, REASON, 1)
    ada.get("/me")
    with count_queries() as queries:
        assert ada.get("/me").status_code == 200
    assert queries.count <= 14


def test_letters_to_who_has_left_are_harmless(cast, annotation):
    reply = post_reply(cast.ben, annotation, Contribution("Ja."))
    reply.author_id = None
    db.session.commit()
    assert posts.preview(cast.mira, reply, Deed(DecisionKind.HIDE, 1, Rule.PROTECT, REASON)) is None
    assert actions.hide(cast.mira, reply, Rule.PROTECT, REASON, reply.version)
    assert db.session.scalars(select(Letter).where(Letter.annotation_id == reply.number)).all() == []


def test_letter_waits_half_an_hour(cast, annotation):
    letter = write_letter("decision:77", annotation.author_id, "decision", {}, annotation.number)
    db.session.flush()
    assert letter.due_at - letter.written_at >= timedelta(minutes=30) - timedelta(seconds=1)


def test_revised_text_can_still_be_objected_for(cast, annotation, ada):
    actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, REASON, 1)
    edit_annotation(cast.ada, annotation, "Ohne Namen sprang die Ampel auf Rot.")
    second = builders.make_member(cast.declaration, "tomasz", Role.MODERATOR)
    actions.publish(second, annotation, annotation.version)
    assert "Beschwerde einlegen" in ada.get(f"/a/{annotation.number}/decision").text
