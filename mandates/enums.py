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
