"""S25: fields that a form does not have are not read, whatever they are called; answers hold no more than they should.

Every column of every table that people do not fill in is sent along with every form: role, id, author, dates, counts,
edition, status … Nothing of it may be stored, and what is stored must be what the same form stores without them.
"""

from typing import Any

import pytest
import sqlalchemy as sa

from deliberation.database import UtcDateTime, db
from tests.security import deeds
from tests.security.stage import Stage, Tables, differing

pytestmark = pytest.mark.any_engine

NUMBER, WORD, MOMENT = 424_242, "EINGESCHMUGGELT", "2001-02-03T04:05:06+00:00"
# Beside the columns: what other software calls such things.
OTHERS = {
    "role": "operator", "roles": "organiser", "is_admin": "1", "admin": "1", "is_staff": "1", "author": WORD, "user": NUMBER,
    "created": MOMENT, "date": MOMENT, "count": NUMBER, "votes": NUMBER, "memberships": NUMBER, "grants": "organiser",
    "is_signed_in": "1", "_user_id": WORD, "__class__": WORD, "declaration": NUMBER, "thesis": NUMBER, "parent": NUMBER,
}  # fmt: skip
# What these forms do take beside what the deed fills in.
TAKEN = {
    "moderation.handle": {"advice"},
    "editions.outcome": {"edition", "reason", "place"},
    "editions.outcomes": {"edition", "reason"},
    "editions.draft_paragraph": {"reason"},
    "editions.new_paragraph": {"reason"},
    "editions.new_thesis": {"reason"},
    "declarations.own_labels": {"thesis"},
    "reports.new_sentence": {"thesis", "is_framing"},
    "reports.publish": {"tells"},
    "moderation.flag": {"in_good_faith", "name", "email"},
    "pages.new_page": {"position"},
    "pages.edit_page": {"position"},
    "pages.new_site_page": {"position"},
    "pages.edit_site_page": {"position"},
    "pages.new_item": {"day"},
    "pages.edit_item": {"day"},
}


def smuggled() -> dict[str, Any]:
    """Name and value of every column that the program fills in."""
    found = dict(OTHERS)
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if column.foreign_keys or column.primary_key or isinstance(column.type, sa.Integer):
                found[column.name] = NUMBER
            elif isinstance(column.type, sa.Boolean):
                found[column.name] = "1"
            elif isinstance(column.type, UtcDateTime):
                found[column.name] = MOMENT
            elif isinstance(column.type, sa.Enum) or column.name.endswith(("key", "hash", "sealed")):
                found[column.name] = WORD
    return found


def test_no_form_takes_what_it_does_not_ask_for(town: Stage, tables: Tables) -> None:
    extra, faults = smuggled(), []
    assert len(extra) > 120
    for rule in deeds.rules_with(town.app, "POST"):
        deed = deeds.DEEDS[rule.endpoint]
        body = deed.body(town.own)
        address = deeds.own_address(town, rule)
        more = {name: value for name, value in extra.items() if name not in {*body, *TAKEN.get(rule.endpoint, ())}}
        plain = [_stored(town, tables, deed.role, address, body) for _time in range(2)]
        status, rows = _stored(town, tables, deed.role, address, {**more, **body})
        if status != deed.status:
            faults.append(f"{rule.endpoint}: {status}")
        for name, own in rows.items():
            words = repr(own)
            if str(NUMBER) in words or WORD in words or "2001-02-03" in words:
                faults.append(f"{rule.endpoint}: smuggled into {name}")
        # Random keys, times and numbers differ each time; all else must not.
        unsteady = differing(plain[0][1], plain[1][1])
        faults += [f"{rule.endpoint}: {name} reads otherwise" for name in differing(plain[0][1], rows) - unsteady]
    assert not faults, "\n".join(faults)


def _stored(town: Stage, tables: Tables, role: str, address: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The answer's status and what stands in the tables afterwards, which are then put back."""
    answer = town.send(role, "POST", address, body)
    rows: dict[str, Any] = {}
    for name, found in tables.rows():
        columns = [column.name for column in db.metadata.tables[name].columns]
        for place, column in enumerate(columns):
            rows[f"{name}.{column}"] = sorted(repr(row[place]) for row in found)
    tables.bring_back()
    return answer.status_code, rows


def test_draft_saved_by_script_answers_with_its_time_alone(town: Stage) -> None:
    headers = {"Accept": "application/json"}
    for role in ("guest", "participant"):
        form = {"kind": "practice", "body": "Noch nicht fertig.", "action": "draft"}
        answer = town.send(role, "POST", "/d/erklaerung/3/1/annotations", form, headers=headers)
        assert set(answer.get_json()) == {"saved_at"}


def test_nobody_chooses_what_files_and_lists_hold(town: Stage) -> None:
    """No parameter adds a column, a person or an address."""
    year = town.own.numbers["year"]
    for role, path in (
        ("guest", f"/d/erklaerung/moderation/report-{year}.json"),
        ("guest", f"/d/erklaerung/moderation/report-{year}.csv"),
        ("moderator", "/d/erklaerung/moderation/log/team.csv"),
        ("organiser", "/d/erklaerung/export.csv"),
        ("organiser", "/d/erklaerung/export.json"),
        ("organiser", "/d/erklaerung/export.jsonld"),
        ("moderator", "/d/erklaerung/moderation/people"),
    ):
        plain = town.send(role, "GET", path)
        if plain.status_code == 404:
            continue
        wishes = "fields=email,user_id&include=user&expand=author&columns=email&select=*&with=memberships&user_id=1"
        asked = town.send(role, "GET", f"{path}?{wishes}")
        assert (plain.status_code, asked.status_code) == (200, 200), path
        assert asked.data == plain.data, path
        assert "@example.org" not in plain.text
