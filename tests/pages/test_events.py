"""A meeting with programme, documents and photos: shown when the organisers say so, and how it stood before is kept."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pypdf
import pytest
from PIL import Image

from deliberation.clock import today
from deliberation.database import count_rows, db
from deliberation.declarations import facilitating
from deliberation.declarations.models import find_declaration
from deliberation.meetings import protocols
from deliberation.meetings.protocols import Protocol
from deliberation.moderation.cloning import clone
from deliberation.pages import events
from deliberation.pages.calendar import to_calendar
from deliberation.pages.events import EventRefused, EventWords, ItemWords, mark, to_event_words, to_item_words
from deliberation.pages.files import FileRefused, add_file, find_file, may_open, remove_file
from deliberation.pages.models import Event, EventEdition, ProgrammeItem, find_event, load_events, load_states
from deliberation.pages.programme import PlaceUnknown, to_places
from deliberation.permissions import Access, Facilitator, Guest, NotAllowed, Operator, Outdated
from deliberation.privacy import deletion
from tests import builders
from tests.counting import count_queries
from tests.editions import scene

DAY = date(2027, 5, 14)
EVENT = "/d/erklaerung/event/fachtagung"
OFFICE = "/d/erklaerung/office/events"


def picture(colour="navy"):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return out.getvalue()


def pdf():
    out, writer = io.BytesIO(), pypdf.PdfWriter()
    writer.add_blank_page(width=72, height=72)
    writer.write(out)
    return out.getvalue()


def make(cast, shown=True, **more):
    words = EventWords("Fachtagung", DAY, DAY, "Haus der Wissenschaft, Musterstadt", "Worum es **geht**.", shown, **more)
    event = events.create_event(cast.otto, cast.declaration, words)
    db.session.commit()
    return event


def add(cast, event, title="Vortrag", at="10:30", key="k", **more):
    item = events.add_item(cast.otto, event, ItemWords(title, at, **more), key)
    db.session.commit()
    return item


def attach(cast, data, name, description=""):
    return add_file(cast.otto, cast.declaration, data, name, description)


class TestReading:
    def test_programme_speakers_summary_documents_photos_and_paragraphs(self, cast, client):
        photo, slides = attach(cast, picture(), "saal.png", "Der volle Saal"), attach(cast, pdf(), "folien.pdf", "Folien")
        event = make(cast, photos=(photo.id,))
        add(
            cast, event, ends_at="12:00", speakers="Karin Berg, Hochschule\nOle Tal", abstract="Was *kommt*.",
            summary="Wir brauchen Zeit.", files=(slides.id,), paragraphs=(builders.paragraph(cast.declaration, "3.2").id,),
        )  # fmt: skip
        page = client.get(EVENT)
        assert "Set-Cookie" not in page.headers
        for words in (
            "Freitag, 14. Mai 2027", "Haus der Wissenschaft", "<strong>geht</strong>", "10:30–12:00",
            "<strong>Karin Berg</strong>",
            "<em>kommt</em>", "Was dabei herauskam", "Wir brauchen Zeit.", f'href="{slides.address}"', "PDF, 1 KB",
            f'src="{photo.address}" alt="Der volle Saal" width="64" height="48" loading="lazy"', "/d/erklaerung/3/2",
            "Über diese Absätze wurde gesprochen",
        ):  # fmt: skip
            assert words in page.text, words

    def test_stands_in_the_menu_while_one_is_shown(self, cast, client):
        event = make(cast, shown=False)
        assert "/d/erklaerung/events" not in client.get("/d/erklaerung").text
        events.change_event(cast.otto, event, replace(to_event_words(event), is_shown=True), mark(to_event_words(event)))
        assert "/d/erklaerung/events" in client.get("/d/erklaerung").text
        assert client.get("/d/erklaerung/events").location == EVENT
        events.create_event(cast.otto, cast.declaration, EventWords("Nachtreffen", DAY, DAY, is_shown=True))
        assert "Nachtreffen" in client.get("/d/erklaerung/events").text

    def test_what_is_not_shown_is_there_for_organisers_alone(self, cast, client):
        make(cast, shown=False)
        for path in (EVENT, f"{EVENT}.ics", f"{EVENT}/editions"):
            assert client.get(path).status_code == 404, path
        assert "Noch keine." in client.get("/d/erklaerung/events").text
        client.sign_in(cast.otto)
        assert "Diese Seite sieht nur die Organisation." in client.get(EVENT).text

    def test_private_declaration_keeps_its_events(self, cast, client):
        make(cast)
        cast.declaration.access = Access.PRIVATE
        assert client.get(EVENT).status_code in (303, 403, 404)

    def test_says_how_many_tables_spoke_on_that_day(self, cast, client):
        table = Facilitator(facilitating.find_link(facilitating.make_link(cast.otto, cast.declaration, "Tisch 4", today())))
        protocols.enter(table, builders.paragraph(cast.declaration, "3.1"), Protocol(7, (4, 1, 1, 1)), "k")
        same = EventWords("Fachtagung", today(), today(), is_shown=True)
        events.create_event(cast.otto, cast.declaration, same)
        yesterday = today() - timedelta(days=1)
        events.create_event(cast.otto, cast.declaration, EventWords("Vorher", yesterday, yesterday, is_shown=True))
        page = client.get(EVENT).text
        assert "1 Tisch, 7 Personen" in page
        assert "Was Tischgruppen sagten" in page
        assert "7 Personen" not in client.get("/d/erklaerung/event/vorher").text

    def test_paragraph_that_was_taken_out_is_still_led_to(self, cast, client):
        event = make(cast)
        add(cast, event, paragraphs=(builders.paragraph(cast.declaration, "3.2").id,))
        scene.publish(cast.declaration, scene.removed(scene.text(cast.declaration), "3.2"))
        assert 'href="/d/erklaerung/3/2"' in client.get(EVENT).text

    def test_several_days_have_a_heading_each(self, cast, client):
        event = events.create_event(
            cast.otto, cast.declaration, EventWords("Fachtagung", DAY, DAY + timedelta(days=1), is_shown=True)
        )
        add(cast, event, "Zweiter Tag", "09:00", "b", day=1)
        add(cast, event, "Erster Tag", "10:00", "a")
        page = client.get(EVENT).text
        assert "Samstag, 15. Mai 2027" in page
        assert page.index("Erster Tag") < page.index("Zweiter Tag")

    def test_costs_few_queries(self, cast, client):
        event = make(cast)
        for number in range(12):
            add(cast, event, f"Punkt {number}", f"{number + 8:02}:00", f"k{number}")
        with count_queries() as counted:
            client.get(EVENT)
        assert counted.count <= 12


class TestBefore:
    def test_whole_former_states_stay_readable_and_drafts_with_the_organisers(self, cast, client):
        event = make(cast, shown=False)
        item = add(cast, event, "ENTWURF")
        events.change_item(cast.otto, item, ItemWords("Eröffnung", "10:30"), mark(to_item_words(item)))
        events.change_event(cast.otto, event, replace(to_event_words(event), is_shown=True), mark(to_event_words(event)))
        events.change_item(cast.otto, item, ItemWords("Begrüßung", "10:30"), mark(to_item_words(item)))
        db.session.commit()
        before = client.get(f"{EVENT}/editions").text
        assert "Eröffnung" in before
        assert "ENTWURF" not in before
        client.sign_in(cast.otto)
        assert "ENTWURF" in client.get(f"{EVENT}/editions").text

    def test_item_that_was_removed_is_in_it(self, cast, client):
        event = make(cast)
        item = add(cast, event, "Entfällt")
        assert events.remove_item(cast.otto, item)
        db.session.commit()
        assert "Entfällt" not in client.get(EVENT).text
        assert "Entfällt" in client.get(f"{EVENT}/editions").text

    def test_same_words_again_keep_nothing(self, cast):
        event = make(cast)
        assert not events.change_event(cast.otto, event, to_event_words(event), mark(to_event_words(event)))
        assert load_states(event, True) == []


class TestFiles:
    def test_opens_for_readers_of_an_event_that_attaches_it(self, cast):
        photo, slides = attach(cast, picture(), "saal.png", "Saal"), attach(cast, pdf(), "folien.pdf")
        assert not may_open(Guest(), photo)
        event = make(cast, shown=False, photos=(photo.id,))
        item = add(cast, event, files=(slides.id,))
        assert not may_open(Guest(), photo)
        assert may_open(cast.otto, slides)
        events.change_event(cast.otto, event, replace(to_event_words(event), is_shown=True), mark(to_event_words(event)))
        assert may_open(Guest(), photo)
        assert may_open(Guest(), slides)
        # What everybody saw once is in what stood there before.
        events.change_item(cast.otto, item, replace(to_item_words(item), files=()), mark(to_item_words(item)))
        assert may_open(Guest(), slides)
        events.change_event(cast.otto, event, replace(to_event_words(event), is_shown=False), mark(to_event_words(event)))
        assert not may_open(Guest(), photo)
        assert not may_open(Guest(), slides)

    def test_is_not_removed_while_an_event_has_it_or_had_it(self, cast):
        photo = attach(cast, picture(), "saal.png", "Saal")
        event = make(cast, photos=(photo.id,))
        with pytest.raises(FileRefused, match="used"):
            remove_file(cast.otto, photo)
        events.change_event(cast.otto, event, replace(to_event_words(event), photos=()), mark(to_event_words(event)))
        with pytest.raises(FileRefused, match="used"):
            remove_file(cast.otto, photo)

    def test_of_another_declaration_are_not_attached(self, cast):
        other = builders.make_declaration("zweite")
        foreign = add_file(Operator(), other, picture(), "saal.png", "Saal")
        with pytest.raises(EventRefused, match="file"):
            make(cast, photos=(foreign.id,))

    def test_documents_are_no_photos(self, cast):
        slides = attach(cast, pdf(), "folien.pdf")
        with pytest.raises(EventRefused, match="picture"):
            make(cast, photos=(slides.id,))


class TestWriting:
    def send(self, client, path, **fields):
        return client.post(path, data=fields, content_type="multipart/form-data")

    def test_from_the_first_form_to_the_page(self, cast, client):
        client.sign_in(cast.otto)
        made = self.send(
            client, f"{OFFICE}/new", title="Fachtagung", first_on="2027-05-14", shown="y", description="Der Saal",
            upload=(io.BytesIO(picture()), "Der Saal.png"),
        )  # fmt: skip
        assert made.location == f"{OFFICE}/fachtagung"
        assert find_file(cast.declaration, "der-saal.png").description == "Der Saal"
        fields = {"title": "Vortrag", "starts_at": "9.30 Uhr", "places": "3.2 ; 1.1", "form_key": "k"}
        for _twice in range(2):
            sent = self.send(
                client, f"{OFFICE}/fachtagung/items/new", **fields, upload=(io.BytesIO(pdf()), "Folien.pdf"), description=""
            )
            assert sent.status_code == 303
        event = find_event(find_declaration("erklaerung"), "fachtagung")
        [item] = event.items
        assert (item.starts_at, len(item.files), len(item.paragraphs)) == ("09:30", 1, 2)
        assert 'value="1.1, 3.2"' in client.get(f"{OFFICE}/fachtagung/items/{item.id}").text

    def test_number_that_names_no_paragraph_is_said(self, cast, client):
        make(cast)
        client.sign_in(cast.otto)
        fields = {"title": "V", "starts_at": "10:00", "places": "3.2, 9.9", "summary": "BLEIBT"}
        answer = self.send(client, f"{OFFICE}/fachtagung/items/new", **fields)
        assert answer.status_code == 422
        assert "Absatz „9.9“ gibt es nicht." in answer.text
        assert "BLEIBT" in answer.text

    def test_picture_without_words_is_refused_and_nothing_kept(self, cast, client):
        client.sign_in(cast.otto)
        answer = self.send(
            client, f"{OFFICE}/new", title="Fachtagung", first_on="2027-05-14", upload=(io.BytesIO(picture()), "saal.png")
        )
        assert answer.status_code == 422
        assert "Bitte beschreiben Sie in einem Satz, was auf dem Bild zu sehen ist." in answer.text
        assert find_event(cast.declaration, "fachtagung") is None
        answer = self.send(
            client, f"{OFFICE}/new", title="Fachtagung", first_on="2027-05-14", upload=(io.BytesIO(b"MZ..."), "boese.exe")
        )
        assert "kein Bild und kein PDF" in answer.text

    def test_preview_stores_nothing(self, cast, client):
        make(cast)
        client.sign_in(cast.otto)
        path = f"{OFFICE}/fachtagung/items/new"
        answer = self.send(
            client, path, title="V", starts_at="10:00", summary="So **kam** es.", preview="1",
            upload=(io.BytesIO(pdf()), "folien.pdf"),
        )  # fmt: skip
        assert answer.status_code == 200
        assert "<strong>kam</strong>" in answer.text
        assert "bitte noch einmal aus" in answer.text
        assert find_event(cast.declaration, "fachtagung").items == []
        assert find_file(cast.declaration, "folien.pdf") is None

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("starts_at", "25:00"), ("starts_at", "9" * 5000), ("ends_at", "09:00"), ("places", "x" * 900),
            ("places", "9" * 2000), ("day", "7"), ("day", "9" * 5000),
            ("files", "9" * 5000), ("files", "12345"), ("title", ""), ("title", "\0"),
            ("summary", "x" * 10_001), ("speakers", "x" * 2001), ("form_key", "x" * 65), ("places", "1.1 " * 300),
        ],
    )  # fmt: skip
    def test_nonsense_is_explained(self, cast, client, field, value):
        make(cast)
        client.sign_in(cast.otto)
        fields = {"title": "V", "starts_at": "10:00", "abstract": "BLEIBT", field: value}
        answer = self.send(client, f"{OFFICE}/fachtagung/items/new", **fields)
        assert answer.status_code == 422
        assert "BLEIBT" in answer.text

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("first_on", ""), ("first_on", "0001-01-01"), ("last_on", "2027-05-13"), ("last_on", "2027-06-30"), ("photos", "²"),
            ("address", "Nicht Gut!"), ("address", "new"), ("intro", "x" * 10_001), ("title", "!!!"),
        ],
    )  # fmt: skip
    def test_nonsense_about_the_event_is_explained(self, cast, client, field, value):
        client.sign_in(cast.otto)
        fields = {"title": "V", "first_on": "2027-05-14", "venue": "BLEIBT", field: value}
        answer = self.send(client, f"{OFFICE}/new", **fields)
        assert answer.status_code == 422
        assert "BLEIBT" in answer.text

    def test_two_people_write_at_different_items_and_not_over_each_other(self, cast, client):
        event = make(cast)
        one, other = add(cast, event, "Eins", "09:00", "a"), add(cast, event, "Zwei", "10:00", "b")
        seen = mark(to_item_words(one))
        events.change_item(cast.otto, other, ItemWords("Zwei!", "10:00"), mark(to_item_words(other)))
        assert events.change_item(cast.otto, one, ItemWords("Eins!", "09:00"), seen)
        with pytest.raises(Outdated):
            events.change_item(cast.otto, one, ItemWords("Eins?", "09:00"), seen)
        db.session.commit()
        client.sign_in(cast.otto)
        path = f"{OFFICE}/fachtagung/items/{one.id}"
        answer = self.send(client, path, title="Eins?", starts_at="09:00", seen=seen)
        assert answer.status_code == 422
        assert "Das hat inzwischen jemand anderes geändert." in answer.text
        now = mark(to_item_words(find_event(cast.declaration, "fachtagung").items[0]))
        assert self.send(client, path, title="Eins?", starts_at="09:00", seen=now).status_code == 303

    def test_order_is_that_of_hours_and_what_is_parallel_can_be_moved(self, cast, client):
        event = make(cast)
        late, left, right = (add(cast, event, name, at, name) for name, at in (("Spät", "14:00"), ("L", "10:00"), ("R", "10:00")))
        assert [item.title for item in event.items] == ["L", "R", "Spät"]
        assert events.move_item(cast.otto, right, up=True)
        assert [item.title for item in event.items] == ["R", "L", "Spät"]
        assert not events.move_item(cast.otto, late, up=True)
        assert not events.move_item(cast.otto, left, up=False)

    def test_day_with_something_on_it_is_not_cut_off(self, cast):
        event = events.create_event(cast.otto, cast.declaration, EventWords("Fachtagung", DAY, DAY + timedelta(days=1)))
        add(cast, event, day=1)
        with pytest.raises(EventRefused, match="days"):
            events.change_event(cast.otto, event, replace(to_event_words(event), last_on=DAY), mark(to_event_words(event)))

    def test_others_write_none(self, cast):
        event = make(cast)
        for person in (cast.ada, cast.mira):
            with pytest.raises(NotAllowed):
                make_as(person, cast)
            with pytest.raises(NotAllowed):
                events.add_item(person, event, ItemWords("V", "10:00"), "k")

    def test_sent_twice_is_one_event_and_an_address_is_given_once(self, cast):
        assert make(cast) is make(cast)
        with pytest.raises(EventRefused, match="address"):
            events.create_event(cast.otto, cast.declaration, EventWords("Andere", DAY, DAY), "fachtagung")


def make_as(person, cast):
    return events.create_event(person, cast.declaration, EventWords("Fachtagung", DAY, DAY))


def test_paragraphs_are_found_by_their_numbers_in_the_order_of_the_text(cast):
    found = to_places(cast.declaration, "3.2,1.1 3.2; END.1")
    assert [f"{one.thesis.number}.{one.number}" for one in found] == ["1.1", "3.2", "end.1"]
    with pytest.raises(PlaceUnknown, match=r"3\.99"):
        to_places(cast.declaration, "3.1 3.99")


class TestCalendar:
    def test_has_the_hours_of_the_programme_in_utc(self, cast, client):
        event = make(cast)
        add(cast, event, "Auftakt", "09:30", "a", ends_at="10:00")
        add(cast, event, "Schluss", "15:00", "b", ends_at="16:30")
        answer = client.get(f"{EVENT}.ics")
        assert answer.mimetype == "text/calendar"
        lines = answer.text.replace("\r\n ", "").split("\r\n")
        assert "DTSTART:20270514T073000Z" in lines
        assert "DTEND:20270514T143000Z" in lines
        assert "LOCATION:Haus der Wissenschaft\\, Musterstadt" in lines
        assert "URL:http://localhost/d/erklaerung/event/fachtagung" in lines
        assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))

    def test_has_whole_days_where_no_end_is_said(self, cast):
        event = make(cast)
        add(cast, event)
        assert "DTSTART;VALUE=DATE:20270514\r\nDTEND;VALUE=DATE:20270515" in to_calendar(event, "http://x/", "x")


def test_deleting_a_declaration_takes_its_events_along(cast):
    event = make(cast, photos=(attach(cast, picture(), "saal.png", "Saal").id,))
    item = add(cast, event)
    events.remove_item(cast.otto, item)
    add(cast, event, key="z")
    deletion.remove(cast.declaration)
    assert [count_rows(one.id, one.id.is_not(None)) for one in (Event, ProgrammeItem, EventEdition)] == [0, 0, 0]


def test_a_declaration_made_after_the_pattern_of_another_has_none(cast):
    make(cast)
    made = clone(cast.otto, cast.declaration, "neu", "Neu")
    assert (made.has_events, load_events(made, True)) == (False, [])
