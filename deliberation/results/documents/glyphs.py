"""What the fonts of a PDF can draw. PDF/UA refuses a sign without a picture; a square stands for it, and a note says so."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from deliberation.results import typesetting, words
from deliberation.results.redline.words import fit

INSTEAD = "□"
_KNOWN = re.compile(
    "[\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\U0001f000-\U0010ffff][\ufe00-\ufe0f\u200d\U0001f000-\U0010ffff]*"
)
"""Signs that the fonts surely lack: East Asian scripts and emoji, with what joins several of these into one."""
_REFUSED = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_BLOCK = 0x80
TRIES = 12

_ = words.gettext


def typeset(template: str, data: dict[str, Any], day: date) -> bytes:
    """PDF/UA-1, whatever signs people used. The template shows `note`, which is empty where nothing is missing. The same data
    give the same bytes. Raises RuntimeError where the template itself is at fault."""
    data = drawable(data)
    for _try in range(TRIES):
        try:
            return typesetting.to_pdf(template, _noted(data), day)
        except RuntimeError as error:
            fewer = without_refused(data, str(error))
            if fewer is None:
                raise
            data = fewer
    return typesetting.to_pdf(template, _noted(data), day)


def _noted(data: dict[str, Any]) -> dict[str, Any]:
    is_missing = INSTEAD in str(data)
    return {**data, "note": _("□ steht für ein Zeichen, das die Schrift dieser Datei nicht hat.") if is_missing else ""}


def drawable(data: Any) -> Any:
    """The same without what no font of ours has, and without what no file may contain."""
    return _everywhere(data, lambda text: _KNOWN.sub(INSTEAD, fit(text)))


def without_refused(data: Any, error: str) -> Any | None:
    """The same without the sign that a refusal names, and its neighbours in Unicode; None if it was refused for something
    else."""
    found = _REFUSED.search(error)
    named = re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: chr(int(m[1], 16)), found[1]) if found else ""
    blocks = {ord(sign) // _BLOCK for sign in named if ord(sign) >= _BLOCK}
    if not blocks:
        return None
    return _everywhere(data, lambda text: "".join(INSTEAD if ord(sign) // _BLOCK in blocks else sign for sign in text))


def _everywhere(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {key: _everywhere(value, change) for key, value in data.items()}
    return [_everywhere(one, change) for one in data] if isinstance(data, list | tuple) else data
