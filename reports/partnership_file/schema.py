"""The sections of the partnership file. A new section is a new Kind in SECTIONS; nothing else needs to know."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from mandates.models import EditionSection, FormEdition
from organisations import actions
from organisations.enums import FORUM_ROLES, ORGANISATION_ROLES, PARTNERSHIP_ROLES, Role
from organisations.models import (
    Appointment,
    BodyMeeting,
    DecidingBody,
    Forum,
    ForumAlias,
    JointParticipant,
    Membership,
    Organisation,
    OrganisationAlias,
    Partnership,
    Relation,
    Seat,
    User,
)
from reports.partnership_file.agreements import AGREEMENTS, TEXT_TEMPLATES
from reports.partnership_file.kinds import PERIOD, Field, Kind, slug_field
from reports.partnership_file.maps import OUTLINES, TILES

EDITION_IS_FROZEN = "Utgåvan är publicerad och kan inte ändras. Lägg till en ny utgåva med ett annat namn."


def _is_the_one(partnership: Partnership) -> None:
    partnership.pk = 1


def _has_no_password(user: User) -> None:
    if not user.password:
        user.set_unusable_password()


def _joins_group(membership: Membership) -> None:
    """Coordinators belong to the partnership as a whole; every role has its group."""
    role = Role(membership.role)
    if role in PARTNERSHIP_ROLES:
        membership.partnership = Partnership.objects.first()
    fitting: dict[type[models.Model], tuple[Role, ...]] = {
        Organisation: ORGANISATION_ROLES,
        Forum: FORUM_ROLES,
        Partnership: PARTNERSHIP_ROLES,
    }
    if membership.scope and role in fitting[type(membership.scope)]:
        membership.group = actions.role_group(role, membership.scope)


def _sits_in_group(appointment: Appointment) -> None:
    appointment.group = actions.role_group(Role.MEMBER, appointment.seat.forum)


def _publish(edition: FormEdition, values: dict[str, Any], _reason: str) -> tuple[str, str] | None:
    """Publish an edition that is not; by nobody, for the file speaks for the partnership."""
    if not values.get("published") or edition.is_published:
        return None
    if not edition.sections.exists():
        raise ValidationError({"published": "En utgåva utan avsnitt kan inte publiceras."})
    edition.published_at = timezone.now()
    return "published", "publicerad: nej → ja"


def _edition_is_frozen(section: Any) -> bool:
    return bool(section.edition.is_published)


PARTNERSHIP = Kind(
    key="partnership",
    model=Partnership,
    about="The county's partnership itself. Exactly one; `county_code` may never change in a database.",
    is_one=True,
    fixed=("county_code",),
    prepare=_is_the_one,
    fields=(
        Field("name", "Kvinnofrid Dalarna", "What the partnership is called; shown on every page."),
        Field("county_name", "Dalarnas län", "The county."),
        Field("county_code", '"20"', "Statistics Sweden's code of the county, two digits."),
        Field("contact_email", "kvinnofrid@lanet.example", "Function address of those who coordinate."),
        Field(
            "tiles",
            "see below",
            "The tile map: a list of `scb_code`, `column` and `row` (0 is leftmost and topmost).",
            TILES,
        ),
        Field(
            "outlines",
            "see below",
            "The drawn map: a list of `scb_code`, `path` and `label`. Without it the map is the tiles.",
            OUTLINES,
        ),
    ),
)

ORGANISATIONS = Kind(
    key="organisations",
    model=Organisation,
    about="Everyone who takes part. `slug` identifies the organisation and is used wherever the file refers to it.",
    identity=("slug",),
    fields=(
        Field("slug", "sater", "Short name for addresses and references: a-z, 0-9 and hyphen. Never change it."),
        Field("name", "Säters kommun", "The official name."),
        Field("short_name", "Säter", "The name for lists and maps."),
        Field("kind", "municipality", "What sort of organisation it is."),
        Field("scb_code", '"2082"', "Statistics Sweden's code, for municipalities and regions."),
        Field("organisation_number", "212000-2239", "Ten digits; the check digit is verified."),
        Field("is_principal", "true", "Whether agreements need this organisation's decision."),
        Field("parent", "region-dalarna", "`slug` of the organisation that this one is a part of."),
        Field("function_email", "socialtjanst@kommunen.example", "Function address, not a person's."),
        Field("active_from", "2010-01-01", "First day that it takes part."),
        Field("active_to", "2027-12-31", "Last day that it takes part. This is how an organisation is ended."),
    ),
    children=(
        Kind(
            key="aliases",
            model=OrganisationAlias,
            about="Other names, former or everyday.",
            identity=("name",),
            within="organisation",
            fields=(Field("name", "Polismyndigheten", "The other name."), *PERIOD),
        ),
        Kind(
            key="deciding_bodies",
            model=DecidingBody,
            about="The bodies in which a principal decides.",
            identity=("name",),
            within="organisation",
            fields=(
                Field("name", "Socialnämnden", "The body's name."),
                Field("kind", "committee", "What sort of body it is."),
                *PERIOD,
            ),
            children=(
                Kind(
                    key="meetings",
                    model=BodyMeeting,
                    about="The body's calendar. Forecasts are made from it.",
                    identity=("meets_on",),
                    within="body",
                    title=("meets_on",),
                    fields=(Field("meets_on", "2027-02-15", "A day on which the body meets."),),
                ),
                Kind(
                    key="participants",
                    model=JointParticipant,
                    about="The other principals for which it decides. Only where `kind` is `joint_committee`.",
                    identity=("organisation",),
                    within="body",
                    title=("organisation",),
                    fields=(Field("organisation", "orsa", "`slug` of the principal."),),
                ),
            ),
        ),
    ),
)

PEOPLE = Kind(
    key="people",
    model=User,
    about="People who may log in, known by their e-mail. They get no password: each sets one through a link by mail.",
    identity=("email",),
    title=("email",),
    prepare=_has_no_password,
    fields=(
        Field("email", "anna.exempel@kommunen.example", "Work e-mail; it is the login. Case does not matter."),
        Field("name", "Anna Exempel", "Name."),
        Field("title", "Verksamhetschef", "Position."),
        Field("phone", "010-123 45 67", "Work phone."),
        Field(
            "private_phone", "070-123 45 67", "Private phone; shown to the own organisation and the coordinator only."
        ),
        Field(
            "has_protected_identity", "false", "Protected identity: shown by function only outside the organisation."
        ),
        Field("is_active", "true", "`false` stops the person from logging in."),
    ),
)

FORUMS = Kind(
    key="forums",
    model=Forum,
    about="The bodies in which organisations meet.",
    identity=("slug",),
    fields=(
        slug_field("lansgruppen"),
        Field("name", "Länsgruppen MVK/VINR", "The forum's name today."),
        Field("kind", "county_group", "What sort of forum it is."),
        Field("purpose", "Långsiktigt arbete mot våld.", "What it is for."),
        Field("convener", "lansstyrelsen-dalarna", "`slug` of the organisation that convenes it."),
        Field("rhythm", "cirka 4 möten om året", "How often it meets, in words."),
        Field("reports_to", "lchnv", "`slug` of the forum that it reports to."),
        Field("seats_held_by", "mandate", "How a seat is held: by an attested mandate, or by office."),
        *PERIOD,
    ),
    children=(
        Kind(
            key="aliases",
            model=ForumAlias,
            about="Other names, former or everyday.",
            identity=("name",),
            within="forum",
            fields=(Field("name", "Chefsnätverket", "The other name."), *PERIOD),
        ),
        Kind(
            key="seats",
            model=Seat,
            about="One row per seat; an organisation with several seats has a different `function` on each.",
            identity=("organisation", "function"),
            within="forum",
            title=("organisation", "function"),
            fields=(
                Field("organisation", "sater", "`slug` of the organisation."),
                Field("function", "Divisionschef psykiatri", "Tells apart the seats of one organisation."),
                *PERIOD,
            ),
            children=(
                Kind(
                    key="appointments",
                    model=Appointment,
                    about="Who holds the seat by office. Only where `seats_held_by` is `ex_officio`.",
                    identity=("holder", "starts_on"),
                    within="seat",
                    title=("holder",),
                    prepare=_sits_in_group,
                    fields=(Field("holder", "anna.exempel@kommunen.example", "The person's e-mail."), *PERIOD),
                ),
            ),
        ),
        Kind(
            key="form_editions",
            model=FormEdition,
            about="Editions of the fixed text in the forum's mandate form. A published edition can never change.",
            identity=("name",),
            within="forum",
            is_frozen=lambda edition: edition.is_published,
            frozen_message=EDITION_IS_FROZEN,
            finish=_publish,
            fields=(
                Field("name", "Utgåva 2026", "The edition's name."),
                Field("valid_from", "2026-11-01", "First day of use."),
                Field(
                    "published",
                    "true",
                    "`true` publishes the edition and freezes its text.",
                    models.BooleanField("publicerad", default=False),
                ),
            ),
            children=(
                Kind(
                    key="sections",
                    model=EditionSection,
                    about="The text, in order. While the edition is not published the list replaces what was there.",
                    identity=("position",),
                    within="edition",
                    title=("heading",),
                    numbered="position",
                    is_frozen=_edition_is_frozen,
                    frozen_message=EDITION_IS_FROZEN,
                    fields=(
                        Field("heading", "Bakgrund", "Heading."),
                        Field("body", "Länsgruppen bildades 2010.", "Text; an empty line parts paragraphs."),
                    ),
                ),
            ),
        ),
    ),
)

RELATIONS = Kind(
    key="relations",
    model=Relation,
    about=(
        "What a forum or an organisation does with another, with days of its own. What holds as long as the forum "
        "does is told by its `convener` and `reports_to` instead. The kind, both ends and the first day "
        "identify the row."
    ),
    identity=("kind", "from_organisation", "from_forum", "to_organisation", "to_forum", "starts_on"),
    title=("from_organisation", "from_forum", "kind", "to_organisation", "to_forum"),
    fields=(
        Field("kind", "assigns", "What it does."),
        Field("from_organisation", "lansstyrelsen-dalarna", "`slug` of the organisation that does it, or"),
        Field("from_forum", "valfardsradet", "`slug` of the forum that does it."),
        Field("to_organisation", "region-dalarna", "`slug` of the organisation that it is done with, or"),
        Field("to_forum", "lchnv", "`slug` of the forum that it is done with."),
        Field("subject", "en gemensam handlingsplan", "About what, in a few words."),
        *PERIOD,
    ),
)

MEMBERSHIPS = Kind(
    key="memberships",
    model=Membership,
    about="Dated roles. A person, a role, where it holds and its first day together identify the row.",
    identity=("user", "role", "organisation", "forum", "starts_on"),
    title=("user", "role", "organisation", "forum"),
    prepare=_joins_group,
    fields=(
        Field("user", "anna.exempel@kommunen.example", "The person's e-mail."),
        Field("role", "commissioner", "The role. `coordinator` holds in the partnership and names no place."),
        Field("organisation", "sater", "`slug` of the organisation, for roles in an organisation."),
        Field("forum", "lansgruppen", "`slug` of the forum, for `chair` and `secretary`."),
        *PERIOD,
    ),
)

SECTIONS = (PARTNERSHIP, ORGANISATIONS, PEOPLE, FORUMS, RELATIONS, MEMBERSHIPS, TEXT_TEMPLATES, AGREEMENTS)
