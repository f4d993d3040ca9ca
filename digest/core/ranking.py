"""Which stories lead, and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from digest.core.facts import numbers
from digest.core.text import content_words, words
from digest.models import Article, EntryOutcome, Judged, Quality, Ranked, Story, StoryStatus

# The parts of a score. One more independent publisher of a story told once weighs about as much
# as an announcement by the lab itself, and more than any freshness can.
PUBLISHERS = 2.0  # × log2 of their number
OWN_ANNOUNCEMENT = 1.0
MONEY = 0.8
WEIGHT_OF_EVENT = 0.5
FRESH = 1.0  # halves every 12 h
TOPIC = 2.0
DISCUSSED = 0.5
TEASER_ONLY = -0.7
UPDATE = -0.3  # between two equal stories the new one leads

_EVENTS = {
    "law and policy": (
        "court judge ruling lawsuit sue regulator antitrust ban law act commission fine"
    ),
    "money": "raise funding valuation acquire acquisition merger ipo invest billion",
    "a release": "release launch unveil",
    "people": "resign appoint ceo founder depart layoff hire",
    "safety": "breach leak safety vulnerability recall outage",
}


def rank(stories: Iterable[Judged], *, now: datetime, topics: Sequence[str] = ()) -> list[Ranked]:
    """Return the stories, the leading one first, each with the parts of its score in words."""
    ranked = [_score(judged, now, topics) for judged in stories]
    return sorted(ranked, key=lambda r: (-r.score, r.judged.story.id))


def split(
    ranked: Sequence[Ranked],
    *,
    max_stories: int,
    max_briefs: int,
    per_publisher: int,
    language: str,
) -> tuple[list[Ranked], list[Ranked], list[tuple[Ranked, EntryOutcome, str]]]:
    """Return (stories, briefs, left out with the reason), in rank order.

    Repeats are left out, and so are stories that no source tells in the edition's language. A
    publisher with ``per_publisher`` stories of its own above gets one-line briefs from then on.
    """
    stories: list[Ranked] = []
    briefs: list[Ranked] = []
    out: list[tuple[Ranked, EntryOutcome, str]] = []
    alone: Counter[str] = Counter()
    for item in ranked:
        domains = _domains(item.judged.story)
        if item.judged.status is StoryStatus.REPEAT:
            out.append((item, EntryOutcome.REPEAT, item.judged.reason))
        elif not readable(item.judged.story, language):
            tongue = item.judged.story.evidence[0].article.language
            reason = f"only told in another language ({tongue}); no model is set to translate it"
            out.append((item, EntryOutcome.BELOW_CUT, reason))
        elif len(stories) < max_stories and not _capped(domains, alone, per_publisher):
            stories.append(item)
            if len(domains) == 1:
                alone.update(domains)
        elif len(briefs) < max_briefs:
            briefs.append(item)
        else:
            reason = f"ranked below the {max_stories} stories and {max_briefs} briefs"
            out.append((item, EntryOutcome.BELOW_CUT, reason))
    return stories, briefs, out


def readable(story: Story, language: str) -> bool:
    """Decide whether any report of the story is written in ``language`` (or in one unknown)."""
    return any(e.article.language in ("", language) for e in story.evidence)


def _capped(domains: frozenset[str], alone: Counter[str], per_publisher: int) -> bool:
    return len(domains) == 1 and all(alone[d] >= per_publisher for d in domains)


def _domains(story: Story) -> frozenset[str]:
    return frozenset(e.article.domain for e in story.evidence)


def _score(judged: Judged, now: datetime, topics: Sequence[str]) -> Ranked:
    story = judged.story
    articles = [e.article for e in story.evidence]
    parts = [
        _publishers(articles),
        _trust(articles),
        _fresh(articles, now),
        _own(articles),
        _event(articles),
        _money(articles),
        _topic(articles, topics),
    ]
    if story.links:
        threads = "one thread" if len(story.links) == 1 else f"{len(story.links)} threads"
        parts.append((DISCUSSED, f"discussed in {threads}"))
    if all(a.quality is not Quality.FULL for a in articles):
        parts.append((TEASER_ONLY, "no full text could be read"))
    if judged.status is StoryStatus.UPDATE:
        parts.append((UPDATE, "update of a story told before"))
    told = [(points, reason) for points, reason in parts if points]
    score = sum(points for points, _ in told)
    return Ranked(
        judged, round(score, 3), tuple(f"{reason} ({points:+.1f})" for points, reason in told)
    )


def _publishers(articles: Sequence[Article]) -> tuple[float, str]:
    count = len({a.domain for a in articles})
    noun = "publisher" if count == 1 else "independent publishers"
    return PUBLISHERS * math.log2(1 + count), f"{count} {noun}"


def _trust(articles: Sequence[Article]) -> tuple[float, str]:
    trust = max(a.trust for a in articles)
    return round(trust - 1, 2), f"source trust {trust:g}"


def _fresh(articles: Sequence[Article], now: datetime) -> tuple[float, str]:
    hours = max(0.0, min((now - a.published_at).total_seconds() for a in articles) / 3600)
    return FRESH * 0.5 ** (hours / 12), f"{round(hours)} h old"


def _own(articles: Sequence[Article]) -> tuple[float, str]:
    """Weigh a lab's own announcement: its feed says labs, and its title names the publisher."""
    labs = [
        a
        for a in articles
        if a.category == "labs" and set(words(a.publisher)) & set(words(a.title))
    ]
    return (OWN_ANNOUNCEMENT, f"announced by {labs[0].publisher} itself") if labs else (0.0, "")


def _event(articles: Sequence[Article]) -> tuple[float, str]:
    found = {w for a in articles for w in (*words(a.title), *content_words(a.title))}
    kinds = [kind for kind, listed in _EVENTS.items() if found & set(listed.split())]
    return WEIGHT_OF_EVENT * min(2, len(kinds)), "about " + ", ".join(kinds[:2])


def _money(articles: Sequence[Article]) -> tuple[float, str]:
    """Weigh the largest sum in a title: in full from a billion on, half from a hundred million."""
    sums = [s for a in articles for s in _sums(a.title)]
    if not sums:
        return 0.0, ""
    largest = max(sums)
    points = MONEY if largest >= 1e9 else MONEY / 2 if largest >= 1e8 else 0.0
    return points, "a large sum of money"


def _sums(text: str) -> list[float]:
    found = []
    for number in numbers(text):
        parts = number.split()
        if len(parts) == 2 and parts[0].isalpha():
            try:
                found.append(float(parts[1]))
            except ValueError:
                continue
    return found


def _topic(articles: Sequence[Article], topics: Sequence[str]) -> tuple[float, str]:
    text = " ".join(f" {' '.join(words(a.title))} " for a in articles)
    matched = [t for t in topics if f" {' '.join(words(t))} " in text]
    return TOPIC * bool(matched), "matches your topic " + ", ".join(matched)
