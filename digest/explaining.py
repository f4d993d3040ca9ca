"""Why: what became of an article, a story or an edition, from what the store holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from digest.core.urls import canonical
from digest.errors import RunError
from digest.models import Article, Edition, EditionStory
from digest.ports import EntryHistory, Store
from digest.render.record import edition_from_json
from digest.render.wording import count


def explain(store: Store, subject: str) -> list[str]:
    """Return what is known of an article's address, a story's id or an edition's id, in lines.

    Raises RunError where the store knows nothing by that name.
    """
    stored = store.edition(subject)
    if stored is not None:
        return list(_edition(edition_from_json(stored.record)))
    history = store.entry_history(subject) or store.entry_history(canonical(subject))
    if history is not None:
        return list(_entry(history))
    tellings = [
        (edition, story)
        for edition in (edition_from_json(e.record) for e in store.editions())
        for story in edition.stories
        if story.id == subject
    ]
    if tellings:
        return [line for edition, story in tellings for line in _story(edition, story)]
    brief = _brief(store, subject)
    if brief:
        return brief
    raise RunError(
        f"nothing is known of {subject}: it is no address, story or edition of this store"
    )


def counted(counts: Mapping[str, int]) -> str:
    """Return counts, named in the plural, as words: "14 feeds, 1 story"."""
    return ", ".join(
        count(number, f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s"), name)
        for name, number in counts.items()
    )


def _entry(history: EntryHistory) -> Iterator[str]:
    yield history.title or history.url
    yield f"  address     {history.url or 'none'}"
    yield f"  feed        {history.feed_url}"
    yield f"  first seen  {_time(history.first_seen_at)}"
    if history.article is not None:
        yield from _article(history.article)
    else:
        yield "  page        not opened"
    for revision in history.revisions:
        title = f"; titled “{revision.title}” then" if revision.title != history.title else ""
        yield f"  revised     its text changed on {_time(revision.seen_at)}{title}"
    yield f"  outcome     {history.outcome}: {history.reason}"
    if history.story_id:
        yield f"  story       {history.story_id}"


def _article(article: Article) -> Iterator[str]:
    yield f"  publisher   {article.publisher} ({article.domain})"
    yield f"  published   {_time(article.published_at)}"
    words = len(article.text.split())
    held = f"{words} words" if words else "the headline alone"
    note = f"; {article.note}" if article.note else ""
    yield f"  quality     {article.quality}, {held}{note}"
    kind = ", opinion" if article.opinion else ""
    yield f"  language    {article.language or 'unknown'}{kind}"
    yield f"  relevance   {article.relevance:.2f}"


def _story(edition: Edition, story: EditionStory) -> Iterator[str]:
    yield f"{story.emoji} {story.headline}"
    yield f"  edition     {edition.id}, place {story.rank}, {story.status}"
    yield f"  score       {story.score:g}"
    for reason in story.reasons:
        yield f"              {reason}"
    checks = story.written_by.checks
    model = f" ({story.written_by.model})" if story.written_by.model else ""
    yield (
        f"  written by  {story.written_by.kind}{model}: {checks.supported} of {checks.sentences} "
        f"sentences borne out, {checks.dropped} dropped"
    )
    for source in story.sources:
        copies = f", also carried by {', '.join(source.copies)}" if source.copies else ""
        title = f"{source.publisher}: {source.title}"
        yield f"  source {source.n:<4} {title} ({source.quality}{copies})"
    for link in story.commentary:
        yield f"  commentary  {link.publisher}: {link.title}"


def _edition(edition: Edition) -> Iterator[str]:
    yield f"{edition.id}: {edition.title}"
    yield f"  made        {_time(edition.generated_at)}"
    yield f"  covers      {_time(edition.window.opens)} to {_time(edition.window.closes)}"
    yield "  counts      " + counted(edition.counts)
    for story in edition.stories:
        yield f"  {story.rank:>2}. {story.id}  {story.emoji} {story.headline} ({story.score:g})"
    for brief in edition.briefs:
        yield f"   –  {brief.story_id}  {brief.emoji} {brief.text}"


def _brief(store: Store, story_id: str) -> list[str]:
    lines = []
    for stored in store.editions():
        edition = edition_from_json(stored.record)
        for brief in edition.briefs:
            if brief.story_id == story_id:
                lines += [f"{brief.emoji} {brief.text}", f"  edition     {edition.id}, in brief"]
                lines += [f"  source {s.n:<4} {s.publisher}: {s.title}" for s in brief.sources]
    return lines


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
