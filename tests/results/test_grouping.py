"""Opinion groups of a declaration are computed by a job, shown roughly, and nobody learns who is in which."""

import json
import re
from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import insert, select

from deliberation.annotations.models import Status, Vote, VoteValue
from deliberation.annotations.positions import change_phase
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Membership, find_declaration
from deliberation.jobs import compute_groups
from deliberation.permissions import Guest, Phase
from deliberation.results import group_words, grouping, opinions, words
from deliberation.results.exports import export
from deliberation.results.filters import Filters, Purpose
from deliberation.results.models import OpinionGroups
from deliberation.results.summary import summarise
from tests import builders
from tests.results import scene

PAGE = "/d/erklaerung/results"


@pytest.fixture
def annotations(cast):
    """Ten contributions; all agree with the first, and two camps of 60 and 40 see the others otherwise."""
    made = [builders.annotate(cast.ada, cast.declaration, body=f"Beobachtung {number}.") for number in range(10)]
    people = scene.voters(cast.declaration, 100)
    edition = cast.declaration.theses[0].since_id
    rows = [
        {
            "annotation_id": one.number, "voter_id": person, "edition_id": edition, "cast_at": now(), "seen_before": False,
            "value": VoteValue.AGREE if place == 0 or (row < 60) == (place % 2 == 1) else VoteValue.DISAGREE,
        }
        for place, one in enumerate(made) for row, person in enumerate(people)
    ]  # fmt: skip
    db.session.execute(insert(Vote), rows)
    db.session.commit()
    return made


def kept():
    db.session.expire_all()
    return db.session.scalars(select(OpinionGroups)).one_or_none()


class TestComputing:
    def test_is_done_once_and_again_when_votes_are_others(self, cast, annotations):
        assert compute_groups() == 1
        assert kept().sizes == [60, 40]
        assert compute_groups() == 0
        cast_at = now() + timedelta(minutes=1)
        vote = db.session.scalars(select(Vote).limit(1)).one()
        vote.value, vote.cast_at = VoteValue.PASS, cast_at
        db.session.commit()
        # While people vote nobody shall see the groups move with a single vote.
        assert compute_groups() == 0
        with frozen_at(now() + timedelta(hours=25)):
            assert compute_groups() == 1

    def test_is_done_at_once_when_voting_is_over(self, cast, annotations):
        compute_groups()
        vote = db.session.scalars(select(Vote).limit(1)).one()
        vote.cast_at = now() + timedelta(minutes=1)
        change_phase(cast.otto, cast.declaration, Phase.EVALUATING)
        db.session.commit()
        assert compute_groups() == 1

    def test_keeps_nobody_in_a_group(self, cast, annotations):
        compute_groups()
        people = set(db.session.scalars(select(Vote.voter_id)))
        words = f"{kept().sizes} {kept().items}"
        assert len(kept().items) == 10
        assert not [one for one in people if one > 200 and re.search(rf"\b{one}\b", words)]
        assert {table.name for table in db.metadata.sorted_tables if "group" in table.name} == {"opinion_groups"}

    def test_what_is_hidden_counts_no_more(self, cast, annotations):
        compute_groups()
        annotations[3].status = Status.HIDDEN
        db.session.commit()
        with frozen_at(now() + timedelta(hours=25)):
            compute_groups()
        assert annotations[3].number not in [number for number, _counts in kept().items]

    def test_memory_has_an_end(self, cast, annotations, monkeypatch):
        monkeypatch.setattr(grouping, "CELLS", 300)
        assert grouping.load_votes(cast.declaration.id).table.shape == (100, 3)


