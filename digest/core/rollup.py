"""A week of editions → its stories, each once, with what each day told of it.

Nothing is written here: every headline and sentence is one that an edition printed, with its
cites. The weeks are those of ISO 8601, Monday to Sunday.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from digest.models import (
    Edition,
    EditionBrief,
    EditionStory,
    Link,
    Sentence,
    Source,
    StoryStatus,
    Window,
)
from digest.models.rollup import Rollup, RollupStory, Telling

MOST_STORIES = 15
MOST_IN_FULL = 3
MOST_ALSO = 30
_MOST_COMMENTARY = 3  # links of one story


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week(
    editions: Iterable[Edition],
    monday: date,
    *,
    most_stories: int = MOST_STORIES,
    most_in_full: int = MOST_IN_FULL,
    most_also: int = MOST_ALSO,
) -> Rollup | None:
    """Return the roll-up of the week that ``monday`` is in; None for a week without an edition.

    ``editions`` are of one name, in any order; those of other weeks are passed over. Stories come
    by their best place, then by how often they were told, then by score; the first
    ``most_in_full`` keep the sections of their newest telling. Those beyond ``most_stories`` and
    the editions' briefs follow in a line each, ``most_also`` of them.
    """
    monday = monday_of(monday)
    told = [edition for edition in editions if monday_of(edition.date) == monday]
    told.sort(key=lambda edition: (edition.date, edition.generated_at, edition.id))
    if not told:
        return None
    newest = told[-1]
    sagas = _sagas(told)
    briefs = [*(_in_a_line(saga) for saga in sagas[most_stories:]), *_briefs(told, sagas)]
    return Rollup(
        name=newest.name,
        title=newest.title,
        language=newest.language,
        timezone=newest.timezone,
        monday=monday,
        generated_at=newest.generated_at,
        window=Window(
            min(edition.window.opens for edition in told),
            max(edition.window.closes for edition in told),
        ),
        days=tuple(dict.fromkeys(edition.date for edition in told)),
        stories=tuple(
            _story(rank, saga, in_full=rank <= most_in_full)
            for rank, saga in enumerate(sagas[:most_stories], start=1)
        ),
        also=tuple(briefs[:most_also]),
        more=len(briefs[most_also:]),
    )


@dataclass(frozen=True, slots=True)
class _Saga:
    """Every telling of one story, oldest first, each with its day."""

    days: tuple[date, ...]
    tellings: tuple[EditionStory, ...]

    @property
    def newest(self) -> EditionStory:
        return self.tellings[-1]

    @property
    def place(self) -> tuple[int, int, float, str]:
        """Return what stories are put in order by, the best first."""
        return (
            min(story.rank for story in self.tellings),
            -len(self.tellings),
            -max(story.score for story in self.tellings),
            self.newest.id,
        )


def _sagas(editions: Sequence[Edition]) -> list[_Saga]:
    """Return the stories told in full, best first."""
    found: dict[str, list[tuple[date, EditionStory]]] = {}
    for edition in editions:
        for story in edition.stories:
            found.setdefault(story.id, []).append((edition.date, story))
    sagas = [_Saga(*zip(*told, strict=True)) for told in found.values()]
    return sorted(sagas, key=lambda saga: saga.place)


def _briefs(editions: Sequence[Edition], sagas: Sequence[_Saga]) -> Iterator[EditionBrief]:
    """Yield the newest brief of each story that was never told in full, newest day first."""
    known = {saga.newest.id for saga in sagas}
    for edition in reversed(editions):
        for brief in edition.briefs:
            if brief.story_id not in known:
                known.add(brief.story_id)
                yield brief


def _in_a_line(saga: _Saga) -> EditionBrief:
    story = saga.newest
    text = story.headline if story.headline.endswith((".", "!", "?", "…")) else f"{story.headline}."
    cites = story.lead[0].cites if story.lead else ()
    return EditionBrief(story.id, story.emoji, text, cites, story.sources)


def _story(rank: int, saga: _Saga, *, in_full: bool) -> RollupStory:
    numbers = _Numbers()
    newest = saga.newest
    lead = numbers.sentences(newest, newest.lead)
    course = tuple(_course(saga, numbers, {sentence.text for sentence in lead}))
    sections = tuple(
        replace(section, sentences=numbers.sentences(newest, section.sentences))
        for section in (newest.sections if in_full else ())
    )
    disagreements = numbers.sentences(newest, newest.disagreements)
    for story in reversed(saga.tellings):
        numbers.rest(story)
    merged = replace(
        newest,
        rank=rank,
        lead=lead,
        sections=sections,
        what_changed=(),
        disagreements=disagreements,
        commentary=tuple(_commentary(saga.tellings)),
        sources=numbers.sources(),
    )
    writers = tuple(dict.fromkeys(story.written_by for story in saga.tellings))
    return RollupStory(merged, tuple(dict.fromkeys(saga.days)), course, writers)


def _course(saga: _Saga, numbers: _Numbers, said: set[str]) -> Iterator[Telling]:
    """Yield what each day told that is not ``said`` already: its lead at first, then the news."""
    if len(saga.tellings) == 1 and not saga.newest.what_changed:
        return
    for day, story in zip(saga.days, saga.tellings, strict=True):
        update = story.status == StoryStatus.UPDATE and story.what_changed
        fresh = [s for s in (story.what_changed if update else story.lead) if s.text not in said]
        said.update(sentence.text for sentence in fresh)
        if fresh:
            yield Telling(day, numbers.sentences(story, fresh))


def _commentary(tellings: Sequence[EditionStory]) -> Iterator[Link]:
    links = {link.url: link for story in tellings for link in story.commentary}
    yield from list(links.values())[-_MOST_COMMENTARY:]


class _Numbers:
    """Gives the sources of several tellings one numbering, in the order they are cited."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}  # by address

    def sentences(self, story: EditionStory, sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
        known = {source.n: source for source in story.sources}
        return tuple(
            replace(s, cites=tuple(self._number(known[n]) for n in s.cites if n in known))
            for s in sentences
        )

    def rest(self, story: EditionStory) -> None:
        """Add the sources that no printed sentence cites."""
        for source in story.sources:
            self._number(source)

    def sources(self) -> tuple[Source, ...]:
        return tuple(self._sources.values())

    def _number(self, source: Source) -> int:
        fresh = replace(source, n=len(self._sources) + 1)
        return self._sources.setdefault(source.url, fresh).n
