"""A crowd at the door: passwords are hashed with their real cost, and the memory stays small. The time is measured by
`make assurance ONLY=s28`."""

from tests.serving.crowd import MEGABYTES, PEOPLE, make_people, rush


def test_thirty_two_who_sign_in_at_once_are_all_answered_and_fit_into_memory(app, serve):
    make_people()
    seen = rush(serve())
    assert sorted(seen.states) == [303] * (PEOPLE // 2) + [422] * (PEOPLE // 2)
    assert seen.megabytes <= MEGABYTES
