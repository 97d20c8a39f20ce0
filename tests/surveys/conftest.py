"""Words without a request are German, as in the jobs."""

from collections.abc import Iterator

import pytest
from flask import Flask

from deliberation.results.words import speaking


@pytest.fixture(autouse=True)
def language(app: Flask) -> Iterator[None]:
    with speaking("de"):
        yield
