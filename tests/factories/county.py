"""A small county as a partnership file, and what it becomes in the database."""

from django.apps import apps

from tests.factories.tables import digest

COUNTY = """\
partnership:
  name: Samverkan Provlän
  county_name: Provlän
  county_code: "99"
organisations:
  - slug: sater
    name: Säters kommun
    short_name: Säter
    kind: municipality
    scb_code: 2082
    is_principal: true
    aliases:
      - {name: Säterbygden, ends_on: 1970-12-31}
    deciding_bodies:
      - {name: Socialnämnden, kind: committee}
  - slug: enheten
    name: Enheten
    short_name: Enheten
    kind: unit
    parent: sater
people:
  - email: Anna.Prov@sater.example
    name: Anna Prov
    phone: 0225-550 00
forums:
  - slug: gruppen
    name: Gruppen
    kind: county_group
    seats_held_by: ex_officio
    reports_to: radet
    seats:
      - organisation: sater
        function: Chef
        appointments:
          - {holder: anna.prov@sater.example, starts_on: 2026-01-01}
    form_editions:
      - name: Ett
        valid_from: 2026-01-01
        published: true
        sections:
          - {heading: Bakgrund, body: Så började det.}
          - {heading: Syfte, body: Så ska det bli.}
      - name: Två
        valid_from: 2027-01-01
        sections:
          - {heading: Bakgrund, body: Utkast.}
          - {heading: Syfte, body: Utkast.}
  - slug: radet
    name: Rådet
    kind: welfare_council
    seats_held_by: mandate
memberships:
  - {user: anna.prov@sater.example, role: coordinator, starts_on: 2026-01-01}
  - {user: anna.prov@sater.example, role: commissioner, organisation: sater, starts_on: 2026-01-01}
  - {user: anna.prov@sater.example, role: chair, forum: radet}
text_templates:
  - kind: regional
    name: Mallen
    valid_from: 2026-01-01
    sections:
      - {heading: Uppföljning, topic: follow_up, guidance: Hur ofta?}
agreements:
  - slug: rok-prov
    title: RÖK prov
    kind: regional
    owner: enheten
    planned_on: 2026-06-01
    validity_years: 4
    parties:
      - {organisation: sater}
    versions:
      - number: 1
        title: Överenskommelse
        published: true
        published_on: 2026-02-01
        sections:
          - {heading: Uppföljning, topic: follow_up, body: Varje år.}
      - number: 2
        title: Överenskommelse
        note: Efter remiss.
        sections:
          - {heading: Uppföljning, topic: follow_up, body: Varje halvår.}
    forum_decisions:
      - {kind: recommended, forum: radet, decided_on: 2026-02-03, version: 1}
    steps:
      - {organisation: sater, body: Socialnämnden, role: deciding, position: 1, planned_on: 2026-03-02}
    decisions:
      - organisation: sater
        body: Socialnämnden
        role: deciding
        outcome: adopted
        version: 1
        decided_on: 2026-03-02
        case_numbers: [SN 2026/1, KS 2026/4]
    validity_changes:
      - {kind: extension, decided_on: 2026-05-04, takes_effect_on: 2031-06-01, forum: radet}
"""
LINES = COUNTY.splitlines()


def everything() -> dict[str, tuple[int, str]]:
    """Every value of every row of our tables, history included, as a sum for each table."""
    return digest(m for m in apps.get_models() if m._meta.app_label in {"organisations", "mandates", "agreements"})


def line_of(piece: str, text: str = COUNTY) -> int:
    return next(number for number, line in enumerate(text.splitlines(keepends=True), start=1) if piece in line)
