"""A whole revised text comes in: every paragraph finds the one it continues, and what nobody wrote before is new."""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from deliberation.declarations.aligning import Alignment, align
from deliberation.declarations.importing import (
    DraftDeclaration,
    DraftParagraph,
    DraftThesis,
    Unit,
    read_in_cage,
)

ACT = Path(__file__).parents[1] / "data" / "sgb-viii"
Place = tuple[int, int]

HOUSING = "Wohnen ist ein Menschenrecht, und die Stadt baut jedes Jahr vierhundert bezahlbare Wohnungen."
RENTS = "Die Mieten in städtischen Häusern steigen nicht schneller als die Löhne der Menschen, die darin leben."
TREES = "An jeder Straße stehen Bäume, die im Sommer Schatten werfen und Regenwasser aufnehmen."
BUSES = "Busse fahren auch am Abend und am Wochenende alle zwanzig Minuten bis in die Dörfer."
BIKES = "Radwege führen ohne Unterbrechung von den Vororten bis zum Bahnhof und werden im Winter geräumt."
SCHOOLS = "Kein Kind soll an der Schule mehr Zeit mit Warten verbringen als mit Lernen."
LIBRARY = "Die Bücherei öffnet sonntags, und wer unter achtzehn ist, zahlt dort nichts."
CLINIC = "Eine Hebamme kommt nach jeder Geburt ins Haus, unabhängig von Einkommen und Aufenthalt."


def draft(*theses: list[str], headings: list[str] | None = None, numbers: list[str] | None = None) -> DraftDeclaration:
    """A text without marks, or with them where a paragraph begins with one, such as "(2) …"."""
    return DraftDeclaration(
        "Stadt für alle",
        tuple(
            DraftThesis(
                numbers[index] if numbers else str(index + 1),
                headings[index] if headings else "",
                "",
                "",
                tuple(paragraph(str(place), text) for place, text in enumerate(texts, start=1)),
            )
            for index, texts in enumerate(theses)
        ),
        "headings",
    )


def paragraph(number: str, text: str) -> DraftParagraph:
    mark = re.match(r"(\(\w+\)) (.*)", text)
    return DraftParagraph(number, (Unit(mark[1] if mark else "", 0, (mark[2] if mark else text,)),))


def straight(draft: DraftDeclaration) -> dict[Place, Place]:
    return {place: place for place in places_of(draft)}


def places_of(draft: DraftDeclaration) -> Iterator[Place]:
    for index, thesis in enumerate(draft.theses):
        yield from ((index, place) for place in range(len(thesis.paragraphs)))


# The act


@cache
def act(name: str) -> DraftDeclaration:
    read = read_in_cage((ACT / name).read_bytes(), name, "auto")
    assert isinstance(read, DraftDeclaration)
    return read


def names_of(act: DraftDeclaration) -> dict[str, Place]:
    """Where "8a (5)" stands; a paragraph without a mark is called by its place in the section."""
    names: dict[str, Place] = {}
    for index, thesis in enumerate(act.theses):
        section = re.match(r"§ (\w+)", thesis.heading)
        for place, one in enumerate(thesis.paragraphs):
            mark = one.units[0].label or f"({place + 1})"
            names[f"{section[1] if section else thesis.number} {mark}"] = index, place
    assert len(names) == sum(len(thesis.paragraphs) for thesis in act.theses)
    return names


def rows(name: str) -> list[tuple[str, str]]:
    with (ACT / name).open(encoding="utf-8", newline="") as file:
        return [(row["new"], row["old"]) for row in csv.DictReader(file)]


