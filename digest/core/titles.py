"""A story's headline, taken from its outlets, and the lines that only say who reported it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from digest.core.quotable import spoken_in
from digest.core.text import clean, content_words
from digest.models import Article, Quality, Sentence, Story

_PREFIX: Final = re.compile(
    r"^(?:(?:exclusive|breaking|update[d]?|just in|watch|video|live|news|report|scoop|opinion"
    r"|analysis"
    r"|explainer|the download|exklusiv|eilmeldung|update \d)(?: news)?\s*[:|–—-]\s+"
    r"|\[[^\]]{1,20}\]\s*)+",
    re.IGNORECASE,
)
_LONGEST: Final = 400  # characters; no headline is longer
_SUFFIX: Final = re.compile(r"\s+[|–—·•-]\s+([^|–—·•]{2,40})$")
_BAIT: Final = re.compile(
    r"\?|^(?:why|how|what|here|this|these|when|inside|meet|everything|\d+ )\b"
    r"|: (?:how|why|what)\b|you need|your\b|you\b|!$"
    r"|\b(?:wie|warum|was|darum)\b.{0,60}$",
    re.IGNORECASE,
)


def headline(story: Story, language: str, *, newest: bool) -> tuple[int, str]:
    """Return (source number, cleaned title) of the title that states the event best."""
    titled = [
        (n, evidence.article, cleaned(evidence.article))
        for n, evidence in enumerate(story.evidence, 1)
    ]
    spread: dict[str, int] = {}
    for _, _, title in titled:
        for term in set(content_words(title)):
            spread[term] = spread.get(term, 0) + 1
    latest = max((article.published_at for _, article, _ in titled), default=None)

    def merit(item: tuple[int, Article, str]) -> tuple[float, int]:
        n, article, title = item
        terms = set(content_words(title))
        common = sum(spread[term] for term in terms) / max(len(terms), 1) / max(len(titled), 1)
        score = common + 0.3 * article.trust - 0.1 * (n - 1)
        score -= 2.0 * (spoken_in(article) not in ("", language)) + 3.0 * (not title)
        score -= 0.8 * bool(_BAIT.search(title)) + 0.5 * (not 20 <= len(title) <= 110)
        score -= 0.3 * (article.quality in (Quality.CONSENT, Quality.ERROR))
        score += 0.6 * (newest and article.published_at == latest)
        return round(score, 6), -n

    best = max(titled, key=merit, default=None)
    return (best[0], best[2] or best[1].publisher) if best else (1, "")


def cleaned(article: Article) -> str:
    """Return an article's title without labels before it and site names after it."""
    title = " ".join(clean(article.title[:_LONGEST]).split())
    title = _PREFIX.sub("", title) or title
    outlet = set(content_words(f"{article.publisher} {article.domain.replace('.', ' ')}"))
    tail = _SUFFIX.search(title)
    if tail and (set(content_words(tail[1])) & outlet or " | " in tail[0]):
        title = title[: tail.start()]
    title = title.strip()
    return title[:1].upper() + title[1:] if title[1:2].islower() else title


def attributed(story: Story, number: int, language: str) -> tuple[Sentence, ...]:
    """Return the one line of a story of which only titles are known."""
    if not story.evidence:
        return ()
    article = story.evidence[number - 1].article
    title = cleaned(article).rstrip(".")
    if language == "de":
        text = f"{article.publisher} berichtet: „{title}“."
    else:
        text = f"Reported by {article.publisher}: “{title}”."
    return (Sentence(text, (number,)),)


def pointer(articles: Sequence[tuple[int, Article]], language: str) -> Sentence:
    """Return the sentence that says where the rest of a story stands."""
    several = articles[:3]
    outlets = list(dict.fromkeys(article.publisher for _, article in several))
    teaser = all(article.quality is Quality.TEASER for _, article in several)
    if language == "de":
        where = " und ".join(filter(None, [", ".join(outlets[:-1]), outlets[-1]]))
        text = f"Ausführlich berichtet: {where}."
        if teaser:
            text = f"Mehr bei {where}; frei lesbar ist nur der Anfang."
    else:
        where = " and ".join(filter(None, [", ".join(outlets[:-1]), outlets[-1]]))
        text = f"The full {'reports are' if len(outlets) > 1 else 'report is'} at {where}."
        if teaser:
            text = f"There is more at {where}, where only the opening is free to read."
    return Sentence(text, tuple(n for n, _ in several))
