"""P10: nobody but the voter sees a single vote, and nobody sees one arrive."""

import pytest

from deliberation.annotations.models import StanceValue, VoteValue
from deliberation.annotations.positions import cast_vote, take_stance
from deliberation.clock import frozen_at, now
from deliberation.database import db, set_reading
from tests import builders
from tests.privacy import library
from tests.privacy.library import Library
from tests.security import stage

pytestmark = pytest.mark.any_engine

WATCHING = ("guest", "participant", "moderator", "organiser", "operator")
# Pages about nobody's contributions, or where each view is another.
LEFT_OUT = ("accounts.", "pages.", "privacy.", "static", "asset", "declarations.im", "declarations.invit", "moderation.block",
    "editions.draft", "editions.new_", "editions.move", "editions.pair", "editions.upload")  # fmt: skip
DRAWN = ("names=numbers", "export.polis")


def look(made: Library, roles=WATCHING, seen: dict[tuple[str, str], str] | None = None) -> dict[tuple[str, str], str]:
    """What each of them is shown; where they were shown nothing the first time, nobody asks again."""

    def is_asked(role: str, endpoint: str, address: str) -> bool:
        drawn = any(part in address for part in DRAWN)
        return not drawn and not endpoint.startswith(LEFT_OUT) and (seen is None or (role, address) in seen)

    return {(a.role, a.address): a.steady for a in library.walk(made, roles, is_asked) if a.status == 200}


def test_one_more_vote_or_stance_is_seen_by_nobody(app):
    with frozen_at(now()):
        town = stage.build(app)
        made = Library(town, {}, {})
        annotation, declaration = town.own.annotation, town.own.declaration
        place = builders.paragraph(declaration, "3.1")
        voters = [builders.make_member(declaration, f"voter{n}") for n in range(10)]
        # All have taken part before: that somebody joined is no vote.
        for voter in voters:
            builders.annotate(voter, declaration, "1.1", f"Auch ich bin dabei, {voter.email[:6]}.")
        for voter in voters[:6]:
            cast_vote(voter, annotation, VoteValue.AGREE)
            take_stance(voter, place.thesis, place, StanceValue.CARRY)
        db.session.commit()
        before = look(made)
        set_reading(False)
        cast_vote(voters[6], annotation, VoteValue.DISAGREE)
        take_stance(voters[6], place.thesis, place, StanceValue.AGAINST, "Zu weit gefasst, sagt KANARIE.")
        cast_vote(voters[0], annotation, VoteValue.PASS)
        take_stance(voters[0], place.thesis, place, StanceValue.UNCLEAR)
        db.session.commit()
        after = look(made, seen=before)
        differing = [f"{address} as {role}" for (role, address), page in before.items() if after[role, address] != page]
        assert differing == []
        assert len(before) > 300
        set_reading(False)
        for voter in voters[7:]:
            cast_vote(voter, annotation, VoteValue.DISAGREE)
            take_stance(voter, place.thesis, place, StanceValue.AGAINST)
        db.session.commit()
        # With the tenth the next step is published: the pages above could have shown it.
        stepped = look(made, ("organiser",), before)
        changed = {address for (role, address), page in stepped.items() if after[role, address] != page}
        assert any("/results" in address for address in changed)
        assert any("/export." in address for address in changed)
