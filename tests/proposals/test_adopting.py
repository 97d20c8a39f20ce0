"""From a proposal to the next edition: what was promised is what stands there, and everybody learns it."""

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import Phase as Part
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import select

from deliberation.annotations.models import (
    Anchor,
    AnchorVerdict,
    Kind,
    Membership,
    Outcome,
    OutcomeValue,
    Status,
    VoteValue,
    find_annotation,
)
from deliberation.annotations.outcomes import set_outcome
from deliberation.annotations.positions import cast_vote
from deliberation.database import db
from deliberation.declarations.editions import load_text
from deliberation.declarations.fates import AnchorState
from deliberation.declarations.importing import DraftParagraph, Unit
from deliberation.declarations.models import current_edition, find_declaration, load_paragraphs
from deliberation.declarations.preview import Place
from deliberation.editions import checking, drafting
from deliberation.editions.adopting import NotAdoptable, adopt
from deliberation.editions.choosing import load_merge_page
from deliberation.editions.drafting import SourceInvalid, begin_draft, find_draft, reword, text_of
from deliberation.editions.publishing import publish_draft
from deliberation.editions.reanchoring import plan_edition
from deliberation.permissions import NotAllowed, Operator, Outdated, Phase
from deliberation.proposals.cosigning import cosign
from deliberation.proposals.merging import Colliding, WordsGone
from tests import builders
from tests.counting import count_queries
from tests.editions import scene as editions
from tests.proposals.scene import LIST, PEOPLE, SERVICE, found, propose, put_up, rate, raters

PAGE = "/d/erklaerung/editions/draft/proposals"
_wordings = count(1)


def draft_of(cast):
    draft = begin_draft(cast.otto, cast.declaration)
    db.session.commit()
    return draft


def drafted(cast, at="3.1") -> tuple[str, ...]:
    """The sentences of a paragraph in the draft."""
    draft = find_draft(cast.declaration)
    assert draft is not None
    origin = builders.paragraph(cast.declaration, at).id
    return next(p for t in text_of(draft).theses for p in t.paragraphs if p.origin == origin).sentences


def publish(declaration, organiser=None):
    """The draft becomes the edition in force."""
    draft = find_draft(declaration)
    plan = plan_edition(declaration, text_of(draft))
    done = publish_draft(organiser or Operator(), draft, plan, "Aus den Vorschlägen.", draft.version)
    db.session.commit()
    return done


def outcome_of(proposal) -> Outcome:
    query = select(Outcome).where(Outcome.annotation_id == proposal.number).order_by(Outcome.id.desc())
    return db.session.scalars(query).first()


# The verb


def test_adopted_words_stand_in_the_draft_and_after_publishing_everybody_learns_it(cast):
    proposal = propose(cast.ada, cast.declaration, "Sie braucht erfahrene Menschen.", 2)
    draft = draft_of(cast)
    assert adopt(cast.otto, draft, [proposal.number], {}, draft.version) == [proposal.number]
    assert drafted(cast) == (SERVICE, "Sie braucht erfahrene Menschen.")
    done = publish(cast.declaration, cast.otto)
    outcome = outcome_of(proposal)
    assert (outcome.value, outcome.edition_id, outcome.sentences) == (OutcomeValue.ADOPTED, done.edition.id, [2])
    assert outcome.reason == f"Hier steht jetzt der Wortlaut aus A-{proposal.number}."
    assert outcome.paragraph_id == builders.paragraph(cast.declaration).id
    # Nobody is asked where it belongs: whoever adopted it has said so.
    anchor = db.session.scalars(select(Anchor).where(Anchor.annotation_id == proposal.number)).one()
    assert (anchor.state, anchor.verdict, anchor.sentences) == (AnchorState.REWORDED, AnchorVerdict.ACCEPTED, [2])
    assert done.waiting == 0


