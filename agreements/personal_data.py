"""What agreements hold about persons: little, for people stand there by their function."""

from kvinnofrid.core import privacy
from kvinnofrid.core.privacy import NOBODY, PersonalData, Purpose, Redaction

DECISIONS = Purpose(
    "Beslut om överenskommelser",
    "Ett beslut är en allmän handling. Den som undertecknar eller lämnar besked står med sin funktion, och "
    "förtroendevalda kan stå med namn i en reservation.",
    "Gallras inte. En registrering ändras aldrig, bara genom en ny.",
    "Allt, men den som registrerade beslutet står som ”Borttagen person”.",
)
VISITS = Purpose(
    "Dina besök på sidan Läget",
    "För att du ska se vad som är nytt sedan sist.",
    "Tills kontot gallras.",
)
LINKS = Purpose(
    "Läslänkar till läget",
    "För att samordnaren ska veta vem en länk är till.",
    "{loose} dagar efter att länken slutade gälla.",
    "Att länken fanns och när.",
)

privacy.declare(
    PersonalData("agreements.AdoptionDecision", DECISIONS, ("delegation", "reservation", "amendment")),
    PersonalData("agreements.StatusNote", DECISIONS, ("said_by", "comment")),
    PersonalData("agreements.Signature", DECISIONS, ("signatory",)),
    PersonalData(
        "agreements.BoardVisit",
        VISITS,
        ("agreement", "seen_at"),
        found_by=("user",),
        related=("agreement",),
        is_removed=True,
    ),
    PersonalData(
        "agreements.ShareLink",
        LINKS,
        ("label",),
        hidden=("token_hash",),
        labels={"token_hash": "länkens fingeravtryck"},
        redactions=(Redaction({"label": NOBODY}),),
        expired=f"(revoked_at < p_before OR expires_on < p_before::date) AND label <> {NOBODY}",
    ),
)
privacy.not_about_persons(
    {
        "agreements.Agreement": ("slug", "title", "subject", "case_number"),
        "agreements.TextTemplate": ("name",),
        "agreements.TemplateSection": ("heading", "guidance"),
        "agreements.AgreementVersion": ("title", "note", "fingerprint"),
        "agreements.VersionSection": ("heading", "body", "fingerprint"),
        "agreements.AdoptionDecision": ("stated_fingerprint", "paragraph", "case_numbers", "reason"),
        "agreements.DecisionProof": ("comment",),
        "agreements.ExtractReading": ("found", "fault"),
        "agreements.StatusNote": ("reason",),
        "agreements.Signature": ("reason",),
        "agreements.ValidityChange": ("decided_by", "paragraph", "case_number", "reason"),  # a body in words
        "agreements.ForumDecision": ("paragraph", "case_number", "comment"),
        "agreements.Dispatch": ("letter",),
        "agreements.Reminder": ("text",),
    }
)
