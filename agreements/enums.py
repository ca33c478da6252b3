"""The closed lists of the app."""

from django.db.models import TextChoices


class AgreementKind(TextChoices):
    REGIONAL = "regional", "Regional överenskommelse (RÖK)"
    LOCAL = "local", "Lokal överenskommelse (LÖK)"


class ForceRule(TextChoices):
    """From which day an agreement is in force when the last decision came after the planned date."""

    DECISION = "decision", "Från dagen för det sista beslutet"
    MONTH_AFTER_DECISION = "month_after_decision", "Från den första i månaden efter det sista beslutet"
    LEGAL_FORCE = "legal_force", "Från den dag då alla beslut har fått laga kraft"
    MONTH_AFTER_LEGAL_FORCE = (
        "month_after_legal_force",
        "Från den första i månaden efter att alla beslut har fått laga kraft",
    )


class Topic(TextChoices):
    """What a section is about, so that what is missing shows."""

    BACKGROUND = "background", "Bakgrund"
    PURPOSE = "purpose", "Syfte och mål"
    PARTIES = "parties", "Parter"
    TARGET_GROUP = "target_group", "Målgrupp"
    RESPONSIBILITY = "responsibility", "Ansvarsfördelning"
    COOPERATION = "cooperation", "Samverkan"
    CHILD_PERSPECTIVE = "child_perspective", "Barnperspektiv"
    PARTICIPATION = "participation", "Delaktighet för den som berörs"
    FOLLOW_UP = "follow_up", "Uppföljning"
    DEVIATIONS = "deviations", "Avvikelser"
    DISPUTES = "disputes", "Oenighet och tvist"
    VALIDITY = "validity", "Giltighet och ändring"
    OTHER = "other", "Annat"


class DraftAccess(TextChoices):
    READ = "read", "Får läsa"
    WRITE = "write", "Får läsa och skriva"


class RecommendationKind(TextChoices):
    ASSIGNED = "assigned", "Gav i uppdrag"
    APPROVED = "approved", "Godkände"
    RECOMMENDED = "recommended", "Rekommenderade till beslut"


class StepRole(TextChoices):
    """What a body does on a principal's way to a decision."""

    PREPARING = "preparing", "Bereder"
    HEARD = "heard", "Yttrar sig"
    DECIDING = "deciding", "Beslutar"


class Outcome(TextChoices):
    """What a body arrived at."""

    ADOPTED = "adopted", "Antog utan ändring"
    ADOPTED_ON_CONDITION = "adopted_on_condition", "Antog under förutsättning att alla fattar likalydande beslut"
    AMENDED = "amended", "Antog med ändringar"
    TABLED = "tabled", "Bordlade"
    REFERRED_BACK = "referred_back", "Återremitterade"
    REJECTED = "rejected", "Avslog"
    SUPPORTED = "supported", "Ställde sig bakom förslaget"  # of a body that prepares or is heard
    VOID = "void", "Registreringen gällde inget beslut"  # of a correction only


class Evidence(TextChoices):
    """How well it is known which text was decided on, the strongest first."""

    EXTRACT = "extract", "Utdraget anger fingeravtrycket"
    COMPARED = "compared", "Texterna är jämförda"
    STATED = "stated", "Bara uppgivet"


class Verdict(TextChoices):
    """How one principal stands to one version."""

    IDENTICAL = "identical", "Likalydande"
    CONDITIONAL = "conditional", "Likalydande, om alla fattar samma beslut"
    AMENDED = "amended", "Antagen med ändringar"
    OTHER_VERSION = "other_version", "Antagen i annan version"
    TABLED = "tabled", "Bordlagd"
    REFERRED_BACK = "referred_back", "Återremitterad"
    REJECTED = "rejected", "Avslagen"
    NOT_YET = "not_yet", "Inte beslutad"
    UNKNOWN = "unknown", "Okänt"
    NO_VERSION = "no_version", "Ingen version än"


class AgreementState(TextChoices):
    """How the agreement as a whole stands."""

    PREPARING = "preparing", "Under beredning"
    UNKNOWN = "unknown", "Okänt"
    WAITING = "waiting", "Väntar"
    CONDITION_MET = "condition_met", "Villkoret är uppfyllt"
    IN_FORCE = "in_force", "I kraft"
    CANNOT = "cannot", "Kan inte träda i kraft som beslutat"
    EXTENDED = "extended", "Förlängd"
    EXPIRING = "expiring", "Löper snart ut"
    EXPIRED = "expired", "Har löpt ut"
    REPLACED = "replaced", "Ersatt"
    WITHDRAWN = "withdrawn", "Uppsagd"


class ChangeKind(TextChoices):
    """What can happen to the validity of an agreement."""

    EXTENSION = "extension", "Förlängning"
    REPLACEMENT = "replacement", "Ersatt av en annan överenskommelse"
    WITHDRAWAL = "withdrawal", "Uppsägning"
