"""What JSON-LD tells of an article, however it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from digest.core import jsonld, pages


def told(*things: Any) -> jsonld.Told:
    written = (thing if isinstance(thing, str) else json.dumps(thing) for thing in things)
    scripts = "".join(f'<script type="application/ld+json">{w}</script>' for w in written)
    return jsonld.read(pages.parsed(f"<html><head>{scripts}</head><body><p>x</p></body></html>"))


PART = {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".paywall"}


@pytest.mark.parametrize(
    ("thing", "free"),
    [
        ({"@type": "NewsArticle", "isAccessibleForFree": False}, False),
        ({"@type": "NewsArticle", "isAccessibleForFree": "False"}, False),
        ({"@type": ["Article", "NewsArticle"], "isAccessibleForFree": "false"}, False),
        ({"@type": "NewsArticle", "isAccessibleForFree": "http://schema.org/False"}, False),
        ({"@type": "NewsArticle", "isAccessibleForFree": True}, True),
        ({"@type": "NewsArticle", "isAccessibleForFree": True, "hasPart": PART}, False),
        ({"@type": "NewsArticle", "hasPart": [{"@type": "WebPageElement"}, PART]}, False),
        ({"@graph": [{"@type": "WebSite"}, {"@type": "BlogPosting", "hasPart": PART}]}, False),
        ({"@type": "WebPage", "mainEntity": {"@type": "Article", "hasPart": PART}}, False),
        ({"@type": "Event", "isAccessibleForFree": False}, None),
        ({"@type": "NewsArticle", "isAccessibleForFree": None}, None),
        ({"@type": "NewsArticle", "isAccessibleForFree": ["maybe"]}, None),
        ({}, None),
    ],
)
def test_access_is_read_in_every_form_it_is_written(thing: Any, free: bool | None) -> None:
    assert told(thing).free is free


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ({"@type": "Person", "name": "Ada Brandt"}, ("Ada Brandt",)),
        (
            [{"@type": "Person", "name": "Ada"}, {"@type": ["Person"], "name": "Bo"}],
            ("Ada", "Bo"),
        ),
        ({"name": ["Ada", "Bo"]}, ("Ada", "Bo")),
        ({"@id": "#ada"}, ("Ada Brandt",)),
        ({"@type": "Organization", "name": "The Paper"}, ()),
        ([7, None, {"name": {"x": 1}}, {"name": ""}], ()),
        (None, ()),
    ],
)
def test_authors_are_people(author: Any, names: tuple[str, ...]) -> None:
    person = {"@type": "Person", "@id": "#ada", "name": "Ada Brandt"}
    assert told({"@graph": [{"@type": "Article", "author": author}, person]}).authors == names


def test_an_article_is_heard_before_its_page_and_other_things_not_at_all() -> None:
    found = told(
        {"@type": "VideoObject", "datePublished": "2020-01-01", "headline": "Video"},
        {"@type": "WebPage", "datePublished": "2026-01-02"},
        {
            "@type": "NewsArticle",
            "datePublished": "2026-01-01",
            "headline": "Q&amp;A",
            "publisher": {"name": "Wire"},
            "articleBody": "A text.",
        },
    )
    assert found.published == ("2026-01-01", "2026-01-02")
    assert (found.title, found.site, found.body) == ("Q&A", "Wire", "A text.")


@pytest.mark.parametrize(
    "script", ["{", "[" * 50_000, "null", '"x"', "[[1]]", '{"@graph": 3}', '{"@type": {}}', "7"]
)
def test_what_is_broken_tells_nothing(script: str) -> None:
    assert told(script) == jsonld.Told()
    assert told(script, {"@type": "Article", "headline": "A"}).title == "A"


def test_broken_json_still_tells_its_date() -> None:
    assert told('{"datePublished": "2026-01-01", oops').published == ("2026-01-01",)
