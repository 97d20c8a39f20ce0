"""Whoever leads a table in a room has a link of her own: for one day, without an account, to the text and the steps."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.clock import frozen_at, now, today
from deliberation.database import db
from deliberation.declarations import facilitating
from deliberation.declarations.facilitating import DayInvalid, TooManyTables
from deliberation.declarations.models import TableLink
from deliberation.permissions import Access, NotAllowed, Phase
from tests import builders

TABLES = "/d/erklaerung/office/tables"


def make(cast, days=0, name="Tisch 4"):
    secret = facilitating.make_link(cast.otto, cast.declaration, name, today() + timedelta(days=days))
    db.session.commit()
    return secret


class TestLink:
    def test_opens_on_its_day_alone(self, cast, client):
        secret = make(cast, days=2)
        for day, status in ((0, 404), (1, 404), (2, 200), (3, 404)):
            with frozen_at(now() + timedelta(days=day)):
                assert client.get(f"/tisch/{secret}").status_code == status

    def test_shows_steps_and_text_also_of_a_private_declaration_and_nothing_that_people_wrote(self, cast, client):
        builders.annotate(cast.ada, cast.declaration, body="KANARIE")
        cast.declaration.access = Access.PRIVATE
        answer = client.get(f"/tisch/{make(cast)}")
        assert "Tisch 4" in answer.text
        assert "Bis zu drei Sätze aufschreiben" in answer.text
        assert "Eine Inobhutnahme ist keine Dienstleistung." in answer.text
        assert "KANARIE" not in answer.text
        assert "/q/" not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"

    def test_is_over_when_revoked(self, cast, client):
        secret = make(cast)
        key = facilitating.load_links(cast.otto, cast.declaration)[0].key
        client.sign_in(cast.otto)
        for _sent in range(2):
            assert client.post(f"{TABLES}/{key}/revoke").status_code == 303
        assert client.get(f"/tisch/{secret}").status_code == 404
        assert facilitating.load_links(cast.otto, cast.declaration) == []
        assert client.get("/tisch/x").status_code == 404

    def test_database_keeps_no_secret(self, cast):
        secret = make(cast)
        [link] = db.session.scalars(select(TableLink)).all()
        assert secret not in str(vars(link))

    def test_is_forgotten_a_month_after_its_day(self, cast):
        make(cast)
        assert facilitating.forget_past_tables(now() + timedelta(days=29)) == 0
        assert facilitating.forget_past_tables(now() + timedelta(days=32)) == 1


    def test_same_form_does_not_bring_a_revoked_one_back(self, cast, client):
        about = (cast.otto, cast.declaration, "Tisch 4", today(), "form")
        secret = facilitating.make_link(*about)
        facilitating.revoke(cast.otto, cast.declaration, facilitating.load_links(*about[:2])[0].key)
        assert facilitating.make_link(*about) == secret
        assert facilitating.find_link(secret) is None

    def test_shows_no_draft(self, cast, client):
        secret = make(cast)
        cast.declaration.phase = Phase.DRAFT
        db.session.commit()
        assert client.get(f"/tisch/{secret}").status_code == 404


class TestMaking:
    def test_is_the_organisers_business(self, cast):
        for person in (cast.ada, cast.mira):
            with pytest.raises(NotAllowed):
                facilitating.make_link(person, cast.declaration, "Tisch 1", today())

    @pytest.mark.parametrize("days", [-1, 366])
    def test_day_is_near(self, cast, days):
        with pytest.raises(DayInvalid):
            make(cast, days)

    def test_there_is_an_end_to_tables(self, cast, monkeypatch):
        monkeypatch.setattr(facilitating, "MOST", 2)
        make(cast, name="Tisch 1")
        make(cast, name="Tisch 2")
        with pytest.raises(TooManyTables):
            make(cast, name="Tisch 3")

    def test_same_form_twice_is_one_table(self, cast, client):
        client.sign_in(cast.otto)
        data = {"name": "Tisch 4", "day": str(today()), "form_key": "abc"}
        first, second = client.post(TABLES, data=data), client.post(TABLES, data=data)
        assert first.status_code == second.status_code == 200
        assert len(db.session.scalars(select(TableLink)).all()) == 1
        assert "/tisch/" in first.text

    def test_what_is_missing_is_named(self, cast, client):
        client.sign_in(cast.otto)
        for data, words in (
            ({"name": "", "day": str(today())}, "Geben Sie dem Tisch bitte einen Namen."),
            ({"name": "Tisch 4", "day": ""}, "Wählen Sie bitte den Tag."),
            ({"name": "Tisch 4", "day": "9999-12-31"}, "Bitte ein Jahr von 2000 bis 2999."),
            ({"name": "Tisch 4", "day": "2001-01-01"}, "frühestens heute"),
        ):
            answer = client.post(TABLES, data=data)
            assert answer.status_code == 422
            assert words in answer.text
