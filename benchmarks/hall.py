"""P9: a conference hall. 500 people do one thing every three seconds: 85 % read, 10 % vote, 5 % write. Half have accounts.
How long it takes counts from the moment it was due, so nobody who waits makes room for the others."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench import Bench
from crowd import Load, Report
from goals import Row
from mixing import SIGNED_IN, Deed, deeds
from sites import Site, open_site
from sqlalchemy import select

from deliberation.accounts.models import find_user_by_email
from deliberation.annotations.models import Annotation, Vote
from deliberation.database import db, reading_only

PEOPLE, EVERY = 500, 3.0
FEWER = (400, 300, 200)
"""If so many are too many: whether these are served as well as all were to be. Only told."""
P99_MS = 500
SECONDS, QUICK_SECONDS = 60, 15
BEFORE, BEFORE_SECONDS = 60, 20
"""So many people use the site for so long before anything counts: nobody starts a server when the hall is full."""


def measure(bench: Bench) -> Iterator[Row]:
    """Once, long enough: 167 deeds a second for a minute."""
    hall = _fill(bench, PEOPLE)
    yield from hall.rows(is_goal=True)
    for people in FEWER:
        if hall.p99 <= P99_MS or bench.is_quick:
            return
        hall = _fill(bench, people)
        yield from hall.rows(is_goal=False)


@dataclass(frozen=True)
class Hall:
    people: int
    report: Report
    used: float
    lost: int
    written: int

    @property
    def p99(self) -> float:
        return self.report.at(0.99)

    def rows(self, is_goal: bool) -> Iterator[Row]:
        cores, seconds = os.cpu_count() or 1, self.report.seconds
        share = f"server {self.used / seconds / cores:.0%} of the cores, crowd {self.report.cpu / seconds / cores:.0%}"
        errors = sum(self.report.errors.values())
        told = ", ".join(f"{count} × {what}" for what, count in self.report.errors.items())
        work = f"{self.people} people, {self.report.rate:.0f} deeds a second, median"
        yield Row("p9", work, (self.report.at(0.5),), "ms", share)
        if not is_goal:
            yield Row("p9", f"… p99; {errors} errors, {self.lost} of {self.written} lost", (self.p99,), "ms")
            return
        yield Row("p9", "… p99", (self.p99,), "ms", wanted=f"≤ {P99_MS} ms", is_met=self.p99 <= P99_MS)
        yield Row("p9", f"… {errors} errors {told}".rstrip(), (), "", wanted="0", is_met=not errors)
        kept = f"… {self.written} votes and annotations confirmed, {self.lost} lost"
        yield Row("p9", kept, (), "", wanted="0 lost", is_met=not self.lost)


def _fill(bench: Bench, count: int) -> Hall:
    seconds = QUICK_SECONDS if bench.is_quick else SECONDS
    with open_site(bench.small) as site:
        emails = site.filled.crowd[: round(count * SIGNED_IN)]
        people = site.people(emails)
        early = deeds(site, people[: round(BEFORE * SIGNED_IN)], int(BEFORE_SECONDS / EVERY) + 1, seed=5)
        bench.crowd.drive(_load(site, early, BEFORE_SECONDS))
        plans = deeds(site, people, int(seconds / EVERY) + 1)
        used = site.server.cpu()
        report = bench.crowd.drive(_load(site, plans, seconds))
        used = site.server.cpu() - used
        lost, written = _count_lost(site, emails, plans, report.done)
        return Hall(len(plans), report, used, lost, written)


def _load(site: Site, plans: Sequence[Sequence[Deed]], seconds: float) -> Load:
    return Load(site.port, tuple(tuple(deed.ask for deed in plan) for plan in plans), seconds, EVERY)


def _count_lost(
    site: Site, emails: Sequence[str], plans: Sequence[Sequence[Deed]], done: Sequence[Sequence[int]]
) -> tuple[int, int]:
    """Confirmed and not there, and how much was confirmed at all. Guests, who come last, write nothing."""
    lost = written = 0
    with site.app.app_context(), reading_only():
        for email, plan, turns in zip(emails, plans, done, strict=False):
            user = find_user_by_email(email)
            own = [one.id for one in user.memberships] if user else []
            keys = set(db.session.scalars(select(Annotation.form_key).where(Annotation.author_id.in_(own))))
            votes = set(db.session.scalars(select(Vote.annotation_id).where(Vote.voter_id.in_(own))))
            for deed in (plan[turn % len(plan)] for turn in turns):
                written += bool(deed.form_key or deed.annotation)
                lost += bool(deed.form_key) and deed.form_key not in keys
                lost += bool(deed.annotation) and deed.annotation not in votes
        db.session.remove()
        db.engine.dispose()
    return lost, written
