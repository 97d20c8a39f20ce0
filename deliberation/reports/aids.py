"""Aids for whoever writes the report: sentences worth quoting and words that stand out. Everything is taken out of what
people wrote, nothing is put into other words, and the same texts always give the same result.

Central is what shares its words with many others: the sum of cosine similarities to all contributions of the thesis
(G. Erkan, D. R. Radev: LexRank, JAIR 22, 2004, continuous degree centrality). It needs one product with the sum of all vectors,
so that its time is linear in the number of words: 5 000 contributions of 40 words take about a second.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from deliberation.annotations.ordering import wilson
from deliberation.annotations.tallies import PERCENT_FROM, STEP
from deliberation.database import db
from deliberation.declarations.models import Declaration
from deliberation.reports.german import to_terms
from deliberation.results import opinions
from deliberation.results.counted import MINORITY
from deliberation.results.items import Item
from deliberation.results.models import OpinionGroups
from deliberation.sentences import split_sentences
from deliberation.text import to_plain_text

CANDIDATES = 8
KEYWORDS = 12
SAID_BY = 3
"""A word stands out only if so many contributions use it: else it would be one person's word."""
TOO_SHORT = 4
"""A contribution of fewer words is no quote."""
QUOTE_MAX = 280
SPREAD = 3
"""How much more it counts that a kind, a group or a state of votes is not there yet than how central a contribution is."""
ALIKE = 0.6
"""From this similarity on a second candidate says the same once more."""

Vector = dict[str, float]


@dataclass(frozen=True)
class Candidate:
    """A contribution worth naming. `quote` are words of it, in one piece; empty where they are not given free: then it can
    be told in other words only. `reasons` say why it is here: central, agreed, disputed, connects, divides."""

    item: Item
    quote: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Aids:
    candidates: tuple[Candidate, ...]
    keywords: tuple[str, ...]


def load_leanings(declaration: Declaration) -> Mapping[int, str]:
    """What each contribution is to the opinion groups: "connects", or the letter of the group that agrees far more than
    another. By the thresholds under which groups are shown to everybody; nothing without groups. One query."""
    kept = db.session.scalars(select(OpinionGroups).where(OpinionGroups.declaration_id == declaration.id)).one_or_none()
    found: dict[int, str] = {}
    for number, counts in kept.items if kept is not None and kept.sizes else ():
        one = opinions.Item(number, tuple(opinions.Counts(*each) for each in counts))
        if min(group.seen for group in one.groups) < opinions.LEAST_SEEN:
            continue
        shares = [group.share for group in one.groups]
        if min(shares) >= opinions.CONNECTS:
            found[number] = "connects"
        elif one.divides >= opinions.DIVIDES:
            found[number] = "ABC"[shares.index(max(shares))]
    return found


def find_aids(items: Sequence[Item], everything: Sequence[Item], leanings: Mapping[int, str]) -> Aids:
    """For the contributions `items` of one thesis among `everything` that everybody may read. Pure."""
    roots = [item for item in items if item.is_visible and not item.is_reply]
    texts = {item.number: to_terms(to_plain_text(item.body)) for item in roots}
    vectors = _vectors({number: [term for term, _word in terms] for number, terms in texts.items()})
    return Aids(
        _choose([item for item in roots if len(item.body.split()) >= TOO_SHORT], vectors, leanings),
        _keywords(texts, [one for one in everything if one.is_visible and not one.is_reply]),
    )


def _vectors(texts: Mapping[int, Sequence[str]]) -> dict[int, Vector]:
    """Each text as words weighed by how rare they are among these texts (tf-idf), of length one."""
    found = Counter(term for terms in texts.values() for term in set(terms))
    rare = {term: math.log(1 + len(texts) / count) for term, count in found.items()}
    return {
        number: _unit({term: n * rare[term] for term, n in Counter(terms).items()}) for number, terms in texts.items()
    }


def _unit(vector: Vector) -> Vector:
    length = math.sqrt(sum(value * value for value in vector.values()))
    return {term: value / length for term, value in vector.items()} if length else {}


def _cosine(one: Vector, other: Vector) -> float:
    small, large = sorted((one, other), key=len)
    return sum(value * large.get(term, 0.0) for term, value in small.items())