def mistakes(
    truth: dict[str, str], old: DraftDeclaration, new: DraftDeclaration, alignment: Alignment | None = None
) -> list[str]:
    """Every paragraph of either side that has the wrong partner, or one though it is new or gone, or none."""
    olds, news = names_of(old), names_of(new)
    named = {place: name for name, place in olds.items()}, {place: name for name, place in news.items()}
    found = {named[1][n]: named[0][o] for n, o in (alignment or align(old, new)).paragraphs.items()}
    assert truth.keys() <= news.keys()
    assert set(truth.values()) <= olds.keys()
    back, right = {o: n for n, o in found.items()}, {o: n for n, o in truth.items()}
    assert len(back) == len(found)
    wrong = [
        f"new {name}: {found.get(name)}, not {truth.get(name)}" for name in news if found.get(name) != truth.get(name)
    ]
    return wrong + [
        f"old {name}: {back.get(name)}, not {right.get(name)}" for name in olds if back.get(name) != right.get(name)
    ]


def share(wrong: list[str], old: DraftDeclaration, new: DraftDeclaration, what: str) -> float:
    count = len(names_of(old)) + len(names_of(new))
    print(f"{what}: {1 - len(wrong) / count:.1%} of {count} paragraphs of both sides are right", *wrong, sep="\n  ")
    return 1 - len(wrong) / count


def by_number(old: DraftDeclaration, new: DraftDeclaration) -> dict[str, str]:
    return {name: name for name in names_of(new) if name in names_of(old)}


def renumbered(old: DraftDeclaration, new: DraftDeclaration) -> dict[str, str]:
    """The number decides, except for the paragraphs whose words a reader found under another one."""
    truth, changed = by_number(old, new), dict(rows("renumbered.csv"))
    taken = set(changed.values())
    return {n: o for n, o in truth.items() if n not in changed and o not in taken} | {
        n: o for n, o in changed.items() if o
    }


def test_the_extract_is_paired_as_a_careful_person_pairs_it() -> None:
    old, new = act("auszug-2012.md"), act("auszug-2021.md")
    written = rows("auszug-pairs.csv")

    assert {n for n, _ in written if n} == names_of(new).keys()
    assert {o for _, o in written if o} == names_of(old).keys()
    wrong = mistakes({n: o for n, o in written if n and o}, old, new)
    assert share(wrong, old, new, "extract") >= 0.98


def test_the_whole_act_keeps_its_paragraphs_over_nine_years() -> None:
    old, new = act("sgb-viii-2012.md"), act("sgb-viii-2021.md")

    wrong = mistakes(renumbered(old, new), old, new)
    assert share(wrong, old, new, "whole act, renumbered paragraphs as read") >= 0.98


def test_the_number_alone_is_right_wherever_nothing_was_renumbered() -> None:
    """Whoever goes by the number calls every renumbered paragraph wrong, even one that stands there word for word."""
    old, new = act("sgb-viii-2012.md"), act("sgb-viii-2021.md")

    wrong = mistakes(by_number(old, new), old, new)
    # Three left their number and have no new one; the reasons say so.
    read = {name for row in rows("renumbered.csv") for name in row} | {"24 (5)", "36 (4)", "90 (4)"}
    rest = [line for line in wrong if line.split(": ")[0].partition(" ")[2] not in read]
    assert share(wrong, old, new, "whole act, by the number alone") >= 0.93
    assert share(rest, old, new, "whole act, by the number alone, without renumbered paragraphs") >= 0.98


def bare(act: DraftDeclaration) -> DraftDeclaration:
    """The same words without a heading or a mark before any paragraph."""
    theses = []
    for thesis in act.theses:
        units = [(replace(one.units[0], label=""), *one.units[1:]) for one in thesis.paragraphs]
        paragraphs = tuple(replace(one, units=new) for one, new in zip(thesis.paragraphs, units, strict=True))
        theses.append(replace(thesis, heading="", paragraphs=paragraphs))
    return replace(act, theses=tuple(theses))


def test_words_alone_are_enough_without_any_heading_or_mark() -> None:
    old, new = act("auszug-2012.md"), act("auszug-2021.md")
    wrong = mistakes({n: o for n, o in rows("auszug-pairs.csv") if n and o}, old, new, align(bare(old), bare(new)))
    assert share(wrong, old, new, "extract, bare") >= 0.98

    old, new = act("sgb-viii-2012.md"), act("sgb-viii-2021.md")
    wrong = mistakes(renumbered(old, new), old, new, align(bare(old), bare(new)))
    assert share(wrong, old, new, "whole act, bare") >= 0.97


