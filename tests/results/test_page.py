"""The results page and the export dialog as people see them."""

import pytest
from lxml import html
from sqlalchemy import select

from deliberation.annotations.actions import Contribution, post_reply
from deliberation.annotations.models import Kind, Vote, VoteValue
from deliberation.annotations.positions import cast_vote
from deliberation.database import db
from deliberation.declarations.models import Membership, find_declaration
from deliberation.permissions import Guest, Phase
from deliberation.results.summary import summarise
from tests import builders
from tests.counting import count_queries
from tests.results import scene

BUDGET = 15
# The page also looks whether there is a closing round.
PAGE_BUDGET = BUDGET + 6


def _seen(user, declaration):
    membership = db.session.scalars(
        select(Membership).where(Membership.user_id == user.id, Membership.declaration_id == declaration.id)
    ).one()
    return membership.results_seen_at


def test_reader_finds_figures_bars_lists_and_the_fixed_sentence(cast, client):
    scene.lively(cast)
    page = client.get("/d/erklaerung/results").text
    assert "Was die Beratung bisher zeigt" in page
    assert "Mitgemacht hat, wer wollte." in page
    assert "Alle sind dafür." in page
    assert "Wer zahlt das?" in page
    assert "Nicht zeigen." not in page
    tree = html.fromstring(page)
    links = set(tree.xpath("//main//a/@href"))
    assert {"/d/erklaerung/1/0", "/d/erklaerung/3/1", "/d/erklaerung/moderation/log"} <= links
    assert any(link.startswith("/a/") for link in links)
    assert "Set-Cookie" not in client.get("/d/erklaerung/results").headers


def test_without_numbers_the_page_says_from_when_on_there_will_be_a_picture(cast, client):
    page = client.get("/d/erklaerung/results").text
    assert "Ab 5 Stimmen zeigen wir hier ein Bild." in page
    assert "Noch keine Anmerkung." in page


def test_after_the_end_the_page_speaks_in_the_past(cast, client):
    scene.close(cast.declaration)
    page = client.get("/d/erklaerung/results").text
    assert "Was die Beratung zeigt" in page
    assert "Solange die Beratung läuft" not in page


def test_member_who_opened_the_results_votes_as_one_who_has_seen_them(cast, client):
    annotation = builders.annotate(cast.ada, cast.declaration)
    page = client.sign_in(cast.ben).get("/d/erklaerung/results").text
    assert "Sie haben die Ergebnisse jetzt gesehen." in page
    first = _seen(cast.ben, cast.declaration)
    assert first is not None
    assert _seen(cast.ada, cast.declaration) is None
    client.get("/d/erklaerung/results")
    assert _seen(cast.ben, cast.declaration) == first
    db.session.refresh(cast.ben)
    from deliberation.accounts.models import load_user

    db.session.expire_all()
    cast_vote(load_user(cast.ben.id), annotation, VoteValue.AGREE)
    assert db.session.scalars(select(Vote)).one().seen_before


def test_whoever_cannot_vote_reads_nothing_about_marks(cast, client):
    assert "jetzt gesehen" not in client.get("/d/erklaerung/results").text
    assert "jetzt gesehen" not in client.sign_in(cast.mira).get("/d/erklaerung/results").text


def test_stranger_to_the_declaration_leaves_no_mark(cast, client):
    stranger = builders.make_user("fremd")
    assert client.sign_in(stranger).get("/d/erklaerung/results").status_code == 200
    assert db.session.scalar(select(Membership.id).where(Membership.user_id == stranger.id)) is None


def test_results_of_a_draft_look_like_they_are_not_there(cast, client):
    cast.declaration.phase = Phase.DRAFT
    assert client.get("/d/erklaerung/results").status_code == 404
    assert client.get("/d/gibt-es-nicht/results").status_code == 404


def _fill(cast, count):
    for number in range(count):
        annotation = builders.annotate(cast.ada, cast.declaration, body=f"Text {number}", kind=Kind.QUESTION)
        post_reply(cast.ben, annotation, Contribution("Antwort"))
        scene.give_votes(annotation, 6, 5)


@pytest.mark.parametrize("size", [2, 30])
def test_summary_stays_within_its_budget_whatever_the_size(cast, size):
    _fill(cast, size)
    declaration = find_declaration("erklaerung")
    db.session.commit()
    with count_queries() as queries:
        summarise(Guest(), declaration)
    assert queries.count <= BUDGET


