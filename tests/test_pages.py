"""What a page says of itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from trafilatura import load_html
from trafilatura.metadata import extract_metadata

from benchmarks.outlets import world
from digest.core import pages

HEADS = {
    "nothing": "",
    "title only": "<title>One | The Site</title>",
    "meta": "<meta property='og:title' content='Two &amp; a half'><meta name='author' content="
    "'Ada Brit'><meta property='og:site_name' content='@the post'>"
    "<meta property='article:published_time' content='2026-03-01T10:00:00Z'>",
    "one-word author": "<title>Three</title><meta name='author' content='admin'>",
    "JSON-LD": "<script type='application/ld+json'>{'@type': 'NewsArticle'}</script>"
    '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle",'
    ' "headline": "Four", "datePublished": "2026-02-03", "author": {"@type": "Person",'
    ' "name": "Cato Dina"}, "publisher": {"@type": "Organization", "name": "Wire"}}</script>',
    "broken JSON-LD": '<title>Five</title><script type="application/ld+json">{"@graph": 7</script>',
}


def same(markup: str | bytes, url: str) -> None:
    """Assert that a page's head is read as trafilatura reads it."""
    ours = pages.about(load_html(markup), url)
    theirs: Any = extract_metadata(load_html(markup), url)
    expected = (theirs.title, theirs.author, theirs.sitename, theirs.date)
    assert (ours.title, ours.author, ours.site, ours.day) == tuple(v or "" for v in expected), url


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_heads_are_read_as_trafilatura_reads_them(head: str) -> None:
    body = "<h1>A heading</h1><p class='byline'>By Emil Fay</p><p>Some text of a page.</p>"
    same(f"<html><head>{head}</head><body>{body}</body></html>", "https://www.paper.test/2026/x")


def test_whole_pages_are_read_as_trafilatura_reads_them() -> None:
    for url, page in world(2, 6).pages.items():
        same(page.body, url)


def test_real_pages_are_read_as_trafilatura_reads_them(shared_dir: Path) -> None:
    folder = shared_dir / "data/pages"
    for known in json.loads((folder / "gold.json").read_text("utf-8"))[::6]:
        same((folder / "html" / known["file"]).read_bytes(), known["url"])
