"""What a form may carry, whichever way it is packed: so many bytes and so many fields, before anything is made of them.

Werkzeug counts the parts of multipart forms alone; a short name repeated a million times would fill the memory.
"""

import io
from typing import IO, Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser


class MeasuredForms(FormDataParser):
    """MAX_FORM_MEMORY_SIZE and MAX_FORM_PARTS hold for plain forms too."""

    def _parse_urlencoded(self, stream: IO[bytes], mimetype: str, content_length: int | None, options: Any) -> Any:
        most, parts = self.max_form_memory_size, self.max_form_parts
        body = stream.read() if most is None else stream.read(most + 1)
        if (most is not None and len(body) > most) or (parts is not None and body.count(b"&") >= parts):
            raise RequestEntityTooLarge
        return super()._parse_urlencoded(io.BytesIO(body), mimetype, content_length, options)


class MeasuredRequest(Request):
    form_data_parser_class = MeasuredForms
