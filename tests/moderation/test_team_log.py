"""The full log for the team: everything with actor, time and state before and after, and never a text."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from deliberation import clock
from deliberation.annotations.actions import edit_annotation, withdraw
from deliberation.annotations.models import ResponseKind
from deliberation.annotations.positions import change_phase
from deliberation.annotations.responses import respond
from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry, Policy
from deliberation.declarations.record import record
from deliberation.labels import LABELS
from deliberation.moderation import actions, flagging
from deliberation.moderation.desk import teamwork
from deliberation.moderation.models import FlagReason, MeasureKind, Rule
from deliberation.moderation.records.team_log import LIST_MAX, Wanted, load_team_log
from deliberation.moderation.restraining import restrain
from deliberation.permissions import Guest, NotAllowed, Operator, Phase, Role
from tests import builders
from tests.counting import count_queries

REASON = "Bitte ohne Namen, dann passt es."
LOG = "/d/erklaerung/moderation/log/team"
CSV = f"{LOG}.csv"


@pytest.fixture
def named(cast):
    """Moderators sign with a name."""
    builders.membership(cast.mira, cast.declaration).signing_name = "Mira"
    db.session.commit()
    return cast


def read(cast, **wanted):
    return load_team_log(cast.otto, cast.declaration, Wanted(**wanted)).lines


def rows(answer):
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("act", list(Act), ids=lambda act: act.name)
def test_every_act_has_words(act):
    assert str(LABELS[act])


def test_line_says_who_when_what_and_the_states(named, client):
    annotation = builders.annotate(named.ada, named.declaration)
    with clock.frozen_at(datetime(2026, 5, 14, 18, 31, tzinfo=UTC)):
        actions.hide(named.mira, annotation, Rule.PROTECT, REASON, 1)
    page = client.sign_in(named.otto).get(LOG).text
    for words in ("2026-05-14 20:31", "Mira", annotation.label, "sichtbar → nicht gezeigt", "Regel 2"):
        assert words in page
    assert REASON not in page


class TestNames:
    def test_a_moderators_pseudonym_is_not_given_away(self, named, client):
        """What she writes under her pseudonym stands in the log as everybody's does."""
        named.declaration.policy = Policy.ALL
        own = builders.annotate(named.mira, named.declaration)
        edit_annotation(named.mira, own, "Noch einmal")
        withdraw(named.mira, own)
        db.session.commit()
        lines = read(named)
        assert [line.entry.act for line in lines] == [Act.WITHDRAWN, Act.REVISED, Act.HELD]
        assert all(line.actor is None and line.by_author for line in lines)
        mira = builders.membership(named.mira, named.declaration)
        assert read(named, actor=mira.id) == []
        for path in (LOG, CSV, f"{CSV}?actor={mira.id}"):
            page = client.sign_in(named.otto).get(path)
            assert mira.pseudonym not in page.text
            assert "Mira" not in page.text.split("</form>")[-1]

    def test_author_acts_of_any_kind_have_no_name(self, named):
        own = builders.annotate(named.mira, named.declaration)
        record(builders.membership(named.mira, named.declaration), named.declaration, Act.UNBUNDLE, own)
        db.session.flush()
        [line] = read(named)
        assert (line.actor, line.by_author) == (None, True)
        assert read(named, actor=line.entry.actor_id) == []

    def test_reporters_stay_unknown_to_the_team(self, named, client):
        annotation = builders.annotate(named.ada, named.declaration)
        flagging.flag(named.ben, annotation, FlagReason.OTHER, "Seht euch das an")
        flagging.flag(Guest(), annotation, FlagReason.OTHER)
        lines = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.FLAG)).all()
        assert [line.actor_id for line in lines] == [None, None]
        page = client.sign_in(named.otto).get(LOG).text
        assert "Linde 88" not in page
        assert "Seht euch das an" not in page

    def test_persons_with_measures_stand_under_their_pseudonym(self, named):
        member = builders.membership(named.ada, named.declaration)
        restrain(named.mira, member, MeasureKind.PAUSE, Rule.RESPECT, REASON, 7)
        [line] = read(named)
        assert (line.actor, line.subject) == ("Mira", "Weide 27")

    def test_colleagues_stand_under_their_signing_name(self, named):
        vera = builders.make_member(named.declaration, "vera", Role.MODERATOR)
        builders.membership(vera, named.declaration).signing_name = "Vera"
        annotation = builders.annotate(named.ada, named.declaration)
        teamwork.hand_over(named.mira, annotation, builders.membership(vera, named.declaration))
        assert [line.subject for line in read(named, act=Act.HAND_OVER)] == ["Vera"]

    def test_deeds_of_the_command_line_have_no_name(self, named, client):
        change_phase(Operator(), named.declaration, Phase.VOTING, date(2026, 9, 30))
        page = client.sign_in(named.otto).get(LOG).text
        assert "nicht genannt" in page
        assert "Beratung → Schlussrunde bis 30. September" in page


