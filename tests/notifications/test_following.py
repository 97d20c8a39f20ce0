"""Whoever has no account is told by mail once the address itself has said yes, and until it says no."""

import email
import email.policy
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from deliberation.accounts.addresses import address_hash
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.notifications import following
from deliberation.notifications.actions import queue_mail
from deliberation.notifications.following import Wish
from deliberation.notifications.interests import latest_place, load_interests, pace_of
from deliberation.notifications.mailer import send_due_mail
from deliberation.notifications.models import Mail, Matter, News, Pace, Rhythm, Subscription, Topic
from deliberation.permissions import Access, Guest, NotAllowed, Operator, Phase
from deliberation.privacy import erasures
from deliberation.privacy.erased import list_path, read_left
from deliberation.privacy.leaving import erase
from deliberation.privacy.periods import change_period
from deliberation.privacy.retention import forget
from tests import builders
from tests.counting import count_queries

ADDRESS = "liest.mit@example.org"
# A Wednesday, noon in Berlin.
NOON = datetime(2026, 12, 2, 11, tzinfo=UTC)


@pytest.fixture
def folder(app):
    path = Path(app.config["MAIL_URL"].removeprefix("file://"))
    shutil.rmtree(path, ignore_errors=True)
    return path


@pytest.fixture
def listed(app):
    list_path().unlink(missing_ok=True)
    yield
    list_path().unlink(missing_ok=True)


def sent(folder):
    """The mails that leave now."""
    db.session.commit()
    shutil.rmtree(folder, ignore_errors=True)
    send_due_mail()
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in folder.glob("*.eml")]
    return [(mail["To"], mail["Subject"], mail.get_body(("plain",)).get_content()) for mail in found]


def ask(client, address=ADDRESS, **fields):
    return client.post("/follow", data={"email": address, "declaration": "erklaerung", "rhythm": "weekly", **fields})


def asked(cast, address=ADDRESS, **wish):
    found = following.ask(Guest(), cast.declaration, address, Wish(**wish))
    db.session.commit()
    return found


def confirmed(cast, address=ADDRESS, **wish):
    found = asked(cast, address, **wish)
    following.confirm(found)
    db.session.commit()
    return found


def only():
    return db.session.scalars(select(Subscription)).one()


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def paths(words, end=""):
    return re.findall(rf"http://localhost(/follow/[\w-]+{end})(?=\s)", words)


# --- asking and confirming ---


def test_address_follows_once_it_has_confirmed_itself(client, cast, folder):
    db.session.add(News(matter=Matter.EDITION, ref=1, declaration_id=cast.declaration.id, place=7))
    with frozen_at(NOON):
        answer = ask(client, "  Liest.Mit@Example.org ", thesis=["3", "1"])
        assert (answer.status_code, answer.location) == (303, "/follow/sent?declaration=erklaerung")
        [(recipient, subject, words)] = sent(folder)
        assert (recipient, subject) == (ADDRESS, "Bitte bestätigen: Nachrichten zur Erklärung")
        assert "Ihre Adresse bekommt niemand sonst." in words
        [link] = paths(words, "/confirm")
        page = client.get(link)
        assert page.status_code == 200
        assert "These 1, These 3" in page.text
        assert ADDRESS not in page.text
        assert not only().is_confirmed
        assert client.post(link).location == link.removesuffix("/confirm")
    found = only()
    numbers = {thesis.id: thesis.number for thesis in cast.declaration.theses}
    assert [numbers[one] for one in found.theses] == ["1", "3"]
    # Told what is new from now on, on the next Monday at seven.
    assert (found.mark, latest_place()) == (7, 7)
    assert found.due_at == datetime(2026, 12, 7, 6, tzinfo=UTC)
    # The proof, and nothing else: no network address, no browser.
    assert (found.requested_at, found.confirmed_at, found.text_version) == (NOON, NOON, following.TEXT_VERSION)
    assert found.email == ADDRESS
    assert sent(folder) == []


@pytest.mark.parametrize(
    ("rhythm", "due"),
    [
        (Rhythm.DAILY, datetime(2026, 12, 3, 6, tzinfo=UTC)),
        (Rhythm.WEEKLY, datetime(2026, 12, 7, 6, tzinfo=UTC)),
        (Rhythm.MILESTONES, None),
    ],
)
def test_each_rhythm_has_its_next_morning(cast, rhythm, due):
    with frozen_at(NOON):
        assert confirmed(cast, rhythm=rhythm).due_at == due


