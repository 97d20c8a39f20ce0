"""Two ways to write the same steps: through the verbs, and in bulk. A test compares every column."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bulk import Rows, filling_fast
from planning import DAYS, Step
from sqlalchemy import func, select

from deliberation.accounts.models import User
from deliberation.annotations import tallies
from deliberation.annotations.actions import Contribution, post_annotation, post_reply
from deliberation.annotations.models import Annotation, Kind, Stance, StanceTally, StanceValue, Status, Vote, VoteValue
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.database import db
from deliberation.declarations.models import Act, Declaration, LogEntry, Paragraph, Policy
from deliberation.notifications.harvest import SHORT_WAIT
from deliberation.notifications.models import Harvest, Matter, News
from deliberation.search import index
from deliberation.search.models import DocKind, SearchDoc, SearchPosting
from deliberation.search.words import index_terms
from deliberation.text import RENDER_VERSION, to_safe_html


@dataclass(frozen=True)
class Stage:
    """What the steps are about. `places` are the paragraphs of each thesis of each declaration, `people` those who are in it."""

    declarations: Sequence[Declaration]
    places: Sequence[Sequence[Sequence[Paragraph]]]
    people: Sequence[Sequence[User]]
    texts: Sequence[str]
    opened: datetime

    def paragraph(self, step: Step) -> Paragraph:
        return self.places[step.place.declaration][step.place.thesis][step.place.paragraph]

    def member(self, step: Step, number: int) -> User:
        return self.people[step.place.declaration][number]

    def moment(self, step: Step) -> datetime:
        return self.opened + step.at * timedelta(days=DAYS)


def proposal(place: Paragraph) -> str:
    return f"{place.wording.sentences[0]} Das gilt überall."


class Verbs:
    """As people do it. Only the times are put back afterwards."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._written: dict[int, Annotation] = {}

    def write(self, step: Step) -> None:
        stage, place = self.stage, self.stage.paragraph(step)
        author, body = stage.member(step, step.author), stage.texts[step.text]
        declaration = stage.declarations[step.place.declaration]
        declaration.policy = Policy.ALL if step.is_held else Policy.NONE
        key = f"step-{step.number}"
        if step.root:
            words = Contribution(body=body, form_key=key, is_quotable=True)
            annotation = post_reply(author, self._written[step.root], words)
        else:
            wording = proposal(place) if step.kind is Kind.PROPOSAL else ""
            words = Contribution(body=body, kind=step.kind, sentences=[1], wording=wording, form_key=key, is_quotable=True)
            annotation = post_annotation(author, place.thesis, place, words)
            self._written[step.number] = annotation
        annotation.created_at = stage.moment(step)
        for voter, value in step.votes:
            cast_vote(stage.member(step, voter), annotation, value)
        if step.number % 200 == 0:
            db.session.commit()

    def take_stances(self, place: Paragraph, people: Sequence[User], values: Sequence[tuple[int, StanceValue]]) -> None:
        for holder, value in values:
            take_stance(people[holder], place.thesis, place, value)

    def end(self) -> None:
        for declaration in self.stage.declarations:
            declaration.policy = Policy.NONE
        db.session.commit()


