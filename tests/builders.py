"""Values for tests, with everything that a test does not care about filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from digest.core.urls import registrable_domain
from digest.models import Article, Edition, Evidence, FeedKind, Quality, Story

NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)


def article(
    key: str,
    title: str,
    text: str = "",
    *,
    site: str = "harbour-wire.test",
    hours: float = 2.0,
    seen: datetime | None = None,
    language: str = "en",
    quality: Quality | None = None,
    trust: float = 1.0,
    category: str = "media",
    kind: FeedKind = FeedKind.NEWS,
    opinion: bool = False,
    relevance: float = 1.0,
) -> Article:
    """Return an article published ``hours`` before NOW at ``site``."""
    return Article(
        id=key,
        url=f"http://{site}/{key}",
        title=title,
        publisher=site.removesuffix(".test").replace("-", " ").title(),
        domain=registrable_domain(site),
        author="",
        published_at=NOW - timedelta(hours=hours),
        first_seen_at=seen or NOW,
        language=language,
        text=text,
        quality=quality or (Quality.FULL if text else Quality.FEED_ONLY),
        feed_url=f"http://{site}/feed",
        category=category,
        kind=kind,
        trust=trust,
        opinion=opinion,
        relevance=relevance,
    )


def story(*articles: Article, key: str = "s-1") -> Story:
    """Return a story told by the articles, each a source of its own."""
    return Story(key, tuple(Evidence(a) for a in articles))


def repeated(edition: Edition, stories: int, briefs: int) -> Edition:
    """Return an edition of that many stories and briefs: those of ``edition``, again and again."""
    told = edition.stories
    lines = edition.briefs
    return replace(
        edition,
        stories=tuple(
            replace(told[n % len(told)], id=f"again{n:07d}", rank=n + 1) for n in range(stories)
        ),
        briefs=tuple(
            replace(lines[n % len(lines)], story_id=f"brief{n:07d}") for n in range(briefs)
        ),
    )