def test_programs_that_open_links_change_nothing(client, cast, folder):
    ask(client)
    [link] = paths(sent(folder)[0][2], "/confirm")
    token = link.split("/")[2]
    for path in (link, f"/follow/{token}", f"/follow/{token}/leave"):
        client.get(path)
        client.head(path)
    assert not only().is_confirmed


def test_answer_never_tells_what_is_known_of_an_address(client, cast, folder):
    builders.make_user("hatkonto")
    confirmed(cast, "folgt@example.org")
    asked(cast, "gefragt@example.org")
    answers = set()
    for address in ("neu@example.org", "hatkonto@example.org", "folgt@example.org", "gefragt@example.org", "neu@example.org"):
        answer = ask(client, address)
        answers.add((answer.status_code, answer.location, answer.text))
    assert len(answers) == 1


def test_who_follows_already_gets_the_link_to_change_and_nothing_changes(client, cast, folder):
    token = following.subscription_token(confirmed(cast, rhythm=Rhythm.MILESTONES))
    sent(folder)
    ask(client, rhythm="daily", thesis="2")
    [(_to, subject, words)] = sent(folder)
    assert subject == "Ihre Nachrichten zur Erklärung"
    assert f"http://localhost/follow/{token}\n" in words
    assert (only().rhythm, only().theses) == (Rhythm.MILESTONES, [])


def test_one_address_follows_several_declarations_apart(client, cast):
    other = builders.make_declaration("zweite", title="Zweite Erklärung")
    first, second = confirmed(cast), following.ask(Guest(), other, ADDRESS, Wish())
    following.confirm(second)
    token = following.subscription_token(first)
    client.post(f"/follow/{token}/leave")
    assert only().declaration_id == other.id


def test_form_sent_twice_asks_once_and_mails_once(client, cast, folder):
    ask(client)
    ask(client)
    assert count(Subscription) == 1
    assert len(sent(folder)) == 1


def test_last_wish_before_confirming_counts(client, cast):
    ask(client)
    with frozen_at(now() + timedelta(minutes=16)):
        ask(client, rhythm="milestones", thesis="2")
    assert only().rhythm is Rhythm.MILESTONES
    assert len(only().theses) == 1


def test_all_theses_are_the_whole_declaration(client, cast):
    ask(client, thesis=[thesis.number for thesis in cast.declaration.theses])
    assert only().theses == []


