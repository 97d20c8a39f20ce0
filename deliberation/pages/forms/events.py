"""What an organiser fills in about an event and about one item of its programme."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from deliberation.declarations.forms import KEY_MAX, address, has_file, one_line
from deliberation.declarations.forms.office import TOO_LONG, DayField
from deliberation.declarations.models import TITLE_MAX, Paragraph
from deliberation.editions.forms import to_number
from deliberation.pages.events import SPEAKERS_MAX, EventWords, ItemWords, mark, to_event_words, to_item_words
from deliberation.pages.models import DESCRIPTION_MAX, Event, PageFile, ProgrammeItem
from deliberation.pages.programme import load_places
from deliberation.text import SOURCE_MAX, normalised

PLACES_TYPED = 1000


def several_lines(value: str | None) -> str:
    return normalised(value or "")


def hour(value: str | None) -> str:
    """10:30, however it was typed: 9.30 Uhr is 09:30, and what is no hour stays as it is."""
    typed = one_line(value)
    found = re.fullmatch(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(?::00)?(?: ?Uhr)?", typed, re.IGNORECASE)
    return f"{int(found[1]):02}:{found[2] or '00'}" if found else typed


def _words(label: Any, limit: int, several: bool = False) -> Any:
    kind, cleaned = (TextAreaField, several_lines) if several else (StringField, one_line)
    return kind(label, [Length(max=limit, message=TOO_LONG)], filters=[cleaned])


def _ticks(label: Any) -> SelectMultipleField:
    """Files by id; the verb knows which there are."""
    return SelectMultipleField(label, coerce=to_number, validate_choice=False)


def own_files(files: Sequence[PageFile], chosen: Sequence[int]) -> list[tuple[PageFile, bool]]:
    """What can be ticked, and what is: those first."""
    return sorted(((one, one.id in chosen) for one in files), key=lambda pair: not pair[1])


class Uploading(FlaskForm):  # type: ignore[misc]
    """One file that comes along, and what is to be said of it."""

    upload = FileField(_l("Neue Datei"))
    description = _words(_l("Was ist darauf zu sehen, oder wie heißt das Dokument?"), DESCRIPTION_MAX)
    seen = HiddenField()

    @property
    def has_upload(self) -> bool:
        return has_file(self.upload)


class EventForm(Uploading):
    """`address` is asked for when an event is made; `seen` is the state that was changed."""

    title = StringField(
        _l("Titel"),
        [DataRequired(_l("Geben Sie der Veranstaltung bitte einen Titel.")), Length(max=TITLE_MAX, message=TOO_LONG)],
        filters=[one_line],
    )
    address = StringField(_l("Adresse"), filters=[address])
    first_on = DayField(_l("Tag"), [InputRequired(_l("Wählen Sie bitte den Tag."))])
    last_on = DayField(_l("Letzter Tag, wenn es mehrere sind"), [Optional()])
    venue = _words(_l("Ort"), TITLE_MAX)
    intro = _words(_l("Worum geht es?"), SOURCE_MAX, several=True)
    photos = _ticks(_l("Fotos"))
    shown = BooleanField(_l("Alle können sie lesen"))

    @classmethod
    def of(cls, event: Event) -> "EventForm":
        words = to_event_words(event)
        return cls(
            title=words.title, first_on=words.first_on, last_on=words.last_on if words.last_on != words.first_on else None,
            venue=words.place, intro=words.intro, photos=list(words.photos), shown=words.is_shown, seen=mark(words),
        )  # fmt: skip

    def to_words(self, fresh: PageFile | None = None) -> EventWords:
        return EventWords(
            self.title.data, self.first_on.data, self.last_on.data or self.first_on.data, self.venue.data, self.intro.data,
            bool(self.shown.data), _with(self.photos.data, fresh),
        )  # fmt: skip


class ItemForm(Uploading):
    """One item of the programme. `places` are numbers of paragraphs."""

    title = StringField(
        _l("Titel"),
        [DataRequired(_l("Was geschieht? Geben Sie dem Punkt bitte einen Titel.")), Length(max=TITLE_MAX, message=TOO_LONG)],
        filters=[one_line],
    )
    day = SelectField(_l("Tag"), coerce=lambda value: to_number(str(value)), validate_choice=False, default=0)
    starts_at = StringField(_l("Beginn"), [DataRequired(_l("Um wie viel Uhr beginnt es?"))], filters=[hour])
    ends_at = StringField(_l("Ende"), filters=[hour])
    speakers = _words(_l("Wer spricht?"), SPEAKERS_MAX, several=True)
    abstract = _words(_l("Worum geht es?"), SOURCE_MAX, several=True)
    summary = _words(_l("Was dabei herauskam"), SOURCE_MAX, several=True)
    places = _words(_l("Besprochene Absätze"), PLACES_TYPED)
    files = _ticks(_l("Unterlagen"))
    form_key = HiddenField(validators=[Length(max=KEY_MAX)])

    @classmethod
    def of(cls, item: ProgrammeItem) -> "ItemForm":
        words = to_item_words(item)
        same = {name: value for name, value in vars(words).items() if name not in ("paragraphs", "files")}
        return cls(**same, places=load_places(words.paragraphs), files=list(words.files), seen=mark(words))

    def to_words(self, places: Sequence[Paragraph], fresh: PageFile | None = None) -> ItemWords:
        return ItemWords(
            self.title.data, self.starts_at.data, self.ends_at.data, self.day.data, self.speakers.data, self.abstract.data,
            self.summary.data, tuple(one.id for one in places), _with(self.files.data, fresh),
        )  # fmt: skip


def _with(chosen: Sequence[int] | None, fresh: PageFile | None) -> tuple[int, ...]:
    numbers = [*(chosen or ()), *([fresh.id] if fresh else ())]
    return tuple(dict.fromkeys(numbers))
