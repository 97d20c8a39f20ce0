"""The regular expressions of the check before publication. Every repetition is bounded: see patterns.py."""

import re
from functools import cached_property
from typing import Any

from deliberation.annotations import wordlists


class Late:
    """A regular expression that is compiled when it is first used: all of them take a tenth of a second, and most that is done
    with the program looks at no text."""

    def __init__(self, source: str) -> None:
        self._source = source

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self._source)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.compiled, name)


def _pattern(source: str) -> Late:
    """A passage begins and ends at the edge of a word."""
    return Late(rf"(?<!\w)(?:{source})(?!\w)")


UPPER = "A-ZÀ-ÖØ-ÞĆČĐĞİŁŃŚŞŠŹŻŽ"
LOWER = "a-zß-öø-ÿāăąćčđēęěğıłńňőřśşšťūůűźżž"
_NAME = rf"[{UPPER}][{LOWER}]{{1,30}}(?:-[{UPPER}][{LOWER}]{{1,30}})?"
_GAP = r"(?:[ \t\n]{1,3})"
_MONTH = (
    r"(?:Januar|Jänner|Jan\.|Februar|Feb\.|März|April|Apr\.|Mai|Juni|Juli|August|Aug\.|September|Sept\."
    r"|Oktober|Okt\.|November|Nov\.|Dezember|Dez\."
    r"|januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)"
)
_DAY = rf"\d{{1,2}}\.{_GAP}?(?:\d{{1,2}}\.(?:{_GAP}?(?:19|20)?\d\d)?|{_MONTH}(?:{_GAP}(?:19|20)\d\d)?)"
_TENS = "zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig"
_AGE = (
    rf"(?:1[01]\d|\d{{1,2}}|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dreizehn|vierzehn|fünfzehn"
    rf"|sechzehn"
    rf"|siebzehn|achtzehn|neunzehn|{_TENS}|(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und(?:{_TENS}))"
)
_NO_AGE = (
    rf"(?!{_GAP}?(?:Wochen?|Monate?n?|Tagen?|Stunden?|Minuten|Prozent|%|Uhr|km|Kilo|Euro|Mal|mal|Fälle|Kinder|[{UPPER}]"
    r"|[-–/]\d|\d|[.,:]\d))"
)
# What is counted after a house number that is none.
_NO_HOUSE = (
    rf"(?!{_GAP}?(?:Uhr|Kinder|Plätze|Stunden|Leute|Personen|Minuten|Kilometer|km|Prozent|%|Wochen|Monate|Tage|Jahre)"
    rf"|[.,:]\d)"
)
_HOUSE = rf"{_GAP}\d{{1,3}}(?:{_GAP}?[a-h])?(?![\w]){_NO_HOUSE}"
_ADDRESSED = (
    "Frau|Fr\\.|Herrn?|Hr\\.|Hrn\\.|Familie|Fam\\.|Kollegin|Kollegen?|Ehepaar|Eheleute|Schwester|Bruder|Tante|Onkel"
    "|Oma|Opa"
)
_LOWER_ADDRESSED = "frau|fr\\.|herrn?|hr\\.|hrn\\.|familie|fam\\."

UNION = (
    rf"(?:[Vv]er\.?di|VERDI|VER\.DI|GEW|IG{_GAP}?(?:Metall|BAU|BCE)|NGG|GdP|DGB|dbb|[Kk]omba|KOMBA|Marburger{_GAP}Bund"
    r"|[Gg]ewerkschaft)"
)

