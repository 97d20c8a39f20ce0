"""Databases to measure: a small one written by the verbs, and a large one whose rows are the same, written in bulk."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import insert
from words import bodies, make_draft, number_sentences

from deliberation.accounts import pseudonyms
from deliberation.accounts.models import User
from deliberation.accounts.passwords import hash_password
from deliberation.annotations import tallies
from deliberation.annotations.actions import Contribution, post_annotation, post_reply
from deliberation.annotations.models import (
    Annotation,
    Kind,
    ResponseKind,
    Stance,
    StanceTally,
    StanceValue,
    Status,
    Vote,
    VoteValue,
)
from deliberation.annotations.positions import cast_vote, change_phase, take_stance
from deliberation.annotations.responses import respond
from deliberation.clock import now
from deliberation.database import db
from deliberation.declarations.actions import Particulars, change_policy, create_declaration, grant_role, join
from deliberation.declarations.models import (
    Declaration,
    Membership,
    Paragraph,
    Policy,
    current_edition,
    load_paragraphs,
)
from deliberation.moderation.models import Decision, DecisionKind, Flag, FlagReason, Rule
from deliberation.permissions import Operator, Phase, Role
from deliberation.text import RENDER_VERSION, to_safe_html

SLUG = "messung"
PASSWORD = "Regenschirm am Hafen 12"
DAYS = 60
CLIENTS = 8
"""People who write and people who vote while it is measured; the voters have written nothing themselves."""
REPLIES = 0.35
KINDS = tuple(Kind)
WEIGHTS = (30, 15, 20, 12, 15, 8)


@dataclass(frozen=True)
class Filled:
    """Who can sign in to what was filled, by mail address. Numbers of annotations begin at 1."""

    annotations: int
    votes: int
    writers: tuple[str, ...]
    voters: tuple[str, ...]
    moderator: str
    # Numbers that nobody can vote on.
    unseen: frozenset[int] = frozenset()


def fill_small(annotations: int = 200, people: int = 60) -> Filled:
    """One thesis with 20 paragraphs, each step by its verb. A fifth of all contributions stand at the first one."""
    chance = random.Random(42)
    declaration = _found(1, 20)
    members = _people(people)
    for member in members:
        join(member, declaration)
    moderator = _moderator(declaration)
    places = load_paragraphs([thesis.id for thesis in declaration.theses])
    written = _write(declaration, places, members[:-CLIENTS], annotations, chance)
    votes = _vote(written, members, chance)
    for member in members:
        for place in chance.sample(places, 6):
            take_stance(member, place.thesis, place, chance.choice(list(StanceValue)))
    for annotation in written[:10:2]:
        respond(moderator, annotation, ResponseKind.INQUIRY, "Danke. Wie sah das bei Ihnen im Alltag aus?")
    return _open(declaration, annotations, votes, members, moderator)


def fill_large(annotations: int = 100_000, people: int = 2000) -> Filled:
    """Ten theses of 20 paragraphs; people, contributions, votes and acts of moderation in bulk."""
    chance = random.Random(42)
    declaration = _found(10, 20)
    members = _people(people)
    db.session.flush()
    for number, member in enumerate(members):
        name = f"Weide {number}"
        key = pseudonyms.to_key(name)
        db.session.add(Membership(user=member, declaration=declaration, pseudonym=name, pseudonym_key=key, grants=[]))
    moderator = _moderator(declaration)
    db.session.flush()
    authors = [member.memberships[0].id for member in members]
    rows = _rows(declaration, authors[:-CLIENTS], annotations, chance)
    votes = list(_votes(rows, authors, chance))
    _insert(Annotation, rows)
    _insert(Vote, votes)
    _moderate(rows, moderator.memberships[0].id)
    _take_stances(declaration, authors, chance)
    filled = _open(declaration, annotations, len(votes), members, moderator)
    unseen = frozenset(row["number"] for row in rows if row["status"] is not Status.VISIBLE)
    return replace(filled, unseen=unseen)


def fill_long(paragraphs: int, annotations: int, people: int = 500) -> Declaration:
    """A long text in theses of 20 paragraphs that are all different, annotated in bulk."""
    chance = random.Random(42)
    about = Particulars(slug=SLUG, title="Erklärung für die Messung")
    declaration = create_declaration(Operator(), number_sentences(make_draft(paragraphs // 20, 20)), about)
    change_phase(Operator(), declaration, Phase.ANNOTATING)
    change_policy(Operator(), declaration, Policy.NONE)
    authors = [join(member, declaration).id for member in _people(people)]
    rows = _rows(declaration, authors, annotations, chance)
    _insert(Annotation, rows)
    _insert(Vote, list(_votes(rows, authors, chance)))
    _take_stances(declaration, authors, chance)
    db.session.commit()
    return declaration


def _found(theses: int, per_thesis: int) -> Declaration:
    about = Particulars(slug=SLUG, title="Erklärung für die Messung", summary="Nur zum Messen.")
    declaration = create_declaration(Operator(), make_draft(theses, per_thesis), about)
    change_phase(Operator(), declaration, Phase.ANNOTATING)
    change_policy(Operator(), declaration, Policy.NONE)
    return declaration


def _open(declaration: Declaration, annotations: int, votes: int, members: list[User], moderator: User) -> Filled:
    """From here on as by default: the first contribution of a person waits for a moderator."""
    change_policy(Operator(), declaration, Policy.FIRST)
    db.session.commit()
    emails = [member.email for member in members]
    return Filled(annotations, votes, tuple(emails[:CLIENTS]), tuple(emails[-CLIENTS:]), moderator.email)


def _people(count: int) -> list[User]:
    secret = hash_password(PASSWORD)
    members = [
        User(email=f"person{number}@example.org", password_hash=secret, confirmed_at=now(), memberships=[])
        for number in range(count)
    ]
    db.session.add_all(members)
    db.session.flush()
    return members


def _moderator(declaration: Declaration) -> User:
    moderator = User(
        email="mira@example.org", password_hash=hash_password(PASSWORD), confirmed_at=now(), memberships=[]
    )
    db.session.add(moderator)
    db.session.flush()
    grant_role(moderator, Role.MODERATOR, declaration, "Mira Moderation")
    return moderator


def _write(
    declaration: Declaration, places: list[Paragraph], members: list[User], count: int, chance: random.Random
) -> list[Annotation]:
    written: list[Annotation] = []
    for number in range(count):
        author, body = members[number % len(members)], bodies()[number % len(bodies())]
        if number > 20 and chance.random() < REPLIES:
            written.append(post_reply(author, chance.choice(written), Contribution(body=body)))
            continue
        place = places[0] if number % 5 == 0 else chance.choice(places)
        kind = chance.choices(KINDS, WEIGHTS)[0]
        wording = f"{place.wording.sentences[0]} Das gilt überall." if kind is Kind.PROPOSAL else ""
        words = Contribution(body=body, kind=kind, sentences=[1], wording=wording)
        written.append(post_annotation(author, place.thesis, place, words))
    return written


def _vote(written: list[Annotation], members: list[User], chance: random.Random) -> int:
    count = 0
    for annotation in written:
        for voter in chance.sample(members[:-CLIENTS], chance.choice((2, 4, 6, 11))):
            if not voter.wrote(annotation):
                cast_vote(voter, annotation, chance.choice(list(VoteValue)))
                count += 1
    return count


def _rows(declaration: Declaration, authors: list[int], count: int, chance: random.Random) -> list[dict[str, Any]]:
    """What `post_annotation` and `post_reply` would have made, oldest first."""
    places = load_paragraphs([thesis.id for thesis in declaration.theses])
    edition, texts = current_edition(declaration).id, [(body, to_safe_html(body)) for body in bodies()]
    begin, step = now() - timedelta(days=DAYS), timedelta(days=DAYS) / count
    threads: dict[int, list[int]] = {place.id: [] for place in places}
    rows = []
    for number in range(1, count + 1):
        place = chance.choice(places)
        body, body_html = texts[number % len(texts)]
        older = threads[place.id]
        root = chance.choice(older) if older and chance.random() < REPLIES else None
        kind = None if root else chance.choices(KINDS, WEIGHTS)[0]
        if root is None:
            older.append(number)
        rows.append({
            "number": number, "declaration_id": declaration.id, "thesis_id": place.thesis_id,
            "paragraph_id": place.id, "wording_id": place.wording_id, "edition_id": edition,
            "parent_id": root, "root_id": root, "author_id": authors[number % len(authors)], "kind": kind,
            "sentences": [] if root else [1], "body": body, "body_html": body_html,
            "render_version": RENDER_VERSION, "form_key": f"bulk-{number}", "created_at": begin + number * step,
            "proposed_wording": f"{place.wording.sentences[0]} Das gilt überall." if kind is Kind.PROPOSAL else "",
            "status": chance.choices((Status.VISIBLE, Status.PENDING, Status.HIDDEN), (98, 1, 1))[0],
            "shown_agree": 0, "shown_disagree": 0, "shown_pass": 0,
        })  # fmt: skip
    return rows


def _votes(rows: list[dict[str, Any]], authors: list[int], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Votes of the first members; the published counts on the rows follow, at multiples of five."""
    shown = {VoteValue.AGREE: "shown_agree", VoteValue.DISAGREE: "shown_disagree", VoteValue.PASS: "shown_pass"}
    for row in rows:
        count = chance.choice((0, 1, 3, 5, 11)) if row["status"] is Status.VISIBLE else 0
        voters = chance.sample(range(len(authors) - CLIENTS), count)
        for place, voter in enumerate(voters):
            value = chance.choices(tuple(VoteValue), (5, 3, 2))[0]
            if place < count - count % tallies.STEP:
                row[shown[value]] += 1
            yield {
                "annotation_id": row["number"], "voter_id": authors[voter], "value": value, "cast_at": row["created_at"],
                "edition_id": row["edition_id"],
            }  # fmt: skip