def test_every_section_of_the_act_finds_the_one_with_its_number() -> None:
    old, new = act("sgb-viii-2012.md"), act("sgb-viii-2021.md")
    sections = [[re.match(r"§ \w+|", thesis.heading)[0] for thesis in one.theses] for one in (old, new)]  # type: ignore[index]

    theses = align(old, new).theses

    assert {sections[1][n]: sections[0][o] for n, o in theses.items()} == {name: name for name in sections[0]}


def test_a_text_that_nobody_changed_continues_itself() -> None:
    for name in ("auszug-2012.md", "sgb-viii-2021.md"):
        alignment = align(act(name), act(name))

        assert alignment.paragraphs == straight(act(name))
        assert alignment.theses == {index: index for index in range(len(act(name).theses))}


# Free texts


def test_a_paragraph_that_was_only_moved_keeps_its_identity() -> None:
    old = draft([HOUSING, RENTS], [BUSES, TREES, BIKES], [SCHOOLS, LIBRARY])
    new = draft([HOUSING, RENTS, TREES], [BUSES, BIKES], [LIBRARY, SCHOOLS])

    assert align(old, new) == Alignment(
        {0: 0, 1: 1, 2: 2},
        {
            (0, 0): (0, 0),
            (0, 1): (0, 1),
            (0, 2): (1, 1),
            (1, 0): (1, 0),
            (1, 1): (1, 2),
            (2, 0): (2, 1),
            (2, 1): (2, 0),
        },
    )


def test_a_paragraph_that_was_moved_and_reworded_keeps_its_identity_if_nothing_else_is_like_it() -> None:
    old = draft([HOUSING, RENTS, TREES], [BUSES, BIKES])
    new = draft([HOUSING, RENTS], [BUSES, BIKES, TREES.replace("Schatten werfen", "Schatten spenden")])

    assert align(old, new).paragraphs == {
        (0, 0): (0, 0),
        (0, 1): (0, 1),
        (1, 0): (1, 0),
        (1, 1): (1, 1),
        (1, 2): (0, 2),
    }


def test_a_paragraph_that_moved_is_not_held_back_by_one_a_little_like_it() -> None:
    left = "Die Mieten in privaten Häusern steigen nicht schneller als die Preise in den Läden nebenan."
    old = draft([HOUSING, RENTS], [BUSES, BIKES])
    new = draft([HOUSING, left], [BUSES, BIKES, RENTS.replace("darin leben", "dort leben")])

    assert align(old, new).paragraphs == {(0, 0): (0, 0), (1, 0): (1, 0), (1, 1): (1, 1), (1, 2): (0, 1)}


def test_a_new_paragraph_that_only_resembles_one_gone_from_another_thesis_does_not_continue_it() -> None:
    old = draft([HOUSING, RENTS, TREES], [BUSES, BIKES])
    for line, pairs in (
        ("An jeder Straße stehen Bänke, die Schatten haben und zum Bleiben einladen.", {}),
        ("An jeder Straße stehen Bäume, die Schatten werfen und Wasser aufnehmen, und Bänke.", {(1, 2): (0, 2)}),
    ):
        stayed = {(0, 0): (0, 0), (0, 1): (0, 1), (1, 0): (1, 0), (1, 1): (1, 1)}
        assert align(old, draft([HOUSING, RENTS], [BUSES, BIKES, line])).paragraphs == stayed | pairs


def test_a_reworded_paragraph_stays_between_its_neighbours() -> None:
    reworded = "Die Mieten der Stadt folgen den Löhnen, nicht dem Markt; wer darin wohnt, soll bleiben können."
    old = draft([HOUSING, RENTS, TREES])

    assert align(old, draft([HOUSING, reworded, TREES])).paragraphs == straight(old)


def test_a_paragraph_put_in_between_is_new_and_renumbers_nobody() -> None:
    old = draft([f"(1) {HOUSING}", f"(2) {RENTS}", f"(3) {TREES}"], [BUSES])
    new = draft([f"(1) {HOUSING}", f"(2) {CLINIC}", f"(3) {RENTS}", f"(4) {TREES}"], [BUSES])

    assert align(old, new).paragraphs == {(0, 0): (0, 0), (0, 2): (0, 1), (0, 3): (0, 2), (1, 0): (1, 0)}


