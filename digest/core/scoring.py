"""What a story weighs, part by part.

The weights are set by hand: one more independent publisher of a story told once outweighs an
announcement by a lab itself, and that any freshness. They were checked by reading the top tens of
eight replayed mornings (``benchmarks.replay``), each story beside the ones around it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from digest.core import companies, events, genre, owners
from digest.core.facts import names, numbers
from digest.core.genre import Genre
from digest.core.newness import in_title_case, telling_figures
from digest.core.text import words
from digest.models import Article, Judged, Quality, Story, StoryStatus

PUBLISHERS: Final = 2.0  # × log2 of one more than their number
PASSED_ON: Final = 1.5  # told only where others' reports are passed on
POSTED: Final = 1.0  # told only where anybody may post
OWN_ANNOUNCEMENT: Final = 1.0
OWN_POST: Final = 0.3  # on a lab's site, told by nobody else and no release by its title
MONEY: Final = 0.3  # for each power of ten above ten million, up to four
WEIGHT_OF_EVENT: Final = 0.5  # for each kind of event, up to two
FRESH: Final = 1.0  # halves every 12 h
TOPIC: Final = 2.0
DISCUSSED: Final = 0.5
PICKED: Final = 0.5  # by a site that passes on others' reports
TEASER_ONLY: Final = -0.7
UPDATE: Final = -0.3  # between two equal stories the new one leads
LIGHT: Final = -1.5  # advice, a view or a round-up, by most of its titles
NO_EVENT: Final = -0.5  # told by one alone, under a title without a name, a deed or a sum
OFF_CENTRE: Final = -2.0  # × what its relevance lacks to SURE
SURE: Final = 0.9
LED: Final = -0.3  # for each of the last days' editions its company or the story itself led


@dataclass(frozen=True)
class Scored:
    """A story's own score, and what tells how alike it is to the stories above it."""

    judged: Judged
    parts: tuple[tuple[float, str], ...]
    alone: str  # the publisher that tells it alone, "" where several do
    company: str

    @property
    def score(self) -> float:
        """Return the sum of its own parts."""
        return total(self.parts)

    @property
    def latest(self) -> datetime:
        """Return when its last report was out."""
        return max(e.article.published_at for e in self.judged.story.evidence)


def total(parts: Iterable[tuple[float, str]]) -> float:
    """Return the sum of a score's parts, with one decimal place as they have."""
    return round(sum(points for points, _ in parts), 1)


def score(judged: Judged, now: datetime, topics: Sequence[str], led: Counter[str]) -> Scored:
    """Return what a story weighs; ``led``: how often its company or it (by id) led lately."""
    story = judged.story
    articles = [e.article for e in story.evidence]
    about = company(story)
    parts = [
        _publishers(articles),
        _trust(articles),
        _fresh(articles, now),
        _own(articles),
        _event(articles),
        _money(articles),
        _topic(articles, topics),
        _light(articles),
        _eventless(articles),
        _centre(articles),
        _novelty(judged, about, led),
    ]
    if story.links:
        threads = "one thread" if len(story.links) == 1 else f"{len(story.links)} threads"
        parts.append((DISCUSSED, f"discussed in {threads}"))
    picked = sorted({c.publisher for e in story.evidence for c in e.copies if _is_link(c)})
    if picked:
        parts.append((PICKED, f"passed on by {' and '.join(picked)}"))
    if all(a.quality is not Quality.FULL for a in articles):
        parts.append((TEASER_ONLY, "no full text could be read"))
    if judged.status is StoryStatus.UPDATE:
        parts.append((UPDATE, "update of a story told before"))
    # Rounded as they are printed, so that what a reader adds up is the score.
    told = tuple((round(points, 1), reason) for points, reason in parts if round(points, 1))
    return Scored(judged, told, alone(story), about)


def _is_link(article: Article) -> bool:
    return genre.of(article) is Genre.LINK and not owners.lab(article.domain)


def alone(story: Story) -> str:
    """Return the one who tells a story, by house, "" where several do."""
    told = owners.witnesses(e.article for e in story.evidence)
    return next(iter(told)) if len(told) == 1 else ""


def teller(story: Story) -> str:
    """Return the name of the one who tells a story alone: the house's, else the publisher's."""
    told, first = alone(story), story.evidence[0].article
    return first.publisher if told == first.domain else told


