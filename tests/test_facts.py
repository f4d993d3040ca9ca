"""Figures, names and quotations as texts state them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.core import facts


@pytest.mark.parametrize(
    ("texts", "figure"),
    [
        (
            ("$13 billion", "13bn USD", "US$13,000,000,000", "a $13-billion deal",
             "13 billion dollars", "13 Milliarden Dollar", "13 Mrd. US-Dollar", "$13B"),
            "usd 13000000000",
        ),
        (("€1.5m", "EUR 1.5 million", "1,5 Millionen Euro", "€1,500,000"), "eur 1500000"),
        (("5 %", "5%", "five per cent", "5 percent", "5 Prozent", "5-percent"), "5%"),
        (("2 percentage points", "zwei Prozentpunkte"), "2pp"),
        (("1,200", "1200", "1.2 thousand", "1\u00a0200", "1’200"), "1200"),
        (("1.2 million users", "1,200,000 users", "1.2M"), "1200000"),
        (("half a billion", "500 million"), "500000000"),
        (("twelve firms", "a dozen firms", "12 firms", "zwölf Firmen"), "12"),
        (("twenty-five", "25"), "25"),
        (("one million", "a million", "1m"), "1000000"),
        (("90 days", "90-day", "ninety days", "90 Tage"), "90 day"),
        (("a 3-year-old firm", "three years", "drei Jahre"), "3 year"),
        (("10x", "tenfold".replace("ten", "10-"), "10 times"), "10x"),
        (("the second quarter", "Q2", "second-quarter"), "q2"),
        (("405B parameters", "405 billion parameters"), "405000000000"),
        (("10GW", "10 gigawatts", "ten gigawatts"), "10"),
        (("June 18", "18 June", "Jun. 18", "18th of June", "18. Juni", "le 18 juin"), "06-18"),
        (("June 18, 2025", "18 June 2025", "2025-06-18", "18. Juni 2025"), "2025-06-18"),
        (("June 2025", "18 June 2025"), "2025-06"),
        (("mid-2025", "18 June 2025", "in 2025."), "2025"),
    ],
)  # fmt: skip
def test_one_figure_has_one_form(texts: tuple[str, ...], figure: str) -> None:
    for text in texts:
        assert figure in facts.numbers(text), text


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("between $10 and $13 billion", {"usd 10000000000", "usd 13000000000"}),
        ("$5-10bn", {"usd 5000000000", "usd 10000000000"}),
        ("20 to 49 percent", {"20%", "49%"}),
        ("from 2024 to 30 million", {"2024", "30000000"}),
        ("rose 31% YoY to $4.2B, vs. $3.05B", {"31%", "usd 4200000000", "usd 3050000000"}),
        ("1.200 Euro", {"eur 1200"}),
        ("Llama 3.1", {"3.1"}),
        ("$20-a-month", {"usd 20"}),
        ("twelve engineers won the prize", {"12"}),
        ("3 won", {"3"}),
        ("3 trillion won", {"krw 3000000000000"}),
        ("the 1990s", {"1990s"}),
    ],
)
def test_a_text_states_just_these_figures(text: str, figures: set[str]) -> None:
    assert facts.numbers(text) == figures


@pytest.mark.parametrize(
    "text",
    ["GPT-4.5", "H100 and o3", "COVID-19", "one of the firms", "the two firms", "two-thirds",
     "thousands of users", "a 5G phone", "MP3", ""],
)  # fmt: skip
def test_names_and_pronouns_are_no_figures(text: str) -> None:
    assert facts.numbers(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "The Microsoft deal with Sam Altman's OpenAI fell.",
            {"Microsoft", "Sam Altman", "OpenAI"},
        ),
        ("In the U.S. and the U.K. it fell.", {"US", "UK"}),
        (
            "Bank of America and xAI’s Grok met on Monday in May.",
            {"Bank of America", "xAI", "Grok"},
        ),
        ("“We will not,” said Demis Hassabis, DeepMind's CEO.", {"Demis Hassabis", "DeepMind"}),
        ("AT&T sells the iPhone and GPT-4o.", {"AT&T", "iPhone", "GPT-4o"}),
        ("Regulators said that AI is new. However, researchers differ.", set()),
        ("Orders fell. The New York office said so.", {"New York"}),
        ("Microsoft-backed labs and non-Google chips", {"Microsoft", "Google"}),
        ("The Microsoft-OpenAI alliance", {"Microsoft", "OpenAI"}),
        ("“Sundmark is late,” he said. It fell.", {"Sundmark"}),
        (
            "It fell (Alexandra Bruell/Wall Street Journal).",
            {"Alexandra Bruell", "Wall Street Journal"},
        ),
    ],
)
def test_a_text_names_just_these(text: str, names: set[str]) -> None:
    assert facts.names(text) == names


def test_a_headline_in_capitals_names_only_what_looks_like_a_name_or_is_shown_to_be_one() -> None:
    title = "Microsoft Considers Withdrawing from OpenAI Negotiations with Veldrane"
    assert facts.names(title) == {"Microsoft", "OpenAI"}
    assert "Veldrane" in facts.names(f"{title}\nThe firm said Veldrane had agreed to it.")
    assert facts.names("OPENAI SAYS IT WILL BUY MORE CHIPS") == {"OPENAI"}


def test_a_word_written_small_elsewhere_is_no_name_at_a_sentences_start() -> None:
    assert (
        facts.names("Turbines stood still. The turbine broke.\nTurbine makers met.") == frozenset()
    )
    assert "Veldrane" in facts.names("Veldrane met them. It was late.")


def test_german_nouns_are_no_names() -> None:
    text = "Microsoft ist bereit, die Verhandlungen mit OpenAI abzubrechen, sagte Satya Nadella."
    assert facts.names(text) == {"Microsoft", "OpenAI", "Satya Nadella"}


@pytest.mark.parametrize(
    ("text", "quotations"),
    [
        ("He said “we will not do it” today.", ("we will not do it",)),
        ('He said "we will not do it," then "nor will they now".',
         ("we will not do it,", "nor will they now")),
        ("Er sagte: „Wir machen das nicht“, dann »das auch nicht mehr«.",
         ("Wir machen das nicht", "das auch nicht mehr")),
        ("Il dit «nous ne le ferons pas».", ("nous ne le ferons pas",)),
        ("A ‘quite good deal’ isn’t one.", ("quite good deal",)),
        ("A “short one” and a 5\" screen, 6\" wide.", ()),
        ("An “unclosed quotation that never ends", ()),
    ],
)  # fmt: skip
def test_quotations_of_three_words_and_more(text: str, quotations: tuple[str, ...]) -> None:
    assert facts.quotations(text) == quotations


def test_days_and_months_are_told_from_verbs() -> None:
    assert facts.calendar("It may march on Friday, in June or in May.") == {"friday", "june", "may"}


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    assert "" not in facts.numbers(text) | facts.names(text)
    assert all(quotation in text for quotation in facts.quotations(text))


@pytest.mark.parametrize(
    "piece",
    ["1", "1,", "$", "A ", "Aa\n", "“a", '"', "twenty ", "June 1", "X-", "1 to ", "a.A", "‘ a b c",
     " ", "\u0301", "9" * 50 + " "],
)  # fmt: skip
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    start = time.process_time()
    text = piece * (100_000 // len(piece))
    facts.numbers(text), facts.names(text), facts.quotations(text)
    assert time.process_time() - start < 8.0  # some 0.5 s; quadratic would be minutes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\u017fix men", {"6"}),
        ("5 m\u0131ll\u0131on", {"5000000"}),
        ("5 \u017feconds", {"5 second"}),
    ],
)
def test_letters_that_only_look_like_others_break_no_number(text: str, found: set[str]) -> None:
    assert facts.numbers(text) == found
