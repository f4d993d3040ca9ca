"""A week's roll-up as Markdown: the week's stories, each once, with links to their sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from digest.models import Edition, Section
from digest.models.rollup import Rollup, RollupStory
from digest.render.markdown import destination, escape, front_matter, tidy
from digest.render.printable import line
from digest.render.templates import Templates
from digest.render.view import BriefView, EditionView, SectionView, StoryView, edition_view
from digest.render.wording import DAYS, MONTHS, count, method, spelt_day, summary


@dataclass(frozen=True, slots=True)
class WeekStoryView:
    """A story of the week: what it says, and the days it was told."""

    story: StoryView
    days: str  # "Tuesday and Friday"
    several: bool  # more than one day
    course: tuple[SectionView, ...]  # one for each day; its title is the day
    sections: tuple[SectionView, ...]  # empty but for the first stories


@dataclass(frozen=True, slots=True)
class WeekView:
    """A roll-up as its template sees it; every text is safe, as in an EditionView."""

    name: str
    title: str  # of the editions
    week: int
    year: int
    span: str  # "9 to 15 March 2026"
    zone: str
    updated: str  # "14 March 2026, 06:30": when the newest edition was made
    editions: str  # "2 editions, of Monday and Friday"
    size: str  # "6 stories and 5 briefs"
    summary: str
    minutes: int
    stories: tuple[WeekStoryView, ...]
    also: tuple[BriefView, ...]
    more: str  # "12 more stories", "" for none
    made: tuple[str, ...]


def weekly_markdown(rollup: Rollup, templates: Templates) -> str:
    """Return a roll-up as a Markdown file with front matter; raises RenderError."""
    edition = _as_edition(rollup)
    view = edition_view(edition, text=escape, link=destination)
    week = _week_view(rollup, view)
    head = front_matter(
        title=f"{line(rollup.title)}, week {week.week} of {week.year}",
        moment=view.generated_iso,
        slug=edition.id,
        about=f"The week of {week.span}: {summary(edition) or 'no stories.'}",
        tags=("digest", rollup.name, "weekly"),
    )
    return tidy(templates.render("weekly.md", week=week, front_matter=head))


def _week_view(rollup: Rollup, view: EditionView) -> WeekView:
    year, week, _ = rollup.monday.isocalendar()
    writers = [writer for told in rollup.stories for writer in told.writers]
    return WeekView(
        name=view.name,
        title=view.title,
        week=week,
        year=year,
        span=_span(rollup.monday),
        zone=view.zone,
        updated=view.generated,
        editions=f"{count(len(rollup.days), 'edition', 'editions')}, of {_named(rollup.days)}",
        size=view.size,
        summary=view.summary,
        minutes=view.minutes,
        stories=tuple(
            _week_story(story, told)
            for story, told in zip(view.stories, rollup.stories, strict=True)
        ),
        also=view.briefs,
        more=count(rollup.more, "more story", "more stories") if rollup.more else "",
        made=tuple(method(writers, escape)),
    )


def _week_story(story: StoryView, told: RollupStory) -> WeekStoryView:
    own = len(told.story.sections)
    return WeekStoryView(
        story=story,
        days=_named(told.days),
        several=len(told.days) > 1,
        course=story.sections[own:],
        sections=story.sections[:own],
    )


def _as_edition(rollup: Rollup) -> Edition:
    """Return the roll-up in an edition's form, each day a section, so that one view serves both."""
    year, week, _ = rollup.monday.isocalendar()
    return Edition(
        id=f"{rollup.name}-{year}-w{week:02}",
        name=rollup.name,
        title=rollup.title,
        date=rollup.days[-1],
        timezone=rollup.timezone,
        language=rollup.language,
        generated_at=rollup.generated_at,
        window=rollup.window,
        stories=tuple(replace(told.story, sections=_sections(told)) for told in rollup.stories),
        briefs=rollup.also,
        counts={},
    )


def _sections(told: RollupStory) -> tuple[Section, ...]:
    """Return the story's own sections, and after them one for each day."""
    days = (Section("", DAYS[telling.day.weekday()], telling.sentences) for telling in told.course)
    return (*told.story.sections, *days)


def _named(days: Sequence[date]) -> str:
    """Return days of one week as "Monday", "Monday and Friday", "Monday, Tuesday and Friday"."""
    names = [DAYS[day.weekday()] for day in days]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _span(monday: date) -> str:
    """Return a week as "9 to 15 March 2026", with what differs told of both days."""
    sunday = monday + timedelta(days=6)
    start = str(monday.day)
    if monday.month != sunday.month:
        start += f" {MONTHS[monday.month - 1]}"
    if monday.year != sunday.year:
        start += f" {monday.year}"
    return f"{start} to {spelt_day(sunday)}"
