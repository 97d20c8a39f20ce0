"""Pages that are kept for readers without an account, and parts of pages for everybody: never another page than the one that
would be made now."""

import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import event, text

from deliberation import kept, parts, revisions
from deliberation.accounts.models import find_user_by_email
from deliberation.annotations import ordering
from deliberation.annotations.actions import Contribution, edit_annotation, post_reply, withdraw
from deliberation.annotations.drafts import save_draft, thesis_place
from deliberation.annotations.models import Kind, ResponseKind, StanceValue, Status, VoteValue, find_annotation
from deliberation.annotations.places import count_miscounted
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.annotations.responses import respond
from deliberation.clock import frozen_at, now
from deliberation.database import db, set_reading
from deliberation.declarations.actions import rename
from deliberation.declarations.models import find_declaration, load_paragraphs
from deliberation.moderation.actions import hide, redact, restore
from deliberation.moderation.models import Rule
from deliberation.moderation.ordering.bundling import CannotBundle, bundle
from deliberation.moderation.redacting import PassageMissing
from deliberation.permissions import NotAllowed, Outdated
from deliberation.proposals.cosigning import cosign
from tests import builders
from tests.counting import count_queries
from tests.security.test_kept_pages import SECRETS, nothing_kept

STEPS = 40
PUBLISHED = "shown_agree=?, shown_disagree=?, shown_pass=?"
BODY = "Bei uns entscheidet das Programm, wer als Nächstes kommt."


class Town:
    """Seven people who write, vote and moderate at random. Everything is read anew before each deed, as in production."""

    def __init__(self, cast: Any, seed: int) -> None:
        self.chance = random.Random(seed)
        self.people = [cast.ada, cast.ben, *(builders.make_member(cast.declaration, f"mara{n}") for n in range(5))]
        self.emails = [person.email for person in self.people]
        places = load_paragraphs([thesis.id for thesis in cast.declaration.theses])[:3]
        self.places = [(place.thesis.number, place.number) for place in places]
        self.slug, self.moderator = cast.declaration.slug, cast.mira.email
        self.numbers: list[int] = []
        db.session.commit()
        for _first in range(4):
            self.post()
        db.session.commit()

    @property
    def declaration(self) -> Any:
        return find_declaration(self.slug)

    @property
    def members(self) -> list[Any]:
        return [find_user_by_email(email) for email in self.emails]

    @property
    def someone(self) -> Any:
        return self.chance.choice(self.members)

    @property
    def something(self) -> Any:
        return find_annotation(self.chance.choice(self.numbers))

    @property
    def mira(self) -> Any:
        return find_user_by_email(self.moderator)

    def post(self) -> None:
        place = self.chance.choice(self.places)
        kind = self.chance.choice([Kind.PRACTICE, Kind.QUESTION, Kind.PROPOSAL])
        wording = "So soll es sein." if kind is Kind.PROPOSAL else ""
        body = f"{BODY} {len(self.numbers)}"
        made = builders.annotate(self.someone, self.declaration, ".".join(place), body, kind, wording=wording)
        self.numbers.append(made.number)

    def reply(self) -> None:
        body = f"Genau so. {len(self.numbers)}"
        self.numbers.append(post_reply(self.someone, self.something, Contribution(body=body)).number)

    def vote(self) -> None:
        """Enough for the next published state."""
        annotation = self.something
        for member in self.members:
            if not member.wrote(annotation):
                cast_vote(member, annotation, self.chance.choice(list(VoteValue)))

    def stand(self) -> None:
        place = builders.paragraph(self.declaration, ".".join(self.chance.choice(self.places)))
        take_stance(self.someone, place.thesis, place, self.chance.choice(list(StanceValue)))

    def hide(self) -> None:
        annotation = self.something
        hide(self.mira, annotation, Rule.RESPECT, "Das verletzt jemanden aus der Runde.", annotation.version)

    def restore(self) -> None:
        annotation = self.something
        if annotation.status is Status.HIDDEN:
            restore(self.mira, annotation, annotation.version, "Das war ein Versehen.")

    def redact(self) -> None:
        annotation = self.something
        redact(self.mira, annotation, Rule.PROTECT, "Das lässt jemanden erkennen.", ["Programm"], annotation.version)

    def edit(self) -> None:
        annotation = self.something
        author = next(one for one in self.members if one.wrote(annotation))
        edit_annotation(author, annotation, f"Anders gesagt: {self.chance.random()}", annotation.proposed_wording)

    def withdraw(self) -> None:
        annotation = self.something
        withdraw(next(one for one in self.members if one.wrote(annotation)), annotation)

    def respond(self) -> None:
        respond(self.mira, self.something, ResponseKind.INQUIRY, "Danke. Wie sah das bei Ihnen im Alltag aus?")

    def bundle(self) -> None:
        """Also of what stands at another place: its replies and votes show here from now on."""
        other = self.something
        bundle(self.mira, self.something, [(other, other.version)])

    def rename(self) -> None:
        rename(self.someone, self.declaration, f"Weide {self.chance.randrange(100, 100_000)}")

    def act(self) -> str:
        deeds: tuple[Callable[[], None], ...] = (
            self.post, self.post, self.reply, self.reply, self.vote, self.vote, self.stand, self.hide, self.restore, self.redact,
            self.edit, self.withdraw, self.respond, self.rename, self.bundle, self.bundle,
        )  # fmt: skip
        deed = self.chance.choice(deeds)
        db.session.remove()
        set_reading(False)
        try:
            deed()
        except (NotAllowed, Outdated, PassageMissing, CannotBundle):
            db.session.rollback()
        db.session.commit()
        set_reading(True)
        return deed.__name__


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_everybody_reads_the_page_that_would_be_made_now(app, cast, client, seed):
    town = Town(cast, seed)
    db.session.commit()
    readers = {"guest": client}
    # Two who look on alone, who share most pages, and one of them does not even belong to it.
    idle = {"olga": builders.make_member(cast.declaration, "olga"), "ines": builders.make_user("ines")}
    db.session.commit()
    for name, person in {"ada": cast.ada, "mara": town.people[3], "mira": cast.mira, **idle}.items():
        readers[name] = app.test_client().sign_in(person)
    place = f"/d/{town.slug}"
    addresses = [place, f"{place}/text"]
    for thesis, paragraph in town.places:
        addresses += [f"{place}/{thesis}", f"{place}/{thesis}/{paragraph}?all=1"]
    for step in range(STEPS):
        done = town.act()
        asked = town.chance.sample([*addresses, f"/a/{town.chance.choice(town.numbers)}"], len(readers))
        for name, address in zip(readers, asked, strict=True):
            # Twice: what is new to somebody is marked as seen by looking.
            readers[name].get(address)
            shown = readers[name].get(address)
            with nothing_kept(app):
                fresh = readers[name].get(address)
            assert shown.status_code == fresh.status_code
            assert SECRETS.sub(r"\1", shown.text) == SECRETS.sub(r"\1", fresh.text), (step, done, name, address)
    set_reading(True)
    assert count_miscounted() == 0


