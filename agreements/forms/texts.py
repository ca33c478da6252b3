"""An agreement's data and parties, drafts and their sections, who is invited, and what to compare."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from agreements.enums import AgreementKind, DraftAccess, Topic
from agreements.models import Agreement, AgreementVersion, DraftInvitation, Party, VersionSection
from agreements.models.texts import LONGEST_BODY
from agreements.queries import texts as queries
from kvinnofrid.core import richtext
from kvinnofrid.core.files import UploadField
from kvinnofrid.core.forms import DateField, FilterForm, FreeTextField, SearchForm, SeenField
from kvinnofrid.core.validators import refuse_personal_number
from organisations.models import Organisation, User

MOST_SECTIONS = 500  # found in one document; what a draft holds is the action's to say


class AgreementSearchForm(SearchForm):
    """Filters the list of agreements."""

    kind = forms.ChoiceField(label="Slag", required=False, choices=[("", "Alla"), *AgreementKind.choices])


class AgreementForm(forms.ModelForm):
    """What an agreement is, and under which terms it takes effect."""

    seen = SeenField()
    kind = forms.ChoiceField(
        label="Slag",
        choices=AgreementKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj slag."},
    )
    planned_on = DateField(label="Planerat ikraftträdande", required=False)
    valid_to = DateField(
        label="Eller en sista dag",
        required=False,
        help_text="ÅÅÅÅ-MM-DD. Ange antingen antal år eller en sista dag.",
    )

    class Meta:
        model = Agreement
        fields = queries.AGREEMENT_FIELDS
        help_texts = {
            "title": "Till exempel ”RÖK kvinnofrid 2024–2032”. Så kallas den i hela portalen.",
            "subject": "Vad överenskommelsen handlar om, i några ord.",
            "parent": "Bara för en lokal överenskommelse.",
            "case_number": "Förvaltarens eget diarienummer.",
            "force_rule": "Står det inget om det i texten lämnar du fältet tomt: portalen säger då att regeln saknas.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.queryset, parent.empty_label = queries.parents_to_choose(self.instance), "Ingen"
        owner: Any = self.fields["owner"]
        owner.queryset = Organisation.objects.active_on(timezone.localdate()).in_order()
        owner.empty_label = "Inte angivet"
        rule: Any = self.fields["force_rule"]
        rule.choices = [("", "Ingen regel är angiven"), *rule.choices[1:]]
        self.fields["title"].error_messages["required"] = "Skriv vad överenskommelsen heter."


class PrincipalChoices(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class PartiesForm(forms.Form):
    """Which principals are parties, before a version is published."""

    seen = SeenField()
    organisations = PrincipalChoices(
        Organisation.objects.none(),
        label="Huvudmän som är parter",
        required=False,
        help_text="Överenskommelsen träder i kraft när alla har fattat likalydande beslut.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisations"]
        field.queryset = queries.principals_to_choose()


class PrincipalChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class AddPartyForm(forms.Form):
    """One more party after a version has been published."""

    organisation = PrincipalChoice(
        Organisation.objects.none(),
        label="Huvudman",
        empty_label="Välj huvudman",
        error_messages={"required": "Välj en huvudman."},
    )
    starts_on = DateField(label="Part från och med")
    reason = FreeTextField(label="Varför?", rows=3, error_messages={"required": "Skriv varför parten läggs till."})

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        standing = agreement.parties.filter(ends_on__isnull=True).values("organisation")
        field.queryset = queries.principals_to_choose().exclude(pk__in=standing)


class PartyChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.organisation.name)


class EndPartyForm(forms.Form):
    """The last day of a party, and why."""

    party = PartyChoice(
        Party.objects.none(), label="Part", empty_label="Välj part", error_messages={"required": "Välj en part."}
    )
    ends_on = DateField(label="Sista dag som part")
    reason = FreeTextField(label="Varför?", rows=3, error_messages={"required": "Skriv varför parten avslutas."})

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["party"]
        field.queryset = agreement.parties.filter(ends_on__isnull=True).in_order()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        party, ends_on = values.get("party"), values.get("ends_on")
        if party and ends_on and party.starts_on and ends_on < party.starts_on:
            self.add_error("ends_on", f"Parten är med från och med {party.starts_on}. Sista dagen kan inte ligga före.")
        return values


class VersionStartForm(forms.Form):
    """What a new draft begins with."""

    TEMPLATE, PREVIOUS, EMPTY, WORD = "template", "previous", "empty", "word"
    title = forms.CharField(
        label="Rubrik",
        max_length=200,
        validators=[refuse_personal_number],
        help_text="Överenskommelsens egen rubrik, så som den ska stå överst i dokumentet.",
        error_messages={"required": "Skriv en rubrik."},
    )
    source = forms.ChoiceField(
        label="Börja med", widget=forms.RadioSelect, error_messages={"required": "Välj vad utkastet ska börja med."}
    )

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template = queries.template_for(agreement.kind)
        self.previous = queries.latest_published(agreement)
        choices = [(self.EMPTY, "Ett tomt utkast"), (self.WORD, "Ett Word-dokument som du läser in")]
        if self.template:
            choices.insert(0, (self.TEMPLATE, f"Mallens avsnitt ({self.template.name})"))
        if self.previous:
            choices.insert(0, (self.PREVIOUS, f"Texten i version {self.previous.number}"))
        field: Any = self.fields["source"]
        field.choices = choices
        field.initial = choices[0][0]
        self.fields["title"].initial = self.previous.title if self.previous else agreement.title

    def chosen(self) -> Any:
        """The row that the sections are taken from, or None."""
        return {self.TEMPLATE: self.template, self.PREVIOUS: self.previous}.get(self.cleaned_data["source"])


class VersionForm(forms.ModelForm):
    """A draft's own heading, and what is new in it."""

    seen = SeenField()
    note = FreeTextField(
        label="Vad som är nytt",
        required=False,
        rows=3,
        help_text="Visas bredvid versionen när den är publicerad. Ingår inte i texten eller fingeravtrycket.",
    )

    class Meta:
        model = AgreementVersion
        fields = queries.VERSION_FIELDS
        help_texts = {"title": "Överenskommelsens egen rubrik, så som den ska stå överst i dokumentet."}