ADDRESS = _pattern(
    rf"(?:{_ADDRESSED})(?:{_GAP}(?:Frau|Fr\.|Herrn?|Hr\.))?(?:{_GAP}(?:Dr\.|Prof\.)){{0,2}}{_GAP}"
    rf"(?:[{UPPER}]\.?-[{UPPER}]\.|{_NAME}(?:{_GAP}{_NAME})?|[{UPPER}](?:\.|(?=[,;:!?\s]|$)))"
)
LOWER_ADDRESS = _pattern(
    rf"(?:{_LOWER_ADDRESSED}){_GAP}(?:[{LOWER}]{{2,30}}(?:-[{LOWER}]{{2,30}})?|[a-z](?:\.|(?=[,;:!?\s]|$)))"
)
INITIAL = _pattern(
    rf"{_NAME}{_GAP}[{UPPER}]\.(?:-[{UPPER}]\.)?"
    rf"|{_NAME}{_GAP}[{UPPER}]\.?(?:-|{_GAP})?[{UPPER}]\.(?:{_GAP}[{UPPER}]\.)?"
    rf"|[{LOWER}]{{3,20}}{_GAP}[{UPPER}]\."
    rf"|[{UPPER}]\.{_GAP}{_NAME}"
)
AGE = _pattern(
    rf"(?:{_NAME}|[{LOWER}]{{3,20}}|[{UPPER}]\.){_GAP}?\({_AGE}(?:{_GAP}?(?:J\.|Jahre|Jahren|Monate)(?:{_GAP}alt)?)?"
    rf"(?:,[^()\n]{{0,60}})?\)"
    rf"|(?:{_NAME}|[{UPPER}]\.),?{_GAP}{_AGE}{_GAP}(?:Jahre|J\.)(?:{_GAP}alt)?"
    rf"|(?:{_NAME}|[{UPPER}]\.),{_GAP}\d{{1,2}}(?=,{_GAP}[{LOWER}]|\.?$|\.{_GAP}(?!{_MONTH})[{UPPER}]|[!?;]"
    rf"|{_GAP}und{_GAP}|{_GAP}aus{_GAP})"
    rf"|{_NAME}{_GAP}(?:von|mit){_GAP}{_AGE}{_GAP}Jahren"
    rf"|{_AGE}(?:-|{_GAP})?jährige[nrms]?(?:{_GAP}[{LOWER}]{{3,20}})?{_GAP}(?:{_NAME}|[{UPPER}]\.|[{LOWER}]{{3,20}})"
    rf"|(?:{_NAME}|[{UPPER}]\.){_GAP}(?:ist|war|wird|wurde){_GAP}(?:(?:erst|gerade|jetzt|schon|damals|bald|nun"
    rf"|mal){_GAP}){{0,2}}{_AGE}{_NO_AGE}"
)
_STREET_WORD = "straße|strasse|gasse|allee"
_HOUSED_WORD = "str\\.|weg|platz|ufer|ring|damm|chaussee|steig|stieg|pfad|promenade|graben|wall|kamp|markt"
_PLACES = (
    "teich|berg|hof|feld|tal|bach|bruch|wald|busch|holz|garten|gärten|graben|markt|kirche|mühle|hang|rain|anger"
    "|bahnhof|brücke|park|see"
    "|ufer|tor|turm|wall|hafen|stadion|platz|friedhof|schloss|ziegelei|winkel|kamp|heide|wiese|wiesen|eck|siedlung"
    "|linden|eichen|buchen"
    "|born|brunnen|weiher|acker|äcker|steig|höhe|furt|delle|gasse|straße|weg|schleuse|deich|moor|weide|rathaus|schule"
)
_CAPITAL_PLACES = "|".join(place.capitalize() for place in _PLACES.split("|"))
STREET = _pattern(
    rf"[{UPPER}][{LOWER}]{{2,25}}(?:{_STREET_WORD})(?:{_HOUSE})?"
    rf"|[{LOWER}]{{3,25}}(?:{_STREET_WORD}|str\.){_HOUSE}"
    rf"|[{UPPER}][{LOWER}]{{2,25}}(?:{_HOUSED_WORD}){_HOUSE}"
    rf"|(?:[{UPPER}][{LOWER}]{{2,20}}(?:-|{_GAP})){{1,3}}(?:Straße|Strasse|Str\.|Allee|Weg|Platz|Ring|Gasse|Damm"
    rf"|Chaussee|Ufer|Markt|Wall|Pfad)"
    rf"{_HOUSE}"
    rf"|(?:Straße|Platz|Allee|Weg){_GAP}(?:der|des|zum|zur|am){_GAP}{_NAME}{_HOUSE}"
    rf"|(?:Am|An{_GAP}der|An{_GAP}den|Auf{_GAP}dem|Auf{_GAP}der|Im|In{_GAP}der|In{_GAP}den|Zum|Zur|Unter{_GAP}den"
    rf"|Hinter{_GAP}der|Hinter{_GAP}dem|Vor{_GAP}dem)"
    rf"{_GAP}(?:[{UPPER}][{LOWER}]{{2,20}}{_GAP})?[{UPPER}][{LOWER}]{{0,20}}(?:{_PLACES}){_HOUSE}"
    rf"|Hausnummer{_GAP}\d{{1,3}}"
    # With an adjective in between any place will do: Am Alten Graben 3.
    rf"|(?:Am|An{_GAP}der|An{_GAP}den|Auf{_GAP}dem|Auf{_GAP}der|Im|In{_GAP}der|In{_GAP}den|Zum|Zur)"
    rf"{_GAP}[{UPPER}][{LOWER}]{{1,20}}en{_GAP}(?:{_CAPITAL_PLACES}){_HOUSE}"
    rf"|(?:Am|An{_GAP}der|Auf{_GAP}dem|Im|Zum|Zur){_GAP}(?:[{UPPER}][{LOWER}]{{2,20}}{_GAP})?"
    rf"(?:Teich|Berg|Hof|Feld|Tal|Bach|Wald|Busch|Garten|Markt|Kirche|Mühle|Hang|Anger|Bahnhof|Park|See|Tor|Ziegelei"
    rf"|Kanal|Fluss|Graben|Brunnen|Weiher|Deich|Turm|Hafen|Friedhof|Schloss|Stadtpark|Zoo|Wasserturm|Stadtwald|Dorfplatz|Winkel|Ufer){_HOUSE}"
)
PHONE = _pattern(
    r"(?:[+]\d{2}|00\d{2}|0)[\d \-/()]{5,18}\d"
    r"|01[5-7]\d(?:\.\d{2,5}){2,4}"
    rf"|(?:[Dd]urchwahl|DW|[Aa]pparat|App\.|[Nn]ebenstelle)(?:{_GAP}|:{_GAP}?)(?:-{_GAP}?)?\d{{2,5}}"
)
HOTLINE = re.compile(r"0(?:0|49)?[ -]?8(?:[ 0-9-]{0,3})0|0800|08000|0180|0900|0700|116")
MAIL = _pattern(
    rf"[\w.%&'+-]{{1,64}}(?:@|{_GAP}?[(\[](?:at|ät|AT)[)\]]{_GAP}?)[\w-]{{1,63}}"
    rf"(?:(?:\.|{_GAP}?[(\[](?:dot|punkt|Punkt)[)\]]{_GAP}?|{_GAP}(?:dot|punkt|Punkt){_GAP})[\w-]{{1,63}}){{1,4}}"
    rf"|[\w.%&'+-]{{1,64}}{_GAP}(?:at|ät|AT){_GAP}[\w-]{{1,63}}(?:\.|{_GAP}(?:dot|punkt|Punkt){_GAP})(?:de|at|ch|com|net|org|eu|info)"
)
IBAN = _pattern(
    r"[A-Za-z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?"
    rf"|(?:[Kk]onto|[Kk]ontonummer|Konto-Nr\.|Kto\.?|Kto\.-Nr\.)(?:{_GAP}Nr\.)?:?{_GAP}\d{{6,10}}"
    rf"(?:,?{_GAP}(?:BLZ|blz):?{_GAP}[\d ]{{8,10}}\d)?"
    rf"|BLZ:?{_GAP}\d{{3}} ?\d{{3}} ?\d{{2}}"
)
_NUMBERED = (
    r"(?:[Aa]z\.?|AZ\.?|[Aa]ktenzeichen|[Aa]ktennummer|Akten-?[Nn]r\.?|[Gg]eschäftszeichen|Gesch\.-?Z\.|Gz\.?|GZ\.?"
    r"|[Gg]eschäftsnummer"
    r"|[Ff]allnummer|Fall-?[Nn]r\.?|[Vv]organgsnummer|Vorgangs-?[Nn]r\.?|[Kk]undennummer|Kunden-?[Nn]r\.?|BG-?Nummer"
    r"|BG-?Nr\.?|[Kk]assenzeichen"
    r"|[Vv]ersichertennummer|[Vv]ersicherungsnummer|[Ss]ozialversicherungsnummer|[Rr]entenversicherungsnummer"
    r"|SV-Nummer|RV-Nummer"
    r"|[Kk]indergeldnummer|[Mm]itgliedsnummer|[Pp]ersonalnummer|[Aa]usweisnummer|AZR-Nummer|[Aa]ntragsnummer"
    r"|[Rr]egisternummer"
    r"|[Pp]atientennummer|[Bb]edarfsgemeinschaft|[Ss]teuernummer|Steuer-ID|[Bb]ewohnernummer"
    r"|Aktenz\.|(?:Vorgangs|Fall|Akten|Klienten|Kunden)-?ID)"
)
_TOKEN = r"[A-Za-z]{0,4}[-/.]?\d{1,14}(?:[-/. ]{1,3}[A-Z0-9]{1,12}|[A-Z]{1,3}\d{1,10}){0,4}"
FILE_NUMBER = _pattern(
    rf"{_NUMBERED}(?:{_GAP}?:)?(?:{_GAP}(?:lautet|ist|war|Nr\.|der|des|[Vv]ermerk|[Vv]ermerks"
    rf"|:)){{0,3}}:?{_GAP}?(?:[A-Za-z]{{1,4}}{_GAP}){{0,3}}{_TOKEN}"
    rf"|{_NUMBERED}:?{_GAP}(?:[IVX]{{1,4}}[-/. ])?{_TOKEN}"
)
WEAK_NUMBER = _pattern(
    rf"(?:[Aa]kte|[Vv]organg|[Ww]iderspruch|[Bb]escheid|[Aa]ntrag|[Ff]all|[Nn]ummer|[Tt]icket|[Vv]ermerk|[Kk]lage"
    rf"|[Vv]erfahren|[Zz]eichen|[Kk]ennzeichen|Nr\.)"
    rf"(?:{_GAP}Nr\.|{_GAP}mit{_GAP}der{_GAP}Nummer|{_GAP}ist"
    rf"|{_GAP}lautet)?:?{_GAP}(?:[A-Z]{{1,4}}{_GAP}?)?\d{{1,14}}(?:[-/.]{{1,2}}[A-Z0-9]{{1,12}}"
    rf"|[A-Z]{{1,3}}\d{{1,10}}){{0,4}}"
    rf"|\d{{1,3}}{_GAP}[A-Z][A-Za-z]{{0,3}}{_GAP}\d{{1,5}}/\d{{2}}"
    r"|\d{5}BG\d{5,8}|\d{5}//\d{5,8}|\d{3}[A-Z]{1,2}\d{6}|[A-Z]\d{9}|\d{2} ?\d{6} ?[A-Z] ?\d{3}"
)
BIRTH = _pattern(
    rf"[Gg]eboren(?:{_GAP}(?:wurde|am|ist|bin|er|sie|es|ich|wurden)){{0,4}}{_GAP}?{_DAY}"
    rf"|[Gg]eb\.(?:{_GAP}am)?{_GAP}?{_DAY}"
    rf"|{_DAY}{_GAP}(?:[{LOWER}]{{2,10}}{_GAP}(?:[{UPPER}][{LOWER}]{{2,20}}{_GAP})?)?geboren"
    rf"|(?:[Gg]eburtsdatum|Geb\.?-?(?:Dat\.|[Dd]atum)|GebDat)(?:{_GAP}(?:ist|war|vom))?:?{_GAP}?{_DAY}"
    rf"|{_DAY}{_GAP}(?:zur{_GAP}Welt|Geburtstag|auf{_GAP}die{_GAP}Welt)"
    r"|[Gg]eburt(?: war| ist)? am \d{1,2}\.\d{1,2}\.(?:\d{2,4})?|[*] ?\d{1,2}\.\d{1,2}\.(?:(?:19|20)\d\d)?"
)
UNION_PERSON = _pattern(
    rf"(?:(?:Frau|Herr){_GAP})?{_NAME}(?:{_GAP}[{UPPER}]\.?|{_GAP}{_NAME})?{_GAP}(?:ist|war|sei|wäre)"
    rf"(?:{_GAP}[{LOWER}]{{2,12}}){{0,3}}{_GAP}(?:bei|in)(?:{_GAP}(?:der|einer))?{_GAP}{UNION}"
)

