"""What publishers wish, from every place they may say it, and what is left to quote."""

from __future__ import annotations

from dataclasses import replace

import pytest
from trafilatura import load_html

from digest.core import wishes
from digest.core.articles import extract
from digest.core.wishes import NONE, join, of_headers, of_page, of_robots, quotable, said
from digest.models import Wishes
from tests.builders import article


@pytest.mark.parametrize(
    ("headers", "ai_input", "max_snippet"),
    [
        ({}, True, None),
        ({"content-signal": "search=yes, ai-input=no, ai-train=no"}, False, None),
        ({"content-signal": "search=yes, ai-train=no"}, True, None),
        ({"content-signal": "ai-input=yes, ai-input=no"}, False, None),
        ({"tdm-reservation": "1"}, False, None),
        ({"tdm-reservation": "0"}, True, None),
        ({"tdm-reservation": "0, 1"}, False, None),
        ({"x-robots-tag": "noai, noimageai"}, False, None),
        ({"x-robots-tag": "NoSnippet"}, True, 0),
        ({"x-robots-tag": "max-snippet: 50, noai"}, False, 50),
        ({"x-robots-tag": "max-snippet:-1"}, True, None),
        ({"x-robots-tag": "max-snippet:lots, max-image-preview: large"}, True, None),
        ({"x-robots-tag": "googlebot: nosnippet, noai"}, True, None),
        ({"x-robots-tag": "googlebot: nosnippet\nnoai"}, False, None),
        ({"x-robots-tag": "googlebot: nosnippet, ai-news-digest: max-snippet: 9"}, True, 9),
        ({"x-robots-tag": "unavailable_after: Sunday, 25-Jun-28 15:00:00 GMT, noai"}, False, None),
        ({"x-robots-tag": "max-snippet: 50, max-snippet: 20"}, True, 20),
        ({"x-robots-tag": ":" * 50_000 + "," * 50_000}, True, None),
        ({"x-robots-tag": "noai;noimageai"}, False, None),
        ({"x-robots-tag": "noai nosnippet"}, False, 0),
        ({"x-robots-tag": "max-snippet=50"}, True, 50),
        ({"x-robots-tag": 'max-snippet : "50", "noai"'}, False, 50),
        ({"x-robots-tag": "max-image-preview: none, noai"}, False, None),
        ({"x-robots-tag": "all, foo: 1, noai"}, False, None),
        ({"x-robots-tag": "foo: noindex, noai"}, True, None),
        ({"x-robots-tag": "OtherBot/2.1: novel, noai"}, True, None),
        ({"x-robots-tag": "otherspider: novel, noai"}, True, None),
        ({"x-robots-tag": "unavailable_after: 25/06/2010: 15:00:00 PST, noai"}, False, None),
        ({"x-robots-tag": "ai-news-digest/1.0: noai"}, False, None),
        ({"x-robots-tag": "googlebot: nosnippet; AI-News-Digest : max-snippet = 9"}, True, 9),
        ({"x-robots-tag": "googlebot: nosnippet, *: noai"}, False, None),
        ({"x-robots-tag": "robots: noai"}, False, None),
        ({"content-signal": 'ai-input="no"'}, False, None),
        ({"content-signal": "'ai-input': no"}, False, None),
        ({"tdm-reservation": '"1"'}, False, None),
        ({"tdm-reservation": "1; 0"}, False, None),
        ({"tdm-reservation": "10"}, True, None),
    ],
)
def test_headers(headers: dict[str, str], ai_input: bool, max_snippet: int | None) -> None:
    found = of_headers(headers)
    assert (found.ai_input, found.max_snippet) == (ai_input, max_snippet)
    assert bool(found.told) == (found != NONE)


@pytest.mark.parametrize(
    ("head", "ai_input", "max_snippet"),
    [
        ("", True, None),
        ('<meta name="robots" content="index, follow, max-snippet:-1">', True, None),
        ('<meta name="ROBOTS" content="noai, max-snippet:120">', False, 120),
        ('<meta name="ai-news-digest" content="nosnippet">', True, 0),
        ('<meta name="googlebot" content="nosnippet, noai">', True, None),
        ('<meta name="ai-news-digest/1.0" content="noai">', False, None),
        ('<meta name="tdm-reservation" content=" 1 ">', False, None),
        ('<meta name="tdm-reservation" content="0"><meta name="robots">', True, None),
    ],
)
def test_pages(head: str, ai_input: bool, max_snippet: int | None) -> None:
    text = "<p>The plant at Ostrava runs again after a week without power, its owner said.</p>" * 9
    page = f"<html><head><title>Back</title>{head}</head><body><article>{text}</article></body>"
    found = of_page(load_html(page))
    assert (found.ai_input, found.max_snippet) == (ai_input, max_snippet)
    assert extract(page.encode(), "http://chips.test/one", "text/html").wishes == found


def test_robots_txt() -> None:
    text = "User-agent: *\nContent-Signal: /news ai-input=no"
    assert of_robots(text, "http://chips.test/news/one") == Wishes(
        ai_input=False, told=("robots.txt: ai-input=no",)
    )
    assert of_robots(text, "http://chips.test/about") == NONE


def test_the_strictest_counts_and_all_who_say_so_are_named() -> None:
    closed = Wishes(ai_input=False, told=("robots.txt: ai-input=no",))
    short = Wishes(max_snippet=80, told=("the page: max-snippet 80",))
    both = join(NONE, closed, short, Wishes(max_snippet=90), closed)
    assert both == Wishes(False, 80, ("robots.txt: ai-input=no", "the page: max-snippet 80"))
    assert said(both) == (
        "no text to language models (robots.txt: ai-input=no); "
        "at most 80 characters of it may be quoted (the page: max-snippet 80)"
    )
    assert said(Wishes(max_snippet=0)) == "nothing of it may be quoted"
    assert join() == NONE
    assert said(NONE) == ""


TEXT = "Brindle buys Ostrava.\nThe price is $2.1 billion in cash. Regulators must agree."


@pytest.mark.parametrize(
    ("most", "left"),
    [
        (None, TEXT),
        (500, TEXT),
        (len(TEXT), TEXT),
        (len(TEXT) - 1, "Brindle buys Ostrava.\nThe price is $2.1 billion in cash."),
        (30, "Brindle buys Ostrava."),
        (21, "Brindle buys Ostrava."),
        (20, ""),
        (0, ""),
    ],
)
def test_no_more_is_left_than_may_be_quoted(most: int | None, left: str) -> None:
    cut = quotable(replace(article("a", "Title", TEXT), max_snippet=most))
    assert cut.text == left
    assert cut.title == "Title"


def test_a_cut_in_the_middle_of_a_sentence_leaves_it_out() -> None:
    text = "One two three. Four five six " + "and seven " * 300 + "eight."
    for most in range(14, 60):
        cut = quotable(replace(article("a", "T", text), max_snippet=most))
        assert cut.text == "One two three."
    assert wishes.quotable(replace(article("a", "T", "x" * 9_000), max_snippet=5_000)).text == ""
