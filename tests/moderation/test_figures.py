"""The public figures of a year: exact where that harms nobody, merged where a small number could be found out."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation import clock
from deliberation.annotations.actions import Contribution as Words
from deliberation.annotations.actions import edit_annotation, post_reply
from deliberation.annotations.models import Kind, ResponseKind
from deliberation.annotations.responses import respond
from deliberation.database import db
from deliberation.declarations.models import Policy
from deliberation.moderation import actions, flagging
from deliberation.moderation.models import FlagReason, MeasureKind, Objection, Occasion, Rule, Verdict
from deliberation.moderation.records.counts import Became, Column
from deliberation.moderation.records.durations import Promise, to_promise
from deliberation.moderation.records.figures import load_figures, years_of
from deliberation.moderation.records.merging import LEAST, merge_small, total_of
from deliberation.moderation.records.report import FORMAT
from deliberation.moderation.restraining import restrain
from deliberation.moderation.undoing import undo
from deliberation.permissions import Guest, Phase
from tests import builders
from tests.counting import count_queries

REASON = "Bitte ohne Namen, dann passt es."
LOG = "/d/erklaerung/moderation/log"
REPORT = "/d/erklaerung/moderation/report-2026"
counts = st.lists(st.integers(0, 12), min_size=1, max_size=12)


class TestSmallNumbers:
    @given(counts)
    def test_every_number_printed_is_zero_or_at_least_five(self, cells):
        row = merge_small(enumerate(cells))
        assert [key for one in row for key in one.keys] == list(range(len(cells)))
        if 0 < sum(cells) < LEAST:
            assert row[-1].count is None
            assert total_of(row) is None
        else:
            assert all(one.count == 0 or one.count >= LEAST for one in row)
            assert all(one.count == sum(cells[key] for key in one.keys) for one in row)
            assert total_of(row) == sum(cells)

    @given(counts)
    def test_small_number_can_be_changed_without_changing_what_is_printed(self, cells):
        """The adversary knows the total, every number printed, and the rule itself. Another row that prints the same
        would have to be ruled out to know a small number; there always is one."""
        printed = merge_small(enumerate(cells))
        for place, number in enumerate(cells):
            if 0 < number < LEAST:
                assert any(
                    other[place] != number and merge_small(enumerate(other)) == printed
                    for other in _others_like(cells, printed, place)
                ), (cells, place)

    def test_no_row_of_up_to_four_cells_gives_a_small_number_away(self):
        """The same by trying everything."""
        most = 10
        for size in (1, 2, 3, 4):
            by_print = {}
            for cells in product(range(most + 1), repeat=size):
                if sum(cells) <= most:
                    by_print.setdefault(merge_small(enumerate(cells)), []).append(cells)
            for printed, rows in by_print.items():
                for place in range(size):
                    known = {row[place] for row in rows}
                    assert len(known) > 1 or known.pop() not in range(1, LEAST), printed

    @pytest.mark.parametrize(
        ("cells", "printed"),
        [
            ((7, 0, 5), [((0,), 7), ((1,), 0), ((2,), 5)]),
            ((2, 3, 9), [((0, 1), 5), ((2,), 9)]),
            ((9, 3), [((0, 1), 12)]),
            ((9, 0, 3), [((0, 1, 2), 12)]),
            ((0, 3, 0), [((0, 1, 2), None)]),
            ((0, 0), [((0,), 0), ((1,), 0)]),
            ((), []),
        ],
    )
    def test_neighbours_are_counted_together(self, cells, printed):
        assert [(one.keys, one.count) for one in merge_small(enumerate(cells))] == printed

    @given(st.integers(0, 40), st.integers(0, 40))
    def test_a_broken_promise_is_not_counted_out(self, kept, late):
        said = to_promise(24, kept, late)
        same = [(k, kept + late - k) for k in range(kept + late + 1) if to_promise(24, k, kept + late - k) == said]
        for part, known in ((kept, {k for k, _late in same}), (late, {rest for _kept, rest in same})):
            if 0 < part < LEAST:
                assert len(known) > 1

    def test_promises_in_words(self):
        assert to_promise(24, 15, 5) == Promise(24, percent=75)
        assert to_promise(24, 15, 0) == Promise(24, percent=100)
        assert to_promise(24, 15, 2) == Promise(24, nearly=True)
        assert to_promise(24, 2, 15) == Promise(24, nearly=False)
        assert to_promise(24, 3, 1) == to_promise(24, 0, 0) == Promise(24)


def _others_like(cells, printed, place):
    """Rows in which one number is shifted to or from another cell of its group, or more where none fits the total."""
    group = next(one.keys for one in printed if place in one.keys)
    for other in group:
        for shift in range(-LEAST, 3 * LEAST):
            changed = list(cells)
            changed[place] += shift
            if other != place:
                changed[other] -= shift
            elif total_of(printed) is not None:
                continue
            if shift and min(changed) >= 0:
                yield changed


@pytest.fixture
def year(cast):
    """2026, from March on; the clock stands in August."""
    cast.declaration.created_at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    db.session.commit()
    with clock.frozen_at(datetime(2026, 8, 20, 12, tzinfo=UTC)):
        yield 2026


def at(month, day=4, hour=9, minute=0):
    return clock.frozen_at(datetime(2026, month, day, hour, minute, tzinfo=UTC))


def hide(cast, month, rule=Rule.STAY, times=1):
    for _each in range(times):
        with at(month):
            annotation = builders.annotate(cast.ada, cast.declaration)
            decision = actions.hide(cast.mira, annotation, rule, REASON, annotation.version)
    db.session.commit()
    return decision


def hold(cast, month, hours=(1,), day=4):
    """Contributions that were held back on one day and published so many hours later."""
    cast.declaration.policy = Policy.ALL
    for wait in hours:
        with at(month, day):
            annotation = builders.annotate(cast.ada, cast.declaration)
        with clock.frozen_at(datetime(2026, month, day, 9, tzinfo=UTC) + timedelta(hours=wait)):
            actions.publish(cast.mira, annotation, annotation.version)
    db.session.commit()


def spans(row):
    return [(one.keys[0].month, one.keys[-1].month, one.count) for one in row]


class TestFigures:
    def test_months_are_those_of_berlin(self, cast, year):
        for moment in (datetime(2026, 4, 30, 21, 59, tzinfo=UTC), datetime(2026, 4, 30, 22, tzinfo=UTC)):
            for _each in range(5):
                with clock.frozen_at(moment):
                    annotation = builders.annotate(cast.ada, cast.declaration)
                    actions.hide(cast.mira, annotation, Rule.STAY, REASON, 1)
        figures = load_figures(cast.declaration, year)
        assert [month.month for month in figures.months] == [3, 4, 5, 6, 7, 8]
        assert spans(figures.columns[Column.HIDDEN])[1:3] == [(4, 4, 5), (5, 5, 5)]

    def test_small_months_are_counted_together(self, cast, year):
        hide(cast, 3, times=2)
        hide(cast, 4, times=3)
        hide(cast, 6, times=6)
        hide(cast, 8, times=1)
        hidden = load_figures(cast.declaration, year).columns[Column.HIDDEN]
        assert spans(hidden) == [(3, 4, 5), (5, 5, 0), (6, 8, 7)]

    def test_everything_that_happened_has_its_column(self, cast, year):
        hold(cast, 5, hours=(1, 2, 3, 4, 5))
        cast.declaration.policy = Policy.NONE
        with at(6):
            for _each in range(5):
                annotation = builders.annotate(cast.ada, cast.declaration)
                actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, REASON, 1)
                edit_annotation(cast.ada, annotation, f"Jetzt ohne Namen {_each}")
                actions.redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Namen"], annotation.version)
                undo(cast.mira, actions.hide(cast.mira, annotation, Rule.STAY, REASON, annotation.version))
                actions.hide(cast.mira, annotation, Rule.STAY, REASON, annotation.version)
                actions.restore(cast.mira, annotation, annotation.version)
        figures = load_figures(cast.declaration, year)
        assert figures.totals == {
            Column.HELD: 5, Column.PUBLISHED: 5, Column.RETURNED: 5, Column.REDACTED: 5, Column.HIDDEN: 10,
            Column.RESTORED: 5, Column.UNDONE: 5,
        }  # fmt: skip

    def test_what_was_left_as_it_was_is_no_publication(self, cast, year):
        with at(6):
            for _each in range(5):
                annotation = builders.annotate(cast.ada, cast.declaration)
                flagging.flag(Guest(), annotation, FlagReason.OTHER)
                actions.publish(cast.mira, annotation, 1)
        figures = load_figures(cast.declaration, year)
        assert figures.totals[Column.PUBLISHED] == 0
        assert (Became.LEFT,) in {one.keys for one in figures.reports_by_outcome if one.count == 5}

    def test_by_rule_and_occasion(self, cast, year):
        hide(cast, 4, Rule.PROTECT, times=6)
        hide(cast, 4, Rule.RESPECT, times=2)
        hide(cast, 4, Rule.LAW, times=7)
        figures = load_figures(cast.declaration, year)
        assert [(one.keys, one.count) for one in figures.by_rule if one.count] == [
            ((Rule.PROTECT,), 6),
            ((Rule.RESPECT, Rule.EVIDENCE, Rule.NO_ADVERTISING, Rule.LAW), 9),
        ]
        assert sum(one.count for one in figures.by_occasion) == 15
        assert figures.left_out == ()

    def test_rules_leave_out_what_is_too_small_to_be_printed_itself(self, cast, year):
        """Else total by rule minus the totals of the columns would be the small number."""
        hide(cast, 4, Rule.STAY, times=6)
        with at(5):
            annotation = builders.annotate(cast.ada, cast.declaration)
            actions.return_for_revision(cast.mira, annotation, Rule.STAY, REASON, 1)
        figures = load_figures(cast.declaration, year)
        assert figures.left_out == (Column.RETURNED,)
        assert figures.totals[Column.RETURNED] is None
        assert total_of(figures.by_rule) == total_of(figures.by_occasion) == figures.totals[Column.HIDDEN] == 6

    def test_reports_and_what_became_of_them(self, cast, year):
        with at(5):
            for number in range(12):
                annotation = builders.annotate(cast.ada, cast.declaration)
                flagging.flag(Guest(), annotation, FlagReason.ATTACK if number < 7 else FlagReason.OTHER)
                if number < 6:
                    actions.hide(cast.mira, annotation, Rule.RESPECT, REASON, 1)
        figures = load_figures(cast.declaration, year)
        assert {(one.keys, one.count) for one in figures.reports_by_reason if one.count} == {
            ((FlagReason.ATTACK,), 7),
            ((FlagReason.OTHER,), 5),
        }
        assert {(one.keys, one.count) for one in figures.reports_by_outcome if one.count} == {
            ((Became.HIDDEN,), 6),
            ((Became.OPEN,), 6),
        }
        assert [(one.keys, one.count) for one in figures.by_occasion if one.count] == [((Occasion.NOTICE,), 6)]

    def test_objections_by_verdict(self, cast, year):
        for number in range(11):
            decision = hide(cast, 6)
            with at(6):
                db.session.add(_objection(cast, decision, number))
        db.session.commit()
        row = load_figures(cast.declaration, year).objections
        assert [(one.keys, one.count) for one in row if one.count] == [
            ((Verdict.UPHELD,), 5),
            ((Verdict.PARTLY, Verdict.REJECTED, None), 6),
        ]

    def test_measures_by_kind_in_numbers_only(self, cast, year):
        member = builders.membership(cast.ada, cast.declaration)
        for number in range(8):
            kind = MeasureKind.WARN if number < 6 else MeasureKind.PAUSE
            with at(7):
                restrain(cast.mira, member, kind, Rule.RESPECT, REASON, 3)
        row = load_figures(cast.declaration, year).measures
        assert [(one.keys, one.count) for one in row if one.count] == [(tuple(MeasureKind), 8)]

    def test_one_year_is_not_another_and_one_text_not_another(self, cast, year):
        cast.declaration.created_at = datetime(2025, 11, 1, tzinfo=UTC)
        other = builders.make_declaration("zweite")
        hide(cast, 1, times=5)
        with clock.frozen_at(datetime(2025, 12, 31, 22, 59, tzinfo=UTC)):
            for _each in range(6):
                actions.hide(cast.mira, builders.annotate(cast.ada, cast.declaration), Rule.STAY, REASON, 1)
        assert years_of(cast.declaration) == [2026, 2025]
        assert load_figures(cast.declaration, 2026).totals[Column.HIDDEN] == 5
        before = load_figures(cast.declaration, 2025)
        assert (before.totals[Column.HIDDEN], before.is_whole) == (6, True)
        assert load_figures(other, 2026).is_empty


def _objection(cast, decision, number):
    verdict = (*[Verdict.UPHELD] * 5, *[Verdict.PARTLY] * 3, None, None, None)[number]
    return Objection(
        declaration_id=cast.declaration.id,
        decision_id=decision.id,
        explanation="Das war doch harmlos.",
        form_key=f"objection-{number}",
        created_at=clock.now(),
        verdict=verdict,
        reason="Da ist etwas dran." if verdict else "",
        decided_at=clock.now() if verdict else None,
    )


class TestWaiting:
    def test_median_from_five_cases_on(self, cast, year):
        hold(cast, 5, hours=(1, 2, 3, 10))
        assert load_figures(cast.declaration, year).median_hours is None
        hold(cast, 5, hours=(20,))
        figures = load_figures(cast.declaration, year)
        assert figures.median_hours == 3
        assert [(wait.months[0].month, wait.hours) for wait in figures.waits if wait.hours] == [(5, 3)]

    def test_median_of_an_even_number_is_between(self, cast, year):
        hold(cast, 5, hours=(1, 2, 3, 4, 5, 6))
        assert load_figures(cast.declaration, year).median_hours == 3.5

    def test_small_months_have_one_median_together(self, cast, year):
        hold(cast, 4, hours=(1, 2))
        hold(cast, 6, hours=(3, 4, 5))
        waits = load_figures(cast.declaration, year).waits
        assert [(wait.months[0].month, wait.months[-1].month, wait.hours) for wait in waits] == [
            (3, 3, None), (4, 6, 3.0), (7, 7, None), (8, 8, None),
        ]  # fmt: skip

    def test_revised_text_waits_anew_and_the_second_decision_is_not_counted_twice(self, cast, year):
        cast.declaration.policy = Policy.ALL
        for number in range(5):
            with at(5):
                annotation = builders.annotate(cast.ada, cast.declaration)
            with at(5, hour=11):
                edit_annotation(cast.ada, annotation, f"Noch schnell geändert {number}")
                db.session.flush()
            with at(5, hour=12):
                actions.return_for_revision(cast.mira, annotation, Rule.PROTECT, REASON, annotation.version)
            with at(6):
                actions.publish(cast.mira, annotation, annotation.version)
        assert load_figures(cast.declaration, year).median_hours == 1

    def test_promise_counts_what_still_waits_too_long(self, cast, year):
        hold(cast, 5, hours=(1,) * 5)
        with at(5):
            for _each in range(5):
                builders.annotate(cast.ada, cast.declaration)
        assert load_figures(cast.declaration, year).promises["held"] == Promise(24, percent=50)

    def test_weekends_have_twice_the_time(self, cast, year):
        # The 2nd of May 2026 is a Saturday.
        hold(cast, 5, hours=(30,) * 5, day=2)
        hold(cast, 5, hours=(30,) * 5, day=5)
        assert load_figures(cast.declaration, year).promises["held"] == Promise(24, percent=50)

    def test_first_answer_by_anybody_keeps_the_promise(self, cast, year):
        for number in range(11):
            with at(5):
                question = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
            with at(5, day=6):
                if number < 3:
                    respond(cast.mira, question, ResponseKind.INFORMATION, "Ab Mai.")
                elif number < 6:
                    post_reply(cast.ben, question, Words("Ab Mai, glaube ich."))
                else:
                    post_reply(cast.ada, question, Words("Weiß das niemand?"))
        assert load_figures(cast.declaration, year).promises["answer"].percent == 55

    def test_question_of_today_breaks_no_promise_yet(self, cast, year):
        for _each in range(12):
            builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
        assert load_figures(cast.declaration, year).promises["answer"] == Promise(72)


class TestPage:
    def test_page_shows_figures_and_nothing_small(self, cast, client, year):
        hide(cast, 3, times=2)
        hide(cast, 4, times=5)
        page = client.get(LOG).text
        assert "2026 in Zahlen" in page
        assert "Nicht gezeigt: 7." in page
        assert 'rowspan="2">7<' in page
        assert "<caption>" in page
        assert "werktags in 24 Stunden, am Wochenende in 48" in page

    def test_empty_year_says_so(self, cast, client, year):
        assert "In diesem Jahr gab es noch nichts zu entscheiden." in client.get(LOG).text

    def test_other_years_are_a_link_away_and_nonsense_is_this_year(self, cast, client, year):
        cast.declaration.created_at = datetime(2025, 11, 1, tzinfo=UTC)
        assert "2025 in Zahlen" in client.get(f"{LOG}?year=2025").text
        for nonsense in ("2024", "2027", "x", "9" * 30):
            assert "2026 in Zahlen" in client.get(f"{LOG}?year={nonsense}").text

    def test_it_is_there_in_english(self, cast, client, year):
        hide(cast, 4, times=5)
        page = client.get(LOG, headers={"Accept-Language": "en"}).text
        assert "2026 in figures" in page
        assert "zusammen" not in page

    def test_few_queries_however_long_the_log(self, cast, client, year):
        hide(cast, 3, times=6)
        with count_queries() as few:
            client.get(LOG)
        hold(cast, 5, hours=(1, 30, 60) * 4)
        hide(cast, 6, times=30)
        with count_queries() as many:
            client.get(LOG)
        assert many.count == few.count <= 18


class TestReport:
    def test_report_can_be_read_by_a_program(self, cast, client, year):
        hide(cast, 3, Rule.PROTECT, times=2)
        hide(cast, 4, Rule.PROTECT, times=5)
        answer = client.get(f"{REPORT}.json")
        assert answer.mimetype == "application/json"
        assert "erklaerung-moderation-2026.json" in answer.headers["Content-Disposition"]
        report = json.loads(answer.data)
        assert report["format"] == FORMAT
        assert report["period"] == {
            "year": 2026, "from": "2026-03-01", "to": "2026-08-20", "is_complete": False, "time_zone": "Europe/Berlin",
        }  # fmt: skip
        assert report["decisions"]["by_kind"]["hidden"] == {
            "count": 7,
            "by_month": [
                {"from": "2026-03", "to": "2026-04", "count": 7},
                *({"from": f"2026-0{month}", "to": f"2026-0{month}", "count": 0} for month in range(5, 9)),
            ],
        }
        assert {"of": ["2"], "count": 7} in report["decisions"]["restrictions_by_rule"]
        assert report["automated_means"]["used_for_decisions"] is False
        assert report["complaints"]["count"] == 0

    def test_small_total_is_no_number(self, cast, client, year):
        hide(cast, 3)
        hidden = client.get(f"{REPORT}.json").json["decisions"]["by_kind"]["hidden"]
        assert (hidden["count"], hidden["below"]) == (None, 5)
        assert hidden["by_month"] == [{"from": "2026-03", "to": "2026-08", "count": None, "below": 5}]

    @pytest.mark.parametrize(("policy", "is_used"), [(Policy.NONE, False), (Policy.FIRST, True), (Policy.ALL, False)])
    def test_it_says_whether_a_program_looks_first(self, cast, client, year, policy, is_used):
        cast.declaration.policy = policy
        assert client.get(f"{REPORT}.json").json["automated_means"]["used_for_detection"] is is_used

    def test_table_has_the_same_numbers(self, cast, client, year):
        hide(cast, 3, times=2)
        hide(cast, 4, times=5)
        answer = client.get(f"{REPORT}.csv")
        assert answer.data.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
        assert {"2026-03", "2026-04", "7"} <= set(next(row for row in rows if row["of"] == "hidden").values())

    @pytest.mark.parametrize("year_asked", ["2025", "2027", "0", "99999999999999999999"])
    def test_years_without_the_text_have_no_report(self, cast, client, year, year_asked):
        assert client.get(f"/d/erklaerung/moderation/report-{year_asked}.json").status_code == 404
        assert client.get(f"/d/erklaerung/moderation/report-{year_asked}.csv").status_code == 404

    def test_draft_has_none_for_others(self, cast, client, year):
        cast.declaration.phase = Phase.DRAFT
        assert client.get(f"{REPORT}.json").status_code == 404

    def test_every_field_is_documented(self, cast, client, year):
        from tests.test_architecture import ROOT

        words = (ROOT / "docs" / "moderation-report.md").read_text("utf-8")

        def names(value):
            if isinstance(value, dict):
                for name, inner in value.items():
                    yield name
                    yield from names(inner)
            elif isinstance(value, list):
                for inner in value:
                    yield from names(inner)

        report = client.get(f"{REPORT}.json").json
        assert not [name for name in set(names(report)) if f"`{name}`" not in words]


def test_nothing_of_it_is_text_or_person(cast, client, year):
    annotation = builders.annotate(cast.ada, cast.declaration, body="Ein verborgener Satz")
    builders.membership(cast.mira, cast.declaration).signing_name = "Mira S."
    actions.hide(cast.mira, annotation, Rule.STAY, REASON, 1)
    restrain(
        cast.mira, builders.membership(cast.ada, cast.declaration), MeasureKind.WARN, Rule.STAY, "Das geht so nicht."
    )
    for path in (LOG, f"{REPORT}.json", f"{REPORT}.csv"):
        page = client.get(path).text
        for secret in ("Ein verborgener Satz", REASON, "Das geht so nicht.", "Mira S.", "Weide 27", "Linde 88"):
            assert secret not in page, path
