"""Where the sample discussion happens, who is in it, and what day it is."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from deliberation import clock
from deliberation.accounts.models import User
from deliberation.declarations.models import Declaration, Membership, Paragraph, Thesis

SEED = 42


@dataclass
class Stage:
    """`people` by the name the script calls them, `views` for those who vote, `places` as `2.1` and `2.0`."""

    declaration: Declaration
    days_open: int
    people: dict[str, User]
    views: dict[str, str]
    places: dict[str, tuple[Thesis, Paragraph | None]]
    chance: Random = field(default_factory=lambda: Random(SEED))

    def on(self, day: int, hour: float) -> AbstractContextManager[None]:
        """Stop the clock at this hour of this day of the discussion."""
        return clock.frozen_at(moment(self.days_open - day, hour))

    def member(self, name: str) -> Membership:
        membership = self.people[name].membership_in(self.declaration.id)
        assert membership is not None
        return membership

    def some_time_after(self, start: datetime) -> datetime:
        """Most positions are taken soon after there is something to have a position on."""
        return start + (clock.now() - start) * self.chance.betavariate(1, 3)


def moment(days_ago: int, hour: float) -> datetime:
    """An hour of a day in Berlin, but never in the future."""
    midnight = datetime.combine(clock.today() - timedelta(days=days_ago), time(), clock.BERLIN)
    return min(midnight + timedelta(hours=hour), clock.now() - timedelta(minutes=5))