class MoveForm(forms.Form):
    """Which section to move or remove. `place` is where it stood on the page, so that a double click moves one step."""

    section = forms.ModelChoiceField(VersionSection.objects.none())
    step = forms.TypedChoiceField(choices=[("-1", "up"), ("1", "down"), ("0", "remove")], coerce=int)
    place = forms.IntegerField(min_value=1, max_value=10_000)

    def __init__(self, *args: Any, version: AgreementVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["section"]
        field.queryset = version.sections.all()


class SectionForm(forms.ModelForm):
    """A section, its text in light markup."""

    seen = SeenField()
    body = FreeTextField(
        label="Text",
        required=False,
        rows=16,
        max_length=LONGEST_BODY,
        help_text="Skilj stycken åt med en tom rad.",
    )

    class Meta:
        model = VersionSection
        fields = queries.SECTION_FIELDS
        help_texts = {
            "heading": "Utan nummer: avsnitten numreras av sig själva.",
            "topic": "Används för att visa vad som saknas. Skrivs inte ut.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["body"] = richtext.to_text(self.instance.body) if self.instance.body else ""
        self.fields["heading"].error_messages["required"] = "Skriv en rubrik."

    def clean_heading(self) -> str:
        heading = richtext.plain(self.cleaned_data["heading"])
        if not heading:
            raise ValidationError("Skriv en rubrik.", code="required")
        return heading

    def clean_body(self) -> str:
        """Light markup in, clean HTML out."""
        try:
            body = richtext.from_text(self.cleaned_data["body"])
        except richtext.TextTooComplex as fault:
            raise ValidationError(str(fault), code="too_complex") from fault
        refuse_personal_number(" ".join(richtext.lines(body)))
        return body


class DocumentForm(forms.Form):
    """The Word document to read sections from."""

    document = UploadField(
        label="Word-dokument",
        kinds=("docx",),
        help_text="Rubrikerna blir avsnitt. Inget sparas i utkastet förrän du har sett vad som lästes.",
    )


class FoundSectionForm(forms.Form):
    """One section that was found in a document: whether it comes along, and what it is about."""

    is_kept = forms.BooleanField(label="Ta med avsnittet", required=False, initial=True)
    heading = forms.CharField(
        label="Rubrik",
        max_length=160,
        required=False,
        validators=[refuse_personal_number],
    )
    topic = forms.ChoiceField(label="Ämne", choices=Topic.choices, initial=Topic.OTHER)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("is_kept") and "heading" not in self.errors and not richtext.plain(values.get("heading") or ""):
            self.add_error("heading", "Skriv en rubrik.")
        return values


FoundSections = forms.formset_factory(
    FoundSectionForm, extra=0, max_num=MOST_SECTIONS, absolute_max=MOST_SECTIONS, validate_max=True
)


class InvitationForm(forms.Form):
    """A person, by e-mail address, or an organisation, and what they may do with the draft."""

    email = forms.EmailField(
        label="Personens e-postadress", required=False, max_length=254, help_text="Någon som har ett konto i portalen."
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Eller en organisation",
        required=False,
        empty_label="Välj organisation",
        help_text="Alla som ser organisationens interna uppgifter får se utkastet.",
    )
    access = forms.ChoiceField(
        label="Får", choices=DraftAccess.choices, widget=forms.RadioSelect, initial=DraftAccess.READ
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.active_on(timezone.localdate()).in_order()
        field.label_from_instance = lambda organisation: organisation.name
        self.user: User | None = None

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        self.user = User.objects.filter(email=email, is_active=True).first() if email else None
        if email and self.user is None:
            raise ValidationError("Det finns ingen person med den e-postadressen i portalen.", code="unknown")
        return email

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(self.user) == bool(values.get("organisation")):
            raise ValidationError("Skriv en persons e-postadress eller välj en organisation.", code="one_guest")
        return values


class UninviteForm(forms.Form):
    """Whose invitation to remove."""

    invitation = forms.ModelChoiceField(DraftInvitation.objects.none())

    def __init__(self, *args: Any, version: AgreementVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["invitation"]
        field.queryset = version.invitations.all()


class DiscardForm(forms.Form):
    """Why a draft is given up."""

    reason = FreeTextField(
        label="Varför kasseras utkastet?", rows=3, error_messages={"required": "Skriv varför utkastet kasseras."}
    )


class CompareForm(FilterForm):
    """Which two versions to compare, from the query string."""

    old = forms.TypedChoiceField(label="Jämför", required=False, coerce=int, empty_value=None)
    new = forms.TypedChoiceField(label="med", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, versions: list[AgreementVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(version.number, f"Version {version.number}{_mark(version)}") for version in versions]
        for name in ("old", "new"):
            field: Any = self.fields[name]
            field.choices = choices
        self.versions = {version.number: version for version in versions}

    def pair(self) -> tuple[AgreementVersion, AgreementVersion]:
        """The two chosen, or else the last two there are."""
        numbers = sorted(self.versions)
        old = self.value("old") or (numbers[-2] if len(numbers) > 1 else numbers[-1])
        new = self.value("new") or numbers[-1]
        return self.versions[old], self.versions[new]


def _mark(version: AgreementVersion) -> str:
    return "" if version.is_published else f" ({queries.VERSION_STATES[version.state][0].lower()})"


class PressedForm(FilterForm):
    """What stands on the button that was pressed, and the document that is being looked at."""

    move = forms.CharField(required=False, max_length=60)
    remove = forms.CharField(required=False, max_length=20)
    dokument = forms.CharField(required=False, max_length=500)
    seen = forms.CharField(required=False, max_length=64)
