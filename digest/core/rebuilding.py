"""What committed editions told → what a run needs to know of them.

A weaker memory than the one that was lost: it knows the stories that were printed, and nothing of
what was seen and left out. Feeds are asked anew, and what they listed before the last edition is
old by its date. To tell tomorrow whether a report has news, the sources printed lately are read
again, where a configured feed is theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.core.committed import Cited, Committed, Piece
from digest.core.edition import edition_id
from digest.core.samepage import page_id
from digest.core.urls import canonical, identity, registrable_domain
from digest.models import (
    Article,
    Edition,
    EditionBrief,
    EditionStory,
    EntryOutcome,
    Feed,
    FeedKind,
    KeptEntry,
    Quality,
    Sentence,
    Source,
    StoryStatus,
    Trace,
    Window,
    WrittenBy,
)

MARK = "rebuilt"  # among the counts of such an edition
WRITTEN_BY = "committed"  # the kind of writer of a story that was read back from its Markdown
READ_AGAIN = timedelta(days=3)  # before the last edition: what new reports can still continue
FIRST_WINDOW = timedelta(hours=24)
REASON = "printed in a committed edition"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Editions, oldest first, and the articles they cite, without texts."""

    editions: tuple[Edition, ...]
    entries: tuple[KeptEntry, ...]
    articles: tuple[Article, ...]
    traces: tuple[Trace, ...]


def rebuilt(found: Iterable[Committed], *, name: str, feeds: Iterable[Feed]) -> Rebuilt:
    """Return what committed editions told; those that do not say their name are called ``name``.

    Of two for one name and day the later one counts. A source printed lately, at an outlet whose
    pages one of ``feeds`` may open, is an entry to be read; the others are articles without texts.
    """
    by_id: dict[str, Committed] = {}
    for each in sorted(found, key=lambda e: e.made_at):
        key = edition_id(each.name or name, each.date)
        by_id.pop(key, None)  # so that the order stays that of their making
        by_id[key] = each
    last = max((each.made_at for each in by_id.values()), default=None)
    owners = _owners(feeds)
    printed: dict[str, tuple[KeptEntry, Article]] = {}
    for each in by_id.values():
        for piece in each.pieces:
            for cited in piece.sources:
                article = _article(cited, each)
                recent = last is not None and each.made_at > last - READ_AGAIN
                owner = owners.get(article.domain, "") if recent else ""
                printed[article.id] = (_entry(article, owner, piece), article)
    gone = [a for entry, a in printed.values() if entry.outcome is not EntryOutcome.PENDING]
    return Rebuilt(
        _editions(by_id, name),
        tuple(entry for entry, _ in printed.values()),
        tuple(gone),
        tuple(Trace(a.id, frozenset(), frozenset()) for a in gone),  # its facts: what was printed
    )


def is_rebuilt(edition: Edition) -> bool:
    """Tell whether this is no more than what a committed edition told: it stands as it was put out,
    and must not be put out again in this poorer form.
    """
    return bool(edition.counts.get(MARK))


def of_record(edition: Edition) -> Committed:
    """Return what an edition told, where its record itself was committed."""
    pieces = []
    for story in edition.stories:
        parts = [story.what_changed, story.lead, *(s.sentences for s in story.sections)]
        told = [s for part in (*parts, story.disagreements) for s in part]
        pieces.append(_piece(story.headline, told, story.sources))
    for brief in edition.briefs:
        line = Sentence(brief.text, brief.cites)
        pieces.append(_piece(brief.text, [line], brief.sources, brief=True))
    kept = tuple(piece for piece in pieces if piece.sources)
    return Committed(edition.name, edition.date, edition.generated_at, edition.title, kept)


def _piece(
    headline: str, told: Iterable[Sentence], sources: Iterable[Source], *, brief: bool = False
) -> Piece:
    cited = {s.n: Cited(canonical(s.url), s.title, s.publisher) for s in sources}
    return Piece(
        headline,
        tuple((s.text, frozenset(cited[n].url for n in s.cites if n in cited)) for s in told),
        tuple(c for c in cited.values() if c.url),
        brief,
    )


