"""Limits hold at the door for programs too, for the person whose token it is and for nobody else."""

import pytest

from deliberation import create_app
from deliberation.database import db
from deliberation.web import POSTS, limiter
from tests.api.program import AT, Program, make_token

NEW = {"thesis": "3", "paragraph": "1", "kind": "practice", "body": "Das sehe ich auch so."}


@pytest.fixture
def limited(app):
    """The application of the test once more, on the same database, with limits and nothing counted yet."""
    settings = {name: app.config[name] for name in ("DATABASE_URL", "SECRET_KEY", "BASE_URL", "LOG_LEVEL")}
    other = create_app({**settings, "INSTANCE": app.instance_path, "RATELIMIT_ENABLED": True})
    limiter.reset()
    yield other
    limiter.reset()
    limiter.storage.close()
    with other.app_context():
        db.engine.dispose()


def test_whoever_posts_too_much_is_told_when_it_goes_on(app, cast, limited):
    ben, ada = Program(limited, make_token(cast.ben)), Program(limited, make_token(cast.ada))
    times = int(POSTS.split()[0])
    for _time in range(times):
        assert ben.post(f"{AT}/annotations/", {**NEW, "body": ""}).status_code == 422
    # Another token of the same person counts for her.
    second = Program(limited, make_token(cast.ben))
    for program in (ben, second):
        answer = program.post(f"{AT}/annotations/", NEW)
        assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
        assert int(answer.headers["Retry-After"]) > 0
    assert ada.post(f"{AT}/annotations/", NEW).status_code == 201
    assert ben.get(AT).status_code == 200
