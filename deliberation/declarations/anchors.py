"""Where the words stand that somebody wrote about, in the next edition of a text. Pure, sentence by sentence.

Sure is only what is identical and cannot be mistaken for another: it stayed (SAME) or went elsewhere (MOVED). What
was reworded, and every identical sentence that stands in several places whose number changed, is REWORDED with the
likeliest place named: a person looks at it. What has no likely place is GONE. Each new sentence continues one old
sentence at most, so two look-alikes never swap.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import Indel

from deliberation.declarations.fates import LOST, AnchorState, Fate, Spot, reworded, similarity
from deliberation.declarations.importing import DraftDeclaration, DraftParagraph, DraftThesis
from deliberation.declarations.order import find_reordered, longest_rising, out_of_order

LIKELY_HERE = 0.4  # share of common words from which a sentence of the same paragraph is its rewording
LIKELY_ELSEWHERE = 0.7
CANDIDATES = 5  # likely places elsewhere that are looked at for one sentence
PAIRS_MAX = 4_000_000  # lost sentences times new ones; above it nobody looks for rewordings elsewhere


class Reanchoring:
    """Both texts laid side by side. In the old one `origin` is every paragraph's and thesis' own id."""

    def __init__(self, old: DraftDeclaration, new: DraftDeclaration) -> None:
        self.old_paragraphs = {one.origin: one for one in _paragraphs(old)}
        self.new_paragraphs = _paragraphs(new)
        self._old_theses = {thesis.origin: thesis for thesis in old.theses}
        self._new_theses = {thesis.origin: thesis for thesis in new.theses if thesis.origin}
        self._continued = {one.origin: at for at, one in enumerate(self.new_paragraphs) if one.origin}
        self.reordered = find_reordered(old, new)
        self._reordered_theses = out_of_order(
            [thesis.origin for thesis in old.theses], [thesis.origin for thesis in new.theses]
        )
        self._free = {(at, n) for at, one in enumerate(self.new_paragraphs) for n in _numbers(one)}
        # New sentences that surely are some old sentence.
        self._identical: set[tuple[int, int]] = set()
        self._fates: dict[tuple[int, int], Fate] = {}
        self._doubtful: dict[tuple[int, int], Spot] = {}
        self._find_in_place()
        self._find_elsewhere()
        self._find_reworded()
        self._find_reworded_elsewhere()

    def of_sentence(self, paragraph: int, number: int) -> Fate:
        """What happened to one sentence, counted from 1, of an old paragraph given by its id."""
        return self._fates.get((paragraph, number), LOST)

    def of_sentences(self, paragraph: int, numbers: Sequence[int]) -> Fate:
        """Several sentences together. They are only sure together: all of them, in one paragraph, in their order."""
        old = self.old_paragraphs.get(paragraph)
        if old is None or not numbers or numbers[-1] > len(old.sentences):
            return self.of_paragraph(paragraph)
        fates = [self.of_sentence(paragraph, number) for number in numbers]
        return _together(fates, [old.sentences[number - 1] for number in numbers])

    def of_paragraph(self, paragraph: int) -> Fate:
        """A paragraph as a whole: identical, or merged whole into another one, or reworded, or gone, as it is if an
        earlier edition took it out."""
        old = self.old_paragraphs.get(paragraph)
        if old is None:
            return LOST
        at = self._continued.get(paragraph)
        if at is not None:
            new = self.new_paragraphs[at]
            if old.sentences == new.sentences:
                state = AnchorState.MOVED if paragraph in self.reordered else AnchorState.SAME
                return Fate(state, 1.0, Spot(at))
            share = similarity(" ".join(old.sentences), " ".join(new.sentences))
            return reworded(share, Spot(at))
        fates = [self.of_sentence(paragraph, number) for number in _numbers(old)]
        return _together(fates, old.sentences) if fates else LOST

    def of_thesis(self, thesis: int) -> Fate:
        """A thesis as a whole, heading and all; it has no spot of its own."""
        old, new = self._old_theses.get(thesis), self._new_theses.get(thesis)
        if old is None or new is None:
            return LOST
        before, after = _whole(old), _whole(new)
        if before == after:
            return Fate(AnchorState.MOVED if thesis in self._reordered_theses else AnchorState.SAME, 1.0)
        return reworded(similarity(" ".join(before), " ".join(after)))

    def of_words(self, paragraph: int, sentences: Sequence[str]) -> Fate:
        """Words of an earlier edition whose place was not sure already: they are only sure again where they stand
        whole and in order in the paragraph they belonged to, and nobody else's."""
        at = self._continued.get(paragraph)
        if at is None or not sentences:
            return LOST
        new = self.new_paragraphs[at].sentences
        count = len(sentences)
        found = [i for i in range(len(new) - count + 1) if new[i : i + count] == tuple(sentences)]
        if len(found) == 1:
            numbers = tuple(range(found[0] + 1, found[0] + 1 + count))
            if not any((at, number) in self._identical for number in numbers):
                return Fate(AnchorState.SAME, 1.0, Spot(at, numbers))
        shares = [(similarity(" ".join(sentences), text), -number) for number, text in enumerate(new, start=1)]
        share, number = max(shares, default=(0.0, 0))
        return reworded(share, Spot(at, (-number,))) if share >= LIKELY_HERE else LOST

    def successor(self, paragraph: int) -> int | None:
        """Index of the paragraph that took in most words of one that is gone; None if most of them are gone too."""
        words: Counter[int] = Counter()
        old = self.old_paragraphs[paragraph]
        for number, sentence in enumerate(old.sentences, start=1):
            fate = self.of_sentence(paragraph, number)
            if fate.spot:
                words[fate.spot.paragraph] += len(sentence.split())
        if not words:
            return None
        [(at, most)] = words.most_common(1)
        return at if 2 * most > sum(len(sentence.split()) for sentence in old.sentences) else None

    def _settle(self, paragraph: int, number: int, fate: Fate) -> None:
        self._fates[paragraph, number] = fate
        places = {(fate.spot.paragraph, n) for n in fate.spot.sentences} if fate.spot else set()
        self._free -= places
        if fate.similarity == 1.0:
            self._identical |= places

    def _find_in_place(self) -> None:
        """Identical sentences of a paragraph that goes on: each keeps its turn among its likes, if their number did
        not change; the longest run that kept its order stayed, the others moved."""
        for paragraph, at in self._continued.items():
            if paragraph not in self.old_paragraphs:
                continue
            old, new = self.old_paragraphs[paragraph].sentences, self.new_paragraphs[at].sentences
            before, after = _by_words(old), _by_words(new)
            pairs: list[tuple[int, int]] = []
            for words, numbers in before.items():
                places = after.get(words, [])
                if len(places) == len(numbers):
                    pairs += zip(numbers, places, strict=True)
                elif places:
                    self._doubtful |= {(paragraph, n): Spot(at, (places[0],)) for n in numbers}
            pairs.sort()
            stayed = longest_rising([place for _number, place in pairs])
            for number, place in pairs:
                is_same = place in stayed and paragraph not in self.reordered
                state = AnchorState.SAME if is_same else AnchorState.MOVED
                self._settle(paragraph, number, Fate(state, 1.0, Spot(at, (place,))))

    def _find_elsewhere(self) -> None:
        """Identical sentences in another paragraph: sure if the words stand once in each text, else doubtful."""
        was = Counter(words for one in self.old_paragraphs.values() for words in one.sentences)
        is_now: dict[str, list[Spot]] = defaultdict(list)
        for at, one in enumerate(self.new_paragraphs):
            for number, words in enumerate(one.sentences, start=1):
                is_now[words].append(Spot(at, (number,)))
        for paragraph, number, words in self._open():
            spots = is_now.get(words, [])
            if was[words] == 1 and len(spots) == 1:
                self._settle(paragraph, number, Fate(AnchorState.MOVED, 1.0, spots[0]))
            elif spots and (paragraph, number) not in self._doubtful:
                free = [spot for spot in spots if (spot.paragraph, spot.sentences[0]) in self._free]
                if free:
                    self._doubtful[paragraph, number] = free[0]
        for (paragraph, number), spot in self._doubtful.items():
            # Identical words, and yet nobody can know whether they are these.
            self._fates[paragraph, number] = Fate(AnchorState.REWORDED, 1.0, spot)
        self._free -= {(spot.paragraph, n) for spot in self._doubtful.values() for n in spot.sentences}

    def _find_reworded(self) -> None:
        """Sentences that were changed within their paragraph: the most similar first, each new one once; what is
        left may share one, since two sentences can have become one."""
        by_paragraph: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for paragraph, number, words in self._open():
            if paragraph in self._continued:
                by_paragraph[paragraph].append((number, words))
        for paragraph, sentences in by_paragraph.items():
            at = self._continued[paragraph]
            new = self.new_paragraphs[at].sentences
            free = [number for number in range(1, len(new) + 1) if (at, number) in self._free]
            pairs = [
                (similarity(words, new[place - 1]), -abs(number - place), number, place)
                for number, words in sentences
                for place in free
            ]
            self._take_best(paragraph, at, sorted(pairs, reverse=True))

    def _take_best(self, paragraph: int, at: int, pairs: list[tuple[float, int, int, int]]) -> None:
        for once in (True, False):
            for share, _distance, number, place in pairs:
                is_open = (paragraph, number) not in self._fates and (not once or (at, place) in self._free)
                if is_open and share >= LIKELY_HERE:
                    self._settle(paragraph, number, reworded(share, Spot(at, (place,))))

    def _find_reworded_elsewhere(self) -> None:
        """Sentences that were changed and moved at once. Only looked for while that is quickly done."""
        lost = list(self._open())
        found = sorted(self._free)
        if not lost or not found or len(lost) * len(found) > PAIRS_MAX:
            return
        choices = [self.new_paragraphs[at].sentences[number - 1].split() for at, number in found]
        pairs = [
            (share, -i, -j)
            for i, (_paragraph, _number, words) in enumerate(lost)
            for _choice, share, j in process.extract(
                words.split(),
                choices,
                scorer=Indel.normalized_similarity,
                score_cutoff=LIKELY_ELSEWHERE,
                limit=CANDIDATES,
            )
        ]
        pairs.sort(reverse=True)
        for share, i, j in pairs:
            paragraph, number, _words = lost[-i]
            if (paragraph, number) not in self._fates and found[-j] in self._free:
                at, place = found[-j]
                self._settle(paragraph, number, reworded(share, Spot(at, (place,))))

    def _open(self) -> Iterable[tuple[int, int, str]]:
        """Old sentences whose fate is not known yet."""
        return [
            (paragraph, number, words)
            for paragraph, one in self.old_paragraphs.items()
            for number, words in enumerate(one.sentences, start=1)
            if (paragraph, number) not in self._fates
        ]