def centralities(vectors: Mapping[int, Vector]) -> dict[int, float]:
    """How much each shares with all the others, between 0 and 1."""
    total: Counter[str] = Counter()
    for vector in vectors.values():
        for term, value in vector.items():
            total[term] += value  # type: ignore[assignment]
    sums = {
        number: sum(value * total[term] for term, value in vector.items()) - (1.0 if vector else 0.0)
        for number, vector in vectors.items()
    }
    most = max(sums.values(), default=0.0) or 1.0
    return {number: max(0.0, value) / most for number, value in sums.items()}


def _choose(items: Sequence[Item], vectors: Mapping[int, Vector], leanings: Mapping[int, str]) -> tuple[Candidate, ...]:
    """One after the other: what is central and liked, of a kind, a group and a state of votes that is not there yet."""
    central = centralities(vectors)
    chosen: list[Item] = []
    seen: Counter[str] = Counter()
    rest = sorted(items, key=lambda item: item.number)
    while rest and len(chosen) < CANDIDATES:
        best = max(rest, key=lambda item: (_gain(item, central, seen, leanings), -item.number))
        chosen.append(best)
        seen.update(_facets(best, leanings))
        rest = [one for one in rest if one is not best and _cosine(vectors[one.number], vectors[best.number]) < ALIKE]
    top = sorted(central.values(), reverse=True)[: max(1, len(central) // 5)]
    return tuple(Candidate(one, _quote(one), _reasons(one, central, top, leanings)) for one in chosen)


def _gain(item: Item, central: Mapping[int, float], seen: Mapping[str, int], leanings: Mapping[int, str]) -> float:
    spread = sum(1 / (1 + seen[facet]) for facet in _facets(item, leanings))
    return central[item.number] + wilson(item.votes) + SPREAD * spread


def _facets(item: Item, leanings: Mapping[int, str]) -> list[str]:
    kind = item.kind.value if item.kind else ""
    return [f"kind {kind}", f"votes {_state(item)}", f"group {leanings.get(item.number, '')}"]


def _state(item: Item) -> str:
    votes = item.votes
    sides = votes.agree + votes.disagree
    if votes.n >= PERCENT_FROM and sides and min(votes.agree, votes.disagree) / sides >= MINORITY:
        return "disputed"
    return "agreed" if votes.n >= STEP and votes.agree > votes.disagree else "few"


def _reasons(
    item: Item, central: Mapping[int, float], top: Sequence[float], leanings: Mapping[int, str]
) -> tuple[str, ...]:
    found = ["central"] if central[item.number] >= top[-1] > 0 else []
    found += [_state(item)] if _state(item) != "few" else []
    leaning = leanings.get(item.number, "")
    found += ["connects"] if leaning == "connects" else ["divides"] if leaning else []
    return tuple(found)


def _quote(item: Item) -> str:
    return best_words(item.body) if item.is_quotable else ""


def best_words(body: str) -> str:
    """A whole short text, else the sentence of it that holds most of what it says again and again: always words in one
    piece; nothing if each sentence is longer than QUOTE_MAX characters."""
    plain = to_plain_text(body)
    if len(plain) <= QUOTE_MAX:
        return plain
    sentences = [one for one in split_sentences(plain) if len(one) <= QUOTE_MAX]
    if not sentences:
        return ""
    weight = Counter(term for term, _word in to_terms(plain))
    return max(
        sentences, key=lambda one: (sum(weight[term] for term in {term for term, _word in to_terms(one)}), -len(one))
    )


def _keywords(texts: Mapping[int, Sequence[tuple[str, str]]], everything: Sequence[Item]) -> tuple[str, ...]:
    """What many say here and fewer elsewhere, in the form that is written most."""
    here = Counter(term for terms in texts.values() for term in {term for term, _word in terms})
    forms: dict[str, Counter[str]] = {}
    for terms in texts.values():
        for term, word in terms:
            forms.setdefault(term, Counter())[word] += 1
    others = [to_terms(item.body) for item in everything if item.number not in texts]
    elsewhere = Counter(term for terms in others for term in {term for term, _word in terms})
    scores = {
        term: count * _contrast(count / len(texts), elsewhere[term] / len(others) if others else 0.0)
        for term, count in here.items()
        if count >= SAID_BY
    }
    telling = [term for term, score in scores.items() if score > 0]
    best = sorted(telling, key=lambda term: (-scores[term], term))[:KEYWORDS]
    return tuple(max(forms[term].items(), key=lambda form: (form[1], form[0]))[0] for term in best)


def _contrast(here: float, there: float) -> float:
    """1 where the word is used here alone, 0 where it is used here as seldom as elsewhere or more seldom."""
    return max(0.0, (here - there) / (here + there))
