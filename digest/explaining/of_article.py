"""Why an article was, or was not, published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.core import genre, relevance
from digest.core.discreet import shown
from digest.core.genre import Genre
from digest.core.traits import Meaning
from digest.explaining.layout import Explanation, Fact
from digest.explaining.likeness import Neighbour, enough, neighbours, percent
from digest.explaining.view import Desk, View, members
from digest.explaining.words import apart, moment
from digest.judging import ABOUT, NOT_ABOUT
from digest.models import (
    Article,
    Edition,
    EntryOutcome,
    FeedState,
    Quality,
    Ranked,
    Story,
    StoryStatus,
)
from digest.ports import EntryHistory
from digest.render.wording import count, spelt_language

PARTS = 6  # words told that speak for, or against, an article being AI-industry news

_PAGE = {
    Quality.FULL: "opened, and read in full",
    Quality.TEASER: "opened; it holds only a part of the text",
    Quality.CONSENT: "opened; it asks for consent in the place of the article",
    Quality.ERROR: "it gave no article",
    Quality.FEED_ONLY: "the feed's own words are used",
}


async def of_article(desk: Desk, history: EntryHistory) -> Explanation:
    """Return what is known of an entry of a feed and its article."""
    article = history.article
    facts = [*_fetched(desk, history)]
    if article is None:
        facts.append(Fact("outcome", f"{history.outcome}: {history.reason}"))
        return Explanation("article", history.title or history.url, tuple(facts))
    view = await desk.view(desk.judging(history))
    story = view.story_of(article.id)
    article = next((a for a in view.plan.articles if a.id == article.id), article)
    facts += _judged(desk, article)
    facts.append(_outcome(view, history))
    if story is not None:
        facts += in_story(view, story)
    facts += _alike(desk, view, article, story)
    facts += _told(desk, article)
    return Explanation("article", article.title or article.url, tuple(facts))


def _fetched(desk: Desk, history: EntryHistory) -> Iterator[Fact]:
    """Yield when, whence and how an entry was fetched."""
    article = history.article
    apart = article is not None and article.url != history.url
    own = (f"its page calls itself {article.url}",) if article is not None and apart else ()
    yield Fact("address", history.url or "none", own)
    state = desk.store.feed_states().get(history.feed_url)
    name = desk.feeds.get(history.feed_url) or (state.title if state else "")
    address = shown(history.feed_url)
    last = (_answer(state),) if state is not None and state.checked_at is not None else ()
    yield Fact("feed", name or address, ((address,) if name and address else ()) + last)
    yield Fact("first seen", moment(history.first_seen_at))
    for revision in history.revisions:
        title = f"; titled “{revision.title}” then" if revision.title != history.title else ""
        yield Fact("revised", f"its text changed on {moment(revision.seen_at)}{title}")
    if article is None:
        waits = history.outcome is EntryOutcome.PENDING
        yield Fact("page", "not opened yet" if waits else "not opened")


def _answer(state: FeedState) -> str:
    """Return how a feed answered when it was last asked."""
    asked = f"last asked {moment(state.checked_at)}" if state.checked_at else "never asked"
    if state.error:
        return f"{asked}: {state.error}"
    if state.status == 304:
        return f"{asked}: it answered 304, nothing new"
    return f"{asked}: it answered {state.status}" if state.status else asked


def _judged(desk: Desk, article: Article) -> Iterator[Fact]:
    """Yield what was read of an article and what it was taken for."""
    words = len(article.text.split())
    held = count(words, "word", "words") if words else "the headline alone"
    yield Fact("page", f"{_PAGE[article.quality]} ({held})", (article.note,) * bool(article.note))
    yield Fact("publisher", f"{article.publisher} ({article.domain})")
    yield Fact("published", moment(article.published_at))
    yield Fact("quality", article.quality)
    yield Fact("language", spelt_language(article.language) or "unknown")
    yield _relevance(article, desk.choices.topics)
    if genre.of(article) is not Genre.REPORT:
        yield Fact("kind", genre.linked(article))


def _relevance(article: Article, topics: Sequence[str]) -> Fact:
    """Return how sure it is that an article is AI-industry news, and by which words."""
    start = {words for words, _ in relevance.parts("", "")}  # where every article begins
    parts = relevance.parts(article.title, article.text, category=article.category, topics=topics)
    parts = [part for part in parts if part[0] not in start]
    told = []
    for side, chosen in (
        ("for", [words for words, share in parts if share > 0]),
        ("against", [words for words, share in parts if share < 0]),
    ):
        if chosen:
            told.append(f"{side}: {', '.join(chosen[:PARTS])}")
    if article.relevance in (ABOUT, NOT_ABOUT):
        said = "AI-industry news" if article.relevance == ABOUT else "no AI-industry news"
        return Fact("relevance", f"{said}, as the model judged that was asked", tuple(told))
    bar = f"AI-industry news from {relevance.THRESHOLD:.2f} on"
    return Fact("relevance", f"{article.relevance:.2f} ({bar})", tuple(told))


def _outcome(view: View, history: EntryHistory) -> Fact:
    """Return what became of an entry; one that waits is told as the next edition would take it."""
    if view.edition is None and history.outcome is EntryOutcome.READ:
        return Fact("outcome", "read; it waits for the next edition")
    return Fact("outcome", f"{history.outcome}: {history.reason}")


def in_story(view: View, story: Story) -> Iterator[Fact]:
    """Yield which story an article is in, where that stands, and by which parts of its score."""
    ranked = view.ranking_of(story)
    if ranked is None:
        yield Fact("story", story.id, (f"nothing new is told of it in {view.named}",))
        return
    yield Fact("story", ranked.judged.story.id, (view.place_of(ranked), *status(ranked)))
    yield score(ranked.score, ranked.reasons)


def status(ranked: Ranked) -> tuple[str, ...]:
    """Return whether a story is new and why; of a repeat its place tells that."""
    judged = ranked.judged
    if judged.status is StoryStatus.REPEAT:
        return ()
    return (f"{judged.status}: {judged.reason}".rstrip(": "),)


def score(points: float, parts: Sequence[str]) -> Fact:
    """Return a story's score and its parts."""
    return Fact("score", f"{points:.1f}", tuple(parts))


