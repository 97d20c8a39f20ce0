"""How answers leave: the same headers on all of them, and packed."""

import gzip
import re

from flask import Flask, Response, g, request

from deliberation.assets import build_bundles
from deliberation.config import package_root

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
FRAMED = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *").replace(
    "form-action 'self'", "form-action 'none'"
).replace("script-src 'self'", "script-src 'none'")
"""For the pages under `/embed`, which other sites show in a frame: nothing can be sent from them, and no script runs."""
COMPRESS_FROM = 1024
NAMED = re.compile(r"app-[0-9a-f]{12}\.(css|js)")


def init_assets(app: Flask) -> None:
    """Serve styles and scripts, put together at the start, under names that change with them."""
    bundles = build_bundles(package_root() / "static")
    by_name = {bundle.name: bundle for bundle in bundles.values()}
    app.jinja_env.globals["asset_names"] = {kind: bundle.name for kind, bundle in bundles.items()}

    @app.get("/assets/<name>", endpoint="asset")
    def asset(name: str) -> Response:
        # While machines are upgraded one after the other, a page of the one may ask the other for what it has in another version:
        # a page without style would be worse than one in that of today.
        bundle = by_name.get(name) or (bundles.get(name.rpartition(".")[2]) if NAMED.fullmatch(name) else None)
        if bundle is None:
            return Response(status=404)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = Response(bundle.compressed if packed else bundle.content, mimetype=bundle.mimetype)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if bundle.name == name else "no-store"
        response.vary.add("Accept-Encoding")
        return response


def set_headers(response: Response, is_personal: bool) -> None:
    """What every answer carries, errors and files included. `is_personal`: it was made for somebody signed in."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "same-origin")
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
    headers["X-Request-ID"] = g.get("request_id", "-")
    if g.get("is_production"):
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store" if is_personal or request.method != "GET" else "private, no-cache"
    if response.mimetype == "text/html":
        response.vary.update(("Cookie", "Accept-Language"))


def compress(response: Response, is_personal: bool) -> None:
    """Pack what is worth it for browsers that can unpack; what only one person reads, in half the time for a tenth more bytes."""
    wanted = "gzip" in request.headers.get("Accept-Encoding", "")
    if not wanted or response.direct_passthrough or response.is_streamed or "Content-Encoding" in response.headers:
        return
    if response.mimetype not in (
        "text/html",
        "application/json",
        "application/atom+xml",
        "text/csv",
        "text/markdown",
        "image/svg+xml",
    ):
        return
    data = response.get_data()
    if len(data) >= COMPRESS_FROM:
        response.set_data(gzip.compress(data, 3 if is_personal else 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