def test_colliding_ones_are_never_adopted_together(cast):
    one = propose(cast.ada, cast.declaration, "Eins.", 2)
    two = propose(cast.ben, cast.declaration, "Zwei.", 1, 2)
    whole = propose(cast.ben, cast.declaration, "Drei.")
    draft = draft_of(cast)
    for pair in ((one, two), (one, whole), (two, whole)):
        with pytest.raises(Colliding) as refusal:
            adopt(cast.otto, draft, [p.number for p in pair], {}, draft.version)
        assert set(refusal.value.numbers) == {p.number for p in pair}
    with pytest.raises(Colliding):
        adopt(cast.otto, draft, [one.number], {(one.number, two.number): "Eigenes."}, draft.version)
    with pytest.raises(Colliding):
        adopt(cast.otto, draft, [whole.number], {(one.number, two.number): "Eigenes."}, draft.version)
    assert drafted(cast) == (SERVICE, PEOPLE)


def test_an_own_wording_stands_for_all_whose_place_it_takes(cast):
    one = propose(cast.ada, cast.declaration, "Eins.", 2)
    two = propose(cast.ben, cast.declaration, "Zwei.", 1, 2)
    draft = draft_of(cast)
    adopt(cast.otto, draft, [], {(one.number, two.number): "Wir haben es anders gesagt. Und kürzer."}, draft.version)
    assert drafted(cast) == ("Wir haben es anders gesagt.", "Und kürzer.")
    publish(cast.declaration)
    for proposal in (one, two):
        assert outcome_of(proposal).reason == f"Eigener Wortlaut der Redaktion nach A-{one.number} und A-{two.number}."
        assert outcome_of(proposal).sentences == [1, 2]


@pytest.mark.parametrize("words", ["", " \n ", "\u200b", "x" * 20_001])
def test_an_own_wording_has_words_and_an_end(cast, words):
    one = propose(cast.ada, cast.declaration, "Eins.", 2)
    draft = draft_of(cast)
    with pytest.raises(SourceInvalid):
        adopt(cast.otto, draft, [], {(one.number,): words}, draft.version)


def test_one_own_wording_belongs_to_one_paragraph(cast):
    one = propose(cast.ada, cast.declaration, "Eins.", 2)
    two = propose(cast.ada, cast.declaration, "Zwei.", at="3.2")
    draft = draft_of(cast)
    with pytest.raises(NotAdoptable):
        adopt(cast.otto, draft, [], {(one.number, two.number): "Eigenes."}, draft.version)


def test_words_that_were_edited_by_hand_are_not_overwritten(cast):
    proposal = propose(cast.ada, cast.declaration, "Neu.", 2)
    draft = draft_of(cast)
    drafting.reword(cast.otto, draft, Place(3, 0), f"{SERVICE} Von Hand geändert.", "", draft.version)
    with pytest.raises(WordsGone) as refusal:
        adopt(cast.otto, draft, [proposal.number], {}, draft.version)
    assert refusal.value.numbers == (proposal.number,)
    assert drafted(cast) == (SERVICE, "Von Hand geändert.")


def test_other_sentences_of_a_paragraph_may_have_been_edited(cast):
    proposal = propose(cast.ada, cast.declaration, "Neu.", 2)
    draft = draft_of(cast)
    drafting.reword(cast.otto, draft, Place(3, 0), f"Von Hand geändert. {PEOPLE}", "Zu lang.", draft.version)
    adopt(cast.otto, draft, [proposal.number], {}, draft.version)
    assert drafted(cast) == ("Von Hand geändert.", "Neu.")


def test_what_cannot_be_placed_or_is_decided_is_refused(cast):
    unsure = propose(cast.ada, cast.declaration, "Neu.", 2)
    decided = propose(cast.ada, cast.declaration, "Anders.", 1, at="1.1")
    thesis = propose(cast.ada, cast.declaration, "Neu.", at="3.0")
    question = builders.annotate(cast.ada, cast.declaration, "1.2", kind=Kind.QUESTION)
    hidden = propose(cast.ada, cast.declaration, "Versteckt.", at="1.2")
    hidden.status = Status.HIDDEN
    editions.publish(
        cast.declaration, editions.reworded(editions.text(cast.declaration), "3.1", SERVICE, "Sie braucht Zeit.")
    )
    set_outcome(cast.otto, find_annotation(decided.number), OutcomeValue.DECLINED, "Das passt hier nicht.")
    draft = draft_of(cast)
    for one in (unsure, decided, thesis, question, hidden):
        with pytest.raises(NotAdoptable) as refusal:
            adopt(cast.otto, draft, [one.number], {}, draft.version)
        assert refusal.value.numbers == (one.number,)
    with pytest.raises(NotAdoptable):
        adopt(cast.otto, draft, [4711], {}, draft.version)


