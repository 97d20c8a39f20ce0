"""How exact a number may be, and what is said about it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.annotations.models import Status, VoteValue
from deliberation.annotations.positions import cast_vote
from deliberation.annotations.tallies import StanceCounts
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.permissions import Guest, Phase
from deliberation.results import words
from deliberation.results.figures import Headline, merged, to_headline
from deliberation.results.headline import headline_sentence
from deliberation.results.summary import summarise
from deliberation.results.timeline import Span, to_timeline
from tests import builders
from tests.results import scene

counts = st.integers(min_value=0, max_value=3000)


def _summary(cast):
    return summarise(Guest(), find_declaration(cast.declaration.slug))


@given(st.tuples(counts, counts, counts, counts).filter(any))
def test_percentages_of_a_bar_are_whole_and_sum_to_a_hundred(found):
    shares = StanceCounts(*found).shares
    assert sum(percent for _key, _count, percent in shares) == 100
    for _key, count, percent in shares:
        assert abs(percent - 100 * count / sum(found)) < 1
        assert not (count == 0 and percent > 0)


def test_people_are_counted_in_steps_while_it_is_open_and_exactly_afterwards(cast):
    scene.give_votes(builders.annotate(cast.ada, cast.declaration), 8, 3, 2)
    # 13 voters and the author.
    assert _summary(cast).figures.people == 10
    scene.close(cast.declaration)
    assert _summary(cast).figures.people == 14


@pytest.mark.parametrize(("voters", "said"), [(0, "unter 5"), (3, "unter 5"), (4, "5")])
def test_fewer_than_five_people_are_not_numbered(cast, voters, said):
    scene.give_votes(builders.annotate(cast.ada, cast.declaration), voters)
    with words.speaking("de"):
        assert dict(words.figure_rows(_summary(cast)))["Personen haben mitgemacht"] == said


def test_nobody_is_nobody(cast):
    assert _summary(cast).figures.people == 0


def test_somebody_who_wrote_voted_and_took_a_stance_counts_once(cast):
    scene.close(cast.declaration)
    scene.give_stances(cast.declaration, "1", 9)
    scene.give_stances(cast.declaration, "3.1", 0, 7)
    assert _summary(cast).figures.people == 9


def test_a_single_vote_does_not_change_any_number(cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    scene.give_votes(annotation, 5)
    before = _summary(cast)
    cast_vote(cast.ben, annotation, VoteValue.DISAGREE)
    db.session.commit()
    after = _summary(cast)
    assert (after.figures, after.items, after.agreed) == (before.figures, before.items, before.agreed)


def test_votes_and_stances_are_the_sum_of_what_is_published(cast):
    summary = summarise(Guest(), scene.lively(cast))
    # Published: 23 and 18 votes; four votes on one annotation and thirty on a hidden one are not.
    assert summary.figures.votes == 23 + 18
    assert summary.figures.stances == 43 + 7 + 18
    assert (summary.figures.annotations, summary.figures.replies) == (4, 0)


def test_bars_show_nothing_below_five_counts_below_ten_and_percentages_from_ten():
    assert words.stance_sentence(StanceCounts(2, 1, 1, 0)) == "Noch zu wenige Stimmen"
    assert words.stance_cells(StanceCounts(2, 1, 1, 0)) == ["–", "–", "–", "–", "unter 5"]
    assert (
        words.stance_sentence(StanceCounts(4, 1, 1, 1))
        == "4 tragen mit, 1 nur mit Änderung, 1 noch unklar, 1 trägt nicht mit"
    )
    assert words.stance_cells(StanceCounts(4, 1, 1, 1)) == ["4", "1", "1", "1", "7"]
    assert words.stance_cells(StanceCounts(30, 8, 2, 3)) == ["70 %", "18 %", "5 %", "7 %", "43"]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Headline(0, 0, 7), "Zu den Thesen gibt es noch zu wenige Haltungen für ein Bild"),
        (Headline(5, 7, 7), "Fünf von sieben Thesen trägt mehr als die Hälfte ohne Änderung mit"),
        (Headline(7, 7, 7), "Alle sieben Thesen trägt mehr als die Hälfte ohne Änderung mit"),
        (Headline(0, 7, 7), "Keine von sieben Thesen trägt mehr als die Hälfte ohne Änderung mit"),
        (Headline(1, 14, 14), "Eine von 14 Thesen trägt mehr als die Hälfte ohne Änderung mit"),
        (Headline(2, 3, 7), "Zwei von drei Thesen mit genug Stimmen trägt mehr als die Hälfte ohne Änderung mit"),
        (Headline(1, 1, 7), "Eine These hat schon genug Stimmen: Mehr als die Hälfte trägt sie ohne Änderung mit"),
        (Headline(0, 1, 1), "Die These trägt höchstens die Hälfte ohne Änderung mit"),
    ],
)
def test_headline_says_what_the_numbers_allow(found, sentence):
    assert headline_sentence(found) == sentence


def test_exactly_half_is_not_more_than_half():
    assert to_headline([StanceCounts(5, 5), StanceCounts(6, 5), StanceCounts(9)], 10) == Headline(1, 2, 3)


@given(st.dictionaries(st.sampled_from(Rule), st.integers(min_value=1, max_value=40)))
def test_rules_with_fewer_than_five_decisions_cannot_be_derived(counts):
    rows = merged(counts)
    assert sorted(rule.value for rules, _count in rows for rule in rules) == sorted(rule.value for rule in counts)
    assert all(count is None or count >= 5 for _rules, count in rows)
    if sum(counts.values()) >= 5:
        assert sum(count for _rules, count in rows) == sum(counts.values())


def test_page_names_decisions_by_rule_and_merges_the_rare_ones(cast):
    for number in range(6):
        annotation = builders.annotate(cast.ada, cast.declaration, body=f"Text {number}")
        rule = Rule.PROTECT if number else Rule.RESPECT
        hide(cast.mira, annotation, rule, "Jemand ist hier erkennbar.", annotation.version)
    db.session.commit()
    with words.speaking("de"):
        rows = words.moderation_rows(_summary(cast))
    assert rows == [("Nicht gezeigt, mehrere Regeln, zusammengefasst", "6")]


@pytest.mark.parametrize(
    ("days", "span"), [(1, Span.DAY), (21, Span.DAY), (22, Span.WEEK), (420, Span.WEEK), (900, Span.MONTH)]
)
def test_columns_of_the_course_are_days_weeks_or_months(days, span):
    first = date(2026, 3, 4)
    timeline = to_timeline([first, first, first + timedelta(days=days - 1)])
    assert timeline.span is span
    assert sum(count for _start, count in timeline.columns) == 3
    assert len(timeline.columns) <= 62


@given(st.lists(st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 1, 1)), min_size=1))
def test_the_course_has_no_gap_and_loses_nothing(days):
    columns = to_timeline(days).columns
    assert sum(count for _start, count in columns) == len(days)
    starts = [start for start, _count in columns]
    assert starts == sorted(set(starts))
    assert columns[0][1] > 0
    assert columns[-1][1] > 0


def test_what_is_hidden_counts_nowhere(cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    for status in (Status.HIDDEN, Status.PENDING, Status.WITHDRAWN):
        annotation.status = status
        db.session.commit()
        summary = _summary(cast)
        assert summary.figures.contributions == 0
        assert summary.timeline is None
        assert not any(count for _kind, count in summary.kinds)


def test_draft_declaration_is_summarised_for_its_team_alone(cast):
    from deliberation.permissions import NotAllowed

    cast.declaration.phase = Phase.DRAFT
    db.session.commit()
    declaration = find_declaration(cast.declaration.slug)
    with pytest.raises(NotAllowed):
        summarise(cast.ada, declaration)
    assert summarise(cast.otto, declaration).figures.contributions == 0