class TestSharedPage:
    PLACE = "/d/erklaerung/3/1"

    @pytest.fixture
    def annotation(self, cast):
        return builders.annotate(cast.ada, cast.declaration, kind=Kind.PROPOSAL, wording="So soll es sein.")

    @pytest.fixture
    def reader(self, app, cast, annotation):
        """Somebody who has seen the place, and whose page is kept."""
        return self.signed_in(app, builders.make_member(cast.declaration, "olga", pseudonym="Olgas Name"))

    @staticmethod
    def signed_in(app, person):
        db.session.commit()
        visitor = app.test_client().sign_in(person)
        for _first in range(2):
            visitor.get(TestSharedPage.PLACE)
        return visitor

    def test_people_who_would_see_the_same_get_what_one_of_them_got(self, app, cast, reader, monkeypatch):
        monkeypatch.setattr(ordering, "DECKS", 1)
        other = self.signed_in(app, builders.make_member(cast.declaration, "ines", pseudonym="Ines' Name"))
        first = reader.get(self.PLACE)
        with count_queries(anew=False) as queries:
            second = other.get(self.PLACE)
        # The account, the visit, the counts and the state of the place. Nothing is written: nothing is new to her there.
        assert queries.count == 4, queries.statements
        assert "Sichtbar als <strong>Olgas Name</strong>" in first.text
        assert "Sichtbar als <strong>Ines&#39; Name</strong>" in second.text
        assert "Olga" not in second.text
        keys = [set(re.findall(r'name="form_key" value="([^"]+)"', one.text)) for one in (first, second, other.get(self.PLACE))]
        assert all(keys)
        assert not keys[0] & keys[1]
        assert not keys[1] & keys[2]
        assert "\x00" not in second.text

    @pytest.mark.parametrize(
        ("trace", "mark"),
        [
            ("vote", 'aria-pressed="true"'), ("text elsewhere", "Aus dem Bündel nehmen"), ("stance", " checked required"),
            ("text", "Ändern<span"), ("reply", "Ändern<span"), ("draft", "Angefangen"),
            ("signature", "Mitzeichnung zurücknehmen"),
        ],
    )  # fmt: skip
    def test_whoever_left_something_there_has_a_page_of_her_own(self, app, cast, annotation, reader, trace, mark, monkeypatch):
        monkeypatch.setattr(ordering, "DECKS", 1)
        person = builders.make_member(cast.declaration, "ines")
        place = builders.paragraph(cast.declaration, "3.1")
        if trace == "vote":
            cast_vote(person, annotation, VoteValue.AGREE)
        elif trace == "stance":
            take_stance(person, place.thesis, place, StanceValue.CHANGE)
        elif trace == "text":
            builders.annotate(person, cast.declaration)
        elif trace == "reply":
            post_reply(person, annotation, Contribution("Genau so."))
        elif trace == "draft":
            save_draft(person, cast.declaration, thesis_place(place.thesis, place), {"body": "Angefangen"}, "key")
        elif trace == "signature":
            cosign(person, annotation)
        else:
            # What is bundled with something here is shown here.
            lead, other = builders.annotate(cast.ben, cast.declaration), builders.annotate(person, cast.declaration, "3.2")
            bundle(cast.mira, lead, [(other, other.version)])
        db.session.commit()
        # What is new to her is so once.
        shared = [reader.get(self.PLACE).text for _look in range(2)][-1]
        own = self.signed_in(app, person).get(self.PLACE).text
        with nothing_kept(app):
            assert SECRETS.sub(r"\1", own) == SECRETS.sub(r"\1", self.signed_in(app, person).get(self.PLACE).text)
        assert SECRETS.sub(r"\1", shared) == SECRETS.sub(r"\1", reader.get(self.PLACE).text)
        assert mark in own
        assert mark not in shared

    def test_a_draft_keeps_the_key_under_which_its_form_is_stored_once(self, app, cast, reader):
        person = builders.make_member(cast.declaration, "ines")
        place = builders.paragraph(cast.declaration, "3.1")
        save_draft(person, cast.declaration, thesis_place(place.thesis, place), {"body": "Angefangen"}, "key-of-this-form")
        assert 'name="form_key" value="key-of-this-form"' in self.signed_in(app, person).get(self.PLACE).text

    def test_a_message_is_shown_once_and_to_nobody_else(self, app, cast, reader, annotation):
        assert "Danke" not in reader.get(self.PLACE).text
        sent = reader.get(f"{self.PLACE}?sent={annotation.number}").text
        assert "Danke" in sent
        assert "Danke" not in reader.get(self.PLACE).text