def test_once_a_person_said_where_it_belongs_it_can_be_adopted(cast):
    proposal = propose(cast.ada, cast.declaration, "Neu.", 2)
    editions.publish(
        cast.declaration,
        editions.reworded(editions.text(cast.declaration), "3.1", SERVICE, "Sie braucht viele Menschen."),
    )
    checking.accept(cast.mira, find_annotation(proposal.number), 2)
    draft = draft_of(cast)
    adopt(cast.otto, draft, [proposal.number], {}, draft.version)
    assert drafted(cast) == (SERVICE, "Neu.")


def test_only_organisers_adopt(cast):
    proposal = propose(cast.ada, cast.declaration, "Neu.", 2)
    draft = draft_of(cast)
    for person in (cast.ada, cast.mira):
        with pytest.raises(NotAllowed):
            adopt(person, draft, [proposal.number], {}, draft.version)
    assert adopt(Operator(), draft, [proposal.number], {}, draft.version)


def test_of_two_organisers_the_slower_one_learns_it_and_a_form_sent_twice_does_nothing(cast):
    one, two = propose(cast.ada, cast.declaration, "Eins.", 1), propose(cast.ada, cast.declaration, "Zwei.", 2)
    draft = draft_of(cast)
    adopt(cast.otto, draft, [one.number], {}, 0)
    assert adopt(cast.otto, draft, [one.number], {}, 0) == [one.number]
    assert (draft.version, drafted(cast)) == (1, ("Eins.", PEOPLE))
    with pytest.raises(Outdated):
        adopt(cast.otto, draft, [two.number], {}, 0)


def test_adopting_can_be_undone(cast):
    proposal = propose(cast.ada, cast.declaration, "Neu.", 2)
    draft = draft_of(cast)
    adopt(cast.otto, draft, [proposal.number], {}, draft.version)
    drafting.undo(cast.otto, draft, draft.version)
    assert drafted(cast) == (SERVICE, PEOPLE)
    assert adopt(cast.otto, draft, [proposal.number], {}, draft.version)


def test_a_list_stays_a_list(cast):
    declaration = found(LIST)
    wording = "Wem nützt es wirklich?\nWer zahlt es am Ende?"
    proposal = propose(cast.ada, declaration, wording, 2, 4, at="1.1")
    draft = begin_draft(Operator(), declaration)
    adopt(Operator(), draft, [proposal.number], {}, draft.version)
    publish(declaration)
    [place] = load_paragraphs([declaration.theses[0].id])
    assert place.wording.parts == [
        ["(1)", 0, ["Vor jedem Verfahren stehen Fragen."]],
        ["a)", 1, ["Wem nützt es wirklich?", "Wem schadet es?"]],
        ["b)", 1, ["Wer zahlt es am Ende?"]],
    ]


# What was promised is what stands there

SENTENCES = (
    "Das gilt.",
    "Das gilt auch hier.",
    "Schutz braucht Zeit.",
    "Wer zahlt es?",
    "Technik folgt der Fachlichkeit.",
)
units = st.builds(
    Unit,
    st.sampled_from(["a)", "b)"]),
    st.just(1),
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=2).map(tuple),
)
paragraphs = st.builds(
    lambda first, items: DraftParagraph("", (Unit("", 0, tuple(first)), *items)),
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3),
    st.lists(units, max_size=2),
)


