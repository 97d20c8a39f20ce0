"""Work that nobody waits for, done in one process per database: sending due mail, forgetting what is stale."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread

from flask import Flask

from deliberation.backups import forget_copies
from deliberation.clock import now, today
from deliberation.counters import Counters
from deliberation.database import db, reading_only, set_reading
from deliberation.jobs.archiving import keep_snapshots
from deliberation.jobs.exporting import Exporting
from deliberation.jobs.housekeeping import Housekeeping
from deliberation.jobs.locks import FileLock, Lock, ServerLock, lock_for
from deliberation.settings import setting
from deliberation.site.runs import FORGET, LETTERS, MAIL, PHASES, PULSE, ROUND, note_run
from deliberation.sqlite import shorten_log
from deliberation.web import limiter

PAUSE_SECONDS = 1.5
STOP_SECONDS = 3.0
FORGET_EVERY = timedelta(minutes=10)
SWEEP_EVERY = timedelta(hours=1)
KEEP_EVERY = timedelta(seconds=30)
"""Snapshots are looked at; whoever fetches one meanwhile has it looked at then."""
COMPARE_EVERY = timedelta(seconds=30)
"""All texts are compared with the index of the search; what is new is taken in at once."""
TELL_EVERY = timedelta(seconds=15)
"""News are looked for; nobody waits for them by the second."""
SLOW_SECONDS = 2.0
"""After so long no other message to a webhook is begun in this round."""

__all__ = ["FileLock", "Jobs", "ServerLock", "lock_for"]

log = logging.getLogger("deliberation.jobs")


class Jobs(Thread):
    """Does what is due every moment, as long as it holds the lock. A fault is logged and tried again."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name="jobs", daemon=True)
        self.app = app
        self.lock: Lock = lock_for(app)
        self._ended = Event()
        self._forget_from = self._pulse_from = self._keep_from = self._tell_from = self._compare_from = now()
        # The last day whose planned phases were opened; None: this process has just begun.
        self._opened_for: date | None = None
        # The last erasure after which the files were swept; None: this process has just begun.
        self._swept_to: int | None = None
        # Up to how many of those who followed and left it was.
        self._swept_left, self._sweep_from = 0, now()
        # Whether a whole declaration went and its words may still stand in the files.
        self._is_unswept = False
        self.exporting = Exporting(app, self._ended)
        self.housekeeping = Housekeeping(app)

    def run(self) -> None:
        with self.app.app_context():
            while not self._ended.wait(PAUSE_SECONDS):
                self.run_once()
            self.lock.release()
            self.housekeeping.stop()

    def run_once(self) -> bool:
        """One round. Whether this process is the one that does the work."""
        try:
            if not self.lock.take():
                self.housekeeping.look()
                return False
            self._work()
        except Exception as error:
            # The kind alone: a mail server's answer names the recipient.
            log.error("jobs failed: %s", type(error).__name__)
            self._note_fault(type(error).__name__)
            self.lock.release()
            return False
        return True

    def _work(self) -> None:
        from deliberation.notifications.mailer import send_due_mail

        set_reading(False)
        try:
            opened = begin_day() if self._opened_for != today() else 0
            self._opened_for = today()
            pulled = pull_due_letters()
            if now() >= self._tell_from:
                queued = pull_due_digests()
                # On Monday at seven there are more than one round takes.
                self._tell_from = now() if queued else now() + TELL_EVERY
                pulled += queued
            sent, _failed = send_due_mail()
            find_words(is_thorough=now() >= self._compare_from)
            if now() >= self._compare_from:
                self._compare_from = now() + COMPARE_EVERY
            if now() >= self._keep_from:
                self._keep_from = now() + KEEP_EVERY
                keep_snapshots(self.app)
            has_forgotten = now() >= self._forget_from
            if has_forgotten:
                self._forget_from = now() + FORGET_EVERY
                self._forget()
                self._is_unswept |= bool(remove_due_declarations())
                compute_groups()
                compute_fields()
            self._finish_erasures()
            self.exporting.look()
            shorten_log(db.engine)
            self._note({PHASES: opened, LETTERS: pulled, MAIL: sent}, has_forgotten)
            tell_hooks(self.app.config["BASE_URL"], is_local=not self.app.config["IS_PRODUCTION"])
        finally:
            db.session.remove()

    def _note(self, done: dict[str, int], has_forgotten: bool) -> None:
        """Write down what was done, and now and then that there was nothing to do: a round without is not worth a write."""
        found = {name: rows for name, rows in done.items() if rows} | ({FORGET: 0} if has_forgotten else {})
        if not found and now() < self._pulse_from:
            return
        self._pulse_from = now() + PULSE
        for name, rows in found.items():
            note_run(name, rows)
        note_run(ROUND)
        db.session.commit()

    def _note_fault(self, kind: str) -> None:
        """For the operator's page, if the database can still be written."""
        with suppress(Exception):
            db.session.rollback()
            set_reading(False)
            note_run(ROUND, error=kind)
            db.session.commit()
        db.session.remove()

    def _forget(self) -> None:
        from deliberation.api.hooks import forget_hooks
        from deliberation.privacy.retention import forget
        from deliberation.results.export_jobs import forget_exports
        from deliberation.site.barriers import forget_barriers
        from deliberation.site.changing import forget_old_changes

        forget(now(), setting("DEFAULT_LOCALE"), self.app.config["SECRET_KEY"])
        forget_old_changes(now())
        forget_barriers(now())
        forget_hooks(now())
        forget_exports(now())
        db.session.commit()
        forget_copies(Path(self.app.instance_path) / "backups")
        purge_counts()

    def _finish_erasures(self) -> None:
        """Let the list outside the database follow, and nothing of who has gone stay beside the tables."""
        from deliberation.privacy.erasures import FOLLOWERS, RECENT, count_left, newest, sweep, write_list
        from deliberation.privacy.erasures import first_to_sweep as first

        with reading_only():
            write_list()
            last, left = newest(), count_left()
            if self._swept_to is None:
                self._swept_to = first() - 1
                self._swept_left = left - count_left(today() - RECENT)
        db.session.commit()
        if (last > self._swept_to or self._is_unswept) and sweep():
            self._swept_to, self._swept_left, self._is_unswept = last, left, False
        # Many may leave on the same day, and what they leave is sealed: it is enough now and then.
        if left > self._swept_left and now() >= self._sweep_from and sweep(FOLLOWERS):
            self._swept_left, self._sweep_from = left, now() + SWEEP_EVERY

    def end_soon(self) -> None:
        """Begin no other round."""
        self._ended.set()

    def stop(self) -> None:
        """Finish the round under way and free the lock."""
        self.end_soon()
        self.join(STOP_SECONDS)
        self.exporting.join(STOP_SECONDS)


