"""R19: fifty times kill -9 in the middle of sending digests, to a real mail server, on both databases; and a request while
the mail server is dead or hangs."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

from aiosmtpd.controller import Controller
from sqlalchemy import update

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, Live, live
from deliberation import jobs
from deliberation.clock import now
from deliberation.database import db
from deliberation.notifications.models import Interest, Topic
from tests import builders
from tests.serving.site import Browser

KILLS, PEOPLE = 50, 40
CODE = "from deliberation.cli import main; main()"


class Post:
    """Keeps to whom which contributions were told."""

    def __init__(self) -> None:
        self.told: Counter[tuple[str, int]] = Counter()

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]
        text = envelope.content.decode("utf-8", "replace").partition("text/html")[0]
        for number in set(re.findall(r"^A-(\d+), ", text, re.MULTILINE)):
            self.told[envelope.rcpt_tos[0], int(number)] += 1
        return "250 OK"


class Server(Controller):
    """On a free port."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def measure() -> list[Measured]:
    return [*(_killed(engine) for engine in ENGINES), _dead()]


def _killed(engine: str) -> Measured:
    post, chance = Post(), random.Random(19)
    server = Server(post, hostname="127.0.0.1", port=0)
    server.start()
    with live(engine) as here:
        cast = builders.cast()
        people = [builders.make_member(cast.declaration, f"person{number}x") for number in range(PEOPLE)]
        for user in people:
            user.confirmed_at = now() - timedelta(days=1)
            builders.membership(user, cast.declaration).joined_at = now() - timedelta(days=1)
        db.session.commit()
        jobs.pull_due_digests("de")
        numbers, killed = [], 0
        while killed < KILLS:
            numbers.append(builders.annotate(cast.ada, cast.declaration, body=f"Beitrag {len(numbers)}.").number)
            _make_due(numbers[-1])
            killed += _run(here, server.port, chance.uniform(0.4, 1.6))
        # A last one in peace: tries that were cut short are made again after a minute.
        db.session.commit()
        _make_due(0)
        while _run(here, server.port, 600) or _unsent():
            _make_due(0)
    server.stop()
    wanted = [(user, number) for user in (f"person{one}x@example.org" for one in range(PEOPLE)) for number in numbers]
    missing = sum(not post.told[one] for one in wanted)
    repeats = sum(count - 1 for count in post.told.values() if count > 1)
    words = f"{engine}, {killed} kills, {len(wanted)} promised: {missing} missing, {repeats} told again"
    return Measured("R19", words, not missing and repeats <= killed)


def _make_due(number: int) -> None:
    """What was written counts as five minutes old, and everybody is due."""
    from deliberation.annotations.models import Annotation
    from deliberation.notifications.models import Mail

    if number:
        db.session.execute(update(Annotation).where(Annotation.number == number).values(created_at=now() - timedelta(minutes=6)))
    db.session.execute(update(Interest).where(Interest.topic == Topic.ANNOTATIONS).values(due_at=now()))
    db.session.execute(update(Mail).where(Mail.sent_at.is_(None)).values(due_at=now(), tries=0))
    db.session.commit()


def _unsent() -> int:
    from sqlalchemy import func, select

    from deliberation.notifications.models import Mail

    count = db.session.scalar(select(func.count()).select_from(Mail).where(Mail.sent_at.is_(None))) or 0
    db.session.commit()
    return count


def _run(here: Live, port: int, seconds: float) -> int:
    """`deliberation digest`, killed after so long; 1 if it was killed, 0 if it had ended."""
    config = here.app.config
    environment = {
        **os.environ, "DELIBERATION_INSTANCE": here.app.instance_path, "DELIBERATION_DATABASE_URL": config["DATABASE_URL"],
        "DELIBERATION_SECRET_KEY": config["SECRET_KEY"], "DELIBERATION_BASE_URL": config["BASE_URL"],
        "DELIBERATION_MAIL_URL": f"smtp://127.0.0.1:{port}",
    }  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", CODE, "digest"], env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return 1
    return 0


def _dead() -> Measured:
    """Asking for a code while nobody answers on the mail server's port, and while somebody takes the call and says nothing."""
    slowest = 0.0
    with live("sqlite") as here, socket.create_server(("127.0.0.1", 0)) as silent:
        builders.cast()
        for url in ("smtp://127.0.0.1:9", f"smtp://127.0.0.1:{silent.getsockname()[1]}"):
            site = here.serve(DELIBERATION_MAIL_URL=url)
            for number in range(20):
                browser = Browser(site.port, source=f"127.0.0.{number + 2}")
                fields = {"email": f"person{number}@example.org", "csrf_token": browser.token("/login")}
                began = time.monotonic()
                assert browser.post("/login", fields).status == 303
                slowest = max(slowest, time.monotonic() - began)
                browser.close()
            site.stop()
    return Measured("R19", f"mail server dead or silent: the slowest of 40 requests took {slowest:.2f} s", slowest <= 1.0)
