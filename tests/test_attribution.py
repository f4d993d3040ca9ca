"""Whose words an aggregator's entry is."""

from __future__ import annotations

import pytest

from digest.core.attribution import attribute
from digest.models import Feed

HIDDEN = "https://news.google.com/rss/articles/CBMi1"
GOOGLE = Feed("https://news.google.com/rss/search?q=x", name="Search")
BRIDGE = Feed("https://bridge.test/rss", name="Bridge")
WIRE = ("Harbour Wire", "https://www.harbour.test/")


def whose(
    feed: Feed,
    url: str,
    source: tuple[str, str] = WIRE,
    *,
    own: frozenset[str] = frozenset(),
    of_page: bool = False,
) -> tuple[str, str]:
    return attribute(
        feed, feed_title="t", own=own, url=url, site="", of_page=of_page, source=source
    )


def test_an_aggregators_entry_is_the_outlets_that_it_names() -> None:
    assert whose(GOOGLE, HIDDEN) == ("Harbour Wire", "harbour.test")
    assert whose(BRIDGE, HIDDEN, own=frozenset({"google.com"})) == ("Harbour Wire", "harbour.test")
    bing = Feed("https://www.bing.com/news/search?q=x&format=rss")
    assert whose(bing, "https://www.harbour.test/a", ("Harbour Wire", "")) == (
        "Harbour Wire",
        "harbour.test",
    )


@pytest.mark.parametrize(
    ("feed", "url", "source"),
    [
        (GOOGLE, HIDDEN, ("", "")),
        (GOOGLE, HIDDEN, ("Harbour Wire", "")),
    ],
)
def test_without_an_outlet_it_is_the_aggregators(
    feed: Feed, url: str, source: tuple[str, str]
) -> None:
    assert whose(feed, url, source) == ("Search", "google.com")


def test_any_other_feed_that_claims_to_pass_on_an_outlets_words_is_not_believed() -> None:
    assert whose(BRIDGE, HIDDEN) == ("Bridge", "bridge.test")
    assert whose(BRIDGE, "https://www.harbour.test/a") == ("Bridge", "bridge.test")


def test_a_page_is_named_as_the_source_says_where_the_name_fits() -> None:
    url = "https://www.harbour.test/a"
    assert whose(BRIDGE, url, of_page=True) == ("Harbour Wire", "harbour.test")
    assert whose(BRIDGE, url, ("Reuters", ""), of_page=True) == ("harbour.test", "harbour.test")
