"""What readers see of a redaction: a bar that says what it is, never a word of what stood there; and other traces."""

import pytest
from flask_babel import force_locale

from deliberation.accounts.models import User
from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind
from deliberation.database import db
from deliberation.filters import trusted_html, with_numbers
from deliberation.moderation.actions import hide, publish, redact
from deliberation.moderation.models import Rule
from deliberation.moderation.redacting import MARK
from deliberation.moderation.undoing import undo
from deliberation.text import to_safe_html, word_diff
from tests import builders
from tests.counting import count_queries

REASON = "Die Person ist hier zu erkennen."
BAR = f'<span class="redacted">{MARK}</span>'


@pytest.fixture
def annotation(cast):
    return builders.annotate(
        cast.ada, cast.declaration, body="Herr Sommer aus **Bad Muster** rief an, und Herr Sommer war sehr krank."
    )


class TestReaders:
    def test_see_a_bar_and_how_many_passages_by_which_rule(self, cast, annotation, client):
        redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Herr Sommer", "Bad Muster"], 1)
        for path in ("/d/erklaerung/3/1", f"/a/{annotation.number}"):
            page = client.get(path).text
            assert page.count(BAR) == 3
            assert "Die Moderation hat 2 Stellen geschwärzt (Regel 2: Niemanden erkennbar machen," in page
            for gone in ("Sommer", "Bad Muster", REASON):
                assert gone not in page

    def test_read_it_in_english(self, cast, annotation, client):
        redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Herr Sommer"], 1)
        page = client.get("/d/erklaerung/3/1", headers={"Accept-Language": "en"}).text
        assert '<span class="redacted">[redacted by moderation]</span>' in page
        assert "Moderation redacted 1 passage" in page
        news = client.get("/d/erklaerung/new?since=2020-01-01", headers={"Accept-Language": "en"}).text
        assert "[redacted by moderation]" in news

    def test_see_nothing_of_it_once_it_is_taken_back(self, cast, annotation, client):
        undo(cast.mira, redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Herr Sommer"], 1))
        page = client.get("/d/erklaerung/3/1").text
        assert "Herr Sommer" in page
        assert "geschwärzt" not in page

    def test_passages_of_several_decisions_are_added_up(self, cast, annotation, client):
        redact(cast.mira, annotation, Rule.PROTECT, REASON, ["Herr Sommer"], 1)
        redact(cast.mira, annotation, Rule.RESPECT, REASON, ["sehr krank"], 2)
        assert "hat 2 Stellen geschwärzt (Regel 3" in client.get("/d/erklaerung/3/1").text

    def test_replies_tell_it_too(self, cast, annotation, client):
        reply = post_reply(cast.ben, annotation, Contribution("Frau Winter sagt das auch"))
        redact(cast.mira, reply, Rule.PROTECT, REASON, ["Frau Winter"], 1)
        page = client.get("/d/erklaerung/3/1").text
        assert "hat 1 Stelle geschwärzt" in page
        assert "Winter" not in page

    def test_a_bar_in_a_proposed_wording_is_one_bar(self, cast, client):
        proposal = builders.annotate(
            cast.ada,
            cast.declaration,
            kind=Kind.PROPOSAL,
            body="Besser so",
            wording="Eine Inobhutnahme von Frau Winter ist keine Dienstleistung der Moderation. Sie braucht Menschen.",
        )
        redact(cast.mira, proposal, Rule.PROTECT, REASON, ["Frau Winter"], 1)
        assert client.get("/d/erklaerung/3/1").text.count(BAR) == 1

    def test_traces_of_the_moderation_cost_one_query(self, cast, client):
        def count():
            client.get("/d/erklaerung/3/1")
            with count_queries() as queries:
                client.get("/d/erklaerung/3/1")
            return queries.count

        for number in range(3):
            builders.annotate(cast.ada, cast.declaration, body=f"Text {number} von Herrn Sommer")
        before = count()
        for number in range(3):
            one = builders.annotate(cast.ada, cast.declaration, body=f"Text {number} von Herrn Sommer")
            redact(cast.mira, one, Rule.PROTECT, REASON, ["Herrn Sommer"], 1)
            two = builders.annotate(cast.ada, cast.declaration)
            post_reply(cast.ben, two, Contribution("Ja"))
            hide(cast.mira, two, Rule.RESPECT, REASON, 1)
        assert count() == before + 1


class TestBars:
    @pytest.mark.parametrize(
        "source",
        [
            f'[hier](https://example.org/ "{MARK}")',
            f"[hier](https://example.org/{MARK.replace(' ', '%20')})",
            f'[{MARK}](https://example.org/ "x > {MARK} onmouseover=alert(1)")',
        ],
    )
    def test_stand_between_tags_only(self, app, source):
        with app.test_request_context(), force_locale("de"):
            rendered = to_safe_html(source)
            shown = str(trusted_html(rendered))
        outside = rendered.replace(MARK, "")
        assert shown.replace(BAR, MARK) == rendered
        assert shown.count("<a ") == outside.count("<a ")
        for value in shown.split('"')[1::2]:
            assert "<span" not in value

    def test_numbers_become_links_between_tags_only(self, app):
        with app.test_request_context(), force_locale("de"):
            shown = str(
                with_numbers(to_safe_html('A-1 <b>A-2</b> [A-3](https://example.org "A-4 >") `A-05` A-6x (A-7)'))
            )
        links = [part.split("<")[0] for part in shown.split('class="ref" href="/a/')[1:]]
        assert [link.split('"')[0] for link in links] == ["1", "2", "7"]

    def test_a_difference_never_tears_one_apart(self):
        parts = word_diff("Die Antwort der Moderation kam spät.", f"Die {MARK} kam ({MARK}) spät.")
        assert [part.text.strip() for part in parts if MARK in part.text]
        assert "".join(part.text for part in parts if part.kind != "deleted").count(MARK) == 2


class TestNotYetLookedAt:
    NOTE = "Veröffentlicht, noch nicht gesichtet"

    def test_only_its_author_is_told_and_only_until_somebody_looked(self, cast, annotation, app):
        def see(person: User | None) -> str:
            visitor = app.test_client()
            return (visitor.sign_in(person) if person else visitor).get("/d/erklaerung/3/1").text

        assert self.NOTE not in see(cast.ada)
        cast.declaration.sends_after_look = True
        db.session.commit()
        assert self.NOTE in see(cast.ada)
        for other in (cast.ben, cast.mira, None):
            assert self.NOTE not in see(other)
        publish(cast.mira, annotation, 1)
        assert self.NOTE not in see(cast.ada)
