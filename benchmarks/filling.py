"""Databases to measure: `fill(Shape(…))` in an application with an empty database. German text of the sample, invented people.

`python benchmarks/filling.py FOLDER NAME` fills the database of an instance; `kept.py` calls it so, for the memory's sake."""

import json
import random
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from places import PER_THESIS, Shape
from planning import CLIENTS, DAYS, stances, steps
from sqlalchemy import func, select
from words import make_draft, number_sentences, texts
from writers import Bulk, Stage, Verbs

from deliberation import create_app, jobs, schema
from deliberation.accounts import pseudonyms
from deliberation.accounts.models import User
from deliberation.accounts.passwords import hash_password
from deliberation.annotations.models import Annotation, ResponseKind, Status, Vote, load_annotations
from deliberation.annotations.positions import change_phase
from deliberation.annotations.responses import respond
from deliberation.clock import now
from deliberation.database import db, set_reading
from deliberation.declarations.actions import Particulars, change_policy, create_declaration, grant_role
from deliberation.declarations.models import Declaration, Membership, Policy, load_paragraphs
from deliberation.moderation.actions import hide
from deliberation.moderation.flagging import flag
from deliberation.moderation.models import FlagReason, Rule
from deliberation.permissions import Guest, Operator, Phase, Role
from deliberation.results import grouping, opinions
from deliberation.search.models import SearchTerm

BEGAN = time.perf_counter()
SLUG = "messung"
PASSWORD = "Regenschirm am Hafen 12"
LEAST_PEOPLE, EACH_WRITES = 600, 50
VERBS_MAX = 500
"""Up to so many annotations people do it one by one: with its votes each takes the verbs thirty milliseconds."""
HIDDEN_MAX, FLAGGED_MAX = 200, 300


@dataclass(frozen=True)
class Filled:
    """Who can sign in to what was filled, by mail address. Numbers of annotations begin at 1; `unseen` are those that nobody
    can vote on, `since` is the day before yesterday of the last one, `queries` are words that are often, sometimes and seldom."""

    annotations: int
    votes: int
    writers: tuple[str, ...]
    voters: tuple[str, ...]
    moderator: str
    crowd: tuple[str, ...]
    unseen: tuple[int, ...]
    since: str
    queries: tuple[str, ...]


