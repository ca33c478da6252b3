"""How uploads are received: into memory, up to a limit for each file and for the whole request, and never parsed."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def megabytes(size: int) -> str:
    """A limit as it is told to people."""
    return f"{size // 1024**2}\N{NO-BREAK SPACE}MB"


class BoundedUploadHandler(FileUploadHandler):
    """Keeps a file's first FILES_MAX_BYTES at most; of a larger one nothing but its size, for the field to refuse."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= settings.FILES_MAX_BYTES:
            self.kept.write(raw_data)
        else:
            self.kept = BytesIO()

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.kept.seek(0)
        return InMemoryUploadedFile(
            self.kept, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )


class BodyLimitMiddleware:
    """Refuses a request that says that it is larger than any form of the portal, before any of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > settings.FILES_MAX_REQUEST_BYTES:
            page = render_to_string("413.html", {"most": megabytes(settings.FILES_MAX_BYTES)})
            return HttpResponse(page, status=413)
        return self.get_response(request)
