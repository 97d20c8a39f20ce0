"""What leaves the site: no file, mail or report carries words that nobody has looked at or that are not shown."""

import io
import re
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, edit_annotation, post_reply, withdraw
from deliberation.annotations.models import Annotation, Kind, OutcomeValue, ResponseKind
from deliberation.annotations.outcomes import set_outcome
from deliberation.annotations.responses import respond
from deliberation.clock import frozen_at, now
from deliberation.database import db
from deliberation.declarations.models import Policy, find_declaration
from deliberation.moderation import actions
from deliberation.moderation.flagging import flag
from deliberation.moderation.models import FlagReason, Rule
from deliberation.notifications.mailer import send_due_mail
from deliberation.notifications.models import Mail
from deliberation.notifications.pulling import pull_letters
from deliberation.permissions import Operator, Phase
from deliberation.results.annotated import ANNOTATED
from deliberation.results.exports import export, export_annotated, export_archive
from deliberation.results.filters import Filters, Names
from deliberation.results.polis import import_polis
from deliberation.results.summary import summarise
from deliberation.results.writers import WRITERS
from tests import builders
from tests.editions import scene as editions
from tests.proposals.scene import propose, put_up, rate, raters

LOOKED_AT, NOT_LOOKED_AT = "Gesichtetes", "Ungesehenes"
NEVER = ("Wartendes", "Verborgenes", "Zurückgenommenes", "Geheimname")
ENDINGS = (*WRITERS, "docx", "json", "jsonld", "xml", "atom", "ics", "txt")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def careful(cast):
    """What is published goes out only after a look."""
    cast.declaration.sends_after_look = True
    db.session.commit()
    return cast


def say(cast, word):
    """One word wherever an annotation can have words: its own, a reply and an answer of the moderation below it."""
    annotation = builders.annotate(
        cast.ada, cast.declaration, body=f"{word} steht im Text.", kind=Kind.PROPOSAL, wording=f"{word} als Wortlaut."
    )
    annotation.is_quotable = True
    annotation.quote = f"{word} im Zitat"
    reply = post_reply(cast.ben, annotation, Contribution(f"{word} als Antwort."))
    respond(cast.mira, annotation, ResponseKind.INQUIRY, f"{word} in der Nachfrage?")
    db.session.commit()
    return annotation, reply


def look(cast, *annotations):
    for annotation in annotations:
        actions.publish(cast.mira, annotation, annotation.version)
    db.session.commit()


def spread(cast):
    """Every state a text can be in, each with its own word."""
    look(cast, *say(cast, LOOKED_AT))
    say(cast, NOT_LOOKED_AT)
    waiting, reply = say(cast, "Wartendes")
    for one in (waiting, reply):
        actions.return_for_revision(cast.mira, one, Rule.STAY, "Bitte kürzer fassen.", one.version)
    for one in say(cast, "Verborgenes"):
        flag(cast.ben if one.kind else cast.ada, one, FlagReason.OTHER, "", f"flag-{one.number}")
        actions.hide(cast.mira, one, Rule.RESPECT, "Das verletzt jemanden.", one.version)
    gone, reply = say(cast, "Zurückgenommenes")
    withdraw(cast.ada, gone)
    withdraw(cast.ben, reply)
    black, reply = say(cast, "Geheimname")
    black.quote = ""
    db.session.commit()
    for one in (black, reply):
        actions.redact(cast.mira, one, Rule.PROTECT, "Da ist jemand erkennbar.", ["Geheimname"], one.version)
    db.session.commit()


def words_of(answer):
    """What can be read in a file, whatever it is made of."""
    if answer.mimetype.endswith("wordprocessingml.document"):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
            return " ".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    return answer.data.decode("utf-8-sig")


