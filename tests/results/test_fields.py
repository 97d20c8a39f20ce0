"""Fields of work: named freely, taken back at any time, and printed so that nobody's can be found out by whoever tries."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.annotations.models import Stance, StanceValue
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from deliberation.jobs import compute_fields
from deliberation.permissions import Guest, NotAllowed
from deliberation.privacy import leaving
from deliberation.privacy.models import Parting
from deliberation.privacy.own_data import load_own_data
from deliberation.results.exports import export
from deliberation.results.field_tallies import choose_field
from deliberation.results.fields import LEAST, REST, Side, in_fives, to_people, to_printed
from deliberation.results.filters import Filters
from deliberation.results.models import Field, FieldFigures, WorkField
from deliberation.results.summary import summarise
from tests import builders
from tests.results import scene

ONE, TWO, *_OTHERS = Field
PAGE = "/d/erklaerung/results"
Cells = tuple[int, ...]
"""Who carries and who does not, by field one, field two and no field: two times three."""


def splits(total: int, parts: int) -> Iterator[Cells]:
    """Every way to spread people over parts."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in splits(total - first, parts - 1):
            yield (first, *rest)


def worlds(carry: int, other: int) -> list[Cells]:
    """Everything that can be true where so many carry and so many do not, which is printed with every thesis."""
    return [(*some, *others) for some in splits(carry, 3) for others in splits(other, 3)]


def counts(cells: Cells) -> dict[Field | None, Side]:
    return {field: Side(cells[place], cells[place + 3]) for place, field in enumerate((ONE, TWO, REST))}


def assert_nothing_is_known(found: dict[object, list[tuple[int, int]]]) -> None:
    """Whatever was printed: of no cell does anybody know that it is below five, though she knows the rule itself."""
    assert len(found) > 2
    for printed, bounds in found.items():
        assert min(high for _low, high in bounds) >= LEAST, (printed, bounds)


def widened(bounds: list[tuple[int, int]] | None, cells: Cells) -> list[tuple[int, int]]:
    if bounds is None:
        return [(cell, cell) for cell in cells]
    return [(min(low, cell), max(high, cell)) for (low, high), cell in zip(bounds, cells, strict=True)]


@pytest.mark.any_engine
class TestSomebodyWhoTries:
    """She knows every total, everything printed and the rule, has all the time, and tries every deliberation there can be."""

    @pytest.mark.parametrize("totals", [(10, 10), (12, 13), (15, 15), (20, 11), (10, 24)])
    def test_finds_no_small_cell_in_what_is_printed(self, totals):
        found: dict[object, list[tuple[int, int]]] = {}
        for cells in worlds(*totals):
            rows = to_printed(counts(cells)).rows
            found[rows] = widened(found.get(rows), cells)
        assert_nothing_is_known(found)

    def test_finds_none_by_looking_twice_and_none_among_newcomers(self):
        found: dict[object, list[tuple[int, int]]] = {}
        firsts = defaultdict(list)
        for cells in worlds(10, 10):
            firsts[to_printed(counts(cells)).rows].append(cells)
        came = worlds(10, 10)
        for rows, possible in firsts.items():
            if not rows:
                continue
            for cells in possible:
                first = to_printed(counts(cells))
                for new in came:
                    then = tuple(map(sum, zip(cells, new, strict=True)))
                    key = rows, to_printed(counts(then), first).rows
                    found[key] = widened(found.get(key), (*cells, *then, *new))
        assert_nothing_is_known(found)

    def test_finds_no_small_field_among_people_by_looking_twice(self):
        found: dict[object, list[tuple[int, int]]] = {}
        fields = list(Field)[:3]
        for total in range(5, 10):
            for cells in splits(total, 3):
                for new in splits(10, 3):
                    then = tuple(map(sum, zip(cells, new, strict=True)))
                    key = tuple(in_fives(zip(fields, some, strict=True)) for some in (cells, then))
                    found[key] = widened(found.get(key), (*cells, *then))
        # That a field is told together with the next one says that few named it, and never how many.
        assert not [bounds for bounds in found.values() if any(low == high < LEAST for low, high in bounds)]

    def test_is_caught_by_this_test_where_the_rule_is_too_weak(self):
        """Printing every field with five on either side, without caring for the rest, is found out."""
        found: dict[object, list[tuple[int, int]]] = {}
        for cells in worlds(10, 10):
            weak = tuple((field, side) for field, side in counts(cells).items() if field is not REST and side.is_safe)
            found[weak] = widened(found.get(weak), cells)
        with pytest.raises(AssertionError):
            assert_nothing_is_known(found)


