"""What a draft is remarked on for, and that a draft without faults gets no remarks."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.enums import Topic
from agreements.rules.lint import NEEDED, Draft, DraftSection, Remark, lint

BACKGROUND = DraftSection("Bakgrund", "<p>Våld är ett folkhälsoproblem.</p>", Topic.BACKGROUND)
SECTIONS = (
    BACKGROUND,
    *(DraftSection(topic.label, "<p>Så här gör vi.</p>", topic, is_required=True) for topic in NEEDED),
)
FAULTLESS = Draft(
    title="Överenskommelse om samverkan",
    case_number="HSN 2024/17",
    owner="Region Dalarna",
    planned_on=date(2024, 10, 1),
    validity_years=8,
    valid_to=None,
    assigned_on=date(2022, 2, 23),
    sections=SECTIONS,
    expected=tuple((section.topic, section.heading) for section in SECTIONS),
    today=date(2024, 4, 19),
)


def with_section(*sections: DraftSection) -> dict[str, Any]:
    return {"sections": (*SECTIONS, *sections)}


def body(text: str) -> DraftSection:
    return DraftSection("Parter", f"<p>{text}</p>", Topic.PARTIES)


def test_a_draft_without_faults_gets_no_remarks() -> None:
    assert lint(FAULTLESS) == []


@pytest.mark.parametrize(
    ("fault", "remark"),
    [
        ({"title": " "}, Remark("Rubrik", "Överenskommelsen har ingen rubrik.")),
        ({"case_number": ""}, Remark("Diarienummer", "Diarienummer saknas.")),
        ({"owner": ""}, Remark("Förvaltare", "Ingen förvaltare är angiven: vem ansvarar för överenskommelsen?")),
        ({"case_number": "HSN XX"}, Remark("Diarienummer", "Något verkar återstå att fylla i: ”XX”.")),
        (
            {"assigned_on": date(2024, 4, 20)},
            Remark("Forumets uppdrag", "Uppdraget är daterat 2024-04-20, en dag som inte har varit."),
        ),
        ({"planned_on": None}, Remark("Ikraftträdande", "Planerat ikraftträdande saknas.")),
        (
            {"planned_on": date(2024, 4, 18)},
            Remark("Ikraftträdande", "Planerat ikraftträdande 2024-04-18 har passerat, och texten är ett utkast."),
        ),
        (
            {"planned_on": date(2204, 10, 1)},
            Remark("Ikraftträdande", "Planerat ikraftträdande 2204-10-01 ligger långt fram. Stämmer året?"),
        ),
        ({"validity_years": None}, Remark("Giltighetstid", "Giltighetstid saknas: ange antal år eller en sista dag.")),
        (
            {"valid_to": date(2032, 9, 30)},
            Remark("Giltighetstid", "Både antal år och en sista dag är angivna. Vilken gäller?"),
        ),
        ({"validity_years": 0}, Remark("Giltighetstid", "Giltighetstiden är 0 år. Stämmer det?")),
        ({"validity_years": 26}, Remark("Giltighetstid", "Giltighetstiden är 26 år. Stämmer det?")),
        (
            {"validity_years": None, "valid_to": date(2024, 9, 30)},
            Remark("Giltighetstid", "Sista dagen 2024-09-30 ligger före ikraftträdandet 2024-10-01."),
        ),
        ({"expected": ((Topic.PARTIES, "Parter"),)}, Remark("Parter", "Mallens avsnitt ”Parter” är inte med.")),
        ({"expected": ((Topic.OTHER, "Bilagor"),)}, Remark("Bilagor", "Mallens avsnitt ”Bilagor” är inte med.")),
        (with_section(DraftSection("Parter", "<p> </p>", Topic.PARTIES)), Remark("Parter", "Avsnittet är tomt.")),
        (
            with_section(DraftSection("Parter", "", Topic.PARTIES, is_required=True)),
            Remark("Parter", "Avsnittet är tomt, och mallen kräver det."),
        ),
        (with_section(DraftSection("", "<p>a</p>", Topic.OTHER)), Remark("Avsnitt", "Ett avsnitt har ingen rubrik.")),
        (
            with_section(replace(BACKGROUND, heading="BAKGRUND ")),
            Remark("BAKGRUND", "Rubriken ”BAKGRUND” står på 2 avsnitt."),
        ),
        (
            with_section(body("Kontakta [namn] eller [...].")),
            Remark("Parter", "Något verkar återstå att fylla i: ”[namn]”, ”[...]”."),
        ),
        (with_section(body("Från ÅÅÅÅ-MM-DD.")), Remark("Parter", "Något verkar återstå att fylla i: ”ÅÅÅÅ-MM-DD”.")),
        (
            with_section(body("XX XXX ___ ..... ???")),
            Remark("Parter", "Något verkar återstå att fylla i: ”XX”, ”XXX”, ”___” och 2 till."),
        ),
    ],
    ids=lambda value: value.text if isinstance(value, Remark) else "",
)
def test_each_fault_gets_its_remark_and_no_other(fault: dict[str, Any], remark: Remark) -> None:
    assert lint(replace(FAULTLESS, **fault)) == [remark]


@pytest.mark.parametrize("topic", NEEDED)
def test_each_needed_topic_is_missed_once(topic: Topic) -> None:
    draft = replace(FAULTLESS, sections=tuple(section for section in SECTIONS if section.topic != topic))

    assert lint(draft) == [Remark(topic.label, f"Inget avsnitt handlar om {topic.label.lower()}.")]


def test_dates_that_contradict_each_other_are_each_pointed_out() -> None:
    draft = replace(FAULTLESS, planned_on=date(2022, 1, 1), validity_years=None, valid_to=date(2022, 6, 30))

    assert lint(draft) == [
        Remark("Ikraftträdande", "Ikraftträdandet 2022-01-01 ligger före uppdraget 2022-02-23."),
        Remark("Ikraftträdande", "Planerat ikraftträdande 2022-01-01 har passerat, och texten är ett utkast."),
        Remark("Giltighetstid", "Sista dagen 2022-06-30 har redan passerat."),
    ]


@pytest.mark.parametrize(
    "text", ["Se not [1].", "Hur? Så...", "år 2024-10-01", "XIX kap. 5 §", "n_1", "max 20 %", "Axxa"]
)
def test_what_is_written_on_purpose_is_no_placeholder(text: str) -> None:
    assert lint(replace(FAULTLESS, **with_section(body(text)))) == []


def test_a_section_of_the_template_may_have_got_another_heading_but_not_if_it_is_about_something_else() -> None:
    expected = ((Topic.BACKGROUND, "Inledning"), (Topic.OTHER, "Bakgrund"))

    assert lint(replace(FAULTLESS, expected=expected)) == []


DAYS = st.none() | st.dates()
TEXTS = st.text(max_size=20) | st.sampled_from(["", "[" * 500, "XX", "<p>a</p>", "\x00", "\ud800"])
DRAFTS = st.builds(
    Draft,
    title=TEXTS,
    case_number=TEXTS,
    owner=TEXTS,
    planned_on=DAYS,
    validity_years=st.none() | st.integers(-5, 50),
    valid_to=DAYS,
    assigned_on=DAYS,
    sections=st.lists(st.builds(DraftSection, TEXTS, TEXTS, st.sampled_from(Topic), st.booleans()), max_size=3).map(
        tuple
    ),
    expected=st.lists(st.tuples(st.sampled_from(Topic), TEXTS), max_size=3).map(tuple),
    today=st.dates(),
)


@settings(max_examples=100, deadline=None)
@given(DRAFTS)
def test_remarks_can_be_made_on_anything(draft: Draft) -> None:
    remarks = lint(draft)

    assert all(remark.topic and remark.text.endswith((".", "?")) for remark in remarks)
    assert lint(draft) == remarks
