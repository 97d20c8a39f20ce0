"""From a template of ours and data to a PDF that assistive technology can read (PDF/UA-1).

Words of people reach the template as data alone, never as markup: they cannot run anything. Nothing is loaded from outside.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from deliberation.config import package_root

FONTS = Path(__file__).parent / "fonts"


def to_pdf(template: str, data: Any, day: date) -> bytes:
    """`template` names a file of `templates/results`, which reads the data with `json(bytes(sys.inputs.data))`. The day is
    all that is said about when the file was made. Raises RuntimeError where the result would not be accessible, such as
    for a picture without words in its place."""
    return _compile(template, data, day, format="pdf", pdf_standards=["ua-1"])


def to_pictures(template: str, data: Any, day: date, dots_per_inch: float = 96.0) -> list[bytes]:
    """The same pages as PNG files, for a preview."""
    pages = _compile(template, data, day, format="png", ppi=dots_per_inch)
    return pages if isinstance(pages, list) else [pages]


def count_pages(template: str, data: Any) -> int:
    """How many pages it has, as the template says at its label `pages`. Nothing is drawn."""
    import typst

    return int(typst.query(selector="<pages>", field="value", one=True, **_job(template, data)).strip())


def _compile(template: str, data: Any, day: date, **options: Any) -> Any:
    # Loaded by whoever needs it: a worker that only answers pages stays small.
    import typst

    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return typst.compile(**_job(template, data), timestamp=int(moment.timestamp()), **options)


def _job(template: str, data: Any) -> dict[str, Any]:
    folder = package_root() / "templates" / "results"
    return {
        "input": str(folder / template),
        "root": str(folder),
        "font_paths": [str(FONTS)],
        "ignore_system_fonts": True,
        "sys_inputs": {"data": json.dumps(data, ensure_ascii=False)},
    }