@settings(
    max_examples=15, deadline=None, phases=(Part.explicit, Part.reuse, Part.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.lists(paragraphs, min_size=1, max_size=3), st.data())
def test_the_next_edition_is_the_old_text_with_the_adopted_sentences_replaced(cast, texts, data):
    declaration = found(*texts)
    old = load_text(current_edition(declaration))
    numbers, promised = [], {}
    for thesis in old.theses:
        for paragraph in thesis.paragraphs:
            promised[paragraph.origin] = _choose(cast, declaration, paragraph, numbers, data)
    if not numbers:
        return
    draft = begin_draft(Operator(), declaration)
    adopt(Operator(), draft, numbers, {}, draft.version)
    publish(declaration)
    new = load_text(current_edition(declaration))
    for before, after in zip(old.theses, new.theses, strict=True):
        assert replace(before, paragraphs=()) == replace(after, paragraphs=())
        assert [(p.origin, p.number) for p in before.paragraphs] == [(p.origin, p.number) for p in after.paragraphs]
        for paragraph in after.paragraphs:
            assert paragraph.units == promised[paragraph.origin]
    assert {outcome_of(find_annotation(n)).value for n in numbers} == {OutcomeValue.ADOPTED}


def _choose(cast, declaration, paragraph, numbers, data) -> tuple[Unit, ...]:
    """Propose for some sentences, each its own; what the paragraph will read."""
    chosen = data.draw(st.sets(st.sampled_from(range(1, len(paragraph.sentences) + 1)), max_size=2))
    at, wanted = 0, []
    for unit in paragraph.units:
        sentences = []
        for sentence in unit.sentences:
            at += 1
            if at in chosen:
                words = f"Neuer Wortlaut {next(_wordings)} steht hier."
                proposal = propose(cast.ada, declaration, words, at, at=f"1.{paragraph.number}")
                numbers.append(proposal.number)
                sentence = words
            sentences.append(sentence)
        wanted.append(replace(unit, sentences=tuple(sentences)))
    return tuple(wanted)


# The page


def card(page, proposal) -> str:
    article = html.fromstring(page.text).xpath(f"//article[@aria-labelledby='a-{proposal.number}-h']")[0]
    return " ".join(article.text_content().split())


def test_organiser_chooses_on_the_page_and_finds_it_in_the_draft(cast, client):
    one = propose(
        cast.ada, cast.declaration, "Sie braucht erfahrene Menschen.", 2, body="Ohne Erfahrung geht es nicht."
    )
    propose(cast.ben, cast.declaration, "Anders.", at="1.2")
    otto = client.sign_in(cast.otto)
    page = otto.get(PAGE)
    assert "Sie braucht eingefügt: erfahrene (bis hier) Menschen." in card(page, one)
    assert "Ohne Erfahrung geht es nicht." in card(page, one)
    tree = html.fromstring(page.text)
    assert tree.xpath("//input[@name='adopt']/@value") == ["2", "1"]
    version = tree.xpath("string(//main//input[@name='version']/@value)")
    answer = otto.post(PAGE, data={"adopt": one.number, "version": version})
    assert (answer.status_code, answer.location) == (303, PAGE)
    page = otto.get(PAGE)
    assert "Übernommen in den Entwurf der nächsten Fassung: A-1." in page.text
    assert "Schon im Entwurf: A-1." in page.text
    assert html.fromstring(page.text).xpath("//input[@name='adopt']/@value") == ["2"]
    assert drafted(cast) == (SERVICE, "Sie braucht erfahrene Menschen.")
    # The same form once more, as a browser does that was pressed twice.
    assert otto.post(PAGE, data={"adopt": one.number, "version": version}).status_code == 303
    assert drafted(cast) == (SERVICE, "Sie braucht erfahrene Menschen.")


def test_colliding_ones_are_shown_together_and_one_of_them_is_chosen(cast, client):
    one, two = propose(cast.ada, cast.declaration, "Eins.", 2), propose(cast.ben, cast.declaration, "Zwei.", 1, 2)
    otto = client.sign_in(cast.otto)
    group = html.fromstring(otto.get(PAGE).text).xpath("//fieldset[contains(@class, 'collision')]")[0]
    assert "A-1, A-2 überschneiden sich" in group.xpath("string(legend)")
    assert group.xpath(".//input[@name='adopt']/@value") == ["1", "2"]
    assert group.xpath(".//input[@name='group-1']/@value") == ["own"]
    assert not group.xpath(".//input[@checked]")
    assert "Geht nicht zusammen" not in group.text_content()
    assert group.xpath("string(.//textarea)").strip() == f"{SERVICE} {PEOPLE}"
    data = {"adopt": "2", "members-1": "1 2", "own-1": "Nicht gemeint.", "version": 0}
    assert otto.post(PAGE, data=data).status_code == 303
    assert drafted(cast) == ("Zwei.",)
    page = otto.get(PAGE)
    assert "Geht nicht zusammen mit A-2, schon im Entwurf an dieser Stelle." in card(page, one)
    assert two.number


def test_what_does_not_collide_is_adopted_together_although_a_third_one_meets_both(cast, client):
    both = propose(cast.ben, cast.declaration, "Beides.", 1, 2)
    first, second = propose(cast.ada, cast.declaration, "Eins.", 1), propose(cast.ada, cast.declaration, "Zwei.", 2)
    otto = client.sign_in(cast.otto)
    group = html.fromstring(otto.get(PAGE).text).xpath("//fieldset[contains(@class, 'collision')]")[0]
    notes = [small.text for small in group.xpath(".//label//small")][:3]
    assert notes == [
        "Geht nicht zusammen mit A-2, A-3", "Geht nicht zusammen mit A-1", "Geht nicht zusammen mit A-1",
    ]  # fmt: skip
    answer = otto.post(PAGE, data={"adopt": [both.number, second.number], "version": 0})
    assert answer.status_code == 422
    assert "A-1, A-3 betreffen dieselben Worte" in answer.text
    assert html.fromstring(answer.text).xpath("//input[@name='adopt'][@checked]/@value") == ["1", "3"]
    assert otto.post(PAGE, data={"adopt": [first.number, second.number], "version": 0}).status_code == 303
    assert drafted(cast) == ("Eins.", "Zwei.")


def test_an_own_wording_and_a_proposal_at_one_place_are_too_much(cast, client):
    propose(cast.ada, cast.declaration, "Eins.", 2)
    propose(cast.ben, cast.declaration, "Zwei.", 1, 2)
    data = {"adopt": "1", "group-1": "own", "members-1": "1 2", "own-1": "Unser Satz.", "version": 0}
    answer = client.sign_in(cast.otto).post(PAGE, data=data)
    assert answer.status_code == 422
    assert "entweder ein eigener Wortlaut oder einer der Vorschläge" in answer.text
    assert find_draft(cast.declaration) is None


def test_what_stands_in_the_text_already_is_said_and_not_adopted(cast, client):
    proposal = propose(cast.ada, cast.declaration, PEOPLE.replace(" ", "  "), 2)
    other = propose(cast.ben, cast.declaration, "Neu.", 2)
    otto = client.sign_in(cast.otto)
    page = otto.get(PAGE)
    assert "Steht schon so im Text." in card(page, proposal)
    assert html.fromstring(page.text).xpath("//input[@name='adopt']/@value") == [str(other.number)]
    answer = otto.post(PAGE, data={"adopt": proposal.number, "version": 0})
    assert answer.status_code == 422
    assert f"A-{proposal.number} steht schon so im Text." in answer.text


def test_an_own_wording_is_written_on_the_page(cast, client):
    propose(cast.ada, cast.declaration, "Eins.", 2)
    propose(cast.ben, cast.declaration, "Zwei.", 1, 2)
    otto = client.sign_in(cast.otto)
    data = {"group-1": "own", "members-1": "1 2", "own-1": " ", "version": 0}
    answer = otto.post(PAGE, data=data)
    assert answer.status_code == 422
    assert "Schreiben Sie bitte Ihren eigenen Wortlaut" in answer.text
    assert html.fromstring(answer.text).xpath("//input[@name='group-1'][@checked]/@value") == ["own"]
    assert otto.post(PAGE, data={**data, "own-1": "Unser Satz."}).status_code == 303
    assert drafted(cast) == ("Unser Satz.",)


def test_a_form_made_by_hand_cannot_adopt_both(cast, client):
    propose(cast.ada, cast.declaration, "Eins.", 2)
    propose(cast.ben, cast.declaration, "Zwei.", 1, 2)
    otto = client.sign_in(cast.otto)
    answer = otto.post(PAGE, data={"adopt": ["1", "2"], "version": 0})
    assert answer.status_code == 422
    assert "A-1, A-2 betreffen dieselben Worte und können nicht beide übernommen werden." in answer.text
    assert find_draft(cast.declaration) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Wählen Sie bitte mindestens einen Vorschlag aus."),
        ({"adopt": "quatsch"}, "Die Auswahl enthält etwas, das kein Vorschlag ist."),
        ({"adopt": "99"}, "A-99 lässt sich nicht übernehmen"),
        ({"group-1": "own", "own-1": "Etwas."}, "Schreiben Sie bitte Ihren eigenen Wortlaut"),
    ],
)
def test_nonsense_is_explained(cast, client, data, words):
    propose(cast.ada, cast.declaration, "Eins.", 2)
    answer = client.sign_in(cast.otto).post(PAGE, data={"version": "0", **data})
    assert answer.status_code == 422
    assert words in answer.text


