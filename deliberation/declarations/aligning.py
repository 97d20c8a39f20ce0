"""Which paragraph of the old text does each paragraph of a whole new text continue? Pure, and bounded in time.

Evidence in this order: unchanged words, likeness at the same place, likeness elsewhere that nothing else comes
near, and at last the printed mark ("§ 8a", "(2)"). A mark comes last because it belongs to the place: whoever inserts
a paragraph renumbers all behind it, and an annotation belongs to the words, not to the number.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import pairwise, product

from rapidfuzz.distance import Indel

from deliberation.declarations.importing import CLOSING, PREAMBLE, DraftDeclaration

# Unrelated German paragraphs are seldom more than 0.3 alike. Less is needed where the place speaks for it too.
HOME_MIN = 0.4
GAP_MIN = 0.2
MOVED_MIN = 0.65
# So alike a text moved whatever else is at home, unless one that stood where it is now is so alike too.
TWIN_MIN = 0.8
LEAD = 0.1  # of what moved before every rival: two look-alikes would swap otherwise
MOVED_WORDS = 4  # shorter ones, such as "(weggefallen)", stand in many theses and say nothing about a move
MARK_WEIGHT = 0.15
# Theses: the share of their words, unchanged ones double; half a point for the heading, a quarter for the mark.
SAME_SHARE = 2.0
THESIS_MIN = 0.25
THESIS_LEAD = 0.5  # of a thesis that is known wherever it stands
# Bounds of work.
SHARED_BY = 40  # a word in more texts is no clue
MEASURED = 12  # old texts that a new one is measured against
ALL_PAIRS = 400  # pairs of two theses, or of one text that repeats itself; of more only some are looked at
WORDS_MAX = 1_500  # of a text that are compared

Pair = tuple[int, int]  # the new side first, here and everywhere below


@dataclass(frozen=True)
class Alignment:
    """Both are one-to-one, new side to old side: what is missing on the new side is new, on the old side gone."""

    theses: dict[int, int]
    paragraphs: dict[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Passage:
    """A paragraph or a heading: where it stands, its words, and the mark printed before it or ""."""

    thesis: int
    position: int
    words: tuple[str, ...]
    mark: str


Passages = Sequence[Passage]
Places = Iterable[int]


def align(old: DraftDeclaration, new: DraftDeclaration) -> Alignment:
    """Pair theses by what stands in them, then paragraphs inside paired theses, then those that moved."""
    before, after = to_passages(old), to_passages(new)
    alike = find_alike(before, after)
    theses = _pair_theses(old, new, _to_shares(before, after, alike))
    pairs = _Pairing(before, after, theses, alike).pair_all()
    places = {(after[n].thesis, after[n].position): (before[o].thesis, before[o].position) for n, o in pairs.items()}
    return Alignment(theses, places)


def to_passages(draft: DraftDeclaration) -> list[Passage]:
    """All paragraphs in order of reading."""
    return [
        Passage(i, j, to_words(" ".join(one.sentences)), re.sub(r"\W", "", one.units[0].label if one.units else ""))
        for i, thesis in enumerate(draft.theses)
        for j, one in enumerate(thesis.paragraphs)
    ]


def to_words(text: str) -> tuple[str, ...]:
    """The words without punctuation and case; a text that has none ("* * *") is one word."""
    return tuple(re.findall(r"\w+", text.casefold())) or (text,)


def find_alike(before: Passages, after: Passages) -> dict[Pair, float]:
    """How alike two texts are, 0 to 1: the same ones, and the few that share the most telling words."""
    found = dict.fromkeys(_find_same(before, after, range(len(after)), range(len(before))), 1.0)
    holders: dict[str, list[int]] = defaultdict(list)
    for o, passage in enumerate(before):
        for word in set(passage.words):
            holders[word].append(o)
    for n, passage in enumerate(after):
        shared: dict[int, float] = defaultdict(float)
        for word in sorted(set(passage.words)):
            if len(rivals := holders.get(word, ())) <= SHARED_BY:
                for o in rivals:
                    shared[o] += 1 / len(rivals)
        for o in nlargest(MEASURED, shared, key=lambda one: (shared[one], -one)):
            found[n, o] = _likeness(passage, before[o])
    return found


def _find_same(before: Passages, after: Passages, news: Places, olds: Places) -> Iterator[Pair]:
    """Pairs with the same words; of a text that repeats itself often only the nth ones, counted from both ends."""
    for ours, theirs in _group_same(before, after, news, olds):
        if len(ours) * len(theirs) <= ALL_PAIRS:
            yield from product(ours, theirs)
        else:
            yield from zip(ours, theirs, strict=False)
            yield from zip(reversed(ours), reversed(theirs), strict=False)


def _group_same(before: Passages, after: Passages, news: Places, olds: Places) -> list[tuple[list[int], list[int]]]:
    """For each text that both sides have, where it stands on the new and on the old one."""
    groups: dict[tuple[str, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for n in news:
        groups[after[n].words][0].append(n)
    for o in olds:
        groups[before[o].words][1].append(o)
    return [group for group in groups.values() if group[0] and group[1]]


def _likeness(one: Passage, other: Passage) -> float:
    return Indel.normalized_similarity(one.words[:WORDS_MAX], other.words[:WORDS_MAX])


def _to_shares(before: Passages, after: Passages, alike: Mapping[Pair, float]) -> dict[Pair, float]:
    """The share of their words that two theses have in common, by the best partner of each paragraph."""
    best: dict[Pair, float] = defaultdict(float)
    for (n, o), likeness in alike.items():
        if likeness >= HOME_MIN:
            worth = SAME_SHARE if after[n].words == before[o].words else likeness
            best[n, before[o].thesis] = max(best[n, before[o].thesis], worth)
    common: dict[Pair, float] = defaultdict(float)
    for (n, thesis), worth in best.items():
        common[after[n].thesis, thesis] += worth * len(after[n].words)
    news, olds = (Counter([one.thesis for one in side for _ in one.words]) for side in (after, before))
    sizes = {(n, o): (news[n], olds[o]) for n, o in common}
    return {pair: 2 * min(common[pair], SAME_SHARE * min(size)) / sum(size) for pair, size in sizes.items()}


def _group_by_thesis(passages: Passages) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for index, passage in enumerate(passages):
        groups[passage.thesis].append(index)
    return groups


def _pair_theses(old: DraftDeclaration, new: DraftDeclaration, shares: Mapping[Pair, float]) -> dict[int, int]:
    """Preamble and closing part among themselves; the others by words, heading and mark, in order where possible."""
    before, after = _to_headings(old), _to_headings(new)
    scores = defaultdict(float, {(n, o): share for (n, o), share in shares.items() if n in after and o in before})
    news, olds = list(after.values()), list(before.values())
    for (n, o), likeness in find_alike(olds, news).items():
        if likeness >= HOME_MIN and news[n].words != ("",):
            scores[news[n].thesis, olds[o].thesis] += likeness / 2
    marks = {heading.mark: heading.thesis for heading in olds if heading.mark}
    marked = {heading.thesis: marks[heading.mark] for heading in news if heading.mark in marks}
    for pair in marked.items():
        scores[pair] += 0.25
    fit = {pair: score for pair, score in scores.items() if score >= THESIS_MIN}
    ends = {thesis.number: index for index, thesis in enumerate(old.theses) if thesis.number in (PREAMBLE, CLOSING)}
    paired = {index: ends[thesis.number] for index, thesis in enumerate(new.theses) if thesis.number in ends}
    paired.update(find_moved(fit, paired, THESIS_LEAD))
    taken = set(paired.values())
    paired.update(find_chain({(n, o): fit[n, o] for n, o in fit if n not in paired and o not in taken}))
    return paired | find_moved(fit, paired)


def _to_headings(draft: DraftDeclaration) -> dict[int, Passage]:
    """Headings of the theses between preamble and closing part. A "3." is no printed mark, but our own count."""
    found = {}
    for index, thesis in enumerate(draft.theses):
        match = re.match(r"(?:§|Art\.|Artikel)\s*(\d+\s?[a-z]?\b)", f"{thesis.label} {thesis.heading}".strip())
        words = to_words(thesis.heading.removeprefix(match[0] if match else ""))
        if thesis.number not in (PREAMBLE, CLOSING):
            found[index] = Passage(index, 0, words, match[1].replace(" ", "") if match else "")
    return found


def find_chain(weights: Mapping[Pair, float]) -> list[Pair]:
    """The heaviest pairs that rise on both sides, so that nothing in them swaps; found with a Fenwick tree."""
    places = {o: place for place, o in enumerate(sorted({o for _, o in weights}), start=1)}
    tree: list[tuple[float, Pair | None]] = [(0.0, None)] * (len(places) + 1)
    previous: dict[Pair, Pair | None] = {}
    # The old side falls where the new one is equal, so that no paragraph follows itself.
    for n, o in sorted(weights, key=lambda pair: (pair[0], -pair[1])):
        best, at = tree[0], places[o] - 1
        while at:
            best, at = max(best, tree[at], key=lambda one: one[0]), at & (at - 1)
        previous[n, o] = best[1]
        reached, at = best[0] + weights[n, o], places[o]
        while at < len(tree):
            if tree[at][0] < reached:
                tree[at] = reached, (n, o)
            at += at & -at
    chain, last = [], max(tree, key=lambda one: one[0])[1]
    while last:
        chain.append(last)
        last = previous[last]
    return chain[::-1]


def find_moved(scores: Mapping[Pair, float], paired: Mapping[int, int], lead: float = LEAD) -> dict[int, int]:
    """Pairs out of order, if no other pair of either side comes near, whether it was chosen or not."""
    found: tuple[dict[int, list[float]], dict[int, list[float]]] = defaultdict(list), defaultdict(list)
    for (n, o), score in scores.items():
        found[0][n].append(score)
        found[1][o].append(score)
    rivals = [{index: nlargest(2, side[index])[1:] for index in side} for side in found]
    taken = set(paired.values())
    free = [((n, o), score) for (n, o), score in scores.items() if n not in paired and o not in taken]
    return {n: o for (n, o), score in free if all(score - rival >= lead for rival in rivals[0][n] + rivals[1][o])}


@dataclass
class _Pairing:
    """The paragraphs paired so far, new side to old side, and what is known about the others."""

    before: Passages
    after: Passages
    theses: Mapping[int, int]
    alike: dict[Pair, float]
    pairs: dict[int, int] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)

    def pair_all(self) -> dict[int, int]:
        """The strongest evidence first, and at home before elsewhere."""
        close = [pair for pair, likeness in self.alike.items() if likeness >= TWIN_MIN]
        twins = {n for n, o in close if self.theses.get(self.after[n].thesis) == self.before[o].thesis}
        self._take([(n, o) for n, o in self._find_moved(TWIN_MIN) if n not in twins])
        news, olds = _group_by_thesis(self.after), _group_by_thesis(self.before)
        homes = [(news[n], olds[o]) for n, o in self.theses.items() if n in news and o in olds]
        chains = [self._find_in_order(*home) for home in homes]
        for home, chain in zip(homes, chains, strict=True):
            self._take(chain)
            self._take(self._find_unchanged(*home, 1))
        self._take(self._find_unchanged(range(len(self.after)), range(len(self.before)), MOVED_WORDS))
        self._take(self._find_moved(MOVED_MIN))
        for home, chain in zip(homes, chains, strict=True):
            self._pair_in_gaps(*home, chain)
        return self.pairs

    def _take(self, pairs: Iterable[Pair]) -> None:
        for n, o in pairs:
            self.pairs[n] = o
            self.taken.add(o)

    def _free(self, news: Places, olds: Places) -> tuple[list[int], list[int]]:
        return [n for n in news if n not in self.pairs], [o for o in olds if o not in self.taken]

    def _find_moved(self, least: float) -> list[Pair]:
        """Free paragraphs that went somewhere else, so alike at least."""
        moved = find_moved(self.alike, self.pairs).items()
        return [(n, o) for n, o in moved if self.alike[n, o] >= least and len(self.after[n].words) >= MOVED_WORDS]

    def _find_unchanged(self, news: Places, olds: Places, words: int) -> list[Pair]:
        """Free paragraphs with the same words, so many at least; in order where they repeat themselves."""
        found: list[Pair] = []
        for ours, theirs in _group_same(self.before, self.after, *self._free(news, olds)):
            if len(self.after[ours[0]].words) >= words:
                found += zip(ours, theirs, strict=False)
        return found

    def _find_in_order(self, news: Sequence[int], olds: Sequence[int]) -> list[Pair]:
        """The heaviest free pairs of two theses in order. A text that stands on both sides takes no look-alike."""
        news, olds = self._free(news, olds)
        weights = dict.fromkeys(_find_same(self.before, self.after, news, olds), 1.0)
        weights |= self._find_near(set(news) - {n for n, _ in weights}, set(olds) - {o for _, o in weights})
        for n, o in weights:
            if self.after[n].mark == self.before[o].mark != "":
                weights[n, o] += MARK_WEIGHT
        return find_chain({pair: weight for pair, weight in weights.items() if weight >= HOME_MIN})

    def _find_near(self, news: Places, olds: Places) -> dict[Pair, float]:
        """Pairs of two theses, measured now: all, or where there are many those that share telling words."""
        ours, theirs = sorted(news), sorted(olds)
        if len(ours) * len(theirs) <= ALL_PAIRS:
            found = {(n, o): _likeness(self.after[n], self.before[o]) for n, o in product(ours, theirs)}
        else:
            telling = find_alike([self.before[o] for o in theirs], [self.after[n] for n in ours])
            found = {(ours[n], theirs[o]): likeness for (n, o), likeness in telling.items()}
        self.alike |= found
        return found

    def _pair_in_gaps(self, news: Sequence[int], olds: Sequence[int], chain: Sequence[Pair]) -> None:
        """Between neighbours that stayed, the printed mark decides; then what is left alone on both sides."""
        bounds = [(news[0] - 1, olds[0] - 1), *chain, (news[-1] + 1, olds[-1] + 1)]
        for start, end in pairwise(bounds):
            ours, theirs = self._free(range(start[0] + 1, end[0]), range(start[1] + 1, end[1]))
            marks = {self.before[o].mark: o for o in reversed(theirs)}
            marked = {(n, marks[mark]): 1.0 for n in ours if (mark := self.after[n].mark) and mark in marks}
            self._take(find_chain(marked))
            ours, theirs = self._free(ours, theirs)
            if len(ours) == len(theirs) == 1 and _likeness(self.after[ours[0]], self.before[theirs[0]]) >= GAP_MIN:
                self._take([(ours[0], theirs[0])])