@pytest.mark.parametrize("place", ["/text", "/3", "/3/1"])
def test_a_kept_page_leads_back_to_where_its_reader_is(cast, client, place):
    """Not to where the first reader of it was: what stands in an address may be for one person alone."""
    address = f"/d/{cast.declaration.slug}{place}"
    for asked in (f"{address}?von=newsletter", address, f"{address}?page=2", address):
        with client.session_transaction() as session:
            # Pages in front of the application are for those without a session.
            session["seen"] = True
        ways_back = re.findall(r'href="/login\?next=([^"&]+)', client.get(asked).text)
        assert {unquote(one) for one in ways_back} == {asked}


class Connections:
    """How many are held at the same time, at most, since it was asked."""

    def __init__(self, engine):
        self._acts = [(engine, "checkout", self._take), (engine, "checkin", self._give)]
        self._held = self._most = 0

    def __enter__(self):
        for act in self._acts:
            event.listen(*act)
        return self

    def __exit__(self, *_fault):
        for act in self._acts:
            event.remove(*act)

    def _take(self, *_what):
        self._held += 1
        self._most = max(self._most, self._held)

    def _give(self, *_what):
        self._held -= 1

    def during(self, ask, *address, **form):
        self._held = self._most = 0
        ask(*address, **form)
        return self._most


