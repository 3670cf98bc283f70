"""No upload grows beyond its bound: what comes after it is read to the end, and kept nowhere."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

# In bytes: one file, and all that one request brings.
MOST_A_FILE = 20 * 1024 * 1024
MOST_AT_ONCE = 5 * MOST_A_FILE
TOO_LARGE = "valuereview.upload_too_large"


class BoundedUpload(FileUploadHandler):
    """Stands before the handlers that keep a file, and counts."""

    of_file = of_request = 0

    def new_file(self, *arguments: Any, **options: Any) -> None:
        """Count the next file from nothing."""
        super().new_file(*arguments, **options)
        self.of_file = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand a chunk on; raises StopUpload where it is one too many."""
        self.of_file += len(raw_data)
        self.of_request += len(raw_data)
        if self.of_file > MOST_A_FILE or self.of_request > MOST_AT_ONCE:
            if self.request is not None:
                self.request.META[TOO_LARGE] = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Leave the file to the handlers that keep it."""
        return None


def was_too_large(request: HttpRequest) -> bool:
    """Whether what was uploaded went beyond a bound, and is lost."""
    return bool(request.META.get(TOO_LARGE))
