"""S33: fifty people act while somebody closes it: votes and the end of the phase, replies and hiding, posts and a pause."""

from benchmarks.assurance import Measured
from benchmarks.assurance.live import ENGINES, live
from tests import builders
from tests.serving.racing import Scene

PEOPLE, ROUNDS = 50, 3


def measure() -> list[Measured]:
    return [_on(engine) for engine in ENGINES]


def _on(engine: str) -> Measured:
    faults: list[str] = []
    accepted = refused = 0
    for _round in range(ROUNDS):
        with live(engine) as here:
            scene = Scene(here.app, builders.cast(), here.serve, PEOPLE)
            for run in (
                scene.replies_against_hiding,
                scene.posts_against_a_pause,
                scene.votes_against_the_end_of_the_phase,
            ):
                found = run()
                faults += found.faults
                accepted += sum(statuses.count(303) for statuses in found.answers)
                refused += sum(len(statuses) - statuses.count(303) for statuses in found.answers)
            scene.close()
    words = (
        f"{engine}, {ROUNDS} rounds of three closings, {PEOPLE} people at once: {accepted} accepted before, {refused} refused "
        f"after, {len(faults)} accepted after the closing was answered {faults[:3] or ''}"
    )
    return Measured("S33", words, not faults)