# What counts beside a person only.
DATE = _pattern(
    rf"(?:[Aa]m|[Vv]om|[Ss]eit(?:{_GAP}dem)?|[Aa]b(?:{_GAP}dem)?|[Zz]um|[Bb]is{_GAP}zum|des|dem|den){_GAP}{_DAY}"
    rf"|(?:[Ii]m|[Ss]eit|Anfang|Mitte|Ende|[Ss]eit{_GAP}(?:Anfang|Mitte|Ende)|anfang|mitte"
    rf"|ende){_GAP}{_MONTH}(?:{_GAP}\d{{4}})?"
    rf"|(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag),?(?:{_GAP}de[nm])?{_GAP}{_DAY}"
    r"|\d{1,2}\.\d{1,2}\.\d{2,4}"
    rf"|(?:[Aa]m|[Aa]n|[Ss]eit|[Zz]u){_GAP}(?:Heiligabend|Silvester|Neujahr|Karfreitag|Oster(?:sonntag|montag)|Rosenmontag"
    rf"|Pfingst(?:sonntag|montag)|Nikolaustag|Allerheiligen|Heiligen{_GAP}Abend)(?:{_GAP}(?:19|20)\d\d)?"
    rf"|(?:Weihnachten|Ostern|Pfingsten){_GAP}(?:19|20)\d\d|(?:letzte|vorige)[ns]?{_GAP}(?:Weihnachten|Ostern|Pfingsten)"
)
# An age without a name, beside somebody certain: "meine Klientin (19, ...)", "einen Klienten, 53, früher".
AGE_OF_ONE = _pattern(
    rf"\({_AGE}(?:{_GAP}?(?:J\.|[Jj]ahren?)(?:{_GAP}alt)?)?(?:,[^()\n]{{0,80}})?\)"
    r"|(?<=,[ ])\d{1,2}(?=,[ ])"
    rf"|(?i:{_AGE}(?:-|{_GAP})?jährige[nrms]?)"
    rf"|{_AGE}{_GAP}[Jj]ahre{_GAP}(?:alt|jung)|mit{_GAP}{_AGE}{_GAP}[Jj]ahren"
    rf"|(?:[Aa]nfang|[Mm]itte|[Ee]nde){_GAP}(?i:{_TENS})|[Jj]ahrgang{_GAP}(?:19|20)?\d\d"
    rf"|(?:ist|is|war|wird|wurde){_GAP}(?:(?:erst|gerade|grad|jetzt|schon|damals|bald|nun){_GAP})?\d{{1,2}}(?=[.,;!?]|{_GAP}und{_GAP}|$)"
)
ILLNESS_SAID = _pattern(
    rf"(?:das{_GAP})?Leben{_GAP}(?:genommen|nehmen|nahm)|nicht{_GAP}mehr{_GAP}leben|in{_GAP}der{_GAP}Geschlossenen"
)
MEMBERSHIP = _pattern(
    rf"(?:bei|in|für|aus|von|zur|zu){_GAP}(?:der{_GAP}|die{_GAP}|einer{_GAP}|unserer{_GAP})?{UNION}"
    rf"|{UNION}-?(?:[Mm]itglied|[Vv]ertrauensfrau|[Vv]ertrauensmann|[Ss]ekretärin|[Ss]ekretär)"
    rf"|[Mm]itglied{_GAP}(?:bei|in|der|von)(?:{_GAP}der)?{_GAP}{UNION}"
    r"|[Gg]ewerkschafter(?:in)?|[Gg]ewerkschafts[a-zäöüß]{2,20}|[Tt]arifkommission"
    r"|(?:den|einen|beim|im|zum|am)[ ][Ss]treik|[Vv]ertrauens(?:frau|mann)"
    r"|(?:[Mm]it)?[Gg]estreikt|[Ss]treikt|[Ww]arnstreiks?|[Ss]treikposten"
    rf"|(?:im|in{_GAP}den|für{_GAP}den|aus{_GAP}dem){_GAP}(?:Betriebsrat|Personalrat|betriebsrat|personalrat)"
)
OWN_CASE = _pattern(
    rf"(?P<whose>[Mm]ein|[Uu]nser)(?:[*:_]e[rnm]?)?(?P<ending>e|er|en|em|es)?(?:{_GAP}(?:[{LOWER}]{{3,20}}"
    rf"|\d{{1,2}}-?jährige[nrms]?)){{0,2}}"
    rf"{_GAP}(?P<own>[{UPPER}][\w-]{{1,40}}|[{LOWER}]{{4,25}}in)"
    rf"|(?P<one>[Ee]ine?[mnrs]?|[Dd]er|[Dd]ie|[Dd]as){_GAP}(?:(?:von|der){_GAP})?(?:meiner|unserer|meinen"
    rf"|unseren)(?:{_GAP}[{LOWER}]{{3,20}})?{_GAP}[{UPPER}][\w-]{{1,40}}"
    rf"|(?P<whom>[{UPPER}][\w-]{{1,40}})(?={_GAP}(?:von|bei){_GAP}(?:mir|uns)"
    rf"|{_GAP}(?:aus|in|von|auf|unserer|meiner|unseres|meines)(?:{_GAP}(?:meine[rnm]|unsere[rnm]))?(?={_GAP}[{UPPER}])"
    rf"|,{_GAP}(?:den|die|das|der){_GAP}(?:ich|wir){_GAP}(?:[{LOWER}]{{2,15}}{_GAP}){{0,3}}"
    r"(?:betreue|betreuen|begleite|begleiten|berate|beraten|kenne|kennen))"
)
_PERSONS = "|".join(sorted(wordlists.PERSONS, key=len, reverse=True))
# Somebody met at work: "hatte letzte Woche einen Klienten", "bei uns auf der Station lag eine Frau".
MET_CASE = _pattern(
    rf"(?:[Hh]abe?|[Hh]atten?|[Hh]aben|[Bb]etreu(?:e|en|te|ten)|[Bb]egleite(?:n|te|ten)?|[Kk]enn(?:e|en)|[Kk]annten?"
    rf"|[Bb]eraten?|[Bb]esuch(?:e|en|te|ten)|[Bb]ei{_GAP}(?:uns|mir)){_GAP}(?:[\w-]{{1,25}}{_GAP}){{0,6}}?"
    rf"eine[nrm]?{_GAP}(?:[{LOWER}]{{3,20}}{_GAP})?(?P<met>(?i:{_PERSONS}))"
)
LOWER_CASE = _pattern(
    rf"(?:mein|unser)(?P<ending>e|er|en|em|es)?{_GAP}(?:[{LOWER}]{{3,20}}{_GAP}){{0,2}}?(?P<own>{_PERSONS})"
    rf"|(?:eine?[mnr]?|de[rmn]|die|das){_GAP}(?:[{LOWER}]{{3,20}}{_GAP})?(?P<one>{_PERSONS}){_GAP}"
    rf"(?:von|bei|aus|in){_GAP}(?:mir|uns|unsere[rmn]|meine[rmn])"
)
AGED_CASE = _pattern(
    rf"(?i:{_AGE}-?jährige)r?(?={_GAP}(?:von|bei|aus|in|auf){_GAP}(?:mir|uns|unsere[rmn]|meine[rmn])(?!\w))"
)
ONE_CASE = _pattern(
    rf"(?:[Dd]as|[Dd]er|[Dd]ie|[Dd]em|[Dd]en|[Dd]es|[Ee]ine?[mnrs]?|[Ss]eine?[mnrs]?"
    rf"|[Ii]hre?[mnrs]?){_GAP}(?:[{LOWER}]{{3,20}}{_GAP})?(?P<who>[{UPPER}][{LOWER}]{{2,30}}|junge|mutter|kind|klient)"
)
_PLACE_ENDINGS = (
    "burg|stadt|dorf|hausen|heim|berg|ingen|bach|brück|furt|hagen|felde|feld|kirchen|rode|walde|münde|weiler|hofen"
    "|stetten|wangen|ried|beuren|büttel|bostel|moos|tal|thal|see"
)
LOWER_INSTITUTION = _pattern(
    rf"(?P<kind>[{LOWER}]{{3,40}}){_GAP}(?:in{_GAP})?(?P<name>(?:bad{_GAP})?[{LOWER}]{{3,20}}(?:{_PLACE_ENDINGS}))"
)
IS_ONE_CASE = re.compile(rf"{_GAP}(?:ist|hat|war|hatte|leidet|wurde|wird)(?!\w)")

