"""Does an article bear on what somebody asked about?"""

from __future__ import annotations

import pytest

from digest.core import topics

ASKED = topics.query("Microsoft OpenAI talks")


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft ready to walk away from OpenAI talks",
        "OpenAI and Microsoft talk about their future",
        "Microsoft weighs abandoning OpenAI negotiations",
        "Microsoft and OpenAI discuss new terms",
    ],
)
def test_what_bears_on_it(title: str) -> None:
    assert topics.bearing(ASKED, title, "") >= topics.BEARS


@pytest.mark.parametrize(
    "title",
    ["Microsoft opens a data centre", "OpenAI hires a lawyer", "Talks about talks", ""],
)
def test_what_does_not(title: str) -> None:
    assert topics.bearing(ASKED, title, "Words about something else entirely.") < topics.BEARS


def test_a_word_counts_less_the_further_down_it_stands() -> None:
    lead = "OpenAI " + "filler " * 100
    deep = "filler " * 100 + "OpenAI"
    shares = [topics.bearing(ASKED, "Microsoft talks", text) for text in (lead, deep, "")]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == 3


def test_a_question_without_a_word_asks_for_nothing() -> None:
    empty = topics.query("… the of —")
    assert empty.weights == {}
    assert topics.bearing(empty, "anything", "at all") == 0.0


@pytest.mark.parametrize(
    ("question", "title", "bears"),
    [
        ("OpenAI lawsuit", "OpenAI opens an office in Lisbon", False),
        ("OpenAI lawsuit", "Authors sue OpenAI over training data", True),
        ("Nvidia earnings", "Nvidia reports record revenue for the quarter", True),
        ("Nvidia earnings", "Nvidia unveils a small computer for robots", False),
        ("Microsoft OpenAI", "Microsoft and OpenAI redraw their contract", True),
        ("Microsoft OpenAI", "Microsoft opens a data centre", False),
        ("chip export rules", "Washington tightens law on semiconductor exports", True),
    ],
)
def test_a_name_alone_is_not_the_question(question: str, title: str, bears: bool) -> None:
    asked = topics.query(question)
    assert (topics.bearing(asked, title, "") >= topics.BEARS) is bears
