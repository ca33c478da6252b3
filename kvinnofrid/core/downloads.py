"""Answers with a document, or with a plain page when it could not be drawn."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from kvinnofrid.core.pdf import Document, PdfFailed

logger = logging.getLogger(__name__)


def pdf_response(request: HttpRequest, draw: Callable[[], Document], filename: str) -> HttpResponse:
    """The drawn document as a file to open or save; 503 with what to do when it could not be drawn."""
    try:
        document = draw()
    except PdfFailed as failure:
        logger.warning("pdf failed at %s: %s", request.path, failure.detail)
        return render(request, "pdf/failed.html", {"reason": str(failure)}, status=503)
    response = HttpResponse(document.pdf, content_type="application/pdf")
    name = " ".join(filename.split())  # a header holds no line breaks
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or ""
    return response