COURT = _pattern(
    r"BVerfG|BVerwG|BGH|BSG|BAG|BFH|EuGH|EGMR|OLG|OVG|LSG|LAG|VGH|KG|VG|SG|ArbG|Bundesverfassungsgericht"
    r"|Bundesgerichtshof"
    r"|Bundessozialgericht|Bundesarbeitsgericht|Landessozialgericht|Oberlandesgericht|Urteil|Urteile|Beschluss"
    r"|Rechtsprechung|Rs\."
    r"|Verordnung|Richtlinie|EU|EG|BGBl\.|Drucksache|Drs\."
)
_FORM = rf"(?:gGmbH|GmbH|mbH|AG|SE|KG|OHG|UG|eG|e\.{_GAP}?V\.|eV|gAG|gUG)"
COMPANY = _pattern(rf"(?:[{UPPER}][\w.&-]{{1,30}}{_GAP}){{1,3}}{_FORM}")
# The name is looked at and not eaten: it may itself be the word for an institution.
CERTAIN_INSTITUTION = _pattern(
    rf"(?P<kind>[{UPPER}][\w-]{{2,40}})(?=(?:{_GAP}(?:in|im|der|des|von|vom|an{_GAP}der|am))?{_GAP}"
    rf"(?P<name>(?:St\.{_GAP}|Sankt{_GAP}|Bad{_GAP})?[{UPPER}][\w.&-]{{1,40}}))"
)
PLACE_BEHIND = re.compile(rf"[ ](?:in[ ])?(?:Bad[ ])?([{UPPER}][{LOWER}-]{{2,30}})")
AGAINST = re.compile(
    r"(?:gegen|vor|für|von|zu|über|keine?|keinen|ohne|nicht"
    r"|niemand|beim?|Thema|Schutz|statt|weder|noch|nie|Opfer(?: von)?|Umgang mit|wer|Wer)"
    r"[ \t\n]{1,3}(?:[a-zß-öø-ÿ]{2,15}[ \t\n]{1,3})?$"
)
AVOIDED = re.compile(
    r"[a-zß-öø-ÿ]{0,15}[ \t\n]{1,3}(?:[\w]{2,20}[ \t\n]{1,3}){0,2}(?:vorzu|vor)?"
    r"(?:beugen|beugt|verhinder|bekämpf|vermeid|abschaff|beende|vorgebeugt|entgegen)"
)