def test_a_paragraph_taken_out_is_gone_and_nobody_takes_its_place() -> None:
    old = draft([HOUSING, RENTS, TREES], [BUSES, BIKES])

    assert align(old, draft([HOUSING, TREES], [BIKES])).paragraphs == {
        (0, 0): (0, 0),
        (0, 1): (0, 2),
        (1, 0): (1, 1),
    }


def test_the_printed_mark_decides_where_the_words_are_new() -> None:
    old = draft([f"(1) {HOUSING}", f"(2) {RENTS}", f"(2a) {TREES}", f"(3) {BUSES}"])
    new = draft([f"(1) {HOUSING}", f"(2a) {SCHOOLS}", f"(2b) {CLINIC}", f"(3) {BUSES}"])

    assert align(old, new).paragraphs == {(0, 0): (0, 0), (0, 1): (0, 2), (0, 3): (0, 3)}


def test_words_weigh_more_than_the_printed_mark() -> None:
    old = draft([f"(1) {HOUSING}", f"(2) {RENTS}"], [f"(1) {BUSES}", f"(2) {BIKES}"])
    new = draft([f"(1) {RENTS}", f"(2) {HOUSING}"], [f"(1) {BIKES}", f"(2) {BUSES}"])

    assert align(old, new).paragraphs == {(0, 0): (0, 1), (0, 1): (0, 0), (1, 0): (1, 1), (1, 1): (1, 0)}


def test_of_a_paragraph_cut_in_two_halves_the_one_with_its_mark_continues_it() -> None:
    first, second = "Radwege führen bis zum Bahnhof und werden geräumt.", "Busse fahren am Abend bis in alle Dörfer."
    old = draft([f"(1) {HOUSING}", f"(2) {first} {second}"])
    for marks, heir in ((("(2)", "(3)"), 1), (("(1a)", "(2)"), 2)):
        new = draft([f"(1) {HOUSING}", f"{marks[0]} {first}", f"{marks[1]} {second}"])

        assert align(old, new).paragraphs == {(0, 0): (0, 0), (0, heir): (0, 1)}


def test_of_a_paragraph_cut_in_two_the_longer_part_continues_it() -> None:
    old = draft([HOUSING, f"{RENTS} {TREES} Das gilt ab sofort.", BUSES])
    new = draft([HOUSING, "Das gilt ab sofort.", f"{RENTS} {TREES}", BUSES])

    assert align(old, new).paragraphs == {(0, 0): (0, 0), (0, 2): (0, 1), (0, 3): (0, 2)}


def test_a_thesis_keeps_its_identity_when_it_is_renamed_and_moved() -> None:
    old = draft([HOUSING, RENTS], [BUSES, BIKES], [SCHOOLS], headings=["Wohnen", "Verkehr", "Bildung"])
    new = draft([SCHOOLS], [CLINIC], [BUSES, BIKES], [HOUSING, RENTS], headings=["Lernen", "Pflege", "Wege", "Wohnen"])

    alignment = align(old, new)

    assert alignment.theses == {0: 2, 2: 1, 3: 0}
    assert alignment.paragraphs == {(0, 0): (2, 0), (2, 0): (1, 0), (2, 1): (1, 1), (3, 0): (0, 0), (3, 1): (0, 1)}


def test_a_thesis_that_was_only_moved_is_no_rewording_of_the_look_alike_that_stood_there() -> None:
    line = "Im Stadtteil {} bekommt jede Familie mit Kindern drei Gutscheine für Schwimmbad und Theater."
    old = draft(*[[line.format(name)] for name in ("Nord", "Süd", "Ost")])
    new = draft(*[[line.format(name)] for name in ("Süd", "Ost", "Nord")])

    assert align(old, new) == Alignment({0: 1, 1: 2, 2: 0}, {(0, 0): (1, 0), (1, 0): (2, 0), (2, 0): (0, 0)})


