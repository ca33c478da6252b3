"""The standard wording of what is sent to the principals, in one place. Our own, and plain.

The operative clauses are the same for every principal: only then are the decisions alike.
"""

from datetime import date

from agreements.enums import RecommendationKind
from agreements.rules.words import day_in_words

TO_FILL_IN = "[fylls i av er]"


def letter_text(*, title: str, number: int, supported: str, has_several: bool) -> str:
    """What the cover letter says until the coordinator has changed it."""
    paragraphs = [f"Här kommer {title}, version {number}, för ert beslut."]
    if supported:
        paragraphs.append(supported)
    if has_several:
        paragraphs.append(
            "Överenskommelsen kan börja gälla först när alla parter har antagit samma text. Vi ber er därför att ta "
            "ställning till just den här versionen, och att använda förslaget till beslut som det är skrivet."
        )
    paragraphs.append(
        "Ser ni något hinder för att anta texten utan ändring, eller för att besluta i tid? Hör av er till samordnaren "
        "innan ärendet tas upp till beslut."
    )
    return "\n\n".join(paragraphs)


def support(kind: RecommendationKind, forum: str, decided_on: date) -> str:
    """That a forum approved or recommended the text, as a sentence of the letter and of the matter in brief."""
    if kind == RecommendationKind.RECOMMENDED:
        return f"{forum} rekommenderade den {day_in_words(decided_on)} huvudmännen att anta överenskommelsen."
    return f"{forum} godkände texten den {day_in_words(decided_on)}."


def clauses(*, title: str, number: int, fingerprint: str, has_several: bool) -> list[str]:
    """What the principal is asked to decide, word for word the same for all."""
    found = [
        f"Överenskommelsen ”{title}” antas i sin version {number}, med fingeravtrycket {fingerprint}, utan ändring."
    ]
    if has_several:
        found.append("Beslutet gäller under förutsättning att alla parter fattar likalydande beslut.")
    return found


def matter(
    *,
    title: str,
    subject: str,
    supported: str,
    planned_on: date | None,
    today: date,
    lasts: str,
    has_several: bool,
    is_signed: bool,
    fingerprint: str,
) -> list[str]:
    """The matter in brief, in paragraphs."""
    about = f" Ämne: {subject.rstrip('.')}." if subject else ""
    opening = f"”{title}” är en överenskommelse mellan huvudmän i länet.{about}"
    terms = []
    if planned_on:
        tense = "är" if planned_on >= today else "var"
        terms.append(f"Den {tense} planerad att börja gälla den {day_in_words(planned_on)}.")
    terms += [lasts] if lasts else []
    if has_several:
        terms.append("Den träder i kraft först när alla parter har fattat likalydande beslut.")
    if is_signed:
        terms.append("Parterna undertecknar den därefter.")
    found = [opening, *([supported] if supported else []), *([" ".join(terms)] if terms else [])]
    found.append(
        f"Texten har fingeravtrycket {fingerprint}. Det räknas fram ur orden i texten: ändras ett enda tecken blir det "
        "ett annat. Fingeravtrycket står på varje sida i överenskommelsen och visar vilken text ni har antagit."
    )
    return found


def instructions(*, number: int, fingerprint: str, has_several: bool) -> list[str]:
    """What the extract of the minutes must name."""
    condition = ", under förutsättning att alla parter fattar likalydande beslut" if has_several else ""
    return [
        "vilket organ som beslutade, vilken dag och i vilken paragraf",
        "ert eget diarienummer",
        f"överenskommelsens namn och att det är version {number} som har antagits",
        f"fingeravtrycket {fingerprint}, skrivet precis så",
        f"att texten antogs utan ändring{condition}.",
    ]


AFTERWARDS = (
    "Registrera beslutet i portalen så snart det är fattat. Protokollsutdraget kan ni ladda upp senare, när det är "
    "justerat. Vill ni ändra något i texten? Hör av er till samordnaren innan ni beslutar. Ett beslut med ändringar "
    "räknas inte som likalydande."
)


def reminder_text(*, title: str, number: int, reply_by: date) -> str:
    """What a reminder says until the coordinator has changed it."""
    return (
        f"Vi har inte fått veta hur det går med ert beslut om {title}, version {number}. Beslut önskades senast den "
        f"{day_in_words(reply_by)}.\n\n"
        "Har ni beslutat? Registrera beslutet i portalen och ladda upp protokollsutdraget.\n\n"
        "Har ni inte beslutat än? Registrera ett besked och vilken dag ärendet väntas komma upp. Då slipper ni fler "
        "påminnelser så länge."
    )
