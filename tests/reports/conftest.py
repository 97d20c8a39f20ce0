"""The scene that every test of the report plays in."""

import pytest

from tests.builders import Cast
from tests.reports import scene


@pytest.fixture
def story(cast: Cast) -> scene.Scene:
    return scene.build(cast)
