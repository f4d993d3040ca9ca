"""An Edition as templates see it: every text one safe line, every link usable, every date spelt.

All renderings share this view; what differs is how each makes outside text and links safe, so
those two functions are arguments. Names and fields here are what a user's own templates rely on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from digest.errors import RenderError
from digest.models import (
    Edition,
    EditionBrief,
    EditionStory,
    Link,
    Quality,
    Section,
    Sentence,
    Source,
    StoryStatus,
)
from digest.render.printable import line, web_url
from digest.render.wording import (
    DAYS,
    MONTHS,
    listed,
    material,
    method,
    minutes,
    size,
    spelt_day,
    spelt_language,
    spelt_moment,
    summary,
    translations,
)

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")


@dataclass(frozen=True, slots=True)
class CiteView:
    """A number after a sentence. ``url`` is "" where the source has no usable link."""

    n: int
    mark: str  # the number in superscript digits
    ref: str  # names the source within the page: "2-1" is source 1 of story 2
    url: str
    label: str  # "Publisher: title"


@dataclass(frozen=True, slots=True)
class SentenceView:
    text: str
    cites: tuple[CiteView, ...]
    note: str = ""  # "translated from German", "" where a source is in the edition's language


@dataclass(frozen=True, slots=True)
class SectionView:
    title: str  # emoji and heading
    emoji: str
    heading: str
    sentences: tuple[SentenceView, ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    n: int
    mark: str
    ref: str
    url: str
    title: str
    publisher: str
    author: str
    date: str  # "14 March 2026"
    time: str  # "08:10" on the edition's day, else "13 March"
    iso: str
    language: str  # "" where it is the edition's own, or not known
    tongue: str  # that language's name: "German"
    teaser: bool  # only the opening could be read, the rest is behind a paywall
    feed_only: bool  # only what the feed says was read
    copies: tuple[str, ...]  # publishers that carry the same text
    carriers: str  # they in words, the first few by name


@dataclass(frozen=True, slots=True)
class LinkView:
    ref: str
    url: str
    title: str
    publisher: str


@dataclass(frozen=True, slots=True)
class StoryView:
    n: int
    anchor: str
    title: str  # emoji and headline
    emoji: str
    headline: str
    update: bool
    lead: tuple[SentenceView, ...]
    sections: tuple[SectionView, ...]
    what_changed: tuple[SentenceView, ...]
    disagreements: tuple[SentenceView, ...]
    commentary: tuple[LinkView, ...]
    sources: tuple[SourceView, ...]


@dataclass(frozen=True, slots=True)
class BriefView:
    title: str  # emoji and text
    emoji: str
    text: str
    language: str  # "" where it is the edition's own, or not known
    sources: tuple[SourceView, ...]  # those it cites


@dataclass(frozen=True, slots=True)
class EditionView:
    id: str
    name: str
    title: str
    topic: bool  # one piece on a question, no daily edition
    language: str
    date: str  # "14 March 2026"
    weekday: str
    iso_date: str
    generated: str  # "14 March 2026, 06:30"
    generated_iso: str
    opens: str
    closes: str
    zone: str
    intro: str
    size: str  # "6 stories and 5 briefs"
    summary: str  # the first headlines in one sentence; "" where there is none
    minutes: int  # to read it
    stories: tuple[StoryView, ...]
    briefs: tuple[BriefView, ...]
    read: str  # "12 feeds with 340 entries, 40 of them opened", "" where nobody counted
    made: tuple[str, ...]  # how it was written, in sentences


def edition_view(
    edition: Edition, *, text: Callable[[str], str], link: Callable[[str], str]
) -> EditionView:
    """Return ``edition`` ready for a template.

    ``text`` makes one clean line of outside text safe for the page, ``link`` a web address.
    Raises RenderError for a time zone that is none.
    """
    zone = zone_of(edition)
    pen = _Pen(lambda words: text(line(words)), lambda url: link(web_url(url)), zone, edition)
    opens, closes = (pen.local(at) for at in (edition.window.opens, edition.window.closes))
    generated = pen.local(edition.generated_at)
    return EditionView(
        id=line(edition.id),
        name=pen.text(edition.name),
        title=pen.text(edition.title),
        topic=edition.name == "topic",
        language=_language(edition.language) or "en",
        date=spelt_day(edition.date),
        weekday=DAYS[edition.date.weekday()],
        iso_date=edition.date.isoformat(),
        generated=spelt_moment(generated),
        generated_iso=generated.isoformat(timespec="seconds"),
        opens=spelt_moment(opens),
        closes=spelt_moment(closes),
        zone=edition.timezone,
        intro=pen.text(edition.intro or ""),
        size=size(edition),
        summary=text(summary(edition)),
        minutes=minutes(edition),
        stories=tuple(pen.story(n, story) for n, story in enumerate(edition.stories, start=1)),
        briefs=tuple(pen.brief(n, brief) for n, brief in enumerate(edition.briefs, start=1)),
        read=material(edition.counts),
        made=tuple(method([story.written_by for story in edition.stories], pen.text)),
    )


def zone_of(edition: Edition) -> ZoneInfo:
    """Return the edition's time zone; raises RenderError where there is none of that name."""
    try:
        return ZoneInfo(edition.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise RenderError(f"There is no time zone {edition.timezone!r}.") from error


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes the parts of one edition."""

    text: Callable[[str], str]
    link: Callable[[str], str]
    zone: ZoneInfo
    edition: Edition

    def story(self, n: int, story: EditionStory) -> StoryView:
        sources = {source.n: self.source(str(n), source) for source in story.sources}
        return StoryView(
            n=n,
            anchor=f"story-{n}",
            title=self.titled(story.emoji, story.headline),
            emoji=self.text(story.emoji),
            headline=self.text(story.headline),
            update=story.status == StoryStatus.UPDATE,
            lead=self.sentences(story.lead, sources),
            sections=tuple(self.section(section, sources) for section in story.sections),
            what_changed=self.sentences(story.what_changed, sources),
            disagreements=self.sentences(story.disagreements, sources),
            commentary=tuple(
                self.further(f"c{n}-{m}", each) for m, each in enumerate(story.commentary, start=1)
            ),
            sources=tuple(sources.values()),
        )

    def brief(self, n: int, brief: EditionBrief) -> BriefView:
        cited = [source for source in brief.sources if source.n in brief.cites]
        sources = tuple(self.source(f"b{n}", source) for source in cited or brief.sources)
        return BriefView(
            title=self.titled(brief.emoji, brief.text),
            emoji=self.text(brief.emoji),
            text=self.text(brief.text),
            language=sources[0].language if sources else "",
            sources=sources,
        )

    def section(self, section: Section, sources: Mapping[int, SourceView]) -> SectionView:
        return SectionView(
            title=self.titled(section.emoji, section.heading),
            emoji=self.text(section.emoji),
            heading=self.text(section.heading),
            sentences=self.sentences(section.sentences, sources),
        )

    def sentences(
        self, sentences: Iterable[Sentence], sources: Mapping[int, SourceView]
    ) -> tuple[SentenceView, ...]:
        told = list(sentences)
        notes = translations([sentence.translated for sentence in told])
        return tuple(
            SentenceView(
                self.text(sentence.text),
                tuple(_cite(sources[n]) for n in dict.fromkeys(sentence.cites) if n in sources),
                self.text(note),
            )
            for sentence, note in zip(told, notes, strict=True)
        )

    def source(self, owner: str, source: Source) -> SourceView:
        at = self.local(source.published_at)
        language = _language(source.language)
        language = "" if language == _language(self.edition.language) else language
        return SourceView(
            n=source.n,
            mark=str(source.n).translate(_SUPERSCRIPT),
            ref=f"{owner}-{source.n}",
            url=self.link(source.url),
            title=self.text(source.title),
            publisher=self.text(source.publisher),
            author=self.text(source.author or ""),
            date=spelt_day(at.date()),
            time=self.short(at),
            iso=at.isoformat(timespec="seconds"),
            language=language,
            tongue=spelt_language(language),
            teaser=source.quality == Quality.TEASER,
            feed_only=source.quality == Quality.FEED_ONLY,
            copies=tuple(self.text(name) for name in source.copies),
            carriers=self.text(listed(source.copies, most=4)),
        )

    def further(self, ref: str, link: Link) -> LinkView:
        return LinkView(ref, self.link(link.url), self.text(link.title), self.text(link.publisher))

    def titled(self, emoji: str, words: str) -> str:
        return f"{self.text(emoji)} {self.text(words)}".strip()

    def local(self, at: datetime) -> datetime:
        try:
            return at.astimezone(self.zone)
        except OverflowError:  # within a day of year 1 or 9999
            return at.astimezone(UTC)

    def short(self, at: datetime) -> str:
        if at.date() == self.edition.date:
            return f"{at:%H:%M}"
        if at.year == self.edition.date.year:
            return f"{at.day} {MONTHS[at.month - 1]}"
        return spelt_day(at.date())


def _cite(source: SourceView) -> CiteView:
    label = f"{source.publisher}: {source.title}"
    return CiteView(source.n, source.mark, source.ref, source.url, label)


def _language(tag: str) -> str:
    return tag if _LANGUAGE.fullmatch(tag) else ""
