"""What mandates hold about persons: whom a form is about, who gives the mandate, contacts, hand-overs, scans."""

from django.db.models import F, Q, Value
from django.db.models.fields import DateField
from django.db.models.functions import Coalesce, Now

from kvinnofrid.core import privacy
from kvinnofrid.core.privacy import (
    NO_ADDRESS,
    NO_VALUES,
    NOBODY,
    NOTHING,
    OWN_ADDRESS,
    PersonalData,
    Purpose,
    Redaction,
    Tie,
    Wait,
    nobody_if,
)
from mandates.enums import LineState, LinkState
from mandates.workflow import HELD_LINE_STATES

FORMS = Purpose(
    "Uppdragsbeskrivningar",
    "Ett attesterat uppdrag är en allmän handling: det visar vem som företrädde vilken organisation, och när.",
    "Kontaktuppgifterna tills representantens konto gallras. Uppdraget självt gallras inte.",
    "I ett uppdrag som har attesterats står representantens namn och befattning kvar, och uppdragsgivarens befattning. "
    "Uppdragsgivarens namn står kvar bara för den som inte hade något konto. "
    "I andra uppdrag, och för den som hade skyddade personuppgifter, står ”Borttagen person”.",
)
CONTACTS = Purpose(
    "Interna kontakter",
    "För att representanten ska veta vem i organisationen som ger synpunkter och får information.",
    "Tills kontakten tas bort, eller representantens eller kontaktens konto gallras.",
    "Vilken verksamhet det gällde.",
)
LIFE = Purpose(
    "Bekräftelser och överlämningar",
    "För att uppdraget ska gälla det som är sant i dag, och för att efterträdaren ska få veta vad som pågår.",
    "Tills representantens konto gallras.",
    "Vilken dag uppdraget bekräftades eller lämnades över.",
)
REMINDERS = Purpose(
    "Påminnelser om uppdrag",
    "För att det ska gå att se vem som har påmints om vad, och att ingen påminns för ofta.",
    "Adressen tills kontot gallras.",
    "Att en påminnelse gick, om vilket uppdrag och vilken dag.",
)
PAPERS = Purpose(
    "Inlästa pappersblanketter",
    "Blanketten är beviset för att uppdraget är undertecknat.",
    "Tills representantens konto gallras. Originalet finns i organisationens eget arkiv.",
    "Dagarna då blanketten undertecknades och kom in.",
)

GONE = "CASE WHEN reason = '' THEN '' ELSE 'Gallrat' END"
# A form is part of the record when any line of it has been attested.
NOT_ON_RECORD = (
    "v_protected OR NOT EXISTS ("
    "SELECT FROM mandates_mandateseat s WHERE s.mandate_id = {table}.id AND s.attested_at IS NOT NULL)"
)
LINE_NOT_ON_RECORD = (
    "NOT EXISTS (SELECT FROM mandates_mandateseat s WHERE s.id = {table}.id AND s.attested_at IS NOT NULL)"
)
LINK_NOT_ON_RECORD = (
    "NOT EXISTS (SELECT FROM mandates_mandateseat s WHERE s.decided_link_id = {table}.id AND s.attested_at IS NOT NULL)"
)

