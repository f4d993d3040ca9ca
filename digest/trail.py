"""What became of every article on the way to an edition."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from digest.core import genre, relevance
from digest.core.genre import Genre
from digest.judging import NOT_ABOUT
from digest.models import (
    Article,
    EntryOutcome,
    EntryReport,
    Judged,
    Quality,
    Ranked,
    Story,
    StoryStatus,
)


@dataclass
class Trail:
    """What became of each article, by its id."""

    articles: dict[str, Article]
    entries: dict[str, EntryReport] = field(default_factory=dict)

    def of_stories(
        self, ranked: Iterable[Ranked], printed: Collection[str], outcome: EntryOutcome
    ) -> None:
        """Say what became of the articles of stories; those not ``printed`` (ids) failed."""
        for item in ranked:
            story = item.judged.story
            if story.id in printed:
                update = item.judged.status is StoryStatus.UPDATE
                why = item.judged.reason if update else "; ".join(story.reasons)
                self.of_story(story, outcome, why or "told by this source alone")
            else:
                self.of_story(story, EntryOutcome.ERROR, "the story could not be written")

    def of_story(
        self,
        story: Story,
        outcome: EntryOutcome,
        reason: str,
        *,
        only: Collection[str] | None = None,
    ) -> None:
        """Say what became of a story's articles, or of those among ``only`` (ids)."""
        for article, what, why in _words(story, outcome, reason):
            if only is None or article.id in only:
                self._say(article, what, story.id, why)

    def of_rest(
        self,
        seen: Iterable[Article],
        told: dict[str, Judged],
        refusal: Callable[[Article], tuple[EntryOutcome, str] | None],
    ) -> None:
        """Say what became of the articles in no story: refused, late to one, or near to none."""
        for article in seen:
            if article.id in self.entries:
                continue
            refused = refusal(article)
            if refused is not None:
                self._say(article, refused[0], None, refused[1])
            elif article.relevance < relevance.THRESHOLD and article.id not in told:
                self._say(article, EntryOutcome.OFF_TOPIC, None, off_topic(article))
            elif article.id in told:
                story_id = told[article.id].story.id
                why = "adds no new fact to a story told before"
                self._say(article, EntryOutcome.REPEAT, story_id, why)
            else:
                self._say(article, EntryOutcome.COMMENTARY, None, genre.unlinked(article))

    def _say(
        self, article: Article, outcome: EntryOutcome, story_id: str | None, reason: str
    ) -> None:
        self.entries[article.id] = EntryReport(
            article.url, article.feed_url, outcome, story_id, reason
        )


def off_topic(article: Article) -> str:
    """Return why an article that is not AI-industry news is left out."""
    if article.relevance == NOT_ABOUT:
        return "not AI-industry news, as the model judged that was asked"
    return f"not AI-industry news (relevance {article.relevance:.2f})"


def _words(
    story: Story, outcome: EntryOutcome, reason: str
) -> Iterator[tuple[Article, EntryOutcome, str]]:
    printed = outcome in (EntryOutcome.PUBLISHED, EntryOutcome.BRIEF)
    for evidence in story.evidence:
        article = evidence.article
        if printed and article.quality is Quality.TEASER:
            yield article, EntryOutcome.TEASER, f"{article.note}; used, and labelled"
        else:
            yield article, outcome, reason
        for copy in evidence.copies:
            link = genre.of(copy) is Genre.LINK
            same = f"the same text as {article.publisher}’s; printed once"
            yield copy, EntryOutcome.DUPLICATE, genre.linked(copy) if link else same
    for article in (*story.commentary, *story.links):
        yield article, EntryOutcome.COMMENTARY, genre.linked(article)
