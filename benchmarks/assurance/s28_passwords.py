"""S28: what is stored of passwords, which are refused, and 32 people signing in at the same moment on a real server."""

import re

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, live
from deliberation.accounts.actions import PasswordRefused, check_new_password
from deliberation.accounts.models import User
from deliberation.accounts.passwords import COMMON
from deliberation.database import db
from tests.serving.crowd import MEGABYTES, PEOPLE, make_people, rush

KIND = r"\$argon2id\$v=19\$m=19456,t=2,p=1\$"
SECONDS = 10
FINE = ("x" * 11 + "yz w", "🌳 Linde, Bach und Brücke", "nur kleine buchstaben hier", "Ein Satz. " * 12)
UNFIT = ("kurz und da", "ab " * 43)


def measure() -> list[Measured]:
    return [_policy(), *(_at_once(engine) for engine in ENGINES)]


def _policy() -> Measured:
    taken = [word for word in COMMON if not (_is_refused(word) and _is_refused(word.upper()))]
    wrong = [word for word in FINE if _is_refused(word)] + [word for word in UNFIT if not _is_refused(word)]
    words = (
        f"{len(COMMON)} frequent passwords of 12 characters and more, small and in capitals: {len(taken)} taken; "
        f"{len(wrong)} of {len(FINE) + len(UNFIT)} about length and composition judged wrongly"
    )
    return Measured("S28", words, len(COMMON) >= 3000 and not taken and not wrong)


def _is_refused(password: str) -> bool:
    try:
        check_new_password(password, "ada@example.org")
    except PasswordRefused:
        return True
    return False


def _at_once(engine: str) -> Measured:
    with live(engine) as here:
        make_people()
        kept = list(db.session.scalars(db.select(User.password_hash)))
        is_kept_well = all(re.match(KIND, each) for each in kept) and len(set(kept)) == len(kept)
        seen = rush(here.serve())
    let_in, refused = seen.states.count(303), seen.states.count(422)
    words = (
        f"{engine}: {PEOPLE} sign-ins at once, {let_in} in and {refused} refused within {seen.seconds:.1f} s, "
        f"+{seen.megabytes:.0f} MB; stored as Argon2id with 19 MiB and 2 passes: {'yes' if is_kept_well else 'no'}"
    )
    is_met = let_in == refused == PEOPLE // 2 and seen.seconds <= SECONDS and seen.megabytes <= MEGABYTES
    return Measured("S28", words, is_met and is_kept_well)
