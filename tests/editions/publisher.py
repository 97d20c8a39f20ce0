"""A process that publishes an edition and is killed on the way: `python -m tests.editions.publisher FOLDER URL POINT`.

POINT counts writing statements; at that one the process kills itself as the kernel would. `commit` stands for the
moment before the commit, `never` lets it finish.
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy import event

from deliberation import create_app
from deliberation.database import db, set_reading
from deliberation.declarations.models import find_declaration
from deliberation.editions.publishing import publish_edition
from deliberation.editions.reanchoring import plan_edition
from deliberation.permissions import Operator
from tests.editions import scene


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: str, url: str, point: str) -> None:
    app = create_app({"INSTANCE": folder, "DATABASE_URL": url, "SECRET_KEY": "x" * 40, "LOG_LEVEL": "ERROR"})
    with app.app_context():
        set_reading(False)
        declaration = find_declaration("erklaerung")
        assert declaration is not None
        text = scene.text(declaration)
        text = scene.removed(scene.inserted(scene.reworded(text, "3.1", "Ganz anders."), "1.1", "Neu."), "3.2")
        plan = plan_edition(declaration, text)
        written = 0

        def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            nonlocal written
            if statement.split(None, 1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
                written += 1
                if str(written) == point:
                    die()

        event.listen(db.engine, "before_cursor_execute", count)
        publish_edition(Operator(), declaration, plan, "Darum.")
        if point == "commit":
            die()
        db.session.commit()
        print(written)


if __name__ == "__main__":
    main(*sys.argv[1:])
