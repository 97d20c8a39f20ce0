import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.accounts import passwords
from deliberation.accounts.actions import PasswordRefused, check_new_password
from deliberation.accounts.models import PASSWORD_MIN
from tests.accounts.post import PASSWORD, register

OBVIOUS = (
    "passwort1234",
    "Passwort!2026",
    "123456789012",
    "qwertzuiopas",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "passwortpasswort",
    "Hallo Hallo Hallo",
    "1q2w3e4r5t6z",
    "Sommer2026!!!",
    "iloveyou1234",
    "123qweasdzxc",
    "123456654321",
    "ada.lovelace1815",
    "____________",
)
GOOD = (
    PASSWORD,
    "korrekt pferd batterie",
    "8f3k-ztt0-pq1c",
    "ein langer Satz mit Umläuten",
    "🌳🌳 Weide und Fluss 🌊",
    "x" * 60 + "yz12 ö" * 11,
)


@pytest.mark.parametrize("password", OBVIOUS)
def test_password_that_is_tried_first_is_refused(password):
    with pytest.raises(PasswordRefused):
        check_new_password(password, "ada.lovelace@example.org")


@pytest.mark.parametrize("password", GOOD)
def test_good_password_is_taken_whatever_it_is_made_of(password):
    check_new_password(password, "ada.lovelace@example.org")


@pytest.mark.parametrize(("length", "is_taken"), [(11, False), (12, True), (128, True), (129, False)])
def test_password_has_twelve_to_128_characters(length, is_taken):
    password = ("Weide am Bach " * 10)[:length]
    if is_taken:
        check_new_password(password, "")
    else:
        with pytest.raises(PasswordRefused):
            check_new_password(password, "")


def test_form_says_why_a_password_is_refused(client):
    assert "zuerst ausprobiert" in register(client, password="passwort1234").text
    assert "12 bis 128 Zeichen" in register(client, password="kurz").text


def test_password_is_kept_as_argon2id_with_the_cost_we_promise():
    assert passwords.hash_password(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_same_password_is_never_kept_the_same():
    assert passwords.hash_password(PASSWORD, passwords.CHEAP) != passwords.hash_password(PASSWORD, passwords.CHEAP)


def test_umlaut_in_two_halves_is_the_same_umlaut():
    stored = passwords.hash_password("Löwenzahn im Frühling", passwords.CHEAP)
    assert passwords.is_right(stored, "Lo\u0308wenzahn im Fru\u0308hling", passwords.CHEAP)


def test_broken_hash_fits_no_password():
    assert not passwords.is_right("not a hash", PASSWORD, passwords.CHEAP)


@given(st.text(max_size=200), st.text(max_size=200))
def test_password_fits_itself_and_no_other(password, other):
    stored = passwords.hash_password(password, passwords.CHEAP)
    assert passwords.is_right(stored, password, passwords.CHEAP)
    if passwords._prepared(other) != passwords._prepared(password):
        assert not passwords.is_right(stored, other, passwords.CHEAP)


@given(st.text(min_size=12, max_size=128), st.emails())
def test_any_text_can_be_judged(password, email):
    assert passwords.is_obvious(password, email) in (True, False)


def test_where_there_is_no_password_not_even_that_of_the_dummy_fits():
    assert not passwords.is_right("", "nobody has this password", passwords.CHEAP)


def test_while_four_are_hashed_the_fifth_has_to_wait(monkeypatch):
    class Slow:
        """Everybody inside, and the test, have to arrive before anybody goes on."""

        def __init__(self):
            self.arrived = threading.Barrier(passwords.AT_ONCE + 1, timeout=10)
            self.may_go = threading.Event()

        def hash(self, _password):
            self.arrived.wait()
            self.may_go.wait(timeout=10)
            return ""

    slow = Slow()
    monkeypatch.setattr(passwords, "_hasher", lambda _cost: slow)
    threads = [threading.Thread(target=passwords.hash_password, args=(PASSWORD,)) for _ in range(passwords.AT_ONCE)]
    for thread in threads:
        thread.start()
    slow.arrived.wait()
    is_free = passwords._slots.acquire(blocking=False)
    slow.may_go.set()
    for thread in threads:
        thread.join(timeout=10)
    assert not is_free
    assert passwords._slots.acquire(blocking=False)
    passwords._slots.release()


def test_more_than_three_thousand_frequent_passwords_are_refused():
    assert len(passwords.COMMON) > 3000
    assert {len(word) >= PASSWORD_MIN for word in passwords.COMMON} == {True}
    taken = [
        word for word in passwords.COMMON if not passwords.is_obvious(word) or not passwords.is_obvious(word.upper())
    ]
    assert taken == []


def test_four_at_once_are_four_over_all_processes_and_who_dies_lets_go():
    start = "import os, time; from deliberation.accounts import passwords as p; parent = os.getpid()\n"
    # Each of three children takes two slots and holds them; the last of six finds none until the others have died.
    script = start + (
        "def child():\n"
        "    if (pid := os.fork()): return pid\n"
        "    got = [p._free_slot(), p._free_slot()]\n"
        "    os.write(1, f'{got}\\n'.encode()); time.sleep(60)\n"
        "pids = []\n"
        "for _ in range(3):\n"
        "    pids.append(child()); time.sleep(0.3)\n"
        "for pid in pids[:2]: os.kill(pid, 9); os.waitpid(pid, 0)\n"
        "print(p._free_slot(), flush=True)\n"
        "os.kill(pids[2], 9)\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.split("\n") == ["[0, 1]", "[2, 3]", "[None, None]", "0", ""]
