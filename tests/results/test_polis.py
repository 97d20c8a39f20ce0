"""Bringing over a real conversation: numbers against an independent count of its files."""

import csv
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from sqlalchemy import func, select

from deliberation.annotations.models import Annotation, Kind, Status, Vote, VoteValue
from deliberation.database import db
from deliberation.declarations.actions import SlugTaken
from deliberation.declarations.models import Membership, find_declaration, load_paragraphs
from deliberation.moderation.models import Decision, Rule
from deliberation.permissions import Guest, NotAllowed, Operator, Phase
from deliberation.results.polis import PolisRefused, create_for_polis, import_polis
from deliberation.results.summary import summarise
from tests import builders
from tests.results.scene import read_table

FOLDER = Path(__file__).parent.parent / "data" / "klimarat"


def _read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _counted():
    """Votes by the words of the statement, counted straight from the files."""
    bodies = {row["comment-id"]: row["comment-body"] for row in _read("comments.csv")}
    found = defaultdict(Counter)
    for row in _read("participants-votes.csv"):
        for number, body in bodies.items():
            if row[number]:
                found[body][int(row[number])] += 1
    return found


@pytest.fixture
def declaration(app):
    create_for_polis(Operator(), "klimarat", FOLDER)
    db.session.commit()
    return find_declaration("klimarat")


@pytest.fixture
def imported(declaration):
    brought = import_polis(Operator(), declaration, FOLDER)
    db.session.commit()
    return brought


def test_topic_and_description_become_a_declaration_in_evaluation(declaration):
    assert declaration.title == "Produktion und Konsum"
    assert declaration.phase is Phase.EVALUATING
    [thesis] = declaration.theses
    assert thesis.number == "1"
    texts = [paragraph.wording.text for paragraph in load_paragraphs([thesis.id])]
    assert texts[0].startswith("Wir, die Bürger:innen des Klimarats, wollen deine Meinungen")
    assert not any("](" in text for text in texts)
    assert "Energie" in texts[-1]


def test_a_new_declaration_takes_its_conversation_at_once(app):
    brought = import_polis(Operator(), create_for_polis(Operator(), "klimarat", FOLDER), FOLDER)
    assert (brought.statements, brought.people) == (30, 60)


def test_progress_is_told_up_to_the_last_vote(declaration):
    told = []
    brought = import_polis(Operator(), declaration, FOLDER, lambda done, of: told.append((done, of)))
    assert told[-1] == (brought.votes, brought.votes)


def test_every_statement_and_every_vote_arrives(imported, declaration):
    comments, ballots = _read("comments.csv"), _read("participants-votes.csv")
    numbers = [row["comment-id"] for row in comments]
    assert imported.statements == len(comments) == 30
    assert imported.hidden == sum(row["moderated"] == "-1" for row in comments) == 8
    assert imported.people == len(ballots) == 60
    assert imported.votes == sum(bool(row[number]) for row in ballots for number in numbers)
    assert str(imported).startswith("Eingelesen: 30 Aussagen, davon 8 nicht gezeigt; ")
    stored = db.session.execute(
        select(Annotation.body, Vote.value, func.count())
        .join(Vote, Vote.annotation_id == Annotation.number)
        .group_by(Annotation.body, Vote.value)
    )
    meaning = {VoteValue.AGREE: 1, VoteValue.DISAGREE: -1, VoteValue.PASS: 0}
    found = defaultdict(Counter)
    for body, value, count in stored:
        found[body][meaning[value]] = count
    assert found == _counted()


def test_statements_are_references_on_the_thesis_as_a_whole_at_their_own_time(imported, declaration):
    written = {row["comment-body"]: int(row["timestamp"]) for row in _read("comments.csv")}
    for annotation in db.session.scalars(select(Annotation).order_by(Annotation.number)):
        assert annotation.kind is Kind.REFERENCE
        assert annotation.paragraph_id is None
        assert annotation.thesis_id == declaration.theses[0].id
        assert int(annotation.created_at.timestamp() * 1000) == pytest.approx(written[annotation.body], abs=1)
    keys = db.session.scalars(select(Annotation.form_key).order_by(Annotation.number)).all()
    assert list(keys) == sorted(keys, key=lambda key: int(key.removeprefix("polis-")))


def test_rejected_statements_are_hidden_by_a_decision_with_rule_and_reason(imported):
    hidden = db.session.scalars(select(Annotation).where(Annotation.status == Status.HIDDEN)).all()
    rejected = {row["comment-body"] for row in _read("comments.csv") if row["moderated"] == "-1"}
    assert {annotation.body for annotation in hidden} == rejected
    decisions = db.session.scalars(select(Decision)).all()
    assert {decision.annotation_id for decision in decisions} == {annotation.number for annotation in hidden}
    assert {(decision.rule, decision.reason) for decision in decisions} == {
        (Rule.STAY, "In Polis nicht zugelassen (moderated -1).")
    }
    moderator = db.session.get_one(Membership, decisions[0].moderator_id)
    assert (moderator.signing_name, moderator.user_id) == ("Polis-Import", None)


