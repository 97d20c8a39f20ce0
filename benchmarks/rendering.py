"""`python rendering.py PATH WARM`: a page made in this process with nothing of it kept, by an application that has just been
started and has made WARM, a page of the same kind, before. Prints seconds of processor time as JSON: the whole answer, and the
part of it that Jinja needs, which is the plain render."""

import json
import sys
import time
from typing import Any

from jinja2 import Template

from deliberation import create_app


def main(path: str, warm: str) -> None:
    client = create_app({"LOG_LEVEL": "ERROR"}).test_client()
    for _view in range(2):
        _get(client, warm)
    spent = _listen()
    began = time.process_time()
    _get(client, path)
    print(json.dumps({"whole": time.process_time() - began, "jinja": spent[0]}))


def _get(client: Any, path: str) -> None:
    answer = client.get(path, headers={"Accept-Language": "de"})
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")


def _listen() -> list[float]:
    """Add up what rendering takes, whoever asks for it: a page, or parts that are put together to one."""
    spent, depth = [0.0], [0]

    def timed(original: Any) -> Any:
        def render(*args: Any, **kwargs: Any) -> Any:
            depth[0] += 1
            began = time.process_time()
            try:
                return original(*args, **kwargs)
            finally:
                depth[0] -= 1
                if not depth[0]:
                    spent[0] += time.process_time() - began

        return render

    Template.render = timed(Template.render)  # type: ignore[method-assign]
    return spent


if __name__ == "__main__":
    main(*sys.argv[1:])
