"""German sentences: where they end, where they do not, and that nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.sentences import split_sentences

PIECES = """
    Das Kind. kam! z. B. z.B. d. h. u. a. usw. Abs. 2 Nr. 1. § 42 ff. (siehe oben.) (sic!) „Ja.“ „Was?“ … ...
    8. Februar 3,5 1.000 Dr. A. Müller Die II. Abschnitt – - 🎉 ( ) ?! i. V. m. VIII. gelten. x@y.de
    https://a.de/b. ß. 2021. e. V. Berlin *fett.* « ! ” )
"""
WORDS = st.sampled_from(PIECES.split())
TEXTS = st.one_of(st.text(), st.lists(WORDS, max_size=40).map(" ".join))


@pytest.mark.parametrize(
    "sentence",
    [
        "Das gilt z. B. für Kinder und z.B. für Eltern.",
        "Das gilt, d. h. Kinder sind gemeint.",
        "Es geht u. a. Kindern und o. ä. Personen gut.",
        "Kinder bzw. Jugendliche, ggf. Eltern, vgl. Müller, ca. Hundert.",
        "Nach § 42 Abs. 2 Nr. 1 Satz 2 SGB VIII gilt das.",
        "Nach §§ 42 ff. SGB VIII i. V. m. Art. 6 Abs. 1 Buchst. a DSGVO gilt das.",
        "Siehe S. 1 und Rn. 12 f. Müller.",
        "Frau Dr. Meier und Prof. Dr. Schulz kamen.",
        "Am 8. Februar und am 3. 5. 2021 kam sie im 19. Jahrhundert an.",
        "Der II. Abschnitt und das 18. Lebensjahr zählen.",
        "A. Müller und J. S. Bach stimmen zu.",
        "Es kostet 3,5 Mio. Euro oder 1.000 Euro.",
        "Siehe https://example.org/a.b?c=d und info@example.org dazu.",
        "„Geht das?“, fragte sie, „oder nicht?“ und ging.",
        "„Geht das!“ rief er.",
        "Das ist so (das war immer so! Wirklich.) und bleibt so.",
        "Er sagte (sic!) Unsinn und […] Mehr.",
        "Die Hilfe … Menschen brauchen sie.",
        "1. Die Kinder reden mit.",
        "Der Verein e. V. Berlin lädt ein.",
        "In Gruppen sind es max. 5 Kinder.",
    ],
)
def test_sentence_stays_whole(sentence: str) -> None:
    assert split_sentences(sentence) == [sentence]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Das ist so.", "Danach kommt mehr."),
        ("„Das ist so.“", "Danach kommt mehr."),
        ("(Das ist so.)", "Danach kommt mehr."),
        ("Ist das so?!", "Ja!"),
        ("Das dauert…", "Danach kommt mehr."),
        ("Das gilt nach § 42.", "Kinder haben Rechte."),
        ("Das gilt nach Abs. 2.", "Die Eltern auch."),
        ("Das steht im SGB VIII.", "Kinder haben Rechte."),
        ("Das war im Jahr 2021.", "Menschen kamen."),
        ("Das waren 19.", "Danach kamen mehr."),
        ("Hunde, Katzen usw.", "Danach kommt mehr."),
        ("Siehe §§ 42 ff.", "Die Eltern auch."),
        ("Auf diese Art.", "Menschen reden so."),
        ("Siehe www.example.org.", "Danach kommt mehr."),
        ("Das kostet 1.000.", "Euro sind gemeint."),
        ("Das ist gut.", "2021 war es schlechter."),
        ("Das ist gut.", "§ 42 gilt auch."),
        ("Das ist gut.", "– Das auch."),
        ("Das ist gut.", "„Das auch.“"),
        ("Das ist Max.", "Er lacht."),
        ("Er ist alt.", "Menschen werden alt."),
        ("Она пришла.", "Потом ушла."),
    ],
)
def test_two_sentences_are_told_apart(first: str, second: str) -> None:
    assert split_sentences(f"{first}  {second}\n") == [first, second]


def test_text_without_words_has_no_sentences() -> None:
    assert split_sentences(" \n\t ") == []


@given(TEXTS)
def test_sentences_joined_give_the_text_back(text: str) -> None:
    sentences = split_sentences(text)

    assert " ".join(sentences) == " ".join(text.split())
    assert all(sentences)


@given(TEXTS)
def test_a_sentence_is_not_split_again(text: str) -> None:
    for sentence in split_sentences(text):
        assert split_sentences(sentence) == [sentence]


@pytest.mark.parametrize("piece", [".", ". ", "a. ", "(a ", "(A. ", ") ", "A. ", "„", "!", "… ", "1. ", "z. "])
def test_long_strange_texts_come_back_whole(piece: str) -> None:
    text = piece * 50_000

    assert " ".join(split_sentences(text)) == " ".join(text.split())
