"""A file of labelled headlines → articles, as a feed would have given them, and what is known.

Made for ``../shared/data/stories``. Grouping sees the articles alone; ``Labels`` are for learning
and for scoring.
"""

from __future__ import annotations

import asyncio
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from digest.adapters.embeddings import LocalEmbedder
from digest.core import attribution, language, yardstick
from digest.core.traits import Meaning, masked
from digest.core.urls import registrable_domain
from digest.models import Article, Quality

_DAY, _MONTH = len("2025-06-18"), len("2025-06")


@dataclass(frozen=True)
class Labels:
    """What is known of each item, in the file's order."""

    story: tuple[str, ...]
    topic: tuple[str, ...]  # several stories of one saga share one
    counted: tuple[bool, ...]  # reports of AI news; the others are grouped and not scored
    may_merge: frozenset[frozenset[str]]  # pairs of stories that may be joined or not


def read(path: Path) -> tuple[list[Article], Labels]:
    """Return a file's items as articles and their labels; an item without an id gets its number."""
    gold = json.loads(path.read_text("utf-8"))
    items = gold["items"]
    dates = published([item["published"] for item in items])
    found = enumerate(zip(items, dates, strict=True))
    return [_article(*each) for each in found], labels(gold)


def labels(gold: Mapping[str, Any]) -> Labels:
    """Return the labels of a file's items."""
    items = gold["items"]
    return Labels(
        story=tuple(item["story_id"] for item in items),
        topic=tuple(item.get("topic_id", item["story_id"]) for item in items),
        counted=tuple(
            item.get("role", "report") == "report" and item.get("ai_relevant", True)
            for item in items
        ),
        may_merge=frozenset(map(frozenset, gold["may_merge"])),
    )


def published(texts: Sequence[str]) -> list[datetime]:
    """Return ISO 8601 times, UTC; a day is its midnight.

    Of a month alone nobody knows the day: it is the one in the middle of those that the file has
    of this month, else the fifteenth.
    """
    known = [text for text in texts if len(text) >= _DAY]

    def full(text: str) -> datetime:
        if len(text) == _MONTH:
            days = sorted(int(other[8:10]) for other in known if other.startswith(text))
            text = f"{text}-{statistics.median_low(days) if days else 15:02}"
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    return [full(text).astimezone(UTC) for text in texts]


def _article(number: int, found: tuple[Mapping[str, Any], datetime]) -> Article:
    item, when = found
    text = item.get("summary") or item.get("text") or ""
    return Article(
        id=item.get("id", f"{number:03}"),
        url=item["url"],
        title=item["title"],
        publisher=item["source"],
        domain=registrable_domain(item["url"]),
        author="",
        published_at=when,
        first_seen_at=when + timedelta(hours=1),
        language=language.spoken(f"{item['title']}. {text}", ""),
        text=text,
        quality=Quality.TEASER if text else Quality.FEED_ONLY,
        feed_url="",
        opinion=attribution.is_opinion(item["title"], (), item["url"]),
    )


def meaning(articles: Sequence[Article], model: str) -> Meaning | None:
    """Return the vectors of the titles in a language that the model in a folder knows.

    None for "off".
    """
    if model == "off":
        return None
    embedder = LocalEmbedder(Path(model))
    texts = {a.id: masked(a.title) for a in articles if a.language in ("", *embedder.languages)}
    asked = sorted({*texts.values(), *yardstick.titles()})
    vectors = dict(zip(asked, asyncio.run(embedder.embed(asked)), strict=True))
    scale = yardstick.scale(vectors)
    if scale is None:
        raise SystemExit(f"the model in {model} does not tell events apart")
    return Meaning({key: vectors[text] for key, text in texts.items()}, scale.slope, scale.shift)
