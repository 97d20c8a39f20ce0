"""What everybody may read is there without a token, a page at a time; what is new since the last time is all that comes again."""

from datetime import timedelta

import pytest

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind, VoteValue
from deliberation.annotations.positions import cast_vote
from deliberation.clock import frozen_at, now, today
from deliberation.database import db
from deliberation.moderation.actions import hide, publish
from deliberation.moderation.models import Rule
from deliberation.permissions import Access, Phase
from tests import builders
from tests.api.program import AT, ROOT, Program, program_of


def read_all(program, address):
    items, pages = [], 0
    while address:
        answer = program.get(address)
        assert answer.status_code == 200, answer.text
        items += answer.json["items"]
        address, pages = answer.json["next"], pages + 1
    return items, pages


def test_declarations_and_their_text(app, cast):
    builders.make_declaration("entwurf", phase=Phase.DRAFT)
    items, _pages = read_all(Program(app), f"{ROOT}/declarations")
    assert [one["slug"] for one in items] == ["erklaerung"]
    assert Program(app).get(AT).json == items[0]
    theses = Program(app).get(f"{AT}/theses").json
    assert [one["number"] for one in theses["items"]] == ["0", "1", "2", "3", "end"]
    third = Program(app).get(f"{AT}/theses/3").json
    assert third == theses["items"][3]
    [first, _second] = third["paragraphs"]
    assert first["full_number"] == "3.1"
    assert first["sentences"][1] == {"number": 2, "text": "Sie braucht Menschen."}


def test_declarations_come_a_page_at_a_time(app, cast):
    for number in range(4):
        builders.make_declaration(f"weitere-{number}")
    items, pages = read_all(Program(app), f"{ROOT}/declarations?limit=2")
    assert ([one["slug"] for one in items], pages) == (
        ["weitere-3", "weitere-2", "weitere-1", "weitere-0", "erklaerung"],
        3,
    )


def test_annotation_says_what_the_page_says(app, cast):
    annotation = builders.annotate(cast.ada, cast.declaration, sentences=[2], quote="Menschen")
    one = Program(app).get(f"{AT}/annotations/{annotation.number}").json
    assert one["thesis"] == "3"
    assert one["paragraph"] == "1"
    assert one["sentences"] == [2]
    assert one["author"] == "Weide 27"
    assert one["created"] == today().isoformat()
    assert one["quote"] == {"exact": "Menschen", "prefix": one["quote"]["prefix"], "suffix": ".", "start": 56}
    assert one["version"] is None
    assert one["id"] == f"http://localhost{AT}/annotations/{annotation.number}"


def test_annotations_come_a_page_at_a_time_and_each_once(app, cast):
    numbers = [builders.annotate(cast.ada, cast.declaration, body=f"Wort {n}.").number for n in range(7)]
    reply = post_reply(cast.ben, builders.annotate(cast.ada, cast.declaration), Contribution("So auch hier."))
    db.session.commit()
    items, pages = read_all(Program(app), f"{AT}/annotations/?limit=3")
    assert [one["number"] for one in items] == [*numbers, reply.parent_id, reply.number]
    assert pages == 3
    assert items[-1]["parent"] == items[-2]["number"]
    # Whoever comes back with the last cursor gets what was written since.
    assert Program(app).get(f"{AT}/annotations/?limit=500").json["next"] is None
    assert len(Program(app).get(f"{AT}/annotations/?limit=0").json["items"]) == 1


@pytest.mark.parametrize("query", ["limit=viele", "limit=", "cursor=abc", "cursor=", "cursor=ä", "kind=alles", "since=gestern",
                                   "thesis=99", "limit=1e3"])  # fmt: skip
