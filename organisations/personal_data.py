"""What is held about a person as such: account, roles, invitations, login; and when it may be let go."""

from django.db.models import F, Q
from django.db.models.functions import Now

from kvinnofrid.core import privacy
from kvinnofrid.core.privacy import (
    NO_DAY,
    NOBODY,
    NOTHING,
    OWN_ADDRESS,
    Log,
    PersonalData,
    Purpose,
    Redaction,
    Tie,
    Wait,
)
from organisations.models import Redaction as LogLine
from organisations.models.invitations import UNANSWERED

ACCOUNT = Purpose(
    "Ditt konto",
    "För att du ska kunna logga in och nås i ditt arbete, och för att andra ska se vem som företräder en organisation.",
    "Tills kontot gallras: {unused} dagar efter din sista roll och ditt sista uppdrag får du ett meddelande, "
    "{notice} dagar senare stängs kontot av, och {kept} dagar efter det gallras uppgifterna.",
    "En rad som heter ”Borttagen person”, med befattningen, så att det går att se i vilken egenskap någon beslutade. "
    "Hade du skyddade personuppgifter tas också befattningen bort.",
)
ROLES = Purpose(
    "Dina roller och platser",
    "Rollerna avgör vad du ser och kan göra. I efterhand visar de vem som hade rätt att göra vad.",
    "Tills kontot gallras.",
    "Vilken roll som gällde när, utan ditt namn.",
)
INVITATIONS = Purpose(
    "Inbjudningar",
    "För att rätt person ska få rätt roll.",
    "Adressen i en inbjudan som ingen har svarat på tas bort {loose} dagar efter att länken gick ut, andra när kontot "
    "gallras.",
    "Vad inbjudan gällde, vem som skickade den och när.",
)
LOGIN = Purpose(
    "Inloggning",
    "För att bara du ska komma in på ditt konto, och för att du ska kunna se var du är inloggad.",
    "Inloggningar tills de har gått ut, det andra tills du tar bort det eller kontot gallras.",
)
RETENTION = Purpose(
    "Gallring",
    "För att uppgifterna ska gallras i tid, och för att det ska gå att visa att det är gjort.",
    "Dagarna blir kvar.",
    "Vilken dag uppgifterna gallrades, på vilken grund, och hur många rader det gällde.",
)

HELD = ("role", "organisation", "forum", "partnership", "starts_on", "ends_on")

