"""Who is let in, from the command line."""

import pytest
from sqlalchemy import select

from deliberation.database import db
from deliberation.declarations.models import Act, LogEntry, find_declaration
from deliberation.permissions import Access
from tests import builders
from tests.builders import Cast
from tests.cli.conftest import Run


@pytest.mark.parametrize("access", list(Access))
def test_operator_says_who_is_let_in(run: Run, cast: Cast, access: Access) -> None:
    result = run("access", "erklaerung", access.value)
    assert result.exit_code == 0
    found = find_declaration("erklaerung")
    assert found is not None
    assert found.access is access
    log = db.session.scalars(select(LogEntry).where(LogEntry.act == Act.ACCESS)).all()
    assert [(entry.before, entry.after) for entry in log] == (
        [] if access is Access.PUBLIC else [("public", access.value)]
    )


def test_what_is_no_choice_is_refused_in_words(run: Run, cast: Cast) -> None:
    for words in (("erklaerung", "everybody"), ("gibt-es-nicht", "private")):
        assert run("access", *words).exit_code != 0


def test_what_people_relied_on_is_not_loosened_by_a_command_either(run: Run, cast: Cast) -> None:
    builders.annotate(cast.ada, cast.declaration)
    assert run("access", "erklaerung", "private").exit_code == 0
    assert run("moderation", "erklaerung", "all", "--after-look").exit_code == 0
    for words in (("access", "erklaerung", "public"), ("moderation", "erklaerung", "all", "--no-after-look")):
        result = run(*words)
        assert result.exit_code == 1
        assert "Es lässt sich nicht mehr lockern." in result.output