def test_a_thesis_is_known_by_its_heading_when_all_its_words_are_new() -> None:
    old = draft([HOUSING], [BUSES], [TREES], headings=["Wohnen in der Stadt", "Verkehr", "Grün"])
    new = draft([CLINIC], [HOUSING], [TREES], headings=["Verkehr", "Wohnen in der Stadt", "Grün"])

    alignment = align(old, new)

    assert alignment.theses == {0: 1, 1: 0, 2: 2}
    assert alignment.paragraphs == {(1, 0): (0, 0), (2, 0): (2, 0)}


def test_a_section_of_a_law_is_known_by_its_number_when_all_else_is_new() -> None:
    old = draft([HOUSING], [BUSES], headings=["§ 8 Wohnen", "§ 8a Verkehr"])
    new = draft([HOUSING], [TREES], [CLINIC], headings=["§ 8 Wohnen", "§ 8aa Grün", "§ 8a Gesundheit"])

    assert align(old, new).theses == {0: 0, 2: 1}


def test_two_look_alikes_never_swap_when_both_are_reworded() -> None:
    line = "Im Stadtteil {} bekommt jede Familie mit Kindern {} Gutscheine für Schwimmbad und Theater."
    old = draft([line.format("Nord", "zwei"), line.format("Süd", "drei"), TREES])
    new = draft([line.format("Süden", "drei"), line.format("Norden", "zwei"), TREES])

    assert align(old, new).paragraphs == straight(old)


def test_two_look_alikes_in_different_theses_stay_at_home_even_if_each_takes_the_words_of_the_other() -> None:
    line = "Wer Widerspruch einlegen will, hat dafür {} Wochen Zeit, gerechnet vom Tag der Zustellung an."
    old = draft([HOUSING, line.format("zwei"), RENTS], [BUSES, line.format("vier"), BIKES])
    new = draft([HOUSING, line.format("vier"), RENTS], [BUSES, line.format("zwei"), BIKES])

    assert align(old, new).paragraphs == straight(old)


def test_a_series_of_look_alikes_that_loses_its_first_keeps_the_others() -> None:
    months = ["Januar", "März", "Mai", "Juli", "September", "November"]
    old = draft([f"Der Rat tagt im {month} öffentlich." for month in months])
    new = draft([f"Der Rat tagt im {month} öffentlich." for month in [*months[1:], "Dezember"]])

    assert align(old, new).paragraphs == {(0, place): (0, place + 1) for place in range(5)}


def test_repeated_paragraphs_keep_their_order_when_one_is_added_or_taken_out() -> None:
    line = "Das Nähere regelt eine Satzung."
    long = draft([HOUSING, line, RENTS, line, TREES, line], [line, BUSES])
    short = draft([HOUSING, line, RENTS, TREES, line], [line, BUSES])
    pairs = {
        (0, 0): (0, 0),
        (0, 1): (0, 1),
        (0, 2): (0, 2),
        (0, 3): (0, 4),
        (0, 4): (0, 5),
        (1, 0): (1, 0),
        (1, 1): (1, 1),
    }

    assert align(long, short).paragraphs == pairs
    assert align(short, long).paragraphs == {o: n for n, o in pairs.items()}


def test_an_empty_place_of_one_thesis_does_not_wander_to_another() -> None:
    old = draft([HOUSING, "(entfallen)", RENTS], [BUSES, TREES])
    new = draft([HOUSING, RENTS], [BUSES, "(entfallen)", TREES])

    assert align(old, new).paragraphs == {(0, 0): (0, 0), (0, 1): (0, 2), (1, 0): (1, 0), (1, 2): (1, 1)}


def test_preamble_and_closing_part_pair_with_each_other_only() -> None:
    old = draft([HOUSING, RENTS], [BUSES], [TREES], numbers=["0", "1", "end"], headings=["Vorab", "Verkehr", "Am Ende"])
    new = draft([CLINIC], [TREES], [BUSES], [LIBRARY, RENTS], numbers=["0", "1", "2", "end"], headings=["", "", "", ""])

    alignment = align(old, new)

    assert alignment.theses == {0: 0, 2: 1, 3: 2}
    assert alignment.paragraphs == {(1, 0): (2, 0), (2, 0): (1, 0), (3, 1): (0, 1)}


