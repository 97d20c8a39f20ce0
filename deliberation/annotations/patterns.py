"""Finds passages that could make somebody recognisable. A fixed list for German text: it points, it never decides.

Pure and local. Every repetition in a pattern is bounded, so the time grows with the length of the text and no faster.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NEAR = 90
"""Characters between a person and a date or an illness that make the two belong together."""

ADDRESS_NAME = "address"
NAME_INITIAL = "initial"
NAME_AGE = "age"
STREET = "street"
PHONE = "phone"
MAIL = "mail"
IBAN = "iban"
FILE_NUMBER = "file_number"
BIRTH_DATE = "birth"
DATE_PERSON = "date"
UNION_PERSON = "union"
HEALTH_PERSON = "health"


@dataclass(frozen=True)
class Hit:
    """A passage: `text` is what stands from `start` to `end` of the text searched."""

    code: str
    text: str
    start: int
    end: int


def find_hits(text: str) -> list[Hit]:
    """All passages in order, none overlapping another; the longer one wins."""
    own = [hit for code, pattern in _ALONE.items() for hit in _matches(code, pattern, text) if _counts(hit, text)]
    named = [(hit.start, hit.end) for hit in own if hit.code in _PEOPLE]
    beside = [
        hit
        for code, (pattern, unnamed) in _BESIDE_A_PERSON.items()
        for hit in _near(_matches(code, pattern, text), [*named, *(match.span() for match in unnamed.finditer(text))])
    ]
    return _without_overlaps([*own, *beside])


def _matches(code: str, pattern: re.Pattern[str], text: str) -> Iterator[Hit]:
    for match in pattern.finditer(text):
        start, end = match.span()
        yield Hit(code, text[start:end], start, end)


def _counts(hit: Hit, text: str) -> bool:
    """Whether a match is more than ordinary German: every noun looks like a name."""
    words = [word for word in re.findall(r"[\w-]{2,60}", hit.text) if word not in ("Dr", "Prof")]
    match hit.code:
        case "address" if words[0].startswith("Kolleg"):
            return len(words) == 1 or words[1] in _FIRST_NAMES
        case "address":
            return len(words) == 1 or not _is_noun(words[1])
        case "age":
            return words[0] in _RELATIVES or not (words[0] in _COUNTED or _is_noun(words[0]))
        case "street":
            return words[0].lower() not in _NO_STREETS
        case "initial":
            return words[0] in _FIRST_NAMES
        case "union":
            return words[0] in _FIRST_NAMES or words[0] in ("Frau", "Herr")
        case "file_number":
            # A published judgment is a source, not a case of one's own.
            return not _COURT.search(text[max(0, hit.start - 40) : hit.start])
    return True


def _is_noun(word: str) -> bool:
    return word in _NOUNS or word.endswith(_NOUN_ENDINGS)


def _near(hits: Iterable[Hit], people: list[tuple[int, int]]) -> Iterator[Hit]:
    """Those of the hits that stand close to a person."""
    people = sorted(people)
    for hit in hits:
        place = bisect_left(people, (hit.start, hit.end))
        neighbours = people[max(place - 1, 0) : place + 1]
        if any(start - NEAR <= hit.end and hit.start <= end + NEAR for start, end in neighbours):
            yield hit


def _without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda found: (found.start, -found.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
        elif hit.end - hit.start > kept[-1].end - kept[-1].start:
            kept[-1] = hit
    return kept


def _pattern(source: str) -> re.Pattern[str]:
    """A passage begins and ends at the edge of a word."""
    return re.compile(rf"(?<!\w)(?:{source})(?!\w)")


_UPPER = "A-ZÀ-ÖØ-ÞĆČĐĞİŁŃŚŞŠŹŻŽ"
_LOWER = "a-zß-öø-ÿāăąćčđēęěğıłńňőřśşšťūůűźżž"
_NAME = rf"[{_UPPER}][{_LOWER}]{{1,30}}(?:-[{_UPPER}][{_LOWER}]{{1,30}})?"
_GAP = r"(?:[ \t\n]{1,3})"
_MONTH = (
    r"(?:Januar|Jan\.|Februar|Feb\.|März|April|Apr\.|Mai|Juni|Juli|August|Aug\.|September|Sept\."
    r"|Oktober|Okt\.|November|Nov\.|Dezember|Dez\.)"
)
_DAY = rf"\d{{1,2}}\.{_GAP}?(?:\d{{1,2}}\.(?:{_GAP}?(?:19|20)?\d\d)?|{_MONTH}(?:{_GAP}(?:19|20)\d\d)?)"

_ALONE = {
    ADDRESS_NAME: _pattern(
        rf"(?:Frau|Fr\.|Herrn?|Hr\.|Familie|Fam\.|Kollegin|Kollegen?|Ehepaar|Eheleute)"
        rf"(?:{_GAP}(?:Dr\.|Prof\.)){{0,2}}{_GAP}(?:{_NAME}(?:{_GAP}{_NAME})?|[{_UPPER}](?:\.|(?=[,;:!?\s]|$)))"
    ),
    NAME_INITIAL: _pattern(rf"{_NAME}{_GAP}[{_UPPER}]\."),
    NAME_AGE: _pattern(
        rf"{_NAME}{_GAP}?\((?:\d{{1,2}}|1[01]\d)(?:{_GAP}(?:J\.|Jahre|Monate)(?:{_GAP}alt)?)?(?:,[^()\n]{{0,60}})?\)"
        rf"|{_NAME},{_GAP}\d{{1,2}}{_GAP}Jahre{_GAP}alt"
    ),
    STREET: _pattern(
        rf"(?:[{_UPPER}][{_LOWER}]{{2,25}}(?:straße|strasse|gasse|allee)(?:{_GAP}\d{{1,3}}{_GAP}?[a-h]?)?"
        rf"|[{_UPPER}][{_LOWER}]{{2,25}}(?:str\.|weg|platz|ufer|ring|damm|chaussee){_GAP}\d{{1,3}}{_GAP}?[a-h]?"
        rf"|(?:[{_UPPER}][{_LOWER}]{{2,20}}(?:-|{_GAP})){{1,3}}(?:Straße|Str\.|Allee|Weg|Platz){_GAP}\d{{1,3}}{_GAP}?[a-h]?)"
    ),
    PHONE: _pattern(r"(?:[+]\d{2}|0)[\d \-/()]{5,18}\d"),
    MAIL: _pattern(r"[\w.%&'+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    IBAN: _pattern(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?"),
    FILE_NUMBER: _pattern(
        rf"(?:Az\.?|AZ|Aktenzeichen|Aktennummer|Geschäftszeichen|Gz\.?|Fallnummer|Vorgangsnummer|Kundennummer)"
        rf"(?:{_GAP}?:)?(?:{_GAP}(?:lautet|ist|war|Nr\.))?{_GAP}?(?:[A-Za-z]{{1,4}}{_GAP}){{0,3}}"
        rf"[A-Za-z]{{0,4}}[-/.]?\d{{1,12}}(?:[-/. ]{{1,2}}[A-Z0-9]{{1,12}}){{0,4}}"
    ),
    BIRTH_DATE: _pattern(
        rf"(?:geboren(?:{_GAP}(?:wurde|am|ist)){{0,3}}|geb\.(?:{_GAP}am)?){_GAP}?{_DAY}"
        r"|[*] ?\d{1,2}\.\d{1,2}\.(?:19|20)\d\d"
    ),
    UNION_PERSON: _pattern(
        rf"(?:(?:Frau|Herr){_GAP})?{_NAME}(?:{_GAP}[{_UPPER}]\.?|{_GAP}{_NAME})?{_GAP}(?:ist|war|sei|wäre)"
        rf"(?:{_GAP}[{_LOWER}]{{2,12}}){{0,3}}{_GAP}(?:bei|in)(?:{_GAP}(?:der|einer))?{_GAP}(?:[Vv]er\.?di|VERDI|GEW|IG{_GAP}?Metall|Gewerkschaft)"
    ),
}
_PEOPLE = {ADDRESS_NAME, NAME_INITIAL, NAME_AGE, BIRTH_DATE}

_OWN_CASE = (
    rf"(?:[Mm]ein|[Uu]nser)(?:e|er|en|em|es)?(?:{_GAP}[{_LOWER}]{{3,20}}){{0,2}}{_GAP}"
    r"(?:Klientin|Klient(?:en)?|Bewohnerin|Bewohners?|Patientin|Patient(?:en)?|Schülerin|Schülers?|Mündel|Kollegin"
    r"|Kollegen?|Chefin|Chefs?|Leiterin|Leiters?|Nachbarin|Nachbarn?|Pflegekind|Fallkind)"
)
"""A certain person without a name: no passage by itself, but a date or an illness beside it is one."""
_ONE_CASE = (
    rf"(?:[Dd]as|[Dd]er|[Dd]ie|[Dd]em|[Dd]en|[Ee]ine?[mnr]?){_GAP}"
    r"(?:Kind|Baby|Säugling|Junge[n]?|Mädchen|Mutter|Vater|Großmutter|Großvater|Jugendliche[nr]?|Klientin|Klient(?:en)?"
    r"|Bewohnerin|Bewohner)"
)
"""Speaks of people in general as often as of one; only a date makes it a certain one."""

# What to look for, and who it must stand near, besides people with a name.
_BESIDE_A_PERSON = {
    DATE_PERSON: (
        _pattern(
            rf"(?:am|vom|seit|ab|zum|bis{_GAP}zum){_GAP}{_DAY}|(?:im|seit|Anfang|Mitte|Ende){_GAP}{_MONTH}(?:{_GAP}\d{{4}})?"
            r"|\d{1,2}\.\d{1,2}\.\d{2,4}"
        ),
        _pattern(f"{_OWN_CASE}|{_ONE_CASE}"),
    ),
    HEALTH_PERSON: (
        _pattern(
            r"(?:Diagnose|Depression(?:en)?|Psychose|Schizophrenie|Borderline|Psychiatrie|Angststörung|Essstörung|Trauma"
            r"|Sucht|Suchtklinik|Suchterkrankung|Alkohol|Alkoholiker(?:in)?|Drogen|Heroin|Entzug|Entgiftung|Substitution"
            r"|Suizid|Suizidversuch|Selbstmordversuch|HIV|Aids|Hepatitis|Krebs|Chemotherapie|Epilepsie|Demenz|ADHS|Autismus"
            r"|Autist(?:in)?|Behinderung|Schwerbehinderung|Magersucht|Bulimie|Fehlgeburt|Abtreibung"
            r"|Schwangerschaft(?:sabbruch)?|Krankenhaus(?:aufenthalt)?|Klinikaufenthalt|Therapie|Psychotherapie"
            r"|Schlaganfall|Herzinfarkt|depressiv(?:e[nrs]?)?|psychisch krank(?:e[nrs]?)?|suchtkrank(?:e[nrs]?)?"
            r"|alkoholkrank(?:e[nrs]?)?|drogenabhängig(?:e[nrs]?)?|schwanger(?:e[nrs]?)?|suizidal(?:e[nrs]?)?|magersüchtig"
            r"|traumatisiert(?:e[nrs]?)?|schwerbehindert(?:e[nrs]?)?)"
        ),
        _pattern(_OWN_CASE),
    ),
}

CODES = (*_ALONE, *_BESIDE_A_PERSON)
"""All kinds of passages that can be found."""

_COURT = _pattern(r"BVerfG|BVerwG|BGH|BSG|BAG|BFH|EuGH|EGMR|OLG|OVG|LSG|LAG|VGH")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_COUNTED = _words(
    """
    Absatz Abs Absätze Satz Sätze Nummer Nr These Thesen Artikel Art Paragraf Paragraph Punkt Abschnitt Kapitel
    Seite Fußnote Anlage Quelle Tabelle Abbildung Teil Frage Antwort Anmerkung Beitrag Ziffer Schritt Stufe Band
    Heft Fassung Beispiel Buch Regel Variante Phase Gruppe Modul Version Stand
    """
)
_NOUNS = _words(
    """
    Hilfe Hilfen Zeit Geld Schutz Recht Rechte Ruhe Raum Rat Arbeit Kraft Angst Mut Macht Kontakt Zugang Not
    Leben Alltag Beruf Kind Kinder Mann Männer Mutter Vater Eltern Mensch Menschen Mutti Holle Fachkraft Amt
    Jugendamt Sozialamt Jobcenter Computer Programm Programme Daten Antrag Anträge Termin Termine Geduld
    Ministerin Minister Präsidentin Präsident Doktor Professorin Professor Kollegin Kollege Bürgermeisterin
    Bürgermeister Richterin Richter Kanzlerin Kanzler Vorsitzende Vorsitzender Abgeordnete Abgeordneter
    Senatorin Senator Haus Wohnung Platz Vertrauen Respekt Anspruch Sorge Sorgen Druck Streit Ärger Schuld
    """
)
_RELATIVES = _words("Kind Mann Mutter Vater Mutti")
_NOUN_ENDINGS = ("ung", "ungen", "heit", "keit", "schaft", "schaften", "tion", "tionen", "tät", "ismus", "nis", "nisse")
_NO_STREETS = _words(
    """
    einbahnstraße landstraße bundesstraße seidenstraße datenstraße fahrradstraße hauptverkehrsstraße
    schnellstraße milchstraße fertigungsstraße kreisstraße sackgasse rettungsgasse arbeitsplatz ausbildungsplatz
    kitaplatz heimplatz pflegeplatz therapieplatz studienplatz schlafplatz spielplatz parkplatz marktplatz
    lösungsweg rechtsweg dienstweg bildungsweg ausweg umweg mittelweg heimweg arbeitsweg schulweg instanzenweg
    klageweg krippenplatz betreuungsplatz notschlafplatz zeltplatz einsatzplatz wohnplatz übernachtungsplatz weg
    platz
    """
)
_FIRST_NAMES = _words(
    """
    Achim Adam Ahmad Ahmed Alex Alexander Alexandra Ali Alina Amina Amir Andrea Andreas Angela Angelika Anja
    Anke Anna Anne Annette Antje Anton Antonia Arne Aylin Ayşe Aysel Barbara Bastian Beate Ben Bernd Bernhard
    Bettina Bianca Birgit Björn Brigitte Burak Can Carina Carla Carolin Charlotte Chiara Christa Christian
    Christiane Christina Christine Christoph Claudia Clara Cornelia Dagmar Daniel Daniela Daria David Deniz
    Dennis Diana Dieter Dilara Dirk Dominik Doris Dorothea Elena Elif Elisabeth Elke Ella Emil Emilia Emine Emma
    Emre Erik Erika Eva Fabian Fatima Fatma Felix Finn Florian Frank Franziska Friedrich Gabriele Georg Gerda
    Gerhard Gisela Greta Gudrun Guido Günter Günther Hanna Hannah Hannes Hans Hasan Heike Heiko Heinz Helga
    Helmut Henri Hilde Holger Horst Ibrahim Ida Ingrid Inge Ines Irina Jan Jana Janina Jannik Jasmin Jens
    Jessica Joachim Johann Johanna Johannes Jonas Jonathan Josef Julia Julian Jürgen Jutta Kai Karim Karin Karl
    Karsten Katharina Kathrin Katja Kemal Kerstin Kevin Kim Klara Klaus Lars Laura Lea Lena Leon Leonie Leyla
    Lina Linda Lisa Luca Luis Luisa Lukas Lutz Maja Malte Manfred Manuela Marc Marcel Marco Marcus Maria Marie
    Marina Mario Marion Markus Marta Martin Martina Mathilda Matthias Max Maximilian Mehmet Melanie Melek Meryem
    Mia Michael Michaela Mila Mira Miriam Mohamed Mohammed Monika Monique Moritz Murat Mustafa Nadine Nadja
    Natalia Niklas Nico Nicole Nina Noah Nora Norbert Olaf Olga Oliver Omar Oskar Patricia Patrick Paul Paula
    Peter Petra Philipp Pia Rainer Ralf Ramona Regina Renate Rita Robert Roland Rolf Ronja Rosa Rüdiger Ruth
    Sabine Sabrina Said Samira Samuel Sandra Sara Sarah Sascha Sebastian Selin Sevgi Silke Silvia Simon Simone
    Sofia Sonja Sophia Sophie Stefan Stefanie Steffen Stephan Susanne Sven Svenja Sylvia Tanja Tatjana Theo
    Thomas Thorsten Tim Timo Tina Tobias Tom Torsten Udo Ulrich Ulrike Ursula Ute Uwe Valentina Vanessa Vera
    Veronika Viktoria Volker Walter Werner Wiebke Wilhelm Wolfgang Yasemin Yasmin Yusuf Yvonne Zeynep Zoe
    """
)
