"""A process whose children publish an edition and are killed on the way: `python -m tests.editions.publisher FOLDER URL`.

Each line it reads is a point for the next child: a count of writing statements, at which the child kills itself as the
kernel would; `commit` stands for the moment before the commit, `never` lets it finish. The answer is one line: how
many statements the child has written if it finished, and its exit code. Starting Python once for all children is what
makes this quick; nothing is connected to the database before a child begins.
"""

import os
import signal
import sys
import traceback
from typing import Any

from flask import Flask
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


def publish(app: Flask, point: str) -> int:
    """Publish and say in how many statements, unless the point comes first."""
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
        return written


def run_child(app: Flask, point: str) -> int:
    """Publish in a process of its own; its exit code, negative when a signal ended it."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        print(publish(app, point), end=" ", flush=True)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def main(folder: str, url: str) -> None:
    app = create_app({"INSTANCE": folder, "DATABASE_URL": url, "SECRET_KEY": "x" * 40, "LOG_LEVEL": "ERROR"})
    while point := sys.stdin.readline().strip():
        print(run_child(app, point), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