def test_no_request_holds_two_connections(app, cast, client):
    """On SQLite whoever reads keeps a writer from its commit: with a second connection she would wait for that writer, and
    the writer for her."""
    annotation = builders.annotate(cast.ada, cast.declaration)
    db.session.commit()
    db.session.remove()
    place = f"/d/{cast.declaration.slug}"
    pages = ("", "/text", "/3", "/3/1", "/3/1?all=1", "/new", "/results")
    form = {"kind": "practice", "body": "Bei uns auch.", "action": "send", "form_key": "once", "checked": "1"}
    with Connections(db.engine) as connections:
        for person in (None, cast.ben, cast.mira):
            visitor = app.test_client().sign_in(person) if person else client
            db.session.remove()
            for address in (*(place + page for page in pages), "/a/1") * 2:
                assert connections.during(visitor.get, address) == 1, (person, address)
        visitor = app.test_client().sign_in(cast.ben)
        db.session.remove()
        assert connections.during(visitor.post, f"/a/{annotation.number}/vote", data={"vote": "agree"}) == 1
        assert connections.during(visitor.post, f"{place}/3/1/annotations", data=form) == 1
    assert "Bei uns auch." in visitor.get(f"{place}/3/1").text


def test_a_reader_gets_the_kept_page_as_long_as_nothing_changed(app, cast, client):
    address = f"/d/{cast.declaration.slug}/3"
    first, hits = client.get(address), kept.hits.value
    second = client.get(address)
    assert kept.hits.value == hits + 1
    assert (second.text, second.headers["ETag"]) == (first.text, first.headers["ETag"])
    assert {*second.headers.keys()} == {*first.headers.keys()}
    assert second.headers["X-Request-ID"] != first.headers["X-Request-ID"]


def test_a_browser_that_has_the_page_is_told_so(cast, client):
    address = f"/d/{cast.declaration.slug}/3"
    etag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    builders.annotate(cast.ada, cast.declaration)
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_what_is_hidden_is_in_no_answer_that_begins_afterwards(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration, body="Frau Kanari aus der Hafenstraße war bei mir.")
    address = f"/d/{cast.declaration.slug}/3/1"
    assert "Kanari" in client.get(address).text
    assert "Kanari" in client.get(address).text
    hide(cast.mira, annotation, Rule.PROTECT, "Das lässt jemanden erkennen.", annotation.version)
    assert "Kanari" not in client.get(address).text


def test_somebody_with_a_session_is_never_answered_with_a_kept_page(app, cast, client):
    address = f"/d/{cast.declaration.slug}/3"
    client.get(address)
    hits = kept.hits.value
    page = app.test_client().sign_in(cast.ada).get(address)
    assert kept.hits.value == hits
    assert "Abmelden" in page.text
    assert "ETag" not in page.headers
    assert "Abmelden" not in client.get(address).text


def test_each_gets_her_language(cast, client):
    address = f"/d/{cast.declaration.slug}/3"
    german = client.get(address)
    english = client.get(address, headers={"Accept-Language": "en"})
    assert 'lang="de"' in german.text[:200]
    assert 'lang="en"' in english.text[:200]
    client.set_cookie("lang", "en")
    assert client.get(address).text == english.text


def test_the_next_day_the_page_is_made_anew(app, cast, client):
    address = f"/d/{cast.declaration.slug}/3"
    client.get(address)
    hits = kept.hits.value
    with frozen_at(now() + timedelta(days=1)):
        client.get(address)
    assert kept.hits.value == hits


def test_no_page_is_kept_for_addresses_that_anybody_could_make_up(app, cast, client):
    store = app.extensions["deliberation.kept_pages"]
    for number in range(3):
        assert client.get(f"/d/{cast.declaration.slug}/3?x={number}").status_code == 200
        assert client.get(f"/d/{cast.declaration.slug}/{number + 70}").status_code == 404
    assert not store._things


def test_the_store_keeps_to_its_room():
    store = kept.PageStore(room=10_000)
    pages = [kept.Page(1, float("inf"), "x", (), "text/html", bytes(4000), b"", "") for _page in range(3)]
    keys = [kept.Key(f"/{number}", "", "", "", "", 1) for number in range(3)]
    for key, page in zip(keys, pages, strict=True):
        store.put(key, page)
    assert [store.has(key) for key in keys] == [False, True, True]


