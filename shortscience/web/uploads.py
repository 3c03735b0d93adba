"""Files that people send: how much of one is read at all."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

from shortscience.evidence.reading import MAX_BYTES as REPORT_BYTES
from shortscience.lib.pictures import MAX_BYTES as PICTURE_BYTES

# The field of every form that takes a picture.
PICTURE_FIELD = "image_file"
# And of the one that takes a report.
REPORT_FIELD = "report_file"
_MOST_BYTES = {PICTURE_FIELD: PICTURE_BYTES, REPORT_FIELD: REPORT_BYTES}
# Of a form whose file is too large, so that the text beside it is read too. More than this no
# person sends by mistake.
READ_AT_MOST = 64 * 1024 * 1024


class FileLimit(FileUploadHandler):
    """Drops a file that is too large, and keeps the rest of the form."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        end = start + len(raw_data)
        if end > _MOST_BYTES.get(self.field_name or "", end):
            assert self.request is not None
            self.request.META[_DROPPED] = True
            if (self.content_length or 0) > READ_AT_MOST:
                raise StopUpload(connection_reset=True)
            raise SkipFile
        return raw_data

    def handle_raw_input(
        self,
        input_data: Any,  # Any: what the server gives to read from
        META: dict[str, Any],  # noqa: N803 - Django's own name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        self.content_length: int | None = content_length

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers after this one."""


_DROPPED = "shortscience.file_too_large"


def was_too_large(request: HttpRequest) -> bool:
    """Whether the file of this form was dropped for its size."""
    return bool(request.POST is not None and request.META.get(_DROPPED))
