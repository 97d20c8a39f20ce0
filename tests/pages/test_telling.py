"""Whoever takes part or follows is told by mail what organisers announce: once, half an hour later, and only what is shown."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation import jobs
from deliberation.clock import frozen_at, now, today
from deliberation.database import db
from deliberation.notifications.interests import choose
from deliberation.notifications.mailer import to_message
from deliberation.notifications.models import Mail, Pace, Topic
from deliberation.pages import actions
from deliberation.pages.actions import PageWords
from deliberation.permissions import Phase


@pytest.fixture
def ready(cast):
    for user in (cast.ada, cast.ben):
        user.confirmed_at = now()
    jobs.pull_due_digests()
    choose(cast.ada, Topic.REPORTS, Pace.AT_ONCE)
    choose(cast.ben, Topic.REPORTS, Pace.NEVER)
    db.session.commit()
    return cast


def announce(cast, title="Fachtagung am 4. Mai", **words):
    fields = {"is_shown": True, "news_on": today(), **words}
    page = actions.create_page(cast.otto, cast.declaration, PageWords(title, "Kommen Sie.", **fields))
    db.session.commit()
    return page


def mails_after(minutes):
    with frozen_at(now() + timedelta(minutes=minutes)):
        jobs.pull_due_letters()
        jobs.pull_due_digests()
    return db.session.scalars(select(Mail).where(Mail.template == "digest").order_by(Mail.id)).all()


def test_those_who_want_it_are_told_once_with_the_title_and_where(ready):
    announce(ready)
    assert mails_after(20) == [], "half an hour to put a slip right"
    found = mails_after(31)
    assert [mail.recipient for mail in found] == ["ada@example.org"]
    message = to_message(found[0])
    assert "Fachtagung" not in message["Subject"]
    words = message.get_body(("plain",)).get_content()
    assert "Die Organisation hat etwas mitzuteilen: Fachtagung am 4. Mai" in words
    assert "/d/erklaerung/announcements" in words
    assert len(mails_after(90)) == 1


@pytest.mark.parametrize("words", [{"news_on": None}, {"is_shown": False}, {"news_on": today() - timedelta(days=30)}])
def test_what_is_no_news_hidden_or_old_is_not_told(ready, words):
    announce(ready, **words)
    assert mails_after(31) == []


def test_what_is_hidden_again_in_time_is_not_told(ready):
    page = announce(ready)
    actions.change_page(ready.otto, page, PageWords(page.title, page.body, False, news_on=page.news_on), 1)
    db.session.commit()
    assert mails_after(31) == []


def test_several_at_once_are_one_piece_of_news(ready):
    announce(ready)
    announce(ready, "Der Raum hat gewechselt")
    assert len(mails_after(31)) == 1


def test_nobody_hears_of_a_draft(ready):
    ready.declaration.phase = Phase.DRAFT
    announce(ready)
    assert mails_after(31) == []
