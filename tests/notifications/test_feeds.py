"""Feeds tell programs what is new: what everybody may read, by the day, and to nobody more than she may read herself."""

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from deliberation.accounts.models import User
from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Annotation, Kind, OutcomeValue, ResponseKind, Status, VoteValue
from deliberation.annotations.outcomes import set_outcome
from deliberation.annotations.positions import cast_vote
from deliberation.annotations.responses import respond
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.moderation.actions import hide
from deliberation.moderation.models import Rule
from deliberation.notifications import feeds
from deliberation.notifications.atom import Entry, Feed, to_atom
from deliberation.permissions import Access, Guest, NotAllowed, Operator, Phase
from deliberation.privacy.leaving import erase
from tests import builders
from tests.counting import count_queries
from tests.editions import scene

ATOM = "{http://www.w3.org/2005/Atom}"
# A Wednesday, late in the evening in Berlin and the next day in UTC's past.
EVENING = datetime(2026, 12, 2, 22, 47, 31, tzinfo=UTC)


def read(answer):
    """The feed, after everything that RFC 4287 asks of it."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/atom+xml"
    root = ElementTree.fromstring(answer.data)
    assert root.tag == f"{ATOM}feed"
    check(root)
    return root


def check(root):
    """RFC 4287, 4.1.1 and 4.1.2: what must be there, and once."""
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") in ("de", "en")
    for name in ("id", "title", "updated"):
        assert len(root.findall(ATOM + name)) == 1
    assert len(root.findall(f"{ATOM}author/{ATOM}name")) == 1
    [own] = [link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert own.get("type") == "application/atom+xml"
    assert own.get("href").startswith("http://localhost/")
    [page] = [link for link in root.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
    assert page.get("type") == "text/html"
    names = [entry.findtext(f"{ATOM}id") for entry in entries(root)]
    assert len(set(names)) == len(names)
    for entry in entries(root):
        for name in ("id", "title", "updated", "published", "summary"):
            assert len(entry.findall(ATOM + name)) == 1
        [link] = entry.findall(f"{ATOM}link")
        assert (link.get("rel"), urlsplit(link.get("href")).netloc) == ("alternate", "localhost")
        assert entry.findtext(f"{ATOM}title").strip()
        assert re.fullmatch(r"tag:localhost,2026-11-27:[a-z0-9/-]+", entry.findtext(f"{ATOM}id"))
        assert entry.findtext(f"{ATOM}published") <= entry.findtext(f"{ATOM}updated") <= root.findtext(f"{ATOM}updated")
    for moment in (one.text for one in root.iter() if one.tag in (f"{ATOM}updated", f"{ATOM}published")):
        # RFC 3339, and no hour.
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00\+0[12]:00", moment), moment


def entries(root):
    return root.findall(f"{ATOM}entry")


def titles(answer):
    return [entry.findtext(f"{ATOM}title") for entry in entries(read(answer))]


def summaries(answer):
    return [entry.findtext(f"{ATOM}summary") for entry in entries(read(answer))]


def reply(author, annotation, body="Bei uns auch."):
    found = post_reply(author, annotation, Contribution(body=body, form_key=f"reply-{annotation.number}-{body}"))
    db.session.commit()
    return found


def secret(user):
    feeds.make(user)
    db.session.commit()
    return feeds.feed_token(user)


# --- open feeds ---


def test_annotation_stands_with_its_beginning_its_author_and_its_day(client, cast):
    with frozen_at(EVENING):
        builders.annotate(cast.ada, cast.declaration, body="Das **sehe** ich jeden Tag. " * 20)
    [entry] = entries(read(client.get("/d/erklaerung/feed.atom")))
    assert entry.findtext(f"{ATOM}title") == "A-1: Aus der Praxis (Absatz 3.1)"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Weide 27"
    summary = entry.findtext(f"{ATOM}summary")
    assert summary.startswith("Das sehe ich jeden Tag. Das")
    assert len(summary) <= 80
    assert entry.find(f"{ATOM}link").get("href") == "http://localhost/a/1"
    assert entry.findtext(f"{ATOM}published") == "2026-12-02T00:00:00+01:00"
    assert entry.findtext(f"{ATOM}id") == "tag:localhost,2026-11-27:a/1"


def test_answers_outcomes_and_editions_are_told_too(client, cast):
    said = builders.annotate(cast.ada, cast.declaration, kind=Kind.QUESTION)
    answer = reply(cast.ben, said)
    respond(cast.mira, said, ResponseKind.INFORMATION, "Gemeint ist die Arbeitszeit.")
    set_outcome(cast.otto, said, OutcomeValue.DECLINED, "Das steht schon in These 2.")
    text = scene.reworded(scene.text(cast.declaration), "1.2", "Wer plant, fragt zuerst die Fachkräfte.")
    scene.publish(cast.declaration, text)
    found = titles(client.get("/d/erklaerung/feed.atom"))
    assert sorted(found) == sorted([
        "Neue Fassung 2", "Was aus A-1 wurde: Nicht übernommen (Absatz 3.1)", "Moderation zu A-1: Information (Absatz 3.1)",
        f"A-{answer.number}: Antwort (Absatz 3.1)", "A-1: Frage (Absatz 3.1)",
    ])  # fmt: skip
    # The edition changed another thesis.
    assert len(titles(client.get("/d/erklaerung/3/feed.atom"))) == 4
    assert titles(client.get("/d/erklaerung/1/feed.atom")) == ["Neue Fassung 2"]
    assert titles(client.get("/d/erklaerung/2/feed.atom")) == []


def test_same_day_is_ordered_by_number_and_no_hour_can_be_read_off(client, cast):
    for minutes in (5, 3, 1):
        with frozen_at(EVENING - timedelta(minutes=minutes)):
            builders.annotate(cast.ada, cast.declaration)
    with frozen_at(EVENING + timedelta(days=1)):
        builders.annotate(cast.ben, cast.declaration)
    answer = client.get("/d/erklaerung/feed.atom")
    assert [title[:3] for title in titles(answer)] == ["A-4", "A-3", "A-2", "A-1"]
    assert "22:4" not in answer.text
    assert "23:4" not in answer.text
    assert "Last-Modified" not in answer.headers


def test_nothing_held_hidden_or_taken_back_is_in_it(client, cast):
    shown = builders.annotate(cast.ada, cast.declaration, body="SICHTBAR")
    for status in (Status.PENDING, Status.HIDDEN, Status.WITHDRAWN):
        one = builders.annotate(cast.ada, cast.declaration, body="KANARIE")
        respond(cast.mira, one, ResponseKind.INFORMATION, "KANARIE")
        set_outcome(cast.otto, one, OutcomeValue.DECLINED, "KANARIE mit Grund.")
        one.status = status
    db.session.commit()
    token = secret(cast.ada)
    secret_ones = (f"/feeds/{token}/d/erklaerung.atom", f"/feeds/{token}/me.atom")
    for path in ("/d/erklaerung/feed.atom", "/d/erklaerung/3/feed.atom", *secret_ones):
        assert "KANARIE" not in client.get(path).text
    assert summaries(client.get("/d/erklaerung/feed.atom")) == ["SICHTBAR"]
    # Where words leave only after a look, they wait for it.
    cast.declaration.sends_after_look = True
    assert summaries(client.get("/d/erklaerung/feed.atom")) == []
    shown.reviewed_at = now()
    assert summaries(client.get("/d/erklaerung/feed.atom")) == ["SICHTBAR"]


def test_what_is_hidden_is_gone_at_the_next_asking(client, cast):
    one = builders.annotate(cast.ada, cast.declaration, body="KANARIE")
    first = client.get("/d/erklaerung/feed.atom")
    assert first.headers["Cache-Control"] == "public, no-cache"
    same = client.get("/d/erklaerung/feed.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    hide(cast.mira, one, Rule.STAY, "Gehört nicht hierher.", one.version)
    after = client.get("/d/erklaerung/feed.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert after.status_code == 200
    assert "KANARIE" not in after.text


def test_redacted_passages_stay_redacted(client, cast):
    one = builders.annotate(cast.ada, cast.declaration, body="KANARIE im Dienst")
    one.body = one.body.replace("KANARIE", "[von der Moderation geschwärzt]")
    db.session.commit()
    assert summaries(client.get("/d/erklaerung/feed.atom")) == ["[von der Moderation geschwärzt] im Dienst"]


def test_no_count_and_no_cookie_and_the_same_file_for_everybody(client, cast):
    one = builders.annotate(cast.ada, cast.declaration)
    before = client.get("/d/erklaerung/feed.atom")
    for number in range(6):
        cast_vote(builders.make_member(cast.declaration, f"stimme{number}"), one, VoteValue.AGREE)
    db.session.commit()
    after = client.get("/d/erklaerung/feed.atom")
    assert after.data == before.data
    assert "Set-Cookie" not in after.headers
    assert client.application.test_client().sign_in(cast.ada).get("/d/erklaerung/feed.atom").data == before.data


def test_fifty_are_enough(client, cast):
    for number in range(55):
        builders.annotate(cast.ada, cast.declaration, body=f"Nummer {number}")
    db.session.commit()
    with count_queries() as queries:
        found = titles(client.get("/d/erklaerung/feed.atom"))
    assert len(found) == 50
    assert found[0].startswith("A-55:")
    assert queries.count <= 8, queries.statements


def test_declaration_calls_things_by_its_own_words(client, cast):
    builders.annotate(cast.ada, cast.declaration)
    cast.declaration.labels = {"Kind_practice": "Aus dem Alltag"}
    assert titles(client.get("/d/erklaerung/feed.atom")) == ["A-1: Aus dem Alltag (Absatz 3.1)"]


@pytest.mark.parametrize(("phase", "access"), [(Phase.DRAFT, Access.PUBLIC), (Phase.ANNOTATING, Access.PRIVATE)])
def test_what_a_guest_may_not_read_has_no_open_feed(client, cast, phase, access):
    cast.declaration.phase, cast.declaration.access = phase, access
    for who in (client, client.application.test_client().sign_in(cast.otto)):
        for path in ("/d/erklaerung/feed.atom", "/d/erklaerung/3/feed.atom", "/d/gibt-es-nicht/feed.atom"):
            assert who.get(path).status_code == 404
    page = client.application.test_client().sign_in(cast.otto).get("/d/erklaerung")
    assert "feed.atom" not in page.text


def test_pages_name_their_feed(client, cast):
    assert client.get("/d/erklaerung").text.count('type="application/atom+xml"') == 1
    page = client.get("/d/erklaerung/3").text
    assert re.findall(r'type="application/atom\+xml"[^>]* href="([^"]+)"', page) == [
        "/d/erklaerung/feed.atom", "/d/erklaerung/3/feed.atom",
    ]  # fmt: skip
    assert client.get("/d/erklaerung/999/feed.atom").status_code == 404


def test_empty_feed_is_a_feed(client, cast):
    assert titles(client.get("/d/erklaerung/feed.atom")) == []


def test_search_engines_leave_single_annotations_and_secret_addresses_alone(client, cast):
    builders.annotate(cast.ada, cast.declaration)
    assert '<meta name="robots" content="noindex">' in client.get("/a/1").text
    assert client.get("/d/erklaerung/feed.atom").headers["X-Robots-Tag"] == "noindex"
    robots = client.get("/robots.txt").text
    for path in ("/a/", "/feeds/", "/follow/", "/mails/"):
        assert f"Disallow: {path}\n" in robots


# --- hostile words ---

HOSTILE = "a\x00b\x0bc\x1bd\ufffee\ud800f <script>&amp; ]]> \U0001f600 \u202eumgekehrt\r\n"


def test_no_words_break_the_file():
    day = date(2026, 12, 2)
    entry = Entry(name="tag:x,2026-11-27:a/1", title=HOSTILE, url="http://localhost/a/1?x=\"<'", summary=HOSTILE,
                  published=day, updated=day, author=HOSTILE)  # fmt: skip
    written = to_atom(Feed("tag:x,2026-11-27:d", HOSTILE, HOSTILE, "http://localhost/f", "http://localhost/", "de", [entry] * 2))
    root = ElementTree.fromstring(written)
    kept = "abcdef <script>&amp; ]]> \U0001f600 \u202eumgekehrt\n"
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == kept
    assert written.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<feed xmlns=")


def test_hostile_contribution_is_plain_words_in_the_feed(client, cast):
    builders.annotate(cast.ada, cast.declaration, body="<script>alert(1)</script> ]]> & \x0b \u202e **fett**")
    cast.declaration.title = "Titel & <b>\x07"
    answer = client.get("/d/erklaerung/feed.atom")
    read(answer)
    assert b"<script" not in answer.data
    assert b"\x0b" not in answer.data


# --- secret addresses ---


def test_secret_addresses_are_made_renewed_and_ended(client, cast):
    assert feeds.feed_token(cast.ada) == ""
    page = client.sign_in(cast.ada)
    assert "/feeds/" not in page.get("/me/feeds").text
    tokens = []
    for act in ("make", "renew", "end", "make"):
        assert page.post("/me/feeds", data={"act": act}).status_code == 303
        shown = page.get("/me/feeds")
        assert shown.headers["Cache-Control"] == "no-store"
        tokens.append((re.findall(r"http://localhost/feeds/([\w-]+)/me\.atom", shown.text) or [""])[0])
    assert tokens[2] == ""
    assert len({*tokens}) == 4
    guest = client.application.test_client()
    live = [guest.get(f"/feeds/{token}/me.atom").status_code for token in tokens if token]
    assert live == [404, 404, 200]
    assert cast.ada.feed_version == 5


def test_page_is_found_from_ones_own_mail_settings(client, cast):
    assert "/me/feeds" in client.sign_in(cast.ada).get("/me/mail").text
    assert client.application.test_client().get("/me/feeds").location == "/login?next=/me/feeds"
    with pytest.raises(NotAllowed):
        feeds.make(Guest())


def test_member_of_a_private_declaration_reads_it_as_published(client, cast):
    cast.declaration.access = Access.PRIVATE
    builders.annotate(cast.ben, cast.declaration, body="Unter uns.")
    token = secret(cast.ada)
    answer = client.get(f"/feeds/{token}/d/erklaerung.atom")
    assert summaries(answer) == ["Unter uns."]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert client.get(f"/feeds/{token}/d/erklaerung.atom", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    stranger = secret(builders.make_user("stranger"))
    assert client.get(f"/feeds/{stranger}/d/erklaerung.atom").status_code == 404


def test_who_is_kept_away_reads_nothing_by_feed(client, cast):
    builders.annotate(cast.ben, cast.declaration)
    builders.annotate(cast.ada, cast.declaration)
    reply(cast.ben, db.session.get(Annotation, 2))
    token = secret(cast.ada)
    assert len(titles(client.get(f"/feeds/{token}/me.atom"))) == 1
    member = cast.ada.membership_in(cast.declaration.id)
    member.blocked_until = now() + timedelta(days=2)
    db.session.commit()
    assert client.get(f"/feeds/{token}/d/erklaerung.atom").status_code == 404
    assert titles(client.get(f"/feeds/{token}/me.atom")) == []
    erase(Operator(), cast.ada)
    db.session.commit()
    for path in ("d/erklaerung.atom", "me.atom"):
        assert client.get(f"/feeds/{token}/{path}").status_code == 404


def test_own_feed_has_what_others_say_in_ones_conversations(client, cast):
    mine = builders.annotate(cast.ada, cast.declaration, body="Meine Frage", kind=Kind.QUESTION)
    other = builders.annotate(cast.ben, cast.declaration, body="Ganz woanders")
    joined = builders.annotate(cast.ben, cast.declaration, at="2.1", body="Bens Gedanke")
    reply(cast.ben, mine, "Antwort auf mich")
    reply(cast.ada, joined, "Ich dazu")
    reply(cast.mira, joined, "Noch eine dort")
    reply(cast.mira, other, "Nicht für mich")
    respond(cast.mira, mine, ResponseKind.INFORMATION, "Die Moderation sagt")
    set_outcome(cast.otto, mine, OutcomeValue.DECLINED, "Weil es schon so dasteht.")
    set_outcome(cast.otto, other, OutcomeValue.DECLINED, "Weil das nicht geht.")
    db.session.commit()
    token = secret(cast.ada)
    with count_queries() as queries:
        answer = client.get(f"/feeds/{token}/me.atom")
    assert queries.count <= 8, queries.statements
    assert set(summaries(answer)) == {
        "Antwort auf mich", "Noch eine dort", "Bens Gedanke", "Die Moderation sagt", "Weil es schon so dasteht.",
    }  # fmt: skip
    for word in ("Weide 27", "ada@", cast.ada.key, "Meine Frage", "Ich dazu"):
        assert word not in answer.text


def test_forged_and_borrowed_tokens_open_nothing(client, cast):
    from deliberation.notifications.following import account_token

    token = secret(cast.ada)
    for wrong in (token[:-1], token + "A", "f" * 43, account_token(cast.ada), "ä", cast.ada.key):
        assert client.get(f"/feeds/{wrong}/me.atom").status_code == 404
        assert client.get(f"/feeds/{wrong}/d/erklaerung.atom").status_code == 404
    assert client.get(f"/mails/{token}").status_code == 404


def test_secret_of_an_address_is_not_logged(client, cast, caplog):
    caplog.set_level("DEBUG")
    token = secret(cast.ada)
    client.get(f"/feeds/{token}/me.atom")
    client.get(f"/feeds/{token}x/me.atom")
    assert token not in caplog.text
    assert db.session.get(User, cast.ada.id) is not None