def everything_in(content):
    """What can be read in a file of any make, and in the files inside it."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return " ".join(f"{name} {everything_in(parts.read(name))}" for name in parts.namelist())
    if content.startswith(b"%PDF"):
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).replace("-\n", "")
    return content.decode("utf-8-sig", "replace")


def made(cast, file_format, **filters):
    file = export(Operator(), find_declaration(cast.declaration.slug), file_format, Filters(**filters))
    return file.content.decode("utf-8-sig") + file.readme


def assert_careful(text, channel):
    for word in (NOT_LOOKED_AT, *NEVER):
        assert word not in text, f"{word} in {channel}"


@pytest.mark.parametrize("names", list(Names))
@pytest.mark.parametrize("file_format", WRITERS)
def test_no_export_carries_words_that_nobody_looked_at_or_that_are_not_shown(careful, file_format, names):
    spread(careful)
    text = made(careful, file_format, names=names)
    assert LOOKED_AT in text
    assert_careful(text, file_format)


@pytest.mark.parametrize("file_format", ANNOTATED)
def test_no_text_with_annotations_carries_them_either(careful, file_format):
    spread(careful)
    file = export_annotated(Operator(), find_declaration(careful.declaration.slug), file_format)
    text = everything_in(file.content)
    assert LOOKED_AT in text
    assert_careful(text, file_format)


def test_no_archive_carries_them_either(careful):
    spread(careful)
    text = everything_in(export_archive(Operator(), find_declaration(careful.declaration.slug)).content)
    assert LOOKED_AT in text
    assert_careful(text, "archive")


@pytest.mark.parametrize("file_format", WRITERS)
def test_once_the_switch_is_off_everything_visible_goes_out_again(careful, file_format):
    spread(careful)
    careful.declaration.sends_after_look = False
    db.session.commit()
    text = made(careful, file_format)
    assert LOOKED_AT in text
    assert NOT_LOOKED_AT in text
    assert not [word for word in NEVER if word in text]


def test_everything_else_that_can_be_taken_away_is_as_careful(careful, client):
    """Every address that ends like a file, also those that somebody adds later."""
    _second_edition(careful)
    spread(careful)
    otto = client.sign_in(careful.otto)
    taken = []
    for rule in client.application.url_map.iter_rules():
        if (
            "GET" not in rule.methods
            or "." not in rule.rule.rsplit("/", 1)[-1]
            or rule.arguments - {"slug", "file_format"}
        ):
            continue
        for ending in ENDINGS if "file_format" in rule.arguments else ("",):
            path = rule.rule.replace("<slug>", "erklaerung").replace("<file_format>", ending)
            answer = otto.get(f"{path}?from=1&to=2")
            if answer.status_code == 200:
                taken.append(path)
                assert_careful(words_of(answer), path)
    assert {"/d/erklaerung/changes.docx", "/d/erklaerung/changes.html", "/d/erklaerung/export.csv"} <= set(taken)


def test_the_results_page_quotes_only_what_was_looked_at(careful, client):
    spread(careful)
    otto = client.sign_in(careful.otto)
    for path in ("results", "results?all=outcomes", "results?all=unanswered", "export?preview=1", "export/spalten"):
        assert_careful(otto.get(f"/d/erklaerung/{path}").text, path)
    assert LOOKED_AT in otto.get("/d/erklaerung/export?preview=1&names=pseudonyms&purpose=data").text + made(
        careful, "md"
    )
    summary = summarise(Operator(), careful.declaration)
    # The looked at annotation and its reply, and the two that were redacted.
    assert len(summary.visible) == 4


def test_on_the_site_itself_what_is_visible_stays_visible(careful, client):
    spread(careful)
    page = client.get("/d/erklaerung/3/1").text
    assert NOT_LOOKED_AT in page
    assert not [word for word in NEVER if word in page]
    news = client.get("/d/erklaerung/new?since=2020-01-01").text
    assert not [word for word in NEVER if word in news]


def test_words_that_were_changed_wait_for_a_new_look(careful):
    annotation, reply = say(careful, LOOKED_AT)
    look(careful, annotation, reply)
    edit_annotation(careful.ada, annotation, f"{NOT_LOOKED_AT} steht jetzt da.", "Ein Wortlaut.")
    db.session.commit()
    assert_careful(made(careful, "csv"), "csv")
    look(careful, annotation)
    assert NOT_LOOKED_AT in made(careful, "csv")


def test_an_annotation_nobody_looked_at_only_keeps_the_place_of_its_replies(careful):
    annotation, reply = say(careful, NOT_LOOKED_AT)
    reply.body = LOOKED_AT
    look(careful, reply)
    kept, shown = summarise(Operator(), careful.declaration).items
    assert (kept.number, kept.is_visible, kept.body, kept.author, kept.created) == (
        annotation.number,
        False,
        "",
        "",
        None,
    )
    assert (shown.body, shown.parent) == (LOOKED_AT, annotation.number)


def test_no_mail_carries_words_of_a_contribution(careful, app):
    folder = Path(app.config["MAIL_URL"].removeprefix("file://"))
    shutil.rmtree(folder, ignore_errors=True)
    for person in (careful.ada, careful.ben):
        person.confirmed_at = now()
    spread(careful)
    with frozen_at(now() + timedelta(days=2)):
        pull_letters()
        db.session.commit()
        send_due_mail()
    mails = db.session.scalars(select(Mail)).all()
    assert mails
    assert all(mail.sent_at for mail in mails)
    for file in folder.glob("*.eml"):
        # Base64 would hide words from this test.
        assert b"base64" not in file.read_bytes()
        text = file.read_bytes().decode("utf-8", "replace")
        assert not [word for word in (LOOKED_AT, NOT_LOOKED_AT, *NEVER) if word[:8] in text], file.name


def test_no_template_of_a_mail_reads_the_words_of_a_contribution():
    """Whoever writes a mail with words of others adds a test of its own here first."""
    paths = [*(ROOT / "templates" / "mail").rglob("*.txt"), *(ROOT / "templates" / "mail").rglob("*.html")]
    asked = re.compile(r"\b(a|annotation|item|entry|reply|parent)\.(body|body_html|quote|proposed_wording|wording)\b")
    assert paths
    assert not [path.name for path in paths if asked.search(path.read_text("utf-8"))]


def _second_edition(cast):
    """Published because of an annotation that nobody has looked at; its number."""
    annotation = propose(cast.ada, cast.declaration, "Eine Inobhutnahme schützt.", 1)
    text = editions.reworded(
        editions.text(cast.declaration), "3.1", "Eine Inobhutnahme schützt.", "Sie braucht Menschen."
    )
    editions.publish(cast.declaration, text)
    set_outcome(cast.otto, annotation, OutcomeValue.ADOPTED, "Das ist klarer so.", 2)
    db.session.commit()
    return annotation


@pytest.mark.parametrize("ending", ["html", "docx"])
def test_the_redline_names_no_annotation_that_nobody_looked_at(careful, client, ending):
    annotation = _second_edition(careful)
    address = f"/d/erklaerung/changes.{ending}?from=1&to=2"
    assert annotation.label not in words_of(client.get(address))
    assert annotation.label in client.get("/d/erklaerung/changes?from=1&to=2").text
    look(careful, annotation)
    assert annotation.label in words_of(client.get(address))


def test_the_closing_round_is_reported_without_wordings_that_nobody_looked_at(careful, client):
    rival = propose(careful.ada, careful.declaration, f"{NOT_LOOKED_AT} ist Schutz.", 1)
    ballot = put_up(careful, rival)
    for one in raters(careful.declaration, 6):
        rate(one, ballot, 8, 1)
    careful.declaration.phase = Phase.EVALUATING
    db.session.commit()
    page = client.get("/d/erklaerung/results").text
    assert NOT_LOOKED_AT not in page
    assert "im Mittel 1,0, 6 Bewertungen" in page
    look(careful, rival)
    assert NOT_LOOKED_AT in client.get("/d/erklaerung/results").text


def test_what_comes_from_polis_was_looked_at_there(cast):
    cast.declaration.sends_after_look = True
    db.session.commit()
    import_polis(Operator(), cast.declaration, ROOT / "tests" / "data" / "klimarat")
    db.session.commit()
    imported = db.session.scalars(select(Annotation)).all()
    assert imported
    assert all(one.reviewed_at for one in imported)
    shown = [one for one in imported if one.is_visible]
    assert len(summarise(Operator(), cast.declaration).visible) == len(shown)


def test_with_everything_read_first_nothing_is_left_to_look_at(cast):
    cast.declaration.policy, cast.declaration.sends_after_look = Policy.ALL, True
    db.session.commit()
    annotation = builders.annotate(cast.ada, cast.declaration, body=LOOKED_AT)
    assert LOOKED_AT not in made(cast, "csv")
    look(cast, annotation)
    assert LOOKED_AT in made(cast, "csv")
