"""A server for strangers that the tests of a file share, and one on the database of the test for people with accounts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from deliberation.database import db
from tests.security.stage import sign_in
from tests.serving.site import Browser, Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty site on a database of its own."""
    site = Site(tmp_path_factory.mktemp("site"), "serve", "--no-jobs", DELIBERATION_RATELIMIT_ENABLED="0")
    yield site
    assert site.stop() == 0


@pytest.fixture
def serve(app: Flask, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Starts a server on the database of the test: what stands there when it is called is committed first."""
    sites: list[Site] = []

    def start(**more: Any) -> Site:
        db.session.commit()
        settings = {name: str(app.config[name]) for name in ("DATABASE_URL", "SECRET_KEY", "BASE_URL")}
        environment = {f"DELIBERATION_{name}": value for name, value in settings.items()}
        environment |= {"DELIBERATION_RATELIMIT_ENABLED": "0", "DELIBERATION_SECOND_FACTOR": "optional"}
        sites.append(Site(tmp_path, "serve", "--no-jobs", **environment, **more))
        return sites[-1]

    yield start
    for site in sites:
        site.stop()


@pytest.fixture
def browser_of(app: Flask) -> Iterator[Callable[[Site, Any], Browser]]:
    """Somebody who is signed in on such a server."""
    browsers: list[Browser] = []

    def make(site: Site, person: Any) -> Browser:
        browsers.append(Browser(site.port, sign_in(app, person)))
        return browsers[-1]

    yield make
    for browser in browsers:
        browser.close()
