"""A forum's roster as rows for paper and spreadsheet: each seat, who holds it, deputies, and what is vacant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kvinnofrid.core.spreadsheets import Value
from reports.queries.seats import Holder, Roster, SeatStatus

HEADINGS = ("Organisation", "Plats", "Namn", "Som", "Befattning", "E-post", "Telefon", "Från och med", "Till och med")


@dataclass(frozen=True)
class Row:
    """One person on a seat, or the seat that nobody holds."""

    organisation: str
    function: str
    name: str
    kind: str
    title: str = ""
    email: str = ""
    phone: str = ""
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def cells(self) -> Sequence[Value]:
        return (
            self.organisation, self.function, self.name, self.kind, self.title, self.email, self.phone,
            self.starts_on, self.ends_on,
        )  # fmt: skip


@dataclass(frozen=True)
class SeatRows:
    """One seat of the roster with its rows."""

    organisation: str
    function: str
    rows: list[Row]


def seat_rows(roster: Roster) -> list[SeatRows]:
    """Each seat in the order of the page."""
    return [SeatRows(str(row.seat.organisation), row.seat.function, _rows(row)) for row in roster.rows]


def _rows(status: SeatStatus) -> list[Row]:
    place = str(status.seat.organisation), status.seat.function
    held = [_held(*place, holder, by_office=status.by_office) for holder in status.holders]
    return held if status.is_held else [_vacant(*place, status), *held]


def _vacant(organisation: str, function: str, status: SeatStatus) -> Row:
    email = status.vacancy.function_email if status.vacancy else ""
    return Row(organisation, function, status.vacant, "Vakant", email=email)


def _held(organisation: str, function: str, holder: Holder, *, by_office: bool) -> Row:
    ordinary = "Innehavare" if by_office else "Ordinarie"
    return Row(
        organisation=organisation,
        function=function,
        name=holder.card.name,
        kind="Ersättare" if holder.is_deputy else ordinary,
        title=holder.card.title,
        email=holder.card.email,
        phone=holder.card.phone,
        starts_on=holder.starts_on,
        ends_on=holder.ends_on,
    )


def counts(roster: Roster) -> str:
    """How many seats there are, are held, have a deputy and are vacant, in one sentence."""
    deputies = sum(any(holder.is_deputy for holder in row.holders) for row in roster.rows)
    with_deputy = f" {deputies} har en ersättare." if deputies else ""
    held = "har en representant" if roster.by_mandate else "har en innehavare"
    total = len(roster.rows)
    vacant = total - roster.held
    is_vacant = "är vakant" if vacant == 1 else "är vakanta"
    return f"{roster.held} av {total} platser {held}.{with_deputy} {vacant} {is_vacant}."


def notes(roster: Roster) -> list[str]:
    """What the sheet about the file says."""
    return [
        f"Forumets platser den {roster.day}.",
        counts(roster),
        "Kontaktuppgifterna är till arbetet.",
        "Den som har skyddade personuppgifter står med funktion och funktionsadress.",
    ]
