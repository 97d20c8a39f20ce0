"""Organisers see who takes part, give and take roles, and keep somebody away for a time; one organiser always stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from deliberation.accounts import sessions
from deliberation.accounts.models import Session
from deliberation.clock import frozen_at, now, today
from deliberation.database import db
from deliberation.declarations import roles
from deliberation.declarations.models import Act, LogEntry, RoleGrant
from deliberation.declarations.office import load_office
from deliberation.declarations.roles import EndInvalid, LastOrganiser
from deliberation.jobs import begin_day
from deliberation.moderation.members import LIST_MAX, load_members
from deliberation.moderation.models import MeasureKind, Rule
from deliberation.moderation.objections import objecting
from deliberation.moderation.restraining import restrain
from deliberation.notifications.models import Mail
from deliberation.permissions import Access, NotAllowed, Permission, Role, may
from tests import builders
from tests.counting import count_queries

PEOPLE = "/d/erklaerung/people"
REASON = "Bitte greifen Sie niemanden an."


@pytest.fixture
def ben(cast):
    return builders.membership(cast.ben, cast.declaration)


def person(member):
    return f"{PEOPLE}/{member.key}"


class TestGiving:
    def test_role_holds_to_the_end_of_its_last_day(self, cast, ben):
        roles.give(cast.otto, ben, Role.MODERATOR, today() + timedelta(days=3))
        assert may(cast.ben, Permission.SEE_QUEUE, cast.declaration)
        with frozen_at(now() + timedelta(days=3)):
            assert may(cast.ben, Permission.SEE_QUEUE, cast.declaration)
        with frozen_at(now() + timedelta(days=4)):
            assert not may(cast.ben, Permission.SEE_QUEUE, cast.declaration)
            assert load_office(cast.otto, cast.declaration).moderators == 1
            begin_day()
        assert [grant.role for grant in ben.grants] == []
        last = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.ROLE).order_by(LogEntry.id.desc())).first()
        assert (last.before, last.after, last.subject_id, last.actor_id) == ("moderator", "over", ben.id, None)

    def test_whoever_gets_a_role_signs_in_anew(self, cast, ben):
        sessions.begin(cast.ben, with_second=True)
        db.session.commit()
        roles.give(cast.otto, ben, Role.MODERATOR)
        assert db.session.scalars(select(Session).where(Session.user_id == cast.ben.id)).all() == []

    def test_same_role_again_changes_its_end_alone(self, cast, ben):
        roles.give(cast.otto, ben, Role.MODERATOR)
        assert not roles.give(cast.otto, ben, Role.MODERATOR)
        assert roles.give(cast.otto, ben, Role.MODERATOR, today())
        assert len(ben.grants) == 1

    @pytest.mark.parametrize("days", [-1, 1200])
    def test_role_ends_neither_in_the_past_nor_in_ages(self, cast, ben, days):
        with pytest.raises(EndInvalid):
            roles.give(cast.otto, ben, Role.MODERATOR, today() + timedelta(days=days))
        assert ben.grants == []

    def test_is_the_organisers_business(self, cast, ben):
        for who in (cast.ada, cast.mira):
            with pytest.raises(NotAllowed):
                roles.give(who, ben, Role.ORGANISER)
            with pytest.raises(NotAllowed):
                roles.take(who, builders.membership(cast.mira, cast.declaration), Role.MODERATOR)
            with pytest.raises(NotAllowed):
                load_members(who, cast.declaration)

    def test_a_role_whose_day_is_over_can_be_given_anew(self, cast, ben):
        roles.give(cast.otto, ben, Role.MODERATOR, today())
        with frozen_at(now() + timedelta(days=2)):
            assert roles.give(cast.otto, ben, Role.MODERATOR)
            assert may(cast.ben, Permission.SEE_QUEUE, cast.declaration)


class TestLastOrganiser:
    def test_cannot_be_taken_given_up_or_given_an_end(self, cast):
        own = builders.membership(cast.otto, cast.declaration)
        for attempt in (
            lambda: roles.take(cast.otto, own, Role.ORGANISER),
            lambda: roles.give_up(cast.otto, cast.declaration, Role.ORGANISER),
            lambda: roles.give(cast.otto, own, Role.ORGANISER, today()),
        ):
            with pytest.raises(LastOrganiser):
                attempt()
        assert Role.ORGANISER in cast.otto.roles_in(cast.declaration.id)

    def test_a_second_one_whose_role_ends_is_not_enough(self, cast, ben):
        roles.give(cast.otto, ben, Role.ORGANISER, today() + timedelta(days=3))
        with pytest.raises(LastOrganiser):
            roles.give_up(cast.otto, cast.declaration, Role.ORGANISER)
        roles.give(cast.otto, ben, Role.ORGANISER)
        assert roles.give_up(cast.otto, cast.declaration, Role.ORGANISER)

    def test_hands_over_in_one_step(self, cast, ben):
        assert roles.hand_over(cast.otto, ben)
        assert cast.otto.roles_in(cast.declaration.id) == {Role.PARTICIPANT}
        assert Role.ORGANISER in cast.ben.roles_in(cast.declaration.id)

    def test_last_moderator_may_go(self, cast):
        assert roles.give_up(cast.mira, cast.declaration, Role.MODERATOR)
        assert db.session.scalars(select(RoleGrant.role)).all() == [Role.ORGANISER]


class TestList:
    def test_shows_names_roles_days_and_numbers_and_no_address(self, cast, client, ben):
        builders.annotate(cast.ben, cast.declaration)
        builders.annotate(cast.mira, cast.declaration)
        page = client.sign_in(cast.otto).get(PEOPLE).text
        assert ben.pseudonym in page
        assert "1 Beitrag" in page
        assert "2 Beiträge" not in page
        assert "@example.org" not in page
        assert builders.membership(cast.mira, cast.declaration).pseudonym not in page

    def test_search_does_not_tell_which_pseudonym_the_team_has(self, cast, client):
        own = builders.membership(cast.mira, cast.declaration)
        client.sign_in(cast.otto)
        assert "Nichts gefunden" in client.get(PEOPLE, query_string={"q": own.pseudonym}).text
        name = builders.membership(cast.ada, cast.declaration).pseudonym
        assert "1 Person" in client.get(PEOPLE, query_string={"q": name}).text

    def test_costs_the_same_for_one_and_for_many(self, cast):
        db.session.commit()
        with count_queries() as few:
            load_members(cast.otto, cast.declaration)
        for _number in range(LIST_MAX + 3):
            builders.make_member(cast.declaration)
        with count_queries() as many:
            load_members(cast.otto, cast.declaration)
        assert many.count <= few.count <= 9
        page = load_members(cast.otto, cast.declaration, page=99)
        assert (page.page, page.pages, len(page.lines)) == (2, 2, page.count - LIST_MAX)

    def test_sole_moderator_and_organiser_are_told_with_a_way_out(self, cast, client):
        client.sign_in(cast.otto)
        page = client.get(PEOPLE).text
        assert "Hier moderiert eine Person allein." in page
        assert "Hier organisiert eine Person allein." in page
        assert "/d/erklaerung/invitations" in page


class TestPages:
    def test_giving_a_role_tells_the_person_by_mail(self, cast, client, ben):
        cast.ben.confirmed_at = now()
        db.session.commit()
        client.sign_in(cast.otto)
        answer = client.post(person(ben), data={"act": "give", "role": "moderator", "ends_on": str(today())})
        assert answer.status_code == 303
        assert db.session.scalars(select(Mail.template)).all() == ["role_given"]
        assert "bis einschließlich" in client.get(person(ben)).text
        assert client.post(person(ben), data={"act": "take", "role": "moderator"}).status_code == 303
        db.session.expire_all()
        assert ben.roles == {Role.PARTICIPANT}

    def test_last_organiser_reads_what_to_do(self, cast, client):
        own = builders.membership(cast.otto, cast.declaration)
        client.sign_in(cast.otto)
        for data, path in (({"act": "take", "role": "organiser"}, person(own)), ({"role": "organiser"}, "/d/erklaerung/role")):
            answer = client.post(path, data=data)
            assert answer.status_code == 422
            assert "Es muss immer jemand ohne Enddatum organisieren." in answer.text

    def test_wrong_days_and_roles_are_named(self, cast, client, ben):
        client.sign_in(cast.otto)
        for data, words in (
            ({"act": "give", "role": "moderator", "ends_on": "2001-01-01"}, "frühestens heute"),
            ({"act": "give", "role": "moderator", "ends_on": "morgen"}, "gültiges Datum"),
            ({"act": "give", "role": "koenigin"}, "Bitte wählen Sie eine Rolle."),
        ):
            answer = client.post(person(ben), data=data)
            assert answer.status_code == 422
            assert words in answer.text
        assert client.get(f"{PEOPLE}/{'0' * 32}").status_code == 404

    def test_everybody_of_the_team_lays_down_her_own_role(self, cast, client):
        client.sign_in(cast.mira)
        assert "Rolle abgeben" in client.get("/d/erklaerung/role").text
        assert client.post("/d/erklaerung/role", data={"role": "moderator"}).status_code == 303
        db.session.expire_all()
        assert cast.mira.roles_in(cast.declaration.id) == {Role.PARTICIPANT}
        assert client.sign_in(cast.ada).get("/d/erklaerung/role").status_code == 403


class TestKeepingAway:
    def test_organiser_pauses_with_a_reason_that_the_person_reads(self, cast, client, ben):
        client.sign_in(cast.otto)
        data = {"kind": "pause", "days": "3", "rule": "3", "reason": REASON, "form_key": "k"}
        for _sent in range(2):
            assert client.post(f"{person(ben)}/measures", data=data).status_code == 303
        db.session.expire_all()
        assert ben.is_paused
        assert client.post(f"{person(ben)}/measures", data={**data, "reason": "", "form_key": "k2"}).status_code == 422
        assert REASON in client.sign_in(cast.ben).get("/me").text + client.get("/d/erklaerung/3/1").text

    def test_nobody_of_the_team_is_kept_away(self, cast, client):
        mira = builders.membership(cast.mira, cast.declaration)
        with pytest.raises(NotAllowed):
            restrain(cast.otto, mira, MeasureKind.BLOCK, Rule.RESPECT, REASON, 3)
        assert "Beenden Sie zuerst die Rolle." in client.sign_in(cast.otto).get(person(mira)).text

    def test_whoever_is_excluded_from_a_private_deliberation_sees_nothing_of_it_and_can_object(self, cast, client, ben):
        builders.annotate(cast.ben, cast.declaration, body="Was Ben schrieb, bleibt.")
        cast.declaration.access = Access.PRIVATE
        measure = restrain(cast.otto, ben, MeasureKind.BLOCK, Rule.RESPECT, REASON, 3)
        db.session.commit()
        client.sign_in(cast.ben)
        assert client.get("/d/erklaerung").status_code in (403, 404)
        assert client.get("/d/erklaerung/3/1").status_code in (403, 404)
        assert REASON in client.get("/me").text
        assert client.get(f"/measures/{measure.id}/objections").status_code == 200
        objecting.object_to_measure(cast.ben, measure, "Das sehe ich anders.", "objection")
        assert "Was Ben schrieb, bleibt." in client.sign_in(cast.ada).get("/d/erklaerung/3/1").text
        with frozen_at(now() + timedelta(days=4)):
            assert may(cast.ben, Permission.READ, cast.declaration)
