"""Which addresses are one page, and which only look alike."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.core.samepage import key, page_id, plain, sibling_ids, spellings
from digest.core.urls import canonical, identity
from digest.models import Entry

PAGE = "https://www.ex.test/news/one"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.ex.test/news/one/amp",
        "https://www.ex.test/news/one.amp",
        "https://www.ex.test/news/one?amp=1",
        "https://www.ex.test/news/one?amp",
        "https://www.ex.test/news/one?outputType=amp",
        "https://amp.ex.test/news/one",
        "https://m.ex.test/news/one",
        "https://mobile.ex.test/news/one",
        "https://touch.ex.test/news/one",
        "https://www.ex.test//news///one",
        "https://www-ex-test.cdn.ampproject.org/c/s/www.ex.test/news/one/amp",
        "https://www.google.com/amp/s/m.ex.test/news/one?utm_source=x#top",
    ],
)
def test_amp_and_mobile_spellings_are_the_page_itself(url: str) -> None:
    assert plain(canonical(url)) == PAGE
    assert page_id(canonical(url)) == identity(PAGE)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://ex.test/a/amp/", "https://ex.test/a/"),
        ("https://ex.test/a.amp.html", "https://ex.test/a.html"),
        ("https://ex.test/a/index.html?id=1&amp=1", "https://ex.test/a/?id=1"),
        ("https://en.m.ex.test/wiki/A", "https://en.ex.test/wiki/A"),
        ("https://m.ex.co.uk:8443/a", "https://www.ex.co.uk:8443/a"),
    ],
)
def test_what_else_names_the_page_is_kept(url: str, expected: str) -> None:
    assert plain(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        "http://ex.test/a/",
        "https://ex.test/amp",
        "https://ex.test/camp",
        "https://ex.test/a?amplitude=1",
        "https://m.test/a",
        "https://m.github.io/a",
        "https://127.0.0.1:81/a",
        "https://[2001:db8::1]/a",
        "",
    ],
)
def test_any_other_address_stays_as_it_is_as_stored_identities_rest_on_it(url: str) -> None:
    assert plain(url) == url


def test_scheme_www_and_a_slash_at_the_end_make_no_other_page() -> None:
    same = ["http://ex.test/a", "https://www.ex.test/a/", "https://m.ex.test/a/index.html"]
    assert {key(url) for url in same} == {"ex.test/a"}
    assert key("https://ex.test/a?p=1") != key("https://ex.test/a?p=2")
    assert key("https://blog.ex.test/a") != key("https://ex.test/a")


def test_siblings_are_told_the_usual_spelling_first() -> None:
    found = spellings("https://www.ex.test/a/amp/")
    assert found[0] == "https://www.ex.test/a/"
    assert set(found) == {
        f"{scheme}://{host}/a{end}"
        for scheme in ("http", "https")
        for host in ("ex.test", "www.ex.test")
        for end in ("", "/")
    }
    assert set(spellings("https://blog.ex.test/")) == {
        "https://blog.ex.test/",
        "http://blog.ex.test/",
    }
    assert spellings("") == ()


PARTS = st.lists(
    st.sampled_from(
        ["m.", "www.", "amp.", "ex.test", "/", "//", "/amp", ".amp", "/index.html", "?", "amp=1"]
    ),
    max_size=9,
).map("".join)


def test_an_entry_may_be_known_by_its_pages_other_spellings_but_not_a_part_of_a_page() -> None:
    url = "https://ex.test/a"
    found = sibling_ids(Entry(page_id(url), "https://feed.test/", "", url, "T"))
    assert {page_id("http://www.ex.test/a/"), page_id("https://ex.test/a/")} <= set(found)
    assert len(found) == 7
    part = Entry("1", "https://feed.test/", "2.0", "https://ex.test/a", "2.0")
    assert sibling_ids(part) == sibling_ids(Entry("1", "https://feed.test/", "g", "", "T")) == ()


@settings(max_examples=200, deadline=None)
@given(PARTS)
def test_any_address_settles_at_once_and_is_among_its_spellings(tail: str) -> None:
    url = canonical(f"https://{tail}")
    once = plain(url)
    assert plain(once) == once
    assert canonical(once) == once
    assert {key(spelling) for spelling in spellings(url)} <= {key(url)}
