"""The redline: from either file one can read both editions to the letter, and who stands behind a change."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from deliberation.declarations.changes import Changes, ChangeState, Credit, Elsewhere, ParagraphChange, ThesisChange
from deliberation.declarations.line_changes import LineChange, exact_diff, line_changes, paragraph_lines
from deliberation.declarations.lines import Line
from deliberation.results.redline import docx as word_file
from deliberation.results.redline import html as page

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WHEN = datetime(2026, 6, 2, 22, 30, tzinfo=UTC)
SITE = "https://beratung.example"
OLD, NEW = "old", "new"


def line(text: str, label: str = "", level: int = 0) -> Line:
    return Line(label, level, text)


def paragraph(
    state: ChangeState, old: str, new: str, was: str = "", now: str = "", at: int = -1, **more: Any
) -> ParagraphChange:
    """`old` and `new` are numbers, `was` and `now` the words, empty where there are none."""
    return ParagraphChange(
        state, old, new, (line(was),) if was else (), (line(now),) if now else (), old_position=at, **more
    )


def changed(*theses: ThesisChange, **more: Any) -> Changes:
    fields: dict[str, Any] = {
        "title": "Erklärung",
        "language": "de",
        "old_edition": 1,
        "new_edition": 2,
        "note": "",
    } | more
    return Changes(**fields, theses=theses)


def example(**more: Any) -> Changes:
    """One of everything: 1.1 reworded with two annotations behind it, 1.2 gone, 2.1 moved up, 2.2 counted anew."""
    s = ChangeState
    credits = ((1, (Credit(12, "Weide 27"), Credit(15, ""))),)
    first = (
        paragraph(s.REWORDED, "1.1", "1.1", "Alle zahlen.", "Alle zahlen gern.", at=0, reason="Gern!", credits=credits),
        paragraph(s.GONE, "1.2", "", "Niemand zahlt.", at=1, credited=(Credit(31, "Linde 3"),)),
        paragraph(s.MOVED, "2.1", "1.2", "Wir lesen.", "Wir lesen.", at=2, old_thesis="2"),
    )
    second = (
        paragraph(s.SAME, "2.2", "2.1", "Wir schreiben.", "Wir schreiben.", at=3),
        paragraph(s.NEW, "", "2.2", now="Wir rechnen."),
    )
    return changed(
        ThesisChange("1", "1", "Geld", "Gutes Geld", first), ThesisChange("2", "2", "Tun", "Tun", second), **more
    )


# ---- reading the files -------------------------------------------------------------------------------------------


def part(file: bytes, name: str) -> Any:
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(file)).read(name))


def read_word(file: bytes, side: str) -> list[tuple[str, str]]:
    """Style and words of every paragraph after all changes were accepted (NEW) or refused (OLD), as Word does it: a
    paragraph whose mark goes joins the next one, which keeps its own looks."""
    gone, kept = (W + "del", W + "ins") if side == NEW else (W + "ins", W + "del")
    found, carried = [], ""
    for element in part(file, "word/document.xml").iter(W + "p"):
        carried += "".join(_words(element, gone))
        if element.find(f"{W}pPr/{W}rPr/{gone}") is not None:
            continue
        was = element.find(f"{W}pPr/{W}pPrChange/{W}pPr")
        looks = was if side == OLD and was is not None else element.find(W + "pPr")
        found.append((looks.find(W + "pStyle").get(W + "val"), carried))
        carried = ""
    assert not carried, "the last paragraph cannot join another one"
    assert {child.getparent().tag for child in part(file, "word/document.xml").iter(W + "delText")} <= {W + "r"}, kept
    return found


def _words(element: Any, gone: str) -> Iterator[str]:
    for child in element:
        if child.tag in (W + "t", W + "delText"):
            yield child.text
        elif child.tag == W + "tab":
            yield "\t"
        elif child.tag not in (gone, W + "pPr"):
            yield from _words(child, gone)


def read_page(file: bytes, side: str) -> tuple[list[str], list[list[str]]]:
    """Headings, and the lines of each paragraph, without what was deleted (NEW) or inserted (OLD)."""
    tree = html.fromstring(file.decode())
    for element in tree.xpath(f"//*[@class='vh'] | //{'del' if side == NEW else 'ins'}"):
        element.drop_tree()
    headings = [squeezed(element.text_content()) for element in tree.xpath("//section/h2/*[@lang]")]
    texts = [[squeezed(p.text_content()) for p in text.xpath("p[not(@lang)]")] for text in tree.find_class("par__text")]
    return [text for text in headings if text], [[text for text in lines if text] for lines in texts]


def squeezed(text: str) -> str:
    return " ".join(text.split())


# ---- what should stand in them -----------------------------------------------------------------------------------


def title(thesis: ThesisChange, side: str) -> str:
    return f"{getattr(thesis, side + '_number')}. {getattr(thesis, side + '_heading')}"


def text_of(changes: Changes, side: str) -> list[tuple[str, str]]:
    """The edition as paragraphs of a Word file, worked out from the data alone."""
    found = [("Title", changes.title), ("Subtitle", f"Fassung {getattr(changes, side + '_edition')}")]
    theses = [thesis for thesis in changes.theses if getattr(thesis, side + "_number")]
    if side == OLD:
        theses.sort(key=lambda thesis: thesis.old_position)
    for thesis in theses:
        held = list(thesis.paragraphs)
        if side == OLD:
            pairs = [(each.old_thesis or home.old_number, each) for home in changes.theses for each in home.paragraphs]
            held = [each for number, each in pairs if number == thesis.old_number and each.old]
            held.sort(key=lambda each: each.old_position)
        found.append(("Heading1", title(thesis, side)))
        found += [row for each in held for row in rows_of(each, side)]
    return found


def rows_of(each: ParagraphChange, side: str) -> Iterator[tuple[str, str]]:
    for index, unit in enumerate(getattr(each, side)):
        number = "" if index else getattr(each, side + "_number") + "\t"
        if unit.level:
            style = ("List" if unit.label else "ListContinue") + (str(unit.level) if unit.level > 1 else "")
            label = unit.label and unit.label + "\t"
        else:
            style, label = ("BodyTextIndent" if index else "BodyText"), unit.label and unit.label + " "
        yield style, number + label + unit.text


WORDS = st.sampled_from(
    ["der", "Wald", "die", "Stadt", "&", "<b>", "§ 8a", "„so“", "z. B.", "\xa0", "\u2009", "]]>", "ß"]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
LINES = st.builds(Line, st.sampled_from(["", "", "a)", "1.", "–", "(2)"]), st.integers(0, 6), TEXTS)
PARAGRAPHS = st.lists(LINES, min_size=1, max_size=4).map(tuple)
STATES = st.sampled_from([*ChangeState, ChangeState.REWORDED])


@st.composite
def any_changes(draw: Any) -> Changes:
    """Any two texts, wilder than a declaration ever gets: everything may change its place."""
    theses = draw(st.lists(st.sampled_from(["both", "both", "gone", "new"]), min_size=1, max_size=4))
    order = draw(st.permutations(range(len(theses))))
    olds = [str(i) for i, kind in enumerate(theses, start=1) if kind != "new"]
    counted = iter(range(1000))
    places = draw(st.permutations(range(40)))
    made = []
    for i, kind in enumerate(theses, start=1):
        old, new = ("" if kind == "new" else str(i)), ("" if kind == "gone" else f"{draw(st.integers(1, 2))}{i}")
        held = draw(st.lists(any_paragraph(kind, olds), max_size=4))
        numbered = [(each, next(counted)) for each in held]
        paragraphs = [
            ParagraphChange(
                state,
                f"{i}.{k}" if was else "",
                f"{new}.{k + draw(st.integers(0, 1))}" if now else "",
                was,
                now,
                is_reordered=is_reordered,
                old_position=places[k] if was else -1,
                old_thesis=stood,
            )
            for (state, was, now, is_reordered, stood), k in numbered
        ]
        was, now = (draw(TEXTS) if number else "" for number in (old, new))
        made.append(ThesisChange(old, new, was, now, tuple(paragraphs), order[i - 1] if old else -1))
    return changed(*made)


@st.composite
def any_paragraph(draw: Any, kind: str, olds: list[str]) -> tuple[Any, ...]:
    """State, both texts, whether it is reordered, and the thesis it comes from."""
    state = {"gone": ChangeState.GONE, "new": ChangeState.NEW, "both": draw(STATES)}[kind]
    if kind == "new" and olds and draw(st.booleans()):
        state = ChangeState.MOVED
    was = () if state is ChangeState.NEW else draw(PARAGRAPHS)
    now = () if state is ChangeState.GONE else draw(PARAGRAPHS) if state is ChangeState.REWORDED or not was else was
    is_reordered = state is ChangeState.REWORDED and draw(st.booleans())
    stood = draw(st.sampled_from(olds)) if state is ChangeState.MOVED or is_reordered else ""
    return state, was, now, is_reordered, stood


# ---- lines -------------------------------------------------------------------------------------------------------

BLANKS = st.text(alphabet="ab .\t\n\xa0", max_size=14)


@given(BLANKS, BLANKS)
def test_a_difference_holds_both_texts_to_the_last_blank(old: str, new: str) -> None:
    parts = exact_diff(old, new)
    assert "".join(part.text for part in parts if part.kind != "deleted") == new
    assert "".join(part.text for part in parts if part.kind != "inserted") == old


@given(st.lists(LINES, max_size=6), st.lists(LINES, max_size=6))
def test_every_line_of_both_sides_stands_in_the_pairs_once_and_in_order(old: list[Line], new: list[Line]) -> None:
    pairs = line_changes(old, new)
    assert [pair.old for pair in pairs if pair.old] == old
    assert [pair.new for pair in pairs if pair.new] == new
    for pair in pairs:
        for side, left_out in ((pair.old, "inserted"), (pair.new, "deleted")):
            said = "".join(part.text for part in pair.parts if part.kind != left_out)
            assert squeezed(said) == squeezed(side.words if side else "")


@given(st.lists(LINES, max_size=5))
def test_lines_that_nobody_touched_find_each_other(lines: list[Line]) -> None:
    assert line_changes(lines, lines) == tuple(LineChange(each, each) for each in lines)


def test_an_inserted_item_does_not_make_the_items_below_it_new() -> None:
    old = [line("Wir wollen:"), line("mehr Zeit für Hausbesuche", "1.", 1), line("weniger Formulare", "2.", 1)]
    new = [old[0], line("bessere Technik", "1.", 1), line("viel mehr Zeit für Hausbesuche", "2.", 1)]
    kinds = [(change.kind, change.new.label if change.new else "") for change in line_changes(old, new)]
    assert kinds == [("kept", ""), ("inserted", "1."), ("kept", "2."), ("deleted", "")]


def test_lines_about_different_things_are_not_woven_into_one_another() -> None:
    old, new = line("Die Akte dient der Arbeit und dem Kind."), line("Wer nachts fährt, fährt zu zweit.")
    assert line_changes([old], [new]) == (LineChange(old, None), LineChange(None, new))


def test_a_line_with_the_same_words_is_found_before_one_that_only_looks_alike() -> None:
    same = line("Das Amt zahlt die Fahrt.")
    assert line_changes([same], [line("Das Amt zahlt die Miete."), same])[1] == LineChange(same, same)


def test_the_lines_of_a_new_paragraph_are_inserted_and_of_a_gone_one_deleted() -> None:
    new, gone = paragraph(ChangeState.NEW, "", "1.1", now="Neu."), paragraph(ChangeState.GONE, "1.1", "", "Weg.", at=0)
    assert [change.kind for each in (new, gone) for change in paragraph_lines(each)] == ["inserted", "deleted"]


# ---- the Word file -----------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(any_changes())
def test_accepting_all_gives_the_new_text_and_refusing_all_the_old_one(changes: Changes) -> None:
    file = word_file.write(changes, WHEN, "Redaktion")
    for side in (OLD, NEW):
        found, wanted = read_word(file, side), text_of(changes, side)
        # An empty paragraph may have to stay at the end, for the last one to join.
        assert found[: len(wanted)] == wanted
        assert found[len(wanted) :] in ([], [("BodyTextIndent", "")])


def test_what_moved_can_be_put_back() -> None:
    file = word_file.write(example(), WHEN, "Redaktion")
    assert [text for style, text in read_word(file, NEW) if style == "BodyText"] == [
        "1.1\tAlle zahlen gern.",
        "1.2\tWir lesen.",
        "2.1\tWir schreiben.",
        "2.2\tWir rechnen.",
    ]
    assert [text for style, text in read_word(file, OLD) if style == "BodyText"] == [
        "1.1\tAlle zahlen.",
        "1.2\tNiemand zahlt.",
        "2.1\tWir lesen.",
        "2.2\tWir schreiben.",
    ]


def test_changes_that_do_not_say_where_a_paragraph_stood_are_refused() -> None:
    lost = paragraph(ChangeState.SAME, "1.1", "1.1", "Wo?", "Wo?")
    with pytest.raises(ValueError, match=r"1\.1"):
        word_file.write(changed(ThesisChange("1", "1", "", "", (lost,))), WHEN, "Redaktion")


def test_word_processors_open_the_file_and_find_its_styles_and_comments() -> None:
    document = docx.Document(io.BytesIO(word_file.write(example(note="Nach der Beratung"), WHEN, "Redaktion")))
    assert [each.style and each.style.name for each in document.paragraphs[:2]] == ["Title", "Subtitle"]
    assert {"Heading 1", "Heading 2", "Body Text", "List 2"} <= {style.name for style in document.styles}
    comments = [comment.text for comment in document.comments]
    assert comments[0].splitlines()[:2] == ["Änderungen von Fassung 1 zu Fassung 2", "Nach der Beratung"]
    assert comments[1:] == [
        "Gern!\nHinter Satz 1 stehen: A-12 (Weide 27), A-15 (Gelöschte Person)",
        "Dahinter stehen: A-31 (Linde 3)",
        "Verschoben, vorher 2.1.",
        "Verschoben, jetzt 1.2.",
    ]
    assert {comment.initials for comment in document.comments} == {"R"}


def test_every_comment_is_fixed_to_one_place() -> None:
    file = word_file.write(example(), WHEN, "Redaktion")
    text = part(file, "word/document.xml")
    numbers = [comment.get(W + "id") for comment in part(file, "word/comments.xml")]
    for tag in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        assert sorted(each.get(W + "id") for each in text.iter(W + tag)) == numbers


def test_the_word_file_names_nobody_but_the_office_and_no_time_of_day() -> None:
    file = word_file.write(example(), WHEN, "Redaktion Musterstadt")
    facts = {etree.QName(each).localname: each.text for each in part(file, "docProps/core.xml")}
    # Half past ten in the evening in Greenwich is the next day in Berlin.
    assert facts == {
        "title": "Erklärung",
        "subject": "Änderungen von Fassung 1 zu Fassung 2",
        "creator": "deliberation",
        "lastModifiedBy": "deliberation",
        "language": "de-DE",
        "created": "2026-06-03T00:00:00Z",
        "modified": "2026-06-03T00:00:00Z",
    }
    marks = [*part(file, "word/document.xml").iter(), *part(file, "word/comments.xml").iter()]
    assert {each.get(W + "author") for each in marks} == {None, "Redaktion Musterstadt"}
    assert {each.get(W + "date") for each in marks} == {None, "2026-06-03T00:00:00Z"}
    assert {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(file)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_changes_give_the_same_file() -> None:
    assert word_file.write(example(), WHEN, "Redaktion") == word_file.write(example(), WHEN, "Redaktion")
    assert page.write(example(), SITE) == page.write(example(), SITE)


def test_no_mark_is_numbered_twice() -> None:
    text = part(word_file.write(example(), WHEN, "Redaktion"), "word/document.xml")
    marks = [each.get(W + "id") for tag in ("ins", "del", "pPrChange") for each in text.iter(W + tag)]
    assert len(marks) == len(set(marks))


def test_a_word_file_in_english_says_so() -> None:
    file = word_file.write(example(language="en"), WHEN, "Office")
    assert part(file, "word/styles.xml").find(f".//{W}lang").get(W + "val") == "en-GB"


# ---- the page ----------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(any_changes())
def test_a_reader_of_the_page_can_skip_the_old_or_the_new_words(changes: Changes) -> None:
    file = page.write(changes)
    for side in (OLD, NEW):
        headings, texts = read_page(file, side)
        wanted = [squeezed(title(thesis, side)) for thesis in changes.theses if getattr(thesis, side + "_number")]
        assert headings == wanted
        assert texts == [
            [text for unit in getattr(each, side) if (text := squeezed(unit.words))] for each in changes.paragraphs
        ]


def test_the_page_tells_in_words_what_happened_to_each_paragraph() -> None:
    tree = html.fromstring(page.write(example(), SITE).decode())
    heads = [squeezed(element.text_content()) for element in tree.find_class("par__head")]
    assert heads == [
        "1.1 neu gefasst",
        "1.2 gestrichen",
        "1.2 verschoben, vorher 2.1",
        "vorher 2.2 → jetzt 2.1",
        "2.2 neu",
    ]
    assert squeezed(tree.xpath("string(//ins[contains(., 'gern')])")) == "eingefügt: gern."
    text = squeezed(tree.xpath("string(//div[@class='par__text'])"))
    assert text == "Alle zahlengestrichen: . eingefügt: gern."


def test_both_files_say_where_words_of_a_divided_paragraph_stand() -> None:
    old = paragraph(
        ChangeState.REWORDED, "1.1", "1.1", "Wir lesen. Wir rechnen. Wir malen.", "Wir lesen.", at=0,
        went_to=(Elsewhere("1", "1.1a", (2, 3)),),
    )  # fmt: skip
    new = paragraph(ChangeState.NEW, "", "1.1a", now="Wir rechnen. Wir malen.", came_from=Elsewhere("1", "1.1", (2, 3)))
    found = changed(ThesisChange("1", "1", "A", "A", (old, new)))
    heads = html.fromstring(page.write(found).decode()).find_class("par__head")
    assert [squeezed(element.text_content()) for element in heads] == [
        "1.1 neu gefasst. Satz 2 bis 3 stehen jetzt in 1.1a.",
        "1.1a abgeteilt aus 1.1",
    ]
    comments = docx.Document(io.BytesIO(word_file.write(found, WHEN, "Redaktion"))).comments
    assert [comment.text for comment in comments][1:] == [
        "Satz 2 bis 3 stehen jetzt in 1.1a.",
        "Abgeteilt aus 1.1.",
    ]


def test_what_kept_its_number_while_moving_does_not_name_it_twice() -> None:
    first = paragraph(ChangeState.MOVED, "1.2", "1.2", "Zwei.", "Zwei.", at=1, is_reordered=True)
    second = paragraph(ChangeState.SAME, "1.1", "1.1", "Eins.", "Eins.", at=0)
    found = changed(ThesisChange("1", "1", "A", "A", (first, second)))
    text = page.write(found).decode()
    assert "an eine andere Stelle der These verschoben" in text
    assert "vorher 1.2" not in text
    comments = docx.Document(io.BytesIO(word_file.write(found, WHEN, "Redaktion"))).comments
    assert [comment.text for comment in comments][1:] == ["An eine andere Stelle der These verschoben."] * 2


def test_a_stop_behind_a_word_is_marked_alone() -> None:
    assert [(part.kind, part.text) for part in exact_diff("Sie achtet auf Rot, Gelb.", "Sie achtet auf Rot. Gelb!")] == [
        ("kept", "Sie achtet auf Rot"), ("deleted", ","), ("inserted", "."), ("kept", " Gelb"),
        ("deleted", "."), ("inserted", "!"),
    ]  # fmt: skip


def test_the_list_of_changes_leads_to_each_of_them() -> None:
    tree = html.fromstring(page.write(example(), SITE).decode())
    links = tree.xpath("//nav//a/@href")
    assert len(links) == 5
    assert all(tree.get_element_by_id(link[1:]) is not None for link in links)
    assert squeezed(tree.xpath("string(//nav//li)")) == "These 1 Überschrift neu gefasst"


def test_a_paragraph_that_lost_its_place_in_the_preamble_says_where_that_was() -> None:
    moved = paragraph(ChangeState.MOVED, "1", "1.1", "Wir.", "Wir.", at=0, old_thesis="0")
    theses = (ThesisChange("0", "0", "", "", ()), ThesisChange("1", "1", "A", "A", (moved,)))
    assert "verschoben, vorher Vorbemerkung, Absatz 1" in page.write(changed(*theses)).decode()


def test_reasons_and_the_people_behind_a_change_stand_beside_it() -> None:
    tree = html.fromstring(page.write(example(), SITE + "/").decode())
    margin = tree.find_class("par__margin")[0]
    assert squeezed(" ".join(margin.itertext())).startswith("Begründung Gern! Hinter Satz 1 stehen: A-12 (Weide 27)")
    assert margin.xpath(".//a/@href") == [f"{SITE}/a/12", f"{SITE}/a/15"]
    assert not html.fromstring(page.write(example()).decode()).xpath("//a[contains(@href, '/a/')]")


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    text = page.write(example(), SITE).decode()
    assert not re.search(r"<script|<link|<img|@import|url\((?!.#)|src=|\sstyle=|javascript:", text)
    assert {link for link in re.findall(r'href="([^"#]+)', text) if not link.startswith(SITE)} == set()
    assert html.fromstring(text).get("lang") == "de"


def test_a_text_in_another_language_is_marked_as_such() -> None:
    tree = html.fromstring(page.write(example(language="fr"), SITE).decode())
    assert tree.get("lang") == "de"
    assert {element.get("lang") for element in tree.xpath("//h1 | //h2/*[@lang] | //*[@class='par__text']")} == {"fr"}


def test_a_draft_is_called_a_draft() -> None:
    text = page.write(example(new_edition=0)).decode()
    assert "Änderungen von Fassung 1 zum Entwurf der nächsten Fassung" in text


# ---- both --------------------------------------------------------------------------------------------------------

NASTY = "<b>&amp;\"'</w:t>]]>\x00\x0b\x1b\ud800\ufffe\uffff\x85\u2028{{ 7*7 }}"
HARMLESS = "<b>&amp;\"'</w:t>]]>\x85\u2028{{ 7*7 }}"


def nasty() -> Changes:
    each = paragraph(
        ChangeState.REWORDED, "1.1", "1.1", f"Alt {NASTY}", f"Neu {NASTY}", at=0, reason=NASTY,
        credits=((1, (Credit(1, NASTY),)),),
    )  # fmt: skip
    return changed(ThesisChange("1", "1", "A", NASTY, (each,)), title=NASTY, note=NASTY)


def test_special_characters_survive_in_word_and_control_characters_do_not() -> None:
    file = word_file.write(nasty(), WHEN, f"Amt {NASTY}")
    texts = [text for _style, text in read_word(file, NEW)]
    assert texts == [HARMLESS, "Fassung 2", f"1. {HARMLESS}", f"1.1\tNeu {HARMLESS}"]
    assert read_word(file, OLD)[-1] == ("BodyText", f"1.1\tAlt {HARMLESS}")
    assert docx.Document(io.BytesIO(file)).core_properties.title == HARMLESS


def test_special_characters_survive_on_the_page_and_control_characters_do_not() -> None:
    text = page.write(nasty(), SITE).decode()
    assert not re.search(r"[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]", text)
    tree = html.fromstring(text)
    assert squeezed(tree.xpath("string(//h1)")) == squeezed(HARMLESS)
    assert not tree.xpath("//main//b")
