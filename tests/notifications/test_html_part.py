"""The HTML part of a mail says what the plain one says, and fetches nothing."""

import email
import email.policy
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as markup

from deliberation.accounts.models import random_key
from deliberation.clock import now
from deliberation.database import db
from deliberation.notifications.following import account_token
from deliberation.notifications.interests import pace_of
from deliberation.notifications.mailer import read_text, to_html, to_message
from deliberation.notifications.models import Mail, Pace, Topic
from deliberation.notifications.pulling import ways_out

TEXT = """Guten Tag,

das ist neu.

Erklärung
=========

Absatz 3.1
----------

A-4, Frage
> Wer <entscheidet> hier,
> und wann?
>
> Und warum?
https://beratung.example/a/4

- erstens
- zweitens
"""
SIGNED = f"{TEXT}\n-- \nDiese Nachricht kommt von https://beratung.example/\n"


def words(page: str) -> list[str]:
    tree = markup.fromstring(page)
    for style in tree.xpath("//style|//title"):
        style.drop_tree()
    return " ".join(tree.itertext()).split()


class TestPage:
    def test_headings_quotations_lists_and_links_are_what_they_are(self, app):
        tree = markup.fromstring(to_html(SIGNED, "Neues", "de"))
        assert tree.get("lang") == "de"
        assert tree.xpath("//h2/text()") == ["Erklärung"]
        assert tree.xpath("//h3/text()") == ["Absatz 3.1"]
        assert tree.xpath("//blockquote/p/text()") == ["Wer <entscheidet> hier, und wann?", "Und warum?"]
        assert tree.xpath("//li/text()") == ["erstens", "zweitens"]
        assert tree.xpath("//main//p/a/@href") == ["https://beratung.example/a/4"]
        assert "Diese Nachricht" in tree.xpath("string(//footer)")

    def test_nothing_is_fetched(self, app):
        page = to_html(SIGNED, "Neues", "de")
        assert not re.search(r"<(img|link|script|iframe)|url\(|@import|src=", page)

    @pytest.mark.any_engine
    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.text(alphabet="ab<>&\"'>-= \t/:.https", max_size=30), max_size=12))
    def test_no_word_is_lost_and_nothing_becomes_a_tag(self, app, lines):
        text = "\n".join(lines)
        page = to_html(text, "Betreff", "de")
        plain = [word for line in lines for word in line.split()]
        # Signs that stand for a heading, a quotation or a list are the marks of the plain part.
        kept = "".join(plain).translate(str.maketrans("", "", ">-="))
        assert "".join(words(page)).translate(str.maketrans("", "", ">-=")) == kept


class TestMessage:
    def make(self, template="sign_in", **told):
        parameters = {"code": "123456", "link": "/login/link/x", "until": "14:42 Uhr", **told}
        mail = Mail("ada@example.org", parameters, cause=random_key(), template=template, locale="de", created_at=now())
        return email.message_from_bytes(to_message(mail).as_bytes(), policy=email.policy.default)

    @pytest.mark.any_engine
    def test_both_parts_say_the_same(self, app):
        message = self.make()
        plain, page = message.iter_parts()
        shown = "".join(words(page.get_content()))
        assert all(word.strip("-") in shown for word in plain.get_content().split())

    @pytest.mark.any_engine
    def test_no_line_is_longer_than_the_post_allows(self, app):
        message = self.make("invitation", link="/x", days=3, role="", title="Wort " * 600)
        assert "Wort Wort" in read_text(message)
        assert max(len(line) for line in message.as_bytes().splitlines()) <= 998


def test_one_click_ends_what_somebody_wanted(cast, client):
    cast.ada.confirmed_at = now()
    db.session.commit()
    ways = ways_out(cast.ada)
    assert account_token(cast.ada) in ways["unsubscribe_url"]
    stranger = client.application.test_client()
    answer = stranger.post(ways["unsubscribe_url"], data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code in (200, 303)
    assert "Set-Cookie" not in answer.headers
    assert pace_of(cast.ada, Topic.ANNOTATIONS) is Pace.NEVER
    assert pace_of(cast.ada, Topic.DECISIONS) is Pace.AT_ONCE
