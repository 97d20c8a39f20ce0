"""The town, and its tables as they were when it was built."""

from collections.abc import Iterator

import pytest
from flask import Flask

from deliberation.database import db, set_reading
from tests.security import stage
from tests.security.stage import Stage, Tables


@pytest.fixture
def town(app: Flask) -> Stage:
    return stage.build(app)


@pytest.fixture
def tables(town: Stage) -> Iterator[Tables]:
    """Requests find a quiet database from here on."""
    settle()
    tables = Tables()
    tables.keep()
    yield tables
    tables.close()
    settle()


def settle() -> None:
    db.session.rollback()
    db.session.close()
    set_reading(True)
