"""Annotations on their way into a file, laid aside on disk, so that there may be any number of them.

They are read from the database once, a few at a time, and nobody who writes has to wait for a slow writer: on SQLite without a
write-ahead log nobody writes while somebody reads, and a spreadsheet of 100 000 rows takes its time. What was read is counted
for the figures while it passes by, so figures and rows of a file agree. The writers go through the spool alone.

The file has no name (it is deleted as soon as it is opened), so nothing stays of it, however the process ends. What is in it
is what was read to be written out: nothing hidden, nobody's account.
"""

import marshal
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, overload

from deliberation.results.items import AT_ONCE, Item
from deliberation.results.packing import pack, unpack

IN_MEMORY = 1 << 21
"""Bytes up to which no disk is needed."""


class Spool(Sequence[Item]):
    """A sequence that can be gone through any number of times."""

    def __init__(self, items: Iterable[Item], folder: str | None = None) -> None:
        """Takes them all. Raises OSError where the disk has no room."""
        self.folder = folder
        self.report: Callable[[int, int], None] | None = None
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=folder)  # noqa: SIM115
        # Whoever goes through it holds this object and no more.
        weakref.finalize(self, self._file.close)
        self._places: list[tuple[int, int]] = []
        self._length = 0
        rest = iter(items)
        while part := [pack(item) for item in islice(rest, AT_ONCE)]:
            # Ten times as fast as JSON. Nobody else writes into this file, which has no name.
            self._places.append((self._file.tell(), self._file.write(marshal.dumps(part))))
            self._length += len(part)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Item]:
        """`report`, if there is one, is told how far it came."""
        for place in range(len(self._places)):
            yield from map(unpack, self._part(place))
            if self.report:
                self.report(min((place + 1) * AT_ONCE, self._length), self._length)

    @overload
    def __getitem__(self, wanted: int) -> Item: ...

    @overload
    def __getitem__(self, wanted: slice) -> Sequence[Item]: ...

    def __getitem__(self, wanted: int | slice) -> Item | Sequence[Item]:
        if isinstance(wanted, slice):
            return [self[number] for number in range(*wanted.indices(self._length))]
        number = wanted + self._length if wanted < 0 else wanted
        if not 0 <= number < self._length:
            raise IndexError(wanted)
        return unpack(self._part(number // AT_ONCE)[number % AT_ONCE])

    def _part(self, place: int) -> list[Any]:
        # Somebody else may be going through it too.
        start, size = self._places[place]
        self._file.seek(start)
        found: list[Any] = marshal.loads(self._file.read(size))  # nosec B302
        return found
