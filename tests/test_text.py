"""What is safe to show, and how texts differ."""

import re

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.text import SOURCE_MAX, TAGS, excerpt, normalised, to_plain_text, to_safe_html, word_diff

SOUP = st.text(alphabet=st.sampled_from(list("*_`[]()<>!#&;:/\\\"'\n -+=.1aä~|{}")), max_size=200)

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](java\u200bscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<a href='vbscript:x'>x</a>",
    "![x](https://example.org/pixel.png)",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<style>*{background:url(https://example.org)}</style>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=https://example.org><button formaction=javascript:alert(1)>x",
    "`<script>`",
    "[x]: javascript:alert(1)\n[x]",
    '<https://example.org/"onmouseover=alert(1)>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


NAMES = "|".join(sorted(TAGS))


def test_the_subset_survives():
    html = to_safe_html("**fett** und *kursiv*\n\n- eins\n- zwei\n\n> Zitat\n\n[Gesetz](https://example.org/p)")
    assert "<strong>fett</strong>" in html
    assert "<em>kursiv</em>" in html
    assert "<li>eins</li>" in html
    assert "<blockquote>" in html
    assert 'href="https://example.org/p"' in html
    assert 'rel="nofollow ugc noopener noreferrer"' in html


def test_headings_and_pictures_are_not_part_of_it():
    html = to_safe_html("# Groß\n\n![Bild](https://example.org/a.png)")
    assert "<h1" not in html
    assert "<img" not in html


@pytest.mark.parametrize("source", ATTACKS)
def test_attacks_come_out_as_words(source):
    html = to_safe_html(source)
    assert not re.search(rf"<(?!/?(?:{NAMES})\b)", html)
    assert not re.search(r"<[^>]*\son\w+\s*=", html)
    assert not re.search(r'(?:href|src)="(?!https?:|mailto:)', html)


@given(SOUP)
def test_nothing_but_the_subset_ever_comes_out(source):
    html = to_safe_html(source)
    assert set(re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", html)) <= TAGS
    assert nh3.clean(html, tags=set(TAGS), link_rel="nofollow ugc noopener noreferrer") == html


@given(st.text(max_size=300))
def test_any_text_can_be_rendered(source):
    to_safe_html(normalised(source))


def test_text_over_the_limit_never_reaches_the_sanitiser():
    with pytest.raises(ValueError, match="longer"):
        to_safe_html("x" * (SOURCE_MAX + 1))


@given(st.text(max_size=200))
def test_normalising_twice_changes_nothing(source):
    assert normalised(normalised(source)) == normalised(source)


def test_direction_and_control_characters_are_taken_away():
    assert normalised("a\u202eb\u2066c\x00d\ufeff") == "abcd"


@given(st.text(alphabet="ab *_\n", max_size=200), st.integers(10, 100))
def test_excerpt_keeps_the_limit(source, limit):
    assert len(excerpt(source, limit)) <= limit


def test_excerpt_cuts_between_words_and_drops_marks():
    assert excerpt("**Eins** zwei drei vier fünf", 15) == "Eins zwei drei…"
    assert to_plain_text("- a\n- [b](https://example.org)") == "a b"


@given(st.text(alphabet="abc \n", max_size=80), st.text(alphabet="abc \n", max_size=80))
def test_difference_contains_both_texts(old, new):
    parts = word_diff(old, new)
    after = "".join(part.text for part in parts if part.kind != "deleted")
    before = "".join(part.text for part in parts if part.kind != "inserted")
    assert after == new
    assert before.split() == old.split()


def test_a_changed_word_is_marked_alone():
    parts = word_diff("und ausreichend Zeit", "und genug Zeit")
    assert [(part.kind, part.text.strip()) for part in parts] == [
        ("kept", "und"),
        ("deleted", "ausreichend"),
        ("inserted", "genug"),
        ("kept", "Zeit"),
    ]
