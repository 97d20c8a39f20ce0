"""The archive of a declaration: every state that was kept when a phase ended."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import abort, current_app, render_template

from deliberation.declarations.models import Declaration, current_edition
from deliberation.permissions import Permission
from deliberation.results.archive.snapshots import FOLDER, load_snapshots, read_snapshot
from deliberation.results.models import Snapshot
from deliberation.results.views import attachment, declaration_at, results
from deliberation.urls import archive_url
from deliberation.web import FILES, limiter, viewer


@results.get("/d/<slug>/archive")
def archive(slug: str) -> str:
    """Every state that was kept, for everybody who reads the declaration; what is gone stays in the list."""
    declaration = declaration_at(slug, Permission.READ)
    return _archive_page(declaration, load_snapshots(viewer(), declaration))


@results.get("/d/<slug>/archive/<int:number>")
def snapshot(slug: str, number: int) -> str:
    """The address by which a state is cited."""
    declaration = declaration_at(slug, Permission.READ)
    found = [one for one in load_snapshots(viewer(), declaration) if one.number == number]
    return _archive_page(declaration, found or abort(404), only=number)


def _archive_page(declaration: Declaration, snapshots: Sequence[Snapshot], only: int = 0) -> str:
    return render_template(
        "results/archive.html", declaration=declaration, snapshots=snapshots, only=only, here="archive",
        edition_number=current_edition(declaration).number,
        address=f"{current_app.config['BASE_URL']}{archive_url(declaration)}",
    )  # fmt: skip


@results.get("/d/<slug>/archive/<int:number>.zip")
@limiter.limit(FILES)
def snapshot_file(slug: str, number: int) -> Any:
    declaration = declaration_at(slug, Permission.READ)
    content = read_snapshot(viewer(), declaration, number, Path(current_app.instance_path) / FOLDER)
    if content is None:
        abort(404)
    return attachment(content, "application/zip", f"{slug}-archiv-{number}.zip")
