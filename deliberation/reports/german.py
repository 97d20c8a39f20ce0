"""German words for counting: what carries meaning, brought to a common form. By rules of our own, without a model.

The stemmer is CISTEM (L. Weissweiler, A. Fraser: Developing a Stemmer for German Based on a Comparative Analysis of Publicly
Available Stemmers, GSCL 2017), without its case-sensitive variant. Inclusive forms are the word that they stand for:
"Kolleg:innen", "Kolleg*innen", "KollegInnen" and "Kolleginnen" meet.
"""

import re
from functools import lru_cache

SHORTEST = 3
"""Letters; shorter words carry little."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS = _words(
    """
    ab aber alle allein allem allen aller allerdings alles als also am an andere anderen anderer anderes ans auch auf aus
    außer außerdem bald bei beide beiden beim bereits besonders bevor bin bis bisher bist bzw da dabei dadurch dafür dagegen
    daher dahin damit danach dann daran darauf daraus darf darin darüber darum das dass davon davor dazu dein deine dem den
    denen denn dennoch der deren derzeit des deshalb dessen desto deswegen die dies diese diesem diesen dieser dieses doch
    dort drei du durch dürfen ebenfalls ebenso eher eigene eigenen eigentlich ein eine einem einen einer eines einfach
    einige einigen einmal er erst es etc etwa etwas euch euer eure fast finde findet für ganz gar geben gegen gehen geht
    gemacht genau genug gerade gern gerne gewesen gibt gilt ging gut guten hab habe haben hat hatte hatten heißt her heute
    hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem innen ins insbesondere irgend ist ja je
    jede jedem jeden jeder jedes jedoch jene jetzt kann kaum kein keine keinem keinen keiner klar können könnte könnten
    lassen lässt mache machen macht man manche manchmal mehr mein meine meinem meinen meiner meist mich mir mit möchte mögen
    möglich möglichst muss müssen müsste nach nachdem natürlich neben nein nicht nichts nie noch nun nur ob oben oder oft
    ohne per pro schon sehe sehen sehr sei seien sein seine seinem seinen seiner seit sich sicher sie siehe sieht sind so
    sobald sofern sogar solange solche solchen soll sollen sollte sollten somit sondern sonst sowie sowohl statt stehen
    steht tun über überhaupt um und uns unser unsere unserem unseren unserer unter viel viele vielen vielleicht voll vom von
    vor wann war waren warum was weder weg wegen weil weit weiter weitere welche welchem welchen welcher wenig weniger wenn
    wer werden wessen wie wieder wird wirklich wirkt wo wobei wofür woher wohl wollen worden wurde wurden würde würden zu
    zudem zum zur zurück zwar zwei zwischen kommt kommen bleibt bleiben stellt stellen sagen sagt wissen weiß denke glaube
    daraufhin jemand niemand selbst solch daß
    """
)
_INCLUSIVE = re.compile(r"(?<=[a-zäöüß])(?:[:*_·/]-?|\(|I(?=nn))(?:[Ii]nnen|nnen|[Ii]n|nn)\b\)?")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*(?:(?:[:*·/_]-?|\()(?:[Ii]nnen|nnen|[Ii]n)\b\)?)?")
_FEMININE = re.compile(r"(?<=.{4})innen$")


def to_terms(text: str) -> list[tuple[str, str]]:
    """(stem, word as written) of everything that carries meaning, in order."""
    found = []
    for word in _WORD.findall(text):
        plain = _INCLUSIVE.sub("innen", word).lower()
        if len(plain) >= SHORTEST and plain not in STOP_WORDS:
            found.append((stem(plain), word))
    return found


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """CISTEM of a word in small letters; feminine plurals are brought to the common form first."""
    word = _FEMININE.sub("", word)
    word = word.replace("ü", "u").replace("ö", "o").replace("ä", "a").replace("ß", "ss")
    word = re.sub(r"^ge(?=.{4})", "", word)
    # Two letters that stand for one sound, and doubled ones, are one while endings are cut.
    word = word.replace("sch", "$").replace("ei", "%").replace("ie", "&")
    word = re.sub(r"(.)\1", r"\1*", word)
    while len(word) > 3:
        cut = _without_ending(word)
        if cut == word:
            break
        word = cut
    word = re.sub(r"(.)\*", r"\1\1", word)
    return word.replace("$", "sch").replace("%", "ei").replace("&", "ie")


def _without_ending(word: str) -> str:
    if len(word) > 5 and word.endswith(("em", "er", "nd")):
        return word[:-2]
    return word[:-1] if word[-1] in "tesn" else word
