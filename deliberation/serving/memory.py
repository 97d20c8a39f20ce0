"""Memory of a worker: what it begins with is settled, and what a busy minute took goes back to the system.

Other C libraries than glibc have no such functions, or know nothing of the number, and do as they do.
"""

import ctypes
import gc
from contextlib import suppress

M_ARENA_MAX = -8
"""Of `mallopt`, see `malloc.h`."""
ARENAS = 1
GIVE_BACK_SECONDS = 60.0


def settle() -> None:
    """Before workers are forked, once everything is loaded.

    All threads take memory from the same place: glibc gives each one of its own and keeps what was ever used there (after eight
    large pages at once 700 MB), and one thread runs at a time anyway (GIL). What is there now stays, and is not looked through
    again for what can go: so looking costs little, and finds sooner what requests leave behind.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """What lies free between what is used: after large pages some ten megabytes, for some milliseconds of time."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