def test_a_preamble_that_is_new_or_gone_has_no_partner() -> None:
    without, with_one = draft([HOUSING], [BUSES]), draft([CLINIC], [HOUSING], [BUSES], numbers=["0", "1", "2"])

    assert align(without, with_one).theses == {1: 0, 2: 1}
    assert align(with_one, without).theses == {0: 1, 1: 2}


def test_empty_texts_pair_without_trouble() -> None:
    nothing, hollow = draft(), draft([], [""], headings=["Wohnen", ""])
    unwritten = replace(hollow, theses=(replace(hollow.theses[1], paragraphs=(DraftParagraph("1", ()),)),))

    assert align(nothing, nothing) == align(nothing, hollow) == align(hollow, nothing) == Alignment({}, {})
    assert align(unwritten, hollow).paragraphs == {(1, 0): (0, 0)}
    assert align(hollow, draft([HOUSING], ["", "* * *"], headings=["Wohnen", ""])).paragraphs == {(1, 0): (1, 0)}


# Many


def test_two_thousand_paragraphs_find_each_other_in_another_order() -> None:
    lines = [f"Wort{i} und Sache{i * 7} gehören zu Anliegen{i % 13} der Gruppe{i % 101}." for i in range(2_000)]
    old = draft(*[lines[start : start + 20] for start in range(0, 2_000, 20)])
    new = draft(*[lines[start : start + 20] for start in range(1_980, -1, -20)])

    alignment = align(old, new)

    assert alignment.theses == {thesis: 99 - thesis for thesis in range(100)}
    assert alignment.paragraphs == {(thesis, place): (99 - thesis, place) for thesis, place in places_of(old)}


def test_two_thousand_times_the_same_paragraph_stays_in_order() -> None:
    line = "Das sagen wir immer wieder."
    for many, fewer in (
        (draft([line] * 2_000), draft([line] * 1_990)),
        (draft(*[[line]] * 2_000), draft(*[[line]] * 1_990)),
        (draft(*[[line] * 20] * 100), draft(*[[line] * 20] * 99)),
    ):
        for old, new in ((many, fewer), (fewer, many)):
            pairs = list(align(old, new).paragraphs.items())
            assert len(pairs) == sum(1 for _ in places_of(fewer))
            assert sorted(pairs) == sorted(pairs, key=lambda pair: pair[1])


def test_two_thousand_look_alikes_that_are_all_reworded_do_not_swap() -> None:
    old = draft([f"Punkt {number}: Alle stimmen darüber offen ab." for number in range(2_000)])
    new = draft([f"Punkt {number}: Alle stimmen darüber geheim ab." for number in range(2_000)])

    assert align(old, new).paragraphs == straight(old)


words = st.sampled_from(["Rat", "Stadt", "baut", "Haus", "(1)", "nie", "immer", "und"])
texts = st.lists(words, min_size=1, max_size=6).map(" ".join)
drafts = st.lists(st.lists(texts, min_size=1, max_size=4), max_size=4).map(lambda theses: draft(*theses))


@settings(max_examples=200, deadline=None)
@given(drafts, drafts)
def test_whatever_comes_in_nobody_gets_two_partners(old: DraftDeclaration, new: DraftDeclaration) -> None:
    alignment = align(old, new)

    assert len(set(alignment.theses.values())) == len(alignment.theses)
    assert len(set(alignment.paragraphs.values())) == len(alignment.paragraphs)
    assert alignment.paragraphs.keys() <= set(places_of(new))
    assert set(alignment.paragraphs.values()) <= set(places_of(old))


@settings(max_examples=200, deadline=None)
@given(drafts)
def test_whatever_comes_in_twice_pairs_with_itself(text: DraftDeclaration) -> None:
    assert align(text, text).paragraphs == straight(text)
