"""The closed lists of the app: kinds and roles."""

from django.db.models import TextChoices


class OrganisationKind(TextChoices):
    MUNICIPALITY = "municipality", "Kommun"
    REGION = "region", "Region"
    COUNTY_BOARD = "county_board", "Länsstyrelse"
    AGENCY = "agency", "Statlig myndighet"
    UNIVERSITY = "university", "Högskola eller universitet"
    CIVIL_SOCIETY = "civil_society", "Civilsamhälle"
    COOPERATION = "cooperation", "Samverkan mellan organisationer"
    UNIT = "unit", "Enhet i en organisation"


class BodyKind(TextChoices):
    COMMITTEE = "committee", "Nämnd"
    EXECUTIVE = "executive", "Kommunstyrelse (KS)"
    COUNCIL = "council", "Kommunfullmäktige (KF)"
    HEALTH_COMMITTEE = "health_committee", "Hälso- och sjukvårdsnämnd (HSN)"
    REGION_EXECUTIVE = "region_executive", "Regionstyrelse (RS)"
    REGION_COUNCIL = "region_council", "Regionfullmäktige (RF)"
    JOINT_COMMITTEE = "joint_committee", "Gemensam nämnd"


class ForumKind(TextChoices):
    COUNTY_GROUP = "county_group", "Länsgrupp"
    CHIEFS_NETWORK = "chiefs_network", "Länsnätverk för förvaltningschefer"
    STEERING_GROUP = "steering_group", "Styrgrupp"
    WELFARE_COUNCIL = "welfare_council", "Välfärdsråd"
    LOCAL_GROUP = "local_group", "Lokal samverkansgrupp"
    WORKING_GROUP = "working_group", "Arbetsgrupp"


class SeatHolding(TextChoices):
    MANDATE = "mandate", "Uppdrag (attesterat formulär)"
    EX_OFFICIO = "ex_officio", "Befattning eller förtroendeuppdrag"


class RelationKind(TextChoices):
    """What one part of the structure does with another, as a verb between them."""

    CONVENES = "convenes", "sammankallar"
    ASSIGNS = "assigns", "ger uppdrag till"
    REPORTS = "reports", "rapporterar till"
    DIALOGUE = "dialogue", "för dialog med"


class Role(TextChoices):
    """Every role a dated membership can give; which scope it belongs to is told by the sets below."""

    READER = "reader", "Läsare"
    REPRESENTATIVE = "representative", "Representant"
    COMMISSIONER = "commissioner", "Uppdragsgivare"
    REGISTRAR = "registrar", "Registrator"
    ADMINISTRATOR = "administrator", "Administratör"
    CHAIR = "chair", "Ordförande"
    SECRETARY = "secretary", "Sekreterare"
    MEMBER = "member", "Ledamot"
    COORDINATOR = "coordinator", "Samordnare"


ORGANISATION_ROLES = (Role.READER, Role.REPRESENTATIVE, Role.COMMISSIONER, Role.REGISTRAR, Role.ADMINISTRATOR)
FORUM_ROLES = (Role.CHAIR, Role.SECRETARY)
PARTNERSHIP_ROLES = (Role.COORDINATOR,)