def test_somebody_who_was_slower_keeps_the_choice(cast, client):
    one, two = propose(cast.ada, cast.declaration, "Eins.", 1), propose(cast.ada, cast.declaration, "Zwei.", 2)
    otto = client.sign_in(cast.otto)
    otto.post(PAGE, data={"adopt": one.number, "version": 0})
    answer = otto.post(PAGE, data={"adopt": two.number, "version": 0})
    assert answer.status_code == 409
    tree = html.fromstring(answer.text)
    assert tree.xpath("//input[@name='adopt'][@checked]/@value") == [str(two.number)]
    version = tree.xpath("string(//main//input[@name='version']/@value)")
    assert otto.post(PAGE, data={"adopt": two.number, "version": version}).status_code == 303


def test_what_is_edited_by_hand_is_said_and_not_offered(cast, client):
    proposal = propose(cast.ada, cast.declaration, "Neu.", 2)
    draft = draft_of(cast)
    drafting.reword(cast.otto, draft, Place(3, 0), f"{SERVICE} Von Hand geändert.", "", draft.version)
    otto = client.sign_in(cast.otto)
    page = otto.get(PAGE)
    assert "Diese Worte sind im Entwurf schon von Hand geändert." in card(page, proposal)
    assert not html.fromstring(page.text).xpath("//input[@name='adopt']")
    answer = otto.post(PAGE, data={"adopt": proposal.number, "version": 1})
    assert answer.status_code == 422
    assert "stehen so nicht mehr im Entwurf" in answer.text


