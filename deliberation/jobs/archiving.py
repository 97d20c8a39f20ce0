"""What the jobs do about snapshots of deliberations (`results/archive/snapshots`)."""

from pathlib import Path

from flask import Flask

from deliberation.clock import now
from deliberation.database import db, reading_only


def keep_snapshots(app: Flask) -> int:
    """Withdraw the snapshots in which something stands that is not public any more, and make those that are due: where a
    phase has ended, and in place of withdrawn ones.
    Files that no row names go. Commits each; how many were made. Making holds no lock."""
    from deliberation.results import shelf
    from deliberation.results.archive import snapshots

    folder = Path(app.instance_path) / snapshots.FOLDER
    for path in shelf.left_here(folder, snapshots.ENDING):
        shelf.take_in(path)
        db.session.commit()
        path.unlink(missing_ok=True)
    with reading_only():
        snapshots.sweep(folder)
        checked, due = snapshots.check(folder), snapshots.find_due(now())
    db.session.commit()
    if checked.gone or checked.sure:
        snapshots.note_checked(checked, folder)
        db.session.commit()
    for one in due:
        with reading_only():
            made, mark = snapshots.make(one, app.config["BASE_URL"])
        db.session.commit()
        snapshots.keep(one, made, mark, folder)
        db.session.commit()
    return len(due)
