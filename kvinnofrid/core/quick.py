"""The environment of the templates for what stands hundreds of times on a page."""

from typing import Any, ClassVar

from jinja2 import Environment


class Quick(Environment):
    """A dot means an attribute and nothing else, and one that is missing is an error: no second way is tried."""

    getattr: ClassVar[Any] = staticmethod(getattr)