def _take_stances(declaration: Declaration, authors: list[int], chance: random.Random) -> None:
    """Forty people at each paragraph, and the published counts of it."""
    edition, stances, published = current_edition(declaration).id, [], []
    for place in load_paragraphs([thesis.id for thesis in declaration.theses]):
        here = {"declaration_id": declaration.id, "thesis_id": place.thesis_id, "paragraph_id": place.id}
        values = chance.choices(tuple(StanceValue), (5, 3, 1, 1), k=40)
        published.append({**here, "edition_id": edition, **{value.value: values.count(value) for value in StanceValue}})
        stances += [
            {**here, "wording_id": place.wording_id, "edition_id": edition, "holder_id": holder, "value": value}
            for holder, value in zip(chance.sample(authors, len(values)), values, strict=True)
        ]
    _insert(Stance, stances)
    _insert(StanceTally, published)


def _moderate(rows: list[dict[str, Any]], moderator_id: int) -> None:
    """A decision for each hidden one, and a few hundred open flags."""
    hidden = [row for row in rows if row["status"] is Status.HIDDEN]
    _insert(Decision, [
        {
            "annotation_id": row["number"], "moderator_id": moderator_id, "kind": DecisionKind.HIDE, "rule": Rule.RESPECT,
            "old_status": Status.VISIBLE, "new_status": Status.HIDDEN, "reason": "Der Ton verletzt eine andere Person.",
        }
        for row in hidden
    ])  # fmt: skip
    _insert(Flag, [
        {"annotation_id": row["number"], "reason": FlagReason.ATTACK, "form_key": f"flag-{row['number']}"}
        for row in rows[:: max(1, len(rows) // 300)]
        if row["status"] is Status.VISIBLE
    ])  # fmt: skip


def _insert(table: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 5000):
        db.session.execute(insert(table), rows[start : start + 5000])
