"""The votes and stances of the sample: drawn by each person's view, with the rows and tallies the verbs make.

Some three thousand of them; through the verbs, one by one, they would take a minute.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from deliberation.annotations import tallies
from deliberation.annotations.models import Stance, StanceValue, Vote, VoteValue
from deliberation.database import db
from deliberation.declarations.models import Paragraph, Thesis
from deliberation.sample.scenes import Scene
from deliberation.sample.stage import Stage

DISAGREE_SHARE = 0.65
"""Of those an annotation does not appeal to, how many say so instead of passing."""
PARAGRAPH_SHARE = 0.35
"""How many of those with a stance on a thesis also take one on a given paragraph of it."""
SCALE = (StanceValue.CARRY, StanceValue.CHANGE, StanceValue.UNCLEAR, StanceValue.AGAINST)


def vote(stage: Stage, scenes: Iterable[Scene]) -> None:
    """Let people vote on every annotation that the script gives an appeal."""
    for scene in scenes:
        appeal = scene.script.get("appeal")
        if not appeal:
            continue
        annotation = scene.annotation
        rows = []
        for name, view in stage.views.items():
            if name != scene.script["by"] and stage.chance.random() < scene.script["reach"]:
                value = _vote_value(stage, appeal[view])
                cast_at = stage.some_time_after(annotation.created_at)
                voter_id = stage.member(name).id
                rows.append(
                    Vote(
                        annotation_id=annotation.number,
                        voter_id=voter_id,
                        value=value,
                        cast_at=cast_at,
                        edition_id=annotation.edition_id,
                    )
                )
        _count_as_they_came(rows, lambda row: row.cast_at, partial(tallies.refresh_votes, annotation))


def _vote_value(stage: Stage, appeal: float) -> VoteValue:
    if stage.chance.random() < appeal:
        return VoteValue.AGREE
    return VoteValue.DISAGREE if stage.chance.random() < DISAGREE_SHARE else VoteValue.PASS


def take_stances(stage: Stage, script: Sequence[dict[str, Any]]) -> None:
    """Let people take stances on the theses, and some of them on paragraphs."""
    for lean in script:
        for address, (thesis, paragraph) in stage.places.items():
            if thesis.number == lean["thesis"]:
                reach = lean["reach"] * (1 if address.endswith(".0") else PARAGRAPH_SHARE)
                _take(stage, thesis, paragraph, lean, reach)


def _take(stage: Stage, thesis: Thesis, paragraph: Paragraph | None, lean: dict[str, Any], reach: float) -> None:
    rows = []
    for name, view in stage.views.items():
        if stage.chance.random() < reach:
            rows.append(
                Stance(
                    declaration_id=stage.declaration.id,
                    thesis_id=thesis.id,
                    paragraph_id=paragraph.id if paragraph else None,
                    wording_id=paragraph.wording_id if paragraph else None,
                    edition_id=(paragraph or thesis).since_id,
                    holder_id=stage.member(name).id,
                    value=stage.chance.choices(SCALE, weights=lean[view])[0],
                    taken_at=stage.some_time_after(stage.declaration.created_at),
                )
            )
    _count_as_they_came(rows, lambda row: row.taken_at, partial(tallies.refresh_stances, thesis, paragraph))


def _count_as_they_came(rows: list[Any], when: Callable[[Any], datetime], publish: Callable[[], None]) -> None:
    """Store the rows in the order of time; published is the state at the last full step."""
    queue = iter(sorted(rows, key=when))
    db.session.add_all(list(islice(queue, len(rows) - len(rows) % tallies.STEP)))
    db.session.flush()
    publish()
    db.session.add_all(list(queue))
    db.session.flush()
