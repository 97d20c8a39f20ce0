"""Annotations as a Web Annotation container: read page by page, written back, and valid by the model."""

import pytest
from jsonschema import Draft202012Validator

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Annotation, Kind
from deliberation.database import db
from deliberation.declarations.models import find_declaration
from tests import builders
from tests.api.model import ANNOTATION, COLLECTION, PAGE
from tests.api.program import AT, LD, Program, program_of
from tests.editions import scene

HOME = f"{AT}/annotations/"
IRIS = "http://www.w3.org/ns/oa#PreferContainedIRIs"
DESCRIPTIONS = "http://www.w3.org/ns/oa#PreferContainedDescriptions"
MINIMAL = "http://www.w3.org/ns/ldp#PreferMinimalContainer"


def valid(content, schema):
    faults = [f"{list(fault.path)}: {fault.message}" for fault in Draft202012Validator(schema).iter_errors(content)]
    assert faults == []
    return content


def prefer(*wanted):
    return f'return=representation;include="{" ".join(wanted)}"'


class Client:
    """A small client: starts at the container and follows what it is told."""

    def __init__(self, program):
        self.program = program

    def load(self, address, schema, **headers):
        answer = self.program.get(address.removeprefix("http://localhost"), Accept=LD, **headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == LD
        return valid(answer.json, schema)

    def read(self, limit=2):
        """Every annotation, from the first page to the last; the pages know each other."""
        home = self.load(f"{HOME}?limit={limit}", COLLECTION)
        page, items, before = home.get("first"), [], None
        while page:
            page = self.load(page["id"] if isinstance(page, dict) else page, PAGE)
            assert page["startIndex"] == len(items)
            assert page.get("prev") == before
            before, items = page["id"], items + page["items"]
            last, page = page["id"], page.get("next")
        assert len(items) == home["total"]
        assert not items or last == home["last"]
        return items


@pytest.fixture
def several(cast):
    one = builders.annotate(cast.ada, cast.declaration, sentences=[2])
    builders.annotate(cast.ben, cast.declaration, quote="Menschen")
    builders.annotate(cast.ada, cast.declaration, "2.0", kind=Kind.QUESTION)
    builders.annotate(cast.ben, cast.declaration, "3.2", kind=Kind.PROPOSAL, wording="Öffnungszeiten sind digital.")
    post_reply(cast.ben, one, Contribution("So ist es."))
    db.session.commit()
    return one


def test_client_reads_it_page_by_page(app, several):
    items = Client(Program(app)).read()
    assert [one["motivation"] for one in items] == ["commenting", "commenting", "questioning", "editing", "replying"]
    assert Client(Program(app)).read(limit=5) == items
    assert Client(Program(app)).read(limit=1) == items
    for one in items:
        alone = Client(Program(app)).load(one["id"], ANNOTATION)
        assert {name: value for name, value in alone.items() if name != "@context"} == one


def test_empty_container_is_one_too(app, cast):
    assert Client(Program(app)).read() == []


def test_container_says_what_it_is(app, several):
    answer = Program(app).get(HOME, Accept=LD)
    links = answer.headers.getlist("Link")
    assert '<http://www.w3.org/ns/ldp#BasicContainer>; rel="type"' in links
    assert '<http://www.w3.org/TR/annotation-protocol/>; rel="http://www.w3.org/ns/ldp#constrainedBy"' in links
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert {"Accept", "Prefer"} <= {one.strip() for one in answer.headers["Vary"].split(",")}
    assert answer.json["type"] == ["BasicContainer", "AnnotationCollection"]
    assert Program(app).get(HOME, Accept=LD, If_None_Match=answer.headers["ETag"]).status_code == 304
    one = Program(app).get(f"{HOME}{several.number}", Accept=LD)
    assert one.headers.getlist("Link") == ['<http://www.w3.org/ns/ldp#Resource>; rel="type"']
    assert one.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"


@pytest.mark.parametrize(
    ("accept", "is_linked"),
    [("", False), ("*/*", False), ("application/json", False), (LD, True), ("application/ld+json", True),
     ("application/json, application/ld+json;q=0.5", False), ("application/json;q=0.5, application/ld+json", True)],
)  # fmt: skip
def test_what_is_asked_for_comes(app, several, accept, is_linked):
    for address in (HOME, f"{HOME}{several.number}"):
        answer = Program(app).get(address, Accept=accept)
        assert answer.mimetype == ("application/ld+json" if is_linked else "application/json")


def test_client_gets_what_it_prefers(app, several):
    def ask(*wanted):
        answer = Program(app).get(f"{HOME}?limit=2", Accept=LD, Prefer=prefer(*wanted))
        return valid(answer.json, COLLECTION)["first"], answer.headers.get("Preference-Applied", "")

    first, applied = ask(IRIS)
    assert all(isinstance(one, str) for one in first["items"])
    assert IRIS in applied
    first, applied = ask(DESCRIPTIONS)
    assert all(isinstance(one, dict) for one in first["items"])
    assert DESCRIPTIONS in applied
    first, applied = ask(MINIMAL)
    assert isinstance(first, str)
    assert MINIMAL in applied
    # Both at once contradict each other; the unknown is not heard.
    assert ask(IRIS, DESCRIPTIONS)[1] == ask("http://example.org/alles")[1] == ""


def test_pages_of_addresses_lead_to_pages_of_addresses(app, several):
    home = Program(app).get(f"{HOME}?limit=2", Accept=LD, Prefer=prefer(IRIS)).json
    page = Client(Program(app)).load(home["first"]["next"], PAGE)
    assert all(isinstance(one, str) for one in page["items"])


def test_words_and_place_are_those_of_the_edition_that_was_written_to(app, cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration, sentences=[2])
    text = builders.paragraph(cast.declaration, "3.1").wording.text
    scene.publish(cast.declaration, scene.reworded(scene.text(cast.declaration), "3.1", "Schutz ist kein Service."))
    db.session.commit()
    target = Client(Program(app)).load(f"{HOME}{annotation.number}", ANNOTATION)["target"]
    quote, position = target["selector"]
    assert quote["exact"] == "Sie braucht Menschen."
    assert text[position["start"] : position["end"]] == quote["exact"]
    assert target["source"] == "http://localhost/d/erklaerung/editions/1#absatz-3-1"
    page, _hash, anchor = target["source"].removeprefix("http://localhost").partition("#")
    assert f'id="{anchor}"' in client.get(page).text


def test_author_is_a_nickname_without_an_address(app, several):
    for one in Client(Program(app)).read():
        assert one["creator"].keys() == {"type", "nickname"}


def sent(**change):
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "Annotation",
        "motivation": "commenting",
        "body": [
            {"type": "TextualBody", "value": "Von einem Programm.", "format": "text/markdown"},
            {"type": "TextualBody", "value": "practice", "purpose": "tagging"},
        ],
        "target": {
            "source": "http://localhost/d/erklaerung/3/1",
            "selector": {"type": "TextQuoteSelector", "exact": "braucht Menschen", "prefix": "Sie ", "suffix": "."},
        },
        **change,
    }