class Bulk:
    """The rows that the verbs would have made, and those that the jobs make of them: news and the index of the search."""

    MODELS = (Annotation, Vote, Stance, StanceTally, LogEntry, News, SearchDoc)

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._html = [to_safe_html(body) for body in stage.texts]
        self._members = [[person.memberships[0].id for person in people] for people in stage.people]
        self._editions = [declaration.editions[-1].id for declaration in stage.declarations]
        self._first_doc = db.session.scalar(select(func.max(SearchDoc.id))) or 0
        # By declaration and text, or the negative id of the paragraph that another wording is proposed for.
        self._docs: dict[tuple[int, int], array[int]] = {}
        self._wordings: dict[int, str] = {}
        self._told = self._last = 0
        self._context = filling_fast(*self.MODELS)
        driver = self._context.__enter__()
        self._rows = {model: Rows(driver, model) for model in self.MODELS}

    def write(self, step: Step) -> None:
        at = self.stage.moment(step)
        shown = self._write_votes(step, at)
        self._rows[Annotation].put(**self._annotation(step, at), **shown)
        here = self.stage.declarations[step.place.declaration].id
        self._told += not step.is_held
        turn, told = (None, None) if step.is_held else (self._told, at + SHORT_WAIT)
        self._rows[News].put(matter=Matter.ANNOTATION, ref=step.number, declaration_id=here, place=turn, told_at=told)
        self._last = step.number
        if step.is_held:
            self._rows[LogEntry].put(
                declaration_id=here, actor_id=self._members[step.place.declaration][step.author], act=Act.HELD,
                annotation_id=step.number, subject_id=None, before="", after=Status.PENDING.value, rule="", at=at,
            )  # fmt: skip
            return
        doc = self._first_doc + step.number
        self._rows[SearchDoc].put(id=doc, kind=DocKind.ANNOTATION, ref=step.number, declaration_id=here, version=1)
        self._docs.setdefault((step.place.declaration, step.text), array("i")).append(doc)
        if step.kind is Kind.PROPOSAL:
            place = self.stage.paragraph(step)
            self._wordings[place.id] = proposal(place)
            self._docs.setdefault((step.place.declaration, -place.id), array("i")).append(doc)

    def _annotation(self, step: Step, at: datetime) -> dict[str, Any]:
        place, number = self.stage.paragraph(step), step.place.declaration
        return {
            "id": step.number, "declaration_id": self.stage.declarations[number].id, "thesis_id": place.thesis_id,
            "paragraph_id": place.id, "wording_id": place.wording_id, "edition_id": self._editions[number],
            "parent_id": step.root, "root_id": step.root, "author_id": self._members[number][step.author],
            "kind": step.kind, "sentences": [] if step.root else [1], "body": self.stage.texts[step.text],
            "body_html": self._html[step.text], "render_version": RENDER_VERSION, "is_quotable": True,
            "proposed_wording": proposal(place) if step.kind is Kind.PROPOSAL else "", "form_key": f"step-{step.number}",
            "status": Status.PENDING if step.is_held else Status.VISIBLE, "created_at": at,
        }  # fmt: skip

    def _write_votes(self, step: Step, at: datetime) -> dict[str, int]:
        """Returns the published counts: those of the last multiple of five."""
        published = step.votes[: len(step.votes) - len(step.votes) % tallies.STEP]
        counts = Counter(value for _voter, value in published)
        members = self._members[step.place.declaration]
        for voter, value in step.votes:
            self._rows[Vote].put(
                annotation_id=step.number, voter_id=members[voter], value=value, cast_at=at,
                edition_id=self._editions[step.place.declaration],
            )  # fmt: skip
        names = ((VoteValue.AGREE, "shown_agree"), (VoteValue.DISAGREE, "shown_disagree"), (VoteValue.PASS, "shown_pass"))
        return {name: counts[value] for value, name in names}

    def take_stances(self, place: Paragraph, people: Sequence[User], values: Sequence[tuple[int, StanceValue]]) -> None:
        here = {"declaration_id": place.thesis.declaration_id, "thesis_id": place.thesis_id, "paragraph_id": place.id}
        for holder, value in values:
            self._rows[Stance].put(
                **here, wording_id=place.wording_id, edition_id=place.since_id, value=value,
                holder_id=people[holder].memberships[0].id,
            )  # fmt: skip
        counts = Counter(value for _holder, value in values[: len(values) - len(values) % tallies.STEP])
        if counts:
            shown = {value.value: counts[value] for value in StanceValue}
            self._rows[StanceTally].put(**here, edition_id=place.since_id, **shown)

    def end(self) -> None:
        for rows in self._rows.values():
            rows.flush()
        self._context.__exit__(None, None, None)
        db.session.add(Harvest(matter=Matter.ANNOTATION, up_to=self._last, latest=self._last))
        self._write_index()
        db.session.commit()

    def _write_index(self) -> None:
        """In the order of the table: of each word all texts it stands in."""
        places: dict[int, tuple[int, str]] = {}
        keys = [self._keys_by_word(number) for number in range(len(self.stage.declarations))]
        for number, declaration in enumerate(self.stage.declarations):
            counts = Counter({word: len(self._docs_of(number, own)) for word, own in keys[number].items()})
            places |= {key: (number, word) for word, key in index._term_ids(declaration.id, counts).items()}
        with filling_fast(SearchPosting) as driver:
            rows = Rows(driver, SearchPosting)
            rows.begin("term_id", "doc_id")
            for key, (number, word) in sorted(places.items()):
                for doc in sorted(self._docs_of(number, keys[number][word])):
                    rows.put_row((key, doc))
            rows.flush()

    def _keys_by_word(self, number: int) -> dict[str, list[int]]:
        """For each word of a declaration the keys in `_docs` under which it stands."""
        found: dict[str, list[int]] = {}
        for declaration, key in self._docs:
            if declaration == number:
                for word in index_terms(self.stage.texts[key] if key >= 0 else self._wordings[-key]):
                    found.setdefault(word, []).append(key)
        return found

    def _docs_of(self, number: int, keys: Sequence[int]) -> set[int]:
        return {doc for key in keys for doc in self._docs[number, key]}
