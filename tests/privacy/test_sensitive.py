"""P24: nobody is asked, in any table or form, where she works, whether she is in a union, or how she is."""

import re

from flask_wtf import FlaskForm

from deliberation.database import db
from tests.security import deeds, stage

SENSITIVE = re.compile(
    r"employ|workplace|company|firma|betriebsr|arbeitgeber|arbeitsplatz|dienststelle|beruf|union|gewerkschaft|ver\.di|"
    r"mitglied(?!schaft)|health|gesund|krank|diagnos|behinder|disab|religio|konfession|partei|ethni|nationalit|herkunft|"
    r"birth|geburt|gender|geschlecht|orientation|phone|telefon|street|stra(ß|ss)e|first_?name|last_?name|vorname|nachname",
    re.IGNORECASE,
)
# Whom the pattern check looks for in texts; said by organisers about the region, not by anybody about herself. And the phone
# of the organisation that runs the site, in its imprint.
ABOUT_NOBODY = {"declaration.employers", "employers", "IMPRINT_PHONE"}


def test_no_column_is_for_it():
    names = {f"{table.name}.{column.name}" for table in db.metadata.sorted_tables for column in table.columns}
    assert {name for name in names if SENSITIVE.search(name)} == {"declaration.employers"}


def test_no_form_asks_for_it(app):
    faults, looked_at = [], 0
    with app.test_request_context():
        for kind in every(FlaskForm):
            if not kind.__module__.startswith("deliberation"):
                continue
            for name, field in kind.__dict__.items():
                if not hasattr(field, "field_class"):
                    continue
                looked_at += 1
                label = str(field.args[0]) if field.args else ""
                # The consent names what can be inferred, and asks for nothing.
                if SENSITIVE.search(name) or (SENSITIVE.search(label) and name != "consent"):
                    faults.append(name)
    assert set(faults) <= ABOUT_NOBODY
    assert looked_at > 80


def every(kind):
    for child in kind.__subclasses__():
        yield child
        yield from every(child)


def test_no_page_has_a_field_for_it(app):
    town = stage.build(app)
    faults, fields = [], 0
    for rule in deeds.rules_with(app, "GET"):
        role = deeds.DEEDS[rule.endpoint].role if rule.endpoint in deeds.DEEDS else "organiser"
        answer = town.send(role, "GET", deeds.own_address(town, rule))
        if answer.mimetype != "text/html":
            continue
        for name in re.findall(r"<(?:input|select|textarea)\b[^>]*?\bname=\"([^\"]+)\"", answer.text):
            fields += 1
            if SENSITIVE.search(name) and name not in ABOUT_NOBODY:
                faults.append(f"{rule.endpoint}: {name}")
    assert not faults
    assert fields > 200