def company(story: Story) -> str:
    """Return the company a story is about, "" where none is named."""
    return companies.subject(e.article.title for e in story.evidence)


def _publishers(articles: Sequence[Article]) -> tuple[float, str]:
    found = owners.witnesses(articles)
    names = len({a.domain for a in articles})
    fewer = f" (of {names} sites)" if names > len(found) else ""
    if all(a.domain in owners.OPEN_TO_ALL for a in articles):
        return POSTED, "told only where anybody may post"
    if all(a.domain in owners.PASSING_ON for a in articles):
        return PASSED_ON, "told only by a site that passes on others’ reports"
    if len(found) == 1:
        return PUBLISHERS, f"1 publisher{fewer}"
    return PUBLISHERS * math.log2(1 + len(found)), f"{len(found)} independent publishers{fewer}"


def _trust(articles: Sequence[Article]) -> tuple[float, str]:
    trust = max(a.trust for a in articles)
    return trust - 1, f"source trust {trust:g}"


def _fresh(articles: Sequence[Article], now: datetime) -> tuple[float, str]:
    hours = max(0.0, min((now - a.published_at).total_seconds() for a in articles) / 3600)
    return FRESH * 0.5 ** (hours / 12), f"{round(hours)} h old"


def _own(articles: Sequence[Article]) -> tuple[float, str]:
    """Weigh a lab's own announcement: on its own site, or in a labs feed whose name it tells.

    What it posts about another company's doing is none.
    """
    posts = [
        (owners.lab(a.domain) or a.publisher, a.title)
        for a in articles
        if not events.light(a.title)
        and not _of_another(a)
        and (
            owners.lab(a.domain)
            or (a.category == "labs" and set(words(a.publisher)) & set(words(a.title)))
        )
    ]
    if not posts:
        return 0.0, ""
    told = len(owners.witnesses(articles)) > 1
    if told or any("a release" in events.kinds(title) for _, title in posts):
        return OWN_ANNOUNCEMENT, f"announced by {posts[0][0]} itself"
    return OWN_POST, f"on {posts[0][0]}’s own site"


def _of_another(article: Article) -> bool:
    named = companies.known([article.title])
    lab = owners.lab(article.domain)
    return bool(lab and named) and lab not in named


def _event(articles: Sequence[Article]) -> tuple[float, str]:
    found = frozenset[str]().union(*(events.kinds(a.title) for a in articles))
    chosen = sorted(found)[:2]
    return WEIGHT_OF_EVENT * len(chosen), "about " + ", ".join(chosen)


def _money(articles: Sequence[Article]) -> tuple[float, str]:
    """Weigh the largest sum in a title, by its power of ten."""
    sums = [s for a in articles for s in _sums(a.title)]
    if not sums or max(sums) < 1e7:
        return 0.0, ""
    return MONEY * min(4.0, math.log10(max(sums) / 1e7)), "a large sum of money"


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


def _light(articles: Sequence[Article]) -> tuple[float, str]:
    light = sum(events.light(a.title) for a in articles)
    return LIGHT * (2 * light > len(articles)), "advice, a view or a round-up by its title"


def _eventless(articles: Sequence[Article]) -> tuple[float, str]:
    told = len(owners.witnesses(articles)) > 1 or any(_tells(a.title) for a in articles)
    return NO_EVENT * (not told), "its title names nobody, no deed and no sum"


def _tells(title: str) -> bool:
    who = companies.known([title]) or (not in_title_case(title) and names(title))
    return bool(who or events.stages(title) or events.kinds(title) or telling_figures(title))


def _centre(articles: Sequence[Article]) -> tuple[float, str]:
    relevance = max(a.relevance for a in articles)
    return OFF_CENTRE * max(0.0, SURE - relevance), f"partly about AI (relevance {relevance:.2f})"


def _novelty(judged: Judged, about: str, led: Counter[str]) -> tuple[float, str]:
    """Weigh down what led lately: an update of a leading story, a company that led twice."""
    own, days = led[judged.story.id], led[about]
    if own:
        return LED * own, "it led lately" if own == 1 else f"it led {own} times lately"
    if days > 1:
        return LED * (days - 1), f"{companies.shown(about)} led {days} of the last editions"
    return 0.0, ""
