"""The limit that pages are compared with: a Flask view that returns recorded bytes, on the same server software.

`python bare.py FOLDER PORT` serves every file of the folder; a file `name.gz` is sent as it is, as gzip.
"""

import sys
from pathlib import Path

from flask import Flask, Response

from deliberation import serving


def make_app(folder: Path) -> Flask:
    app = Flask(__name__)
    app.config["DATABASE_URL"] = "sqlite:///"
    pages = {path.name: path.read_bytes() for path in folder.iterdir()}

    @app.get("/<name>")
    def page(name: str) -> Response:
        response = Response(pages[name], mimetype="text/html")
        if name.endswith(".gz"):
            response.headers["Content-Encoding"] = "gzip"
        return response

    @app.get("/healthz")
    def healthz() -> str:
        return "ok\n"

    return app


def main() -> None:
    app = make_app(Path(sys.argv[1]))
    server = serving.Server(app, "127.0.0.1", int(sys.argv[2]), has_jobs=False)
    # As Server.run, which also lets go of a database that there is none of here.
    serving._Gunicorn(app, server._options(lambda: None)).run()


if __name__ == "__main__":
    main()
