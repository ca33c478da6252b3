"""What stands on a printed version besides its text, in one place: the document is set from it, and read back by it."""

from dataclasses import dataclass

from agreements.models import AgreementVersion
from agreements.queries.texts import SectionView, section_rows, section_views
from kvinnofrid.core.templatetags.portal import date_sv
from organisations.models import Partnership

END = "Fingeravtryck"
EXPLANATION = (
    "Fingeravtrycket är SHA-256 över orden i texten. Ändras ett enda tecken blir det ett annat. Två texter med samma "
    "fingeravtryck är likalydande."
)
WHOLE = "Hela texten"
COLUMN = "Avsnitt"


@dataclass(frozen=True)
class VersionDocument:
    """A version as it is printed. A draft has no fingerprint and a mark over every page."""

    partnership_name: str
    title: str
    facts: list[tuple[str, str]]
    reference: str
    edition: str
    mark: str
    sections: list[SectionView]
    whole_fingerprint: str
    rows: list[tuple[str, str]]
    end: str = END
    explanation: str = EXPLANATION
    whole: str = WHOLE
    column: str = COLUMN

    @property
    def front(self) -> list[str]:
        """What stands before the first section."""
        return [self.partnership_name, self.title, *(word for fact in self.facts for word in fact)]

    @property
    def back(self) -> list[str]:
        """What stands after the last section."""
        rows = [word for row in self.rows for word in row]
        return [self.explanation, self.whole, self.whole_fingerprint, *rows, self.column, self.end, self.end]


def version_document(version: AgreementVersion) -> VersionDocument:
    agreement = version.agreement
    partnership = Partnership.objects.first()
    when = ("Publicerad", date_sv(version.published_at)) if version.published_at else ("Läge", "Utkast")
    facts = [("Version", str(version.number)), when]
    if agreement.case_number:
        facts.append(("Diarienummer", agreement.case_number))
    if version.fingerprint:
        facts.append(("Fingeravtryck", version.short_fingerprint))
    return VersionDocument(
        partnership_name=partnership.name if partnership else "",
        title=version.title,
        facts=facts,
        reference=f"Fingeravtryck {version.short_fingerprint}" if version.fingerprint else "Utkast",
        edition=f"Version {version.number}",
        mark="" if version.is_published else "UTKAST" if version.discarded_at is None else "KASSERAD",
        sections=section_views(version),
        whole_fingerprint=version.fingerprint,
        rows=section_rows(version) if version.fingerprint else [],
    )
