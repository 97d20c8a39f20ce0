"""Whatever form anybody sends: no page that was kept before is shown afterwards if it would be made differently now."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from deliberation import kept
from tests.security import deeds
from tests.security.stage import Stage, Tables

pytestmark = pytest.mark.any_engine

SECRETS = re.compile(r'(name="(?:csrf_token|form_key)" value=")[^"]*')


@contextmanager
def nothing_kept(app: Flask) -> Iterator[None]:
    """Every page is made from the beginning."""
    store, room = app.extensions["deliberation.kept_pages"], app.extensions["deliberation.kept_pages"].room
    store.room, app.config["KEPT_PAGES_MB"] = 0, 0
    try:
        yield
    finally:
        store.room, app.config["KEPT_PAGES_MB"] = room, 16


def read(town: Stage, role: str, address: str) -> tuple[int, str]:
    answer = town.send(role, "GET", address, headers={"Accept-Language": "de"})
    return answer.status_code, SECRETS.sub(r"\1", answer.text)


def test_after_every_form_everybody_reads_what_is_there_now(town: Stage, tables: Tables) -> None:
    place = f"/d/{town.own.declaration.slug}"
    pages = [
        (role, address)
        for role, addresses in {
            "guest": (place, f"{place}/3/1", f"{place}/editions"),
            "participant": (f"{place}/3/1",),
        }.items()
        for address in addresses
    ]
    hits = kept.hits.value
    for rule in deeds.rules_with(town.app, "POST"):
        tables.bring_back()
        for page in pages:
            read(town, *page)
        deed = deeds.DEEDS[rule.endpoint]
        town.send(deed.role, "POST", deeds.own_address(town, rule), deed.body(town.own))
        for role, address in pages:
            if role != "guest":
                # What is new to somebody is marked as seen by looking.
                read(town, role, address)
            shown = read(town, role, address)
            with nothing_kept(town.app):
                assert shown == read(town, role, address), (rule.endpoint, role, address)
    assert kept.hits.value > hits + 100
