"""What a robots.txt says to one program."""

from __future__ import annotations

import time

import pytest

from digest.core.robots import MOST_BYTES, Verdict, decoded, judge, meant_for, signals

AGENT = "ai-news-digest"
PAGE = "https://chips.test/news/one.html"


def allowed(text: str, url: str = PAGE) -> bool:
    return judge(text, url, AGENT).allowed


@pytest.mark.parametrize(
    ("text", "allows"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /news/", False),
        ("User-agent: *\nDisallow: /News/", True),
        ("User-agent: *\nDisallow: /\nAllow: /news/", True),
        ("User-agent: *\nDisallow: /*.html$", False),
        ("User-agent: *\nDisallow: /*.htm$", True),
        ("User-agent: otherbot\nDisallow: /", True),
        ("User-agent: AI-News-Digest\nDisallow: /", False),
        ("User-agent: ai-news-digest/0.1\nDisallow: /", False),
        ("User-agent: ai-news-digest\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: ai-news-digest\nAllow: /", True),
        ("User-agent: ai\nDisallow: /\nUser-agent: news\nDisallow: /", True),
        ("User-agent: otherbot\nUser-agent: ai-news-digest\nDisallow: /news", False),
        (
            "User-agent: ai-news-digest\nAllow: /a\n\nUser-agent: ai-news-digest\nDisallow: /n",
            False,
        ),
        ("User-agent: *\nSitemap: https://chips.test/map.xml\nDisallow: /news", False),
        ("User-agent: otherbot\nSitemap: https://x.test\nUser-agent: *\nDisallow: /", False),
        ("User-agent: ai-news-digest\nCrawl-delay: 5\nUser-agent: *\nDisallow: /", False),
        ("User-agent: *\nContent-Signal: ai-train=no\nUser-agent: x\nDisallow: /", False),
        ("User-agent: ai-news-digest\nWhatever: 1\n\nUser-agent: *\nDisallow: /", False),
        ("User-agent: *\nAllow: /\nCrawl-delay: 5\nUser-agent: x\nDisallow: /", True),
        ("User-agent: *\nDisallow:\nUser-agent: x\nDisallow: /", True),
        ("User-agent: *\nDissalow /y\nUser-agent: x\nDisallow: /", True),
        ("\ufeffUser-agent: *\r\nDisallow: / # all of it\r\n", False),
        ("Disallow: /", True),
        ("user agent: *\rdisalow: /news", False),
    ],
)
def test_the_group_that_names_us_decides_else_the_one_for_all(text: str, allows: bool) -> None:
    assert allowed(decoded(text.encode())) is allows
    ours = meant_for(AGENT, decoded(text.encode()))
    assert allowed(ours) is allows
    assert meant_for(AGENT, ours) == ours


def test_a_pause_is_read_from_our_group_only() -> None:
    text = "User-agent: otherbot\nCrawl-delay: 60\n\nUser-agent: *\nCrawl-delay: 2.5\nDisallow: /x"
    assert judge(text, PAGE, AGENT) == Verdict(True, 2.5)
    assert judge("User-agent: *\nCrawl-delay: soon", PAGE, AGENT) == Verdict(True, 0.0)


def test_a_web_page_in_its_place_keeps_nobody_out() -> None:
    page = b"\n<!DOCTYPE html>\n<p>\nUser-agent: *\nDisallow: /\n</p>"
    assert decoded(page) == ""
    assert decoded(b"<!-- moved -->\n<html lang='en'><p>\nDisallow: /") == ""


def test_a_comment_of_html_before_the_rules_makes_no_web_page() -> None:
    assert not allowed(decoded(b"<!-- -->\nUser-agent: *\nDisallow: /"))


def test_only_the_first_half_megabyte_counts_and_broken_bytes_do_no_harm() -> None:
    filler = b"# \xff\xfe padding\n" * 40_000
    assert allowed(decoded(b"User-agent: *\nAllow: /\n" + filler + b"\nDisallow: /news"))
    assert not allowed(decoded(b"\xef\xbb\xbfUser-agent: *\nDisallow: /news\n" + filler))
    assert len(decoded(filler)) <= MOST_BYTES
    assert decoded(b"a\x00b\xff") == "ab\ufffd"  # what a store can hold


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nDisallow: /" + "*a" * 200_000 + "$",
        "User-agent: *\n" + "Disallow: /*a*a*a*a*a*a*a*a*b\n" * 15_000,
        "".join(f"User-agent: x{n}\n" for n in range(15_000)) + "Disallow: /q\n" * 15_000,
        "User-agent: *\n" * 15_000 + "Disallow: /q\n" * 15_000,
        "User-agent: *\nContent-Signal: " + "a" * 400_000,
        "User-agent: *\n" + "Content-Signal: /*a*a*b ai-input=no\n" * 12_000,
    ],
    ids=[
        "one endless pattern",
        "many patterns",
        "many programs",
        "one program, often",
        "one endless signal",
        "many signals",
    ],
)
def test_what_is_made_to_take_long_does_not(text: str) -> None:
    began = time.process_time()
    url = "https://chips.test/" + "a" * 2_000
    assert allowed(text, url)
    assert signals(text, url, AGENT) == {}
    assert time.process_time() - began < 3


def test_signals_are_read_from_our_group() -> None:
    text = (
        "# for all\nContent-Signal: ai-train=no\n"
        "User-agent: *\nContent-Signal: search=yes, ai-input=no, use=reference\nAllow: /\n\n"
        "User-agent: otherbot\nDisallow: /"
    )
    assert signals(text, PAGE, AGENT) == {"ai-train": False, "search": True, "ai-input": False}
    ours = f"{text}\nUser-agent: {AGENT}\ncontent-signal:AI-Input=YES"
    for whole_or_kept in (ours, meant_for(AGENT, ours)):
        told = signals(whole_or_kept, PAGE, AGENT)
        assert told == {"ai-train": False, "ai-input": True}
    assert meant_for(AGENT, "User-agent: otherbot\nDisallow: /") == ""
    assert allowed(text)


def test_a_signal_for_the_longest_path_that_fits_wins() -> None:
    text = (
        "User-agent: *\nContent-Signal: ai-input=yes\nContent-Signal: /news/ ai-input=no\n"
        "Content-Signal: /news/free/* ai-input=yes\nContent-Signal: /both ai-input=yes\n"
        "Content-Signal: /both ai-input=no"
    )
    told = {path: signals(text, f"https://chips.test{path}", AGENT)["ai-input"] for path in (
        "/", "/news/one", "/news/free/two", "/both"
    )}  # fmt: skip
    assert told == {"/": True, "/news/one": False, "/news/free/two": True, "/both": False}
