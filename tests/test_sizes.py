"""What a first view weighs: the page and everything it asks for at once, as it comes over the wire."""

import re

import pytest

from deliberation.annotations.actions import Contribution, post_annotation, post_reply
from deliberation.annotations.models import Kind
from deliberation.database import db
from deliberation.declarations.actions import Particulars, create_declaration
from deliberation.declarations.models import Policy, load_paragraphs
from deliberation.permissions import Operator, Phase
from tests.builders import make_draft, make_member

MOST_BYTES = 150_000
MOST_REQUESTS = 6
AT_ONCE = re.compile(r'<(?:link rel="(?:stylesheet|preload|icon)" href|script src)="([^"]+)"')
WORDS = (
    "Bei uns im Amt dauert ein Erstgespräch nach einer Meldung oft zwei Stunden, und genau dort entscheidet sich, "
    "ob Eltern uns noch einmal die Tür öffnen. Nummer %s."
)


def _make_busy_thesis():
    """Twenty paragraphs and two hundred contributions, every fifth of them at the first paragraph."""
    texts = [f"{WORDS % number} {WORDS % (number * 7)} Wer plant, fragt die Fachkräfte." for number in range(20)]
    draft = make_draft([("1", "Was Zeit braucht", texts)])
    declaration = create_declaration(Operator(), draft, Particulars(slug="erklaerung", title="Erklärung"))
    declaration.phase, declaration.policy = Phase.ANNOTATING, Policy.NONE
    people = [make_member(declaration) for _person in range(5)]
    places = load_paragraphs([declaration.theses[0].id])
    for number in range(200):
        place = places[0] if number % 5 == 0 else places[number % 20]
        words = Contribution(body=f"{WORDS} {WORDS}" % (number, number * 3), kind=Kind.PRACTICE)
        first = post_annotation(people[number % 5], place.thesis, place, words)
        if number % 3 == 0:
            post_reply(people[(number + 1) % 5], first, Contribution(body=WORDS % number))
    db.session.commit()


def _fetch(client, path):
    """Bytes of the body over the wire, and how they were packed."""
    with client.get(path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200, path
        return len(answer.data), answer.headers.get("Content-Encoding")


def _asked_for_at_once(client, path):
    return list(dict.fromkeys(AT_ONCE.findall(client.get(path).text)))


@pytest.mark.parametrize("path", ["/d/erklaerung", "/d/erklaerung/1", "/d/erklaerung/1/1"])
def test_first_view_of_a_busy_thesis_is_light(app, client, path):
    _make_busy_thesis()
    assets = _asked_for_at_once(client, path)
    sizes = {each: _fetch(client, each)[0] for each in (path, *assets)}
    assert sum(sizes.values()) <= MOST_BYTES, sizes
    assert len(sizes) <= MOST_REQUESTS, sizes


def test_first_view_counts_style_script_and_both_fonts(cast, client):
    endings = [path.rpartition(".")[2] for path in _asked_for_at_once(client, "/d/erklaerung/1")]
    assert sorted(endings) == ["css", "js", "svg", "woff2", "woff2"]


def test_style_and_script_come_compressed(cast, client):
    for path in _asked_for_at_once(client, "/d/erklaerung/1"):
        if path.endswith((".css", ".js")):
            assert _fetch(client, path)[1] == "gzip"


def test_style_names_no_file_that_comes_at_once_besides_the_fonts(cast, client):
    style = next(path for path in _asked_for_at_once(client, "/d/erklaerung/1") if path.endswith(".css"))
    named = re.findall(r'url\("?([^")]+)', client.get(style).text)
    assert all(name.endswith(".woff2") for name in named if not name.startswith(("#", "data:"))), named
