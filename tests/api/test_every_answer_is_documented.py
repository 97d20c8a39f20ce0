"""Whatever is asked, no operation breaks, and nothing comes back that the description does not name."""

import pytest

from deliberation.api.operations import OPERATIONS
from deliberation.database import db, set_reading
from tests.api.fuzzing import ask_everything
from tests.api.program import make_token
from tests.security import stage

EXAMPLES = 15


@pytest.mark.any_engine
def test_every_answer_is_documented(app):
    town = stage.build(app)
    roles = ("participant", "author", "moderator", "organiser", "stranger")
    tokens = [*(make_token(town.people[role]) for role in roles), ""]
    db.session.commit()
    set_reading(True)
    found = ask_everything(app, town, tokens, EXAMPLES)
    assert found.faults == []
    assert found.asked > len(OPERATIONS) * EXAMPLES
    assert len(found.statuses) == len(OPERATIONS)
    # Else nothing but refusals was compared. What a decision answers says test_writing: nobody draws version and moderator.
    refused = {name for name, statuses in found.statuses.items() if not statuses & {200, 201, 204}}
    assert refused <= {"POST /d/{slug}/annotations/{number}/decisions"}
