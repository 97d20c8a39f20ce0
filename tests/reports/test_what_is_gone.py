"""What is hidden, withdrawn, edited or redacted after it was published: nobody is quoted against her will."""

import pytest

from deliberation.annotations.actions import edit_annotation, withdraw
from deliberation.database import db
from deliberation.moderation.actions import hide, redact
from deliberation.moderation.models import Rule
from deliberation.moderation.undoing import undo
from tests.reports.scene import FREE

REASON = "Das gehört nicht an diese Stelle."
PAGE = "/d/erklaerung/report"


@pytest.fixture
def published(story):
    """One sentence in other words, one that quotes; both rest on the same annotation."""
    story.write("Abends fehlt jemand.", story.free.label)
    story.write(f"„{FREE}“", story.free.label)
    story.publish()
    return story


def lines(story):
    return [line for section in story.read().sections for line in section.lines]


@pytest.mark.parametrize("deed", ["hide", "withdraw"])
def test_reference_goes_plain_and_the_quote_disappears(published, client, deed):
    if deed == "hide":
        hide(published.cast.mira, published.free, Rule.STAY, REASON, published.free.version)
    else:
        withdraw(published.cast.ada, published.free)
    db.session.commit()
    said, quote = lines(published)
    assert (said.text, said.references[0].is_shown) == ("Abends fehlt jemand.", False)
    assert (quote.text, quote.is_withheld) == ("", True)
    page = client.get(PAGE).text
    assert "ans Telefon" not in page
    assert f'href="/a/{published.free.number}"' not in page
    assert "(nicht mehr gezeigt)" in page
    desk = client.sign_in(published.otto).get(f"{PAGE}/desk").text
    assert "Bitte ansehen" in desk
    assert "Zitat nicht mehr freigegeben" in desk


def test_a_quote_goes_when_its_author_takes_the_consent_or_the_words_back(published):
    published.free.is_quotable = False
    db.session.commit()
    assert [line.is_withheld for line in lines(published)] == [False, True]
    published.free.is_quotable = True
    edit_annotation(published.cast.ada, published.free, "Wir haben jetzt jemanden am Abend.")
    published.free.is_quotable = True
    db.session.commit()
    said, quote = lines(published)
    assert said.references[0].is_changed
    assert (said.text, quote.text) == ("Abends fehlt jemand.", "")


def test_half_a_quote_is_no_quote(story):
    """Of two sentences that are quoted its author takes one back."""
    story.free.body = f"{FREE} Das Nachbaramt schickt uns abends alle seine Fälle weiter."
    db.session.commit()
    story.write(f"„{story.free.body}“", story.free.label)
    story.publish()
    assert [line.is_withheld for line in lines(story)] == [False]
    edit_annotation(story.cast.ada, story.free, FREE)
    story.free.is_quotable = True
    db.session.commit()
    assert [line.is_withheld for line in lines(story)] == [True]


def test_a_redaction_reaches_every_issue_and_its_undoing_too(published, client):
    """Also a sentence in other words that repeats the passage."""
    published.write("Am Telefon ist niemand.", published.free.label)
    published.publish("Ein Satz mehr.")
    decision = redact(published.cast.mira, published.free, Rule.PROTECT, REASON, ["Telefon"], published.free.version)
    db.session.commit()
    for path in (PAGE, f"{PAGE}/issues/1", f"{PAGE}/changes"):
        assert "Telefon" not in client.get(path).text, path
    assert "Telefon" not in client.sign_in(published.otto).get(f"{PAGE}/desk").text
    texts = [line.text for line in lines(published)]
    assert texts == ["Abends fehlt jemand.", "", "Am [von der Moderation geschwärzt] ist niemand."]
    undo(published.cast.mira, decision)
    db.session.commit()
    assert [line.text for line in lines(published)] == ["Abends fehlt jemand.", f"„{FREE}“", "Am Telefon ist niemand."]
