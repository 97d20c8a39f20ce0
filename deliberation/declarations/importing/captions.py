"""Whether a file is captions for a video: WebVTT as the W3C describes it, with its own few tags and nothing else. Runs in the
cage."""

import re

from deliberation.declarations.importing.refusals import ImportRefused

CAPTIONS_MAX = 500_000
SIGNATURE = b"WEBVTT"
_TIME = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+[a-z]+:[^\s<>&]+)*[ \t]*", re.ASCII)
_TAG = re.compile(rf"</?(?:c|i|b|u|ruby|rt|v|lang)(?:\.[^\s<>.]+)*(?:[ \t][^<>]*)?>|<{_TIME}>", re.ASCII)
_NOT_A_CUE = re.compile(r"(?:NOTE|REGION)(?:[ \t]|$)")


def is_captions(data: bytes) -> bool:
    return data.removeprefix(b"\xef\xbb\xbf").startswith(SIGNATURE)


def look_into_captions(data: bytes) -> None:
    """Raises ImportRefused: too_big, damaged (no UTF-8), timing with the `line`, macros (what is no caption), or empty."""
    if len(data) > CAPTIONS_MAX:
        raise ImportRefused("too_big")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise ImportRefused("damaged") from error
    if "\0" in text:
        raise ImportRefused("damaged")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise ImportRefused("timing", line=1)
    if not sum(_is_cue(lines, first, last) for first, last in _blocks(lines)):
        raise ImportRefused("empty")


def _blocks(lines: list[str]) -> list[tuple[int, int]]:
    """What stands together between empty lines; the head aside."""
    found, first = list[tuple[int, int]](), 0
    for place, line in enumerate([*lines, ""]):
        if not line:
            if first < place:
                found.append((first, place))
            first = place + 1
    if any("-->" in line for line in lines[: found[0][1]]):
        raise ImportRefused("timing", line=2)
    return found[1:]


def _is_cue(lines: list[str], first: int, last: int) -> bool:
    """Whether these lines are shown; what is neither that nor a note is refused."""
    if lines[first].startswith("STYLE"):
        raise ImportRefused("macros")
    if _NOT_A_CUE.match(lines[first]) and "-->" not in lines[first]:
        if any("-->" in line for line in lines[first:last]):
            raise ImportRefused("timing", line=first + 1)
        return False
    # A cue may have a name.
    at = first if "-->" in lines[first] else first + 1
    timing = _TIMING.fullmatch(lines[at]) if at < last else None
    if timing is None or _seconds(timing.groups()[:4]) >= _seconds(timing.groups()[4:]):
        raise ImportRefused("timing", line=min(at, last - 1) + 1)
    words = "\n".join(lines[at + 1 : last])
    if "-->" in words:
        raise ImportRefused("timing", line=at + 2)
    if "<" in _TAG.sub("", words):
        raise ImportRefused("macros")
    return True


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