class TestPage:
    def test_shows_what_connects_and_divides_with_the_values_of_both(self, cast, client, annotations):
        compute_groups()
        page = client.get(PAGE).text
        assert "Gruppe A: etwa 60 Personen" in page
        assert "Gruppe B: etwa 40 Personen" in page
        connects, divides = page.split('id="verbindet"')[1].split('id="trennt"')
        assert "Beobachtung 0." in connects
        assert connects.count("über 90 %") == 2
        assert "Beobachtung 0." not in divides.split("</section>")[0]
        assert "unter 10 %" in divides

    def test_says_when_there_are_too_few_votes(self, cast, client):
        assert "Für Meinungsgruppen gibt es noch zu wenige Stimmen." in client.get(PAGE).text
        compute_groups()
        assert "Für Meinungsgruppen gibt es noch zu wenige Stimmen." in client.get(PAGE).text

    def test_hidden_contribution_leaves_the_lists_at_once(self, cast, client, annotations):
        compute_groups()
        annotations[0].status = Status.HIDDEN
        db.session.commit()
        assert "Beobachtung 0." not in client.get(PAGE).text

    @pytest.mark.parametrize(
        ("agree", "seen", "told"), [(20, 20, 95), (19, 20, 95), (1, 20, 5), (0, 30, 5), (9, 20, 45), (47, 100, 45)]
    )
    def test_no_share_tells_a_single_vote(self, agree, seen, told):
        assert opinions._share(opinions.Counts(agree, seen - agree, seen)).percent == told

    def test_contribution_that_few_of_a_group_saw_is_not_named(self, cast, client, annotations):
        compute_groups()
        one = kept()
        one.items = [[number, [[60, 0, 60], [4, 5, 9]]] for number, _counts in one.items]
        db.session.commit()
        page = client.get(PAGE).text
        assert "Bisher nichts, worin sich alle Gruppen einig sind." in page
        assert "Bisher nichts, worin die Gruppen weit auseinander liegen." in page

    def test_says_what_each_group_is_known_by_with_the_tests_beside_it(self, cast, client, annotations):
        compute_groups()
        page = html.fromstring(client.get(PAGE).text)
        said = page.xpath("string(//section[@aria-labelledby='gruppen'])")
        assert "Gruppe A sieht das deutlich öfter auch so als die andere Gruppe." in said
        assert "Gruppe B sieht das deutlich öfter anders als die andere Gruppe." in said
        rows = page.xpath("//section[@aria-labelledby='gruppen']//tbody/tr")
        assert len(rows) == 2 * opinions.KNOWN_MAX
        # What both groups say, nobody is known by.
        assert annotations[0].label not in [row.xpath("string(th)") for row in rows]
        # One of them for 60 of 60 against none of 40, to a tenth.
        assert {row.xpath("string(td[3])") for row in rows} <= {"9,7", "9,8", "9,9", "8,1", "8,0"}

    def test_files_say_the_same_as_the_page(self, cast, annotations):
        compute_groups()
        declaration = find_declaration("erklaerung")
        groups = summarise(Guest(), declaration).groups
        files = {name: export(cast.otto, declaration, name).content.decode() for name in ("md", "html", "json")}
        data = json.loads(files["json"])["opinion_groups"]
        assert data["sizes"] == [60, 40] == list(groups.sizes)
        assert [one["number"] for one in data["connects"]] == [one.item.number for one in groups.connects]
        assert [one["agree_percent"] for one in data["divides"]] == [
            [share.percent for share in one.shares] for one in groups.divides
        ]
        assert len(data["known_by"]) == sum(map(len, groups.known)) == 2 * opinions.KNOWN_MAX
        with words.speaking("de"):
            for name in ("md", "html"):
                assert all(claim in files[name] for claim in group_words.claims(groups))
                assert all(size in files[name] for size in group_words.sizes(groups))

    @pytest.mark.parametrize("purpose", [Purpose.CONFERENCE, Purpose.COMMITTEE])
    def test_documents_say_the_same_too(self, cast, annotations, purpose):
        compute_groups()
        declaration = find_declaration("erklaerung")
        groups = summarise(Guest(), declaration).groups
        text = scene.text_of(export(cast.otto, declaration, "pdf", Filters(purpose=purpose)).content)
        with words.speaking("de"):
            rows = [*group_words.shared_rows(groups.connects), *group_words.shared_rows(groups.divides)]
            assert len(rows) == len(groups.connects) + len(groups.divides) > 2
            for row in rows:
                assert " ".join(row) in text
            assert all(size in text for size in group_words.sizes(groups))

    def test_groups_are_those_of_the_whole_and_never_of_a_part(self, cast, client, annotations):
        compute_groups()
        page = client.get(f"{PAGE}?thesis=3").text
        assert "Meinungsgruppen gibt es nur für die ganze Beratung." in page
        assert "etwa 60 Personen" not in page

    def test_method_is_told_in_plain_words(self, client):
        page = client.get("/so-wird-gezaehlt").text
        assert 'id="gruppen"' in page
        assert "mindestens 7 Anmerkungen" in page
        assert "(Auch so + 1) geteilt durch (abgegebene Stimmen + 2)" in page
        assert "z = 2 · √(n + 1)" in page
        assert "mindestens 60 %" in page


def test_groups_go_with_the_declaration(cast, annotations):
    from deliberation.privacy import deletion

    compute_groups()
    deletion.remove(cast.declaration)
    db.session.commit()
    assert kept() is None
    assert db.session.scalars(select(Membership)).all() == []
