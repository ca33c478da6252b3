"""What stands across every page that this database prints."""

from organisations.models import Partnership

DEMONSTRATION = "DEMONSTRATION"


def mark_of_all() -> str:
    """The mark of every document of a demonstration; empty in a real portal."""
    return DEMONSTRATION if Partnership.objects.filter(is_demonstration=True).exists() else ""
