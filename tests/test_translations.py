"""Nobody who reads English stumbles over German: the catalogue is complete, sound and compiled."""

import gettext
import re
from collections.abc import Iterable
from contextlib import chdir
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from deliberation.cli import terminal

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "deliberation" / "translations" / "en" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%|\{(\w*)\}")
KEYWORDS = ("_l", "N_", "plural:1,2")
SHOWN = 15


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What the code and the templates ask for, as `make messages` collects it."""
    path = tmp_path_factory.mktemp("messages") / "messages.pot"
    keywords = [word for keyword in KEYWORDS for word in ("-k", keyword)]
    with chdir(ROOT):
        CommandLineInterface().run(["pybabel", "-q", "extract", "-F", "babel.cfg", *keywords, "-o", str(path), "."])
    with path.open("rb") as file:
        return read_po(file)


def texts(catalogue: Catalog) -> dict[str, Message]:
    return {_first(message.id): message for message in catalogue if message.id}


def _first(words: str | Iterable[str]) -> str:
    return words if isinstance(words, str) else next(iter(words))


def _forms(words: str | Iterable[str]) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def listed(found: Iterable[str]) -> str:
    """The first few, and how many there are."""
    ordered = sorted(found)
    more = f"\n  … and {len(ordered) - SHOWN} more" if len(ordered) > SHOWN else ""
    return f"{len(ordered)}:\n  " + "\n  ".join(ordered[:SHOWN]) + more


def placeholders(words: str) -> set[str]:
    return {match.group(0) for match in PLACEHOLDER.finditer(words)}


def test_every_text_is_in_the_catalogue(source: Catalog, catalogue: Catalog) -> None:
    missing = texts(source).keys() - texts(catalogue).keys()
    assert not missing, f"run `make messages`; missing {listed(missing)}"


def test_catalogue_has_no_text_that_nobody_shows(source: Catalog, catalogue: Catalog) -> None:
    unused = texts(catalogue).keys() - texts(source).keys()
    assert not unused, f"run `make messages`; unused {listed(unused)}"


def test_every_text_is_translated(catalogue: Catalog) -> None:
    empty = [key for key, message in texts(catalogue).items() if not all(_forms(message.string))]
    assert not empty, f"untranslated {listed(empty)}"


def test_no_translation_is_a_guess(catalogue: Catalog) -> None:
    assert not [key for key, message in texts(catalogue).items() if message.fuzzy]


def test_translations_keep_every_placeholder(catalogue: Catalog) -> None:
    broken = []
    for key, message in texts(catalogue).items():
        wanted = set().union(*(placeholders(form) for form in _forms(message.id)))
        for form in filter(None, _forms(message.string)):
            # A singular may say "one" instead of its number.
            lost = wanted - placeholders(form) - ({"%(n)s", "%(num)s", "%(num)d"} if message.pluralizable else set())
            if lost or placeholders(form) - wanted:
                broken.append(key)
    assert not broken, listed(broken)


def test_translations_keep_spaces_at_the_ends(catalogue: Catalog) -> None:
    for key, message in texts(catalogue).items():
        for form in filter(None, _forms(message.string)):
            assert (form[0].isspace(), form[-1].isspace()) == (key[0].isspace(), key[-1].isspace()), key


def test_compiled_catalogue_is_up_to_date(catalogue: Catalog) -> None:
    with (FOLDER / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    wanted = {key: _forms(message.string) for key, message in texts(catalogue).items() if any(_forms(message.string))}
    found = {key: _forms(message.string) for key, message in texts(compiled).items()}
    assert {key: found.get(key) for key in wanted} == wanted, "run `make messages`"
    assert found.keys() <= texts(catalogue).keys(), "run `make messages`"


def test_pages_come_in_both_languages(client: FlaskClient) -> None:
    german = client.get("/no-such-page", headers={"Accept-Language": "de"}).get_data(as_text=True)
    english = client.get("/no-such-page", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert '<html lang="de"' in german
    assert '<html lang="en"' in english
    assert german != english


def test_command_line_speaks_the_language_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "Den Befehl „%(name)s“ gibt es nicht."
    monkeypatch.setenv("DELIBERATION_DEFAULT_LOCALE", "de")
    assert terminal._(words, name="x") == "Den Befehl „x“ gibt es nicht."
    monkeypatch.setenv("DELIBERATION_DEFAULT_LOCALE", "en")
    english = gettext.translation("messages", ROOT / "deliberation" / "translations", ["en"])
    assert terminal._(words, name="x") == english.gettext(words) % {"name": "x"}
