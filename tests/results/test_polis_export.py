"""The file set of Polis: what comes back, whose votes stand in it, and that the groups can be computed from it alone."""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert, select

from deliberation.annotations import tallies
from deliberation.annotations.models import Annotation, Status, Vote, VoteValue
from deliberation.annotations.positions import change_phase
from deliberation.clock import today
from deliberation.database import db
from deliberation.declarations.models import Membership, Policy, find_declaration
from deliberation.jobs import compute_groups
from deliberation.permissions import Operator, Phase
from deliberation.results import grouping, groups, opinions
from deliberation.results.exports import export
from deliberation.results.filters import Filters
from deliberation.results.models import OpinionGroups
from deliberation.results.polis import create_for_polis, import_polis
from deliberation.results.polis_files import read_conversation
from tests import builders
from tests.results import scene

FOLDER = Path(__file__).parents[1] / "data" / "klimarat"
FIVE = ("summary.csv", "comments.csv", "votes.csv", "participants-votes.csv", "stats-history.csv")


def unpacked(declaration, folder, **filters):
    content = export(Operator(), find_declaration(declaration.slug), "polis", Filters(**filters)).content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert parts.namelist() == [*FIVE, "README.txt"]
        parts.extractall(folder)
    return folder


def rows_of(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def crowd(cast):
    """Two camps of sixty and forty on ten annotations, and somebody who voted twice; nobody votes any more."""
    annotations = [builders.annotate(cast.ada, cast.declaration, body=f"Beobachtung {n}.") for n in range(10)]
    random = np.random.default_rng(3)
    edition = annotations[0].edition_id
    votes = [
        {"annotation_id": one.number, "voter_id": person, "edition_id": edition,
         "value": _cast(place, row, random)}
        for row, person in enumerate(scene.voters(cast.declaration, 101))
        for place, one in enumerate(annotations)
        if row < 100 or place < 2
    ]  # fmt: skip
    db.session.execute(insert(Vote), votes)
    tallies.publish_exact([one.number for one in annotations])
    change_phase(cast.otto, cast.declaration, Phase.EVALUATING)
    db.session.commit()
    return annotations


def _cast(place, row, random):
    """The first is carried by all; at the others the camps differ, now and then one of them not."""
    agrees = place == 0 or (row < 60) == (place % 2 == 0)
    if random.random() < 0.12:
        return VoteValue.PASS
    return VoteValue.AGREE if agrees else VoteValue.DISAGREE


class TestOwnVotes:
    def test_groups_of_the_page_can_be_computed_from_the_file_alone(self, cast, crowd, tmp_path):
        compute_groups()
        kept = db.session.scalars(select(OpinionGroups)).one()
        on_page = groups.group(groups.core(grouping.load_votes(cast.declaration.id)))

        votes = grouping.read_votes(read_conversation(unpacked(cast.declaration, tmp_path)))
        found = groups.group(groups.core(votes))
        assert list(found.sizes) == kept.sizes == [60, 40]
        assert [[one.item, [[c.agree, c.disagree, c.seen] for c in one.groups]] for one in found.items] == kept.items
        for number in range(2):
            assert found.typical(number) == on_page.typical(number) != []
        assert opinions.connecting(found.items) == opinions.connecting(on_page.items) != []
        assert opinions.dividing(found.items) == opinions.dividing(on_page.items) != []
        told = {int(row["participant"]): row["group-id"] for row in rows_of(tmp_path, "participants-votes.csv")}
        assert told == {person: str(label) for person, label in zip(votes.people, found.labels, strict=True)}

    def test_row_leads_to_nobody(self, cast, crowd, tmp_path):
        folder = unpacked(cast.declaration, tmp_path)
        people = rows_of(folder, "participants-votes.csv")
        assert [row["participant"] for row in people] == [str(number) for number in range(100)]
        votes = [[row[str(one.number)] for one in crowd] for row in people]
        order = {"-1": 0, "0": 1, "1": 2, "": 3}
        assert votes == sorted(votes, key=lambda row: [order[cell] for cell in row])
        statements = rows_of(folder, "comments.csv")
        assert {row["author-id"] for row in statements} == {"100"}
        assert {row["n-comments"] for row in people} == {"0"}
        everything = "".join((folder / name).read_text("utf-8") for name in FIVE)
        assert "Weide 27" not in everything
        assert {row["datetime"] for row in rows_of(folder, "votes.csv")} == {today().isoformat()}

    def test_who_voted_too_little_is_not_in_it(self, cast, crowd, tmp_path):
        assert len(rows_of(unpacked(cast.declaration, tmp_path), "participants-votes.csv")) == 100

    def test_no_single_vote_stands_there_while_people_vote(self, cast, crowd, tmp_path):
        change_phase(cast.otto, cast.declaration, Phase.VOTING)
        db.session.commit()
        folder = unpacked(cast.declaration, tmp_path)
        assert rows_of(folder, "participants-votes.csv") == rows_of(folder, "votes.csv") == []
        assert len(rows_of(folder, "comments.csv")) == 10
        assert "solange abgestimmt wird" in (folder / "README.txt").read_text("utf-8")

    def test_nor_of_a_few(self, cast, tmp_path):
        scene.give_votes(builders.annotate(cast.ada, cast.declaration), 20, 9, 3)
        scene.close(cast.declaration)
        folder = unpacked(cast.declaration, tmp_path)
        assert rows_of(folder, "participants-votes.csv") == []
        assert [(row["agrees"], row["disagrees"]) for row in rows_of(folder, "comments.csv")] == [("20", "9")]
        assert "mindestens 60 Personen" in (folder / "README.txt").read_text("utf-8")

    def test_nor_on_what_has_no_published_votes(self, cast, crowd, tmp_path):
        change_phase(cast.otto, cast.declaration, Phase.ANNOTATING)
        sparse = builders.annotate(cast.ada, cast.declaration, body="Kaum gesehen.")
        change_phase(cast.otto, cast.declaration, Phase.EVALUATING)
        for person in scene.voters(cast.declaration, 4):
            db.session.add(
                Vote(annotation_id=sparse.number, voter_id=person, value=VoteValue.AGREE, edition_id=sparse.edition_id)
            )
        db.session.commit()
        folder = unpacked(cast.declaration, tmp_path)
        assert {row[str(sparse.number)] for row in rows_of(folder, "participants-votes.csv")} == {""}
        [row] = [row for row in rows_of(folder, "comments.csv") if row["comment-id"] == str(sparse.number)]
        assert (row["agrees"], row["comment-body"]) == ("", "Kaum gesehen.")

    def test_hidden_contribution_is_in_no_file(self, cast, crowd, tmp_path):
        crowd[4].status = Status.HIDDEN
        db.session.commit()
        folder = unpacked(cast.declaration, tmp_path)
        assert str(crowd[4].number) not in rows_of(folder, "participants-votes.csv")[0]
        assert "Beobachtung 4." not in (folder / "comments.csv").read_text("utf-8")
        assert len(rows_of(folder, "comments.csv")) == 9

    def test_no_statement_is_a_formula(self, cast, crowd, tmp_path):
        crowd[4].body = "=HYPERLINK(1)"
        db.session.commit()
        assert "'=HYPERLINK(1)" in [row["comment-body"] for row in rows_of(unpacked(cast.declaration, tmp_path), "comments.csv")]

    def test_authors_are_nobody_where_names_are_left_out(self, cast, crowd, tmp_path):
        folder = unpacked(cast.declaration, tmp_path, names="none")
        assert len({row["author-id"] for row in rows_of(folder, "comments.csv")}) == 10


class TestImported:
    @pytest.fixture
    def klimarat(self, app):
        declaration = create_for_polis(Operator(), "klimarat", FOLDER)
        import_polis(Operator(), declaration, FOLDER)
        db.session.commit()
        return find_declaration("klimarat")

    def test_comes_back_with_its_numbers_and_votes(self, klimarat, tmp_path):
        before, after = read_conversation(FOLDER), read_conversation(unpacked(klimarat, tmp_path))
        shown = {one.number: one for one in before.statements if not one.is_rejected}
        assert {one.number: (one.author, one.body) for one in after.statements} == {
            number: (one.author, one.body) for number, one in shown.items()
        }
        votes = {one.participant: {n: v for n, v in one.votes.items() if n in shown} for one in before.ballots}
        assert {one.participant: one.votes for one in after.ballots} == {
            who: cast for who, cast in votes.items() if cast
        }

    def test_goes_into_another_site(self, klimarat, tmp_path):
        folder = unpacked(klimarat, tmp_path)
        other = create_for_polis(Operator(), "zweite", folder)
        brought = import_polis(Operator(), other, folder)
        db.session.commit()
        assert (brought.statements, brought.hidden) == (22, 0)
        authors = select(Annotation.author_id).where(Annotation.declaration_id == other.id)
        assert not db.session.scalars(select(Membership.user_id).where(Membership.id.in_(authors))).first()

    def test_own_participants_stay_apart_from_those_of_polis(self, klimarat, tmp_path):
        own = builders.make_member(klimarat, "ada", pseudonym="Weide 27")
        change_phase(Operator(), klimarat, Phase.ANNOTATING)
        klimarat.policy = Policy.NONE
        builders.annotate(own, klimarat, at="1.0", body="Später dazu.")
        folder = unpacked(klimarat, tmp_path)
        statements = rows_of(folder, "comments.csv")
        # Numbers of Polis and our own could be the same: all are ours.
        numbers = list(db.session.scalars(select(Annotation.number).where(Annotation.status == Status.VISIBLE)))
        assert sorted(int(row["comment-id"]) for row in statements) == sorted(numbers)
        [added] = [row for row in statements if row["comment-body"] == "Später dazu."]
        assert int(added["author-id"]) > max(
            int(row["participant"]) for row in rows_of(folder, "participants-votes.csv")
        )
