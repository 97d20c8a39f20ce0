"""Why a file is not taken, and what was left out of one that is: fixed codes with one clear sentence each.

The sentences are gettext message ids, marked with `N_`; whoever shows them translates them.
"""


def N_(message: str) -> str:
    """Mark a message for the catalogue of translations."""
    return message


REFUSALS: dict[str, str] = {
    "empty": N_("In der Datei steht kein Text. Bitte prüfen Sie, ob Sie die richtige Datei gewählt haben."),
    "too_big": N_(
        "Die Datei ist zu groß. Erlaubt sind höchstens 10 MB; bitte entfernen Sie Bilder oder teilen Sie den Text."
    ),
    "too_long": N_("Der Text ist zu lang für eine Erklärung. Bitte teilen Sie ihn in mehrere Dateien."),
    "too_many_headings": N_(
        "Die Datei hat zu viele Überschriften. Eine Erklärung kann höchstens 2000 Thesen haben; bitte"
        " teilen Sie den Text."
    ),
    "wrong_type": N_(
        "Diese Art von Datei können wir nicht lesen. Bitte nehmen Sie Word (.docx), LibreOffice "
        "(.odt), PDF, HTML, Markdown oder reinen Text."
    ),
    "old_word": N_(
        "Das ist eine Datei im alten Word-Format (.doc). Bitte speichern Sie den Text in Word oder "
        "LibreOffice als .docx und versuchen Sie es noch einmal."
    ),
    "encrypted": N_(
        "Die Datei ist mit einem Passwort geschützt. Bitte speichern Sie sie ohne Passwort und "
        "versuchen Sie es noch einmal."
    ),
    "scanned": N_(
        "Dieses PDF enthält nur Bilder und keinen Text, vermutlich ist es eingescannt. Bitte nehmen "
        "Sie die Datei, aus der es entstanden ist, oder lassen Sie vorher den Text erkennen."
    ),
    "damaged": N_(
        "Die Datei ist beschädigt und lässt sich nicht öffnen. Bitte speichern Sie sie neu und "
        "versuchen Sie es noch einmal."
    ),
    "bomb": N_(
        "Die Datei wird beim Entpacken ungewöhnlich groß. Wir lesen sie deshalb nicht; bitte "
        "speichern Sie nur den Text in einer neuen Datei."
    ),
    "entities": N_(
        "Die Datei enthält Verweise, die wir aus Sicherheitsgründen nicht lesen. Bitte kopieren Sie "
        "den Text in eine neue Datei."
    ),
    "macros": N_(
        "Die Datei enthält Makros. Bitte speichern Sie sie ohne Makros (als .docx oder .odt) und "
        "versuchen Sie es noch einmal."
    ),
    "too_slow": N_(
        "Das Lesen der Datei hat zu lange gedauert. Bitte vereinfachen Sie die Datei, zum Beispiel "
        "indem Sie nur den Text in eine neue Datei kopieren."
    ),
    "too_hungry": N_(
        "Die Datei ist zu umfangreich, um sie zu lesen. Bitte vereinfachen Sie sie, zum Beispiel "
        "indem Sie nur den Text in eine neue Datei kopieren."
    ),
    "codec": N_(
        "Dieses Video läuft nicht in jedem Browser. Bitte speichern Sie es als MP4 mit H.264 oder als WebM mit VP9."
    ),
    "tracks": N_(
        "In diesem Video steht mehr als Bild und Ton, zum Beispiel was das Gerät gemessen hat. Bitte speichern Sie es neu, "
        "nur mit Bild und Ton."
    ),
    "timing": N_("In Zeile %(line)s stimmen die Zeiten nicht. Bitte schreiben Sie sie so: 00:01.000 --> 00:04.000."),
}

NOTES: dict[str, str] = {
    "split_headings": N_("Aufgeteilt nach Überschriften."),
    "split_list": N_("Aufgeteilt nach den Punkten einer Liste."),
    "split_paragraphs": N_("Aufgeteilt nach Absätzen: Jeder Absatz ist eine These."),
    "no_headings": N_("Der Text hat keine Überschriften, nach denen wir ihn aufteilen könnten."),
    "no_list": N_("Der Text hat keine Liste, nach der wir ihn aufteilen könnten."),
    "images": N_("Bilder wurden weggelassen: %(count)s."),
    "tables": N_("Tabellen wurden zu Absätzen, eine Zeile je Absatz: %(count)s."),
    "comments": N_("Kommentare wurden weggelassen: %(count)s."),
    "insertions": N_("Nachverfolgte Einfügungen wurden übernommen: %(count)s."),
    "deletions": N_("Nachverfolgte Löschungen wurden weggelassen: %(count)s."),
    "hidden": N_("Ausgeblendeter Text wurde weggelassen: %(count)s Stellen."),
    "footnotes": N_("Fußnoten wurden weggelassen: %(count)s."),
    "page_furniture": N_("Seitenzahlen sowie Kopf- und Fußzeilen wurden weggelassen: %(count)s."),
    "contents": N_("Ein Inhaltsverzeichnis wurde weggelassen."),
    "front_matter": N_("Die Angaben am Anfang der Markdown-Datei wurden weggelassen."),
    "navigation": N_("Menüs und Formulare der Webseite wurden weggelassen: %(count)s."),
    "bold_headings": N_("Fett gesetzte Zeilen wurden als Überschriften gelesen: %(count)s."),
    "guessed_headings": N_("Kurze Zeilen ohne Satzzeichen wurden als Überschriften gelesen: %(count)s."),
}


class ImportRefused(Exception):
    """A file cannot be taken. `reason` is a key of `REFUSALS`; nothing was stored."""

    def __init__(self, reason: str, **details: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details

    @property
    def message(self) -> str:
        """The sentence for the person who sent the file, in German and not yet translated."""
        return REFUSALS[self.reason] % self.details
