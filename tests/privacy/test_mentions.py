"""P21: a name that was given up stands nowhere any more, whoever wrote it; other words stay as they are."""

import pytest
from sqlalchemy import JSON, Enum, String, Text, text

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import find_annotation
from deliberation.database import db
from deliberation.declarations import actions as declarations
from deliberation.permissions import Operator
from deliberation.privacy import mentions
from deliberation.privacy.leaving import erase
from tests import builders
from tests.privacy import scene

# Columns of limited length that are called like this hold words of people.
WORDS = ("note", "reason", "explanation", "body", "before", "after", "wording", "motto")


def everything() -> str:
    """All that stands in any column of any table."""
    db.session.commit()
    return "\n".join(
        str(row) for table in db.metadata.sorted_tables for row in db.session.execute(table.select())
    )


def test_every_column_for_words_is_searched_or_said_to_have_none():
    undecided = []
    for table in db.metadata.sorted_tables:
        if table.name in mentions.UNTOUCHED:
            continue
        if mentions._rows_of(table, 1) is None:
            undecided.append(table.name)
        for column in table.columns:
            is_string = isinstance(column.type, String) and not isinstance(column.type, Enum)
            is_word = isinstance(column.type, Text | JSON) or (is_string and column.name in WORDS)
            if is_word and not column.name.endswith(("_html", "_sealed")) and not mentions._is_text(column):
                undecided.append(f"{table.name}.{column.name}")
    assert not undecided
    assert not set(mentions.UNTOUCHED) - {table.name for table in db.metadata.sorted_tables}


def test_new_name_stands_wherever_the_old_one_did(app, cast):
    story = scene.build(cast)
    declarations.rename(story.karla, cast.declaration, "Silberpappel 58")
    db.session.commit()
    found = everything()
    assert "anarienbaum" not in found.replace(scene.ADDRESS, "")
    assert found.count("Silberpappel 58") >= 12
    answer = find_annotation(story.answer.number)
    assert answer.body.startswith("Da hat @Silberpappel 58 recht.")
    assert "@Silberpappel 58" in answer.body_html


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Weide 27", "Weide 27"), ("Weide 27", "weide 27"), ("Weide 27", "WEIDE 27"), ("Weide 27", "Weide27"),
        ("Weide 27", "Weide-27"), ("Weide 27", "Weide  27"), ("Weide 27", "**Weide** 27"), ("Weide 27", "_Weide 27_"),
        ("Weide 27", "@Weide 27"), ("Weide 27", "Weide 27s"), ("Weide 27", "„Weide 27“"), ("Weide 27", "(Weide 27)"),
        ("Lärche 14", "lärche 14"), ("Lärche 14", "LÄRCHE 14"), ("Weißdorn 33", "Weißdorn 33"), ("Rosa Kreide", "Rosa Kreide"),
        ("Rosa Kreide", "rosa kreides"), ("Rosa Kreide", "Rosa\nKreide"), ("O'Neill 5", "O'Neill 5"), ("Жук 12", "Жук 12"),
    ],
)  # fmt: skip
def test_name_is_found_however_it_is_written(cast, name, written):
    lena = builders.make_member(cast.declaration, "lena", pseudonym=name)
    person = cast.ada if name == "Weide 27" else lena
    said = builders.annotate(cast.ben, cast.declaration, "1.1", f"Ich meine {written}, und sonst niemanden.")
    erase(Operator(), person)
    db.session.commit()
    body = find_annotation(said.number).body
    assert "Gelöschte Person" in body
    assert not any(part.casefold() in body.casefold() for part in name.split())


@pytest.mark.parametrize("words", ["Weide 277", "Weide 2", "Trauerweide 27", "Weidenweg 27", "27 Weiden", "eine Weide"])
def test_other_words_stay(cast, words):
    said = builders.annotate(cast.ben, cast.declaration, "1.1", f"Dort steht {words} am Bach.")
    erase(Operator(), cast.ada)
    db.session.commit()
    assert find_annotation(said.number).body == f"Dort steht {words} am Bach."


class TestPlainWords:
    """Somebody who calls herself Mauer."""

    @pytest.fixture
    def mauer(self, cast):
        return builders.make_member(cast.declaration, "mauer", pseudonym="Mauer")

    def test_ordinary_word_stays_elsewhere(self, cast, mauer):
        said = builders.annotate(cast.ben, cast.declaration, "1.1", "Hinter der Mauer wartet @Mauer.")
        erase(Operator(), mauer)
        db.session.commit()
        assert find_annotation(said.number).body == "Hinter der Mauer wartet @Gelöschte Person."

    def test_name_goes_in_conversations_in_which_she_wrote(self, cast, mauer):
        own = builders.annotate(mauer, cast.declaration, "1.1", "Ich sehe das so.")
        said = post_reply(cast.ben, own, Contribution(body="Mauer sieht das richtig.", form_key="r"))
        erase(Operator(), mauer)
        db.session.commit()
        assert find_annotation(said.number).body == "Gelöschte Person sieht das richtig."


def test_other_declarations_are_left_alone(cast):
    other = builders.make_declaration("andere", title="Andere")
    said = builders.annotate(cast.ben, other, "1.1", "Auch hier gibt es eine Weide 27.")
    erase(Operator(), cast.ada)
    db.session.commit()
    assert find_annotation(said.number).body == "Auch hier gibt es eine Weide 27."


def test_signing_name_of_a_moderator_goes_too(cast):
    scene.member(cast.mira, cast).signing_name = "Mira Ohlsen"
    said = builders.annotate(cast.ben, cast.declaration, "1.1", "Danke an Mira Ohlsen.")
    erase(Operator(), cast.mira)
    db.session.commit()
    assert find_annotation(said.number).body == "Danke an Moderation."
    assert "Ohlsen" not in everything()
    assert db.session.scalar(text("SELECT count(*) FROM role_grant")) == 1
