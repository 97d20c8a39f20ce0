"""A declaration is deleted by two people, seven days later, and entirely; until then any organiser can take it back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select

from deliberation.accounts.models import User
from deliberation.clock import frozen_at, now, today
from deliberation.database import db
from deliberation.declarations import actions
from deliberation.declarations.models import Act, Declaration, GoneDeclaration, LogEntry, find_declaration
from deliberation.notifications.mailer import send_due_mail
from deliberation.notifications.models import Mail
from deliberation.permissions import Access, NotAllowed, Operator, Phase, Role
from deliberation.privacy import deletion, erasures
from deliberation.privacy.models import Deletion
from tests import builders
from tests.security import stage as stages

PAGE = "/d/erklaerung/office/delete"


@pytest.fixture
def olga(cast):
    return builders.make_member(cast.declaration, "olga", Role.ORGANISER)


@pytest.fixture
def listed(app):
    path = erasures.list_path()
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def entries():
    return [(one.before, one.after) for one in db.session.scalars(select(LogEntry).where(LogEntry.act == Act.DELETE))]


def agreed(cast, other=None):
    deletion.ask(cast.otto, cast.declaration)
    deletion.confirm(other or Operator(), cast.declaration)
    db.session.commit()


def test_one_asks_and_another_confirms(cast, olga):
    deletion.ask(cast.otto, cast.declaration)
    assert cast.declaration.delete_on is None
    with pytest.raises(NotAllowed):
        deletion.confirm(cast.otto, cast.declaration)
    for person in (cast.ada, cast.mira):
        for verb in (deletion.ask, deletion.confirm, deletion.take_back):
            with pytest.raises(NotAllowed):
                verb(person, cast.declaration)
    deletion.confirm(olga, cast.declaration)
    assert cast.declaration.delete_on == today() + timedelta(days=7)
    assert entries() == [("", "asked"), ("asked", "confirmed")]


def test_operator_never_asks_and_may_be_the_second_person(cast):
    operator = builders.make_user("opa", is_operator=True)
    with pytest.raises(NotAllowed):
        deletion.ask(operator, cast.declaration)
    agreed(cast, operator)
    assert cast.declaration.delete_on is not None


def test_nothing_is_confirmed_that_was_taken_back(cast, olga):
    deletion.ask(cast.otto, cast.declaration)
    assert deletion.take_back(olga, cast.declaration)
    assert deletion.confirm(olga, cast.declaration) is None
    assert not deletion.take_back(olga, cast.declaration)
    assert entries() == [("", "asked"), ("asked", "taken back")]


def test_twice_is_once(cast, olga):
    for _time in range(2):
        deletion.ask(cast.otto, cast.declaration)
    with frozen_at(now() - timedelta(days=3)):
        deletion.confirm(olga, cast.declaration)
    deletion.confirm(olga, cast.declaration)
    assert cast.declaration.delete_on == today() + timedelta(days=4)
    assert len(entries()) == 2


def test_it_goes_on_its_day_and_not_before(cast, olga):
    agreed(cast, olga)
    assert deletion.remove_due(today() + timedelta(days=6)) == 0
    deletion.take_back(cast.otto, cast.declaration)
    assert deletion.remove_due(today() + timedelta(days=7)) == 0
    agreed(cast, olga)
    assert deletion.remove_due(today() + timedelta(days=7)) == 1
    db.session.commit()
    assert find_declaration("erklaerung") is None


def rows_that_point_to(number):
    """By every column that leads somewhere, whether it may be empty or not: what a second look at the schema finds."""
    found = {"declaration": {number}}
    for table in db.metadata.sorted_tables:
        for key in table.foreign_keys:
            target = key.column.table.name
            if target in found and target != table.name and not key.use_alter:
                rows = db.session.scalars(select(_named(table)).where(key.parent.in_(found[target])))
                found.setdefault(table.name, set()).update(rows)
    return {name: rows for name, rows in found.items() if rows}


def _named(table):
    """What a row is known by; where that is several columns, all in one word."""
    first, *rest = table.primary_key.columns
    name = first
    for column in rest:
        name = sa.cast(name, sa.String).concat("-").concat(sa.cast(column, sa.String))
    return name


def count():
    return {t.name: db.session.scalar(select(func.count()).select_from(t)) for t in db.metadata.sorted_tables}


def test_no_row_is_left_and_those_of_others_stay(app):
    stage = stages.build(app)
    foreign, people = count(), count()["user"]
    belonging = rows_that_point_to(stage.own.declaration.id)
    other = rows_that_point_to(stage.foreign.declaration.id)
    assert len(belonging) > 20
    declaration = db.session.get(Declaration, stage.own.declaration.id)
    deletion.remove(declaration)
    db.session.commit()
    assert rows_that_point_to(stage.own.declaration.id) == {"declaration": {stage.own.declaration.id}}
    for name, numbers in belonging.items():
        table = db.metadata.tables[name]
        assert not db.session.scalars(select(_named(table)).where(_named(table).in_(numbers))).all(), name
    assert rows_that_point_to(stage.foreign.declaration.id) == other
    after = count()
    assert after["user"] == people
    lost = {name: foreign[name] - after[name] for name in foreign if name not in ("mail", "gone_declaration")}
    assert lost == {name: len(belonging.get(name, ())) for name in lost}


def test_every_table_with_a_way_to_a_declaration_is_covered():
    covered = {table.name for table in deletion._belonging()}
    for table in db.metadata.sorted_tables:
        points = {key.column.table.name for key in table.foreign_keys if key.column.table.name != table.name}
        assert table.name in covered or not points & covered, table.name
    assert "user" not in covered


def test_address_says_that_it_is_gone_and_is_never_given_again(cast, client, olga):
    annotation = builders.annotate(cast.ada, cast.declaration)
    number = annotation.number
    agreed(cast, olga)
    deletion.remove_due(today() + timedelta(days=7))
    db.session.commit()
    for path in ("", "/text", "/results", "/office"):
        answer = client.get(f"/d/erklaerung{path}")
        assert answer.status_code == (303 if "office" in path else 410), path
    assert "Diese Erklärung wurde gelöscht." in client.get("/d/erklaerung").text
    assert client.get("/d/nie-gewesen").status_code == 404
    assert client.get(f"/a/{number}").status_code == 404
    [gone] = db.session.scalars(select(GoneDeclaration))
    assert (gone.slug, gone.gone_on) == ("erklaerung", today())
    with pytest.raises(actions.SlugTaken):
        builders.make_declaration("erklaerung")
    assert db.session.get(User, db.session.scalar(select(User.id).limit(1))) is not None


def test_who_wrote_is_told_by_mail_unless_it_is_taken_back(cast, olga):
    builders.annotate(cast.ada, cast.declaration)
    cast.ada.confirmed_at = cast.ben.confirmed_at = now()
    agreed(cast, olga)
    [mail] = db.session.scalars(select(Mail).where(Mail.template == "declaration_ending"))
    assert mail.recipient == "ada@example.org"
    assert mail.parameters["title"] == cast.declaration.title
    deletion.take_back(cast.otto, cast.declaration)
    db.session.commit()
    with frozen_at(now() + timedelta(hours=1)):
        send_due_mail()
    assert not db.session.scalars(select(Mail)).all()


def test_mail_about_a_private_declaration_does_not_name_it(cast, olga):
    cast.declaration.access = Access.PRIVATE
    builders.annotate(cast.ada, cast.declaration)
    cast.ada.confirmed_at = now()
    agreed(cast, olga)
    [mail] = db.session.scalars(select(Mail).where(Mail.template == "declaration_ending"))
    assert mail.parameters["title"] == ""


def test_pages_say_the_day_to_everybody_and_lead_organisers_through_it(cast, client, olga):
    client.sign_in(cast.otto)
    page = client.get(PAGE).text
    assert "Das Ergebnis wurde noch nie als Datei gesichert." in page
    assert client.post(PAGE, data={"address": "falsch"}).status_code == 422
    assert client.post(PAGE, data={"address": "erklaerung"}).status_code == 303
    page = client.get(PAGE).text
    assert "Bestätigen kann es 1 andere Person aus der Organisation" in page
    assert "Löschen bestätigen" not in page
    assert client.post(f"{PAGE}/confirm").status_code == 403
    client.sign_in(olga)
    assert "Löschen bestätigen" in client.get(PAGE).text
    assert client.post(f"{PAGE}/confirm").status_code == 303
    guest = client.application.test_client()
    for path in ("", "/text", "/results"):
        assert "Wird am" in guest.get(f"/d/erklaerung{path}").text
    assert client.post(f"{PAGE}/back").status_code == 303
    assert "Wird am" not in guest.get("/d/erklaerung").text


def test_who_organises_alone_learns_what_to_do(cast, client):
    client.sign_in(cast.otto)
    client.post(PAGE, data={"address": "erklaerung"})
    assert "Sie organisieren allein." in client.get(PAGE).text


def test_page_says_when_a_file_was_taken(cast, client):
    client.sign_in(cast.otto)
    assert client.get("/d/erklaerung/export.csv").status_code == 200
    assert "Zuletzt als Datei gesichert am" in client.get(PAGE).text


def test_restored_backup_forgets_it_again(app, cast, listed):
    builders.make_declaration("zweite", title="Zweite")
    deletion.remove(cast.declaration)
    db.session.commit()
    assert erasures.write_list() == 1
    assert erasures.write_list() == 0
    # As it was before.
    db.session.execute(sa.delete(GoneDeclaration))
    builders.make_declaration("erklaerung", phase=Phase.CLOSED)
    assert erasures.replay() == 1
    db.session.commit()
    assert list(db.session.scalars(select(Declaration.slug))) == ["zweite"]
    assert db.session.scalar(select(func.count()).select_from(Deletion)) == 0


def test_jobs_carry_it_out(app, cast, olga):
    from deliberation.jobs import remove_due_declarations

    agreed(cast, olga)
    assert remove_due_declarations() == 0
    with frozen_at(now() + timedelta(days=7)):
        assert remove_due_declarations() == 1
    assert db.session.scalar(select(GoneDeclaration.slug)) == "erklaerung"
