"""P9: a conference hall. 500 people do one thing every three seconds: 85 % read, 10 % vote, 5 % write. Half have accounts.
How long it takes counts from the moment it was due, so nobody who waits makes room for the others."""

import os
from collections.abc import Iterator, Sequence

from bench import Bench
from crowd import Load
from goals import Row
from mixing import SIGNED_IN, Deed, deeds
from sites import Site, open_site
from sqlalchemy import select

from deliberation.accounts.models import find_user_by_email
from deliberation.annotations.models import Annotation, Vote
from deliberation.database import db, reading_only

PEOPLE, EVERY = 500, 3.0
P99_MS = 500
SECONDS, QUICK_SECONDS = 60, 15


def measure(bench: Bench) -> Iterator[Row]:
    """Once, long enough: 167 deeds a second for a minute."""
    seconds = QUICK_SECONDS if bench.is_quick else SECONDS
    with open_site(bench.small) as site:
        emails = site.filled.crowd[: round(PEOPLE * SIGNED_IN)]
        people = site.people(emails)
        plans = deeds(site, people, int(seconds / EVERY) + 1)
        used = site.server.cpu()
        load = Load(site.port, tuple(tuple(deed.ask for deed in plan) for plan in plans), seconds, EVERY)
        report = bench.crowd.drive(load)
        used, cores = site.server.cpu() - used, os.cpu_count() or 1
        lost, written = _count_lost(site, emails, plans, report.done)
        errors = sum(report.errors.values())
        share = f"server {used / report.seconds / cores:.0%} of the cores, crowd {report.cpu / report.seconds / cores:.0%}"
        middle, high = report.at(0.5), report.at(0.99)
        yield Row("p9", f"{len(plans)} people, {report.rate:.0f} deeds a second, median", (middle,), "ms", share)
        yield Row("p9", "… p99", (high,), "ms", wanted=f"≤ {P99_MS} ms", is_met=high <= P99_MS)
        told = ", ".join(f"{count} × {what}" for what, count in report.errors.items())
        yield Row("p9", f"… {errors} errors {told}".rstrip(), (), "", wanted="0", is_met=not errors)
        yield Row("p9", f"… {written} votes and annotations confirmed, {lost} lost", (), "", wanted="0 lost", is_met=not lost)


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