def test_voters_are_people_without_account_who_keep_their_public_number(imported):
    numbers = {row["participant"] for row in _read("participants-votes.csv")}
    names = set(db.session.scalars(select(Membership.pseudonym).where(Membership.user_id.is_(None))))
    assert {f"Teilnehmende {number}" for number in numbers} <= names


def test_results_show_the_counts_of_the_files(imported, client):
    declaration = find_declaration("klimarat")
    summary = summarise(Guest(), declaration)
    counted = _counted()
    for item in summary.items:
        found = counted[item.body]
        assert (item.votes.agree, item.votes.disagree, item.votes.passes) == (found[1], found[-1], found[0])
    assert len(summary.items) == 22
    assert summary.figures.votes == sum(sum(counted[item.body].values()) for item in summary.items)
    page = client.get("/d/klimarat/results").text
    for row in _read("comments.csv"):
        if row["moderated"] == "-1":
            assert row["comment-body"][:40] not in page


def test_export_of_an_import_gives_the_statements_back(imported):
    from deliberation.results.exports import export

    rows = read_table(export(Operator(), find_declaration("klimarat"), "csv").content)
    assert {row["body"] for row in rows} == {
        row["comment-body"] for row in _read("comments.csv") if row["moderated"] == "1"
    }
    assert all(row["author"].startswith("Teilnehmende ") for row in rows)


def test_second_import_into_the_same_declaration_is_refused(imported, declaration):
    with pytest.raises(PolisRefused) as refused:
        import_polis(Operator(), declaration, FOLDER)
    assert refused.value.reason == "imported"
    with pytest.raises(SlugTaken):
        create_for_polis(Operator(), "klimarat", FOLDER)


def test_an_existing_declaration_keeps_what_it_has(cast):
    own = builders.annotate(cast.ada, cast.declaration, at="1.1")
    brought = import_polis(Operator(), find_declaration("erklaerung"), FOLDER)
    db.session.commit()
    assert brought.statements == 30
    assert db.session.scalar(select(func.count(Annotation.number))) == 31
    assert db.session.get_one(Annotation, own.number).status is Status.VISIBLE


def test_own_votes_that_wait_for_the_next_step_are_not_published_by_an_import(cast):
    from deliberation.annotations.positions import cast_vote
    from deliberation.annotations.tallies import vote_counts

    own = builders.annotate(cast.ada, cast.declaration, at="1.1")
    for _ in range(6):
        cast_vote(builders.make_member(cast.declaration), own, VoteValue.AGREE)
    import_polis(Operator(), find_declaration("erklaerung"), FOLDER)
    db.session.commit()
    db.session.expire_all()
    assert vote_counts(own).n == 5


def test_participant_cannot_import(cast):
    with pytest.raises(NotAllowed):
        import_polis(cast.ada, find_declaration("erklaerung"), FOLDER)


def _spoil(tmp_path, file, old, new):
    folder = tmp_path / "polis"
    shutil.copytree(FOLDER, folder)
    path = folder / file
    if old is None:
        path.unlink()
    else:
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new, 1))
    return folder


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("comments.csv", None, None, "missing"),
        ("participants-votes.csv", None, None, "missing"),
        ("comments.csv", b"comment-body", b"text", "columns"),
        ("participants-votes.csv", b"participant", b"person", "columns"),
        ("comments.csv", b"timestamp", b"\xff\xfe", "unreadable"),
        ("comments.csv", b",1,", b",9,", "value"),
        ("comments.csv", b"\n1", b"\nx", "value"),
        ("participants-votes.csv", b",1,", b",7,", "value"),
        ("participants-votes.csv", b"n-disagree,", b"n-disagree,99999,", "unknown"),
    ],
)
def test_broken_files_are_refused_with_one_sentence_and_store_nothing(declaration, tmp_path, file, old, new, reason):
    folder = _spoil(tmp_path, file, old, new)
    with pytest.raises(PolisRefused) as refused:
        import_polis(Operator(), declaration, folder)
    assert refused.value.reason == reason
    assert refused.value.message.endswith(".")
    assert "%(" not in refused.value.message
    db.session.rollback()
    assert db.session.scalar(select(func.count(Annotation.number))) == 0
    assert db.session.scalar(select(func.count(Membership.id))) == 0


def test_number_used_twice_is_refused(declaration, tmp_path):
    folder = _spoil(tmp_path, "comments.csv", b"timestamp", b"timestamp")
    path = folder / "comments.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(PolisRefused) as refused:
        import_polis(Operator(), declaration, folder)
    assert refused.value.reason == "twice"
