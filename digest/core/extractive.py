"""Stories written without a model, in the outlets' own sentences, short and attributed.

The lead is the most central sentence with an early place (LexRank); sections grow round anchors
chosen by maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998): central, and unlike what
was said already. Every sentence is quoted whole, and only so much of an article as fair quoting
allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from digest.core import titles
from digest.core.desk import Desk
from digest.core.headings import Marks, full_report, headline_emoji, name_section, phase
from digest.core.quotable import Quote, readable, spoken_in
from digest.core.text import shorten
from digest.models import Article, Brief, Checks, Quality, Section, Sentence, Story, WrittenBy

_ONE_LINE: Final = 160  # characters


def write(story: Story, *, language: str, news: tuple[str, ...] = ()) -> Brief:
    """Return the story in the outlets' own sentences, each with the number of its source.

    Two full sources or more give a lead and three to five sections, as far as the sources go; one
    source or teasers only, a lead and one or two; titles alone, one attributed line; sources in
    other languages alone, where the report is. ``news`` holds what is new to an update: one or two
    of these are ``what_changed``, or else the newest title, attributed; the newest article leads.
    """
    number, headline = titles.headline(story, language, newest=bool(news), news=news)
    articles = readable(story, language)
    desk = Desk(articles, headline, language, newest=bool(news))
    changed = desk.changed(news)
    lead = desk.lead()
    marks = Marks()
    said = tuple(_sentence(quote) for quote in lead)
    foreign = spoken_in(story.evidence[number - 1].article) not in ("", language)
    titled = () if foreign else titles.attributed(story, number, language)
    new = tuple(_sentence(quote) for quote in changed) or (titled if news else ())
    if not lead:
        reports = [(n, e.article) for n, e in enumerate(story.evidence, 1)]
        where = (titles.pointer(reports, language),)
        return _brief(headline, where if new == titled or foreign else titled, (), new, marks)
    drafts = desk.sections(_sections_wanted(articles))
    drafts.sort(key=lambda draft: _place(draft, language))
    emoji = headline_emoji(headline, " ".join(quote.text for quote in lead), marks)
    sections = []
    for draft in drafts:
        texts = [quote.text for quote in draft]
        mark, heading = name_section(
            texts,
            headline=headline,
            language=language,
            recurring=desk.recurring,
            spoken=draft[0].spoken,
            marks=marks,
        )
        sections.append(Section(mark, heading, tuple(_sentence(quote) for quote in draft)))
    if len(sections) < _sections_least(articles):
        mark, heading = full_report(language, marks)
        sections.append(Section(mark, heading, (titles.pointer(articles, language),)))
    return _brief(headline, said, tuple(sections), new, marks, emoji)


def one_line(story: Story, *, language: str) -> tuple[str, str, tuple[int, ...]]:
    """Return (emoji, one sentence, source numbers) for a story below the cut: its best headline."""
    number, headline = titles.headline(story, language, newest=False)
    text = shorten(headline, _ONE_LINE - 1)
    if text[-1:] not in (".", "!", "?", "…"):
        text += "."
    return headline_emoji(headline, "", Marks()), text, (number,)


def _brief(
    headline: str,
    lead: tuple[Sentence, ...],
    sections: tuple[Section, ...],
    changed: tuple[Sentence, ...],
    marks: Marks,
    emoji: str = "",
) -> Brief:
    count = len(lead) + len(changed) + sum(len(section.sentences) for section in sections)
    return Brief(
        emoji=emoji or headline_emoji(headline, "", marks),
        headline=headline,
        lead=lead,
        sections=sections,
        written_by=WrittenBy("extractive", None, Checks(sentences=count, supported=count)),
        what_changed=changed,
    )


def _sentence(quote: Quote) -> Sentence:
    return Sentence(quote.text, (quote.source,))


def _sections_wanted(articles: Sequence[tuple[int, Article]]) -> int:
    """Return how many sections the sources carry, by the contract of the edition record."""
    full = sum(article.quality is Quality.FULL for _, article in articles)
    if full < 2:
        return 2
    return min(5, full + 1)


def _sections_least(articles: Sequence[tuple[int, Article]]) -> int:
    return 1 if _sections_wanted(articles) == 2 else 3


def _place(draft: Sequence[Quote], language: str) -> tuple[int, float, int]:
    # Reactions come late and outlooks last; otherwise as early as the articles themselves say it.
    stage = phase([quote.text for quote in draft], language)
    late = stage if stage >= 3 else 3 if draft[0].spoken else 1
    return late, sum(quote.position for quote in draft) / len(draft), draft[0].source
