"""What a picture, a document, a video or its captions are, whatever the name says: pictures are made anew without what a camera
wrote into them, a PDF that can do more than be read is refused, and so is a video that is not whole. Runs in the cage."""

import base64
import io
from collections.abc import Iterator
from typing import Any

import pypdf
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from deliberation.declarations.importing import captions, films
from deliberation.declarations.importing.refusals import ImportRefused

PIXELS_MAX = 40_000_000
EDGE = 1600
"""Pixels of the longer edge of a picture as it is kept."""
BYTES_WISHED = 1_500_000
"""A picture without transparency that is heavier becomes JPEG."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
ACTIVE = frozenset({
    "/JS", "/JavaScript", "/Launch", "/RichMedia", "/EmbeddedFiles", "/EmbeddedFile", "/XFA", "/ImportData", "/SubmitForm",
    "/Movie",
})  # fmt: skip
"""What of a PDF runs, sends or hides a file (ISO 32000-2, 12.6 and 12.7)."""


def look(data: bytes) -> dict[str, Any]:
    """`kind` (a media type), for what is not kept as it came `content` in base64, for pictures `width` and `height`. Raises
    ImportRefused."""
    if data[:1024].lstrip().startswith(b"%PDF-"):
        _look_into_pdf(data)
        return {"kind": "application/pdf"}
    if films.is_mp4(data):
        return {"kind": "video/mp4", "content": base64.b64encode(films.look_into_mp4(data)).decode()}
    if films.is_webm(data):
        return {"kind": "video/webm", "content": base64.b64encode(films.look_into_webm(data)).decode()}
    if captions.is_captions(data):
        captions.look_into_captions(data)
        return {"kind": "text/vtt"}
    return _picture(data)


def _picture(data: bytes) -> dict[str, Any]:
    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise ImportRefused("wrong_type") from error
    except Image.DecompressionBombError as error:
        raise ImportRefused("bomb") from error
    if image.width * image.height > PIXELS_MAX:
        raise ImportRefused("bomb")
    image.draft("RGB", (EDGE, EDGE))
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    is_clear = upright.has_transparency_data
    upright = upright.convert("RGBA" if is_clear else "RGB")
    upright.thumbnail((EDGE, EDGE))
    # What is drawn stays sharp, what a camera took stays small.
    kind = "PNG" if is_clear or image.format in ("PNG", "GIF") else "JPEG"
    content = _saved(upright, kind, profile)
    if len(content) > BYTES_WISHED and not is_clear:
        kind, content = "JPEG", _saved(upright, "JPEG", profile)
    return {
        "kind": f"image/{kind.lower()}", "width": upright.width, "height": upright.height,
        "content": base64.b64encode(content).decode(),
    }  # fmt: skip


def _saved(image: Image.Image, kind: str, profile: bytes | None) -> bytes:
    """A fresh copy of the pixels: what else stood in the file (places, cameras, names) is not in `image.info` any more."""
    image.info = {}
    out = io.BytesIO()
    ways: dict[str, Any] = {"quality": 82, "progressive": True} if kind == "JPEG" else {}
    image.save(out, kind, optimize=True, icc_profile=profile, exif=b"", **ways)
    return out.getvalue()


def _look_into_pdf(data: bytes) -> None:
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise ImportRefused("encrypted")
        if not len(reader.pages):
            raise ImportRefused("empty")
        if any(_is_active(each) for each in _objects(reader)):
            raise ImportRefused("macros")
    except DependencyError as error:
        raise ImportRefused("encrypted") from error
    except PyPdfError as error:
        raise ImportRefused("damaged") from error


def _objects(reader: pypdf.PdfReader) -> Iterator[Any]:
    yield reader.trailer
    for generation, places in list(reader.xref.items()):
        for number in list(places):
            yield reader.get_object(IndirectObject(number, generation, reader))
    for number in list(reader.xref_objStm):
        yield reader.get_object(IndirectObject(number, 0, reader))


def _is_active(found: Any) -> bool:
    """Of this object and what stands in it directly; what it points to has its own turn."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            # Whose name or kind it is decides: an action says what it does under /S.
            if ACTIVE & set(one) or one.get("/S") in ACTIVE or one.get("/Type") in ACTIVE:
                return True
            waiting += [value for value in one.values() if not isinstance(value, IndirectObject)]
        elif isinstance(one, ArrayObject):
            waiting += [value for value in one if not isinstance(value, IndirectObject)]
    return False