@pytest.mark.any_engine
class TestPrinted:
    def test_is_a_field_with_five_on_either_side_beside_a_rest_of_the_same(self):
        printed = to_printed({ONE: Side(12, 8), TWO: Side(30, 4), REST: Side(9, 7)})
        assert printed.rows == ((ONE, 60),)

    def test_is_nothing_where_the_rest_is_small(self):
        assert to_printed({ONE: Side(12, 8), REST: Side(3, 30)}).rows == ()
        assert to_printed({ONE: Side(12, 8), TWO: Side(20, 20), REST: Side(3, 30)}).rows == ((TWO, 50),)

    def test_stays_until_enough_are_new_on_every_side(self):
        first = to_printed({ONE: Side(12, 8), REST: Side(9, 7)})
        assert to_printed({ONE: Side(40, 12), REST: Side(20, 20)}, first) is first
        assert to_printed({ONE: Side(40, 13), REST: Side(20, 20)}, first).rows == ((ONE, 80),)
        # Somebody took back her field, or thought otherwise.
        assert to_printed({ONE: Side(11, 8), REST: Side(10, 7)}, first) is first

    def test_shares_say_nothing_beyond_the_last_step(self):
        assert to_printed({ONE: Side(5, 400), REST: Side(400, 9)}).rows == ((ONE, 10),)

    def test_people_are_told_in_fives_and_a_field_of_nobody_together_with_its_neighbour(self):
        people = dict.fromkeys(Field, 0) | {ONE: 13, TWO: 3}
        assert to_people(people) == ((tuple(Field), 15),)
        assert to_people({ONE: 4}) == ()


@pytest.fixture
def shared(cast):
    """On thesis 1: of youth 8 carry and 6 do not, of office 3 and 9, of the others 9 and 5."""
    declaration = cast.declaration
    people = iter(scene.voters(declaration, 40))
    sides = {Field.YOUTH: (8, 6), Field.OFFICE: (3, 9), None: (9, 5)}
    thesis = declaration.numbered_theses[0]
    for field, numbers in sides.items():
        for value, many in zip((StanceValue.CARRY, StanceValue.AGAINST), numbers, strict=True):
            for _ in range(many):
                person = next(people)
                if field:
                    db.session.add(WorkField(membership_id=person, field=field))
                db.session.add(Stance(
                    declaration_id=declaration.id, thesis_id=thesis.id, edition_id=thesis.since_id, holder_id=person, value=value
                ))  # fmt: skip
    db.session.commit()
    return find_declaration(declaration.slug)


