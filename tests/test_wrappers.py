"""Addresses that stand for another are unwrapped without asking anybody, or known to be closed."""

from __future__ import annotations

import pytest

from digest.core.urls import canonical
from digest.core.wrappers import tells_nothing

INSIDE = "https://www.ex.test/a?p=1"


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.ampproject.org/c/s/www.ex.test/a?p=1",
        "https://www-ex-test.cdn.ampproject.org/v/s/www.ex.test/a?p=1&utm_source=x",
        "https://www.google.com/amp/s/www.ex.test/a?p=1",
        "https://google.co.uk/url?sa=t&url=https%3A%2F%2Fwww.ex.test%2Fa%3Fp%3D1&usg=x",
        "https://www.google.com/url?q=https://www.ex.test/a%3Fp%3D1&sa=D",
        "http://www.bing.com/news/apiclick.aspx?ref=F&url=https%3a%2f%2fwww.ex.test%2fa%3fp%3d1",
        "https://www.google.com/url?q=https://cdn.ampproject.org/c/s/www.ex.test/a%3Fp%3D1",
    ],
)
def test_the_address_inside_is_the_one_to_open(url: str) -> None:
    assert canonical(url) == INSIDE


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://www.google.com/url?q=/search",
        "https://www.google.com/amp/s/nowhere",
        "https://notgoogle.com/url?q=https://ex.test/a",
        "https://www.google.com.evil.test/url?q=https://ex.test/a",
        "https://cdn.ampproject.org/v0.js",
        "https://ex.test/amp/s/other.test/a",
    ],
)
def test_what_wraps_no_web_address_stays(url: str) -> None:
    assert canonical(url) == url


def test_an_address_wrapped_many_times_is_settled_at_once() -> None:
    url = "https://ex.test/a"
    for _ in range(40):
        url = url.replace("https://", "https://www.google.com/amp/s/", 1)
    assert canonical(url) == "https://ex.test/a"


@pytest.mark.parametrize(
    ("url", "closed"),
    [
        ("https://news.google.com/rss/articles/CBMi?oc=5", True),
        ("https://news.google.com/articles/CBMi", True),
        ("https://apple.news/Axyz", True),
        ("https://flip.it/abc", True),
        ("http://www.bing.com/news/apiclick.aspx?tid=1", True),
        ("https://news.google.com/", False),
        ("https://blog.google/technology/a", False),
        ("https://ex.test/?u=https://flip.it/abc", False),
    ],
)
def test_links_that_tell_nothing_are_known(url: str, closed: bool) -> None:
    assert tells_nothing(url) is closed
