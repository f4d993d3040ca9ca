"""Articles whose text is not stored any more: they help to group, and are never quoted.

So it is on a machine that loaded what an earlier one saved: titles and traces, no texts.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace

from digest.core import stories
from digest.core.traits import LEAD_WORDS, Meaning
from digest.models import Article, Evidence, Judged, Quality, Story


def group(
    articles: Iterable[Article],
    gone: Container[str],
    printed: Mapping[str, Sequence[str]],
    *,
    language: str,
    meaning: Meaning | None = None,
    verdicts: Mapping[stories.Pair, bool] = stories.NO_VERDICTS,
) -> list[Story]:
    """Return the stories the articles tell; those ``gone`` (ids) by their title and what was
    printed of them, which is more like the reports of their story than the title alone.
    """

    def own(article: Article) -> Article:
        return replace(article, text="") if article.id in gone else article

    known = lent(articles, gone, printed)
    return [
        replace(
            story,
            evidence=tuple(
                Evidence(own(e.article), tuple(map(own, e.copies)))
                for held in story.evidence
                for e in _unfolded(held, gone)
            ),
            commentary=tuple(map(own, story.commentary)),
            links=tuple(map(own, story.links)),
        )
        for story in stories.group(known, language=language, meaning=meaning, verdicts=verdicts)
    ]


def lent(
    articles: Iterable[Article], gone: Container[str], printed: Mapping[str, Sequence[str]]
) -> list[Article]:
    """Return the articles as they are grouped: a stand-in for each that is ``gone``."""
    return [stand_in(a, printed.get(a.id, ())) if a.id in gone else a for a in articles]


def without(judged: Judged, gone: Container[str]) -> Judged:
    """Return a story told by what can be read today; only a story without any is told by titles.

    An article that is ``gone`` cannot be quoted, nor shown to be more than another's copy.
    """
    evidence = judged.story.evidence
    kept = tuple(e for e in evidence if e.article.id not in gone)
    return replace(judged, story=replace(judged.story, evidence=kept or evidence))


def stand_in(article: Article, printed: Iterable[str] = ()) -> Article:
    """Return what stands for an article without its text when articles are grouped.

    ``printed`` is what editions told of its story: as much of that as a lead has makes it like
    the reports of that story.
    """
    told = " ".join(printed).split()[:LEAD_WORDS]
    return replace(article, text=" ".join(told), quality=Quality.FEED_ONLY)


def _unfolded(held: Evidence, gone: Container[str]) -> list[Evidence]:
    """Return a report apart from those that are ``gone``: what was printed shows no copy."""
    every = (held.article, *held.copies)
    kept = tuple(a for a in every if a.id not in gone)
    if not kept or len(kept) == len(every):
        return [held]
    return [Evidence(kept[0], kept[1:]), *(Evidence(a) for a in every if a.id in gone)]
