"""The team's board: questions to the deliberation, each with its figure and its list, and nobody ranked."""

from datetime import timedelta

import pytest
from lxml import html

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind, OutcomeValue
from deliberation.annotations.outcomes import set_outcome
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.moderation.records.counts import Column
from deliberation.moderation.records.figures import load_figures
from deliberation.moderation.records.merging import total_of
from deliberation.permissions import Guest, NotAllowed, Operator
from deliberation.results.board.measures import LEAST_WRITERS, load_board
from tests import builders
from tests.counting import count_queries
from tests.results import scene

PAGE = "/d/erklaerung/results/team"


@pytest.fixture
def long_ago():
    return now() - timedelta(days=20)


def board_of(cast):
    db.session.expire_all()
    return load_board(cast.otto, find_declaration(cast.declaration.slug))


def writers(cast, count):
    return [builders.make_member(cast.declaration, f"w{number}") for number in range(count)]


def say(person, cast, at, **fields):
    with frozen_at(at):
        return builders.annotate(person, cast.declaration, **fields)


def answer(person, annotation, at):
    with frozen_at(at):
        made = post_reply(person, annotation, Contribution("So ist es."))
        db.session.commit()
        return made


class TestAnswers:
    def test_first_contributions_count_once_and_an_answer_must_come_in_time_from_somebody_else(self, cast, long_ago):
        people = writers(cast, 10)
        first = [say(person, cast, long_ago + timedelta(hours=n)) for n, person in enumerate(people)]
        say(people[9], cast, long_ago + timedelta(days=1), body="Mein zweiter Beitrag.")
        for one in first[:6]:
            answer(cast.ben, one, long_ago + timedelta(hours=60))
        answer(cast.ben, first[6], long_ago + timedelta(hours=90))
        answer(people[7], first[7], long_ago + timedelta(hours=20))
        # Ben's first is an answer himself, to which nobody answered: late as well.
        board = board_of(cast)
        assert [item.number for item in board.late][:4] == [one.number for one in first[6:]]
        assert len(board.late) == 5
        assert board.answered == 55
        assert not board.reaches_goal

    def test_what_still_has_time_is_not_late(self, cast):
        for person in writers(cast, 6):
            say(person, cast, now() - timedelta(hours=10))
        board = board_of(cast)
        assert board.late == []
        assert board.answered is None

    def test_oldest_question_without_answer_has_an_age(self, cast, long_ago):
        say(cast.ada, cast, long_ago, kind=Kind.QUESTION)
        say(cast.ben, cast, now() - timedelta(days=2), kind=Kind.QUESTION)
        assert board_of(cast).oldest_days == 20


class TestWords:
    def test_quotes_numbers_and_reasons_are_counted(self, cast):
        first = builders.annotate(cast.ada, cast.declaration, quote="keine Dienstleistung")
        builders.annotate(cast.ben, cast.declaration, body=f"Wie in {first.label}: das stimmt.")
        builders.annotate(cast.ben, cast.declaration, kind=Kind.OBJECTION, body="Das geht nicht.")
        builders.annotate(cast.ben, cast.declaration, kind=Kind.OBJECTION, body="Das geht nicht. Es fehlt Zeit.")
        for _ in range(2):
            builders.annotate(cast.ben, cast.declaration, kind=Kind.OBJECTION, body="Nein. Es fehlt das Geld dafür.")
        board = board_of(cast)
        assert (board.quoting.part, board.quoting.of) == (2, 6)
        assert (board.reasoned.part, board.reasoned.of, board.reasoned.percent) == (3, 4, None)
        assert dict(board.practice) == {"1": 0, "2": 0, "3": 2}

    def test_places_that_many_do_not_understand_are_named(self, cast):
        scene.give_stances(cast.declaration, "1", 5, 2, 3, 0)
        scene.give_stances(cast.declaration, "3.1", 8, 0, 2, 0)
        [unclear] = board_of(cast).unclear
        assert (unclear.place.thesis.number, unclear.place.paragraph, unclear.percent) == ("1", None, 30)


class TestPeople:
    def test_the_most_active_are_told_only_among_many(self, cast):
        people = writers(cast, LEAST_WRITERS - 1)
        for person in people:
            builders.annotate(person, cast.declaration)
        assert board_of(cast).concentration is None
        builders.annotate(cast.ben, cast.declaration)
        for _ in range(10):
            builders.annotate(people[0], cast.declaration)
        # 15 of 30.
        assert board_of(cast).concentration == 50

    def test_newcomers_are_told_in_fives_and_small_weeks_together(self, cast, long_ago):
        people = writers(cast, 13)
        for number, person in enumerate(people):
            say(person, cast, long_ago + timedelta(days=7 * (number >= 7)))
        assert [count for _weeks, count in board_of(cast).newcomers] == [5, 5]

    def test_nobody_is_named_on_the_page(self, cast, client):
        for name in ("Ahorn 3", "Buche 4", "Eibe 9"):
            builders.annotate(builders.make_member(cast.declaration, pseudonym=name), cast.declaration)
        page = client.sign_in(cast.otto).get(PAGE).text
        assert not [name for name in ("Ahorn 3", "Buche 4", "Eibe 9", "Weide 27") if name in page]