privacy.declare(
    PersonalData(
        "organisations.User",
        ACCOUNT,
        ("name", "title", "email", "phone", "private_phone", "has_protected_identity", "mail_frequency", "is_active"),
        found_by=("id",),
        hidden=("password",),
        labels={"password": "lösenord, som ingen kan läsa"},
        redactions=(
            Redaction(
                {
                    "name": NOBODY,
                    "title": "CASE WHEN v_protected THEN '' ELSE title END",
                    "email": OWN_ADDRESS,
                    "phone": NOTHING,
                    "private_phone": NOTHING,
                    "has_protected_identity": "false",
                    "password": "'!'",
                }
            ),
        ),
        reasons_too=True,
    ),
    PersonalData("organisations.Membership", ROLES, HELD, found_by=("user",), related=HELD[1:4], reasons_too=True),
    PersonalData(
        "organisations.Appointment",
        ROLES,
        ("seat", "starts_on", "ends_on"),
        found_by=("holder",),
        related=("seat__organisation",),
        reasons_too=True,
    ),
    PersonalData(
        "organisations.Invitation",
        INVITATIONS,
        ("email", "roles", *HELD[1:4], "sent_at", "expires_at", "accepted_at", "withdrawn_at"),
        found_by=("email", "accepted_by"),
        hidden=("token_hash",),
        labels={"token_hash": "länkens fingeravtryck"},
        related=HELD[1:4],
        redactions=(Redaction({"email": OWN_ADDRESS}),),
        expired="accepted_at IS NULL AND expires_at < p_before AND email NOT LIKE '%@borttagen.invalid'",
    ),
    PersonalData(
        "mfa.Authenticator",
        LOGIN,
        ("type", "created_at", "last_used_at"),
        found_by=("user",),
        hidden=("data",),
        title="Sätt att logga in",
        labels={
            "type": "sätt att logga in",
            "created_at": "tillagt",
            "last_used_at": "senast använt",
            "data": "hemligheten",
        },
        is_removed=True,
    ),
    PersonalData(
        "usersessions.UserSession",
        LOGIN,
        ("ip", "user_agent", "created_at", "last_seen_at"),
        found_by=("user",),
        hidden=("session_key", "data"),
        title="Inloggningar",
        labels={
            "ip": "nätadress",
            "user_agent": "webbläsare",
            "created_at": "inloggad",
            "last_seen_at": "senast sedd",
            "session_key": "nyckel",
            "data": "tekniska uppgifter",
        },
        is_removed=True,
    ),
    PersonalData(
        "sessions.Session",
        LOGIN,
        hidden=("session_key", "session_data"),
        title="Kakor",
        labels={"session_key": "kakan", "session_data": "tekniska uppgifter om inloggningen"},
    ),
    PersonalData(
        "socialaccount.SocialAccount",
        LOGIN,
        ("provider", "date_joined", "last_login"),
        found_by=("user",),
        hidden=("uid", "extra_data"),
        title="Kopplingar till din organisations inloggning",
        labels={
            "provider": "din organisations inloggning",
            "date_joined": "kopplad",
            "last_login": "senast",
            "uid": "fingeravtryck av din identitet där",
            "extra_data": "övrigt",
        },
        is_removed=True,
    ),
    PersonalData(
        "socialaccount.SocialToken",
        LOGIN,
        found_by=("account__user",),
        hidden=("token", "token_secret"),
        title="Nycklar till leverantörer",
        labels={"token": "nyckel till leverantören", "token_secret": "dess hemlighet"},
        is_removed=True,
    ),
    PersonalData(
        "account.EmailConfirmation",
        LOGIN,
        found_by=("email_address__user",),
        hidden=("key",),
        title="Bekräftelser av adresser",
        labels={"key": "nyckel"},
        is_removed=True,
    ),
    PersonalData(
        "account.EmailAddress",
        LOGIN,
        ("email",),
        found_by=("user", "email"),
        title="Adresser",
        labels={"email": "e-postadress"},
        is_removed=True,
    ),
    PersonalData(
        "organisations.Retention",
        RETENTION,
        ("counts_from", "announced_on", "deactivates_on", "redacts_on", "redacted_on", "kept_until", "kept_reason"),
        found_by=("user",),
        redactions=(Redaction({"kept_until": NO_DAY, "kept_reason": NOTHING}),),
        reasons_too=True,
    ),
    PersonalData("organisations.Redaction", RETENTION, ("redacted_at", "reason", "counts"), found_by=("person",)),
)
privacy.declare_ties(
    Tie("organisations.Membership", "user", F("ends_on")),
    Tie("organisations.Appointment", "holder", F("ends_on")),
)
privacy.declare_waits(Wait("organisations.Invitation", "email", UNANSWERED & Q(expires_at__gt=Now())))
privacy.keep_log(
    Log(
        table=LogLine._meta.db_table,
        allowed="SELECT r.deactivated_on IS NOT NULL AND r.redacted_on IS NULL AND NOT u.is_active"
        " AND r.redacts_on <= v_today AND (r.kept_until IS NULL OR r.kept_until < v_today)"
        " FROM organisations_retention r JOIN organisations_user u ON u.id = r.user_id WHERE r.user_id = p_person",
    )
)
privacy.not_about_persons(
    {
        "organisations.Organisation": (
            "slug",
            "name",
            "short_name",
            "scb_code",
            "organisation_number",
            "function_email",
        ),
        "organisations.OrganisationAlias": ("name",),
        "organisations.DecidingBody": ("name",),
        "organisations.Forum": ("slug", "name", "purpose", "rhythm"),
        "organisations.ForumAlias": ("name",),
        "organisations.Relation": ("subject",),
        "organisations.Seat": ("function",),
        "organisations.Partnership": (
            "name",
            "county_name",
            "county_code",
            "contact_email",
            "tiles",
            "outlines",
        ),
        "socialaccount.SocialApp": (
            "provider",
            "provider_id",
            "name",
            "client_id",
            "secret",
            "key",
            "settings",
        ),
    }
)
