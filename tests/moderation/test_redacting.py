"""Showing a contribution without some passages: they are gone from everywhere, and the original is sealed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, edit_annotation, post_reply
from deliberation.annotations.models import EarlierVersion, Kind, ResponseKind, Status
from deliberation.annotations.responses import respond
from deliberation.database import db
from deliberation.moderation import actions, flagging
from deliberation.moderation.actions import Deed, ReasonMissing, decide
from deliberation.moderation.desk import teamwork
from deliberation.moderation.models import DecisionKind, FlagReason, Letter, MeasureKind, Rule, Seal
from deliberation.moderation.redacting import MARK, PassageMissing, blacken, contains, find_echoes
from deliberation.moderation.restraining import restrain
from deliberation.permissions import NotAllowed, Outdated, Role
from tests import builders

REASON = "Eine Klientin könnte erkennbar sein."
TEXT = "Bei Frau Müller aus der Uhlandstraße sprang die Ampel auf Rot."


@pytest.fixture
def annotation(cast):
    return builders.annotate(cast.ada, cast.declaration, body=TEXT)


def redact(cast, annotation, *passages, reason=REASON, letter=""):
    decision = actions.redact(
        cast.mira, annotation, Rule.PROTECT, reason, passages, annotation.version, letter
    )  # fmt: skip
    db.session.commit()
    return decision


class TestWords:
    @pytest.mark.parametrize(
        ("text", "passage", "left"),
        [
            ("Frau M. kam zu spät.", "Frau M.", f"{MARK} kam zu spät."),
            ("Frau **Müller** kam.", "Frau Müller", f"{MARK}** kam."),
            ("Ali war da, und die Qualität auch.", "Ali", f"{MARK} war da, und die Qualität auch."),
            ("In der Uhlandstraße 4.", "Uhland", f"In der {MARK}straße 4."),
            ("Frau\nMüller kam, dann ging FRAU MÜLLER.", "Frau Müller", f"{MARK} kam, dann ging {MARK}."),
            ("> Frau\n> Müller", "Frau Müller", f"> {MARK}"),
            ("Az. 12/3 (a+b)*", "(a+b)*", f"Az. 12/3 {MARK}"),
        ],
    )
    def test_what_reads_like_the_passage_goes(self, text, passage, left):
        assert blacken(text, [passage]) == left

    def test_the_longer_passage_goes_first(self):
        assert blacken("Frau Müller und Frau", ["Frau", "Frau Müller"]) == f"{MARK} und {MARK}"

    @given(
        before=st.text(alphabet="ab .,*\n", max_size=30),
        passage=st.text(alphabet="xyzäß", min_size=2, max_size=12),
        after=st.text(alphabet="ab .,*\n", max_size=30),
    )
    def test_nothing_of_it_is_left(self, before, passage, after):
        left = blacken(f"{before} {passage} {after} {passage}", [passage])
        assert not contains(left, passage)
        assert passage not in left


class TestTheText:
    def test_is_shown_without_the_passages(self, cast, annotation, client):
        decision = redact(cast, annotation, "Frau Müller", "Uhlandstraße")
        assert annotation.is_visible
        assert annotation.body == f"Bei {MARK} aus der {MARK} sprang die Ampel auf Rot."
        assert (decision.kind, decision.rule) == (DecisionKind.REDACT, Rule.PROTECT)
        page = client.get(f"/a/{annotation.number}").text
        assert "Müller" not in page
        assert "Uhland" not in page

    def test_a_held_one_appears_so_and_the_kinds_of_passages_are_kept(self, cast):
        cast.declaration.policy = type(cast.declaration.policy).PATTERN
        held = builders.annotate(cast.ada, cast.declaration, body=TEXT)
        assert held.is_pending
        passages = [words for _code, words in held.held_because]
        decision = redact(cast, held, *passages)
        assert held.is_visible
        assert held.held_because == []
        assert decision.facts["passages"] == len(passages)
        assert "address" in decision.facts["codes"]

    def test_a_proposed_wording_is_redacted_too(self, cast):
        proposal = builders.annotate(
            cast.ada, cast.declaration, body="So.", kind=Kind.PROPOSAL, wording="Frau Müller entscheidet."
        )  # fmt: skip
        redact(cast, proposal, "Frau Müller")
        assert proposal.proposed_wording == f"{MARK} entscheidet."

    def test_so_is_what_stood_there_before_and_what_was_answered_reported_and_noted(self, cast, annotation):
        edit_annotation(cast.ada, annotation, TEXT + " Und noch etwas.")
        answer = respond(cast.mira, annotation, ResponseKind.INQUIRY, "Was sagte Frau Müller dazu?")
        flag = flagging.flag(cast.ben, annotation, FlagReason.RECOGNISABLE, "Frau Müller kenne ich.")
        note = teamwork.write_note(cast.mira, annotation, "Ist Frau Müller echt?")
        ada = cast.ada.membership_in(cast.declaration.id)
        measure = restrain(
            cast.mira, ada, MeasureKind.WARN, Rule.PROTECT, "Bitte nie wieder Frau Müller.", annotation=annotation
        )
        redact(cast, annotation, "Frau Müller", reason="Frau Müller ist erkennbar.", letter="Es geht um Frau Müller.")
        version = db.session.scalars(select(EarlierVersion)).one()
        told = [str((letter.body, letter.facts)) for letter in db.session.scalars(select(Letter))]
        for words in (
            *told, measure.reason, annotation.body, annotation.body_html, version.body, version.body_html, answer.body,
            answer.body_html, flag.explanation, note.body,
        ):  # fmt: skip
            assert "Müller" not in words

    def test_only_the_seal_still_has_it(self, cast, annotation):
        redact(cast, annotation, "Frau Müller")
        kept = db.session.scalars(select(Seal)).one()
        assert kept.passages == ["Frau Müller"]
        holders = {
            table.name
            for table in db.metadata.sorted_tables
            for row in db.session.execute(table.select())
            if "Müller" in str(row)
        }
        assert holders == {"seal"}

    def test_others_who_repeat_it_are_named_and_left_to_a_decision_of_their_own(self, cast, annotation):
        reply = post_reply(cast.ben, annotation, Contribution("Frau Müller kenne ich auch."))
        elsewhere = builders.annotate(cast.ben, cast.declaration, at="1.1", body="Auch frau müller fragt.")
        assert find_echoes(annotation, ["Frau Müller"]) == [reply.number, elsewhere.number]
        redact(cast, annotation, "Frau Müller")
        assert "Müller" in reply.body

    def test_its_author_may_write_it_anew_without_getting_the_passage_back(self, cast, annotation, client):
        redact(cast, annotation, "Frau Müller")
        page = client.sign_in(cast.ada).get(f"/a/{annotation.number}/edit").text
        assert "Müller" not in page
        edit_annotation(cast.ada, annotation, "Bei einer Klientin sprang die Ampel auf Rot.")
        versions = db.session.scalars(select(EarlierVersion.body)).all()
        assert not [words for words in versions if "Müller" in words]


class TestWhatIsRefused:
    @pytest.mark.parametrize("passages", [(), ("",), ("x",), ("Herr Schmidt",), ("Frau Müller", "Herr Schmidt")])
    def test_passages_that_are_not_there(self, cast, annotation, passages):
        with pytest.raises(PassageMissing):
            redact(cast, annotation, *passages)
        db.session.rollback()
        assert annotation.body == TEXT

    def test_without_rule_or_reason(self, cast, annotation):
        with pytest.raises(ReasonMissing):
            redact(cast, annotation, "Frau Müller", reason="kurz")
        without_rule = Deed(DecisionKind.REDACT, annotation.version, None, REASON, passages=["Frau Müller"])
        with pytest.raises(ReasonMissing):
            decide(cast.mira, annotation, without_rule)

    def test_by_anybody_but_another_moderator(self, cast, annotation):
        own = builders.annotate(cast.mira, cast.declaration, body=TEXT)
        for person, text in ((cast.mira, own), (cast.otto, annotation), (cast.ada, annotation)):
            with pytest.raises(NotAllowed):
                actions.redact(person, text, Rule.PROTECT, REASON, ["Frau Müller"], text.version)

    def test_on_what_has_changed_meanwhile(self, cast, annotation):
        with pytest.raises(Outdated):
            actions.redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Frau Müller"], annotation.version - 1)
        assert db.session.scalars(select(Seal)).all() == []

    def test_passages_that_a_colleague_has_redacted_already_are_no_mistake_of_hers(self, cast, annotation, client):
        second = builders.make_member(cast.declaration, "second", Role.MODERATOR)
        redact(cast, annotation, "Frau Müller")
        sent = {"decision": "redact", "rule": "2", "reason": REASON, "version": "1", "passage": "Frau Müller"}
        answer = client.sign_in(second).post(f"/a/{annotation.number}/decisions", data=sent)
        assert (answer.status_code, "gerade entschieden" in answer.text) == (409, True)

    def test_the_form_says_which_passage_it_did_not_find(self, cast, annotation, client):
        sent = {"decision": "redact", "rule": "2", "reason": REASON, "version": annotation.version}
        answer = client.sign_in(cast.mira).post(
            f"/a/{annotation.number}/decisions", data={**sent, "passage": ["Frau Müller", "Herr Schmidt"]}
        )
        assert answer.status_code == 422
        assert "Diese Stelle steht so nicht im Text: „Herr Schmidt“." in answer.text
        assert annotation.body == TEXT


def test_twice_from_one_page_is_one_redaction(cast, annotation, client):
    mira = client.sign_in(cast.mira)
    sent = {"decision": "redact", "rule": "2", "reason": REASON, "version": "1", "passage": "Frau Müller"}
    for _time in range(2):
        assert mira.post(f"/a/{annotation.number}/decisions", data=sent).status_code == 303
    assert len(db.session.scalars(select(Seal)).all()) == 1
    assert annotation.status is Status.VISIBLE