def purge_counts() -> None:
    """Forget what no rate limit looks at any more, also where nobody sends a form."""
    if limiter.enabled and isinstance(limiter.storage, Counters):
        limiter.storage.purge(time.time())


def begin_day() -> int:
    """What changes at midnight in Berlin: roles and surveys that end, phases that begin. How many phases."""
    from deliberation.declarations import roles

    roles.end_due(today())
    db.session.commit()
    close_due_surveys()
    return open_due_phases()


def close_due_surveys() -> int:
    """Close and count the surveys whose last day is over, and commit; how many."""
    from deliberation.surveys import opening

    return _if_due(lambda: opening.find_due(today()), lambda: opening.close_due(today()))


def open_due_phases() -> int:
    """Open the phases whose day has come, and commit; how many."""
    from deliberation.annotations import calendar

    return _if_due(lambda: calendar.find_due(today()), lambda: calendar.open_due(today()))


def find_words(is_thorough: bool, rounds: int = 20) -> int:
    """Bring the index of the search up to date, and commit; how many texts. Everything is compared now and then only."""
    from deliberation.search import index

    done = 0
    for _round in range(rounds):
        with reading_only():
            changed = index.find_changed() if is_thorough else index.find_new()
        db.session.commit()
        if not changed:
            break
        done += index.take_in(changed)
        db.session.commit()
    return done


def remove_due_declarations() -> int:
    """Delete the declarations whose day has come, and commit; how many."""
    from deliberation.privacy import deletion

    return _if_due(lambda: deletion.find_due(today()), lambda: deletion.remove_due(today()))


def compute_groups() -> int:
    """Compute the opinion groups that are out of date, and commit each; how many. Computing holds no lock."""
    from deliberation.results.opinions import find_stale

    with reading_only():
        stale = find_stale(now())
    db.session.commit()
    for number in stale:
        from deliberation.results import grouping

        with reading_only():
            computed = grouping.compute(number, db.session.commit)
        db.session.commit()
        grouping.keep(number, *computed)
        db.session.commit()
    return len(stale)


def compute_fields() -> int:
    """Count the fields of work that are due, and commit each; in how many declarations."""
    from deliberation.results import field_tallies

    with reading_only():
        due = field_tallies.find_due(now())
    db.session.commit()
    for number in due:
        field_tallies.compute(number)
        db.session.commit()
    return len(due)


def pull_due_letters(default_locale: str = "") -> int:
    """Put letters that are due, and what was published, into the outbox, and commit."""
    from deliberation.notifications import pulling
    from deliberation.pages import telling as announcing
    from deliberation.reports import telling

    locale = default_locale or setting("DEFAULT_LOCALE")
    pulled = _if_due(pulling.has_due_letters, lambda: pulling.pull_letters(locale))
    pulled += _if_due(announcing.has_due_announcements, announcing.pull_announcements)
    return pulled + _if_due(telling.has_due_reports, telling.pull_reports)


def pull_due_digests(default_locale: str = "") -> int:
    """Find what there is to tell, put the sums that are due into the outbox, and commit; how many."""
    from deliberation.notifications import digest

    locale = default_locale or setting("DEFAULT_LOCALE")
    return _if_due(digest.has_due_digests, lambda: digest.pull_digests(locale))


def _if_due(look: Callable[[], object], act: Callable[[], int]) -> int:
    """Do it if there is anything to do, and commit; how much was done. Looking takes no write lock: mostly there is nothing."""
    with reading_only():
        is_due = bool(look())
    db.session.commit()
    done = act() if is_due else 0
    db.session.commit()
    return done


def tell_hooks(site: str, is_local: bool) -> int:
    """Tell webhooks what has happened, and commit; how many messages were sent. Nothing is held while another side takes its
    time, and after a slow one the rest waits for the next round."""
    from deliberation.api import targets, telling

    with reading_only():
        news = telling.find_news(now())
    db.session.commit()
    if news:
        telling.pull(news)
        db.session.commit()
    sent, begun = 0, time.monotonic()
    while time.monotonic() - begun < SLOW_SECONDS:
        with reading_only():
            delivery = telling.find_due(now())
            if delivery is None:
                break
            content = telling.to_content(delivery, site)
            headers, number, url = telling.to_headers(delivery, content, now()), delivery.id, delivery.webhook.url
        db.session.commit()
        status = targets.post(url, content, headers, is_local)
        telling.note_result(number, status, now())
        db.session.commit()
        sent += 1
    db.session.commit()
    return sent
