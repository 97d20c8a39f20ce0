"""People who write and vote through the proxy, send again what was not answered, and remember what was acknowledged."""

import http.client
import random
import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.serving.site import Browser, Seen

THINKING = (0.8, 1.6)
"""Seconds between two deeds of a person: fewer deeds a minute than the limits allow, and than two small machines can do."""
VALUES = ("agree", "disagree", "pass")
PATIENCE = 60


class Person(threading.Thread):
    """Does one thing after the other, each until it is acknowledged, as people do who see that something failed."""

    def __init__(self, name: str, port: int, session: str, page: str, items: Sequence[int]) -> None:
        super().__init__(name=name, daemon=True)
        self._port, self._page, self._items = port, page, items
        self._random = random.Random(name)
        self._ended = threading.Event()
        self._browser = Browser(port, session)
        self._token = self._browser.token(page)
        self.posted: list[str] = []
        self.voted: dict[int, str] = {}
        self.acknowledged = 0
        self.statuses: Counter[str] = Counter()
        self.kept_words = 0
        self.fault = ""

    def end_soon(self) -> None:
        self._ended.set()

    def run(self) -> None:
        try:
            number = 0
            while not self._ended.is_set():
                number += 1
                (self._post if number % 3 == 0 else self._vote)(number)
                self._ended.wait(self._random.uniform(*THINKING))
        except Exception as error:
            self.fault = repr(error)
        finally:
            self._browser.close()

    def _post(self, number: int) -> None:
        words = f"Beitrag {number} von {self.name}."
        key = f"{self.name}-{number:04}-form-key"
        fields = {"kind": "practice", "body": words, "action": "send", "checked": "1", "form_key": key}
        self._do(self._page, fields, words)
        self.posted.append(words)

    def _vote(self, _number: int) -> None:
        item, value = self._random.choice(self._items), self._random.choice(VALUES)
        self._do(f"/a/{item}/vote", {"vote": value})
        self.voted[item] = value

    def _do(self, address: str, fields: dict[str, Any], words: str = "") -> None:
        for _again in range(PATIENCE):
            answer = self._send(address, {**fields, "csrf_token": self._token})
            self.statuses[str(answer.status if answer else "lost")] += 1
            if answer and answer.status == 303:
                self.acknowledged += 1
                return
            assert answer is None or answer.status in (502, 503, 504), (address, answer.status, answer.text[:2000])
            if answer and answer.status == 503 and words:
                self.kept_words += words in answer.text
            # Also of those who were told to end: what was begun is brought to an end.
            threading.Event().wait(self._random.uniform(*THINKING))
        raise AssertionError(f"never acknowledged: {address}")

    def _send(self, address: str, fields: dict[str, Any]) -> Seen | None:
        """None: nobody knows whether it arrived."""
        try:
            return self._browser.post(address, fields)
        except (OSError, http.client.HTTPException):
            self._browser.close()
            self._browser = Browser(self._port, self._browser.session)
            return None


class Crowd:
    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        for one in people:
            one.start()

    @property
    def acknowledged(self) -> int:
        assert not self.faults, self.faults
        return sum(one.acknowledged for one in self.people)

    @property
    def faults(self) -> list[str]:
        return [f"{one.name}: {one.fault}" for one in self.people if one.fault]

    @property
    def kept_words(self) -> int:
        return sum(one.kept_words for one in self.people)

    @property
    def statuses(self) -> Counter[str]:
        return sum((one.statuses for one in self.people), Counter())

    def end(self) -> None:
        for one in self.people:
            one.end_soon()
        for one in self.people:
            one.join(PATIENCE)
        assert not self.faults, self.faults
