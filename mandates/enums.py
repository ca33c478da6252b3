"""The closed lists of the app: states and kinds."""

from django.db.models import IntegerChoices, TextChoices


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


class RenewalState(TextChoices):
    """What has become of an ask for renewal. That the mandate has been renewed, or has ended, is computed."""

    OPEN = "open", "Tillfrågad"
    DECLINED = "declined", "Behöver inte förnyas"
    WITHDRAWN = "withdrawn", "Återtagen"


class BundleContent(TextChoices):
    """Which mandates of a forum are gathered in one file."""

    ACTIVE = "active", "Giltiga den dagen"
    SUBMITTED = "submitted", "Alla inskickade till och med dagen"


class BundleFormat(TextChoices):
    PDF = "pdf", "En PDF med bokmärken"
    ZIP = "zip", "En ZIP med en PDF för varje uppdrag"


class Matter(TextChoices):
    """What a mandate can wait for, and somebody be reminded of."""

    DRAFT = "draft", "Fylla i och skicka in uppdraget"
    RETURNED = "returned", "Rätta uppdraget"
    WAITING = "waiting", "Ta ställning till uppdraget"
    LINK = "link", "Använda engångslänken"
    LINK_CLOSED = "link_closed", "Skicka en ny engångslänk"
    CONFIRM = "confirm", "Bekräfta uppdraget"


class Rung(IntegerChoices):
    """Whom a reminder goes to: one step at a time."""

    PERSON = 1, "Steg 1: den som ska göra något"
    FUNCTION = 2, "Steg 2: organisationens funktionsadress"
    COMMISSIONER = 3, "Steg 3: uppdragsgivaren"


class ElectionKind(TextChoices):
    """What a renewal after a general election ends, to be named anew."""

    BODY = "body", "Nämnder och andra organ"
    CHAIR = "chair", "Ordförande i forum"
    SEAT = "seat", "Platser i forum"
    COMMISSIONER = "commissioner", "Uppdragsgivare"
