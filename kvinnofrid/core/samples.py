"""Made-up content for the page that shows every component in every state."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms

from kvinnofrid.core.comparison import Piece, SectionDifference

SHARES = [("25", "25 procent"), ("50", "50 procent"), ("100", "100 procent")]
CHANNELS = [("meeting", "Möte"), ("mail", "E-post"), ("phone", "Telefon")]
PLACES = [("", "Välj organisation"), ("falun", "Falu kommun"), ("mora", "Mora kommun"), ("orsa", "Orsa kommun")]


class SampleForm(forms.Form):
    """One field of each kind that the portal uses."""

    name = forms.CharField(label="Namn", max_length=100, help_text="För- och efternamn.")
    organisation = forms.ChoiceField(label="Organisation", choices=PLACES)
    email = forms.EmailField(label="E-postadress", help_text="Adressen till din arbetsplats.")
    phone = forms.CharField(
        label="Telefon", required=False, max_length=30, widget=forms.TextInput(attrs={"type": "tel"})
    )
    starts_on = forms.DateField(label="Gäller från")
    share = forms.IntegerField(label="Del av heltid", min_value=1, max_value=100)
    task = forms.CharField(
        label="Vad representanten ska göra",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Skriv kort. Namnge aldrig enskilda personer som är utsatta för våld.",
    )
    kind = forms.ChoiceField(label="Omfattning", choices=SHARES, widget=forms.RadioSelect, help_text="Välj en.")
    channels = forms.MultipleChoiceField(label="Så når vi dig", choices=CHANNELS, widget=forms.CheckboxSelectMultiple)
    protocol = forms.FileField(label="Protokollsutdrag", required=False, help_text="PDF, högst 5 MB.")
    read = forms.BooleanField(label="Jag har läst vad uppdraget innebär")

    def clean(self) -> dict[str, Any]:
        if self.is_bound:
            raise forms.ValidationError("Uppdraget överlappar ett annat på samma plats.")
        return self.cleaned_data


class SampleContactForm(forms.Form):
    """A row among several."""

    name = forms.CharField(label="Namn", max_length=100)
    email = forms.EmailField(label="E-postadress")


class SampleFilterForm(forms.Form):
    """What stands above a list."""

    search = forms.CharField(label="Sök", required=False)
    state = forms.ChoiceField(
        label="Läge", required=False, choices=[("", "Alla"), ("valid", "Giltigt"), ("missing", "Saknas")]
    )
    mine = forms.BooleanField(label="Bara mina", required=False)


def filled_with_faults() -> SampleForm:
    return SampleForm(
        {"name": "", "email": "anna.falun", "starts_on": "i höst", "share": "150", "task": "Företräda. " * 25}
    )


def contacts_with_faults() -> forms.BaseFormSet:
    """Two rows, the second one wrong."""
    data = {
        "rad-TOTAL_FORMS": "2",
        "rad-INITIAL_FORMS": "0",
        "rad-0-name": "Bo Ek",
        "rad-0-email": "bo.ek@falun.example",
        "rad-1-name": "Siv Alm",
        "rad-1-email": "siv",
    }
    return forms.formset_factory(SampleContactForm)(data, prefix="rad")


TONES = [
    {"tone": "neutral", "text": "Utkast"},
    {"tone": "waiting", "text": "Väntar på uppdragsgivare"},
    {"tone": "info", "text": "Börjar gälla 2027-01-01"},
    {"tone": "good", "text": "Giltigt"},
    {"tone": "warning", "text": "Går ut om 40 dagar"},
    {"tone": "bad", "text": "Saknas"},
]
FACTS = [
    {"term": "Namn", "value": "Anna Ström", "url": "#sammanfattning", "hidden": "namn"},
    {"term": "Företräder", "value": "Mora kommun, Orsa kommun, Älvdalens kommun", "url": "#sammanfattning"},
    {"term": "Del av heltid", "value": "25\N{NO-BREAK SPACE}%", "url": "#sammanfattning"},
    {"term": "Diarienummer", "value": "", "url": "#sammanfattning"},
]
TASKS = [
    {"label": "Vem och vilka", "url": "#uppgifter", "hint": "", "status": "Klart", "tone": "good"},
    {"label": "Organisationer", "url": "#uppgifter", "hint": "4 rader", "status": "Påbörjat", "tone": "waiting"},
    {"label": "Interna kontakter", "url": "#uppgifter", "hint": "", "status": "Inte påbörjat", "tone": "neutral"},
    {"label": "Granska och skicka in", "url": "", "hint": "", "status": "Kan inte börja än", "tone": "neutral"},
]
COUNTS = [
    {"number": 9, "label": "har giltigt uppdrag", "url": "#siffror", "tone": "good"},
    {"number": 3, "label": "väntar på uppdragsgivare", "url": "#siffror", "tone": "waiting"},
    {"number": 2, "label": "går ut inom 90 dagar", "url": "#siffror", "tone": "warning"},
    {"number": 12, "label": "saknar uppdrag", "url": "#siffror", "tone": "bad"},
]
EVENTS = [
    {
        "when": datetime(2026, 11, 12, 13, 5, tzinfo=UTC),
        "who": "Karin Berg, uppdragsgivare",
        "sentence": "Uppdraget återsändes för Mora kommun.",
        "reason": "Tiden räcker inte för fyra kommuner. Föreslå 50 procent.",
    },
    {
        "when": datetime(2026, 11, 10, 8, 30, tzinfo=UTC),
        "who": "Anna Ström",
        "sentence": "Uppdraget skickades in.",
        "reason": "",
    },
    {
        "when": datetime(2026, 11, 9, 7, 2, tzinfo=UTC),
        "who": "Anna Ström",
        "sentence": "Utkast skapades.",
        "reason": "",
    },
]
ROWS = [
    {"name": "Avesta kommun", "person": "Per Lund", "until": date(2028, 12, 31), "share": 25, "state": TONES[3]},
    {"name": "Falu kommun", "person": "Anna Ström", "until": date(2026, 12, 31), "share": 50, "state": TONES[4]},
    {"name": "Mora kommun", "person": "Anna Ström", "until": None, "share": "12.5", "state": TONES[1]},
    {"name": "Älvdalens kommun", "person": "", "until": None, "share": None, "state": TONES[5]},
]
TABS = [
    {"label": "Översikt", "url": "#flikar", "current": True, "count": None},
    {"label": "Uppdrag", "url": "#flikar", "current": False, "count": 4},
    {"label": "Historik", "url": "#flikar", "current": False, "count": None},
]
META = [{"term": "Referens", "value": "U2026-0014"}, {"term": "Utgåva", "value": "2 (2026-09-01)"}]
PROGRESS = [
    {"label": "Skickade", "done": 0, "total": 0, "note": ""},
    {"label": "Skickade", "done": 0, "total": 16, "note": ""},
    {"label": "Skickade", "done": 7, "total": 16, "note": "Nu Mora kommun."},
    {"label": "Skickade", "done": 16, "total": 16, "note": ""},
]
DIFFERENCES = [
    SectionDifference(
        heading="Tid för uppdraget",
        old_heading="Tid",
        kind="changed",
        pieces=[Piece("same", "Avsätt"), Piece("removed", "25"), Piece("added", "50"), Piece("same", "procent.")],
    ),
    SectionDifference(heading="Ersättare", kind="added", pieces=[Piece("added", "Var och en kan ha en ersättare.")]),
    SectionDifference(heading="Bilagor", kind="removed", pieces=[Piece("removed", "Se bilaga 1.")]),
]
STANDS = [{"term": "Befattning", "value": "Enhetschef"}, {"term": "Telefon", "value": "Inte angivet"}]