def test_what_cannot_be_meant_is_refused(app, cast, query):
    answer = Program(app).get(f"{AT}/annotations/?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.json["detail"]


def test_filters(app, cast):
    with frozen_at(now() - timedelta(days=3)):
        older = builders.annotate(cast.ada, cast.declaration, "2.1", kind=Kind.QUESTION)
    newer = builders.annotate(cast.ada, cast.declaration, "3.1")
    found = {
        query: [one["number"] for one in Program(app).get(f"{AT}/annotations/?{query}").json["items"]]
        for query in ("thesis=2", "kind=practice", f"since={today().isoformat()}", "thesis=2&kind=practice")
    }
    assert list(found.values()) == [[older.number], [newer.number], [newer.number], []]


def test_nothing_new_is_told_in_one_line(app, cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    for address in (f"{AT}/annotations/", f"{AT}/annotations/{annotation.number}", f"{AT}/theses", f"{AT}/results", AT):
        first = Program(app).get(address)
        again = Program(app).get(address, If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.data) == (304, b""), address
    before = Program(app).get(f"{AT}/annotations/").headers["ETag"]
    builders.annotate(cast.ben, cast.declaration)
    assert Program(app).get(f"{AT}/annotations/", If_None_Match=before).status_code == 200


def test_counts_come_after_ones_own_vote_and_from_five_on(app, cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    address = f"{AT}/annotations/{annotation.number}"
    for number in range(5):
        cast_vote(builders.make_member(cast.declaration, f"stimme{number}"), annotation, VoteValue.AGREE)
        db.session.commit()
    program = program_of(app, cast.ben)
    assert Program(app).get(address).json["votes"] is None
    assert program.get(address).json["votes"] is None
    assert program.put(f"{address}/vote", {"vote": "pass"}).status_code == 204
    assert program.get(address).json["votes"] == {"agree": 5, "disagree": 0, "pass": 0}
    assert Program(app).get(address).json["votes"] is None
    few = builders.annotate(cast.ada, cast.declaration)
    program.put(f"{AT}/annotations/{few.number}/vote", {"vote": "agree"})
    found = program.get(f"{AT}/annotations/{few.number}").json
    assert (found["votes"], found["own_vote"]) == (None, "agree")


def test_results_are_those_of_the_page_and_whoever_reads_them_has_seen_them(app, cast):
    answer = program_of(app, cast.ben).get(f"{AT}/results")
    assert answer.json["theses"][0]["stances"] is None
    assert "annotations" not in answer.json
    assert builders.membership(cast.ben, cast.declaration).results_seen_at is not None
    assert builders.membership(cast.ada, cast.declaration).results_seen_at is None


def test_what_only_some_may_read_is_absent_for_everybody_else(app, cast):
    hidden = builders.annotate(cast.ada, cast.declaration)
    hide(cast.mira, hidden, Rule.STAY, "Gehört nicht hierher.", hidden.version)
    db.session.commit()
    address = f"{AT}/annotations/{hidden.number}"
    seen = {
        name: program_of(app, getattr(cast, name)).get(address).status_code for name in ("ada", "ben", "mira", "otto")
    }
    assert seen == {"ada": 200, "ben": 404, "mira": 200, "otto": 404}
    assert Program(app).get(address).status_code == 404
    for person in (cast.ada, cast.mira):
        assert program_of(app, person).get(f"{AT}/annotations/").json["items"] == []


def test_what_nobody_has_looked_at_stays_inside_where_the_declaration_says_so(app, cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    cast.declaration.sends_after_look = True
    db.session.commit()
    address = f"{AT}/annotations/{annotation.number}"
    assert Program(app).get(address).status_code == 404
    assert Program(app).get(f"{AT}/annotations/").json["items"] == []
    assert program_of(app, cast.ada).get(address).status_code == 200
    publish(cast.mira, annotation, annotation.version)
    db.session.commit()
    assert Program(app).get(address).status_code == 200


def test_private_declaration_is_there_for_its_members_alone(app, cast):
    cast.declaration.access = Access.PRIVATE
    db.session.commit()
    stranger = program_of(app, builders.make_user("fremd"))
    for address in (AT, f"{AT}/theses", f"{AT}/annotations/", f"{AT}/results"):
        assert (Program(app).get(address).status_code, stranger.get(address).status_code) == (404, 404)
        assert program_of(app, cast.ada).get(address).status_code == 200
    assert Program(app).get(f"{ROOT}/declarations").json["items"] == []


def test_annotation_of_another_declaration_is_not_found_here(app, cast):
    other = builders.make_declaration("zweite")
    annotation = builders.annotate(builders.make_member(other), other)
    assert Program(app).get(f"{AT}/annotations/{annotation.number}").status_code == 404