@pytest.mark.parametrize(
    ("statement", "effect"),
    [
        ("INSERT INTO vote (annotation_id) VALUES (1)", revisions.Effect.NOTHING),
        ("INSERT INTO annotation (body) VALUES ('x')", revisions.Effect.COUNTS),
        ("UPDATE annotation SET status='hidden' WHERE annotation.id = 1", revisions.Effect.ALL),
        (f"UPDATE annotation SET {PUBLISHED} WHERE annotation.id = ?", revisions.Effect.COUNTS),
        (f"UPDATE annotation SET {PUBLISHED}, status=? WHERE annotation.id = ?", revisions.Effect.ALL),
        ('UPDATE "user" SET seen_at=? WHERE id = 1', revisions.Effect.NOTHING),
        ('DELETE FROM "user" WHERE id = 1', revisions.Effect.ALL),
        ("DELETE FROM decision", revisions.Effect.ALL),
        ("WITH x AS (SELECT 1) UPDATE page SET title = 'x'", revisions.Effect.ALL),
        ("WITH x AS (DELETE FROM page RETURNING id)\nSELECT id FROM x", revisions.Effect.ALL),
        ("WITH x AS (SELECT page.edited_at\nFROM page)\nSELECT count(*) FROM x", revisions.Effect.NOTHING),
        ("TRUNCATE annotation", revisions.Effect.ALL),
        ("DROP SCHEMA public CASCADE", revisions.Effect.NOTHING),
        ("PRAGMA busy_timeout=3", revisions.Effect.NOTHING),
        ("SELECT 1", revisions.Effect.NOTHING),
    ],
)  # fmt: skip
def test_statements_tell_what_they_change(statement, effect):
    assert revisions.effect(statement) is effect


def test_every_table_that_is_said_to_be_unseen_exists(app):
    assert {*db.metadata.tables} >= revisions.UNSEEN | revisions.UNSEEN_UNLESS_DELETED


def test_a_change_that_is_taken_back_raises_nothing_and_one_by_hand_does(cast):
    db.session.commit()
    before = revisions.read_revisions(db.engine)
    set_reading(False)
    cast.declaration.title = "Anders"
    db.session.flush()
    db.session.rollback()
    assert revisions.read_revisions(db.engine) == before
    db.session.execute(text("UPDATE thesis SET heading = 'Von Hand'"))
    db.session.commit()
    after = revisions.read_revisions(db.engine)
    assert after.shown > before.shown
    assert after.settled > before.settled


def test_a_new_annotation_leaves_parts_of_pages_as_they_are(cast):
    builders.annotate(cast.ada, cast.declaration)
    db.session.commit()
    before = revisions.read_revisions(db.engine)
    builders.annotate(cast.ben, cast.declaration)
    db.session.commit()
    after = revisions.read_revisions(db.engine)
    assert after.shown > before.shown
    assert after.settled == before.settled


def test_places_are_counted_whatever_changes_them(cast):
    first = builders.annotate(cast.ada, cast.declaration, "3.1")
    builders.annotate(cast.ben, cast.declaration, "3.1")
    db.session.commit()
    set_reading(False)
    db.session.execute(text("UPDATE annotation SET status = 'hidden' WHERE id = :number"), {"number": first.number})
    db.session.execute(text("UPDATE annotation SET paragraph_id = NULL"))
    db.session.commit()
    rows = db.session.execute(text("SELECT paragraph_key, visible FROM place_count WHERE visible > 0")).all()
    assert rows == [(0, 1)]
    assert count_miscounted() == 0
    db.session.execute(text("UPDATE place_count SET visible = 7"))
    assert count_miscounted() > 0
    db.session.rollback()


def test_a_part_made_for_one_reader_carries_the_token_of_the_next(app, cast):
    builders.annotate(cast.otto, cast.declaration)
    place = f"/d/{cast.declaration.slug}/3/1"
    tokens = []
    for person in (cast.ada, cast.ben):
        page = app.test_client().sign_in(person).get(place).text
        tokens.append({*re.findall(r'name="csrf_token" value="([^"]*)"', page)})
        assert page.count('name="csrf_token"') > 2
        assert parts.TOKEN not in page
    assert [len(found) for found in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
