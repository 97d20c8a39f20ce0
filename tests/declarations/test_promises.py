"""What people have relied on is never loosened; before anybody has, and to make it stricter, everything may be set."""

import pytest

from deliberation.declarations.invitations import change_access
from deliberation.moderation.settings import change_sending
from deliberation.permissions import Access, PromiseMade, Role
from tests import builders

STRICTER = (Access.PUBLIC, Access.INVITED, Access.PRIVATE)


@pytest.fixture
def own(app):
    """A private deliberation with its team and nobody else."""
    declaration = builders.make_declaration()
    otto = builders.make_member(declaration, "otto", Role.ORGANISER)
    change_access(otto, declaration, Access.PRIVATE)
    return declaration, otto


def test_what_people_wrote_among_themselves_stays_among_them(own, client):
    declaration, otto = own
    builders.make_member(declaration, "ada")
    for access in (Access.INVITED, Access.PUBLIC):
        with pytest.raises(PromiseMade):
            change_access(otto, declaration, access)
    client.sign_in(otto)
    answer = client.post("/d/erklaerung/access", data={"access": "public"})
    assert answer.status_code == 422
    assert "Das lässt sich nicht mehr lockern." in answer.text
    assert declaration.access is Access.PRIVATE


def test_as_long_as_only_the_team_is_there_it_may_be_opened(own):
    declaration, otto = own
    builders.make_member(declaration, "mira", Role.MODERATOR)
    change_access(otto, declaration, Access.PUBLIC)
    assert declaration.access is Access.PUBLIC


def test_it_may_always_be_closed(cast):
    for access in STRICTER:
        change_access(cast.otto, cast.declaration, access)
    assert cast.declaration.access is Access.PRIVATE


def test_words_that_were_to_stay_until_somebody_looked_stay(cast, client):
    change_sending(cast.otto, cast.declaration, True)
    change_sending(cast.otto, cast.declaration, False)
    change_sending(cast.otto, cast.declaration, True)
    builders.annotate(cast.ada, cast.declaration)
    with pytest.raises(PromiseMade):
        change_sending(cast.otto, cast.declaration, False)
    answer = client.sign_in(cast.otto).post("/d/erklaerung/moderation/settings", data={"policy": "all"})
    assert answer.status_code == 422
    assert "Das lässt sich nicht mehr lockern." in answer.text
    assert cast.declaration.sends_after_look