def _alike(desk: Desk, view: View, article: Article, story: Story | None) -> Iterator[Fact]:
    """Yield the nearest articles of the same days, and why each is joined or not."""
    meaning: Meaning | None = view.plan.grouped.meaning
    for near in neighbours(article, view.plan.articles, meaning):
        details = []
        if near.speaks_for:
            details.append(f"for: {', '.join(near.speaks_for)}")
        if near.against:
            details.append(f"against: {', '.join(near.against)}")
        details.append(_joined(desk, view, article, story, near))
        told = f"{percent(near.odds)} likely one event: {near.article.publisher}: "
        told += f"“{near.article.title}”, {apart(near.hours)}"
        yield Fact("alike", told, tuple(details))


def _joined(desk: Desk, view: View, article: Article, story: Story | None, near: Neighbour) -> str:
    """Return why two articles are in one story, or are not."""
    other = near.article
    if story is not None and other.id in members(story):
        if {article.id, other.id} <= _copies(story):
            passed_on = Genre.LINK in (genre.of(article), genre.of(other))
            how = "one passes on the other" if passed_on else "they print the same text"
            return f"joined: {how}"
        return f"joined: {_why_joined(view, article, near)}"
    for each, which in ((article, "this one"), (other, "that one")):
        refused = desk.editing.refusal(each)
        if refused is not None:
            return f"not joined: {which} is left out ({refused[0]}: {refused[1]})"
    verdict = view.plan.grouped.verdicts.get(frozenset((article.id, other.id)))
    if verdict is False:
        return "not joined: the model that was asked says they tell two events"
    if not near.enough:
        return f"not joined: reports are joined from {enough()} on"
    if not {genre.of(article), genre.of(other)} <= genre.CLUSTERED:
        return "not joined: opinion and discussion go to the one story they are most like"
    return "not joined: the other reports of the two stories are less alike"


def _why_joined(view: View, article: Article, near: Neighbour) -> str:
    """Return why two articles of one story are in it together."""
    if view.plan.grouped.verdicts.get(frozenset((article.id, near.article.id))):
        return "the model that was asked says they tell one event"
    if not {genre.of(article), genre.of(near.article)} <= genre.CLUSTERED:
        return "opinion and discussion go to the one story they are most like"
    if near.enough:
        return "both are of this story"
    return "both are like other reports of this story"


def _copies(story: Story) -> frozenset[str]:
    """Return the ids of the articles that share their text with another one."""
    shared = [e for e in story.evidence if e.copies]
    return frozenset(a.id for e in shared for a in (e.article, *e.copies))


def _told(desk: Desk, article: Article) -> Iterator[Fact]:
    """Yield the editions that cite or link an article."""
    for edition in desk.telling(article.first_seen_at):
        for place in _places(edition, article):
            yield Fact("edition", f"{edition.id}, {place}")


def _places(edition: Edition, article: Article) -> Iterator[str]:
    for story in edition.stories:
        for source in story.sources:
            if source.article_id == article.id:
                yield f"source {source.n} of its story {story.rank}, “{story.headline}”"
        if any(link.url == article.url for link in story.commentary):
            yield f"linked under its story {story.rank}, “{story.headline}”"
    for brief in edition.briefs:
        if any(source.article_id == article.id for source in brief.sources):
            yield f"in brief, “{brief.text}”"
