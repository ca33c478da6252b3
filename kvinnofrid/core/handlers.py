"""How requests are read: as UTF-8, whatever they say."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest


class Utf8Request(WSGIRequest):
    """Our pages send UTF-8. A request that claims something else could name a codec that fails before any answer."""

    @property
    def encoding(self) -> Any:
        return None

    @encoding.setter
    def encoding(self, value: Any) -> None:
        """What the request claims is not used."""


class Handler(WSGIHandler):
    """Django's, with requests of ours."""

    request_class = Utf8Request
