"""What a crowd of people does on a site: most read, some vote, a few write. For `hall.py` and `lasting.py`."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from asking import GUEST, Person
from crowd import Ask
from filling import SLUG
from planning import CLIENTS
from sites import Site
from words import texts

VOTES, WRITES = 0.10, 0.05
SIGNED_IN = 0.5
"""So many have an account; they do all the voting and writing, and a part of the reading."""
PLACES = 8
"""Paragraphs of the first thesis that people talk about."""


@dataclass(frozen=True)
class Deed:
    """Something asked, and what has to be in the database once it is answered: nothing, a form key, or a vote's annotation."""

    ask: Ask
    form_key: str = ""
    annotation: int = 0


def deeds(site: Site, people: Sequence[Person], count: int, seed: int = 11) -> list[list[Deed]]:
    """So many deeds of each person, then of as many guests that the shares come out right."""
    chance = random.Random(seed)
    guests = round(len(people) * (1 - SIGNED_IN) / SIGNED_IN)
    unseen = set(site.filled.unseen)
    numbers = [one for one in range(1, site.filled.annotations + 1) if one not in unseen]
    writers, plans = CLIENTS + len(site.filled.crowd), []
    for place, person in enumerate([*people, *[GUEST] * guests]):
        # Nobody may vote on her own; `planning.steps` says who wrote which. `people` are the first of the crowd.
        others = [one for one in numbers if one % writers != CLIENTS + place]
        plans.append([_deed(site, person, chance, others) for _turn in range(count)])
    return plans


def _deed(site: Site, person: Person, chance: random.Random, numbers: Sequence[int]) -> Deed:
    dice = chance.random() if person.cookie else 1.0
    if dice < WRITES / SIGNED_IN:
        key, path = uuid.uuid4().hex, f"/d/{SLUG}/1/{chance.randint(1, PLACES)}/annotations"
        fields = [("kind", "practice"), ("body", chance.choice(texts())), ("action", "send"), ("form_key", key)]
        return Deed(person.post(path, fields, b"sent="), form_key=key)
    if dice < (WRITES + VOTES) / SIGNED_IN:
        one = chance.choice(numbers)
        fields = [("vote", chance.choice(("agree", "disagree", "pass"))), ("next", f"/d/{SLUG}/1/1")]
        return Deed(person.post(f"/a/{one}/vote", fields, b"#a-%d" % one), annotation=one)
    return Deed(person.get(_page(site, person, chance, numbers)))


def _page(site: Site, person: Person, chance: random.Random, numbers: Sequence[int]) -> str:
    """Two thirds look at the thesis that is talked about."""
    dice = chance.random()
    if dice < 0.35:
        return f"/d/{SLUG}/1"
    if dice < 0.65:
        return f"/d/{SLUG}/1/{chance.randint(1, PLACES)}"
    if dice < 0.75:
        return f"/d/{SLUG}"
    if dice < 0.85:
        return f"/d/{SLUG}/{chance.randint(2, 3)}/{chance.randint(1, 20)}"
    if dice < 0.92:
        return f"/d/{SLUG}/new?since={site.filled.since}" if person.cookie else f"/d/{SLUG}/text"
    return f"/d/{SLUG}/search?q={chance.choice(site.filled.queries)}"
