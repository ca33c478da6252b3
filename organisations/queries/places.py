"""The pages of a place where roles are held: an organisation, a forum, the partnership."""

from typing import Any

from django.urls import reverse

from organisations.models import Forum, Organisation


def place_url(scope: Any, page: str, *args: Any) -> str:
    """The address of one of the place's pages about members: `member_list`, say."""
    if isinstance(scope, Organisation):
        return reverse(page, args=[scope.slug, *args])
    if isinstance(scope, Forum):
        return reverse(f"forum_{page}", args=[scope.slug, *args])
    return reverse(f"partnership_{page}", args=args)
