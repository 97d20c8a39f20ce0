"""How organisers settle what is read first and what leaves the site, and how moderators appear."""

import pytest
from lxml import html
from sqlalchemy import select

from deliberation.annotations.actions import Contribution
from deliberation.annotations.holding import hits_in
from deliberation.annotations.models import ResponseKind
from deliberation.annotations.responses import respond
from deliberation.database import db
from deliberation.declarations.actions import is_pseudonym_free
from deliberation.declarations.models import Act, LogEntry, Policy, find_declaration
from deliberation.moderation.settings import (
    EMPLOYER_MAX,
    EMPLOYERS_MAX,
    EmployersInvalid,
    NameRefused,
    change_employers,
    change_sending,
    change_signing_name,
)
from deliberation.permissions import NotAllowed, Operator, Role
from tests import builders

SETTINGS = "/d/erklaerung/moderation/settings"
ME = "/d/erklaerung/moderation/me"
FORM = {"policy": "all", "after_look": "y", "employers": "Jugendamt Musterstadt\nTräger e. V."}


def log():
    lines = db.session.scalars(select(LogEntry).order_by(LogEntry.id)).all()
    return [(line.act, line.before, line.after) for line in lines]


def stored():
    return find_declaration("erklaerung")


@pytest.fixture
def otto(cast, client):
    return client.sign_in(cast.otto)


class TestSettings:
    def test_organiser_settles_policy_switch_and_list_on_one_page(self, cast, otto):
        answer = otto.post(SETTINGS, data=FORM)
        assert (answer.status_code, answer.location) == (303, SETTINGS)
        assert stored().policy is Policy.ALL
        assert stored().sends_after_look
        assert stored().employers == ["Jugendamt Musterstadt", "Träger e. V."]
        assert log() == [
            (Act.POLICY, "employers:0", "employers:2"),
            (Act.POLICY, "none", "all"),
            (Act.POLICY, "sends_at_once", "sends_after_look"),
        ]

    def test_sending_the_same_form_again_changes_and_logs_nothing(self, cast, otto):
        otto.post(SETTINGS, data=FORM)
        lines = len(log())
        otto.post(SETTINGS, data=FORM)
        assert len(log()) == lines

    def test_each_choice_says_what_it_does(self, cast, otto):
        tree = html.fromstring(otto.get(SETTINGS).text)
        choices = tree.xpath("//input[@name='policy']/../span/small/text()")
        assert len(choices) == len(set(choices)) == 4
        assert tree.xpath("//input[@name='policy'][@checked]/@value") == ["none"]
        assert not tree.xpath("//input[@name='after_look']/@checked")

    def test_the_switch_goes_off_again(self, cast, otto):
        otto.post(SETTINGS, data=FORM)
        otto.post(SETTINGS, data={**FORM, "after_look": ""})
        assert not stored().sends_after_look

    @pytest.mark.parametrize("wrong", [{"policy": ""}, {"policy": "some"}, {"employers": "x" * (EMPLOYER_MAX + 1)}])
    def test_a_wrong_form_changes_nothing_and_keeps_its_words(self, cast, otto, wrong):
        answer = otto.post(SETTINGS, data=FORM | wrong)
        assert answer.status_code == 422
        assert "<title>Fehler:" in answer.text
        assert (FORM | wrong)["employers"].splitlines()[0] in answer.text
        assert (stored().policy, stored().sends_after_look, stored().employers) == (Policy.NONE, False, [])
        assert log() == []

    @pytest.mark.parametrize("name", ["ada", "mira"])
    def test_only_organisers_settle_it(self, cast, client, name):
        person = getattr(cast, name)
        for act in (
            lambda: change_sending(person, cast.declaration, True),
            lambda: change_employers(person, cast.declaration, ["x"]),
        ):
            with pytest.raises(NotAllowed):
                act()
        somebody = client.sign_in(person)
        assert somebody.get(SETTINGS).status_code == 403
        assert somebody.post(SETTINGS, data=FORM).status_code == 403
        assert stored().policy is Policy.NONE

    def test_guest_is_led_to_the_sign_in(self, cast, client):
        assert client.get(SETTINGS).location.startswith("/login")

    def test_the_list_drops_blanks_and_doubles(self, cast):
        change_employers(cast.otto, cast.declaration, ["  Amt  Nord ", "", "amt nord", "Süd"])
        assert cast.declaration.employers == ["Amt Nord", "Süd"]

    def test_the_list_has_bounds(self, cast):
        for names, line in ((["ok", "\u200b"], 2), ([f"Amt {n}" for n in range(EMPLOYERS_MAX + 1)], 0)):
            with pytest.raises(EmployersInvalid) as refused:
                change_employers(Operator(), cast.declaration, names)
            assert refused.value.line == line
        change_employers(Operator(), cast.declaration, [f"Amt {n}" for n in range(EMPLOYERS_MAX)])
        assert len(cast.declaration.employers) == EMPLOYERS_MAX

    def test_the_check_knows_the_listed_ones_at_once(self, cast):
        accusing = Contribution("Das Fröbelhaus Nord hat Kinder misshandelt und alles vertuscht.")
        change_employers(cast.otto, cast.declaration, ["Fröbelhaus Nord"])
        assert any(hit.text.startswith("Fröbelhaus Nord") for hit in hits_in(accusing, cast.declaration))

    def test_organisers_find_the_page_from_the_declaration(self, cast, otto, app):
        assert "/d/erklaerung/office" in otto.get("/d/erklaerung").text
        assert SETTINGS in otto.get("/d/erklaerung/office").text
        assert SETTINGS not in app.test_client().get("/d/erklaerung").text


