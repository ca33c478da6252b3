"""The mark across the pages of a PDF."""

from django import template

from organisations.queries import mark_of_all

register = template.Library()


@register.simple_tag
def mark(own: str = "") -> str:
    """The document's own mark, and under it the one of a demonstration: a line each."""
    return "\n".join(filter(None, [own, mark_of_all()]))