def _owners(feeds: Iterable[Feed]) -> dict[str, str]:
    """Return the addresses of feeds that may open pages, by their outlet's domain."""
    found: dict[str, str] = {}
    for feed in feeds:
        if feed.open_pages and feed.kind is FeedKind.NEWS:
            found.setdefault(registrable_domain(feed.url), feed.url)
    return found


def _editions(by_id: Mapping[str, Committed], name: str) -> tuple[Edition, ...]:
    """Return the editions, oldest first; each opens where the one of its name before it closed."""
    made: list[Edition] = []
    opens: dict[str, datetime] = {}
    for key, each in by_id.items():
        called = each.name or name
        window = Window(opens.get(called, each.made_at - FIRST_WINDOW), each.made_at)
        opens[called] = each.made_at
        made.append(_edition(key, called, each, window))
    return tuple(made)


def _edition(key: str, name: str, found: Committed, window: Window) -> Edition:
    stories = [p for p in found.pieces if not p.brief]
    briefs = [p for p in found.pieces if p.brief]
    return Edition(
        id=key,
        name=name,
        title=found.title,
        date=found.date,
        timezone="UTC",
        language="en",
        generated_at=found.made_at,
        window=window,
        stories=tuple(_story(piece, rank, found) for rank, piece in enumerate(stories, 1)),
        briefs=tuple(_brief(piece, found) for piece in briefs),
        counts={MARK: 1},
    )


def _story(piece: Piece, rank: int, found: Committed) -> EditionStory:
    return EditionStory(
        id=_story_id(piece),
        status=StoryStatus.NEW,
        rank=rank,
        score=0.0,
        reasons=(REASON,),
        emoji=piece.emoji,
        headline=piece.headline,
        lead=tuple(Sentence(text, _numbers(piece, cites)) for text, cites in piece.sentences),
        sections=(),
        what_changed=(),
        disagreements=(),
        commentary=(),
        sources=_sources(piece, found),
        written_by=WrittenBy(WRITTEN_BY),
    )


def _brief(piece: Piece, found: Committed) -> EditionBrief:
    numbers = tuple(range(1, len(piece.sources) + 1))
    return EditionBrief(
        _story_id(piece), piece.emoji, piece.headline, numbers, _sources(piece, found)
    )


def _numbers(piece: Piece, cites: frozenset[str]) -> tuple[int, ...]:
    """Return the numbers of the sources a sentence cites: of all where it names none."""
    every = range(1, len(piece.sources) + 1)
    return tuple(n for n in every if piece.sources[n - 1].url in cites) or tuple(every)


def _sources(piece: Piece, found: Committed) -> tuple[Source, ...]:
    return tuple(
        Source(
            n=n,
            article_id=page_id(cited.url),
            url=cited.url,
            title=cited.title or piece.headline,
            publisher=cited.publisher or registrable_domain(cited.url),
            author=None,
            published_at=found.made_at,
            language="",
            quality=Quality.FULL,  # not known any more, so that nothing is said of it
        )
        for n, cited in enumerate(piece.sources, 1)
    )


def _story_id(piece: Piece) -> str:
    return "s-" + identity("story", page_id(piece.sources[0].url))[:12]


def _article(cited: Cited, found: Committed) -> Article:
    domain = registrable_domain(cited.url)
    return Article(
        id=page_id(cited.url),
        url=cited.url,
        title=cited.title,
        publisher=cited.publisher or domain,
        domain=domain,
        author="",
        published_at=found.made_at,
        first_seen_at=found.made_at,
        language="",
        text="",
        quality=Quality.FEED_ONLY,
        feed_url="",
        kind=FeedKind.NEWS,
    )


def _entry(article: Article, owner: str, piece: Piece) -> KeptEntry:
    """Return the entry of a source: to be read anew where it has an owner, as the page dates it."""
    told = EntryOutcome.BRIEF if piece.brief else EntryOutcome.PUBLISHED
    return KeptEntry(
        id=article.id,
        feed_url=owner,
        guid="",
        url=article.url,
        title=article.title or piece.headline,
        published_at=None if owner else article.published_at,
        first_seen_at=article.first_seen_at,
        outcome=EntryOutcome.PENDING if owner else told,
        reason=REASON,
        story_id=_story_id(piece),
    )