privacy.declare(
    PersonalData(
        "mandates.Mandate",
        FORMS,
        ("edition", "name", "title", "email", "phone", "private_phone", "state", "created_at", "submitted_at"),
        found_by=("representative",),
        related=("edition",),
        redactions=(
            Redaction({"email": NOTHING, "phone": NOTHING, "private_phone": NOTHING}),
            Redaction({"name": NOBODY, "title": NOTHING}, where=NOT_ON_RECORD),
        ),
    ),
    PersonalData(
        "mandates.MandateSeat",
        FORMS,
        (
            "seat",
            "kind",
            "share_percent",
            "commissioner",
            "commissioner_name",
            "commissioner_title",
            "commissioner_email",
            "starts_on",
            "ends_on",
            "case_number",
            "state",
            "attested_at",
            "return_comment",
            "ended_on",
        ),
        found_by=("mandate__representative", "commissioner", "commissioner_email"),
        related=("seat__organisation", "commissioner"),
        redactions=(
            Redaction({"commissioner_name": nobody_if("commissioner_name")}, where=LINE_NOT_ON_RECORD),
            Redaction({"commissioner_email": NOTHING}),
        ),
    ),
    PersonalData(
        "mandates.AttestLink",
        FORMS,
        ("name", "title", "email", "state", "sent_at", "expires_at", "closed_at"),
        found_by=("line__mandate__representative", "email"),
        hidden=("token_hash",),
        labels={"token_hash": "länkens fingeravtryck"},
        redactions=(Redaction({"name": NOBODY}, where=LINK_NOT_ON_RECORD), Redaction({"email": NO_ADDRESS})),
        expired="state <> 'used' AND expires_at < p_before AND email NOT LIKE '%@borttagen.invalid'",
    ),
    PersonalData(
        "mandates.InternalContact",
        CONTACTS,
        ("name", "role", "email", "phone"),
        found_by=("line__mandate__representative", "email"),
        redactions=(Redaction({"name": NOBODY, "email": NOTHING, "phone": NOTHING}),),
    ),
    PersonalData(
        "mandates.Confirmation",
        LIFE,
        ("confirmed_on", "stood"),
        found_by=("line__mandate__representative",),
        redactions=(Redaction({"stood": NO_VALUES}),),
    ),
    PersonalData(
        "mandates.Handover",
        LIFE,
        ("goes_on", "meetings", "papers", "handed_over_at"),
        found_by=("line__mandate__representative",),
        redactions=(Redaction({"goes_on": NOTHING, "meetings": NOTHING, "papers": NOTHING}),),
    ),
    PersonalData(
        "mandates.MandateReminder",
        REMINDERS,
        ("mandate", "matter", "rung", "address", "sent_at"),
        found_by=("recipient", "address"),
        related=("mandate",),
        redactions=(
            Redaction({"address": f"CASE WHEN address = '' THEN '' ELSE {OWN_ADDRESS} END", "message": "NULL"}),
        ),
    ),
    PersonalData(
        "mandates.ReminderPause",
        REMINDERS,
        ("mandate", "starts_on", "ends_on", "reason"),
        found_by=("mandate__representative",),
        related=("mandate",),
        redactions=(Redaction({"reason": GONE}),),
    ),
    PersonalData(
        "mandates.RenewalRequest",
        FORMS,
        ("mandate", "state", "reason"),
        found_by=("mandate__representative",),
        related=("mandate",),
        redactions=(Redaction({"reason": GONE}),),
    ),
    PersonalData(
        "mandates.PaperForm",
        PAPERS,
        ("scan", "signed_on", "received_on"),
        found_by=("lines__mandate__representative",),
        related=("scan",),
        file="scan",
    ),
)
privacy.declare_ties(
    Tie(
        "mandates.MandateSeat",
        "mandate__representative",
        Coalesce(F("ended_on"), F("ends_on")),
        Q(state__in=HELD_LINE_STATES),
    ),
    Tie(
        "mandates.MandateSeat",
        "mandate__representative",
        Value(None, output_field=DateField()),
        Q(state=LineState.WAITING),
    ),
)
privacy.declare_waits(
    Wait("mandates.MandateSeat", "commissioner_email", Q(state=LineState.WAITING)),
    Wait("mandates.AttestLink", "email", Q(state=LinkState.OPEN, expires_at__gt=Now())),
)
privacy.not_about_persons(
    {
        "mandates.FormEdition": ("name",),
        "mandates.EditionSection": ("heading", "body"),
        "mandates.Vacancy": ("note", "function_email"),  # of a seat that nobody holds
        "mandates.Bundle": ("sha256",),
    }
)
