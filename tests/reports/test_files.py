"""The report is handed over as a file that says no more than its page."""

import io
import zipfile

import pytest

from deliberation.annotations.actions import withdraw
from deliberation.database import db
from deliberation.permissions import Operator
from deliberation.results import words
from deliberation.results.documents.files import FORMATS
from deliberation.results.exports import export
from tests.reports.scene import FREE
from tests.results import scene as results
from tests.results.scene import text_of

PAGE = "/d/erklaerung/report"


@pytest.fixture
def published(story):
    story.write("Wir haben sechs Wochen beraten.", is_framing=True)
    story.write("Abends fehlt jemand.", story.free.label, thesis="3")
    story.write(f"„{FREE}“", story.free.label, thesis="3")
    results.give_stances(story.declaration, "3", 9, 5, 1, 0)
    db.session.commit()
    story.publish()
    return story


@pytest.mark.parametrize("ending", FORMATS)
def test_everybody_takes_it_away_with_its_numbers_and_the_figures_of_each_thesis(published, client, ending):
    assert f'href="{PAGE}.{ending}"' in client.get(PAGE).text
    answer = client.get(f"{PAGE}.{ending}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f'.{ending}"')
    text = text_of(answer.get_data())
    for said in ("Wir haben sechs Wochen beraten.", "Abends fehlt jemand.", published.free.label, "niemanden mehr"):
        assert said in text
    with words.speaking("de"):
        assert words.not_representative() in text
    assert "60" in text
    assert "Ada" not in text
    assert published.kept.body not in text


@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_taken_back_is_quoted_in_no_file(published, client, ending):
    withdraw(published.cast.ada, published.free)
    db.session.commit()
    text = text_of(client.get(f"{PAGE}.{ending}").get_data())
    assert "niemanden mehr" not in text
    assert "[Hier stand ein Zitat, das nicht mehr gezeigt wird.]" in text
    assert "(nicht mehr gezeigt)" in text


def test_it_stands_in_the_archive_and_its_numbers_lead_to_the_annotations(published):
    content = export(Operator(), published.declaration, "archive").content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        [name] = [one for one in parts.namelist() if one.endswith("/report.html")]
        page = parts.read(name).decode()
        number = published.free.number
        assert f'href="thesis-3.html#a-{number}">A-{number}</a>' in page
        assert "niemanden mehr" in page
        assert f'id="a-{number}"' in parts.read(name.replace("report.html", "thesis-3.html")).decode()
        assert 'href="report.html"' in parts.read(name.replace("report.html", "index.html")).decode()


def test_there_is_none_before_it_is_published(story, client):
    story.write("Abends fehlt jemand.", story.free.label)
    assert client.get(f"{PAGE}.pdf").status_code == 404
    assert client.get(f"{PAGE}.exe").status_code == 404
