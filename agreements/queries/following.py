"""Links to the board: those that have been given out, and the one that a token opens."""

from dataclasses import dataclass
from datetime import date

from agreements.models import Agreement, ShareLink


@dataclass(frozen=True)
class GivenLink:
    """A link on the coordinator's list, and how it stands."""

    link: ShareLink
    state: str
    tone: str
    is_open: bool


def given_links(agreement: Agreement, day: date) -> list[GivenLink]:
    """All links to the agreement's board, the latest first."""
    return [_given(link, day) for link in agreement.share_links.all()]


def _given(link: ShareLink, day: date) -> GivenLink:
    if link.revoked_at:
        return GivenLink(link, "Återkallad", "neutral", is_open=False)
    if not link.is_open_on(day):
        return GivenLink(link, "Har gått ut", "neutral", is_open=False)
    return GivenLink(link, "Öppen", "good", is_open=True)


def open_link(token_hash: str, day: date) -> ShareLink | None:
    """The link with the hash, if it opens the board on the day: unknown, withdrawn and expired are all None."""
    link = ShareLink.objects.filter(token_hash=token_hash).first()
    return link if link and link.is_open_on(day) else None