def test_proposals_without_a_sure_place_lead_to_where_it_is_decided(cast, client):
    unsure = propose(cast.ada, cast.declaration, "Sie braucht erfahrene Menschen.", 2)
    thesis = propose(cast.ada, cast.declaration, "Neu.", at="3.0")
    editions.publish(cast.declaration, editions.reworded(editions.text(cast.declaration), "3.1", SERVICE, "Zeit."))
    page = client.sign_in(cast.otto).get(PAGE)
    assert "Verglichen mit dem Wortlaut der Fassung 1" in card(page, unsure)
    assert card(page, thesis)
    tree = html.fromstring(page.text)
    assert not tree.xpath("//input[@name='adopt']")
    assert tree.xpath("//section[@aria-labelledby='unklar']//a[text()='Anmerkungen zuordnen']")
    checking.leave(cast.mira, find_annotation(unsure.number), 2)
    assert "So wurde entschieden: bleibt bei der alten Fassung." in card(client.get(PAGE), unsure)


def test_support_is_shown_published_votes_signatures_and_resistance(cast, client):
    proposal = propose(cast.ada, cast.declaration, "Eins.", 2)
    for rater in raters(cast.declaration, 5):
        cast_vote(rater, find_annotation(proposal.number), VoteValue.AGREE)
    cosign(cast.ben, proposal)
    ballot = put_up(cast, proposal)
    for rater in raters(cast.declaration, 5):
        rate(rater, ballot, 8, 2)
    otto = client.sign_in(cast.otto)
    assert "Widerstand" not in card(otto.get(PAGE), proposal)
    cast.declaration.phase = Phase.EVALUATING
    text = card(otto.get(PAGE), proposal)
    assert "Mitgezeichnet von Linde 88" in text
    assert "5 sehen das auch so" in text
    assert "Widerstand im Mittel 2,0 von 10, 5 Bewertungen, der geringste an dieser Stelle" in text
    seen = select(Membership.results_seen_at).where(Membership.user_id == cast.otto.id)
    assert db.session.scalar(seen) is not None


