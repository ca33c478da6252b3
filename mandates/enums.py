"""The closed lists of the app: states and kinds."""

from django.db.models import TextChoices


class MandateState(TextChoices):
    DRAFT = "draft", "Utkast"
    SUBMITTED = "submitted", "Inskickat"
    WITHDRAWN = "withdrawn", "Återtaget"
    ENDED = "ended", "Avslutat"


class LineState(TextChoices):
    DRAFT = "draft", "Utkast"
    WAITING = "waiting", "Väntar på attest"
    RETURNED = "returned", "Återsänd för rättning"
    ATTESTED = "attested", "Attesterad"
    WITHDRAWN = "withdrawn", "Återtagen"
    ENDED = "ended", "Avslutad"


class LineKind(TextChoices):
    ORDINARY = "ordinary", "Ordinarie"
    DEPUTY = "deputy", "Ersättare"


class Through(TextChoices):
    """How a line was attested; from the strongest evidence to the weakest."""

    PORTAL = "portal", "inloggad i portalen"
    PAPER = "paper", "inkommen på papper"
    LINK = "link", "attesterad via engångslänk"


class LinkState(TextChoices):
    """A one-time link to a commissioner without account. That it has expired is computed, never stored."""

    OPEN = "open", "Öppen"
    USED = "used", "Använd"
    WITHDRAWN = "withdrawn", "Återkallad"


class BundleContent(TextChoices):
    """Which mandates of a forum are gathered in one file."""

    ACTIVE = "active", "Giltiga den dagen"
    SUBMITTED = "submitted", "Alla inskickade till och med dagen"


class BundleFormat(TextChoices):
    PDF = "pdf", "En PDF med bokmärken"
    ZIP = "zip", "En ZIP med en PDF för varje uppdrag"
