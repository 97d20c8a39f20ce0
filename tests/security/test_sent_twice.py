"""D4: the same form sent a second time makes nothing a second time, on every page that takes one."""

import re

from deliberation.database import db
from deliberation.policies import POLICIES, Twice
from tests.security import deeds
from tests.security.stage import Stage, Tables, differing

# What is noted of a try, and what a further mail needs, is counted each time: `accounts.limits` says how often.
COUNTED = {"attempt", "mail", "login_code"}
# Where the form stands, if not at the address it is sent to.
FORM_AT = {
    "moderation.handle": "moderation.decide",
    "annotations.create": "annotations.compose",
    "proposals.put_up": "proposals.place",
    "declarations.import_read": "declarations.import_upload",
    "moderation.restrain_member": "moderation.member",
}


def test_every_form_sent_twice_is_stored_once(town: Stage, tables: Tables) -> None:
    faults = []
    for rule in deeds.rules_with(town.app, "POST"):
        deed, policy = deeds.DEEDS[rule.endpoint], POLICIES[rule.endpoint]
        body = deed.body(town.own)
        first = town.send(deed.role, "POST", deeds.own_address(town, rule), body)
        assert first.status_code == deed.status, f"{rule.endpoint}: {first.status_code} {first.text[:3000]}"
        once = tables.counts()
        second = town.send(deed.role, "POST", deeds.own_address(town, rule), body)
        more = differing(once, tables.counts()) - COUNTED
        if policy.twice not in (Twice.STATE, Twice.ONCE) or rule.endpoint != "accounts.logout":
            faults += [f"{rule.endpoint}: {sorted(more)} have other rows after the second sending"] if more else []
        answers = (first.status_code, first.location), (second.status_code, second.location)
        if policy.twice in (Twice.KEY, Twice.ONE) and answers[0] != answers[1]:
            faults.append(f"{rule.endpoint}: {answers[0]}, then {answers[1]}")
        if second.status_code not in (200, 303, 403, 404, 409, 410, 422):
            faults.append(f"{rule.endpoint}: {second.status_code}")
        tables.bring_back()
    assert not faults, "\n".join(faults)


def test_every_form_with_a_key_brings_it_along(town: Stage, tables: Tables) -> None:
    without = []
    rules = {rule.endpoint: rule for rule in deeds.rules_with(town.app, "GET")}
    for rule in deeds.rules_with(town.app, "POST"):
        if POLICIES[rule.endpoint].twice is not Twice.KEY:
            continue
        deed = deeds.DEEDS[rule.endpoint]
        values = deeds.values_of(rule.endpoint, town.own)
        page = deeds.address(town.app, rules[FORM_AT.get(rule.endpoint, rule.endpoint)], values)
        shown = town.send(deed.role, "GET", page)
        keys = re.findall(r'name="form_key" value="([0-9a-zA-Z_-]{16,64})"', shown.text)
        if shown.status_code != 200 or not keys:
            without.append(f"{rule.endpoint}: {shown.status_code} {page}")
        # Each opening is a form of its own.
        again = re.findall(r'name="form_key" value="([^"]*)"', town.send(deed.role, "GET", page).text)
        assert not set(keys) & set(again), rule.endpoint
    assert not without, "\n".join(without)


def test_what_a_keyed_form_stores_has_its_key_in_a_unique_index(town: Stage, tables: Tables) -> None:
    """The key of an import and the secrets of invitations, tables, tokens and surveys follow from the key of the form."""
    for rule in deeds.rules_with(town.app, "POST"):
        if POLICIES[rule.endpoint].twice is not Twice.KEY:
            continue
        deed, before = deeds.DEEDS[rule.endpoint], tables.counts()
        town.send(deed.role, "POST", deeds.own_address(town, rule), deed.body(town.own))
        grown = differing(before, tables.counts())
        assert any(_has_unique_key(name) for name in grown), (rule.endpoint, grown)
        tables.bring_back()


def _has_unique_key(name: str) -> bool:
    table = db.metadata.tables[name]
    other = {
        "import_preview": "key", "invitation": "secret_hash", "table_link": "secret_hash", "api_token": "token_hash",
        "survey_sheet": "secret_hash", "survey_code": "code_hash",
    }  # fmt: skip
    column = other.get(name, "form_key")
    unique = [set(one.columns.keys()) for one in table.constraints if type(one).__name__ == "UniqueConstraint"]
    unique += [set(one.columns.keys()) for one in table.indexes if one.unique]
    return any(column in columns for columns in unique)
