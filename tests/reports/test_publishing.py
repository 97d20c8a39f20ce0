"""From draft to everybody: what stops it, who confirms it, what stays readable, and who is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation import jobs
from deliberation.annotations.models import Status
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry
from deliberation.notifications.interests import choose, pace_of
from deliberation.notifications.mailer import to_message
from deliberation.notifications.models import Mail, NotNeeded, Pace, Topic
from deliberation.permissions import NotAllowed, Operator, Outdated, Role
from deliberation.reports.actions import Words, change_sentence, remove_sentence
from deliberation.reports.publishing import NotReady, Wish, publish
from deliberation.reports.showing import compare_issues, load_report
from tests import builders

PAGE = "/d/erklaerung/report"


def reasons(story):
    with pytest.raises(NotReady) as refused:
        story.publish()
    return refused.value.problem, refused.value.count


def test_a_sentence_without_evidence_stops_it_unless_it_is_framing(story, client):
    bare = story.write("Das sagen alle.")
    story.write("Abends fehlt jemand.", story.free.label)
    assert reasons(story) == ("unsupported", 1)
    assert "ohne Beleg" in client.sign_in(story.otto).get(f"{PAGE}/desk").text
    story.write("Wir haben sechs Wochen beraten.", is_framing=True)
    remove_sentence(story.otto, bare, 1)
    assert story.publish().number == 1
    assert story.texts() == ["Abends fehlt jemand.", "Wir haben sechs Wochen beraten."]


def test_evidence_that_is_hidden_since_carries_nothing(story):
    story.write("Abends fehlt jemand.", story.free.label)
    story.free.status = Status.HIDDEN
    db.session.commit()
    assert reasons(story) == ("unsupported", 1)


def test_four_eyes(story, client):
    story.write("Abends fehlt jemand.", story.free.label)
    otto = client.sign_in(story.otto)
    page = otto.get(f"{PAGE}/publish").text
    assert "Gelesen und freigegeben" not in page
    assert "Solange nur eine Person organisiert, kann es auch die Moderation." in page
    assert otto.post(f"{PAGE}/publish", data={"version": "1"}).status_code == 403
    olga = builders.make_member(story.declaration, "olga", Role.ORGANISER)
    with pytest.raises(NotAllowed) as refused:
        publish(story.cast.mira, story.declaration, Wish(), 1)
    assert refused.value.missing == "no_other_organiser"
    answer = client.sign_in(olga).post(f"{PAGE}/publish", data={"version": "1", "tells": "y"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    line = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.REPORT).order_by(LogEntry.id.desc())).first()
    assert (line.after, line.actor_id) == ("issue:1", olga.membership_in(story.declaration.id).id)


def test_nobody_publishes_what_she_has_not_read(story):
    sentence = story.write("Abends fehlt jemand.", story.free.label)
    change_sentence(story.otto, sentence, Words("Abends fehlt jeder.", story.free.label), 1)
    with pytest.raises(Outdated):
        publish(Operator(), story.declaration, Wish(), 1)
    assert load_report(story.declaration) is None


def test_everybody_reads_it_with_references_date_and_the_fixed_sentence(story, client):
    assert "noch nicht erschienen" in client.get(PAGE).text
    story.declaration.publisher = "Bündnis Soziale Arbeit"
    story.write("Abends fehlt jemand.", f"{story.free.label}, {story.kept.label}", thesis="3")
    story.publish()
    page = client.get(PAGE).text
    assert "Abends fehlt jemand." in page
    assert f'href="/a/{story.kept.number}"' in page
    for words in ("Mitgemacht hat, wer wollte.", "Bündnis Soziale Arbeit", "Fassung 1", "These 3", str(now().year)):
        assert words in page
    for place in ("/d/erklaerung", "/d/erklaerung/results"):
        assert f'href="{PAGE}"' in client.get(place).text
    assert f"<loc>http://localhost{PAGE}</loc>" in client.get("/sitemap.xml").text


def test_a_correction_is_a_new_issue_and_the_old_one_stays_readable(story, client):
    sentence = story.write("Abends fehlt jemand.", story.free.label)
    gone = story.write("Es fehlt Vertretung.", story.kept.label)
    story.publish()
    assert reasons(story) == ("note", 0)
    change_sentence(story.otto, sentence, Words("Nachts fehlt jemand.", f"{story.free.label}, {story.short.label}"), 1)
    remove_sentence(story.otto, gone, 1)
    story.write("Neu gesagt.", story.kept.label)
    story.publish("Es waren die Nächte.")
    assert (story.texts(1), story.texts()) == (
        ["Abends fehlt jemand.", "Es fehlt Vertretung."], ["Nachts fehlt jemand.", "Neu gesagt."],
    )  # fmt: skip
    changed, added, removed = compare_issues(story.read(1), story.read())
    assert [part.text.strip() for part in changed.parts] == ["Abends", "Nachts", "fehlt jemand."]
    assert (changed.added, added.old, removed.new) == ((story.short.number,), None, None)
    old = client.get(f"{PAGE}/issues/1").text
    assert "Abends fehlt jemand." in old
    assert "Es gibt eine neuere." in old
    differences = client.get(f"{PAGE}/changes").text
    assert "Es waren die Nächte." in differences
    assert "<ins>" in differences
    assert client.get(f"{PAGE}/issues/7").status_code == 404
    with pytest.raises(NotReady) as refused:
        story.publish("Noch einmal dasselbe.")
    assert refused.value.problem == "same"


def test_all_who_took_part_are_told_once_and_neutrally(story):
    choose(story.cast.ben, Topic.REPORTS, Pace.NEVER)
    for user in (story.cast.ada, story.cast.ben, story.cast.mira, story.otto):
        user.confirmed_at = now()
    jobs.pull_due_digests()
    for user in (story.cast.ada, story.cast.mira, story.otto):
        choose(user, Topic.REPORTS, Pace.AT_ONCE)
    sentence = story.write("Abends fehlt jemand.", story.free.label)
    story.publish(tells=True)
    assert jobs.pull_due_letters() == 0, "half an hour to put a slip right"
    with frozen_at(now() + timedelta(minutes=31)):
        assert jobs.pull_due_letters() == 1
        assert jobs.pull_due_digests() == 3
        assert jobs.pull_due_letters() == jobs.pull_due_digests() == 0
    mails = db.session.scalars(select(Mail).where(Mail.template == "digest")).all()
    assert {mail.recipient for mail in mails} == {"ada@example.org", "mira@example.org", "otto@example.org"}
    mail = next(one for one in mails if one.recipient == "ada@example.org")
    message = to_message(mail)
    assert message["Subject"] == "Neues für Sie"
    words = message.get_body(("plain",)).get_content()
    assert "/d/erklaerung/report" in words
    assert "Abends" not in words
    # Whoever has had enough meanwhile gets none, and a correction tells nobody unless somebody wants it.
    choose(story.cast.ada, Topic.REPORTS, Pace.NEVER)
    with pytest.raises(NotNeeded):
        to_message(mail)
    change_sentence(story.otto, sentence, Words("Nachts fehlt jemand.", story.free.label), 1)
    story.publish("Ein Wort.")
    with frozen_at(now() + timedelta(hours=2)):
        assert jobs.pull_due_letters() == jobs.pull_due_digests() == 0


def test_mails_can_be_switched_off(client, cast):
    ada = client.sign_in(cast.ada)
    assert ada.post("/me/mail", data={"lang": "de", "reports": "never", "dates": "y"}).status_code == 303
    assert cast.ada.wants_dates
    assert pace_of(cast.ada, Topic.REPORTS) is Pace.NEVER


def test_everybody_reads_how_many_annotations_it_names_and_the_desk_says_the_same(story, client):
    story.write("Abends fehlt jemand.", story.free.label)
    story.publish()
    assert "1 von 3 Anmerkungen" in client.get(PAGE).text
    assert "1 von 3" in client.sign_in(story.otto).get(f"{PAGE}/desk").text
    story.kept.bundled_with = story.free.number
    db.session.commit()
    assert "2 von 3 Anmerkungen" in client.get(PAGE).text
    assert "2 von 3" in client.sign_in(story.otto).get(f"{PAGE}/desk").text