class TestNaming:
    def test_member_says_it_changes_it_and_takes_it_back(self, cast, client):
        ada = client.sign_in(cast.ada)
        assert "Keine Angabe" in ada.get("/me/fields").text
        for wanted, kept in (("youth", [Field.YOUTH]), ("school", [Field.SCHOOL]), ("", [])):
            answer = ada.post("/d/erklaerung/field", data={"field": wanted})
            assert answer.status_code == 303
            assert list(db.session.scalars(select(WorkField.field))) == kept
        assert ada.post("/d/erklaerung/field", data={"field": "gewerkschaft"}).status_code == 400

    def test_whoever_does_not_take_part_has_none(self, cast):
        with pytest.raises(NotAllowed):
            choose_field(builders.make_user("fremd"), cast.declaration, Field.YOUTH)
        with pytest.raises(NotAllowed):
            choose_field(Guest(), cast.declaration, Field.YOUTH)

    def test_it_is_in_the_file_of_own_data_and_goes_with_the_account(self, cast):
        choose_field(cast.ada, cast.declaration, Field.CARE)
        [table] = [one for one in load_own_data(cast.ada).tables if one.name == "work_field"]
        assert table.rows == [{"membership": "erklaerung", "field": Field.CARE}]
        leaving.leave(cast.ada, Parting.KEPT, "x" * 40)
        assert db.session.scalars(select(WorkField)).all() == []

    def test_no_page_of_others_tells_it(self, cast, client):
        choose_field(cast.ada, cast.declaration, Field.CARE)
        number = builders.annotate(cast.ada, cast.declaration).number
        compute_fields()
        otto = client.sign_in(cast.otto)
        for address in (PAGE, f"/a/{number}", f"{PAGE}/team", "/d/erklaerung/people", "/d/erklaerung/export.json"):
            assert "Gesundheit, Psychiatrie" not in otto.get(address).text
            assert '"care"' not in otto.get(address).text

    def test_those_who_take_part_are_asked_on_the_results_page(self, cast, client):
        assert "/me/fields#erklaerung" not in client.get(PAGE).text
        assert "/me/fields#erklaerung" in client.sign_in(cast.ada).get(PAGE).text


class TestShown:
    def test_page_and_files_tell_the_same(self, cast, client, shared):
        assert compute_fields() == 1
        assert compute_fields() == 0
        found = summarise(Guest(), shared).fields
        assert found.people == ((tuple(Field)[:1], 10), (tuple(Field)[1:], 10))
        assert [(one.thesis, one.rows) for one in found.theses] == [("1", ((Field.YOUTH, 60),))]
        page = client.get(PAGE).text
        assert "Freiwillige Angabe von etwa 20 Personen" in page
        files = {name: export(cast.otto, shared, name).content.decode() for name in ("md", "html", "json")}
        for text in (page, files["md"], files["html"]):
            assert "Kinder- und Jugendhilfe" in text
            assert "etwa 60 %" in text
        assert json.loads(files["json"])["fields_of_work"] == {
            "people": [
                {"fields": ["youth"], "people": 10},
                {"fields": [field.value for field in list(Field)[1:]], "people": 10},
            ],
            "carry_percent": {"1": {"youth": 60}},
        }

    @pytest.mark.parametrize("filters", [Filters(thesis="1"), Filters(edition=1), Filters(since=now().date())])
    def test_nothing_is_shown_of_a_part(self, cast, shared, filters):
        compute_fields()
        assert summarise(Guest(), shared, filters).fields.people == ()

    def test_stays_as_it_was_while_few_are_new(self, cast, shared):
        compute_fields()
        before = summarise(Guest(), shared).fields
        thesis = shared.numbered_theses[0]
        for person in scene.voters(shared, 44)[40:]:
            db.session.add(WorkField(membership_id=person, field=Field.YOUTH))
            db.session.add(Stance(
                declaration_id=shared.id, thesis_id=thesis.id, edition_id=thesis.since_id, holder_id=person,
                value=StanceValue.CARRY,
            ))  # fmt: skip
        db.session.commit()
        with frozen_at(now() + timedelta(days=2)):
            assert compute_fields() == 1
        assert summarise(Guest(), shared).fields == before

    def test_what_is_kept_names_nobody(self, cast, shared):
        compute_fields()
        kept = db.session.scalars(select(FieldFigures)).one()
        assert kept.people["total"] == 26
        [place] = kept.places.values()
        assert {(field, carry, other) for field, carry, other in place["parts"]} == {("youth", 8, 6), (None, 12, 14)}
