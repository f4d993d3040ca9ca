"""Who stands behind a site."""

from __future__ import annotations

import pytest

from digest.core.owners import OPEN_TO_ALL, PASSING_ON, lab, owner, witnesses
from digest.core.urls import registrable_domain
from tests.builders import article


@pytest.mark.parametrize(
    ("sites", "count"),
    [
        (("wired.com", "arstechnica.com"), 1),
        (("techradar.com", "tomshardware.com", "theverge.com"), 2),
        (("a.test", "b.test"), 2),
        (("a.test", "techmeme.com", "x.com", "github.com"), 1),
        (("techmeme.com", "x.com"), 1),
        (("openai.com", "chatgpt.com"), 1),
        (("blog.google", "deepmind.google", "a.test"), 2),
        ((), 0),
    ],
)
def test_a_house_is_one_witness_and_what_passes_on_is_none(
    sites: tuple[str, ...], count: int
) -> None:
    assert len(witnesses(article(site, "Title", site=site) for site in sites)) == count


def test_a_labs_own_site_is_known_and_a_news_site_is_none() -> None:
    assert (lab("openai.com"), lab("wired.com"), lab("a.test")) == ("OpenAI", "", "")
    assert (owner("wired.com"), owner("a.test")) == ("Condé Nast", "a.test")


def test_the_tables_hold_registrable_domains() -> None:
    for domain in PASSING_ON | OPEN_TO_ALL:
        assert registrable_domain(domain) in ("", domain), domain