class TestPosting:
    @pytest.fixture
    def ben(self, app, cast):
        return program_of(app, cast.ben)

    def post(self, program, content, **headers):
        return program.post(HOME, content, Content_Type=LD, Accept=LD, **headers)

    def test_client_posts_and_reads_it_back(self, app, ben):
        answer = self.post(ben, sent())
        assert answer.status_code == 201, answer.text
        made = Client(Program(app)).load(answer.headers["Location"], ANNOTATION)
        assert made == answer.json
        assert made["target"]["selector"][0]["exact"] == "braucht Menschen"
        assert Client(Program(app)).read()[-1]["id"] == answer.headers["Location"]

    def test_what_comes_out_goes_in_again(self, app, ben, several):
        for one in Client(Program(app)).read():
            answer = self.post(ben, one)
            assert answer.status_code == 201, answer.text
            again = answer.json
            for part in ("motivation", "body", "target"):
                assert again[part] == one[part], part

    def test_same_key_makes_one(self, ben):
        places = {self.post(ben, sent(), Idempotency_Key="einmal").headers["Location"] for _time in range(2)}
        assert len(places) == 1

    def test_about_an_annotation_it_is_a_reply(self, ben, several):
        target = f"http://localhost{HOME}{several.number}"
        answer = self.post(
            ben, sent(target=target, motivation="replying", body=[{"type": "TextualBody", "value": "Ja."}])
        )
        assert (answer.status_code, answer.json["motivation"], answer.json["target"]) == (201, "replying", target)
        assert db.session.get(Annotation, several.number + 5).parent_id == several.number

    @pytest.mark.parametrize(
        "change",
        [
            {"target": "http://anderswo.example/d/erklaerung/3/1"},
            {"target": "http://localhost/d/zweite/3/1"},
            {"target": "http://localhost/d/erklaerung/9/9"},
            {"target": ["a", "b"]},
            {"target": {"selector": {}}},
            {"target": {"source": "http://localhost/d/erklaerung/3/1",
                        "selector": {"type": "TextQuoteSelector", "exact": "steht nirgends"}}},
            {"target": {"source": "http://localhost/d/erklaerung/3/1",
                        "selector": {"type": "TextPositionSelector", "start": 5, "end": 9999}}},
            {"target": "http://localhost/a/99999"},
            {"body": "http://example.org/bild.png"},
            {"body": []},
            {"body": [{"type": "TextualBody", "value": "Ohne Art."}], "motivation": "assessing"},
        ],
    )  # fmt: skip
    def test_what_cannot_be_kept_is_named(self, ben, change):
        answer = self.post(ben, sent(**change))
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), answer.text
        assert answer.json["errors"]

    def test_place_in_a_past_edition_is_past(self, cast, ben):
        declaration = find_declaration("erklaerung")
        scene.publish(declaration, scene.reworded(scene.text(declaration), "3.1", "Schutz ist kein Service."))
        db.session.commit()
        answer = self.post(ben, sent(target="http://localhost/d/erklaerung/editions/1#absatz-3-1"))
        assert answer.status_code == 409

    def test_own_words_are_changed_in_place(self, ben):
        made = self.post(ben, sent())
        address = made.headers["Location"].removeprefix("http://localhost")
        new = sent(body=[{"type": "TextualBody", "value": "Anders."}])
        answer = ben.put(address, new, Content_Type=LD, Accept=LD, If_Match=made.headers["ETag"])
        assert (answer.status_code, answer.json["body"][0]["value"]) == (200, "Anders.")
