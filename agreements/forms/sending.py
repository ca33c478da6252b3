"""What forums have decided, what is sent to the principals, and reminders."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from agreements.enums import RecommendationKind
from agreements.models import Agreement, AgreementVersion, ForumDecision
from agreements.queries import letters, reminders
from agreements.queries import sending as queries
from agreements.rules.entries import day_fault
from kvinnofrid.core.files import UploadField
from kvinnofrid.core.forms import DateField, FreeTextField, SeenField
from organisations.models import Forum, Organisation


class VersionChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"Version {obj.number}, fingeravtryck {obj.short_fingerprint}"


class PrincipalChoices(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class ForumDecisionForm(forms.ModelForm):
    """What a forum decided about the agreement."""

    seen = SeenField()
    kind = forms.ChoiceField(
        label="Vad beslutade forumet?",
        choices=RecommendationKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vad forumet beslutade."},
    )
    decided_on = DateField(label="Datum")
    version = VersionChoice(
        AgreementVersion.objects.none(),
        label="Vilken version?",
        required=False,
        empty_label="Ingen, eller en text som inte finns i portalen",
    )
    comment = FreeTextField(label="Kommentar", required=False, rows=3)
    file = UploadField(label="Protokollet som fil", required=False)

    field_order = ("seen", "kind", "forum", "decided_on", "version", "paragraph", "case_number", "comment", "file")

    class Meta:
        model = ForumDecision
        fields = queries.FORUM_FIELDS

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["version"].queryset = agreement.versions.published().order_by("-number")
        fields["forum"].queryset, fields["forum"].empty_label = Forum.objects.in_order(), "Välj forum"
        fields["forum"].error_messages["required"] = "Välj ett forum."
        if self.instance.file_id:
            fields["removes_file"] = forms.BooleanField(label="Ta bort filen", required=False)

    def clean_decided_on(self) -> date:
        day: date = self.cleaned_data["decided_on"]
        if fault := day_fault(day, timezone.localdate(), "Beslutet"):
            raise ValidationError(fault)
        return day

    def validate_constraints(self) -> None:
        """The row is checked as a whole by the action."""

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in queries.FORUM_FIELDS}

    @property
    def removes_file(self) -> bool:
        return bool(self.cleaned_data.get("removes_file"))


class RemoveForm(forms.Form):
    """Why a registration is taken away."""

    reason = FreeTextField(
        label="Varför?", rows=3, error_messages={"required": "Skriv varför registreringen tas bort."}
    )


class DispatchForm(forms.Form):
    """What is sent, to whom, and when an answer is wanted."""

    seen = SeenField()
    version = VersionChoice(
        AgreementVersion.objects.none(),
        label="Version",
        empty_label=None,
        error_messages={"required": "Välj en version."},
    )
    reply_by = DateField(label="Beslut önskas senast")
    letter = FreeTextField(
        label="Följebrev",
        max_length=5000,
        rows=12,
        help_text="En rad blir ett stycke. Vad som ingår, hur man gör och vem som skickar läggs till av portalen.",
        error_messages={"required": "Skriv ett följebrev."},
    )
    organisations = PrincipalChoices(
        Organisation.objects.none(),
        label="Skicka till",
        help_text="Förvalda är de som inte redan har fått den senaste versionen.",
        error_messages={"required": "Välj minst en huvudman."},
    )

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        versions = agreement.versions.published().select_related("agreement").order_by("-number")
        fields["version"].queryset = versions
        principals = queries.principals_of(agreement)
        field = fields["organisations"]
        field.queryset = Organisation.objects.filter(pk__in=[one.pk for one in principals])
        field.choices = [(one.pk, one.name) for one in principals]
        if not self.is_bound:
            self._prefill(agreement, versions.first(), principals)

    def _prefill(self, agreement: Agreement, version: AgreementVersion | None, principals: list[Organisation]) -> None:
        self.initial["seen"] = queries.dispatches_seen(agreement)
        if version is None:
            return
        got_it = queries.got_it_at(version)
        self.initial["version"] = version
        self.initial["letter"] = letters.first_letter_text(version)
        self.initial["organisations"] = [one.pk for one in principals if one.pk not in got_it]

    def clean_reply_by(self) -> date:
        day: date = self.cleaned_data["reply_by"]
        if day < timezone.localdate():
            raise ValidationError("Dagen har redan varit. Välj en dag som de hinner svara till.")
        return day

    @property
    def chosen(self) -> list[Organisation]:
        """In the order of the parties."""
        field: Any = self.fields["organisations"]
        place = {key: number for number, (key, _) in enumerate(field.choices)}
        return sorted(self.cleaned_data["organisations"], key=lambda one: place[one.pk])


class ReminderForm(forms.Form):
    """Who is reminded now, and with what words."""

    organisations = PrincipalChoices(
        Organisation.objects.none(),
        label="Påminn",
        error_messages={
            "required": "Välj minst en huvudman.",
            "invalid_choice": "Någon av dem ska inte längre påminnas: den har svarat, eller är nyss påmind.",
        },
    )
    text = FreeTextField(
        label="Text",
        max_length=5000,
        rows=9,
        help_text="Portalen lägger till hälsning och vilken överenskommelse det gäller. På steg 3 går texten till "
        "samordnaren själv, som stöd i samtalet.",
        error_messages={"required": "Skriv vad påminnelsen ska säga."},
    )

    def __init__(self, *args: Any, ladder: reminders.Ladder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        due = [row.organisation for row in ladder.due]
        field: Any = self.fields["organisations"]
        field.queryset = Organisation.objects.filter(pk__in=[one.pk for one in due])
        field.choices = [(one.pk, one.name) for one in due]
        self.initial["organisations"] = [one.pk for one in due]
        self.initial["text"] = ladder.text