def test_nobody_fills_a_mailbox(client, cast, folder):
    """P14: one mail in a quarter of an hour, five a day to one address, from however many machines and for whatever."""
    builders.make_declaration("zweite", title="Zweite Erklärung")
    mails = 0
    for minute in range(0, 8 * 60, 4):
        with frozen_at(NOON + timedelta(minutes=minute)):
            slug = ("erklaerung", "zweite")[minute % 8 // 4]
            answer = ask(client.application.test_client(), declaration=slug)
            assert answer.status_code == 303
            mails += len(sent(folder))
    assert mails == 5


def test_leaving_and_asking_anew_is_no_way_round_the_limit(client, cast, folder, listed):
    ask(client)
    token = following.subscription_token(only())
    client.post(f"/follow/{token}/leave")
    ask(client)
    assert sent(folder) == []
    assert count(Subscription) == 0


@pytest.mark.parametrize(
    "address",
    [
        "", "keine", "a@b", "x" * 300 + "@example.org", "x@" + "y" * 300 + ".org",
        "mit@example.org\nBcc: viele@example.org", "mit@example.org\r\n\r\nHallo", "mit@example.org, zwei@example.org",
        "<mit@example.org>", "mit\x00@example.org", "mit@example.org%0aBcc:x@example.org", '"a b"@example.org',
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_on_the_form(client, cast, folder, address):
    answer = ask(client, address)
    assert answer.status_code == 422
    assert "Diese E-Mail-Adresse ist nicht vollständig." in answer.text
    assert count(Subscription) == 0
    assert sent(folder) == []


def test_address_with_umlauts_is_written_to(client, cast, folder):
    ask(client, "mit@müller.example.org")
    [(recipient, *_)] = sent(folder)
    assert recipient == "mit@xn--mller-kva.example.org"
    assert only().email == "mit@müller.example.org"


def test_what_else_the_form_says_must_make_sense(client, cast):
    assert ask(client, rhythm="stündlich").status_code == 422
    assert ask(client, thesis=["999", "x'; --"]).status_code == 303
    assert only().theses == []


@pytest.mark.parametrize(("phase", "access"), [(Phase.DRAFT, Access.PUBLIC), (Phase.ANNOTATING, Access.PRIVATE)])
def test_what_not_everybody_may_read_is_not_there(client, cast, phase, access):
    builders.make_declaration("zweite", title="Zweite Erklärung")
    cast.declaration.phase, cast.declaration.access = phase, access
    db.session.commit()
    for who in (client, client.application.test_client().sign_in(cast.otto)):
        absent = who.get("/follow?declaration=gibt-es-nicht")
        hidden = who.get("/follow?declaration=erklaerung")
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert ask(who).status_code == 404
    with pytest.raises(NotAllowed):
        following.ask(cast.otto, cast.declaration, ADDRESS, Wish())
    assert "Erklärung" in client.get("/follow").text
    assert count(Subscription) == 0


def test_what_everybody_reads_and_some_write_can_be_followed(client, cast):
    cast.declaration.access = Access.INVITED
    assert ask(client).status_code == 303
    assert count(Subscription) == 1


def test_which_declaration_is_asked_where_there_are_several(client, cast):
    assert 'name="email"' in client.get("/follow").text
    builders.make_declaration("zweite", title="Zweite Erklärung")
    page = client.get("/follow").text
    assert 'name="email"' not in page
    assert "/follow?declaration=zweite" in page
    assert client.post("/follow", data={"email": ADDRESS}).status_code == 404


def test_thesis_of_the_link_is_ticked(client, cast):
    page = client.get("/follow?declaration=erklaerung&thesis=2").text
    assert re.findall(r'name="thesis" value="(\w+)" checked', page) == ["2"]


def test_reading_pages_lead_to_the_form_and_set_no_cookie(client, cast):
    for path in ("/d/erklaerung", "/d/erklaerung/3"):
        page = client.get(path)
        assert "/follow?declaration=erklaerung" in page.text
        assert "Mitlesen per E-Mail" in page.text
        assert "<form" not in page.text
        assert "Set-Cookie" not in page.headers


# --- time ---


def test_link_holds_seven_days(client, cast, folder):
    ask(client)
    [link] = paths(sent(folder)[0][2], "/confirm")
    with frozen_at(now() + timedelta(days=7, minutes=1)):
        assert client.get(link).status_code == 410
        assert client.post(link).status_code == 410
    assert not only().is_confirmed
    assert client.post(link).status_code == 303
    assert only().is_confirmed


def test_what_nobody_confirmed_is_gone_after_seven_days(cast, app):
    asked(cast)
    confirmed(cast, "bleibt@example.org")
    for days, left in ((6, 2), (8, 1)):
        forget(now() + timedelta(days=days), "de", app.config["SECRET_KEY"])
        assert count(Subscription) == left
    assert only().email == "bleibt@example.org"
    asked(cast)
    change_period(Operator(), "following_days", 2)
    assert forget(now() + timedelta(days=3), "de", "")["following"] == 1
    assert db.session.scalar(select(Mail.id).where(Mail.recipient_hash == address_hash(ADDRESS))) is None


# --- changing ---


def test_rhythm_theses_and_language_change_without_signing_in(client, cast):
    with frozen_at(NOON):
        token = following.subscription_token(confirmed(cast))
        page = client.get(f"/follow/{token}")
        assert page.headers["X-Robots-Tag"] == "noindex"
        assert "no-store" in page.headers["Cache-Control"]
        assert ADDRESS not in page.text
        answer = client.post(f"/follow/{token}", data={"rhythm": "daily", "thesis": "2", "locale": "en"})
        assert answer.status_code == 303
    found = only()
    assert (found.rhythm, found.locale, len(found.theses)) == (Rhythm.DAILY, "en", 1)
    assert found.due_at == datetime(2026, 12, 3, 6, tzinfo=UTC)


def test_what_was_not_told_yet_comes_with_the_next_mail_of_the_new_rhythm(cast):
    found = confirmed(cast)
    found.mark = 3
    following.change(found, Wish(Rhythm.MILESTONES))
    assert (found.mark, found.due_at) == (3, None)


def test_link_of_somebody_else_or_of_nobody_opens_nothing(client, cast):
    token = following.subscription_token(confirmed(cast))
    borrowed = following.account_token(cast.ada)
    for wrong in ("f" * 43, token[:-2] + "AA", token + "A", token + "%3D", borrowed, "ä" * 30, "x" * 900):
        for path in (f"/follow/{wrong}", f"/follow/{wrong}/confirm", f"/follow/{wrong}/leave"):
            assert client.get(path).status_code == 404
            assert client.post(path).status_code == 404
    assert count(Subscription) == 1


def test_once_not_everybody_may_read_it_only_leaving_is_left(client, cast):
    token = following.subscription_token(confirmed(cast))
    cast.declaration.access = Access.PRIVATE
    for path in (f"/follow/{token}", f"/follow/{token}/confirm"):
        answer = client.get(path)
        assert answer.status_code == 410
        assert cast.declaration.title + "<" not in answer.text
    with pytest.raises(NotAllowed):
        following.change(only(), Wish())
    assert client.post(f"/follow/{token}/leave").status_code == 200
    assert count(Subscription) == 0


# --- leaving ---


def test_one_click_of_a_mail_service_ends_it_without_cookie_and_form(client, cast, monkeypatch, listed):
    """RFC 8058: a POST with this body from a machine that knows nothing but the address, answered without redirect."""
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", True)
    token = following.subscription_token(confirmed(cast))
    bare = client.application.test_client(use_cookies=False)
    said = {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}
    answer = bare.post(f"/follow/{token}/leave", headers={"Sec-Fetch-Site": "cross-site"}, **said)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert count(Subscription) == 0
    # Mail services repeat themselves.
    assert bare.post(f"/follow/{token}/leave", **said).status_code == 200
    assert bare.get(f"/follow/{token}/leave").status_code == 200
    assert bare.get(f"/follow/{token}").status_code == 410


def test_page_with_the_button_sets_no_cookie(client, cast):
    token = following.subscription_token(confirmed(cast))
    page = client.get(f"/follow/{token}/leave")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert count(Subscription) == 1


def test_link_of_an_earlier_subscription_does_not_work_on_a_later_one(client, cast, listed):
    token = following.subscription_token(confirmed(cast))
    client.post(f"/follow/{token}/leave")
    confirmed(cast)
    assert client.get(f"/follow/{token}").status_code == 410
    client.post(f"/follow/{token}/leave")
    assert count(Subscription) == 1


def test_whose_mails_go_when_somebody_leaves(cast):
    builders.make_user("hatkonto")
    for name in ("ohne@example.org", "hatkonto@example.org"):
        found = confirmed(cast, name)
        queue_mail(name, f"subscription:{found.id}:digest", "test_mail", {}, "de")
        queue_mail(name, "letter:1", "test_mail", {}, "de")
        queue_mail(name, "letter:0", "test_mail", {}, "de")
        same = (Mail.cause == "letter:0", Mail.recipient_hash == address_hash(name))
        db.session.scalars(select(Mail).where(*same)).one().sent_at = now()
        db.session.flush()
        following.leave(found)
    left = {
        name: set(db.session.scalars(select(Mail.cause).where(Mail.recipient_hash == address_hash(name))))
        for name in ("ohne@example.org", "hatkonto@example.org")
    }
    # What waits for her about something else is still hers to get.
    assert left == {"ohne@example.org": {"letter:1"}, "hatkonto@example.org": {"letter:0", "letter:1"}}


def test_account_of_the_address_ends_what_it_follows(cast, listed):
    found = confirmed(cast, "ada@example.org")
    key = found.key
    erase(Operator(), cast.ada)
    assert count(Subscription) == 0
    assert key in read_left()


def test_account_stays_when_its_address_follows_no_more(cast, listed):
    following.leave(confirmed(cast, "ada@example.org"))
    assert cast.ada.email == "ada@example.org"


# --- the number ---


@pytest.mark.parametrize(
    ("followers", "words"),
    [(0, "noch niemand"), (1, "Weniger als fünf"), (4, "Weniger als fünf"), (5, "5 Menschen lesen")],
)
def test_organisers_see_a_number_and_no_address(client, cast, followers, words):
    for number in range(followers):
        confirmed(cast, f"leserin{number}@example.org")
    asked(cast, "noch-nicht@example.org")
    page = client.sign_in(cast.otto).get("/d/erklaerung/office").text
    assert words in page
    assert "leserin" not in page
    with pytest.raises(NotAllowed):
        following.count_followers(cast.mira, cast.declaration)


# --- the mails of accounts ---


def test_link_in_a_mail_changes_how_often_and_shows_nothing_of_the_person(client, cast):
    cast.declaration.title = "Fachliche Basis"
    builders.annotate(cast.ada, cast.declaration, body="Mein Alltag im Dienst.")
    token = following.account_token(cast.ada)
    page = client.get(f"/mails/{token}")
    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "noindex"
    for secret in ("ada@example.org", "Weide 27", "Fachliche", "Alltag", cast.ada.key):
        assert secret not in page.text
    answer = client.post(f"/mails/{token}", data={"replies": "daily", "editions": "never", "waiting": "at_once", "unsinn": "x"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert (pace_of(cast.ada, Topic.REPLIES), pace_of(cast.ada, Topic.EDITIONS)) == (Pace.DAILY, Pace.NEVER)
    assert pace_of(cast.ada, Topic.WAITING) is Pace.DAILY


def test_one_click_stops_all_but_decisions(client, cast, monkeypatch):
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", True)
    token = following.account_token(cast.ada)
    bare = client.application.test_client(use_cookies=False)
    assert bare.get(f"/mails/{token}/stop").status_code == 200
    assert pace_of(cast.ada, Topic.REPLIES) is Pace.WEEKLY
    for _twice in range(2):
        said = {"data": {"List-Unsubscribe": "One-Click"}, "headers": {"Sec-Fetch-Site": "cross-site"}}
        answer = bare.post(f"/mails/{token}/stop", **said)
        assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Was wir weiter schicken" in answer.text
    assert f"/mails/{token}" in answer.text
    paces = {topic: pace for topic, (pace, _hour) in load_interests(cast.ada).items()}
    assert paces.pop(Topic.DECISIONS) is Pace.AT_ONCE
    assert set(paces.values()) == {Pace.NEVER}
    assert cast.ada.wants_dates is False


def test_link_ends_with_the_address_and_with_feeds(client, cast):
    token = following.account_token(cast.ada)
    cast.ada.feed_version += 1
    assert client.get(f"/mails/{token}").status_code == 404
    assert client.post(f"/mails/{token}/stop").status_code == 404
    token = following.account_token(cast.ada)
    assert client.get(f"/mails/{token}").status_code == 200
    cast.ada.email = "andere@example.org"
    assert client.get(f"/mails/{token}").status_code == 404
    assert following.find_account(following.subscription_token(confirmed(cast))) is None


def test_form_and_pages_ask_the_database_a_few_times_however_many_follow(client, cast):
    for number in range(30):
        confirmed(cast, f"leserin{number}@example.org")
    token = following.subscription_token(db.session.scalars(select(Subscription).limit(1)).one())
    for path, most in (("/follow?declaration=erklaerung", 5), (f"/follow/{token}", 6), (f"/follow/{token}/leave", 3)):
        db.session.commit()
        with count_queries() as queries:
            assert client.get(path).status_code == 200
        assert queries.count <= most, (path, queries.statements)


def test_restored_backup_does_not_bring_back_who_has_left(client, cast, listed):
    from tests.privacy.test_restore import put_back, snapshot

    token = following.subscription_token(confirmed(cast))
    confirmed(cast, "bleibt@example.org")
    yesterday = snapshot()
    client.post(f"/follow/{token}/leave")
    assert count(Subscription) == 1
    put_back(yesterday)
    assert count(Subscription) == 2
    assert erasures.replay() == 1
    db.session.commit()
    assert only().email == "bleibt@example.org"
    assert erasures.replay() == 0
