"""The limit that pages are compared with: a Flask view that returns recorded bytes, on the same server software.

`python bare.py FOLDER PORT [WORKERS]` serves every file of the folder; a file `name.gz` is sent as it is, as gzip. Whoever has
one already is told so (304). `wsgi` is the same for other servers (`serving.py`), with the folder in BENCH_PAGES.
"""

import os
import sys
import time
from pathlib import Path

from flask import Flask, Response, request

TAKES = 0.2
"""Seconds that `/slow` needs."""


def make_app(folder: Path) -> Flask:
    app = Flask(__name__)
    app.config.update(DATABASE_URL="sqlite:///", METRICS_PORT=0, WORKERS=0)
    pages = {path.name: path.read_bytes() for path in folder.iterdir()}

    @app.get("/<name>")
    def page(name: str) -> Response:
        if "If-None-Match" in request.headers:
            return Response(status=304)
        response = Response(pages[name], mimetype="text/html")
        if name.endswith(".gz"):
            response.headers["Content-Encoding"] = "gzip"
        return response

    @app.get("/slow")
    def slow() -> str:
        time.sleep(TAKES)
        return "ok\n"

    @app.get("/healthz")
    def healthz() -> str:
        return "ok\n"

    return app


def main() -> None:
    from deliberation import serving

    app = make_app(Path(sys.argv[1]))
    server = serving.Server(app, "127.0.0.1", int(sys.argv[2]), has_jobs=False)
    options = server._options(lambda: None)
    if workers := int(sys.argv[3]):
        options["workers"] = workers
    # As Server.run, which also lets go of a database that there is none of here.
    serving._Gunicorn(app, options).run()


if __name__ == "__main__":
    main()
elif "BENCH_PAGES" in os.environ:
    wsgi = make_app(Path(os.environ["BENCH_PAGES"]))