def _together(fates: Sequence[Fate], words: Sequence[str]) -> Fate:
    """What happened to several sentences of one place, with their words for weights."""
    if len(fates) == 1:
        return fates[0]
    spots = [fate.spot for fate in fates if fate.spot]
    homes = Counter(spot.paragraph for spot in spots)
    if not homes:
        return LOST
    [(home, _count)] = homes.most_common(1)
    numbers = [n for spot in spots if spot.paragraph == home for n in spot.sentences]
    states = {fate.state for fate in fates}
    in_one_piece = len(numbers) == len(fates) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    if states <= {AnchorState.SAME, AnchorState.MOVED} and in_one_piece:
        state = AnchorState.SAME if states == {AnchorState.SAME} else AnchorState.MOVED
        return Fate(state, 1.0, Spot(home, tuple(numbers)))
    if states == {AnchorState.SAME}:
        # Something was put in between: the same sentences in the same order.
        return Fate(AnchorState.SAME, 1.0, Spot(home, tuple(numbers)))
    weights = [len(text.split()) or 1 for text in words]
    share = sum(fate.similarity * weight for fate, weight in zip(fates, weights, strict=True)) / sum(weights)
    return Fate(AnchorState.REWORDED, share, Spot(home, tuple(sorted(set(numbers)))))


def _paragraphs(text: DraftDeclaration) -> list[DraftParagraph]:
    return [paragraph for thesis in text.theses for paragraph in thesis.paragraphs]


def _numbers(paragraph: DraftParagraph) -> range:
    return range(1, len(paragraph.sentences) + 1)


def _whole(thesis: DraftThesis) -> list[str]:
    return [thesis.heading, *(words for paragraph in thesis.paragraphs for words in paragraph.sentences)]


def _by_words(sentences: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, words in enumerate(sentences, start=1):
        found[words].append(number)
    return found
