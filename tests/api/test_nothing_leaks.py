"""What is not for everybody's eyes comes out of no operation: hidden, held, sent or taken back, redacted, below five."""

import re

import pytest
from sqlalchemy import func, select

from deliberation.annotations.models import Annotation, StanceValue, VoteValue
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.api.operations import OPERATIONS, as_rule
from deliberation.database import db
from deliberation.results.writers import WRITERS
from tests import builders
from tests.api.program import AT, LD, Program, program_of
from tests.privacy import library
from tests.results.scene import text_of

pytestmark = pytest.mark.any_engine

COUNTED = re.compile(r"(?<!\d)7[12]0000\d\d(?!\d)")
EXACT = re.compile(r"(?<!\d)\d{1,2}:\d\d(?!\d)|\dT\d")
ADDRESS = re.compile(r"[\w.-]+@[\w-]+\.\w+")
REFERENCE = re.compile(r'"reference": "[^"]*"')
IRIS = 'return=representation;include="http://www.w3.org/ns/oa#PreferContainedIRIs"'


def addresses(numbers):
    """Every address that is read, with everything that stands behind it."""
    for operation in OPERATIONS:
        if operation.method != "GET":
            continue
        rule = as_rule(operation.path).replace("<slug>", "erklaerung").replace("<address>", "haeufige-fragen")
        if "number" in rule:
            yield from (rule.replace("<int:number>", str(number)) for number in numbers)
        elif "file_format" in rule:
            yield from (
                f"{rule.replace('<file_format>', kind)}?names={names}"
                for kind in WRITERS
                for names in ("none", "numbers")
            )
        else:
            yield from ([rule.replace("<t>", t) for t in ("0", "1", "2", "3", "end")] if "<t>" in rule else [rule])
    for query in ("limit=1", "thesis=3", "kind=proposal", "since=2020-01-01", "iris=1"):
        yield f"{AT}/annotations/?{query}"


def read(program, numbers):
    """Answers by address and form, followed to the last page."""
    found = {}
    for address in addresses(numbers):
        for form in ({}, {"Accept": LD}, {"Accept": LD, "Prefer": IRIS})[: None if "annotations" in address else 1]:
            following, pages = address, 0
            while following and pages < 60:
                answer = program.get(following, **form)
                found[following, tuple(form)] = answer
                is_list = answer.is_json and answer.status_code == 200 and isinstance(answer.json, dict)
                step = answer.json if is_list else {}
                step = step.get("first", step) if isinstance(step.get("first"), dict) else step
                following = (step.get("next") or "").removeprefix("http://localhost")
                pages += 1
    return found


def everything(answer):
    headers = [f"{name}: {value}" for name, value in answer.headers if name not in ("X-Request-ID", "Date")]
    return REFERENCE.sub("", "\n".join([*headers, text_of(answer.get_data())]))


def numbers_now():
    return range(1, db.session.scalar(select(func.max(Annotation.number))) + 2)


class TestSecrets:
    @pytest.fixture
    def made(self, app):
        return library.begin(app)

    def programs(self, app, made):
        people = made.town.people
        return {
            "guest": Program(app),
            **{
                role: program_of(app, people[role])
                for role in ("stranger", "participant", "moderator elsewhere", "organiser")
            },
        }

    def test_are_in_no_answer(self, app, made):
        library.plant(made)
        assert len(made.canaries) == 14
        found, asked = [], 0
        for role, program in self.programs(app, made).items():
            for (address, _form), answer in read(program, numbers_now()).items():
                asked += 1
                words = everything(answer)
                found += [f"{state}: {address} as {role}" for state, word in made.canaries.items() if word in words]
                assert not COUNTED.search(words), f"{address} as {role}"
                text = text_of(answer.get_data())
                assert not EXACT.search(text.replace("T00:00:00Z", "")), f"{address} as {role}"
                assert not ADDRESS.search(text), f"{address} as {role}"
        assert found == []
        assert asked > 500

    def test_search_for_them_works(self, app, made):
        """The moderation reads by its number what it decides on, so the words are there to be found."""
        library.plant(made)
        mira = program_of(app, made.town.people["moderator"])
        for state in ("held", "hidden", "returned"):
            assert made.canaries[state] in mira.get(f"{AT}/annotations/{made.numbers[state]}").text
        assert mira.get(f"{AT}/annotations/{made.numbers['withdrawn']}").status_code == 404

    def test_leave_no_trace_in_counts_orders_or_tags(self, app, made):
        """Each answer is what it was before there were any, to the letter; figures of the moderation are published."""
        numbers = numbers_now()[:-1]
        before = read(Program(app), numbers)
        library.plant(made)
        for key, answer in read(Program(app), numbers).items():
            if "/results" not in key[0]:
                assert everything(answer) == everything(before[key]), key
        assert len(before) > 60

    def test_nothing_is_done_to_them(self, app, made):
        library.plant(made)
        ben = program_of(app, made.town.people["participant"])
        for state, number in made.numbers.items():
            one = f"{AT}/annotations/{number}"
            for method, address, sent in (
                ("GET", one, None), ("PUT", one, {"body": "x"}), ("DELETE", one, None), ("PUT", f"{one}/vote", {"vote": "agree"}),
                ("POST", f"{one}/replies", {"body": "x"}), ("POST", f"{one}/decisions", {"decision": "restore", "version": 1}),
            ):  # fmt: skip
                answer = ben.ask(method, address, sent, If_Match="*")
                absent = ben.ask(method, address.replace(str(number), "999999"), sent, If_Match="*")
                assert (answer.status_code, answer.json["detail"]) == (404, absent.json["detail"]), (state, method)


def test_nothing_below_five_is_a_number(app, cast):
    annotation = builders.annotate(cast.ada, cast.declaration)
    place = builders.paragraph(cast.declaration, "3.1")
    people = [builders.make_member(cast.declaration, f"stimme{number}") for number in range(5)]
    for person in people[:4]:
        cast_vote(person, annotation, VoteValue.DISAGREE)
        take_stance(person, place.thesis, place, StanceValue.AGAINST)
        db.session.commit()

    def stances():
        found = Program(app).get(f"{AT}/results").json
        return found["theses"][3]["paragraphs"][0]["stances"], found["figures"]["stances"], found["figures"]["votes"]

    assert stances() == (None, 0, 0)
    for program in (Program(app), program_of(app, people[0])):
        assert program.get(f"{AT}/annotations/{annotation.number}").json["votes"] is None
    cast_vote(people[4], annotation, VoteValue.AGREE)
    take_stance(people[4], place.thesis, place, StanceValue.CARRY)
    db.session.commit()
    assert stances() == ({"carry": 1, "change": 0, "unclear": 0, "against": 4, "n": 5}, 5, 5)
    assert program_of(app, people[0]).get(f"{AT}/annotations/{annotation.number}").json["votes"] == {
        "agree": 1, "disagree": 4, "pass": 0,
    }  # fmt: skip
