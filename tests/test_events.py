"""What a title says happened."""

from __future__ import annotations

import pytest

from digest.core import events


@pytest.mark.parametrize(
    ("title", "stages"),
    [
        ("Ormond in talks to buy Fennika", {"talks"}),
        ("Ormond to buy Fennika", {"agreed"}),
        ("Ormond completes its Fennika deal", {"closed"}),
        ("Guild sues Ormond", {"sued"}),
        ("Court rules against Ormond", {"ruled"}),
        ("Ormond settles", {"settled"}),
        ("Ormond’s founder steps down", {"left"}),
        ("A thing of Ormond", set()),
    ],
)
def test_a_title_says_how_far_a_matter_has_come(title: str, stages: set[str]) -> None:
    assert events.stages(title) == stages


@pytest.mark.parametrize(
    "title",
    [
        "How to draft with Larch",
        "5 things to know about Larch",
        "Top ten platforms of the year",
        "Larch vs. Birch",
        "Show HN: a thing",
        "The week in models: this week, Larch",
        "Podcast: Ada Korr",
        "Could Larch do your job?",
    ],
)
def test_advice_views_and_roundups_are_light(title: str) -> None:
    assert events.light(title)


@pytest.mark.parametrize(
    "title",
    [
        "Court lets Ormond sell Larch",
        "Two of Ormond’s founders leave",
        "Three makers quit to build tools",
        "A $5 billion deal for Ormond",
        "Ormond launches Larch",
        "Ormond says how many boards cracked",
    ],
)
def test_a_report_is_not_light(title: str) -> None:
    assert not events.light(title)