class TestOutcomes:
    def test_days_until_a_proposal_has_an_outcome_are_the_median_from_five_on(self, cast):
        start = now() - timedelta(days=100)
        made = [say(cast.ben, cast, start, kind=Kind.PROPOSAL, wording=f"Satz {number}.") for number in range(6)]
        for days, one in zip((3, 4, 10, 40, 60), made, strict=False):
            with frozen_at(start + timedelta(days=days)):
                set_outcome(cast.otto, one, OutcomeValue.DECLINED, "Das steht schon in These 1.")
            db.session.commit()
            if days < 60:
                assert board_of(cast).days is None
        board = board_of(cast)
        assert board.days == 10
        assert (board.decided.part, board.decided.of) == (5, 6)


class TestModeration:
    def test_totals_by_kind_are_those_of_the_public_log(self, cast):
        kinds = [Kind.PRACTICE] * 6 + [Kind.OBJECTION] * 5 + [Kind.QUESTION] * 3
        for number, kind in enumerate(kinds):
            one = builders.annotate(cast.ben, cast.declaration, body=f"Text {number}", kind=kind)
            hide(cast.mira, one, Rule.STAY, "Das gehört nicht hierher.", one.version)
        db.session.commit()
        board = board_of(cast)
        hidden = [row for row in board.by_kind[Column.HIDDEN] if row.count]
        assert [row.count for row in hidden] == [6, 8]
        assert set(hidden[1].kinds) >= {Kind.OBJECTION, Kind.QUESTION}
        figures = load_figures(cast.declaration, now().year)
        assert sum(row.count for row in hidden) == total_of(figures.columns[Column.HIDDEN])
        assert hidden[0].percent == 100

    def test_small_numbers_are_not_told(self, cast, client):
        one = builders.annotate(cast.ben, cast.declaration)
        hide(cast.mira, one, Rule.STAY, "Das gehört nicht hierher.", one.version)
        db.session.commit()
        assert [row.count for row in board_of(cast).by_kind[Column.HIDDEN]] == [None]
        assert "unter 5" in client.sign_in(cast.otto).get(PAGE).text


class TestPage:
    def test_is_for_the_team(self, cast, client):
        assert client.get(PAGE).status_code == 303
        assert client.sign_in(cast.ada).get(PAGE).status_code == 403
        for person in (cast.otto, cast.mira):
            assert client.sign_in(person).get(PAGE).status_code == 200
        for person in (Guest(), cast.ada):
            with pytest.raises(NotAllowed):
                load_board(person, cast.declaration)
        assert load_board(Operator(), cast.declaration).late == []

    def test_its_lists_are_as_long_as_it_says_and_for_the_team_as_well(self, cast, client, long_ago):
        for number, person in enumerate(writers(cast, 7)):
            one = say(person, cast, long_ago, kind=Kind.OBJECTION, quote="keine Dienstleistung", body="Nein.")
            if number < 2:
                answer(cast.ben, one, long_ago + timedelta(hours=3))
        otto = client.sign_in(cast.otto)
        tree = html.fromstring(otto.get(PAGE).text)
        for of, expected in (("late", len(board_of(cast).late)), ("quoting", 7), ("short", 7), ("replies", 2)):
            [address] = {link for link in tree.xpath("//main//a/@href") if link.endswith(f"of={of}")}
            listed = html.fromstring(otto.get(address).text)
            assert len(listed.xpath("//main/ol/li")) == expected, of
        for of in ("late", "quoting", "short"):
            assert client.sign_in(cast.ada).get(f"/d/erklaerung/results/list?of={of}").status_code == 403

    @pytest.mark.parametrize("size", [2, 20])
    def test_costs_the_same_whatever_the_size(self, cast, size):
        for number in range(size):
            builders.annotate(cast.ada, cast.declaration, body=f"Text {number}", kind=Kind.PROPOSAL, wording="So.")
        declaration = find_declaration("erklaerung")
        otto = cast.otto
        db.session.commit()
        with count_queries() as queries:
            load_board(otto, declaration)
        assert queries.count <= 40, queries.count
