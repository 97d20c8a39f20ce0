"""S21: what is far too long is refused before anything reads it (`make assurance ONLY=s21` takes the times)."""

import pytest

from deliberation.annotations.models import BODY_MAX, Annotation, Kind
from deliberation.database import db


@pytest.mark.any_engine
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("field", ["body", "wording", "quote"])
def test_text_beyond_the_limit_is_refused_in_every_field_whatever_the_kind(cast, client, kind, field):
    client.sign_in(cast.ada)
    fields = {"kind": kind.value, "body": "Auch hier.", "wording": "Ganz andere Worte.", "checked": "1", "form_key": "k"}
    for action in ("send", "preview"):
        answer = client.post(
            "/d/erklaerung/3/1/annotations", data={**fields, "action": action, field: "[a](" * BODY_MAX}
        )
        assert answer.status_code == 422
    assert db.session.scalars(db.select(Annotation)).all() == []