class TestSigningName:
    @pytest.fixture
    def mira(self, cast, client):
        return client.sign_in(cast.mira)

    def name(self, cast):
        return builders.membership(cast.mira, cast.declaration).signing_name

    def test_moderator_chooses_a_name_and_goes_without_one_again(self, cast, mira):
        assert mira.post(ME, data={"name": " Mira  S. "}).location == ME
        assert self.name(cast) == "Mira S."
        assert 'value="Mira S."' in mira.get(ME).text
        mira.post(ME, data={"name": ""})
        assert self.name(cast) == ""
        assert log() == [(Act.POLICY, "", "signing_name"), (Act.POLICY, "", "no_signing_name")]

    def test_readers_see_the_new_name_under_old_answers(self, cast, mira, app):
        annotation = builders.annotate(cast.ada, cast.declaration)
        respond(cast.mira, annotation, ResponseKind.INQUIRY, "Wie meinen Sie das?")
        mira.post(ME, data={"name": "Mira S."})
        assert "Mira S." in app.test_client().get("/d/erklaerung/3/1").text

    @pytest.mark.parametrize("name", ["Moderation Nord", "Team Süd", "Mira (Moderation)", "O’Hara-Müller, Köln"])
    def test_names_that_fit_a_moderator(self, cast, name):
        change_signing_name(cast.mira, cast.declaration, name)
        assert self.name(cast) == name

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("M", "form"), ("x" * 61, "form"), ("mira@example.org", "form"), ("<b>Mira</b>", "form"), ("12", "form"),
            ("Administration", "office"), ("ver.di", "office"), ("Organisation", "office"), ("Gelöschte Person", "office"),
            ("Moderation 12", "office"), ("аdmin", "office"),
            ("Weide 27", "taken"), ("weide27", "taken"), ("Wеide 27", "taken"),
        ],
    )  # fmt: skip
    def test_names_that_mislead_are_refused_in_words(self, cast, mira, name, reason):
        with pytest.raises(NameRefused) as refused:
            change_signing_name(cast.mira, cast.declaration, name)
        assert refused.value.reason == reason
        answer = mira.post(ME, data={"name": name})
        assert answer.status_code == 422
        assert html.fromstring(answer.text).xpath("//input[@id='name']/@value") == [name]
        assert self.name(cast) == ""

    def test_nobody_signs_like_a_colleague_or_with_the_own_pseudonym(self, cast):
        rosa = builders.make_member(cast.declaration, "rosa", Role.MODERATOR)
        change_signing_name(rosa, cast.declaration, "Rosa L.")
        own = builders.membership(cast.mira, cast.declaration).pseudonym
        for name, reason in (("rosa l", "taken"), (own, "own")):
            with pytest.raises(NameRefused) as refused:
                change_signing_name(cast.mira, cast.declaration, name)
            assert refused.value.reason == reason

    def test_nobody_can_take_it_as_a_pseudonym_afterwards(self, cast):
        change_signing_name(cast.mira, cast.declaration, "Mira S.")
        assert not is_pseudonym_free(cast.declaration, "mira s")

    @pytest.mark.parametrize("name", ["ada", "otto"])
    def test_only_moderators_have_that_page(self, cast, client, name):
        person = client.sign_in(getattr(cast, name))
        assert person.get(ME).status_code == 403
        assert person.post(ME, data={"name": "Mira"}).status_code == 403
        with pytest.raises(NotAllowed):
            change_signing_name(getattr(cast, name), cast.declaration, "Mira")

    def test_single_keys_are_switched_on_and_off_from_there(self, cast, mira):
        form = html.fromstring(mira.get(ME).text).xpath("//form[contains(@action, 'keys')]")[0]
        assert "Sind aus." in mira.get(ME).text
        fields = {one.get("name"): one.get("value") for one in form.xpath(".//*[@name]")}
        assert mira.post(form.get("action"), data=fields).location == ME
        assert "Sind an:" in mira.get(ME).text
        assert builders.membership(cast.mira, cast.declaration).uses_keys

    def test_the_desk_leads_there(self, cast, mira):
        assert ME in mira.get("/d/erklaerung/moderation").text