def fill(shape: Shape, people: int = 0, through_verbs: bool | None = None) -> Filled:
    """People, text, contributions, votes, stances, and a moderator who has done some of her work."""
    set_reading(False)
    opened = now() - timedelta(days=DAYS, minutes=10)
    declarations = [_found(number, count) for number, count in enumerate(shape.theses)]
    people = people or max(LEAST_PEOPLE, shape.annotations // len(declarations) // EACH_WRITES)
    stage = _set_up(declarations, people, opened)
    while jobs.find_words(is_thorough=True):
        pass
    by_verbs = shape.annotations <= VERBS_MAX if through_verbs is None else through_verbs
    writer = Verbs(stage) if by_verbs else Bulk(stage)
    chance = random.Random(3)
    for own, members in zip(stage.places, stage.people, strict=True):
        for place in (one for thesis in own for one in thesis):
            writer.take_stances(place, members, stances(people, chance))
    for step in steps(shape, people, len(stage.texts)):
        writer.write(step)
    _say("rows")
    writer.end()
    _say("indexes")
    return _finish(stage)


def _say(what: str) -> None:
    print(f"{what} {time.perf_counter() - BEGAN:.0f} s", end=", ", flush=True, file=sys.stderr)


def _found(number: int, theses: int) -> Declaration:
    title = f"Erklärung für die Messung {number + 1}"
    about = Particulars(slug=f"{SLUG}-{number + 1}" if number else SLUG, title=title, summary="Nur zum Messen.")
    declaration = create_declaration(Operator(), make_draft(theses, PER_THESIS), about)
    change_phase(Operator(), declaration, Phase.ANNOTATING)
    change_policy(Operator(), declaration, Policy.NONE)
    return declaration


def _set_up(declarations: list[Declaration], people: int, opened: datetime) -> Stage:
    members = [make_people(people, declaration, f"{number}-") for number, declaration in enumerate(declarations)]
    places = [
        [load_paragraphs([thesis.id]) for thesis in declaration.theses] for declaration in declarations
    ]  # fmt: skip
    db.session.commit()
    return Stage(declarations, places, members, texts(), opened)


def make_people(count: int, declaration: Declaration, prefix: str = "") -> list[User]:
    """Members under names that count; one password serves all."""
    secret = hash_password(PASSWORD)
    members = []
    for number in range(count):
        name = f"Weide {number}"
        user = User(email=f"person{prefix}{number}@example.org", password_hash=secret, confirmed_at=now(), memberships=[])
        key = pseudonyms.to_key(name)
        db.session.add(Membership(user=user, declaration=declaration, pseudonym=name, pseudonym_key=key, grants=[]))
        members.append(user)
    db.session.add_all(members)
    db.session.flush()
    return members


def _finish(stage: Stage) -> Filled:
    """The moderator hides, answers, is told; then everything that jobs would do has been done."""
    first, members = stage.declarations[0], stage.people[0]
    moderator = User(email="mira@example.org", password_hash=hash_password(PASSWORD), confirmed_at=now(), memberships=[])
    db.session.add(moderator)
    db.session.flush()
    grant_role(moderator, Role.MODERATOR, first, "Mira Moderation")
    here = (Annotation.declaration_id == first.id, Annotation.status == Status.VISIBLE, Annotation.root_id.is_(None))
    count = db.session.scalar(select(func.count(Annotation.number))) or 0
    roots = db.session.scalars(select(Annotation.number).where(*here).order_by(Annotation.number)).all()
    numbers = random.Random(5).sample(roots, min(FLAGGED_MAX, count // 30))
    for place, annotation in enumerate(load_annotations(numbers)):
        flag(Guest(), annotation, FlagReason.ATTACK, form_key=f"flag-{annotation.number}")
        if place < min(HIDDEN_MAX, count // 100):
            hide(moderator, annotation, Rule.RESPECT, "Der Ton verletzt eine andere Person.", annotation.version)
        elif place % 10 == 0:
            respond(moderator, annotation, ResponseKind.INQUIRY, "Danke. Wie sah das bei Ihnen im Alltag aus?")
    for declaration in stage.declarations:
        # As by default: the first contribution of a person waits for a moderator.
        change_policy(Operator(), declaration, Policy.FIRST)
    db.session.commit()
    settle()
    emails = [member.email for member in members]
    unseen = db.session.scalars(select(Annotation.number).where(Annotation.status != Status.VISIBLE)).all()
    votes = db.session.scalar(select(func.count(Vote.id))) or 0
    since = (now() - timedelta(days=2)).date().isoformat()
    total = db.session.scalar(select(func.max(Annotation.number))) or 0
    return Filled(
        total, votes, tuple(emails[:CLIENTS]), tuple(emails[-CLIENTS:]), moderator.email, tuple(emails[CLIENTS:-CLIENTS]),
        tuple(unseen), since, _queries(first),
    )  # fmt: skip


def settle() -> None:
    """Do what the jobs would begin with, so that they are idle while something is measured."""
    set_reading(False)
    while jobs.find_words(is_thorough=True):
        pass
    jobs.pull_due_letters()
    while jobs.pull_due_digests():
        pass
    for number, mark in opinions.load_marks(db.session.scalars(select(Declaration.id)).all()).items():
        # Minutes of computing that nothing here asks for: none were found, as of these votes.
        grouping.keep(number, mark, None)
    db.session.commit()
    jobs.compute_fields()


def _queries(declaration: Declaration) -> tuple[str, ...]:
    query = select(SearchTerm.word).where(SearchTerm.declaration_id == declaration.id, func.length(SearchTerm.word) > 5)
    found = db.session.scalars(query.order_by(SearchTerm.docs.desc())).all()
    words = [word for word in found if word.isalpha()]
    return words[0], words[len(words) // 4], words[len(words) * 3 // 4]


def fill_long(paragraphs: int, annotations: int, people: int = 500) -> Declaration:
    """A long text in theses of 20 paragraphs that are all different, annotated in bulk, for `publishing.py`."""
    set_reading(False)
    about = Particulars(slug=SLUG, title="Erklärung für die Messung")
    draft = number_sentences(make_draft(paragraphs // PER_THESIS, PER_THESIS))
    declaration = create_declaration(Operator(), draft, about)
    change_phase(Operator(), declaration, Phase.ANNOTATING)
    change_policy(Operator(), declaration, Policy.NONE)
    stage = _set_up([declaration], people, now() - timedelta(days=DAYS, minutes=10))
    bulk, chance = Bulk(stage), random.Random(3)
    for place in (one for thesis in stage.places[0] for one in thesis):
        bulk.take_stances(place, stage.people[0], stances(people, chance))
    for step in steps(Shape(annotations, spread_over=paragraphs // PER_THESIS), people, len(stage.texts)):
        bulk.write(step)
    bulk.end()
    return declaration


def main(folder: str, name: str) -> None:
    kind, _dash, count = name.partition("-")
    app = create_app({"INSTANCE": folder, "LOG_LEVEL": "ERROR"})
    with app.app_context():
        if kind == "settle":
            settle()
            return
        schema.bring_up_to_date()
        filled = fill(Shape(int(count), kind == "deep"))
        (Path(folder) / "filled.json").write_text(json.dumps(asdict(filled)))
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