class TestFilters:
    @pytest.fixture
    def busy(self, named):
        self.first = builders.annotate(named.ada, named.declaration, at="1.1")
        self.second = builders.annotate(named.ada, named.declaration, at="3.1")
        with clock.frozen_at(datetime(2026, 5, 1, 21, 59, tzinfo=UTC)):
            actions.hide(named.mira, self.first, Rule.STAY, REASON, 1)
        with clock.frozen_at(datetime(2026, 5, 1, 22, tzinfo=UTC)):
            respond(named.mira, self.second, ResponseKind.INQUIRY, "Wie meinen Sie das?")
            db.session.flush()
        with clock.frozen_at(datetime(2026, 5, 3, 12, tzinfo=UTC)):
            change_phase(named.otto, named.declaration, Phase.VOTING)
            db.session.commit()
        return named

    @pytest.mark.parametrize(
        ("wanted", "acts"),
        [
            ({}, [Act.PHASE, Act.RESPOND, Act.HIDE]),
            ({"act": Act.HIDE}, [Act.HIDE]),
            ({"thesis": "3"}, [Act.RESPOND]),
            ({"thesis": "99"}, []),
            ({"first": date(2026, 5, 2)}, [Act.PHASE, Act.RESPOND]),
            ({"last": date(2026, 5, 1)}, [Act.HIDE]),
            ({"first": date(2026, 5, 2), "last": date(2026, 5, 2)}, [Act.RESPOND]),
        ],
    )
    def test_lines_meet_every_condition(self, busy, wanted, acts):
        assert [line.entry.act for line in read(busy, **wanted)] == acts

    def test_by_person(self, busy):
        otto = builders.membership(busy.otto, busy.declaration)
        assert [line.entry.act for line in read(busy, actor=otto.id)] == [Act.PHASE]

    def test_address_says_what_is_wanted_and_the_file_gets_the_same(self, busy, client):
        otto = client.sign_in(busy.otto)
        query = "?act=respond&thesis=3&from=2026-05-02&to=2026-05-02"
        assert otto.get(LOG + query).text.count("<tr>") == 2
        assert len(rows(otto.get(CSV + query))) == 2

    @pytest.mark.parametrize(
        "query", ["act=x", "actor=x", "actor=0", "from=gestern", "to=0001-01-01", "thesis=%00", "before=x"]
    )
    def test_nonsense_in_the_address_asks_for_everything_or_nothing(self, busy, client, query):
        assert client.sign_in(busy.otto).get(f"{LOG}?{query}").status_code == 200

    def test_it_goes_on_where_the_page_ended_with_one_query(self, cast, client):
        own = builders.membership(cast.mira, cast.declaration)
        annotation = builders.annotate(cast.ada, cast.declaration)
        for _each in range(LIST_MAX + 5):
            record(own, cast.declaration, Act.CLAIM, annotation)
        db.session.commit()
        with count_queries() as queries:
            page = load_team_log(cast.otto, cast.declaration, Wanted())
        assert queries.count == 1
        assert len(page.lines) == LIST_MAX
        rest = load_team_log(cast.otto, cast.declaration, Wanted(), page.before)
        assert (len(rest.lines), rest.before) == (5, None)
        with count_queries() as queries:
            client.sign_in(cast.otto).get(LOG)
        assert queries.count <= 6


class TestFile:
    def test_it_opens_in_a_spreadsheet(self, named, client):
        annotation = builders.annotate(named.ada, named.declaration)
        actions.hide(named.mira, annotation, Rule.PROTECT, REASON, 1)
        answer = client.sign_in(named.otto).get(CSV)
        assert answer.data.startswith(b"\xef\xbb\xbf")
        assert answer.mimetype == "text/csv"
        head, line = rows(answer)
        assert head == ["Zeit", "Wer", "Was", "Beitrag", "Über wen", "vorher", "nachher", "Regel"]
        assert line[1:] == [
            "Mira", "nicht gezeigt", annotation.label, "", "sichtbar", "nicht gezeigt",
            "Regel 2: Niemanden erkennbar machen",
        ]  # fmt: skip

    @pytest.mark.parametrize("name", ["=1+1", "+49", "-x", "@SUM(A1)"])
    def test_no_name_becomes_a_formula(self, named, client, name):
        builders.membership(named.mira, named.declaration).signing_name = name
        actions.hide(named.mira, builders.annotate(named.ada, named.declaration), Rule.PROTECT, REASON, 1)
        assert rows(client.sign_in(named.otto).get(CSV))[1][1] == f"'{name}"


def test_it_is_for_the_team(cast, client):
    for path in (LOG, CSV):
        assert client.get(path).status_code == 303
        for person, status in ((cast.ada, 403), (cast.mira, 200), (cast.otto, 200)):
            assert client.application.test_client().sign_in(person).get(path).status_code == status
    with pytest.raises(NotAllowed):
        load_team_log(cast.ada, cast.declaration, Wanted())


def test_moderators_of_another_text_see_nothing(cast, client):
    other = builders.make_declaration("zweite")
    stranger = builders.make_member(other, "sam", Role.MODERATOR)
    assert client.sign_in(stranger).get(LOG).status_code == 403
