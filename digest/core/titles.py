"""A story's headline, taken from its outlets, and the lines that only say who reported it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from digest.core.attribution import resembles
from digest.core.orders import addressed
from digest.core.quotable import spoken_in
from digest.core.text import clean, content_words, sentences, shorten
from digest.errors import BriefError
from digest.models import Article, Quality, Sentence, Story

_PREFIX: Final = re.compile(
    r"^(?:(?:exclusive|breaking|update[d]?|just in|watch|video|live|news|report|scoop|opinion"
    r"|analysis"
    r"|explainer|the download|exklusiv|eilmeldung|update \d)(?: news)?\s*[:|–—-]\s+"
    r"|\[[^\]]{1,20}\]\s*)+",
    re.IGNORECASE,
)
_READ: Final = 400  # characters of a title looked at
_LONGEST: Final = 160  # characters; no headline is longer
_SUFFIX: Final = re.compile(r"\s+[|–—·•-]\s+([^|–—·•]{2,40})$")
# What closes the names of outlets, and of little else. A name is in capitals throughout.
_OUTLET: Final = re.compile(
    r"(?:[A-Z\d][\w.&’'-]* (?:(?:of|the|and|&) )?){0,4}(?:News|Times|Post|Journal|Daily|Magazine"
    r"|Herald|Tribune|Guardian|Wire|Insider|Zeitung|Weekly|Press|Gazette|Chronicle|Blog|Reuters"
    r"|Bloomberg|CNBC|BBC|CNN|AFP|Axios|Forbes|Fortune|Politico|TechCrunch|WIRED|Wired|Verge"
    r"|Technica|Engadget|VentureBeat|ZDNET|ZDNet|CNET|Yahoo(?: Finance)?|MSN|heise(?: online)?"
    r"|DER SPIEGEL|Spiegel|Handelsblatt|WELT|FAZ|NPR|Substack|Medium|YouTube)"
    r"|(?:[\w-]{2,30}\.)+(?:com|org|net|de|io|ai|co|uk|eu|news|tech|test)"
)
_NAMED: Final = re.compile(r"(?:(?:[A-Z\d]\S*|of|the|and|&)\s?){1,6}")
_BAIT: Final = re.compile(
    r"\?|^(?:why|how|what|here|this|these|when|inside|meet|everything|\d+ )\b"
    r"|: (?:how|why|what)\b|you need|your\b|you\b|!$"
    r"|\b(?:wie|warum|was|darum)\b.{0,60}$",
    re.IGNORECASE,
)


def headline(
    story: Story, language: str, *, newest: bool, news: Sequence[str] = ()
) -> tuple[int, str]:
    """Return (source number, cleaned title) of the title that states the event best.

    For an update that is one of those among its ``news``, or else the ``newest``.

    Raises BriefError where no source has a title that may be printed.
    """
    titled = [
        (n, evidence.article, printable(evidence.article))
        for n, evidence in enumerate(story.evidence, 1)
    ]
    titled = [item for item in titled if item[2]]
    if not titled:
        raise BriefError("no source of the story has a title that can be printed")
    spread: dict[str, int] = {}
    for _, _, title in titled:
        for term in set(content_words(title)):
            spread[term] = spread.get(term, 0) + 1
    told = [article for _, article, _ in titled if article.title in news]
    latest = max(article.published_at for article in told or [a for _, a, _ in titled])

    def merit(item: tuple[int, Article, str]) -> tuple[float, int]:
        n, article, title = item
        terms = set(content_words(title))
        common = sum(spread[term] for term in terms) / max(len(terms), 1) / max(len(titled), 1)
        score = common + 0.3 * article.trust - 0.1 * min(n - 1, 3)
        score -= 2.0 * (spoken_in(article) not in ("", language))
        score -= 0.8 * bool(_BAIT.search(title)) + 0.5 * (not 20 <= len(title) <= 110)
        score -= 0.3 * (article.quality in (Quality.CONSENT, Quality.ERROR))
        score -= 3.0 * (not _worded(article.title))
        score += 0.6 * (newest and article.published_at == latest)
        score += 0.6 * (article in told)
        return round(score, 6), -n

    best = max(titled, key=merit)
    return best[0], best[2]


def printable(article: Article) -> str:
    """Return an article's title as it may be printed, or "" where it may not.

    A title that gives orders to a program is never printed. For one without words (mere emoji)
    the first sentence of the text stands in.
    """
    title = " ".join(clean(article.title[:_READ]).split())
    if addressed(title):
        return ""
    if _worded(title):
        return cleaned(article)
    line = next(iter(sentences(article.text[:_READ].partition("\n")[0])), "").rstrip(".")
    if addressed(article.text[:_READ]):
        return ""
    return shorten(line, _LONGEST) if _worded(line) else ""


def cleaned(article: Article) -> str:
    """Return an article's title without labels before it and site names after it, shortened."""
    title = " ".join(clean(article.title[:_READ]).split())
    title = _PREFIX.sub("", title) or title
    outlet = set(content_words(f"{article.publisher} {article.domain.replace('.', ' ')}"))
    tail = _SUFFIX.search(title)
    if tail and (
        set(content_words(tail[1])) & outlet
        or " | " in tail[0]
        or _OUTLET.fullmatch(tail[1])
        or (_NAMED.fullmatch(tail[1]) and resembles(tail[1], article.domain))
    ):
        title = title[: tail.start()]
    title = shorten(title.strip(), _LONGEST)
    return title[:1].upper() + title[1:] if title[1:2].islower() else title


def _worded(title: str) -> bool:
    return any(character.isalpha() for character in title)


def attributed(story: Story, number: int, language: str) -> tuple[Sentence, ...]:
    """Return the one line of a story of which only titles are known."""
    if not story.evidence:
        return ()
    article = story.evidence[number - 1].article
    title = printable(article).rstrip(".")
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