def test_page_of_a_guest_stays_within_the_budget_too(cast, client):
    _fill(cast, 12)
    with count_queries() as queries:
        client.get("/d/erklaerung/results")
    assert queries.count <= PAGE_BUDGET


def test_long_lists_show_their_beginning_and_all_on_request(cast, client):
    _fill(cast, 12)

    def shown(address):
        tree = html.fromstring(client.get(address).text)
        return len(tree.xpath("//section[@aria-labelledby='agreed']//ul/li")), tree.xpath(
            "//a[starts-with(.,'Alle 12')]/@href"
        )

    short, links = shown("/d/erklaerung/results")
    assert short < 12
    assert links[0] == "/d/erklaerung/results?all=agreed#agreed"
    assert shown(links[0])[0] == 12
    assert client.get("/d/erklaerung/results?all=unsinn").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["export", "export.csv", "export.md", "export.docx", "export/seite.png", "export/spalten", "export/spalten.txt"],
)
def test_participant_cannot_export_and_guest_is_asked_to_sign_in(cast, client, address):
    answer = client.get(f"/d/erklaerung/{address}")
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")
    assert client.sign_in(cast.ada).get(f"/d/erklaerung/{address}").status_code == 403


def test_organiser_opens_the_dialog_and_a_preview(cast, client):
    scene.lively(cast)
    otto = client.sign_in(cast.otto)
    page = otto.get("/d/erklaerung/export").text
    assert page.index("Wofür?") < page.index("Vorschau erneuern") < page.index("Als Tabelle (CSV)")
    preview = otto.get("/d/erklaerung/export?preview=1&purpose=report&thesis=1&kind=&since=&names=pseudonyms").text
    assert "Auswahl: These 1" in preview
    assert "1. Fachlichkeit zuerst" in preview
    table = html.fromstring(otto.get("/d/erklaerung/export?preview=1&purpose=data&names=none").text)
    assert len(table.xpath("//div[@class='export__preview mt-s']//tbody/tr")) == 4
    assert "Weide 27" not in table.xpath("string(//div[@class='export__preview mt-s'])")


@pytest.mark.parametrize(
    ("ending", "mimetype"),
    [("csv", "text/csv"), ("md", "text/markdown"), ("html", "text/html"), ("json", "application/json")],
)
def test_organiser_gets_each_file_under_a_neutral_name(cast, client, ending, mimetype):
    from deliberation.clock import today

    builders.annotate(cast.ada, cast.declaration)
    answer = client.sign_in(cast.otto).get(f"/d/erklaerung/export.{ending}?thesis=3&names=none")
    assert answer.status_code == 200
    assert answer.mimetype == mimetype
    assert answer.headers["Content-Disposition"] == f'attachment; filename="erklaerung-{today().isoformat()}.{ending}"'
    assert "Last-Modified" not in answer.headers
    if ending == "csv":
        assert answer.headers["Link"].startswith("</d/erklaerung/export/spalten?thesis=3&names=none>")
        assert "describedby" in answer.headers["Link"]


def test_formats_that_do_not_exist_are_not_found(cast, client):
    otto = client.sign_in(cast.otto)
    assert otto.get("/d/erklaerung/export.exe").status_code == 404


@pytest.mark.parametrize(
    "query", ["thesis=77", "edition=x", "since=gestern", "kind=like", "names=real", "purpose=no", "annex=no"]
)
def test_wrong_filters_are_explained_instead_of_ignored(cast, client, query):
    otto = client.sign_in(cast.otto)
    for address in ("export", "export.csv", "export.pdf", "export/seite.png", "export/spalten"):
        answer = otto.get(f"/d/erklaerung/{address}?{query}")
        assert answer.status_code == 422
        assert "<title>Fehler:" in answer.text
        assert answer.mimetype == "text/html"


def test_columns_are_explained_on_a_page_and_as_text(cast, client):
    otto = client.sign_in(cast.otto)
    page = otto.get("/d/erklaerung/export/spalten?thesis=3").text
    assert "outcome_reason" in page
    assert "Auswahl: These 3" in page
    [link] = html.fromstring(page).xpath("//a[contains(., 'Textdatei')]/@href")
    text = otto.get(link)
    assert text.mimetype == "text/plain"
    assert "Mitgemacht hat, wer wollte." in text.text
    assert "Auswahl: These 3" in text.text
