"""What an organiser fills in about a page or a file of pages."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from deliberation.declarations.forms import address, one_line
from deliberation.declarations.forms.office import TOO_LONG, DayField
from deliberation.declarations.models import TITLE_MAX
from deliberation.pages.actions import PageRefused, PageWords
from deliberation.pages.files import FileRefused
from deliberation.pages.models import DESCRIPTION_MAX, Page
from deliberation.text import PAGE_MAX, normalised

REFUSALS = {
    "address": _l("Diese Adresse geht nicht oder ist vergeben. Sie besteht aus Kleinbuchstaben, Ziffern und Bindestrichen."),
    "long": _l("Die Seite ist zu lang. Teilen Sie sie bitte auf zwei auf."),
    "number": _l("Mehr als 60 Seiten gehen nicht."),
}
FILE_REFUSALS = {
    "empty": _l("In der Datei steht nichts. Bitte prüfen Sie, ob Sie die richtige gewählt haben."),
    "big": _l("Die Datei ist zu groß. Erlaubt sind höchstens 10 MB."),
    "kind": _l("Das ist kein Bild und kein PDF. Wir nehmen JPEG, PNG, WebP, GIF und PDF."),
    "encrypted": _l("Das PDF ist mit einem Passwort geschützt. Bitte speichern Sie es ohne Passwort."),
    "script": _l(
        "Das PDF enthält ein Programm, ein ausfüllbares Formular oder eine angehängte Datei. Bitte drucken Sie es "
        "neu als PDF."
    ),
    "pixels": _l("Das Bild ist zu groß: mehr als 40 Millionen Bildpunkte. Bitte verkleinern Sie es."),
    "damaged": _l("Die Datei ist beschädigt und lässt sich nicht öffnen. Bitte speichern Sie sie neu."),
    "name": _l("Eine andere Datei heißt schon so. Bitte benennen Sie diese um."),
    "number": _l("Mehr als 300 Dateien gehen nicht. Bitte löschen Sie welche, die nirgends gezeigt werden."),
    "description": _l("Bitte beschreiben Sie in einem Satz, was auf dem Bild zu sehen ist."),
    "used": _l("Die Datei steht auf einer Seite oder stand dort einmal. Deshalb lässt sie sich nicht löschen."),
}


def text_field(label: Any) -> TextAreaField:
    return TextAreaField(label, [Length(max=PAGE_MAX, message=TOO_LONG)], filters=[lambda value: normalised(value or "")])


class PageForm(FlaskForm):  # type: ignore[misc]
    """`place` is the address, when a page is made; `seen` the state that was changed."""

    title = StringField(
        _l("Titel"),
        [InputRequired(_l("Geben Sie der Seite bitte einen Titel.")), Length(max=TITLE_MAX, message=TOO_LONG)],
        filters=[one_line],
    )
    place = StringField(_l("Adresse"), filters=[address])
    body = text_field(_l("Text"))
    easy = text_field(_l("In Leichter Sprache"))
    news_on = DayField(_l("Neuigkeit vom"), [Optional()])
    shown = BooleanField(_l("Alle können sie lesen"))
    listed = BooleanField(_l("Steht im Menü"))
    footed = BooleanField(_l("Steht am Fuß jeder Seite"))
    position = StringField(
        _l("Reihenfolge"), [Optional(), Regexp(r"[0-9]{1,3}\Z", message=_l("Bitte eine ganze Zahl von 0 bis 999."))], default="0"
    )
    seen = HiddenField()

    @classmethod
    def of(cls, page: Page) -> "PageForm":
        return cls(
            title=page.title, body=page.body, easy=page.easy, news_on=page.news_on, shown=page.is_shown, listed=page.in_menu,
            footed=page.in_footer, position=str(page.position), seen=page.edition,
        )  # fmt: skip

    def to_words(self) -> PageWords:
        return PageWords(
            self.title.data, self.body.data, bool(self.shown.data), bool(self.listed.data), bool(self.footed.data),
            int(self.position.data or 0), self.news_on.data, self.easy.data,
        )  # fmt: skip

    def refuse(self, refused: PageRefused) -> None:
        """Say at the field why it cannot be so."""
        if refused.reason == "name":
            words = _("„%(name)s“ gibt es hier nicht. Laden Sie die Datei zuerst hoch, oder nennen Sie die ganze Adresse.")
            self.body.errors = (words % {"name": refused.name[:80]},)
        else:
            field = self.place if refused.reason == "address" else self.body
            field.errors = (str(REFUSALS[refused.reason]),)


class FileForm(FlaskForm):  # type: ignore[misc]
    file = FileField(_l("Datei auswählen"))
    description = StringField(
        _l("Was ist zu sehen?"), [Length(max=DESCRIPTION_MAX, message=TOO_LONG)], filters=[one_line]
    )

    def refuse(self, refused: FileRefused) -> None:
        field = self.description if refused.reason == "description" else self.file
        field.errors = (str(FILE_REFUSALS[refused.reason]),)
