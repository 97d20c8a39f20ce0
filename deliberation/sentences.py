"""German sentences: where one ends, by our own rules and without a model.

A boundary only ever falls on white space, so joining the sentences with single blanks gives the text back
with its white space
normalised: nothing is lost and nothing is added. Every word is looked at a bounded number of times, so the
time is linear.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Nothing ends after these, whatever follows. Several words are written without the blanks: "z. B." is "z.b".
_NEVER = _words(
    """
    z.b d.h i.v.m i.d.r i.s.d i.s.v i.d.f i.d.s i.h.v i.e.s i.w.s i.ü m.e m.w m.a.w n.f a.f o.g s.g u.u v.a
    z.hd z.h z.z z.zt d.i u.z b.z u.d.t m.b.h bspw bzw vgl ggf ggfs gegebenenf evtl ca etwa.v inkl einschl
    exkl zzgl abzgl insb insbes gem lt sog zw bes dr prof hr fr dipl ing med jur phil habil priv.doz st hl
    hrsg hg vs max ggü entspr betr bez bzgl sinngem mind zit sen geb verh verst gest röm kath ev dt engl frz
    allg einschl.d hptst
    """
)

# A sentence may end here, but only a word that opens sentences says so: "§§ 42 ff. SGB VIII", "e. V. Berlin".
_SELDOM = _words(
    """
    abs nr nrn art buchst bst lit s ziff ziffn kap bd bde rn rdnr rdn rz tz hs halbs anm az bgbl gbl
    gvbl abschn unterabs aufl ausg jg h f ff u.a u.ä o.ä u.dgl dgl a.a.o s.o s.u z.t e.v n.chr v.chr jh jhd
    jhs jahrh tel fax str pl mio mrd tsd std min sek stk co jan feb mrz apr aug sept sep okt nov dez vors
    stellv mitgl fn fußn tab abb nachw
    """
)

# A letter or a short number with a dot is mostly an initial or an ordinal; after these words it is a count.
_COUNTED = _words(
    """
    § §§ abs absatz absätze absätzen nr nummer nummern satz sätze art artikel seite s ziffer ziff kapitel
    buchstabe buchst these thesen punkt rn teil band buch sgb anlage fußnote stufe klasse
    """
)

# Abbreviations only before a number; otherwise a name and a plain word.
_PLAIN = frozenset({"Max", "Art"})

_OPENERS = _words(
    """
    der die das den dem des ein eine einer eines einem einen er sie es wir ich ihr ihre ihrer ihrem ihren
    sein seine unser unsere man dies diese dieser dieses diesem diesen jene jener jenes jede jeder jedes
    jeden jedem alle allen aller kein keine keiner niemand jemand wer was wie wo wann warum weshalb wieso
    welche welcher welches wohin woher in im ins an am auf aus bei beim bis durch für gegen gemäß hinter
    laut mit nach neben ohne seit trotz über um unter vom von vor während wegen zu zum zur zwischen und oder
    aber denn doch sondern wenn weil da dass daß damit als ob obwohl sobald solange soweit sofern falls
    indem nachdem bevor also auch außerdem dabei dadurch dafür dagegen daher danach dann daneben darum
    darüber darin daran darauf daraus davon davor dazu deshalb deswegen dennoch dort drittens ebenso erst
    erstens ferner folglich freilich hier hierbei hierfür hiermit hierzu hingegen immer insbesondere
    insofern insoweit inzwischen ja jedoch jetzt nein nicht nichts nie noch nun nur oft schon sehr selbst so
    somit sonst später stets trotzdem überdies vielmehr viele vielleicht weiter weiterhin weitere zudem
    zuerst zugleich zunächst zwar zweitens ist sind war waren hat haben hatte wird werden wurde wurden kann
    können soll sollen sollte muss müssen darf dürfen will wollen gibt gilt gelten hält liegt besteht
    bestehen beim besonders bisher heute gestern morgen einerseits andererseits
    """
)

_CLOSING = "\"'“”’‘»«›‹)]}*_"
_OPENING = "\"'„“”‚‘’»«›‹([{*_¿¡"
_ROMAN = re.compile(r"[IVXL]+")
_MARK = re.compile(r"[(\[]?(?:\d{1,3}[a-z]?|[A-Za-z]|[IVXLivxl]{1,6})[.)\]]{1,2}")
_SHORT_NUMBER = re.compile(r"(?:\d{1,2}\.)*\d{1,2}[a-z]?")


def split_sentences(text: str) -> list[str]:
    """Split a text into its sentences. White space is normalised; an empty text has none."""
    words = text.split()
    inner = _inner_brackets(words)
    sentences: list[str] = []
    start, held_until = 0, -1
    for index in range(len(words)):
        if index > start:
            held_until = max(held_until, inner[index])
        if index < held_until or not _ends_here(words, index, start, index == held_until):
            continue
        sentences.append(" ".join(words[start : index + 1]))
        start = index + 1
    if start < len(words):
        sentences.append(" ".join(words[start:]))
    return sentences


def _inner_brackets(words: list[str]) -> list[int]:
    """For each word, up to which word a round bracket reaches that opens in it and is closed later (-1:
    none).
    """
    reach = [-1] * len(words)
    opened: list[int] = []
    for index, word in enumerate(words):
        for char in word:
            if char == "(":
                opened.append(index)
            elif char == ")" and opened:
                first = opened.pop()
                reach[first] = max(reach[first], index)
    return reach


def _ends_here(words: list[str], index: int, start: int, closes_bracket: bool) -> bool:
    if index + 1 >= len(words):
        return False
    word = words[index]
    bare = word.rstrip(_CLOSING)
    if not bare or bare[-1] not in ".!?…" or _is_aside(word, bare, closes_bracket):
        return False
    if not _opens(words, index + 1):
        return False
    if bare[-1] in "!?":
        return True
    if bare[-1] == "…" or bare.endswith(".."):
        return any(char.isalnum() for char in bare)
    return _dot_ends(words, index, start, bare[:-1].lstrip(_OPENING))


def _is_aside(word: str, bare: str, closes_bracket: bool) -> bool:
    """Say whether the mark stands inside a remark that does not end the sentence: (!), (sic!), […]."""
    closed = word[len(bare) :]
    return ("]" in closed and "[" in bare) or (")" in closed and closes_bracket)


def _opens(words: list[str], index: int) -> bool:
    """Say whether a sentence can begin with this word; signs without letters look one word further."""
    first = _first_sign(words[index])
    if not first and not any(char in ".!?,;:" for char in words[index]) and words[index].strip(_CLOSING):
        first = _first_sign(words[index + 1]) if index + 1 < len(words) else ""
    return bool(first) and not first.islower()


def _first_sign(word: str) -> str:
    return next((char for char in word if char.isalnum() or char == "§"), "")


def _dot_ends(words: list[str], index: int, start: int, stem: str) -> bool:
    following = words[index + 1].lstrip(_OPENING).rstrip(".,;:!?" + _CLOSING).lower()
    opener = following in _OPENERS
    if stem in _PLAIN and not following[:1].isdigit():
        return True
    if index == start and _MARK.fullmatch(words[index]):
        return False
    names = _names(words, index, start, stem)
    if not names.isdisjoint(_NEVER):
        return False
    if not names.isdisjoint(_SELDOM):
        return opener
    counted = index > start and words[index - 1].lstrip(_OPENING).rstrip(".").lower() in _COUNTED
    if (
        _SHORT_NUMBER.fullmatch(stem)
        or _ROMAN.fullmatch(stem)
        or (len(stem) == 1 and stem.isalpha() and stem.isupper())
    ):
        return opener or counted
    return not (len(stem) == 1 and stem.isalpha())


def _names(words: list[str], index: int, start: int, stem: str) -> set[str]:
    """The word as the tables above spell it, alone and with up to three abbreviated words before it."""
    name = stem.lower()
    if not name or len(name) > 24:
        return set()
    names = {name, name.rsplit("/", 1)[-1], name.rsplit("-", 1)[-1]}
    for before in range(index - 1, max(start, index - 3) - 1, -1):
        part = words[before].lstrip(_OPENING)
        if not part.endswith(".") or len(part) > 6:
            break
        name = part.lower() + name
        names.add(name)
    return names
