"""The made-up agreements' texts: plainly fictitious, in the form that real ones have."""

from agreements.enums import Topic

Sections = tuple[tuple[str, Topic, str], ...]
MADE_UP = "Texten är påhittad för att visa portalen. Ingen huvudman har tagit ställning till den."


RESPONSIBILITY = """Parterna ansvarar så här:

- kommunen tar emot och bedömer behovet av stöd
- regionen ger vård och återkopplar inom {deadline}
- båda utser en kontaktperson."""


def regional(matter: str, *, years: str, meetings: str = "två gånger", deadline: str = "14 dagar") -> Sections:
    """The sections of a regional agreement; with other numbers it is another version."""
    return (
        ("Om den här texten", Topic.OTHER, MADE_UP),
        ("Bakgrund", Topic.BACKGROUND, f"Överenskommelsen gäller {matter}. Parterna har prövat arbetssättet i två år."),
        (
            "Syfte och mål",
            Topic.PURPOSE,
            "Den som behöver stöd ska få ett sammanhållet stöd, oavsett vem som möter personen först.",
        ),
        ("Parter", Topic.PARTIES, "Parter är de femton kommunerna i Dalarna och Region Dalarna."),
        ("Målgrupp", Topic.TARGET_GROUP, "Vuxna och barn i länet som berörs."),
        ("Ansvarsfördelning", Topic.RESPONSIBILITY, RESPONSIBILITY.format(deadline=deadline)),
        ("Samverkan", Topic.COOPERATION, f"Parterna möts {meetings} om året och går igenom hur samverkan fungerar."),
        (
            "Barnperspektiv",
            Topic.CHILD_PERSPECTIVE,
            "Barn får information på ett sätt som de förstår, och blir tillfrågade.",
        ),
        ("Delaktighet", Topic.PARTICIPATION, "Stödet planeras tillsammans med den som det gäller."),
        (
            "Uppföljning",
            Topic.FOLLOW_UP,
            "Samverkan följs upp varje år. Resultatet lämnas till Länsnätverket för förvaltningschefer.",
        ),
        ("Avvikelser", Topic.DEVIATIONS, f"En avvikelse besvaras inom {deadline}."),
        (
            "Oenighet",
            Topic.DISPUTES,
            "En oenighet löses så nära vardagen som möjligt, och avgörs annars av förvaltningscheferna.",
        ),
        (
            "Giltighet",
            Topic.VALIDITY,
            f"Överenskommelsen gäller i {years}, förutsatt att samtliga huvudmän fattar likalydande beslut.",
        ),
    )


LOCAL = {
    Topic.BACKGROUND: f"{MADE_UP} Den lokala överenskommelsen bygger på den regionala om skyddat boende.",
    Topic.PURPOSE: "Den som behöver skydd i Falun ska få det samma dag.",
    Topic.RESPONSIBILITY: "- Socialjouren tar emot dygnet runt.\n- Vårdcentralen ger en tid inom tre dagar.",
    Topic.COOPERATION: "Kommunen och regionen möts en gång i månaden.",
}