@pytest.mark.parametrize("status", [Status.PENDING, Status.HIDDEN, Status.WITHDRAWN])
def test_words_that_are_not_shown_are_not_here(cast, client, status):
    proposal = propose(cast.ada, cast.declaration, "Geheimer Wortlaut.", 2)
    proposal.status = status
    page = client.sign_in(cast.otto).get(PAGE)
    assert "Geheimer" not in page.text
    assert "Kein Textvorschlag wartet auf eine Entscheidung." in page.text


def test_decided_ones_are_done(cast, client):
    proposal = propose(cast.ada, cast.declaration, "Eins.", 2)
    set_outcome(cast.otto, find_annotation(proposal.number), OutcomeValue.PARTLY, "Ein Teil davon steht schon da.")
    db.session.commit()
    assert "Kein Textvorschlag wartet auf eine Entscheidung." in client.sign_in(cast.otto).get(PAGE).text


@pytest.mark.parametrize(("person", "status"), [("", 303), ("ada", 403), ("mira", 403)])
def test_the_page_is_the_organisers_own(cast, client, person, status):
    proposal = propose(cast.ada, cast.declaration, "Eins.", 2)
    if person:
        client.sign_in(getattr(cast, person))
    assert client.get(PAGE).status_code == status
    assert client.post(PAGE, data={"adopt": proposal.number, "version": 0}).status_code == status
    assert find_draft(cast.declaration) is None


def test_a_draft_on_an_older_edition_takes_nothing_more(cast, client):
    proposal = propose(cast.ada, cast.declaration, "Eins.", 2)
    draft_of(cast)
    editions.publish(cast.declaration, editions.reworded(editions.text(cast.declaration), "1.1", "Anders."))
    otto = client.sign_in(cast.otto)
    page = otto.get(PAGE)
    assert "Der Entwurf beruht auf einer älteren Fassung." in page.text
    assert not html.fromstring(page.text).xpath("//main//form")
    assert otto.post(PAGE, data={"adopt": proposal.number, "version": 0}).status_code == 409


@pytest.mark.parametrize("size", [1, 25])
def test_page_stays_within_its_budget_whatever_the_size(cast, client, size):
    for number in range(size):
        one = propose(cast.ada, cast.declaration, f"Neu {number}.", 1 + number % 2)
        cosign(cast.ben, one)
    draft_of(cast)
    put_up(cast, find_annotation(1), phase=None)
    declaration = find_declaration("erklaerung")
    with count_queries() as queries:
        page = load_merge_page(Operator(), declaration)
    assert page.total == size
    assert queries.count <= 14, queries.statements


def test_each_author_reads_about_the_own_proposal_alone(cast):
    one, two = (
        propose(cast.ada, cast.declaration, words, n) for words, n in (("Erstens neu.", 1), ("Zweitens neu.", 2))
    )
    draft = draft_of(cast)
    adopt(cast.otto, draft, [one.number], {}, draft.version)
    adopt(cast.otto, draft, [two.number], {}, draft.version)
    publish(cast.declaration, cast.otto)
    for proposal in (one, two):
        assert outcome_of(proposal).reason == f"Hier steht jetzt der Wortlaut aus A-{proposal.number}."


def test_nobody_is_told_that_words_stand_there_which_were_changed_after_adopting(cast):
    proposal = propose(cast.ada, cast.declaration, "Sie braucht erfahrene Menschen.", 2)
    draft = draft_of(cast)
    adopt(cast.otto, draft, [proposal.number], {}, draft.version)
    place, text = next(
        (Place(t, p), part)
        for t, thesis in enumerate(text_of(draft).theses)
        for p, part in enumerate(thesis.paragraphs)
        if part.adopted
    )
    source = f"{SERVICE} Sie braucht erfahrene Kolleginnen."
    reword(cast.otto, draft, place, source, text.reason, draft.version, adopted=[proposal.number])
    done = publish(cast.declaration, cast.otto)
    outcome = outcome_of(proposal)
    assert outcome.value is OutcomeValue.PARTLY
    assert outcome.reason == f"Der neue Wortlaut nimmt A-{proposal.number} zum Teil auf."
    assert all(not part.reason for thesis in load_text(done.edition).theses for part in thesis.paragraphs)
